"""Charts of the page: lines with bands over weeks.

Drawn by a component of our own (``lines.js``): seven charts are drawn anew with every move of a lever, and a general
library takes a hundred times as long over that as a few paths do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from nicegui import ui

from peersim.app.reading import Curve, Floats, Panel

# Told apart with every common kind of colour blindness (Okabe and Ito 2008); a dash tells them apart in grey.
BASELINE, NOW = "#595959", "#0072B2"
KEPT: Final = ("#D55E00", "#009E73", "#CC79A7", "#7A5195", "#8C6D1F", "#56B4E9", "#B22222", "#2F4B7C")
"""Colours of kept runs, in order."""
DASHED, SOLID = "6 4", ""
DASHES: Final = ("8 3", "2 3", "8 3 2 3", "12 4", "4 4", "10 2 2 2 2 2", "6 2", "1 2")
"""How kept runs are dashed, in order."""
LEAST_SPAN: Final = 4
"""Tenths of the scale that an axis of shares shows at least, so that small things look small."""


class Line(NamedTuple):
    """A curve on a chart: its name, colour, dash (as SVG has it), width, and whether its band is drawn."""

    name: str
    curve: Curve
    colour: str
    dash: str = SOLID
    width: float = 2.0
    band: bool = True


class Mark(NamedTuple):
    """A week to be marked on a chart, and its letter."""

    week: int
    text: str


class Chart(ui.element, component="lines.js"):  # type: ignore[call-arg]  # NiceGUI is not typed here
    """A chart of lines over weeks.

    Parameters
    ----------
    panel : Panel
        What is drawn.
    picked : callable, optional
        Called with the name of a line that was clicked.
    """

    def __init__(self, panel: Panel, picked: Callable[[str], Any] | None = None) -> None:
        super().__init__()
        self.classes("chart")
        self._panel = panel
        self._props["pickable"] = picked is not None
        self.draw([], panel.title)
        if picked is not None:
            self.on("pick", lambda event: picked(str(event.args)))

    def draw(self, drawn: Sequence[Line], label: str, marks: Sequence[Mark] = ()) -> None:
        """Draw lines, the last on top.

        Parameters
        ----------
        drawn : sequence of Line
        label : str
            What they show, in words, for whoever cannot see them.
        marks : sequence of Mark
            Weeks marked with a vertical line.
        """
        unit = self._panel.axis[:1] if self._panel.axis[:1] in ("%", "£") else ""
        scale = 100.0 if unit == "%" else 1.0
        low, high = _span(drawn) if self._panel.whole else _round_span(drawn)
        self._props.update(
            {
                "label": label,
                "unit": unit,
                "low": scale * low,
                "high": scale * high,
                "weeks": max((len(line.curve.mean) - line.curve.start + 1 for line in drawn), default=1),
                "content": json.dumps([_line(line, scale) for line in drawn]),
                "marks": [mark._asdict() for mark in marks],
            }
        )
        self.update()


def _line(line: Line, scale: float) -> dict[str, Any]:
    """A line as the component takes it."""
    curve = line.curve
    return {
        "name": line.name,
        "colour": line.colour,
        "dash": line.dash,
        "width": line.width,
        "start": curve.start,
        "mean": _numbers(scale * curve.mean),
        "low": _numbers(scale * curve.low) if line.band else None,
        "high": _numbers(scale * curve.high) if line.band else None,
    }


def _numbers(values: Floats) -> list[float | None]:
    """Numbers short enough to send, None for what has no value."""
    return [None if math.isnan(value) else value for value in np.round(values, 4).tolist()]


def _span(drawn: Sequence[Line]) -> tuple[float, float]:
    """Ends of an axis of shares that holds lines and bands: round, and `LEAST_SPAN` apart at least."""
    values = _all(drawn)
    low, high = math.floor(10 * np.nanmin(values)), math.ceil(10 * np.nanmax(values))
    wanting = max(0, LEAST_SPAN - (high - low))
    low, high = low - wanting // 2, high + wanting - wanting // 2
    low, high = (0, high - low) if low < 0 else (low, high)
    low, high = (10 - (high - low), 10) if high > 10 else (low, high)
    return max(low, 0) / 10, high / 10


def _round_span(drawn: Sequence[Line]) -> tuple[float, float]:
    """Ends of an axis of amounts that holds lines and bands, with a little room."""
    values = _all(drawn)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return max(0.0, low - room), high + room


def _all(drawn: Sequence[Line]) -> Floats:
    parts = [
        part for line in drawn for part in ((line.curve.mean, line.curve.low, line.curve.high)[: 3 if line.band else 1])
    ]
    values = np.concatenate(parts) if parts else np.array([0.0, 1.0])
    return values if not np.isnan(values).all() else np.array([0.0, 1.0])
