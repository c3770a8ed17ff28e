"""Figures of a run: what happened over time, who stayed, what moved identity, why people left, what users saw.

Every function takes results and returns a Matplotlib figure that stands by itself: a title that says what is shown,
axes with units, and a note with scenario, replicates, seed and what the bands are.  Titles draw no conclusions.
"""

from __future__ import annotations

import functools
import math
import string
import textwrap
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from peersim.results.outcomes import RETENTION_WEEKS, interval
from peersim.results.results import Results
from peersim.scenario import Change

Floats = npt.NDArray[np.float64]

DPI: Final = 150
WIDTH: Final = 8.5
"""Width of every figure in inches: with this lettering still legible at half the width of a slide."""

# Told apart with every common kind of colour blindness (Okabe and Ito 2008), and in grey.
BLUE, VERMILION, INK, GREY, PALE = "#0072B2", "#D55E00", "#1A1A1A", "#595959", "#D9D9D9"
SPREAD = (10, 90)
"""Percentiles of replicates between which the light band lies."""
SPREAD_LABEL = "middle 80 % of replicates"
FEWEST_FOR_A_BAND = 2
"""Replicates without which there is neither an interval nor a spread."""
MOST_CHANGES_TOLD, MOST_OF_A_CHANGE = 3, 140
"""Changes of policy in a note, and characters about each."""
NOTE_WIDTH, MOST_NOTE_LINES = 122, 6
MOST_TICKS = 6

STYLE: Final[dict[str, Any]] = {
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 11,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "grid.color": "#E8E8E8",
    "grid.linewidth": 0.8,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
}

Draw = Callable[[Results], Figure]
Write = Callable[[float], str]


def _styled(draw: Draw) -> Draw:
    """Draw in this module's style, whatever style is in force outside."""

    @functools.wraps(draw)
    def in_style(results: Results) -> Figure:
        with style.context(["default", STYLE]):
            return draw(results)

    return in_style


class Panel(NamedTuple):
    """A measure drawn over time: its title, what its scale is, and the measure of its entry cohort, if kept."""

    measure: str
    title: str
    scale: str
    cohort: str = ""


PEERS: Final = (
    Panel("identity", "Peer identity", "0 to 1", "identity_entry_cohort"),
    Panel("wellbeing", "Wellbeing", "0 to 1", "wellbeing_entry_cohort"),
    Panel("generic_share", "Generic tasks", "share of the week"),
)
USERS: Final = (
    Panel("trust", "Trust in their peer worker", "0 to 1"),
    Panel("hope", "Hope", "0 to 1"),
    Panel("engagement", "Engagement", "0 to 1"),
    Panel("recovery", "Recovery, self-rated", "0 to 1"),
)


@_styled
def peers_over_time(results: Results) -> Figure:
    """Identity, wellbeing and generic tasks of peers in post, and of those who started, week by week."""
    return _over_time(results, "Peer workers over time: identity, wellbeing, generic tasks", 4.8, (1, 3), PEERS)


@_styled
def users_over_time(results: Results) -> Figure:
    """Trust, hope, engagement and recovery of service users, week by week."""
    return _over_time(results, "Service users on a caseload over time", 6.6, (2, 2), USERS)


@_styled
def retention(results: Results) -> Figure:
    """Share of peer workers still in post, by time since they started."""
    note = "Kaplan-Meier estimate over everyone who held a post, those still in post at the end censored"
    title = "Peer workers still in post, by time since they started"
    figure, axes = _page(results, title, 5.2, note=_with_interval(results, note, "Band"), below=0.95)
    ax, curve = axes[0], results.retention
    low, high = 100 * curve["low"], 100 * curve["high"]
    ax.fill_between(curve["week"], low, high, color=BLUE, alpha=0.25, linewidth=0, step="post")
    ax.plot(curve["week"], 100 * curve["retention"], color=BLUE, drawstyle="steps-post")
    _mark_months(ax, curve)
    _weeks_axis(ax, results.weeks, MOST_TICKS)
    ax.set(ylim=(0, 102), ylabel="Still in post (%)")
    ax.set_xlabel("Weeks in post, and below them how many people were followed that long")
    _numbers_at_risk(ax, results)
    return figure


@_styled
def identity_causes(results: Results) -> Figure:
    """Why identity changed: gains and losses over a spell in post, by cause."""
    note = "A spell is one person's time in one post. The causes add up exactly to the whole change"
    title = "What raised and lowered peer identity, by cause"
    causes = results.identity_causes.sort_values("mean", ascending=False, kind="stable")
    figure, axes = _page(results, title, 6.6, note=_with_interval(results, note, "Black lines"), left=3.75)
    ax = axes[0]
    write = _signed(causes["mean"].abs().max())
    _bars(ax, causes, [BLUE if mean >= 0 else VERMILION for mean in causes["mean"]], write)
    _all_together(ax, len(causes) + 0.5, causes["mean"].sum(), write)
    ax.axvline(0, color=INK, linewidth=1)
    ax.set(xlabel="Mean change over a spell in post (scale 0 to 1)")
    ax.set_ylim(len(causes) + 1.1, -0.7)
    return figure


@_styled
def reasons(results: Results) -> Figure:
    """Reasons for leaving: share of leavers who state each."""
    leavers = int(results.people["main_reason"].notna().sum())
    people = f"{leavers:,} {'leaver' if leavers == 1 else 'leavers'} in all replicates"
    note = f"{people}; each may state several, so shares can add up to more than 100 %"
    note = _with_interval(results, note, "Black lines") if leavers else ""
    figure, axes = _page(results, "Reasons for leaving, as leavers would state them", 5.4, note=note, left=3.1)
    ax = axes[0]
    if not leavers:
        _nothing(ax, "Nobody left in the weeks simulated,\nso there are no reasons to show.")
        return figure
    stated = results.reasons.sort_values("mean", ascending=False, kind="stable")
    shares = 100 * stated[["mean", "low", "high"]].clip(0, 1)
    _bars(ax, shares.assign(meaning=stated["meaning"]), [BLUE] * len(stated), "{:.0f} %".format)
    ax.set(xlim=(0, 112), xticks=range(0, 101, 20), xlabel="Leavers who state this reason (%)")
    return figure


FIGURES: Final[dict[str, Draw]] = {
    "peers_over_time": peers_over_time,
    "retention": retention,
    "identity_causes": identity_causes,
    "reasons": reasons,
    "users_over_time": users_over_time,
}
"""Every figure by the name of its file."""


def save_all(results: Results, folder: Path) -> None:
    """Draw every figure into a folder as ``NAME.png``; the folder is made if needed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in FIGURES.items():
        figure = draw(results)
        with warnings.catch_warnings():
            # A name in a script that the font does not have is drawn as boxes.
            warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
            figure.savefig(folder / f"{name}.png", dpi=DPI)


# pages ------------------------------------------------------------------------


def _page(
    results: Results,
    title: str,
    height: float,
    grid: tuple[int, int] = (1, 1),
    *,
    note: str = "",
    left: float = 0.8,
    above: float = 0.6,
    below: float = 0.75,
) -> tuple[Figure, list[Axes]]:
    """An empty figure with title and note, and its axes; measures are in inches."""
    run = f"{results.replicates:,} replicate{'s' if results.replicates > 1 else ''}, seed {results.seed}"
    text = " \u00b7 ".join(part for part in (results.scenario.name, run, note) if part)
    text = "\n".join(textwrap.wrap(text, NOTE_WIDTH, max_lines=MOST_NOTE_LINES, placeholder=" ..."))
    below += 0.16 * (text.count("\n") + 1)
    figure = Figure(figsize=(WIDTH, height))
    figure.text(0.15 / WIDTH, 1 - 0.14 / height, title, fontsize=15, fontweight="bold", va="top")
    figure.text(0.15 / WIDTH, 0.1 / height, text, fontsize=8.5, color=GREY, va="bottom", linespacing=1.3)
    axes = figure.subplots(*grid, sharex=True, sharey=True, squeeze=False)
    edges = {"left": left / WIDTH, "right": 1 - 0.3 / WIDTH, "top": 1 - above / height, "bottom": below / height}
    figure.subplots_adjust(**edges, wspace=0.18, hspace=0.38)
    return figure, list(axes.flat)


def _with_interval(results: Results, note: str, what: str) -> str:
    if results.replicates < FEWEST_FOR_A_BAND:
        return f"{note}. One replicate: no interval can be given"
    return f"{note}. {what}: 95 % interval{'s' if what.endswith('s') else ''}"


def _nothing(ax: Axes, why: str) -> None:
    ax.set_axis_off()
    ax.text(0.3, 0.55, why, transform=ax.transAxes, ha="center", fontsize=13)


# over time --------------------------------------------------------------------


def _over_time(results: Results, title: str, height: float, grid: tuple[int, int], panels: Sequence[Panel]) -> Figure:
    """One panel for each measure, with its bands, and with the changes of policy."""
    marked = _lettered(results.scenario.changes)
    note = [_about_bands(results), *_told(marked)]
    figure, axes = _page(results, title, height, grid, note="; ".join(note), above=1.5)
    for ax, panel in zip(axes, panels, strict=True):
        _course(ax, results, panel)
        _mark_changes(ax, marked)
        ax.set_title(panel.title, loc="left", fontsize=12, fontweight="bold", pad=20)
        ax.text(0, 1.03, panel.scale, transform=ax.transAxes, fontsize=9.5, color=GREY)
        ax.set(ylim=(0, 1), yticks=[0, 0.25, 0.5, 0.75, 1])
        _weeks_axis(ax, results.weeks, max(3, MOST_TICKS // grid[1]))
    for ax in axes[-grid[1] :]:
        ax.set_xlabel("Weeks since the start")
    legend = _legend(results, any(panel.cohort for panel in panels))
    place = (0.08 / WIDTH, 1 - 0.4 / height)
    figure.legend(handles=legend, loc="upper left", bbox_to_anchor=place, ncols=2, columnspacing=1.5)
    return figure


def _course(ax: Axes, results: Results, panel: Panel) -> None:
    values = results.by_week(panel.measure)
    mean, low, high = interval(values)
    weeks = np.arange(1, results.weeks + 1)
    if results.weeks == 1:  # a single week is drawn along its length
        weeks = np.array([0, 1])
        values, mean, low, high = (np.repeat(array, 2, axis=-1) for array in (values, mean, low, high))
    if results.replicates >= FEWEST_FOR_A_BAND:
        ax.fill_between(weeks, *_spread(values), color=BLUE, alpha=0.17, linewidth=0)
        ax.fill_between(weeks, low, high, color=BLUE, alpha=0.45, linewidth=0)
    ax.plot(weeks, mean, color=BLUE)
    if panel.cohort:
        cohort, _, _ = interval(results.by_week(panel.cohort))
        ax.plot(weeks, np.broadcast_to(cohort, weeks.shape), color=VERMILION, linestyle=(0, (4, 1.5)))


def _spread(values: Floats) -> tuple[Floats, Floats]:
    """Percentiles of the replicates that have a value, in every week."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)  # nobody in post in any replicate
        low, high = np.nanpercentile(values, SPREAD, axis=0)
    return low, high


def _legend(results: Results, cohort: bool) -> list[Line2D | Patch]:
    whom = "people in post, mean" if cohort else "mean"
    handles: list[Line2D | Patch] = [Line2D([], [], color=BLUE, label=whom)]
    if cohort:
        label = "entry cohort: first holders of all posts, leavers as they left"
        handles.append(Line2D([], [], color=VERMILION, linestyle=(0, (4, 1.5)), label=label))
    if results.replicates >= FEWEST_FOR_A_BAND:
        handles.append(Patch(color=BLUE, alpha=0.6, linewidth=0, label="95 % interval of the mean"))
        handles.append(Patch(color=BLUE, alpha=0.17, linewidth=0, label=SPREAD_LABEL))
    return handles


def _lettered(changes: Sequence[Change]) -> list[tuple[str, Change]]:
    """Changes of policy in order of time, each with a letter, or a number where letters run out."""
    ordered = sorted(changes, key=lambda change: change.week)
    letters = string.ascii_uppercase if len(ordered) <= len(string.ascii_uppercase) else ""
    return [(letters[k] if letters else str(k + 1), change) for k, change in enumerate(ordered)]


def _about_bands(results: Results) -> str:
    if results.replicates < FEWEST_FOR_A_BAND:
        return "One replicate: no interval and no spread can be given"
    return f"Middle 80 %: {SPREAD[0]}th to {SPREAD[1]}th percentile; the 95 % interval can be as thin as the line"


def _told(marked: Sequence[tuple[str, Change]]) -> list[str]:
    """What each change sets, for the note."""
    told = [_in_words(letter, change) for letter, change in marked[:MOST_CHANGES_TOLD]]
    left_out = len(marked) - len(told)
    more = [f"and {left_out} more change{'s' if left_out > 1 else ''} of policy"] if left_out else []
    return told + more


def _in_words(letter: str, change: Change) -> str:
    weeks = f"week {change.week}, over {change.over_weeks} weeks" if change.over_weeks else f"week {change.week}"
    values = (value if isinstance(value, str) else f"{value:g}" for value in change.set.values())
    settings = ", ".join(f"{key} to {value}" for key, value in zip(change.set, values, strict=True))
    return textwrap.shorten(f"{letter} ({weeks}): {settings}", MOST_OF_A_CHANGE, placeholder=" ...")


def _mark_changes(ax: Axes, marked: Sequence[tuple[str, Change]]) -> None:
    for letter, change in marked:
        ax.axvspan(change.week, change.week + change.over_weeks, color=PALE, alpha=0.5, linewidth=0)
        ax.axvline(change.week, color=GREY, linewidth=0.9, linestyle=":")
        ax.text(
            change.week, 0.985, f" {letter}", transform=ax.get_xaxis_transform(), fontsize=9.5, color=GREY, va="top"
        )


def _weeks_axis(ax: Axes, weeks: int, most: int) -> None:
    """Ticks at round weeks: quarters of years and their multiples where there are enough."""
    step = next((step for step in (1, 2, 4, 13, 26, 52, 104, 260) if weeks / step <= most), 520)
    ax.set(xlim=(0, weeks), xticks=range(0, weeks + 1, step))


# staying ----------------------------------------------------------------------


def _mark_months(ax: Axes, curve: pd.DataFrame) -> None:
    for name, week in RETENTION_WEEKS.items():
        at = curve[curve["week"] == week]
        if at.empty or at["retention"].isna().all():
            continue
        share, low, high = (100 * float(at[column].iloc[0]) for column in ("retention", "low", "high"))
        ax.plot(week, share, "o", color=BLUE, markersize=7)
        limits = "" if np.isnan(low) else f" ({low:.0f} to {high:.0f})"
        label = f"{name.removeprefix('retention_').removesuffix('m')} months: {share:.0f} %{limits}"
        # Beside the curve, where it leaves room: above it early on, below it later.
        early = week < 0.6 * curve["week"].max()
        text = ax.annotate(label, (week, share), (8, 8) if early else (-8, -18), textcoords="offset points")
        text.set(ha="left" if early else "right", fontweight="bold", color=BLUE)


def _numbers_at_risk(ax: Axes, results: Results) -> None:
    tenure = results.people["tenure"].to_numpy()
    ticks = ax.get_xticks()
    ax.set_xticks(ticks, [f"{week:.0f}\n{(tenure >= max(week, 1)).sum():,}" for week in ticks])


# by cause ---------------------------------------------------------------------


def _bars(ax: Axes, table: pd.DataFrame, colours: Sequence[str], write: Write) -> None:
    """A horizontal bar for each row, with its interval and its value, the first row on top."""
    places = range(len(table))
    ax.barh(places, table["mean"], height=0.7, color=colours)
    ax.hlines(places, table["low"], table["high"], color=INK, linewidth=1.3)
    ax.set_yticks(places, table["meaning"])
    for place, mean, low, high in zip(places, table["mean"], table["low"], table["high"], strict=True):
        end = np.fmax(mean, high) if mean >= 0 else np.fmin(mean, low)
        _value(ax, place, mean, end, write)
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.margins(x=0.2)


def _value(ax: Axes, place: float, value: float, end: float, write: Write) -> None:
    outwards = 1 if value >= 0 else -1
    text = ax.annotate(write(value), (end, place), (4 * outwards, 0), textcoords="offset points", fontsize=9.5)
    text.set(ha="left" if value >= 0 else "right", va="center")


def _signed(largest: float) -> Write:
    """How to write gains and losses, with decimals for the largest of them."""
    decimals = 2 if largest >= 0.1 or largest == 0 else 1 - math.floor(math.log10(largest))

    def write(value: float) -> str:
        text = f"{value:+.{decimals}f}"
        return text.replace("-", "\u2212") if float(text) else text[1:]

    return write


def _all_together(ax: Axes, place: float, change: float, write: Write) -> None:
    ax.barh(place, change, height=0.7, color=GREY)
    _value(ax, place, change, change, write)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    ax.set_yticks([*ax.get_yticks(), place], [*labels, "all together"])
