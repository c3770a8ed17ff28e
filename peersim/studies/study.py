"""A study: a base scenario, what is varied and how, and what is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd
import yaml

from peersim.analysis.exploration.factor import Factor, Level, Role
from peersim.results.outcomes import OUTCOMES
from peersim.scenario import Scenario
from peersim.studies import designs
from peersim.studies.designs import AnyDesign, Design

REPLICATES: Final = 40
"""Worlds at each point, unless a study says otherwise."""
FILE, BASE, GIVEN = "study.yaml", "base.yaml", "given.csv"
"""Names of a study's files once it is written out."""

Settings = Mapping[str, Any]
Bundles = Mapping[str, Mapping[str, Settings]]


@dataclass(frozen=True)
class Study:
    """What a researcher writes: a base scenario, factors, a design, replicates, a seed, and outcomes.

    A study cannot be changed.  `peersim.study` makes one from a dictionary, `peersim.load_study` from a file.

    Attributes
    ----------
    name, description : str
    base : Scenario
        What every point departs from.
    factors : tuple of Factor
        What is varied.
    bundles : mapping
        For a factor that is a choice between bundles of settings: level -> what it sets, by dotted key.
    together : mapping
        For a factor that moves several keys: the keys.
    design : Design or Crossed
        Which points are run.
    replicates : int
        Worlds at each point.
    seed : int
        Of chance, the same at every point, and of sampling.
    outcomes : tuple of str
        What its tables and figures show.
    weekly : tuple of str
        Measures kept week by week for every run.
    """

    name: str
    base: Scenario
    factors: tuple[Factor, ...]
    design: AnyDesign = field(default_factory=Design)
    bundles: Bundles = field(default_factory=dict)
    together: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    replicates: int = REPLICATES
    seed: int = 1
    outcomes: tuple[str, ...] = tuple(OUTCOMES)
    weekly: tuple[str, ...] = ()
    description: str = ""

    @property
    def n_points(self) -> int:
        """Points of its design; for one at a time, at most."""
        return designs.count(self.design, self.factors)

    @property
    def n_worlds(self) -> int:
        """Worlds of its design, if no two points are the same."""
        return self.n_points * self.replicates

    @cached_property
    def coordinates(self) -> pd.DataFrame:
        """Where its points lie in the unit cube: one row per point, one column per factor."""
        places = designs.place(self.design, self.factors, self.seed, self.centre)
        return pd.DataFrame(places, columns=[factor.name for factor in self.factors]).rename_axis("point")

    @cached_property
    def values(self) -> pd.DataFrame:
        """The values of every factor at each point."""
        return self.values_at(self.coordinates)

    def values_at(self, coordinates: pd.DataFrame) -> pd.DataFrame:
        """The values of every factor at points of the unit cube."""
        columns = {factor.name: [factor.value(place) for place in coordinates[factor.name]] for factor in self.factors}
        return pd.DataFrame(columns).rename_axis("point")

    @cached_property
    def centre(self) -> dict[str, Level]:
        """The value of each factor that is the base scenario's, or else the first level or the middle of the range."""
        return {factor.name: self._centre(factor) for factor in self.factors}

    def _centre(self, factor: Factor) -> Level:
        key = self.together.get(factor.name, (factor.name,))[0]
        value: Level | None = None if factor.name in self.bundles else value_at(self.base, key)
        if value is not None and factor.holds(value):
            return value
        return factor.levels[0] if factor.levels else factor.value(0.5)

    def by_role(self, role: Role) -> tuple[Factor, ...]:
        """The levers, or the uncertainties."""
        return tuple(factor for factor in self.factors if factor.role == role)

    def scenarios(self) -> Iterator[Scenario | Exception]:
        """The scenario of each point, or what forbids it."""
        return (self.scenario(row) for row in self.values.itertuples(index=False, name=None))

    def scenario(self, values: Sequence[Level]) -> Scenario | Exception:
        """The scenario with these values of the factors, or what forbids it (keys that do not go together)."""
        try:
            return self.base.with_(self.settings(values))
        except ValueError as error:
            return error

    def settings(self, values: Sequence[Level]) -> dict[str, Any]:
        """What a point sets in the base scenario; where two factors set one key, the later one does."""
        settings: dict[str, Any] = {}
        for factor, value in zip(self.factors, values, strict=True):
            chosen = self._chosen(factor.name, value)
            for key in chosen:  # a key that is set again takes its place at the end
                settings.pop(key, None)
            settings |= chosen
        return settings

    def _chosen(self, name: str, value: Level) -> Settings:
        if name in self.bundles:
            return self.bundles[name][str(value)]
        return dict.fromkeys(self.together.get(name, (name,)), value)

    def to_dict(self) -> dict[str, Any]:
        """The content as a study file beside `BASE` and, for a list of points, `GIVEN` has it; every key present."""
        content: dict[str, Any] = {"name": self.name, "base": BASE}
        if self.description:
            content["description"] = self.description
        for role, key in (("lever", "levers"), ("uncertainty", "uncertainties")):
            group = {factor.name: self._written(factor) for factor in self.factors if factor.role == role}
            content |= {key: group} if group else {}
        return content | {
            **_design_written(self.design),
            "replicates": self.replicates,
            "seed": self.seed,
            "outcomes": list(self.outcomes),
            "weekly": list(self.weekly),
        }

    def _written(self, factor: Factor) -> Any:
        if factor.name in self.bundles:
            return {"levels": {level: dict(settings) for level, settings in self.bundles[factor.name].items()}}
        values = {"values": list(factor.levels)} if factor.levels else {"low": factor.low, "high": factor.high}
        if factor.name in self.together:
            return {"keys": list(self.together[factor.name]), **values}
        return values["values"] if factor.levels else values

    def save(self, folder: Path) -> None:
        """Write it into a folder, from which `peersim.load_study` reads it again; each file whole or not at all."""
        text = yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
        _write(folder / FILE, text)
        _write(folder / BASE, self.base.to_yaml())
        if isinstance(self.design, Design) and self.design.given:
            _write(folder / GIVEN, self.values.to_csv(index=False, lineterminator="\n"))

    def __repr__(self) -> str:
        factors = f"{len(self.factors)} factor{'s' if len(self.factors) > 1 else ''}"
        return f"Study({self.name!r}, {factors}, {self.n_points:,} points, {self.n_worlds:,} worlds)"


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)


def value_at(scenario: Scenario, key: str) -> Any:
    """The value of a key in a scenario; of the first entry, where a key without number means all of a list."""
    here: Any = scenario
    steps = key.split(".")
    if not hasattr(here, steps[0]):
        here = scenario.policies
    for step in steps:
        if isinstance(here, tuple) and not step.isdecimal():
            here = here[0] if here else None
        here = here[int(step)] if isinstance(here, tuple) else getattr(here, step, None)
    return here


def _design_written(design: AnyDesign) -> dict[str, Any]:
    if isinstance(design, Design):
        return {"design": _one(design)} | ({"levels": design.levels} if design.kind in designs.LEVELS else {})
    written = {"levers": _one(design.levers), "uncertainties": _one(design.uncertainties)}
    return {"design": written, "levels": max(design.levers.levels, design.uncertainties.levels)}


def _one(design: Design) -> Any:
    if design.kind in designs.SAMPLED:
        return {design.kind: design.size}
    return {design.kind: GIVEN} if design.kind == designs.POINTS else design.kind
