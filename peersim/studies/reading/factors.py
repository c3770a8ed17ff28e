"""Reading what a study varies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from peersim.analysis.exploration.factor import Factor, Level, Role
from peersim.results.outcomes import OUTCOMES
from peersim.scenario import Parameter, Scenario, ScenarioError, registry
from peersim.scenario.errors import in_words, nearest
from peersim.scenario.fields import field_at, parameter_of, submodel
from peersim.scenario.paths import full_path
from peersim.studies.reading.faults import Fault, Path, changed
from peersim.studies.study import Settings

ALLOWED: Final = (
    "a list of values, {low: ..., high: ...}, nothing (the whole range of the key), {keys: [...], ...} for several "
    "keys that move together, or {levels: ...} with bundles of settings by name"
)

NAME: Final = "name"
OF_POINTS, OF_RUNS = ("point", "scenario", "state"), ("replicate", "outcome", "value", "week")
OF_SEARCHES = ("candidate", "generation", "error", "within_budget", "on_front")
RESERVED: Final = frozenset((*OF_POINTS, *OF_RUNS, *OF_SEARCHES, *OUTCOMES))
"""Columns of tables, after which no factor can be named."""


class Factors:
    """Reads factors, one after the other.

    Attributes
    ----------
    bundles : dict
        Of factors that choose between bundles of settings: level -> what it sets.
    together : dict
        Of factors that move several keys: the keys.
    """

    def __init__(self, base: Scenario, scenario: Callable[[str, Path], Scenario]) -> None:
        self._base, self._scenario = base, scenario
        self.bundles: dict[str, dict[str, Settings]] = {}
        self.together: dict[str, tuple[str, ...]] = {}

    def read(self, name: str, written: object, role: Role, path: Path) -> Factor:
        """The factor of this name."""
        if isinstance(written, Mapping) and set(written) == {"levels"}:
            return self._bundle(name, written["levels"], role, path)
        if isinstance(written, Mapping) and "keys" in written:
            return self._several(name, written, role, path)
        return self._values(name, (name,), written, role, path)

    def column(self, name: str, values: list[Level], path: Path) -> Factor:
        """The factor of a column in a list of points."""
        parameter = self._parameter(name, (*path, name))
        if parameter.kind in ("number", "whole"):
            numbers = [value for value in values if isinstance(value, int | float)]
            if len(numbers) == len(values) and min(numbers) < max(numbers):
                whole = parameter.kind == "whole"
                return _described(Factor(name, low=min(numbers), high=max(numbers), whole=whole), parameter)
        return _described(Factor(name, levels=tuple(dict.fromkeys(values))), parameter)

    def check(self, key: str, found: Level, path: Path) -> None:
        """Refuse a value that the key cannot have; what does not go together with other keys is a point that fails."""
        try:
            self._base.with_({key: found})
        except ScenarioError as error:
            own = _plain(full_path(Scenario, key))
            for problem in error.problems:
                if _plain(problem.path) == own:
                    raise Fault(path, problem.message, problem.allowed, problem.suggestion) from None

    def _values(self, name: str, keys: tuple[str, ...], written: object, role: Role, path: Path) -> Factor:
        parameters = [self._parameter(key, path) for key in keys]
        match written:
            case None:
                factor = _whole_range(name, parameters[0], role, path)
                self._check_all(keys, factor.levels or (factor.low, factor.high), path)
            case list() | tuple():
                self._check_levels(keys, written, path)
                factor = Factor(name, role, levels=tuple(written))
            case {"low": low, "high": high, **rest} if not rest:
                self._check_range(keys, parameters, low, high, path)
                whole = parameters[0].kind == "whole"
                ends = (int(low), int(high)) if whole else (float(low), float(high))
                factor = Factor(name, role, low=ends[0], high=ends[1], whole=whole)
            case _:
                raise Fault(path, _not_a_range(written), ALLOWED)
        return _described(factor, parameters[0])

    def _several(self, name: str, written: Mapping[str, Any], role: Role, path: Path) -> Factor:
        keys = written["keys"]
        if not isinstance(keys, list | tuple) or len(keys) < 2 or not all(isinstance(key, str) for key in keys):
            raise Fault((*path, "keys"), f"found {in_words(keys)}.", "a list of two or more keys of the scenario")
        self._check_own_name(name, path)
        rest = {key: value for key, value in written.items() if key != "keys"}
        values = rest["values"] if set(rest) == {"values"} else rest or None
        factor = self._values(name, tuple(keys), values, role, path)
        self.together[name] = tuple(keys)
        return replace(factor, meaning="")

    def _bundle(self, name: str, written: object, role: Role, path: Path) -> Factor:
        self._check_own_name(name, path)
        if not isinstance(written, Mapping) or not written:
            raise Fault((*path, "levels"), f"expected bundles of settings by name, found {in_words(written)}.")
        levels: dict[str, Settings] = {}
        for level, content in written.items():
            here = (*path, "levels", level)
            match content:
                case str():
                    difference = self._base.diff(self._scenario(content, here))
                    levels[str(level)] = {key: new for key, (_, new) in difference.items() if key != "name"}
                case Mapping():
                    changed(self._base, content, here)
                    levels[str(level)] = content
                case _:
                    raise Fault(here, f"found {in_words(content)}.", "settings ({} for none), or a scenario file")
        self.bundles[name] = levels
        return Factor(name, role, levels=tuple(levels))

    def _check_own_name(self, name: str, path: Path) -> None:
        if _parameter_at(name) is not None:
            raise Fault(path, "is a key of the scenario; give it a name of its own.")
        if not name.strip() or name in RESERVED:
            raise Fault(path, "cannot be the name of a factor: tables have a column of that name.")

    def _parameter(self, key: str, path: Path) -> Parameter:
        if key == NAME:
            raise Fault(path, "makes no difference to what happens, and cannot be varied.")
        parameter = _parameter_at(key)
        if parameter is None:
            known = [known.key for known in registry()]
            word = ".".join(_plain(key.split(".")))
            raise Fault(
                path,
                "no such key in a scenario; a choice between bundles of settings is {levels: {name: settings}}.",
                suggestion=nearest(word, known),
            )
        return parameter

    def _check_levels(self, keys: tuple[str, ...], levels: Sequence[Any], path: Path) -> None:
        if not levels:
            raise Fault(path, "the list is empty; at least one value is needed.")
        for place, level in enumerate(levels):
            if not isinstance(level, int | float | str):
                raise Fault((*path, place), f"found {in_words(level)}.", "numbers, words, true, false")
            if level in levels[:place]:
                raise Fault((*path, place), f"{level} is there twice.")
            self._check_all(keys, [level], (*path, place))

    def _check_range(
        self, keys: tuple[str, ...], parameters: Sequence[Parameter], low: Any, high: Any, path: Path
    ) -> None:
        for parameter in parameters:
            if parameter.kind not in ("number", "whole"):
                raise Fault(path, "is no number and has no range.", f"a list of: {parameter.allowed}")
        for end, found in (("low", low), ("high", high)):
            if not isinstance(found, int | float) or isinstance(found, bool):
                raise Fault((*path, end), f"expected a number, found {in_words(found)}.", parameters[0].allowed)
            self._check_all(keys, [found], (*path, end))
        if not low < high:
            raise Fault(path, f"found {low:g} to {high:g}; the lower end has to be below the upper.")

    def _check_all(self, keys: tuple[str, ...], values: Sequence[Level], path: Path) -> None:
        for key in keys:
            for value in values:
                self.check(key, value, path)


def _parameter_at(key: str) -> Parameter | None:
    """The parameter at a key, by which entries of lists may go by number; None for what is no leaf of a scenario."""
    steps = _plain(full_path(Scenario, key))
    field = field_at(Scenario, steps)
    return None if field is None or submodel(field) else parameter_of(steps, field)


def _not_a_range(written: object) -> str:
    wrong = [key for key in written if key not in ("low", "high")] if isinstance(written, Mapping) else []
    return f"found a group with the key '{wrong[0]}'." if wrong else f"found {in_words(written)}."


def _plain(path: Sequence[str | int]) -> list[str]:
    return [str(step) for step in path if not str(step).isdecimal()]


def _whole_range(name: str, parameter: Parameter, role: Role, path: Path) -> Factor:
    if parameter.kind == "choice":
        return Factor(name, role, levels=parameter.choices)
    if parameter.kind == "switch":
        return Factor(name, role, levels=(False, True))
    if parameter.kind in ("number", "whole") and parameter.low is not None and parameter.high is not None:
        return Factor(name, role, low=parameter.low, high=parameter.high, whole=parameter.kind == "whole")
    raise Fault(path, "has no range of its own.", f"a list of: {parameter.allowed}")


def _described(factor: Factor, parameter: Parameter) -> Factor:
    return replace(factor, unit=parameter.unit, meaning=parameter.meaning)
