"""`peersim sweep` and `peersim retry` as a person meets them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
import yaml

import peersim as ps
from tests.commands import assert_refused, call, start
from tests.studies.small import base, digests, write_files

CHANGE = {"week": 30, "set": {"support.supervision.every_weeks": 1}}


def test_a_study_is_run_shown_drawn_and_written(tmp_path):
    done = call("sweep", write_files(tmp_path), "--out", tmp_path / "a")
    assert done.exit_code == 0, done.output
    assert "Small: 6 points, 6 replicates each, seed 1" in done.stdout
    assert "support.supervision.every_weeks" in done.stdout
    assert f"Files are in {tmp_path / 'a'}" in done.stdout
    files = {path.relative_to(tmp_path / "a").parts[0] for path in (tmp_path / "a").rglob("*")}
    assert files == {
        "study.yaml",
        "base.yaml",
        "points.csv",
        "coordinates.csv",
        "outcomes.csv",
        "runs.csv",
        "runs.parquet",
        "failures.csv",
        "figures",
        "manifest.json",
        "store",
    }
    listed = {entry["name"] for entry in json.loads((tmp_path / "a" / "manifest.json").read_text())["files"]}
    assert {name for name in listed if name.startswith("figures/")}
    assert not {name for name in listed if name.startswith("store")}
    assert len(ps.load_sweep(tmp_path / "a").points) == 6


def test_a_large_table_is_told_in_ranges(tmp_path):
    path = write_files(tmp_path, design={"latin_hypercube": 30}, replicates=2)
    done = call("sweep", path, "--out", tmp_path / "a")
    assert "30 points" in done.stdout
    assert "least" in done.stdout
    assert "median" in done.stdout


def test_the_same_command_goes_on(tmp_path):
    path = write_files(tmp_path)
    done = call("sweep", path, "--out", tmp_path / "a", "--max-runs", 12)
    assert done.exit_code == 3
    assert done.stderr == "12 worlds of 36 are done; the same command goes on\n"
    assert call("sweep", path, "--out", tmp_path / "a").exit_code == 0
    assert call("sweep", path, "--out", tmp_path / "b").exit_code == 0
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_failures_are_told_and_retry_is_offered(tmp_path):
    base(changes=[CHANGE]).save(tmp_path / "base.yaml")
    content = {"name": "Fails", "base": "base.yaml", "factors": {"horizon_weeks": [20, 60]}, "replicates": 3}
    path = tmp_path / "fails.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    done = call("sweep", path, "--out", tmp_path / "a")
    assert done.exit_code == 0
    assert f"1 point failed (failures.csv; peersim retry {tmp_path / 'a'}):" in done.stdout
    assert "point 0: ScenarioError: changes.0.week: 30 is at or beyond" in done.stdout
    again = call("retry", tmp_path / "a")
    assert again.exit_code == 0
    assert "1 point failed" in again.stdout


def test_retry_needs_a_study_and_its_store(tmp_path):
    assert_refused(call("retry", tmp_path), f"{tmp_path}: is not the folder of a study: it has no study.yaml")
    path = write_files(tmp_path)
    call("sweep", path, "--out", tmp_path / "a", "--store", tmp_path / "shared")
    assert_refused(call("retry", tmp_path / "a"), "is no store; name the one", "--store")
    assert_refused(call("retry", tmp_path / "a", "--store", tmp_path / "shered"), "shered: is no store")
    assert not (tmp_path / "shered").exists()
    assert call("retry", tmp_path / "a", "--store", tmp_path / "shared").exit_code == 0


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path):
    path = write_files(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "store").write_text("in the way")
    assert_refused(call("sweep", path, "--out", tmp_path / "a"), "cannot be used")
    call("sweep", path, "--out", tmp_path / "b")
    shutil.rmtree(tmp_path / "b" / "figures")
    (tmp_path / "b" / "figures").write_text("in the way")
    assert_refused(call("sweep", path, "--out", tmp_path / "b"), f"{tmp_path / 'b'}: cannot be written")


def test_two_studies_without_a_name_are_called_after_their_files(tmp_path):
    one = write_files(tmp_path)
    content = yaml.safe_load(one.read_text(encoding="utf-8"))
    del content["name"]
    for name in ("first", "second"):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    call("sweep", tmp_path / "first.yaml", "--out", tmp_path / "a")
    assert_refused(call("sweep", tmp_path / "second.yaml", "--out", tmp_path / "a"), "holds the study 'first'")


def test_the_store_cannot_be_the_folder(tmp_path):
    done = call("sweep", write_files(tmp_path), "--out", tmp_path / "a", "--store", tmp_path / "a")
    assert_refused(done, "cannot be the store and the study's folder in one")


def test_a_design_too_large_is_said_with_its_size(tmp_path):
    path = write_files(tmp_path, levels=1000, replicates=1000)
    done = call("sweep", path, "--out", tmp_path / "a")
    parts = ("3,000 points with 1,000 replicates each: 3,000,000 worlds, about ", "hours here", "--yes")
    assert_refused(done, *parts)
    assert not (tmp_path / "a").exists()


def test_a_design_that_no_memory_holds_is_refused_whatever_is_said(tmp_path):
    path = write_files(tmp_path, levels=1000, factors=dict.fromkeys(["teams.pressure", "teams.community"]) | _FOUR)
    done = call("sweep", path, "--out", tmp_path / "a", "--yes")
    assert_refused(done, "1,000,000,000,000 points; allowed: 10,000,000", "latin_hypercube")


_FOUR = dict.fromkeys(["identity.formalisation", "culture.valuing"])


def test_refusals_leave_nothing_behind(tmp_path):
    path = write_files(tmp_path)
    assert_refused(call("sweep", path, "--out", tmp_path / "a", "--cluster", "nowhere"), "allowed: local:4")
    assert_refused(call("sweep", tmp_path / "none.yaml", "--out", tmp_path / "a"), "none.yaml: no such file.")
    assert not (tmp_path / "a").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    assert_refused(call("sweep", path, "--out", tmp_path / "full"), "holds something else than a study")


def test_a_folder_of_another_study_is_not_overwritten(tmp_path):
    call("sweep", write_files(tmp_path), "--out", tmp_path / "a")
    before = digests(tmp_path / "a")
    done = call("sweep", write_files(tmp_path, name="Other"), "--out", tmp_path / "a")
    assert_refused(done, "holds the study 'Small'; name a new folder", "--store")
    assert digests(tmp_path / "a") == before


def test_damage_is_said_on_standard_error(tmp_path):
    path = write_files(tmp_path)
    call("sweep", path, "--out", tmp_path / "a")
    part = next((tmp_path / "a" / "store" / "parts").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-1])
    done = call("sweep", path, "--out", tmp_path / "a")
    assert done.exit_code == 0
    assert f"{part}: was damaged, and is removed; what it held is computed again" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_says_that_nothing_is_lost(tmp_path, signal_number):
    path = write_files(tmp_path, levels=20, replicates=400)
    process = start("sweep", path, "--out", tmp_path / "a")
    while process.poll() is None and not list((tmp_path / "a").rglob("*.parquet")):
        time.sleep(0.01)
    process.send_signal(signal_number)
    _, stderr = process.communicate()
    assert process.returncode == 130
    assert stderr == "peersim: interrupted; what was finished is kept, and the same command goes on from there\n"
    assert list((tmp_path / "a" / "store" / "parts").glob("*.parquet"))


# tables for others ------------------------------------------------------------


def test_tables_open_in_pandas_and_xarray(tmp_path):
    found = ps.sweep(ps.load_study(write_files(tmp_path)), tmp_path / "a")
    assert found.runs.groupby("outcome").size().to_dict() == dict.fromkeys(found.study.outcomes, 36)
    data = found.to_xarray()
    assert dict(data.sizes) == {"point": 6, "replicate": 6}
    means = data["identity"].mean("replicate").groupby("support.supervision.every_weeks").mean()
    assert means.sizes == {"support.supervision.every_weeks": 3}
    assert data["identity"].sel(point=3).mean().item() == pytest.approx(
        found.outcomes.loc[(3, "identity"), "mean"], abs=1e-12
    )
    assert data["identity.formalisation"].attrs["unit"] == "share"


def test_tables_are_plain_csv(tmp_path):
    """As R's read.csv, a spreadsheet or anybody's script takes them: a line of names, a point for decimals."""
    import csv

    ps.sweep(ps.load_study(write_files(tmp_path)), tmp_path / "a")
    for name in ("points.csv", "outcomes.csv", "runs.csv", "coordinates.csv"):
        content = (tmp_path / "a" / name).read_bytes()
        assert b"\r" not in content
        rows = list(csv.DictReader(content.decode("utf-8").splitlines()))
        assert rows
        assert all(None not in row and None not in row.values() for row in rows)
    assert {row["outcome"] for row in _rows(tmp_path / "a" / "runs.csv")} == set(
        ps.load_sweep(tmp_path / "a").study.outcomes
    )


def _rows(path):
    import csv

    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_study_in_a_new_process_gives_the_same_bytes(tmp_path):
    path = write_files(tmp_path)
    call("sweep", path, "--out", tmp_path / "a")
    command = [sys.executable, "-m", "peersim", "sweep", path, "--out", tmp_path / "b", "--workers", "1"]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run([str(part) for part in command], check=True, capture_output=True, env=environment)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    shutil.rmtree(tmp_path / "b" / "store")
    assert len(ps.load_sweep(tmp_path / "b").points) == 6
