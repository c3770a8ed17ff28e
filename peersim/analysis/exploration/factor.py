"""A factor: something that a study varies, and the values that it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

Level = float | int | bool | str
Role = Literal["lever", "uncertainty"]

LEVER: Final = "lever"
"""Role of what somebody decides."""
UNCERTAINTY: Final = "uncertainty"
"""Role of what nobody decides and nobody knows."""
DIGITS: Final = 12
"""Significant digits of a value within a range: 0.3, not 0.30000000000000004."""


@dataclass(frozen=True)
class Factor:
    """Something that a study varies: one key of the scenario, or a choice between bundles of settings.

    Designs work on the unit interval; a factor turns a coordinate into a value.  A range is met evenly; whole numbers
    and levels have equal shares of the interval.

    Attributes
    ----------
    name : str
        A dotted key of the scenario, or the study's own name for a choice between bundles.
    role : {"lever", "uncertainty"}
        Whether somebody decides it.
    low, high : float
        Ends of a range; not a number for levels.
    whole : bool
        Whether a range holds whole numbers only.
    levels : tuple
        Values in the order of the study, or empty for a range.
    unit, meaning : str
        As in the registry, or empty.
    """

    name: str
    role: Role = LEVER
    low: float = math.nan
    high: float = math.nan
    whole: bool = False
    levels: tuple[Level, ...] = ()
    unit: str = ""
    meaning: str = ""

    @property
    def ordered(self) -> bool:
        """Whether its values are numbers, so that more and less mean something."""
        return all(isinstance(level, int | float) and not isinstance(level, bool) for level in self.levels)

    @property
    def size(self) -> int | None:
        """How many values it can take; None for a range of real numbers."""
        if self.levels:
            return len(self.levels)
        return int(self.high - self.low) + 1 if self.whole else None

    def holds(self, value: Level) -> bool:
        """Whether it can take a value."""
        if self.levels:
            return value in self.levels
        return isinstance(value, int | float) and self.low <= value <= self.high

    def value(self, coordinate: float) -> Level:
        """The value at a coordinate from 0 to 1."""
        if self.size is None:
            between = float(f"{(1.0 - coordinate) * self.low + coordinate * self.high:.{DIGITS}g}")
            return min(max(between, self.low), self.high)
        place = min(int(coordinate * self.size), self.size - 1)
        return self.levels[place] if self.levels else int(self.low) + place

    def coordinate(self, value: Level) -> float:
        """The coordinate of a value: the middle of its share, where it has one.

        Raises
        ------
        ValueError
            If it is none of the levels.
        """
        if self.levels:
            return (self.levels.index(value) + 0.5) / len(self.levels)
        number = float(value)
        if self.whole:
            return (number - self.low + 0.5) / (self.high - self.low + 1)
        return (number - self.low) / (self.high - self.low) if self.high > self.low else 0.5

    def in_words(self) -> str:
        """What it can be: ``0.1 to 0.9``, ``1, 2, 4``."""
        if self.levels:
            return ", ".join(str(level) for level in self.levels)
        return f"{self.low:g} to {self.high:g}" + (" (whole numbers)" if self.whole else "")
