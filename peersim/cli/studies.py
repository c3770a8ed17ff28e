"""`peersim sweep` and `peersim retry`: running a study, and what of it failed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from peersim.cli.common import INTERRUPTED, RefusedError, console, count, progress, status, terminable
from peersim.cli.outputs import Clock, say_written

if TYPE_CHECKING:
    from rich.table import Table

    from peersim.studies.folder import Sweep
    from peersim.studies.study import Study

UNFINISHED: Final = 3
"""Exit status where --max-runs ended a study before all was done."""
SHOWN_POINTS: Final = 20
SHOWN_OUTCOMES: Final = 6
SHOWN_FAILURES: Final = 5

OutFolder = Annotated[
    Path, typer.Option("--out", "-o", metavar="DIR", help="The study's folder: tables, figures, and its store.")
]
StoreOption = Annotated[
    Path | None,
    typer.Option("--store", metavar="DIR", help="A store that several studies share, if not the one in their folder."),
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Threads in this process; all cores by default.")
]
ClusterOption = Annotated[
    str | None,
    typer.Option("--cluster", metavar="ADDRESS", help="local:4 (processes), or a Dask scheduler, tcp://host:8786."),
]
MostOption = Annotated[
    int | None,
    typer.Option("--max-runs", min=1, help="Stop after about so many new worlds; the same command goes on from there."),
]


def sweep(
    study: Annotated[Path, typer.Argument(help="A study file (YAML).")],
    out: OutFolder,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    most: MostOption = None,
    store: StoreOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Run it however large it is.")] = False,
) -> None:
    """Run a study: every point of its design, with nothing done twice and nothing lost.

    The same command again goes on where it stopped. Exit status 3 if --max-runs ended it before all was done.

    Try: peersim sweep experiments/supervision.yaml --out results/supervision
    """
    from peersim.studies.reading import read

    _run(read(study), out, workers=workers, cluster=cluster, max_runs=most, store=store, yes=yes)


def retry(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A study's folder.")],
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    store: StoreOption = None,
) -> None:
    """Try again what failed in a study."""
    from peersim.studies import study as studies
    from peersim.studies.folder import STORE
    from peersim.studies.reading import read
    from peersim.studies.store import LEDGER

    if not (folder / studies.FILE).is_file():
        raise RefusedError(f"{folder}: is not the folder of a study: it has no {studies.FILE}")
    place = folder / STORE if store is None else store
    if not (place / LEDGER).is_file():
        raise RefusedError(f"{place}: is no store; name the one that the study was run with (--store)")
    _run(read(folder / studies.FILE), folder, workers=workers, cluster=cluster, store=store, retry=True, yes=True)


def _run(study: Study, out: Path, **options: Any) -> None:
    from peersim.studies.sweep import UnfinishedError
    from peersim.studies.sweep import sweep as run

    clock = Clock()
    with resumable(out):
        try:
            with progress(study.n_worlds) as done:
                found = run(study, out, progress=done, told=say, **options)
        except UnfinishedError as error:
            say(str(error))
            raise typer.Exit(UNFINISHED) from None
        _draw(found, clock)
    _show(found)
    say_written(out)


@contextmanager
def resumable(out: Path) -> Iterator[None]:
    """Work through a store: an interruption loses nothing, and what cannot be written or read is told."""
    from peersim.results.files import InputError, OutputError, told

    try:
        with terminable(), told(out):
            yield
    except KeyboardInterrupt:
        say("peersim: interrupted; what was finished is kept, and the same command goes on from there")
        raise typer.Exit(INTERRUPTED) from None
    except (OutputError, InputError) as error:
        raise RefusedError(str(error)) from error


def say(sentence: str) -> None:
    """A sentence beside the answer, on standard error."""
    typer.echo(sentence, err=True)


def _draw(found: Sweep, clock: Clock) -> None:
    from peersim.report.figures import study as figures
    from peersim.report.figures import style
    from peersim.studies import folder

    with status("Drawing ..."):
        style.save(figures.draw(found.responses, found.study.outcomes[:SHOWN_OUTCOMES]), found.folder / folder.FIGURES)
        folder.finish(found.study, found.folder, clock.stop())


def _show(found: Sweep) -> None:
    screen = console(piped=150)
    study = found.study
    size = f"{count(len(found.points), 'point')}, {count(study.replicates, 'replicate')} each, seed {study.seed}"
    screen.print(f"{study.name}: {size}\n", style="bold")
    screen.print(_point_table(found) if len(found.points) <= SHOWN_POINTS else _range_table(found))
    failed = found.failures
    if len(failed):
        points = failed["point"].nunique()
        screen.print(f"\n{count(points, 'point')} failed (failures.csv; peersim retry {found.folder}):")
        for error, rows in list(failed.groupby("error", sort=False))[:SHOWN_FAILURES]:
            screen.print(f"  point {rows['point'].iloc[0]}{' and others' if len(rows) > 1 else ''}: {error}")


def _point_table(found: Sweep) -> Table:
    """The value of every factor and the mean of the first outcomes, point by point."""
    from peersim.studies.store import FAILED

    table = _table()
    names = [factor.name for factor in found.study.factors]
    shown = found.study.outcomes[:SHOWN_OUTCOMES]
    for name in ("point", *names, *shown):
        table.add_column(name, justify="right")
    means = {name: found.responses.of(name)["mean"].to_numpy() for name in shown}
    for point, row in enumerate(found.points.to_dict("records")):
        values = ["failed"] * len(shown) if row["state"] == FAILED else [_number(means[name][point]) for name in shown]
        table.add_row(str(point), *(str(row[name]) for name in names), *values)
    return table


def _range_table(found: Sweep) -> Table:
    """How far each outcome goes over the points."""
    table = _table()
    for name in ("outcome", "least", "median", "most"):
        table.add_column(name, justify="left" if name == "outcome" else "right")
    for outcome in found.study.outcomes:
        means = found.responses.of(outcome)["mean"].dropna()
        spread = [means.min(), means.median(), means.max()] if len(means) else [math.nan] * 3
        table.add_row(outcome, *map(_number, spread))
    return table


def _table() -> Table:
    from rich.table import Table

    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3f}"
