"""Every parameter is described once, fully, and truly."""

import numpy as np
import pytest

from peersim.scenario import Constants, Costs, ScenarioError, loads, registry
from peersim.scenario.mechanisms import MECHANISMS
from tests.scenario.strategies import in_group, policies

SCENARIO = loads("name: Trial\nteams: [{name: North, peers: 2, clinicians: 8, users_per_peer: 12}]\n")
GRADES = {"A", "B", "C", "M", "assumption"}


def leaf_keys(content, above=""):
    for key, value in content.items():
        if isinstance(value, dict):
            yield from leaf_keys(value, f"{above}{key}.")
        else:
            yield above + key


def test_every_key_of_a_file_is_registered_once():
    content = SCENARIO.to_dict()
    teams, _ = content.pop("teams"), content.pop("changes")
    expected = [key.removeprefix("policies.") for key in leaf_keys(content)]
    expected += [f"teams.{key}" for key in teams[0]]
    keys = [parameter.key for parameter in registry()]
    assert len(keys) == len(set(keys))
    assert sorted(keys) == sorted(expected)


def test_the_policies_are_those_of_the_five_groups():
    assert {p.group for p in policies()} == {"valuing", "identity", "support", "structure", "culture"}
    assert len(policies()) == 28
    assert {p.key for p in in_group("model")} == {f"model.{name}" for name in Constants.model_fields}
    assert {p.key for p in in_group("costs")} == {f"costs.{name}" for name in Costs.model_fields}
    assert {p.key for p in in_group("scenario")} == {"name", "sector", "horizon_weeks"}


@pytest.mark.parametrize("parameter", registry(), ids=lambda parameter: parameter.key)
def test_each_parameter_is_described(parameter):
    assert parameter.meaning
    assert "\n" not in parameter.meaning
    assert not parameter.meaning.endswith(".")
    assert parameter.grade in GRADES
    assert parameter.evidence or parameter.grade == "assumption"
    if parameter.kind in ("number", "whole"):
        assert parameter.unit
        assert parameter.low < parameter.high
        assert parameter.default is None or parameter.low <= parameter.default <= parameter.high
    if parameter.kind == "choice":
        assert parameter.default in parameter.choices
    if parameter.kind == "names":
        assert set(parameter.default) <= set(parameter.choices)


@pytest.mark.parametrize(
    "parameter",
    [p for p in registry() if p.kind in ("number", "whole") and p.group != "scenario"],
    ids=lambda parameter: parameter.key,
)
def test_the_ends_of_a_range_are_allowed_and_nothing_beyond(parameter):
    for end in (parameter.low, parameter.high):
        step = 1 if parameter.kind == "whole" else 1e-9 * max(1, abs(end))
        outside = end - step if end == parameter.low else end + step
        assert SCENARIO.with_({parameter.key: end}) is not None
        with pytest.raises(ScenarioError, match="is out of range") as caught:
            SCENARIO.with_({parameter.key: outside})
        assert parameter.allowed in str(caught.value)


def test_numpy_numbers_become_pythons():
    changed = SCENARIO.with_({"valuing.pay_parity": np.float32(0.75), "teams.peers": np.int64(3)})
    assert changed == SCENARIO.with_({"valuing.pay_parity": 0.75, "teams.peers": 3})
    assert loads(changed.to_yaml()) == changed
    with pytest.raises(ScenarioError, match="expected a number"):
        SCENARIO.with_({"valuing.pay_parity": np.bool_(True)})


def test_zero_has_one_way_to_be_written():
    assert SCENARIO.with_({"culture.valuing": -0.0}).digest == SCENARIO.with_({"culture.valuing": 0}).digest


def test_mechanisms_switched_off_are_kept_once_and_in_order():
    off = SCENARIO.with_({"model.off": ["leaving", "policy", "leaving"]})
    assert off.model.off == ("policy", "leaving")
    assert off == SCENARIO.with_({"model.off": ["policy", "leaving"]})
    everything = [name for name in MECHANISMS if name != "measurement"]
    assert SCENARIO.with_({"model.off": everything[::-1]}).model.off == tuple(everything)


def test_setting_teams_all_or_one():
    two = SCENARIO.with_({"teams": [{**SCENARIO.to_dict()["teams"][0], "name": name} for name in "AB"]})
    assert [team.peers for team in two.with_({"teams.peers": 5}).teams] == [5, 5]
    assert [team.peers for team in two.with_({"teams.1.peers": 5}).teams] == [2, 5]
    assert [team.peers for team in two.with_({"teams.peers": 5, "teams.0.peers": 1}).teams] == [1, 5]
    assert two.with_({"teams": two.teams, "policies": two.policies}) == two
    assert two.diff(SCENARIO) == {"teams": (two.to_dict()["teams"], SCENARIO.to_dict()["teams"])}


def test_setting_a_change_over_time():
    changed = SCENARIO.with_({"changes": [{"week": 4, "set": {"valuing.pay_parity": 1}}]})
    later = changed.with_({"changes.0.week": 8, "changes.0.set.valuing.pay_parity": 0.8})
    assert (later.changes[0].week, dict(later.changes[0].set)) == (8, {"valuing.pay_parity": 0.8})
    assert changed.changes[0].week == 4
