"""What a class, or one learner, expected and found, over one axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from peersim.app import charts
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
GUESSED, FOUND, OWN = "#8A4B08", charts.NOW, "#1A1A1A"


class Row(NamedTuple):
    """A row of dots: what it is called, its values, shape and colour, and which of them is the learner's own."""

    name: str
    values: Sequence[float]
    shape: str
    colour: str
    own: float | None = None


def chart(rows: Sequence[Row], prediction: Prediction, *, small: bool = False) -> dict[str, Any]:
    """Options of a chart of dots, the first row on top."""
    percent = prediction.outcome in wording.PERCENT
    scale = 100.0 if percent else 1.0
    low, high = ends(rows, prediction)
    names = [row.name for row in rows]
    return {
        "animation": False,
        "textStyle": {"fontFamily": charts.FONT, "color": charts.INK},
        "grid": {"left": 8, "right": 24, "top": 8 if small else 16, "bottom": 40, "containLabel": True},
        "tooltip": {"show": False},
        "xAxis": {
            "type": "value",
            "min": scale * low,
            "max": scale * high,
            "name": f"{wording.title(prediction.outcome)}{', %' if percent else ', 0 to 1'}",
            "nameLocation": "middle",
            "nameGap": 26,
            "nameTextStyle": {"color": charts.INK},
            "axisLabel": {"color": charts.INK},
            "splitLine": {"lineStyle": {"color": charts.GRID}},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": names,
            "axisLabel": {"color": charts.INK, "width": 150, "overflow": "break", "lineHeight": 15},
            "axisTick": {"show": False},
            "splitLine": {"show": True, "lineStyle": {"color": charts.GRID}},
        },
        "series": [_series(number, row, low, high, scale) for number, row in enumerate(rows)],
    }


def _series(number: int, row: Row, low: float, high: float, scale: float) -> dict[str, Any]:
    stacked = stacks(row.values, low, high)
    tallest = max((place for _, place in stacked), default=0)
    step = min(STEP, TALLEST / tallest) if tallest else 0
    lift = 12 if tallest else 0
    tops = Counter(_bin(value, low, high) for value in row.values)
    data: list[dict[str, Any]] = []
    for value, place in stacked:
        of = tops[_bin(value, low, high)]
        top = place == of - 1 and of >= COUNTED
        data.append(
            {
                "value": [scale * value, number],
                "symbolOffset": [0, lift - step * place],
                "label": {"show": top, "formatter": str(of), "position": "right", "color": charts.INK},
            }
        )
    if row.own is not None:
        data.append(
            {
                "value": [scale * row.own, number],
                "symbolSize": 17,
                "itemStyle": {"color": "transparent", "borderColor": OWN, "borderWidth": 3},
                "label": {"show": True, "formatter": "you", "position": "right", "color": OWN, "fontWeight": "bold"},
            }
        )
    return {
        "type": "scatter",
        "name": row.name,
        "symbol": row.shape,
        "symbolSize": 12,
        "silent": True,
        "itemStyle": {"color": row.colour, "borderColor": "#ffffff", "borderWidth": 1},
        "data": data,
    }


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
