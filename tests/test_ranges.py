"""States stay within their ranges and nobody is lost, whatever is asked of the model."""

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from peersim.world import draws
from peersim.world.measures import SHARE, WEEKLY
from peersim.world.state import (
    ADMITTED,
    AT_WORK,
    CAME_BACK,
    CHANCE,
    CHANGE,
    CHANGED_ROLE,
    COUNT,
    DISCHARGED,
    DROPPED_OUT,
    FLAG,
    HIRED,
    LEFT,
    OFF_SICK,
    PEER_FIELDS,
    POUNDS,
    PROMOTED,
    VACANT,
    WEEKS,
    WENT_OFF_SICK,
)
from tests.scenario.strategies import scenarios
from tests.worlds import FIELDS, NUMBERS, WHOLE, after, busy, corners, measured, small, weeks_of

EDGE = 1e-12  # rounding at the ends of a scale

CHECKED = [(k, name, measure.unit) for k, (name, measure) in enumerate(WEEKLY.items())]


def assert_within(values, unit, name):
    assert np.isfinite(values).all(), name
    if unit == SHARE:
        assert (values >= -EDGE).all(), f"{name}: {values.min()}"
        assert (values <= 1 + EDGE).all(), f"{name}: {values.max()}"
    elif unit in (COUNT, POUNDS):
        assert (values >= 0).all(), f"{name}: {values.min()}"
    elif unit == FLAG:
        assert np.isin(values, (0, 1)).all(), name


def values_by_unit(world):
    """Name and values of each field of everybody who is there, by unit; chance and times have units of their own."""
    found = {}
    for rows, fields in FIELDS.items():
        here = getattr(world, rows)
        if rows == "users":
            here = here[here.occupied == 1]
        for field in fields:
            unit = SHARE if field.unit == CHANCE else field.unit
            if unit == WEEKS and field.name not in ("start_week", "end_week"):
                unit = COUNT
            found.setdefault(unit, {})[f"{rows}.{field.name}"] = here[field.name].ravel()
    return found


def assert_in_range(world):
    for unit, by_name in values_by_unit(world).items():
        try:
            assert_within(np.concatenate([*by_name.values()]), unit, unit)
        except AssertionError:
            for name, values in by_name.items():  # which of them?
                assert_within(values, unit, name)
            raise
    for k, name, unit in CHECKED:
        column = world.weekly[:, k]
        # Not a number is right where there is nobody; what nobody can be without is counted below.
        assert_within(column[~np.isnan(column)], unit if unit == SHARE else COUNT, name)


def counted(world, kind, *events):
    return int((np.isin(world.events.event, events) & (world.events.kind == kind)).sum())


def assert_nobody_lost(world, scenario):
    """What the event log says adds up to who is there."""
    for kind, posts in (("peers", scenario.n_peers), ("clinicians", scenario.n_clinicians)):
        code = draws.PEER if kind == "peers" else draws.CLINICIAN
        rows = getattr(world, kind)
        here = int((rows.status != VACANT).sum())
        hired, left = counted(world, code, HIRED), counted(world, code, LEFT, CHANGED_ROLE)
        assert posts + hired == here + left
        assert measured(world, f"{kind}_in_post")[-1] == here
        assert measured(world, f"{kind}_left").sum() == left
        assert measured(world, f"{kind}_hired").sum() == hired
        assert int(rows.ordinal.sum()) == hired
    managers = world.managers
    hired, left = counted(world, draws.MANAGER, HIRED), counted(world, draws.MANAGER, LEFT)
    assert len(managers) + hired == int((managers.status != VACANT).sum()) + left
    assert len(world.spells) == scenario.n_peers + counted(world, draws.PEER, HIRED)
    admitted = counted(world, draws.USER, ADMITTED)
    ended = counted(world, draws.USER, DISCHARGED, DROPPED_OUT)
    assert admitted - ended == int(world.users.occupied.sum()) == measured(world, "users_on_caseload")[-1]
    assert measured(world, "users_discharged").sum() == counted(world, draws.USER, DISCHARGED)
    assert measured(world, "users_dropped_out").sum() == counted(world, draws.USER, DROPPED_OUT)
    assert int(world.teams.next_referral.sum()) == admitted
    assert (np.diff(world.events.week) >= 0).all()


def assert_stories_make_sense(world):
    """Each person's events come in an order that can be lived."""
    status = {}
    for _, event, kind, holder, *place in world.events[world.events.kind != draws.USER].tolist():
        post = (kind, *place)
        ordinal, state = status.get(post, (0, AT_WORK))
        if event == HIRED:
            assert state == VACANT
            assert holder == ordinal + 1
            status[post] = holder, AT_WORK
            continue
        assert holder == ordinal
        if event == WENT_OFF_SICK:
            assert state == AT_WORK
            status[post] = ordinal, OFF_SICK
        elif event == CAME_BACK:
            assert state == OFF_SICK
            status[post] = ordinal, AT_WORK
        elif event == PROMOTED:
            assert state != VACANT
        else:
            assert event in (LEFT, CHANGED_ROLE)
            assert state != VACANT
            status[post] = ordinal, VACANT


def assert_possible(scenario, seed=1):
    world = after(scenario, seed=seed, by_team=True)
    assert_in_range(world)
    assert_nobody_lost(world, scenario)
    assert_stories_make_sense(world)
    return world


# Smaller numbers are no simpler corners, so none are looked for.
@settings(max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(corners(), st.integers(0, 2**32 - 1))
def test_states_stay_in_range_at_the_corners_of_all_ranges(setting, seed):
    assert_possible(small(setting, weeks=40), seed)


@settings(max_examples=40)
@given(scenarios(max_horizon=60), st.integers(0, 2**32 - 1))
def test_states_stay_in_range_in_every_scenario(scenario, seed):
    assert_possible(scenario, seed)


@pytest.mark.parametrize("end", ["low", "high"])
def test_states_stay_in_range_at_each_end_of_each_parameter(end):
    wrong = []
    for parameter in NUMBERS:
        if parameter.kind == "choice":
            continue
        value = getattr(parameter, end)
        setting = {parameter.key: int(value) if parameter.key in WHOLE else value}
        try:
            assert_possible(busy(setting, weeks=16))
        except AssertionError as error:
            wrong.append((setting, str(error).splitlines()[0]))
    assert wrong == []


def test_states_stay_in_range_week_by_week():
    for world in weeks_of(busy(weeks=50), seed=11)[1:]:
        assert_in_range(world._replace(weekly=world.weekly[:0]))


def test_states_stay_in_range_in_the_longest_run():
    scenario = busy(weeks=1040)
    world = assert_possible(scenario)
    assert len(world.spells) > 50


def test_a_provider_with_nobody_left_is_measured_as_having_nobody():
    scenario = small({"model.hazard_base": 0, "model.clinician_hazard_base": 0, "model.off": ["hiring"]}, weeks=60)
    world = assert_possible(scenario)
    assert measured(world, "peers_in_post")[-1] == 0
    assert measured(world, "vacancy_rate")[-1] == 1
    assert np.isnan(measured(world, "identity")[-1])
    assert np.isnan(measured(world, "role_understanding")[-1])
    assert measured(world, "cost_pay")[-1] == 0


def test_a_posts_tenure_and_spells_agree_with_the_weeks():
    world = after(busy(weeks=80), seed=6)
    spells = world.spells
    np.testing.assert_array_equal(spells.tenure, spells.end_week - spells.start_week)
    # The spells of one post follow each other without overlap.
    order = np.lexsort([spells.ordinal, spells.post, spells.team])
    chain = spells[order]
    same_post = (np.diff(chain.team) == 0) & (np.diff(chain.post) == 0)
    assert (chain.start_week[1:] > chain.end_week[:-1])[same_post].all()
    assert (np.diff(chain.ordinal) == 1)[same_post].all()
    np.testing.assert_array_equal(spells.tenure, spells.leaving_weeks)


def test_nobody_works_or_is_paid_while_the_post_is_vacant():
    for world in weeks_of(busy(weeks=40), seed=2)[1:]:
        gone = world.peers[world.peers.status == VACANT]
        assert not gone.tenure.any()
        users = world.users[world.users.occupied == 1]
        held = users[users.peer >= 0]
        # A user still on a vacant post's caseload finds out in the week's last step.
        assert (world.peers.status[held.peer] != VACANT).all()
        np.testing.assert_array_equal(world.peers.ordinal[held.peer], held.peer_ordinal)
        np.testing.assert_array_equal(world.peers.team[held.peer], held.team)


def test_the_change_unit_is_known():
    # The tests above leave weekly terms alone but for being finite; this holds them to their declaration.
    terms = [field.name for field in PEER_FIELDS if field.unit == CHANGE]
    assert terms == ["identity_terms", "exhaustion_terms"]
