"""Numbers with an interval, for statistics that have no formula for one."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from peersim.results.outcomes import interval, reach

Floats = npt.NDArray[np.float64]

GROUPS: Final = 20
"""Groups that units (worlds or providers) are left out in, one after the other, to see how a statistic varies."""


class Estimate(NamedTuple):
    """A number and its 95 % interval."""

    found: float
    low: float
    high: float

    def __str__(self) -> str:
        """The number with its interval, as a table shows it."""
        found, low, high = self
        if math.isnan(found):
            return "cannot be computed"
        return f"{found:.3f}" if math.isnan(low) else f"{found:.3f} ({low:.3f} to {high:.3f})"


UNKNOWN: Final = Estimate(math.nan, math.nan, math.nan)
"""What cannot be computed."""

ROUNDING: Final = 1e-12
"""Numbers that differ by less do not vary."""
CERTAIN: Final = 1e-8
"""A fitted chance nearer to 0 or 1 than this is certainty: its coefficients grow without end."""


def of_mean(values: Floats) -> Estimate:
    """The mean of values, one for each replicate, with Student's interval."""
    found, low, high = interval(values)
    return Estimate(float(found), float(low), float(high))


def jackknife(units: int, statistic: Callable[[npt.NDArray[np.bool_]], float]) -> Estimate:
    """A statistic of everything, and how it varies when groups of units are left out (delete-a-group jackknife).

    Parameters
    ----------
    units : int
        Worlds or providers; people in one of them are not independent of each other, units are.
    statistic : callable
        From a mask of the units to use, shape (units,), to a number.

    Returns
    -------
    Estimate
        The interval is not a number for a single unit, or where the statistic cannot always be computed.
    """
    group = np.arange(units) % GROUPS
    groups = min(GROUPS, units)
    found = statistic(np.ones(units, dtype=bool))
    if groups < 2:
        return Estimate(found, np.nan, np.nan)
    without = np.array([statistic(group != left_out) for left_out in range(groups)])
    error = np.sqrt((groups - 1) / groups * np.square(without - without.mean()).sum())
    half = float(reach(groups) * error)
    return Estimate(found, found - half, found + half)


def slopes(outcome: Floats, predictors: Floats) -> Floats:
    """Coefficients of a least-squares regression with an intercept, which is left out; shape (predictors,)."""
    design = np.column_stack([np.ones(len(outcome)), predictors])
    return np.asarray(np.linalg.lstsq(design, outcome, rcond=None)[0][1:], dtype=float)


def correlation(one: Floats, other: Floats) -> float:
    """Pearson's correlation; 0 where one of the two does not vary."""
    if min(np.ptp(one), np.ptp(other)) < ROUNDING:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def multiple_r(outcome: Floats, predictors: Floats) -> float:
    """Correlation of an outcome with what a regression on the predictors makes of it."""
    return correlation(predictors @ slopes(outcome, predictors), outcome)


def log_odds(outcome: Floats, predictors: Floats) -> Floats:
    """Coefficients of a logistic regression with an intercept, which is left out; shape (predictors,).

    Not a number where the predictors tell the two outcomes apart without error, if only for some people, or where there
    is only one outcome.
    """
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    unknown = np.full(predictors.shape[1], np.nan)
    design = np.column_stack([np.ones(len(outcome)), predictors])
    if np.ptp(outcome) == 0.0 or np.linalg.matrix_rank(design) < design.shape[1]:
        return unknown
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        fit: Any = GLM(outcome, design, family=Binomial()).fit()
    certain = np.minimum(fit.mu, 1.0 - fit.mu) < CERTAIN
    return unknown if certain.any() else np.asarray(fit.params[1:])
