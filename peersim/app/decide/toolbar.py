"""Where to start from, undo and redo, opening, saving and sharing."""

from __future__ import annotations

from typing import Any, Final

from nicegui import ui

from peersim.app import cases, downloads, fields, links
from peersim.app.limits import MOST_UPLOADED
from peersim.app.parts import Text, attributed, button, enable, part, say
from peersim.app.turns import Urgency
from peersim.app.visit import Visit
from peersim.scenario import Scenario, ScenarioError, loads

LONGEST_SCENARIO_NAME: Final = 120
"""As a scenario allows."""
READ: Final = """async (event) => {
  const file = event.target.files[0];
  if (!file) return;
  const text = file.size > %d ? null : await file.text();
  event.target.value = "";
  emit(file.name, text);
}"""
"""Read a file in the browser, unless it is too large, and send its name and text."""


class Toolbar:
    """The row above the charts, drawn into the slot at hand."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        with part("section", "card stack no-print", aria_label="Scenario"):
            with part("div", "row"):
                names = {"": "choose ..."} | {key: case.name for key, case in cases.cases().items()}
                self._cases = fields.choice("Start from", names, "", self._start)
                self._name = fields.text("Name", visit.scenario.name, self._rename, longest=LONGEST_SCENARIO_NAME)
                self._undo = button("Undo", visit.undo)
                self._redo = button("Redo", visit.redo)
            with part("div", "row"):
                self._opening()
                button("Share as a link", self._share)
                downloads.show(visit)
            self._link = part("div")
        self.show()

    def show(self) -> None:
        """Show what can be undone, the name of the scenario in hand, and the case that it began with."""
        enable(self._undo, self._visit.can_undo)
        enable(self._redo, self._visit.can_redo)
        self._name.show(self._visit.scenario.name)
        self._cases.show(_case(self._visit.baseline))
        self._link.clear()

    def _start(self, key: str) -> None:
        if key:
            self._visit.start(cases.cases()[key])
            say(f"Started from “{self._visit.scenario.name}”. Changes are compared with it.")

    def _rename(self, name: str) -> None:
        try:
            self._visit.change({"name": name})
        except ScenarioError as error:
            self._name.refuse(self._visit.scenario.name)
            say(str(error), trouble=True)

    def _opening(self) -> None:
        with part("label", "button filed"):
            Text("span", "Open a file ...")
            chosen = attributed(ui.element("input"), type="file", accept=".yaml,.yml")
        chosen.on("change", lambda event: self._opened(*event.args), js_handler=READ % MOST_UPLOADED)

    async def _opened(self, name: Any, text: Any) -> None:
        if text is None or len(str(text)) > MOST_UPLOADED:
            say(f"{name}: is larger than a scenario file may be ({MOST_UPLOADED:,} bytes).", trouble=True)
            return
        try:
            self._visit.start(await self._visit.desk.work(Urgency.FIRST_LOOK, loads, str(text), str(name)))
        except ScenarioError as error:
            say(str(error), trouble=True)
            return
        say(f"Opened “{self._visit.scenario.name}”.")

    def _share(self) -> None:
        """Show the link in a field, from which it can be copied whatever the browser allows."""
        base = str(ui.context.client.request.base_url)
        link = f"{base}?s={links.packed(self._visit.scenario)}"
        self._link.clear()
        with self._link, part("label", "field"):
            Text("span", "This link holds the whole scenario. Whoever opens it on this server sees it.", "field-label")
            field = attributed(ui.element("input"), type="text", value=link, readonly="readonly", size="60")
            field.on("focus", js_handler="(event) => event.target.select()")
        ui.clipboard.write(link)
        say("The link is copied, if your browser allows it; it also stands below.")


def _case(baseline: Scenario) -> str:
    """Which of the cases a baseline is; empty if none."""
    return next((key for key, case in cases.cases().items() if case == baseline), "")
