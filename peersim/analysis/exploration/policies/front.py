"""Fronts: policies of which none is outdone by another in every objective, and what luck and uncertainty leave of them.

Losses are objectives counted so that less is better.  What cannot be had, since it is over the budget or failed, is on
no front.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis.exploration.chance import RESAMPLES, resampled
from peersim.analysis.exploration.extras import needs
from peersim.results.outcomes import OUTCOMES, interval, reach, standard_error

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

COST: Final = "cost_per_year"
"""What the budget is a limit of."""
BEYOND: Final = 1.1
"""Where hypervolume is counted from: so many times the range of the front, so that its ends count too."""
BAD: Final = 0.1
"""Share of states of the world that are worse than the one looked at."""


def losses(means: Mapping[str, Floats], objectives: Sequence[str]) -> Floats:
    """Objectives counted so that less is better, stacked along a last axis."""
    return np.stack([-OUTCOMES[name].better * means[name] for name in objectives], axis=-1)


def means_of(runs: Mapping[str, Floats]) -> dict[str, Floats]:
    """Means over replicates, shape (policies, replicates) to (policies,)."""
    return {name: interval(values.T)[0] for name, values in runs.items()}


def on_front(lost: Floats, can_be_had: Truths) -> Truths:
    """Which policies are on the front of those that can be had.

    Parameters
    ----------
    lost : array, shape (policies, objectives)
    can_be_had : array of bool, shape (policies,)

    Returns
    -------
    array of bool, shape (policies,)
        Of several policies that are alike in every objective, all are.
    """
    found = np.zeros(len(lost), bool)
    allowed = np.flatnonzero(can_be_had & ~np.isnan(lost).any(axis=1))
    if len(allowed):
        sorting = needs("pymoo.util.nds.non_dominated_sorting").NonDominatedSorting()
        found[allowed[sorting.do(lost[allowed], only_non_dominated_front=True)]] = True
    return found


def spread(lost: Floats, most: int) -> Ints:
    """So many policies at most of a front, the ends among them and the others far from each other, in their order.

    Crowding is that of the nearest neighbours in objectives scaled to their range (pymoo's ``mnn``: Kukkonen and Deb
    2006).
    """
    if len(lost) <= most:
        return np.arange(len(lost))
    metrics = needs("pymoo.operators.survival.rank_and_crowding.metrics")
    room = metrics.get_crowding_function("mnn").do(lost, n_remove=len(lost) - most)
    return np.sort(np.argsort(-room, kind="stable")[:most])


def scaled(lost: Floats) -> Floats:
    """Losses as shares of their range over a front: 0 the best there, 1 the worst."""
    least, most = lost.min(axis=0), lost.max(axis=0)
    shares: Floats = (lost - least) / np.where(most > least, most - least, 1.0)
    return shares


def knee(lost: Floats) -> int:
    """The policy of a front that gives up least in all objectives together.

    What a policy gives up in an objective is the distance from the best there, as a share of the objective's range over
    the front.  The policy with the smallest sum of these is the furthest from the plane on which it takes a whole
    range in one objective to gain a whole range in another; with two objectives, from the line between the ends (Das
    1999).

    Parameters
    ----------
    lost : array, shape (policies, objectives)
        Of the front alone.
    """
    return int(scaled(lost).sum(axis=1).argmin())


def hypervolume(lost: Floats, best: Floats, worst: Floats) -> float:
    """How much of the objectives' ranges some policies outdo, from the point a tenth beyond the worst (pymoo).

    Parameters
    ----------
    lost : array, shape (policies, objectives)
    best, worst : arrays, shape (objectives,)
        The ends of the ranges.
    """
    measure = needs("pymoo.indicators.hv").HV
    width = np.where(worst > best, worst - best, 1.0)
    inside = (lost - best) / width
    corner = np.full(lost.shape[1], BEYOND)
    inside = inside[(inside < corner).all(axis=1)]
    return float(measure(ref_point=corner)(inside)) if len(inside) else 0.0


def with_other_luck(
    runs: Mapping[str, Floats], objectives: Sequence[str], budget: float, seed: int, resamples: int = RESAMPLES
) -> pd.DataFrame:
    """In what share of resamples of the replicates each policy is on the front, and is its knee.

    Parameters
    ----------
    runs : mapping of str to array, shape (policies, replicates)
        The objectives and `COST`; paired replicates.
    objectives : sequence of str
    budget : float
    seed, resamples : int

    Returns
    -------
    DataFrame, one row per policy
        ``stays``, ``knee_share``.
    """
    stays, knees = np.zeros((2, len(runs[COST])))
    for means in resampled(runs, seed, resamples):
        lost, can_be_had = losses(means, objectives), means[COST] <= budget
        for number in range(lost.shape[1]):
            found = np.flatnonzero(on_front(lost[:, number], can_be_had[:, number]))
            stays[found] += 1
            if len(found):
                knees[found[knee(lost[found, number])]] += 1
    return pd.DataFrame({"stays": stays / resamples, "knee_share": knees / resamples})


def optimism(searched: Mapping[str, Floats], fresh: Mapping[str, Floats], objectives: Sequence[str]) -> pd.DataFrame:
    """How much better a front looked in the replicates in which it was found than it does in fresh ones.

    The best of many are partly those that luck favoured.  Luck that all policies share, also the base scenario, is no
    part of this: gains over the base scenario are compared.

    Parameters
    ----------
    searched, fresh : mapping of str to array, shape (1 + policies, replicates)
        The base scenario first.
    objectives : sequence of str

    Returns
    -------
    DataFrame, indexed by objective
        ``mean`` over the policies, positive where luck had flattered them, with a 95 % interval, ``low`` and ``high``
        (two samples of replicates).
    """
    rows = {}
    for name in objectives:
        gains = [interval(OUTCOMES[name].better * (runs[name][1:] - runs[name][0]))[0] for runs in (searched, fresh)]
        (before, after), errors = (interval(gain)[0] for gain in gains), [standard_error(gain) for gain in gains]
        half = reach(min(map(len, gains))) * np.hypot(*errors)
        rows[name] = [before - after, before - after - half, before - after + half]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "low", "high"], dtype=float)
    return table.rename_axis("objective")


def in_states(across: Mapping[str, Floats], objectives: Sequence[str], budget: float) -> pd.DataFrame:
    """What the table of robustness does not say of policies over states of the world.

    Parameters
    ----------
    across : mapping of str to array, shape (policies, states)
        Means over replicates of the objectives and of `COST`; not a number where a policy failed.
    objectives : sequence of str
    budget : float

    Returns
    -------
    DataFrame, one row per policy
        ``on_front``, share of states in which the policy is within the budget and outdone by none of the others that
        are; for every outcome ``X_tenth``: in one state of ten it is worse.
    """
    lost, can_be_had = losses(across, objectives), across[COST] <= budget
    fronts = [on_front(lost[:, state], can_be_had[:, state]) for state in range(lost.shape[1])]
    tails = {f"{name}_tenth": _tenth(values, OUTCOMES[name].better) for name, values in across.items()}
    return pd.DataFrame({"on_front": np.mean(fronts, axis=0), **tails})


def _tenth(values: Floats, better: int) -> Floats:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)  # a policy that failed in every state
        tenth: Floats = np.nanquantile(values, BAD if better > 0 else 1.0 - BAD, axis=1)
    return tenth
