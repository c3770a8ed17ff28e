"""Turns: whoever is more urgent goes first, and among equals whoever asked first."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum


class Urgency(IntEnum):
    """What is waited for: the first look after a change, or the worlds that fill in."""

    FIRST_LOOK = 0
    THE_REST = 1


class Turns:
    """So many turns at a time, for tasks of one event loop.

    A turn is free while fewer than so many are held by whoever is as urgent or more: who is less urgent holds up
    nobody, not even with the turn that they have.

    Parameters
    ----------
    at_once : int
        Turns that may be taken at the same time, 1 or more.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._held = [0 for _ in Urgency]
        self._waiting: list[tuple[Urgency, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    @asynccontextmanager
    async def turn(self, urgency: Urgency) -> AsyncIterator[None]:
        """Wait for a turn and hold it; a task that is cancelled while it waits takes none."""
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._order), future))
        self._call()
        try:
            await future
            yield
        finally:
            if not future.cancel() and not future.cancelled():  # it was called
                self._held[urgency] -= 1
                self._call()

    def _call(self) -> None:
        """Give free turns to whoever waits."""
        while self._waiting and sum(self._held[: self._waiting[0][0] + 1]) < self._at_once:
            urgency, _, future = heapq.heappop(self._waiting)
            if not future.done():
                self._held[urgency] += 1
                future.set_result(None)
