"""Figures of a run: what happened over time, who stayed, what moved identity, why people left, what users saw.

Every function takes results and returns a Matplotlib figure that stands by itself: a title that says what is shown, axes
with units, and a note with scenario, replicates, seed and what the bands are.  Titles draw no conclusions.
"""

from __future__ import annotations

import string
import textwrap
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from peersim.results.outcomes import OUTCOMES, RETENTION_WEEKS, interval
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
MOST_CHANGES_TOLD = 4
FEWEST_FOR_A_BAND = 2

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


def peers_over_time(results: Results) -> Figure:
    """Identity, wellbeing and generic tasks of peers in post, and of those who started, week by week."""
    figure, axes = _page(results, "Peer workers over time: identity, wellbeing, generic tasks", 4.6, (1, 3), legend=True)
    _courses(figure, axes, results, PEERS)
    return figure


def users_over_time(results: Results) -> Figure:
    """Trust, hope, engagement and recovery of service users, week by week."""
    figure, axes = _page(results, "Service users over time, mean of those on a caseload", 6.4, (2, 2), legend=True)
    _courses(figure, axes, results, USERS)
    return figure


def retention(results: Results) -> Figure:
    """Share of peer workers still in post, by time since they started."""
    note = "Kaplan-Meier estimate over everyone who held a post; those still in post at the end are censored"
    figure, axes = _page(results, "Peer workers still in post, by time since they started", 5.0, (1, 1), note=note)
    ax, curve = axes[0], results.retention
    ax.fill_between(curve["week"], 100 * curve["low"], 100 * curve["high"], color=BLUE, alpha=0.25, linewidth=0)
    ax.plot(curve["week"], 100 * curve["retention"], color=BLUE, drawstyle="steps-post")
    _mark_months(ax, curve)
    _weeks_axis(ax, results.weeks, "Weeks in post")
    ax.set(ylim=(0, 102), ylabel="Still in post (%)")
    _numbers_at_risk(ax, results)
    return figure


def identity_causes(results: Results) -> Figure:
    """Why identity changed: gains and losses over a spell in post, by cause."""
    note = "The bars add up exactly to the change in identity"
    title = "What raised and lowered peer identity, by cause"
    causes = results.identity_causes.sort_values("mean", ascending=False, kind="stable")
    figure, axes = _page(results, title, 6.6, (1, 1), note=note, left=3.75)
    ax = axes[0]
    net = causes["mean"].sum()
    _bars(ax, causes["meaning"], causes, [BLUE if mean >= 0 else VERMILION for mean in causes["mean"]])
    ax.barh(len(causes) + 0.5, net, height=0.7, color=GREY)
    ax.set_yticks([*range(len(causes)), len(causes) + 0.5], [*causes["meaning"], "all together"])
    ax.get_yticklabels()[-1].set_fontweight("bold")
    values = [*causes["mean"], net]
    ends = [*_ends(causes), net]
    _values(ax, [*range(len(causes)), len(causes) + 0.5], values, ends, "{:+.2f}")
    ax.axvline(0, color=INK, linewidth=1)
    ax.set(xlabel="Mean change of identity over a spell in post (identity runs from 0 to 1)")
    ax.set_ylim(len(causes) + 1.1, -0.7)
    return figure


def reasons(results: Results) -> Figure:
    """Reasons for leaving: share of leavers who state each."""
    leavers = int(results.people["main_reason"].notna().sum())
    note = f"{leavers:,} leavers in all replicates; each may state several reasons, so the shares add up to more than 100 %"
    title = "Reasons for leaving, as leavers would state them"
    figure, axes = _page(results, title, 5.4, (1, 1), note=note if leavers else "", left=3.1)
    ax = axes[0]
    if not leavers:
        _nothing(ax, "Nobody left in the weeks simulated,\nso there are no reasons to show.")
        return figure
    stated = results.reasons.sort_values("mean", ascending=False, kind="stable")
    shares = 100 * stated[["mean", "low", "high"]].clip(0, 1)
    _bars(ax, stated["meaning"], shares, [BLUE] * len(stated))
    _values(ax, range(len(stated)), shares["mean"], _ends(shares), "{:.0f} %")
    ax.set(xlim=(0, 100), xlabel="Leavers who state this reason (%)")
    return figure


FIGURES: Final[dict[str, Callable[[Results], Figure]]] = {
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
    grid: tuple[int, int],
    *,
    note: str = "",
    legend: bool = False,
    left: float = 0.75,
) -> tuple[Figure, list[Axes]]:
    """An empty figure with title and note, and its axes; measures are in inches."""
    note = "\n".join(textwrap.wrap(_note(results, note, legend), 118))
    below = 0.75 + 0.17 * (note.count("\n") + 1)
    above = 1.25 if legend else 0.65
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height))
        figure.text(0.15 / WIDTH, 1 - 0.14 / height, title, fontsize=15, fontweight="bold", va="top")
        figure.text(0.15 / WIDTH, 0.1 / height, note, fontsize=8.5, color=GREY, va="bottom", linespacing=1.3)
        axes = figure.subplots(*grid, sharex=True, sharey=True, squeeze=False)
        edges = {"left": left / WIDTH, "right": 1 - 0.3 / WIDTH, "top": 1 - above / height, "bottom": below / height}
        figure.subplots_adjust(**edges, wspace=0.12, hspace=0.32)
    return figure, list(axes.flat)
