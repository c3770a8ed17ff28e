"""A survey: everybody in post in one week, as a researcher would find them, and who of them left or fell ill later.

What surveys of staff report (odds ratios, correlations, differences between groups) can only be compared with the model
if people in it are asked the same.  Weekly means cannot tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.results import tables
from peersim.results.results import noted
from peersim.scenario import Scenario
from peersim.world import draws
from peersim.world.causes import LEAVING
from peersim.world.state import (
    CAME_BACK,
    CHANGED_ROLE,
    CLINICIAN_FIELDS,
    FLAG,
    LEFT,
    LEFT_ROLE,
    OFF_SICK,
    PEER_FIELDS,
    REAL,
    USER_FIELDS,
    VACANT,
    WENT_OFF_SICK,
    Field,
    World,
)

OF_THE_TEAM: Final = ("climate", "pressure", "backing", "way", "role_norm")
"""States of the team that a person is asked about too, as ``team_NAME``."""


@dataclass(frozen=True)
class Answers:
    """What the survey finds in one world: copies of its records in the week of the survey, and what came after.

    Attributes
    ----------
    peers, clinicians, users, teams : record arrays
        Rows of the world in the week of the survey.
    left, weeks_sick : tuples of two arrays
        For peers and for clinicians, a number for each row.
    left_role : array
        For peers.
    """

    peers: Any
    clinicians: Any
    users: Any
    teams: Any
    left: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
    left_role: npt.NDArray[np.bool_]
    weeks_sick: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Survey:
    """A survey of one provider over many replicates.

    Attributes
    ----------
    scenario : Scenario
    week : int
        Weeks lived before people are asked; 0 asks them as they start.
    follow : int
        Weeks for which they are followed.
    answers : sequence of Answers
        One for each replicate.
    """

    scenario: Scenario
    week: int
    follow: int
    answers: Sequence[Answers]

    @cached_property
    def peers(self) -> pd.DataFrame:
        """One row per peer worker in post.

        ``replicate``, ``team``, every state of a person, ``team_NAME`` for `OF_THE_TEAM`, and:

        ``considering``
            1: the intention to leave is above the threshold.
        ``distance``, ``fallen_fit``
            From the team's way; how much of that came after they were closest.
        ``needs_met``
            0 to 1: 1 if pay and hours meet what the person needs.
        ``stated_NAME``
            1: would state this reason for leaving.
        ``left``, ``left_role``, ``left_job``, ``weeks_sick``
            In the time after: 1 if they left; of these, for another job outside the peer role, or otherwise; weeks off
            sick.
        """
        records, replicate = self._records("peers")
        model = self.scenario.model
        earned = records.pay_ratio * (model.pay_hours + (1.0 - model.pay_hours) * records.hours)
        stated = tables.states(tables.pushes(records, self.scenario))
        columns = self._columns(records, replicate, PEER_FIELDS)
        columns["considering"] = np.asarray(records.intention_to_leave > model.considering_threshold, float)
        columns["needs_met"] = 1.0 - records.need * np.maximum(0.0, model.pay_enough - earned)
        columns |= {f"stated_{name}": stated[:, k].astype(float) for k, name in enumerate(LEAVING)}
        columns["left"] = self._after([answers.left[0] for answers in self.answers])
        columns["left_role"] = self._after([answers.left_role for answers in self.answers])
        columns["left_job"] = columns["left"] - columns["left_role"]
        columns["weeks_sick"] = self._after([answers.weeks_sick[0] for answers in self.answers])
        columns["distance"] = np.abs(columns["identity"] - columns["team_way"])
        columns["fallen_fit"] = np.maximum(0.0, columns["distance"] - columns["closest_fit"])  # the team moves too
        return self._in_post(columns, records.status != VACANT)

    @cached_property
    def clinicians(self) -> pd.DataFrame:
        """One row per clinician in post: as for peers, with a clinician's states, without reasons and needs."""
        records, replicate = self._records("clinicians")
        columns = self._columns(records, replicate, CLINICIAN_FIELDS)
        threshold = self.scenario.model.considering_threshold
        columns["considering"] = np.asarray(records.intention_to_leave > threshold, float)
        columns["left"] = self._after([answers.left[1] for answers in self.answers])
        columns["weeks_sick"] = self._after([answers.weeks_sick[1] for answers in self.answers])
        return self._in_post(columns, records.status != VACANT)

    @cached_property
    def users(self) -> pd.DataFrame:
        """One row per service user on a caseload: ``replicate``, ``team``, every state, ``team_NAME``."""
        records, replicate = self._records("users")
        return self._in_post(self._columns(records, replicate, USER_FIELDS), records.occupied == 1)

    def _records(self, kind: str) -> tuple[Any, npt.NDArray[np.int32]]:
        parts = [np.asarray(getattr(answers, kind)) for answers in self.answers]
        replicate = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts])
        return np.concatenate(parts).view(np.recarray), replicate

    def _columns(self, records: Any, replicate: npt.NDArray[np.int32], fields: Sequence[Field]) -> dict[str, Any]:
        states = [field.name for field in fields if _is_state(field)]
        teams = np.stack([np.asarray(answers.teams) for answers in self.answers])
        columns: dict[str, Any] = {"replicate": replicate, "team": np.array(records.team)}
        columns |= {name: np.array(records[name]) for name in states}
        columns |= {f"team_{name}": teams[name][replicate, records.team] for name in OF_THE_TEAM}
        return columns

    def _after(self, parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[np.float64]:
        return np.concatenate(parts).astype(float)

    def _in_post(self, columns: dict[str, Any], there: npt.NDArray[np.bool_]) -> pd.DataFrame:
        return pd.DataFrame(columns)[np.asarray(there)].reset_index(drop=True)


def _is_state(field: Field) -> bool:
    """Whether a field says something about the person: neither a number from keyed chance, nor a row or code."""
    whole_states = ("tenure", "ordinal", "post", "weeks_on_caseload", "weeks_since_supervision", "sessions")
    if field.length or field.name.startswith(("luck_", "cohort_", "log_hazard")):
        return False
    return field.type == REAL or field.unit == FLAG or field.name in whole_states


def follow_up(asked: World, world: World) -> Answers:
    """Put together what a survey found and how people fared after it.

    Parameters
    ----------
    asked : World
        A copy of the world in the week of the survey.
    world : World
        The same world when the time of following is over.
    """
    kinds = (draws.PEER, asked.peers, world.peers), (draws.CLINICIAN, asked.clinicians, world.clinicians)
    left = [_gone(before, now) for _, before, now in kinds]
    sick = [_weeks_sick(kind, np.asarray(before), asked, world) for kind, before, _ in kinds]
    _, n_spells = noted(world)
    ended = {_who(spell): spell["ended"] for spell in np.asarray(world.spells)[:n_spells]}
    role = np.array([ended.get(_who(peer)) == LEFT_ROLE for peer in np.asarray(asked.peers)], dtype=bool)
    return Answers(
        asked.peers, asked.clinicians, asked.users, asked.teams, (left[0], left[1]), role, (sick[0], sick[1])
    )


def _who(record: Any) -> tuple[int, int, int]:
    return int(record["team"]), int(record["post"]), int(record["ordinal"])


def _gone(before: Any, now: Any) -> npt.NDArray[np.bool_]:
    """Whether those asked hold their posts no longer."""
    before, now = np.asarray(before), np.asarray(now)
    still: npt.NDArray[np.bool_] = (now["ordinal"] == before["ordinal"]) & (now["status"] != VACANT)
    gone: npt.NDArray[np.bool_] = (before["status"] != VACANT) & ~still
    return gone


def _weeks_sick(kind: int, people: Any, asked: World, world: World) -> npt.NDArray[np.int64]:
    """Weeks off sick from the survey to the end of the following, for each of the people asked."""
    first, end = int(np.asarray(asked.provider)["week"][0]), int(np.asarray(world.provider)["week"][0])
    since = {_who(person): first for person in people[people["status"] == OFF_SICK]}
    weeks = dict.fromkeys(map(_who, people), 0)
    (before, _), (after, _) = noted(asked), noted(world)
    events = np.asarray(world.events)[before:after]
    for event in events[events["kind"] == kind]:
        who = _who(event)
        if event["event"] == WENT_OFF_SICK:
            since[who] = int(event["week"])
        elif event["event"] in (CAME_BACK, LEFT, CHANGED_ROLE) and who in since:
            begun = since.pop(who)
            weeks[who] = weeks.get(who, 0) + int(event["week"]) - begun
    for who, begun in since.items():
        weeks[who] = weeks.get(who, 0) + end - begun
    return np.array([weeks[_who(person)] for person in people], dtype=np.int64)
