"""A plan over time without a page: lanes, edits, words."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peersim as ps
from peersim.app.plan import timeline
from peersim.app.plan.lanes import FINE, _drawn
from peersim.app.plan.timeline import PlanError
from peersim.scenario.changes import POLICY_KEYS
from peersim.world.build import POLICY_FIELDS, RATES, policy_table
from tests.scenario.strategies import policies, scenarios, values

OFTEN = "support.supervision.every_weeks"
PAY = "valuing.pay_parity"
BY = "support.supervision.by"


def planned(*changes, **keys):
    return ps.demo().with_({"horizon_weeks": 100, "changes": list(changes), **keys})


def during(line, week):
    """Where a drawn line has got to at the end of a week, before whatever happens next."""
    (left, low), (right, high) = next(
        (first, second) for first, second in pairwise(line) if first[0] < week + 1 <= second[0]
    )
    return low + (high - low) * (week + 1 - left) / (right - left)


def drawn_from(key, column):
    """Levels as they are drawn, said plainly: how often in a week, which of the choices, how far along the range."""
    about = timeline.policy(key)
    if about.choices:
        return column / 2.0
    if key.endswith("every_weeks"):
        return column
    return (column * (52.0 if key.endswith("per_year") else 1.0) - about.low) / (about.high - about.low)


@given(scenarios(max_horizon=80))
def test_the_line_is_the_policy_of_the_model_in_every_week(scenario):
    table = policy_table(scenario, scenario.horizon_weeks)
    lanes = timeline.lanes(scenario)
    assert [lane.key for lane in lanes] == [
        key for key in POLICY_KEYS if any(key in change.set for change in scenario.changes)
    ]
    for lane in lanes:
        found = [during(lane.line, week) for week in range(scenario.horizon_weeks)]
        expected = drawn_from(lane.key, table[(POLICY_FIELDS | RATES)[lane.key]])
        np.testing.assert_allclose(found, expected, atol=1e-12)
        assert lane.line[0][0] == 0
        assert lane.line[-1][0] == scenario.horizon_weeks


def test_a_step_is_upright_and_a_ramp_is_a_slope():
    at_once, ramp = planned({"week": 20, "set": {PAY: 1.2}}), planned({"week": 20, "set": {PAY: 1.2}, "over_weeks": 10})
    before = pytest.approx((0.9 - 0.5) / 0.7)
    assert timeline.lanes(at_once)[0].line == [
        (0, before),
        (20, before),
        (20, pytest.approx(1)),
        (100, pytest.approx(1)),
    ]
    (lane,) = timeline.lanes(ramp)
    assert lane.line[:2] == [(0, before), (20, before)]
    assert (30, pytest.approx(1)) in lane.line
    assert lane.at(lane.steps[0]) == before


def test_a_handle_is_on_the_line():
    scenario = ps.load("configs/improving_supervision.yaml")
    for lane in timeline.lanes(scenario):
        drawn = _drawn(scenario, lane, timeline.still(scenario, lane.key))
        points = [tuple(map(float, point.split(","))) for point in drawn["line"].split()]
        for handle in drawn["steps"]:
            assert (handle["week"], round(1 - handle["level"], FINE)) in points


@given(scenarios(max_horizon=60), st.data())
def test_any_edits_keep_a_valid_plan_and_every_other_change_as_it_was(scenario, data):
    """Moves, new values, ramps, additions, removals and splits, taken if the scenario takes them."""
    for _ in range(data.draw(st.integers(1, 6))):
        before = scenario.changes
        steps = [step for lane in timeline.lanes(scenario) for step in lane.steps]
        what = data.draw(st.sampled_from(["add", *(["move", "value", "ramp", "remove", "split"] if steps else [])]))
        week = data.draw(st.integers(-3, scenario.horizon_weeks + 3))
        if what == "add":
            about = data.draw(st.sampled_from(policies()))
            wanted, touched = timeline.added(scenario, about.key, week, data.draw(values(about))), {len(before)}
        else:
            step = data.draw(st.sampled_from(steps))
            touched = {step.number}
            if what == "move":
                wanted = timeline.moved(scenario, step.number, week)
            elif what == "value":
                wanted = timeline.valued(scenario, step.number, step.key, data.draw(values(timeline.policy(step.key))))
            elif what == "ramp":
                wanted = timeline.ramped(scenario, step.number, data.draw(st.integers(-1, 30)))
            elif what == "remove":
                wanted = timeline.removed(scenario, step.number, step.key)
            else:
                wanted = timeline.split(scenario, step.number, step.key)
                touched.add(len(before))
        try:
            scenario = timeline.edited(scenario, wanted)
        except PlanError:
            assert what in ("add", "move", "ramp")
            continue
        gone = len(scenario.changes) < len(before)
        left = [change for number, change in enumerate(scenario.changes) if gone or number not in touched]
        assert left == [change for number, change in enumerate(before) if number not in touched]
        if what == "move":
            moved = scenario.changes[step.number]
            assert (moved.week, moved.set, moved.over_weeks) == (week, *_what(before[step.number]))
        assert ps.Scenario(**scenario.to_dict()) == scenario


def _what(change):
    return change.set, change.over_weeks


def test_a_change_of_several_policies_moves_as_one_until_it_is_split():
    scenario = planned({"week": 40, "set": {BY: "peer_lead", PAY: 1.0}})
    assert {step.others for lane in timeline.lanes(scenario) for step in lane.steps} == {1}
    together = timeline.edited(scenario, timeline.moved(scenario, 0, 50))
    assert [(change.week, len(change.set)) for change in together.changes] == [(50, 2)]
    apart = timeline.edited(together, timeline.split(together, 0, PAY))
    assert [(change.week, dict(change.set)) for change in apart.changes] == [(50, {BY: "peer_lead"}), (50, {PAY: 1.0})]
    moved = timeline.edited(apart, timeline.moved(apart, 1, 10))
    assert [change.week for change in moved.changes] == [50, 10]
    assert timeline.edited(moved, timeline.split(moved, 1, PAY)) == moved


def test_taking_a_policy_away_leaves_what_changes_with_it():
    scenario = planned({"week": 40, "set": {BY: "peer_lead", PAY: 1.0}}, {"week": 60, "set": {PAY: 0.8}})
    rest = timeline.edited(scenario, timeline.removed(scenario, 0, PAY))
    assert [dict(change.set) for change in rest.changes] == [{BY: "peer_lead"}, {PAY: 0.8}]
    gone = timeline.edited(rest, timeline.removed(rest, 0, BY))
    assert [dict(change.set) for change in gone.changes] == [{PAY: 0.8}]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda plan: timeline.moved(plan, 0, 60), "Supervision: every … weeks: already changes in that week"),
        (lambda plan: timeline.moved(plan, 0, 100), "Week: 100 is at or beyond the horizon"),
        (lambda plan: timeline.moved(plan, 0, 20.5), "Week: expected a whole number"),
        (lambda plan: timeline.moved(plan, 0, None), "Week: expected a whole number, found nothing"),
        (lambda plan: timeline.valued(plan, 0, OFTEN, 99), "Allowed here: a number from 0 to 52"),
        (lambda plan: timeline.added(plan, PAY, 10, 7), "Pay parity: 7 is out of range"),
        (lambda plan: timeline.added(plan, OFTEN, 20, 7), "already changes in that week"),
        (lambda plan: timeline.ramped(plan, 2, 8), "“Who supervises” is a choice and changes at once"),
        (lambda plan: timeline.ramped(plan, 0, -1), "Over how many weeks: -1 is out of range"),
    ],
)
def test_what_the_scenario_refuses_is_told_by_the_names_of_policies(edit, message):
    plan = planned(
        {"week": 20, "set": {OFTEN: 1}}, {"week": 60, "set": {OFTEN: 0}}, {"week": 5, "set": {BY: "external"}}
    )
    with pytest.raises(PlanError) as refused:
        timeline.edited(plan, edit(plan))
    assert message in str(refused.value)
    assert "changes." not in str(refused.value)


def test_weeks_that_another_change_of_the_same_policy_has():
    scenario = planned(
        {"week": 40, "set": {BY: "peer_lead", PAY: 1.0}},
        {"week": 60, "set": {PAY: 0.8}},
        {"week": 70, "set": {BY: "external"}},
        {"week": 80, "set": {OFTEN: 2}},
    )
    assert [timeline.taken(scenario, number) for number in range(4)] == [[60, 70], [40], [40], []]


def test_the_plan_in_words():
    scenario = planned(
        {"week": 60, "set": {OFTEN: 0}},
        {"week": 20, "set": {OFTEN: 1}, "over_weeks": 8},
        {
            "week": 40,
            "set": {BY: "peer_lead", "valuing.protected_time": 0.1, "culture.disclosure_training_per_year": 1},
        },
    )
    assert timeline.in_words(scenario) == [
        "Week 20: supervision every week, from every 4 weeks, over 8 weeks.",
        "Week 40: protected time 0.1, from 0.2 of the week; supervision by peer lead, from team manager; "
        "disclosure training once a year, from 0.5 sessions a year.",
        "Week 60: no supervision, from every week.",
    ]


def test_a_change_within_a_ramp_begins_where_that_has_got_to():
    scenario = planned({"week": 20, "set": {PAY: 1.1}, "over_weeks": 10}, {"week": 25, "set": {PAY: 0.9}})
    _, second = timeline.lanes(scenario)[0].steps
    assert second.before == pytest.approx(1.0)


@given(st.sampled_from(policies()), st.data())
def test_a_step_says_what_was_written_before_it(about, data):
    start, value = data.draw(values(about)), data.draw(values(about))
    emphases = {f"support.supervision.{name}": 0 for name in ("task", "wellbeing", "boundaries")}
    scenario = planned({"week": 3, "set": {about.key: value}}, **(emphases | {about.key: start}))
    (step,) = timeline.lanes(scenario)[0].steps
    often = about.key.endswith("every_weeks")  # nothing happens twice a week
    expected = start if isinstance(start, str) or not often or start == 0 else max(1, start)
    assert step.before == (expected if isinstance(start, str) else pytest.approx(expected))


@pytest.mark.parametrize("horizon", [1, 13, 52, 53, 156, 520, 1040])
def test_the_axis_names_few_weeks_and_none_beyond_the_horizon(horizon):
    ticks = timeline.ticks(horizon)
    assert ticks[0] == (0, "start")
    assert all(0 <= week <= horizon for week, _ in ticks)
    assert len([name for _, name in ticks if name]) <= 6


def test_ends_of_a_lane_are_how_often_it_happens_from_never():
    assert timeline.ends(OFTEN) == ("none", "every week")
    assert timeline.ends(BY) == ("team manager", "external")
    assert timeline.ends(PAY) == ("0.5", "1.2")
