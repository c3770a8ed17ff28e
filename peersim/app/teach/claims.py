"""What a lesson claims, held against a run."""

from __future__ import annotations

from typing import Any, NamedTuple

from peersim.app.reading import Reading
from peersim.app.teach import wording
from peersim.app.teach.lesson import ANSWERS, SAME, Expect


class Found(NamedTuple):
    """A difference, its 95 % interval, and the smallest that matters."""

    difference: float
    low: float
    high: float
    margin: float = wording.MARGIN


def came_to(reading: Reading, outcome: str) -> float:
    """Mean of an outcome in the world that a reading is of."""
    row: Any = reading.outcomes.loc[outcome]
    return float(row["mean"])


def found(expect: Expect, reading: Reading) -> Found:
    """What came of that which a claim is about."""
    if expect.outcome:
        if reading.contrasts is None:
            return Found(0.0, 0.0, 0.0)
        row: Any = reading.contrasts.loc[expect.outcome]
        return Found(*(float(row[name]) for name in Found._fields))
    there: Any
    here: Any
    if expect.cause:
        there, here = reading.baseline_identity_causes.loc[expect.cause], reading.identity_causes.loc[expect.cause]
    else:
        there, here = reading.baseline_reasons.loc[expect.reason], reading.reasons.loc[expect.reason]
    # The interval as if the two had nothing in common: wider than that of pairs, so no claim passes by it.
    low, high = here["low"] - there["high"], here["high"] - there["low"]
    return Found(float(here["mean"] - there["mean"]), float(low), float(high))


def holds(expect: Expect, came: Found, a_lot: float, lesson: Found | None = None) -> bool:
    """Whether a claim is what a run shows.

    Parameters
    ----------
    expect : Expect
    came : Found
    a_lot : float
        A difference from which on it is a lot.
    lesson : Found, optional
        What the lesson itself shows, where the claim is about more or less than that.
    """
    if expect.than_the_lesson:
        if lesson is None:
            return False
        nearest, farthest = sorted((abs(came.low), abs(came.high)))
        less = expect.than_the_lesson == "less"
        if not (farthest < abs(lesson.difference) if less else nearest > abs(lesson.difference)):
            return False
    if expect.change == "changes little":
        return -a_lot < came.low and came.high < a_lot
    if expect.change in ANSWERS and wording.answer(came.difference, a_lot) != expect.change:
        return False
    if expect.change == SAME:
        return -a_lot < came.low and came.high < a_lot
    if expect.change.startswith("falls"):
        return came.high < 0.0 and came.difference <= -came.margin
    return came.low > 0.0 and came.difference >= came.margin
