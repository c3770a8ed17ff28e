"""The view `watch` (being built)."""

from peersim.app.parts import Text
from peersim.app.visit import Visit


def show(visit: Visit) -> None:
    """Draw the view."""
    Text("h1", "watch")
    Text("p", visit.scenario.name)
