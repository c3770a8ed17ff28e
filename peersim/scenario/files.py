"""Reading scenario files, which come from anywhere and hold anything."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from peersim.scenario.errors import Problem, ScenarioError
from peersim.scenario.scalars import scalar
from peersim.scenario.schema import Scenario

LARGEST_FILE = 1_000_000
DEEPEST_NESTING = 20
SCENARIO = "scenario"
HINTS = {
    "'\\t'": " Indent with spaces, not with tabs.",
    "mapping values are not allowed": " A text that holds a colon followed by a space has to stand in quotes.",
}
"""What to do about what a parser of YAML says, by a part of it."""

_Path = tuple[str | int, ...]


def load(path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario from a YAML file.

    Raises
    ------
    ScenarioError
        Naming everything that is wrong with the file, each with its line.
    """
    return loads(text_of(path), str(path))


def text_of(path: str | os.PathLike[str], what: str = SCENARIO) -> str:
    """The text of a file that is to hold a scenario, or something like it.

    Raises
    ------
    ScenarioError
        If it cannot be read, is no ordinary file, too large, or no UTF-8.
    """
    file = Path(path)
    source = str(file)
    if "\0" in source:
        raise _fault(source.replace("\0", "?"), "is not a path.")
    try:
        if file.is_dir():
            raise _fault(source, f"is a folder, not a {what} file.")
        if not file.exists():
            raise _fault(source, "no such file.")
        if not file.is_file():
            raise _fault(source, "is not an ordinary file.")
        with file.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise _fault(source, f"cannot be read ({error.strerror or error}).") from None
    _check_size(content, source, what)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _fault(source, "is not UTF-8 text; save it again with that encoding.", line) from None


def loads(text: str, source: str = "<text>") -> Scenario:
    """Read a scenario from YAML text. `source` is what messages call it.

    Raises
    ------
    ScenarioError
        Naming everything that is wrong with the text, each with its line.
    """
    reader = Reader(text, source)
    content = reader.read()
    problems = reader.problems
    spoilt = {problem.path for problem in problems}
    try:
        scenario = Scenario(**content)
    except ScenarioError as error:
        # What cannot be read is named once, without the faults that follow from it.
        problems += [
            reader.placed(problem)
            for problem in error.problems
            if not any(problem.path[:length] in spoilt for length in range(1, len(problem.path) + 1))
        ]
    if problems:
        raise ScenarioError(sorted(problems, key=lambda problem: problem.line or 0)) from None
    return scenario


def value(written: str, source: str = "<value>") -> object:
    """A single value as in a scenario file: a bare word as it is, a list, a group or a quoted text as YAML.

    Raises
    ------
    ScenarioError
        For anything that a file could not hold either.
    """
    if not written.startswith(("[", "{", "'", '"')):
        return scalar(written)
    reader = Reader(f"value: {written}", source)
    content = reader.read()
    if reader.problems:
        raise ScenarioError(reader.problems)
    return content["value"]


def _check_size(content: bytes, source: str, what: str) -> None:
    if len(content) > LARGEST_FILE:
        raise _fault(source, f"is larger than {LARGEST_FILE:,} bytes; that is no {what}.")


def _fault(source: str, message: str, line: int | None = None, path: _Path = ()) -> ScenarioError:
    return ScenarioError([Problem(path, message, file=source, line=line)])


class Reader:
    """One pass over the events of a YAML text.

    Parameters
    ----------
    text : str
    source : str
        What messages call it.
    what, needs : str
        What it should hold, and what that needs at least.

    Attributes
    ----------
    problems : list of Problem
        What cannot be read, though the rest can.

    Notes
    -----
    Works on events rather than on PyYAML's trees: nothing is built before it is known to be allowed, the
    depth is bounded, and every key keeps its line.
    """

    def __init__(self, text: str, source: str, what: str = SCENARIO, needs: str = "a name and teams") -> None:
        _check_size(text.encode("utf-8", errors="surrogatepass"), source, what)
        self.source = source
        self._what, self._needs = what, needs
        self.problems: list[Problem] = []
        self._lines: dict[_Path, int] = {}
        self._events = self._safe_events(text)

    def read(self) -> dict[str, Any]:
        """The content of the only document. Problems that leave the rest readable are kept for later."""
        next(self._events)
        start = next(self._events)
        event = start if isinstance(start, yaml.StreamEndEvent) else next(self._events)
        content = None if event is start else self._value(event, ())
        if content is None:
            raise _fault(self.source, f"is empty; a {self._what} needs at least {self._needs}.")
        if not isinstance(content, dict):
            raise _fault(
                self.source,
                f"is not a {self._what}: expected keys with values, such as 'name: ...'.",
                _line(event),
            )
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _fault(self.source, f"a second document begins here; a file holds one {self._what}.", _line(after))
        return content

    def placed(self, problem: Problem) -> Problem:
        """A problem with the file and the line of its path."""
        return dataclasses.replace(problem, file=self.source, line=self.line_of(problem.path))

    def line_of(self, path: _Path) -> int | None:
        """The line of a key, or of the nearest key around it."""
        return next((self._lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self._lines), None)

    def _safe_events(self, text: str) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else None
            hint = next((hint for part, hint in HINTS.items() if part in str(error.problem)), "")
            raise _fault(self.source, f"cannot be read as YAML: {error.problem}.{hint}", line) from None
        except yaml.YAMLError as error:
            reason = getattr(error, "reason", error)
            line = text.count("\n", 0, getattr(error, "position", 0)) + 1
            raise _fault(self.source, f"cannot be read as YAML: {reason}.", line) from None

    def _value(self, event: yaml.Event, path: _Path) -> Any:
        self._lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent):
            return self._refuse(event, path, "repeats another part of the file with '*'; write it out.")
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        if event.anchor is not None:
            self._refuse(event, path, "marks a part of the file with '&'; leave that out.")
        if event.tag is not None:
            self._refuse(event, path, f"has the tag '{event.tag}'; tags are not allowed.")
        if isinstance(event, yaml.ScalarEvent):
            return scalar(event.value) if event.implicit[0] else event.value
        if len(path) >= DEEPEST_NESTING:
            raise _fault(self.source, f"is nested more than {DEEPEST_NESTING} levels deep.", _line(event))
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._list(path)

    def _list(self, path: _Path) -> list[Any]:
        entries: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            entries.append(self._value(event, (*path, len(entries))))
        return entries

    def _mapping(self, path: _Path) -> dict[str, Any]:
        content: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = _line(event)
            key = self._value(event, (*path, "?"))
            self._lines.pop((*path, "?"), None)
            here = (*path, str(key) if not isinstance(key, dict | list) else "?")
            first = self._lines.get(here)
            self._lines.setdefault(here, line)
            value = self._value(next(self._events), here)
            if not isinstance(key, str):
                self._refuse(event, here, "a key has to be a word.")
            elif key in content:
                self._refuse(event, here, f"is written twice; first in line {first}.")
            else:
                content[key] = value
        return content

    def _refuse(self, event: yaml.Event, path: _Path, message: str) -> None:
        self.problems.append(Problem(path, message, file=self.source, line=_line(event)))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
