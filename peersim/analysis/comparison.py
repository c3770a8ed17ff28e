"""Scenarios compared with a baseline: the same people, the same luck, what differs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from peersim.analysis import economics, pairs, verdicts
from peersim.analysis.errors import QuestionError
from peersim.analysis.matching import Matching, check_pairable, effective_changes, matching
from peersim.results.results import Results
from peersim.results.tables import plain, records


class Precision(NamedTuple):
    """A precision that was asked for, and what came of it.

    Attributes
    ----------
    outcome : str
    asked : float
        Half the width of the 95 % interval that was asked for.
    found : float
        What it is in the scenario that needs most pairs.
    scenario : str
        That scenario.
    pairs : int
        Pairs in which it has a value there.
    pairs_needed : float
        Pairs that it would take there, estimated from those there are; also for the interval to be trusted at all
        (see `pairs.to_trust`).
    """

    outcome: str
    asked: float
    found: float
    scenario: str
    pairs: int
    pairs_needed: float

    @property
    def reached(self) -> bool:
        """Whether the interval is as narrow as was asked for, in every scenario, and can be trusted."""
        return self.found <= self.asked and self.pairs >= self.pairs_needed


class Comparison:
    """Results of a baseline and of other scenarios, replicate by replicate with the same luck.

    Parameters
    ----------
    baseline : Results
    arms : mapping of str to Results
        The other scenarios by name, in the order in which they are shown.
    asked : mapping of str to float, optional
        Precision asked for by outcome: half the width of the 95 % interval.

    Raises
    ------
    QuestionError
        If there is nothing to compare, or the scenarios cannot be paired.

    Attributes
    ----------
    baseline : Results
    arms : mapping of str to Results
    asked : mapping of str to float
    """

    def __init__(
        self, baseline: Results, arms: Mapping[str, Results], *, asked: Mapping[str, float] | None = None
    ) -> None:
        if not arms:
            raise QuestionError("nothing to compare the baseline with: name at least one other scenario")
        for name, arm in arms.items():
            check_pairable(baseline.scenario, arm.scenario, name)
            if (arm.seed, arm.replicates) != (baseline.seed, baseline.replicates):
                raise QuestionError(
                    f"{name}: seed {arm.seed} and {arm.replicates} replicates; allowed: seed {baseline.seed} and "
                    f"{baseline.replicates} replicates, as in the baseline: other worlds are no pairs"
                )
        self.baseline = baseline
        self.arms: Mapping[str, Results] = MappingProxyType(dict(arms))
        self.asked: Mapping[str, float] = MappingProxyType(dict(asked or {}))
        self._values: dict[tuple[str, str], economics.Value] = {}  # each holds a bootstrap once it is asked for

    @property
    def replicates(self) -> int:
        """Pairs of worlds."""
        return self.baseline.replicates

    @property
    def seed(self) -> int:
        """Seed of every scenario."""
        return self.baseline.seed

    @cached_property
    def contrasts(self) -> pd.DataFrame:
        """One row per scenario and outcome: the columns of `pairs.contrasts`, after them the verdict.

        ``pairs_needed`` is for the precision asked for, where one was.
        """
        rows = []
        for name, arm in self.arms.items():
            table = pairs.contrasts(self.baseline, arm, self.asked)
            verdict = verdicts.judge(table, len(self.arms))
            rows.append(table.assign(verdict=verdict).reset_index().assign(scenario=name))
        table = pd.concat(rows, ignore_index=True)
        return table[["scenario", *(column for column in table if column != "scenario")]]

    def of(self, name: str) -> pd.DataFrame:
        """The contrasts of one scenario, indexed by outcome."""
        table = self.contrasts
        return table[table["scenario"] == name].set_index("outcome")

    @cached_property
    def precision(self) -> tuple[Precision, ...]:
        """What came of each precision that was asked for."""
        return tuple(self._precision(outcome, asked) for outcome, asked in self.asked.items())

    def _precision(self, outcome: str, asked: float) -> Precision:
        rows = self.contrasts[self.contrasts["outcome"] == outcome]
        needed = np.maximum(rows["pairs_needed"].fillna(math.inf).to_numpy(), pairs.to_trust(rows))
        worst = int(needed.argmax())
        row = rows.iloc[worst]
        half = (row["high"] - row["low"]) / 2.0
        return Precision(outcome, asked, float(half), str(row["scenario"]), int(row["pairs"]), float(needed[worst]))

    @cached_property
    def matching(self) -> dict[str, Matching]:
        """Which people each scenario has in common with the baseline."""
        return {name: matching(self.baseline.scenario, arm.scenario) for name, arm in self.arms.items()}

    @cached_property
    def changes(self) -> dict[str, dict[str, tuple[object, object]]]:
        """In what each scenario differs from the baseline: dotted key -> (value there, value here)."""
        return {name: effective_changes(self.baseline.scenario, arm.scenario) for name, arm in self.arms.items()}

    @cached_property
    def costs(self) -> dict[str, pd.DataFrame]:
        """What each scenario costs beside the baseline, by category (see `economics.budget`)."""
        return {name: economics.budget(self.baseline, arm) for name, arm in self.arms.items()}

    @cached_property
    def identity_causes(self) -> dict[str, pd.DataFrame]:
        """Why identity differs in each scenario, by cause (see `pairs.identity_causes`)."""
        return {name: pairs.identity_causes(self.baseline, arm) for name, arm in self.arms.items()}

    def value(self, name: str, effect: str = economics.RETAINED) -> economics.Value:
        """What one scenario gives for its cost, as against the baseline.

        Parameters
        ----------
        name : str
            The scenario.
        effect : str
            An outcome, or ``years_retained`` (see `economics.Value`).
        """
        if (name, effect) not in self._values:
            self._values[name, effect] = economics.value(self.baseline, self.arms[name], name, effect)
        return self._values[name, effect]

    def to_dict(self, effect: str = economics.RETAINED) -> dict[str, Any]:
        """Contrasts, precision and cost-effectiveness as plain numbers and texts; what has no value is None."""
        columns = ["scenario", "outcome", "difference", "low", "high", "p_better", "effect", "pairs", "pairs_needed"]
        rows = records(self.contrasts[[*columns, "fewer", "verdict"]])
        return {
            "baseline": self.baseline.scenario.name,
            "seed": self.seed,
            "weeks": self.baseline.weeks,
            "pairs": self.replicates,
            "contrasts": rows,
            "precision": [
                {name: plain(value) for name, value in {**goal._asdict(), "reached": goal.reached}.items()}
                for goal in self.precision
            ],
            "cost_effectiveness": [self.value(name, effect).to_dict() for name in self.arms],
        }

    def __repr__(self) -> str:
        arms = ", ".join(map(repr, self.arms))
        return f"Comparison({self.baseline.scenario.name!r} with {arms}, {self.replicates} pairs, seed {self.seed})"
