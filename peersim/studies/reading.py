"""Reading studies, from files and from dictionaries."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NoReturn

import peersim
from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.factor import Factor, Level, Role
from peersim.results.outcomes import OUTCOMES
from peersim.scenario import Parameter, Problem, Scenario, ScenarioError, load, registry
from peersim.scenario.errors import in_words, nearest
from peersim.scenario.files import Reader, text_of, value
from peersim.studies import designs
from peersim.studies.designs import AnyDesign, Crossed, Design
from peersim.studies.study import REPLICATES, Settings, Study
from peersim.world.draws import MOST_KEY
from peersim.world.measures import WEEKLY

STUDY: Final = "study"
DEMO: Final = "demo"
KEYS: Final = (
    "name",
    "description",
    "base",
    "set",
    "factors",
    "levers",
    "uncertainties",
    "design",
    "levels",
    "replicates",
    "seed",
    "outcomes",
    "weekly",
)
GROUPS: Final[dict[str, Role]] = {"factors": "lever", "levers": "lever", "uncertainties": "uncertainty"}
CROSSABLE: Final = (designs.GRID, "latin_hypercube", "sobol")
"""Designs that make sense on one side of a crossed design."""
MOST_GIVEN: Final = 1_000_000
MOST_LEVELS: Final = 1_000


class _Fault(Exception):  # noqa: N818 (it carries a problem, and never leaves this module)
    def __init__(self, path: tuple[str | int, ...], message: str, allowed: str = "", suggestion: str = "") -> None:
        super().__init__()
        self.problem = Problem(path, message, allowed=allowed, suggestion=suggestion)


def read(path: str | os.PathLike[str]) -> Study:
    """Read a study from a YAML file.

    Parameters
    ----------
    path : path
        Files that the study names are looked for beside it, then in the current folder.

    Raises
    ------
    ScenarioError
        Naming what is wrong with the file, with its line.

    Examples
    --------
    >>> import peersim as ps
    >>> ps.load_study("experiments/supervision.yaml")  # doctest: +SKIP
    """
    reader = Reader(text_of(path, STUDY), str(path), STUDY, "a base scenario and factors")
    content = reader.read()
    if reader.problems:
        raise ScenarioError(reader.problems)
    return _made(content, Path(path).parent, reader.placed)


def study(content: Mapping[str, Any], folder: str | os.PathLike[str] = ".") -> Study:
    """Make a study from a dictionary, written as a study file would be.

    Parameters
    ----------
    content : mapping
        Keys and values as in a study file; `base` may be a `Scenario`.
    folder : path
        Where files that it names are looked for.

    Raises
    ------
    ScenarioError
        Naming what is wrong.

    Examples
    --------
    >>> import peersim as ps
    >>> ps.study({"name": "Supervision", "base": ps.demo(), "factors": {"support.supervision.every_weeks": [1, 4]}})
    Study('Supervision', 1 factor, 2 points, 80 worlds)
    """
    return _made(content, Path(folder), lambda problem: problem)


def _made(content: Mapping[str, Any], folder: Path, placed: Callable[[Problem], Problem]) -> Study:
    try:
        return _Maker(content, folder).study()
    except _Fault as fault:
        raise ScenarioError([placed(fault.problem)]) from None


class _Maker:
    """Makes a study of what is written, or says what is wrong with it."""

    def __init__(self, content: Mapping[str, Any], folder: Path) -> None:
        self._content, self._folder = content, folder
        self._bundles: dict[str, dict[str, Settings]] = {}
        self._parameters: dict[str, Parameter] = {parameter.key: parameter for parameter in registry()}

    def study(self) -> Study:
        for key in self._content:
            if key not in KEYS:
                raise _Fault((str(key),), "no such key.", ", ".join(KEYS), nearest(str(key), KEYS))
        self._base = self._read_base()
        levels = self._whole("levels", 0, 2, MOST_LEVELS)
        factors = self._read_factors()
        design, factors = self._read_design(levels, factors)
        return Study(
            name=self._text("name", self._base.name),
            description=self._text("description", ""),
            base=self._base,
            factors=tuple(factors),
            bundles=self._bundles,
            design=design,
            replicates=self._whole("replicates", REPLICATES, 1, MOST_KEY),
            seed=self._whole("seed", 1, 0, MOST_KEY),
            outcomes=self._names("outcomes", OUTCOMES, tuple(OUTCOMES)),
            weekly=self._names("weekly", WEEKLY, ()),
        )

    # simple keys

    def _text(self, key: str, default: str) -> str:
        found = self._content.get(key, default)
        if not isinstance(found, str) or (key == "name" and not found):
            raise _Fault((key,), f"expected a text, found {in_words(found)}.")
        return found

    def _whole(self, key: str, default: int, low: int, high: int) -> int:
        if key not in self._content:
            return default
        return _whole((key,), self._content[key], low, high)

    def _names(self, key: str, allowed: Mapping[str, Any], default: tuple[str, ...]) -> tuple[str, ...]:
        found = self._content.get(key, list(default))
        if not isinstance(found, list | tuple) or (key == "outcomes" and not found):
            raise _Fault((key,), f"expected a list of names, found {in_words(found)}.", ", ".join(allowed))
        for place, name in enumerate(found):
            if not isinstance(name, str) or name not in allowed:
                suggestion = nearest(str(name), list(allowed))
                raise _Fault((key, place), f"found {in_words(name)}.", ", ".join(allowed), suggestion)
        return tuple(dict.fromkeys(found))

    # base

    def _read_base(self) -> Scenario:
        found = self._content.get("base")
        if isinstance(found, Scenario):
            base = found
        elif isinstance(found, str) and found:
            base = self._scenario(found, ("base",))
        else:
            words = f"found {in_words(found)}" if "base" in self._content else "is missing"
            raise _Fault(("base",), f"{words}.", "a scenario file, demo")
        changes = self._content.get("set", {})
        if not isinstance(changes, Mapping):
            raise _Fault(("set",), f"expected keys with values, found {in_words(changes)}.")
        return self._with(base, changes, ("set",))

    def _scenario(self, name: str, path: tuple[str | int, ...]) -> Scenario:
        places = [self._folder / name, Path(name)]
        place = next((place for place in places if place.exists()), None)
        if place is None and name == DEMO:
            return peersim.demo()
        if place is None:
            beside = self._folder.resolve()
            raise _Fault(path, f"no such file: {name}; looked in {beside} and in the current folder.")
        return load(place)

    def _with(self, base: Scenario, changes: Mapping[str, Any], path: tuple[str | int, ...]) -> Scenario:
        try:
            return base.with_(changes)
        except ScenarioError as error:
            first = error.problems[0]
            message = f"{first.key}: {first.message}"
            raise _Fault((*path, *_written_in(changes, first)), message, first.allowed, first.suggestion) from None

    # factors

    def _read_factors(self) -> list[Factor]:
        factors: list[Factor] = []
        for group, role in GROUPS.items():
            written = self._content.get(group, {})
            if not isinstance(written, Mapping):
                raise _Fault((group,), f"expected keys with ranges or lists of values, found {in_words(written)}.")
            for name, values in written.items():
                if any(factor.name == name for factor in factors):
                    raise _Fault((group, name), "is varied twice.")
                factors.append(self._factor(str(name), values, role, (group, name)))
        return factors

    def _factor(self, name: str, written: object, role: Role, path: tuple[str | int, ...]) -> Factor:
        if isinstance(written, Mapping) and set(written) == {"levels"}:
            return self._bundle(name, written["levels"], role, path)
        parameter = self._parameter(name, path)
        match written:
            case None:
                return _whole_range(name, parameter, role, path)
            case list() | tuple():
                self._check_levels(name, written, path)
                return _described(Factor(name, role, levels=tuple(written)), parameter)
            case {"low": low, "high": high, **rest} if not rest:
                self._check_range(name, parameter, low, high, path)
                whole = parameter.kind == "whole"
                ends = (int(low), int(high)) if whole else (float(low), float(high))
                return _described(Factor(name, role, low=ends[0], high=ends[1], whole=whole), parameter)
        raise _Fault(
            path,
            f"found {in_words(written)}.",
            "a list of values, {low: ..., high: ...}, nothing (the whole range of the key), or {levels: ...} with "
            "bundles of settings by name",
        )

    def _parameter(self, name: str, path: tuple[str | int, ...]) -> Parameter:
        plain = ".".join(step for step in name.removeprefix("policies.").split(".") if not step.isdecimal())
        if plain not in self._parameters:
            raise _Fault(
                path,
                "no such key in a scenario; a choice between bundles of settings is {levels: {name: settings}}.",
                suggestion=nearest(plain, list(self._parameters)),
            )
        return self._parameters[plain]

    def _check_levels(self, name: str, levels: Sequence[Any], path: tuple[str | int, ...]) -> None:
        if not levels:
            raise _Fault(path, "the list is empty; at least one value is needed.")
        for place, level in enumerate(levels):
            if not isinstance(level, int | float | str):
                raise _Fault((*path, place), f"found {in_words(level)}.", "numbers, words, true, false")
            if level in levels[:place]:
                raise _Fault((*path, place), f"{level} is there twice.")
            self._check_value(name, level, (*path, place))

    def _check_range(self, name: str, parameter: Parameter, low: Any, high: Any, path: tuple[str | int, ...]) -> None:
        if parameter.kind not in ("number", "whole"):
            raise _Fault(path, "is no number and has no range.", f"a list of: {parameter.allowed}")
        for end, found in (("low", low), ("high", high)):
            if not isinstance(found, int | float) or isinstance(found, bool):
                raise _Fault((*path, end), f"expected a number, found {in_words(found)}.", parameter.allowed)
            self._check_value(name, found, (*path, end))
        if not low < high:
            raise _Fault(path, f"found {low:g} to {high:g}; the lower end has to be below the upper.")

    def _check_value(self, name: str, found: Level, path: tuple[str | int, ...]) -> None:
        """Refuse a value that the key cannot have; what does not go together with other keys is a point that fails."""
        try:
            self._base.with_({name: found})
        except ScenarioError as error:
            own = tuple(step for step in name.removeprefix("policies.").split(".") if not step.isdecimal())
            for problem in error.problems:
                steps = tuple(str(step) for step in problem.path if not isinstance(step, int))
                if tuple(step for step in steps if step != "policies" and not step.isdecimal()) == own:
                    raise _Fault(path, problem.message, problem.allowed, problem.suggestion) from None

    def _bundle(self, name: str, written: object, role: Role, path: tuple[str | int, ...]) -> Factor:
        if name in self._parameters:
            raise _Fault(path, "is a key of the scenario; give bundles of settings a name of their own.")
        if not isinstance(written, Mapping) or not written:
            raise _Fault((*path, "levels"), f"expected bundles of settings by name, found {in_words(written)}.")
        levels: dict[str, Settings] = {}
        for level, content in written.items():
            here = (*path, "levels", level)
            match content:
                case str():
                    levels[str(level)] = self._from_file(content, here)
                case Mapping():
                    self._with(self._base, content, here)
                    levels[str(level)] = content
                case _:
                    raise _Fault(here, f"found {in_words(content)}.", "settings ({} for none), or a scenario file")
        self._bundles[name] = levels
        return Factor(name, role, levels=tuple(levels))

    def _from_file(self, name: str, path: tuple[str | int, ...]) -> Settings:
        other = self._scenario(name, path)
        return {key: new for key, (_, new) in self._base.diff(other).items() if key != "name"}

    # design

    def _read_design(self, levels: int, factors: list[Factor]) -> tuple[AnyDesign, list[Factor]]:
        written = self._content.get("design", designs.GRID)
        if isinstance(written, Mapping) and set(written) & {"levers", "uncertainties"}:
            return self._crossed(written, levels, factors), factors
        if isinstance(written, Mapping) and designs.POINTS in written:
            return self._given(written[designs.POINTS], factors)
        if not factors:
            raise _Fault(("factors",), "nothing is varied.", "factors, levers, uncertainties")
        return self._design(written, ("design",), levels, factors), factors

    def _crossed(self, written: Mapping[str, Any], levels: int, factors: list[Factor]) -> Crossed:
        sides = {}
        for group, role in (("levers", "lever"), ("uncertainties", "uncertainty")):
            own = [factor for factor in factors if factor.role == role]
            if not own:
                raise _Fault(("design",), f"crosses levers with uncertainties, and there are no {group}.")
            side = self._design(written.get(group, designs.GRID), ("design", group), levels, own)
            if side.kind not in CROSSABLE:
                raise _Fault(("design", group), f"found {side.kind}; it cannot be crossed.", ", ".join(CROSSABLE))
            sides[group] = side
        return Crossed(**sides)

    def _design(self, written: object, path: tuple[str | int, ...], levels: int, factors: list[Factor]) -> Design:
        match written:
            case designs.GRID | designs.ONE_AT_A_TIME:
                design = Design(str(written), levels=levels or designs.LEVELS[str(written)])
            case Mapping() if len(written) == 1 and next(iter(written)) in designs.SAMPLED:
                ((kind, size),) = written.items()
                asked = _whole((*path, kind), size, 1, MOST_KEY)
                design = Design(kind, asked, levels=(levels or designs.LEVELS[kind]) if kind in designs.LEVELS else 0)
            case _:
                _no_such_design(written, path)
        try:
            designs.check(design, factors)
        except QuestionError as error:
            raise _Fault(path, f"{error}.") from None
        return design

    def _given(self, name: object, factors: list[Factor]) -> tuple[Design, list[Factor]]:
        path = ("design", designs.POINTS)
        if not isinstance(name, str):
            raise _Fault(path, f"expected the name of a CSV file, found {in_words(name)}.")
        place = next((place for place in (self._folder / name, Path(name)) if place.is_file()), None)
        if place is None:
            raise _Fault(path, f"no such file: {name}; looked in {self._folder.resolve()} and in the current folder.")
        head, rows = _table(place, path)
        factors = factors or [self._column(key, [row[k] for row in rows], path) for k, key in enumerate(head)]
        names = [factor.name for factor in factors]
        if sorted(head) != sorted(names):
            raise _Fault(path, f"{name} has the columns {', '.join(head)}.", ", ".join(names))
        for place_of, key in enumerate(head):
            factor = next(factor for factor in factors if factor.name == key)
            self._check_cells(factor, [row[place_of] for row in rows], (*path, name))
        order = [head.index(name) for name in names]
        return Design(designs.POINTS, given=tuple(tuple(row[k] for k in order) for row in rows)), factors

    def _column(self, key: str, values: list[Level], path: tuple[str | int, ...]) -> Factor:
        parameter = self._parameter(key, (*path, key))
        if parameter.kind in ("number", "whole"):
            numbers = [value for value in values if isinstance(value, int | float)]
            if len(numbers) == len(values) and min(numbers) < max(numbers):
                whole = parameter.kind == "whole"
                return _described(Factor(key, low=min(numbers), high=max(numbers), whole=whole), parameter)
        return _described(Factor(key, levels=tuple(dict.fromkeys(values))), parameter)

    def _check_cells(self, factor: Factor, cells: list[Level], path: tuple[str | int, ...]) -> None:
        seen: set[Level] = set()
        for line, found in enumerate(cells, 2):
            if found in seen:
                continue
            seen.add(found)
            here = (*path, f"line {line}", factor.name)
            if not factor.holds(found):
                raise _Fault(here, f"found {in_words(found)}.", factor.in_words())
            if factor.name not in self._bundles:
                self._check_value(factor.name, found, here)


def _whole(path: tuple[str | int, ...], found: object, low: int, high: int) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or not low <= found <= high:
        raise _Fault(path, f"found {in_words(found)}.", f"a whole number from {low:,} to {high:,}")
    return found


def _whole_range(name: str, parameter: Parameter, role: Role, path: tuple[str | int, ...]) -> Factor:
    if parameter.kind == "choice":
        factor = Factor(name, role, levels=parameter.choices)
    elif parameter.kind == "switch":
        factor = Factor(name, role, levels=(False, True))
    elif parameter.kind in ("number", "whole") and parameter.low is not None and parameter.high is not None:
        factor = Factor(name, role, low=parameter.low, high=parameter.high, whole=parameter.kind == "whole")
    else:
        raise _Fault(path, "has no range of its own.", f"a list of: {parameter.allowed}")
    return _described(factor, parameter)


def _described(factor: Factor, parameter: Parameter) -> Factor:
    return replace(factor, unit=parameter.unit, meaning=parameter.meaning)


def _written_in(changes: Mapping[str, Any], problem: Problem) -> tuple[str, ...]:
    """The key, as written, that a problem is about."""
    key = problem.key.removeprefix("policies.")
    about = [name for name in changes if key.startswith(str(name).removeprefix("policies.").split(".")[0])]
    return (str(about[0]),) if len(about) == 1 else ()


def _no_such_design(written: object, path: tuple[str | int, ...]) -> NoReturn:
    word = next(iter(written), "") if isinstance(written, Mapping) else written
    sampled = ", ".join(f"{{{kind}: N}}" for kind in designs.SAMPLED)
    allowed = f"{designs.GRID}, {designs.ONE_AT_A_TIME}, {sampled}, {{{designs.POINTS}: FILE.csv}}"
    needs_size = word in designs.SAMPLED
    message = f"{word} takes a size, as in {{{word}: 64}}." if needs_size else f"found {in_words(written)}."
    raise _Fault(path, message, allowed, "" if needs_size else nearest(str(word), designs.DESIGNS))


def _table(place: Path, path: tuple[str | int, ...]) -> tuple[list[str], list[list[Level]]]:
    try:
        with place.open(encoding="utf-8-sig", newline="") as stream:
            lines = [line for line in csv.reader(stream) if line]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _Fault(path, f"{place.name} cannot be read ({error}).") from None
    if len(lines) < 2:
        raise _Fault(path, f"{place.name} needs a line of keys and at least one line of values.")
    if len(lines) - 1 > MOST_GIVEN:
        raise _Fault(path, f"{place.name} has {len(lines) - 1:,} points.", f"up to {MOST_GIVEN:,}")
    head, *rows = lines
    for number, row in enumerate(rows, 2):
        if len(row) != len(head):
            raise _Fault((*path, f"{place.name}, line {number}"), f"has {len(row)} values for {len(head)} keys.")
    return [key.strip() for key in head], [[value(cell.strip()) for cell in row] for row in rows]  # type: ignore[misc]
