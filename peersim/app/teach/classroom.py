"""Classes: learners who joined by a code, what each expected and found, and what the teacher has revealed."""

from __future__ import annotations

import secrets
import time
import unicodedata
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from peersim.app.limits import LONGEST_NAME, MOST_CLASSES, MOST_LEARNERS
from peersim.app.teach.guess import Guess
from peersim.app.teach.shelf import Lesson

LETTERS: Final = "ABCDEFGHJKMNPRSTUVWXYZ"
"""Letters of a code: none that is taken for another, or for a digit, when it is read aloud or off a wall."""
LETTERS_OF_A_CODE: Final = 5
PATIENCE: Final = 3 * 60 * 60.0
"""Seconds for which a class waits for a teacher who has gone."""
NO_NAME: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories of characters that no name needs."""
JOINERS: Final = ("\u200c", "\u200d")
"""Characters of format that some names need."""


class ClassError(ValueError):
    """Something that a class cannot do, in words for whoever asked."""


@dataclass(eq=False)
class Learner:
    """Somebody in a class.

    Attributes
    ----------
    number : int
        In the order of joining.
    name : str
    guess : Guess or None
        None before the prediction.
    result : float or None
        What the outcome came to in the world last run; None before the run.
    changed : str
        What the learner changed in it, in words.
    """

    number: int
    name: str
    guess: Guess | None = None
    result: float | None = None
    changed: str = ""


@dataclass(eq=False)
class Class:
    """A class that works through a lesson.

    Attributes
    ----------
    code : str
    lesson : Lesson
    learners : list of Learner
    guesses_shown, results_shown : bool
        What the teacher has revealed.
    version : int
        Grows whenever something changes.
    """

    code: str
    lesson: Lesson
    teacher: Callable[[], object | None]
    seen: float
    learners: list[Learner] = field(default_factory=list)
    guesses_shown: bool = False
    results_shown: bool = False
    ended: bool = False
    version: int = 0
    _places: weakref.WeakKeyDictionary[object, Learner] = field(default_factory=weakref.WeakKeyDictionary)

    def join(self, visit: object, name: str) -> Learner:
        """Let a visit join under a name; one that is in the class already is given its new name.

        Raises
        ------
        ClassError
            If the class is full.
        """
        learner = self._places.get(visit)
        if learner is None:
            if len(self.learners) >= MOST_LEARNERS:
                raise ClassError(f"This class is full: {MOST_LEARNERS} learners have joined.")
            learner = Learner(len(self.learners) + 1, "")
            self.learners.append(learner)
            self._places[visit] = learner
        learner.name = self._free(readable(name) or f"Learner {learner.number}", learner)
        self.touch()
        return learner

    def learner(self, visit: object) -> Learner | None:
        """The learner that a visit is, if it has joined."""
        return self._places.get(visit)

    def touch(self) -> None:
        """Something has changed."""
        self.version += 1

    def reveal(self, *, guesses: bool | None = None, results: bool | None = None) -> None:
        """Show everyone's predictions or results to all, or hide them again."""
        self.guesses_shown = self.guesses_shown if guesses is None else guesses
        self.results_shown = self.results_shown if results is None else results
        self.touch()

    @property
    def predicted(self) -> list[Learner]:
        """Those who have said what they expect, or that they do not know."""
        return [learner for learner in self.learners if learner.guess is not None]

    @property
    def run(self) -> list[Learner]:
        """Those who have a result."""
        return [learner for learner in self.learners if learner.result is not None]

    @property
    def mean(self) -> float | None:
        """Mean of the results there are."""
        found = [learner.result for learner in self.learners if learner.result is not None]
        return sum(found) / len(found) if found else None

    def _free(self, name: str, learner: Learner) -> str:
        """A name that nobody else in the class has."""
        taken = {other.name for other in self.learners if other is not learner}
        tried, number = name, 1
        while tried in taken:
            number += 1
            tried = f"{name} ({number})"
        return tried


class Classes:
    """All classes of a server.

    Parameters
    ----------
    clock : callable
        Seconds, from whenever on.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._classes: dict[str, Class] = {}

    def open(self, lesson: Lesson, teacher: object) -> Class:
        """A class of a teacher's visit for a lesson: a new one, or the one that there is.

        Raises
        ------
        ClassError
            If there are as many classes as this server takes.
        """
        known = self.of(lesson, teacher)
        if known is not None:
            return known
        if len(self._classes) >= MOST_CLASSES:
            raise ClassError(
                f"{MOST_CLASSES} classes are open on this page, which is all it takes. End one of them first."
            )
        code = self._code()
        self._classes[code] = Class(code, lesson, weakref.ref(teacher), self._clock())
        return self._classes[code]

    def of(self, lesson: Lesson, teacher: object) -> Class | None:
        """The class that a teacher has open for a lesson."""
        self._tidy()
        theirs = (each for each in self._classes.values() if each.lesson is lesson and each.teacher() is teacher)
        return next(theirs, None)

    def find(self, code: str) -> Class | None:
        """The class of a code, however it was typed; None if there is none, or no more."""
        self._tidy()
        return self._classes.get(tidy(code))

    def seen(self, known: Class) -> None:
        """The teacher looks at the class."""
        known.seen = self._clock()

    def end(self, known: Class) -> None:
        """End a class: its code leads nowhere any more."""
        known.ended = True
        known.touch()
        self._classes.pop(known.code, None)

    def _tidy(self) -> None:
        """End classes whose teacher has gone."""
        for known in list(self._classes.values()):
            if known.teacher() is None or self._clock() - known.seen > PATIENCE:
                self.end(known)

    def _code(self) -> str:
        while True:
            code = "".join(secrets.choice(LETTERS) for _ in range(LETTERS_OF_A_CODE))
            if code not in self._classes:
                return code


def tidy(code: str) -> str:
    """A code as it was meant: spaces, hyphens and small letters do not matter."""
    return "".join(letter for letter in code.upper() if letter.isalnum())[: 4 * LETTERS_OF_A_CODE]


def readable(name: str) -> str:
    """A name as it can stand in a table: one line, not too long, without characters that change the text around it."""
    kept = (c for c in name if c in JOINERS or c.isspace() or unicodedata.category(c) not in NO_NAME)
    return " ".join("".join(kept).split())[:LONGEST_NAME].strip()
