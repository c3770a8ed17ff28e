"""What is wrong with a scenario, said so that a planner can put it right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

#: Problems printed in full. A file with thousands would otherwise bury the first ones.
SHOWN = 50


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where.

    Attributes
    ----------
    path
        Keys from the top of the scenario down to the fault, as written there.
    message
        What is wrong, in a short sentence.
    found
        What was found instead, in words; empty when nothing was expected there.
    allowed
        What may stand here: keys, choices, or a range with its unit.
    suggestion
        The nearest valid key or choice.
    file, line
        Where it was read; empty and None for a scenario that was not read from a text.
    """

    path: tuple[str | int, ...]
    message: str
    found: str = ""
    allowed: str = ""
    suggestion: str = ""
    file: str = ""
    line: int | None = None

    @property
    def key(self) -> str:
        """The path as one dotted key."""
        return ".".join(map(str, self.path))

    def __str__(self) -> str:
        line = "" if self.line is None else f"line {self.line}"
        where = ", ".join(part for part in (self.file, line) if part)
        text = ": ".join(part for part in (where, self.key, self.message) if part)
        if self.suggestion:
            text += f" Did you mean '{self.suggestion}'?"
        if self.allowed:
            text += f" Allowed here: {self.allowed}"
        return text


class ScenarioError(ValueError):
    """A scenario that cannot be used. Lists every problem found, one a line.

    Attributes
    ----------
    problems
        All of them, in the order of the file where there is one.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        # Given to the base class as it came, so that the error survives pickling between processes.
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN} more")
        return "\n".join(lines)


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The candidate that was probably meant, or an empty string.

    A candidate that ends in the word (`supervision.by` for `support.supervision.by`) comes before one that is
    merely spelt alike, but only when there is no doubt which.
    """
    by_lower = {candidate.lower(): candidate for candidate in candidates}
    lower = word.lower()
    if lower in by_lower:
        return by_lower[lower]
    endings = [name for name in by_lower if name.endswith(f".{lower}")]
    if len(endings) == 1:
        return by_lower[endings[0]]
    # A very long word is no misspelling, and comparing it would take long.
    close = difflib.get_close_matches(lower, by_lower, n=1) if len(lower) <= 120 else []
    return by_lower[close[0]] if close else ""


def in_words(value: object) -> str:
    """A value as it is called in a message, cut short when it is long."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the word {str(value).lower()}"
        case int() | float():
            return f"the number {_short(repr(value))}"
        case str():
            return f"the text {_short(repr(value))}"
        case Mapping():
            return "a group of keys"
        case list() | tuple():
            return "a list"
    return f"a Python {type(value).__name__}"


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
