"""`peersim run`: simulate a scenario and show its outcomes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

import peersim
from peersim.cli.common import (
    RefusedError,
    ReplicatesOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    WeeksOption,
    console,
    count,
    interval,
    pounds,
    progress,
    read_scenario,
    share,
    terminable,
)
from peersim.cli.outputs import Clock, OutOption, ReportOption, SheetOption, places, say_written, write_run

if TYPE_CHECKING:
    from rich.table import Table

    from peersim.results.results import Results


def run(
    scenario: ScenarioArgument,
    replicates: ReplicatesOption = 200,
    seed: SeedOption = 1,
    weeks: WeeksOption = None,
    settings: SetOption = None,
    out: OutOption = None,
    report: ReportOption = None,
    sheet: SheetOption = None,
    by_team: Annotated[
        bool, typer.Option("--by-team", help="With --out: keep the weekly measures of each team too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcomes as one JSON object.")] = False,
) -> None:
    """Simulate a scenario and show its outcomes."""
    if by_team and out is None:
        raise RefusedError("--by-team: the measures of each team go into a file; name a folder with --out")
    case = read_scenario(scenario, settings or [], weeks)
    with terminable(), places(out, report, sheet) as ready:
        clock = Clock()
        with progress(replicates) as told:
            results = peersim.run(case, replicates, seed, by_team=by_team, progress=told)
        write_run(results, ready, clock.stop())
    if as_json:
        typer.echo(json.dumps(_as_object(results), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _show(results)
        say_written(out, report, sheet)


def _as_object(results: Results) -> dict[str, Any]:
    from peersim.results.tables import plain

    rows = results.outcomes.to_dict("index")
    return {
        "scenario": results.scenario.name,
        "replicates": results.replicates,
        "seed": results.seed,
        "weeks": results.weeks,
        "outcomes": {
            str(name): {**{key: plain(row[key]) for key in ("mean", "low", "high")}, "unit": row["unit"]}
            for name, row in rows.items()
        },
    }


def _show(results: Results) -> None:
    """The outcomes as a table, with what a reader has to know to read it."""
    screen = console()
    screen.print(_outcome_table(results))
    screen.print(_footnotes(results))


def _outcome_table(results: Results) -> Table:
    from rich.table import Table
    from rich.text import Text

    from peersim.results.outcomes import GROUPS, OUTCOMES

    size = f"{count(results.replicates, 'replicate')}, {count(results.weeks, 'week')}, seed {results.seed}"
    title = f"{results.scenario.name}: {size}"
    table = Table(title=Text(title, style="bold"), title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    table.add_column("mean", justify="right", no_wrap=True)
    table.add_column("95 % interval", no_wrap=True)
    table.add_column("unit")
    rows: Mapping[Any, Mapping[Any, Any]] = results.outcomes.to_dict("index")
    for group, names in GROUPS.items():
        table.add_row(Text(f"\n{group}", style="bold"))
        for name in names:
            row, outcome = rows[name], OUTCOMES[name]
            write = pounds if outcome.unit.startswith("pounds") else share
            unit = outcome.unit.replace("pounds", "£")
            table.add_row(outcome.label, write(row["mean"]), interval(row, write), unit)
    return table


def _footnotes(results: Results) -> str:
    from peersim.results.outcomes import RETENTION_WEEKS
    from peersim.results.sums import LAST_WEEKS

    last = "" if results.weeks <= LAST_WEEKS else f" of the last {LAST_WEEKS} weeks"
    notes = [
        f"\nStates are means{last}, rates and costs are over all weeks, retention is a Kaplan-Meier estimate. "
        "The interval is that of the mean over replicates."
    ]
    if results.replicates == 1:
        notes.append("One replicate has no interval; ask for more with -n.")
    if results.weeks < max(RETENTION_WEEKS.values()):
        needed = " and ".join(map(str, RETENTION_WEEKS.values()))
        notes.append(f"Retention after 12 and 24 months takes at least {needed} weeks.")
    return "\n".join([*notes, f"\n{_survivors(results)}"])


def _survivors(results: Results) -> str:
    """People in post beside the entry cohort: those who stay are not those who started."""
    rows = results.survivors
    both = [
        f"{name} {share(rows.loc[name, 'in_post'])} / {share(rows.loc[name, 'entry_cohort'])}" for name in rows.index
    ]
    return (
        "Means over people in post hide those who left. People in post / entry cohort (first holders of all posts, "
        f"leavers as they left): {', '.join(both)}"
    )
