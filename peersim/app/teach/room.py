"""What this room keeps beside the visits: its lessons, its classes, and how far each learner is."""

from __future__ import annotations

import weakref
from collections.abc import Mapping

from peersim.app.desk import Desk
from peersim.app.teach.classroom import Class, Classes, tidy
from peersim.app.teach.progress import Progress
from peersim.app.teach.shelf import Lesson, house
from peersim.app.visit import Visit


class Room:
    """The lessons and classes of a server.

    Parameters
    ----------
    lessons : mapping of str to Lesson
        By name, in the order in which they are shown.
    alone : bool
        Whether only this machine can reach the page.
    """

    def __init__(self, lessons: Mapping[str, Lesson], *, alone: bool) -> None:
        self.lessons, self.alone = dict(lessons), alone
        self.classes = Classes()
        self._progress: weakref.WeakKeyDictionary[Visit, dict[tuple[str, str], Progress]] = weakref.WeakKeyDictionary()

    def progress(self, visit: Visit, lesson: Lesson, known: Class | None = None) -> Progress:
        """How far a visitor is in a lesson, alone or in a class."""
        there = self._progress.setdefault(visit, {})
        key = (lesson.name, known.code if known else "")
        if key not in there:
            there[key] = Progress(lesson, visit.desk)
            visit.accompany(there[key].learning)
        return there[key]

    def class_of(self, visit: Visit, code: str) -> Class | None:
        """The class of a code: one that is open, or one that has ended since and that the visitor was in."""
        there = (progress.known for progress in self._progress.get(visit, {}).values())
        ended = (known for known in there if known is not None and known.code == tidy(code))
        return self.classes.find(code) or next(ended, None)


_ROOMS: weakref.WeakKeyDictionary[Desk, Room] = weakref.WeakKeyDictionary()


def furnish(desk: Desk, lessons: Mapping[str, Lesson], *, alone: bool) -> None:
    """Put lessons into the room of a server: those that come with peersim, and a teacher's own after them."""
    _ROOMS[desk] = Room(house() | dict(lessons), alone=alone)


def room_of(desk: Desk) -> Room:
    """The room of a server."""
    if desk not in _ROOMS:
        furnish(desk, {}, alone=True)
    return _ROOMS[desk]
