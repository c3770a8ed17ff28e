"""Who is here: a visit for every open tab, found again when the tab comes back, its work freed when it goes."""

from __future__ import annotations

from collections import OrderedDict

from peersim.app.desk import Desk
from peersim.app.limits import MOST_VISITS
from peersim.app.visit import Visit
from peersim.scenario import Scenario


class Visits:
    """Visits by tab.

    A visit whose tab is closed stops its work, and is kept as it was, in case the tab is only loaded again, until its
    place is needed.

    Parameters
    ----------
    desk : Desk
    scenario : Scenario
        What every visitor begins with.
    """

    def __init__(self, desk: Desk, scenario: Scenario) -> None:
        self._desk, self._scenario = desk, scenario
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        self._pages: dict[str, int] = {}

    def arrive(self, tab: str) -> Visit | None:
        """The visit of a tab that shows a page now, new or found again; None if there is no room."""
        if tab not in self._visits and not self._room():
            return None
        self._pages[tab] = self._pages.get(tab, 0) + 1
        visit = self._visits.setdefault(tab, Visit(self._desk, self._scenario))
        self._visits.move_to_end(tab)
        return visit

    def leave(self, tab: str) -> None:
        """A page of a tab is gone; when it was the last, the work of the visit is freed."""
        self._pages[tab] -= 1
        if not self._pages[tab]:
            del self._pages[tab]
            self._visits[tab].close()

    @property
    def here(self) -> int:
        """Tabs that show a page."""
        return len(self._pages)

    def _room(self) -> bool:
        """Whether another visit can be opened; one that has gone makes room."""
        if len(self._visits) < MOST_VISITS:
            return True
        gone = next((tab for tab in self._visits if tab not in self._pages), None)
        if gone is not None:
            del self._visits[gone]
        return gone is not None
