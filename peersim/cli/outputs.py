"""Where results go besides the screen: a folder, a report, a spreadsheet.  Each is complete, or not there at all."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from peersim.cli.common import RefusedError, console, status

if TYPE_CHECKING:
    from peersim.analysis.attribution import Attribution
    from peersim.analysis.comparison import Comparison
    from peersim.results.files import Timing
    from peersim.results.results import Results

OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="A new folder for tables, figures and manifest.")
]
ReportOption = Annotated[
    Path | None, typer.Option("--report", metavar="FILE.html", help="A new file: a report that opens in any browser.")
]
SheetOption = Annotated[
    Path | None, typer.Option("--xlsx", metavar="FILE.xlsx", help="A new file: a spreadsheet of all tables.")
]


class Places(NamedTuple):
    """Where to write, under provisional names; None where nothing was asked for."""

    folder: Path | None
    report: Path | None
    sheet: Path | None

    @property
    def any(self) -> bool:
        """Whether anything is to be written."""
        return any(place is not None for place in self)


@contextmanager
def places(out: Path | None, report: Path | None = None, sheet: Path | None = None) -> Iterator[Places]:
    """The places to write to, held ready before anything is computed."""
    from peersim.results.files import new_file, new_folder

    with ExitStack() as held:

        def hold(option: str, make: Any, path: Path | None) -> Path | None:
            if path is None:
                return None
            return held.enter_context(_told(option, make(path)))

        yield Places(
            hold("--out", new_folder, out), hold("--report", new_file, report), hold("--xlsx", new_file, sheet)
        )


@contextmanager
def _told(option: str, place: Any) -> Iterator[Path]:
    from peersim.results.files import OutputError

    try:
        with place as path:
            yield path
    except OutputError as error:
        raise RefusedError(f"{option} {error}") from error


class Clock:
    """Time of a run, for its manifest."""

    def __init__(self) -> None:
        self._start, self._started = time.perf_counter(), datetime.now(UTC).astimezone()

    def stop(self) -> Timing:
        """When the run started and how long it has taken."""
        from peersim.results.files import Timing

        return Timing(self._started, time.perf_counter() - self._start)


def say_written(*paths: Path | None) -> None:
    """Tell where files are."""
    for path in filter(None, paths):
        what = f"Files are in {path}" if path.is_dir() else f"Written: {path}"
        console().print(f"\n{what}", soft_wrap=True)


def write_run(results: Results, places: Places, timing: Timing) -> None:
    """Write what was asked for of a run."""
    if not places.any:
        return
    from peersim.report.figures import run as figures
    from peersim.results import files

    with status("Writing tables and figures ..."):
        if places.folder is not None:
            files.write_tables(results, places.folder)
            figures.save_all(results, places.folder / "figures")
            files.write_manifest(results, places.folder, timing)
        forward_run(results, places, files.about(results) | files.origin(timing))


def forward_run(results: Results, places: Places, manifest: Mapping[str, Any]) -> None:
    """Write report and spreadsheet of a run, as far as they were asked for."""
    from peersim.report import again, page, workbook

    if places.report is not None:
        _write_page(places.report, page.of_run(results, manifest, command=again.run(results)))
    if places.sheet is not None:
        workbook.of_run(results, places.sheet)


def forward_comparison(comparison: Comparison, places: Places, manifest: Mapping[str, Any], effect: str) -> None:
    """Write report and spreadsheet of a comparison, as far as they were asked for."""
    from peersim.report import again, page, workbook

    if places.report is not None:
        command = again.compare(comparison, effect)
        _write_page(places.report, page.of_comparison(comparison, manifest, command=command, effect=effect))
    if places.sheet is not None:
        workbook.of_comparison(comparison, places.sheet, effect)


def _write_page(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def write_attribution(attribution: Attribution, places: Places, timing: Timing, outcomes: Sequence[str]) -> None:
    """Write a bundle taken apart to a folder, if one was asked for."""
    if places.folder is None:
        return
    from peersim.analysis import files
    from peersim.report.figures import attribution as figures

    with status("Writing tables and figures ..."):
        figures.save_all(attribution, places.folder / "figures", outcomes)
        files.write_attribution(attribution, places.folder, timing)


def write_comparison(comparison: Comparison, places: Places, timing: Timing, effect: str) -> None:
    """Write what was asked for of a comparison."""
    if not places.any:
        return
    from peersim.analysis import files as kept
    from peersim.report.figures import comparison as figures
    from peersim.results import files

    with status("Writing tables and figures ..."):
        if places.folder is not None:
            kept.write_tables(comparison, places.folder)
            figures.save_all(comparison, places.folder / "figures", effect)
            kept.write_manifest(comparison, places.folder, timing)
        forward_comparison(comparison, places, kept.about(comparison) | files.origin(timing), effect)
