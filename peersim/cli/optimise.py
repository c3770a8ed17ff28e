"""`peersim optimise`: the best policies under a budget."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from peersim.cli.common import console, count, pounds, progress, share, status
from peersim.cli.outputs import Clock, say_written
from peersim.cli.studies import ClusterOption, StoreOption, WorkersOption, resumable, say

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from peersim.analysis.exploration.policies.optimisation import Optimisation
    from peersim.studies.study import Study

NARROW: Final = 8
"""Letters to a line of the narrowest headings,"""
MIDDLE: Final = 14
WIDE: Final = 18
"""and of the widest."""
ENDLESS: Final = 10_000
"""Columns that are enough for any table."""

OutFolder = Annotated[
    Path, typer.Option("--out", "-o", metavar="DIR", help="The search's folder: tables, figures, and its store.")
]
Budget = Annotated[
    float, typer.Option("--budget", metavar="POUNDS", help="Most that a policy may cost in a year, all costs counted.")
]
Objectives = Annotated[
    list[str] | None,
    typer.Option(
        "--objective",
        metavar="OUTCOME",
        help="An outcome to make better; 2 to 4 of them. By default identity, retention_24m and cost_per_year.",
    ),
]


def optimise(
    study: Annotated[Path, typer.Argument(help="A study file (YAML) with levers.")],
    budget: Budget,
    out: OutFolder,
    objectives: Objectives = None,
    population: Annotated[
        int | None, typer.Option("--population", help="Policies of a generation; 40 by default.")
    ] = None,
    generations: Annotated[int | None, typer.Option("--generations", help="Generations; 40 by default.")] = None,
    states: Annotated[
        int | None, typer.Option("--states", help="States of the world to try the front in; 50 by default.")
    ] = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Run it however large it is.")] = False,
) -> None:
    """Search the levers of a study for the best policies within a budget.

    The front: policies of which none is better in every objective. Then its knee, and how far both can be relied on.
    The same command again does nothing twice.

    Try: peersim optimise experiments/best_policy.yaml --budget 150000 --out results/best_policy
    """
    from peersim.studies.reading import read

    asked = {"objectives": objectives, "population": population, "generations": generations, "states": states}
    given = {name: value for name, value in asked.items() if value is not None}
    found = _run(read(study), budget, out, workers=workers, cluster=cluster, store=store, yes=yes, **given)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _show(found)
        say_written(out)


def _run(study: Study, budget: float, out: Path, **options: Any) -> Optimisation:
    from peersim.report.figures import front as figures
    from peersim.report.figures import style
    from peersim.studies import optimise as search
    from peersim.studies.folder import FIGURES

    clock = Clock()
    with resumable(out):
        with progress(study.replicates) as told:
            found = search.optimise(study, budget, out, **options, progress=told, told=say)
        with status("Drawing ..."):
            style.save(figures.draw(found), out / FIGURES)
            search.finish(found, out, clock.stop())
    return found


def _show(found: Optimisation) -> None:
    screen = console(piped=150)
    size = f"{count(found.replicates, 'replicate')} in the search, {found.fresh_replicates:,} more for the front"
    screen.print(f"{found.study}: at most {pounds(found.budget)} pounds a year", style="bold")
    screen.print(f"{size}, seed {found.seed}; all costs counted, not discounted\n")
    for sentence in found.answer():
        screen.print(sentence)
    _show_front(found, screen)
    if found.across_states is not None:
        states = count(len(found.states), "state")
        screen.print(f"\nOver {states} of the world: what is reached in nine of ten (and in the worst)\n", style="bold")
        screen.print(_state_table(found, found.across_states))
    screen.print("\nHow far this can be relied on\n", style="bold")
    for sentence in found.doubts():
        screen.print(sentence)


def _show_front(found: Optimisation, screen: Console) -> None:
    """The front, in a narrow window without what is missed least."""
    from rich.measure import Measurement

    full = _front_table(found)
    endless = screen.options.update(width=ENDLESS)
    if Measurement.get(screen, endless, full).maximum <= screen.width:
        screen.print("\nThe front (change against today, same people and luck)\n", style="bold")
        screen.print(full)
    else:
        screen.print("\nThe front\n", style="bold")
        screen.print(_front_table(found, narrow=True))
        screen.print("\nMore columns in a wider window and in front.csv.")


def _front_table(found: Optimisation, *, narrow: bool = False) -> Table:
    """Levers, objectives and cost, and, unless narrow, what changes and what luck may do, policy by policy."""
    from peersim.analysis.exploration.naming import written
    from peersim.analysis.words import percent
    from peersim.report.figures import factors

    table = _table()
    for lever in found.levers:
        _column(table, factors.label(lever), NARROW if narrow else MIDDLE)
    for name in found.outcomes:
        _column(table, _head(name), NARROW if narrow else WIDE, no_wrap=True)
    for name in () if narrow else ("worlds over budget", "stays on front"):
        _column(table, name, NARROW)
    for policy, row in _rows(found.front):
        levers = ["-" if row[lever.name] is None else written(row[lever.name]) for lever in found.levers]
        outcomes = [_amount(row, name) for name in found.outcomes]
        luck = [percent(row["over_budget"]), percent(row["stays"])]
        if narrow:
            table.add_row(_called(policy, row), *levers, *outcomes)
            continue
        changed = [f"{value} ({_change(row, name)})" for value, name in zip(outcomes, found.outcomes, strict=True)]
        table.add_row(_called(policy, row), *levers, *changed, *luck)
    return table


def _state_table(found: Optimisation, across: pd.DataFrame) -> Table:
    """How often a policy is within the budget and on the front, and how bad its outcomes get."""
    from peersim.analysis.words import percent

    table = _table()
    for name in ("within budget", "on the front"):
        _column(table, name, NARROW)
    for name in found.outcomes:
        _column(table, _head(name), WIDE)
    knee = dict(_rows(found.front))
    for policy, row in _rows(across):
        bad = [f"{_amount(row, name, '_tenth')} ({_amount(row, name, '_worst')})" for name in found.outcomes]
        table.add_row(_called(policy, knee[policy]), percent(row["within_budget"]), percent(row["on_front"]), *bad)
    return table


def _rows(table: pd.DataFrame) -> Iterator[tuple[str, dict[Any, Any]]]:
    yield from zip(map(str, table.index), table.to_dict("records"), strict=True)


def _table() -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("policy", no_wrap=True)
    return table


def _column(table: Table, head: str, most: int, *, no_wrap: bool = False) -> None:
    lines = wrap(head, most, break_long_words=False)
    table.add_column("\n".join(lines), justify="right", no_wrap=no_wrap, overflow="fold")


def _called(policy: str, row: dict[Any, Any]) -> str:
    """A policy as its row begins: the knee says so, and so does one that is no longer on the front."""
    if row["knee"]:
        return f"{policy} knee"
    return policy if row["on_front"] or policy == "today" else f"{policy} (off)"


def _head(name: str) -> str:
    from peersim.results.outcomes import OUTCOMES

    outcome = OUTCOMES[name]
    return f"{outcome.label}, {outcome.unit}" if outcome.unit.startswith("pounds") else outcome.label


def _amount(row: dict[Any, Any], name: str, ending: str = "") -> str:
    from peersim.results.outcomes import OUTCOMES

    value = row[f"{name}{ending}"]
    return pounds(value) if OUTCOMES[name].unit.startswith("pounds") else share(value)


def _change(row: dict[Any, Any], name: str) -> str:
    value = row[f"{name}_change"]
    text = f"{value:+,.0f}" if abs(value) >= 1 else f"{value:+.3f}"
    return "0" if not float(text.replace(",", "")) else text.replace("-", "−")
