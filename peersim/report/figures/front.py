"""Figures of a search under a budget: the front, what its policies do with each lever, how they do in other worlds."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from peersim.analysis import words
from peersim.analysis.exploration.factor import Factor, Level
from peersim.analysis.exploration.naming import written
from peersim.analysis.exploration.policies.front import COST
from peersim.analysis.exploration.policies.optimisation import TODAY, Optimisation
from peersim.report.figures import factors, style
from peersim.report.figures.style import BLUE, GREY, INK, PALE, VERMILION, styled
from peersim.results.outcomes import OUTCOMES

UNTRIED_LUCK: Final = "#BFBFBF"
MOST_COLUMNS: Final = 5
"""Levers beside each other in one figure; more are spread over several rows."""
MOST_LETTERS: Final = 20
"""Letters that have room below an axis of one lever."""
LETTERS: Final = 92
"""Letters of headings that have room beside each other."""
ROOMY: Final = 4
"""Columns that have room for three ticks each."""
LETTER: Final = 0.07
"""Inches that a turned letter takes."""


def draw(found: Optimisation) -> dict[str, Figure]:
    """Every figure of a search by the name of its file."""
    figures = {"front": front(found), "levers": levers(found)}
    return figures if found.across_states is None else figures | {"robustness": robustness(found)}


def _source(found: Optimisation, number: int) -> str:
    return style.source(f"{found.study} (today: {found.base})", number, "replicate", found.seed)


# the front --------------------------------------------------------------------


@styled
def front(found: Optimisation) -> Figure:
    """Every two objectives against each other: policies tried, those of the front, the knee, and today."""
    pairs = list(itertools.combinations(found.objectives, 2))
    rows = -(-(len(pairs) + 1) // 2)
    note = (
        "Front in replicates that the search had not seen; bars: 95 % intervals of the paired difference from today. "
        f"Small dots: policies as the search saw them ({found.replicates} replicates), by their difference from today. "
        "Hollow: no longer on the front. What is outdone in one panel is not in another. "
        f"Budget: {words.pounds(found.budget)} a year, all costs counted"
    )
    figure, axes = style.page(
        _source(found, found.fresh_replicates),
        "Policies within the budget that no other outdoes",
        1.75 + 3.1 * rows,
        (rows, 2),
        note=note,
        left=1.25,
        sharex=False,
        sharey=False,
    )
    figure.subplots_adjust(wspace=0.4, hspace=0.34)
    for ax, (across, up) in zip(axes, pairs, strict=False):
        _trade_off(ax, found, *((up, across) if across == COST else (across, up)))
    for ax in axes[len(pairs) :]:
        ax.set_axis_off()
    axes[len(pairs)].legend(handles=_handles(found), loc="center left", bbox_to_anchor=(-0.08, 0.5), labelspacing=0.9)
    return figure


def _trade_off(ax: Axes, found: Optimisation, across: str, up: str) -> None:
    """One objective against another; the cost, where it is one of them, is drawn upwards."""
    table, tried = found.front, found.candidates
    shift = {name: table[name].iloc[0] - float(np.nanmean(found.searched[name][0])) for name in (across, up)}
    for within, colour, size in ((False, PALE, 3.0), (True, UNTRIED_LUCK, 4.0)):
        some = tried[tried["within_budget"] == within]
        kind: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": size, "markeredgewidth": 0}
        ax.plot(some[across] + shift[across], some[up] + shift[up], color=colour, zorder=1, **kind)
    rows = table.iloc[1:]
    for name, ends, lines in ((up, ax.vlines, across), (across, ax.hlines, up)):
        low, high = (rows[name] - rows[f"{name}_change"] + rows[f"{name}_change_{end}"] for end in ("low", "high"))
        ends(rows[lines], low, high, color=BLUE, linewidth=1.2, zorder=2)
    for on_front, face in ((True, BLUE), (False, "white")):
        some = rows[rows["on_front"] == on_front]
        ax.plot(some[across], some[up], "o", color=BLUE, markerfacecolor=face, markersize=6, zorder=3)
    knee = rows[rows["knee"]]
    ax.plot(knee[across], knee[up], "D", color=VERMILION, markeredgecolor=INK, markersize=9, zorder=4)
    ax.plot(table[across].iloc[:1], table[up].iloc[:1], "*", color=INK, markersize=15, zorder=4)
    for policy in dict.fromkeys([rows.index[0], *knee.index, rows.index[-1]]):
        at = (rows.loc[policy, across], rows.loc[policy, up])
        ax.annotate(str(policy), at, (7, -3), textcoords="offset points", fontsize=9.5, va="top", zorder=5)
    _view(ax, found, across, up)


def _view(ax: Axes, found: Optimisation, across: str, up: str) -> None:
    """Limits around what can be had, labels, and the budget where the cost is drawn."""
    table = found.front
    limits = {}
    for name in (across, up):
        least, most = table[name].min(), table[name].max()
        if name == COST:
            most = max(most, found.budget)
        room = 0.09 * (most - least) or 0.01 * abs(most) or 0.01
        limits[name] = (least - room, most + room)
    ax.set(xlim=limits[across], ylim=limits[up])
    for axis, name in ((ax.xaxis, across), (ax.yaxis, up)):
        outcome = OUTCOMES[name]
        axis.set_label_text(_named(name, 30, unit=True), fontsize=10)
        axis.set_major_locator(MaxNLocator(5))
        if outcome.unit.startswith("pounds"):
            axis.set_major_formatter(_thousands)
    ax.tick_params(labelsize=9.5)
    if up == COST:
        ax.axhline(found.budget, color=INK, linewidth=1.2, linestyle=(0, (5, 3)), zorder=2)


def _named(name: str, width: int, *, unit: bool = False) -> str:
    """An outcome in lines of so many letters, with its unit if it is money, and which way is better."""
    outcome = OUTCOMES[name]
    what = f"{outcome.label}, {outcome.unit}" if unit and outcome.unit.startswith("pounds") else outcome.label
    return f"{factors.wrapped(what, width)}\n{factors.wrapped(f'({outcome.better_is} is better)', width)}"


def _thousands(value: float, _: object) -> str:
    return f"£{value / 1000:,.6g}k"


def _handles(found: Optimisation) -> list[Line2D]:
    row = found.front.iloc[0]
    dot: dict[str, Any] = {"linestyle": "", "marker": "o"}
    knee = f"its knee, policy {found.knee}" if found.knee else "its knee: none is left"
    handles = [
        Line2D(
            [], [], linestyle="", marker="*", color=INK, markersize=15, label=f"today, {words.pounds(row[COST])} a year"
        ),
        Line2D([], [], color=BLUE, markersize=6, label="front, numbered from the cheapest", **dot),
        Line2D([], [], linestyle="", marker="D", color=VERMILION, markeredgecolor=INK, markersize=9, label=knee),
        Line2D([], [], color=UNTRIED_LUCK, markersize=5, label="tried, within the budget", **dot),
        Line2D([], [], color=PALE, markersize=4, label="tried, over the budget", **dot),
    ]
    line = Line2D(
        [], [], color=INK, linewidth=1.2, linestyle=(0, (5, 3)), label=f"budget, {words.pounds(found.budget)}"
    )
    return [*handles, line] if COST in found.objectives else handles


# rows of policies ---------------------------------------------------------------


def _policy_rows(axes: Sequence[Axes], found: Optimisation) -> list[int]:
    """Policies in rows, today on top, each named on the left of the figure; where they are."""
    names = [f"knee {name}" if name == found.knee else str(name) for name in found.front.index]
    places = list(range(len(names)))
    for ax in axes:
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.set_yticks(places, names)
        ax.tick_params(axis="y", length=0)
        ax.tick_params(axis="x", labelsize=9)
        ax.axhline(0.5, color=GREY, linewidth=0.8)
        ax.grid(axis="y", visible=False)
    return places


def _looks(found: Optimisation) -> list[str]:
    """The colour of each policy."""
    return [INK if name == TODAY else VERMILION if name == found.knee else BLUE for name in found.front.index]


def _height(found: Optimisation) -> float:
    return 2.3 + 0.24 * len(found.front)


@styled
def levers(found: Optimisation) -> Figure:
    """What each policy sets, lever by lever, from the cheapest policy down to the dearest."""
    rows = -(-len(found.levers) // MOST_COLUMNS)
    columns = -(-len(found.levers) // rows)
    note = (
        "A row for each policy, numbered from the cheapest. Dotted: what today's policy sets. Across: what is allowed"
    )
    turned = LETTER * max(map(_turned, found.levers))
    figure, axes = style.page(
        _source(found, found.fresh_replicates),
        "What the policies of the front set",
        0.4 + rows * (_height(found) - 0.3) + turned,
        (rows, columns),
        note=note,
        above=0.95,
        below=0.45 + turned,
        sharex=False,
    )
    figure.subplots_adjust(wspace=0.16, hspace=0.3)
    places = _policy_rows(axes, found)
    for ax, lever in zip(axes, found.levers, strict=False):
        _settings(ax, found, lever, places)
    for ax in axes[len(found.levers) :]:
        ax.set_axis_off()
    return figure


def _settings(ax: Axes, found: Optimisation, lever: Factor, places: Sequence[int]) -> None:
    column = list(found.policies[lever.name])
    at = [_position(lever, value) for value in column]
    for place, x, colour in zip(places, at, _looks(found), strict=True):
        ax.plot(x, place, "D" if colour == VERMILION else "o", color=colour, markersize=6)
    ax.axvline(at[0], color=GREY, linewidth=1, linestyle=":", zorder=1)
    ax.set_title(factors.wrapped(factors.label(lever), 18, 3), fontsize=10, loc="left")
    if lever.levels:
        told = [written(level) for level in lever.levels]
        ax.set_xticks(range(len(told)), told, rotation=90 if _turned(lever) else 0)
        ax.set_xlim(-0.5, len(told) - 0.5)
    else:
        room = 0.06 * (lever.high - lever.low)
        ax.set_xlim(lever.low - room, lever.high + room)
        ax.xaxis.set_major_locator(MaxNLocator(3, integer=lever.whole))


def _turned(lever: Factor) -> int:
    """Letters of the longest value of a lever if its values have no room beside each other, else 0."""
    told = [len(written(level)) for level in lever.levels]
    return max(told) if sum(told) + len(told) > MOST_LETTERS else 0


def _position(lever: Factor, value: Level | None) -> float:
    """Where a value is drawn: levels evenly beside each other; not a number if it is none of them."""
    if lever.levels:
        return float(lever.levels.index(value)) if value in lever.levels else np.nan
    return float(value) if isinstance(value, int | float) else np.nan


@styled
def robustness(found: Optimisation) -> Figure:
    """Over states of the world: how often a policy is within the budget, and how bad its outcomes get."""
    table = found.across_states
    assert table is not None
    assert found.across is not None
    ranges = "; ".join(f"{factor.name} {factor.in_words()}" for factor in found.across.uncertainties)
    note = (
        f"{len(found.states)} states of the world, sampled evenly (Latin hypercube): {ranges}. Mark: mean over states; "
        "thick line: to where one state in ten is worse; thin line: to the worst"
    )
    figure, axes = style.page(
        _source(found, found.replicates),
        "The policies of the front in other states of the world",
        _height(found),
        (1, 1 + len(found.outcomes)),
        note=note,
        above=1.25,
        below=0.45,
        sharex=False,
    )
    figure.subplots_adjust(wspace=0.16)
    places = _policy_rows(axes, found)
    axes[0].barh(places, 100 * table["within_budget"], height=0.7, color=_looks(found))
    axes[0].set_xlim(0, 100)
    for ax, name in zip(axes[1:], found.outcomes, strict=True):
        _ends(ax, found, name, places)
    width = LETTERS // len(axes)
    headings = [factors.wrapped("Within the budget, % of states", width, 3)]
    headings += [_named(name, width) for name in found.outcomes]
    for ax, heading in zip(axes, headings, strict=True):
        ax.set_title(heading, fontsize=10, loc="left")
        ax.xaxis.set_major_locator(MaxNLocator(3 if len(axes) <= ROOMY else 2))
    return figure


def _ends(ax: Axes, found: Optimisation, name: str, places: Sequence[int]) -> None:
    table, outcome = found.across_states, OUTCOMES[name]
    assert table is not None
    mean, tenth, worst = (table[f"{name}_{end}"] for end in ("mean", "tenth", "worst"))
    for place, colour in zip(places, _looks(found), strict=True):
        ax.hlines(place, tenth.iloc[place], worst.iloc[place], color=colour, linewidth=1)
        ax.hlines(place, mean.iloc[place], tenth.iloc[place], color=colour, linewidth=3.5)
        ax.plot(mean.iloc[place], place, "D" if colour == VERMILION else "o", color=colour, markersize=6)
    if outcome.unit.startswith("pounds"):
        ax.xaxis.set_major_formatter(_thousands)
    if name == COST:
        ax.axvline(found.budget, color=INK, linewidth=1.2, linestyle=(0, (5, 3)))
