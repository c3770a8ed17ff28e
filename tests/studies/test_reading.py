"""Studies are read from files and dictionaries; what is wrong with them is said with its place and what is allowed."""

import contextlib
import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

import peersim as ps
from peersim.results.outcomes import OUTCOMES
from peersim.studies.designs import Crossed
from tests.studies.small import CONTENT, base, study, write_files


def values_of(found, name):
    return list(dict.fromkeys(found.values[name]))


# what can be written ----------------------------------------------------------


def test_the_example_of_the_documentation(tmp_path):
    path = write_files(tmp_path, replicates=40, levels=3)
    found = ps.load_study(path)
    assert found.base == base()
    assert (found.n_points, found.n_worlds) == (9, 360)
    assert values_of(found, "support.supervision.every_weeks") == [1, 4, 16]
    assert values_of(found, "identity.formalisation") == [0.1, 0.5, 0.9]
    assert repr(found) == "Study('Small', 2 factors, 9 points, 360 worlds)"


def test_a_bare_key_takes_the_range_or_the_choices_of_the_registry():
    factors = {"identity.formalisation": None, "support.supervision.by": None, "structure.weeks_to_hire": None}
    found = study(factors=factors, levels=3)
    known = {parameter.key: parameter for parameter in ps.registry()}
    assert values_of(found, "identity.formalisation") == [0.0, 0.5, 1.0]
    assert values_of(found, "support.supervision.by") == list(known["support.supervision.by"].choices)
    weeks = known["structure.weeks_to_hire"]
    assert values_of(found, "structure.weeks_to_hire")[::2] == [weeks.low, weeks.high]


def test_what_is_left_out_has_defaults():
    found = ps.study({"base": ps.demo(), "factors": {"identity.formalisation": [0.1, 0.2]}})
    assert (found.name, found.replicates, found.seed) == ("Demonstration", 40, 1)
    assert found.outcomes == tuple(OUTCOMES)
    assert found.design.kind == "grid"


def test_the_base_can_be_changed_first():
    found = study(set={"support.supervision.by": "peer_lead", "teams.peers": 2})
    assert all(scenario.policies.support.supervision.by == "peer_lead" for scenario in found.scenarios())
    assert all(scenario.teams[0].peers == 2 for scenario in found.scenarios())


def test_files_are_looked_for_beside_the_study_and_then_in_the_current_folder(tmp_path, monkeypatch):
    path = write_files(tmp_path)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert ps.load_study(path).base == base()
    (tmp_path / "base.yaml").rename(tmp_path / "here" / "base.yaml")
    assert ps.load_study(path).base == base()


def test_a_factor_can_choose_between_bundles_of_settings_and_whole_scenarios(tmp_path):
    other = base().with_({"name": "Other", "culture.valuing": 0.9, "teams.0.peers": 2})
    other.save(tmp_path / "other.yaml")
    factors = {
        "case": {"levels": {"this": {}, "other": "other.yaml"}},
        "bundle": {"levels": {"none": {}, "valued": {"valuing.pay_parity": 1.0, "teams.peers": 3}}},
    }
    content = CONTENT | {"base": base(), "factors": factors}
    found = ps.study(content, tmp_path)
    scenarios = list(found.scenarios())
    assert found.values["case"].tolist() == ["this", "this", "other", "other"]
    assert scenarios[0] == base()
    assert scenarios[2] == other.with_({"name": "Small base"})
    # Of two factors that set one key, the later one does.
    assert [scenario.teams[0].peers for scenario in scenarios] == [1, 3, 2, 3]


BACKING = ["structure.manager_support.team", "structure.manager_support.middle"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"values": [0.1, 0.4]}, [0.1, 0.4]),
        ({"low": 0.2, "high": 0.4}, [0.2, 0.3, 0.4]),
        ({}, [0.0, 0.5, 1.0]),
    ],
)
def test_several_keys_move_together(written, expected):
    found = study(factors={"backing": {"keys": BACKING, **written}}, levels=3)
    assert found.values["backing"].tolist() == expected
    supports = [scenario.policies.structure.manager_support for scenario in found.scenarios()]
    assert [(support.team, support.middle) for support in supports] == [(x, x) for x in expected]
    assert {support.executive for support in supports} == {base().policies.structure.manager_support.executive}


def test_a_change_of_policy_can_be_moved_in_time():
    change = {"week": 5, "set": {"support.supervision.every_weeks": 1}}
    found = study(base=base(changes=[change]), factors={"changes.0.week": [0, 30], "teams.0.peers": [1, 2]})
    scenarios = list(found.scenarios())
    assert [scenario.changes[0].week for scenario in scenarios] == [0, 0, 30, 30]
    assert [scenario.teams[0].peers for scenario in scenarios] == [1, 2, 1, 2]


def test_levers_and_uncertainties_are_crossed_when_the_design_says_so():
    content = {
        "factors": {},
        "levers": {"support.supervision.every_weeks": [1, 4]},
        "uncertainties": {"model.hazard_base": {"low": -6.0, "high": -4.0}},
        "design": {"levers": "grid", "uncertainties": {"latin_hypercube": 5}},
    }
    found = study(**content)
    assert isinstance(found.design, Crossed)
    assert found.n_points == len(found.values) == 10
    assert found.values["support.supervision.every_weeks"].tolist() == [1] * 5 + [4] * 5
    hazards = found.values["model.hazard_base"].tolist()
    assert hazards[:5] == hazards[5:]
    assert len(set(hazards)) == 5
    together = study(**content | {"design": {"latin_hypercube": 7}})
    assert together.n_points == 7


def test_points_come_from_a_file(tmp_path):
    (tmp_path / "points.csv").write_text(
        "support.supervision.by,identity.formalisation\npeer_lead,0.25\nexternal,0.5\npeer_lead,0.125\n",
        encoding="utf-8",
    )
    content = {"name": "Given", "base": base(), "design": {"points": "points.csv"}}
    found = ps.study(content, tmp_path)
    assert found.values.to_dict("list") == {
        "support.supervision.by": ["peer_lead", "external", "peer_lead"],
        "identity.formalisation": [0.25, 0.5, 0.125],
    }


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"design": "one_at_a_time", "factors": {"support.supervision.every_weeks": [1, 2, 4], "teams.pressure": None}},
        {"design": {"saltelli": 4}},
        {"design": {"morris": 3}, "levels": 6},
        {"weekly": ["identity"], "description": "Why: it was asked."},
        {"factors": {"bundle": {"levels": {"none": {}, "some": {"valuing.pay_parity": 1.0}}}, "teams.peers": [1, 2]}},
        {"factors": {"backing": {"keys": ["teams.peers", "teams.users_per_peer"], "values": [1, 2]}}},
        {"factors": {"backing": {"keys": ["teams.pressure", "teams.community"], "low": 0.2, "high": 0.3}}},
        {
            "factors": {},
            "levers": {"teams.peers": [1, 2]},
            "uncertainties": {"model.hazard_base": None},
            "design": {"levers": "grid", "uncertainties": {"sobol": 4}},
            "levels": 5,
        },
    ],
)
def test_a_study_written_out_reads_the_same(tmp_path, content):
    found = study(**content)
    found.save(tmp_path)
    again = ps.load_study(tmp_path / "study.yaml")
    assert again.values.equals(found.values)
    for name in (
        "name",
        "base",
        "factors",
        "design",
        "bundles",
        "together",
        "replicates",
        "seed",
        "outcomes",
        "weekly",
    ):
        assert getattr(again, name) == getattr(found, name), name


def test_given_points_written_out_read_the_same(tmp_path):
    (tmp_path / "points.csv").write_text("teams.peers,identity.formalisation\n1,0.1\n2,0.3\n", encoding="utf-8")
    found = ps.study({"name": "Given", "base": base(), "design": {"points": "points.csv"}}, tmp_path)
    (tmp_path / "out").mkdir()
    found.save(tmp_path / "out")
    assert ps.load_study(tmp_path / "out" / "study.yaml").values.equals(found.values)


# what is wrong ----------------------------------------------------------------

WRONG = {
    "no such key of a study": ({"factor": {}}, "factor: no such key. Did you mean 'factors'?"),
    "no base": ({"base": None}, "base: found nothing. Allowed here: a scenario file, demo"),
    "no such base": ({"base": "nowhere.yaml"}, "base: no such file: nowhere.yaml; looked in "),
    "nothing varied": ({"factors": {}}, "factors: nothing is varied."),
    "factors as a list": ({"factors": ["a"]}, "factors: expected keys with ranges or lists of values, found a list."),
    "no such factor": (
        {"factors": {"support.supervison.every_weeks": [1]}},
        "factors.support.supervison.every_weeks: no such key in a scenario",
    ),
    "a factor misspelt": (
        {"factors": {"supervision.every_weeks": [1]}},
        "Did you mean 'support.supervision.every_weeks'?",
    ),
    "a range outside the schema": (
        {"factors": {"identity.formalisation": {"low": 0.1, "high": 1.5}}},
        "factors.identity.formalisation.high: 1.5 is out of range. Allowed here: a number from 0 to 1",
    ),
    "a level outside the schema": (
        {"factors": {"identity.formalisation": [0.1, -2]}},
        "factors.identity.formalisation.1: -2",
    ),
    "no such choice": (
        {"factors": {"support.supervision.by": ["peer_led"]}},
        "factors.support.supervision.by.0: found the text 'peer_led'. Did you mean 'peer_lead'?",
    ),
    "a range upside down": (
        {"factors": {"identity.formalisation": {"low": 0.9, "high": 0.1}}},
        "factors.identity.formalisation: found 0.9 to 0.1; the lower end has to be below the upper.",
    ),
    "half a range": (
        {"factors": {"identity.formalisation": {"low": 0.9}}},
        "factors.identity.formalisation: found a group of keys. Allowed here: a list of values, {low: ..., high: ...}",
    ),
    "a range of words": (
        {"factors": {"support.supervision.by": {"low": 0, "high": 1}}},
        "factors.support.supervision.by: is no number and has no range. Allowed here: a list of: ",
    ),
    "a number alone": ({"factors": {"identity.formalisation": 0.5}}, "found the number 0.5. Allowed here: a list"),
    "no values": ({"factors": {"identity.formalisation": []}}, "the list is empty"),
    "a value twice": ({"factors": {"identity.formalisation": [0.1, 0.1]}}, "0.1 is there twice."),
    "a list as value": ({"factors": {"identity.formalisation": [[0.1]]}}, "formalisation.0: found a list."),
    "varied twice": (
        {"levers": {"identity.formalisation": [0.1]}},
        "levers.identity.formalisation: is varied twice.",
    ),
    "no range of its own": ({"factors": {"teams.name": None}}, "factors.teams.name: has no range of its own."),
    "the name": ({"factors": {"name": ["a", "b"]}}, "factors.name: makes no difference to what happens"),
    "a name that tables have": (
        {"factors": {"state": {"levels": {"a": {}}}}},
        "factors.state: cannot be the name of a factor: tables have a column of that name.",
    ),
    "no name": ({"factors": {"": {"levels": {"a": {}}}}}, "cannot be the name of a factor"),
    "varied twice, written in two ways": (
        {"factors": {"identity.formalisation": [0.1], "policies.identity.formalisation": [0.2]}},
        "factors.policies.identity.formalisation: is varied twice.",
    ),
    "a range misspelt": (
        {"factors": {"identity.formalisation": {"low": 0.1, "hihg": 0.5}}},
        "factors.identity.formalisation: found a group with the key 'hihg'.",
    ),
    "a base outside what is varied": (
        {"factors": {"teams.pressure": [0.1, 0.9]}, "design": "one_at_a_time"},
        "one_at_a_time departs from the base, where teams.pressure is the number 0.5, which is not varied.",
    ),
    "a bundle named like a key": (
        {"factors": {"identity.formalisation": {"levels": {"a": {}}}}},
        "is a key of the scenario; give it a name of its own.",
    ),
    "keys that are one": (
        {"factors": {"backing": {"keys": ["teams.peers"]}}},
        "factors.backing.keys: found a list. Allowed here: a list of two or more keys of the scenario",
    ),
    "keys of which one cannot be so": (
        {"factors": {"backing": {"keys": ["teams.peers", "teams.pressure"], "values": [2]}}},
        "factors.backing.0: 2 is out of range. Allowed here: a number from 0 to 1",
    ),
    "a bundle with a key misspelt": (
        {"factors": {"bundle": {"levels": {"a": {"valuing.pay_party": 1}}}}},
        "factors.bundle.levels.a.valuing.pay_party: valuing.pay_party: no such key. Did you mean 'valuing.pay_parity'?",
    ),
    "a bundle of nothing": ({"factors": {"bundle": {"levels": {}}}}, "expected bundles of settings by name"),
    "a bundle in no file": (
        {"factors": {"bundle": {"levels": {"a": "nowhere.yaml"}}}},
        "factors.bundle.levels.a: no such file: nowhere.yaml",
    ),
    "no such design": ({"design": "gird"}, "design: found the text 'gird'. Did you mean 'grid'? Allowed here: grid, "),
    "a design without size": ({"design": "morris"}, "design: morris takes a size, as in {morris: 64}."),
    "a size of words": ({"design": {"morris": "many"}}, "design.morris: found the text 'many'. Allowed here: a whole"),
    "a Sobol' design of another size": (
        {"design": {"saltelli": 100}},
        "design: design saltelli: found 100; allowed: a power of two, such as 64 or 128",
    ),
    "FAST with few points": ({"design": {"fast": 10}}, "design fast: found 10; allowed: 65 or more points a factor."),
    "Morris over names": (
        {"factors": {"support.supervision.by": None, "identity.formalisation": None}, "design": {"morris": 4}},
        "support.supervision.by has three or more levels without an order",
    ),
    "Morris with odd levels": ({"design": {"morris": 4}, "levels": 3}, "allowed with design morris: an even number"),
    "Morris with one factor": (
        {"factors": {"identity.formalisation": None}, "design": {"morris": 4}},
        "found 1 factor; allowed: 2 or more.",
    ),
    "crossed without uncertainties": (
        {"design": {"levers": "grid", "uncertainties": "grid"}},
        "design: crosses levers with uncertainties, and there are no uncertainties.",
    ),
    "crossed with what cannot be": (
        {
            "uncertainties": {"model.hazard_base": None, "model.sickness_base": None},
            "design": {"levers": "grid", "uncertainties": {"morris": 4}},
        },
        "design.uncertainties: found morris; it cannot be crossed. Allowed here: grid, latin_hypercube, sobol",
    ),
    "no such file of points": ({"design": {"points": "nowhere.csv"}}, "design.points: no such file: nowhere.csv"),
    "no replicates": ({"replicates": 0}, "replicates: found the number 0. Allowed here: a whole number from 1 to "),
    "replicates in words": ({"replicates": "many"}, "replicates: found the text 'many'."),
    "one level": ({"levels": 1}, "levels: found the number 1. Allowed here: a whole number from 2 to "),
    "a seed below 0": ({"seed": -1}, "seed: found the number -1."),
    "no such outcome": ({"outcomes": ["identiy"]}, "outcomes.0: found the text 'identiy'. Did you mean 'identity'?"),
    "outcomes as a word": ({"outcomes": "identity"}, "outcomes: expected a list of names, found the text 'identity'."),
    "no outcomes": ({"outcomes": []}, "outcomes: the list is empty; at least one outcome is needed."),
    "no such measure": ({"weekly": ["nothing"]}, "weekly.0: found the text 'nothing'."),
    "a name of numbers": ({"name": 7}, "name: expected a text, found the number 7."),
    "settings as a list": ({"set": [1]}, "set: expected keys with values, found a list."),
    "a setting misspelt": ({"set": {"teams.pears": 1}}, "set.teams.pears: teams.pears: no such key."),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_with_what_is_allowed(case):
    content, message = WRONG[case]
    with pytest.raises(ps.ScenarioError) as caught:
        study(**content)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1\n", "line 2: has 1 values for 2 keys."),
        ("identity.formalisation\n", "needs a line of keys and at least one line of values."),
        ("identity.formalization\n0.1\n", "Did you mean 'identity.formalisation'?"),
        ("identity.formalisation\n0.1\n7\n", "points.csv.line 3.identity.formalisation: 7"),
        ("teams.peers;teams.pressure\n1;0.2\n", "has columns that are separated by semicolons. Allowed here: commas"),
        ("teams.peers,teams.peers\n1,2\n", "has the column teams.peers twice."),
        ('teams.peers\n"[1, 2]"\n', "points.csv.line 2.teams.peers: found a list. Allowed here: a number, a word"),
        ("""teams.peers\n'1\n""", "points.csv.line 2.teams.peers: cannot be read as YAML"),
        ("identity.formalisation,teams.peers\n0.1,1\n0.2,one\n", "expected a whole number, found the text 'one'"),
    ],
)
def test_what_is_wrong_with_a_file_of_points_is_said_with_its_line(tmp_path, text, message):
    (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ps.ScenarioError) as caught:
        ps.study({"name": "Given", "base": base(), "design": {"points": "points.csv"}}, tmp_path)
    assert message in str(caught.value)


def test_columns_that_are_not_the_factors_are_refused(tmp_path):
    (tmp_path / "points.csv").write_text("teams.peers\n1\n", encoding="utf-8")
    with pytest.raises(ps.ScenarioError, match=r"points.csv has the columns teams.peers"):
        ps.study(CONTENT | {"base": base(), "design": {"points": "points.csv"}}, tmp_path)


def test_messages_about_files_name_the_line(tmp_path):
    path = write_files(tmp_path, seed="one")
    line = path.read_text(encoding="utf-8").splitlines().index("seed: one") + 1
    with pytest.raises(ps.ScenarioError) as caught:
        ps.load_study(path)
    assert str(caught.value).startswith(f"{path}, line {line}: seed: found the text 'one'.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; a study needs at least a base scenario and factors."),
        ("- a\n", "is not a study: expected keys with values"),
        ("name: [", "cannot be read as YAML"),
        ("name: a\nname: b\n", "line 2: name: is written twice; first in line 1."),
    ],
)
def test_files_that_are_no_studies_are_refused(tmp_path, text, message):
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ps.ScenarioError) as caught:
        ps.load_study(path)
    assert message in str(caught.value)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(ps.ScenarioError, match="no such file"):
        ps.load_study(tmp_path / "nowhere.yaml")
    with pytest.raises(ps.ScenarioError, match="is a folder, not a study file"):
        ps.load_study(tmp_path)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_whatever_is_written_is_a_study_or_a_message(data):
    content = copy.deepcopy(CONTENT) | {"base": base()}
    key = data.draw(st.sampled_from([*content, "design", "levers", "uncertainties", "set", "weekly", "seed"]))
    content[key] = data.draw(JUNK)
    if key == "base":
        content["base"] = data.draw(JUNK.filter(lambda found: found != "demo"))
    with contextlib.suppress(ps.ScenarioError):
        assert ps.study(content).n_points >= 1
