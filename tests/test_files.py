"""A folder of results is complete, typed, true about itself, and there as a whole or not at all."""

import errno
import getpass
import hashlib
import json
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import peersim
from peersim.results import files
from peersim.results.files import OutputError, Timing, new_file, new_folder, save

TEAMS = [{"name": "Team", "count": 2, "peers": 2, "clinicians": 4, "users_per_peer": 3}]
SMALL = [
    "exhaustion_causes.csv",
    "identity_causes.csv",
    "manifest.json",
    "reasons.csv",
    "retention.csv",
    "scenario.yaml",
    "summary.csv",
    "survivors.csv",
]
LARGE = ["events.parquet", "people.parquet", "weekly.parquet"]
STARTED = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def results():
    scenario = peersim.demo().with_({"teams": TEAMS, "horizon_weeks": 110, "name": "Zürich & Söhne, $5"})
    return peersim.run(scenario, 3, seed=7, by_team=True)


@pytest.fixture(scope="module")
def folder(results, tmp_path_factory):
    place = tmp_path_factory.mktemp("results") / "new"
    save(results, place, timing=Timing(STARTED, 1.23456))
    return place


# what is written --------------------------------------------------------------


def test_everything_is_there(folder):
    assert sorted(path.name for path in folder.iterdir()) == sorted([*SMALL, *LARGE, "teams.parquet"])


def test_teams_only_if_kept(tmp_path):
    save(peersim.run(peersim.demo(), 1, weeks=1), tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted([*SMALL, *LARGE])


@pytest.mark.parametrize("name", ["weekly", "people", "events", "teams"])
def test_large_tables_come_back_as_they_were(name, results, folder):
    pd.testing.assert_frame_equal(pd.read_parquet(folder / f"{name}.parquet"), getattr(results, name))


@pytest.mark.parametrize("name", ["weekly", "people", "events", "teams"])
def test_columns_have_types(name, folder):
    kinds = {str(column.type).partition("<")[0] for column in pq.read_schema(folder / f"{name}.parquet")}
    assert kinds <= {"bool", "int8", "int16", "int32", "int64", "double", "dictionary"}


def test_large_tables_are_written_in_pieces(results, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ROWS", 100)
    files.write_tables(results, tmp_path)
    for name in ("weekly", "people", "events", "teams"):
        whole = getattr(results, name)
        written = pq.ParquetFile(tmp_path / f"{name}.parquet")
        assert written.num_row_groups == -(-len(whole) // 100)
        pd.testing.assert_frame_equal(written.read().to_pandas(), whole)


@pytest.mark.parametrize("name", ["reasons", "identity_causes", "exhaustion_causes", "retention", "survivors"])
def test_small_tables_come_back_to_the_last_bit(name, results, folder):
    whole = getattr(results, name)
    written = pd.read_csv(folder / f"{name}.csv", dtype=str)
    expected = whole if name == "retention" else whole.reset_index()
    assert list(written) == list(expected)
    for column in expected.select_dtypes("number"):
        # Python's own reading of a number is exact.
        np.testing.assert_array_equal([float(text) for text in written[column]], expected[column])


def test_summary_says_what_each_outcome_is(results, folder):
    summary = pd.read_csv(folder / "summary.csv", index_col="outcome")
    assert list(summary) == ["label", "mean", "low", "high", "unit", "better", "meaning", "replicates"]
    assert list(summary.index) == list(results.outcomes.index)
    np.testing.assert_allclose(summary["mean"], results.outcomes["mean"], rtol=1e-12)
    assert summary.loc[["identity", "exhaustion"], "better"].to_list() == ["higher", "lower"]
    assert summary[["label", "unit", "meaning"]].notna().all(axis=None)
    assert "label" not in results.outcomes


def test_scenario_can_be_run_again(results, folder):
    again = peersim.run(peersim.load(folder / "scenario.yaml"), 3, seed=7)
    pd.testing.assert_frame_equal(again.outcomes, results.outcomes, check_exact=True)


# the manifest -----------------------------------------------------------------


def test_manifest_describes_every_other_file(folder):
    listed = {entry["name"]: entry for entry in json.loads((folder / "manifest.json").read_text())["files"]}
    assert sorted(listed) == sorted(path.name for path in folder.iterdir() if path.name != "manifest.json")
    for name, entry in listed.items():
        content = (folder / name).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_manifest_says_where_results_come_from(results, folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["scenario"] == "Zürich & Söhne, $5"
    assert manifest["scenario_digest"] == results.scenario.digest
    assert (manifest["seed"], manifest["replicates"], manifest["weeks"]) == (7, 3, 110)
    assert manifest["peersim"] == peersim.__version__
    assert manifest["python"] == platform.python_version()
    assert manifest["packages"]["numpy"] == np.__version__
    assert {"numba", "pandas", "mesa", "scipy"} <= set(manifest["packages"])
    assert manifest["started"] == "2031-05-06T07:08:09+00:00"
    assert manifest["seconds"] == 1.235
    assert set(manifest["machine"]) == {"system", "processor", "cores"}


def test_manifest_names_no_computer_person_or_place(folder):
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    private = [platform.node(), getpass.getuser(), str(Path.home()), str(folder), str(files.PACKAGE)]
    assert [word for word in private if f'"{word}' in text or f"/{word}" in text] == []


def git(place, *arguments):
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", place, *who, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_commit_of_a_checkout_and_whether_it_was_modified(tmp_path, monkeypatch):
    package = tmp_path / "package"
    package.mkdir()
    monkeypatch.setattr(files, "PACKAGE", package)
    (package / "__init__.py").write_text("")
    assert files._commit() is None  # no repository
    git(tmp_path, "init", "-q")
    assert files._commit() is None  # installed inside somebody else's repository
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    clean = {"id": git(tmp_path, "rev-parse", "HEAD"), "modified": False}
    assert files._commit() == clean
    (tmp_path / "elsewhere.txt").write_text("not part of the package")
    assert files._commit() == clean
    (package / "new.py").write_text("")
    assert files._commit() == clean | {"modified": True}
    monkeypatch.setenv("PATH", "")
    assert files._commit() is None  # no Git


# all or nothing ---------------------------------------------------------------


def test_a_folder_appears_when_it_is_complete(tmp_path):
    place = tmp_path / "made" / "on the way" / "new"
    with new_folder(place) as draft:
        (draft / "a").write_text("1")
        assert not (tmp_path / "made").exists()
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("a")] == ["made/on the way/new/a"]
    assert len(list(tmp_path.iterdir())) == 1


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "new").mkdir()
    with new_folder(tmp_path / "new") as draft:
        (draft / "a").write_text("1")
    assert (tmp_path / "new" / "a").read_text() == "1"


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, ConnectionError])
def test_whatever_goes_wrong_leaves_nothing_behind(error, tmp_path):
    def fail():
        with new_folder(tmp_path / "made" / "new") as draft:
            (draft / "below").mkdir()
            (draft / "below" / "a").write_text("1")
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told(results, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "_write_parquet", full)
    with pytest.raises(OutputError, match=r"new: cannot be written \(No space left on device\)"):
        save(results, tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def taken(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("keep")
    (tmp_path / "file").write_text("keep")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("full", "full: exists already and is not empty; name a new folder, or remove it first"),
        ("file", "file: is a file; name a new folder"),
        ("file/new", "new: cannot be written (Not a directory)"),
        ("x" * 300, "cannot be written (File name too long)"),
    ],
)
def test_a_place_that_cannot_be_used_is_refused_at_once(name, message, tmp_path):
    taken(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError) as caught, new_folder(tmp_path / name):
        pytest.fail("got as far as computing")
    assert str(caught.value).endswith(message)
    assert sorted(tmp_path.rglob("*")) == before


def test_the_folder_one_stands_in_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match=r"^\.: is in use"), new_folder("."):
        pytest.fail("got as far as computing")


def test_a_place_taken_meanwhile_is_left_alone(tmp_path):
    def late():
        with new_folder(tmp_path / "new") as draft:
            (draft / "a").write_text("mine")
            (tmp_path / "new").mkdir()
            (tmp_path / "new" / "a").write_text("somebody else's")

    with pytest.raises(OutputError, match="cannot be written"):
        late()
    assert [path.read_text() for path in tmp_path.rglob("a")] == ["somebody else's"]
    shutil.rmtree(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


# one file -----------------------------------------------------------------------------------------------------------


def test_a_new_file_appears_whole_or_not_at_all(tmp_path):
    with new_file(tmp_path / "made" / "report.html") as draft:
        draft.write_text("whole", encoding="utf-8")
        assert draft.suffix == ".html"
        assert not (tmp_path / "made").exists()
    assert (tmp_path / "made" / "report.html").read_text(encoding="utf-8") == "whole"


def test_a_file_that_goes_wrong_leaves_nothing_behind(tmp_path):
    def fail():
        with new_file(tmp_path / "made" / "report.html") as draft:
            draft.write_text("half", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_came_meanwhile_is_left_alone(tmp_path):
    def late():
        with new_file(tmp_path / "report.html") as draft:
            draft.write_text("mine", encoding="utf-8")
            (tmp_path / "report.html").write_text("somebody else's", encoding="utf-8")

    with pytest.raises(OutputError, match="exists already"):
        late()
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["somebody else's"]


@pytest.mark.parametrize("taken", ["file", "folder"])
def test_a_new_file_replaces_nothing(taken, tmp_path):
    place = tmp_path / "report.html"
    place.mkdir() if taken == "folder" else place.write_text("old", encoding="utf-8")
    with pytest.raises(OutputError, match=r"report\.html: exists already; name a new file"), new_file(place):
        pass
    assert place.exists()


def test_a_new_file_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"), new_file(tmp_path / "file" / "report.html"):
        pass
