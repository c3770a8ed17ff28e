"""What holds for every scenario, whatever is in it."""

import json
import pickle

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from peersim.scenario import Scenario, loads
from tests.scenario.strategies import contents, nested, policies, scenarios, values


def flat(groups, above=""):
    """The groups of a file as dotted keys."""
    found = {}
    for key, value in groups.items():
        found |= flat(value, f"{above}{key}.") if isinstance(value, dict) else {above + key: value}
    return found


@given(scenarios())
def test_a_saved_scenario_reads_back_as_it_was(scenario):
    again = loads(scenario.to_yaml())
    assert again == scenario
    assert again.digest == scenario.digest
    assert hash(again) == hash(scenario)


@given(scenarios())
def test_a_file_of_what_differs_from_defaults_reads_the_same(scenario):
    brief = scenario.to_yaml(complete=False)
    assert loads(brief) == scenario
    assert len(brief) <= len(scenario.to_yaml())


@given(scenarios())
def test_other_yaml_readers_see_the_same_content(scenario):
    assert yaml.safe_load(scenario.to_yaml()) == scenario.to_dict()


@given(contents())
def test_what_was_written_is_kept(content):
    kept = Scenario(**content).to_dict()
    assert kept["name"] == content["name"]
    assert kept["horizon_weeks"] == content["horizon_weeks"]
    for written, read in zip(content["teams"], kept["teams"], strict=True):
        assert written.items() <= read.items()
    assert flat(content["policies"]).items() <= flat(kept["policies"]).items()
    for written, read in zip(content["changes"], kept["changes"], strict=True):
        assert {key.removeprefix("policies."): value for key, value in written["set"].items()} == read["set"]
        assert (written["week"], written["over_weeks"]) == (read["week"], read["over_weeks"])


@given(scenarios())
def test_content_rebuilds_the_scenario_through_json_and_pickle(scenario):
    assert Scenario(**json.loads(json.dumps(scenario.to_dict()))) == scenario
    assert pickle.loads(pickle.dumps(scenario)) == scenario


@given(scenarios(), scenarios())
def test_the_difference_applied_gives_the_other(one, other):
    difference = one.diff(other)
    assert one.with_({key: new for key, (_, new) in difference.items()}) == other
    assert other.diff(one) == {key: (new, old) for key, (old, new) in difference.items()}
    assert (not difference) == (one == other) == (one.digest == other.digest)


@given(scenarios(), st.data())
def test_setting_a_policy_changes_that_policy_only(scenario, data):
    policy = data.draw(st.sampled_from(policies()))
    value = data.draw(values(policy))
    changed = scenario.with_({policy.key: value})
    assert set(scenario.diff(changed)) <= {policy.key}
    assert scenario.diff(changed).get(policy.key, (None, value))[1] == value
    assert scenario.with_({f"policies.{policy.key}": value}) == changed
    assert scenario.with_(nested({policy.key: value})) == changed
    assert scenario.with_({"policies": nested({policy.key: value})}) == changed


@given(scenarios())
def test_a_scenario_is_described_in_one_line(scenario):
    text = repr(scenario)
    assert len(text.splitlines()) == 1
    assert scenario.sector in text
    assert text == str(scenario)


@given(scenarios(max_teams=6))
def test_expanding_the_teams_keeps_the_counts_and_names_each_once(scenario):
    teams = scenario.team_list()
    assert len(teams) == scenario.n_teams
    assert len({team.name for team in teams}) == len(teams)
    assert all(team.count == 1 for team in teams)
    assert sum(team.peers for team in teams) == scenario.n_peers
    assert sum(team.clinicians for team in teams) == scenario.n_clinicians
    assert sum(team.peers * team.users_per_peer for team in teams) == scenario.n_users


@given(scenarios(max_teams=2, max_horizon=5))
def test_the_strategy_keeps_to_its_limits(scenario):
    assert scenario.n_teams <= 2
    assert scenario.horizon_weeks <= 5


def test_a_scenario_cannot_be_changed_in_place():
    scenario = Scenario(name="x", teams=[{"name": "a", "peers": 1, "clinicians": 1, "users_per_peer": 1}])
    with pytest.raises(ValueError, match="frozen"):
        scenario.name = "y"
    with pytest.raises(ValueError, match="frozen"):
        scenario.policies.valuing.pay_parity = 1.0
