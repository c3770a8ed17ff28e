"""Parts of what was varied: a range of each factor, how many cases lie within, and how to say it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis.exploration.factor import Factor, Level
from peersim.analysis.exploration.naming import title, written
from peersim.results.tables import plain

Truths = npt.NDArray[np.bool_]

FEW: Final = 20
"""Values up to which a range was tried at these values rather than everywhere."""
WITHOUT_UNIT: Final = ("share", "weight", "ratio", "level", "probability", "log")
"""First words of units that a sentence does without."""
MOST_DIGITS: Final = 17


@dataclass(frozen=True)
class Limit:
    """What a box asks of one factor.

    Attributes
    ----------
    factor : Factor
    low, high : float
        Ends of a range, both in it; infinite where the box goes as far as the study.
    levels : tuple
        For levels that are no numbers: those in the box, in the order of the study.
    least, most : float
        Ends of what was tried.
    few : bool
        Whether only a few values were tried, so that ends are such values.
    """

    factor: Factor
    low: float = -math.inf
    high: float = math.inf
    levels: tuple[Level, ...] = ()
    least: float = math.nan
    most: float = math.nan
    few: bool = False

    def holds(self, column: pd.Series[Any]) -> Truths:
        """Which values it lets in."""
        if self.levels:
            return np.array([value in self.levels for value in column], dtype=bool)
        numbers = column.to_numpy(float)
        inside: Truths = (numbers >= self.low) & (numbers <= self.high)
        return inside

    def said(self) -> str:
        """The range with its unit: ``8 to 16 weeks``, ``above 0.6``, ``peer_lead or external``."""
        if self.levels:
            return " or ".join(written(level) for level in self.levels)
        unit = self.factor.unit
        after = f" {unit}" if unit and unit.split()[0] not in WITHOUT_UNIT else ""
        if self.few or (math.isfinite(self.low) and math.isfinite(self.high)):
            low, high = max(self.low, self.least), min(self.high, self.most)
            return f"{written(low)}{after}" if low == high else f"{written(low)} to {written(high)}{after}"
        return f"above {written(self.low)}{after}" if math.isfinite(self.low) else f"below {written(self.high)}{after}"

    def in_words(self) -> str:
        """The factor by its meaning, and its range."""
        return f"“{title(self.factor)}” {'is ' if self.levels else ''}{self.said()}"

    @property
    def bounds(self) -> dict[str, Any]:
        """The range as plain values; None where the box goes as far as the study."""
        if self.levels:
            return {"levels": list(self.levels)}
        ends = {"low": self.low, "high": self.high}
        return {name: end if math.isfinite(end) else None for name, end in ends.items()}


@dataclass(frozen=True)
class Box:
    """A range for each of some factors; the rest are free."""

    limits: tuple[Limit, ...] = ()

    def holds(self, values: pd.DataFrame) -> Truths:
        """Which points are in it, shape (points,).

        Parameters
        ----------
        values : DataFrame, one row per point, one column per factor
        """
        inside = np.ones(len(values), dtype=bool)
        for limit in self.limits:
            inside &= limit.holds(values[limit.factor.name])
        return inside

    def in_words(self) -> str:
        """All limits in a row; ``everything`` if there are none."""
        *others, last = [limit.in_words() for limit in self.limits] or ["everything"]
        return f"{', '.join(others)} and {last}" if others else last


@dataclass(frozen=True)
class Score:
    """How well being in some part tells being a case.

    Attributes
    ----------
    points, cases : int
        In it.
    all_points, all_cases : int
    """

    points: int
    cases: int
    all_points: int
    all_cases: int

    @property
    def density(self) -> float:
        """Share of its points that are cases; not a number for an empty part."""
        return self.cases / self.points if self.points else math.nan

    @property
    def coverage(self) -> float:
        """Share of all cases that are in it; not a number if there are none."""
        return self.cases / self.all_cases if self.all_cases else math.nan

    @property
    def share(self) -> float:
        """Share of all points that are in it."""
        return self.points / self.all_points

    @property
    def phi(self) -> float:
        """Matthews correlation (1975) of being in it with being a case: 0 for everything and for a part like the rest.

        It weighs density against coverage as F1 does, but allows for how common cases are: where they are, "everything"
        has a good F1.
        """
        hit, false = self.cases, self.points - self.cases
        missed = self.all_cases - hit
        right = self.all_points - self.points - missed
        sides = (hit + false) * (hit + missed) * (right + false) * (right + missed)
        return (hit * right - false * missed) / math.sqrt(sides) if sides else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values; what has no value is None."""
        shares = {"density": self.density, "coverage": self.coverage, "share": self.share, "phi": self.phi}
        return {"points": self.points, "cases": self.cases} | {name: plain(value) for name, value in shares.items()}


def score(inside: Truths, cases: Truths) -> Score:
    """Count cases in a part; both of shape (points,)."""
    return Score(int(inside.sum()), int((inside & cases).sum()), len(cases), int(cases.sum()))


def limit_around(factor: Factor, column: pd.Series[Any], inside: Truths) -> Limit | None:
    """The limit that lets in just those values of a factor; None if it lets in all.

    Parameters
    ----------
    factor : Factor
    column : Series, one value per point
    inside : array of bool, shape (points,)
        Of numbers, those of a range.

    Notes
    -----
    A limit on a range lies between the last value outside and the first inside, at the roundest number there; where
    only a few values were tried, it is one of them.
    """
    if inside.all():
        return None
    if not factor.ordered:
        kept = set(column[inside])
        return Limit(factor, levels=tuple(level for level in factor.levels if level in kept))
    numbers = column.to_numpy(float)
    within, without = numbers[inside], numbers[~inside]
    first, last = float(within.min()), float(within.max())
    below, above = without[without < first], without[without > last]
    few = factor.size is not None or len(np.unique(numbers)) <= FEW
    low = high = math.inf
    if len(below):
        low = first if few else roundest(float(below.max()), first)
    if len(above):
        high = last if few else -roundest(-float(above.min()), -last)
    return Limit(
        factor,
        low if len(below) else -math.inf,
        high,
        least=float(numbers.min()),
        most=float(numbers.max()),
        few=few,
    )


def joined(boxes: Sequence[Box], values: pd.DataFrame) -> list[Box]:
    """The same parts in as few boxes as two at a time can be put together without holding another point."""
    joint = list(boxes)
    for one, other in itertools.combinations(joint, 2):
        both = _around(one, other, values)
        if (both.holds(values) == (one.holds(values) | other.holds(values))).all():
            return joined([both, *(box for box in joint if box not in (one, other))], values)
    return joint


def _around(one: Box, other: Box, values: pd.DataFrame) -> Box:
    """The smallest box that holds two boxes."""
    limits = []
    others = {limit.factor: limit for limit in other.limits}
    for limit in (limit for limit in one.limits if limit.factor in others):
        column = values[limit.factor.name]
        inside = limit.holds(column) | others[limit.factor].holds(column)
        if limit.factor.ordered:
            inside = column.between(column[inside].min(), column[inside].max()).to_numpy()
        limits.append(limit_around(limit.factor, column, inside))
    return Box(tuple(limit for limit in limits if limit is not None))


def roundest(low: float, high: float) -> float:
    """The number with fewest decimals above `low` and not above `high`."""
    start = -math.floor(math.log10(max(abs(low), abs(high))))
    for digits in range(start - 1, start + MOST_DIGITS):
        number = round((low + high) / 2.0, digits)
        if low < number <= high:
            return number + 0.0  # no -0
    return high


def free(factors: Sequence[Factor], values: pd.DataFrame) -> tuple[Factor, ...]:
    """The factors that have more than one value at these points, since others can limit nothing."""
    return tuple(factor for factor in factors if values[factor.name].nunique() > 1)
