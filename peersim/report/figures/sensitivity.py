"""Figures of a sensitivity analysis: what matters how much, what acts together, and what may be chance."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation

from peersim.analysis import words
from peersim.analysis.exploration.sensitivity import LABELS, Sensitivity
from peersim.analysis.exploration.sensitivity.sentences import (
    CURVED,
    DOWNWARDS,
    UP_OR_DOWN,
    UPWARDS,
    amount,
    name_of,
    percent,
    ways,
)
from peersim.report.figures import style
from peersim.report.figures.style import BLUE, GREY, INK, PALE, VERMILION, WIDTH, styled
from peersim.results.outcomes import OUTCOMES

PALE_BLUE: Final = "#8FC1DF"
LONGEST, LONGEST_IN_KEY = 40, 34
"""Characters of a factor's name, beside bars and in a key."""
SHADES: Final = LinearSegmentedColormap.from_list("share", ["white", PALE_BLUE])
"""Pale enough for numbers to be read on it."""
UNTOLD: Final = "cannot be told from chance"
CHANCE: Final = "(chance)"
NAME_SIZE: Final = 9.5
NEAR: Final = 12
"""Points from a dot to its number where there is room."""
LEFT, VALUES = 3.1, 0.85
"""Inches for names of factors, and for a column of values."""
MOST_ACROSS, MOST_UPRIGHT = 8, 4
"""Outcomes in one heat map, and how many of them have room for their names to be upright."""
ACROSS: Final = 1.8
"""Inches that a column of a heat map has at most."""

Draw = Callable[[Sensitivity], Figure]


def save_all(found: Sequence[Sensitivity], folder: Path) -> None:
    """Draw every figure of some outcomes of a study into a folder as PNG.

    Parameters
    ----------
    found : sequence of Sensitivity
        By one method; more than one get an overview as well, or several where a page is too narrow for all.
    folder : Path
    """
    figures = {f"{name}_{one.outcome}": draw(one) for one in found for name, draw in _figures(one)}
    if len(found) > 1:
        for page, first in enumerate(range(0, len(found), MOST_ACROSS), 1):
            figures["overview" if page == 1 else f"overview_{page}"] = overview(found[first : first + MOST_ACROSS])
    style.save(figures, folder)


def _figures(found: Sensitivity) -> Iterator[tuple[str, Draw]]:
    yield "factors", factors
    if found.method == "morris":
        yield "plane", plane
    if found.pairs is not None:
        yield "pairs", pairs


# factors ----------------------------------------------------------------------


@styled
def factors(found: Sensitivity) -> Figure:
    """A bar for each factor with its interval, what matters most on top, and what chance is beside it."""
    if found.method == "morris":
        return _effects(found)
    return _shifts(found) if found.method == "pawn" else _shares(found)


def _shares(found: Sensitivity) -> Figure:
    """First and total order, and the share of chance below them."""
    rows = found.ranked
    note = (
        "Shares are of the variance between points without chance; the hatched bar is the share of chance in all. "
        f"Total: with all that a factor does together with others; first: by itself. {_lines(found)}"
    )
    handles = [Patch(color=BLUE, label="total order"), Patch(color=PALE_BLUE, label="first order")]
    figure, ax = _page(found, len(rows) + 1, 0.5, note, handles)
    if rows["total"].isna().all():
        chance = "" if math.isnan(found.chance) else f"\n(chance: {_chance(found)} % of the variance between points)"
        style.nothing(ax, f"Too few points and replicates: no indices.{chance}")
        return figure
    for name, colour, shift in (("total", BLUE, -0.19), ("first", PALE_BLUE, 0.19)):
        _bars(ax, rows, name, [colour] * len(rows), lambda value: f"{percent(value)} %", shift=shift, thick=0.36)
    place = len(rows)
    if math.isnan(found.chance):
        ax.text(0.0, place, "  not known: one replicate at each point", fontsize=9, va="center")
    else:
        ax.barh(place, found.chance, height=0.5, color=GREY, hatch="///", edgecolor="white", linewidth=0)
        _value(ax, place, f"{_chance(found)} %")
    ax.axvline(0.0, color=INK, linewidth=1)
    _rows_axis(ax, [*_names(rows), CHANCE])
    ax.xaxis.set_major_formatter(lambda share, _: f"{percent(share)} %")
    ax.set_xlabel("Share of the variance between points")
    return figure


def _effects(found: Sensitivity) -> Figure:
    """Sizes of elementary effects, coloured by the way they go."""
    rows = found.ranked
    mark = "" if found.replicates == 1 else "Mark: what chance alone would hardly exceed. "
    note = (
        "mu*: size of the change in the outcome as a factor crosses its whole range, others held, averaged over where "
        f"they stand. {mark}{_chance_note(found)}. {_lines(found)}"
    )
    kinds = {UPWARDS: BLUE, DOWNWARDS: VERMILION, UP_OR_DOWN: GREY, UNTOLD: PALE}
    seen = ways(rows).where(rows["told"], UNTOLD)
    handles: list[Any] = [Patch(color=kinds[way], label=way) for way in kinds if (seen == way).any()]
    if mark:
        handles.append(
            Line2D([], [], color=INK, marker="|", markersize=11, markeredgewidth=2, linestyle="", label="chance alone")
        )
    figure, ax = _page(found, len(rows), 0.34, note, handles)
    _bars(ax, rows, "mu_star", [kinds[way] for way in seen], lambda value: amount(value, found.outcome))
    ax.plot(rows["mu_star_chance"], range(len(rows)), "|", color=INK, markersize=13, markeredgewidth=2)
    _rows_axis(ax, _names(rows))
    ax.set_xlim(left=0.0)
    ax.set_xlabel(f"mu*, change in the outcome ({_unit(found.outcome)})")
    _money(ax.xaxis, found.outcome)
    return figure


def _shifts(found: Sensitivity) -> Figure:
    """PAWN indices, with what a factor without influence might get."""
    rows = found.ranked
    note = (
        "PAWN index: distance (Kolmogorov-Smirnov) between the distribution of the outcome where the factor is held in "
        "one of ten slices and everywhere, median over slices. Chance alone: what a factor without influence might get "
        f"from so many points. {_chance_note(found)}. {_lines(found)}"
    )
    handles: list[Any] = [Patch(color=BLUE, label="PAWN index")]
    if not rows["told"].all():
        handles.append(Patch(color=PALE, label=UNTOLD))
    handles.append(Line2D([], [], color=INK, linestyle="--", linewidth=1.3, label="chance alone"))
    figure, ax = _page(found, len(rows), 0.34, note, handles)
    _bars(ax, rows, "median", [BLUE if told else PALE for told in rows["told"]], lambda value: f"{value:.2f}")
    ax.axvline(rows["chance"].iloc[0], color=INK, linestyle="--", linewidth=1.3)
    _rows_axis(ax, _names(rows))
    ax.set_xlim(left=0.0)
    ax.set_xlabel("PAWN index (0: no shift, 1: a complete one)")
    return figure


def _bars(
    ax: Axes,
    rows: pd.DataFrame,
    name: str,
    colours: Sequence[str],
    write: Callable[[float], str],
    *,
    shift: float = 0.0,
    thick: float = 0.7,
) -> None:
    """A bar with its interval for each factor, and its value in a column at the right, where nothing is in its way."""
    places = np.arange(len(rows)) + shift
    ax.barh(places, rows[name], height=thick, color=colours)
    ax.hlines(places, rows[f"{name}_low"], rows[f"{name}_high"], color=INK, linewidth=1.2)
    for place, value in zip(places, rows[name], strict=True):
        _value(ax, place, write(value))


def _value(ax: Axes, place: float, text: str) -> None:
    edge = ax.get_yaxis_transform()
    ax.text(1.0 + VALUES / (WIDTH - LEFT - VALUES), place, text, transform=edge, fontsize=9, ha="right", va="center")


def _page(found: Sensitivity, rows: int, step: float, note: str, handles: Sequence[Any]) -> tuple[Figure, Axes]:
    title = f"{name_of(found.outcome)}: what it depends on"
    figure, (ax,) = style.page(_source(found), title, 2.35 + step * rows, note=note, left=LEFT, above=0.85)
    figure.subplots_adjust(right=1 - (VALUES + 0.15) / WIDTH)
    place = (0.08 / WIDTH, 1 - 0.42 / figure.get_figheight())
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=place, ncols=len(handles), columnspacing=1.5)
    return figure, ax


def _rows_axis(ax: Axes, names: Sequence[str]) -> None:
    ax.set_yticks(range(len(names)), names, fontsize=NAME_SIZE)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.locator_params(axis="x", nbins=4)


# the plane of Morris ----------------------------------------------------------


@styled
def plane(found: Sensitivity) -> Figure:
    """Size of elementary effects and how they differ from place to place; factors are numbered by size."""
    rows = found.ranked
    height = max(6.0, 1.9 + 0.2 * len(rows))
    note = (
        "mu*: how much a factor does over its whole range; sigma: how this differs with where the others and the "
        f"factor stand (chance taken off). Above the dotted line sigma is more than {percent(CURVED)} % of mu*: an "
        f"effect that is not straight, or depends on others. {_chance_note(found)}. {_lines(found)}"
    )
    title = f"{name_of(found.outcome)}: size and evenness of effects"
    figure, (ax,) = style.page(_source(found), title, height, note=note, left=1.2)
    figure.subplots_adjust(right=1 - 3.35 / WIDTH)
    told = rows["told"].to_numpy()
    ax.hlines(rows["sigma"], rows["mu_star_low"], rows["mu_star_high"], color=PALE, linewidth=1.2, zorder=1)
    ax.plot(rows["mu_star"][told], rows["sigma"][told], "o", color=BLUE, markersize=6, zorder=3)
    ax.plot(
        rows["mu_star"][~told], rows["sigma"][~told], "o", markeredgecolor=GREY, color="white", markersize=6, zorder=3
    )
    right, top = (1.12 * max(float(limit), 1e-12) for limit in (rows["mu_star_high"].max(), rows["sigma"].max()))
    ax.set(xlim=(-0.03 * right, right), ylim=(-0.04 * max(top, CURVED * right * 0.5), max(top, CURVED * right * 0.5)))
    ax.plot([0.0, right], [0.0, CURVED * right], color=GREY, linewidth=1, linestyle=":", zorder=1)
    unit = _unit(found.outcome)
    ax.set(xlabel=f"mu*, change in the outcome ({unit})", ylabel=f"sigma ({unit})")
    ax.locator_params(nbins=4)
    for axis in (ax.xaxis, ax.yaxis):
        _money(axis, found.outcome)
    number(ax, list(zip(rows["mu_star"], rows["sigma"], strict=True)))
    _key(figure, ax, rows)
    return figure


def _key(figure: Figure, ax: Axes, rows: pd.DataFrame) -> None:
    """Which number is which factor."""
    left, top, inch = 1 - 3.2 / WIDTH, ax.get_position().y1, 1 / figure.get_figheight()
    for place, (name, told) in enumerate(zip(_names(rows, LONGEST_IN_KEY), rows["told"], strict=True)):
        y, colour = top - (0.08 + 0.2 * place) * inch, INK if told else GREY
        figure.text(left + 0.22 / WIDTH, y, str(place + 1), fontsize=9, color=colour, ha="right", va="center")
        figure.text(left + 0.3 / WIDTH, y, name, fontsize=9, color=colour, va="center")
    if not rows["told"].all():
        y = top - (0.2 + 0.2 * len(rows)) * inch
        figure.text(left + 0.3 / WIDTH, y, f"grey, hollow: {UNTOLD}", fontsize=8.5, color=GREY, va="center")


def number(ax: Axes, points: Sequence[tuple[float, float]]) -> list[Annotation]:
    """Number points so that no number lies on another or on a point; those further off get a line to theirs.

    Parameters
    ----------
    ax : Axes
        With its final place and limits.
    points : sequence of (x, y)

    Returns
    -------
    list of Annotation
    """
    scale = 72.0 / ax.figure.dpi  # from pixels to points
    centres = scale * ax.transData.transform(points)
    frame = tuple(scale * np.asarray(ax.bbox.extents))
    dots = [(x - 3.5, y - 3.5, x + 3.5, y + 3.5) for x, y in centres]
    boxes: list[tuple[float, ...]] = []
    labels = []
    for place, (x, y) in enumerate(centres):
        text = str(place + 1)
        half = 3.2 * len(text) + 1.5, 6.0
        spots = [_box(x, y, far, turn, half) for far in (NEAR, 17, 24, 34, 46, 60) for turn in range(12)]
        free = [box for box in spots if _within(box, frame) and not any(_meet(box, other) for other in (*boxes, *dots))]
        box = (free or spots)[0]
        boxes.append(box)
        labels.append(_label(ax, text, points[place], ((box[0] + box[2]) / 2 - x, (box[1] + box[3]) / 2 - y)))
    return labels


def _box(x: float, y: float, far: float, turn: int, half: tuple[float, float]) -> tuple[float, ...]:
    """A box around the centre `far` off in one of twelve directions, the first to the upper right."""
    angle = math.pi / 4 + turn * math.pi / 6
    x, y = x + far * math.cos(angle), y + far * math.sin(angle)
    return x - half[0], y - half[1], x + half[0], y + half[1]


def _within(box: Sequence[float], frame: Sequence[float]) -> bool:
    return bool(box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3])


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _label(ax: Axes, text: str, point: tuple[float, float], offset: tuple[float, float]) -> Annotation:
    line = {"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 3}
    return ax.annotate(
        text,
        point,
        offset,
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=9,
        arrowprops=line if math.hypot(*offset) > NEAR + 0.5 else None,
        zorder=4,
    )


# heat maps --------------------------------------------------------------------


@styled
def pairs(found: Sensitivity) -> Figure:
    """Second-order indices of each two factors."""
    assert found.pairs is not None
    rows, names = found.pairs, list(found.ranked.index)
    note = (
        "Second order: share of the variance between points (without chance) that two factors make together beyond "
        f"what each does by itself. In brackets: {UNTOLD}, allowing for the number of pairs. "
        f"{_chance_note(found)}"
    )
    title = f"{name_of(found.outcome)}: what acts together"
    height = 2.7 + 0.42 * max(len(names), 4)
    figure, (ax,) = style.page(_source(found), title, height, note=note, left=3.5, below=0.6)
    if rows["second"].isna().all():
        style.nothing(ax, "Too few points and replicates: no indices.")
        return figure
    grid = np.full((len(names), len(names)), np.nan)
    for row in rows.to_dict("records"):
        one, other = sorted((names.index(row["factor"]), names.index(row["with"])))
        grid[other, one] = row["second"] if row["told"] else 0.0
        _cell(ax, one, other, row["second"], row["told"])
    _shade(ax, grid[:, :-1], max(0.1, float(np.nanmax(grid))))
    labels = [style.short(name, LONGEST) for name in names]
    ax.set_yticks(range(len(names)), [f"{label}  {place}" for place, label in enumerate(labels, 1)], fontsize=NAME_SIZE)
    ax.set_xticks(range(len(names) - 1), [str(place) for place in range(1, len(names))])
    ax.set_xlabel("% of the variance between points")
    return figure


@styled
def overview(found: Sequence[Sensitivity]) -> Figure:
    """What each outcome depends on: factors by outcomes, with the share of chance in each."""
    first = found[0]
    table = pd.DataFrame({one.outcome: _size(one) for one in found})
    told = pd.DataFrame({one.outcome: one.table["told"] for one in found})
    order = table.max(axis=1).sort_values(ascending=False, kind="stable").index
    table, told = table.loc[order], told.loc[order]
    what = {
        "morris": "mu* as a percentage of the outcome's largest",
        "pawn": "PAWN index in hundredths",
    }.get(first.method, "total-order index in % of the variance between points")
    note = (
        f"Numbers: {what}. In brackets: {UNTOLD}. (chance): share of the variance between points that is chance, in %"
    )
    upright = len(found) <= MOST_UPRIGHT
    above = 1.3 if upright else 1.9
    height = 1.0 + above + 0.36 * (len(order) + 1)
    title = f"What outcomes depend on: {LABELS[first.method]}"
    figure, (ax,) = style.page(_source(first), title, height, note=note, left=LEFT, above=above, below=0.25)
    width = WIDTH - LEFT - (0.3 if upright else 1.1)
    figure.subplots_adjust(right=(LEFT + min(width, ACROSS * len(found))) / WIDTH)
    for column, one in enumerate(found):
        for row, (value, sure) in enumerate(zip(table[one.outcome], told[one.outcome], strict=True)):
            _cell(ax, column, row, value, sure)
        chance = "-" if math.isnan(one.chance) else _chance(one)
        ax.text(column, len(order), chance, ha="center", va="center", fontsize=9.5, color=GREY)
    grid = np.vstack([table.where(told, 0.0).to_numpy(), np.full(len(found), np.nan)])
    _shade(ax, grid, 1.0)
    ax.set_yticks(range(len(order) + 1), [*_names(table), CHANCE], fontsize=NAME_SIZE)
    ax.xaxis.tick_top()
    if upright:
        ax.set_xticks(range(len(found)), [_wrapped(name_of(one.outcome)) for one in found], fontsize=9)
    else:
        slanted: dict[str, Any] = {"fontsize": 9, "rotation": 40, "ha": "left", "rotation_mode": "anchor"}
        ax.set_xticks(range(len(found)), [style.short(name_of(one.outcome), 30) for one in found], **slanted)
    return figure


def _size(found: Sensitivity) -> pd.Series[float]:
    """What factors are ranked by, from 0 to 1."""
    column = found.table[found.headline]
    return column / column.max() if found.method == "morris" else column


def _cell(ax: Axes, column: int, row: int, share: float, told: bool) -> None:
    """A share in percent, in brackets where it cannot be told from chance."""
    text = "-" if math.isnan(share) else percent(share) if told else f"({percent(share)})"
    ax.text(column, row, text, ha="center", va="center", fontsize=9.5)


def _shade(ax: Axes, grid: Any, most: float) -> None:
    rows, columns = (np.arange(size + 1) - 0.5 for size in grid.shape)
    ax.pcolormesh(columns, rows, np.ma.masked_invalid(grid), cmap=SHADES, vmin=0.0, vmax=most, edgecolors="white")
    ax.set(xlim=(columns[0], columns[-1]), ylim=(rows[-1], rows[0]))
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)


def _wrapped(label: str) -> str:
    return "\n".join(textwrap.wrap(style.plain(label), 14, max_lines=4, placeholder=" …"))


# what figures share -----------------------------------------------------------


def _source(found: Sensitivity) -> str:
    of = style.source(found.study, found.replicates, "replicate", found.seed)
    return f"{of} · {found.points:,} points, design {found.design['design']}"


def _names(rows: pd.DataFrame, longest: int = LONGEST) -> list[str]:
    return [style.short(str(name), longest) for name in rows.index]


def _lines(found: Sensitivity) -> str:
    if found.method == "fast":
        return "Lines: 95 % intervals over other replicates" if found.replicates > 1 else "One replicate: no intervals"
    return f"Lines: 95 % intervals over other points{' and replicates' if found.replicates > 1 else ''}"


def _chance(found: Sensitivity) -> str:
    """The share of chance in percent."""
    return "<1" if 0.0 < found.chance < 0.01 else percent(found.chance)


def _chance_note(found: Sensitivity) -> str:
    if math.isnan(found.chance):
        return "One replicate: what is chance is not known"
    return f"Chance is {_chance(found)} % of the variance between points"


def _unit(outcome: str) -> str:
    return OUTCOMES[outcome].unit.replace("pounds", "£") if outcome in OUTCOMES else "in its own unit"


def _money(axis: Any, outcome: str) -> None:
    if outcome in OUTCOMES and OUTCOMES[outcome].unit.startswith("pounds"):
        axis.set_major_formatter(lambda pounds, _: words.pounds(pounds))
