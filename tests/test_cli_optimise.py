"""`peersim optimise` as people use it."""

import json
import re
import shutil

import pytest
import yaml
from typer.testing import CliRunner

import peersim as ps
from peersim.cli import app
from peersim.results import files
from peersim.studies import optimise as module
from tests.commands import assert_refused, call, start
from tests.studies import small

QUICK = (
    "--objective",
    "identity",
    "--objective",
    "cost_per_year",
    "--population",
    6,
    "--generations",
    3,
    "--states",
    3,
)
CONTENT = {
    "name": "A search",
    "base": "base.yaml",
    "levers": {
        "support.supervision.every_weeks": [1, 2, 4, 8],
        "valuing.pay_parity": {"low": 0.8, "high": 1.2},
        "valuing.team_training_per_year": [0, 2, 6],
    },
    "uncertainties": {"teams.pressure": {"low": 0.2, "high": 0.9}},
    "replicates": 4,
}


@pytest.fixture
def written(tmp_path):
    small.base().save(tmp_path / "base.yaml")

    def write(**content):
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump(CONTENT | content, sort_keys=False), encoding="utf-8")
        return path

    return write


@pytest.fixture
def study(written):
    return written()


def test_optimise_tells_today_the_front_the_knee_and_the_doubts(study, tmp_path):
    done = call("optimise", study, "--budget", 70000, "--out", tmp_path / "out", *QUICK)
    assert (done.exit_code, done.stderr) == (0, "")
    text = " ".join(done.stdout.split())
    for part in (
        "A search: at most 70,000 pounds a year",
        "4 replicates in the search, 20 more for the front, seed 1; all costs counted",
        "Today (Small base) costs £",
        "below the budget of £70,000",
        "The knee, which gives up least in all objectives together, is policy",
        "The front (change against today, same people and luck)",
        "Over 3 states of the world: what is reached in nine of ten (and in the worst)",
        "In 20 replicates that the search had not seen,",
        "Files are in",
    ):
        assert part in text
    assert len(re.findall(r"^\d+ knee ", done.stdout, re.MULTILINE)) == 2
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "base.yaml",
        "candidates.parquet",
        "convergence.csv",
        "figures",
        "front.csv",
        "knee.yaml",
        "manifest.json",
        "robustness.csv",
        "states.csv",
        "store",
        "study.yaml",
        "summary.json",
    }
    content = files.of_kind(tmp_path / "out", module.KIND)
    described = {entry["name"] for entry in content["files"]}
    assert {"figures/front.png", "figures/levers.png", "figures/robustness.png", "front.csv"} <= described
    assert (content["budget"], content["population"], content["states"]) == (70000, 6, 3)
    assert ps.load(tmp_path / "out" / "knee.yaml").name.startswith("Small base: policy ")


def test_optimise_prints_json_and_nothing_else(study, tmp_path):
    arguments = ("optimise", study, "--budget", 70000, "--out", tmp_path / "out", *QUICK, "--json")
    with start(*arguments) as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    found = json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert found == json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert found["objectives"] == ["identity", "cost_per_year"]
    assert found["front"][0]["policy"] == "today"
    assert found["knee"] in {row["policy"] for row in found["front"]}


def test_a_narrow_window_leaves_out_what_is_missed_least(study, tmp_path):
    arguments = [str(part) for part in ("optimise", study, "--budget", 70000, "--out", tmp_path / "out", *QUICK)]
    wide, narrow = (CliRunner().invoke(app, arguments, env={"COLUMNS": str(width)}).stdout for width in (100, 70))
    assert "(change against today, same people and luck)" in wide
    assert "More columns in a wider window and in front.csv." in narrow
    assert "change against today" not in narrow
    for text, width in ((wide, 100), (narrow, 70)):
        assert "…" not in text.replace("every …", "")
        assert max(len(line) for line in text.splitlines() if "Files are in" not in line) <= width


def test_a_study_without_uncertainties_says_nothing_of_states(written, tmp_path):
    done = call("optimise", written(uncertainties={}), "--budget", 70000, "--out", tmp_path / "out", *QUICK)
    assert done.exit_code == 0
    assert "states of the world" not in done.stdout
    assert "The study names no uncertainties" in done.stdout


def test_what_was_not_on_the_command_line_is_as_in_python(study, tmp_path, monkeypatch):
    asked = {}

    def stop(*_, **options):
        asked.update(options)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "optimise", stop)
    done = call("optimise", study, "--budget", 5, "--out", tmp_path / "out")
    assert done.exit_code == 130
    assert "the same command goes on from there" in done.stderr
    assert set(asked) == {"workers", "cluster", "store", "yes", "progress", "told"}


def test_help_names_the_defaults():
    text = " ".join(call("optimise", "--help").stdout.split())
    assert f"Policies of a generation; {module.POPULATION} by default" in text
    assert f"Generations; {module.GENERATIONS} by default" in text
    assert f"States of the world to try the front in; {module.STATES} by default" in text
    assert f"By default {module.OBJECTIVES[0]}, {module.OBJECTIVES[1]} and {module.OBJECTIVES[2]}" in text


def test_an_unused_design_is_told_on_standard_error(written, tmp_path):
    done = call("optimise", written(design={"sobol": 4}), "--budget", 70000, "--out", tmp_path / "out", *QUICK)
    assert done.exit_code == 0
    assert done.stderr == "the study's design (sobol) is not used: a search decides itself what it tries\n"


@pytest.mark.parametrize(
    ("content", "arguments", "parts"),
    [
        ({}, ("--budget", 0), ("budget: found 0; allowed: pounds a year, above 0",)),
        ({}, ("--budget", 100), ("budget 100: no policy within these ranges costs so little", "The cheapest costs £")),
        ({}, ("--budget", 5, "--objective", "identty"), ("objective identty: no such outcome", "'identity'")),
        ({"levers": {}}, ("--budget", 5), ("A search: has no levers",)),
        ({"levers": {"no.such": [1]}}, ("--budget", 5), ("study.yaml", "no.such", "no such key")),
        ({"replicates": 10**6}, ("--budget", 5), ("Say --yes",)),
    ],
)
def test_searches_that_cannot_be_made_are_refused(written, tmp_path, content, arguments, parts):
    assert_refused(call("optimise", written(**content), "--out", tmp_path / "out", *QUICK, *arguments), *parts)


def test_the_folder_of_a_sweep_is_refused(written, tmp_path):
    study = written(levers={"valuing.pay_parity": [0.8, 0.9]}, uncertainties={})
    call("sweep", study, "--out", tmp_path / "out")
    done = call("optimise", study, "--budget", 70000, "--out", tmp_path / "out", *QUICK)
    assert_refused(done, "holds results of another kind (study, not optimisation)", "--store")


def test_a_folder_that_cannot_be_written_to_is_said(study, tmp_path):
    command = ("optimise", study, "--budget", 70000, "--out", tmp_path / "out", *QUICK)
    assert call(*command).exit_code == 0
    shutil.rmtree(tmp_path / "out" / "figures")
    (tmp_path / "out" / "figures").write_text("in the way")
    done = call(*command)
    assert done.exit_code == 2
    assert "Traceback" not in done.stderr
    assert f"{tmp_path / 'out'}: cannot be written" in done.stderr
