"""A class: the board that the teacher shows, the door that learners come in by, and what they see of each other."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from nicegui import ui

from peersim.app import charts
from peersim.app.charts import BASELINE, KEPT
from peersim.app.limits import LONGEST_NAME
from peersim.app.parts import Text, attributed, button, part, say, status, table, text_field
from peersim.app.teach import guess as guesses
from peersim.app.teach import overlay, wording
from peersim.app.teach.claims import came_to
from peersim.app.teach.classroom import Class, ClassError, Learner
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
        shown = part("div", "stack")
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
        shown.clear()
        with shown:
            revealed(known, progress, None)

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


def _ask_name(known: Class, visit: Visit, joined: ui.element) -> None:
    name = [""]
    Text("h1", f"Class {known.code}: {known.lesson.file.title}")
    with part("div", "card teach-step"):
        Text(
            "p",
            "Your name, or any other, stands beside your prediction on the teacher’s board. You may leave it empty. "
            "Other learners do not see it on their own pages.",
            "teach-prose",
        )

        def join() -> None:
            try:
                known.join(visit, name[0])
            except ClassError as error:
                said.text = str(error)
                return
            joined()

        with part("div", "row"):
            text_field("Name", "", lambda text: name.__setitem__(0, text), longest=LONGEST_NAME)
            button("Join", join, kind="main")
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
        ended = status()
    shown = part("div", "stack", aria_live="polite")
    Steps(progress, again=False)
    seen = [-1]

    def look() -> None:
        if seen[0] == known.version:
            return
        seen[0] = known.version
        if known.ended:
            ended.text = "The teacher has ended this class. You can go on by yourself; nobody sees it any more."
        shown.clear()
        with shown:
            revealed(known, progress, learner)

    look()
    ui.timer(GLANCE, look)


# what is revealed -----------------------------------------------------------------------------------------------------


def revealed(known: Class, progress: Progress, learner: Learner | None) -> None:
    """What everybody expected and found, as far as the teacher shows it and the learner has come."""
    prediction = known.lesson.file.prediction
    see_guesses = known.guesses_shown and (learner is None or learner.guess is not None)
    see_results = known.results_shown and (learner is None or learner.result is not None)
    rows = []
    own_guess = learner.guess.value if learner and learner.guess else None
    own_result = learner.result if learner else None
    if see_guesses and prediction.kind == "number":
        values = [each.guess.value for each in known.predicted if each.guess and each.guess.value is not None]
        rows.append(overlay.Row("What we expected", values, "circle", overlay.GUESSED, own_guess))
    if see_results:
        values = [each.result for each in known.run if each.result is not None]
        rows.append(overlay.Row("What our worlds came to", values, "diamond", overlay.FOUND, own_result))
    if not see_guesses and not see_results:
        return
    with part("section", "card teach-step"):
        Text("h2", "The class")
        if see_guesses and prediction.kind == "direction":
            _answers(known, learner)
        if rows:
            _dots(known, progress, rows, see_results)
        if see_guesses:
            Text("p", _expected(known))
        if see_results:
            Text("p", _came(known, progress))


def _dots(known: Class, progress: Progress, rows: list[overlay.Row], see_results: bool) -> None:
    file = known.lesson.file
    first = progress.before
    lines = [overlay.Row(file.first.name, [first], "rect", BASELINE)] if first is not None else []
    lines += rows
    if see_results and progress.found is not None:
        lesson = came_to(progress.found, file.prediction.outcome)
        lines.insert(len(lines) - 1, overlay.Row(f"{file.second.name} (the lesson)", [lesson], "triangle", KEPT[0]))
    told = f"{wording.title(file.prediction.outcome)} of the class; the same in the text below."
    made = charts.chart(told, overlay.chart(lines, file.prediction))
    made.classes("teach-dots").style(f"height: {len(lines) * 4.8 + 3.5}rem")


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
    outcome = wording.title(prediction.outcome)
    table("Everybody", ("Learner", "Expected", f"Result: {wording.name(prediction.outcome)}", "Changed"), rows)
    Text("p", f"{outcome} in the world that each learner ran last.", "soft teach-small")


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
