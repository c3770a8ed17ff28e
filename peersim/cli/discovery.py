"""`peersim discover`: where, among all that a study varied, the points lie that somebody worries about."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from peersim.cli.common import SeedOption, console, status, terminable
from peersim.cli.outputs import Clock, OutOption, places, say_written
from peersim.cli.sweeps import PIPED, FolderArgument, heading, read_responses

if TYPE_CHECKING:
    from rich.table import Table

    from peersim.analysis.exploration.discovery.discovery import Discovery, Region
    from peersim.results.files import Timing

DISCOVERY: Final = "discovery"
"""Kind of a folder that holds a scenario discovery."""
_TERMS: Final = "Density: share of the points in a box that are cases. Coverage: share of all cases that are in it."
_ABOUT: Final = {
    "prim": "Quasi-p: chance of so many cases if the limit said nothing.",
    "cart": "The tree was pruned back to what other points confirm.",
}


def discover(
    folder: FolderArgument,
    when: Annotated[
        str,
        typer.Option(
            "--when",
            metavar="CONDITION",
            help='What makes a point a case, as in "retention_12m < 0.7" or "identity < 0.5 and exhaustion > 0.4".',
        ),
    ],
    method: Annotated[
        str, typer.Option("--method", help="prim: one box after the other; cart: a tree of boxes.")
    ] = "prim",
    seed: SeedOption = 1,
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
) -> None:
    """Find where in a study an outcome is met: ranges of its factors in which cases are dense.

    Try: peersim discover results/supervision --when "retention_12m < 0.7"
    """
    from peersim.analysis.exploration.discovery import discovery
    from peersim.analysis.exploration.discovery.condition import parse

    responses = read_responses(folder)
    condition = parse(when, responses.outcomes, "--when")
    with terminable(), places(out) as ready:
        clock = Clock()
        with status("Looking for boxes ..."):
            found = discovery.discover(responses, condition, method, seed)
        if ready.folder is not None:
            with status("Writing tables and figures ..."):
                _write(found, ready.folder, clock.stop())
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _show(found)
        say_written(out)


def _write(found: Discovery, folder: Path, timing: Timing) -> None:
    """Write what was found: words and numbers, all boxes looked at, all points, figures, and a manifest."""
    from peersim.report.figures import discovery as figures
    from peersim.results import files

    content = found.to_dict()
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / "discovery.json").write_text(text, encoding="utf-8", newline="\n")
    for name, table in (("trajectory", found.trajectory), ("points", found.table().rename_axis("point").reset_index())):
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    figures.save_all(found, folder / "figures")
    kept = ("study", "condition", "method", "seed", "replicates", "points")
    files.describe(folder, {"kind": DISCOVERY} | {name: content[name] for name in kept}, timing)


def _show(found: Discovery) -> None:
    screen = console(piped=PIPED)
    screen.print(heading(found.responses, f"Where {found.condition}"), style="bold")
    for text in found.in_words():
        screen.print(f"\n{text}")
    for number, region in enumerate(found.regions, 1):
        screen.print(_limit_table(region, number))
    others = _others(found)
    if others is not None:
        screen.print(others)
    if found.regions:
        screen.print(f"\n{_TERMS} {_ABOUT[found.method]}")


def _limit_table(region: Region, number: int) -> Table:
    """The limits of a box, beside what was tried."""
    table = _table(f"\nBox {number}")
    heads = ["factor", "in the box", "tried", "quasi-p", ""]
    for head in heads if region.quasi_p else [*heads[:3], ""]:
        table.add_column(head, justify="right" if head == "quasi-p" else "left")
    for limit in region.box.limits:
        unit = f" ({limit.factor.unit})" if limit.factor.unit else ""
        cells = [limit.factor.name, limit.said(), f"{limit.factor.in_words()}{unit}", limit.factor.meaning]
        if region.quasi_p:
            cells.insert(3, _quasi_p(region.quasi_p[limit.factor.name]))
        table.add_row(*cells)
    return table


def _quasi_p(ends: tuple[float, float]) -> str:
    largest = max(end for end in ends if not math.isnan(end))
    return "<0.001" if largest < 0.001 else f"{largest:.3f}"


def _others(found: Discovery) -> Table | None:
    """The best of the other boxes looked at with each number of limited factors, as what else could be chosen."""
    if found.method != "prim" or not found.regions:
        return None
    from peersim.analysis import words

    rows = found.trajectory[(found.trajectory["box"] == 1) & (found.trajectory["dimensions"] > 0)]
    best = rows.loc[rows.groupby("dimensions")["phi"].idxmax()]
    table = _table(f"\nThe best of {len(rows):,} boxes looked at, by how many factors they limit")
    for head, side in (("factors", "right"), ("density", "right"), ("coverage", "right"), ("limits", "left")):
        table.add_column(head, justify=side)  # type: ignore[arg-type]
    for row in best.to_dict("records"):
        shares = [words.percent(row[name]) for name in ("density", "coverage")]
        table.add_row(str(row["dimensions"]), *shares, str(row["limits"]))
    return table


def _table(title: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    look: dict[str, Any] = {"box": None, "pad_edge": False, "padding": (0, 2, 0, 0), "header_style": "bold"}
    return Table(title=Text(title, style="bold"), title_justify="left", **look)
