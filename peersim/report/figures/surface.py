"""Figures of a metamodel: the surface along two factors, or the curve along one, and how much of it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from peersim.analysis.exploration.factor import Level
from peersim.analysis.exploration.metamodel.metamodel import KINDS, Metamodel
from peersim.analysis.exploration.metamodel.scale import Scale
from peersim.report.figures import factors, style
from peersim.report.figures.grids import SHADES
from peersim.report.figures.style import BLUE, GREY, INK, VERMILION, WIDTH, Floats, styled
from peersim.report.figures.view import write_axis

STEPS: Final = 41
"""Places along each axis of a surface; a curve has more."""
CONTOURS: Final = 8
MANY: Final = 150
"""Points from which on they are drawn smaller."""
GREYS: Final = LinearSegmentedColormap.from_list("unsure", ["#FFFFFF", "#BFBFBF", "#4D4D4D"])
BAR: Final = 1.15
"""Inches beside a panel for its scale."""


@dataclass(frozen=True)
class View:
    """What a figure shows.

    Attributes
    ----------
    metamodel : Metamodel
    x : str
        The factor along the axis.
    y : str, optional
        The factor up the page.
    at : mapping
        Where other factors are held.
    """

    metamodel: Metamodel
    x: str
    y: str | None = None
    at: Mapping[str, Any] = field(default_factory=dict)

    @property
    def held(self) -> dict[str, Level]:
        """Where the other factors are held."""
        return self.metamodel.held(*self.along, at=self.at)

    @property
    def along(self) -> tuple[str, ...]:
        """The factors along the axes."""
        return (self.x,) if self.y is None else (self.x, self.y)

    @property
    def source(self) -> str:
        """Where the numbers come from."""
        about = self.metamodel.responses
        return style.source(about.study, about.replicates, "replicate", about.seed)

    @property
    def title(self) -> str:
        """What is shown."""
        return f"{self.metamodel.meant.label}, interpolated"

    def note(self, *told: str) -> str:
        """How it was made, how well it predicts, and where other factors are held."""
        model = self.metamodel
        held = [
            f"{factors.label(model.scale(name).factor)} {factors.written(value)}" for name, value in self.held.items()
        ]
        parts = [
            f"{KINDS[model.kind].capitalize()} through {len(model.points):,} points; {model.error_in_short()}",
            *told,
            model.left_out,
            f"Held: {'; '.join(held)}" if held else "",
            factors.unequal([model.scale(name) for name in self.along]),
        ]
        return ". ".join(part for part in parts if part)


def draw(view: View) -> Figure:
    """The surface along two factors, or the curve along one."""
    return profile(view) if view.y is None else surface(view)


def _page(view: View, height: float, grid: tuple[int, int], note: str, **measures: Any) -> tuple[Figure, list[Axes]]:
    """A page, which says at the top if what is on it is not to be trusted."""
    model = view.metamodel
    room = 0.0 if model.trusted else 0.25
    measures["above"] += room
    figure, axes = style.page(view.source, view.title, height + room, grid, note=note, **measures)
    if not model.trusted:
        place = (0.15 / WIDTH, 1 - 0.48 / figure.get_figheight())
        figure.text(*place, model.warning, fontsize=11, color=VERMILION, fontweight="bold", va="top")
    return figure, axes


# along two factors ------------------------------------------------------------


@styled
def surface(view: View) -> Figure:
    """The surface with the points of the study on it, and beside it how far its interval reaches."""
    model = view.metamodel
    assert view.y is not None
    across, up = model.scale(view.x), model.scale(view.y)
    table = model.surface(view.x, view.y, view.at, STEPS)
    kind = "Dots: points of the study" + ("" if not view.held else ", whatever their other values are")
    luck = "" if np.isnan(model.common) else "Intervals leave out luck that moves the whole surface. "
    note = view.note(f"{luck}{kind}")
    left = 0.8 + 0.06 * max(map(len, factors.values(up) if not up.factor.ordered else ["0.00"]))
    measures = {"above": 1.0, "left": left, "below": 0.85, "sharey": True}
    figure, axes = _page(view, 5.0, (1, 2), note, **measures)
    figure.subplots_adjust(right=1 - BAR / WIDTH, wspace=BAR / 2.4)
    half = (table["shape_high"] - table["shape_low"]) / 2
    unit = model.meant.unit.replace("pounds", "£")
    heads = {f"Expected ({unit})": (table["mean"], SHADES), "95 % interval, ± around it": (half, GREYS)}
    for ax, (head, (values, shades)) in zip(axes, heads.items(), strict=True):
        shown = _shade(ax, across, up, table, values, shades)
        _points(ax, model, across, up)
        _scale_beside(figure, ax, shown, model)
        ax.set_title(head, loc="left", fontsize=11, fontweight="bold", pad=6)
        ax.set_xlabel(factors.wrapped(factors.label(across.factor), 34), fontsize=10)
        factors.put_on(ax.xaxis, across, [factors.wrapped(told, 9) for told in factors.values(across)])
        ax.tick_params(labelsize=9.5)
        ax.grid(visible=False)
    factors.put_on(axes[0].yaxis, up, [factors.wrapped(told, 16) for told in factors.values(up)])
    axes[0].set_ylabel(factors.label(up.factor), fontsize=10)
    return figure


def _shade(ax: Axes, across: Scale, up: Scale, table: pd.DataFrame, values: pd.Series, shades: Any) -> Any:
    """Contours where both factors can take any value, else cells."""
    names = [scale.factor.name for scale in (across, up)]
    x, y = (scale.positions(list(dict.fromkeys(table[name]))) for scale, name in zip((across, up), names, strict=True))
    grid = values.to_numpy().reshape(len(x), len(y)).T
    if any(not scale.factor.ordered or scale.whole or scale.has_none for scale in (across, up)) or np.ptp(grid) == 0.0:
        return ax.pcolormesh(x, y, grid, shading="nearest", cmap=shades)
    lines = ax.contourf(x, y, grid, levels=CONTOURS, cmap=shades)
    ax.contour(x, y, grid, levels=lines.levels, colors="white", linewidths=0.6)
    return lines


def _points(ax: Axes, model: Metamodel, across: Scale, up: Scale) -> None:
    x, y = (scale.positions(model.points[scale.factor.name].tolist()) for scale in (across, up))
    size = 3.6 if len(x) <= MANY else 2.2
    ax.plot(x, y, "o", color=INK, markersize=size, markeredgecolor="white", markeredgewidth=0.6, clip_on=False)


def _scale_beside(figure: Figure, ax: Axes, shown: Any, model: Metamodel) -> None:
    here = ax.get_position()
    beside = figure.add_axes((here.x1 + 0.1 / WIDTH, here.y0, 0.14 / WIDTH, here.height))
    bar = figure.colorbar(shown, cax=beside)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=9, length=0)
    bar.ax.ticklabel_format(axis="y", useOffset=False)
    write_axis(bar.ax.yaxis, model.meant)


# along one factor -------------------------------------------------------------


@styled
def profile(view: View) -> Figure:
    """The curve with its bands, and below it where the study has points; with a single factor, its points."""
    model, scale = view.metamodel, view.metamodel.scale(view.x)
    table = model.profile(view.x, view.at, 2 * STEPS)
    marks = "Ticks below: values of the study" if view.held else "Dots: points of the study"
    bands = "Band: 95 % interval, chance and curve together, since there is one replicate"
    if not np.isnan(model.common):
        bands = (
            "Dark: 95 % interval without luck that moves the whole curve, by which places are compared. Pale: with it"
        )
    note = view.note(f"{bands}. {marks}")
    figure, (ax,) = _page(view, 5.0, (1, 1), note, above=0.75, left=1.05)
    places = scale.positions(table[view.x].tolist())
    if scale.factor.ordered and not scale.whole:
        last = len(places) - scale.has_none
        _bands(ax, places[:last], table[:last])
        if scale.has_none:
            _bars(ax, places[last:], table[last:])
    else:
        _bars(ax, places, table)
    met = model.points[view.x].tolist()
    if view.held:
        ax.plot(scale.positions(met), np.zeros(len(met)), "|", color=GREY, transform=ax.get_xaxis_transform(), ms=9)
    else:
        ax.plot(scale.positions(met), model.points["mean"], "o", color=INK, markersize=5)
    factors.put_on(ax.xaxis, scale, [factors.wrapped(told, 14) for told in factors.values(scale)])
    ax.margins(x=0.04)
    if not scale.factor.ordered:
        ax.set_xlim(-0.5, len(scale.met) - 0.5)
    ax.set_xlabel(factors.label(scale.factor))
    unit = model.meant.unit.replace("pounds", "£")
    ax.set_ylabel(f"{model.meant.label} ({unit})")
    write_axis(ax.yaxis, model.meant)
    return figure


def _bands(ax: Axes, places: Floats, table: pd.DataFrame) -> None:
    ax.fill_between(places, table["low"], table["high"], color=BLUE, alpha=0.15, linewidth=0)
    ax.fill_between(places, table["shape_low"], table["shape_high"], color=BLUE, alpha=0.35, linewidth=0)
    ax.plot(places, table["mean"], color=BLUE)


def _bars(ax: Axes, places: Floats, table: pd.DataFrame) -> None:
    ax.vlines(places, table["low"], table["high"], color=BLUE, alpha=0.25, linewidth=12)
    ax.vlines(places, table["shape_low"], table["shape_high"], color=BLUE, alpha=0.6, linewidth=7)
    ax.plot(places, table["mean"], "D", color=INK, markersize=4.5)
