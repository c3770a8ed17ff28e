"""Files from anywhere: the documented example, words that YAML 1.1 misreads, and files made to do harm."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from peersim.scenario import Scenario, ScenarioError, json_schema, load, loads
from peersim.scenario.files import DEEPEST_NESTING, LARGEST_FILE
from peersim.scenario.scalars import scalar
from tests.scenario.strategies import contents

TEAMS = "teams: [{name: North, peers: 2, clinicians: 8, users_per_peer: 12}]\n"
MINIMAL = "name: Trial\n" + TEAMS

# Section 2 of the model's page, word for word.
EXAMPLE = """\
name: Urban NHS trust, first peer workers
sector: nhs_trust                  # nhs_trust | voluntary | partnership
horizon_weeks: 156
teams:                             # a list; `count` repeats an entry
  - {name: Community team, count: 6, peers: 1, clinicians: 9, users_per_peer: 12}
policies:
  valuing:                         # theme 1: valuing what is distinctive
    role_description: 0.5          # how clearly the job description says what the role is and is not
    team_training_per_year: 1      # sessions that build shared understanding of the role
    protected_time: 0.2            # share of the week ring-fenced for peer support
    pay_parity: 0.9                # peer pay / pay of a comparable non-peer post
    progression: 0.1               # promotion and development open to peers
  identity:                        # theme 2: maintaining peer identity
    formalisation: 0.5             # professional norms asked of the role (records, risk procedure, distance)
    lived_experience_selection: 0.5
    background_matching: 0.3       # recruiting and allocating by shared background
    language_fit: 0.6              # how well the language of the role suits the community served
  support:                         # theme 3: supporting the individual peer worker
    supervision: {every_weeks: 4, minutes: 60, task: 0.5, wellbeing: 0.3, boundaries: 0.2,
                  by: team_manager, understanding: 0.5}   # by: team_manager | peer_lead | external
    peer_group_every_weeks: 8      # meetings of peers across teams; 0 = none
    clinical_response: 0.5         # colleagues answering a peer's needs as clinicians
  structure:                       # theme 4: organisational structures
    manager_support: {team: 0.5, middle: 0.4, executive: 0.4}
    strategic_fit: 0.5
    flexibility: 0.4               # of policies and procedures (adjusted to the role, not the role to them)
    weeks_to_hire: 14
  culture:                         # theme 5: organisational culture
    valuing: 0.4                   # at the start; from then on it moves by itself
    disclosure_autonomy: 0.5       # peers decide what they share, and where their boundaries are
    disclosure_training_per_year: 0.5
    lived_experience_leadership: 0.1
changes:                           # policies over time
  - {week: 26, set: {support.supervision.every_weeks: 1}, over_weeks: 8}
costs: {}                          # unit costs, defaults from evidence, all can be set
model: {}                          # the model's own constants: defaults calibrated; a researcher may override
"""


def message_for(text):
    with pytest.raises(ScenarioError) as caught:
        loads(text, "hostile.yaml")
    return str(caught.value)


def test_the_documented_example_loads_word_for_word():
    scenario = loads(EXAMPLE)
    assert repr(scenario) == (
        "Scenario('Urban NHS trust, first peer workers', nhs_trust, 156 weeks, "
        "6 teams, 6 peers, 54 clinicians, 72 users)"
    )
    assert [team.name for team in scenario.team_list()] == [f"Community team {n}" for n in range(1, 7)]
    (change,) = scenario.changes
    assert (change.week, dict(change.set), change.over_weeks) == (
        26,
        {"support.supervision.every_weeks": 1},
        8,
    )


def test_the_documented_values_are_the_defaults():
    scenario = loads(EXAMPLE)
    assert scenario.policies == loads(MINIMAL).policies
    written = yaml.safe_load(EXAMPLE)["policies"]
    assert written == scenario.to_dict()["policies"]  # Every policy stands in the example, and no other.


def test_nested_and_dotted_changes_are_the_same():
    dotted = "{support.supervision.every_weeks: 1, valuing.pay_parity: 1}"
    nested = "{policies: {support: {supervision: {every_weeks: 1}}}, valuing: {pay_parity: 1}}"
    one, other = (loads(f"{MINIMAL}changes: [{{week: 1, set: {new}}}]\n") for new in (dotted, nested))
    assert one == other


def test_singular_and_plural():
    text = "name: One\nhorizon_weeks: 1\nteams: [{name: A, peers: 1, clinicians: 1, users_per_peer: 1}]\n"
    assert repr(loads(text)) == "Scenario('One', nhs_trust, 1 week, 1 team, 1 peer, 1 clinician, 1 user)"


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("4", 4), ("-4", -4), ("+4", 4), ("0", 0), ("0.5", 0.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0),
        ("1.5E-3", 0.0015), ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        (".inf", float("inf")), ("-.INF", float("-inf")), ("9" * 400, float("inf")),
        # What YAML 1.1 takes for something else than it looks like stays the text that it is.
        ("no", "no"), ("on", "on"), ("Yes", "Yes"), ("y", "y"), ("1:30", "1:30"), ("010", "010"),
        ("0x1F", "0x1F"), ("0o17", "0o17"), ("1_000", "1_000"), ("0b11", "0b11"), ("2024-01-01", "2024-01-01"),
        ("=", "="), ("<<", "<<"), ("nan", "nan"), ("inf", "inf"), ("1,5", "1,5"), ("٣", "٣"), ("--1", "--1"),
        ("1e", "1e"), (".", "."),
    ],
)  # fmt: skip
def test_bare_words(word, value):
    assert scalar(word) == value
    assert type(scalar(word)) is type(value)


@pytest.mark.parametrize("word", ["no", "off", "1:30", "010", "2024-01-01", "1_000", "0x10", '"12"', "'~'", "null x"])
def test_names_are_what_is_written(word):
    assert loads(f"name: {word}\n{TEAMS}").name == word.strip("\"'")


@pytest.mark.parametrize("word", ["no", "1:30", "010", "1_0", "0x10", "2024-01-01", "1,5", "4 weeks", "50%"])
def test_what_only_resembles_a_number_is_none(word):
    message = message_for(f"{MINIMAL}policies:\n  support:\n    peer_group_every_weeks: {word}\n")
    assert f"line 5: policies.support.peer_group_every_weeks: expected a number, found the text '{word}'" in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "hostile.yaml: is empty; a scenario needs at least a name and teams."),
        ("\n# only a comment\n", "hostile.yaml: is empty"),
        ("---\n", "hostile.yaml: is empty"),
        ("\n\njust words\n", "hostile.yaml, line 3: is not a scenario: expected keys with values"),
        ("- a\n- b\n", "hostile.yaml, line 1: is not a scenario: expected keys with values"),
        (MINIMAL + "name: Again\n", "hostile.yaml, line 3: name: is written twice; first in line 1."),
        (
            "name: Trial\nteams: [{name: N, peers: 2,\n  clinicians: 8, peers: 3, users_per_peer: 12}]\n",
            "hostile.yaml, line 3: teams.0.peers: is written twice; first in line 2.",
        ),
        (MINIMAL + "---\nname: Other\n", "hostile.yaml, line 3: a second document begins here"),
        (MINIMAL + "1: x\n", "hostile.yaml, line 3: 1: a key has to be a word."),
        (MINIMAL + "~: x\n", "hostile.yaml, line 3: None: a key has to be a word."),
        (MINIMAL + "[a, b]: x\n", "hostile.yaml, line 3: ?: a key has to be a word."),
        (MINIMAL + "? {a: b}\n: x\n", "hostile.yaml, line 3: ?: a key has to be a word."),
        (MINIMAL + "<<: {sector: voluntary}\n", "hostile.yaml, line 3: <<: no such key."),
        (
            "name: &n Trial\n" + TEAMS,
            "hostile.yaml, line 1: name: marks a part of the file with '&'; leave that out.",
        ),
        (
            "name: &n Trial\nsector: *n\n" + TEAMS,
            "hostile.yaml, line 2: sector: repeats another part of the file with '*'; write it out.",
        ),
        (
            "name: !!python/object/apply:os.system [echo hacked]\n" + TEAMS,
            "hostile.yaml, line 1: name: has the tag 'tag:yaml.org,2002:python/object/apply:os.system'; "
            "tags are not allowed.",
        ),
        ("name: !!str 4\n" + TEAMS, "hostile.yaml, line 1: name: has the tag"),
        (
            "name: !env HOME\n" + TEAMS,
            "hostile.yaml, line 1: name: has the tag '!env'; tags are not allowed.",
        ),
        ("name: Trial\nteams: [\n", "hostile.yaml, line 3: cannot be read as YAML:"),
        (
            "name: a: b\n" + TEAMS,
            "hostile.yaml, line 1: cannot be read as YAML: mapping values are not allowed",
        ),
        ("name: Trial\nteams:\n\t- x\n", "hostile.yaml, line 3: cannot be read as YAML:"),
        ("name: Trial\n\nsector: a\0b\n", "hostile.yaml, line 3: cannot be read as YAML: special characters"),
        ("name: a\ud800b\n" + TEAMS, "hostile.yaml, line 1: cannot be read as YAML: special characters"),
        ("a: *nothing\n", "hostile.yaml, line 1: a: repeats another part of the file"),
        ("[" * 100_000, f"hostile.yaml, line 1: is nested more than {DEEPEST_NESTING} levels deep."),
        ("{a: " * 100_000, f"hostile.yaml, line 1: is nested more than {DEEPEST_NESTING} levels deep."),
        ("? " * 50_000, f"hostile.yaml, line 1: is nested more than {DEEPEST_NESTING} levels deep."),
        ("x" * (LARGEST_FILE + 1), "hostile.yaml: is larger than 1,000,000 bytes"),
        ("é" * (LARGEST_FILE // 2 + 1), "hostile.yaml: is larger than 1,000,000 bytes"),
    ],
)
def test_hostile_text_is_refused_in_words(text, expected):
    assert expected in message_for(text)


def test_a_tab_is_named():
    assert "Indent with spaces, not with tabs." in message_for("name: Trial\nteams:\n\t- x\n")


def test_what_cannot_be_read_is_named_once():
    text = "name: &a x\nsector: *a\nteams: !!set {}\nhorizon_weeks: 0\n"
    with pytest.raises(ScenarioError) as caught:
        loads(text)
    assert [problem.key for problem in caught.value.problems] == ["name", "sector", "teams", "horizon_weeks"]


def test_a_thousandfold_repetition_by_aliases_is_refused_before_it_grows():
    text = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)
    )
    assert "repeats another part of the file" in message_for(text)


@pytest.mark.parametrize("depth", [DEEPEST_NESTING, DEEPEST_NESTING + 1])
def test_the_depth_is_counted_from_the_top(depth):
    message = message_for(MINIMAL + "x: " + "[" * (depth - 1) + "]" * (depth - 1) + "\n")
    assert ("nested more than" in message) == (depth > DEEPEST_NESTING)


def test_encodings(tmp_path):
    path = tmp_path / "trial.yaml"
    text = f"name: Café\n{TEAMS}"
    path.write_bytes(text.encode("utf-8-sig"))
    assert load(path).name == "Café"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert load(path).name == "Café"
    path.write_bytes(b"sector: nhs_trust\n" + text.encode("latin-1"))
    with pytest.raises(ScenarioError, match=re.escape(f"{path}, line 2: is not UTF-8 text")):
        load(path)
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(ScenarioError, match="is not UTF-8 text"):
        load(path)
    path.write_bytes(bytes(LARGEST_FILE + 1))
    with pytest.raises(ScenarioError, match="is larger than"):
        load(path)


@given(st.text())
def test_any_text_loads_or_is_refused(text):
    try:
        assert isinstance(loads(text), Scenario)
    except ScenarioError as error:
        assert error.problems  # noqa: PT017 - any other exception is the failure looked for


@given(contents(), st.data())
def test_a_spoilt_file_loads_or_is_refused(content, data):
    text = yaml.safe_dump(content, allow_unicode=True)
    at = data.draw(st.integers(0, len(text)))
    put = data.draw(st.text(alphabet="{}[]:,&*!|>'\"%@`#-? \n\t0a~", max_size=4))
    cut = data.draw(st.integers(0, 4))
    try:
        assert isinstance(loads(text[:at] + put + text[at + cut :]), Scenario)
    except ScenarioError as error:
        assert all(str(problem) for problem in error.problems)  # noqa: PT017 - as above


def test_the_json_schema_accepts_what_loads_and_no_other_keys():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    good = yaml.safe_load(EXAMPLE)
    assert validator.is_valid(good)
    assert validator.is_valid(loads(EXAMPLE).to_dict())
    nested = {
        "week": 1,
        "set": {"support": {"supervision": {"by": "external"}}, "policies.valuing.pay_parity": 1},
    }
    assert validator.is_valid({**good, "changes": [nested]})
    for spoil in (
        {"nam": "x"},
        {"sector": "private"},
        {"horizon_weeks": 0},
        {"teams": []},
        {"teams": [{"name": "x"}]},
        {"policies": {"support": {"supervison": {}}}},
        {"policies": {"support": {"supervision": {"every_weeks": 60}}}},
        {"changes": [{"week": 1, "set": {}}]},
        {"changes": [{"week": 1, "set": {"support.supervision.every_weeks": 60}}]},
        {"changes": [{"week": 1, "set": {"support.supervision.every_week": 6}}]},
    ):
        assert not validator.is_valid({**good, **spoil}), spoil


def test_the_json_schema_explains_itself():
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "peersim scenario"
    assert schema["required"] == ["name", "teams"]
    every = schema["$defs"]["Supervision"]["properties"]["every_weeks"]
    assert (every["minimum"], every["maximum"], every["default"], every["unit"]) == (0, 52, 4, "weeks")
    assert every["description"]
    objects = [schema, *(part for part in schema["$defs"].values() if part["type"] == "object")]
    assert all(part["additionalProperties"] is False for part in objects)
    assert schema["$defs"]["Change"]["properties"]["set"]["properties"]["support.supervision.every_weeks"] == every
