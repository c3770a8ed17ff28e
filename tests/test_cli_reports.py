"""Reports and spreadsheets from the command line: from a run, a comparison, and a folder kept earlier."""

import html
import json
import re
from zipfile import is_zipfile

import pytest

import peersim
from tests.commands import assert_refused, call

BASE = """\
name: Trial
horizon_weeks: 20
teams:
  - {name: North, peers: 2, clinicians: 3, users_per_peer: 4}
"""
WEEKLY = "weekly supervision: support.supervision.every_weeks=1"


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compiling announces itself on standard error; it is done before these tests look there."""
    peersim.run(peersim.demo(), 1, weeks=1)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def trial(place):
    path = place / "trial.yaml"
    path.write_text(BASE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def kept(place, trial):
    """A run and a comparison, each with a folder, a report and a spreadsheet."""
    run = call("run", trial, "-n", 3, *everything(place / "run"))
    comparison = call("compare", trial, "--with", WEEKLY, "-n", 3, *everything(place / "comparison"))
    assert (run.exit_code, comparison.exit_code) == (0, 0), run.output + comparison.output
    return place, run.stdout, comparison.stdout


def everything(path):
    return "--out", path, "--report", f"{path}.html", "--xlsx", f"{path}.xlsx"


def without_times(page):
    return re.sub(r"\d+(\.\d+)? s(econds)?\b|\d{4}-\d\d-\d\d[T ][\d:+]+", "", page)


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_everything_asked_for_is_there_and_told(kept, kind):
    place, *told = kept
    text = told[kind == "comparison"].replace("\n", "")
    assert f"Files are in {place / kind}" in text
    for ending in ("html", "xlsx"):
        assert f"Written: {place / kind}.{ending}" in text
    assert json.loads((place / kind / "manifest.json").read_text(encoding="utf-8"))["kind"] == kind
    assert (place / f"{kind}.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert is_zipfile(place / f"{kind}.xlsx")
    assert list((place / kind / "figures").glob("*.png"))


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_a_report_of_a_folder_says_what_the_report_of_the_run_said(kept, kind, tmp_path):
    place, *_ = kept
    done = call("report", place / kind, "-o", tmp_path / "again.html", "--xlsx", tmp_path / "again.xlsx")
    assert (done.exit_code, done.stderr) == (0, "")
    first, again = (path.read_text(encoding="utf-8") for path in (place / f"{kind}.html", tmp_path / "again.html"))
    assert without_times(again) == without_times(first)
    assert is_zipfile(tmp_path / "again.xlsx")


def test_what_a_report_says_can_be_done_again(kept, tmp_path, monkeypatch):
    """The scenarios and the command that stand in it give its numbers."""
    place, *_ = kept
    page = (place / "comparison.html").read_text(encoding="utf-8")
    command, *scenarios = (html.unescape(text) for text in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL))
    *_, names, typed = command.splitlines()
    for name, text in zip(names.removeprefix("# ").split(", "), scenarios, strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    program, *arguments = typed.split()
    again = json.loads(call(*arguments, "--json").stdout)
    assert program == "peersim"
    assert again == json.loads(json.dumps(peersim.load_comparison(place / "comparison").to_dict()))


def test_a_comparison_kept_in_a_folder_is_the_one_that_was_made(kept, trial):
    place, *_ = kept
    base = peersim.load(trial)
    made = peersim.compare(base, {"weekly supervision": base.with_({"support.supervision.every_weeks": 1})}, 3)
    assert peersim.load_comparison(place / "comparison").to_dict() == made.to_dict()


def test_a_bundle_taken_apart_goes_to_a_folder(trial, tmp_path):
    done = call(
        "attribute", trial, "--with", f"{WEEKLY}, structure.flexibility=1", "-n", 2, "--out", tmp_path / "parts"
    )
    assert done.exit_code == 0
    names = {path.name for path in (tmp_path / "parts").iterdir()}
    assert names == {
        "baseline.yaml",
        "bundle.yaml",
        "shares.csv",
        "interactions.csv",
        "total.csv",
        "figures",
        "manifest.json",
    }
    assert peersim.load(tmp_path / "parts" / "bundle.yaml").policies.structure.flexibility == 1


# refusals ---------------------------------------------------------------------


def test_a_report_needs_a_place(kept):
    place, *_ = kept
    assert_refused(call("report", place / "run"), "nothing to write: name a file with -o report.html")


def test_what_is_no_folder_of_results_is_told(kept, tmp_path):
    place, *_ = kept
    out = tmp_path / "report.html"
    assert_refused(call("report", tmp_path / "nowhere", "-o", out), "nowhere: no such folder")
    assert_refused(call("report", place, "-o", out), "is not a folder of results: it has no manifest.json")
    assert_refused(call("report", place / "run" / "manifest.json", "-o", out), "is a file; name a folder of results")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_another_kind_is_told(trial, tmp_path):
    call("attribute", trial, "--with", WEEKLY, "-n", 2, "--out", tmp_path / "parts")
    done = call("report", tmp_path / "parts", "-o", tmp_path / "report.html")
    assert_refused(done, "kind of results: found 'attribution'; allowed: 'run', 'comparison'")


@pytest.mark.parametrize("option", ["--report", "--xlsx"])
def test_nothing_is_overwritten_and_nothing_computed_in_vain(option, trial, tmp_path, monkeypatch):
    def never(*_args, **_options):
        pytest.fail("got as far as computing")

    monkeypatch.setattr(peersim, "compare", never, raising=False)
    (tmp_path / "old").write_text("keep", encoding="utf-8")
    done = call("compare", trial, "--with", WEEKLY, option, tmp_path / "old", "--out", tmp_path / "new")
    assert_refused(done, f"{option} {tmp_path / 'old'}: exists already")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
