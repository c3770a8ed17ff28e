"""Designs: which points of the space of its factors a study runs.

A design works on the unit cube (see `Factor`).  Sampling is SALib's and SciPy's; the seed of the study decides it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.extras import needs
from peersim.analysis.exploration.factor import Factor, Level

Floats = npt.NDArray[np.float64]

GRID, ONE_AT_A_TIME, POINTS, CROSSED = "grid", "one_at_a_time", "points", "crossed"
SAMPLED: Final = ("latin_hypercube", "sobol", "saltelli", "morris", "fast")
"""Designs that take a size."""
DESIGNS: Final = (GRID, ONE_AT_A_TIME, *SAMPLED, POINTS)
LEVELS: Final = {GRID: 3, ONE_AT_A_TIME: 3, "morris": 4}
"""Levels of a range, unless a study says otherwise, where a design takes them."""
FAST_LEAST: Final = 65
"""Fewest points a factor with which the search curve of FAST can carry its four harmonics."""


@dataclass(frozen=True)
class Design:
    """How points are placed.

    Attributes
    ----------
    kind : str
        One of `DESIGNS`.
    size : int
        Of a sampled design: points (latin_hypercube, sobol), base samples (saltelli), trajectories (morris) or points a
        factor (fast).
    levels : int
        Values taken of a range (grid, one_at_a_time), or levels of the Morris grid.
    given : tuple of tuples
        Of a list of points: a value of every factor for each.
    """

    kind: str = GRID
    size: int = 0
    levels: int = 0
    given: tuple[tuple[Level, ...], ...] = ()

    def points(self, factors: Sequence[Factor]) -> int:
        """How many points it has."""
        k = len(factors)
        match self.kind:
            case "grid":
                return math.prod(len(steps(factor, self.levels)) for factor in factors)
            case "one_at_a_time":
                return 1 + sum(len(steps(factor, self.levels)) for factor in factors)  # at most
            case "points":
                return len(self.given)
            case "saltelli":
                return self.size * (2 * k + 2)
            case "morris":
                return self.size * (k + 1)
            case "fast":
                return self.size * k
        return self.size

    def coordinates(self, factors: Sequence[Factor], seed: int, centre: Sequence[Level]) -> Floats:
        """Where its points lie in the unit cube, shape (points, factors).

        Parameters
        ----------
        factors : sequence of Factor
        seed : int
            Of sampling.
        centre : sequence
            The value of each factor from which one_at_a_time departs.
        """
        match self.kind:
            case "grid":
                ladders = [steps(factor, self.levels) for factor in factors]
                return np.array(list(itertools.product(*ladders)), np.float64).reshape(-1, len(factors))
            case "one_at_a_time":
                return _one_at_a_time(factors, self.levels, centre)
            case "points":
                return np.array([_coordinates(factors, values) for values in self.given], np.float64)
        return _sampled(self, len(factors), seed)

    def to_dict(self) -> dict[str, Any]:
        """What it is, as a file has it and `Responses.design` holds it."""
        content: dict[str, Any] = {"design": self.kind}
        if self.kind in SAMPLED:
            content["size"] = self.size
        if self.kind == "saltelli":
            content["second_order"] = True
        if self.kind in LEVELS:
            content["levels"] = self.levels
        return content


@dataclass(frozen=True)
class Crossed:
    """Every policy (a point of the levers) met with every state of the world (a point of the uncertainties)."""

    levers: Design
    uncertainties: Design

    def to_dict(self) -> dict[str, Any]:
        """What it is, as `Responses.design` holds it."""
        return {
            "design": CROSSED,
            "levers": self.levers.to_dict(),
            "uncertainties": self.uncertainties.to_dict(),
        }


AnyDesign = Design | Crossed


def count(design: AnyDesign, factors: Sequence[Factor]) -> int:
    """How many points a design has (one at a time: at most)."""
    if isinstance(design, Design):
        return design.points(factors)
    levers, uncertainties = _by_role(factors)
    return design.levers.points(levers) * design.uncertainties.points(uncertainties)


def place(design: AnyDesign, factors: Sequence[Factor], seed: int, centre: Mapping[str, Level]) -> Floats:
    """Where the points of a design lie in the unit cube, shape (points, factors); a crossed one policy by policy."""
    if isinstance(design, Design):
        return design.coordinates(factors, seed, [centre[factor.name] for factor in factors])
    halves = [
        part.coordinates(group, seed, [centre[factor.name] for factor in group])
        for part, group in zip((design.levers, design.uncertainties), _by_role(factors), strict=True)
    ]
    policies, states = halves
    rows = np.hstack([np.repeat(policies, len(states), axis=0), np.tile(states, (len(policies), 1))])
    names = [factor.name for group in _by_role(factors) for factor in group]
    return rows[:, [names.index(factor.name) for factor in factors]]


def steps(factor: Factor, levels: int) -> list[float]:
    """Coordinates of the values that a grid takes of a factor: all levels, or so many of a range, ends included."""
    size = factor.size
    if size is None:
        return list(np.linspace(0.0, 1.0, levels))
    if factor.levels or size <= levels:
        return [(number + 0.5) / size for number in range(size)]
    return [(round(step) + 0.5) / size for step in np.linspace(0, size - 1, levels)]


def check(design: Design, factors: Sequence[Factor]) -> None:
    """Refuse a design that could not be analysed.

    Raises
    ------
    QuestionError
    """
    if design.kind in ("sobol", "saltelli") and design.size & (design.size - 1):
        below = 1 << (design.size.bit_length() - 1)
        raise QuestionError(
            f"design {design.kind}: found {design.size}; allowed: a power of two, such as {below} or {2 * below}: the "
            "sequence is balanced only there"
        )
    if design.kind == "fast" and design.size < FAST_LEAST:
        raise QuestionError(f"design fast: found {design.size}; allowed: {FAST_LEAST} or more points a factor")
    if design.kind == "morris":
        if design.levels % 2:
            raise QuestionError(f"levels: found {design.levels}; allowed with design morris: an even number, such as 4")
        if len(factors) < 2:
            raise QuestionError("design morris: found 1 factor; allowed: 2 or more")
        unordered = [factor.name for factor in factors if not factor.ordered and len(factor.levels) > 2]
        if unordered:
            raise QuestionError(
                f"design morris: {unordered[0]} has three or more levels without an order, and elementary effects are "
                "steps up or down; allowed: numbers, two levels, or another design (saltelli, latin_hypercube)"
            )


def _by_role(factors: Sequence[Factor]) -> tuple[list[Factor], list[Factor]]:
    return [f for f in factors if f.role == "lever"], [f for f in factors if f.role == "uncertainty"]


def _coordinates(factors: Sequence[Factor], values: Sequence[Level]) -> list[float]:
    return [factor.coordinate(value) for factor, value in zip(factors, values, strict=True)]


def _one_at_a_time(factors: Sequence[Factor], levels: int, centre: Sequence[Level]) -> Floats:
    """The centre, then for each factor its other values with all the rest at the centre."""
    middle = _coordinates(factors, centre)
    rows = [middle]
    for place, factor in enumerate(factors):
        for step in steps(factor, levels):
            if factor.value(step) != centre[place]:
                rows.append([*middle[:place], step, *middle[place + 1 :]])
    return np.array(rows)


def _sampled(design: Design, k: int, seed: int) -> Floats:
    from scipy.stats import qmc

    match design.kind:
        case "latin_hypercube":
            return np.asarray(qmc.LatinHypercube(k, rng=seed).random(design.size), np.float64)
        case "sobol":
            return np.asarray(qmc.Sobol(k, rng=seed).random(design.size), np.float64)
    method = {"saltelli": "sobol", "morris": "morris", "fast": "fast_sampler"}[design.kind]
    sampler = needs(f"SALib.sample.{method}")
    problem = {"num_vars": k, "names": [f"x{number}" for number in range(k)], "bounds": [[0.0, 1.0]] * k}
    options: dict[str, Any] = {}
    if design.kind == "saltelli":
        options = {"calc_second_order": True}
    elif design.kind == "morris":
        options = {"num_levels": design.levels}
    return np.asarray(sampler.sample(problem, design.size, seed=seed, **options), np.float64)
