"""Tidy tables with typed columns, made from the arrays that worlds leave behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.scenario import Scenario
from peersim.world import draws
from peersim.world.causes import EXHAUSTION, IDENTITY, LEAVING, LV_CIRCUMSTANCES
from peersim.world.measures import TEAM, WEEKLY
from peersim.world.state import ENDINGS, EVENTS, STILL_THERE

KINDS = {draws.PEER: "peer worker", draws.CLINICIAN: "clinician", draws.MANAGER: "manager", draws.USER: "service user"}
LEVELS = ("team manager", "middle manager", "executive")

STATED_SHARE = 0.13
"""A reason is stated by a leaver if it makes up at least this share of what pushed them."""

PERSON_COLUMNS = (
    "post",
    "ordinal",
    "start_week",
    "end_week",
    "tenure",
    "promoted",
    "pay_ratio",
    "hours",
    "experience",
    "community",
    "anchor",
    "identity_start",
    "identity",
    "role_clarity",
    "empowerment",
    "felt_value",
    "support",
    "prospects",
    "exhaustion_start",
    "exhaustion",
    "satisfaction",
    "wellbeing",
    "intention_to_leave",
    "generic_share",
    "isolation",
    "sessions",
    "missed_sessions",
    "weeks_since_supervision",
)
"""Fields of a peer's record at the end of a spell that the people table takes over."""


def _category(codes: npt.ArrayLike, names: Sequence[str]) -> Any:
    return pd.Categorical.from_codes(np.asarray(codes), pd.Index(names))


def weekly_table(weekly: npt.NDArray[np.float64], first: int = 0) -> pd.DataFrame:
    """One row per replicate and week, a column per measure.

    Parameters
    ----------
    weekly : array, shape (replicates, weeks, measures)
        Not copied.
    first : int
        Number of the first replicate.
    """
    replicates, weeks, measures = weekly.shape
    table = pd.DataFrame(weekly.reshape(-1, measures), columns=list(WEEKLY), copy=False)
    table.insert(0, "replicate", np.repeat(np.arange(first, first + replicates, dtype=np.int32), weeks))
    table.insert(1, "week", np.tile(np.arange(weeks, dtype=np.int32), replicates))
    return table


def team_table(team_weekly: npt.NDArray[np.float64], names: list[str], first: int = 0) -> pd.DataFrame:
    """One row per replicate, week and team, a column per measure."""
    replicates, weeks, teams, measures = team_weekly.shape
    table = pd.DataFrame(team_weekly.reshape(-1, measures), columns=list(TEAM), copy=False)
    replicate = np.repeat(np.arange(first, first + replicates, dtype=np.int32), weeks * teams)
    table.insert(0, "replicate", replicate)
    table.insert(1, "week", np.tile(np.repeat(np.arange(weeks, dtype=np.int32), teams), replicates))
    table.insert(2, "team", _category(np.tile(np.arange(teams), replicates * weeks), names))
    return table


def people_table(spells: Any, replicate: npt.NDArray[np.int32], scenario: Scenario) -> pd.DataFrame:
    """One row per spell of a peer worker in post: start, end, how it ended, why, states at the end, ledgers.

    Weeks count from 0; ``start_week`` is -1 for those there from the beginning and ``end_week`` the last week in post.
    ``identity_NAME`` and ``exhaustion_NAME`` add up exactly to the change since the start; ``push_NAME`` are the terms
    of the log-hazard in the last week, without its base; ``stated_NAME`` the reasons that a leaver would state.
    """
    names = [team.name for team in scenario.team_list()]
    columns: dict[str, Any] = {
        "replicate": replicate,
        "team": _category(spells.team, names),
        "how_it_ended": _category(spells.ended, ENDINGS),
    }
    columns |= {name: np.ascontiguousarray(spells[name]) for name in PERSON_COLUMNS}
    for k, name in enumerate(IDENTITY):
        columns[f"identity_{name}"] = spells.identity_ledger[:, k]
    for k, name in enumerate(EXHAUSTION):
        columns[f"exhaustion_{name}"] = spells.exhaustion_ledger[:, k]
    push = pushes(spells, scenario)
    left = np.asarray(spells.ended) != STILL_THERE
    stated = left[:, np.newaxis] & states(push)
    for k, name in enumerate(LEAVING):
        columns[f"push_{name}"] = push[:, k]
    for k, name in enumerate(LEAVING):
        columns[f"stated_{name}"] = stated[:, k]
    reasons = _category(np.where(left, push.argmax(axis=1), -1), tuple(LEAVING))
    columns["main_reason"] = reasons
    return pd.DataFrame(columns)


def pushes(spells: Any, scenario: Scenario) -> npt.NDArray[np.float64]:
    """What pushed each person in their last week: terms of the log-hazard without its base, shape (spells, reasons)."""
    push: npt.NDArray[np.float64] = np.array(spells.leaving_terms)
    weighed = np.asarray(spells.leaving_weeks) > 0  # who started in the last week has not weighed leaving yet
    push[weighed, LV_CIRCUMSTANCES] -= scenario.model.hazard_base
    np.maximum(push, 0.0, out=push)
    return push


def states(push: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which reasons each person would state: those with at least `STATED_SHARE` of all that pushed them."""
    total = push.sum(axis=1, keepdims=True)
    stated: npt.NDArray[np.bool_] = (push > 0.0) & (push >= STATED_SHARE * total)
    return stated


def event_table(events: Any, replicate: npt.NDArray[np.int32], scenario: Scenario) -> pd.DataFrame:
    """One row per event: who, where, when, what.

    ``post`` is the number of the post in the team, for a service user their number on the team's referral list and for
    a manager their level; ``team`` is empty for managers above a team.
    """
    names = [team.name for team in scenario.team_list()]
    teams = events.team.astype(np.int32)
    teams[(events.kind == draws.MANAGER) & (events.post > 0)] = -1
    return pd.DataFrame(
        {
            "replicate": replicate,
            "week": events.week,
            "event": _category(events.event, EVENTS),
            "who": _category(events.kind - draws.PEER, tuple(KINDS.values())),
            "team": _category(teams, names),
            "post": events.post,
            "ordinal": events.ordinal,
        }
    )
