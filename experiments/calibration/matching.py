"""History matching: which constants are not ruled out by what is known (Craig et al. 1997; Vernon et al. 2010).

A point is implausible for a target by how many standard deviations the emulator is off, given its own error, the noise
of simulation and the allowance of the target.  Points are drawn where that is small for all targets together: with a
uniform prior over the ranges this is the posterior, given independent normal errors.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import qmc

CUTOFF = 3.0  # Pukelsheim's three-sigma rule
PRIOR_DEVIATION = 1.0 / np.sqrt(3.0)  # of a uniform distribution from -1 to 1


def space_filling(box: np.ndarray, points: int, seed: int) -> np.ndarray:
    """Points spread evenly over the ranges (Latin hypercube), shape (points, constants)."""
    unit = qmc.LatinHypercube(len(box), rng=seed, optimization="random-cd").random(points)
    return qmc.scale(unit, box[:, 0], box[:, 1])


def implausibility(emulators, points, target, allowance) -> np.ndarray:
    """Standard deviations between target and emulator, shape (points, targets)."""
    return np.abs(emulators.predict(points) - target) / np.sqrt(emulators.variance + allowance**2)


def posterior(emulators, box, target, allowance, *, draws: int, seed: int, inflate: float = 1.0) -> np.ndarray:
    """Draws from the posterior by randomised maximum likelihood, shape (draws, constants).

    Each draw is the best fit to targets disturbed by their errors and to a point drawn from the prior, in the ranges
    (Kitanidis 1995; Oliver et al. 1996): exact for linear emulators and a normal prior, of which the standard deviation
    is that of a uniform one.  `inflate` widens allowances and errors, for waves that are to look around.
    """
    error = inflate * np.sqrt(emulators.variance + allowance**2)
    disturbed = target + error * np.random.default_rng(seed).standard_normal((draws, len(target)))
    prior = (space_filling(box, draws, seed) - emulators.middle) / emulators.half
    return np.array([_fit(emulators, *pair, error) for pair in zip(disturbed, prior, strict=True)])


def best(emulators, starts, target, allowance) -> np.ndarray:
    """Points that fit best as emulators have it, each near one of the starting points, shape (starts, constants)."""
    error = np.sqrt(emulators.variance + allowance**2)
    return np.array([_fit(emulators, target, (one - emulators.middle) / emulators.half, error) for one in starts])


def _fit(emulators, target, prior, error) -> np.ndarray:
    def off(scaled):
        fit = (emulators.predict_scaled(scaled[None])[0] - target) / error
        return np.concatenate([fit, (scaled - prior) / PRIOR_DEVIATION])

    def slopes(scaled):
        return np.vstack([emulators.slopes_at(scaled) / error[:, None], np.eye(len(prior)) / PRIOR_DEVIATION])

    found = least_squares(off, prior, slopes, bounds=(-1.0 - 1e-9, 1.0 + 1e-9), x_scale=1.0, max_nfev=60)
    return emulators.middle + emulators.half * np.clip(found.x, -1.0, 1.0)
