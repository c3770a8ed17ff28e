"""How far a learner is in a lesson, without any page: the prediction, the run, and what was changed after it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any, Final

from peersim.app.desk import Desk
from peersim.app.reading import Reading
from peersim.app.teach import wording
from peersim.app.teach.claims import came_to
from peersim.app.teach.classroom import Class, Learner
from peersim.app.teach.guess import Guess
from peersim.app.teach.lesson import Lever, Settings, Try
from peersim.app.teach.shelf import Lesson, value_of
from peersim.app.visit import News, Visit
from peersim.scenario import Scenario

SECOND: Final = "second"


class Progress:
    """A learner in a lesson.

    Parameters
    ----------
    lesson : Lesson
    desk : Desk

    Attributes
    ----------
    learning : Visit
        Where the worlds of the lesson are run: the first as the baseline, the second or the learner's own beside it.
    guess : Guess or None
        None before the prediction.
    has_run : bool
    before : float or None
        What the outcome asked for comes to in the first world; None until that has been run.
    found : Reading or None
        What the lesson itself shows; None until that has been run.
    """

    def __init__(self, lesson: Lesson, desk: Desk) -> None:
        self.lesson = lesson
        self.learning = Visit(desk, lesson.first)
        self.guess: Guess | None = None
        self.has_run = False
        self.before: float | None = None
        self.found: Reading | None = None
        self._second: dict[str, Any] = {}
        self._both: dict[str, Any] = {}
        self._told: Callable[[], None] | None = None
        self._place: tuple[Class, Learner] | None = None
        self.learning.listen(self._hear)

    # what the learner does ---------------------------------------------------

    def begin(self) -> None:
        """Run what the lesson shows now, if that has not been done."""
        if not self.learning.complete:
            self.learning.begin()

    def predict(self, guess: Guess | None) -> None:
        """Say what is expected, or take it back; not after the run."""
        if not self.has_run:
            self.guess = guess
            self._report()
            self._tell()

    def run(self) -> None:
        """Run the second world; only after a prediction."""
        if self.guess is not None and not self.has_run:
            self.has_run = True
            self.learning.take(self.lesson.second)
            self._tell()

    def change(self, settings: Settings, which: str = SECOND) -> None:
        """Change settings of the second world, or of both.

        Raises
        ------
        ScenarioError
            If they cannot be taken; nothing is changed then.
        """
        second, both = dict(self._second), dict(self._both)
        (second if which == SECOND else both).update(settings)
        self._take(second, both)

    def try_(self, idea: Try) -> None:
        """Do what a lesson proposes, to the lesson as it stands."""
        self._take(*((dict(idea.set), {}) if idea.worlds == SECOND else ({}, dict(idea.set))))

    def reset(self) -> None:
        """Go back to the worlds of the lesson."""
        self._take({}, {})

    def start_again(self) -> None:
        """Forget prediction and run."""
        self.guess, self.has_run, self.found = None, False, None
        self._second, self._both = {}, {}
        self.learning.start(self.lesson.first)
        self._tell()

    # what is known -----------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        """The second world, as the learner has it."""
        return self.lesson.worlds(self._second, self._both)[1]

    @property
    def as_in_lesson(self) -> bool:
        """Whether the learner has changed nothing."""
        return not self._second and not self._both

    @property
    def reading(self) -> Reading | None:
        """What is shown after the run: of the worlds in hand, or still of those before; None before the run."""
        reading = self.learning.reading
        ran = self.has_run and reading is not None and reading.contrasts is not None
        return reading if ran else None

    def tried(self, idea: Try) -> bool:
        """Whether the worlds in hand are those that an idea asks for."""
        asked = (dict(idea.set), {}) if idea.worlds == SECOND else ({}, dict(idea.set))
        return bool(idea.set) and asked == (self._second, self._both)

    def chosen(self, lever: Lever) -> str:
        """The choice of a lever that holds now; empty if none does."""
        return next((name for name, settings in lever.choices.items() if self._set(settings)), "")

    def value(self, key: str) -> Any:
        """What a key is now."""
        return value_of(self.scenario, key)

    @property
    def changed(self) -> str:
        """What the learner changed, in words."""
        idea = next((idea for idea in self.lesson.file.things_to_try if self.tried(idea)), None)
        if idea is not None:
            return idea.button
        left = self._both | self._second
        said = []
        for lever in self.lesson.file.levers:
            keys = {key for settings in lever.choices.values() for key in settings} or {lever.key}
            moved = {key: left.pop(key) for key in keys if key in left}
            if moved:
                choice = self.chosen(lever)
                said.append(f"{lever.name}: {choice}" if choice else _worded(lever, moved))
        return "; ".join([*said, *([wording.settings(left)] if left else [])])

    @property
    def known(self) -> Class | None:
        """The class that is told of it, if one is."""
        return self._place[0] if self._place else None

    # what others are told ----------------------------------------------------

    def listen(self, told: Callable[[], None]) -> None:
        """Call a method whenever something has changed, for as long as its object is there; one at a time."""
        method = weakref.WeakMethod(told)

        def tell() -> None:
            there = method()
            if there is not None:
                there()

        self._told = tell

    def report_to(self, known: Class, learner: Learner) -> None:
        """Report to a class from now on."""
        self._place = (known, learner)

    def _hear(self, news: News) -> None:
        reading, learning = self.learning.reading, self.learning
        if news == "reading" and reading is not None and learning.complete:
            outcome = self.lesson.file.prediction.outcome
            if not self.has_run:
                self.before = came_to(reading, outcome)
            elif self.as_in_lesson and reading.contrasts is not None:
                self.found = reading
            if self.has_run and reading.contrasts is not None:
                self._report(came_to(reading, outcome))
        self._tell()

    def _report(self, result: float | None = None) -> None:
        if self._place is None:
            return
        known, learner = self._place
        learner.guess = self.guess
        if result is not None:
            learner.result, learner.changed = result, self.changed
        known.touch()

    def _tell(self) -> None:
        if self._told is not None:
            self._told()

    def _take(self, second: Mapping[str, Any], both: Mapping[str, Any]) -> None:
        first, own = self.lesson.worlds(second, both)
        self._second, self._both = dict(second), dict(both)
        self.learning.compare_with(first)
        self.learning.take(own)
        self._tell()

    def _set(self, settings: Settings) -> bool:
        """Whether settings hold now."""
        return self.scenario.with_(settings) == self.scenario


def _worded(lever: Lever, moved: Mapping[str, Any]) -> str:
    if lever.key:
        return f"{lever.name}: {wording.value(lever.key, moved[lever.key])}"
    return wording.settings(moved)
