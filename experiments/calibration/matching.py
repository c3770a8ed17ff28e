"""History matching: which constants are not ruled out by what is known (Craig et al. 1997; Vernon et al. 2010).

A point is implausible for a target by how many standard deviations the emulator is off, given its own error, the noise of
simulation and the allowance of the target.  Points are drawn where that is small for all targets together: with a uniform
prior over the ranges this is the posterior, given independent normal errors.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc

CUTOFF = 3.0  # Pukelsheim's three-sigma rule


def space_filling(box: np.ndarray, points: int, seed: int) -> np.ndarray:
    """Points spread evenly over the ranges (Latin hypercube), shape (points, constants)."""
    unit = qmc.LatinHypercube(len(box), rng=seed, optimization="random-cd").random(points)
    return qmc.scale(unit, box[:, 0], box[:, 1])


def implausibility(emulators, points, target, allowance) -> np.ndarray:
    """Standard deviations between target and emulator, shape (points, targets)."""
    return np.abs(emulators.predict(points) - target) / np.sqrt(emulators.variance + allowance**2)


def posterior(emulators, box, target, allowance, *, draws: int, seed: int, inflate: float = 1.0) -> np.ndarray:
    """Draws from the posterior (ensemble sampler; Foreman-Mackey et al. 2013), shape (draws, constants).

    `inflate` widens all allowances and errors, for waves that are to look around.
    """
    import emcee

    def log_density(points):
        inside = ((points >= box[:, 0]) & (points <= box[:, 1])).all(axis=1)
        off = implausibility(emulators, points, target, allowance) / inflate
        return np.where(inside, -0.5 * np.square(off).sum(axis=1), -np.inf)

    walkers = 4 * len(box)
    start = space_filling(box, 40 * walkers, seed)
    start = start[np.argsort(-log_density(start))[:walkers]]
    np.random.seed(seed)  # noqa: NPY002 (emcee has no other way to be given a seed)
    moves = [(emcee.moves.DEMove(), 0.7), (emcee.moves.DESnookerMove(), 0.1), (emcee.moves.StretchMove(), 0.2)]
    sampler = emcee.EnsembleSampler(walkers, len(box), log_density, moves=moves, vectorize=True)
    sampler.run_mcmc(start, 4000)
    chain = sampler.get_chain(discard=2000, thin=50, flat=True)
    return chain[np.random.default_rng(seed).choice(len(chain), draws, replace=len(chain) < draws)]
