"""The figure of a study that varies one factor at a time: how far each moves an outcome from the base point."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import CARETLEFT, CARETRIGHT

from peersim.analysis import words
from peersim.analysis.exploration.factor import Level
from peersim.analysis.exploration.metamodel.scale import Scale
from peersim.report.figures import factors, style
from peersim.report.figures.comparison import LOOKS
from peersim.report.figures.style import GREY, INK, PALE, WIDTH, styled
from peersim.report.figures.view import View, about, write_axis
from peersim.results.outcomes import interval

MOST_ROWS: Final = 24
"""Rows in the figure; those with the smallest effects are left out."""
BASE: Final = 0
"""Row of the base point in a design that varies one factor at a time."""
BELOW, ABOVE, OTHER = "◂", "▸", "●"
MARKERS: Final[dict[str, Any]] = {BELOW: CARETLEFT, ABOVE: CARETRIGHT, OTHER: "o"}
"""Triangles have their tip at the value."""
COLOURS: Final = {BELOW: LOOKS[0].colour, ABOVE: LOOKS[1].colour, OTHER: INK}


class Row(NamedTuple):
    """A row of the tornado: what it is, and the effects of the other values than the base point's."""

    label: str
    effects: pd.DataFrame

    @property
    def size(self) -> float:
        """The largest effect."""
        return float(self.effects["mean"].abs().max())


@styled
def tornado(view: View) -> Figure:
    """The first of the outcomes: paired differences from the base point, the factors with the largest on top."""
    (name,) = view.outcomes
    outcome, everything = about(name), _rows(view, name)
    rows = sorted(everything, key=lambda row: -row.size)[:MOST_ROWS]
    base = float(view.responses.of(name)["mean"][BASE])
    note = [f"The base point has {words.amount(base, outcome)}", "Each row changes one factor and nothing else"]
    if len(rows) < len(everything):
        note.append(f"{len(everything) - len(rows)} rows with smaller effects are left out")
    title = f"One factor at a time: {words.lower_first(outcome.label)}"
    text = view.note("Thin lines: 95 % intervals of the paired differences of the outermost values", *note)
    height = 2.25 + 0.46 * max(len(rows), 3)
    figure, (ax,) = style.page(view.source, title, height, note=text, left=3.35, above=0.85, below=0.85)
    if not rows:
        where = "at the base point" if np.isnan(base) else "but at the base point"
        style.nothing(ax, f"{outcome.label}: no value {where},\nand so no differences from it.")
        return figure
    for place, row in enumerate(rows):
        _draw(ax, place, row, view.has_intervals)
    ax.axvline(0.0, color=INK, linewidth=1)
    ax.set_yticks(range(len(rows)), [row.label for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, labelsize=9.5)
    ax.grid(axis="y", visible=False)
    ax.locator_params(axis="x", nbins=5)
    ax.use_sticky_edges = False
    ax.margins(x=0.08)
    unit = outcome.unit.replace("pounds", "£")
    ax.set_xlabel(f"Difference from the base point ({unit}; {outcome.better_is} is better)", fontsize=10)
    write_axis(ax.xaxis, outcome)
    _legend(figure, {side for row in rows for side in row.effects["side"]})
    return figure


def _rows(view: View, name: str) -> list[Row]:
    """A row for each ordered factor, and for each other level of a factor whose levels are names."""
    about, rows = view.responses, []
    mean, low, high = interval((about.runs[name] - about.runs[name][BASE]).T)
    effects = pd.DataFrame({"mean": mean, "low": low, "high": high})
    for scale in view.scales():
        values, base = about.values[scale.factor.name].tolist(), about.values[scale.factor.name].iloc[BASE]
        mine = [k for k, value in enumerate(values) if value != base and np.isfinite(mean[k])]
        places = scale.positions(values)
        sides = [_side(scale, place, places[BASE]) for place in places[mine]]
        found = effects.iloc[mine].assign(side=sides, place=places[mine])
        if scale.factor.ordered:
            rows += [Row(_ordered_label(scale, base), found)] if mine else []
        else:
            rows += [Row(_named_label(scale, values[k], base), found.iloc[[number]]) for number, k in enumerate(mine)]
    return rows


def _side(scale: Scale, place: float, base: float) -> str:
    if not scale.factor.ordered:
        return OTHER
    return BELOW if place < base else ABOVE


def _ordered_label(scale: Scale, base: Level) -> str:
    """Two lines: the factor, and its values around the base point's: ``1 ◂ 4 ▸ 16``."""
    told, here = factors.values(scale), scale.met.index(base)
    below = f"{told[0]} {BELOW} " if here > 0 else ""
    above = f" {ABOVE} {told[-1]}" if here < len(told) - 1 else ""
    return f"{factors.label(scale.factor, 42)}\n{below}{told[here]}{above}"


def _named_label(scale: Scale, level: Level, base: Level) -> str:
    """Two lines: the factor, and what it is instead of the base point's."""
    told = style.short(f"{factors.written(level)}, not {factors.written(base)}", 44)
    return f"{factors.name(scale.factor, 42)}\n{told}"


def _draw(ax: Axes, place: int, row: Row, has_intervals: bool) -> None:
    """A pale bar as far as the effects reach, and a mark for each."""
    found = row.effects
    low, high = min(0.0, float(found["mean"].min())), max(0.0, float(found["mean"].max()))
    ax.barh(place, high - low, left=low, height=0.56, color=PALE)
    ends = found["place"].isin([found["place"].min(), found["place"].max()])
    for end, effect in zip(ends, found.to_dict("records"), strict=True):
        colour = COLOURS[effect["side"]]
        if has_intervals and end:
            ax.hlines(place, effect["low"], effect["high"], color=INK, linewidth=1.3, zorder=3)
        size = 9 if end and effect["side"] != OTHER else 6
        ax.plot(effect["mean"], place, marker=MARKERS[effect["side"]], color=colour, markersize=size, zorder=4)


def _legend(figure: Figure, sides: set[str]) -> None:
    kinds = {
        BELOW: "a lower value than the base point's",
        ABOVE: "a higher value",
        OTHER: "another choice",
    }
    handles = [
        Line2D([], [], linestyle="", marker=MARKERS[side], color=COLOURS[side], markersize=8, label=text)
        for side, text in kinds.items()
        if side in sides
    ]
    place = (0.08 / WIDTH, 1 - 0.4 / figure.get_figheight())
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=place, ncols=3, columnspacing=1.5, labelcolor=GREY)
