"""Engines: where the work of a study is done.  All speak the protocol of `concurrent.futures`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.extras import needs
from peersim.ensemble import threads_available

LOCAL: Final = "local:"
PATIENCE: Final = 10
"""Seconds in which a cluster has to answer."""


@dataclass(frozen=True)
class Engine:
    """Where work is done.

    Attributes
    ----------
    executor : Executor
    slots : int
        Tasks that run at the same time.
    """

    executor: Executor
    slots: int


@contextmanager
def engine(workers: int | None = None, cluster: str | None = None) -> Iterator[Engine]:
    """An engine, closed at the end with what it still has to do.

    Parameters
    ----------
    workers : int, optional
        Threads in this process; all cores by default.
    cluster : str, optional
        ``local:4`` for four processes on this machine, ``tcp://host:port`` for a Dask scheduler.

    Raises
    ------
    QuestionError
        If there is no such cluster, or it does not answer.
    """
    if cluster is not None:
        with _cluster(cluster) as found:
            yield found
        return
    if workers is not None and workers < 1:
        raise QuestionError(f"workers: found {workers}; allowed: 1 or more")
    threads = workers or threads_available()
    executor = ThreadPoolExecutor(threads, thread_name_prefix="peersim")
    try:
        yield Engine(executor, threads)
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def _cluster(address: str) -> Iterator[Engine]:
    if not address.startswith((LOCAL, "tcp://", "tls://")):
        raise QuestionError(
            f"cluster {address}: allowed: local:4 (four processes on this machine), or the address of a Dask "
            "scheduler, such as tcp://host:8786"
        )
    distributed = needs("distributed", "cluster")
    if not address.startswith(LOCAL):
        with _client(distributed, address) as client:
            yield _engine_of(client, address)
        return
    number = address.removeprefix(LOCAL)
    if not number.isdecimal() or not int(number):
        raise QuestionError(f"cluster {address}: allowed: a number of processes, such as local:4")
    cluster = distributed.LocalCluster(
        n_workers=int(number), threads_per_worker=1, dashboard_address=None, silence_logs="ERROR"
    )
    with cluster, _client(distributed, cluster) as client:
        yield _engine_of(client, address)


@contextmanager
def _client(distributed: Any, target: Any) -> Iterator[Any]:
    try:
        client = distributed.Client(target, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise QuestionError(f"cluster {target}: does not answer ({error}); is its scheduler running?") from None
    with client:
        yield client


def _engine_of(client: Any, address: str) -> Engine:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise QuestionError(f"cluster {address}: its scheduler answers, but no worker has joined it") from None
    return Engine(client.get_executor(pure=False), max(1, sum(client.nthreads().values())))
