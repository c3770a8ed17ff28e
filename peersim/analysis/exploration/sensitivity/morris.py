"""Morris' elementary effects: which factors matter at all, at the price of few runs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from peersim.analysis.exploration.extras import needs
from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.responses import Responses
from peersim.analysis.exploration.sensitivity import checks
from peersim.analysis.exploration.sensitivity.chance import Blocks, Floats
from peersim.analysis.exploration.sensitivity.result import Sensitivity, limits, problem, sure


def morris(responses: Responses, outcome: str, seed: int = 1) -> Sensitivity:
    """Elementary effects of each factor on an outcome.

    An elementary effect is what a step of one factor does to the outcome, others held, per width of the factor's range
    (for whole numbers and levels: from the first to the last).  Over the trajectories of the design, mu is their mean,
    mu* the mean of their sizes, sigma their standard deviation without the part of it that is chance.

    Parameters
    ----------
    responses : Responses
        Of a design ``morris``.
    outcome : str
    seed : int
        Of the resampling.

    Returns
    -------
    Sensitivity
        ``table``: ``mu``, ``mu_star`` and ``sigma``, each with its 95 % interval (``_low``, ``_high``);
        ``mu_star_chance``, which mu* would not exceed if there were nothing but chance; ``sigma_uncorrected``;
        ``told``, whether mu* exceeds it.

    Raises
    ------
    QuestionError
        If the design, the outcome or a factor cannot be analysed so.

    References
    ----------
    Morris 1991, doi:10.1080/00401706.1991.10484804; Campolongo, Cariboni and Saltelli 2007,
    doi:10.1016/j.envsoft.2006.10.004; SALib.
    """
    checks.method_for(responses, "morris")
    checks.check_levels(responses, "morris")
    means = checks.complete(responses, outcome, "morris")
    coordinates = responses.coordinates.to_numpy(float)
    steps = coordinates.reshape(-1, len(responses.factors) + 1, len(responses.factors))
    values, noise = (_rescaled(array, steps, responses.factors) for array in (means.values[:, np.newaxis], means.noise))
    found = needs("SALib.analyze.morris").analyze(
        problem(responses),
        coordinates,
        values.reshape(-1),
        num_levels=responses.design["levels"],
        num_resamples=2,  # its interval is not used: it knows nothing of replicates
        seed=seed,
    )
    effects = Blocks(_effects(values, steps)[..., 0], _effects(noise, steps))
    errors = effects.errors(_statistics, seed)
    sigma = np.asarray(found["sigma"])
    of_chance = effects.noise.var(axis=0, ddof=1).sum(axis=1)
    corrected = np.sqrt(np.maximum(sigma**2 - of_chance, 0.0))
    estimates = np.asarray(found["mu"]), np.asarray(found["mu_star"]), corrected
    table = pd.DataFrame(index=responses.coordinates.columns)
    number = len(table)
    for place, (name, estimate) in enumerate(zip(("mu", "mu_star", "sigma"), estimates, strict=True)):
        table = table.assign(**limits(name, estimate, errors[place * number : (place + 1) * number]))
    sizes = [f"{name}_{end}" for name in ("mu_star", "sigma") for end in ("low", "high")]
    table[sizes] = table[sizes].clip(lower=0.0)
    chance = np.full(number, np.nan)
    if means.replicates > 1:
        chance = effects.of_chance(_sizes, sure(number), seed)
    table = table.assign(mu_star_chance=chance, sigma_uncorrected=sigma, told=estimates[1] > chance)
    return Sensitivity.of(responses, outcome, "morris", means, table, seed=seed)


def _rescaled(values: Floats, steps: Floats, factors: tuple[Factor, ...]) -> Floats:
    """Trajectories as they would be if every step were as wide in the factor's range as in the unit interval.

    SALib takes all steps for equally wide; the steps of a factor with few values are wider than their coordinates say.

    Parameters
    ----------
    values : array, shape (points, columns)
    steps : array, shape (trajectories, factors + 1, factors)
        Coordinates.

    Returns
    -------
    array, shape (trajectories, factors + 1, columns)
    """
    places = np.stack([_place(factor, steps[..., number]) for number, factor in enumerate(factors)], axis=-1)
    width, asked = (np.diff(array, axis=1).sum(axis=2, keepdims=True) for array in (places, steps))
    walks = values.reshape(*steps.shape[:2], -1)
    # A factor with a single value takes no step and does nothing.
    changes = np.diff(walks, axis=1) * np.divide(asked, width, out=np.zeros_like(width), where=width != 0.0)
    return np.concatenate([walks[:, :1], walks[:, :1] + changes.cumsum(axis=1)], axis=1)


def _place(factor: Factor, coordinates: Floats) -> Floats:
    """Where in the factor's range its values at some coordinates lie, from 0 to 1."""
    if factor.size is None:
        return coordinates
    place = np.minimum((coordinates * factor.size).astype(int), factor.size - 1)
    share: Floats = place / max(factor.size - 1, 1)
    return share


def _effects(walks: Floats, steps: Floats) -> Floats:
    """Elementary effects of trajectories, shape (trajectories, factors, columns)."""
    changes = np.diff(steps, axis=1)
    moved = np.abs(changes).argmax(axis=2)
    slopes = np.diff(walks, axis=1) / changes.sum(axis=2, keepdims=True)
    effects: Floats = np.empty_like(slopes)
    np.put_along_axis(effects, moved[..., np.newaxis], slopes, axis=1)
    return effects


def _statistics(effects: Floats) -> Floats:
    """Mu, mu* and sigma of all factors from effects, shape (trajectories, factors, resamples)."""
    return np.concatenate([effects.mean(axis=0), _sizes(effects), effects.std(axis=0, ddof=1)])


def _sizes(effects: Floats) -> Floats:
    """Mu* of all factors."""
    sizes: Floats = np.abs(effects).mean(axis=0)
    return sizes
