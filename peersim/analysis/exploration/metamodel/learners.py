"""What learns a surface from points: a Gaussian process, and boosted trees, both scikit-learn's.

Replicates are paired: number `r` has the same luck at every point.  A part of this luck moves all points alike, and
much of the rest moves neighbours alike, so that each replicate has a surface of its own about the mean one (common
random numbers; Chen, Ankenman and Nelson 2012).  A Gaussian process that took the replicates' standard errors as they
are for noise would smooth away what is no noise.  Its noise is therefore the standard error of what is left when each
replicate is set against a surface of its own; and the chance in a prediction, which is a weighted sum of the points, is
the spread over replicates of the same weighted sum, in which everything that points share is kept.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from peersim.analysis.exploration.extras import needs
from peersim.results.outcomes import CONFIDENCE, reach

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SMOOTHNESS: Final = 2.5
"""Of the Matérn kernel: surfaces that can be differentiated twice."""
LENGTHS: Final = (0.05, 30.0)
"""Bounds of how far a factor's values resemble each other, in units of what the study varied."""
SIZES: Final = (1e-2, 1e3)
"""Bounds of the variance of the surface, in units of the variance between points."""
ROUGHNESS: Final = (1e-8, 1.0)
"""Bounds of the variance of what is not smooth in the surface, in the same units."""
ROUGH_AT_FIRST: Final = 1e-3
RESTARTS: Final = 2
"""Searches for the kernel from random starts beside the first one."""
ROUNDS: Final = 2
"""Times that noise and kernel are found in turn; more change nothing that can be seen."""
MOST_SEARCHED: Final = 300
"""Points on which a kernel is searched for: what more of them cost grows with their cube."""
PRIOR_WORLDS: Final = 3
"""Worlds that the noise common to all points counts for beside a point's own: few worlds say little of a variance."""
NORMAL: Final = float(reach(np.inf))

TREES: Final[dict[str, Any]] = {"max_iter": 300, "learning_rate": 0.1, "max_leaf_nodes": 6, "min_samples_leaf": 5}
FOLDS: Final = 10


class Data(NamedTuple):
    """Points to learn from.

    Attributes
    ----------
    inputs : array, shape (points, columns)
        Where the points lie, as numbers.
    runs : array, shape (points, replicates)
        An outcome of each run.
    """

    inputs: Floats
    runs: Floats

    def some(self, mask: Mask) -> Data:
        """Some of the points."""
        return Data(self.inputs[mask], self.runs[mask])

    @property
    def means(self) -> Floats:
        """Mean over replicates, shape (points,)."""
        return np.asarray(self.runs.mean(axis=1))

    @property
    def replicates(self) -> int:
        """Worlds at each point."""
        replicates: int = self.runs.shape[1]
        return replicates


class Misfits(NamedTuple):
    """Points left out, set against what the others say of them; all of shape (points,).

    Attributes
    ----------
    misfit : array
        What was simulated minus what was predicted.
    chance : array
        Variance of the misfit over other worlds: not a number for one replicate.
    half : array
        Half-width of the 95 % interval of the prediction for these worlds; not a number where there is none.
    """

    misfit: Floats
    chance: Floats
    half: Floats


class Prediction(NamedTuple):
    """What is expected at some places: mean, and half-widths of 95 % intervals, shape (places,).

    Attributes
    ----------
    mean : array
    level : array
        Of the mean over all worlds there might be.
    shape : array
        Of its place in the whole surface, without the luck that moves all points alike.
    """

    mean: Floats
    level: Floats
    shape: Floats


def folds(points: int, seed: int) -> Iterator[Mask]:
    """The points left out together, each once: a tenth of them at a time, drawn at random."""
    parts = needs("sklearn.model_selection").KFold(min(FOLDS, points), shuffle=True, random_state=seed)
    for _, left_out in parts.split(np.empty(points)):
        mask = np.zeros(points, bool)
        mask[left_out] = True
        yield mask


def one_thread() -> AbstractContextManager[Any]:
    """A single thread for what follows: matrices this small only lose by more, and sums come out the same anywhere."""
    limits: AbstractContextManager[Any] = needs("threadpoolctl").threadpool_limits(1)
    return limits


def error(deviations: Floats) -> Floats:
    """Standard error over replicates, shape (points, replicates) to (points,); 0 for a single one."""
    replicates = deviations.shape[1]
    if replicates == 1:
        return np.zeros(len(deviations))
    return np.asarray(deviations.std(axis=1, ddof=1) / np.sqrt(replicates))


def _half(rough: Floats, chance: Floats, replicates: int) -> Floats:
    """Half-width of a 95 % interval from the variance of the surface and the standard error of the replicates."""
    return np.asarray(np.sqrt(NORMAL**2 * rough + (reach(replicates) * chance) ** 2))


# Gaussian process -------------------------------------------------------------


@dataclass(frozen=True)
class Process:
    """A Gaussian process through the means of points.

    Attributes
    ----------
    data : Data
    noise : array, shape (points,)
        Variance of each mean that nothing but chance makes.
    fitted : GaussianProcessRegressor
        Of the means, centred and in units of their standard deviation.
    seed : int
        Of random starts and of what is left out together.
    """

    data: Data
    noise: Floats
    fitted: Any
    seed: int

    @classmethod
    def of(cls, data: Data, seed: int) -> Process:
        """Find kernel and noise in turn."""
        noise = _moderated(error(data.runs - data.runs.mean(axis=0)) ** 2, data.replicates)
        process = _fit(data, noise, _kernel(data.inputs.shape[1]), seed, RESTARTS)
        for _ in range(ROUNDS if data.replicates > 1 else 0):
            noise = _moderated(process.own_noise, data.replicates)
            process = _fit(data, noise, process.roughened, seed)
        return process

    @property
    def kernel(self) -> Any:
        """Kernel of surface and roughness with what was found for it."""
        return self.fitted.kernel_

    @property
    def roughened(self) -> Any:
        """The kernel as a start for a search: its roughness may have sunk to where no search gets away from."""
        theta = self.kernel.theta.copy()
        theta[-1] = max(theta[-1], np.log(ROUGH_AT_FIRST))
        return self.kernel.clone_with_theta(theta)

    @property
    def own_noise(self) -> Floats:
        """Variance of each point's mean about the surfaces that single replicates have, shape (points,).

        Each point is left out in turn (Rasmussen and Williams 2006, 5.12); the chance of its neighbours, which is in
        such a difference as well, is taken off as if it were as large as its own.
        """
        inverse = self._solve(np.eye(len(self.noise)))
        weights = inverse / np.diag(inverse)[:, np.newaxis]
        runs = self.data.runs - self.data.runs.mean(axis=0)
        return np.asarray(error(weights @ runs) ** 2 / (weights**2).sum(axis=1))

    def _solve(self, right: Floats) -> Floats:
        from scipy.linalg import cho_solve

        return np.asarray(cho_solve((self.fitted.L_, True), right))

    def at(self, inputs: Floats) -> tuple[Floats, Floats]:
        """The surface of each replicate, and the variance of what is not known of the surface for want of points.

        Parameters
        ----------
        inputs : array, shape (places, columns)

        Returns
        -------
        runs : array, shape (places, replicates)
        rough : array, shape (places,)
        """
        near = self.kernel(inputs, self.data.inputs)
        weights = self._solve(near.T).T
        luck = self.data.runs.mean(axis=0)
        runs = luck + weights @ (self.data.runs - luck)
        between = np.einsum("ij,ij->i", weights @ self.kernel(self.data.inputs), weights)
        rough = self.kernel.diag(inputs) - 2 * np.einsum("ij,ij->i", weights, near) + between
        return runs, np.maximum(rough, 0.0) * self.data.means.var()

    def predict(self, inputs: Floats) -> Prediction:
        """What is expected at some places, with intervals."""
        runs, rough = self.at(inputs)
        level, shape = error(runs), error(runs - self.data.runs.mean(axis=0))
        halves = (_half(rough, chance, self.data.replicates) for chance in (level, shape))
        return Prediction(runs.mean(axis=1), *halves)

    def leave_out(self) -> Misfits:
        """Leave out points, a fold at a time, and let the others find a kernel, from this one on, and predict them."""
        points, replicates = self.data.runs.shape
        found = Misfits(*(np.full(points, np.nan) for _ in Misfits._fields))
        for out in folds(points, self.seed):
            others = _fit(self.data.some(~out), self.noise[~out], self.roughened, self.seed)
            runs, rough = others.at(self.data.inputs[out])
            misfits = self.data.runs[out] - runs
            chance = error(misfits)
            found.misfit[out] = misfits.mean(axis=1)
            found.half[out] = _half(rough, chance, replicates)
            if replicates > 1:
                found.chance[out] = chance**2
        return found


def _moderated(variances: Floats, replicates: int) -> Floats:
    """Each point's variance, drawn to that of all."""
    worlds = replicates - 1
    return np.asarray((PRIOR_WORLDS * variances.mean() + worlds * variances) / (PRIOR_WORLDS + worlds))


def _kernel(columns: int) -> Any:
    kernels = needs("sklearn.gaussian_process.kernels")
    surface = kernels.ConstantKernel(1.0, SIZES) * kernels.Matern(np.ones(columns), LENGTHS, SMOOTHNESS)
    return surface + kernels.WhiteKernel(ROUGH_AT_FIRST, ROUGHNESS)


def _fit(data: Data, noise: Floats, kernel: Any, seed: int, restarts: int = 0) -> Process:
    """Search for the kernel on some of the points if there are many, and lay the process through all."""
    learner = needs("sklearn.gaussian_process").GaussianProcessRegressor
    means = data.means
    spread = means.std() or 1.0
    targets, alpha = (means - means.mean()) / spread, noise / spread**2
    some = np.sort(np.random.default_rng(seed).permutation(len(means))[:MOST_SEARCHED])
    search = learner(kernel, alpha=alpha[some], n_restarts_optimizer=restarts, random_state=seed)
    with _bounds_met():
        found = search.fit(data.inputs[some], targets[some])
    if len(some) < len(means):
        found = learner(found.kernel_, alpha=alpha, optimizer=None).fit(data.inputs, targets)
    return Process(data, noise, found, seed)


@contextmanager
def _bounds_met() -> Iterator[None]:
    """A factor without effect has a length as long as is allowed, and a search may end where nothing changes any more.

    Neither is a fault: how good the kernel is, cross-validation says.
    """
    warning = needs("sklearn.exceptions").ConvergenceWarning
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The optimal value found for dimension", warning)
        warnings.filterwarnings("ignore", "lbfgs failed to converge", warning)
        yield


# boosted trees ----------------------------------------------------------------


@dataclass(frozen=True)
class Trees:
    """Boosted trees through the means of points, and intervals as wide as what they miss of points left out."""

    data: Data
    seed: int

    @cached_property
    def _grown(self) -> Callable[[Floats], Floats]:
        return _grow(self.data.inputs, self.data.means, self.seed)

    @cached_property
    def _missed(self) -> Floats:
        return self._misses(self.data)

    def _misses(self, data: Data) -> Floats:
        missed = np.full(len(data.runs), np.nan)
        for out in folds(len(data.runs), self.seed):
            grown = _grow(data.inputs[~out], data.means[~out], self.seed)
            missed[out] = data.means[out] - grown(data.inputs[out])
        return missed

    def leave_out(self) -> Misfits:
        """Leave out points, a fold at a time, and let trees grown on the others predict them.

        The chance in what they miss is how far it differs between two halves of the replicates, the same at all points.
        """
        missed, replicates = self._missed, self.data.replicates
        chance, unknown = np.full((2, len(missed)), np.nan)
        if replicates > 1:
            halves = [Data(self.data.inputs, self.data.runs[:, first::2]) for first in (0, 1)]
            one, other = (self._misses(half) for half in halves)
            apart = sum(1 / half.replicates for half in halves)
            chance[:] = ((one - other) ** 2).mean() / (apart * replicates)
        return Misfits(missed, chance, unknown)

    def predict(self, inputs: Floats) -> Prediction:
        """What is expected at some places, with intervals as wide as 95 % of the misfits reach."""
        shape = np.full(len(inputs), np.quantile(np.abs(self._missed), CONFIDENCE, method="higher"))
        luck = error(self.data.runs.mean(axis=0)[np.newaxis])
        level = np.sqrt(shape**2 + (reach(self.data.replicates) * luck) ** 2)
        return Prediction(self._grown(inputs), level, shape)


def _grow(inputs: Floats, means: Floats, seed: int) -> Callable[[Floats], Floats]:
    learner = needs("sklearn.ensemble").HistGradientBoostingRegressor
    grown = learner(**TREES, early_stopping=False, random_state=seed).fit(inputs, means)
    return lambda places: np.asarray(grown.predict(places))
