"""What the figures of a study share: the study with the outcomes to show, and how panels are headed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from peersim.analysis import words
from peersim.analysis.exploration.metamodel.scale import Scale
from peersim.analysis.exploration.responses import Responses
from peersim.report.figures import style
from peersim.report.figures.factors import wrapped
from peersim.report.figures.style import FEWEST_FOR_A_BAND, GREY
from peersim.results.outcomes import OUTCOMES, Outcome

PAIRED: Final = "Luck is the same at every point: differences between points are mostly surer than these intervals"
MOST_PANELS: Final = 6
"""Outcomes in one figure; more are spread over several."""


class View(NamedTuple):
    """What a figure shows: some outcomes of a study."""

    responses: Responses
    outcomes: tuple[str, ...]

    @property
    def source(self) -> str:
        """Where the numbers come from."""
        about = self.responses
        return style.source(about.study, about.replicates, "replicate", about.seed)

    @property
    def has_intervals(self) -> bool:
        """Whether there are enough replicates for an interval."""
        return self.responses.replicates >= FEWEST_FOR_A_BAND

    def note(self, bands: str, *more: str) -> str:
        """What the bands are, or that there are none; what failed; and what else there is to say."""
        told = [bands if self.has_intervals else "One replicate: no interval can be given", *more, self.failed]
        return ". ".join(text for text in told if text)

    @property
    def failed(self) -> str:
        """How many points failed."""
        failed = int(self.responses.failed.sum())
        are = "is" if failed == 1 else "are"
        return f"{failed:,} of {self.responses.points:,} points failed and {are} left out" if failed else ""

    def only(self, *outcomes: str) -> View:
        """The same study with fewer outcomes."""
        return self._replace(outcomes=outcomes)

    def scales(self) -> list[Scale]:
        """The factors that take more than one value, with their values."""
        about = self.responses
        scales = [Scale.of(factor, about.values[factor.name]) for factor in about.factors]
        return [scale for scale in scales if scale.varies]

    def table(self, outcome: str) -> pd.DataFrame:
        """The points that have a value of an outcome: values of the factors, ``mean``, ``low``, ``high``.

        All are held to what the outcome can be, as in every table of outcomes.
        """
        found = self.responses.of(outcome)
        table: pd.DataFrame = self.responses.values.reset_index(drop=True).join(found)
        known: pd.DataFrame = table[np.isfinite(table["mean"])]
        return known

    def in_parts(self) -> Iterator[View]:
        """As many outcomes at a time as a figure has room for."""
        for first in range(0, len(self.outcomes), MOST_PANELS):
            yield self.only(*self.outcomes[first : first + MOST_PANELS])


def panel_title(ax: Axes, outcome: Outcome, width: int = 42) -> None:
    """The outcome above its panel, with its unit and which way is better."""
    unit = outcome.unit.replace("pounds", "£")
    ax.set_title(wrapped(outcome.label, width), loc="left", fontsize=11, fontweight="bold", pad=18, linespacing=1.0)
    kind: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    text = f"{unit}; {outcome.better_is} is better"
    ax.annotate(text, (0, 1), (0, 5), fontsize=9, color=GREY, **kind)


def write_axis(axis: Any, outcome: Outcome) -> None:
    """Numbers of an outcome along an axis."""
    if outcome.unit.startswith("pounds"):
        axis.set_major_formatter(lambda pounds, _: words.pounds(pounds))


def about(name: str) -> Outcome:
    """What an outcome is."""
    return OUTCOMES[name]
