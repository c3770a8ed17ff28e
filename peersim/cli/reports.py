"""`peersim report`: results in a folder, as a report or a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from peersim.cli.common import RefusedError, status, terminable
from peersim.cli.comparisons import EffectOption
from peersim.cli.outputs import SheetOption, compare_again, places, run_again, say_written


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
    from peersim.report import page, workbook
    from peersim.results import files

    check_effect(effect)
    with terminable(), places(None, out, sheet) as ready, status("Reading and drawing ..."):
        text = ""
        try:
            manifest = files.manifest(folder)
            if manifest.get("kind") == kept.COMPARISON:
                comparison = kept.load(folder)
                text = page.of_comparison(
                    comparison, manifest, command=compare_again(comparison, effect), effect=effect
                )
                if ready.sheet:
                    workbook.of_comparison(comparison, ready.sheet)
            elif manifest.get("kind") == files.RUN:
                results = files.load(folder)
                text = page.of_run(results, manifest, command=run_again(results))
                if ready.sheet:
                    workbook.of_run(results, ready.sheet)
            else:
                found, allowed = manifest.get("kind"), f"{files.RUN!r}, {kept.COMPARISON!r}"
                raise RefusedError(f"{folder}: kind of results: found {found!r}; allowed: {allowed}")
        except files.InputError as error:
            raise RefusedError(str(error)) from error
        if ready.report:
            ready.report.write_text(text, encoding="utf-8", newline="\n")
    say_written(out, sheet)
