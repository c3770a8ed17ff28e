"""Policies met with states of the world: which point is which policy in which state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.factor import Factor, Level
from peersim.analysis.exploration.naming import said, written
from peersim.analysis.exploration.responses import Responses

AS_IT_IS = "the base scenario"
"""Name of the policy of a study that varies no levers."""


@dataclass(frozen=True)
class Crossing:
    """Every policy in every state of the world.

    Attributes
    ----------
    policies : DataFrame, one row per policy, one column per lever
        No two the same.
    states : DataFrame, one row per state of the world, one column per uncertainty
        As sampled: a state that was sampled twice counts twice.
    points : array of int, shape (policies, states)
        The point at which each policy meets each state.
    """

    policies: pd.DataFrame
    states: pd.DataFrame
    points: npt.NDArray[np.int64]


def crossing(responses: Responses) -> Crossing:
    """Find policies and states of the world in a design in which every policy meets every state.

    Raises
    ------
    QuestionError
        If there are no uncertainties, or the same policies do not meet the same states.
    """
    if not responses.uncertainties:
        raise QuestionError(
            "the study varies no uncertainties: each policy meets one state of the world, so there is nothing to be "
            "robust against; allowed: a study with factors under 'uncertainties'"
        )
    policy, state = (_numbered(responses, group) for group in (responses.levers, responses.uncertainties))
    points = np.full((policy.max() + 1, state.max() + 1), -1, dtype=np.int64)
    # A list of points may hold one twice; both have the same worlds, and the first stands.
    first = ~pd.DataFrame({"policy": policy, "state": state}).duplicated().to_numpy()
    points[policy[first], state[first]] = np.flatnonzero(first)
    if (points < 0).any():
        raise QuestionError(
            f"design {responses.design.get('design')}: its {responses.points:,} points hold {len(points):,} policies "
            f"and {points.shape[1]:,} states of the world, and not every policy meets every state; allowed: a design "
            "that crosses levers with uncertainties ({levers: ..., uncertainties: ...}), grid, or a list of points in "
            "which all policies meet the same states"
        )
    policies = _values(responses, responses.levers, points[:, 0])
    new = ~policies.duplicated().to_numpy() if responses.levers else np.ones(1, dtype=bool)
    states = _values(responses, responses.uncertainties, points[0])
    return Crossing(policies[new].reset_index(drop=True), states, points[new])


def _numbered(responses: Responses, factors: Sequence[Factor]) -> npt.NDArray[np.int64]:
    """The number of each point's combination of coordinates, in order of appearance; 0 without factors."""
    if not factors:
        return np.zeros(responses.points, dtype=np.int64)
    places = responses.coordinates[[factor.name for factor in factors]]
    return np.asarray(places.groupby(list(places.columns), sort=False).ngroup(), np.int64)


def _values(responses: Responses, factors: Sequence[Factor], points: npt.NDArray[np.int64]) -> pd.DataFrame:
    return responses.values[[factor.name for factor in factors]].iloc[points].reset_index(drop=True)


def labels(table: pd.DataFrame, factors: Sequence[Factor]) -> list[str]:
    """A name for each row: its factors at their values, as a sentence has them; of one choice the value alone.

    Parameters
    ----------
    table : DataFrame, one row per policy or state, one column per factor
    factors : sequence of Factor
    """
    if not factors:
        return [AS_IT_IS] * len(table)
    rows = table.itertuples(index=False, name=None)
    if len(factors) == 1 and not factors[0].ordered:
        return [written(value) for (value,) in rows]
    return [
        ", ".join(said(factor, _rounded(factor, value)) for factor, value in zip(factors, row, strict=True))
        for row in rows
    ]


def _rounded(factor: Factor, value: Level) -> Level:
    """A value; of a range of real numbers three digits."""
    return float(f"{value:.3g}") if factor.size is None else value
