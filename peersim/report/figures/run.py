"""Figures of a run: what happened over time, who stayed, what moved identity, why people left, what users saw.

Every function takes results and returns a Matplotlib figure (see `style`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from peersim.report.figures import style
from peersim.report.figures.style import (
    BLUE,
    FEWEST_FOR_A_BAND,
    GREY,
    INK,
    MOST_TICKS,
    SPREAD,
    VERMILION,
    WIDTH,
    styled,
)
from peersim.results.outcomes import RETENTION_WEEKS, interval
from peersim.results.results import Results

Draw = Callable[[Results], Figure]

SPREAD_LABEL = "middle 80 % of replicates"


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


@styled
def peers_over_time(results: Results) -> Figure:
    """Identity, wellbeing and generic tasks of peers in post, and of those who started, week by week."""
    return _over_time(results, "Peer workers over time: identity, wellbeing, generic tasks", 4.8, (1, 3), PEERS)


@styled
def users_over_time(results: Results) -> Figure:
    """Trust, hope, engagement and recovery of service users, week by week."""
    return _over_time(results, "Service users on a caseload over time", 6.6, (2, 2), USERS)


@styled
def retention(results: Results) -> Figure:
    """Share of peer workers still in post, by time since they started."""
    note = "Kaplan-Meier estimate over everyone who held a post, those still in post at the end censored"
    title = "Peer workers still in post, by time since they started"
    figure, axes = style.page(_source(results), title, 5.2, note=_with_interval(results, note, "Band"), below=0.95)
    ax, curve = axes[0], results.retention
    low, high = 100 * curve["low"], 100 * curve["high"]
    ax.fill_between(curve["week"], low, high, color=BLUE, alpha=0.25, linewidth=0, step="post")
    ax.plot(curve["week"], 100 * curve["retention"], color=BLUE, drawstyle="steps-post")
    _mark_months(ax, curve)
    style.weeks_axis(ax, results.weeks, MOST_TICKS)
    ax.set(ylim=(0, 102), ylabel="Still in post (%)")
    ax.set_xlabel("Weeks in post, and below them how many people were followed that long")
    _numbers_at_risk(ax, results)
    return figure


@styled
def identity_causes(results: Results) -> Figure:
    """Why identity changed: gains and losses over a spell in post, by cause."""
    note = "A spell is one person's time in one post. The causes add up exactly to the whole change"
    title = "What raised and lowered peer identity, by cause"
    causes = results.identity_causes.sort_values("mean", ascending=False, kind="stable")
    figure, axes = style.page(
        _source(results), title, 6.6, note=_with_interval(results, note, "Black lines"), left=3.75
    )
    ax = axes[0]
    write = style.signed(causes["mean"].abs().max())
    style.bars(ax, causes, [BLUE if mean >= 0 else VERMILION for mean in causes["mean"]], write)
    style.all_together(ax, len(causes) + 0.5, (causes["mean"].sum(), np.nan, np.nan), write)
    ax.axvline(0, color=INK, linewidth=1)
    ax.set(xlabel="Mean change over a spell in post (scale 0 to 1)")
    ax.set_ylim(len(causes) + 1.1, -0.7)
    return figure


@styled
def reasons(results: Results) -> Figure:
    """Reasons for leaving: share of leavers who state each."""
    leavers = int(results.people["main_reason"].notna().sum())
    people = f"{leavers:,} {'leaver' if leavers == 1 else 'leavers'} in all replicates"
    note = f"{people}; each may state several, so shares can add up to more than 100 %"
    note = _with_interval(results, note, "Black lines") if leavers else ""
    figure, axes = style.page(
        _source(results), "Reasons for leaving, as leavers would state them", 5.4, note=note, left=3.1
    )
    ax = axes[0]
    if not leavers:
        style.nothing(ax, "Nobody left in the weeks simulated,\nso there are no reasons to show.")
        return figure
    stated = results.reasons.sort_values("mean", ascending=False, kind="stable")
    shares = 100 * stated[["mean", "low", "high"]].clip(0, 1)
    style.bars(ax, shares.assign(meaning=stated["meaning"]), [BLUE] * len(stated), "{:.0f} %".format)
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
    style.save({name: draw(results) for name, draw in FIGURES.items()}, folder)


def _source(results: Results) -> str:
    return style.source(results.scenario.name, results.replicates, "replicate", results.seed)


def _with_interval(results: Results, note: str, what: str) -> str:
    if results.replicates < FEWEST_FOR_A_BAND:
        return f"{note}. One replicate: no interval can be given"
    return f"{note}. {what}: 95 % interval{'s' if what.endswith('s') else ''}"


# over time --------------------------------------------------------------------


def _over_time(results: Results, title: str, height: float, grid: tuple[int, int], panels: Sequence[Panel]) -> Figure:
    """One panel for each measure, with its bands, and with the changes of policy."""
    marked = style.lettered(results.scenario.changes)
    note = [_about_bands(results), *style.told(marked)]
    figure, axes = style.page(_source(results), title, height, grid, note="; ".join(note), above=1.5)
    for ax, panel in zip(axes, panels, strict=True):
        _course(ax, results, panel)
        style.mark_changes(ax, marked)
        ax.set_title(panel.title, loc="left", fontsize=12, fontweight="bold", pad=20)
        ax.text(0, 1.03, panel.scale, transform=ax.transAxes, fontsize=9.5, color=GREY)
        ax.set(ylim=(0, 1), yticks=[0, 0.25, 0.5, 0.75, 1])
        style.weeks_axis(ax, results.weeks, max(3, MOST_TICKS // grid[1]))
    for ax in axes[-grid[1] :]:
        ax.set_xlabel("Weeks since the start")
    legend = _legend(results, any(panel.cohort for panel in panels))
    place = (0.08 / WIDTH, 1 - 0.4 / height)
    figure.legend(handles=legend, loc="upper left", bbox_to_anchor=place, ncols=2, columnspacing=1.5)
    return figure


def _course(ax: Axes, results: Results, panel: Panel) -> None:
    values = results.by_week(panel.measure)
    weeks, values, mean, low, high = style.along(results.weeks, values, *interval(values))
    if results.replicates >= FEWEST_FOR_A_BAND:
        ax.fill_between(weeks, *style.spread(values), color=BLUE, alpha=0.17, linewidth=0)
        ax.fill_between(weeks, low, high, color=BLUE, alpha=0.45, linewidth=0)
    ax.plot(weeks, mean, color=BLUE)
    if panel.cohort:
        cohort, _, _ = interval(results.by_week(panel.cohort))
        ax.plot(weeks, np.broadcast_to(cohort, weeks.shape), color=VERMILION, linestyle=(0, (4, 1.5)))


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


def _about_bands(results: Results) -> str:
    if results.replicates < FEWEST_FOR_A_BAND:
        return "One replicate: no interval and no spread can be given"
    return f"Middle 80 %: {SPREAD[0]}th to {SPREAD[1]}th percentile; the 95 % interval can be as thin as the line"


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
