"""Where two lives of one person part: the first week, and the first step of it, after which their records differ.

Chance is keyed, so the two lives meet the same luck and are equal to the last bit until something that the scenarios
bring about reaches the person.  Both worlds are lived side by side, compiled, until a week ends differently for them;
that week is then lived again step by step, in the order of `peersim.week.WEEK`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from peersim.behaviours import founding
from peersim.ensemble import copied
from peersim.report.story.record import Life
from peersim.scenario import Scenario
from peersim.week import WEEK, live_week
from peersim.world.build import DUE, POLICY_FIELDS, RATES, build
from peersim.world.state import (
    CLINICIAN_FIELDS,
    MANAGER_FIELDS,
    PEER_FIELDS,
    ROW,
    TEAM_FIELDS,
    USER_FIELDS,
    VACANT,
    Field,
    World,
)

OF_THE_POST = ("weeks_vacant", "approved", "weeks_to_start", "cohort_identity", "cohort_exhaustion", "cohort_wellbeing")
"""Fields of a peer's record that are the post's: they tell of a vacancy, or of the post's first holder."""

OWN = tuple(field for field in PEER_FIELDS if field.name not in OF_THE_POST)
"""Fields of a person's own record."""

BOOKS = ("sums", "counts", "next_referral")  # of a team's record: what is added up, and the referral list
OF_THE_TEAM = tuple(field for field in TEAM_FIELDS if field.unit != ROW and field.name not in BOOKS)
"""Fields of what a team is like."""

POLICY_OF = {name: key for key, name in (POLICY_FIELDS | RATES).items()}
POLICY_OF |= {due: POLICY_OF[rate] for rate, due in DUE.items()}
"""Key of the policy behind each field of the policy table."""

FOUNDING = "founding"
"""What stands for the mechanism if two lives differ before the first week."""


@dataclass(frozen=True, eq=False)
class Around:
    """What differed around a person between two worlds, as a step of the week began.

    Attributes
    ----------
    policies : tuple of str
        Keys of the policies in force that week.
    constants : tuple of str
        The model's constants and switches (``on_NAME``), without unit costs: they change nobody.
    team : tuple of Field
        What the team is like.
    people : tuple of str
        Those of whom anybody's record differed: ``clinicians``, ``managers`` (of all levels above the person),
        ``users`` (of the team), ``fellows`` (in the team), ``network`` (peers of other teams) and ``organisation``.
    """

    policies: tuple[str, ...]
    constants: tuple[str, ...]
    team: tuple[Field, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Parting:
    """Where two lives of one person part.

    Attributes
    ----------
    week : int
        First week that ends with different records; -1 if they differ before the first week.
    mechanism : str
        Mechanism of the first step after which they differ, or `FOUNDING`.
    fields : tuple of Field
        What differs in their own record after that step; empty if only one of them is in the post.
    records : pair of records
        The person's record after that step in each world, or None while they are not in the post.
    around : Around, optional
        What differed around them as that step began; None at the founding.
    """

    week: int
    mechanism: str
    fields: tuple[Field, ...]
    records: tuple[Any, Any]
    around: Around | None


Pair = tuple[World, World]


def parting(one: Life, other: Scenario) -> Parting | None:
    """Where somebody's life in another scenario parts from `one`; None if it never does.

    Parameters
    ----------
    one : Life
        Whose life, in which scenario, with which seed and replicate.
    other : Scenario
        With the same horizon, and the same team and post in the same place.
    """
    first, second = (
        build(scenario, seed=one.seed, replicate=one.replicate, weeks=scenario.horizon_weeks)
        for scenario in (one.scenario, other)
    )
    worlds = first, second
    for world in worlds:
        founding.found(world)
    place = [team.name for team in one.scenario.team_list()].index(one.team), one.post - 1, one.holder - 1
    records = _own(worlds, place, -1)
    if _differ(records):
        return Parting(-1, FOUNDING, _fields(OWN, records), records, None)
    for week in range(one.scenario.horizon_weeks):
        before = copied(first), copied(second)
        for world in worlds:
            live_week(world)
        if _differ(_own(worlds, place, week)):
            return _step_by_step(before, place, week)
    return None


def _step_by_step(worlds: Pair, place: tuple[int, int, int], week: int) -> Parting:
    """Live a week that ends differently for somebody up to the step that makes it so."""
    from peersim.model import entry_points  # brings Mesa, which takes a second and no other story needs

    for step in WEEK:
        around = _around(worlds, place, week)
        behaviour = getattr(entry_points()[step.who], step.act)
        for world in worlds:
            if step.who == "provider":
                behaviour(world)
            else:
                for row in range(len(getattr(world, step.who))):
                    behaviour(world, row)
        records = _own(worlds, place, week)
        if _differ(records):
            return Parting(week, step.mechanism, _fields(OWN, records), records, around)
    raise AssertionError("a week lived step by step is the week lived at once")


def _own(worlds: Pair, place: tuple[int, int, int], week: int) -> tuple[Any, Any]:
    """Somebody's record in each world, copied; None before they start and after the week in which they leave."""
    team, post, ordinal = place
    rows = [world.peers[int(world.teams[team].first_peer) + post] for world in worlds]
    here = [row.ordinal == ordinal and (row.status != VACANT or row.end_week == week) for row in rows]
    first, second = (row.copy() if there else None for row, there in zip(rows, here, strict=True))
    return first, second


def _differ(records: tuple[Any, Any]) -> bool:
    if any(record is None for record in records):
        return any(record is not None for record in records)
    return len(_fields(OWN, records)) > 0


def _fields(fields: Iterable[Field], records: tuple[Any, Any]) -> tuple[Field, ...]:
    """Which fields differ between two records, bit by bit; none if one of them is missing."""
    one, other = records
    if one is None or other is None:
        return ()
    return tuple(field for field in fields if one[field.name].tobytes() != other[field.name].tobytes())


# Around the person ----------------------------------------------------------------------------------------------------


def _around(worlds: Pair, place: tuple[int, int, int], week: int) -> Around:
    """What differs around somebody."""
    policy = [world.policy[week] for world in worlds]
    constants = [world.constants[0] for world in worlds]
    teams = [world.teams[place[0]] for world in worlds]
    cultures = [world.provider[0].culture_valuing for world in worlds]
    groups = zip(*(_groups(world, place) for world in worlds), strict=True)
    people = [name for (name, fields, one), (_, _, other) in groups if _unlike(fields, one, other)]
    return Around(
        policies=tuple(dict.fromkeys(POLICY_OF[name] for name in policy[0].dtype.names if _unequal(name, *policy))),
        constants=tuple(
            name for name in constants[0].dtype.names if not name.startswith("cost_") and _unequal(name, *constants)
        ),
        team=_fields(OF_THE_TEAM, (teams[0], teams[1])),
        people=(*people, *(["organisation"] if cultures[0] != cultures[1] else [])),
    )


def _groups(world: World, place: tuple[int, int, int]) -> list[tuple[str, tuple[Field, ...], Any]]:
    """The people around somebody, in groups: name, fields and records."""
    team = world.teams[place[0]]
    first, last = int(team.first_peer), int(team.first_peer + team.n_peers)
    own = first + place[1]
    return [
        (
            "clinicians",
            CLINICIAN_FIELDS,
            world.clinicians[team.first_clinician : team.first_clinician + team.n_clinicians],
        ),
        ("managers", MANAGER_FIELDS, world.managers[[team.manager, team.middle, -1]]),
        ("users", USER_FIELDS, world.users[team.first_user : team.first_user + team.n_users]),
        ("fellows", PEER_FIELDS, np.delete(world.peers[first:last], own - first)),
        ("network", PEER_FIELDS, np.delete(world.peers, np.s_[first:last])),
    ]


def _unlike(fields: tuple[Field, ...], one: Any, other: Any) -> bool:
    """Whether two groups of people differ in more than where their records stand."""
    names = [field.name for field in fields if field.unit != ROW]
    return len(one) != len(other) or any(one[name].tobytes() != other[name].tobytes() for name in names)


def _unequal(name: str, one: Any, other: Any) -> bool:
    return bool(one[name] != other[name])
