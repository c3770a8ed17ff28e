"""Figures of an attribution: what each part of a bundle contributes, and which parts work together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from peersim.analysis import words
from peersim.analysis.attribution import HEADLINES, Attribution
from peersim.report.figures import style
from peersim.report.figures.style import BLUE, FEWEST_FOR_A_BAND, INK, VERMILION, styled
from peersim.results.outcomes import OUTCOMES, Outcome

PALE_BLUE, PALE_VERMILION = "#8FC1DF", "#EFB68F"


class View(NamedTuple):
    """What a figure shows: an attribution, and some outcomes of it."""

    attribution: Attribution
    outcomes: tuple[str, ...] = HEADLINES

    @property
    def labels(self) -> dict[str, str]:
        """What a reader sees of each part."""
        return {part.name: style.short(part.label, 40) for part in self.attribution.parts}

    @property
    def source(self) -> str:
        """Where the numbers come from."""
        about = self.attribution
        name = f"{about.bundle}, compared with {about.baseline}"
        return style.source(name, about.replicates, "pair", about.seed)

    def about(self, bands: str) -> str:
        """What the lines are, or that there are none."""
        some = self.attribution.replicates >= FEWEST_FOR_A_BAND
        return bands if some else "One pair: no interval can be given"


def save_all(attribution: Attribution, folder: Path, outcomes: Sequence[str] = HEADLINES) -> None:
    """Draw the shares in some outcomes, and the interactions in each of them, into a folder as PNG."""
    figures = {"shares": shares(View(attribution, tuple(outcomes)))}
    figures |= {f"interactions_{name}": interactions(View(attribution, (name,))) for name in outcomes}
    style.save(figures, folder)


@styled
def shares(view: View) -> Figure:
    """What each part contributes to each outcome, and all of them together."""
    about, parts = view.attribution, len(view.attribution.parts)
    step = 0.62 + 0.27 * (parts + 1)
    height = 1.75 + len(view.outcomes) * step
    note = "Share: what a part adds, averaged over all orders in which the parts could be put in place (Shapley value)"
    note += f"; the shares add up to all together. {view.about('Black lines: 95 % intervals')}"
    if not about.exact:
        note += f". {len(about.orders):,} orders were drawn at random; the error of that is in the intervals"
    title = "What each part of the bundle contributes"
    figure, axes = style.page(
        view.source, title, height, (len(view.outcomes), 1), note=note, left=3.3, above=0.85, sharex=False, sharey=False
    )
    figure.subplots_adjust(hspace=0.62 / (step - 0.62))
    for ax, name in zip(axes, view.outcomes, strict=True):
        _shares_in(ax, view, name)
    return figure


def _shares_in(ax: Axes, view: View, name: str) -> None:
    outcome, rows = OUTCOMES[name], view.attribution.shares
    rows = rows[rows["outcome"] == name].assign(meaning=rows["part"].map(view.labels))
    if rows["share"].isna().all():
        style.nothing(ax, f"{outcome.label}: no value within these weeks.")
        return
    better = [mean * outcome.better >= 0 for mean in rows["share"]]
    style.bars(
        ax,
        rows.rename(columns={"share": "mean"}),
        [BLUE if good else VERMILION for good in better],
        lambda value: words.change(value, outcome),
    )
    place, (total, low, high) = len(rows) + 0.15, view.attribution.total.T[name]
    style.all_together(ax, place, (total, low, high), lambda value: words.change(value, outcome))
    ax.axvline(0.0, color=INK, linewidth=1)
    ax.set_ylim(place + 0.6, -0.6)
    ax.margins(x=0.25)
    ax.locator_params(axis="x", nbins=5)
    ax.tick_params(axis="both", labelsize=9.5)
    if outcome.unit.startswith("pounds"):
        ax.xaxis.set_major_formatter(lambda pounds, _: words.pounds(pounds))
    unit = outcome.unit.replace("pounds", "£")
    ax.set_title(
        f"{outcome.label} ({unit}; {outcome.better_is} is better)", loc="left", fontsize=11, fontweight="bold", pad=4
    )


@styled
def interactions(view: View) -> Figure:
    """What each two parts do together beyond what each does, in the first of the outcomes, as a signed matrix."""
    about, (name, *_) = view.attribution, view.outcomes
    outcome, parts = OUTCOMES[name], list(view.labels)
    better = "above" if outcome.better > 0 else "below"
    note = "Interaction: what two parts do together beyond the sum of each, averaged over what else is in place; "
    note += f"{better} 0 is better. "
    note += view.about("In bold: the 95 % interval leaves out 0")
    height = 2.6 + 0.55 * max(len(parts), 4)
    title = f"How the parts work together: {words.lower_first(outcome.label)}"
    figure, (ax,) = style.page(view.source, title, height, note=note, left=3.6, above=0.75, below=0.55)
    rows = about.interactions[about.interactions["outcome"] == name]
    if rows.empty:
        told = f"Interactions are not given for the {len(parts)} parts of this bundle, since not every subset was run."
        style.nothing(ax, "A single part has nothing to interact with." if about.exact else told)
        return figure
    if rows["interaction"].isna().all():
        style.nothing(ax, f"{outcome.label}: no value within these weeks.")
        return figure
    _matrix(ax, parts, rows.to_dict("records"), outcome)
    ax.set_yticks(range(len(parts)), [f"{view.labels[part]}  {number}" for number, part in enumerate(parts, 1)])
    ax.set_xticks(range(len(parts)), [str(number) for number in range(1, len(parts) + 1)])
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    return figure


def _matrix(ax: Axes, parts: list[str], rows: list[dict[Any, Any]], outcome: Outcome) -> None:
    """A number for each pair of parts, shaded by how good or bad it is that the two meet."""
    grid = np.full((len(parts), len(parts)), np.nan)
    for row in rows:
        one, other = parts.index(row["part"]), parts.index(row["with"])
        grid[one, other] = grid[other, one] = outcome.better * row["interaction"]
        weight = "bold" if row["low"] > 0.0 or row["high"] < 0.0 else "normal"
        for x, y in ((one, other), (other, one)):
            text = words.change(row["interaction"], outcome)
            ax.text(x, y, text, ha="center", va="center", fontsize=9.5, fontweight=weight)
    most = float(np.nan_to_num(np.abs(grid)).max()) or 1.0
    shades = LinearSegmentedColormap.from_list("signed", [PALE_VERMILION, "white", PALE_BLUE])
    edges = np.arange(len(parts) + 1) - 0.5
    ax.pcolormesh(edges, edges, np.ma.masked_invalid(grid), cmap=shades, vmin=-most, vmax=most, edgecolors="white")
    ax.set(xlim=(edges[0], edges[-1]), ylim=(edges[-1], edges[0]))
