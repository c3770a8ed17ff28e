"""The last step of a lesson: ideas to try, and levers to move."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from nicegui import background_tasks

from peersim.app import fields
from peersim.app.limits import worlds
from peersim.app.parts import Text, attributed, button, part, say, status
from peersim.app.reading import Reading, read
from peersim.app.teach import drawn, inputs, shelf, wording
from peersim.app.teach.claims import came_to
from peersim.app.teach.lesson import Lever, Try
from peersim.app.teach.progress import Progress
from peersim.app.turns import Urgency
from peersim.scenario import ScenarioError
from peersim.scenario.registry import parameter_for

OWN_NAME: Final = "Your world"
NONE: Final = "none of these"
WIDE: Final = 1.5
"""Width of a range whose slider moves in twentieths."""


class Trial:
    """Ideas, levers, and what comes of them, drawn into the slot at hand."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._file = progress, progress.lesson.file
        self._asked: Reading | None = None
        self._buttons: list[tuple[Try, Text]] = []
        with part("div", "teach-trial"):
            with part("div", "teach-ideas"):
                self._ideas()
                self._levers = part("div", "teach-levers")
            with part("div", "teach-outcome"):
                self._said = status()
                self._came = part("div", "teach-came")
                drawn.legend(
                    [
                        (self._file.first.name, drawn.FIRST),
                        (f"{self._file.second.name} (the lesson)", drawn.LESSON),
                        (OWN_NAME, drawn.OWN),
                    ]
                )
                self._charts = drawn.Charts(self._file, OWN_NAME)
        self._draw_levers()

    def show(self) -> None:
        """Draw what the learner has set, and what came of it."""
        progress, reading = self._progress, self._progress.reading
        for idea, made in self._buttons:
            attributed(made, aria_pressed="true" if progress.tried(idea) else "false")
        if reading is None:
            return
        self._charts.show(reading, None if progress.as_in_lesson else progress.found)
        self._said.text = self._told(reading)
        if reading is not self._asked and progress.learning.complete:
            self._asked = reading
            self._answer(reading)

    # drawing -----------------------------------------------------------------

    def _ideas(self) -> None:
        with part("ol", "teach-list"):
            for idea in self._file.things_to_try:
                with part("li"):
                    Text("p", idea.text)
                    if idea.set:
                        made = button(idea.button, partial(self._take, idea))
                        self._buttons.append((idea, made))

    def _draw_levers(self) -> None:
        self._levers.clear()
        with self._levers:
            if self._file.levers:
                Text("h3", "Or move something yourself")
            for lever in self._file.levers:
                if lever.choices:
                    self._choice(lever)
                else:
                    self._slider(lever)
            button("Back to the lesson’s own worlds", self._reset)

    def _choice(self, lever: Lever) -> None:
        held = self._progress.chosen(lever)
        options = {name: name for name in lever.choices} | ({} if held else {"": NONE})
        fields.choice(_labelled(lever), options, held, lambda name: self._change(lever.choices.get(name, {}), lever))

    def _slider(self, lever: Lever) -> None:
        known, value = parameter_for(lever.key.removeprefix("policies.")), self._progress.value(lever.key)
        assert known is not None
        if known.choices:
            options = {name: name.replace("_", " ") for name in known.choices}
            fields.choice(_labelled(lever), options, str(value), lambda name: self._change({lever.key: name}, lever))
            return
        low, high = shelf.ends(lever)
        whole = known.kind == "whole" or high - low > WIDE
        kind = int if known.kind == "whole" else float
        inputs.Slider(
            _labelled(lever),
            (low, high),
            1.0 if whole else 0.05,
            float(value),
            lambda number: wording.value(lever.key, kind(number)),
            lambda number: self._change({lever.key: kind(number)}, lever),
        )

    def _told(self, reading: Reading) -> str:
        """Where the outcome asked for is now, and was."""
        progress, outcome = self._progress, self._file.prediction.outcome
        if progress.learning.trouble:
            return progress.learning.trouble
        if not progress.learning.complete:
            return "Running ..."
        now = wording.level(outcome, came_to(reading, outcome))
        if progress.as_in_lesson:
            return f"The worlds of the lesson. {wording.title(outcome)}: {now}."
        assert progress.found is not None
        lesson = wording.level(outcome, came_to(progress.found, outcome))
        return f"{progress.changed}. {wording.title(outcome)}: {now}; in the lesson {lesson}."

    def _answer(self, reading: Reading) -> None:
        """Say what came of an idea, as far as the lesson claims something of it."""
        self._came.clear()
        idea = next((idea for idea in self._file.things_to_try if self._progress.tried(idea)), None)
        with self._came:
            if idea is None:
                self._plain(reading)
            else:
                background_tasks.create(self._claims(idea, reading))

    def _plain(self, reading: Reading) -> None:
        outcome = self._file.prediction.outcome
        if reading.contrasts is not None:
            row: Any = reading.contrasts.loc[outcome]
            Text("p", f"Beside the first world: {wording.found(outcome, row)}")

    async def _claims(self, idea: Try, reading: Reading) -> None:
        """What a run shows of an idea's claims, beside the first world and beside the lesson."""
        desk, lesson, found = self._progress.learning.desk, self._progress.lesson, self._progress.found
        most = min(worlds(lesson.second), worlds(reading.scenario))
        second = await desk.results(lesson.second, most, Urgency.FIRST_LOOK)
        own = await desk.results(reading.scenario, most, Urgency.FIRST_LOOK)
        beside = await desk.work(Urgency.FIRST_LOOK, read, second, own)
        if self._came.is_deleted or self._asked is not reading:
            return
        with self._came:
            for expect in idea.expect:
                other = expect.beside == "the lesson"
                where = self._file.second.name if other else self._file.first.name
                Text("p", f"Beside “{where}”:", "teach-beside")
                drawn.in_this_run([expect], beside if other else reading, self._file.prediction.a_lot, found)
            if not idea.expect:
                self._plain(reading)

    # what the learner does ---------------------------------------------------

    def _take(self, idea: Try) -> None:
        self._progress.try_(idea)
        self._draw_levers()

    def _reset(self) -> None:
        self._progress.reset()
        self._draw_levers()

    def _change(self, settings: Any, lever: Lever) -> None:
        try:
            self._progress.change(settings, lever.worlds)
        except ScenarioError as error:
            say(str(error), trouble=True)
            self._draw_levers()


def _labelled(lever: Lever) -> str:
    return f"{lever.name} (in both worlds)" if lever.worlds == "both" else lever.name
