"""Chance is nobody's but their own: what `tests/test_mechanisms.py` does not hold about keyed chance.

There, people and the luck that they carry are the same whatever policies, teams and mechanisms.  Here: whatever the
constants of the model and the sector too; how well two people get on is the same wherever they meet; and of chance
that is drawn and used at once (tasks, meetings, supervision, the peer group), what happens is what happened before,
and more, when its probability is raised: the first week is lived from equal states, so that only chance can differ.
"""

from collections import Counter

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from peersim.world import draws
from peersim.world.state import CHANGED_ROLE, DISCHARGED, LEFT, WENT_OFF_SICK
from tests.worlds import PEOPLE, a_team, busy, corners, people_seen, weeks_of

SEEDS = st.integers(0, 2**32 - 1)
no_shrinking = [Phase.explicit, Phase.reuse, Phase.generate]

# whatever the constants -----------------------------------------------------------------------------------------------


def luck_of(scenario, seed):
    worlds = weeks_of(scenario, seed=seed)
    return {kind: people_seen(worlds, kind)[0] for kind in PEOPLE}


def assert_same_luck(one, other):
    shared = {(kind, who) for kind in PEOPLE for who in set(one[kind]) & set(other[kind])}
    assert len(shared) > 20
    assert [one[kind][who] for kind, who in shared] == [other[kind][who] for kind, who in shared]


@settings(max_examples=15, phases=no_shrinking)
@given(corners(), SEEDS)
def test_constants_move_nobodys_luck(setting, seed):
    # Hazards stay as they are, so that there are people and weeks in common.
    moved = {key: value for key, value in setting.items() if key.startswith("model.") and "hazard" not in key}
    assert_same_luck(luck_of(busy(weeks=20), seed), luck_of(busy(moved, weeks=20), seed))


@pytest.mark.parametrize("sector", ["voluntary", "partnership"])
def test_the_sector_moves_nobodys_luck(sector):
    assert_same_luck(luck_of(busy(weeks=20), 3), luck_of(busy({"sector": sector}, weeks=20), 3))


# pairs ----------------------------------------------------------------------------------------------------------------


def affinities(scenario, seed):
    """How well each user and peer worker get on who ever were on one caseload."""
    found = {}
    for world in weeks_of(scenario, seed=seed):
        for user in world.users[(world.users.occupied == 1) & (world.users.peer >= 0)]:
            pair = int(user.team), int(user.referral), int(world.peers.post[user.peer]), int(user.peer_ordinal)
            assert found.setdefault(pair, user.affinity) == user.affinity, "as well at every meeting"
    return found


@settings(max_examples=15, phases=no_shrinking)
@given(corners(), SEEDS)
def test_two_people_get_on_as_well_in_any_scenario(setting, seed):
    teams = [a_team("A", peers=3), a_team("B", clinicians=2)]
    more = [a_team("A", peers=4, users_per_peer=5), a_team("B", clinicians=5), a_team("C")]
    one = affinities(busy(teams=teams, weeks=20), seed)
    other = affinities(busy(setting, teams=more, weeks=20), seed)
    shared = set(one) & set(other)
    assert shared
    assert {pair: one[pair] for pair in shared} == {pair: other[pair] for pair in shared}


# what is drawn and used at once ---------------------------------------------------------------------------------------


def events(kind, *wanted):
    """Who in the first week had one of these events."""

    def happened(world):
        log = world.events[: world.provider[0].n_events]
        return Counter((e.kind, e.team, e.post) for e in log if e.kind == kind and e.event in wanted)

    return happened


def counted(kind, *names):
    """How often it happened to each person, by their record of the week."""

    def happened(world):
        rows = getattr(world, kind)
        return Counter({row: int(sum(rows[name][row] for name in names)) for row in range(len(rows))})

    return happened


HELP = counted("peers", "colleague_help", "clinical_help")
RAISED = {
    "model.task_passing": counted("peers", "tasks_taken"),
    "model.task_occasions": counted("peers", "tasks_taken"),
    "model.contact": counted("users", "met"),
    "model.help_seeking": HELP,
    "model.help_clinical": counted("peers", "clinical_help"),
    "model.time_external": counted("peers", "supervised"),
    "model.group_attendance": lambda world: Counter(np.flatnonzero(world.peers.support_hours >= 2).tolist()),
    "model.sickness_base": events(draws.PEER, WENT_OFF_SICK),
    "model.sickness_exhaustion": events(draws.CLINICIAN, WENT_OFF_SICK),
    "model.hazard_base": events(draws.PEER, LEFT, CHANGED_ROLE),
    "model.role_exit_share": events(draws.PEER, CHANGED_ROLE),
    "model.clinician_hazard_base": events(draws.CLINICIAN, LEFT),
    "model.manager_hazard": events(draws.MANAGER, LEFT),
    "model.discharge_base": events(draws.USER, DISCHARGED),
}
"""A parameter that only raises a probability or adds occasions, and what then happens to whom."""

RANGES = dict.fromkeys(RAISED, (0, 1)) | {
    "model.task_occasions": (0, 8),
    "model.help_clinical": (0, 2),
    "model.sickness_base": (0, 0.2),
    "model.sickness_exhaustion": (0, 0.5),
    "model.hazard_base": (-10, -1),
    "model.clinician_hazard_base": (-12, -1),
    "model.manager_hazard": (0, 0.2),
    "model.discharge_base": (0, 0.5),
}

# Everybody meets, is due a session that takes an hour and a group that takes two, and the hazard alone decides.
OCCASIONS = {
    "model.task_passing": 1,
    "model.help_seeking": 1,
    "model.hazard_base": -2,
    "support.clinical_response": 1,
    "support.supervision.by": "external",
    "support.supervision.every_weeks": 1,
    "support.peer_group_every_weeks": 1,
    "valuing.progression": 0,
}
TEAM = [a_team("A", count=4, peers=8, clinicians=6, users_per_peer=2)]


def first_week(key, value, seed):
    setting = {key: int(value) if key == "model.task_occasions" else value}
    return weeks_of(busy({**OCCASIONS, **setting}, teams=TEAM, weeks=1), seed=seed)[-1]


@settings(max_examples=50)
@given(st.sampled_from(list(RAISED)), st.floats(0, 1), st.floats(0, 1), SEEDS)
def test_a_probability_that_is_raised_adds_to_what_happens_and_takes_nothing_away(key, one, other, seed):
    low, high = RANGES[key]
    less, more = (low + (high - low) * share for share in sorted([one, other]))
    happened = RAISED[key]
    assert happened(first_week(key, less, seed)) <= happened(first_week(key, more, seed))


@pytest.mark.parametrize("key", RAISED)
def test_what_is_raised_from_end_to_end_happens_more_often(key):
    low, high = RANGES[key]
    happened = RAISED[key]
    assert happened(first_week(key, low, 1)) < happened(first_week(key, high, 1))


def test_further_occasions_leave_the_first_ones_as_they_were():
    taken = [first_week("model.task_occasions", occasions, 2).peers.tasks_taken for occasions in range(9)]
    steps = np.diff(taken, axis=0)
    assert set(steps.ravel().tolist()) == {0, 1}


def test_the_kind_of_help_does_not_decide_whether_help_is_asked_for():
    assert HELP(first_week("model.help_clinical", 0, 1)) == HELP(first_week("model.help_clinical", 2, 1)) != Counter()
