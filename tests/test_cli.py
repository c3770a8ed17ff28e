"""What is asked on the command line is done, and what cannot be done is told in words, with the right exit status."""

import dataclasses
import json
import signal

import pytest

import peersim
from peersim.cli import common, scenarios
from peersim.results.outcomes import GROUPS, OUTCOMES
from peersim.scenario.mechanisms import MECHANISMS
from tests.commands import START, assert_refused, call, start

SCENARIO = """\
name: Trial
horizon_weeks: 20
teams:
  - {name: North, peers: 2, clinicians: 3, users_per_peer: 4}
changes:
  - {week: 10, set: {support.supervision.every_weeks: 1}}
"""


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compiling announces itself on standard error; it is done before these tests look there."""
    peersim.run(peersim.demo(), 1, weeks=1)


@pytest.fixture
def trial(tmp_path):
    path = tmp_path / "trial.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


# run --------------------------------------------------------------------------


def test_run_prints_every_outcome_and_says_how_to_read_them(trial):
    done = call("run", trial, "-n", 2)
    assert done.exit_code == 0
    assert done.stderr == ""
    text = " ".join(done.stdout.split())
    assert "Trial: 2 replicates, 20 weeks, seed 1" in text
    for outcome in OUTCOMES.values():
        assert outcome.label.split()[0] in text
    assert "Retention after 12 and 24 months takes at least 52 and 104 weeks." in text
    assert "entry cohort (first holders of all posts, leavers as they left): identity 0." in text


def test_every_outcome_has_its_place_in_the_table():
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(OUTCOMES)


def test_one_replicate_has_no_interval(trial):
    assert "One replicate has no interval" in call("run", trial, "-n", 1).stdout


def test_json_is_one_object_and_nothing_else(trial):
    with start("run", trial, "-n", 2, "--seed", 5, "--json") as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    found = json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    results = peersim.run(peersim.load(trial), 2, seed=5)
    assert found == {
        "scenario": "Trial",
        "replicates": 2,
        "seed": 5,
        "weeks": 20,
        "outcomes": {
            name: {
                "mean": row["mean"] if row["replicates"] else None,
                "low": row["low"] if row["replicates"] else None,
                "high": row["high"] if row["replicates"] else None,
                "unit": OUTCOMES[name].unit,
            }
            for name, row in results.outcomes.iterrows()
        },
    }
    assert list(found["outcomes"]) == list(OUTCOMES)
    assert found["outcomes"]["retention_24m"]["mean"] is None


def test_weeks_changes_the_horizon(trial):
    found = json.loads(call("run", trial, "-n", 1, "--weeks", 15, "--json").stdout)
    assert found["weeks"] == 15
    assert found["outcomes"]["identity"]["low"] is None


@pytest.mark.parametrize("by_team", [False, True])
def test_out_holds_everything_and_reruns_to_the_same(by_team, trial, tmp_path):
    options = ["--by-team"] if by_team else []
    first = call("run", trial, "-n", 2, "--seed", 3, "--set", "culture.valuing=0.9", "--out", tmp_path / "a", *options)
    assert (first.exit_code, first.stderr) == (0, "")
    assert f"Files are in {tmp_path / 'a'}" in first.stdout.replace("\n", "")
    figures = sorted(path.name for path in (tmp_path / "a" / "figures").iterdir())
    assert len(figures) == 5
    assert (tmp_path / "a" / "teams.parquet").exists() == by_team
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text())
    assert manifest["seconds"] > 0
    assert manifest["started"][-6] in "+-"
    assert {f"figures/{name}" for name in figures} <= {entry["name"] for entry in manifest["files"]}
    again = call("run", tmp_path / "a" / "scenario.yaml", "-n", 2, "--seed", 3, "--out", tmp_path / "b", *options)
    assert again.exit_code == 0
    for name in ("summary.csv", "scenario.yaml", "weekly.parquet", "events.parquet", "people.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize(
    ("setting", "changes"),
    [
        ("support.supervision.every_weeks=1", {"support.supervision.every_weeks": 1}),
        ("policies.support.supervision.by=peer_lead", {"support.supervision.by": "peer_lead"}),
        (" teams.peers = 2 ", {"teams.peers": 2}),
        ("teams.0.name=North: the first", {"teams.0.name": "North: the first"}),
        ('name="4"', {"name": "4"}),
        ("name=a=b", {"name": "a=b"}),
        ("model.off=[socialisation, culture]", {"model.off": ["socialisation", "culture"]}),
        ("model.off=[]", {"model.off": []}),
        ("costs.price_year=2025", {"costs.price_year": 2025}),
        (
            "changes=[{week: 3, set: {culture.valuing: 1e-1}}]",
            {"changes": [{"week": 3, "set": {"culture.valuing": 0.1}}]},
        ),
    ],
)
def test_set_takes_values_as_a_file_does(setting, changes):
    assert common.read_scenario("demo", [setting]) == peersim.demo().with_(changes)


def test_set_may_be_repeated_and_the_last_counts():
    assert common.read_scenario("demo", ["teams.peers=2", "teams.peers=3", "name=A"]) == peersim.demo().with_(
        {"teams.peers": 3, "name": "A"}
    )


def test_a_file_called_demo_comes_before_the_demonstration(trial, monkeypatch):
    monkeypatch.chdir(trial.parent)
    trial.rename("demo")
    assert common.read_scenario("demo", []).name == "Trial"


# refusals ---------------------------------------------------------------------

SUPERVISION = "support.supervision.every_weeks"


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--set", "support.supervison.every_weeks=1"], ["with --set", f"Did you mean '{SUPERVISION}'?"]),
        (["--set", f"{SUPERVISION}=99"], [f"{SUPERVISION}: 99 is out of range", "from 0 to 52 (weeks)"]),
        (["--set", f"{SUPERVISION}=often"], ["expected a number, found the text 'often'"]),
        (["--set", f"{SUPERVISION}=[1]"], ["expected a number, found a list"]),
        (["--set", "sector=nhs"], ["sector: found the text 'nhs'", "nhs_trust, voluntary, partnership"]),
        (["--set", "teams=[]"], ["teams: the list is empty; at least one entry is needed"]),
        (["--set", "teams.peers=0"], ["teams.0.peers: 0 is out of range", "from 1 to 200 (posts)"]),
        (["--set", "teams.clinicians=0"], ["teams.0.clinicians: 0 is out of range"]),
        (["--set", "model.off=[socialising]"], ["no such mechanism", "socialisation"]),
        (["--set", "model.off=[leaving"], ["--set model.off", "cannot be read as YAML"]),
        (["--set", "model.off=[!!python/name:os.system '']"], ["tags are not allowed"]),
        (["--set", "model.off=[&a x, *a]"], ["write it out"]),
        (["--set", "teams.peers"], ["--set teams.peers: expected KEY=VALUE"]),
        (["--set", "=2"], ["--set =2: expected KEY=VALUE"]),
        (["--weeks", "10"], ["with --weeks: changes.0.week: 10 is at or beyond the horizon", "0 to 9"]),
        (["--weeks", "0"], ["horizon_weeks: 0 is out of range", "from 1 to 1,040 (weeks)"]),
        (["--weeks", "5", "--set", "teams.peers=0"], ["with --set and --weeks", "teams.0.peers", "changes.0.week"]),
        (["--weeks", "soon"], ["--weeks"]),
        (["-n", "0"], ["--replicates"]),
        (["-n", "1.5"], ["--replicates"]),
        (["--seed", "-1"], ["--seed"]),
        (["--seed", str(2**32)], ["--seed"]),
        (["--by-team"], ["--by-team", "--out"]),
        (["--bogus"], ["No such option: --bogus"]),
    ],
)
def test_what_cannot_be_run_is_refused(options, parts, trial, monkeypatch):
    monkeypatch.setattr(peersim, "run", lambda *_, **__: pytest.fail("got as far as computing"))
    assert_refused(call("run", trial, *options), *parts)


@pytest.mark.parametrize("command", ["run", "check", "story"])
@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "is empty"),
        (b"name: [", "line 1: cannot be read as YAML"),
        (b"name: A\nteams: []\n", "line 2: teams: the list is empty"),
        (b"name: A\nhorizn_weeks: 3\n", "line 2: horizn_weeks: no such key. Did you mean 'horizon_weeks'?"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"name: A\x07\n", "cannot be read as YAML"),
        (b"a: " + b"x" * 2_000_000, "is larger than 1,000,000 bytes"),
        (b"[" * 100_000, "is nested more than 20 levels deep"),
        (b"name: " + b"[" * 1000 + b"]" * 1000, "is nested more than 20 levels deep"),
        (b"a: &a [x]\nb: [*a, *a]\n", "write it out"),
        (b"!!python/object/apply:os.system [exit]\n", "is not a scenario"),
        (b"- 1\n", "is not a scenario"),
        (b"name: A\n---\nname: B\n", "a second document begins here"),
    ],
)
def test_files_that_hold_anything_are_refused(command, content, part, tmp_path):
    path = tmp_path / "trial.yaml"
    path.write_bytes(content)
    assert_refused(call(command, path), f"{path}", part)


@pytest.mark.parametrize("command", ["run", "check", "story"])
def test_files_that_are_not_there_are_refused(command, tmp_path):
    assert_refused(call(command, tmp_path / "none.yaml"), "none.yaml: no such file")
    assert_refused(call(command, tmp_path), "is a folder, not a scenario file")
    assert_refused(call(command), "Missing argument")


@pytest.mark.parametrize(
    ("out", "part"),
    [
        ("full", "full: exists already and is not empty; name a new folder, or remove it first"),
        ("full/a", "a: is a file; name a new folder"),
        ("full/a/new", "new: cannot be written (Not a directory)"),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused_before_computing(out, part, trial, tmp_path, monkeypatch):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("keep")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(peersim, "run", lambda *_, **__: pytest.fail("got as far as computing"))
    assert_refused(call("run", trial, "--out", tmp_path / out), "--out ", part)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "full" / "a").read_text() == "keep"


def test_faults_of_peersim_keep_their_traceback(trial, monkeypatch):
    def fail(*_, **__):
        raise ValueError("a fault")

    monkeypatch.setattr(peersim, "run", fail)
    done = call("run", trial)
    assert done.exit_code == 1
    assert isinstance(done.exception, ValueError)


# streams and signals ----------------------------------------------------------


@pytest.mark.parametrize("forced", [False, True])
def test_progress_is_shown_on_a_terminal_only_and_never_on_standard_output(forced, trial, tmp_path, monkeypatch):
    monkeypatch.setattr(common, "PATIENCE", 0.0)
    if forced:
        monkeypatch.setenv("FORCE_COLOR", "1")  # rich then takes any stream for a terminal
    done = call("run", trial, "-n", 2, "--json", "--out", tmp_path / "new")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["replicates"] == 2
    assert ("Simulating" in done.stderr) == forced
    assert ("Writing tables and figures" in done.stderr) == forced


def test_a_reader_who_goes_away_is_taken_quietly():
    with start("parameters") as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode in (0, 1)


# Says where it is and waits there: while worlds are lived, or while figures are drawn.
WAITING = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may start its background jobs without
import peersim.ensemble, peersim.report.figures

def wait(*arguments, real=peersim.ensemble.live_chunk, **options):
    sys.stderr.write("here\\n")  # in one piece: two threads may be here
    time.sleep({seconds})
    return real(*arguments, **options)

peersim.{where} = wait
"""


@pytest.mark.parametrize(
    ("signal_sent", "where", "seconds"),
    [
        (signal.SIGINT, "ensemble.live_chunk", 0.2),
        (signal.SIGTERM, "ensemble.live_chunk", 0.2),
        (signal.SIGINT, "report.figures.run.save_all", 100),
    ],
)
def test_an_interruption_leaves_nothing_behind(signal_sent, where, seconds, trial, tmp_path):
    code = WAITING.format(where=where, seconds=seconds) + START
    replicates = 100_000 if "live" in where else 2
    with start("run", trial, "-n", replicates, "--out", tmp_path / "made" / "new", code=code) as process:
        try:
            assert process.stderr.readline() == "here\n"
            assert len(list(tmp_path.iterdir())) == 2
            process.send_signal(signal_sent)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert (out, err.replace("here\n", "")) == ("", "peersim: interrupted; no files were left behind\n")
    assert list(tmp_path.iterdir()) == [trial]


# the other commands -----------------------------------------------------------


def test_version():
    assert call("--version").stdout == f"peersim {peersim.__version__}\n"


def test_without_a_command_there_is_help():
    assert "Commands:" in call().output
    for command in ("run", "check", "schema", "parameters", "mechanisms", "story"):
        assert command in call("--help").stdout
        assert call(command, "-h").exit_code == 0


def test_check_names_what_is_right_and_what_is_wrong(trial, tmp_path):
    done = call("check", trial)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{trial}: no problem found. Scenario('Trial', nhs_trust, 20 weeks, 1 team, 2 peers")
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: A\n", encoding="utf-8")
    done = call("check", bad, trial)
    assert done.exit_code == 2
    assert "no problem found" in done.stdout
    assert "bad.yaml: teams: is missing." in done.stderr


def test_schema_is_that_of_scenario_files():
    assert json.loads(call("schema").stdout) == json.loads(json.dumps(peersim.json_schema()))


def test_parameters_lists_every_key_with_its_evidence():
    done = call("parameters")
    assert done.exit_code == 0
    for parameter in peersim.registry():
        assert parameter.key in done.stdout


def test_parameters_of_one_group():
    text = " ".join(call("parameters", "--group", "support").stdout.split())
    assert "support.supervision.every_weeks" in text
    assert "a number from 0 to 52 (weeks)" in text
    assert "Evidence: A (Mor Barak" in text
    assert "culture.valuing" not in text
    assert_refused(call("parameters", "--group", "supprt"), "--group supprt: no such group", "support, structure")


def test_parameters_as_json():
    listed = json.loads(call("parameters", "--json").stdout)
    expected = [dataclasses.asdict(parameter) for parameter in peersim.registry()]
    assert listed == json.loads(json.dumps(expected))


@pytest.mark.parametrize(
    ("default", "text"), [(None, "has to be given"), ((), "[]"), (("a", "b"), "[a, b]"), (True, "true"), (0.25, "0.25")]
)
def test_defaults_are_written_as_in_a_file(default, text):
    assert scenarios._default(default) == text


def test_mechanisms_are_listed_in_the_order_of_the_week():
    lines = call("mechanisms").stdout.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == list(MECHANISMS)


def test_story_is_told_of_whom_was_asked(monkeypatch):
    asked = {}

    def tell(scenario, **options):
        asked.update(options, scenario=scenario)
        return "Once upon a time"

    monkeypatch.setattr(peersim, "story", tell)
    done = call("story", "demo", "--seed", 4, "--replicate", 3, "--person", "North/1/2", "--set", "name=A")
    assert (done.exit_code, done.stdout) == (0, "Once upon a time\n")
    scenario = peersim.demo().with_({"name": "A"})
    assert asked == {"scenario": scenario, "seed": 4, "replicate": 3, "person": "North/1/2"}


def test_story_of_nobody_is_refused():
    assert_refused(call("story", "demo", "--person", "nobody"), "--person: found 'nobody'", "Community team 1/1")
