"""A lesson as steps: read, predict, run, compare, look into why, try, discuss."""

from __future__ import annotations

from typing import Any, Final

from nicegui import ui

from peersim.app.parts import Text, attributed, button, part, status
from peersim.app.teach import drawn, inputs, wording
from peersim.app.teach import guess as guesses
from peersim.app.teach.guess import Guess
from peersim.app.teach.lesson import ANSWERS
from peersim.app.teach.progress import Progress
from peersim.app.teach.trial import Trial
from peersim.results.outcomes import OUTCOMES

PREDICT, PREDICTED, RUNNING, FOUND = range(4)
"""How far a learner is."""
STEPS: Final = ("Read", "Predict", "Run", "Compare", "Why", "Try", "Discuss")
FINE: Final = 0.01
"""Step of the slider of a prediction."""
FOCUS_AFTER: Final = 80
"""Milliseconds after which what was drawn anew is there to be focused."""


class Steps:
    """A lesson and what the learner has done of it, drawn into the slot at hand and kept up to date.

    Parameters
    ----------
    progress : Progress
    again : bool
        Whether the learner may start again; not in a class, where the first prediction counts.
    """

    def __init__(self, progress: Progress, *, again: bool) -> None:
        self._progress, self._file, self._again = progress, progress.lesson.file, again
        self._stage = -1
        self._slider: inputs.Slider | None = None
        self._trial: Trial | None = None
        self._path = part("ol", "teach-path", aria_label="Steps of the lesson")
        _read(progress)
        self._frame = part("div", "stack")
        self._frame.owner = self  # `listen` does not keep it: it lives as long as what it draws
        progress.listen(self.show)
        progress.begin()
        self.show()

    def show(self) -> None:
        """Draw how far the learner is."""
        if self._frame.is_deleted:
            return
        stage = self._reached()
        if stage != self._stage:
            first, self._stage = self._stage == -1, stage
            self._frame.clear()
            with self._frame:
                target = self._draw(stage)
            self._show_path(stage)
            if not first and target is not None:
                self._focus(target)
        self._renew()

    def _reached(self) -> int:
        if self._progress.found is not None:
            return FOUND
        if self._progress.has_run:
            return RUNNING
        return PREDICT if self._progress.guess is None else PREDICTED

    def _show_path(self, stage: int) -> None:
        self._path.clear()
        done = {PREDICT: 1, PREDICTED: 2, RUNNING: 2, FOUND: 3}[stage]
        with self._path:
            for number, name in enumerate(STEPS):
                item = Text("li", name, "done" if number < done else "")
                if number == done:
                    attributed(item, aria_current="step")

    def _focus(self, target: ui.element) -> None:
        self._frame.client.run_javascript(
            f"setTimeout(() => document.getElementById('{target.html_id}')?.focus(), {FOCUS_AFTER})"
        )

    # drawing -----------------------------------------------------------------

    def _draw(self, stage: int) -> ui.element | None:
        """Draw a stage; what is to be focused."""
        self._slider = self._trial = None
        with part("section", "card teach-step"):
            target: ui.element = _heading("Predict")
            Text("p", self._file.prediction.question, "teach-question")
            self._before = Text("p", "", "teach-before")
            if stage == PREDICT:
                self._ask()
            else:
                self._told = Text("p", "", "teach-told")
                target = self._go() if stage == PREDICTED else target
        if stage == RUNNING:
            with part("section", "card teach-step"):
                target = _heading("Compare")
                self._state = status()
        if stage == FOUND:
            target = self._draw_found()
        return target

    def _ask(self) -> None:
        prediction = self._file.prediction
        with inputs.form(self._commit):
            if prediction.kind == "number":
                ends = (prediction.low, prediction.high)
                label = f"{wording.title(prediction.outcome)}, as you expect it"
                self._slider = inputs.Slider(label, ends, FINE, round(sum(ends) / 2.0, 2), self._valued)
            else:
                inputs.radios("What do you expect?", {answer: f"It {answer}" for answer in ANSWERS}, "")
            Text("p", f"Here, a lot means by {_lot(prediction.outcome, prediction.a_lot)} or more.", "soft teach-small")
            with part("div", "row"):
                inputs.submit("This is what I expect")
                button(wording.DO_NOT_KNOW, lambda: self._progress.predict(Guess()))
        self._state = status()

    def _go(self) -> ui.element:
        with part("div", "row"):
            run = button("Run it", self._progress.run, kind="main")
            button("Change my prediction", lambda: self._progress.predict(None), kind="quiet")
        return run

    def _draw_found(self) -> ui.element:
        progress, file, found = self._progress, self._file, self._progress.found
        assert found is not None
        assert found.contrasts is not None
        assert progress.guess is not None
        row = found.contrasts.loc[file.prediction.outcome]
        names = [(file.first.name, drawn.FIRST), (file.second.name, drawn.OWN)]
        with part("section", "card teach-step"):
            target = _heading("Compare your guess with what came out")
            Text("p", guesses.compared(progress.guess, file.prediction, row), "teach-compared")
            drawn.strip(file, progress.guess, found)
            drawn.legend(names)
            drawn.Charts(file, file.second.name).show(found)
            drawn.differences(file, found)
            Text(
                "p", f"{found.worlds} pairs of worlds: the same people with the same luck in both.", "soft teach-small"
            )
        with part("section", "card teach-step"):
            _heading("Things to notice")
            with part("ol", "teach-list"):
                for notice in file.things_to_notice:
                    with part("li"):
                        Text("p", notice.text)
                        drawn.in_this_run(notice.expect, found, file.prediction.a_lot)
        with part("section", "card teach-step"):
            _heading("Look into why")
            for text in file.why.text:
                Text("p", text, "teach-prose")
            drawn.legend(names)
            with part("div", "teach-why"):
                for kind in file.why.causes:
                    with part("div"):
                        drawn.causes(kind, file, found)
        with part("section", "card teach-step"):
            _heading("Things to try")
            self._trial = Trial(progress)
        if file.for_the_teacher:
            with part("section", "card teach-step"):
                _heading("Questions to discuss")
                with part("ul", "teach-list"):
                    for text in file.for_the_teacher:
                        Text("li", text)
        if self._again:
            button("Start this lesson again", progress.start_again, kind="quiet")
        return target

    def _renew(self) -> None:
        """Say what is known by now."""
        progress, prediction = self._progress, self._file.prediction
        before, outcome = progress.before, prediction.outcome
        if before is None and progress.found is not None and progress.found.contrasts is not None:
            row: Any = progress.found.contrasts.loc[outcome]
            before = float(row["baseline"])
        known = "being worked out ..." if before is None else f"{wording.level(outcome, before)}."
        self._before.text = f"{self._file.first.name}. {wording.title(outcome)}: {known}"
        if self._stage != PREDICT:
            self._told.text = f"You expect: {guesses.said(progress.guess, prediction)}."
        if self._stage == RUNNING:
            self._state.text = progress.learning.trouble or "Running both worlds ..."
        if self._slider is not None:
            self._slider.renew()
        if self._trial is not None:
            self._trial.show()

    # what the learner does ---------------------------------------------------

    def _valued(self, value: float) -> str:
        prediction, before = self._file.prediction, self._progress.before
        told = wording.level(prediction.outcome, value)
        return told if before is None else f"{told} (it {wording.answer(value - before, prediction.a_lot)})"

    def _commit(self, given: str) -> None:
        if not given:
            self._state.text = f"Choose what you expect first, or say “{wording.DO_NOT_KNOW}”."
        elif self._file.prediction.kind == "number":
            self._progress.predict(Guess(value=float(given)))
        else:
            self._progress.predict(Guess(given))


def _read(progress: Progress) -> None:
    file = progress.lesson.file
    with part("section", "card teach-step"):
        _heading("Read")
        with part("div", "teach-read"):
            for title, paragraphs in (("What is it", file.what_is_it), ("How it works", file.how_it_works)):
                with part("div"):
                    Text("h3", title)
                    for text in paragraphs:
                        Text("p", text, "teach-prose")
        outcome = OUTCOMES[file.prediction.outcome]
        with part("p", "soft teach-small"):
            Text("strong", f"{outcome.label}: ")
            Text("span", f"{outcome.meaning}.")


def _heading(text: str) -> Text:
    return attributed(Text("h2", text), tabindex="-1")


def _lot(outcome: str, a_lot: float) -> str:
    return f"{100 * a_lot:.0f} percentage points" if outcome in wording.PERCENT else f"{a_lot:g}"
