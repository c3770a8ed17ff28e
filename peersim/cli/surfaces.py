"""`peersim surface`: what a study found, carried over to the places between its points, and how far to trust that."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from peersim.cli.common import RefusedError, console, setting, status, terminable
from peersim.cli.outputs import Clock, OutOption, places, say_written
from peersim.cli.sweeps import PIPED, FolderArgument, heading, read_responses

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from rich.table import Table

    from peersim.report.figures.surface import View
    from peersim.results.files import Timing

SURFACE: Final = "surface"
"""Kind of a folder that holds a surface."""
STEPS: Final = 41
"""Places along each axis in the table that is written."""


def surface(
    folder: FolderArgument,
    x: Annotated[str, typer.Option("--x", metavar="FACTOR", help="The factor along which the outcome is shown.")],
    y: Annotated[str | None, typer.Option("--y", metavar="FACTOR", help="A second factor: a surface.")] = None,
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="OUTCOME", help="By default the first that the study names.")
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--at",
            metavar="FACTOR=VALUE",
            help="Where another factor is held; by default in the middle of what the study varied. May be repeated.",
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="gp (Gaussian process) or boosting; by default the one with the smaller error."),
    ] = None,
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print error and table as one JSON object.")] = False,
) -> None:
    """Interpolate what a study found, with the cross-validated error of that.

    Try: peersim surface results/supervision --x support.supervision.every_weeks
    """
    from peersim.analysis.errors import check_outcomes
    from peersim.analysis.exploration.metamodel.metamodel import interpolate
    from peersim.report.figures.surface import View

    held = dict(setting(text, "--at", "identity.formalisation=0.5") for text in at or [])
    if len(held) < len(at or []):
        raise RefusedError("--at: a factor is held at one value; found one of them twice")
    responses = read_responses(folder)
    for name in (x, *([y] if y else []), *held):
        responses.factor(name)
    chosen = outcome or responses.outcomes[0]
    check_outcomes([chosen], "--outcome", responses.outcomes)
    with terminable(), places(out) as ready:
        clock = Clock()
        with status("Interpolating ..."):
            view = View(interpolate(responses, chosen, kind), x, y, held)
            table = _table(view)
        if ready.folder is not None:
            _write(view, ready.folder, clock.stop())
    if as_json:
        content = _content(view) | {"table": json.loads(table.to_json(orient="records", double_precision=15))}
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _show(view, table)
        say_written(out)


def _table(view: View, steps: int | None = None) -> pd.DataFrame:
    model = view.metamodel
    return model.profile(view.x, view.at, steps) if view.y is None else model.surface(view.x, view.y, view.at, steps)


def _content(view: View) -> dict[str, Any]:
    return view.metamodel.to_dict() | {"x": view.x, "y": view.y, "held": view.held}


def _write(view: View, folder: Path, timing: Timing) -> None:
    """Write the surface as CSV and as a figure, and a manifest with its error."""
    from importlib.metadata import version

    from peersim.report.figures import style
    from peersim.report.figures.surface import draw
    from peersim.results import files

    with status("Writing table and figure ..."):
        _table(view, STEPS).to_csv(folder / "surface.csv", index=False, lineterminator="\n", encoding="utf-8")
        style.save({"surface": draw(view)}, folder / "figures")
        learnt = {"learnt_with": f"scikit-learn {version('scikit-learn')}"}
        files.describe(folder, {"kind": SURFACE, "metamodel": _content(view) | learnt}, timing)


# screen -----------------------------------------------------------------------


def _show(view: View, table: pd.DataFrame) -> None:
    """The error in words, and a small table."""
    model, screen = view.metamodel, console(piped=PIPED)
    screen.print(heading(model.responses, f"{model.meant.label}, interpolated"), style="bold")
    for sentence in model.sentences():
        screen.print(sentence)
    if view.held:
        screen.print(f"Held: {', '.join(f'{name} at {_written(value)}' for name, value in view.held.items())}.")
    screen.print()
    screen.print(_curve(view, table) if view.y is None else _grid(view, table))


def _curve(view: View, table: pd.DataFrame) -> Table:
    from peersim.analysis import words

    meant, shown = view.metamodel.meant, _empty([view.x, "expected", "95 % interval", "without common luck"])
    for row in table.to_dict("records"):
        cells = [words.amount(row[name], meant) for name in ("mean", "low", "high", "shape_low", "shape_high")]
        mean, low, high, shape_low, shape_high = cells
        shown.add_row(_written(row[view.x], view.x, view), mean, f"{low} to {high}", f"{shape_low} to {shape_high}")
    return shown


def _grid(view: View, table: pd.DataFrame) -> Table:
    """Means, the first factor down and the second across."""
    from peersim.analysis import words

    assert view.y is not None
    across = list(dict.fromkeys(table[view.y]))
    shown = _empty([f"{view.x} \\ {view.y}", *(_written(value, view.y, view) for value in across)])
    for value in dict.fromkeys(table[view.x]):
        means = table.loc[table[view.x] == value, "mean"]
        shown.add_row(_written(value, view.x, view), *(words.amount(mean, view.metamodel.meant) for mean in means))
    return shown


def _empty(heads: Sequence[str]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left")
    return table


def _written(value: Any, name: str = "", view: View | None = None) -> str:
    """A value of a factor, as a scenario has it."""
    if view is not None and value == 0 and view.metamodel.scale(name).has_none:
        return "0 (none)"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else str(value)
