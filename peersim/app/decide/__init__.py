"""Decide: levers, charts beside the baseline, and the runs worth keeping."""

from __future__ import annotations

from peersim.app.decide.levers import Levers
from peersim.app.decide.panels import Panels
from peersim.app.decide.runs import Runs
from peersim.app.decide.summary import Summary
from peersim.app.decide.toolbar import Toolbar
from peersim.app.parts import Text, part
from peersim.app.visit import News, Visit


def show(visit: Visit) -> None:
    """Draw the view."""
    with part("div", "decide"):
        with part("aside", "card decide-side", aria_label="Levers"):
            levers = Levers(visit)
        with part("div", "decide-main"):
            Text("h1", "Decide")
            toolbar = Toolbar(visit)
            summary = Summary(visit)
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
        summary.show()

    visit.listen(hear)
    hear("kept")
