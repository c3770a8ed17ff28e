"""The policies that a search has tried, and what came of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis.exploration.factor import LEVER, Level
from peersim.analysis.exploration.policies import front as fronts
from peersim.analysis.exploration.policies.front import COST, Truths
from peersim.analysis.exploration.policies.search import Places, rungs
from peersim.results.outcomes import interval
from peersim.scenario import Scenario
from peersim.studies.study import Study
from peersim.studies.units import content_of

Floats = npt.NDArray[np.float64]
Run = Callable[[Sequence[Scenario | Exception]], list[Floats | str]]
"""From scenarios to their outcomes, shape (replicates, outcomes), or to why one has none."""

IMPOSSIBLE: Final = 1e9
"""What is too much of a policy that failed: whatever could be run is nearer to what can be had."""


@dataclass(frozen=True)
class Aim:
    """What a search is for.

    Attributes
    ----------
    objectives : tuple of str
        Outcomes.
    budget : float
        Pounds a year.
    """

    objectives: tuple[str, ...]
    budget: float

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The objectives, and the cost if it is none of them."""
        return tuple(dict.fromkeys((*self.objectives, COST)))

    def means(self, values: Floats) -> dict[str, float]:
        """Mean over replicates of each outcome, shape (replicates, outcomes)."""
        return dict(zip(self.outcomes, map(float, interval(values)[0]), strict=True))


class Trials:
    """The policies that a search has tried, in order.

    Parameters
    ----------
    study : Study
        Whose levers are tried; its uncertainties stay as in the base scenario.
    aim : Aim
    run : callable
        See `Run`.

    Attributes
    ----------
    values : list of tuple
        The value of each lever.
    scenarios : list of Scenario or Exception
    found : list of array or str
        Outcomes of each replicate, or what failed.
    """

    def __init__(self, study: Study, aim: Aim, run: Run) -> None:
        self._study = replace(study, factors=tuple(factor for factor in study.factors if factor.role == LEVER))
        self._aim, self._run = aim, run
        self._ladders = [rungs(lever) for lever in self._study.factors]
        self._known: dict[tuple[int, ...], int] = {}
        self._generations: list[int] = []
        self._rows: list[Any] = []
        self.values: list[tuple[Level, ...]] = []
        self.scenarios: list[Scenario | Exception] = []
        self.found: list[Floats | str] = []

    @property
    def sizes(self) -> list[int]:
        """Rungs of each lever."""
        return [len(ladder) for ladder in self._ladders]

    def judge(self, places: Places) -> tuple[Floats, Floats]:
        """Try a generation of policies; none is run twice (see `search.Judge`)."""
        shown = [tuple(map(int, place)) for place in places]
        new = [place for place in dict.fromkeys(shown) if place not in self._known]
        self._generations.append(len(self.found) + len(new))
        for place in new:
            self._known[place] = len(self.values)
            self.values.append(tuple(ladder[rung] for ladder, rung in zip(self._ladders, place, strict=True)))
            self.scenarios.append(self._study.scenario(self.values[-1]))
        found = self._run(self.scenarios[len(self.found) :])
        self.found += found
        nothing = [math.nan] * len(self._aim.outcomes)
        self._rows += [nothing if isinstance(one, str) else interval(one)[0] for one in found]
        here = [self._known[place] for place in shown]
        lost, excess = self.lost()[here], self._means()[COST][here] - self._aim.budget
        failed = np.isnan(lost).any(axis=1) | np.isnan(excess)
        return np.where(failed[:, np.newaxis], 0.0, lost), np.where(failed, IMPOSSIBLE, excess)

    def lost(self) -> Floats:
        """Losses of all policies (see `front.losses`), shape (policies, objectives); not a number where one failed."""
        return fronts.losses(self._means(), self._aim.objectives)

    def _means(self) -> dict[str, Floats]:
        return dict(zip(self._aim.outcomes, np.array(self._rows).T, strict=True))

    def _affordable(self) -> Truths:
        return np.asarray(self._means()[COST] <= self._aim.budget)

    def _scenario_hashes(self) -> list[str]:
        return ["" if isinstance(one, Exception) else content_of(one) for one in self.scenarios]

    def table(self) -> pd.DataFrame:
        """All policies (see `Optimisation.candidates`); of those that make the same scenario, only the first counts."""
        names = [lever.name for lever in self._study.factors]
        values: dict[str, list[Any]] = dict(zip(names, map(list, zip(*self.values, strict=True)), strict=True))
        table = pd.DataFrame({"scenario": self._scenario_hashes(), **values, **self._means()}).rename_axis("candidate")
        affordable = self._affordable()
        first = ~table["scenario"].duplicated().to_numpy()
        table["within_budget"] = affordable
        table["on_front"] = fronts.on_front(self.lost(), affordable & first)
        table["generation"] = np.searchsorted(self._generations, np.arange(len(table)), side="right") + 1
        table["error"] = [one if isinstance(one, str) else "" for one in self.found]
        return table

    def convergence(self) -> pd.DataFrame:
        """How the front grew (see `Optimisation.convergence`)."""
        lost, affordable = self.lost(), self._affordable()
        final = lost[fronts.on_front(lost, affordable)]
        ends = final.min(axis=0), final.max(axis=0)

        def volume(tried: int) -> float:
            return fronts.hypervolume(lost[:tried][affordable[:tried]], *ends)

        whole = volume(len(lost))
        rows = {"policies": self._generations, "hypervolume": [volume(tried) / whole for tried in self._generations]}
        return pd.DataFrame(rows, index=pd.RangeIndex(1, len(self._generations) + 1, name="generation"))
