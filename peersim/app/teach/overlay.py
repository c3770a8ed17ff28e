"""What a class, or one learner, expected and found, over one axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from nicegui import ui

from peersim.app import charts
from peersim.app.teach import wording
from peersim.app.teach.lesson import ANSWERS, Prediction

BINS: Final = 50
"""Places along the axis at which dots are stacked."""
COUNTED: Final = 4
"""Dots in a stack from which on their number stands beside it."""
PAD: Final = 0.05
"""Room on both sides of the outermost value."""
NARROW: Final = 0.35
"""Width of an axis up to which it has twice as many ticks."""
GUESSED, FOUND = "#8A4B08", charts.NOW


class Row(NamedTuple):
    """A row of dots: its name, values, shape and colour; the learner's own value, and whether the mean is marked."""

    name: str
    values: Sequence[float]
    shape: Literal["circle", "square", "diamond", "triangle"]
    colour: str
    own: float | None = None
    averaged: bool = False


class Dots(ui.element, component="dots.js"):  # type: ignore[call-arg]  # NiceGUI is not typed here
    """A chart of rows of dots.

    Parameters
    ----------
    prediction : Prediction
        What is asked for: the axis.
    large : bool
        For a wall.
    """

    def __init__(self, prediction: Prediction, *, large: bool = False) -> None:
        super().__init__()
        self._prediction = prediction
        self._props["large"] = large
        self.draw([], "")

    def draw(self, rows: Sequence[Row], label: str) -> None:
        """Draw rows, the first on top; `label` says what they show, for whoever cannot see them."""
        outcome = self._prediction.outcome
        low, high = ends(rows, self._prediction)
        unit = "%" if outcome in wording.PERCENT else "0 to 1"
        self._props.update(
            {
                "label": label,
                "title": f"{wording.title(outcome)}, {unit}",
                "low": low,
                "high": high,
                "ticks": [{"at": at, "text": _tick(outcome, at)} for at in _ticks(low, high)],
                "rows": [_row(row, low, high) for row in rows],
            }
        )
        self.update()


def _row(row: Row, low: float, high: float) -> dict[str, Any]:
    """A row as the component takes it."""
    stacked = stacks(row.values, low, high)
    there = Counter(_bin(value, low, high) for value in row.values)
    tops = [(at, place) for at, place in stacked if place + 1 == there[_bin(at, low, high)] >= COUNTED]
    return {
        "name": row.name,
        "shape": row.shape,
        "colour": row.colour,
        "dots": [{"at": at, "place": place} for at, place in stacked],
        "counts": [{"at": at, "place": place, "text": str(place + 1)} for at, place in tops],
        "mean": sum(row.values) / len(row.values) if row.averaged and row.values else None,
        "own": row.own,
    }


def _ticks(low: float, high: float) -> list[float]:
    step = 0.1 if high - low > NARROW else 0.05
    return [round(low + place * step, 2) for place in range(round((high - low) / step) + 1)]


def _tick(outcome: str, at: float) -> str:
    return f"{100.0 * at:.0f}" if outcome in wording.PERCENT else f"{at:g}"


def stacks(values: Sequence[float], low: float, high: float) -> list[tuple[float, int]]:
    """Every value with its place in the stack of those that lie where it lies."""
    there: Counter[int] = Counter()
    placed = []
    for value in sorted(values):
        place = _bin(value, low, high)
        placed.append((value, there[place]))
        there[place] += 1
    return placed


def _bin(value: float, low: float, high: float) -> int:
    return round(BINS * (value - low) / (high - low))


def ends(rows: Sequence[Row], prediction: Prediction) -> tuple[float, float]:
    """Ends of the axis, in tenths: the scale of the question, and every value."""
    values = [value for row in rows for value in (*row.values, *([] if row.own is None else [row.own]))]
    asked = [prediction.low, prediction.high] if prediction.kind == "number" else []
    if not values and not asked:
        return 0.0, 1.0
    low, high = min([*asked, *(value - PAD for value in values)]), max([*asked, *(value + PAD for value in values)])
    # In rounded hundredths, so that 0.3 is three tenths and not a hair more or less.
    return max(0, round(100 * low) // 10) / 10.0, min(10, -(-round(100 * high) // 10)) / 10.0


def counts(answers: Sequence[str]) -> list[tuple[str, int]]:
    """How many expect what; the last row is of those who do not know."""
    found = Counter(answers)
    return [*((answer, found[answer]) for answer in ANSWERS), (wording.DO_NOT_KNOW, found[""])]
