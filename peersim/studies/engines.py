"""Engines: where the work of a study is done.  All speak the protocol of `concurrent.futures`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.extras import needs
from peersim.ensemble import threads_available

LOCAL: Final = "local:"
PATIENCE: Final = 10
"""Seconds in which a cluster has to answer."""
COUNT_EVERY: Final = 5
"""Seconds after which workers are counted again."""
DELIVERY: Final = 60
"""Seconds in which a worker has to hand over what it has computed."""


@dataclass(frozen=True)
class Engine:
    """Where work is done.

    Attributes
    ----------
    executor : Executor
    slots : callable
        How many tasks run at the same time; workers of a cluster come and go.
    """

    executor: Executor
    slots: Callable[[], int]


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
        yield Engine(executor, lambda: threads)
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
        n_workers=int(number), threads_per_worker=1, dashboard_address=":0", silence_logs="ERROR"
    )
    with cluster, _client(distributed, cluster) as client:
        yield _engine_of(client, address)


@contextmanager
def _client(distributed: Any, target: Any) -> Iterator[Any]:
    try:
        client = distributed.Client(target, timeout=PATIENCE, set_as_default=False)
    except Exception as error:  # Dask has many ways to say so
        raise QuestionError(f"cluster {target}: does not answer ({error}); is its scheduler running?") from None
    with client:
        yield client


def _engine_of(client: Any, address: str) -> Engine:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise QuestionError(f"cluster {address}: its scheduler answers, but no worker has joined it") from None
    cluster = _Cluster(client, address)
    return Engine(cluster, cluster.slots)


class _Cluster(Executor):
    """A Dask cluster as an executor.

    Dask has one of its own; but where a worker dies between computing a result and handing it over, its future may
    never be done.  Here every end of a task is an end of its future.
    """

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._slots, self._counted = 1, -math.inf
        self._remote: set[Any] = set()  # Dask forgets a task whose future nobody holds

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a task to the cluster."""
        done: Future[Any] = Future()
        try:
            remote = self._client.submit(fn, *args, pure=False, **kwargs)
        except Exception as error:
            raise self._gone(error) from None
        self._remote.add(remote)
        remote.add_done_callback(lambda remote: self._deliver(remote, done))
        return done

    def slots(self) -> int:
        """Threads of all workers, counted again every few seconds."""
        if time.monotonic() > self._counted + COUNT_EVERY:
            try:
                self._slots = max(1, sum(self._client.nthreads().values()))
            except Exception as error:
                raise self._gone(error) from None
            self._counted = time.monotonic()
        return self._slots

    def _deliver(self, remote: Any, done: Future[Any]) -> None:
        try:
            done.set_result(remote.result(timeout=DELIVERY))
        except BaseException as error:
            done.set_exception(error if self._client.status == "running" else self._gone(error))
        finally:
            self._remote.discard(remote)

    def _gone(self, error: BaseException) -> QuestionError:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        return QuestionError(
            f"cluster {self._address}: went away ({why}); what was finished is kept, and the same command goes on"
        )
