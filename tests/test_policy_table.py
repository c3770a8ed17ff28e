"""The policies in force, week by week: changes, ramps, and the calendar of what happens how often."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from peersim.scenario import registry
from peersim.world.build import DUE, POLICY_FIELDS, RATES, policy_table
from tests.scenario.strategies import GROUPS, scenarios
from tests.worlds import after, small, weeks_of

POLICIES = [parameter for parameter in registry() if parameter.group not in GROUPS]
# Levels: held as they are written.  The emphases of supervision share out what there is, so they are held apart.
EMPHASES = ("support.supervision.task", "support.supervision.wellbeing", "support.supervision.boundaries")
LEVELS = {p.key: p for p in POLICIES if p.kind == "number" and p.key in POLICY_FIELDS and p.key not in EMPHASES}


def column(scenario, key, weeks=None):
    table = policy_table(scenario, scenario.horizon_weeks if weeks is None else weeks)
    return table[(POLICY_FIELDS | RATES)[key]]


def ramp(before, target, week, over, weeks):
    """Level in each week, said as the documentation says it: equal steps, complete after `over` weeks."""
    levels = []
    for now in range(weeks):
        steps = now - week + 1
        if steps <= 0:
            levels.append(before)
        elif steps >= over:
            levels.append(target)
        else:
            levels.append(before + (target - before) * steps / over)
    return np.array(levels)


def test_every_policy_has_a_place_in_the_table():
    assert set(POLICY_FIELDS) | set(RATES) == {parameter.key for parameter in POLICIES}


@given(st.data())
def test_without_changes_a_policy_is_what_was_written(data):
    key = data.draw(st.sampled_from(sorted(LEVELS)))
    value = data.draw(st.floats(LEVELS[key].low, LEVELS[key].high))
    assert (column(small({key: value}, weeks=9), key) == value).all()


@given(st.data())
def test_a_change_is_a_straight_line_complete_after_its_weeks(data):
    key = data.draw(st.sampled_from(sorted(LEVELS)))
    low, high = LEVELS[key].low, LEVELS[key].high
    before, target = data.draw(st.floats(low, high)), data.draw(st.floats(low, high))
    week, over = data.draw(st.integers(0, 29)), data.draw(st.integers(0, 40))
    scenario = small({key: before, "changes": [{"week": week, "set": {key: target}, "over_weeks": over}]}, weeks=30)
    found = column(scenario, key)
    np.testing.assert_allclose(found, ramp(before, target, week, over, 30), rtol=1e-12, atol=1e-12)
    # No rounding at either end: the policy is exactly what was asked for.
    assert (found[:week] == before).all()
    assert (found[week + max(1, over) - 1 :] == target).all()


@given(st.data())
def test_a_later_change_takes_over_from_wherever_the_earlier_one_has_got_to(data):
    first, second = data.draw(st.integers(0, 15)), data.draw(st.integers(16, 29))
    targets = data.draw(st.tuples(*[st.floats(0, 1)] * 3))
    overs = data.draw(st.tuples(st.integers(0, 40), st.integers(0, 40)))
    changes = [
        {"week": second, "set": {"structure.flexibility": targets[2]}, "over_weeks": overs[1]},
        {"week": first, "set": {"structure.flexibility": targets[1]}, "over_weeks": overs[0]},
    ]
    found = column(small({"structure.flexibility": targets[0], "changes": changes}, weeks=30), "structure.flexibility")
    early = ramp(targets[0], targets[1], first, overs[0], 30)
    late = ramp(early[second - 1], targets[2], second, overs[1], 30)
    expected = np.where(np.arange(30) < second, early, late)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_a_change_touches_no_other_policy():
    plain = policy_table(small(weeks=30), 30)
    changed = policy_table(small({"changes": [{"week": 4, "set": {"structure.flexibility": 1}}]}, weeks=30), 30)
    differ = [name for name in plain.dtype.names if not (plain[name] == changed[name]).all()]
    assert differ == ["flexibility"]


def test_a_choice_changes_at_once():
    scenario = small({"changes": [{"week": 4, "set": {"support.supervision.by": "external"}}]}, weeks=8)
    assert column(scenario, "support.supervision.by").tolist() == [0] * 4 + [2] * 4


@given(st.tuples(*[st.floats(0, 1)] * 3))
def test_emphases_of_supervision_are_shared_out_when_they_are_more_than_1(parts):
    scenario = small(dict(zip(EMPHASES, parts, strict=True)), weeks=2)
    found = [column(scenario, key)[0] for key in EMPHASES]
    expected = [part / max(1.0, math.fsum(parts)) for part in parts]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert sum(found) <= 1 + 1e-12


@given(st.floats(1, 52), st.floats(1, 52), st.integers(1, 40))
def test_frequencies_ramp_as_times_a_week(before, target, over):
    key = "support.supervision.every_weeks"
    scenario = small({key: before, "changes": [{"week": 5, "set": {key: target}, "over_weeks": over}]}, weeks=60)
    np.testing.assert_allclose(column(scenario, key), ramp(1 / before, 1 / target, 5, over, 60), rtol=1e-9)


@pytest.mark.parametrize("key", [key for key in RATES if key.endswith("every_weeks")])
def test_every_0_weeks_is_never(key):
    assert not column(small({key: 0}), key).any()
    stopped = small({key: 2, "changes": [{"week": 10, "set": {key: 0}, "over_weeks": 4}]})
    assert column(stopped, key)[9] == 0.5
    assert not column(stopped, key)[13:].any()


@pytest.mark.parametrize("key", [key for key in RATES if key.endswith("every_weeks")])
def test_the_shortest_time_between_meetings_is_a_number_too(key):
    table = policy_table(small({key: 1e-310}), 40)
    assert all(np.isfinite(table[name]).all() for name in table.dtype.names)


# the calendar -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", range(1, 53))
def test_the_peer_group_meets_exactly_every_so_many_weeks(every):
    table = policy_table(small({"support.peer_group_every_weeks": every}, weeks=1040), 1040)
    meets = np.flatnonzero(table.peer_group_meets)
    assert meets.tolist() == list(range(every - 1, 1040, every))
    assert set(table.peer_group_meets) <= {0, 1}


@pytest.mark.parametrize("key", [key for key in RATES if key.endswith("per_year")])
@pytest.mark.parametrize("per_year", [0, 0.25, 0.5, 1, 2, 3, 7, 12])
def test_sessions_add_up_to_their_number_a_year(key, per_year):
    years = 20
    table = policy_table(small({key: per_year}, weeks=52 * years), 52 * years)
    due = table[DUE[RATES[key]]]
    assert due.sum() == per_year * years
    for year in range(1, years + 1):
        assert due[: 52 * year].sum() == math.floor(per_year * year)
    held = np.flatnonzero(due)
    if per_year:
        gaps = np.diff(held)
        assert gaps.size == 0 or gaps.max() - gaps.min() <= 1


@given(scenarios(max_horizon=200))
def test_the_calendar_holds_as_many_meetings_as_the_rates_add_up_to(scenario):
    table = policy_table(scenario, scenario.horizon_weeks)
    for rate, due in DUE.items():
        assume(table[rate].max() < 1e6)
        so_far = np.cumsum(table[due])
        assert (table[due] >= 0).all()
        assert (table[due] == np.floor(table[due])).all()
        np.testing.assert_allclose(so_far, np.cumsum(table[rate]), atol=1.001, rtol=1e-9)


@pytest.mark.parametrize("every", [*range(1, 53)])
def test_supervision_is_held_exactly_every_so_many_weeks(every):
    weeks = 4 * every + 3
    calm = {"model.off": ["absence", "leaving"], "model.time_external": 1, "support.supervision.by": "external"}
    scenario = small({**calm, "support.supervision.every_weeks": every}, weeks=weeks)
    worlds = weeks_of(scenario)
    held = np.array([world.peers.supervised for world in worlds[1:]])
    assert (np.flatnonzero(held[:, 0]) + 1).tolist() == list(range(every, weeks + 1, every))
    assert (held == held[:, :1]).all()
    assert not any(world.peers.missed.any() for world in worlds)


def test_supervision_never_planned_is_neither_held_nor_missed():
    spells = after(small({"support.supervision.every_weeks": 0})).spells
    assert not spells.sessions.any()
    assert not spells.missed_sessions.any()
    assert (spells.weeks_since_supervision > 0).any()


def test_sessions_that_nobody_gives_are_missed_each_time_they_are_due():
    nobody = {"model.time_peer_lead": 0, "support.supervision.by": "peer_lead", "model.off": ["absence", "leaving"]}
    worlds = weeks_of(small({**nobody, "support.supervision.every_weeks": 4}, weeks=20))
    missed = np.array([world.peers.missed for world in worlds[1:]])
    assert (np.flatnonzero(missed[:, 0]) + 1).tolist() == [4, 8, 12, 16, 20]
    assert not worlds[-1].peers.sessions.any()
    assert (worlds[-1].peers.missed_sessions == 5).all()
