"""Where work is done changes no bit, and a worker that dies loses nothing."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from distributed import Client, LocalCluster, WorkerPlugin

import peersim as ps
from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration import extras
from peersim.studies import engines, work
from peersim.studies.sweep import UnfinishedError
from tests.studies.small import digests, study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Digests of the tables as threads in this process write them."""
    folder = tmp_path_factory.mktemp("engines") / "whole"
    ps.sweep(asked(), folder)
    return digests(folder)


def asked():
    return study(levels=4, replicates=30)


@pytest.fixture
def small_tasks(monkeypatch):
    """Every unit is a task of its own."""
    monkeypatch.setattr(work, "TASK_SECONDS", 0.0)


@pytest.fixture
def cluster():
    """A real cluster: a scheduler and two processes, reached by address."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs="ERROR", protocol="tcp://"
    ) as made:
        yield made


def test_processes_on_this_machine_give_the_same_bytes(tmp_path, whole):
    ps.sweep(asked(), tmp_path / "a", cluster="local:2")
    assert digests(tmp_path / "a") == whole


@pytest.mark.usefixtures("small_tasks")
def test_a_worker_killed_in_the_middle_costs_nothing(tmp_path, whole, cluster):
    with Client(cluster, set_as_default=False) as client:
        before = set(client.run(os.getpid).values())
        killed = threading.Event()

        def kill(done: int, _: int) -> None:
            if done and not killed.is_set():
                killed.set()
                os.kill(min(before), signal.SIGKILL)

        ps.sweep(asked(), tmp_path / "a", cluster=cluster.scheduler_address, progress=kill)
        assert killed.is_set()
        client.wait_for_workers(2)
        assert min(before) not in client.run(os.getpid).values()
    assert digests(tmp_path / "a") == whole


def test_a_study_begun_on_threads_goes_on_in_a_cluster(tmp_path, whole, cluster):
    with pytest.raises(UnfinishedError):
        ps.sweep(asked(), tmp_path / "a", max_runs=100)
    ps.sweep(asked(), tmp_path / "a", cluster=cluster.scheduler_address)
    assert digests(tmp_path / "a") == whole


class Deadly(WorkerPlugin):
    """Worlds of one point kill the process that lives them."""

    def setup(self, worker):  # noqa: ARG002
        from peersim.studies import units

        real = units._worlds

        def deadly(unit):
            if unit.scenario.policies.support.supervision.every_weeks == 4:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(unit)

        units._worlds = deadly


def test_a_point_that_kills_its_workers_is_a_row(tmp_path, cluster):
    cluster.scheduler.allowed_failures = 0
    with Client(cluster, set_as_default=False) as client:
        client.register_plugin(Deadly())
        found = ps.sweep(study(), tmp_path / "a", cluster=cluster.scheduler_address)
    assert found.points["state"].tolist() == ["done", "done", "failed", "failed", "done", "done"]
    assert found.failures["error"].str.contains("KilledWorker").all()


def test_workers_that_join_later_are_used(cluster, monkeypatch):
    monkeypatch.setattr(engines, "COUNT_EVERY", 0.0)
    with engines.engine(cluster=cluster.scheduler_address) as found:
        assert found.slots() == 2
        cluster.scale(3)
        cluster.wait_for_workers(3)
        assert found.slots() == 3


@pytest.mark.usefixtures("small_tasks")
def test_a_scheduler_that_dies_is_said_and_costs_nothing_that_was_finished(tmp_path, whole):
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--dashboard-address", ":0"]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    file = tmp_path / "scheduler.json"
    with subprocess.Popen([*dask, "--scheduler-file", file], **pipes) as scheduler:
        while not file.exists() and scheduler.poll() is None:
            time.sleep(0.05)
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1"]
        with subprocess.Popen([*command, "--dashboard-address", ":0"], **pipes) as worker:

            def kill(done: int, _: int) -> None:
                if done:
                    scheduler.kill()

            with pytest.raises(QuestionError, match=r"went away .*the same command goes on"):
                ps.sweep(asked(), tmp_path / "a", cluster=address, progress=kill)
            worker.kill()
    assert list((tmp_path / "a" / "store" / "parts").glob("*.parquet"))
    ps.sweep(asked(), tmp_path / "a")
    assert digests(tmp_path / "a") == whole


class Outdated(WorkerPlugin):
    """Workers that have another version of the model."""

    def setup(self, worker):  # noqa: ARG002
        from peersim.studies import units

        units.model_version = lambda: "0123456789abcdef"


def test_workers_with_another_version_of_the_model_are_refused(tmp_path, cluster):
    with Client(cluster, set_as_default=False) as client:
        client.register_plugin(Outdated())
        with pytest.raises(QuestionError, match=r"another version of the model .0123456789abcdef"):
            ps.sweep(study(), tmp_path / "a", cluster=cluster.scheduler_address)


def test_clusters_that_cannot_be_used_are_said(tmp_path, monkeypatch):
    monkeypatch.setattr("peersim.studies.engines.PATIENCE", 0.5)
    for address, message in (
        ("tcp://127.0.0.1:9", "does not answer .*is its scheduler running"),
        ("local:none", "allowed: a number of processes"),
        ("slurm", "allowed: local:4"),
    ):
        with pytest.raises(QuestionError, match=message):
            ps.sweep(study(), tmp_path / "a", cluster=address)
    with (
        LocalCluster(n_workers=0, dashboard_address=":0", protocol="tcp://") as empty,
        pytest.raises(QuestionError, match="no worker has joined"),
    ):
        ps.sweep(study(), tmp_path / "a", cluster=empty.scheduler_address)


def test_what_is_not_installed_is_said(tmp_path, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(extras, "import_module", missing)
    with pytest.raises(QuestionError, match=r"needs distributed.*pip install 'peersim\[cluster\]'"):
        ps.sweep(study(), tmp_path / "a", cluster="local:2")


def test_no_workers_are_refused(tmp_path):
    with pytest.raises(QuestionError, match="workers: found 0; allowed: 1 or more"):
        ps.sweep(study(), tmp_path / "a", workers=0)
