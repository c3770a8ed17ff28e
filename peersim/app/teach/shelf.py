"""The lessons there are: those that come with peersim and those in a folder of the teacher's own."""

from __future__ import annotations

import dataclasses
import functools
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from peersim.app.cases import cases
from peersim.app.limits import TooLargeError, worlds
from peersim.app.teach.lesson import LessonFile, Lever
from peersim.scenario import Problem, Scenario, ScenarioError, load
from peersim.scenario.errors import nearest
from peersim.scenario.files import Reader, text_of
from peersim.scenario.paths import flat
from peersim.scenario.registry import parameter_for, registry

LESSONS: Final = Path(__file__).with_name("lessons")
LESSON: Final = "lesson"
NEEDS: Final = "a title, two worlds and a prediction"
SECOND: Final = "second"
MOST_CHOICES: Final = 12

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
_NUMBER: Final = re.compile(r"^\d+_(?=.)")
_Path = tuple[str | int, ...]


@dataclass(frozen=True, eq=False)
class Lesson:
    """A lesson and its two worlds.

    Attributes
    ----------
    name : str
        In addresses: that of the file, without the number that puts it in order.
    file : LessonFile
        What stands in the file.
    first, second : Scenario
        The world that the lesson departs from, and the one that it compares with it.
    """

    name: str
    file: LessonFile
    first: Scenario
    second: Scenario

    def worlds(self, second: Mapping[str, Any], both: Mapping[str, Any]) -> tuple[Scenario, Scenario]:
        """Both worlds with further settings, of the second or of both.

        Raises
        ------
        ScenarioError
            If a setting cannot be taken.
        """
        return self.first.with_(both), self.second.with_(both).with_(second)


@functools.cache
def house() -> dict[str, Lesson]:
    """The lessons that come with peersim, by name."""
    return shelf(LESSONS)


def shelf(folder: str | os.PathLike[str]) -> dict[str, Lesson]:
    """The lessons in a folder by name, in the order of its files.

    Raises
    ------
    ScenarioError
        Naming everything that is wrong with them: file, line, key, what is allowed.
    """
    place = Path(folder)
    if not place.is_dir():
        raise ScenarioError([Problem((), "no such folder; expected one with lessons (*.yaml).", file=str(place))])
    paths = sorted(path for path in place.iterdir() if path.suffix in (".yaml", ".yml") and path.is_file())
    found: dict[str, Lesson] = {}
    problems: list[Problem] = []
    for path in paths:
        if not _is_lesson(path):
            continue
        try:
            lesson = read(path)
            found[lesson.name] = lesson
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def read(path: str | os.PathLike[str]) -> Lesson:
    """Read a lesson from its file.

    Raises
    ------
    ScenarioError
        Naming everything that is wrong with it: file, line, key, what is allowed.
    """
    file = Path(path)
    name = _NUMBER.sub("", file.stem.lower())
    if not _NAME.fullmatch(name):
        message = "the name of a lesson's file becomes part of an address."
        raise ScenarioError([Problem((), message, file=str(file), allowed="letters, digits, _ and -")])
    reader = Reader(text_of(file, LESSON), str(file), LESSON, NEEDS)
    content = reader.read()
    if reader.problems:
        raise ScenarioError(reader.problems)
    try:
        return _Maker(name, LessonFile(**content), file.parent).lesson()
    except ScenarioError as error:
        placed = [problem if problem.file else reader.placed(problem) for problem in error.problems]
        raise ScenarioError(sorted(placed, key=lambda problem: problem.line or 0)) from None


def _is_lesson(path: Path) -> bool:
    """Whether a file is to be a lesson; scenarios may lie beside lessons that use them."""
    return re.search(r"^teams\s*:", text_of(path, LESSON), re.MULTILINE) is None


class _Maker:
    """Makes the worlds of a lesson, or says what is wrong with them."""

    def __init__(self, name: str, file: LessonFile, folder: Path) -> None:
        self._name, self._file, self._folder = name, file, folder

    def lesson(self) -> Lesson:
        """The lesson."""
        file = self._file
        first = _changed(_changed(self._base(), file.set, ("set",)), file.first.set, ("first", "set"))
        second = _changed(first, file.second.set, (SECOND, "set"))
        if second == first:
            raise _fault((SECOND, "set"), "changes nothing; the two worlds of a lesson have to differ.")
        if second.horizon_weeks != first.horizon_weeks:
            raise _fault(
                (SECOND, "set"), "is watched for another time; set horizon_weeks for both worlds, under 'set'."
            )
        try:
            worlds(first), worlds(second)
        except TooLargeError as error:
            raise _fault(("set",), str(error)) from None
        lesson = Lesson(self._name, file, first, second)
        problems = [*self._tries(lesson), *self._levers(lesson)]
        if problems:
            raise ScenarioError(problems)
        return lesson

    def _base(self) -> Scenario:
        file = self._file
        if file.own_scenario:
            try:
                return Scenario(**{"name": file.title, **file.own_scenario})
            except ScenarioError as error:
                problems = [dataclasses.replace(p, path=("own_scenario", *p.path)) for p in error.problems]
                raise ScenarioError(problems) from None
        beside = self._folder / file.scenario
        if beside.is_file():
            return load(beside)
        if file.scenario not in cases():
            message = f"no scenario '{file.scenario:.60}' comes with peersim, and no such file lies beside the lesson."
            known = list(cases())
            raise _fault(("scenario",), message, ", ".join(known), nearest(file.scenario, known))
        return cases()[file.scenario]

    def _tries(self, lesson: Lesson) -> Iterator[Problem]:
        for number, idea in enumerate(self._file.things_to_try):
            yield from _trial(lesson, idea.set, idea.worlds, ("things_to_try", number, "set"))

    def _levers(self, lesson: Lesson) -> Iterator[Problem]:
        for number, lever in enumerate(self._file.levers):
            path: _Path = ("levers", number)
            if lever.key:
                yield from _slider(lesson, lever, (*path, "key"))
            if len(lever.choices) > MOST_CHOICES:
                yield Problem(
                    (*path, "choices"), f"{len(lever.choices)} are too many.", allowed=f"up to {MOST_CHOICES}"
                )
            for name, settings in lever.choices.items():
                if not isinstance(settings, Mapping):
                    message = "expected keys of a scenario with their values, such as {teams.peers: 2}."
                    yield Problem((*path, "choices", name), message)
                else:
                    yield from _trial(lesson, settings, lever.worlds, (*path, "choices", name))


def _slider(lesson: Lesson, lever: Lever, path: _Path) -> Iterator[Problem]:
    """What is wrong with a lever that moves one key."""
    known = parameter_for(lever.key.removeprefix("policies."))
    if known is None or known.kind not in ("number", "whole", "choice"):
        keys = [
            p.key for p in registry() if p.kind in ("number", "whole", "choice") and p.group not in ("model", "costs")
        ]
        yield Problem(
            path, "no such key that can be moved.", allowed=", ".join(keys), suggestion=nearest(lever.key, keys)
        )
    else:
        yield from _trial(lesson, {lever.key: ends(lever)[0]} if known.choices == () else {}, lever.worlds, path)
        if known.choices == ():
            yield from _own_value(lesson, lever, path)


def _own_value(lesson: Lesson, lever: Lever, path: _Path) -> Iterator[Problem]:
    """What is wrong with a slider that cannot show where the lesson itself has it."""
    (low, high), own = ends(lever), value_of(lesson.second, lever.key)
    if not low <= own <= high:
        end = "low" if own < low else "high"
        message = f"the slider leaves out the {own:g} that the lesson itself has."
        yield Problem((*path[:-1], end), message, allowed=f"{'up to' if own < low else 'from'} {own:g}")


def value_of(scenario: Scenario, key: str) -> Any:
    """What a key is in a scenario: the first of several teams stands for all."""
    bare = key.removeprefix("policies.")
    named = bare.startswith("teams.") and not bare.split(".")[1].isdecimal()
    return flat(scenario.to_dict())[bare.replace("teams.", "teams.0.", 1) if named else bare]


def ends(lever: Lever) -> tuple[float, float]:
    """The ends of a slider: as the lesson says, within the range of the key."""
    known = parameter_for(lever.key.removeprefix("policies."))
    assert known is not None
    kind: Callable[[float], float] = int if known.kind == "whole" else float
    return kind(max(lever.low, known.low or 0.0)), kind(min(lever.high, known.high or 0.0))


def _trial(lesson: Lesson, settings: Mapping[str, Any], which: str, path: _Path) -> Iterator[Problem]:
    """What is wrong with settings that a learner may choose."""
    try:
        first, second = lesson.worlds({}, settings) if which == "both" else lesson.worlds(settings, {})
        worlds(first), worlds(second)
        if first.horizon_weeks != second.horizon_weeks:
            yield Problem(path, "sets horizon_weeks of one world only.", allowed="worlds: both")
    except ScenarioError as error:
        yield from _problems(error, settings, path)
    except TooLargeError as error:
        yield Problem(path, str(error))


def _changed(scenario: Scenario, settings: Mapping[str, Any], path: _Path) -> Scenario:
    try:
        return scenario.with_(settings)
    except ScenarioError as error:
        raise ScenarioError(list(_problems(error, settings, path))) from None


def _problems(error: ScenarioError, settings: Mapping[str, Any], path: _Path) -> Iterator[Problem]:
    """Problems of a scenario, at the places in the lesson where they were written."""
    for problem in error.problems:
        key = ".".join(step for step in problem.key.removeprefix("policies.").split(".") if not step.isdecimal())
        written = [name for name in settings if key.startswith(str(name).removeprefix("policies."))]
        message = problem.message if written[:1] == [key] else f"{key}: {problem.message}"
        yield Problem((*path, *written[:1]), message, problem.found, problem.allowed, problem.suggestion)


def _fault(path: _Path, message: str, allowed: str = "", suggestion: str = "") -> ScenarioError:
    return ScenarioError([Problem(path, message, allowed=allowed, suggestion=suggestion)])
