"""Teach: lessons that ask for a prediction, run, compare and let learners look into why; alone or as a class."""

from __future__ import annotations

from nicegui import ui

from peersim.app.parts import Text, button, part, say
from peersim.app.teach import board, menu
from peersim.app.teach.classroom import ClassError
from peersim.app.teach.room import Room, furnish, room_of
from peersim.app.teach.shelf import Lesson
from peersim.app.teach.steps import Steps
from peersim.app.visit import Visit

__all__ = ["furnish", "show", "show_class", "show_lesson"]


def show(visit: Visit) -> None:
    """Draw the lessons there are."""
    menu.draw(room_of(visit.desk))


def show_lesson(visit: Visit, name: str) -> None:
    """Draw a lesson."""
    room = room_of(visit.desk)
    lesson = room.lessons.get(name)
    if lesson is None:
        _nothing("No such lesson", "There is no lesson at this address.")
        return
    ui.page_title(f"{lesson.file.title} - peersim")
    with part("div", "teach"):
        with part("div", "teach-title"):
            ui.link("All lessons", "/teach")
            Text("h1", lesson.file.title)
            Text("p", lesson.file.summary, "teach-strap")
            with part("div", "row"):
                Text("span", f"About {lesson.file.minutes} minutes", "soft")
                known = room.classes.of(lesson, visit)
                text = f"Back to the board of class {known.code}" if known else "Teach it to a class"
                button(text, lambda: _open(visit, room, lesson), kind="quiet")
        Steps(room.progress(visit, lesson), again=True)


def show_class(visit: Visit, code: str) -> None:
    """Draw a class: its board for the teacher, the lesson for those who join."""
    room = room_of(visit.desk)
    known = room.class_of(visit, code)
    if known is None:
        _nothing(
            "No such class", "There is no class with this code. It may have ended; ask your teacher for a new one."
        )
        return
    ui.page_title(f"Class {known.code} - peersim")
    with part("div", "teach"):
        if known.teacher() is visit:
            board.board(room, known, room.progress(visit, known.lesson, known))
        else:
            board.door(visit, room, known)


def _open(visit: Visit, room: Room, lesson: Lesson) -> None:
    try:
        ui.navigate.to(f"/class/{room.classes.open(lesson, visit).code}")
    except ClassError as error:
        say(str(error), trouble=True)


def _nothing(title: str, text: str) -> None:
    with part("div", "teach"):
        Text("h1", title)
        Text("p", text)
        ui.link("All lessons", "/teach")
