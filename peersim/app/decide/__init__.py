"""Decide: levers, charts beside the baseline, and the runs worth keeping."""

from __future__ import annotations

from peersim.app.decide.levers import Levers
from peersim.app.decide.panels import Panels
from peersim.app.decide.runs import Runs
from peersim.app.decide.toolbar import Toolbar
from peersim.app.parts import Text, part, status
from peersim.app.visit import News, Visit


def show(visit: Visit) -> None:
    """Draw the view."""
    with part("div", "decide"):
        with part("aside", "card decide-side", aria_label="Levers"):
            levers = Levers(visit)
        with part("div", "decide-main"):
            Text("h1", "Decide")
            toolbar = Toolbar(visit)
            trouble = Text("p", "", "trouble")
            said = status()
            runs = Runs(visit)
            panels = Panels(visit, runs.open)

    def hear(news: News) -> None:
        if news == "scenario":
            levers.show()
            toolbar.show()
        if news != "scenario":
            panels.show()
        if news == "kept" or (news == "reading" and visit.complete) or news == "scenario":
            runs.show()
        trouble.text = visit.trouble
        trouble.set_visibility(bool(visit.trouble))
        said.text = _state(visit)

    visit.listen(hear)
    hear("kept")


def _state(visit: Visit) -> str:
    if visit.trouble:
        return "This scenario was not run."
    if visit.reading is None or not visit.complete:
        return "Running ..."
    return f"Drawn from {visit.reading.worlds} worlds of the same people and the same luck."
