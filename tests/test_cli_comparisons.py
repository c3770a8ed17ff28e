"""compare, attribute, mechanisms and story --with: a question in, an answer in words out, and refusals that help."""

import json

import pytest

import peersim
from peersim.cli.arms import named_changes
from peersim.cli.common import RefusedError
from peersim.results.outcomes import OUTCOMES
from peersim.scenario.switches import SWITCHABLE
from tests.commands import assert_refused, call, start

BASE = """\
name: Trial
horizon_weeks: 20
teams:
  - {name: North, peers: 2, clinicians: 3, users_per_peer: 4}
"""
OTHER = BASE.replace("Trial", "Weekly") + "policies: {support: {supervision: {every_weeks: 1}}}\n"
BUNDLE = OTHER.replace("Weekly", "Bundle") + "costs: {hire: 100}\n"
WEEKLY = "weekly supervision: support.supervision.every_weeks=1"


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compiling announces itself on standard error; it is done before these tests look there."""
    peersim.run(peersim.demo(), 1, weeks=1)


@pytest.fixture
def write(tmp_path):
    def written(name, text):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def trial(write):
    return write("trial", BASE)


# compare ----------------------------------------------------------------------


def test_compare_tells_every_outcome_of_every_scenario(trial, write):
    done = call("compare", trial, write("other", OTHER), "--with", "flexible: structure.flexibility=1", "-n", 4)
    assert (done.exit_code, done.stderr) == (0, "")
    text = " ".join(done.stdout.split())
    assert "Weekly, compared with Trial: 4 pairs, 20 weeks, seed 1" in text
    assert "flexible, compared with Trial: 4 pairs" in text
    assert "Differs in: support.supervision.every_weeks 4 -> 1" in text
    assert "Differs in: structure.flexibility 0.4 -> 1" in text
    assert text.count("Cost and effect: Over the whole horizon it costs") == 2
    assert text.count("independent runs would have needed") == 2
    assert "No QALYs are given" in text
    assert "no value within these weeks" in text  # retention after 24 months
    for outcome in OUTCOMES.values():
        assert text.count(outcome.label.split()[0]) >= 2


def test_a_narrow_window_shows_what_matters(trial):
    with start("compare", trial, "--with", WEEKLY, "-n", 2) as process:  # 100 columns
        out, _ = process.communicate()
    assert "verdict" in out
    assert "pairs needed" not in out
    assert "More columns in a window of 118 columns" in out
    assert max(map(len, out.splitlines())) <= 100


def test_compare_prints_json_and_nothing_else(trial):
    with start("compare", trial, "--with", WEEKLY, "-n", 3, "--seed", 5, "--json") as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    found = json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    base = peersim.load(trial)
    arms = {"weekly supervision": base.with_({"support.supervision.every_weeks": 1})}
    assert found == json.loads(json.dumps(peersim.compare(base, arms, 3, 5).to_dict()))
    assert found["baseline"] == "Trial"
    assert {row["scenario"] for row in found["contrasts"]} == {"weekly supervision"}


def test_a_cheap_effect_of_choice(trial):
    done = call("compare", trial, "--with", WEEKLY, "-n", 6, "--effect", "identity", "--json")
    (value,) = json.loads(done.stdout)["cost_effectiveness"]
    assert value["effect_name"] == "identity"
    assert value["per_unit"]["ratio"] > 0


def test_settings_hold_in_every_scenario(trial, write):
    done = call("compare", trial, write("other", OTHER), "--set", "costs.hire=1", "--weeks", 10, "-n", 2)
    text = " ".join(done.stdout.split())
    assert "2 pairs, 10 weeks" in text
    assert "Differs in: support.supervision.every_weeks 4 -> 1 Cost" in text


def test_precision_says_whether_it_was_reached(trial):
    reached = call("compare", trial, "--with", WEEKLY, "-n", 4, "--precision", "identity=0.5")
    assert "asked ±0.5, reached." in " ".join(reached.stdout.split())
    capped = call("compare", trial, "--with", WEEKLY, "-n", 4, "--precision", "identity=0.000001", "--most", 6)
    text = " ".join(capped.stdout.split())
    assert "with 6 pairs; asked ±1e-06, not reached at the cap (--most) in 'weekly supervision': " in text


def test_teams_that_differ_are_compared_and_told(trial):
    text = " ".join(call("compare", trial, "--with", "a third peer: teams.peers=3", "-n", 2).stdout.split())
    assert "Who is paired: the teams differ; the same people with the same luck hold 2 of the peer posts (2 in" in text


def test_scenarios_of_one_name_go_by_their_files(trial, write):
    copy = write("copy", OTHER.replace("Weekly", "Trial"))
    assert f"Trial ({copy}), compared with Trial" in " ".join(call("compare", trial, copy, "-n", 1).stdout.split())


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ((), ("name at least one other scenario",)),
        (("--with", "support.supervision.every_weeks=1"), ("expected a name, a colon and settings",)),
        (("--with", "a:"), ("sets nothing",)),
        (("--with", "a: structure.flexibility=1,,sector=voluntary"), ("an empty setting",)),
        (("--with", WEEKLY, "--effect", "cost_per_year"), ("effect cost_per_year: no such outcome",)),
        (("--with", "a: structure.flexibility"), ("--with structure.flexibility: expected KEY=VALUE",)),
        (("--with", "a: structure.flexibilty=1"), ("--with 'a: struc", "no such key", "structure.flexibility")),
        (("--with", "a: structure.flexibility=2"), ("structure.flexibility", "from 0 to 1")),
        (("--with", "a: structure.flexibility=1, structure.flexibility=0"), ("is set twice",)),
        (("--with", "a: structure.flexibility=0.4"), ("a: changes nothing",)),
        (("--with", "a: horizon_weeks=9"), ("a: horizon_weeks: found 9; allowed: 20", "--weeks 9")),
        (("--with", WEEKLY, "--with", WEEKLY), ("two scenarios are named 'weekly supervision'",)),
        (("--with", WEEKLY, "--precision", "identity"), ("--precision identity: expected OUTCOME=HALF",)),
        (("--with", WEEKLY, "--precision", "idntity=1"), ("precision idntity: no such outcome", "'identity'")),
        (("--with", WEEKLY, "--precision", "identity=-1"), ("found -1.0; allowed: a number above 0",)),
        (("--with", WEEKLY, "--precision", "retention_12m=0.1"), ("cannot be reached", "at least 52 weeks")),
        (("--with", WEEKLY, "--effect", "qaly"), ("effect qaly: no such outcome",)),
        (("no_such_file.yaml",), ("no_such_file.yaml",)),
    ],
)
def test_comparisons_that_cannot_be_made_are_refused(trial, arguments, parts):
    assert_refused(call("compare", trial, "-n", 2, *arguments), *parts)


# --with -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name", "changes"),
    [
        (WEEKLY, "weekly supervision", {"support.supervision.every_weeks": 1}),
        (
            "a: model.off=[culture, leaving], sector=voluntary",
            "a",
            {"model.off": ["culture", "leaving"], "sector": "voluntary"},
        ),
        ("a: name='x, y: z'", "a", {"name": "x, y: z"}),
        (
            "b: structure.manager_support={team: 1, middle: 0.5}",
            "b",
            {"structure.manager_support": {"team": 1, "middle": 0.5}},
        ),
        ("  c :  structure.flexibility = 1 ,", "c", {"structure.flexibility": 1}),
    ],
)
def test_scenarios_written_on_the_command_line(written, name, changes):
    assert named_changes(written) == (name, changes)


@pytest.mark.parametrize("written", ["", ":", "a", ": x=1", "a=1", "a=1: b=2", "a: ,", "a: b=1,,c=2"])
def test_what_is_no_scenario_on_the_command_line(written):
    with pytest.raises(RefusedError, match="--with"):
        named_changes(written)


# attribute --------------------------------------------------------------------


def test_attribute_splits_a_bundle_and_adds_up(trial, write):
    bundle = write("bundle", BUNDLE)
    done = call("attribute", trial, bundle, "-n", 4, "--set", "valuing.pay_parity=1", "--outcome", "cost_per_year")
    assert (done.exit_code, done.stderr) == (0, "")
    text = " ".join(done.stdout.split())
    assert "Bundle, compared with Trial: 4 pairs, 20 weeks, seed 1" in text
    for part in ("Supporting the individual peer worker", "Unit costs", "all together"):
        assert part in text
    assert "All 4 subsets of the parts were run." in text


def test_attribute_prints_json(trial):
    written = "both: support.supervision.every_weeks=1, structure.flexibility=1"
    done = call("attribute", trial, "--with", written, "--by", "key", "-n", 3, "--json")
    found = json.loads(done.stdout)
    assert [part["name"] for part in found["parts"]] == ["support.supervision.every_weeks", "structure.flexibility"]
    shares = sum(row["share"] for row in found["shares"] if row["outcome"] == "identity")
    total = next(row["difference"] for row in found["total"] if row["outcome"] == "identity")
    assert shares == pytest.approx(total)
    assert len(found["interactions"]) == len(OUTCOMES)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ((), ("one bundle is taken apart at a time; found 0",)),
        (("--with", WEEKLY, "--with", "a: structure.flexibility=1"), ("found 2",)),
        (("--with", "a: structure.flexibility=0.4"), ("a: changes nothing",)),
        (("--with", WEEKLY, "--by", "team"), ("by: found 'team'; allowed: theme, key",)),
        (("--with", WEEKLY, "--outcome", "trst"), ("--outcome trst: no such outcome", "'trust'")),
    ],
)
def test_bundles_that_cannot_be_taken_apart_are_refused(trial, arguments, parts):
    assert_refused(call("attribute", trial, "-n", 2, *arguments), *parts)


# mechanisms -------------------------------------------------------------------


def test_mechanisms_of_a_scenario_are_switched_off_in_turn(trial):
    done = call("mechanisms", trial, "-n", 2, "--json")
    found = json.loads(done.stdout)
    assert {row["mechanism"] for row in found} == set(SWITCHABLE)
    assert {row["outcome"] for row in found} == set(OUTCOMES)
    by = {(row["mechanism"], row["outcome"]): row for row in found}
    assert by["policy", "identity"]["difference"] == 0
    assert by["reflection", "identity"]["difference"] != 0


def test_mechanisms_as_tables(trial):
    text = " ".join(call("mechanisms", trial, "-n", 2, "--outcome", "trust").stdout.split())
    assert "What each mechanism does in Trial: 2 pairs, 20 weeks, seed 1" in text
    assert "Users' trust (higher is better):" in text
    assert "Peer identity" not in text


def test_mechanisms_of_an_unknown_outcome_are_refused(trial):
    assert_refused(call("mechanisms", trial, "--outcome", "x"), "--outcome x: no such outcome")


# story ------------------------------------------------------------------------


def test_two_lives_side_by_side(trial):
    done = call("story", trial, "--person", "North/1", "--with", WEEKLY)
    assert done.exit_code == 0
    assert (
        done.stdout
        == peersim.two_lives(
            peersim.load(trial),
            peersim.load(trial).with_({"support.supervision.every_weeks": 1}),
            "weekly supervision",
            person="North/1",
        )
        + "\n"
    )


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("--person", "South/1", "--with", WEEKLY), ("--person: found 'South/1'",)),
        (("--with", "a: structure.flexibility=0.4"), ("the two scenarios do not differ",)),
        (("--with", "a: horizon_weeks=9"), ("horizon_weeks",)),
    ],
)
def test_lives_that_cannot_be_told_are_refused(trial, arguments, parts):
    assert_refused(call("story", trial, *arguments), *parts)
