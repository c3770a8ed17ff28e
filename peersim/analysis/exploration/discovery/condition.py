"""What makes a point a case: ``retention_12m < 0.7 and exhaustion >= 0.5``, in words of our own, read and never run."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from peersim.analysis import words
from peersim.analysis.errors import QuestionError, check_outcomes
from peersim.results.outcomes import OUTCOMES

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

SIGNS: Final[Mapping[str, tuple[Callable[[Any, Any], Any], str]]] = {
    "<=": (operator.le, "at most"),
    ">=": (operator.ge, "at least"),
    "<": (operator.lt, "below"),
    ">": (operator.gt, "above"),
}
"""How an outcome may be compared, and how that is said."""
ALLOWED: Final = (
    "allowed: an outcome, one of < <= > >= and a number, as in \"retention_12m < 0.7\"; several of them with 'and'"
)

_NUMBER: Final = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_CLAUSE: Final = re.compile(rf"\s*(\w+)\s*(<=|>=|<|>)\s*({_NUMBER})\s*")
_AND: Final = re.compile(r"\band\b", re.IGNORECASE)


@dataclass(frozen=True)
class Clause:
    """An outcome compared with a number.

    Attributes
    ----------
    outcome : str
    sign : str
        One of `SIGNS`.
    threshold : float
        In the unit of the outcome.
    """

    outcome: str
    sign: str
    threshold: float

    def holds(self, values: Floats) -> Truths:
        """Where it holds, in the shape of the values; nowhere where there is no value."""
        truths: Truths = SIGNS[self.sign][0](values, self.threshold)
        return truths

    def in_words(self) -> str:
        """As in “Still in post after 12 months” below 0.7."""
        outcome = OUTCOMES[self.outcome]
        return f"“{outcome.label}” {SIGNS[self.sign][1]} {words.threshold(self.threshold, outcome)}"

    def __str__(self) -> str:
        short = f"{self.threshold:g}"
        return f"{self.outcome} {self.sign} {short if float(short) == self.threshold else repr(self.threshold)}"


@dataclass(frozen=True)
class Condition:
    """One or several clauses that hold together."""

    clauses: tuple[Clause, ...]

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that it speaks of, each once."""
        return tuple(dict.fromkeys(clause.outcome for clause in self.clauses))

    def holds(self, values: Mapping[str, Floats]) -> Truths:
        """Where all of it holds.

        Parameters
        ----------
        values : mapping of str to array
            Each outcome, all in the same shape.
        """
        truths: Truths = np.logical_and.reduce([clause.holds(values[clause.outcome]) for clause in self.clauses])
        return truths

    def in_words(self) -> str:
        """With the outcomes as a reader knows them."""
        return " and ".join(clause.in_words() for clause in self.clauses)

    def __str__(self) -> str:
        return " and ".join(map(str, self.clauses))


def parse(text: str, allowed: Iterable[str] = OUTCOMES, where: str = "condition") -> Condition:
    """Read a condition.

    Parameters
    ----------
    text : str
        Such as ``retention_12m < 0.7 and identity >= 0.4``.
    allowed : iterable of str
        Outcomes that it may speak of.
    where : str
        What a message begins with.

    Raises
    ------
    QuestionError
        If it is anything else.
    """
    allowed = list(allowed)
    return Condition(tuple(_clause(part, text, allowed, where) for part in _AND.split(text)))


def _clause(part: str, text: str, allowed: list[str], where: str) -> Clause:
    found = _CLAUSE.fullmatch(part)
    if not found:
        asked = f"'{part.strip()}' is no comparison" if part.strip() else "a comparison is missing"
        raise QuestionError(f"{where} {text!r}: {asked}; {ALLOWED}")
    outcome, sign, number = found.groups()
    check_outcomes([outcome], where, allowed)
    if not math.isfinite(float(number)):
        raise QuestionError(f"{where} {text!r}: {number} is too large; {ALLOWED}")
    return Clause(outcome, sign, float(number))
