"""`peersim report`: results in a folder, as a report or a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from peersim.cli.common import RefusedError, status, terminable
from peersim.cli.comparisons import EffectOption
from peersim.cli.outputs import SheetOption, forward_comparison, forward_run, places, say_written


def report(
    folder: Annotated[Path, typer.Argument(help="A folder that run --out or compare --out wrote.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE.html", help="A new file for the report.")
    ] = None,
    sheet: SheetOption = None,
    effect: EffectOption = "years_retained",
) -> None:
    """Make a report to forward of results in a folder: one HTML file that opens anywhere and prints well."""
    if out is None and sheet is None:
        raise RefusedError("nothing to write: name a file with -o report.html, or with --xlsx tables.xlsx")
    from peersim.analysis import files as kept
    from peersim.analysis.economics import check_effect
    from peersim.results import files

    check_effect(effect)
    with terminable(), places(None, out, sheet) as ready, status("Reading and drawing ..."):
        try:
            manifest = files.manifest(folder)
            kind = manifest.get("kind")
            if kind == kept.COMPARISON:
                forward_comparison(kept.load(folder), ready, manifest, effect)
            elif kind == files.RUN:
                forward_run(files.load(folder), ready, manifest)
            else:
                allowed = f"{files.RUN!r}, {kept.COMPARISON!r}"
                raise RefusedError(f"{folder}: kind of results: found {kind!r}; allowed: {allowed}")
        except files.InputError as error:
            raise RefusedError(str(error)) from error
    say_written(out, sheet)
