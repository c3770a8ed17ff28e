"""Figures of a scenario discovery: density against coverage of all boxes looked at, the boxes, and the points."""

from __future__ import annotations

import math
import textwrap
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from peersim.analysis import words
from peersim.analysis.exploration.discovery.boxes import FEW, Box, Limit, Truths
from peersim.analysis.exploration.discovery.discovery import PRIM, Discovery, Judged
from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.naming import title, written
from peersim.report.figures import style
from peersim.report.figures.style import BLUE, GREY, INK, PALE, VERMILION, WIDTH, styled
from peersim.results.outcomes import OUTCOMES

Floats = npt.NDArray[np.float64]

SHADES: Final = ("#C6DBEF", "#6BAED6", "#2171B5", "#08306B")
"""From few limited factors to many."""
MARKERS: Final = ("o", "s", "^", "D")
PALE_VERMILION: Final = "#F4B183"
BOX_COLOURS: Final = (BLUE, "#E69F00", "#009E73")
"""Of the first, second and third box (Okabe and Ito 2008)."""
JITTER: Final = 0.28
"""How far points are moved to either side of a value that many share, as part of the room between values."""
MOST_POINTS: Final = 3_000
"""Points drawn in a scatter."""
LABEL_WIDTH: Final = 34
MOST_ROWS: Final = 12
"""Factors shown in the figure of boxes."""
MOST_STEPS: Final = 12
"""Values named along an axis."""
CHARACTER: Final = 0.0145
"""Room that a character takes below a bar, as part of its length."""
TALL: Final = 5.3
"""Height of the figure of density and coverage, in inches."""


def save_all(found: Discovery, folder: Path) -> None:
    """Draw every figure there is something to show in into a folder, as ``NAME.png``."""
    drawn = {"trade_off": trade_off(found)} if len(found.trajectory) else {}
    if found.regions:
        drawn |= {"boxes": boxes(found), "points": points(found)}
    style.save(drawn, folder)


def _source(found: Discovery) -> str:
    return style.source(f"study: {found.responses.study}", found.responses.replicates, "replicate", found.seed)


def _about(found: Discovery) -> str:
    return f"{found.points:,} points. Case: {found.condition.in_words()}"


# density against coverage ------------------------------------------------------


@styled
def trade_off(found: Discovery) -> Figure:
    """Density and coverage of every box looked at, those chosen with what other luck would have shown."""
    searches = [rows for _, rows in found.trajectory.groupby("box", sort=True)]
    if found.method == PRIM:
        what = "Each mark is a box on the way from all points to the smallest"
        what += "; boxes 2 and further are counted outside those before" if len(searches) > 1 else ""
    else:
        what = "Each mark adds a leaf of the tree, the densest first"
    luck = f"Bars{' of the first' if len(searches) > 1 else ''}: middle 95 % over replicates drawn anew"
    note = f"{_about(found)}. {what}. {luck if found.responses.replicates > 1 else 'One replicate: no bars'}"
    name = "Density and coverage of the boxes looked at"
    figure, axes = style.page(_source(found), name, TALL, (1, len(searches)), note=note, above=1.05)
    for number, (ax, rows) in enumerate(zip(axes, searches, strict=True)):
        _search(ax, found, rows, number)
        if len(searches) > 1:
            ax.set_title(f"Box {number + 1}", loc="left", fontsize=11, fontweight="bold", pad=4)
        ax.set(xlim=(-4, 104), ylim=(-4, 104), xlabel="coverage: % of all cases")
    axes[0].set_ylabel("density: % of points in the box")
    labelled = {label: mark for ax in axes for mark, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend(
        list(labelled.values()),
        list(labelled),
        loc="center left",
        bbox_to_anchor=(0.7 / WIDTH, 1 - 0.67 / TALL),
        ncols=len(labelled),
        fontsize=9,
        handletextpad=0.3,
        columnspacing=1.3,
    )
    return figure


def _search(ax: Axes, found: Discovery, rows: pd.DataFrame, number: int) -> None:
    ax.axhline(100 * found.cases.sum() / found.points, color=GREY, linewidth=1, linestyle=":")
    if number == 0:
        ax.text(0, 100 * found.cases.sum() / found.points, "all points", va="bottom", fontsize=9, color=GREY)
    if found.method == PRIM:
        most = int(rows["dimensions"].max())
        for limited in range(1, most + 1):
            here = rows[rows["dimensions"] == limited]
            place = min(limited, len(SHADES)) - 1
            said = f"{limited} limited factor{'s' if limited > 1 else ''}"
            ax.plot(
                100 * here["coverage"],
                100 * here["density"],
                linestyle="none",
                marker=MARKERS[place],
                color=SHADES[place],
                markeredgecolor=GREY,
                markeredgewidth=0.5,
                label=said if limited <= len(SHADES) else None,
            )
    else:
        ax.plot(100 * rows["coverage"], 100 * rows["density"], marker="o", color=BLUE, linewidth=1, label="leaves")
    chosen = rows.loc[rows["chosen"], ["coverage", "density"]].to_numpy(float)
    if len(chosen):
        # A further box is judged over all points, and is drawn as it was found, outside those before.
        first = found.regions[0] if found.regions and number == 0 else None
        judged = found.together if found.method != PRIM else first
        coverage, density = 100 * chosen[0]
        _chosen(ax, coverage, density, judged)


def _chosen(ax: Axes, coverage: float, density: float, judged: Judged | None) -> None:
    if judged is not None:
        (left, right), (bottom, top) = judged.coverage, judged.density
        ax.hlines(density, 100 * left, 100 * right, color=VERMILION, linewidth=1.3)
        ax.vlines(coverage, 100 * bottom, 100 * top, color=VERMILION, linewidth=1.3)
    ax.plot(
        coverage,
        density,
        marker="o",
        linestyle="none",
        markersize=12,
        markerfacecolor="none",
        markeredgecolor=VERMILION,
        markeredgewidth=2,
        label="chosen",
    )


# boxes -------------------------------------------------------------------------


class _Axis(NamedTuple):
    """How the values of a factor lie along a line."""

    factor: Factor
    values: tuple[Any, ...]
    """Where only a few were tried: these, at 0, 1, 2 and so on."""
    low: float
    high: float

    @property
    def few(self) -> bool:
        return bool(self.values)

    def places(self, column: pd.Series[Any]) -> Floats:
        if not self.few:
            return column.to_numpy(float)
        return np.array([self.values.index(value) for value in column], dtype=float)

    def spans(self, limit: Limit | None) -> list[tuple[float, float]]:
        """Where a limit lets values in; several pieces where levels are apart."""
        if limit is None:
            return [(self.low, self.high)]
        if not self.few:
            return [(max(limit.low, self.low), min(limit.high, self.high))]
        inside = np.flatnonzero(limit.holds(pd.Series(self.values, dtype=object if limit.levels else float)))
        pieces = np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1)
        return [(piece[0] - 0.5, piece[-1] + 0.5) for piece in pieces]


def _axis(found: Discovery, factor: Factor) -> _Axis:
    column = found.responses.values[factor.name][found.known]
    values = factor.levels if not factor.ordered else tuple(sorted(set(column)))
    if not factor.ordered or factor.size is not None or len(values) <= FEW:
        return _Axis(factor, values, -0.5, len(values) - 0.5)
    return _Axis(factor, (), float(factor.low), float(factor.high))


def _limited(found: Discovery) -> list[Factor]:
    """The factors that boxes limit: box by box, those of which it lets in fewest of the points first."""
    ordered: dict[Factor, None] = {}
    for region in found.regions:
        kept = {
            limit.factor: limit.holds(found.responses.values[limit.factor.name][found.known]).mean()
            for limit in region.box.limits
        }
        ordered |= dict.fromkeys(sorted(kept, key=lambda factor: kept[factor]))
    return list(ordered)


def _limit(box: Box, factor: Factor) -> Limit | None:
    return next((limit for limit in box.limits if limit.factor == factor), None)


@styled
def boxes(found: Discovery) -> Figure:
    """The range that each box leaves of every limited factor, beside all that was tried."""
    factors, regions = _limited(found)[:MOST_ROWS], found.regions[: len(BOX_COLOURS)]
    step = 0.42 + 0.24 * len(regions)
    note = f"{_about(found)}. Grey: all that was tried. Factors that are not shown are free"
    height = 1.35 + 0.3 * len(regions) + step * len(factors)
    figure, (ax,) = style.page(
        _source(found),
        "Where cases are dense",
        height,
        note=note,
        left=3.0,
        above=0.75 + 0.26 * len(regions),
        below=0.2,
    )
    for row, factor in enumerate(factors):
        _row(ax, _axis(found, factor), row, [_limit(region.box, factor) for region in regions])
    names = [_label(factor) for factor in factors]
    ax.set_yticks(range(len(factors)), names, fontsize=9.5)
    ax.set(xlim=(-0.06, 1.06), ylim=(len(factors) - 0.5, -0.5), xticks=[])
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    for number, region in enumerate(regions):
        place = 1 - (0.62 + 0.26 * number) / height
        figure.text(0.15 / WIDTH, place, "■", fontsize=11, color=BOX_COLOURS[number], va="center")
        figure.text(0.38 / WIDTH, place, _told(found, number, region.score), fontsize=10.5, va="center")
    return figure


def _told(found: Discovery, number: int, score: Any) -> str:
    name = "The box" if len(found.regions) == 1 else f"Box {number + 1}"
    return (
        f"{name}: {words.percent(score.density)} of its {score.points:,} points are cases, and they are "
        f"{words.percent(score.coverage)} of all cases"
    )


def _label(factor: Factor) -> str:
    unit = f" ({factor.unit})" if factor.unit else ""
    return textwrap.fill(style.plain(f"{title(factor)}{unit}"), LABEL_WIDTH, max_lines=2, placeholder=" …")


def _row(ax: Axes, axis: _Axis, row: int, limits: list[Limit | None]) -> None:
    """A factor as a grey bar, on it a bar for each box that limits it, and its values below."""
    wide, thick = axis.high - axis.low, 0.34 / max(len(limits), 1)
    ax.add_patch(Rectangle((0, row - 0.27), 1, 0.34, facecolor=PALE, linewidth=0))
    for number, limit in enumerate(limits):
        for low, high in axis.spans(limit) if limit is not None else []:
            left = (low - axis.low) / wide
            place = (left, row - 0.27 + number * thick)
            ax.add_patch(Rectangle(place, (high - low) / wide, thick, facecolor=BOX_COLOURS[number], linewidth=0))
    taken: list[tuple[float, int]] = []
    for where, text in _values(axis, limits):
        if all(abs(where - other) > 0.02 + CHARACTER * (len(text) + length) / 2 for other, length in taken):
            ax.text(where, row + 0.12, text, ha="center", va="top", fontsize=9, color=INK)
            taken.append((where, len(text)))


def _values(axis: _Axis, limits: list[Limit | None]) -> list[tuple[float, str]]:
    """Values to write below a factor, with their places from 0 to 1: first the limits, then the ends, then the rest."""
    wide, edges = axis.high - axis.low, [edge for limit in limits if limit for edge in (limit.low, limit.high)]
    if not axis.few:
        inner = [edge for edge in edges if math.isfinite(edge)]
        return [((value - axis.low) / wide, written(value)) for value in (*inner, axis.low, axis.high)]
    order = sorted(axis.values, key=lambda value: (value not in edges, value not in (axis.values[0], axis.values[-1])))
    most = 46 // min(len(order), 6)
    return [((axis.values.index(value) + 0.5) / wide, style.short(written(value), most)) for value in order]


# points ------------------------------------------------------------------------


@styled
def points(found: Discovery) -> Figure:
    """Cases and other points over the two most limited factors, or over one of them and the first outcome."""
    limited = _limited(found)
    chosen = _sample(found)
    near = _near(found, chosen, limited[:2])
    pale = "" if near.all() else "Small and pale: outside by factors that are not shown"
    unsure = "Unsure: a case with some luck only" if found.uncertain.any() else ""
    note = ". ".join(part for part in (_about(found), _drawn(found), unsure, pale) if part)
    of = " of the first box" if len(found.regions) > 1 else ""
    name = f"Cases over the two most limited factors{of}" if len(limited) > 1 else "Cases over the limited factor"
    figure, (ax,) = style.page(_source(found), name, 5.6, note=note, left=1.35, above=1.12, below=0.85)
    across = _axis(found, limited[0])
    x = _moved(across, found.responses.values[limited[0].name][chosen], 0)
    if len(limited) > 1:
        along = _axis(found, limited[1])
        y = _moved(along, found.responses.values[limited[1].name][chosen], 1)
        _scale(ax, along, "y", 38)
    else:
        along, (clause, *_) = None, found.condition.clauses
        y = found.responses.of(clause.outcome)["mean"].to_numpy()[chosen]
        outcome = OUTCOMES[clause.outcome]
        ax.axhline(clause.threshold, color=INK, linewidth=1, linestyle="--")
        ax.set_ylabel(f"{outcome.label} ({outcome.unit.replace('pounds', '£')})")
        if outcome.unit.startswith("pounds"):
            ax.yaxis.set_major_formatter(lambda value, _: words.pounds(value))
    _scale(ax, across, "x", 70)
    _marks(ax, x, y, found.cases[chosen], found.uncertain[chosen], near)
    for number, region in enumerate(found.regions[: len(BOX_COLOURS)]):
        _frame(ax, across, along, region.box, number, len(found.regions))
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, fontsize=9, handletextpad=0.3, columnspacing=1.2)
    return figure


def _sample(found: Discovery) -> npt.NDArray[np.int64]:
    known = np.flatnonzero(found.known)
    return known[:: -(-len(known) // MOST_POINTS)]


def _drawn(found: Discovery) -> str:
    drawn = len(_sample(found))
    return "" if drawn == found.points else f"Drawn: {drawn:,} of them"


def _moved(axis: _Axis, column: pd.Series[Any], seed: int) -> Floats:
    """Places along an axis, with those that many points share drawn apart."""
    places = axis.places(column)
    if axis.few:
        places = places + np.random.default_rng(seed).uniform(-JITTER, JITTER, len(places))
    return places


def _scale(ax: Axes, axis: _Axis, which: str, most: int) -> None:
    """Name the axis in lines of at most so many characters, and its values where they are few."""
    label = style.plain(f"{title(axis.factor)}{f' ({axis.factor.unit})' if axis.factor.unit else ''}")
    beside = 0.02 * (axis.high - axis.low)
    settings: dict[str, Any] = {
        f"{which}lim": (axis.low - beside, axis.high + beside),
        f"{which}label": textwrap.fill(label, most, max_lines=2, placeholder=" …"),
    }
    if axis.few:
        shown = range(0, len(axis.values), -(-len(axis.values) // MOST_STEPS))
        settings[f"{which}ticks"] = shown
        settings[f"{which}ticklabels"] = [
            style.short(written(axis.values[place]), most // len(shown)) for place in shown
        ]
    ax.set(**settings)


def _near(found: Discovery, chosen: npt.NDArray[np.int64], shown: list[Factor]) -> Truths:
    """Points that a box would hold if it did not limit the factors shown."""
    near = np.zeros(len(chosen), dtype=bool)
    for region in found.regions:
        others = Box(tuple(limit for limit in region.box.limits if limit.factor not in shown))
        near |= others.holds(found.responses.values.iloc[chosen])
    return near


def _marks(ax: Axes, x: Floats, y: Floats, cases: Truths, uncertain: Truths, near: Truths) -> None:
    """Cases and other points, those that are not near small and pale."""
    kinds = [
        (~cases & ~uncertain, "no case", "o", "white", GREY),
        (~cases & uncertain, "no case, unsure", "s", "white", VERMILION),
        (cases & uncertain, "case, unsure", "s", PALE_VERMILION, VERMILION),
        (cases & ~uncertain, "case", "o", VERMILION, VERMILION),
    ]
    large = 5.5 if len(x) <= 400 else 3.5
    for here, label, marker, face, edge in kinds:
        for some, size, alpha, said in ((here & ~near, large / 2, 0.5, "_"), (here & near, large, 1.0, label)):
            if here.any():
                ax.plot(
                    x[some],
                    y[some],
                    linestyle="none",
                    marker=marker,
                    markersize=size,
                    markerfacecolor=face,
                    markeredgecolor=edge,
                    alpha=alpha,
                    label=said,
                )


def _frame(ax: Axes, across: _Axis, along: _Axis | None, box: Box, number: int, boxes: int) -> None:
    """The edges of a box; of levels that are apart, a frame for each piece."""
    label = "box" if boxes == 1 else f"box {number + 1}"
    if not any(_limit(box, axis.factor) for axis in (across, along) if axis is not None):
        return
    low, high = ax.get_ylim()
    tall = along.spans(_limit(box, along.factor)) if along is not None else [(low, high)]
    for left, right in across.spans(_limit(box, across.factor)):
        for bottom, top in tall:
            colour, dash = BOX_COLOURS[number], ("-", "--", ":")[number]
            ax.add_patch(
                Rectangle(
                    (left, bottom),
                    right - left,
                    top - bottom,
                    fill=False,
                    edgecolor=colour,
                    linewidth=2.2,
                    linestyle=dash,
                    label=label,
                )
            )
            label = "_"
