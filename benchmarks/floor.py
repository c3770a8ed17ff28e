"""The floor: drawing the same Philox numbers and touching the same state, and nothing else.

Nothing that gives the same random numbers and keeps the same records can be faster.  Every week each row of every
record is read and written once, word by word, every number that the week's behaviours draw in the baseline is drawn,
and a row of measures is written.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from peersim.world import draws
from peersim.world.state import World

PEER_BLOCKS = (draws.TASK, draws.TASK + 1, *(draws.MEETING + k for k in (0, 1, 2, 0, 1, 2)), draws.SUPERVISION)
"""Blocks that a peer draws in a week besides the week's luck: meetings once as colleague, once as fellow peer."""


def words(records: Any) -> np.ndarray[Any, Any]:
    """The memory of records as whole numbers of four bytes, shape (rows, words)."""
    return records.view(np.uint8).reshape(len(records), -1).view(np.uint32)


@numba.njit(nogil=True, error_model="numpy")
def touch(memory):
    """Read and write every word."""
    for i in range(memory.shape[0]):
        for k in range(memory.shape[1]):
            memory[i, k] += np.uint32(1)


@numba.njit(nogil=True, error_model="numpy")
def draw(count, kind, week, decision, replicate, luck):
    """One block of four numbers for each of `count` people, kept in `luck`."""
    for i in range(count):
        w0, w1, w2, w3 = draws.philox(
            np.uint64((kind << 29) | i),
            np.uint64(0),
            np.uint64(0),
            np.uint64((week << 16) | decision),
            np.uint64(1),
            np.uint64(replicate),
        )
        luck[i, 0] = draws.uniform(w0)
        luck[i, 1] = draws.uniform(w1)
        luck[i, 2] = draws.uniform(w2)
        luck[i, 3] = draws.uniform(w3)


@numba.njit(nogil=True, error_model="numpy")
def floor(peers, clinicians, managers, users, teams, luck, weekly, replicate):
    """All weeks of one world at the floor."""
    for week in range(weekly.shape[0]):
        draw(len(peers), draws.PEER, week, draws.LUCK, replicate, luck)
        draw(len(clinicians), draws.CLINICIAN, week, draws.LUCK, replicate, luck)
        draw(len(managers), draws.MANAGER, week, draws.LUCK, replicate, luck)
        draw(len(users), draws.USER, week, draws.LUCK, replicate, luck)
        for decision in PEER_BLOCKS:
            draw(len(peers), draws.PEER, week, decision, replicate, luck)
        touch(peers)
        touch(clinicians)
        touch(managers)
        touch(users)
        touch(teams)
        for k in range(weekly.shape[1]):
            weekly[week, k] = luck[k % len(luck), 0]


def run_floor(world: World, replicates: int) -> None:
    """The floor for `replicates` worlds, each with a table of its own."""
    memory = [words(records) for records in (world.peers, world.clinicians, world.managers, world.users, world.teams)]
    luck = np.empty((max(len(rows) for rows in memory), 4))
    for replicate in range(replicates):
        floor(*memory, luck, np.empty_like(world.weekly), replicate)
