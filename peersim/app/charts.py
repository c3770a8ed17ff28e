"""Charts of the page: lines with bands over weeks, and bars; drawn by ECharts as SVG, without animation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from nicegui import ui

from peersim.app.reading import Curve, Panel

# Told apart with every common kind of colour blindness (Okabe and Ito 2008); a dash tells them apart in grey.
BASELINE, NOW, INK, GRID = "#595959", "#0072B2", "#1A1A1A", "#E3E6E8"
KEPT: Final = ("#D55E00", "#009E73", "#CC79A7", "#7A5195", "#8C6D1F", "#56B4E9", "#B22222", "#2F4B7C")
"""Colours of kept runs, in order."""
DASHES: Final = ("dashed", "dotted", [8, 3, 2, 3], [2, 4], [12, 4], [6, 2], [4, 4, 1, 4], [1, 2])
LEAST_SPAN: Final = 4
"""Tenths of the scale that an axis shows at least."""
FONT: Final = "system-ui, -apple-system, 'Segoe UI', Arial, sans-serif"


class Line(NamedTuple):
    """A curve on a chart: its name, colour, dash, width, and whether its band is drawn."""

    name: str
    curve: Curve
    colour: str
    dash: Any = "solid"
    width: float = 2.0
    band: bool = True


def chart(label: str, options: dict[str, Any], clicked: Callable[[str], Any] | None = None) -> ui.echart:
    """A chart with what a screen reader says of it; `clicked` is called with the name of the line that was clicked."""
    made = ui.echart(options, renderer="svg").classes("chart")
    made._props.update({"role": "img", "aria-label": label})
    if clicked is not None:
        made.on_click(lambda event: clicked(str(event.series_name)) if event.component_type == "series" else None)
    return made


def lines(panel: Panel, drawn: Sequence[Line]) -> dict[str, Any]:
    """Options of a chart of lines over weeks, the last line on top."""
    scale = 100.0 if panel.axis.startswith("%") else 1.0
    low, high = span(drawn)
    weeks = max((len(line.curve.mean) for line in drawn), default=1)
    series = [part for line in drawn for part in _series(line, scale)]
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": INK},
        "grid": {"left": 46, "right": 12, "top": 12, "bottom": 38},
        "tooltip": {
            "trigger": "axis",
            "renderMode": "richText",
            "confine": True,
            ":valueFormatter": "value => value == null ? '-' : Math.abs(value) >= 1000 ? "
            "Math.round(value).toLocaleString('en-GB') : Number(value).toFixed(Math.abs(value) > 1 ? 1 : 3)",
        },
        "xAxis": {
            "type": "value",
            "min": 0,
            "max": weeks,
            "name": "weeks",
            "nameLocation": "middle",
            "nameGap": 24,
            "splitLine": {"show": False},
            "axisLine": {"lineStyle": {"color": BASELINE}},
            "axisLabel": {"color": INK},
        },
        "yAxis": {
            "type": "value",
            "min": scale * low if panel.whole else None,
            "max": scale * high if panel.whole else None,
            "scale": not panel.whole,
            "splitLine": {"lineStyle": {"color": GRID}},
            "axisLabel": {"color": INK}
            | ({} if panel.whole else {":formatter": "value => '£' + Math.round(value / 1000) + 'k'"}),
        },
        "series": series,
    }


def span(drawn: Sequence[Line]) -> tuple[float, float]:
    """Ends of an axis of shares that holds lines and bands: round, and far enough apart to keep small things small."""
    parts = [part for line in drawn for part in (line.curve if line.band else line.curve[:1])]
    values = np.concatenate(parts) if parts else np.array([0.0, 1.0])
    low, high = math.floor(10 * np.nanmin(values)), math.ceil(10 * np.nanmax(values))
    wanting = max(0, LEAST_SPAN - (high - low))
    low, high = max(0, low - wanting // 2), min(10, high + wanting - wanting // 2)
    return max(0, min(low, high - LEAST_SPAN)) / 10, min(10, max(high, low + LEAST_SPAN)) / 10


def _series(line: Line, scale: float) -> list[dict[str, Any]]:
    mean, low, high = (np.round(scale * np.asarray(part), 4) for part in line.curve)
    start = 0 if len(mean) and line.curve.mean[0] == 1.0 and line.curve.low[0] == 1.0 else 1
    weeks = range(start, start + len(mean))
    hidden = {
        "type": "line",
        "symbol": "none",
        "silent": True,
        "stack": f"band of {line.name}",
        "stackStrategy": "all",
        "lineStyle": {"opacity": 0},
        "tooltip": {"show": False},
    }
    band = [
        {**hidden, "name": f"{line.name}: low", "data": _points(weeks, low)},
        {
            **hidden,
            "name": f"{line.name}: high",
            "data": _points(weeks, high - low),
            "areaStyle": {"color": line.colour, "opacity": 0.16},
        },
    ]
    drawn = {
        "type": "line",
        "name": line.name,
        "symbol": "none",
        "triggerLineEvent": True,
        "color": line.colour,
        "lineStyle": {"width": line.width, "type": line.dash},
        "data": _points(weeks, mean),
    }
    return [*(band if line.band else []), drawn]


def _points(weeks: range, values: Any) -> list[list[float | None]]:
    return [[week, None if np.isnan(value) else float(value)] for week, value in zip(weeks, values, strict=True)]
