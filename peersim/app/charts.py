"""Charts of the page: lines with bands over weeks, and bars; drawn by ECharts as SVG, without animation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from nicegui import ui

from peersim.app.parts import Text
from peersim.app.reading import Curve, Panel

# Told apart with every common kind of colour blindness (Okabe and Ito 2008); a dash tells them apart in grey.
BASELINE, NOW, INK, GRID = "#595959", "#0072B2", "#1A1A1A", "#E3E6E8"
KEPT: Final = ("#D55E00", "#009E73", "#CC79A7", "#7A5195", "#8C6D1F", "#56B4E9", "#B22222", "#2F4B7C")
"""Colours of kept runs, in order."""
DASHES: Final = ("dashed", "dotted", [8, 3, 2, 3], [2, 4], [12, 4], [6, 2], [4, 4, 1, 4], [1, 2])
FONT: Final = "system-ui, -apple-system, 'Segoe UI', Arial, sans-serif"
BAR, BETWEEN_BARS, BETWEEN_ROWS, LEGEND, AXIS = 14, 3, 16, 30, 26
"""Pixels: thickness of a bar, space between bars of a row and between rows, what the legend and the axis take."""
NARROW: Final = 520
"""Pixels of width under which labels of bars get less room."""

_TICK: Final = (
    "value => Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-GB') "
    ": String(Number(value.toPrecision(6))).replace('-', '\u2212')"
)
_WHISKER: Final = """(_, api) => {
  const from = api.coord([api.value(1), api.value(0)]), to = api.coord([api.value(2), api.value(0)]);
  const y = from[1] + %f;
  const line = (x1, y1, x2, y2) => ({type: "line", shape: {x1, y1, x2, y2}, style: {stroke: "%s", lineWidth: 1.5}});
  return {type: "group", silent: true, children: [line(from[0], y, to[0], y),
    line(from[0], y - 4, from[0], y + 4), line(to[0], y - 4, to[0], y + 4)]};
}"""
"""How an interval is drawn: a line from one end to the other, with a mark at each."""


class Line(NamedTuple):
    """A curve on a chart: its name, colour, dash, width, and whether its band is drawn."""

    name: str
    curve: Curve
    colour: str
    dash: Any = "solid"
    width: float = 2.0
    band: bool = True


class Bars(NamedTuple):
    """A bar in each row of a chart, with its interval: name, values (not a number: none), colour, filled or hollow."""

    name: str
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    colour: str = NOW
    hollow: bool = False


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
            "min": 0 if panel.whole else None,
            "max": scale if panel.whole else None,
            "scale": not panel.whole,
            "splitLine": {"lineStyle": {"color": GRID}},
            "axisLabel": {"color": INK}
            | ({} if panel.whole else {":formatter": "value => '£' + Math.round(value / 1000) + 'k'"}),
        },
        "series": series,
    }


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


def bar_chart(
    label: str, rows: Sequence[str], drawn: Sequence[Bars], write: Callable[[float], str], *, axis: str = ""
) -> ui.echart:
    """Horizontal bars, as tall as they need to be, under what their axis measures.

    `label` is what a screen reader says; the rest is as for `bars`.
    """
    if axis:
        Text("p", axis, "bars-axis")
    made = chart(label, bars(rows, drawn, write))
    made.style(f"height: {_row_height(len(drawn)) * len(rows) + LEGEND + AXIS}px")
    return made


def bars(rows: Sequence[str], drawn: Sequence[Bars], write: Callable[[float], str]) -> dict[str, Any]:
    """Options of a chart of horizontal bars with intervals, the first row on top.

    Parameters
    ----------
    rows : sequence of str
        What each row is called.
    drawn : sequence of Bars
        The bars of each row, from above.
    write : callable
        How a value is written, at the right of its row and where somebody points at it.
    """
    offsets = [(number - (len(drawn) - 1) / 2) * (BAR + BETWEEN_BARS) for number in range(len(drawn))]
    ends = ["\n".join(_told(part.mean[row], write) for part in drawn) for row in range(len(rows))]
    plain = {"axisTick": {"show": False}, "axisLine": {"show": False}}
    text = {"color": INK, "fontSize": 13, "lineHeight": 16}
    labels = {"type": "category", "inverse": True, **plain}
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": INK},
        "legend": {"show": len(drawn) > 1, "left": 0, "top": 0, "selectedMode": False, "textStyle": {"color": INK}},
        "grid": {"left": 232, "right": 84, "top": LEGEND if len(drawn) > 1 else 4, "bottom": AXIS},
        "tooltip": {
            "trigger": "item",
            "renderMode": "richText",
            "confine": True,
            ":formatter": "bar => bar.data.told",
        },
        "xAxis": {
            "type": "value",
            "splitNumber": 4,
            "splitLine": {"lineStyle": {"color": GRID}},
            "axisLabel": {"color": INK, "hideOverlap": True, ":formatter": _TICK},
        },
        "yAxis": [
            {**labels, "data": list(rows), "axisLabel": {**text, "width": 220, "overflow": "break"}},
            {**labels, "data": ends, "position": "right", "axisLabel": {**text, "lineHeight": BAR + BETWEEN_BARS}},
        ],
        "series": [
            *(_bars(part, rows, write) for part in drawn),
            *(_intervals(part, offset) for part, offset in zip(drawn, offsets, strict=True)),
        ],
        "media": [
            {
                "query": {"maxWidth": NARROW},
                "option": {
                    "grid": {"left": 138, "right": 66},
                    "xAxis": {"splitNumber": 2},
                    "yAxis": [{"axisLabel": {"width": 130, "fontSize": 12, "lineHeight": 14}}, {}],
                },
            },
            {
                "option": {
                    "grid": {"left": 232, "right": 84},
                    "xAxis": {"splitNumber": 4},
                    "yAxis": [{"axisLabel": {"width": 220, **text}}, {}],
                }
            },
        ],
    }


def _row_height(bars_in_it: int) -> int:
    return bars_in_it * (BAR + BETWEEN_BARS) + BETWEEN_ROWS


def _bars(part: Bars, rows: Sequence[str], write: Callable[[float], str]) -> dict[str, Any]:
    data = [
        {
            "value": None if math.isnan(mean) else float(mean),
            "told": f"{row}\n{part.name}: {_told(mean, write)}\n"
            f"95 % interval: {_told(low, write)} to {_told(high, write)}",
        }
        for row, mean, low, high in zip(rows, part.mean, part.low, part.high, strict=True)
    ]
    return {
        "type": "bar",
        "name": part.name,
        "data": data,
        "barWidth": BAR,
        "barGap": f"{100 * BETWEEN_BARS / BAR}%",
        "color": "#ffffff" if part.hollow else part.colour,
        "itemStyle": {"borderColor": part.colour, "borderWidth": 1.5},
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "lineStyle": {"color": INK, "type": "solid", "width": 1},
            "data": [{"xAxis": 0}],
        },
    }


def _intervals(part: Bars, offset: float) -> dict[str, Any]:
    ends = zip(part.low, part.high, strict=True)
    known = [[row, float(low), float(high)] for row, (low, high) in enumerate(ends) if math.isfinite(low + high)]
    return {
        "type": "custom",
        "data": known,
        "encode": {"x": [1, 2], "y": 0},
        "silent": True,
        "tooltip": {"show": False},
        "z": 3,
        ":renderItem": _WHISKER % (offset, INK),
    }


def _told(value: float, write: Callable[[float], str]) -> str:
    return "-" if math.isnan(value) else write(value)


def _points(weeks: range, values: Any) -> list[list[float | None]]:
    return [[week, None if np.isnan(value) else float(value)] for week, value in zip(weeks, values, strict=True)]
