"""What other luck would have shown: replicates drawn anew, the same for all points, since they are paired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from peersim.results.outcomes import CONFIDENCE

Floats = npt.NDArray[np.float64]

RESAMPLES: Final = 1_000
MOST_NUMBERS: Final = 2_000_000
"""Resampled means held at a time."""
LIMITS: Final = ((1.0 - CONFIDENCE) / 2.0, (1.0 + CONFIDENCE) / 2.0)
"""Quantiles between which the middle 95 % of resamples lie."""


def resampled(runs: Mapping[str, Floats], seed: int, resamples: int = RESAMPLES) -> Iterator[dict[str, Floats]]:
    """Means of outcomes over replicates drawn with replacement (the bootstrap of Efron 1979), some resamples at a time.

    A resample takes the same replicates at every point and for every outcome.  SciPy's bootstrap, which gives one
    statistic at a time, would compute the means of all points again for each.

    Parameters
    ----------
    runs : mapping of str to array, shape (points, replicates)
        As `Responses.runs`; what has no value is left out.
    seed : int
    resamples : int

    Yields
    ------
    dict of str to array, shape (points, some)
        Not a number where no replicate drawn has a value.
    """
    points, replicates = next(iter(runs.values())).shape
    counts = np.random.default_rng(seed).multinomial(replicates, np.full(replicates, 1.0 / replicates), resamples)
    size = max(1, MOST_NUMBERS // max(points, 1))
    for first in range(0, resamples, size):
        drawn = counts[first : first + size].T.astype(float)
        yield {name: _means(values, drawn) for name, values in runs.items()}


def _means(runs: Floats, drawn: Floats) -> Floats:
    """Means weighted by how often each replicate was drawn, shape (points, resamples)."""
    known = ~np.isnan(runs)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Floats = (np.where(known, runs, 0.0) @ drawn) / (known @ drawn)
    return means


def middle(values: Floats, axis: int = -1) -> Floats:
    """Ends of the middle 95 % of resamples, shape (2, ...)."""
    ends: Floats = np.quantile(values, LIMITS, axis=axis)
    return ends
