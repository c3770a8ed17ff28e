"""Figures of a study with one factor, or with every value of one met by every value of another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from peersim.analysis import words
from peersim.analysis.exploration.metamodel.scale import Scale
from peersim.report.figures import factors, style
from peersim.report.figures.comparison import LOOKS, Look
from peersim.report.figures.style import INK, PALE, WIDTH, Floats, styled
from peersim.report.figures.view import PAIRED, View, about, panel_title, write_axis

MOST_LINES: Final = 6
"""Levels of a factor with a line of their own."""
MOST_BARS: Final = 15
"""Points in a row with an interval of their own; more have a band."""
APART: Final = 0.05
"""How far lines are moved aside so that their intervals can be told apart, in shares of the smallest gap."""
SHADES: Final = LinearSegmentedColormap.from_list("depth", ["#F1F7FB", "#8FC1DF", "#0072B2", "#08304F"])
"""From pale to dark, also in grey."""
CELL: Final = (0.5, 0.62)
"""Least width in inches of a cell in which a number is written, and of one with pounds."""
DARK: Final = 0.179
"""Luminance of a cell below which white letters have more contrast than black ones."""
BAR: Final = 1.3
"""Inches beside a heat map for its scale."""
LETTER: Final = 0.078
"""Inches that a letter takes below a heat map."""
MOST_ROWS: Final = 16
"""Rows of a heat map that all have a label, if they are numbers."""
TALLEST: Final = 6.5
"""Inches of the tallest heat map of numbers with one cell above the other."""


def suit_lines(scales: Sequence[Scale]) -> bool:
    """Whether two factors can be shown as a few lines along an ordered one."""
    along, by = along_and_by(scales)
    return along.factor.ordered and len(by.met) <= MOST_LINES


def along_and_by(scales: Sequence[Scale]) -> tuple[Scale, Scale]:
    """The factor along the axis (ordered, with more values), and the other one."""
    along, by = sorted(scales, key=lambda scale: (not scale.factor.ordered, -len(scale.met)))
    return along, by


# rows of points ---------------------------------------------------------------


@styled
def lines(view: View) -> Figure:
    """Outcomes along an ordered factor, a line for each level of another if there is one."""
    scales = view.scales()
    along, by = along_and_by(scales) if len(scales) == 2 else (scales[0], None)
    handles = [] if by is None else _handles(by)
    room = 0.24 * (1 + math.ceil(len(handles) / _columns(handles))) if by is not None else 0.0
    columns, each = (1, 3.4) if len(view.outcomes) == 1 else (2, 2.35)
    bands = "Bars: 95 % intervals" if len(along.met) <= MOST_BARS else "Bands: 95 % intervals"
    aside = "Lines are moved aside a little to tell them apart" if by is not None and view.has_intervals else ""
    title = factors.titled(_what(view), [along.factor] if by is None else [along.factor, by.factor])
    figure, axes = _panels(
        view, title, view.note(f"{bands}. {PAIRED}", aside, factors.unequal([along])), columns, room=room, each=each
    )
    for ax, name in zip(axes, view.outcomes, strict=False):
        table = view.table(name)
        for level, look, shift in _by(by):
            rows = table if by is None else _at(table, by, level)
            _row(ax, view, along, rows, look, shift)
        factors.put_on(ax.xaxis, along)
        ax.set_xlabel(factors.label(along.factor), fontsize=10)
        ax.margins(x=0.06, y=0.1)
        _finish(ax, name, table)
    if by is not None:
        _legend(figure, handles, factors.label(by.factor))
    return figure


def _what(view: View) -> str:
    return about(view.outcomes[0]).label if len(view.outcomes) == 1 else "Outcomes"


def _by(by: Scale | None) -> list[tuple[Any, Look, float]]:
    """Each level with how it looks and how far it is moved aside."""
    if by is None:
        return [(None, LOOKS[0], 0.0)]
    middle = (len(by.met) - 1) / 2
    return [(level, LOOKS[number], APART * (number - middle)) for number, level in enumerate(by.met)]


def _at(table: pd.DataFrame, by: Scale, level: Any) -> pd.DataFrame:
    return table.loc[np.array([value == level for value in table[by.factor.name]], bool)]


def _row(ax: Axes, view: View, along: Scale, rows: pd.DataFrame, look: Look, shift: float) -> None:
    """A line through the points of some rows, with their intervals; broken where a point has no value."""
    places = pd.Index(along.positions(along.met))
    rows = rows.set_index(along.positions(rows[along.factor.name].tolist()))
    rows = rows.loc[~rows.index.duplicated(), ["mean", "low", "high"]].reindex(places)
    dense = len(places) > MOST_BARS
    moved = places.to_numpy() + (0.0 if dense else shift * float(np.diff(places).min()))
    last = len(places) - along.has_none
    kind: dict[str, Any] = {"color": look.colour, "marker": "" if dense else look.marker, "markersize": 5.5}
    ax.plot(moved[:last], rows["mean"][:last], linestyle=look.dash, **kind)
    ax.plot(moved[last:], rows["mean"][last:], linestyle="", **(kind | {"marker": look.marker}))
    if not view.has_intervals:
        return
    if dense:
        band: dict[str, Any] = {"color": look.colour, "alpha": 0.2, "linewidth": 0}
        ax.fill_between(moved[:last], rows["low"][:last], rows["high"][:last], **band)
        moved, rows = moved[last:], rows[last:]
    ax.vlines(moved, rows["low"], rows["high"], color=look.colour, linewidth=1.2)


@styled
def dots(view: View) -> Figure:
    """Outcomes of each level of a factor whose levels are names: a dot and its interval for each."""
    (scale,) = view.scales()
    labels = [factors.wrapped(text, 30) for text in factors.values(scale)]
    title = factors.titled(_what(view), [scale.factor])
    each = 0.3 + len(labels) * (0.16 + 0.13 * max(text.count("\n") + 1 for text in labels))
    columns = min(3, len(view.outcomes))
    figure, axes = _panels(view, title, view.note(f"Lines: 95 % intervals. {PAIRED}"), columns, each=each, left=2.7)
    for number, (ax, name) in enumerate(zip(axes, view.outcomes, strict=False)):
        table, outcome = view.table(name), about(name)
        places = scale.positions(table[scale.factor.name].tolist())
        if view.has_intervals:
            ax.hlines(places, table["low"], table["high"], color=LOOKS[0].colour, linewidth=2)
        ax.plot(table["mean"], places, "o", color=LOOKS[0].colour, markersize=6)
        ax.set_yticks(range(len(labels)), labels if number % columns == 0 else [""] * len(labels))
        ax.set_ylim(len(labels) - 0.5, -0.5)
        ax.tick_params(axis="y", length=0)
        ax.tick_params(labelsize=9.5)
        ax.locator_params(axis="x", nbins=3)
        ax.margins(x=0.1)
        if table.empty:
            style.nothing(ax, f"{factors.wrapped(outcome.label, 16)}:\nno value.")
        else:
            panel_title(ax, outcome, 42 if columns == 1 else 18)
            write_axis(ax.xaxis, outcome)
    return figure


def _panels(
    view: View, title: str, note: str, columns: int, *, room: float = 0.0, each: float = 2.35, left: float = 0.95
) -> tuple[Figure, list[Axes]]:
    """A page with a panel for each outcome, in so many columns."""
    rows, between = math.ceil(len(view.outcomes) / columns), 1.05
    if len(view.outcomes) > 1:
        note += ". Each panel has a scale of its own"
    height = 1.75 + room + rows * each + (rows - 1) * between
    kind: dict[str, Any] = {"sharex": False, "sharey": False, "above": 1.0 + room, "left": left}
    figure, axes = style.page(view.source, title, height, (rows, columns), note=note, **kind)
    figure.subplots_adjust(hspace=between / each, wspace=0.28 if columns < 3 else 0.12)
    for ax in axes[len(view.outcomes) :]:
        ax.set_axis_off()
    return figure, axes


def _finish(ax: Axes, name: str, table: pd.DataFrame) -> None:
    outcome = about(name)
    if table.empty:
        ax.clear()
        style.nothing(ax, f"{factors.wrapped(outcome.label, 30)}:\nno value.")
        return
    panel_title(ax, outcome)
    ax.locator_params(axis="y", nbins=5)
    ax.tick_params(labelsize=9.5)
    write_axis(ax.yaxis, outcome)


def _handles(by: Scale) -> list[Line2D]:
    return [
        Line2D(
            [],
            [],
            color=look.colour,
            marker=look.marker,
            linestyle=look.dash,
            markersize=5.5,
            label=style.short(told, 40),
        )
        for (_, look, _), told in zip(_by(by), factors.values(by), strict=True)
    ]


def _columns(handles: Sequence[Line2D]) -> int:
    """Columns of a legend that fit the page."""
    widest = max((len(str(handle.get_label())) for handle in handles), default=0)
    return max(1, min(len(handles), int((WIDTH - 0.3) / (0.65 + 0.085 * widest))))


def _legend(figure: Figure, handles: Sequence[Line2D], title: str) -> None:
    place = (0.08 / WIDTH, 1 - 0.42 / figure.get_figheight())
    figure.legend(
        handles=handles,
        title=title,
        loc="upper left",
        bbox_to_anchor=place,
        ncols=_columns(handles),
        alignment="left",
        handlelength=3.2,
        columnspacing=1.5,
    )


# heat maps --------------------------------------------------------------------


@styled
def heat_map(view: View) -> Figure:
    """The first of the outcomes for every pair of values of two factors: shades, and numbers where there is room."""
    (name,) = view.outcomes
    outcome = about(name)
    across, down = _across_and_down(view.scales())
    table = view.table(name)
    grid = _matrix(table, across, down)
    title = factors.titled(outcome.label, [across.factor, down.factor])
    left = 0.75 + 0.075 * min(34, max(len(text) for text in factors.values(down)))
    width = (WIDTH - left - BAR) / len(across.met)
    labels, turned = _across(across, width)
    note = view.note(_reach(table, name), factors.unequal([across, down]), _blank(grid))
    lines = 0.5 * LETTER * max(map(len, labels)) if turned else 0.16 * max(text.count("\n") + 1 for text in labels)
    below = 0.75 + lines
    height = 1.1 + below + min(max(0.36 * len(down.met), 1.8), TALLEST)
    figure, (ax,) = style.page(view.source, title, height, note=note, left=left, above=0.65, below=below)
    figure.subplots_adjust(right=1 - BAR / WIDTH)
    if table.empty:
        style.nothing(ax, f"{outcome.label}: no value.")
        return figure
    many = 0.36 * len(down.met) > TALLEST or width < 0.3
    edges = [np.arange(len(scale.met) + 1) - 0.5 for scale in (across, down)]
    shown = ax.pcolormesh(
        *edges, np.ma.masked_invalid(grid), cmap=SHADES, edgecolors="white", linewidth=0.3 if many else 1
    )
    ax.set_facecolor(PALE)
    here = ax.get_position()
    beside = figure.add_axes((here.x1 + 0.12 / WIDTH, here.y0, 0.16 / WIDTH, here.height))
    bar = figure.colorbar(shown, cax=beside)
    bar.outline.set_visible(False)
    bar.set_label(outcome.unit.replace("pounds", "£"), fontsize=10)
    bar.ax.tick_params(labelsize=9.5)
    write_axis(bar.ax.yaxis, outcome)
    ax.set_xticks(range(len(labels)), labels)
    if turned:
        ax.tick_params(axis="x", labelrotation=30)
        for text in ax.get_xticklabels():
            text.set(ha="right", rotation_mode="anchor")
    _name_cells(ax, across, down)
    if not many and width >= CELL[outcome.unit.startswith("pounds")]:
        _write_cells(ax, grid, shown.norm, name)
    return figure


def _across_and_down(scales: Sequence[Scale]) -> tuple[Scale, Scale]:
    """The factor with the shorter names across, and of ordered ones that with more values."""
    by_room = sorted(scales, key=lambda scale: (max(map(len, factors.values(scale))) > 8, -len(scale.met)))
    across, down = by_room if all(scale.factor.ordered for scale in scales) else _short_first(scales)
    return across, down


def _short_first(scales: Sequence[Scale]) -> list[Scale]:
    return sorted(scales, key=lambda scale: (not scale.factor.ordered, sum(map(len, factors.values(scale)))))


def _matrix(table: pd.DataFrame, across: Scale, down: Scale) -> Floats:
    """Means by place, shape (down, across); not a number where there is none."""
    grid = np.full((len(down.met), len(across.met)), np.nan)
    columns, rows = ([scale.met.index(value) for value in table[scale.factor.name]] for scale in (across, down))
    grid[rows, columns] = table["mean"]
    return grid


def _across(across: Scale, width: float) -> tuple[list[str], bool]:
    """Labels below cells of a width in inches, and whether they have to be turned to fit; some are left out of many."""
    told = factors.values(across)
    if across.factor.ordered:
        step = math.ceil(max(map(len, told)) * LETTER / width + 0.1)
        return [text if place % step == 0 else "" for place, text in enumerate(told)], False
    letters = int(width / LETTER)
    if max(len(word) for text in told for word in text.split()) > letters:
        return [style.short(text, 24) for text in told], True
    return [factors.wrapped(text, letters, 3) for text in told], False


def _name_cells(ax: Axes, across: Scale, down: Scale) -> None:
    told = factors.values(down)
    step = math.ceil(len(told) / MOST_ROWS) if down.factor.ordered else 1
    ax.set_yticks(range(0, len(told), step), [style.short(text, 34) for text in told[::step]])
    ax.set_xlabel(factors.label(across.factor))
    ax.set_ylabel(factors.label(down.factor))
    ax.tick_params(length=0, labelsize=9.5)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    # Numbers go up, names are read down.
    ends = (-0.5, len(told) - 0.5)
    ax.set_ylim(ends if down.factor.ordered else ends[::-1])


def _write_cells(ax: Axes, grid: Floats, norm: Any, name: str) -> None:
    for (row, column), value in np.ndenumerate(grid):
        if np.isnan(value):
            ax.text(column, row, "–", ha="center", va="center", fontsize=9.5, color=INK)
            continue
        dark = _luminance(SHADES(float(norm(value)))) < DARK
        text = words.amount(float(value), about(name))
        ax.text(column, row, text, ha="center", va="center", fontsize=9.5, color="white" if dark else INK)


def _luminance(colour: Sequence[float]) -> float:
    """Relative luminance of a colour, as the contrast of letters is reckoned (WCAG 2.2)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def _reach(table: pd.DataFrame, name: str) -> str:
    """How far the intervals reach, which the cells have no room for."""
    half = (table["high"] - table["low"]) / 2
    if half.isna().all():
        return ""
    middle, most = (words.amount(float(value), about(name)) for value in (half.median(), half.max()))
    return f"95 % intervals reach {middle} to either side at half of the points, {most} at most. {PAIRED}"


def _blank(grid: Floats) -> str:
    return "Grey cells: no value" if np.isnan(grid).any() and not np.isnan(grid).all() else ""
