"""Runs kept on the chart: a legend whose entries say what each run was, and let it be taken up again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from peersim.app import fields
from peersim.app.charts import BASELINE, DASHED, NOW, SOLID
from peersim.app.decide.panels import BASELINE_NAME, NOW_NAME, look
from peersim.app.differences import described, differences
from peersim.app.limits import LONGEST_NAME, MOST_KEPT
from peersim.app.parts import Text, attributed, button, enable, part, say
from peersim.app.reading import Reading
from peersim.app.visit import Kept, Visit
from peersim.scenario import Scenario, ScenarioError


class Runs:
    """The legend and the runs kept, drawn into the slot at hand."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._open: int | None = None
        self._named: tuple[str, ...] = ()
        self._shown: tuple[int, Reading] | None = None
        self._names: list[Text] = []
        with part("section", "card", aria_label="Runs on the charts"), part("div", "stack"):
            with part("div", "decide-runs"):
                self._legend = part("div", "decide-legend")
                self._keep_button = button("Keep this run", self._keep, kind="main")
                self._full = Text("span", f"{MOST_KEPT} runs are kept: remove one to keep another.", "soft")
            self._frame = part("div")
        self.show()

    def show(self) -> None:
        """Show what is on the charts; what is the same as before stays, and with it where the keyboard is."""
        named = (self._visit.baseline.name, *(run.name for run in self._visit.kept))
        if named != self._named:
            self._named = named
            self._legend.clear()
            with self._legend:
                self._draw_legend()
        full = len(self._visit.kept) >= MOST_KEPT
        enable(self._keep_button, self._visit.complete and not full)
        self._full.set_visibility(full)
        self._show_open()

    def open(self, line: str) -> None:
        """Show what the run behind a line of a chart was."""
        number = line.partition(". ")[0]
        if number.isdecimal() and 0 < int(number) <= len(self._visit.kept):
            self._open = int(number) - 1
            self._show_open()

    def _draw_legend(self) -> None:
        self._names = []
        _swatch(NOW, SOLID, NOW_NAME)
        _swatch(BASELINE, DASHED, f"{BASELINE_NAME}: {self._visit.baseline.name}")
        for number, run in enumerate(self._visit.kept):
            with part("span", "decide-run"):
                _swatch(*look(number), "")
                self._names.append(button(f"{number + 1}. {run.name}", partial(self._toggle, number)))

    def _show_open(self) -> None:
        """Show what the open run was, if one is open."""
        for number, name in enumerate(self._names):
            attributed(name, aria_expanded="true" if self._open == number else "false")
        shown = None if self._open is None else (self._open, self._visit.kept[self._open].reading)
        if shown != self._shown:
            self._shown = shown
            self._frame.clear()
            if self._open is not None:
                with self._frame:
                    self._about(self._open, self._visit.kept[self._open])
        elif self._open is not None:
            self._heading.text = f"{self._open + 1}. {self._visit.kept[self._open].name}"

    def _toggle(self, number: int) -> None:
        self._open = None if self._open == number else number
        self._show_open()

    def _close(self, number: int) -> None:
        self._toggle(number)
        _focus(self._names[number])  # the button is gone

    async def _keep(self) -> None:
        await self._visit.settled()  # pressed as a change was on its way: what it comes to is what is meant
        self._visit.keep(described(self._visit.baseline, self._visit.scenario))

    def _about(self, number: int, run: Kept) -> None:
        """What a kept run was, and what can be done with it."""
        with part("div", "stack", role="group", aria_label=f"About run {number + 1}"):
            self._heading = Text("h2", f"{number + 1}. {run.name}")
            with part("div", "no-print"):
                fields.text("Name", run.name, lambda name: self._visit.rename(number, name), longest=LONGEST_NAME)
            told = differences(run.reading.baseline, run.reading.scenario)
            with part("div"):
                Text("p", f"Beside {run.reading.baseline.name}, over {run.reading.worlds} worlds:")
                with part("ul"):
                    for line in told or ["nothing was changed"]:
                        Text("li", line)
            with part("div", "row"):
                button("Go on from this run", lambda: self._turn(self._visit.take, run.reading.scenario))
                button("Compare with this run", lambda: self._turn(self._visit.compare_with, run.reading.scenario))
                button("Remove", lambda: self._remove(number), label=f"Remove run {number + 1}")
                button("Close", lambda: self._close(number), kind="quiet")

    def _turn(self, turn: Callable[[Scenario], None], scenario: Scenario) -> None:
        """Go on from a scenario, or compare with it, or say why not."""
        try:
            turn(scenario)
        except ScenarioError as error:
            say(str(error), trouble=True)

    def _remove(self, number: int) -> None:
        self._open = None
        self._visit.drop(number)
        _focus(self._keep_button)  # the button is gone


def _swatch(colour: str, dash: str, text: str) -> None:
    """A piece of a line as the charts draw it, and what it is."""
    with part("span", "decide-run"):
        with part("svg", "decide-swatch", viewBox="0 0 36 8", aria_hidden="true"):
            part("line", x1="0", x2="36", y1="4", y2="4", stroke=colour, stroke_width="3", stroke_dasharray=dash)
        if text:
            Text("span", text)


def _focus(element: Text) -> None:
    element.client.run_javascript(f"document.getElementById('{element.html_id}').focus()")
