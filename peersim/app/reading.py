"""What the page shows of a scenario: curves with bands, outcomes, differences, causes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis import pairs
from peersim.analysis.comparison import Comparison
from peersim.analysis.matching import effective_changes
from peersim.results.outcomes import interval
from peersim.results.results import Results
from peersim.results.sums import WEEKS_A_YEAR
from peersim.scenario import Scenario

Floats = npt.NDArray[np.float64]

SPREAD: Final = (10, 90)
"""Percentiles of worlds between which a band lies, as in the figures of the report."""


class Panel(NamedTuple):
    """One chart.

    Attributes
    ----------
    title, axis : str
    about : str
        What is drawn and what the band is, for a reader.
    outcome : str
        The headline outcome whose difference stands beside it.
    whole : bool
        Whether the axis runs from 0 to 1 (0 to 100 %).
    """

    title: str
    axis: str
    about: str
    outcome: str
    whole: bool = True


_BAND = "Line: mean over worlds. Band: where 80 % of worlds lie."

PANELS: Final = {
    "identity": Panel(
        "Peer identity", "0 to 1", f"How far peers in post still work and see themselves as peers. {_BAND}", "identity"
    ),
    "wellbeing": Panel("Wellbeing", "0 to 1", f"Wellbeing of peers in post. {_BAND}", "wellbeing"),
    "retention": Panel(
        "Still in post",
        "% of peers, by weeks since they started",
        "Peers still in post, by time since they started (Kaplan-Meier). Band: 95 % interval of the estimate.",
        "retention_12m",
    ),
    "trust": Panel("Users' trust", "0 to 1", f"Service users' trust in their peer worker. {_BAND}", "trust"),
    "hope": Panel("Users' hope", "0 to 1", f"Service users' hope. {_BAND}", "hope"),
    "staffing": Panel(
        "Staffing",
        "% of peer posts filled",
        "Peer posts with somebody in them, mean over worlds. Band: 95 % interval of that mean.",
        "vacancy_rate",
    ),
    "cost": Panel(
        "Cost",
        "£ a year, so far",
        f"All costs counted, per year, from the start to each week. {_BAND}",
        "cost_per_year",
        whole=False,
    ),
}
"""The charts of the page, in order."""


class Curve(NamedTuple):
    """A line over weeks and its band: arrays of one value a week, and the week of the first."""

    mean: Floats
    low: Floats
    high: Floats
    start: int = 1


@dataclass(frozen=True, eq=False)
class Reading:
    """What the page shows of a scenario beside a baseline.

    Attributes
    ----------
    scenario, baseline : Scenario
    worlds : int
        Behind every number.
    curves, baseline_curves : dict of str to Curve
        By name of panel.
    outcomes : DataFrame
        As `Results.outcomes`.
    contrasts : DataFrame or None
        As `Comparison.of`; None where scenario and baseline are the same.
    identity_causes, baseline_identity_causes, reasons, baseline_reasons : DataFrame
        As `Results.identity_causes` and `Results.reasons`.
    identity_differences : DataFrame or None
        As `pairs.identity_causes`; None where scenario and baseline are the same.
    """

    scenario: Scenario
    baseline: Scenario
    worlds: int
    curves: dict[str, Curve]
    baseline_curves: dict[str, Curve]
    outcomes: pd.DataFrame
    contrasts: pd.DataFrame | None
    identity_causes: pd.DataFrame
    baseline_identity_causes: pd.DataFrame
    reasons: pd.DataFrame
    baseline_reasons: pd.DataFrame
    identity_differences: pd.DataFrame | None

    @cached_property
    def levels(self) -> dict[str, dict[str, Any]]:
        """The rows of `outcomes`, by outcome: quicker to look things up in."""
        return _rows(self.outcomes)

    @cached_property
    def differences(self) -> dict[str, dict[str, Any]]:
        """The rows of `contrasts`, by outcome; none where there is nothing to compare."""
        return {} if self.contrasts is None else _rows(self.contrasts)


def _rows(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {str(name): {str(key): value for key, value in row.items()} for name, row in table.to_dict("index").items()}


def read(baseline: Results, results: Results) -> Reading:
    """What the page shows of results beside those of a baseline, of equally many worlds."""
    same = not effective_changes(baseline.scenario, results.scenario)
    contrasts = None if same else Comparison(baseline, {"now": results}).of("now")
    return Reading(
        results.scenario,
        baseline.scenario,
        results.replicates,
        curves(results),
        curves(baseline),
        results.outcomes,
        contrasts,
        results.identity_causes,
        baseline.identity_causes,
        results.reasons,
        baseline.reasons,
        None if same else pairs.identity_causes(baseline, results),
    )


def curves(results: Results) -> dict[str, Curve]:
    """The curve of every panel."""
    weeks = np.arange(1, results.weeks + 1)
    filled = interval(1.0 - results.by_week("vacancy_rate"))  # of a few posts: a spread would be steps
    cost = results.by_week("cost").cumsum(axis=1) / weeks * WEEKS_A_YEAR
    drawn = {name: results.by_week(name) for name in ("identity", "wellbeing", "trust", "hope")}
    banded = {name: _banded(values) for name, values in (drawn | {"cost": cost}).items()}
    stay = results.retention
    mean, low, high = (stay[name].to_numpy() for name in ("retention", "low", "high"))
    found = banded | {"staffing": Curve(*np.clip(filled, 0.0, 1.0)), "retention": Curve(mean, low, high, start=0)}
    return {name: found[name] for name in PANELS}


def _banded(values: Floats) -> Curve:
    """Mean over worlds and the percentiles of `SPREAD`; values of shape (worlds, weeks), of those that have one."""
    mean = interval(values)[0]
    known = np.where(np.isnan(values), mean, values)  # a week without anybody in post has no value in that world
    low, high = np.percentile(known, SPREAD, axis=0)
    return Curve(mean, low, high)
