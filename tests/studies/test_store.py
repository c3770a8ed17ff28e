"""The run store: nothing is done twice, nothing is lost, nothing is counted twice, whatever happens."""

import hashlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import peersim as ps
from peersim.ensemble import Progress
from peersim.studies import store as stores
from peersim.studies import units, work
from peersim.studies.store import StoreError, opened
from peersim.studies.sweep import UnfinishedError
from tests.studies.small import TABLES, base, digests, study, write_files

POINTS, WORLDS = 6, 36


@pytest.fixture
def uninterrupted(tmp_path):
    """Digests of the tables of a study that nothing happened to."""
    ps.sweep(study(), tmp_path / "whole")
    return digests(tmp_path / "whole")


@pytest.fixture
def lived(monkeypatch):
    """How many worlds have been lived."""
    numbers = []
    real = units.lived

    def counted(*arguments):
        numbers.append(arguments[2])
        return real(*arguments)

    monkeypatch.setattr(units, "lived", counted)
    return numbers


# nothing twice ----------------------------------------------------------------


def test_the_same_study_again_does_no_work(tmp_path, lived):
    ps.sweep(study(), tmp_path / "a")
    before = digests(tmp_path / "a")
    assert len(lived) == WORLDS
    ps.sweep(study(), tmp_path / "a")
    assert len(lived) == WORLDS
    assert digests(tmp_path / "a") == before


def test_a_design_that_grows_runs_only_what_is_new(tmp_path, lived):
    ps.sweep(study(), tmp_path / "a")
    grown = study(replicates=9, factors={"support.supervision.every_weeks": [1, 2, 4, 16]} | _formalisation())
    ps.sweep(grown, tmp_path / "a")
    assert len(lived) == 8 * 9
    ps.sweep(grown, tmp_path / "afresh")
    assert digests(tmp_path / "a") == digests(tmp_path / "afresh")


def _formalisation():
    return {"identity.formalisation": {"low": 0.1, "high": 0.9}}


def test_fewer_replicates_are_taken_from_those_there_are(tmp_path, lived):
    ps.sweep(study(), tmp_path / "a")
    fewer = study(replicates=4)
    ps.sweep(fewer, tmp_path / "a")
    assert len(lived) == WORLDS
    ps.sweep(fewer, tmp_path / "afresh")
    assert digests(tmp_path / "a") == digests(tmp_path / "afresh")


def test_another_study_takes_what_it_has_in_common_from_the_same_store(tmp_path, lived):
    store = tmp_path / "shared"
    ps.sweep(study(), tmp_path / "a", store=store)
    other = study(name="Other", factors={"support.supervision.every_weeks": [4, 8]} | _formalisation())
    ps.sweep(other, tmp_path / "b", store=store)
    assert len(lived) == WORLDS + 2 * 6
    ps.sweep(other, tmp_path / "afresh")
    assert digests(tmp_path / "b") == digests(tmp_path / "afresh")


def test_a_base_of_another_name_is_the_same_work(tmp_path, lived):
    store = tmp_path / "shared"
    ps.sweep(study(), tmp_path / "a", store=store)
    ps.sweep(study(name="Renamed", base=base().with_({"name": "Other name"})), tmp_path / "b", store=store)
    assert len(lived) == WORLDS


def test_points_that_are_the_same_are_run_once(tmp_path, lived):
    given = tmp_path / "given.csv"
    given.write_text("teams.peers,identity.formalisation\n1,0.5\n2,0.5\n1,0.5\n", encoding="utf-8")
    content = {"name": "Twice", "base": base(), "design": {"points": str(given)}, "replicates": 3}
    found = ps.sweep(ps.study(content), tmp_path / "a")
    assert len(lived) == 2 * 3
    runs = found.responses.runs["identity"]
    assert np.array_equal(runs[0], runs[2])
    assert not np.array_equal(runs[0], runs[1])


def test_other_seeds_are_other_work(tmp_path, lived):
    store = tmp_path / "shared"
    one = ps.sweep(study(), tmp_path / "a", store=store)
    two = ps.sweep(study(name="Seed 2", seed=2), tmp_path / "b", store=store)
    assert len(lived) == 2 * WORLDS
    assert not np.array_equal(one.responses.runs["identity"], two.responses.runs["identity"])


# interruptions ----------------------------------------------------------------


class DiedError(BaseException):
    """What a test raises where a process would have been killed."""


STEPS = ("keep", "expect", "_write", "_enter")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_process_that_dies_at_any_step_loses_and_doubles_nothing(tmp_path, monkeypatch, uninterrupted, step, after):
    """Dies before or after each call of each step of the store in turn, once for every call there is."""
    monkeypatch.setattr(work, "TASK_SECONDS", 0.0)
    real = getattr(stores.Store, step)
    deaths = 0
    while True:
        calls = 0

        def dying(self, *arguments, fatal=deaths):
            nonlocal calls
            calls += 1
            if calls == fatal + 1 and not after:
                raise DiedError
            result = real(self, *arguments)
            if calls == fatal + 1:
                raise DiedError
            return result

        folder = tmp_path / f"died {deaths}"
        with monkeypatch.context() as patch:
            patch.setattr(stores.Store, step, dying)
            try:
                ps.sweep(study(), folder, workers=1)
            except DiedError:
                deaths += 1
            else:
                break
        ps.sweep(study(), folder)
        assert digests(folder) == uninterrupted
    assert deaths >= POINTS


FILES = [(Path, "replace"), (Path, "unlink"), (Path, "write_text"), (Path, "mkdir"), (os, "fsync"), (os, "replace")]


@pytest.mark.parametrize("again", [False, True], ids=["new", "there already"])
def test_a_process_that_dies_at_any_dealing_with_files_loses_and_doubles_nothing(
    tmp_path, monkeypatch, uninterrupted, again
):
    """Dies at every file that is renamed, removed or written in turn; once dead, it tidies nothing up."""
    deaths = 0
    while True:
        calls = 0

        def fatal(real, number):
            def call(*arguments, **options):
                nonlocal calls
                calls += 1
                if calls > number:
                    raise DiedError
                return real(*arguments, **options)

            return call

        folder = tmp_path / f"died {deaths}"
        if again:
            ps.sweep(study(replicates=2), folder)
        with monkeypatch.context() as patch:
            for owner, name in FILES:
                patch.setattr(owner, name, fatal(getattr(owner, name), deaths))
            try:
                ps.sweep(study(), folder, workers=1)
            except DiedError:
                deaths += 1
            else:
                break
        ps.sweep(study(), folder)
        assert digests(folder) == uninterrupted
    assert deaths > 20


@pytest.mark.parametrize("name", ["points.csv", "outcomes.csv", "runs.parquet"])
def test_tables_that_were_half_written_are_written_again(tmp_path, uninterrupted, name):
    ps.sweep(study(), tmp_path / "a")
    path = tmp_path / "a" / name
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match=f"{name}: is damaged"):
        ps.load_sweep(tmp_path / "a")
    ps.sweep(study(), tmp_path / "a")
    assert digests(tmp_path / "a") == uninterrupted


@pytest.mark.slow
def test_killed_again_and_again_the_tables_are_byte_for_byte_those_of_one_go(tmp_path):
    """SIGKILL, at moments that differ, to the real command."""
    path = write_files(tmp_path, levels=8, replicates=500)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    command = [sys.executable, "-m", "peersim", "sweep", str(path), "--out"]
    subprocess.run([*command, str(whole)], check=True, capture_output=True)
    kills = parts = 0
    for delay in (0.02, 0.2, 0.4, 0.6, 0.8):
        with subprocess.Popen([*command, str(killed)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            _wait_for_more(killed, parts, process)
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            kills += process.wait() == -signal.SIGKILL
        parts = len(list((killed / "store" / "parts").glob("*.parquet")))
    assert kills >= 3
    subprocess.run([*command, str(killed)], check=True, capture_output=True)
    assert digests(killed) == digests(whole)


def _wait_for_more(folder, parts, process):
    """Wait until work has begun: there are more parts than before, or all is done."""
    while process.poll() is None and len(list((folder / "store" / "parts").glob("*.parquet"))) <= parts:
        time.sleep(0.01)


def test_an_interruption_keeps_what_was_finished(tmp_path, lived, uninterrupted):
    def interrupt(done: int, total: int) -> None:
        if done >= total / 2:
            raise KeyboardInterrupt

    told: Progress = interrupt
    lived.clear()
    with pytest.raises(KeyboardInterrupt):
        ps.sweep(study(), tmp_path / "a", workers=1, progress=told)
    ps.sweep(study(), tmp_path / "a")
    assert WORLDS <= len(lived) < 2 * WORLDS
    assert digests(tmp_path / "a") == uninterrupted


def test_max_runs_takes_a_study_in_goes(tmp_path, lived, uninterrupted):
    lived.clear()
    for done in (12, 24):
        with pytest.raises(UnfinishedError, match=f"{done} worlds of 36 are done"):
            ps.sweep(study(), tmp_path / "a", max_runs=12)
    with pytest.raises(ValueError, match="not finished"):
        ps.load_sweep(tmp_path / "a")
    ps.sweep(study(), tmp_path / "a", max_runs=12)
    assert len(lived) == WORLDS
    assert digests(tmp_path / "a") == uninterrupted


# damage -----------------------------------------------------------------------


def parts_of(folder):
    return sorted((folder / "store" / "parts").glob("*.parquet"))


@pytest.mark.parametrize("how", ["cut short", "changed", "gone"])
def test_a_damaged_part_is_said_and_computed_again(tmp_path, lived, uninterrupted, how):
    lived.clear()
    ps.sweep(study(), tmp_path / "a")
    part = parts_of(tmp_path / "a")[0]
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    {
        "cut short": lambda: part.write_bytes(part.read_bytes()[:-10]),
        "changed": lambda: part.write_bytes(content),
        "gone": part.unlink,
    }[how]()
    said = []
    ps.sweep(study(), tmp_path / "a", told=said.append)
    assert [sentence for sentence in said if part.name in sentence and "computed again" in sentence]
    assert WORLDS < len(lived) < 2 * WORLDS
    assert digests(tmp_path / "a") == uninterrupted


@pytest.mark.parametrize("content", [b"no ledger at all" * 100, b"", None], ids=["damaged", "empty", "gone"])
def test_a_lost_ledger_is_made_again_from_the_parts(tmp_path, lived, uninterrupted, content):
    lived.clear()
    ps.sweep(study(), tmp_path / "a")
    ledger = tmp_path / "a" / "store" / "ledger.sqlite"
    if content is None:
        ledger.unlink()
    else:
        ledger.write_bytes(content)
    ps.sweep(study(), tmp_path / "a")
    assert len(lived) == WORLDS
    assert digests(tmp_path / "a") == uninterrupted


def test_strangers_among_the_parts_are_left_alone_and_ours_that_are_damaged_removed(tmp_path, uninterrupted):
    ps.sweep(study(), tmp_path / "a")
    parts = parts_of(tmp_path / "a")[0].parent
    table = pa.table({"mine": [1]})
    pq.write_table(table, parts / "mine.parquet")
    pq.write_table(table, parts / "draft")
    digest = hashlib.sha256((parts / "draft").read_bytes()).hexdigest()
    (parts / "draft").rename(parts / f"{digest}.parquet")
    ours = parts / f"{'0' * 64}.parquet"
    ours.write_bytes(b"nonsense")
    said = []
    ps.sweep(study(), tmp_path / "a", told=said.append)
    assert sum("is left alone" in sentence for sentence in said) == 2
    assert (parts / "mine.parquet").exists()
    assert (parts / f"{digest}.parquet").exists()
    assert any(f"{ours}: was damaged" in sentence for sentence in said)
    assert not ours.exists()
    assert digests(tmp_path / "a") == uninterrupted


def test_parts_that_were_lost_and_come_back_count_no_world_twice(tmp_path):
    """Units then overlap: replicates 10 to 19 are in two parts."""
    factors = {"support.supervision.every_weeks": [1, 4]}
    folder = tmp_path / "a"
    ps.sweep(study(factors=factors, replicates=10), folder)
    first = parts_of(folder)
    ps.sweep(study(factors=factors, replicates=40), folder)
    away = [part.rename(tmp_path / part.name) for part in parts_of(folder) if part not in first]
    ps.sweep(study(factors=factors, replicates=20), folder)
    for part in away:
        part.rename(folder / "store" / "parts" / part.name)
    found = ps.sweep(study(factors=factors, replicates=40), folder)
    assert (found.outcomes["replicates"] <= 40).all()
    ps.sweep(study(factors=factors, replicates=40), tmp_path / "afresh")
    assert digests(folder) == digests(tmp_path / "afresh")


def test_a_ledger_that_another_program_reads_is_not_thrown_away(tmp_path, uninterrupted):
    ps.sweep(study(), tmp_path / "a")
    ledger = tmp_path / "a" / "store" / "ledger.sqlite"
    reader = sqlite3.connect(ledger)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM units").fetchone()
    with pytest.raises(StoreError, match=r"locked.*open in another program"):
        ps.sweep(study(), tmp_path / "a")
    reader.close()
    said = []
    ps.sweep(study(), tmp_path / "a", told=said.append)
    assert said == []
    assert digests(tmp_path / "a") == uninterrupted


def test_a_version_that_is_refused_leaves_the_store_to_its_own(tmp_path, monkeypatch):
    ps.sweep(study(), tmp_path / "a")
    (tmp_path / "a" / "store" / "ledger.sqlite").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(stores, "model_version", lambda: "0123456789abcdef")
        with pytest.raises(StoreError, match="another version of the model"):
            ps.sweep(study(), tmp_path / "a")
    ps.sweep(study(), tmp_path / "a")


def test_a_manifest_that_was_half_written_is_written_again(tmp_path, uninterrupted):
    ps.sweep(study(), tmp_path / "a")
    (tmp_path / "a" / "manifest.json").write_text("{", encoding="utf-8")
    ps.sweep(study(), tmp_path / "a")
    assert digests(tmp_path / "a") == uninterrupted


def test_what_an_earlier_design_left_is_not_vouched_for(tmp_path):
    ps.sweep(study(weekly=["identity"]), tmp_path / "a")
    (tmp_path / "a" / "figures").mkdir()
    (tmp_path / "a" / "figures" / "old.png").write_bytes(b"old")
    ps.sweep(study(), tmp_path / "a")
    assert not (tmp_path / "a" / "weekly.parquet").exists()
    assert not (tmp_path / "a" / "figures").exists()


def test_worlds_with_more_weekly_measures_serve_for_fewer(tmp_path, lived):
    one = ps.sweep(study(weekly=["identity", "hope"]), tmp_path / "a").weekly
    two = ps.sweep(study(weekly=["hope"]), tmp_path / "a")
    assert list(two.weekly.columns) == ["point", "replicate", "week", "hope"]
    pd.testing.assert_frame_equal(two.weekly, one[two.weekly.columns])
    ps.sweep(study(weekly=["hope", "identity"]), tmp_path / "a")
    ps.sweep(study(), tmp_path / "a")
    assert len(lived) == WORLDS


def test_two_processes_on_one_store_are_detected(tmp_path, uninterrupted):
    holder = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        from peersim.studies.store import opened
        with opened(Path({str(tmp_path / "store")!r})):
            print("held", flush=True)
            sys.stdin.read()
        """
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", holder], **pipes) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match=f"process {process.pid} works on it"):
            ps.sweep(study(), tmp_path / "a", store=tmp_path / "store")
        process.communicate()
    ps.sweep(study(), tmp_path / "a", store=tmp_path / "store")
    assert digests(tmp_path / "a") == uninterrupted


def test_a_store_of_another_version_of_the_model_is_refused(tmp_path, monkeypatch):
    ps.sweep(study(), tmp_path / "a")
    before = {path: path.read_bytes() for path in parts_of(tmp_path / "a")}
    monkeypatch.setattr(stores, "model_version", lambda: "0123456789abcdef")
    with pytest.raises(StoreError, match=r"another version of the model .*0123456789abcdef.*name a new folder"):
        ps.sweep(study(), tmp_path / "a")
    (tmp_path / "a" / "store" / "ledger.sqlite").unlink()
    with pytest.raises(StoreError, match="another version of the model"):
        ps.sweep(study(), tmp_path / "a")
    assert {path: path.read_bytes() for path in parts_of(tmp_path / "a")} == before


def test_the_version_changes_with_the_model(monkeypatch):
    before = units.model_version()
    monkeypatch.setattr(units, "source_digest", lambda: "other")
    assert units.model_version.__wrapped__() != before


@pytest.mark.slow
def test_a_full_disk_is_said_and_costs_nothing_that_was_finished(tmp_path, uninterrupted):
    """A real limit on the size of files, which the ledger or a part comes up against."""
    path = write_files(tmp_path)
    command = [sys.executable, "-m", "peersim", "sweep", str(path), "--out", str(tmp_path / "a")]
    full = []
    for limit in (3_000, 10_000, 30_000):
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert "Traceback" not in done.stderr, done.stderr
        if done.returncode:
            assert done.returncode == 2
            full.append(done.stderr)
    assert any("the disk is full" in message and "goes on from there" in message for message in full), full
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert digests(tmp_path / "a") == uninterrupted


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path):
    (tmp_path / "file").write_text("taken")
    with pytest.raises(OSError, match="is a file"):
        ps.sweep(study(), tmp_path / "file")
    with pytest.raises(StoreError, match="cannot be used"):
        ps.sweep(study(), tmp_path / "a", store=tmp_path / "file" / "store")


# failures ---------------------------------------------------------------------


def failing_study(**content):
    """A point in three cannot be: its change of policy would come after the end."""
    change = {"week": 30, "set": {"support.supervision.every_weeks": 1}}
    own = {"base": base(changes=[change]), "factors": {"horizon_weeks": [20, 60, 70]} | _formalisation()}
    return study(**own, **content)


def test_a_point_that_cannot_be_is_a_row(tmp_path):
    found = ps.sweep(failing_study(), tmp_path / "a")
    assert found.points["state"].tolist() == ["failed"] * 2 + ["done"] * 4
    assert found.failures["point"].tolist() == [0, 1]
    assert found.failures["error"].str.contains("changes.0.week: 30 is at or beyond").all()
    assert np.isnan(found.responses.runs["identity"][:2]).all()
    assert not np.isnan(found.responses.runs["identity"][2:]).any()
    assert set(found.runs["point"]) == {2, 3, 4, 5}


@pytest.fixture
def breaking(monkeypatch):
    """Worlds of one point raise an error until they are mended."""
    real, broken = units._worlds, [True]

    def fragile(unit):
        if broken[0] and unit.scenario.policies.support.supervision.every_weeks == 4:
            raise MemoryError("no room for this world")
        return real(unit)

    monkeypatch.setattr(units, "_worlds", fragile)
    return broken


@pytest.mark.usefixtures("breaking")
def test_a_unit_that_fails_is_a_row_with_its_traceback_and_takes_no_other_with_it(tmp_path, lived):
    found = ps.sweep(study(), tmp_path / "a")
    assert found.points["state"].tolist() == ["done", "done", "failed", "failed", "done", "done"]
    assert found.failures["error"].tolist() == ["MemoryError: no room for this world"] * 2
    assert found.failures["traceback"].str.contains("in fragile").all()
    assert (found.failures["last"] == 5).all()
    # Again: what failed is settled until somebody asks for it.
    ps.sweep(study(), tmp_path / "a")
    assert len(lived) == 4 * 6
    assert repr(found).endswith("6 points, 6 replicates, 2 failed)")


def test_retry_runs_what_failed_and_nothing_else(tmp_path, uninterrupted, breaking, lived):
    ps.sweep(study(), tmp_path / "a")
    lived.clear()
    found = ps.sweep(study(), tmp_path / "a", retry=True)
    assert len(found.failures) == 2
    assert lived == []
    breaking[0] = False
    found = ps.sweep(study(), tmp_path / "a", retry=True)
    assert found.failures.empty
    assert len(lived) == 2 * 6
    assert digests(tmp_path / "a") == uninterrupted


@pytest.mark.usefixtures("breaking")
def test_retry_leaves_the_failures_of_other_studies_alone(tmp_path):
    store = tmp_path / "shared"
    four = study(name="Four", factors={"support.supervision.every_weeks": [4]} | _formalisation())
    ps.sweep(four, tmp_path / "four", store=store)
    one = study(name="One", factors={"support.supervision.every_weeks": [1]} | _formalisation())
    ps.sweep(one, tmp_path / "one", store=store, retry=True)
    with opened(store) as kept:
        assert _count(kept.folder) == 2


def _count(folder: Path) -> int:
    # A store that is open has its ledger to itself: read a copy.
    copy = folder / "copy.sqlite"
    copy.write_bytes((folder / "ledger.sqlite").read_bytes())
    with sqlite3.connect(copy) as ledger:
        return ledger.execute("SELECT count(*) FROM units WHERE state = 'failed'").fetchone()[0]


# what there is ----------------------------------------------------------------


def test_numbers_are_those_of_a_plain_run(tmp_path):
    found = ps.sweep(study(), tmp_path / "a")
    for point, scenario in enumerate(study().scenarios()):
        results = ps.run(scenario, 6, 1)
        for outcome in found.study.outcomes:
            assert np.array_equal(found.responses.runs[outcome][point], results.per_replicate[outcome].to_numpy())
            row = results.outcomes.loc[outcome]
            assert found.outcomes.loc[(point, outcome), "replicates"] == row["replicates"]


def test_cuts_and_threads_change_no_bit(tmp_path, monkeypatch, uninterrupted):
    monkeypatch.setattr(units, "MOST_WORLDS", 1)
    monkeypatch.setattr(work, "TASK_SECONDS", 0.0)
    ps.sweep(study(), tmp_path / "a", workers=3)
    assert digests(tmp_path / "a") == uninterrupted


def test_no_table_holds_a_time_or_a_place(tmp_path):
    ps.sweep(study(), tmp_path / "a")
    for name in TABLES:
        assert str(tmp_path).encode() not in (tmp_path / "a" / name).read_bytes()


def test_weekly_series_are_those_of_a_plain_run(tmp_path):
    asked = study(weekly=["identity", "peers_in_post"])
    found = ps.sweep(asked, tmp_path / "a")
    weekly = found.weekly
    assert len(weekly) == POINTS * 6 * 60
    plain = ps.run(next(asked.scenarios()), 6, 1).weekly
    pd.testing.assert_frame_equal(
        weekly[weekly["point"] == 0][["replicate", "week", "identity", "peers_in_post"]].reset_index(drop=True),
        plain[["replicate", "week", "identity", "peers_in_post"]].reset_index(drop=True),
        check_dtype=False,
        check_exact=True,
    )
