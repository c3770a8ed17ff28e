"""Studies of known functions: what a sweep would have found, made without running anything."""

import numpy as np
import pandas as pd
from scipy.stats import qmc

from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.responses import Responses
from peersim.results.outcomes import OUTCOMES

SUPERVISION = Factor(
    "support.supervision.every_weeks",
    levels=(1, 2, 4, 8, 16),
    unit="weeks",
    meaning="Weeks from one supervision to the next; 0 = none",
)
FORMAL = Factor("identity.formalisation", low=0.1, high=0.9, unit="share")
PAY = Factor("valuing.pay_parity", low=0.6, high=1.1, unit="ratio")
PEERS = Factor("teams.peers", low=1, high=6, whole=True, unit="posts")
BY = Factor("support.supervision.by", levels=("manager", "peer_lead", "external"))
TWO = (Factor("a", low=0, high=1), Factor("b", low=0, high=1))


def grid(*ladders):
    """Every value of each with every value of the others, the last one fastest."""
    return pd.DataFrame(pd.MultiIndex.from_product(ladders).tolist())


def sampled(factors, points, seed=1):
    """Points of a Latin hypercube."""
    places = qmc.LatinHypercube(len(factors), rng=seed).random(points)
    return pd.DataFrame([[factor.value(x) for factor, x in zip(factors, row, strict=True)] for row in places])


def responses(
    factors,
    values,
    truth,
    *,
    replicates=10,
    noise=0.01,
    shared=0.0,
    failed=(),
    outcomes=("identity",),
    seed=1,
    **design,
):
    """A study whose means are those of a function, with the chance of each run and what all points share of it.

    Parameters
    ----------
    truth : callable
        From a table of values (one column per factor) to an outcome at each point.
    noise, shared : float
        Standard deviations of the luck that each run has for itself, and of that which a replicate has at all points.
    """
    values = values.set_axis([factor.name for factor in factors], axis=1)
    chance = np.random.default_rng(seed)
    runs = {}
    for number, name in enumerate(outcomes):
        scale = 50_000.0 if OUTCOMES[name].unit.startswith("pounds") else 1.0 - 0.02 * number
        luck = noise * chance.normal(size=(len(values), replicates)) + shared * chance.normal(size=replicates)
        runs[name] = scale * (np.asarray(truth(values), float)[:, np.newaxis] + luck)
        runs[name][list(failed)] = np.nan
    gone = np.isin(np.arange(len(values)), list(failed))
    places = {factor.name: [factor.coordinate(value) for value in values[factor.name]] for factor in factors}
    study = design.pop("study", "Known")
    return Responses(
        study, tuple(factors), design or {"design": "grid"}, pd.DataFrame(places), values, runs, gone, seed
    )
