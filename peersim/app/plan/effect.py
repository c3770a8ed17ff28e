"""What a plan does: four charts beside what it is compared with, and the differences in words."""

from __future__ import annotations

from typing import Any, Final

from nicegui import ui

from peersim.analysis import verdicts
from peersim.analysis import words as written
from peersim.app import words
from peersim.app.charts import BASELINE, DASHED, NOW, SOLID, Chart, Line, Mark
from peersim.app.parts import Text, attributed, part
from peersim.app.reading import PANELS, Reading
from peersim.app.visit import Visit
from peersim.results.outcomes import OUTCOMES
from peersim.results.sums import LAST_WEEKS

OF_WHAT: Final = {
    "identity": f"in the last {LAST_WEEKS} weeks",
    "wellbeing": f"in the last {LAST_WEEKS} weeks",
    "retention": "in the share still in post after 12 months",
    "cost": "in the cost of a year, over the whole time",
}
"""Panels of which a plan has charts, and what the difference beside each is taken in."""
SINCE_THEY_STARTED: Final = ("retention",)
"""Panels whose weeks are not those of the plan."""
WITH_IT, BESIDE_IT = "with this plan", "what it is compared with"
NOTHING: Final = "no difference yet."


class Effect:
    """Charts and differences, drawn into the slot at hand; `show` brings them up to date.

    Parameters
    ----------
    visit : Visit
    glance : ui.element
        Where the differences are told once more in short, near the lanes on a small screen.
    """

    def __init__(self, visit: Visit, glance: ui.element) -> None:
        self._visit = visit
        self._status = Text("p", "", "status")
        self._spoken = attributed(Text("p", "", "sr-only"), role="status")
        with part("p", "plan-legend"):
            for name, kind in ((WITH_IT, "now"), (BESIDE_IT, "before")):
                with part("span"):
                    part("span", f"plan-swatch plan-swatch-{kind}", aria_hidden="true")
                    Text("span", name)
        with part("div", "plan-panels"):
            self._panels = {name: _Drawn(name) for name in OF_WHAT}
        self._glance = glance
        with glance:
            self._glances = {name: Text("li") for name in OF_WHAT}

    def show(self) -> None:
        """Show the newest reading, and say how far it has got."""
        self.say()
        reading = self._visit.reading
        if reading is None:
            return
        told = {name: panel.show(reading) for name, panel in self._panels.items()}
        self._glance.set_visibility(reading.contrasts is not None)
        for name, text in told.items():
            self._glances[name].set_text(text)
        if self._visit.complete:  # a screen reader says the end of a run, not each step of a drag
            self._spoken.set_text(" ".join(told.values()))

    def say(self) -> None:
        """Say how far the reading has got; the charts are those of the last one until then."""
        reading = self._visit.reading
        if self._visit.trouble:
            self._status.set_text("")
        elif reading is None or (reading.scenario, reading.baseline) != (self._visit.scenario, self._visit.baseline):
            self._status.set_text("Running …")
        else:
            rest = "" if self._visit.complete else "; more are on their way"
            self._status.set_text(f"{words.behind(reading)}{rest}.")


class _Drawn:
    """One chart with its difference."""

    def __init__(self, name: str) -> None:
        self._name, self._panel = name, PANELS[name]
        with part("div", "plan-panel"):
            Text("h3", self._panel.title)
            Text("p", self._panel.axis, "plan-small")
            self._chart = Chart(self._panel)
            self._difference = Text("p", "", "plan-difference")
            Text("p", f"Difference {OF_WHAT[name]}; 95 % interval in brackets.", "plan-small")

    def show(self, reading: Reading) -> str:
        """Show a reading; returns the difference in words."""
        told = difference(reading, self._panel.outcome)
        self._difference.set_text(told[:1].upper() + told[1:])
        here, there = reading.curves[self._name], reading.baseline_curves[self._name]
        lines = [Line(BESIDE_IT, there, BASELINE, DASHED, band=False), Line(WITH_IT, here, NOW, SOLID, 2.5)]
        weeks = {change.week for change in reading.scenario.changes} if self._name not in SINCE_THEY_STARTED else set()
        ends = (
            f"In the last week {words.point(float(here.mean[-1]), self._panel)} {WITH_IT}, "
            f"{words.point(float(there.mean[-1]), self._panel)} in {BESIDE_IT}."
        )
        label = f"{self._panel.title}. {self._panel.about} {ends} Difference: {told}"
        self._chart.draw(lines, label, [Mark(week, "") for week in sorted(weeks)])
        return f"{self._panel.title}: {told}"


def difference(reading: Reading, name: str) -> str:
    """The paired difference in an outcome with its verdict, or that there is none."""
    if reading.contrasts is None:
        return NOTHING
    outcome = OUTCOMES[name]
    row: Any = reading.contrasts.loc[name]
    verdict = words.verdict(row, outcome)
    if row["verdict"] in (verdicts.SAME, verdicts.UNKNOWN):
        return f"{verdict}."
    return f"{written.change(row['difference'], outcome)} ({written.limits(row, outcome)}): {verdict}."
