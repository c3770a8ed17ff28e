"""Figures of a study whose points are spread over many factors: an outcome against each of them."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from peersim.analysis import words
from peersim.analysis.exploration.metamodel.scale import Scale
from peersim.report.figures import factors, style
from peersim.report.figures.style import BLUE, VERMILION, styled
from peersim.report.figures.view import View, about, write_axis

MOST_FACTORS: Final = 12
"""Factors in one figure; more are spread over several."""
MOST_POINTS: Final = 2_000
"""Points drawn of each; the smoother goes through all."""
FEWEST_SMOOTHED: Final = 12
"""Values of a factor from which on a smoother is laid through its points; at fewer, means are joined."""
SHARE: Final = 0.5
"""Share of the points that the smoother looks at around each place."""
COLUMNS: Final = 3


def clouds(view: View) -> list[Figure]:
    """The first of the outcomes against every factor, as many factors at a time as a figure has room for."""
    scales = view.scales()
    return [
        _clouds((view, scales[first : first + MOST_FACTORS])) for first in range(0, max(len(scales), 1), MOST_FACTORS)
    ]


@styled
def _clouds(shown: tuple[View, list[Scale]]) -> Figure:
    view, scales = shown
    (name,) = view.outcomes
    outcome, table = about(name), view.table(name)
    columns = min(COLUMNS, max(len(scales), 1))
    rows = max(1, math.ceil(len(scales) / columns))
    each, between = 1.75 if rows > 1 else 2.6, 0.8
    height = 1.95 + rows * each + (rows - 1) * between
    title = f"{outcome.label}, by each factor"
    figure, axes = style.page(
        view.source,
        title,
        height,
        (rows, columns),
        note=_note(view, table, name),
        above=0.65,
        left=0.95,
        below=0.95,
        sharex=False,
    )
    figure.subplots_adjust(hspace=between / each, wspace=0.12)
    if table.empty or not scales:
        for ax in axes:
            ax.set_axis_off()
        style.nothing(axes[0], f"{outcome.label}: no value." if scales else "Nothing is varied.")
        return figure
    for ax, scale in zip(axes, scales, strict=False):
        _cloud(ax, scale, table)
        factors.put_on(ax.xaxis, scale, [factors.wrapped(told, 10) for told in factors.values(scale)])
        ax.set_xlabel(factors.wrapped(factors.label(scale.factor), 30), fontsize=9.5)
        ax.tick_params(labelsize=9)
        ax.locator_params(axis="y", nbins=5)
        write_axis(ax.yaxis, outcome)
    for ax in axes[len(scales) :]:
        ax.set_axis_off()
    figure.supylabel(_scale_of(name), fontsize=10, x=0.012)
    return figure


def _scale_of(name: str) -> str:
    unit = about(name).unit.replace("pounds", "£")
    return f"{about(name).label} ({unit})"


def _note(view: View, table: pd.DataFrame, name: str) -> str:
    half = words.amount(float(((table["high"] - table["low"]) / 2).median()), about(name))
    chance = f"Point: mean of {view.responses.replicates} replicates, 95 % interval ±{half} at the median"
    line = "Line: the mean at each value where there are few, else a local regression (lowess)"
    told = [f"The first {MOST_POINTS:,} of {len(table):,} points are shown"] if len(table) > MOST_POINTS else []
    return view.note(chance, f"{line}; the other factors vary as well", *told)


def _cloud(ax: Axes, scale: Scale, table: pd.DataFrame) -> None:
    """The points, and how they go along the factor on average."""
    places, means = scale.positions(table[scale.factor.name].tolist()), table["mean"].to_numpy()
    size = 3.2 if len(means) < 300 else 1.8
    seen = slice(MOST_POINTS)
    ax.plot(places[seen], means[seen], "o", color=BLUE, alpha=0.45, markersize=size, markeredgewidth=0)
    line: dict[str, Any] = {"color": VERMILION, "linewidth": 2.2}
    if len(np.unique(places)) >= FEWEST_SMOOTHED:
        ax.plot(*_smooth(places, means), **line)
        return
    mean = pd.Series(means).groupby(places).mean()
    along = mean[mean.index != scale.positions(scale.met)[-1]] if scale.has_none else mean
    ax.plot(along.index, along, linestyle="-" if scale.factor.ordered else "", **line)
    ax.plot(mean.index, mean, "D", color=VERMILION, markersize=5, markeredgecolor="white")
    if not scale.factor.ordered:
        ax.set_xlim(-0.6, len(scale.met) - 0.4)


def _smooth(places: Any, means: Any) -> tuple[Any, Any]:
    """Local regression (Cleveland 1979) at the places of the points."""
    from statsmodels.nonparametric.smoothers_lowess import lowess

    smooth = lowess(means, places, frac=SHARE, delta=0.01 * float(np.ptp(places)))
    return smooth[:, 0], smooth[:, 1]
