"""A class: the board that the teacher shows, the door that learners come in by, and what they see of each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from nicegui import ui

from peersim.app.charts import BASELINE, KEPT
from peersim.app.limits import LONGEST_NAME
from peersim.app.parts import Text, attributed, button, part, say, status, table
from peersim.app.teach import guess as guesses
from peersim.app.teach import overlay, wording
from peersim.app.teach.claims import came_to
from peersim.app.teach.classroom import Class, ClassError, Learner
from peersim.app.teach.inputs import entry
from peersim.app.teach.progress import Progress
from peersim.app.teach.room import Room
from peersim.app.teach.steps import Steps
from peersim.app.visit import Visit

GLANCE: Final = 1.0
"""Seconds after which a page looks again whether something has changed in its class."""
LOCAL: Final = ("127.0.0.1", "localhost", "::1")
COMMAND: Final = "peersim app --host 0.0.0.0"


def board(room: Room, known: Class, progress: Progress) -> None:
    """The teacher's board: how far everybody is, and what they expected and found once that is revealed."""
    file = known.lesson.file
    with part("div", "teach-board"):
        with part("div", "teach-board-head"):
            with part("div"):
                Text("h1", file.title)
                Text("p", file.prediction.question, "teach-question")
            with part("div", "card teach-code-card"):
                Text("p", "Join with the code")
                attributed(Text("p", known.code, "teach-code"), aria_label=" ".join(known.code))
                _address(room, known)
        counts = attributed(part("div", "teach-counts"), role="status")
        with part("div", "row"):
            of_guesses = button("", lambda: known.reveal(guesses=not known.guesses_shown), kind="main")
            of_results = button("", lambda: known.reveal(results=not known.results_shown), kind="main")
            ui.link("The lesson, to go through it together", f"/teach/{known.lesson.name}").classes("teach-away")
            button("End this class", lambda: _end(room, known), kind="quiet")
        shown = Revealed(known, progress, None)
        everybody = part("div", "card")

    progress.begin()
    seen = [-1, -1]

    def look() -> None:
        room.classes.seen(known)
        _work_on(progress)
        now = [known.version, 2 * (progress.before is not None) + (progress.found is not None)]
        if seen == now:
            return
        seen[:] = now
        of_guesses.text = "Hide predictions" if known.guesses_shown else "Show predictions"
        of_results.text = "Hide results" if known.results_shown else "Show results"
        for frame, draw in ((counts, _counted), (everybody, _everybody)):
            frame.clear()
            with frame:
                draw(known)
        shown.show()

    look()
    ui.timer(GLANCE, look)


def _work_on(progress: Progress) -> None:
    """Run both worlds of the lesson for the board, which predicts nothing itself."""
    if progress.before is not None and not progress.has_run:
        progress.predict(guesses.Guess())
        progress.run()


def door(visit: Visit, room: Room, known: Class) -> None:
    """Where a learner joins; then the lesson, with what the class has to show."""
    frame = part("div", "stack")

    def draw() -> None:
        frame.clear()
        with frame:
            learner = known.learner(visit)
            if learner is None:
                _ask_name(known, visit, draw)
            else:
                _in_class(known, learner, room.progress(visit, known.lesson, known))

    draw()


def _ask_name(known: Class, visit: Visit, joined: Callable[[], None]) -> None:
    Text("h1", f"Class {known.code}: {known.lesson.file.title}")
    with part("div", "card teach-step"):
        Text(
            "p",
            "Your name, or any other, stands beside your prediction on the teacher’s board. You may leave it empty. "
            "Other learners do not see it on their own pages. Keep this tab: your place in the class belongs to it.",
            "teach-prose",
        )

        def join(name: str) -> None:
            try:
                known.join(visit, name)
            except ClassError as error:
                said.text = str(error)
                return
            joined()

        entry("Name", "Join", join, longest=LONGEST_NAME)
        said = status()


def _in_class(known: Class, learner: Learner, progress: Progress) -> None:
    file = known.lesson.file
    progress.report_to(known, learner)
    with part("div", "teach-title"):
        Text("h1", file.title)
        with part("p", "teach-strap"):
            Text("span", f"Class {known.code}. You are ")
            Text("bdi", learner.name)
            Text("span", ".")
    told = status()
    shown = Revealed(known, progress, learner)
    Steps(progress, again=False)
    seen = [-1]

    def look() -> None:
        if seen[0] == known.version:
            return
        seen[0] = known.version
        told.text = _told(known, learner)
        shown.show()

    look()
    ui.timer(GLANCE, look)


def _told(known: Class, learner: Learner) -> str:
    """What the teacher shows now, for whoever does not see it appear, and what the learner has to do first."""
    if known.ended:
        return "The teacher has ended this class. You can go on by yourself; nobody sees it any more."
    shown = [text for text, on in (("predictions", known.guesses_shown), ("results", known.results_shown)) if on]
    if not shown:
        return ""
    text = f"Your teacher shows everybody’s {' and '.join(shown)}."
    if known.guesses_shown and learner.guess is None:
        return f"{text} You see them here when you have said what you expect yourself."
    if known.results_shown and learner.result is None:
        return f"{text} You see the results here when you have run the lesson yourself."
    return text


# what is revealed -----------------------------------------------------------------------------------------------------


class Revealed:
    """What everybody expected and found, as far as the teacher shows it and the learner has come.

    Parameters
    ----------
    known : Class
    progress : Progress
        For what comes out of the lesson's own worlds.
    learner : Learner or None
        Who sees it; None for the board.
    """

    def __init__(self, known: Class, progress: Progress, learner: Learner | None) -> None:
        self._known, self._progress, self._learner = known, progress, learner
        self._prediction = known.lesson.file.prediction
        with part("section", "card teach-step") as self._frame:
            Text("h2", "The class")
            self._bars = part("div")
            self._chart = overlay.Dots(self._prediction, large=learner is None)
            self._words = part("div")
        self.show()

    def show(self) -> None:
        """Draw what there is to see now."""
        known, learner = self._known, self._learner
        guesses_seen = known.guesses_shown and (learner is None or learner.guess is not None)
        results_seen = known.results_shown and (learner is None or learner.result is not None)
        self._frame.set_visibility(guesses_seen or results_seen)
        numbers = self._prediction.kind == "number"
        rows = [*([self._guesses()] if guesses_seen and numbers else []), *([self._results()] if results_seen else [])]
        self._draw_dots(rows)
        for frame in (self._bars, self._words):
            frame.clear()
        with self._bars:
            if guesses_seen and not numbers:
                _answers(known, learner)
        with self._words:
            if guesses_seen:
                Text("p", _expected(known))
            if results_seen:
                Text("p", _came(known, self._progress))

    def _guesses(self) -> overlay.Row:
        own = self._learner.guess.value if self._learner and self._learner.guess else None
        values = [each.guess.value for each in self._known.predicted if each.guess and each.guess.value is not None]
        return overlay.Row("What we expected", values, "circle", overlay.GUESSED, own, averaged=True)

    def _results(self) -> overlay.Row:
        own = self._learner.result if self._learner else None
        values = [each.result for each in self._known.run if each.result is not None]
        return overlay.Row("What our worlds came to", values, "diamond", overlay.FOUND, own, averaged=True)

    def _draw_dots(self, rows: list[overlay.Row]) -> None:
        """Draw rows of dots between those of the lesson."""
        self._chart.set_visibility(bool(rows))
        if not rows:
            return
        file = self._known.lesson.file
        if self._progress.before is not None:
            rows.insert(0, overlay.Row(file.first.name, [self._progress.before], "square", BASELINE))
        if rows[-1].colour == overlay.FOUND and self._progress.found is not None:
            lesson = came_to(self._progress.found, self._prediction.outcome)
            rows.insert(-1, overlay.Row(f"{file.second.name} (the lesson)", [lesson], "triangle", KEPT[0]))
        self._chart.draw(rows, f"{wording.title(self._prediction.outcome)} of the class; the text below says the same.")


def _answers(known: Class, learner: Learner | None) -> None:
    """How many expect what, as bars."""
    counted = overlay.counts([each.guess.answer for each in known.predicted if each.guess])
    most = max((number for _, number in counted), default=0) or 1
    own = learner.guess.answer or wording.DO_NOT_KNOW if learner and learner.guess else ""
    Text("p", f"{wording.title(known.lesson.file.prediction.outcome)}: what we expected", "field-label")
    with part("ul", "teach-answers"):
        for answer, number in counted:
            with part("li", "teach-bar"):
                Text("span", f"{answer} (you)" if answer == own else answer, "teach-bar-name")
                with part("div", "teach-track", aria_hidden="true"):
                    part("span", "teach-fill guessed").style(f"left: 0; width: {100 * number / most:.1f}%")
                Text("span", str(number), "teach-bar-value")


def _expected(known: Class) -> str:
    """What the class expected, in words."""
    prediction = known.lesson.file.prediction
    unknown = sum(1 for each in known.predicted if each.guess and not each.guess.known)
    tail = f" {unknown} did not know." if unknown else ""
    values = [each.guess.value for each in known.predicted if each.guess and each.guess.value is not None]
    if prediction.kind == "direction":
        return f"{_people(len(known.predicted))} predicted.{tail}"
    if not values:
        return f"Nobody has given a number yet.{tail}"
    ends = [wording.level(prediction.outcome, value) for value in (min(values), max(values), sum(values) / len(values))]
    return f"{_people(len(values))} expected {ends[0]} to {ends[1]}, {ends[2]} on average.{tail}"


def _came(known: Class, progress: Progress) -> str:
    """What the class found, in words."""
    outcome, mean = known.lesson.file.prediction.outcome, known.mean
    if mean is None:
        return "Nobody has run the lesson yet."
    own = sum(1 for each in known.run if each.changed)
    text = f"Our worlds came to {wording.level(outcome, mean)} on average; {own} of {len(known.run)} are learners’ own."
    if progress.found is not None and progress.before is not None:
        lesson = wording.level(outcome, came_to(progress.found, outcome))
        text += f" The lesson’s worlds: {wording.level(outcome, progress.before)} and {lesson}."
    return text


def _counted(known: Class) -> None:
    for number, what in ((len(known.learners), "joined"), (len(known.predicted), "predicted"), (len(known.run), "run")):
        with part("p", "card teach-count"):
            Text("strong", str(number))
            Text("span", f" {what}")


def _everybody(known: Class) -> None:
    prediction = known.lesson.file.prediction
    if not known.learners:
        Text("p", "Nobody has joined yet.")
        return
    rows = []
    for each in known.learners:
        expected = guesses.said(each.guess, prediction) if known.guesses_shown else _done(each.guess is not None)
        came, changed = _done(each.result is not None), ""
        if known.results_shown and each.result is not None:
            came, changed = wording.level(prediction.outcome, each.result), each.changed or "nothing"
        rows.append([each.name, expected, came, changed])
    table("Everybody", ("Learner", "Expected", "Result", "Changed"), rows)
    Text(
        "p", f"Result: {wording.name(prediction.outcome)}, in the world that each learner ran last.", "soft teach-small"
    )


def _done(done: bool) -> str:
    return "done, hidden" if done else "-"


def _people(number: int) -> str:
    return "1 learner" if number == 1 else f"{number} learners"


# addresses ------------------------------------------------------------------------------------------------------------


def _address(room: Room, known: Class) -> None:
    request = ui.context.client.request
    base = str(request.base_url).rstrip("/")
    Text("p", f"{base}/class/{known.code}", "teach-address")
    if room.alone:
        with part("p", "trouble"):
            Text(
                "span",
                "Only this machine can open that: the page was started for it alone. To let learners join from "
                "theirs, end it and start it with ",
            )
            Text("code", COMMAND)
    elif urlsplit(base).hostname in LOCAL:
        Text(
            "p",
            "Other machines cannot open that. Open this board under the name or the number that this machine has in "
            "your network, in place of localhost; the address shown here is then the one for learners.",
            "trouble",
        )


def _end(room: Room, known: Class) -> None:
    room.classes.end(known)
    say("The class has ended.")
    ui.navigate.to("/teach")
