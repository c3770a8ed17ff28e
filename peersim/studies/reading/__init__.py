"""Reading studies, from files and from dictionaries."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import peersim
from peersim.analysis.exploration.factor import Factor, Role
from peersim.results.outcomes import OUTCOMES
from peersim.scenario import Problem, Scenario, ScenarioError, load
from peersim.scenario.errors import in_words, nearest
from peersim.scenario.files import Reader, text_of
from peersim.scenario.paths import full_path
from peersim.studies import designs
from peersim.studies.designs import AnyDesign
from peersim.studies.reading import design as placing
from peersim.studies.reading import faults
from peersim.studies.reading.factors import Factors
from peersim.studies.reading.faults import Fault
from peersim.studies.study import REPLICATES, Study
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
MOST_LEVELS: Final = 1_000


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
    return _made({"name": Path(path).stem, **content}, Path(path).parent, reader.placed)


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
    except Fault as fault:
        raise ScenarioError([placed(fault.problem)]) from None


class _Maker:
    """Makes a study of what is written, or says what is wrong with it."""

    def __init__(self, content: Mapping[str, Any], folder: Path) -> None:
        self._content, self._folder = content, folder

    def study(self) -> Study:
        """The study."""
        for key in self._content:
            if key not in KEYS:
                raise Fault((str(key),), "no such key.", ", ".join(KEYS), nearest(str(key), KEYS))
        base = self._base()
        known = Factors(base, self._scenario)
        design, factors = self._design(self._factors(known), known, base)
        return Study(
            name=self._text("name", base.name),
            description=self._text("description", ""),
            base=base,
            factors=tuple(factors),
            bundles=known.bundles,
            together=known.together,
            design=design,
            replicates=self._whole("replicates", REPLICATES, 1, MOST_KEY),
            seed=self._whole("seed", 1, 0, MOST_KEY),
            outcomes=self._names("outcomes", OUTCOMES, tuple(OUTCOMES)),
            weekly=self._names("weekly", WEEKLY, ()),
        )

    def _text(self, key: str, default: str) -> str:
        found = self._content.get(key, default)
        if not isinstance(found, str) or (key == "name" and not found):
            raise Fault((key,), f"expected a text, found {in_words(found)}.")
        return found

    def _whole(self, key: str, default: int, low: int, high: int) -> int:
        return faults.whole((key,), self._content[key], low, high) if key in self._content else default

    def _names(self, key: str, allowed: Mapping[str, Any], default: tuple[str, ...]) -> tuple[str, ...]:
        found = self._content.get(key, list(default))
        if not isinstance(found, list | tuple):
            raise Fault((key,), f"expected a list of names, found {in_words(found)}.", ", ".join(allowed))
        if key == "outcomes" and not found:
            raise Fault((key,), "the list is empty; at least one outcome is needed.", ", ".join(allowed))
        for place, name in enumerate(found):
            if not isinstance(name, str) or name not in allowed:
                suggestion = nearest(str(name), list(allowed))
                raise Fault((key, place), f"found {in_words(name)}.", ", ".join(allowed), suggestion)
        return tuple(dict.fromkeys(found))

    def _base(self) -> Scenario:
        found = self._content.get("base")
        if isinstance(found, Scenario):
            base = found
        elif isinstance(found, str) and found:
            base = self._scenario(found, ("base",))
        else:
            words = f"found {in_words(found)}" if "base" in self._content else "is missing"
            raise Fault(("base",), f"{words}.", "a scenario file, demo")
        changes = self._content.get("set", {})
        if not isinstance(changes, Mapping):
            raise Fault(("set",), f"expected keys with values, found {in_words(changes)}.")
        return faults.changed(base, changes, ("set",))

    def _scenario(self, name: str, path: faults.Path) -> Scenario:
        return peersim.demo() if name == DEMO and not self._place(name) else load(self._file(name, path))

    def _file(self, name: str, path: faults.Path) -> Path:
        place = self._place(name)
        if place is None:
            raise Fault(path, f"no such file: {name}; looked in {self._folder.resolve()} and in the current folder.")
        return place

    def _place(self, name: str) -> Path | None:
        return next((place for place in (self._folder / name, Path(name)) if place.exists()), None)

    def _factors(self, known: Factors) -> list[Factor]:
        factors: list[Factor] = []
        for group, role in GROUPS.items():
            written = self._content.get(group, {})
            if not isinstance(written, Mapping):
                raise Fault((group,), f"expected keys with ranges or lists of values, found {in_words(written)}.")
            for name, values in written.items():
                if any(full_path(Scenario, factor.name) == full_path(Scenario, str(name)) for factor in factors):
                    raise Fault((group, name), "is varied twice.")
                factors.append(known.read(str(name), values, role, (group, name)))
        return factors

    def _design(self, factors: list[Factor], known: Factors, base: Scenario) -> tuple[AnyDesign, list[Factor]]:
        levels = self._whole("levels", 0, 2, MOST_LEVELS)
        written = self._content.get("design", designs.GRID)
        if isinstance(written, Mapping) and set(written) & {"levers", "uncertainties"}:
            return placing.crossed(written, levels, factors), factors
        if isinstance(written, Mapping) and designs.POINTS in written:
            path, name = ("design", designs.POINTS), written[designs.POINTS]
            if not isinstance(name, str):
                raise Fault(path, f"expected the name of a CSV file, found {in_words(name)}.")
            return placing.points(self._file(name, path), factors, known, path)
        if not factors:
            raise Fault(("factors",), "nothing is varied.", "factors, levers, uncertainties")
        design = placing.one(written, ("design",), levels, factors)
        if design.kind == designs.ONE_AT_A_TIME:
            placing.check_centre(base, factors, known)
        return design, factors
