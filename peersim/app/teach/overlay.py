"""What a class, or one learner, expected and found, over one axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from nicegui import ui

from peersim.app.charts import NOW
from peersim.app.teach import wording
from peersim.app.teach.lesson import ANSWERS, Prediction

BINS: Final = 50
"""Places along the axis at which dots are stacked."""
STEP: Final = 10
"""Pixels from dot to dot in a stack."""
TALLEST: Final = 42
"""Pixels that a stack may be high; the dots of a taller one lie closer."""
COUNTED: Final = 4
"""Dots in a stack from which on their number stands above it."""
PAD: Final = 0.05
NARROW: Final = 0.35
"""Width of an axis up to which it has twice as many ticks."""
LIFT: Final = 12
"""Pixels by which a stack begins below the middle of its row."""
GUESSED, FOUND, INK, GRID = "#8A4B08", NOW, "#1A1A1A", "#E3E6E8"
FONT: Final = "system-ui, -apple-system, 'Segoe UI', Arial, sans-serif"
DARK: Final = {"color": INK}


class Row(NamedTuple):
    """A row of dots: its name, values, shape and colour; the learner's own value, and whether the mean is marked."""

    name: str
    values: Sequence[float]
    shape: str
    colour: str
    own: float | None = None
    averaged: bool = False


def chart(label: str, options: dict[str, Any]) -> ui.echart:
    """A chart of dots, and what a screen reader says of it."""
    made = ui.echart(options, renderer="svg")
    made._props.update({"role": "img", "aria-label": label})
    return made


def dots(rows: Sequence[Row], prediction: Prediction, *, large: bool = False) -> dict[str, Any]:
    """Options of a chart of dots, the first row on top; large for a wall."""
    percent = prediction.outcome in wording.PERCENT
    scale = 100.0 if percent else 1.0
    low, high = ends(rows, prediction)
    size = 17 if large else 12
    text = {"color": INK, "fontSize": size}
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": INK},
        "grid": {"left": 8, "right": 30, "top": 12, "bottom": 2 * size + 18, "containLabel": True},
        "tooltip": {"show": False},
        "xAxis": {
            "type": "value",
            "min": scale * low,
            "max": scale * high,
            "interval": scale * (0.1 if high - low > NARROW else 0.05),
            "name": f"{wording.title(prediction.outcome)}{', %' if percent else ', 0 to 1'}",
            "nameLocation": "middle",
            "nameGap": 2 * size + 4,
            "nameTextStyle": text,
            "axisLabel": text | {"hideOverlap": True},
            "splitLine": {"lineStyle": {"color": GRID}},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [row.name for row in rows],
            "axisLabel": text | {"width": 8.5 * size, "overflow": "break", "lineHeight": size + 3},
            "axisTick": {"show": False},
            "splitLine": {"show": True, "lineStyle": {"color": GRID}},
        },
        "series": [
            {
                "type": "scatter",
                "name": row.name,
                "symbol": row.shape,
                "symbolSize": size,
                "silent": True,
                "itemStyle": {"color": row.colour, "borderColor": "#ffffff", "borderWidth": 1},
                "data": [*_dots(number, row, low, high, scale), *_marks(number, row, scale, size)],
            }
            for number, row in enumerate(rows)
        ],
    }


def _dots(number: int, row: Row, low: float, high: float, scale: float) -> list[dict[str, Any]]:
    """The values of a row, stacked where they lie together; a tall stack has its number on it."""
    stacked = stacks(row.values, low, high)
    tallest = max((place for _, place in stacked), default=0)
    step, lift = (min(STEP, TALLEST / tallest), LIFT) if tallest else (0.0, 0.0)
    there = Counter(_bin(value, low, high) for value in row.values)
    dots = []
    for value, place in stacked:
        of = there[_bin(value, low, high)]
        label: dict[str, Any] = {"show": place == of - 1 and of >= COUNTED, "formatter": str(of), "position": "right"}
        dots.append({"value": [scale * value, number], "symbolOffset": [0, lift - step * place], "label": label | DARK})
    return dots


def _marks(number: int, row: Row, scale: float, size: int) -> list[dict[str, Any]]:
    """The learner's own value in a ring, and the mean of a row as an upright line."""
    marks: list[dict[str, Any]] = []
    if row.averaged and row.values:
        mean = sum(row.values) / len(row.values)
        label = {"show": True, "formatter": "mean", "position": "top", "distance": 4, "fontSize": size} | DARK
        marks.append(
            {
                "value": [scale * mean, number],
                "symbol": "rect",
                "symbolSize": [3, 44],
                "itemStyle": {"color": INK, "borderWidth": 0},
                "label": label,
            }
        )
    if row.own is not None:
        label = {"show": True, "formatter": "you", "position": "bottom", "distance": 2, "fontWeight": "bold"} | DARK
        ring = {"color": "transparent", "borderColor": INK, "borderWidth": 3}
        marks.append(
            {
                "value": [scale * row.own, number],
                "symbol": "circle",
                "symbolSize": size + 6,
                "itemStyle": ring,
                "label": label,
            }
        )
    return marks


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
    """Ends of the axis: the scale of the question, and every value; round."""
    values = [value for row in rows for value in (*row.values, *([] if row.own is None else [row.own]))]
    asked = [prediction.low, prediction.high] if prediction.kind == "number" else []
    if not values and not asked:
        return 0.0, 1.0
    low, high = min([*asked, *(value - PAD for value in values)]), max([*asked, *(value + PAD for value in values)])
    return max(0.0, int(10.0 * low) / 10.0), min(1.0, -int(-10.0 * high - 0.999) / 10.0)


def counts(answers: Sequence[str]) -> list[tuple[str, int]]:
    """How many expect what; the last row is of those who do not know."""
    found = Counter(answers)
    return [*((answer, found[answer]) for answer in ANSWERS), (wording.DO_NOT_KNOW, found[""])]
