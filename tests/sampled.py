"""Studies of functions that are known: what a sensitivity analysis should find can be worked out by hand."""

import numpy as np
import pandas as pd

from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.responses import Responses


def factors(number):
    return tuple(Factor(f"x{k + 1}", low=0.0, high=1.0) for k in range(number))


def sampled(design, number, seed=1):
    """Coordinates as a study of this design has them."""
    from SALib.sample import fast_sampler, latin
    from SALib.sample import morris as trajectories
    from SALib.sample import sobol as sequence
    from scipy.stats import qmc

    problem = {"num_vars": number, "names": [str(k) for k in range(number)], "bounds": [[0.0, 1.0]] * number}
    kind = design["design"]
    if kind == "saltelli":
        return sequence.sample(problem, design["size"], calc_second_order=design["second_order"], seed=seed)
    if kind == "morris":
        return trajectories.sample(problem, design["size"], num_levels=design["levels"], seed=seed)
    if kind == "fast":
        return fast_sampler.sample(problem, design["size"], seed=seed)
    if kind == "latin_hypercube":
        return latin.sample(problem, design["size"], seed=seed)
    if kind == "sobol":
        return qmc.Sobol(number, seed=seed).random(design["size"])
    return np.random.default_rng(seed).random((design.get("size", 4), number))


def study(design, what, truth, noise=None, replicates=1, seed=1):
    """A study whose outcome at coordinates `u` is `truth(u)`, plus `noise(u, rng)` of a replicate.

    Parameters
    ----------
    design : mapping
    what : int or tuple of Factor
    truth : callable, or a mapping of them by outcome
    noise : callable, optional
        From coordinates and a generator to what one replicate adds at all points.
    """
    factor_list = factors(what) if isinstance(what, int) else what
    coordinates = sampled(design, len(factor_list), seed)
    rng = np.random.default_rng(seed)
    luck = [noise(coordinates, rng) if noise else np.zeros(len(coordinates)) for _ in range(replicates)]
    truths = truth if isinstance(truth, dict) else {"identity": truth}
    names = [factor.name for factor in factor_list]
    values = {
        factor.name: [factor.value(place) for place in column]
        for factor, column in zip(factor_list, coordinates.T, strict=True)
    }
    return Responses(
        study="trial",
        factors=factor_list,
        design=design,
        coordinates=pd.DataFrame(coordinates, columns=names),
        values=pd.DataFrame(values),
        runs={name: np.stack([known(coordinates) + some for some in luck], axis=1) for name, known in truths.items()},
        failed=np.zeros(len(coordinates), bool),
        seed=seed,
    )


# functions --------------------------------------------------------------------

A, B = 7.0, 0.1


def ishigami(u):
    x = (2.0 * u - 1.0) * np.pi
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


_ALONE = np.array([0.5 * (1.0 + B * np.pi**4 / 5.0) ** 2, A**2 / 8.0, 0.0])
_BOTH = B**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
ISHIGAMI_VARIANCE = _ALONE.sum() + _BOTH
ISHIGAMI_FIRST = _ALONE / ISHIGAMI_VARIANCE
ISHIGAMI_TOTAL = (_ALONE + np.array([_BOTH, 0.0, _BOTH])) / ISHIGAMI_VARIANCE
ISHIGAMI_SECOND = np.array([0.0, _BOTH, 0.0]) / ISHIGAMI_VARIANCE

WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0])


def sobol_g(u):
    return np.prod((np.abs(4.0 * u - 2.0) + WEIGHTS) / (1.0 + WEIGHTS), axis=1)


_PARTS = 1.0 / (3.0 * (1.0 + WEIGHTS) ** 2)
_ALL = np.prod(1.0 + _PARTS) - 1.0
G_FIRST = _PARTS / _ALL
G_TOTAL = np.array([_PARTS[k] * np.prod(np.delete(1.0 + _PARTS, k)) for k in range(len(WEIGHTS))]) / _ALL


def white(size):
    """Chance that differs from point to point, and a luck of the replicate that all points share."""
    return lambda u, rng: size * rng.standard_normal(len(u)) + 10.0 * rng.standard_normal()


def slopes(size):
    """Chance in what a replicate's factors do: near points share it."""
    return lambda u, rng: size * np.sqrt(12.0 / u.shape[1]) * ((u - 0.5) @ rng.standard_normal(u.shape[1]))
