"""Where the values of a factor lie beside each other, for drawing and for interpolating."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.factor import DIGITS, Factor, Level
from peersim.scenario.registry import parameter_for

Floats = npt.NDArray[np.float64]

NONE_IS_ZERO: Final = "0 = none"
"""In the meaning of a factor: nought is not a little of it but none at all, as in weeks between meetings."""
UNEVEN: Final = 3.0
"""Levels of which the largest gap is more than so many times the smallest are set beside each other evenly."""
FEW: Final = 8
"""Values that a table has room for."""
NEAR: Final = 0.1
"""Share of a range within which values at its end count as seen if the study has none nearer."""


@dataclass(frozen=True)
class Scale:
    """A factor with the values of it that a study met.

    Attributes
    ----------
    factor : Factor
    met : tuple
        Distinct values in order: names as in the study, numbers from low to high, none (see `NONE_IS_ZERO`) last.
    """

    factor: Factor
    met: tuple[Level, ...]

    @classmethod
    def of(cls, factor: Factor, values: Iterable[Any]) -> Scale:
        """The scale of the values that a study met."""
        plain = {value.item() if isinstance(value, np.generic) else value for value in values}
        if not factor.ordered:
            return cls(factor, tuple(level for level in factor.levels if _among(level, plain)))
        numbers = sorted(plain, key=lambda value: (_is_none(factor, value) and len(plain) > 1, value))
        return cls(factor, tuple(numbers))

    @property
    def varies(self) -> bool:
        """Whether the study met more than one value."""
        return len(self.met) > 1

    @property
    def has_none(self) -> bool:
        """Whether the last value is none at all."""
        return self.factor.ordered and self.varies and _is_none(self.factor, self.met[-1])

    @property
    def numbers(self) -> tuple[float, ...]:
        """The ordered values without none, from low to high."""
        return tuple(float(value) for value in self.met[: len(self.met) - self.has_none])

    @cached_property
    def whole(self) -> bool:
        """Whether there is nothing between whole numbers."""
        parameter = parameter_for(self.factor.name)
        return self.factor.whole or (parameter is not None and parameter.kind == "whole")

    @cached_property
    def even(self) -> bool:
        """Whether values are set beside each other evenly, whatever the numbers are: names, and levels far apart."""
        if not self.factor.ordered:
            return True
        gaps = np.diff(self.numbers)
        return bool(self.factor.levels) and len(gaps) > 1 and gaps.max() > UNEVEN * gaps.min()

    def positions(self, values: Sequence[Any]) -> Floats:
        """Where values lie: at their numbers, or evenly, none after all others; those between levels in proportion."""
        if not self.factor.ordered:
            return np.array([_place(self.met, value) for value in values], float)
        numbers = np.array(self.numbers)
        places = np.arange(len(numbers), dtype=float) if self.even else numbers
        gap = (places[-1] - places[0]) / (len(places) - 1) if len(places) > 1 else 1.0
        none = [self.has_none and _is_none(self.factor, value) for value in values]
        within = np.interp(np.asarray(values, float), numbers, places) if self.even else np.asarray(values, float)
        return np.where(none, places[-1] + gap, within)

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest number up to which something is known: ends of the range where the study came near."""
        low, high, factor = self.numbers[0], self.numbers[-1], self.factor
        near = NEAR * (factor.high - factor.low)
        if not factor.levels and low - factor.low <= near and not self.has_none:
            low = factor.low
        if not factor.levels and factor.high - high <= near:
            high = factor.high
        return low, high

    def check(self, value: Any, where: str) -> Level:
        """A value at which something is known, as the study writes it.

        Raises
        ------
        QuestionError
            If it is not of the factor's kind, or outside what the study met: there is no extrapolation.
        """
        value = value.item() if isinstance(value, np.generic) else value
        if not self.factor.ordered:
            if not _among(value, self.met):
                raise QuestionError(f"{where} {self.factor.name}={_told(value)}: allowed here: {self.in_words()}")
            return self.met[_place(self.met, value)]
        number = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
        if number and self.has_none and value == 0:
            return 0
        low, high = self.ends
        if not number or not low <= value <= high or (self.whole and value != int(value)):
            raise QuestionError(
                f"{where} {self.factor.name}={_told(value)}: allowed here: {self.in_words()}; "
                "nothing is said beyond what the study varied"
            )
        return int(value) if self.whole else float(value)

    def in_words(self) -> str:
        """What can be asked: ``1 to 16, or 0 (none)``."""
        if not self.factor.ordered:
            return ", ".join(_told(level) for level in self.met)
        low, high = self.ends
        whole = " (whole numbers)" if self.whole else ""
        return f"{low:g} to {high:g}{whole}" + (", or 0 (none)" if self.has_none else "")

    @property
    def middle(self) -> Level:
        """A value in the middle; of names the first."""
        if not self.factor.ordered:
            return self.met[0]
        if self.factor.levels:
            return self.met[(len(self.met) - 1) // 2]
        middle = sum(self.ends) / 2
        return round(middle) if self.whole else float(f"{middle:.{DIGITS}g}")

    def steps(self, most: int | None = None) -> list[Level]:
        """Values from end to end.

        Parameters
        ----------
        most : int, optional
            About how many, with all levels among them, as for drawing a curve.  By default what the study met, if that
            is few, else a few from end to end, as for a table.
        """
        if most is None and len(self.met) <= FEW:
            return [self.check(value, "at") for value in self.met]
        if not self.factor.ordered:
            return list(self.met)
        most = most or FEW
        numbers, (low, high) = np.array(self.numbers), self.ends
        places = np.arange(len(numbers)) if self.even else numbers
        along = np.interp(np.linspace(places[0], places[-1], most), places, numbers)
        spread = along if self.even else np.linspace(low, high, most)
        if self.whole:
            spread = np.unique(np.rint(spread))
        values = np.union1d(spread, numbers) if self.factor.levels else spread
        plain: list[Level] = [int(value) if self.whole else float(value) for value in values]
        return [*plain, 0] if self.has_none else plain


def _is_none(factor: Factor, value: Any) -> bool:
    return NONE_IS_ZERO in factor.meaning and value == 0


def _same(one: Any, other: Any) -> bool:
    """Equal, and both truth values or neither: 1 is not true."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _among(value: Any, values: Iterable[Any]) -> bool:
    return any(_same(value, other) for other in values)


def _place(values: Sequence[Any], value: Any) -> int:
    return next(place for place, other in enumerate(values) if _same(value, other))


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
