"""Boxes by the patient rule induction method (PRIM; Friedman and Fisher 1999), through the EMA workbench.

The EMA workbench knows levels beside numbers, and its objective divides what a peel gains by what it costs, so that a
factor with few values, whose peels are large, is not preferred (Kwakkel and Jaxa-Rozen 2016).  Whole numbers go in as
real ones: with pandas 3 its steps for whole numbers fail.  Levels go in by number: sets of texts have another order in
every process.  Names go in by number: it drops a factor called ``scenario``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from peersim.analysis.exploration.discovery.boxes import Box, Score, Truths, free, limit_around, score
from peersim.analysis.exploration.extras import needs
from peersim.analysis.exploration.factor import Factor

PATIENCE: Final = (0.05, 0.1, 0.2)
"""Shares of a box that are peeled off at a time.  Each is tried: small peels are fine, but of few points, and one that
holds two cases by chance stops them."""
SMALLEST: Final = 0.05
"""Share of all points below which no box is sought."""
MOST_BOXES: Final = 3
"""Boxes sought one after the other."""
BY_CHANCE: Final = 0.05
"""Quasi-p above which a limit is given up: chance might explain it."""
ANY_CASE: Final = 1e-9
"""Density that the library asks of a box: any; the choice is made here."""


@dataclass(frozen=True)
class Step:
    """One box on the way from everything to the smallest.

    Attributes
    ----------
    box : Box
    points, cases : int
        In it, of the points outside the boxes found before.
    quasi_p : mapping of str to tuple of two floats
        For each limited factor: chance of at least so many cases if its lower (its upper) limit said nothing (Bryant
        and Lempert 2010); not a number where there is no such limit.  Levels have only the first.
    patience : float
        Share that was peeled off at a time.
    """

    box: Box
    points: int
    cases: int
    quasi_p: Mapping[str, tuple[float, float]]
    patience: float


@dataclass(frozen=True)
class Peeling:
    """Trajectories of boxes, one for each of `PATIENCE`, and which step was chosen."""

    steps: tuple[Step, ...]
    chosen: int

    @property
    def step(self) -> Step:
        """The chosen step."""
        return self.steps[self.chosen]


def peel(values: pd.DataFrame, factors: tuple[Factor, ...], cases: Truths) -> list[Peeling]:
    """Boxes in which cases are dense, one after the other, each among the points outside those before.

    Of a trajectory, that box is taken which together with those before it tells cases best (`Score.phi`), and limits
    that chance explains are given up, the least sure first; of the trajectories, the one that then tells cases best.
    The search ends with the box that adds nothing.

    Parameters
    ----------
    values : DataFrame, one row per point, one column per factor
    factors : tuple of Factor
    cases : array of bool, shape (points,)
        Some of them, not all.

    Returns
    -------
    list of Peeling
        The first may have chosen "everything"; then it is the only one.

    Raises
    ------
    QuestionError
        If the EMA workbench is not installed.
    """
    found: list[Peeling] = []
    values = values.reset_index(drop=True)
    inside, before = np.zeros(len(cases), dtype=bool), score(np.zeros(len(cases), dtype=bool), cases)
    while len(found) < MOST_BOXES and (cases & ~inside).any():
        peeling = _next(values[~inside], factors, cases[~inside], before)
        both = inside | peeling.step.box.holds(values)
        after = score(both, cases)
        if found and (after.phi <= before.phi or not peeling.step.box.limits):
            break
        found.append(peeling)
        inside, before = both, after
        if not peeling.step.box.limits:
            break
    return found


def _next(values: pd.DataFrame, factors: tuple[Factor, ...], cases: Truths, before: Score) -> Peeling:
    """The best box among the points that are left."""
    if cases.all() or not free(factors, values):
        return Peeling((Step(Box(), len(cases), int(cases.sum()), {}, PATIENCE[0]),), 0)
    trajectories = [_Trajectory(values, free(factors, values), cases, before, patience) for patience in PATIENCE]
    best = int(np.argmax([trajectory.phi for trajectory in trajectories]))
    steps = [trajectory.steps() for trajectory in trajectories]
    return Peeling(
        tuple(step for some in steps for step in some), sum(map(len, steps[:best])) + trajectories[best].last
    )


class _Trajectory:
    """One search of the library, ended by the box chosen; factors and boxes as they are known here."""

    def __init__(
        self, values: pd.DataFrame, factors: tuple[Factor, ...], cases: Truths, before: Score, patience: float
    ) -> None:
        self._values, self._before, self._patience = values, before, patience
        self._factors = {f"x{k}": factor for k, factor in enumerate(factors)}
        self._encoded = pd.DataFrame({name: _encoded(factor, values) for name, factor in self._factors.items()})
        with _quiet():
            search = needs("ema_workbench.analysis.prim").Prim(
                self._encoded,
                cases.astype(int),
                threshold=ANY_CASE,
                peel_alpha=patience,
                mass_min=SMALLEST * before.all_points / len(values),
            )
            self._found = search.find_box()
        counts = self._found.peeling_trajectory
        self.last = int(np.argmax([self._phi(n, k) for n, k in zip(counts["n"], counts["k"], strict=True)]))
        """The step chosen."""
        while (limit := _least_sure(self._found.qp[self.last])) is not None:
            self._give_up(*limit)
            self.last = len(self._found.box_lims) - 1

    @property
    def phi(self) -> float:
        """How well the box chosen tells cases, together with those before it."""
        row = self._found.peeling_trajectory.iloc[self.last]
        return self._phi(row["n"], row["k"])

    def _phi(self, points: float, cases: float) -> float:
        before = self._before
        together = Score(before.points + int(points), before.cases + int(cases), before.all_points, before.all_cases)
        return together.phi

    def _give_up(self, name: str, end: int) -> None:
        """Add the box chosen to the trajectory once more, without one of its limits."""
        limits, everything = self._found.box_lims[self.last].copy(), self._found.box_lims[0]
        for row in [end] if self._factors[name].ordered else [0, 1]:
            limits.at[row, name] = everything.at[row, name]
        self._found.update(limits, np.flatnonzero(self._box(limits).holds(self._values)))

    def steps(self) -> list[Step]:
        """Every box of the trajectory."""
        rows = zip(self._found.box_lims, self._found.peeling_trajectory.itertuples(), self._found.qp, strict=True)
        return [
            Step(self._box(limits), int(row.n), int(row.k), self._named(quasi_p), self._patience)
            for limits, row, quasi_p in rows
        ]

    def _box(self, limits: pd.DataFrame) -> Box:
        """The library's limits, numbers in two rows and levels as sets, as a box."""
        made = []
        for name, factor in self._factors.items():
            column, ends = self._encoded[name], limits[name]
            if factor.ordered:
                inside = ((column >= float(ends[0])) & (column <= float(ends[1]))).to_numpy()
            else:
                inside = column.isin(list(ends[0])).to_numpy()
            made.append(limit_around(factor, self._values[factor.name], inside))
        return Box(tuple(limit for limit in made if limit is not None))

    def _named(self, quasi_p: Mapping[str, list[float]]) -> dict[str, tuple[float, float]]:
        """By the names of factors; the library writes -1 where there is no limit."""
        return {
            self._factors[name].name: (lower if lower >= 0.0 else np.nan, upper if upper >= 0.0 else np.nan)
            for name, (lower, upper) in quasi_p.items()
        }


def _least_sure(quasi_p: Mapping[str, list[float]]) -> tuple[str, int] | None:
    """The limit that chance explains best, if it might explain it: its factor, and 0 for lower or 1 for upper."""
    ends = ((p, name, end) for name, both in quasi_p.items() for end, p in enumerate(both))
    p, name, end = max(ends, default=(0.0, "", 0))
    return (name, end) if p > BY_CHANCE else None


def _encoded(factor: Factor, values: pd.DataFrame) -> Any:
    """Values as the library takes them: real numbers, or categories by number."""
    column = values[factor.name]
    if factor.ordered:
        return column.to_numpy(float)
    return pd.Categorical([factor.levels.index(level) for level in column])


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the library warns of whenever it is imported or asked, which means nothing here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "ipyparallel not installed", UserWarning)
        warnings.filterwarnings("ignore", "altair based interactive inspection", ImportWarning)
        warnings.filterwarnings("ignore", "The inplace keyword in DataFrame.drop")
        yield
