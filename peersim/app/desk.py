"""Runs worlds for all visitors at once, off the event loop, in small slices taken in turns."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from threading import Event
from typing import Any, Final, ParamSpec, TypeVar

from peersim.app.limits import FIRST_WORLDS, n_people
from peersim.app.turns import Turns, Urgency
from peersim.ensemble import CHUNK, live_chunk, threads_available
from peersim.results.results import Batch, Results
from peersim.scenario import Scenario
from peersim.world.build import build

P = ParamSpec("P")
T = TypeVar("T")
Key = tuple[str, int]

SEED: Final = 1
"""Of every run of the page: a visitor who runs the saved scenario on the command line sees the same numbers."""
SLICE: Final = 400_000
"""Person-weeks that a core lives before somebody else may have it: some 20 milliseconds."""
BEHIND: Final = 10
"""Steps of priority by which worlds that only fill in stand back behind the page and the browsers on this machine."""
AT_ONCE_ASIDE: Final = 4
"""Functions that take seconds, at once: one visitor's does not wait for another's to end."""
MOST_REMEMBERED: Final = 400_000_000
"""Bytes of results kept for whoever asks for the same again."""


class Desk:
    """Where every visitor asks for worlds.

    The worlds of a run are lived in slices, each in its turn, so that a long run never keeps a short one waiting, and a
    first look goes before worlds that only fill in, which are lived by threads that stand back.  What several visitors
    ask for is lived once.  A task that is cancelled leaves no more than the worlds under way.

    Parameters
    ----------
    cores : int, optional
        Cores to use; all by default.

    Attributes
    ----------
    closed : bool
        Whether the page is ending: what runs aside for long should end too.
    """

    def __init__(self, cores: int | None = None) -> None:
        self.closed = False
        self._cores = cores or threads_available()
        self._turns = Turns(self._cores)
        self._pool = ThreadPoolExecutor(len(Urgency) * self._cores, "work")
        self._patient = ThreadPoolExecutor(self._cores, "patient", initializer=_stand_back)
        self._side = ThreadPoolExecutor(AT_ONCE_ASIDE, "aside", initializer=_stand_back)
        self._process: Executor | None = None
        self._remembered: OrderedDict[Key, Results] = OrderedDict()
        self._under_way: dict[Key, _Shared] = {}

    async def results(self, scenario: Scenario, worlds: int, urgency: Urgency = Urgency.THE_REST) -> Results:
        """Results of the first so many worlds of a scenario, as `peersim.run` gives them."""
        key = (scenario.digest, worlds)
        if key in self._remembered:
            self._remembered.move_to_end(key)
            return self._remembered[key]
        shared = self._under_way.get(key)
        if shared is None:
            task = asyncio.create_task(self._run(scenario, worlds, urgency))
            shared = self._under_way[key] = _Shared(task)
            task.add_done_callback(lambda _: self._forget(key, shared))
        try:
            return await shared.result()
        finally:
            if not shared.wanted:
                self._forget(key, shared)

    def remembers(self, scenario: Scenario, worlds: int) -> bool:
        """Whether these results are there at once."""
        return (scenario.digest, worlds) in self._remembered

    async def work(self, urgency: Urgency, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a quick function in its turn."""
        async with self._turns.turn(urgency):
            return await _in(self._pool, function, *args, **kwargs)

    async def aside(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function that takes seconds, beside what the cores do in turns, by a thread that stands back."""
        return await _in(self._side, function, *args, **kwargs)

    async def apart(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in a process of its own, where it cannot hold up Python here.

        If that process ends under way, as when the system has run out of memory, a new one tries once more.

        Raises
        ------
        BrokenProcessPool
            If that ends too.  The next call gets another.
        """
        try:
            return await self._in_process(function, *args, **kwargs)
        except BrokenProcessPool:
            return await self._in_process(function, *args, **kwargs)

    async def _in_process(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._process is None:
            self._process = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
        process = self._process
        try:
            return await _in(process, function, *args, **kwargs)
        except BrokenProcessPool:
            if self._process is process:  # unless somebody else who waited for it has seen to that
                self._process = None
            raise

    async def _run(self, scenario: Scenario, worlds: int, urgency: Urgency) -> Results:
        begun = self._remembered.get((scenario.digest, FIRST_WORLDS)) if worlds > FIRST_WORLDS else None
        first = begun.replicates if begun else 0
        batches = await self._lived(scenario, first, worlds, urgency)
        if begun:
            results = await self.work(urgency, begun.extended, batches, worlds - first)
        else:
            results = await self.work(urgency, Results, scenario, batches, replicates=worlds, seed=SEED)
        self._remember((scenario.digest, worlds), results)
        return results

    async def _lived(self, scenario: Scenario, first: int, worlds: int, urgency: Urgency) -> list[Batch]:
        """Worlds from `first` on, in slices.

        For every slice that is lived another one waits for its turn, so that nobody less urgent slips in between.
        """
        size = max(1, min(CHUNK, SLICE // (n_people(scenario) * scenario.horizon_weeks)))
        starts = iter(range(first, worlds, size))
        blank = await self.work(urgency, build, scenario, seed=SEED, weeks=scenario.horizon_weeks)
        pool = self._pool if urgency is Urgency.FIRST_LOOK else self._patient
        stop = Event()
        lived: dict[int, Batch] = {}

        async def live() -> None:
            for start in starts:
                async with self._turns.turn(urgency):
                    lived[start] = await _in(pool, live_chunk, blank, start, min(size, worlds - start), stop)

        try:
            await asyncio.gather(*(live() for _ in range(2 * self._cores)))
        finally:
            stop.set()  # whatever is still under way is not wanted any more
        return [lived[start] for start in sorted(lived)]

    def _remember(self, key: Key, results: Results) -> None:
        self._remembered[key] = results
        while len(self._remembered) > 1 and sum(each.nbytes for each in self._remembered.values()) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)

    def _forget(self, key: Key, shared: _Shared) -> None:
        if self._under_way.get(key) is shared:
            del self._under_way[key]

    def close(self) -> None:
        """Take no more work and let go of threads and processes."""
        self.closed = True
        for pool in (self._pool, self._patient, self._side, self._process):
            if pool is not None:
                pool.shutdown(wait=False, cancel_futures=True)


class _Shared:
    """A task that several wait for, cancelled when nobody does any more."""

    def __init__(self, task: asyncio.Task[Results]) -> None:
        self._task = task
        self.wanted = 0

    async def result(self) -> Results:
        """Wait for it."""
        self.wanted += 1
        try:
            return await asyncio.shield(self._task)
        finally:
            self.wanted -= 1
            if not self.wanted:
                self._task.cancel()


async def _in(pool: Executor, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, partial(function, *args, **kwargs))


def _stand_back() -> None:
    """Leave the core to everybody else who wants it, from now on, where threads can have a priority."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + BEHIND)
