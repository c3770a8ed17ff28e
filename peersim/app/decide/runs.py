"""Runs kept on the chart: a legend whose entries say what each run was, and let it be taken up again."""

from __future__ import annotations

from functools import partial

from peersim.app import fields
from peersim.app.charts import BASELINE, DASHED, NOW, SOLID
from peersim.app.decide.panels import BASELINE_NAME, NOW_NAME, look
from peersim.app.differences import described, differences
from peersim.app.limits import LONGEST_NAME, MOST_KEPT
from peersim.app.parts import Text, attributed, button, part, say
from peersim.app.visit import Kept, Visit
from peersim.scenario import Scenario, ScenarioError


class Runs:
    """The legend and the runs kept, drawn into the slot at hand."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._open: int | None = None
        with part("section", "card", aria_label="Runs on the charts"):
            self._frame = part("div", "stack")
        self.show()

    def show(self) -> None:
        """Show what is on the charts."""
        self._frame.clear()
        with self._frame:
            with part("div", "decide-runs"):
                _swatch(NOW, SOLID, NOW_NAME)
                _swatch(BASELINE, DASHED, f"{BASELINE_NAME}: {self._visit.baseline.name}")
                for number, run in enumerate(self._visit.kept):
                    with part("span", "decide-run"):
                        _swatch(*look(number), "")
                        shown = button(f"{number + 1}. {run.name}", partial(self._toggle, number))
                        attributed(shown, aria_expanded="true" if self._open == number else "false")
                self._keeping()
            if self._open is not None and self._open < len(self._visit.kept):
                self._about(self._open, self._visit.kept[self._open])

    def open(self, line: str) -> None:
        """Show what the run behind a line of a chart was."""
        number = line.partition(". ")[0]
        if number.isdecimal() and 0 < int(number) <= len(self._visit.kept):
            self._open = int(number) - 1
            self.show()

    def _toggle(self, number: int) -> None:
        self._open = None if self._open == number else number
        self.show()

    def _keeping(self) -> None:
        full = len(self._visit.kept) >= MOST_KEPT
        button("Keep this run", self._keep, kind="main", enabled=self._visit.complete and not full)
        if full:
            Text("span", f"{MOST_KEPT} runs are kept: remove one to keep another.", "soft")

    def _keep(self) -> None:
        self._visit.keep(described(self._visit.baseline, self._visit.scenario))

    def _about(self, number: int, run: Kept) -> None:
        """What a kept run was, and what can be done with it."""
        with part("div", "stack", role="group", aria_label=f"About run {number + 1}"):
            Text("h2", f"{number + 1}. {run.name}")
            fields.text("Name", run.name, lambda name: self._visit.rename(number, name), longest=LONGEST_NAME)
            told = differences(run.reading.baseline, run.reading.scenario)
            with part("div"):
                Text("p", f"Beside {run.reading.baseline.name}, over {run.reading.worlds} worlds:")
                with part("ul"):
                    for line in told or ["nothing was changed"]:
                        Text("li", line)
            with part("div", "row"):
                button("Go on from this run", lambda: self._visit.take(run.reading.scenario))
                button("Compare with this run", lambda: self._compare(run.reading.scenario))
                button("Remove", lambda: self._remove(number), label=f"Remove run {number + 1}")
                button("Close", lambda: self._toggle(number), kind="quiet")

    def _compare(self, scenario: Scenario) -> None:
        try:
            self._visit.compare_with(scenario)
        except ScenarioError as error:
            say(str(error), trouble=True)

    def _remove(self, number: int) -> None:
        self._open = None
        self._visit.drop(number)


def _swatch(colour: str, dash: str, text: str) -> None:
    """A piece of a line as the charts draw it, and what it is."""
    with part("span", "decide-run"):
        with part("svg", "decide-swatch", viewBox="0 0 36 8", aria_hidden="true"):
            part("line", x1="0", x2="36", y1="4", y2="4", stroke=colour, stroke_width="3", stroke_dasharray=dash)
        if text:
            Text("span", text)
