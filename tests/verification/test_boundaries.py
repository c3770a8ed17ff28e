"""Every state stays on its scale at every moment of the week, and a measure is missing only where there is nobody.

`tests/test_ranges.py` looks at states when a run has ended, and at measures of the provider, with each parameter at
its ends alone and with random combinations of ends.  Here states are looked at after every mechanism of every week,
all parameters stand at their lowest or highest together as well, teams are as small as they can be, and measures of
teams count too; and worlds are lived in which people leave as fast as they are allowed to.
"""

import re

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from peersim.scenario import Scenario, ScenarioError
from peersim.scenario.switches import SWITCHABLE
from peersim.world.measures import SHARE, TEAM, WEEKLY
from peersim.world.state import (
    CHANCE,
    VACANT,
)
from tests.scenario.strategies import scenarios
from tests.verification.stepwise import founded, mechanisms_of_a_week
from tests.worlds import FIELDS, NUMBERS, WHOLE, a_team, after, busy, corners, measured, small

SEEDS = st.integers(0, 2**32 - 1)

# Smaller numbers are no simpler corners, so none are looked for.
no_shrinking = [Phase.explicit, Phase.reuse, Phase.generate]

SMALLEST = [a_team("A", peers=1, clinicians=1, users_per_peer=1)]
TEAMS = {"one of each": SMALLEST, "two teams": None}


# states -----------------------------------------------------------------------------------------------------------


BETWEEN = {"hours": (0.5, 1), "pay_ratio": (0.5, 1.7), "affinity": (-3, 3)}
"""What has a scale of its own: pay is at most 1.2 by policy, and 0.5 more after a promotion."""


def scale(field):
    return (0, 1) if field.unit in (SHARE, CHANCE) else BETWEEN.get(field.name, (-np.inf, np.inf))


REALS = {
    kind: [field for field in fields if field.type == "f8" and not field.length] for kind, fields in FIELDS.items()
}
SCALES = {kind: np.array([scale(field) for field in fields]).T[:, :, np.newaxis] for kind, fields in REALS.items()}


def out_of_range(world):
    """States that are beyond their scale or not finite: kind, name, least and greatest value."""
    found = []
    for kind, fields in REALS.items():
        rows = getattr(world, kind).view(np.ndarray)
        rows = rows[rows["occupied"] == 1] if kind == "users" else rows
        values = np.array([rows[field.name] for field in fields])
        low, high = SCALES[kind]
        wrong = ~(np.isfinite(values) & (values >= low) & (values <= high)).all(axis=1)
        found += [(kind, fields[k].name, values[k].min(), values[k].max()) for k in np.flatnonzero(wrong)]
    return found


def assert_in_range_at_every_moment(scenario, seed=1):
    world = founded(scenario, seed=seed)
    assert out_of_range(world) == [], "at the start"
    for week in range(scenario.horizon_weeks):
        for mechanism in mechanisms_of_a_week(world):
            assert out_of_range(world) == [], f"before {mechanism} in week {week}"
    assert out_of_range(world) == [], "at the end"


@settings(max_examples=20, phases=no_shrinking)
@given(corners(), st.sampled_from(list(TEAMS)), SEEDS)
def test_states_stay_in_range_at_every_moment_at_the_corners_of_all_ranges(setting, teams, seed):
    assert_in_range_at_every_moment(small(setting, teams=TEAMS[teams], weeks=6), seed)


@settings(max_examples=12, phases=no_shrinking)
@given(scenarios(max_horizon=6), SEEDS)
def test_states_stay_in_range_at_every_moment_in_any_scenario(scenario, seed):
    assert_in_range_at_every_moment(scenario, seed)


def at_one_end(end):
    """Every number of the registry at its lowest, or every one at its highest."""
    values = {p.key: getattr(p, end) for p in NUMBERS if p.kind != "choice"}
    return {key: int(value) if key in WHOLE else value for key, value in values.items()}


POLICIES = {p.key for p in NUMBERS if p.group not in ("model", "costs")}


@pytest.mark.parametrize("policies", ["low", "high"])
@pytest.mark.parametrize("constants", ["low", "high"])
def test_states_stay_in_range_with_everything_at_an_end_at_once(constants, policies):
    setting = at_one_end(constants) | {key: value for key, value in at_one_end(policies).items() if key in POLICIES}
    scenario = busy(setting, weeks=12)
    assert_in_range_at_every_moment(scenario)
    assert_measured_where_there_is_somebody(after(scenario, by_team=True))


# measures ---------------------------------------------------------------------------------------------------------


def means_over(people):
    return [name for name, measure in WEEKLY.items() if re.search(rf"(over|of|per) {people}", measure.meaning)]


MEANS = {
    "peers_in_post": means_over("peers? in post"),
    "clinicians_in_post": means_over("clinicians in post"),
    "users_on_caseload": means_over("users on a caseload"),
}
OF_MANAGERS = means_over("managers in post")
ALWAYS = [name for name in WEEKLY if not any(name in names for names in (*MEANS.values(), OF_MANAGERS))]


def assert_measured_where_there_is_somebody(world):
    """A measure has no value exactly where there is nobody to measure, and otherwise one that its unit allows."""
    rows = {name: measured(world, name) for name in WEEKLY}
    of_teams = {name: world.team_weekly[:, :, k] for k, name in enumerate(TEAM)}
    for table in (rows, of_teams):
        for people, names in MEANS.items():
            for name in names:
                np.testing.assert_array_equal(np.isnan(table[name]), table[people] == 0, err_msg=name)
        for name, values in table.items():
            valued = values[~np.isnan(values)]
            assert (valued >= 0).all(), name
            assert (valued <= (1 if WEEKLY[name].unit == SHARE else np.inf)).all(), name
            assert name not in ALWAYS or len(valued) == values.size, name
    return rows


def test_every_measure_is_of_somebody_or_always_there():
    assert MEANS["peers_in_post"] == list(WEEKLY)[: list(WEEKLY).index("peers_in_post")]
    assert MEANS["clinicians_in_post"] == [
        *("role_understanding", "valuing", "clinical_stance", "clinician_exhaustion", "clinician_intention_to_leave")
    ]
    assert MEANS["users_on_caseload"] == ["trust", "hope", "engagement", "recovery", "users_met"]
    assert OF_MANAGERS == ["manager_understanding", "manager_commitment"]


@settings(max_examples=30, phases=no_shrinking)
@given(st.one_of(scenarios(max_horizon=30), corners().map(lambda s: busy(s, weeks=30))), SEEDS)
def test_a_measure_has_no_value_exactly_where_there_is_nobody(scenario, seed):
    assert_measured_where_there_is_somebody(after(scenario, seed=seed, by_team=True))


# the smallest, and the emptiest -----------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["peers", "clinicians", "users_per_peer"])
def test_a_team_has_at_least_one_of_each(missing):
    with pytest.raises(ScenarioError, match=missing):
        Scenario(name="too small", teams=[a_team(**{missing: 0})])


LEAVING_FAST = {"model.hazard_base": 0, "model.clinician_hazard_base": 0, "model.manager_hazard": 0.2}
FILLED_AT_ONCE = {
    **dict.fromkeys(("model.approval_base", "model.uptake_base", "model.approval_clinician"), 1),
    "model.uptake_clinician": 1,
    "structure.weeks_to_hire": 0,
}


@pytest.mark.parametrize("teams", TEAMS)
@pytest.mark.parametrize("off", [[], ["caseload"], ["absence", "culture"], ["reflection"]], ids=str)
def test_a_hundred_weeks_with_everybody_leaving_all_the_time(off, teams):
    scenario = busy({**LEAVING_FAST, **FILLED_AT_ONCE, "model.off": off}, teams=TEAMS[teams], weeks=100)
    world = after(scenario, by_team=True)
    assert out_of_range(world) == []
    rows = assert_measured_where_there_is_somebody(world)
    for kind in ("peers", "clinicians"):
        assert rows[f"{kind}_left"].sum() > 20 * len(getattr(world, kind))
    assert {0, len(world.peers)} <= set(rows["peers_in_post"].tolist()), "nobody, and everybody"


def test_a_hundred_weeks_after_everybody_has_left_for_good():
    scenario = busy({**LEAVING_FAST, "model.off": ["hiring"]}, weeks=100)
    world = after(scenario, by_team=True)
    assert out_of_range(world) == []
    rows = assert_measured_where_there_is_somebody(world)
    assert (world.managers.status == VACANT).all()
    for name in ("peers_in_post", "clinicians_in_post", "backing"):
        assert rows[name][0] > rows[name][-1] == 0
    assert np.isnan([rows[name][-1] for name in (*MEANS["peers_in_post"][:3], *OF_MANAGERS)]).all()
    assert np.isfinite(rows["identity_entry_cohort"]).all(), "the first holders stay as they left"


def test_a_team_whose_clinicians_have_all_left_goes_on():
    scenario = small({"model.clinician_hazard_base": 0, "model.off": ["hiring"]}, teams=SMALLEST, weeks=100)
    world = after(scenario.with_({"model.hazard_base": -15}), by_team=True)
    assert_in_range_at_every_moment(scenario.with_({"horizon_weeks": 15}))
    rows = assert_measured_where_there_is_somebody(world)
    assert rows["clinicians_in_post"][-1] == 0
    assert rows["peers_in_post"][-1] == 1
    assert np.ptp(rows["identity"][-50:]) > 0, "life goes on"


def test_nobody_does_anything_with_every_mechanism_off():
    world = after(busy({"model.off": list(SWITCHABLE)}, weeks=100), by_team=True)
    assert out_of_range(world) == []
    rows = assert_measured_where_there_is_somebody(world)
    constant = [name for name in WEEKLY if len(set(rows[name][~np.isnan(rows[name])].tolist())) <= 1]
    assert constant == list(WEEKLY)
