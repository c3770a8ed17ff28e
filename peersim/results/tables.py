"""Tidy tables with typed columns, made from the arrays that worlds leave behind, and such arrays made from tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.scenario import Scenario
from peersim.world import draws
from peersim.world.causes import EXHAUSTION, IDENTITY, LEAVING, LV_CIRCUMSTANCES
from peersim.world.measures import TEAM, WEEKLY
from peersim.world.state import ENDINGS, EVENT, EVENTS, PEER, STILL_THERE

KINDS = {draws.PEER: "peer worker", draws.CLINICIAN: "clinician", draws.MANAGER: "manager", draws.USER: "service user"}
LEVELS = ("team manager", "middle manager", "executive")

STATED_SHARE = 0.13
"""A reason is stated by a leaver if it makes up at least this share of what pushed them."""


class UnfamiliarError(ValueError):
    """A table with other columns or categories than these: another version of peersim made it."""


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


def _codes(column: pd.Series[Any], names: Sequence[str]) -> npt.NDArray[np.int32]:
    """The numbers behind a column of categories: the reverse of `_category`."""
    unknown = column.cat.categories.difference(list(names))
    if len(unknown):
        raise UnfamiliarError(f"{column.name}: unknown: {', '.join(unknown)}")
    # A part of a table may know its categories in another order, or only some of them.
    return np.asarray(column.cat.set_categories(list(names)).cat.codes, np.int32)


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


def weekly_array(table: pd.DataFrame, weeks: int) -> npt.NDArray[np.float64]:
    """The array behind a weekly table of whole replicates, shape (replicates, weeks, measures)."""
    return table[list(WEEKLY)].to_numpy().reshape(-1, weeks, len(WEEKLY))


def team_table(team_weekly: npt.NDArray[np.float64], names: list[str], first: int = 0) -> pd.DataFrame:
    """One row per replicate, week and team, a column per measure."""
    replicates, weeks, teams, measures = team_weekly.shape
    table = pd.DataFrame(team_weekly.reshape(-1, measures), columns=list(TEAM), copy=False)
    replicate = np.repeat(np.arange(first, first + replicates, dtype=np.int32), weeks * teams)
    table.insert(0, "replicate", replicate)
    table.insert(1, "week", np.tile(np.repeat(np.arange(weeks, dtype=np.int32), teams), replicates))
    table.insert(2, "team", _category(np.tile(np.arange(teams), replicates * weeks), names))
    return table


def team_array(table: pd.DataFrame, weeks: int, teams: int) -> npt.NDArray[np.float64]:
    """The array behind a table of teams over whole replicates, shape (replicates, weeks, teams, measures)."""
    return table[list(TEAM)].to_numpy().reshape(-1, weeks, teams, len(TEAM))


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


def people_records(table: pd.DataFrame, scenario: Scenario) -> Any:
    """Records of spells that give this table of people, and the same estimates.

    Parameters
    ----------
    table : DataFrame
        As from `people_table`.
    scenario : Scenario
        The one that it was made with.

    Returns
    -------
    record array of dtype `PEER`, shape (rows of the table,)
        Fields that the table does not show are 0.  Leaving counts as not weighed (`leaving_weeks` is 0) and
        `leaving_terms` are what pushed the person, so that `pushes` gives just that.

    Raises
    ------
    UnfamiliarError
        If the table has a category that is not known here.
    """
    spells = np.zeros(len(table), PEER)
    spells["team"] = _codes(table["team"], [team.name for team in scenario.team_list()])
    spells["ended"] = _codes(table["how_it_ended"], ENDINGS)
    for name in PERSON_COLUMNS:
        spells[name] = table[name]
    spells["identity_ledger"] = table[[f"identity_{name}" for name in IDENTITY]]
    spells["exhaustion_ledger"] = table[[f"exhaustion_{name}" for name in EXHAUSTION]]
    spells["leaving_terms"] = table[[f"push_{name}" for name in LEAVING]]
    return spells.view(np.recarray)


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
    columns = {
        "replicate": replicate,
        "week": np.array(events.week),
        "event": _category(events.event, EVENTS),
        "who": _category(events.kind - draws.PEER, tuple(KINDS.values())),
        "team": _category(teams, names),
        "post": np.array(events.post),
        "ordinal": np.array(events.ordinal),
    }
    return pd.DataFrame(columns, copy=False)  # each column is a copy already, and all of them are large


def event_records(table: pd.DataFrame, scenario: Scenario) -> Any:
    """Records of events that give this table of events.

    Parameters
    ----------
    table : DataFrame
        As from `event_table`.
    scenario : Scenario
        The one that it was made with.

    Returns
    -------
    record array of dtype `EVENT`, shape (rows of the table,)
        The table does not show which teams a manager above a team is for; here it is team 0.

    Raises
    ------
    UnfamiliarError
        If the table has a category that is not known here.
    """
    events = np.zeros(len(table), EVENT)
    for name in ("week", "post", "ordinal"):
        events[name] = table[name]
    events["event"] = _codes(table["event"], EVENTS)
    events["kind"] = _codes(table["who"], tuple(KINDS.values())) + draws.PEER
    events["team"] = np.maximum(_codes(table["team"], [team.name for team in scenario.team_list()]), 0)
    return events.view(np.recarray)


def plain(value: Any) -> Any:
    """A value as JSON takes it: a number without a finite value is None."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as dictionaries of plain numbers and texts, as JSON takes them; what has no value is None."""
    return [{str(name): plain(value) for name, value in row.items()} for row in table.to_dict("records")]
