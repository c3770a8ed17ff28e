"""Every mistake is named where it was made, in words, with what is allowed and what was probably meant."""

import pickle
import re

import pytest

from peersim.scenario import Scenario, ScenarioError, TeamSpec, load, loads

GOOD = """\
name: Trial
horizon_weeks: 52
teams:
  - name: North
    peers: 2
    clinicians: 8
    users_per_peer: 12
policies:
  support:
    supervision:
      every_weeks: 4
      by: team_manager
changes:
  - week: 26
    set: {support.supervision.every_weeks: 1}
    over_weeks: 8
"""
EVERY = "policies.support.supervision.every_weeks"
CHANGE = "set: {support.supervision.every_weeks: 1}"
SCENARIO = loads(GOOD)
TEAM = {"name": "North", "peers": 2, "clinicians": 8, "users_per_peer": 12}


def problems_of(text):
    with pytest.raises(ScenarioError) as caught:
        loads(text, "trial.yaml")
    assert "pydantic" not in str(caught.value).lower()
    assert "http" not in str(caught.value)
    return caught.value.problems


@pytest.mark.parametrize(
    ("line", "instead", "expected"),
    [
        # What stands in the good file, what is put there, and the message.
        (
            "supervision:\n      every_weeks: 4\n      by: team_manager",
            "supervison: {every_weeks: 4}",
            "line 10: policies.support.supervison: no such key. Did you mean 'supervision'? "
            "Allowed here: supervision, peer_group_every_weeks, clinical_response",
        ),
        (
            "every_weeks: 4",
            "every_weeks: 60",
            f"line 11: {EVERY}: 60 is out of range. Allowed here: a number from 0 to 52 (weeks)",
        ),
        (
            "every_weeks: 4",
            "every_weeks: -0.5",
            f"line 11: {EVERY}: -0.5 is out of range. Allowed here: a number from 0 to 52 (weeks)",
        ),
        (
            "every_weeks: 4",
            "every_weeks: monthly",
            f"line 11: {EVERY}: expected a number, found the text "
            "'monthly'. Allowed here: a number from 0 to 52 (weeks)",
        ),
        (
            "every_weeks: 4",
            'every_weeks: "4"',
            f"line 11: {EVERY}: expected a number, found the text '4'. Allowed here: a number from 0 to 52 (weeks)",
        ),
        (
            "every_weeks: 4",
            "every_weeks: true",
            f"line 11: {EVERY}: expected a number, found the word true. Allowed here: a number from 0 to 52 (weeks)",
        ),
        (
            "every_weeks: 4",
            "every_weeks:",
            f"line 11: {EVERY}: expected a number, found nothing. Allowed here: a number from 0 to 52 (weeks)",
        ),
        (
            "every_weeks: 4",
            "every_weeks: .nan",
            f"line 11: {EVERY}: nan is not a finite number. Allowed here: a number from 0 to 52 (weeks)",
        ),
        (
            "every_weeks: 4",
            "every_weeks: .inf",
            f"line 11: {EVERY}: inf is not a finite number. Allowed here: a number from 0 to 52 (weeks)",
        ),
        (
            "every_weeks: 4",
            "every_weeks: [4]",
            f"line 11: {EVERY}: expected a number, found a list. Allowed here: a number from 0 to 52 (weeks)",
        ),
        (
            "by: team_manager",
            "by: manager",
            "line 12: policies.support.supervision.by: found the text 'manager'. "
            "Did you mean 'team_manager'? Allowed here: team_manager, peer_lead, external",
        ),
        (
            "by: team_manager",
            "by: 3",
            "line 12: policies.support.supervision.by: found the number 3. "
            "Allowed here: team_manager, peer_lead, external",
        ),
        (
            "peers: 2",
            "peers: 2.5",
            "line 5: teams.0.peers: expected a whole number, found the number 2.5. "
            "Allowed here: a whole number from 1 to 200 (posts)",
        ),
        (
            "peers: 2",
            "peers: 201",
            "line 5: teams.0.peers: 201 is out of range. Allowed here: a whole number from 1 to 200 (posts)",
        ),
        (
            "    clinicians: 8\n",
            "",
            "line 4: teams.0.clinicians: is missing. Allowed here: a whole number from 1 to 1,000 (posts)",
        ),
        (
            "name: Trial",
            "name: 2024",
            "line 1: name: expected text, found the number 2024. Allowed here: text from 1 to 120 characters long",
        ),
        (
            "name: Trial",
            "name: " + "x" * 121,
            "line 1: name: 121 characters is out of range. Allowed here: text from 1 to 120 characters long",
        ),
        (
            "name: Trial",
            'name: "a\\nb"',
            "line 1: name: holds a control character or a line break; a name is one line of ordinary text.",
        ),
        (
            "name: Trial",
            'name: "  "',
            "line 1: name: a name needs at least one visible character.",
        ),
        (
            "horizon_weeks: 52",
            "horizon: 52",
            "line 2: horizon: no such key. Did you mean 'horizon_weeks'? "
            "Allowed here: name, sector, horizon_weeks, teams, policies, changes, costs, model",
        ),
        (
            "horizon_weeks: 52",
            "weeks_to_hire: 10",
            "line 2: weeks_to_hire: no such key. Did you mean 'policies.structure.weeks_to_hire'? "
            "Allowed here: name, sector, horizon_weeks, teams, policies, changes, costs, model",
        ),
        (
            "horizon_weeks: 52",
            "sector: private",
            "line 2: sector: found the text 'private'. Allowed here: nhs_trust, voluntary, partnership",
        ),
        (
            "horizon_weeks: 52",
            "horizon_weeks: 26",
            "line 14: changes.0.week: 26 is at or beyond the horizon, so nothing would change. Allowed here: 0 to 25",
        ),
        (
            "horizon_weeks: 52",
            "costs: 7",
            "line 2: costs: expected a group of keys, found the number 7. ...",
        ),
        (
            "horizon_weeks: 52",
            "model: {off: [leeving]}",
            "line 2: model.off.0: no such mechanism. Did you mean 'leaving'? Allowed here: policy, ...",
        ),
        (
            "horizon_weeks: 52",
            "model: {off: [measurement]}",
            "line 2: model.off.0: measurement cannot be switched off: it changes nobody, "
            "and without it there is nothing to see. Allowed here: policy, ...",
        ),
        (
            "horizon_weeks: 52",
            "model: {off: leaving}",
            "line 2: model.off: expected a list, found the text 'leaving'. Allowed here: a list of any ...",
        ),
        (
            "horizon_weeks: 52",
            "model: {off: [3]}",
            "line 2: model.off.0: expected a name, found the number 3. ...",
        ),
        (
            CHANGE,
            "set: {support.supervison.every_weeks: 1}",
            "line 15: changes.0.set.support.supervison.every_weeks: no such policy; a change can set "
            "policies only. Did you mean 'support.supervision.every_weeks'? "
            "Allowed here: supervision, peer_group_every_weeks, clinical_response",
        ),
        (
            CHANGE,
            "set: {horizon_weeks: 100}",
            "line 15: changes.0.set.horizon_weeks: no such policy; a change can set policies only. "
            "Allowed here: valuing, identity, support, structure, culture",
        ),
        (
            CHANGE,
            "set: {support: {supervision: {every_weeks: 99}}}",
            "line 15: changes.0.set.support.supervision.every_weeks: 99 is out of range. "
            "Allowed here: a number from 0 to 52 (weeks)",
        ),
        (
            CHANGE,
            "set: {support.supervision: 1}",
            "line 15: changes.0.set.support.supervision: is a group of policies; name one of them. "
            "Allowed here: every_weeks, minutes, ...",
        ),
        (
            CHANGE,
            "set: {policies.valuing.pay_parity: 1, valuing: {pay_parity: 1}}",
            "line 15: changes.0.set.valuing.pay_parity: 'valuing.pay_parity' is set twice in one change.",
        ),
        (
            CHANGE,
            "set: {}",
            "line 15: changes.0.set: sets nothing; name at least one policy.",
        ),
        (
            CHANGE,
            "set: more supervision",
            "line 15: changes.0.set: expected policy keys and their values, such as ...",
        ),
        (
            "    set: {support.supervision.every_weeks: 1}\n",
            "",
            "line 14: changes.0.set: is missing. Allowed here: policy keys with their values",
        ),
        (
            CHANGE,
            "set: {support.supervision.by: external}",
            "line 16: changes.0.over_weeks: 'support.supervision.by' is a choice and changes at once; "
            "give it a change of its own. Allowed here: 0",
        ),
        (
            "week: 26",
            "week: -1",
            "line 14: changes.0.week: -1 is out of range. Allowed here: a whole number from 0 to 1,039 (weeks)",
        ),
        (
            "    over_weeks: 8\n",
            "  - {week: 26, set: {policies.support.supervision.every_weeks: 2}}\n",
            "line 16: changes.1.set: 'support.supervision.every_weeks' is also set by change 0, in the same week.",
        ),
    ],
)
def test_one_mistake_gives_one_message(line, instead, expected):
    assert line in GOOD
    (problem,) = problems_of(GOOD.replace(line, instead, 1))
    message = str(problem).removeprefix("trial.yaml, ")
    if expected.endswith(" ..."):  # The rest depends on which policies, constants and mechanisms there are.
        message = message[: len(expected) - 4] + " ..."
    assert message == expected


def test_all_problems_are_named_at_once_in_the_order_of_the_file():
    text = GOOD.replace("name: Trial", "nam: Trial").replace("peers: 2", "peers: none", 1)
    text = text.replace("every_weeks: 4", "every_weeks: 400").replace("week: 26", "week: 52")
    problems = problems_of(text + "model: {}\nmodel: {}\n")
    assert [(problem.line, problem.key) for problem in problems] == [
        (None, "name"),
        (1, "nam"),
        (5, "teams.0.peers"),
        (11, "policies.support.supervision.every_weeks"),
        (14, "changes.0.week"),
        (18, "model"),
    ]


def test_a_problem_says_apart_what_its_message_says_together():
    (problem,) = problems_of(GOOD.replace("by: team_manager", "by: peer_led"))
    assert problem.file == "trial.yaml"
    assert problem.line == 12
    assert problem.path == ("policies", "support", "supervision", "by")
    assert problem.found == "the text 'peer_led'"
    assert problem.allowed == "team_manager, peer_lead, external"
    assert problem.suggestion == "peer_lead"


def test_thousands_of_problems_do_not_bury_the_first():
    with pytest.raises(ScenarioError) as caught:
        loads(GOOD + "".join(f"key_{number}: 1\n" for number in range(3000)))
    assert len(caught.value.problems) == 3000
    lines = str(caught.value).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "... and 2950 more"


def test_a_long_value_is_cut_short_in_the_message():
    (problem,) = problems_of(GOOD.replace("every_weeks: 4", "every_weeks: " + "x" * 10_000))
    assert len(str(problem)) < 300
    (problem,) = problems_of(GOOD.replace("every_weeks: 4", "every_weeks: " + "9" * 10_000))
    assert len(str(problem)) < 300


def test_the_error_survives_pickling():
    error = ScenarioError(problems_of(GOOD.replace("peers: 2", "peers: 0")))
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems
    assert str(again) == str(error)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (
            "support.supervison.every_weeks",
            1,
            "support.supervison.every_weeks: no such key. Did you mean 'support.supervision.every_weeks'? "
            "Allowed here: supervision, peer_group_every_weeks, clinical_response",
        ),
        (
            "supervision.every_weeks",
            1,
            "supervision.every_weeks: no such key. Did you mean 'support.supervision.every_weeks'?",
        ),
        ("pay_parity", 1, "pay_parity: no such key. Did you mean 'valuing.pay_parity'?"),
        ("teams.peer", 1, "teams.peer: no such key. Did you mean 'teams.peers'?"),
        ("teams.7.peers", 1, "teams.7.peers: no such key. Did you mean 'teams.peers'? Allowed here: 0"),
        ("valuing.pay_parity.x", 1, "valuing.pay_parity.x: no such key."),
        ("", 1, "no such key. Allowed here: name, sector,"),
        ("zebra", 1, "zebra: no such key. Allowed here: name, sector,"),
        ("teams.peers", 0, "teams.0.peers: 0 is out of range. Allowed here: a whole number from 1 to 200"),
        ("teams", [], "teams: the list is empty; at least one entry is needed."),
        ("teams", 3, "teams: expected a list, found the number 3."),
        ("support", 3, "policies.support: expected a group of keys, found the number 3."),
        ("support", {"supervison": {}}, "support: no such key. Allowed here: supervision,"),
        ("horizon_weeks", 26, "changes.0.week: 26 is at or beyond the horizon"),
        ("model.off", ["culure"], "model.off.0: no such mechanism. Did you mean 'culture'?"),
    ],
)
def test_with_names_what_is_wrong(key, value, expected):
    with pytest.raises(ScenarioError) as caught:
        SCENARIO.with_({key: value})
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith(expected)


def test_with_names_every_wrong_key_at_once():
    with pytest.raises(ScenarioError) as caught:
        SCENARIO.with_({"zebra": 1, "support.giraffe": 2})
    assert [problem.key for problem in caught.value.problems] == ["zebra", "support.giraffe"]


def test_python_gets_the_same_words_as_files():
    with pytest.raises(ScenarioError, match=r"^peers: 0 is out of range\. Allowed here: a whole"):
        TeamSpec(**{**TEAM, "peers": 0})
    with pytest.raises(ScenarioError, match=r"^teams\.0\.peers: 0 is out of range"):
        Scenario(name="x", teams=[{**TEAM, "peers": 0}])
    with pytest.raises(ScenarioError, match=r"^self: no such key"):
        Scenario(name="x", teams=[TEAM], self=1)
    with pytest.raises(ScenarioError, match="found a Python object"):
        Scenario(name=object(), teams=[TEAM])


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        (("A", 1), ("A", 1), True),
        (("A", 2), ("A", 3), True),
        (("A", 3), ("A 3", 1), True),
        (("A", 3), ("A 4", 1), False),
        (("A", 3), ("A 03", 1), False),
        (("A", 3), ("A 3", 2), False),
        (("A", 1), ("A 1", 1), False),
        (("A", 3), ("a", 3), False),
    ],
)
def test_no_two_teams_may_have_the_same_name(first, second, clash):
    teams = [{**TEAM, "name": name, "count": count} for name, count in (first, second)]
    for order in (teams, teams[::-1]):
        if clash:
            with pytest.raises(ScenarioError, match=r"teams\.\d\.name: another team is named"):
                Scenario(name="x", teams=order)
        else:
            names = [team.name for team in Scenario(name="x", teams=order).team_list()]
            assert len(set(names)) == len(names)


def test_a_world_that_would_not_fit_is_refused():
    # 50 000 teams with 2 peers, 10 clinicians and 88 users: exactly five million.
    largest = {**TEAM, "count": 50_000, "peers": 2, "clinicians": 10, "users_per_peer": 44}
    assert len(Scenario(name="x", teams=[largest]).teams) == 1
    message = r"teams: 5,000,011 people .* Allowed here: up to 5,000,000 people"
    with pytest.raises(ScenarioError, match=message):
        Scenario(name="x", teams=[largest, {**TEAM, "peers": 1, "clinicians": 5, "users_per_peer": 5}])


def test_files_that_are_not_there_or_not_files(tmp_path):
    with pytest.raises(ScenarioError, match=re.escape(f"{tmp_path / 'none.yaml'}: no such file.")):
        load(tmp_path / "none.yaml")
    with pytest.raises(ScenarioError, match=re.escape(f"{tmp_path}: is a folder, not a scenario file.")):
        load(tmp_path)
    with pytest.raises(ScenarioError, match=r"/dev/null: is not an ordinary file\."):
        load("/dev/null")
    with pytest.raises(ScenarioError, match="is not a path"):
        load("a\0b")
    with pytest.raises(ScenarioError, match="cannot be read"):
        load("x" * 5000)


def test_a_file_is_named_by_its_path_and_line(tmp_path):
    path = tmp_path / "trial.yaml"
    path.write_text(GOOD.replace("peers: 2", "peers: 0"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=re.escape(f"{path}, line 5: teams.0.peers: 0 is out of range.")):
        load(path)


def test_saving(tmp_path):
    path = tmp_path / "saved.yaml"
    SCENARIO.save(path)
    assert load(path) == SCENARIO
    other = SCENARIO.with_({"name": "Café – 支援 🙂"})
    with pytest.raises(FileExistsError, match="overwrite=True"):
        other.save(path)
    assert load(path) == SCENARIO
    other.save(path, overwrite=True)
    assert load(path) == other
    with pytest.raises(OSError, match="none"):
        other.save(tmp_path / "none" / "saved.yaml")
    assert [entry.name for entry in tmp_path.iterdir()] == ["saved.yaml"]


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "saved.yaml"
    SCENARIO.save(path)

    def full(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="disk full"):
        SCENARIO.with_({"name": "other"}).save(path, overwrite=True)
    assert load(path) == SCENARIO
    assert [entry.name for entry in tmp_path.iterdir()] == ["saved.yaml"]


def test_more_teams_than_chance_can_tell_apart_are_refused():
    many = [{**TEAM, "name": name, "count": 32_769, "peers": 1, "clinicians": 1, "users_per_peer": 1} for name in "AB"]
    with pytest.raises(ScenarioError, match=r"teams: 65,538 teams .* Allowed here: up to 65,536 teams"):
        Scenario(name="x", teams=many)
