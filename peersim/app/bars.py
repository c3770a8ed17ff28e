"""Horizontal bars with intervals, for causes, reasons and shares."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from nicegui import ui

from peersim.app.charts import NOW

STEPS = 4
"""Steps that an axis has, about."""


class Bars(NamedTuple):
    """A bar in each row of a chart, with its interval: name, values (not a number: none), colour, filled or hollow."""

    name: str
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    colour: str = NOW
    hollow: bool = False


class Axis(NamedTuple):
    """An axis that holds 0 and some values: its ends and where it has ticks, all round."""

    low: float
    high: float
    ticks: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Axis:
        """The axis that holds 0 and those of the values that are numbers."""
        known = [0.0, *(value for value in values if math.isfinite(value))]
        low, high = min(known), max(known)
        rough = (high - low) / STEPS or 1.0
        power: float = 10.0 ** math.floor(math.log10(rough))
        step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough * (1.0 - 1e-9))
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        last = max(last, first + 1)
        return cls(first * step, last * step, tuple(step * number for number in range(first, last + 1)))

    def place(self, value: float) -> float:
        """Where a value is, in % from the left."""
        return round(100.0 * (value - self.low) / (self.high - self.low), 3)


class BarChart(ui.element, component="bars.js"):  # type: ignore[call-arg]  # NiceGUI is not typed here
    """A chart of horizontal bars with intervals, the first row on top.

    Parameters
    ----------
    label : str
        What it shows, in words, for whoever cannot see it.
    rows : sequence of str
        What each row is called.
    drawn : sequence of Bars
        The bars of each row, from above.
    write : callable
        How a value is written.
    axis : str
        What is measured, and in which unit.
    """

    def __init__(
        self, label: str, rows: Sequence[str], drawn: Sequence[Bars], write: Callable[[float], str], *, axis: str = ""
    ) -> None:
        super().__init__()
        scale = Axis.of([value for bars in drawn for part in (bars.mean, bars.low, bars.high) for value in part])
        self._props.update(
            {
                "label": label,
                "axis": axis,
                "legend": [{"name": bars.name, "colour": bars.colour, "hollow": bars.hollow} for bars in drawn],
                "ticks": [{"at": scale.place(tick), "text": _tick(tick)} for tick in scale.ticks],
                "zero": scale.place(0.0),
                "rows": [
                    {"label": row, "bars": [_bar(bars, number, scale, write) for bars in drawn]}
                    for number, row in enumerate(rows)
                ],
            }
        )


def _bar(bars: Bars, row: int, scale: Axis, write: Callable[[float], str]) -> dict[str, Any]:
    """A bar as the component takes it; None where there is no value."""
    mean, low, high = bars.mean[row], bars.low[row], bars.high[row]
    told = "-" if math.isnan(mean) else write(mean)
    bar: dict[str, Any] = {"text": told, "title": f"{bars.name}: {told}", "from": None, "low": None}
    if math.isfinite(mean):
        start, end = sorted((scale.place(0.0), scale.place(mean)))
        bar |= {"from": start, "width": end - start}
    if math.isfinite(low + high):
        start, end = scale.place(low), scale.place(high)
        bar |= {"low": start, "reach": end - start, "title": f"{bar['title']} ({write(low)} to {write(high)})"}
    return bar


def _tick(value: float) -> str:
    """A round number on an axis."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"
    return text.replace("-", "−")
