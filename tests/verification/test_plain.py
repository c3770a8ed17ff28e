"""Two whole mechanisms written a second time, from the model page alone, give what the package gives.

Worlds are lived step by step.  Before each of the two mechanisms the state is handed to the second writing as plain
dictionaries, together with the numbers of keyed chance that the page names; afterwards every field of every record is
compared, so that what the mechanism should have left alone is held too.  The equations of the page are compared with
the package elsewhere (`tests/test_docs.py`: whole lives, six scenarios, the page's own code, to the last bit); here
the writing is another one, the scenarios are any, and each week starts from the package's own state.
"""

from collections import Counter

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from peersim.scenario import registry
from peersim.world import draws
from peersim.world.state import AT_WORK, PARTNERSHIP
from tests.scenario.strategies import scenarios, some_of
from tests.verification.plain_supervision import supervision
from tests.verification.plain_task_allocation import task_allocation
from tests.verification.stepwise import dictionaries, differences, founded, mechanisms_of_a_week, plain
from tests.worlds import busy, corners, small

SECOND_WRITING = {"task_allocation": task_allocation, "supervision": supervision}
SEEDS = st.integers(0, 2**32 - 1)


def given_to_it(world):
    """What the page lets a mechanism know besides the records: policies in force, constants, chance."""
    provider = world.provider[0]

    def chance(peer, decision):
        (row,) = world.peers[(world.peers.team == peer["team"]) & (world.peers.post == peer["post"])]
        return draws.of_person(provider, draws.PEER, row, int(provider.week), decision)

    (policy,) = dictionaries(world.policy[provider.policy_row : provider.policy_row + 1])
    (constant,) = dictionaries(world.constants)
    return policy, constant, chance


def compared(scenario, seed, weeks):
    """Each occurrence of a mechanism in a world: its name, the records before it, and the records after it.

    The second writing has been held equal by then.
    """
    world = founded(scenario, seed=seed)
    for _ in range(min(weeks, scenario.horizon_weeks)):
        waiting = None
        for mechanism in mechanisms_of_a_week(world):
            if waiting:
                name, before, expected = waiting
                after = plain(world)
                assert differences(expected, after) == [], (name, int(world.provider[0].week))
                yield name, before, after
                waiting = None
            if mechanism in SECOND_WRITING:
                before = plain(world)
                on = mechanism not in scenario.model.off
                changed = SECOND_WRITING[mechanism](before, *given_to_it(world)) if on else {}
                waiting = mechanism, before, before | changed


def assert_both_writings_agree(scenario, seed, weeks=8):
    assert sum(1 for _ in compared(scenario, seed, weeks)) == 2 * min(weeks, scenario.horizon_weeks)


@settings(max_examples=12)
@given(scenarios(max_horizon=8), SEEDS)
def test_both_writings_agree_in_any_scenario(scenario, seed):
    assert_both_writings_agree(scenario, seed)


# Parameters that the page names in the equations of the two mechanisms.
THEIRS = [
    parameter
    for parameter in registry()
    if parameter.key.startswith(
        (
            *("model.task_", "model.decline_", "model.generic_", "model.custom_", "model.norm_", "model.time_"),
            *("model.clarity_", "model.support_", "model.identity_", "model.exhaustion_", "model.empowerment_"),
            *("model.skill", "model.dose_", "model.lack_", "model.value_missed"),
            *("support.supervision.", "valuing.protected_time", "identity.formalisation"),
        )
    )
]


@settings(max_examples=12)
@given(some_of(THEIRS), st.sampled_from(["nhs_trust", "voluntary", "partnership"]), SEEDS)
def test_both_writings_agree_in_busy_times_with_any_parameters_of_the_two(setting, sector, seed):
    assert_both_writings_agree(busy({**setting, "sector": sector}, weeks=8), seed)


# Smaller numbers are no simpler corners, so none are looked for.
@settings(max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(corners(), SEEDS)
def test_both_writings_agree_at_the_corners_of_all_ranges(setting, seed):
    assert_both_writings_agree(small(setting, weeks=8), seed)


LEAD = 8
CHANGES = [
    {"week": LEAD, "set": {"support.supervision.by": "peer_lead"}, "over_weeks": 0},
    {"week": 12, "set": {"support.supervision.minutes": 0, "support.supervision.by": "external"}, "over_weeks": 0},
    {"week": 14, "set": {"support.supervision.minutes": 100}, "over_weeks": 0},
]
TRYING = {
    "model.time_manager": 0.5,
    "model.time_peer_lead": 0.5,
    "model.time_external": 0.5,
    "model.task_occasions": 5,
    "model.manager_hazard": 0.1,
    "valuing.protected_time": 0.5,
    "support.supervision.every_weeks": 2,
}


@pytest.mark.parametrize("sector", ["voluntary", "partnership"])
def test_what_is_rare_in_the_two_mechanisms_has_been_compared(sector):
    met = Counter()
    scenario = busy(TRYING, weeks=18).with_({"changes": CHANGES, "sector": sector})
    for seed in range(9):
        for name, before, after in compared(scenario, seed, weeks=18):
            for was, now in zip(before["peers"], after["peers"], strict=True):
                met.update(happened(name, was, now, before))
    assert set(met) == {
        *("no task", "one task", "more tasks than protected time allows", "nothing for the absent"),
        *("held", "held after waiting", "held without minutes", "missed", "waited on", "none due", "nobody to hold it"),
    }


def happened(name, was, now, world):
    if was["status"] != AT_WORK:
        return ["nothing for the absent"]
    if name == "task_allocation":
        # Half of the week is protected, and two tasks would take more than the rest.
        return [("no task", "one task", "more tasks than protected time allows")[min(2, now["tasks_taken"])]]
    return sessions_that_happened(was, now, world)


def sessions_that_happened(was, now, world):
    provider, team = world["provider"][0], world["teams"][was["team"]]
    manager = world["managers"][team["middle" if provider["sector"] == PARTNERSHIP else "manager"]]
    if now["supervised"]:
        yield "held"
        if was["sessions_due"] >= 1:
            yield "held after waiting"
        if now["support_hours"] == was["support_hours"]:
            yield "held without minutes"
    elif now["missed"]:
        yield "missed"
        if provider["week"] < LEAD and manager["status"] != AT_WORK:
            yield "nobody to hold it"
    else:
        yield "waited on" if now["sessions_due"] >= 1 else "none due"


@pytest.mark.parametrize("name", SECOND_WRITING)
def test_a_second_writing_that_is_wrong_is_found_out(name, monkeypatch):
    right = SECOND_WRITING[name]

    def wrong(world, policy, constant, chance):
        changed = {"task_allocation": "custom_rate", "supervision": "support_fading"}[name]
        return right(world, policy, constant | {changed: constant[changed] * (1 + 1e-8)}, chance)

    monkeypatch.setitem(SECOND_WRITING, name, wrong)
    with pytest.raises(AssertionError):
        assert_both_writings_agree(busy(weeks=8), 1)
