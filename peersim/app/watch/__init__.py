"""Watch: one world, week by week, with an agent for every person.

`watched` is the Mesa model, whose people note whom they met; `snapshot` is what is seen of it after a week, `portrait`
what is told of one person, `happenings` what happened.  `watching` holds all of it for one visitor, and outlives the
view.  `layout` and `scales` settle where people sit and what colour they have; `people` and `view` draw.
"""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

from peersim.app.visit import Visit
from peersim.app.watch.view import WatchView
from peersim.app.watch.watching import Watching, prepare

__all__ = ["prepare", "show"]

_WATCHING: Final[WeakKeyDictionary[Visit, Watching]] = WeakKeyDictionary()


def show(visit: Visit) -> None:
    """Draw the view."""
    WatchView(visit, _WATCHING.setdefault(visit, Watching(visit.desk)))
