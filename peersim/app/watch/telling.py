"""A story for the page: the text that `peersim.story` wraps for a terminal, as headings and paragraphs again."""

from __future__ import annotations

from typing import NamedTuple


class Block(NamedTuple):
    """A part of a story.

    Attributes
    ----------
    kind : str
        ``heading``, ``paragraph`` or, for a list or a table in columns, ``columns``.
    text : str
    """

    kind: str
    text: str


def blocks(story: str) -> list[Block]:
    """The parts of a story, one after the other; its title is the first."""
    found: list[Block] = []
    for part in filter(None, story.strip("\n").split("\n\n")):
        lines = part.split("\n")
        ruled = next((number for number, line in enumerate(lines) if _rule(line)), 0)
        if ruled and not lines[0].startswith(" "):
            found.append(Block("heading", " ".join(lines[:ruled])))
            lines = lines[ruled + 1 :]
        if any(line.startswith(" ") for line in lines):
            found.append(Block("columns", "\n".join(lines)))
        elif lines:
            found.append(Block("paragraph", " ".join(lines)))
    return found


def _rule(line: str) -> bool:
    return bool(line) and (not line.strip("=") or not line.strip("-"))
