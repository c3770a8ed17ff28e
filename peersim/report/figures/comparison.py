"""Figures of a comparison: what differs, when, who stays, why identity differs, what is got for the money.

Every function takes a `View`: a comparison, the scenarios to show, and the effect that costs are set against.  Each
scenario has a colour, a marker and a dash of its own, the baseline is grey (see `style`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from peersim.analysis import economics, words
from peersim.analysis.comparison import Comparison
from peersim.analysis.economics import Value
from peersim.analysis.pairs import MARGIN
from peersim.analysis.verdicts import BETTER, PROBABLY_BETTER, PROBABLY_WORSE, WORSE
from peersim.report.figures import style
from peersim.report.figures.style import FEWEST_FOR_A_BAND, GREY, INK, MOST_TICKS, PALE, SPREAD, WIDTH, Floats, styled
from peersim.results.outcomes import GROUPS, OUTCOMES, interval
from peersim.results.results import Results

MOST_ARMS: Final = 3
"""Scenarios in one figure; more are spread over several figures."""
MOST_POINTS: Final = 1_000
"""Pairs of worlds drawn as points for each scenario."""
BASELINE_DASH: Final = (0, (1, 1))
UNTOLD: Final = "#BFBFBF"


class Look(NamedTuple):
    """How a scenario is told from the others: by colour, by marker and by dash."""

    colour: str
    marker: str
    dash: Any


# Okabe and Ito (2008), without the yellow and the black: told apart with every common kind of colour blindness.
LOOKS: Final = (
    Look("#0072B2", "o", "-"),
    Look("#D55E00", "s", (0, (5, 1.5))),
    Look("#009E73", "^", (0, (6, 1.5, 1.5, 1.5))),
    Look("#CC79A7", "D", (0, (3, 1))),
    Look("#E69F00", "v", (0, (8, 2))),
    Look("#56B4E9", "P", (0, (8, 1.5, 1.5, 1.5, 1.5, 1.5))),
)


@dataclass(frozen=True)
class View:
    """What a figure shows.

    Attributes
    ----------
    comparison : Comparison
    arms : tuple of str
        Scenarios to show, at most `MOST_ARMS`.
    effect : str
        What costs are set against: ``years_retained`` or an outcome.
    """

    comparison: Comparison
    arms: tuple[str, ...]
    effect: str = economics.RETAINED

    def look(self, arm: str) -> Look:
        """How a scenario looks, the same in every figure of the comparison."""
        return LOOKS[list(self.comparison.arms).index(arm) % len(LOOKS)]

    @property
    def source(self) -> str:
        """Where the numbers come from."""
        about = self.comparison
        return style.source(f"baseline: {about.baseline.scenario.name}", about.replicates, "pair", about.seed)

    @property
    def has_intervals(self) -> bool:
        """Whether there are enough pairs for an interval and a spread."""
        return self.comparison.replicates >= FEWEST_FOR_A_BAND

    def about(self, bands: str) -> str:
        """What the bands are, or that there are none."""
        return bands if self.has_intervals else "One pair: neither an interval nor a spread can be given"


def views(comparison: Comparison, effect: str = economics.RETAINED) -> Iterator[View]:
    """All scenarios of a comparison, as many at a time as a figure has room for."""
    names = list(comparison.arms)
    for first in range(0, len(names), MOST_ARMS):
        yield View(comparison, tuple(names[first : first + MOST_ARMS]), effect)


def save_all(comparison: Comparison, folder: Path, effect: str = economics.RETAINED) -> None:
    """Draw every figure into a folder as ``NAME.png``; ``NAME_2.png`` and so on show further scenarios."""
    for number, view in enumerate(views(comparison, effect), 1):
        suffix = f"_{number}" if number > 1 else ""
        style.save({f"{name}{suffix}": draw(view) for name, draw in FIGURES.items()}, folder)


# differences ------------------------------------------------------------------


@styled
def differences(view: View) -> Figure:
    """What differs from the baseline: every outcome but costs, with interval and the middle 80 % of pairs."""
    groups = {group: [name for name in names if _is_drawn(name)] for group, names in GROUPS.items()}
    groups = {group: names for group, names in groups.items() if names}
    sizes = [len(names) for names in groups.values()]
    step = 0.24 + 0.10 * len(view.arms)
    handles = [*_arm_handles(view, line=True), *_verdict_handles()]
    height = 1.85 + _legend_room(handles) + 0.62 * len(groups) + step * sum(sizes)
    bands = "Thick line: 95 % interval of the mean difference. Thin line: middle 80 % of pairs of worlds"
    note = view.about(f"{bands}, what one provider might see")
    note += f". Shaded: differences under {MARGIN:g}, taken not to matter. Each panel has a scale of its own"
    title = "Differences from the baseline, by outcome"
    figure, axes = style.page(
        view.source,
        title,
        height,
        (len(groups), 1),
        note=note,
        left=3.2,
        above=0.95 + _legend_room(handles),
        below=0.62,
        sharex=False,
        sharey=False,
        height_ratios=sizes,
    )
    figure.subplots_adjust(hspace=0.62 * len(groups) / (step * sum(sizes)))
    for ax, (group, names) in zip(axes, groups.items(), strict=True):
        _forest(ax, view, names)
        ax.set_title(group, loc="left", fontsize=11, fontweight="bold", x=-3.05 / (WIDTH - 3.5), pad=5)
    axes[-1].set_xlabel("Scenario minus baseline (scale 0 to 1; leaving: per person and year)")
    _legend(figure, handles)
    return figure


def _is_drawn(outcome: str) -> bool:
    return not OUTCOMES[outcome].unit.startswith("pounds")


def _forest(ax: Axes, view: View, names: Sequence[str]) -> None:
    """Outcomes in rows, the scenarios of each row below each other."""
    ax.axvspan(-MARGIN, MARGIN, color=PALE, alpha=0.45, linewidth=0)
    ax.axvline(0.0, color=INK, linewidth=1)
    for k, arm in enumerate(view.arms):
        rows, look = view.comparison.of(arm), view.look(arm)
        seen = view.comparison.arms[arm].per_world - view.comparison.baseline.per_world
        for place, name in enumerate(names):
            row, at = rows.loc[name], place + 0.24 * (k - (len(view.arms) - 1) / 2)
            if not np.isfinite(row["difference"]):
                ax.annotate("no value", (0, at), (4, 0), textcoords="offset points", fontsize=8.5, va="center")
                continue
            if view.has_intervals:
                ax.hlines(at, *style.spread(seen[name].to_numpy()), color=look.colour, alpha=0.4, linewidth=1)
                ax.hlines(at, row["low"], row["high"], color=look.colour, linewidth=3)
            face = _face(str(row["verdict"]), look.colour)
            ax.plot(row["difference"], at, look.marker, color=look.colour, markerfacecolor=face, markersize=6)
    labels = [f"{OUTCOMES[name].label} {'▸' if OUTCOMES[name].better > 0 else '◂'}" for name in names]
    ax.set_yticks(range(len(names)), labels)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.tick_params(axis="x", labelsize=9.5)
    ax.locator_params(axis="x", nbins=6)
    ax.grid(axis="y", visible=False)
    low, high = ax.get_xlim()
    ax.set_xlim(min(low, -1.6 * MARGIN), max(high, 1.6 * MARGIN))


def _face(verdict: str, colour: str) -> str:
    if verdict in (BETTER, PROBABLY_BETTER):
        return colour
    return "white" if verdict in (WORSE, PROBABLY_WORSE) else UNTOLD


def _verdict_handles() -> list[Line2D]:
    kinds = {
        "filled: better (▸ ◂ point to the better side)": INK,
        "hollow: worse": "white",
        "grey: not told apart": UNTOLD,
    }
    return [
        Line2D([], [], linestyle="", marker="o", color=INK, markerfacecolor=face, label=label)
        for label, face in kinds.items()
    ]


# over time --------------------------------------------------------------------


class Panel(NamedTuple):
    """A measure drawn over time: title, scale, and whether it is shown as what is missing from 1."""

    measure: str
    title: str
    scale: str
    missing: bool = False

    def of(self, results: Results) -> Floats:
        """The measure by replicate and week."""
        values = results.by_week(self.measure)
        return 1.0 - values if self.missing else values


PANELS: Final = (
    Panel("identity", "Peer identity", "0 to 1"),
    Panel("wellbeing", "Wellbeing", "0 to 1"),
    Panel("vacancy_rate", "Peer posts filled", "share of posts", missing=True),
)


@styled
def over_time(view: View) -> Figure:
    """Identity, wellbeing and posts filled week by week, and below them the paired differences."""
    marked = style.lettered(_all_changes(view))
    bands = "Dark band: 95 % interval of the mean difference. Pale band: middle 80 % of pairs"
    note = [
        view.about(f"{bands} ({SPREAD[0]}th to {SPREAD[1]}th percentile)"),
        "People in post; an empty post has no identity",
        *style.told(marked),
    ]
    note.append("Differences have a scale of their own in each panel")
    handles = [_baseline_handle(), *_arm_handles(view)]
    height = 6.6 + _legend_room(handles)
    title = "Identity, wellbeing and posts filled, week by week"
    above = 1.05 + _legend_room(handles)
    figure, axes = style.page(
        view.source, title, height, (2, 3), note="; ".join(note), above=above, sharey=False, left=0.95
    )
    figure.subplots_adjust(hspace=0.3, wspace=0.36)
    weeks = view.comparison.baseline.weeks
    for top, below, panel in zip(axes[:3], axes[3:], PANELS, strict=True):
        _means(top, view, panel)
        _paired(below, view, panel)
        for ax in (top, below):
            style.mark_changes(ax, marked)
            style.weeks_axis(ax, weeks, max(3, MOST_TICKS // 3))
        top.set_title(panel.title, loc="left", fontsize=12, fontweight="bold", pad=20)
        top.text(0, 1.03, panel.scale, transform=top.transAxes, fontsize=9.5, color=GREY)
        top.set(ylim=(0, 1), yticks=[0, 0.25, 0.5, 0.75, 1])
        below.set_title("difference from the baseline", loc="left", fontsize=9.5, color=GREY)
        below.set_xlabel("Weeks since the start")
        below.tick_params(axis="y", labelsize=9.5)
    axes[0].set_ylabel("Mean")
    axes[3].set_ylabel("Scenario minus baseline")
    _legend(figure, handles)
    return figure


def _all_changes(view: View) -> list[Any]:
    """Changes of policy of the baseline and of the scenarios shown, each once."""
    cases = [view.comparison.baseline, *(view.comparison.arms[arm] for arm in view.arms)]
    return list(dict.fromkeys(change for case in cases for change in case.scenario.changes))


def _means(ax: Axes, view: View, panel: Panel) -> None:
    base = view.comparison.baseline
    weeks, mean = style.along(base.weeks, interval(panel.of(base))[0])
    ax.plot(weeks, mean, color=GREY, linestyle=BASELINE_DASH)
    for arm in view.arms:
        _, mean = style.along(base.weeks, interval(panel.of(view.comparison.arms[arm]))[0])
        ax.plot(weeks, mean, color=view.look(arm).colour, linestyle=view.look(arm).dash)


def _paired(ax: Axes, view: View, panel: Panel) -> None:
    base = view.comparison.baseline
    ax.axhline(0.0, color=INK, linewidth=1)
    for arm in view.arms:
        values, look = panel.of(view.comparison.arms[arm]) - panel.of(base), view.look(arm)
        weeks, values, mean, low, high = style.along(base.weeks, values, *interval(values))
        if view.has_intervals:
            ax.fill_between(weeks, *style.spread(values), color=look.colour, alpha=0.15, linewidth=0)
            ax.fill_between(weeks, low, high, color=look.colour, alpha=0.4, linewidth=0)
        ax.plot(weeks, mean, color=look.colour, linestyle=look.dash)


# staying ----------------------------------------------------------------------


@styled
def retention(view: View) -> Figure:
    """Share of peer workers still in post by time since they started, with the people followed that long below."""
    cases = {"baseline": view.comparison.baseline} | {arm: view.comparison.arms[arm] for arm in view.arms}
    note = "Kaplan-Meier estimate over everyone who held a post, those still in post at the end censored"
    note += f". {view.about('Bands: 95 % intervals')}. Below: people followed that long, in all worlds"
    handles = [_baseline_handle(), *_arm_handles(view)]
    height = 4.9 + 0.2 * len(cases) + _legend_room(handles)
    title = "Peer workers still in post, by time since they started"
    above, below = 0.7 + _legend_room(handles), 0.95 + 0.2 * len(cases)
    figure, (ax,) = style.page(view.source, title, height, note=note, left=2.2, above=above, below=below)
    for name, results in cases.items():
        look = Look(GREY, "", BASELINE_DASH) if results is view.comparison.baseline else view.look(name)
        curve = results.retention
        share, low, high = (100 * curve[column] for column in ("retention", "low", "high"))
        ax.fill_between(curve["week"], low, high, color=look.colour, alpha=0.2, linewidth=0, step="post")
        ax.plot(curve["week"], share, color=look.colour, linestyle=look.dash, drawstyle="steps-post")
    style.weeks_axis(ax, view.comparison.baseline.weeks, MOST_TICKS)
    ax.set(ylim=(0, 102), ylabel="Still in post (%)", xlabel="Weeks in post")
    _numbers_at_risk(ax, view, cases)
    _legend(figure, handles)
    return figure


def _numbers_at_risk(ax: Axes, view: View, cases: dict[str, Results]) -> None:
    for line, (name, results) in enumerate(cases.items()):
        colour = GREY if results is view.comparison.baseline else view.look(name).colour
        down, tenure = -46 - 14 * line, results.people["tenure"].to_numpy()
        kind: dict[str, Any] = {
            "xycoords": ax.get_xaxis_transform(),
            "textcoords": "offset points",
            "fontsize": 9.5,
            "color": colour,
        }
        ax.annotate(style.short(name, 22), (0, 0), (-30, down), ha="right", va="center", **kind)
        for week in ax.get_xticks():
            ax.annotate(f"{(tenure >= max(week, 1)).sum():,}", (week, 0), (0, down), ha="center", va="center", **kind)


# why --------------------------------------------------------------------------


@styled
def causes(view: View) -> Figure:
    """Why identity differs: the difference in what each cause adds or takes over a spell in post."""
    tables = {arm: view.comparison.identity_causes[arm] for arm in view.arms}
    order = tables[view.arms[0]].sort_values("difference", ascending=False, kind="stable").index
    step = 0.24 + 0.09 * len(view.arms)
    handles = _arm_handles(view, line=True)
    height = 2.0 + _legend_room(handles) + step * len(order)
    note = (
        "A spell is one person's time in one post. The causes add up to the difference in the whole change over a spell"
    )
    figure, (ax,) = style.page(
        view.source,
        "Why identity differs: paired differences by cause",
        height,
        note=f"{note}. {view.about('Lines: 95 % intervals')}",
        left=3.75,
        above=0.6 + _legend_room(handles),
    )
    for k, arm in enumerate(view.arms):
        table, look = tables[arm].loc[order], view.look(arm)
        places = np.arange(len(order)) + 0.22 * (k - (len(view.arms) - 1) / 2)
        ax.hlines(places, table["low"], table["high"], color=look.colour, linewidth=2)
        ax.plot(table["difference"], places, look.marker, color=look.colour, markersize=6, linestyle="")
    ax.axvline(0.0, color=INK, linewidth=1)
    ax.set_yticks(range(len(order)), tables[view.arms[0]].loc[order, "meaning"])
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.08)
    ax.locator_params(axis="x", nbins=5)
    ax.set_xlabel("Scenario minus baseline, mean over spells")
    _legend(figure, handles)
    return figure


# money ------------------------------------------------------------------------


@styled
def cost_plane(view: View) -> Figure:
    """What each pair of worlds costs and gains more, with the means and their intervals."""
    values = {arm: view.comparison.value(arm, view.effect) for arm in view.arms}
    what = words.lower_first(economics.EFFECTS[view.effect].label)
    note = (
        f"Each small mark is a pair of worlds{_first(view)}. {view.about('Large mark: mean, bars its 95 % intervals')}"
    )
    note += ". Costs over the whole horizon in present value; right of 0 is better, below 0 is cheaper"
    handles = _arm_handles(view, dash=False)
    height, above = 5.8 + _legend_room(handles), 0.7 + _legend_room(handles)
    title = "Additional cost and additional effect"
    figure, (ax,) = style.page(view.source, title, height, note=note, left=1.35, above=above)
    if all(np.isnan(value.effect).all() for value in values.values()):
        style.nothing(ax, "The effect has no value within these weeks.")
        return figure
    ax.axhline(0.0, color=INK, linewidth=1)
    ax.axvline(0.0, color=INK, linewidth=1)
    for arm, value in values.items():
        _cloud(ax, view.look(arm), value, view.has_intervals)
    for axis, found in ((ax.set_xlim, ax.get_xlim()), (ax.set_ylim, ax.get_ylim())):
        reach = max(map(abs, found)) * 1.12
        axis(-reach, reach)
    _quadrants(ax)
    ax.yaxis.set_major_formatter(lambda pounds, _: words.pounds(pounds))
    ax.set(xlabel=f"Additional effect: {what}", ylabel="Additional cost, present value")
    _legend(figure, handles)
    return figure


def _first(view: View) -> str:
    return f" (the first {MOST_POINTS:,} are shown)" if view.comparison.replicates > MOST_POINTS else ""


def _cloud(ax: Axes, look: Look, value: Value, has_intervals: bool) -> None:
    seen, cost = value.seen[:MOST_POINTS], value.cost[:MOST_POINTS]
    ax.plot(seen, cost, look.marker, color=look.colour, alpha=0.35, markersize=3.5, markeredgewidth=0)
    (money, effect) = (value.summary.loc[name] for name in ("cost", "effect"))
    if has_intervals:
        ax.hlines(money["mean"], effect["low"], effect["high"], color=INK, linewidth=1.5, zorder=3)
        ax.vlines(effect["mean"], money["low"], money["high"], color=INK, linewidth=1.5, zorder=3)
    ax.plot(effect["mean"], money["mean"], look.marker, color=look.colour, markeredgecolor=INK, markersize=10, zorder=4)


def _quadrants(ax: Axes) -> None:
    corners = {(0, 1): "dearer, worse", (1, 1): "dearer, better", (0, 0): "cheaper, worse", (1, 0): "cheaper, better"}
    for (right, top), text in corners.items():
        at = (0.985 if right else 0.015, 0.98 if top else 0.02)
        kind: dict[str, Any] = {"ha": "right" if right else "left", "va": "top" if top else "bottom"}
        ax.text(*at, text, transform=ax.transAxes, fontsize=9.5, color=GREY, **kind)


@styled
def acceptability(view: View) -> Figure:
    """Whether a scenario is worth its cost, by what a unit of the effect is worth."""
    values = {arm: view.comparison.value(arm, view.effect) for arm in view.arms}
    each = next(iter(values.values())).each
    note = (
        "Thick: in what share of pairs of worlds the effect is worth more than it costs, what one provider might see. "
        "Thin: how sure it is that it is on average, given the model. What is not known about the model's constants is "
        "in neither"
    )
    if not view.has_intervals:
        note += ". One pair: it cannot be said how sure the average is"
    kinds = [
        Line2D([], [], color=INK, linewidth=3, label="thick: share of pairs of worlds"),
        Line2D([], [], color=INK, linewidth=1.2, label="thin: certainty of the mean"),
    ]
    handles = [*_arm_handles(view), *kinds[: 1 + view.has_intervals]]
    height, above = 5.2 + _legend_room(handles), 0.7 + _legend_room(handles)
    title = "Worth its cost? By what the effect is worth"
    figure, (ax,) = style.page(view.source, title, height, note=note, above=above, left=0.95)
    figure.subplots_adjust(right=1 - 0.55 / WIDTH)
    if all(np.isnan(value.effect).all() for value in values.values()):
        style.nothing(ax, "The effect has no value within these weeks.")
        return figure
    worth = _thresholds(values)
    for arm, value in values.items():
        curve, look = value.acceptability(worth), view.look(arm)
        ax.plot(worth, 100 * curve["share_of_worlds"], color=look.colour, linestyle=look.dash, linewidth=3)
        if view.has_intervals:
            ax.plot(worth, 100 * curve["certainty"], color=look.colour, linestyle=look.dash, linewidth=1.2)
    ax.xaxis.set_major_formatter(lambda pounds, _: words.pounds(pounds))
    ax.set(xlim=(0, worth[-1]), ylim=(-2, 102), ylabel="Worth its cost (%)", xlabel=f"Pounds that {each} is worth")
    _legend(figure, handles)
    return figure


def _thresholds(values: dict[str, Value]) -> Floats:
    """One range of thresholds for all scenarios shown: the widest."""
    return max(
        (value.acceptability()["threshold"].to_numpy() for value in values.values()), key=lambda worth: worth[-1]
    )


Draw = Callable[[View], Figure]

FIGURES: Final[dict[str, Draw]] = {
    "differences": differences,
    "over_time": over_time,
    "retention": retention,
    "causes": causes,
    "cost_plane": cost_plane,
    "acceptability": acceptability,
}
"""Every figure by the name of its file."""


# legends ----------------------------------------------------------------------


def _baseline_handle() -> Line2D:
    return Line2D([], [], color=GREY, linestyle=BASELINE_DASH, label="baseline")


def _arm_handles(view: View, *, line: bool = False, dash: bool = True) -> list[Line2D]:
    """For each scenario its dash; with `line` its marker on an interval; without `dash` its marker alone."""
    return [_handle(view.look(arm), arm, line, dash) for arm in view.arms]


def _handle(look: Look, arm: str, line: bool, dash: bool) -> Line2D:
    marked = line or not dash
    kind: dict[str, Any] = {
        "marker": look.marker if marked else "",
        "linestyle": look.dash if not marked else "-" if line else "",
    }
    return Line2D([], [], color=look.colour, label=style.short(arm, 44), **kind)


def _legend_room(handles: Sequence[Line2D]) -> float:
    """Inches that a legend of two columns needs."""
    return 0.21 * math.ceil(len(handles) / 2)


def _legend(figure: Figure, handles: Sequence[Line2D]) -> None:
    place = (0.08 / WIDTH, 1 - 0.4 / figure.get_figheight())
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=place, ncols=2, columnspacing=1.5)
