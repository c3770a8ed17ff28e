"""How much of what differs between points is chance, and how far statistics of all points could be off.

Replicates are paired over points, so what is common to a replicate at all points cancels from their differences, and
what is left may still go together at points that are near each other: a replicate in which supervision happens to do
more good does so at all points with much supervision.  Both are kept here by never looking at a point alone: chance is
a matrix with one column for each replicate, N, and N N' estimates the covariance of the means of all points.

* A quadratic form of the means, such as a variance or a partial variance, is expected to be too high by the sum of the
  same form over the columns of N, whatever the covariance: taking that off makes it unbiased.  For the variance between
  points this is the two-way layout of points and replicates: the mean square of the residual over that of points.
* The standard error of a statistic has two sides: other rows of the design, and other replicates.  Both contain what
  neither shares (chance of one row in one replicate), so that is counted once too often and taken off, as is done for
  errors that go together in two ways (Cameron, Gelbach and Miller 2011, doi:10.1198/jbes.2010.07136).  What rows share
  is known from as many pieces of luck as there are replicates, the rest from as many as there are rows: degrees of
  freedom are Satterthwaite's (1946, doi:10.2307/3002019).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from peersim.results.outcomes import CONFIDENCE

Floats = npt.NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""From means, shape (blocks, rows, resamples), to statistics, shape (statistics, resamples)."""

RESAMPLES: Final = 200
RESAMPLES_OF_TAIL: Final = 2_000
"""For quantiles far out, which take more than variances."""
TOLERATED: Final = 0.05
"""Share of the variance between points that may well be chance."""
MOST_NUMBERS: Final = 4_000_000
"""Numbers of resampled means held at a time."""


@dataclass(frozen=True)
class Means:
    """Means over replicates, and what chance is in them.

    Attributes
    ----------
    values : array, shape (points,)
        Mean over the replicates that have a value.
    noise : array, shape (points, replicates)
        `noise @ noise.T` estimates the covariance that chance makes between the values; with one replicate no columns.
    """

    values: Floats
    noise: Floats

    @classmethod
    def of(cls, runs: Floats) -> Means:
        """Means of runs, shape (points, replicates), each point with at least two values if there are replicates."""
        known = ~np.isnan(runs)
        number = known.sum(axis=1, keepdims=True)
        values = np.where(known, runs, 0.0).sum(axis=1, keepdims=True) / number
        if runs.shape[1] == 1:
            return cls(values[:, 0], np.empty((len(runs), 0)))
        return cls(values[:, 0], np.where(known, runs - values, 0.0) / np.sqrt(number * (number - 1)))

    @property
    def replicates(self) -> int:
        """Worlds at each point."""
        return max(int(self.noise.shape[1]), 1)

    @property
    def share(self) -> float:
        """Share of the variance between points that is chance, at most 1; not a number with one replicate."""
        if self.replicates == 1:
            return math.nan
        return min(1.0, float(self.noise.var(axis=0, ddof=1).sum() / self.values.var(ddof=1)))

    @property
    def needed(self) -> float:
        """Replicates that bring the share of chance down to `TOLERATED`.

        Not a number with one replicate, and where by the F test of the two-way layout there may be nothing but chance.
        """
        from scipy.stats import f

        share, freedom = self.share, len(self.values) - 1
        if math.isnan(share) or share == 1.0:
            return math.nan
        if share > 0.0 and f.sf(1.0 / share, freedom, freedom * (self.replicates - 1)) > 1.0 - CONFIDENCE:
            return math.nan
        return float(max(1, math.ceil(self.replicates * share / (1.0 - share) * (1.0 - TOLERATED) / TOLERATED)))

    def blocks(self, rows: int) -> Blocks:
        """The points in blocks of so many rows, which the design has drawn together."""
        shape = len(self.values) // rows, rows
        return Blocks(self.values.reshape(shape), self.noise.reshape(*shape, self.noise.shape[1]))


@dataclass(frozen=True)
class Errors:
    """Standard errors of statistics, and how well they are known.

    Attributes
    ----------
    size : array, shape (statistics,)
    freedom : array, shape (statistics,)
        Degrees of freedom.
    """

    size: Floats
    freedom: Floats

    @classmethod
    def of(cls, rows: Floats, freedom_of_rows: int, shared: Floats, freedom_of_shared: int) -> Errors:
        """From the two parts of a variance that are estimated apart (Welch and Satterthwaite)."""
        both = rows + shared
        parts = rows**2 / freedom_of_rows + shared**2 / freedom_of_shared
        freedom = np.divide(both**2, parts, out=np.full_like(both, freedom_of_rows), where=parts > 0.0)
        return cls(np.sqrt(both), freedom)

    @classmethod
    def unknown(cls, number: int) -> Errors:
        """Of so many statistics, none of which is known."""
        return cls(np.full(number, np.nan), np.full(number, np.nan))

    def __getitem__(self, some: slice) -> Errors:
        return Errors(self.size[some], self.freedom[some])

    def reach(self, sure: float) -> Floats:
        """How far above its estimate a statistic hardly ever lies: only with a probability of 1 - `sure`."""
        from scipy.stats import t

        reach: Floats = t.ppf(sure, self.freedom) * self.size
        return reach


@dataclass(frozen=True)
class Blocks:
    """Means in blocks that the design has drawn independently.

    Attributes
    ----------
    values : array, shape (blocks, rows)
    noise : array, shape (blocks, rows, replicates)
        As that of `Means`.
    """

    values: Floats
    noise: Floats

    def chance_in(self, forms: Statistic) -> Floats | float:
        """What chance adds to quadratic forms of centred means; nothing where nothing is known of it."""
        added: Floats | float = forms(self.noise).sum(axis=-1) if self.noise.shape[2] else 0.0
        return added

    def errors(self, statistic: Statistic, seed: int, resamples: int = RESAMPLES) -> Errors:
        """Errors of statistics over other rows and other replicates; with one replicate over other rows only."""
        rng = np.random.default_rng(seed)
        rows = _variance(statistic, self._other_rows(rng, resamples))
        if not self.noise.shape[2]:
            return Errors.of(rows, len(self.values) - 1, np.zeros_like(rows), 1)
        replicates = _variance(statistic, self._other_replicates(rng, resamples))
        cells = _variance(statistic, self._other_cells(rng, resamples))
        shared = np.maximum(replicates - np.minimum(cells, rows), 0.0)
        return Errors.of(rows, len(self.values) - 1, shared, self.noise.shape[2] - 1)

    def errors_of_chance(self, statistic: Statistic, seed: int, resamples: int = RESAMPLES) -> Errors:
        """Errors over other replicates, two or more, at the same rows."""
        replicates = _variance(statistic, self._other_replicates(np.random.default_rng(seed), resamples))
        return Errors.of(np.zeros_like(replicates), 1, replicates, self.noise.shape[2] - 1)

    def of_chance(self, statistic: Statistic, sure: float, seed: int) -> Floats:
        """What mean sizes would not exceed, with a probability of `sure`, if nothing but chance were at work.

        With two or more replicates.
        """
        from scipy.stats import norm, t

        nothing = Blocks(np.zeros_like(self.values), self.noise)
        rng = np.random.default_rng(seed)
        found = np.concatenate(
            [statistic(means) for means in nothing._other_replicates(rng, RESAMPLES_OF_TAIL)], axis=1
        )
        cells = _variance(statistic, nothing._other_cells(rng, RESAMPLES))
        shared = np.maximum(found.var(axis=1, ddof=1) - cells, 0.0)
        freedom = Errors.of(cells, len(self.values) - 1, shared, self.noise.shape[2] - 1).freedom
        tail = 1.0 - (1.0 - sure) / 2.0  # of sizes, whichever way they go
        limits: Floats = np.quantile(found, sure, axis=1) * t.ppf(tail, freedom) / norm.ppf(tail)
        return limits

    def _other_replicates(self, rng: np.random.Generator, resamples: int) -> Iterator[Floats]:
        """Means as other replicates would give them: the same luck at all points."""
        for number in self._portions(resamples):
            yield self.values[..., np.newaxis] + self.noise @ _weights(rng, self.noise.shape[2], number)

    def _other_cells(self, rng: np.random.Generator, resamples: int) -> Iterator[Floats]:
        """Means as other luck would give them that no two blocks share."""
        for number in self._portions(resamples):
            weights = _weights(rng, len(self.noise), self.noise.shape[2], number)
            yield self.values[..., np.newaxis] + self.noise @ weights

    def _other_rows(self, rng: np.random.Generator, resamples: int) -> Iterator[Floats]:
        """Means at blocks drawn with replacement (the bootstrap of Efron 1979)."""
        for number in self._portions(resamples):
            yield np.moveaxis(self.values[rng.integers(len(self.values), size=(len(self.values), number))], 1, 2)

    def _portions(self, resamples: int) -> Iterator[int]:
        size = max(1, MOST_NUMBERS // (self.values.size + self.noise.shape[0] * self.noise.shape[2]))
        for first in range(0, resamples, size):
            yield min(size, resamples - first)


def _variance(statistic: Statistic, resampled: Iterator[Floats]) -> Floats:
    variances: Floats = np.concatenate([statistic(means) for means in resampled], axis=1).var(axis=1, ddof=1)
    return variances


def _weights(rng: np.random.Generator, *shape: int) -> Floats:
    """Weights of replicates, along the last axis but one: `noise @ weights` has the covariance of chance.

    Their directions are even on the sphere and their length is fixed: otherwise all of the noise would swell and shrink
    together, which that of many independent points does not.
    """
    weights = rng.standard_normal(shape)
    weights -= weights.mean(axis=-2, keepdims=True)
    length = np.sqrt((weights**2).sum(axis=-2, keepdims=True))
    scaled: Floats = weights / length * math.sqrt(shape[-2] - 1)
    return scaled
