"""Asking the model for findings: small ones of our own; whether those shipped come out is tested elsewhere."""

import csv
import json

import pytest
import yaml

from peersim.analysis.errors import QuestionError
from peersim.studies import validate as study
from peersim.studies.validate import KEPT_BACK, MANY, validate
from tests.commands import assert_refused, call, start
from tests.worlds import busy

# About one in twenty leaves in a week, whatever the defaults are.
BASE = busy({"model.hazard_base": -3.5, "model.hazard_intention": 1.0, "model.hazard_alienation": 0.5}, weeks=30)
SERVICES = {"providers": 3, "seed": 1, "vary": {"valuing.pay_parity": [0.8, 1.0]}}
TRUE = {"claim": "there is identity", "contrast": {"measure": "identity", "terms": {"baseline": 1}}, "above": 0}
FALSE = {"claim": "there is none", "contrast": {"measure": "identity", "terms": {"baseline": 1}}, "below": 0}
LEAVING = {"claim": "peers leave", "contrast": {"measure": "annual_leaving_rate", "terms": {"baseline": 1}}, "above": 0}
NOBODY_LEAVES = {"mechanism": "leaving", "set": {"model.off": ["leaving"]}}
NO_CULTURE = {"mechanism": "culture", "set": {"model.off": ["culture"]}}


def a_finding(number=1, *checks, **others):
    named = {"name": f"Finding {number}", "statement": f"It is so, number {number}.", "source": "Row 0"}
    return {"id": number, **named, "strength": "A", "weeks": 20, "checks": list(checks) or [TRUE], **others}


@pytest.fixture
def folder(tmp_path):
    """Puts findings into a folder of their own; falsifiers beneath it."""

    def written(*findings, falsifiers=()):
        place = tmp_path / "findings"
        (place / "falsifiers").mkdir(parents=True)
        files = {place / MANY: SERVICES}
        # Named so that the order of files is not that of numbers.
        files |= {place / f"{99 - content['id']}.yaml": content for content in findings}
        files |= {place / "falsifiers" / f"{99 - content['id']}.yaml": content for content in falsifiers}
        for path, content in files.items():
            path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return place

    return written


def asked(place, replicates=12, **options):
    return validate(replicates, base=BASE, folder=place, **options)


# verdicts -------------------------------------------------------------------------------------------------------------


def test_findings_come_out_or_do_not(folder):
    found = asked(folder(a_finding(2, FALSE), a_finding(1, TRUE), falsifiers=[a_finding(1, FALSE), a_finding(2, TRUE)]))
    assert [(one.finding.id, one.passed) for one in found.patterns] == [(1, True), (2, False)]
    assert [(one.finding.id, one.passed) for one in found.falsifiers] == [(1, False), (2, True)]
    assert found.failures == (found.patterns[1], found.falsifiers[0])


def test_a_finding_comes_out_only_if_all_its_claims_hold_and_shows_the_first_that_does_not(folder):
    (verdict,) = asked(folder(a_finding(1, TRUE, FALSE, LEAVING))).patterns
    assert [check.passed for check in verdict.checks] == [True, False, True]
    assert not verdict.passed
    assert verdict.headline.claim == "there is none"


def test_a_claim_has_to_go_with_the_mechanism_that_makes_it(folder):
    gone, still_there = asked(
        folder(a_finding(1, LEAVING, made_by=[NOBODY_LEAVES]), a_finding(2, LEAVING, made_by=[NO_CULTURE]))
    ).patterns
    assert gone.passed
    assert [(one.mechanism, one.check, one.gone) for one in gone.undone] == [("leaving", 1, True)]
    assert gone.undone[0].estimate.found == 0.0
    assert all(check.passed for check in still_there.checks)
    assert [one.gone for one in still_there.undone] == [False]
    assert not still_there.passed


def test_a_mechanism_undoes_only_the_checks_named(folder):
    cause = NOBODY_LEAVES | {"undoes": [2]}
    (verdict,) = asked(folder(a_finding(1, TRUE, LEAVING, made_by=[cause]))).patterns
    assert verdict.passed
    assert [one.check for one in verdict.undone] == [2]


@pytest.mark.parametrize(
    ("strength", "counts"), [("A", True), ("B", True), ("C/B", True), ("C", False), ("M", False), ("theory", False)]
)
def test_only_failures_of_what_is_well_supported_count(folder, strength, counts):
    found = asked(folder(a_finding(1, FALSE, strength=strength)))
    assert not found.patterns[0].passed
    assert bool(found.failures) is counts


def test_names_of_findings_are_told_before_they_are_asked_for(folder):
    told = []
    asked(folder(a_finding(2), a_finding(1), falsifiers=[a_finding(3)]), told=told.append)
    assert told == ["Finding 1", "Finding 2", "Finding 3"]


def test_the_same_seed_gives_the_same_numbers_and_another_others(folder):
    share = {"claim": "they are tired", "share": {"column": "exhaustion", "asked": {"week": 4}}, "above": 0}
    place = folder(a_finding(1, TRUE, share, made_by=[NO_CULTURE]))
    once, again, other = (asked(place, seed=seed).to_dict() for seed in (7, 7, 8))
    assert once == again
    numbers = [[check["found"] for check in one["patterns"][0]["checks"]] for one in (once, other)]
    assert numbers[0][0] != numbers[1][0]
    assert numbers[0][1] != numbers[1][1]


def test_the_last_seed_is_good_for_many_services_too(folder):
    share = {"claim": "some leave", "share": {"column": "left", "asked": {"week": 2, "follow": 9}}, "above": -1}
    assert asked(folder(a_finding(1, share)), seed=2**32 - 1).patterns[0].passed


def test_services_are_as_many_units_as_providers_and_have_people_of_their_own(folder):
    place = folder(a_finding())
    providers = study.services.load(place / MANY).scenarios(BASE)
    laboratory = study.Laboratory(BASE, providers, 40, 1)
    people = laboratory.arms(study.read(place)[0][0]).survey("services", 3, 2, "peers")
    assert set(people["unit"]) == {0, 1, 2}
    assert set(people["replicate"]) == {0, 1}, "a twentieth of the replicates"
    hours = [set(people.loc[people["unit"] == unit, "hours"]) for unit in range(3)]
    assert not hours[0] & hours[1]
    assert not hours[1] & hours[2]


# arms and causes ------------------------------------------------------------------------------------------------------


def scenario_of(place, arm, changes):
    """The scenario that a finding's arm is run in."""
    seen = []
    laboratory = study.Laboratory(BASE, [], 2)
    laboratory.run = lambda scenario, _: seen.append(scenario)
    laboratory.arms(study.read(place)[0][0], changes).results(arm)
    return seen[0]


def test_what_an_arm_and_a_cause_switch_off_is_off_together(folder):
    place = folder(a_finding(1, arms={"apart": {"model.off": ["peer_support"], "teams.peers": 2}}))
    scenario = scenario_of(place, "apart", {"model.off": ["culture"], "structure.flexibility": 1.0})
    assert set(scenario.model.off) == {"peer_support", "culture"}
    assert scenario == BASE.with_(
        {
            "teams.peers": 2,
            "structure.flexibility": 1.0,
            "model.off": scenario.model.off,
            "horizon_weeks": 20,
        }
    )


def test_what_a_cause_sets_goes_before_what_an_arm_sets(folder):
    place = folder(a_finding(1, arms={"rigid": {"structure.flexibility": 0.0}}))
    assert scenario_of(place, "rigid", {"structure.flexibility": 1.0}) == scenario_of(
        place, "baseline", {"structure.flexibility": 1.0}
    )


def test_the_baseline_is_the_scenario_itself_over_the_weeks_of_the_finding(folder):
    assert scenario_of(folder(a_finding()), "baseline", {}) == BASE.with_({"horizon_weeks": 20})


def test_worlds_make_a_run_longer(folder):
    place = folder(a_finding(1, worlds=2.5))
    laboratory = study.Laboratory(BASE, [], 4)
    assert laboratory.arms(study.read(place)[0][0]).results("baseline").replicates == 10


def test_a_run_asked_for_again_is_the_one_kept(folder):
    laboratory = study.Laboratory(BASE, [], 2)
    arms = laboratory.arms(study.read(folder(a_finding()))[0][0])
    first = arms.results("baseline")
    assert arms.results("baseline") is first
    for weeks in range(1, study.KEPT + 2):
        laboratory.run(BASE.with_({"horizon_weeks": weeks}), 1)
    again = arms.results("baseline")
    assert again is not first, "old runs are let go"
    assert again.weekly.equals(first.weekly)


# mistakes -------------------------------------------------------------------------------------------------------------


def with_contrast(**contrast):
    return a_finding(1, TRUE | {"contrast": contrast}, arms={"two": {"teams.peers": 2}})


def with_survey(**options):
    return a_finding(1, TRUE | {"contrast": None, "share": {"column": "left", "asked": {"week": 1, **options}}})


@pytest.mark.parametrize(
    ("finding", "message"),
    [
        (
            with_contrast(measure="identity", terms={"tow": 1}),
            "1, Finding 1: no such arm: 'tow'. Did you mean 'two'? Allowed: two, baseline",
        ),
        (with_contrast(measure="identity", terms={"services": 1}), "no such arm: 'services'. Allowed: two, baseline"),
        (with_contrast(measure="idntity", terms={"two": 1}), "1, Finding 1: no such outcome: 'idntity'"),
        (with_contrast(measure="identity", terms={"two @ 20": 1}), "'two @ 20'; the run has weeks 0 to 19"),
        (with_survey(arm="on"), "1, Finding 1: no such arm: 'on'. Allowed: baseline, services"),
        (with_survey(who="users"), "no such people asked in services: 'users'."),
        (a_finding(1, arms={"x": {}}, made_by=[{"mechanism": "x", "set": {"model.of": []}}]), "model.of"),
    ],
)
def test_what_a_finding_asks_for_and_is_not_there_is_named(folder, finding, message):
    with pytest.raises(QuestionError) as caught:
        asked(folder(finding), 2)
    assert message in str(caught.value)


def test_a_folder_without_services_is_refused(folder):
    place = folder(a_finding())
    (place / MANY).unlink()
    with pytest.raises(QuestionError, match="cannot be read as services"):
        asked(place)


# modules --------------------------------------------------------------------------------------------------------------

MODULE = """\
def check(replicates, seed):
    claims = {"it is a number": replicates + seed / 100, "it is none": float("nan")}
    return [
        {"claim": claim, "expected": "some", "found": found, "low": found, "high": found, "passed": found == found}
        for claim, found in claims.items()
    ]
"""


def test_a_module_answers_for_itself(folder):
    place = folder(a_finding(1, worlds=2, checks=[], module="own.py"))
    (place / "own.py").write_text(MODULE, encoding="utf-8")
    (verdict,) = asked(place, 5, seed=3).patterns
    assert [(one.claim, one.expected, one.passed) for one in verdict.checks] == [
        ("it is a number", "some", True),
        ("it is none", "some", False),
    ]
    assert verdict.checks[0].estimate.found == pytest.approx(10.03)
    assert not verdict.passed


# only ----------------------------------------------------------------------------------------------------------------


def test_only_the_patterns_asked_for(folder):
    place = folder(a_finding(1), a_finding(2), a_finding(3), falsifiers=[a_finding(1)])
    found = asked(place, only=[3, 1])
    assert [one.finding.id for one in found.patterns] == [1, 3]
    assert found.falsifiers == ()


def test_a_pattern_that_is_not_there_is_named_with_those_that_are(folder):
    with pytest.raises(QuestionError, match=r"pattern 7: no such pattern; allowed: 1, 2$"):
        asked(folder(a_finding(2), a_finding(1)), only=[1, 7])


@pytest.mark.parametrize("number", KEPT_BACK)
def test_patterns_kept_back_are_not_asked_for(folder, number):
    with pytest.raises(QuestionError, match=f"pattern {number}: is kept back"):
        asked(folder(a_finding(1)), only=[number])


# the command ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ship(monkeypatch, folder):
    """Has `peersim validate` ask small findings, quickly."""

    def shipped(*findings, **options):
        place = folder(*findings, **options)
        monkeypatch.setattr(study, "shipped", lambda: place)
        monkeypatch.setattr(study, "demo", lambda: BASE)
        monkeypatch.setattr(study, "FULL", 12)
        monkeypatch.setattr(study, "QUICK", 6)
        return place

    return shipped


def words(done):
    return " ".join(done.stdout.split())


def test_all_is_well(ship):
    ship(a_finding(1), a_finding(2), falsifiers=[a_finding(1)])
    done = call("validate")
    assert (done.exit_code, done.stderr) == (0, "")
    text = words(done)
    assert text.startswith("12 replicates a run, seed 1; intervals of 95 %")
    assert "2 of 2 patterns and 1 of 1 falsifier passed. Nothing of strength A or B fails." in text
    assert "FAIL" not in text


@pytest.mark.parametrize("strength", ["A", "A-", "B", "C/B", "M + A"])
def test_a_failure_that_counts_is_an_exit_status_of_1(ship, strength):
    ship(a_finding(1, FALSE, strength=strength))
    done = call("validate")
    assert done.exit_code == 1
    assert "0 of 1 pattern passed." in words(done)
    assert "Of strength A or B, these fail: pattern 1." in words(done)


@pytest.mark.parametrize("strength", ["C", "M", "theory"])
def test_a_failure_that_does_not_count_is_not(ship, strength):
    ship(a_finding(1, FALSE, strength=strength))
    done = call("validate")
    assert done.exit_code == 0
    assert "FAIL" in words(done)
    assert "0 of 1 pattern passed. Nothing of strength A or B fails." in words(done)


def test_what_would_falsify_the_model_is_an_exit_status_of_1(ship):
    ship(a_finding(1), falsifiers=[a_finding(4, FALSE)])
    done = call("validate")
    assert done.exit_code == 1
    assert "1 of 1 pattern and 0 of 1 falsifier passed." in words(done)
    assert "Of strength A or B, these fail: falsifier 4." in words(done)


def test_a_claim_that_does_not_go_with_its_mechanism_is_shown_where_it_stands(ship):
    reason = "Culture does not matter yet."
    ship(a_finding(1, LEAVING, made_by=[NO_CULTURE, NOBODY_LEAVES], failing=reason))
    done = call("validate")
    assert done.exit_code == 1
    text = words(done)
    assert "1. without culture not so" in text
    assert "STILL THERE" in text
    assert "1. without leaving not so 0.000 (0.000 to 0.000) gone, as it should" in text
    assert reason in text


def test_details_are_shown_of_what_is_asked_for_by_number_and_of_what_fails(ship):
    ship(a_finding(1, TRUE, LEAVING), a_finding(2, TRUE, FALSE))
    everything = words(call("validate"))
    assert "1. It is so, number 1." not in everything
    assert "2. It is so, number 2." in everything
    one = words(call("validate", "--only", 1))
    assert "1. It is so, number 1." in one
    assert "2. peers leave above 0" in one
    assert "number 2" not in one


def test_quick_takes_fewer_replicates(ship):
    ship(a_finding(1))
    assert words(call("validate", "--quick", "--seed", 4)).startswith("6 replicates a run, seed 4;")


def test_what_cannot_be_computed_is_said_so(ship):
    never = {
        "claim": "stay for two years",
        "contrast": {"measure": "retention_24m", "terms": {"baseline": 1}},
        "above": 0,
    }
    ship(a_finding(1, never))
    done = call("validate")
    assert done.exit_code == 1
    assert "cannot be computed" in words(done)


CONTRACT = {"id", "statement", "expected", "found", "low", "high", "passed", "strength"}


def strict(text):
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


def test_json_is_strict_and_keeps_its_promise(ship):
    never = {
        "claim": "stay for two years",
        "contrast": {"measure": "retention_24m", "terms": {"baseline": 1}},
        "above": 0,
    }
    ship(a_finding(1, never), a_finding(2, LEAVING, made_by=[NOBODY_LEAVES]), falsifiers=[a_finding(1)])
    done = call("validate", "--json")
    assert (done.exit_code, done.stderr) == (1, "")
    found = strict(done.stdout)
    assert set(found) == {"replicates", "seed", "patterns", "falsifiers"}
    entries = found["patterns"] + found["falsifiers"]
    for entry in entries:
        assert set(entry) == CONTRACT | {"name", "claim", "source", "reason", "checks", "made_by"}
        assert isinstance(entry["passed"], bool)
    assert [(entry["id"], entry["passed"]) for entry in entries] == [(1, False), (2, True), (1, True)]
    assert [entries[0][name] for name in ("found", "low", "high")] == [None, None, None]
    assert entries[1]["low"] <= entries[1]["found"] <= entries[1]["high"]
    assert entries[1]["made_by"][0].keys() == {"mechanism", "check", "found", "low", "high", "gone"}


def test_everything_is_written_where_asked(ship, tmp_path):
    ship(a_finding(1, TRUE, LEAVING), a_finding(2), falsifiers=[a_finding(1, FALSE)])
    out = tmp_path / "new" / "folder"
    done = call("validate", "--json", "--out", out)
    assert sorted(path.name for path in out.iterdir()) == ["checks.csv", "findings.json"]
    assert strict((out / "findings.json").read_text(encoding="utf-8")) == strict(done.stdout)
    with (out / "checks.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["kind"], row["id"], row["claim"], row["passed"]) for row in rows] == [
        ("pattern", "1", "there is identity", "True"),
        ("pattern", "1", "peers leave", "True"),
        ("pattern", "2", "there is identity", "True"),
        ("falsifier", "1", "there is none", "False"),
    ]
    assert set(rows[0]) == {"kind", "id", "name", "strength", "claim", "expected", "found", "low", "high", "passed"}


def test_a_file_is_no_folder_to_write_to_and_nothing_is_run(ship, tmp_path):
    ship(a_finding(1))
    (tmp_path / "notes").write_text("mine")
    assert_refused(call("validate", "--out", tmp_path / "notes"), "notes", "is a file; --out takes a folder")
    assert (tmp_path / "notes").read_text() == "mine"


@pytest.mark.parametrize(
    ("number", "parts"),
    [(99, ("pattern 99: no such pattern; allowed: 1, 2",)), (15, ("pattern 15: is kept back", "afterwards"))],
)
def test_patterns_that_cannot_be_asked_for_are_refused(ship, number, parts):
    ship(a_finding(1), a_finding(2))
    assert_refused(call("validate", "--only", number), *parts)


def test_a_finding_with_a_mistake_is_refused_in_words(ship):
    ship(a_finding(1, TRUE | {"abov": 1}))
    assert_refused(call("validate"), "98.yaml: checks.0: no such key: 'abov'. Did you mean 'above'?")


def test_help_is_there_at_once():
    with start("validate", "--help") as process:
        out, _ = process.communicate()
    assert process.returncode == 0
    assert "Exit status 1 if a pattern of strength A or B does not come out" in " ".join(out.split())
