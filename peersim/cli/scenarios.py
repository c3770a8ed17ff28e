"""Commands about scenarios: `check`, `schema`, `parameters` and `mechanisms`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

import peersim
from peersim.cli.common import (
    REFUSED,
    OutcomeOption,
    RefusedError,
    ReplicatesOption,
    SeedOption,
    SetOption,
    console,
    count,
    progress,
    read_scenario,
    terminable,
)

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from peersim.scenario import Parameter

OUTCOMES_OF_MECHANISMS: Final = ("identity", "exhaustion", "retention_12m", "trust")
"""Outcomes for which it is shown what each mechanism does, unless others are named."""


def check(files: Annotated[list[str], typer.Argument(help="Scenario files.")]) -> None:
    """Say whether scenario files can be used, and if not, why."""
    from peersim.scenario import ScenarioError, load

    faulty = False
    for file in files:
        try:
            typer.echo(f"{file}: no problem found. {load(file)}")
        except ScenarioError as error:
            typer.echo(str(error), err=True)
            faulty = True
    if faulty:
        raise typer.Exit(REFUSED)


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that check and complete while typing."""
    typer.echo(json.dumps(peersim.json_schema(), indent=2, ensure_ascii=False))


def parameters(
    group: Annotated[str | None, typer.Option("--group", metavar="GROUP", help="One group only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List every key of a scenario: default, range, unit, meaning and evidence.

    Evidence is graded A (measured), B (several agreeing sources), C (one source or guidance), M (a formal model), or is
    an assumption.
    """
    known = peersim.registry()
    chosen = [parameter for parameter in known if group in (None, parameter.group)]
    if not chosen:
        groups = ", ".join(dict.fromkeys(parameter.group for parameter in known))
        raise RefusedError(f"--group {group}: no such group. Allowed here: {groups}")
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(parameter) for parameter in chosen], indent=2, ensure_ascii=False))
        return
    _two_columns([(_left(parameter), _right(parameter)) for parameter in chosen])


def _left(parameter: Parameter) -> str:
    return f"{parameter.key}\n  {_default(parameter.default)}"


def _default(value: float | str | tuple[str, ...] | None) -> str:
    if value is None:
        return "has to be given"
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{value:g}"


def _right(parameter: Parameter) -> str:
    evidence = f" ({parameter.evidence})" if parameter.evidence else ""
    return f"{parameter.meaning}\n{parameter.allowed}\nEvidence: {parameter.grade}{evidence}\n"


def _two_columns(rows: Sequence[tuple[str, str]]) -> None:
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for row in rows:
        table.add_row(*row)
    console().print(table)


def mechanisms(
    scenario: Annotated[
        str | None, typer.Argument(help="A scenario file, or 'demo': show what each mechanism does in it.")
    ] = None,
    outcomes: OutcomeOption = None,
    replicates: ReplicatesOption = 200,
    seed: SeedOption = 1,
    settings: SetOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="With a scenario: print a JSON list.")] = False,
) -> None:
    """List what happens in a week, in order; with a scenario, what each part of it does to the outcomes.

    All but the measurement can be switched off: --set model.off=[NAME, NAME]
    """
    from peersim.scenario.mechanisms import MECHANISMS

    if scenario is None:
        _two_columns(list(MECHANISMS.items()))
        return
    from peersim.analysis.errors import check_outcomes
    from peersim.results.tables import records

    check_outcomes(outcomes or [], "--outcome")
    case = read_scenario(scenario, settings or [])
    with terminable(), progress(replicates) as told:
        found = peersim.switch_off(case, replicates=replicates, seed=seed, progress=told)
    if as_json:
        typer.echo(json.dumps(records(found), indent=2, ensure_ascii=False, allow_nan=False))
        return
    screen = console()
    size = f"{count(replicates, 'pair')}, {count(case.horizon_weeks, 'week')}, seed {seed}"
    screen.print(f"What each mechanism does in {case.name}: {size}", style="bold")
    for outcome in outcomes or OUTCOMES_OF_MECHANISMS:
        screen.print(_effects(found[found["outcome"] == outcome], outcome, case.model.off))
    screen.print(
        "\nDoes: the outcome as it is, minus the outcome with that mechanism off as well, the same people and luck "
        "in both; 95 % interval over pairs. Mechanisms work through each other, so their effects do not add up."
    )


def _effects(rows: pd.DataFrame, outcome: str, off: Sequence[str]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from peersim.analysis import words
    from peersim.results.outcomes import OUTCOMES

    meant = OUTCOMES[outcome]
    value = words.amount(rows["with"].iloc[0], meant)
    state = f"{', '.join(off)} off" if off else "everything on"
    title = Text(f"\n{meant.label} ({meant.better_is} is better): {value} with {state}", style="bold")
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("mechanism", no_wrap=True)
    for head in ("without it", "does", "95 % interval"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("meaning")
    for row in rows.to_dict("records"):
        cells = words.amount(row["without"], meant), words.change(row["difference"], meant), words.limits(row, meant)
        table.add_row(row["mechanism"], *cells, row["meaning"])
    return table
