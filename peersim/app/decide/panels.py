"""The charts, each with its paired difference in numbers and words beside it, and the table of all outcomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from peersim.analysis import verdicts, words
from peersim.app.charts import BASELINE, DASHED, DASHES, KEPT, NOW, SOLID, Chart, Line
from peersim.app.parts import Table, Text, part
from peersim.app.reading import PANELS, Curve, Panel, Reading
from peersim.app.visit import Visit
from peersim.app.words import point, verdict
from peersim.results.outcomes import GROUPS, OUTCOMES

NOW_NAME: Final = "this scenario"
BASELINE_NAME: Final = "baseline"
LEFT_OUT: Final = ("effect", "pairs needed")
"""Columns of differences that only a statistician misses; the spreadsheet has them."""


class Panels:
    """All charts of a visit, drawn into the slot at hand, and kept with its reading and its kept runs.

    Parameters
    ----------
    visit : Visit
    clicked : callable
        Called with the name of a line that was clicked.
    """

    def __init__(self, visit: Visit, clicked: Callable[[str], Any]) -> None:
        self._visit = visit
        with part("div", "decide-panels"):
            self._panels = {name: _Drawn(panel, clicked) for name, panel in PANELS.items()}
        with part("details", "card"):
            Text("summary", "All outcomes, in numbers")
            self._numbers = {group: Table(group, ()) for group in GROUPS}

    def show(self) -> None:
        """Draw what there is."""
        reading = self._visit.reading
        if reading is None:
            return
        for name, drawn in self._panels.items():
            drawn.show(name, reading, self._lines(name, reading))
        if self._visit.complete:
            for group, table in self._numbers.items():
                table.show(*numbers(reading, GROUPS[group]))

    def _lines(self, name: str, reading: Reading) -> list[Line]:
        """Kept runs below, the baseline and this scenario on top."""
        kept = [
            Line(f"{number + 1}. {run.name}", run.reading.curves[name], *look(number), 1.8, band=False)
            for number, run in enumerate(self._visit.kept)
        ]
        base = Line(BASELINE_NAME, reading.baseline_curves[name], BASELINE, DASHED)
        same = reading.contrasts is None
        return [*kept, base] if same else [*kept, base, Line(NOW_NAME, reading.curves[name], NOW, SOLID, 2.5)]


def look(number: int) -> tuple[str, str]:
    """Colour and dash of a kept run."""
    return KEPT[number % len(KEPT)], DASHES[number % len(DASHES)]


class _Drawn:
    """One chart with its heading and its difference."""

    def __init__(self, panel: Panel, clicked: Callable[[str], Any]) -> None:
        self._panel = panel
        with part("section", "card decide-panel", aria_label=panel.title):
            Text("h2", panel.title)
            Text("p", panel.axis, "decide-axis")
            with part("p", "decide-difference"):
                self._size = Text("strong")
                self._interval = Text("span", "", "decide-interval")
                self._of = Text("span")
            self._verdict = Text("p", "", "decide-verdict")
            self._chart = Chart(panel, clicked)
            with part("details", "lever-about"):
                Text("summary", "In words")
                self._words = Text("p")
                Text("p", panel.about)

    def show(self, name: str, reading: Reading, lines: list[Line]) -> None:
        """Draw lines, and say what they come to."""
        told = self._said(name, reading)
        self._chart.draw(lines, told)
        self._words.text = told
        self._compare(reading)

    def _compare(self, reading: Reading) -> None:
        outcome = OUTCOMES[self._panel.outcome]
        if reading.contrasts is None:
            level = reading.levels[self._panel.outcome]
            self._size.text = f"{words.amount(level['mean'], outcome)} "
            self._interval.text = ""
            self._of.text = f"{words.lower_first(outcome.label)}, the baseline itself"
            self._verdict.text = "nothing changed yet"
            self._verdict.classes(remove="better worse")
            return
        row = reading.differences[self._panel.outcome]
        found = str(row["verdict"])
        self._size.text = f"{words.change(row['difference'], outcome)} "
        self._interval.text = f"({words.limits(row, outcome)})"
        self._of.text = f" {words.lower_first(outcome.label)}"
        self._verdict.text = verdict(row, outcome)
        self._verdict.classes(remove="better worse")
        if found in (verdicts.BETTER, verdicts.PROBABLY_BETTER):
            self._verdict.classes("better")
        elif found in (verdicts.WORSE, verdicts.PROBABLY_WORSE):
            self._verdict.classes("worse")

    def _said(self, name: str, reading: Reading) -> str:
        """The chart in a sentence or two."""
        here = f"{self._panel.title} ({self._panel.axis}): {course(reading.curves[name], self._panel)}."
        if reading.contrasts is None:
            return here
        there = f" Baseline: {course(reading.baseline_curves[name], self._panel)}."
        row = reading.differences[self._panel.outcome]
        return f"{here}{there} {verdicts.sentence(row, OUTCOMES[self._panel.outcome])}"


def course(curve: Curve, panel: Panel) -> str:
    """Where a curve starts and ends, in words."""
    first, last = (point(float(curve.mean[at]), panel) for at in (0, -1))
    low, high = (point(float(part[-1]), panel) for part in (curve.low, curve.high))
    return f"from {first} to {last} in the last week, band {low} to {high}"


def numbers(reading: Reading, names: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Head and rows of a table of outcomes: differences where there are any, else levels."""
    if reading.contrasts is None:
        return ["Outcome", "Mean", "95 % interval", "Unit"], [_level(name, reading) for name in names]
    cells = {name: verdicts.cells(reading.differences[name], OUTCOMES[name]) for name in names}
    shown = [key for key in next(iter(cells.values())) if key not in LEFT_OUT]
    rows = [[OUTCOMES[name].label, *(cell[key] for key in shown)] for name, cell in cells.items()]
    return ["Outcome", *(key[:1].upper() + key[1:] for key in shown)], rows


def _level(name: str, reading: Reading) -> list[str]:
    row, outcome = reading.levels[name], OUTCOMES[name]
    ends = " to ".join(words.amount(row[end], outcome) for end in ("low", "high"))
    return [outcome.label, words.amount(row["mean"], outcome), ends, outcome.unit.replace("pounds", "£")]
