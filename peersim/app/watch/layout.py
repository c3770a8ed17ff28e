"""Where people sit: peers in the middle, clinicians around them, users outside, the manager at the head."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

Point = tuple[float, float]

SPACE: Final = 24.0
"""Least distance of two people: also the least size of a target."""
PEER_SPACE: Final = 34.0
HEAD: Final = 40.0
"""Room above the circle, for the manager."""
MARGIN: Final = 16.0
MOST_PEERS_IN_A_RING, MOST_CLINICIANS_IN_A_RING = 8, 18
SMALLEST: Final = 60.0


class Seats(NamedTuple):
    """Where the people of a team sit, with the middle of the peers at (0, 0)."""

    peers: Sequence[Point]
    clinicians: Sequence[Point]
    users: Sequence[Point]
    radius: float


def seats(peers: int, clinicians: int, users: int) -> Seats:
    """Seats for so many people."""
    in_middle = (
        [(0.0, 0.0)] if peers == 1 else rings(peers, _inner(peers, MOST_PEERS_IN_A_RING, PEER_SPACE), PEER_SPACE)
    )
    inner = max(_reach(in_middle) + 31.0, _inner(clinicians, MOST_CLINICIANS_IN_A_RING, SPACE))
    around = rings(clinicians, inner, SPACE)
    outside = rings(users, _reach(around) + SPACE, SPACE)
    return Seats(in_middle, around, outside, max(SMALLEST, _reach(around), _reach(outside)))


def rings(people: int, inner: float, space: float) -> list[Point]:
    """Seats on rings from the inner one outwards, as many as there is room for on each."""
    found: list[Point] = []
    radius = inner
    while len(found) < people:
        room = max(1, math.floor(math.pi / math.asin(min(1.0, space / (2 * radius))) + 1e-9))
        seated = min(room, people - len(found))
        for number in range(seated):
            angle = math.pi / 2 + 2 * math.pi * (number + 0.5) / seated  # the first beside the lowest point
            found.append((round(radius * math.cos(angle), 2), round(radius * math.sin(angle), 2)))
        radius += space
    return found


def _inner(people: int, most: int, space: float) -> float:
    """Radius of a ring with room for everybody, or for as many as a ring may hold."""
    return max(18.0, space / (2 * math.sin(math.pi / max(2, min(people, most)))))


def _reach(points: Sequence[Point]) -> float:
    return max((math.hypot(*point) for point in points), default=0.0)
