"""Why: what moves identity, why people leave, and which policies carry the difference."""

from __future__ import annotations

from peersim.app.parts import Text, part, status
from peersim.app.visit import News, Visit
from peersim.app.why import causes
from peersim.app.why.carrying import carrying


def show(visit: Visit) -> None:
    """Draw the view."""
    Text("h1", "Why")
    waiting = status(_waiting(visit))
    with part("div", "stack"):
        about = part("div", "why-about")
        told = part("div", "why-columns")
        begin = carrying(visit)
        alike = part("div")

    def draw() -> None:
        reading = visit.reading
        for place in (about, told, alike):
            place.clear()
        if reading is None:
            return
        with about:
            causes.compared(reading)
        with told:
            causes.identity(reading)
            causes.leaving(reading)
        with alike:
            causes.people(reading)

    def heard(news: News) -> None:
        waiting.text = _waiting(visit)
        if news == "reading":
            draw()
        if news == "scenario":
            begin()

    visit.listen(heard)
    draw()


def _waiting(visit: Visit) -> str:
    """What there is to say while the run is not complete."""
    if visit.trouble:
        return visit.trouble
    if visit.complete:
        return ""
    return "Running the scenario ..." if visit.reading is None else "Running the scenario in hand; more worlds to come."
