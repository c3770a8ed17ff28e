"""What a plan does: four charts beside what it is compared with, and the differences in words."""

from __future__ import annotations

from typing import Any, Final

from nicegui import ui

from peersim.analysis import verdicts
from peersim.analysis import words as written
from peersim.app import charts
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
NOW, BEFORE = "with this plan", "what it is compared with"


class Effect:
    """Charts and differences, drawn into the slot at hand; `show` brings them up to date."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._status = Text("p", "", "status")
        self._spoken = attributed(Text("p", "", "sr-only"), role="status")
        with part("p", "plan-legend"):
            for name, kind in ((NOW, "now"), (BEFORE, "before")):
                with part("span"):
                    part("span", f"plan-swatch plan-swatch-{kind}", aria_hidden="true")
                    Text("span", name)
        with part("div", "plan-panels"):
            self._panels = {name: _Panel(name) for name in OF_WHAT}

    def show(self) -> None:
        """Show the newest reading, and say how far it has got."""
        reading = self._visit.reading
        self.say()
        if reading is not None:
            weeks = sorted({change.week for change in reading.scenario.changes})
            told = [panel.show(reading, weeks) for panel in self._panels.values()]
            if self._visit.complete:  # a screen reader says the end of a run, not each step of a drag
                self._spoken.set_text(" ".join(told))

    def say(self) -> None:
        """Say how far the reading has got; the charts are those of the last one until then."""
        self._status.set_text(self._how_far(self._visit.reading))

    def _how_far(self, reading: Reading | None) -> str:
        if self._visit.trouble:
            return ""
        if reading is None or reading.scenario != self._visit.scenario or reading.baseline != self._visit.baseline:
            return "Running …"
        rest = "" if self._visit.complete else "; more are on their way"
        return f"From {reading.worlds:,} worlds, each lived twice with the same luck{rest}."


class _Panel:
    """One chart with its difference."""

    def __init__(self, name: str) -> None:
        self._name, self._about = name, PANELS[name]
        with part("div", "plan-panel"):
            Text("h3", self._about.title)
            Text("p", self._about.axis, "plan-small")
            self._chart: ui.echart = charts.chart(self._about.title, {"series": []})
            self._difference = Text("p", "", "plan-difference")
            Text("p", f"Difference {OF_WHAT[name]}; 95 % interval in brackets.", "plan-small")

    def show(self, reading: Reading, weeks: list[int]) -> str:
        """Show a reading of a plan with changes in such weeks; returns the difference in words."""
        told = self._told(reading)
        self._difference.set_text(told[:1].upper() + told[1:])
        lines = [
            charts.Line(BEFORE, reading.baseline_curves[self._name], charts.BASELINE, "dashed", band=False),
            charts.Line(NOW, reading.curves[self._name], charts.NOW),
        ]
        options = charts.lines(self._about, lines)
        options["series"][-1]["markLine"] = _markers([] if self._name in SINCE_THEY_STARTED else weeks)
        self._chart._props["options"] = options
        attributed(self._chart, aria_label=f"{self._about.title}. {self._about.about} Difference: {told}")
        return f"{self._about.title}: {told}"

    def _told(self, reading: Reading) -> str:
        """The difference in words, or that there is none."""
        if reading.contrasts is None:
            return "nothing differs yet."
        outcome = OUTCOMES[self._about.outcome]
        row: Any = reading.contrasts.loc[self._about.outcome]
        if row["verdict"] in (verdicts.SAME, verdicts.UNKNOWN):
            return f"{verdicts.in_short(row, outcome)}."
        size = f"{written.change(row['difference'], outcome)} ({written.limits(row, outcome)})"
        return f"{size}: {verdicts.in_short(row, outcome)}."


def _markers(weeks: list[int]) -> dict[str, Any]:
    """Vertical lines in the weeks of changes."""
    return {
        "silent": True,
        "symbol": "none",
        "label": {"show": False},
        "lineStyle": {"color": charts.BASELINE, "type": "dotted", "width": 1},
        "data": [{"xAxis": week} for week in weeks],
    }
