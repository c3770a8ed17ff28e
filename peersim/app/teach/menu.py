"""The lessons there are, and the way into a class."""

from __future__ import annotations

from nicegui import ui

from peersim.app.parts import Text, part, status
from peersim.app.teach.classroom import LETTERS_OF_A_CODE, tidy
from peersim.app.teach.inputs import entry
from peersim.app.teach.room import Room


def draw(room: Room) -> None:
    """Draw it into the slot at hand."""
    with part("div", "teach"):
        Text("h1", "Teach")
        Text(
            "p",
            "Each lesson asks what you expect, runs two worlds with the same people and the same luck, and lets you "
            "look into why they came out as they did.",
            "teach-strap",
        )
        with part("ul", "teach-menu"):
            for lesson in room.lessons.values():
                with part("li", "card"):
                    with part("h2"):
                        ui.link(lesson.file.title, f"/teach/{lesson.name}")
                    Text("p", lesson.file.summary)
                    Text("p", f"About {lesson.file.minutes} minutes", "soft teach-small")
        with part("section", "card teach-step"):
            Text("h2", "Join a class")
            Text("p", "Your teacher has a code of five letters for you.")
            _join(room)
        with part("section", "card teach-step"):
            Text("h2", "For teachers")
            Text(
                "p",
                "Open a lesson and choose “Teach it to a class”: you get a code, and a board on which everybody’s "
                "prediction appears. Lessons are plain files; docs/lessons.md says how to write one, and “peersim app "
                "--lessons FOLDER” adds yours to this list.",
                "teach-prose",
            )


def _join(room: Room) -> None:
    def go(typed: str) -> None:
        code = tidy(typed)
        if not code:
            said.text = "Type the code first."
        elif room.classes.find(code) is None:
            said.text = f"There is no class with the code {code}. It may have ended; ask your teacher."
        else:
            ui.navigate.to(f"/class/{code}")

    entry("Join a class: code", "Go to the class", go, longest=4 * LETTERS_OF_A_CODE)
    said = status()
