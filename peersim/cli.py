"""The command line.

Whatever a user can put right (a scenario, an option, a folder) is told in a message on standard error, with exit status
2; an interruption ends with 130.  Anything else is a fault of peersim and keeps its traceback.
"""

from __future__ import annotations

import dataclasses
import json
import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

import peersim

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from peersim.results.results import Results
    from peersim.scenario import Parameter, Scenario

# Everything heavy is imported where it is used: `peersim --help` answers at once.

REFUSED, INTERRUPTED = 2, 130
MOST_KEY = 2**32 - 1
PATIENCE = 1.0
"""Seconds that a run may take without a sign of life."""

DEMO = "demo"
GROUPS: Final = {
    "The peer worker": (
        "identity",
        "role_clarity",
        "empowerment",
        "felt_value",
        "exhaustion",
        "wellbeing",
        "generic_share",
        "isolation",
    ),
    "Staying": (
        "intention_to_leave",
        "retention_12m",
        "retention_24m",
        "annual_leaving_rate",
        "vacancy_rate",
        "sickness_rate",
    ),
    "Service users": ("trust", "hope", "engagement", "recovery"),
    "The organisation": (
        "culture_valuing",
        "role_understanding",
        "clinician_exhaustion",
        "clinician_leaving_rate",
    ),
    "Cost": ("cost_per_year", "cost_per_peer_year"),
}
"""Outcomes as the table of a run shows them."""


class RefusedError(ValueError):
    """Something asked for that cannot be done, in words for the person who asked."""


class _Commands(TyperGroup):
    """Commands whose expected failures are a message and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # here, where a reader who has gone away (`| head`) is taken quietly
            return result
        except KeyboardInterrupt:
            typer.echo("peersim: interrupted; no files were left behind", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except ValueError as error:
            from peersim.scenario import ScenarioError

            if not isinstance(error, ScenarioError | RefusedError):
                raise
            typer.echo(str(error), err=True)
            raise typer.Exit(REFUSED) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ScenarioArgument = Annotated[str, typer.Argument(help=f"A scenario file, or '{DEMO}'.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, max=MOST_KEY, help="The same seed, the same results.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change the scenario, as in support.supervision.every_weeks=1 or teams.peers=2. May be repeated.",
    ),
]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"peersim {peersim.__version__}")
        raise typer.Exit


@app.callback()
def main(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Peer workers in mental health services, simulated.

    Try: peersim run demo
    """


# run --------------------------------------------------------------------------


@app.command()
def run(
    scenario: ScenarioArgument,
    replicates: Annotated[
        int, typer.Option("--replicates", "-n", min=1, max=MOST_KEY, help="Worlds that differ only in their luck.")
    ] = 200,
    seed: SeedOption = 1,
    weeks: Annotated[int | None, typer.Option("--weeks", help="Horizon, if other than the scenario's.")] = None,
    settings: SetOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="A new folder for tables, figures and manifest.")
    ] = None,
    by_team: Annotated[
        bool, typer.Option("--by-team", help="With --out: keep the weekly measures of each team too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcomes as one JSON object.")] = False,
) -> None:
    """Simulate a scenario and show its outcomes."""
    if by_team and out is None:
        raise RefusedError("--by-team: the measures of each team go into a file; name a folder with --out")
    case = _read(scenario, settings or [], weeks)
    with _terminable(), _place(out) as folder:
        clock, started = time.perf_counter(), datetime.now(UTC).astimezone()
        with _progress(replicates) as progress:
            results = peersim.run(case, replicates, seed, by_team=by_team, progress=progress)
        if folder:
            _write(results, folder, started, time.perf_counter() - clock)
    if as_json:
        typer.echo(json.dumps(_as_object(results), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _show(results, out)


def _read(name: str, settings: Sequence[str], weeks: int | None = None) -> Scenario:
    """The scenario named, with what the command line changes in it."""
    from peersim.scenario import ScenarioError, load

    scenario = peersim.demo() if name == DEMO and not Path(name).exists() else load(name)
    changes = dict(_setting(text) for text in settings)
    options = [option for option, used in (("--set", settings), ("--weeks", weeks is not None)) if used]
    if weeks is not None:
        changes["horizon_weeks"] = weeks
    try:
        return scenario.with_(changes)
    except ScenarioError as error:
        source = f"{name} with {' and '.join(options)}"
        raise ScenarioError([dataclasses.replace(problem, file=source) for problem in error.problems]) from None


def _setting(text: str) -> tuple[str, object]:
    """Key and value of ``--set KEY=VALUE``."""
    key, equals, written = (part.strip() for part in text.partition("="))
    if not key or not equals:
        raise RefusedError(f"--set {text}: expected KEY=VALUE, such as support.supervision.every_weeks=1")
    from peersim.scenario.files import value

    return key, value(written, f"--set {key}")


@contextmanager
def _place(out: Path | None) -> Iterator[Path | None]:
    """The folder to write to, held ready before anything is computed."""
    if out is None:
        yield None
        return
    from peersim.results.files import OutputError, new_folder

    try:
        with new_folder(out) as folder:
            yield folder
    except OutputError as error:
        raise RefusedError(f"--out {error}") from error


def _write(results: Results, folder: Path, started: datetime, seconds: float) -> None:
    from peersim.report import figures
    from peersim.results import files

    with _status("Writing tables and figures ..."):
        files.write_tables(results, folder)
        figures.save_all(results, folder / "figures")
        files.write_manifest(results, folder, files.Timing(started, seconds))


@contextmanager
def _terminable() -> Iterator[None]:
    """Being told to end (SIGTERM) is taken like Ctrl-C: everything is tidied up on the way out."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _progress(replicates: int) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, if that is a terminal, for a run that takes longer than `PATIENCE`."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = _console(stderr=True)
    if not console.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, redirect_stdout=False)
    task = bar.add_task("Simulating", total=replicates)
    patience = threading.Timer(PATIENCE, bar.start)
    patience.start()
    try:
        yield lambda done, _total: bar.update(task, completed=done)
    finally:
        patience.cancel()
        patience.join()
        bar.stop()


def _status(what: str) -> AbstractContextManager[object]:
    console = _console(stderr=True)
    return console.status(what) if console.is_terminal else nullcontext()


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def _as_object(results: Results) -> dict[str, Any]:
    rows = results.outcomes.to_dict("index")
    return {
        "scenario": results.scenario.name,
        "replicates": results.replicates,
        "seed": results.seed,
        "weeks": results.weeks,
        "outcomes": {
            str(name): {**{key: _or_none(row[key]) for key in ("mean", "low", "high")}, "unit": row["unit"]}
            for name, row in rows.items()
        },
    }


def _or_none(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _show(results: Results, out: Path | None) -> None:
    """The outcomes as a table, with what a reader has to know to read it."""
    console = _console()
    console.print(_outcome_table(results))
    console.print(_footnotes(results))
    if out is not None:
        console.print(f"\nFiles are in {out}", soft_wrap=True)


def _outcome_table(results: Results) -> Table:
    from rich.table import Table
    from rich.text import Text

    from peersim.results.outcomes import OUTCOMES

    size = f"{_count(results.replicates, 'replicate')}, {_count(results.weeks, 'week')}, seed {results.seed}"
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
            write = _pounds if outcome.unit.startswith("pounds") else _share
            unit = outcome.unit.replace("pounds", "£")
            table.add_row(outcome.label, write(row["mean"]), _interval(row, write), unit)
    return table


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _share(number: float) -> str:
    return "-" if math.isnan(number) else f"{number:.3f}"


def _pounds(number: float) -> str:
    return "-" if math.isnan(number) else f"{number:,.0f}"


def _interval(row: Mapping[Any, Any], write: Callable[[float], str]) -> str:
    return "-" if math.isnan(row["low"]) else f"{write(row['low'])} to {write(row['high'])}"


def _footnotes(results: Results) -> str:
    from peersim.results.outcomes import LAST_WEEKS, RETENTION_WEEKS

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
        f"{name} {_share(rows.loc[name, 'in_post'])} / {_share(rows.loc[name, 'entry_cohort'])}" for name in rows.index
    ]
    return (
        "Means over people in post hide those who left. People in post / entry cohort (first holders of all posts, "
        f"leavers as they left): {', '.join(both)}"
    )


# scenarios --------------------------------------------------------------------


@app.command()
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


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that check and complete while typing."""
    typer.echo(json.dumps(peersim.json_schema(), indent=2, ensure_ascii=False))


@app.command()
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
    _console().print(table)


@app.command()
def mechanisms() -> None:
    """List what happens in a week, in order.

    All but the measurement can be switched off: --set model.off=[NAME, NAME]
    """
    from peersim.scenario.mechanisms import MECHANISMS

    _two_columns(list(MECHANISMS.items()))


# story ------------------------------------------------------------------------


@app.command()
def story(
    scenario: ScenarioArgument,
    seed: SeedOption = 1,
    replicate: Annotated[int, typer.Option("--replicate", min=0, max=MOST_KEY, help="Which world.")] = 0,
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            metavar="TEAM/POST",
            help="Whose life, as in 'Community team 1/1'; TEAM/POST/2 for the second to hold that post. "
            "By default the most telling life.",
        ),
    ] = None,
    settings: SetOption = None,
) -> None:
    """Tell the life of one peer worker in words."""
    case = _read(scenario, settings or [])
    try:
        text = peersim.story(case, seed=seed, replicate=replicate, person=person)
    except ValueError as error:
        if not str(error).startswith("person: "):
            raise
        raise RefusedError(f"--{error}") from None
    typer.echo(text)
