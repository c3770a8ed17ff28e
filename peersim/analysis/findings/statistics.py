"""The statistics that a finding may ask for; each is a few keys in its file.

Terms name an arm, and where it matters a measure and weeks: ``two``, ``two @ 17`` (in week 17), ``identity in two @
98-103``.  Columns are those of a survey; ``COLUMN high`` is 1 for people above the median of all asked and else 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, model_validator

from peersim.analysis.errors import QuestionError
from peersim.analysis.findings.estimates import (
    UNKNOWN,
    Estimate,
    Floats,
    correlation,
    jackknife,
    log_odds,
    multiple_r,
    of_mean,
    slopes,
)
from peersim.analysis.findings.part import Part, check_known
from peersim.results.outcomes import OUTCOMES
from peersim.results.results import Results
from peersim.results.sums import mean_of_weeks
from peersim.world.measures import WEEKLY

Who = Literal["peers", "clinicians", "users"]


class Runs(Protocol):
    """Where a statistic finds what it is computed from."""

    def results(self, arm: str) -> Results:
        """A run of an arm."""
        ...

    def survey(self, arm: str, week: int, follow: int, who: Who) -> pd.DataFrame:
        """A survey of an arm, with a column ``unit``: the world, or the provider if the arm is many."""
        ...


class Statistic(Part):
    """Something that can be estimated from runs."""

    def estimate(self, runs: Runs) -> Estimate:
        """The number, with its 95 % interval."""
        raise NotImplementedError


_TERM = re.compile(r"(?:(?P<measure>\w+) in )?(?P<arm>.+?)(?: @ (?P<first>\d+)(?:-(?P<last>\d+))?)?")


def _values(runs: Runs, measure: str, term: str) -> Floats:
    """A measure in the weeks of a term, or an outcome as it is defined; one value for each replicate."""
    match = _TERM.fullmatch(term)
    assert match is not None, term
    results, name = runs.results(match["arm"]), match["measure"] or measure
    if match["first"] is None:
        check_known("outcome", name, OUTCOMES)
        return results.per_replicate[name].to_numpy()
    check_known("measure", name, WEEKLY)
    first, last = int(match["first"]), int(match["last"] or match["first"])
    if not first <= last < results.weeks:
        raise QuestionError(f"no such weeks: {term!r}; the run has weeks 0 to {results.weeks - 1}")
    return mean_of_weeks(results.by_week(name)[:, first : last + 1])


def _sum(runs: Runs, measure: str, terms: Mapping[str, float]) -> Floats:
    parts = [weight * _values(runs, measure, term) for term, weight in terms.items()]
    total: Floats = np.sum(parts, axis=0)
    return total


def _mean(values: Floats) -> float:
    """Mean of the replicates that have a value."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan


def _ratio(above: float, below: float) -> float:
    return above / below if below else math.nan


class Contrast(Statistic):
    """A sum of terms of one measure, each with a weight, on paired luck; divided by a scale or by another such sum."""

    measure: str = ""
    terms: dict[str, float] = Field(min_length=1)
    over: dict[str, float] = Field(default={})
    scale: float = 1.0

    def estimate(self, runs: Runs) -> Estimate:
        """Mean over replicates; a ratio of two sums is one of their means."""
        above = _sum(runs, self.measure, self.terms)
        if not self.over:
            return of_mean(above / self.scale)
        below = _sum(runs, self.measure, self.over)
        return jackknife(len(above), lambda use: _ratio(_mean(above[use]), _mean(below[use])))


class Steps(Statistic):
    """Whether a measure goes one way over arms in order: its least favourable step, positive if in the way stated."""

    measure: str
    terms: tuple[str, ...] = Field(min_length=2)
    way: Literal["up", "down"]

    def estimate(self, runs: Runs) -> Estimate:
        """The step between neighbours that goes least in the way stated."""
        values = [_values(runs, self.measure, term) for term in self.terms]
        sign = 1.0 if self.way == "up" else -1.0
        steps = [of_mean(sign * (later - one)) for one, later in pairwise(values)]
        return next((step for step in steps if math.isnan(step.found)), min(steps, key=lambda step: step.low))


class Peak(Statistic):
    """Whether a measure is best between the ends: how much the best arm between them has over the better end.

    Which arm that is is decided with every other replicate, and how much it has with the rest: choosing it does not
    flatter it.
    """

    measure: str
    terms: tuple[str, ...] = Field(min_length=3)

    def estimate(self, runs: Runs) -> Estimate:
        """What the best arm between has over the better end."""
        values = np.array([_values(runs, self.measure, term) for term in self.terms])
        choose, judge = values[:, ::2], values[:, 1::2]
        first, *between, last = (_mean(arm) for arm in choose)
        inner = 1 + int(np.argmax(between))
        end = -1 if last > first else 0
        return of_mean(judge[inner] - judge[end])


class Dip(Statistic):
    """Whether replicates fall into two groups: p value of Hartigan's dip test for one group only."""

    measure: str
    term: str

    def estimate(self, runs: Runs) -> Estimate:
        """The p value; it has no interval."""
        import diptest

        values = _values(runs, self.measure, self.term)
        _, p = diptest.diptest(values[~np.isnan(values)])
        return Estimate(float(p), float("nan"), float("nan"))


# Statistics of surveys ------------------------------------------------------------------------------------------------


class Asked(Part):
    """Whom a survey asks, and when; `among` keeps those with these values of columns."""

    arm: str = "services"
    week: int = 52
    follow: int = 52
    who: Who = "peers"
    among: dict[str, float] = Field(default={})

    def people(self, runs: Runs) -> pd.DataFrame:
        """The people asked, a row each."""
        people = runs.survey(self.arm, self.week, self.follow, self.who)
        for name, value in self.among.items():
            people = people[column(people, name) == value]
        return people


def column(people: pd.DataFrame, name: str) -> Floats:
    """A column of a survey, or whether people are above its median."""
    plain = name.removesuffix(" high")
    check_known("column", plain, map(str, people))
    values = people[plain].to_numpy(dtype=float)
    return values if plain == name or not len(values) else (values > np.median(values)).astype(float)


def columns(people: pd.DataFrame, names: Sequence[str]) -> Floats:
    """Columns side by side, shape (people, columns)."""
    return np.column_stack([column(people, name) for name in names])


def _over_units(people: pd.DataFrame, statistic: Callable[[npt.NDArray[np.bool_]], float]) -> Estimate:
    """Jackknife of a statistic of some of the people, over the worlds or providers that they work in."""
    units, number = np.unique(people["unit"].to_numpy(), return_inverse=True)
    return jackknife(len(units), lambda use: statistic(use[number]))


class OfPeople(Statistic):
    """Something that can be estimated from a survey; not a number where nobody is to be asked."""

    asked: Asked = Asked()

    def estimate(self, runs: Runs) -> Estimate:
        """The number, with its 95 % interval over the worlds or providers that people work in."""
        people = self.asked.people(runs)
        return self.of_people(people) if len(people) else UNKNOWN

    def of_people(self, people: pd.DataFrame) -> Estimate:
        """The same for people, of whom there is at least one."""
        raise NotImplementedError


class Correlation(OfPeople):
    """Pearson's correlation of two columns."""

    x: str
    y: str

    def of_people(self, people: pd.DataFrame) -> Estimate:
        """The correlation; 0 where one of the two does not vary."""
        x, y = column(people, self.x), column(people, self.y)
        return _over_units(people, lambda use: correlation(x[use], y[use]))


class MultipleR(OfPeople):
    """Multiple correlation of an outcome with several columns."""

    outcome: str
    of: tuple[str, ...]

    def of_people(self, people: pd.DataFrame) -> Estimate:
        """The multiple correlation."""
        y, x = column(people, self.outcome), columns(people, self.of)
        return _over_units(people, lambda use: multiple_r(y[use], x[use]))


class OddsRatio(OfPeople):
    """Odds ratio of an outcome for one column, with others held equal; or how many times that of another column."""

    outcome: str
    of: str
    given: tuple[str, ...] = ()
    beside: str = ""

    @model_validator(mode="after")
    def _beside_one_of_them(self) -> Self:
        columns = (self.of, *self.given)
        if self.beside and self.beside not in columns:
            raise ValueError(f"beside: found {self.beside!r}; allowed: {', '.join(columns)}")
        return self

    def of_people(self, people: pd.DataFrame) -> Estimate:
        """The odds ratio; its interval is symmetric in its logarithm."""
        names = (self.of, *self.given)
        y, x = column(people, self.outcome), columns(people, names)
        at = names.index(self.beside) if self.beside else None

        def statistic(use: npt.NDArray[np.bool_]) -> float:
            coefficients = log_odds(y[use], x[use])
            return float(coefficients[0] - (0.0 if at is None else coefficients[at]))

        return Estimate(*np.exp(_over_units(people, statistic)).tolist())


class Mediated(OfPeople):
    """Share of the effect of one column on another that runs through a third, with others held equal.

    Difference of least-squares slopes.
    """

    x: str
    through: str
    y: str
    given: tuple[str, ...] = ()

    def of_people(self, people: pd.DataFrame) -> Estimate:
        """1 - direct effect / total effect; not a number where one of the two does not vary."""
        y, x = column(people, self.y), columns(people, (self.x, *self.given, self.through))

        def statistic(use: npt.NDArray[np.bool_]) -> float:
            if np.ptp(x[use, 0]) == 0.0 or np.ptp(y[use]) == 0.0:
                return math.nan
            direct, total = slopes(y[use], x[use])[0], slopes(y[use], x[use, :-1])[0]
            return 1.0 - _ratio(float(direct), float(total))

        return _over_units(people, statistic)


class Stronger(OfPeople):
    """How much better one column foretells an outcome than another: difference of standardised log-odds, both in."""

    outcome: str
    of: str
    than: str
    given: tuple[str, ...] = ()

    def of_people(self, people: pd.DataFrame) -> Estimate:
        """Log-odds for one standard deviation of the one, minus that of the other."""
        y, x = column(people, self.outcome), columns(people, (self.of, self.than, *self.given))
        x = x / np.where(np.ptp(x, axis=0) > 0.0, x.std(axis=0), 1.0)

        def statistic(use: npt.NDArray[np.bool_]) -> float:
            one, other = log_odds(y[use], x[use])[:2]
            return float(one - other)

        return _over_units(people, statistic)


class Share(OfPeople):
    """Mean of a column, or how much higher it is than that of another."""

    column: str
    than: str = ""

    def of_people(self, people: pd.DataFrame) -> Estimate:
        """The mean, or the difference of two."""
        values = column(people, self.column) - (column(people, self.than) if self.than else 0.0)
        return _over_units(people, lambda use: float(values[use].mean()))


class Effect(Statistic):
    """Standardised difference between the people of two surveys (Cohen's d), or in units of a scale's own deviation."""

    column: str
    of: Asked
    than: Asked
    deviation: float = 0.0

    def estimate(self, runs: Runs) -> Estimate:
        """Mean of the one minus mean of the other, in standard deviations of the other's people."""
        groups = [_Group.of(self.of.people(runs), self.column), _Group.of(self.than.people(runs), self.column)]
        if not all(len(group.values) for group in groups):
            return UNKNOWN
        units = 1 + max(int(group.unit.max()) for group in groups)

        def statistic(use: npt.NDArray[np.bool_]) -> float:
            one, other = (group.values[use[group.unit]] for group in groups)
            if not len(one) or not len(other):
                return math.nan
            return _ratio(float(one.mean() - other.mean()), self.deviation or float(other.std()))

        return jackknife(units, statistic)


class _Group(NamedTuple):
    values: Floats
    unit: npt.NDArray[Any]

    @classmethod
    def of(cls, people: pd.DataFrame, name: str) -> _Group:
        return cls(column(people, name), people["unit"].to_numpy())
