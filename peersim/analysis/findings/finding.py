"""A finding as its file has it: what was found, by whom, how well supported, and how the model is asked.

A finding holds arms (scenarios that differ from the baseline), checks on them, and the mechanisms that make it: with
one of those switched off, the checks named there must fail, or the finding was put in by hand and did not emerge.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from peersim.analysis.findings.estimates import Estimate
from peersim.analysis.findings.part import Part, read
from peersim.analysis.findings.statistics import (
    Contrast,
    Correlation,
    Dip,
    Effect,
    Mediated,
    MultipleR,
    OddsRatio,
    Peak,
    Share,
    Statistic,
    Steps,
    Stronger,
)

BASELINE: Final = "baseline"
"""The arm that sets nothing."""
SERVICES: Final = "services"
"""The arm that is many providers, which differ as services do."""

Strength = Literal["A", "A-", "B", "C/B", "C", "M", "M + A", "theory"]
STATISTICS: Final = (
    "contrast",
    "steps",
    "peak",
    "dip",
    "correlation",
    "multiple_r",
    "odds_ratio",
    "mediated",
    "stronger",
    "share",
    "effect",
)
RULES: Final = ("above", "below", "between", "within")


class Asks(Part):
    """Something in a file that asks for one statistic, under the key of its kind."""

    contrast: Contrast | None = None
    steps: Steps | None = None
    peak: Peak | None = None
    dip: Dip | None = None
    correlation: Correlation | None = None
    multiple_r: MultipleR | None = None
    odds_ratio: OddsRatio | None = None
    mediated: Mediated | None = None
    stronger: Stronger | None = None
    share: Share | None = None
    effect: Effect | None = None

    @model_validator(mode="after")
    def _one_statistic(self) -> Self:
        self._only_one("statistic", STATISTICS)
        return self

    def _only_one(self, what: str, names: Sequence[str]) -> None:
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"one {what} expected, found {found}; allowed: {', '.join(names)}")

    @property
    def statistic(self) -> Statistic:
        """The statistic that it asks for."""
        asked: Statistic = next(found for name in STATISTICS if (found := getattr(self, name)) is not None)
        return asked


class Check(Asks):
    """One claim: a statistic and what it has to be.

    Attributes
    ----------
    claim : str
        In words.
    above, below : float
        The whole interval has to lie on this side (a number without an interval itself).
    between : two floats
        The number has to lie here, wherever its interval reaches.
    within : two floats
        The whole interval has to lie here.
    """

    claim: str
    above: float | None = None
    below: float | None = None
    between: tuple[float, float] | None = None
    within: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        self._only_one("rule", RULES)
        for name in ("between", "within"):
            ends = getattr(self, name)
            if ends and ends[0] > ends[1]:
                raise ValueError(f"{name}: found {ends[0]:g} to {ends[1]:g}; allowed: the lower end first")
        return self

    @property
    def expected(self) -> str:
        """The rule in words."""
        if self.above is not None:
            return f"above {self.above:g}"
        if self.below is not None:
            return f"below {self.below:g}"
        if self.between is not None:
            return f"{self.between[0]:g} to {self.between[1]:g}"
        assert self.within is not None
        return f"interval within {self.within[0]:g} to {self.within[1]:g}"

    def holds(self, estimate: Estimate) -> bool:
        """Whether an estimate is as the rule says.

        One that could not be computed is not, nor one without an interval where the rule is about the interval, except
        for a p value, which has none.
        """
        found, low, high = estimate
        if self.dip is not None:
            low = high = found
        if self.above is not None:
            return bool(low > self.above)
        if self.below is not None:
            return bool(high < self.below)
        if self.between is not None:
            return bool(self.between[0] <= found <= self.between[1])
        assert self.within is not None
        return bool(self.within[0] <= low and high <= self.within[1])


class Cause(Part):
    """A mechanism that makes the finding: with `set`, the checks of these numbers must fail."""

    mechanism: str
    set: dict[str, Any]
    undoes: tuple[int, ...] = (1,)


class Design(Part):
    """Scenarios to compare, and how long and how often they are run.

    Attributes
    ----------
    arms : dict
        Name of each scenario, and what it sets in the baseline.
    weeks : int
        Horizon of runs (surveys have their own).
    worlds : float
        How many times as many replicates as usual it takes.
    """

    arms: dict[str, dict[str, Any]] = Field(default={})
    weeks: int = 104
    worlds: float = 1.0


class Finding(Design):
    """What was found, and how the model is asked for it.

    Attributes
    ----------
    id : int
        Number in the table of evidence; falsifiers have numbers of their own.
    module : str
        A Python file beside this one, with a function ``check(replicates, seed)`` that gives a list of dictionaries
        with ``claim``, ``expected``, ``found``, ``low``, ``high``, ``passed``, in place of `checks`.
    failing : str
        Why it fails, where it does and that is known.
    """

    id: int
    name: str
    statement: str
    source: str
    strength: Strength
    checks: tuple[Check, ...] = ()
    module: str = ""
    made_by: tuple[Cause, ...] = ()
    failing: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Finding:
        if bool(self.checks) == bool(self.module):
            raise ValueError(f"either checks or a module expected, found {'both' if self.module else 'neither'}")
        for cause in self.made_by:
            if self.module:
                raise ValueError(f"made_by {cause.mechanism}: a module has no checks to undo")
            wrong = [number for number in cause.undoes if not 1 <= number <= len(self.checks)]
            if wrong:
                said = f"undoes check {wrong[0]}; allowed: 1 to {len(self.checks)}"
                raise ValueError(f"made_by {cause.mechanism}: {said}")
        return self

    @property
    def counts(self) -> bool:
        """Whether it is well enough supported for a failure to be one of the model."""
        return self.strength.startswith(("A", "B", "C/B", "M + A"))


def load(path: str | os.PathLike[str]) -> Finding:
    """Read a finding from its file.

    Raises
    ------
    QuestionError
        Naming the file, the place in it, what is wrong, and what is allowed.
    """
    return read(path, Finding, "a finding")
