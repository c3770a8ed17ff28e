"""What a folder of results holds comes back as it was, and a folder that cannot be trusted is refused in words."""

import hashlib
import json
import shutil

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peersim
from peersim.report import figures
from peersim.results import files, tables
from peersim.results.files import InputError, save
from peersim.scenario import ScenarioError
from tests.worlds import TABLES, a_team, busy, corner, small

ODD = ["nan", " None ", '\'; "x", {y}: #&!', "Zoë 🙂 東", "-1", "a/b\\c"]
CASES = {
    "busy": (busy(weeks=60), 5, False),
    "by team": (busy(weeks=30), 4, True),
    "one week": (small(weeks=1), 3, True),
    "one replicate": (busy(weeks=30), 1, True),
    "nobody left": (small({"model.off": ["leaving"]}, weeks=10), 2, False),
    "nobody is served": (small({"model.off": ["caseload"]}, weeks=3), 2, False),
    "odd names": (busy(teams=[a_team(name) for name in ODD], weeks=20), 3, True),
    "two years": (small(weeks=110), 3, False),
}


def bits(values):
    """Numbers as whole numbers, so that 0.0 is not -0.0; what is not a number is the same, however written."""
    return np.where(np.isnan(values), np.int64(-1), np.ascontiguousarray(values).view(np.int64))


def assert_same(found, expected):
    assert (found.scenario, found.seed, found.replicates, found.weeks, found.has_teams) == (
        expected.scenario,
        expected.seed,
        expected.replicates,
        expected.weeks,
        expected.has_teams,
    )
    for name in (*TABLES, *(["teams"] if expected.has_teams else [])):
        mine, theirs = getattr(found, name), getattr(expected, name)
        pd.testing.assert_frame_equal(mine, theirs, check_exact=True)
        for column in theirs.select_dtypes("float64"):
            np.testing.assert_array_equal(bits(mine[column].to_numpy()), bits(theirs[column].to_numpy()))


@pytest.fixture(scope="module")
def results():
    return peersim.run(busy(weeks=12), 3, seed=7, by_team=True)


@pytest.fixture(scope="module")
def written(results, tmp_path_factory):
    place = tmp_path_factory.mktemp("results") / "new"
    save(results, place)
    return place


@pytest.fixture
def folder(written, tmp_path):
    """A copy to spoil."""
    return shutil.copytree(written, tmp_path / "new")


# what comes back ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_results_come_back_to_the_last_bit(case, tmp_path):
    scenario, replicates, by_team = CASES[case]
    results = peersim.run(scenario, replicates, seed=3, by_team=by_team)
    save(results, tmp_path / "new")
    assert_same(peersim.load_results(tmp_path / "new"), results)


def test_the_cases_are_what_they_are_called():
    nobody_left, busy_times = (peersim.run(CASES[name][0], 60) for name in ("nobody left", "busy"))
    assert (nobody_left.people["how_it_ended"] == "in post").all()
    assert {"left the job", "left the peer role"} <= set(busy_times.people["how_it_ended"])
    managers = busy_times.events[busy_times.events["who"] == "manager"]
    assert managers["team"].isna().any()
    assert managers["team"].notna().any()
    assert busy_times.people["tenure"].min() == 0  # who has not weighed leaving yet


@pytest.mark.parametrize("rows", [7, 100])
def test_results_come_back_from_many_pieces(rows, results, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ROWS", rows)
    save(results, tmp_path / "new")
    for name in ("weekly", "people", "events", "teams"):
        groups = pq.ParquetFile(tmp_path / "new" / f"{name}.parquet").num_row_groups
        assert groups == -(-len(getattr(results, name)) // rows)
    assert_same(peersim.load_results(tmp_path / "new"), results)


@settings(max_examples=10)
@given(number=st.integers(0, 2**32 - 1), weeks=st.integers(1, 20), replicates=st.integers(1, 4), by_team=st.booleans())
def test_whatever_the_settings_results_come_back(tmp_path_factory, number, weeks, replicates, by_team):
    results = peersim.run(small(corner(number), weeks=weeks), replicates, seed=number, by_team=by_team)
    place = tmp_path_factory.mktemp("results") / "new"
    save(results, place)
    assert_same(peersim.load_results(place), results)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_records_of_a_table_give_the_table(seed):
    results = peersim.run(busy(weeks=30), 2, seed=seed)
    for table, records, made in (
        (results.people, tables.people_records, tables.people_table),
        (results.events, tables.event_records, tables.event_table),
    ):
        again = made(records(table, results.scenario), table["replicate"].to_numpy(), results.scenario)
        pd.testing.assert_frame_equal(again, table, check_exact=True)


def test_parts_of_a_table_know_only_some_categories(results):
    people = results.people[results.people["team"] == "B"]
    people = people.assign(team=people["team"].cat.remove_unused_categories())
    assert (tables.people_records(people, results.scenario).team == 1).all()


def test_figures_are_not_needed(results, tmp_path):
    files.write_tables(results, tmp_path)
    figures.save_all(results, tmp_path / "figures")
    files.write_manifest(results, tmp_path)
    for path in (tmp_path / "figures").iterdir():
        path.write_bytes(b"drawn over")
    (tmp_path / "summary.csv").unlink()
    assert_same(files.load(tmp_path), results)


def test_saved_again_the_files_are_the_same(folder, tmp_path):
    save(peersim.load_results(folder), tmp_path / "again")
    for path in folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


# the manifest -------------------------------------------------------------------------------------------------------


def test_the_manifest_can_be_asked_for(results, written):
    found = files.manifest(str(written))
    assert next(iter(found)) == "kind"
    assert (found["kind"], found["seed"], found["replicates"], found["weeks"]) == ("run", 7, 3, 12)
    assert found["scenario_digest"] == results.scenario.digest


def test_runs_inside_a_folder_of_another_kind(results, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        files.write_tables(results, tmp_path / name)
        files.write_manifest(results, tmp_path / name)
    files.describe(tmp_path, {"kind": "comparison", "runs": ["a", "b"]})
    whole = files.manifest(tmp_path)
    assert (whole["kind"], whole["runs"], whole["peersim"]) == ("comparison", ["a", "b"], peersim.__version__)
    assert {"a/manifest.json", "b/weekly.parquet"} <= {entry["name"] for entry in whole["files"]}
    assert_same(files.load(tmp_path / "b"), results)
    with pytest.raises(InputError, match=r": kind of results: found 'comparison'; allowed: 'run'$"):
        files.load(tmp_path)


# refusals -----------------------------------------------------------------------------------------------------------


def refused(folder, *parts):
    with pytest.raises(InputError) as caught:
        peersim.load_results(folder)
    for part in (str(folder), *parts):
        assert part in str(caught.value)


def test_a_folder_that_holds_no_results_is_refused(tmp_path):
    refused(tmp_path / "none", "none: no such folder")
    refused(tmp_path, "is not a folder of results: it has no manifest.json")
    (tmp_path / "file").write_text("")
    refused(tmp_path / "file", "file: is a file; name a folder of results")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_manifest_that_cannot_be_read_is_refused(content, folder):
    (folder / "manifest.json").write_bytes(content)
    refused(folder, "manifest.json: is damaged: it cannot be read as JSON")


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"kind": None}, "kind of results: found None; allowed: 'run'"),
        ({"seed": None}, "manifest.json: is damaged: it lacks what describes a run"),
        ({"files": [3]}, "manifest.json: is damaged: it lacks what describes a run"),
        ({"files": []}, "manifest.json: is damaged: it does not list scenario.yaml"),
        ({"replicates": 4}, "manifest.json: replicates: found 4, which weekly.parquet does not hold"),
    ],
)
def test_a_manifest_that_was_changed_is_refused(changes, part, folder):
    path = folder / "manifest.json"
    path.write_text(json.dumps(files.manifest(folder) | changes))
    refused(folder, part)


def test_a_manifest_of_another_sort_is_refused(folder):
    (folder / "manifest.json").write_text("[]")
    refused(folder, "manifest.json: is damaged: it is not a manifest")


FILES = ["scenario.yaml", "weekly.parquet", "people.parquet", "events.parquet", "teams.parquet"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_missing_is_named(name, folder):
    (folder / name).unlink()
    refused(folder, f"{name}: is missing")


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_the_one_written_is_named(name, folder):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    refused(folder, f"{name}: is damaged or was changed")


def test_a_table_changed_by_hand_is_refused(folder):
    weekly = pd.read_parquet(folder / "weekly.parquet")
    weekly.assign(identity=1.0).to_parquet(folder / "weekly.parquet")
    refused(folder, "weekly.parquet: is damaged or was changed")


def written_by_another_version(folder, name, content):
    """The folder as a version would have written it that writes this file so."""
    path = folder / name
    content(path)
    manifest = files.manifest(folder)
    for entry in manifest["files"]:
        if entry["name"] == name:
            entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest | {"peersim": "0.0.7"}))


@pytest.mark.parametrize(
    ("name", "change", "part"),
    [
        ("weekly", lambda table: table.drop(columns="hope"), "weekly: missing: hope"),
        ("weekly", lambda table: table.assign(morale=0.5), "weekly: unknown: morale"),
        ("people", lambda table: table.rename(columns={"push_pay": "push_wage"}), "people: missing: push_pay"),
        ("teams", lambda table: table.drop(columns=["trust", "hope"]), "teams: missing: hope, trust"),
        (
            "events",
            lambda table: table.assign(event=table["event"].cat.rename_categories({"hired": "started"})),
            "event: unknown: started",
        ),
    ],
)
def test_tables_of_another_version_are_refused_by_its_name(name, change, part, folder):
    table = change(pd.read_parquet(folder / f"{name}.parquet"))
    written_by_another_version(folder, f"{name}.parquet", table.to_parquet)
    refused(folder, f"written by peersim 0.0.7, which kept other tables than this version, {peersim.__version__}", part)
    refused(folder, f"run {folder / 'scenario.yaml'} again")


def test_a_scenario_of_another_version_is_refused_key_by_key(folder):
    written_by_another_version(folder, "scenario.yaml", lambda path: path.write_text("name: A\nmorale: 1\n"))
    with pytest.raises(ScenarioError, match=r"scenario.yaml, line 2: morale: no such key"):
        peersim.load_results(folder)


def test_a_folder_that_may_not_be_read_is_refused(folder, monkeypatch):
    def forbidden(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "_digest", forbidden)
    refused(folder, "cannot be read (Permission denied)")
