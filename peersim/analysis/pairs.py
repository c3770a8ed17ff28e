"""Paired differences: the same people and the same luck in two worlds.

Replicate r of one scenario and replicate r of another share their luck, so their difference holds what the scenarios
do and little else.  Each outcome has a number for every replicate (`Results.per_replicate`: for rates and retention a
jackknife pseudo-value); everything here is computed from the differences of those numbers, pair by pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.results.outcomes import CONFIDENCE, OUTCOMES, interval
from peersim.results.results import Results

Floats = npt.NDArray[np.float64]
NOTHING: Final[Mapping[str, float]] = MappingProxyType({})

MARGIN: Final = 0.01
"""A difference in a state, share or yearly rate smaller than this is taken not to matter (an assumption)."""
MARGIN_OF_COST: Final = 0.01
"""The same for pounds, as a share of what the baseline costs."""
POWER: Final = 0.9
"""Chance with which the pairs said to settle a question do settle it, if the difference is what it seems."""
COCHRAN: Final = 25.0
"""Pairs for a 95 % interval to be trusted, per square of the skewness of the differences (Cochran 1977)."""
FEWEST: Final = 50
"""Pairs for a precision to count as reached: with fewer, what is rare may not have been seen."""
FEWEST_TIED: Final = 200
"""The same where no pair has shown a difference."""
JUDGED: Final = 20
"""Pairs from which on something can be said of skewness: with fewer, it shows where there is none and hides."""
ROUNDING: Final = 1e-12


def contrasts(base: Results, arm: Results, asked: Mapping[str, float] = NOTHING) -> pd.DataFrame:
    """What a scenario changes in every outcome, pair by pair.

    Parameters
    ----------
    base, arm : Results
        With the same seed and equally many replicates: replicate r of one is the pair of replicate r of the other.
    asked : mapping of str to float
        Half the width of the interval that ``pairs_needed`` is for, where it is not the margin.

    Returns
    -------
    DataFrame
        Indexed by outcome:

        ``baseline``, ``mean``
            Means of the two, over the pairs in which both have a value.
        ``difference``, ``low``, ``high``
            Mean difference, arm minus baseline, and its 95 % interval (Student's t over pairs).
        ``p_better``
            Share of pairs in which the arm's own world is the better one; ties count half, and worlds without a value
            of their own are left out.  It does not sharpen with more pairs: it says what one provider might see.
        ``effect``
            Difference divided by the standard deviation of the baseline's replicates (Glass's delta): how large it is
            beside what luck alone makes of one provider.
        ``pairs``
            Pairs in which both have a value.
        ``margin``
            Smallest difference taken to matter (`MARGIN`).
        ``pairs_needed``
            Pairs for an interval of plus or minus the margin, or what was asked for; not a number where fewer than two
            pairs have a value.
        ``pairs_to_settle``
            Pairs for the interval to leave out 0 with a chance of `POWER`, if the difference is what it seems.
        ``fewer``
            How many times more replicates of each scenario independent runs would need for the same interval.
        ``p_value``
            Two-sided, for no difference (Student's t over pairs).
        ``skewness``
            Of the differences.  Where `pairs` are fewer than `COCHRAN` times its square, the interval may hold the true
            mean less often than it says.
        ``tied``
            Share of pairs of worlds in which there is no difference at all.
    """
    one, other = base.per_replicate.to_numpy(), arm.per_replicate.to_numpy()
    known = ~(np.isnan(one) | np.isnan(other))
    one, other = (np.where(known, values, np.nan) for values in (one, other))
    difference = other - one
    mean, low, high = interval(difference)
    spread, pairs = _deviation(difference), known.sum(axis=0)
    margin, (wins, ties) = margins(_mean(one)), _won(base.per_world, arm.per_world)
    table = {
        "baseline": _mean(one),
        "mean": _mean(other),
        "difference": mean,
        "low": low,
        "high": high,
        "p_better": _mean(wins + 0.5 * ties),
        "effect": _ratio(mean, _deviation(one)),
        "pairs": pairs,
        "margin": margin,
        "pairs_needed": pairs_for(
            spread, [asked.get(name, usual) for name, usual in zip(OUTCOMES, margin, strict=True)]
        ),
        "pairs_to_settle": pairs_to_settle(spread, mean),
        "fewer": _ratio(_deviation(one) ** 2 + _deviation(other) ** 2, spread**2),
        "p_value": p_value(difference),
        "skewness": _skewness(difference, mean),
        "tied": _mean(ties),
    }
    return pd.DataFrame(table, index=base.per_replicate.columns.rename("outcome"))


def _won(base: pd.DataFrame, arm: pd.DataFrame) -> tuple[Floats, Floats]:
    """1 for each pair of worlds of which the arm's is the better, and 1 for each without a difference."""
    better = np.array([OUTCOMES[str(name)].better for name in base])
    gain = better * (arm.to_numpy() - base.to_numpy())
    unknown = np.isnan(gain)
    return np.where(unknown, np.nan, gain > 0.0), np.where(unknown, np.nan, gain == 0.0)


def identity_causes(base: Results, arm: Results) -> pd.DataFrame:
    """Why identity differs: mean change over a spell by cause, and its paired difference.

    Returns
    -------
    DataFrame
        Indexed by cause: ``meaning``, ``baseline``, ``mean``, ``difference``, ``low``, ``high`` (95 % over pairs, of
        the replicates' pseudo-values).
    """
    one, other = base.identity_causes_by_replicate.to_numpy(), arm.identity_causes_by_replicate.to_numpy()
    difference, low, high = interval(other - one)
    table = {"meaning": base.identity_causes["meaning"], "baseline": _mean(one), "mean": _mean(other)}
    return pd.DataFrame(table | {"difference": difference, "low": low, "high": high})


def to_trust(contrasts: pd.DataFrame) -> Floats:
    """Pairs from which on the interval of each row can be trusted: enough to have seen what is rare, and its skewness.

    Where no pair has shown any difference, it takes `FEWEST_TIED`: a difference in one world of 70 would then most
    likely have been seen.
    """
    seen = np.where(contrasts["tied"] == 1.0, FEWEST_TIED, FEWEST)
    needed: Floats = np.fmax(seen, COCHRAN * contrasts["skewness"].to_numpy() ** 2)
    return needed


def too_few(contrasts: pd.DataFrame) -> pd.Series[bool]:
    """Rows whose pairs are too few for their interval to be trusted, so skewed are the differences."""
    few: pd.Series[bool] = contrasts["pairs"] < COCHRAN * contrasts["skewness"] ** 2
    return few


def margins(baseline: Floats) -> Floats:
    """Smallest difference that matters in each outcome, given the baseline's means."""
    pounds = np.array([outcome.unit.startswith("pounds") for outcome in OUTCOMES.values()])
    return np.where(pounds, MARGIN_OF_COST * np.abs(baseline), MARGIN)


def pairs_for(spread: Any, half_width: Any) -> Floats:
    """Fewest pairs whose 95 % interval is expected to reach no further than `half_width` to either side.

    Parameters
    ----------
    spread : array
        Standard deviation of the differences.
    half_width : array
        Above 0.

    Returns
    -------
    array
        At least 2; not a number where `spread` is.
    """
    return _fewest(spread, half_width, 0.5 + CONFIDENCE / 2)


def pairs_to_settle(spread: Any, difference: Any) -> Floats:
    """Fewest pairs whose 95 % interval leaves out 0 with a chance of `POWER`, if the true difference is `difference`.

    Not a number for a difference of 0, which no number of pairs would settle.
    """
    return _fewest(spread, np.abs(difference), 0.5 + CONFIDENCE / 2, POWER)


def _fewest(spread: Any, reach: Any, *quantiles: float) -> Floats:
    """Fewest pairs n for which the quantiles of Student's t, summed, times the standard error are within `reach`."""
    from scipy.special import ndtri, stdtrit  # SciPy's statistics take long to import

    needed = np.square(sum(ndtri(quantile) for quantile in quantiles) * _ratio(spread, reach))
    needed = np.maximum(2.0, np.ceil(needed))
    while True:
        multiple = sum(stdtrit(needed - 1.0, quantile) for quantile in quantiles)
        wide = multiple * np.asarray(spread) > np.sqrt(needed) * np.asarray(reach) * (1.0 + ROUNDING)
        if not wide.any():
            return np.asarray(needed)
        needed = needed + wide


def p_value(differences: Floats) -> Floats:
    """Two-sided p value for a mean of 0 (Student's t); shape (pairs, ...) to (...), not a number for a single pair."""
    from scipy.special import stdtr

    pairs = (~np.isnan(differences)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(_mean(differences)) / (_deviation(differences) / np.sqrt(pairs))
    return np.where(pairs > 1, 2.0 * stdtr(np.maximum(pairs - 1, 1), -t), np.nan)


def _mean(values: Floats) -> Floats:
    return interval(values)[0]


def _deviation(values: Floats) -> Floats:
    """Standard deviation over replicates, of those that have a value; not a number for fewer than two."""
    known = ~np.isnan(values)
    n = known.sum(axis=0)
    squares = np.where(known, np.square(values - _mean(values)), 0.0).sum(axis=0)
    return np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)


def _skewness(values: Floats, mean: Floats) -> Floats:
    """Skewness over replicates, of those that have a value; not a number where they are all the same."""
    known = ~np.isnan(values)
    n = np.maximum(known.sum(axis=0), 1)
    off = np.where(known, values - mean, 0.0)
    return _ratio((off**3).sum(axis=0) / n, ((off**2).sum(axis=0) / n) ** 1.5)


def _ratio(over: Any, under: Any) -> Floats:
    """One array divided by another; not a number where that is 0."""
    under = np.asarray(under, dtype=float)
    quotient: Floats = np.divide(over, under, out=np.full(np.broadcast(over, under).shape, np.nan), where=under != 0.0)
    return quotient
