"""Figures of policies over states of the world: their regret in each state, and means against the largest regret."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from peersim.analysis import words
from peersim.analysis.exploration.policies.robustness import Judgement, Robustness
from peersim.report.figures import style
from peersim.report.figures.style import BLUE, GREY, INK, PALE, VERMILION, WIDTH, styled
from peersim.results.outcomes import Outcome

Floats = npt.NDArray[np.float64]

MOST_POLICIES: Final = 20
"""Policies shown; of more, those with least regret."""
MOST_STATES: Final = 60
"""States of the world in a heat map; of more, distributions are drawn."""
NUMBERED: Final = 7
"""States up to which each regret is written out and each state named."""
LABEL_WIDTH: Final = 34
NAMED: Final = 8
"""Policies named in the figure of mean against regret."""
BESIDE: Final = tuple(
    np.array([reach * math.cos(angle), reach * math.sin(angle)])
    for reach in (11.0, 17.0)
    for angle in np.linspace(0.25, 0.25 + 2.0 * math.pi, 8, endpoint=False)
)
"""Where the number of a point may stand beside it, in printer's points."""


@dataclass(frozen=True)
class View:
    """What a figure shows: policies by one outcome."""

    robustness: Robustness
    outcome: str

    @property
    def judgement(self) -> Judgement:
        """How the policies do."""
        return self.robustness.judgements[self.outcome]

    @property
    def order(self) -> npt.NDArray[np.int64]:
        """Rows of the policies shown, the least regret first."""
        order: npt.NDArray[np.int64] = np.argsort(self.judgement.table["max_regret"].to_numpy(), kind="stable")
        return order[:MOST_POLICIES]

    @property
    def source(self) -> str:
        """Where the numbers come from."""
        about = self.robustness.responses
        return style.source(f"study: {about.study}", about.replicates, "replicate", about.seed)

    def name(self, row: int) -> str:
        """The policy of a row of the judgement."""
        return style.plain(self.robustness.policies[self.judgement.policies[row]])

    @property
    def left_out(self) -> str:
        """How many policies are not shown, and which are."""
        number = len(self.judgement.policies)
        return f"Of {number:,} policies the {len(self.order)} with least regret" if number > len(self.order) else ""


def save_all(found: Robustness, folder: Path) -> None:
    """Draw the figures of every outcome into a folder as ``NAME_OUTCOME.png``; none of one policy alone."""
    views = [View(found, outcome) for outcome, judged in found.judgements.items() if len(judged.policies) > 1]
    for view in views:
        style.save({f"{name}_{view.outcome}": draw(view) for name, draw in FIGURES.items()}, folder)


def _unit(outcome: Outcome) -> str:
    return outcome.unit.replace("pounds", "£")


def _pounds(ax: Axes, outcome: Outcome, which: str) -> None:
    if outcome.unit.startswith("pounds"):
        getattr(ax, f"{which}axis").set_major_formatter(lambda value, _: words.pounds(value))


# regret ------------------------------------------------------------------------


@styled
def regret(view: View) -> Figure:
    """How far each policy falls behind the best of each state: state by state, or as distributions of many."""
    judgement, outcome = view.judgement, view.judgement.meant
    by_state = len(judgement.states) <= MOST_STATES
    below = 0.75 if not by_state else 0.5 if len(judgement.states) > NUMBERED else 1.1
    height = 1.35 + below + 0.38 * max(len(view.order), 2)
    told = [
        f"{len(judgement.states):,} states of the world. Regret: how much worse than the best policy of that state",
        "States in order of what their best policy (dot) reaches"
        if by_state
        else "Line: all states; bar: the middle half; dot: the mean",
        view.left_out,
    ]
    figure, (ax,) = style.page(
        view.source,
        f"Regret: {words.lower_first(outcome.label)} ({_unit(outcome)})",
        height,
        note=". ".join(part for part in told if part),
        left=3.0,
        below=below,
    )
    (_heat if by_state else _spread)(figure, ax, view)
    names = [textwrap.fill(view.name(row), LABEL_WIDTH, max_lines=2, placeholder=" …") for row in view.order]
    ax.set_yticks(range(len(names)), names, fontsize=9.5)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.5, -0.5)
    return figure


def _heat(figure: Figure, ax: Axes, view: View) -> None:
    judgement, outcome = view.judgement, view.judgement.meant
    # States in order of what the best policy reaches there, the worst first.
    best = outcome.better * (outcome.better * judgement.values).max(axis=0)
    states = np.argsort(outcome.better * best, kind="stable")
    shown = judgement.regret[np.ix_(view.order, states)]
    shades = LinearSegmentedColormap.from_list("regret", ["#FFFFFF", "#F4B183", VERMILION, "#7A3500"])
    edges = np.arange(shown.shape[1] + 1) - 0.5, np.arange(shown.shape[0] + 1) - 0.5
    most = float(shown.max()) or 1.0
    mesh = ax.pcolormesh(*edges, shown, cmap=shades, vmin=0.0, vmax=most, edgecolors=PALE, linewidth=0.5)
    rows, columns = np.nonzero(shown == 0.0)
    ax.plot(columns, rows, linestyle="none", marker="o", markersize=4, color=INK)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    if len(states) <= NUMBERED:
        for (row, column), value in np.ndenumerate(shown):
            if value > 0.0:
                colour = "white" if value > 0.6 * most else INK
                text = words.amount(value, outcome)
                ax.text(column, row, text, ha="center", va="center", fontsize=9, color=colour)
        names = [style.plain(view.robustness.states[judgement.states[state]]) for state in states]
        wide = max(8, 62 // len(names))
        ax.set_xticks(
            range(len(names)), [textwrap.fill(name, wide, max_lines=4, placeholder=" …") for name in names], fontsize=9
        )
    else:
        ax.set_xticks([])
        ax.set_xlabel("states of the world, the hardest first")
    ax.tick_params(axis="x", length=0)
    bar = figure.colorbar(mesh, ax=ax, fraction=0.05, pad=0.02)
    figure.subplots_adjust(right=1 - 0.75 / WIDTH)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=9)
    _pounds(bar.ax, outcome, "y")


def _spread(_figure: Figure, ax: Axes, view: View) -> None:
    judgement, outcome = view.judgement, view.judgement.meant
    for place, row in enumerate(view.order):
        values = judgement.regret[row]
        low, high = np.percentile(values, [25, 75])
        ax.hlines(place, values.min(), values.max(), color=GREY, linewidth=1.2)
        ax.barh(place, high - low, left=low, height=0.42, color=BLUE)
        ax.plot(values.mean(), place, marker="o", color=INK, markersize=5)
    ax.grid(axis="y", visible=False)
    ax.set_xlim(left=0.0)
    ax.set_xlabel("regret")
    _pounds(ax, outcome, "x")


# mean against regret --------------------------------------------------------------


@styled
def trade_off(view: View) -> Figure:
    """Mean over states against the largest regret; filled where no policy is better in both."""
    judgement, outcome = view.judgement, view.judgement.meant
    table = judgement.table
    mean, most = table["mean"].to_numpy(), table["max_regret"].to_numpy()
    front = _undominated(outcome.better * mean, -most)
    named = [int(row) for row in np.flatnonzero(front)[np.argsort(most[front], kind="stable")]][:NAMED]
    rest = [int(row) for row in np.argsort(most, kind="stable") if row not in named]
    named += rest[: NAMED - len(named)]
    known = "mean_low" in table
    bars = "Bars: middle 95 % over replicates drawn anew" if known else "One replicate: no bars"
    bars = bars if len(table) <= MOST_POLICIES else f"Named: {len(named)} of {len(table):,} policies"
    note = f"{len(judgement.states):,} states of the world, all counting alike. Filled: no policy is better in both"
    height = 4.7 + 0.22 * len(named)
    figure, (ax,) = style.page(
        view.source,
        f"Mean and largest regret: {words.lower_first(outcome.label)}",
        height,
        note=f"{note}. {bars}",
        left=1.1,
        below=0.95 + 0.22 * len(named),
    )
    if known and len(table) <= MOST_POLICIES:
        ax.hlines(most, table["mean_low"], table["mean_high"], color=GREY, linewidth=0.9, alpha=0.5)
        ax.vlines(mean, table["max_regret_low"], table["max_regret_high"], color=GREY, linewidth=0.9, alpha=0.5)
    look: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 7, "markeredgecolor": BLUE}
    ax.plot(mean[~front], most[~front], markerfacecolor="white", **look)
    ax.plot(mean[front], most[front], markerfacecolor=BLUE, **look)
    for number, row in enumerate(named, 1):
        place = (0.72 + 0.22 * (len(named) - number)) / height
        figure.text(0.15 / WIDTH, place, f"{number}  {style.short(view.name(row), 100)}", fontsize=9.5, va="center")
    ax.margins(0.08)
    tallest = float(table["max_regret_high" if known else "max_regret"].max()) or 1.0
    ax.set_ylim(-0.1 * tallest, 1.1 * tallest)
    ax.set_xlabel(f"{outcome.label}, mean over states ({_unit(outcome)}; {outcome.better_is} is better)")
    ax.set_ylabel(f"largest regret ({_unit(outcome)})")
    _pounds(ax, outcome, "x")
    _pounds(ax, outcome, "y")
    _number(ax, np.column_stack([mean, most]), named)
    return figure


def _number(ax: Axes, places: Floats, named: list[int]) -> None:
    """Number points, each number beside its point where it is furthest from the other points and numbers."""
    size = 72.0 / ax.figure.dpi
    taken = list(ax.transData.transform(places) * size)  # in printer's points, as offsets are
    for number, row in enumerate(named, 1):
        here = taken[row]
        crowding = [sum(1.0 / (1.0 + np.hypot(*(here + offset - other)) ** 3) for other in taken) for offset in BESIDE]
        offset = BESIDE[int(np.argmin(crowding))]
        taken.append(here + offset)
        (x, y), (right, up) = places[row], offset
        ax.annotate(str(number), (x, y), (right, up), textcoords="offset points", fontsize=10, ha="center", va="center")


def _undominated(*good: Floats) -> Any:
    """Which policies no other beats in one of these without losing in another."""
    table = np.column_stack(good)
    at_least = (table[:, np.newaxis] >= table[np.newaxis]).all(axis=-1)
    better = (table[:, np.newaxis] > table[np.newaxis]).any(axis=-1)
    return np.logical_not((at_least & better).any(axis=0))


FIGURES: Final = {"regret": regret, "trade_off": trade_off}
"""Figures of each outcome by name."""
