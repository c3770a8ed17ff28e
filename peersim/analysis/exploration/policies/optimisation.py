"""The best policies under a budget, as a search found them: a front, its knee, and how far both can be relied on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from peersim.analysis import words
from peersim.analysis.exploration.discovery.condition import Clause, Condition
from peersim.analysis.exploration.factor import Factor, Level
from peersim.analysis.exploration.naming import said, written
from peersim.analysis.exploration.policies import front as fronts
from peersim.analysis.exploration.policies.front import COST, Floats, Truths
from peersim.analysis.exploration.policies.robustness import Robustness
from peersim.analysis.exploration.policies.robustness import robustness as judged
from peersim.analysis.exploration.responses import Responses
from peersim.results.outcomes import OUTCOMES, interval
from peersim.results.tables import records

TODAY: Final = "today"
"""What the base scenario is called beside policies, which have numbers."""
POLICY: Final = "policy"
"""The factor that stands for all levers where policies meet states of the world."""
MEASURES: Final = {"mean": "mean", "worst": "worst", "mean_regret": "regret", "max_regret": "regret_most"}
"""What is taken over of the judgement of an outcome (see `robustness`), and what it is called."""
LATE: Final = 0.75
"""Part of a search after which little should be found any more,"""
LITTLE: Final = 0.01
"""and how much of the hypervolume that is."""
MOST_NAMED: Final = 8
"""Policies that a sentence lists."""

Runs = Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class Optimisation:
    """What a search for the best policies under a budget found.

    Tables of policies begin with the base scenario, called `today`; the policies on the front as the search saw it
    follow in order of what they cost.

    Attributes
    ----------
    study, base : str
        Names of the study and of its base scenario.
    levers : tuple of Factor
    objectives : tuple of str
        Outcomes.
    budget : float
        Most that the mean of `COST` may be, in pounds a year.
    seed : int
    effort : mapping of str to int
        ``population``, ``generations`` and ``states`` that were asked for.
    possible : int
        Policies that there are, with ranges in round steps.
    candidates : DataFrame, one row per policy tried
        ``scenario`` (hash), the value of each lever, mean of the objectives and the cost over the replicates of the
        search, ``within_budget``, ``on_front`` (of all policies tried), ``generation``, ``error``.
    convergence : DataFrame, indexed by generation
        ``policies`` tried by then, and ``hypervolume`` of the front as a share of what it is at the end.
    policies : DataFrame, one row per policy shown, indexed by `today`, 1, 2, ...
        The value of each lever; None where the base scenario's cannot be told (a choice between bundles).
    searched, fresh : mapping of str to array, shape (1 + policies, replicates)
        Objectives and cost in the replicates of the search, and in as many times more that it had not seen.
    across : Responses, optional
        The policies in states of the world, sampled from the study's uncertainties, in the replicates of the search:
        factor `POLICY` crossed with the uncertainties.  None if the study names none.
    """

    study: str
    base: str
    levers: tuple[Factor, ...]
    objectives: tuple[str, ...]
    budget: float
    seed: int
    effort: Mapping[str, int]
    possible: int
    candidates: pd.DataFrame
    convergence: pd.DataFrame
    policies: pd.DataFrame
    searched: Runs
    fresh: Runs
    across: Responses | None

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The objectives, and the cost if it is none of them."""
        return tuple(dict.fromkeys((*self.objectives, COST)))

    @property
    def replicates(self) -> int:
        """Worlds of each policy in the search."""
        return int(self.searched[COST].shape[1])

    @property
    def fresh_replicates(self) -> int:
        """Worlds of each policy shown that the search had not seen."""
        return int(self.fresh[COST].shape[1])

    @cached_property
    def front(self) -> pd.DataFrame:
        """What the policies give in fresh replicates.

        Returns
        -------
        DataFrame, indexed by policy, the base scenario first
            The levers; for the objectives and the cost the mean ``X`` with its 95 % interval, ``X_low`` and ``X_high``,
            and the paired difference from the base scenario, ``X_change``, ``X_change_low``, ``X_change_high``;
            ``over_budget``, share of worlds that cost more than the budget; ``on_front``, whether it still is, within
            the budget and outdone by none of the others; ``stays`` and ``knee_share``, in what share of resamples of
            the replicates it is on the front and its knee; ``knee``; ``better``, whether it is better than today in
            every objective.  The base scenario is itself on no front.
        """
        table = self.policies.copy()
        for name in self.outcomes:
            runs = self.fresh[name]
            for ending, values in (("", runs), ("_change", runs - runs[0])):
                mean, low, high = interval(values.T)
                table[f"{name}{ending}"], table[f"{name}{ending}_low"], table[f"{name}{ending}_high"] = mean, low, high
        over = np.where(np.isnan(self.fresh[COST]), np.nan, self.fresh[COST] > self.budget)
        table["over_budget"] = np.nanmean(over, axis=1)
        kept, lost = self._kept, self._lost
        table["on_front"] = [False, *kept]
        luck = fronts.with_other_luck(_but_today(self.fresh), self.objectives, self.budget, self.seed)
        table["stays"] = [math.nan, *luck["stays"]]
        table["knee_share"] = [math.nan, *luck["knee_share"]]
        table["knee"] = table.index == self.knee
        table["better"] = (lost < lost[0]).all(axis=1)
        return table

    @cached_property
    def _lost(self) -> Floats:
        return fronts.losses(fronts.means_of(self.fresh), self.objectives)

    @cached_property
    def _kept(self) -> Truths:
        """Of the policies, those still on the front."""
        return fronts.on_front(self._lost[1:], fronts.means_of(self.fresh)[COST][1:] <= self.budget)

    @cached_property
    def knee(self) -> str | None:
        """The policy of the front that gives up least in all objectives together; None if none is left."""
        places = 1 + np.flatnonzero(self._kept)
        return str(self.policies.index[places[fronts.knee(self._lost[places])]]) if len(places) else None

    @cached_property
    def optimism(self) -> pd.DataFrame:
        """How much luck had flattered the front in the search (see `front.optimism`)."""
        return fronts.optimism(self.searched, self.fresh, self.objectives)

    @cached_property
    def robustness(self) -> Robustness | None:
        """The policies judged over states of the world, the condition being the budget; None without uncertainties.

        Raises
        ------
        QuestionError
            If in no state all policies have results.
        """
        if self.across is None:
            return None
        within = Condition((Clause(COST, "<=", self.budget),))
        return judged(self.across, self.outcomes, within, self.seed)

    @cached_property
    def states(self) -> pd.DataFrame:
        """States of the world: the value of each uncertainty; no rows without uncertainties."""
        return pd.DataFrame() if self.robustness is None else self.robustness.crossing.states.rename_axis("state")

    @cached_property
    def across_states(self) -> pd.DataFrame | None:
        """What the policies give over states of the world; None without uncertainties.

        Returns
        -------
        DataFrame, indexed by policy, the base scenario first
            ``within_budget``, share of states; ``on_front``, share of states in which it is on the front of these
            policies; for the objectives and the cost the mean, ``X_mean``, what is worse in one state of ten,
            ``X_tenth``, the worst, ``X_worst``, and the regret, how far it is behind the best of these policies in the
            same state, ``X_regret`` (mean) and ``X_regret_most``.
        """
        found = self.robustness
        if self.across is None or found is None or found.meets is None:
            return None
        policies, shape = self.policies.index, (len(self.policies), len(self.states))
        means = {name: self.across.of(name)["mean"].to_numpy().reshape(shape) for name in self.outcomes}
        table = fronts.in_states(means, self.objectives, self.budget).set_index(policies)
        table.insert(0, "within_budget", found.meets["share"].set_axis(policies[found.meets["policy"]]))
        for name, judgement in found.judgements.items():
            own = judgement.table.set_index(policies[judgement.policies])
            for column, ending in MEASURES.items():
                table[f"{name}_{ending}"] = own[column]
        return table

    def settings(self, policy: str) -> dict[str, Level]:
        """The value of each lever in a policy."""
        return _row(self.policies, policy)

    # in words

    def in_words(self) -> list[str]:
        """What was found, sentence by sentence."""
        return [*self.answer(), *self.doubts()]

    def answer(self) -> list[str]:
        """Today, the front and its knee."""
        return [self._today(), self._tried(), self._knee(), self._better()]

    def doubts(self) -> list[str]:
        """How far that can be relied on."""
        return [self._luck(), *self._robust(), *self._converged()]

    def _today(self) -> str:
        row = _row(self.front, TODAY)
        gap = self.budget - row[COST]
        side = f"{words.pounds(abs(gap))} {'below' if gap >= 0 else 'above'} the budget of {words.pounds(self.budget)}"
        others = _joined([f"{_label(name)} {_amount(row[name], name)}" for name in self.outcomes if name != COST])
        return (
            f"Today ({self.base}) costs {words.pounds(row[COST])} a year ({words.pounds(row[f'{COST}_low'])} to "
            f"{words.pounds(row[f'{COST}_high'])}), {side}; {others}."
        )

    def _tried(self) -> str:
        tried, front, shown = len(self.candidates), int(self.candidates["on_front"].sum()), len(self.policies) - 1
        how_many = f"All {tried:,} policies" if tried >= self.possible else f"{tried:,} of {self.possible:,} policies"
        few = "; all are shown" if shown == front else f"; {shown} of these, far from each other, are shown"
        return (
            f"{how_many} were tried; within the budget, {front:,} {'is' if front == 1 else 'are'} outdone by no other "
            f"in every objective{few}."
        )

    def _knee(self) -> str:
        if self.knee is None:
            return "With fresh replicates none of them is within the budget; take more replicates, or a lower budget."
        row = _row(self.front, self.knee)
        found = _joined([self._told(row, name) for name in self.outcomes])
        return (
            f"The knee, which gives up least in all objectives together, is policy {self.knee}: "
            f"{self.policy_in_words(self.knee)}. {found[0].upper()}{found[1:]}."
        )

    def _told(self, row: Mapping[str, Any], name: str) -> str:
        outcome = OUTCOMES[name]
        gained = words.change(row[f"{name}_change"], outcome)
        return f"{_label(name)} {_amount(row[name], name)} ({gained} against today)"

    def policy_in_words(self, policy: str) -> str:
        """What a policy is: ``supervision every 2 weeks (today 4)``; what is as today comes last."""
        here, today = self.settings(policy), self.settings(TODAY)
        new, same = [], []
        for lever in self.levers:
            value, before = here[lever.name], today[lever.name]
            if before is None:
                new.append(said(lever, value))
            elif value == before:
                same.append(said(lever, value))
            else:
                new.append(f"{said(lever, value)} (today {written(before)})")
        as_today = f"as today: {', '.join(same)}" if same else ""
        return "; ".join(filter(None, [", ".join(new), as_today]))

    def _better(self) -> str:
        better = self.front.index[self.front["better"] & self.front["on_front"]]
        if not len(better):
            return "No policy of the front is better than today in every objective."
        are = "is" if len(better) == 1 else "are"
        return f"Better than today in every objective {are} {_policies(better)}."

    def _luck(self) -> str:
        kept, shown = int(self._kept.sum()), len(self._kept)
        lost = self.front.index[1:][~self._kept]
        fell = f"; {_policies(lost)} {'does' if len(lost) == 1 else 'do'} not" if len(lost) else ""
        rows = {name: _row(self.optimism, name) for name in self.objectives}
        flattery = _joined(
            [f"{_label(name)} {_signed(row['mean'], name)} {_span(row, name)}" for name, row in rows.items()]
        )
        return (
            f"In {self.fresh_replicates:,} replicates that the search had not seen, {kept} of {shown} stay on the "
            f"front{fell}. Gains on today as the search saw them, less gains in these replicates, mean of the policies "
            f"shown (above 0: luck had flattered them): {flattery}."
        )

    def _robust(self) -> list[str]:
        table = self.across_states
        if table is None or self.across is None:
            return ["The study names no uncertainties, so nothing is said of how robust the front is."]
        ranges = "; ".join(f"{factor.name} {factor.in_words()}" for factor in self.across.uncertainties)
        text = f"Over {len(self.states)} states of the world ({ranges}), today is within the budget in "
        text += f"{words.percent(_row(table, TODAY)['within_budget'])} of them"
        if self.knee is not None:
            text += f" and policy {self.knee} in {words.percent(_row(table, self.knee)['within_budget'])}"
        always = table.index[1:][table["within_budget"][1:] == 1.0]
        which = f"{_policies(always)} in all of them" if len(always) else "none of the policies shown in all of them"
        return [f"{text}; {which}.", *self._knee_across(table)]

    def _knee_across(self, table: pd.DataFrame) -> list[str]:
        if self.knee is None:
            return []
        row = _row(table, self.knee)
        worst = _joined([self._at_worst(row, name) for name in self.outcomes])
        behind = [
            f"{words.amount(row[f'{name}_regret_most'], OUTCOMES[name])} in {_label(name)}"
            for name in self.objectives
            if not OUTCOMES[name].unit.startswith("pounds")
        ]
        never = (
            f" Behind the best of these policies in the same state it is by {_joined(behind)} at most."
            if behind
            else ""
        )
        return [f"Policy {self.knee} in nine states of ten (and in the worst): {worst}.{never}"]

    def _at_worst(self, row: Mapping[str, Any], name: str) -> str:
        worse = "at least" if OUTCOMES[name].better > 0 else "at most"
        tenth, worst = (row[f"{name}_{end}"] for end in ("tenth", "worst"))
        return f"{_label(name)} {worse} {_amount(tenth, name)} ({words.amount(worst, OUTCOMES[name])})"

    def _converged(self) -> list[str]:
        generations = len(self.convergence)
        if generations < 2:
            return []
        reached = self.convergence["hypervolume"].iloc[max(0, math.floor(LATE * generations) - 1)]
        added = 1.0 - reached
        more = "" if added <= LITTLE else ": more generations (--generations) may find better policies"
        return [f"The last quarter of the search added {words.percent(added)} to the hypervolume of the front{more}."]

    def to_dict(self) -> dict[str, Any]:
        """Everything but the candidates, as JSON takes it."""
        across = self.across_states
        return {
            "study": self.study,
            "base": self.base,
            "budget": self.budget,
            "objectives": list(self.objectives),
            "levers": [lever.name for lever in self.levers],
            "seed": self.seed,
            **self.effort,
            "replicates": self.replicates,
            "fresh_replicates": self.fresh_replicates,
            "policies_tried": len(self.candidates),
            "policies_possible": self.possible,
            "knee": self.knee,
            "front": records(self.front.reset_index()),
            "optimism": records(self.optimism.reset_index()),
            "convergence": records(self.convergence.reset_index()),
            "across_states": None if across is None else records(across.reset_index()),
            "in_words": self.in_words(),
        }


def _but_today(runs: Runs) -> dict[str, Floats]:
    return {name: values[1:] for name, values in runs.items()}


def _row(table: pd.DataFrame, name: str) -> dict[str, Any]:
    return {str(column): value for column, value in table.T[name].items()}


def _label(name: str) -> str:
    return words.lower_first(OUTCOMES[name].label)


def _amount(value: float, name: str) -> str:
    """A value with what it is per, if it is money: ``£141,000 a year``."""
    outcome = OUTCOMES[name]
    per = outcome.unit.removeprefix("pounds") if outcome.unit.startswith("pounds") else ""
    return f"{words.amount(value, outcome)}{per}"


def _signed(value: float, name: str) -> str:
    return words.change(value, OUTCOMES[name])


def _span(row: Mapping[str, Any], name: str) -> str:
    return f"({words.limits(row, OUTCOMES[name])})"


def _policies(index: Sequence[Any] | pd.Index[Any]) -> str:
    names = [str(name) for name in index]
    if len(names) > MOST_NAMED:
        return f"{len(names)} of the policies"
    return f"{'policy' if len(names) == 1 else 'policies'} {_joined(names)}"


def _joined(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
