"""What is wrong with what is written, while it is being read."""

from __future__ import annotations

from typing import Any

from peersim.scenario import Problem, Scenario, ScenarioError
from peersim.scenario.errors import in_words

Path = tuple[str | int, ...]
"""Keys from the top of a study down to where something is written."""


class Fault(Exception):  # noqa: N818 (it carries a problem, and never leaves this room)
    """Something that is wrong, at its place in the study."""

    def __init__(self, path: Path, message: str, allowed: str = "", suggestion: str = "") -> None:
        super().__init__()
        self.problem = Problem(path, message, allowed=allowed, suggestion=suggestion)


def whole(path: Path, found: object, low: int, high: int) -> int:
    """A whole number within a range."""
    if not isinstance(found, int) or isinstance(found, bool) or not low <= found <= high:
        raise Fault(path, f"found {in_words(found)}.", f"a whole number from {low:,} to {high:,}")
    return found


def changed(base: Scenario, changes: Any, path: Path) -> Scenario:
    """A scenario with changes that are written in the study."""
    try:
        return base.with_(changes)
    except ScenarioError as error:
        first = error.problems[0]
        message = f"{first.key}: {first.message}"
        raise Fault((*path, *_written_in(changes, first)), message, first.allowed, first.suggestion) from None


def _written_in(changes: Any, problem: Problem) -> Path:
    """The key, as written, that a problem is about."""
    key = problem.key.removeprefix("policies.")
    about = [name for name in changes if key.startswith(str(name).removeprefix("policies.").split(".")[0])]
    return (str(about[0]),) if len(about) == 1 else ()
