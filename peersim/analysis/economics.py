"""What a scenario gives for what it costs: budget, present values, cost-effectiveness.

The perspective is the provider's.  The effect is one that the model can speak of: a peer worker retained for a year, or
any headline outcome.  There are no QALYs: what is known of effects on service users is small (self-rated recovery,
about a fifth of a standard deviation; none on readmission), and nothing known turns it into a utility.

Two uncertainties are kept apart.  Luck makes the worlds of one scenario differ: the share of pairs of worlds in which
a scenario pays says what one provider might see, and more replicates do not sharpen it.  How well the replicates pin
down the model's mean is the other: it does sharpen.  What is not known about the model's constants is in neither.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis import words
from peersim.analysis.errors import check_outcomes
from peersim.results.outcomes import CONFIDENCE, OUTCOMES, Outcome, interval, reach
from peersim.results.results import Results
from peersim.results.sums import WEEKS_A_YEAR
from peersim.results.tables import plain

Floats = npt.NDArray[np.float64]

RETAINED: Final = "years_retained"
"""The effect that is not a headline outcome: full years of unbroken service."""
EFFECTS: Final[Mapping[str, Outcome]] = MappingProxyType(
    {
        RETAINED: Outcome(
            "Peer workers retained for a year",
            "people",
            1,
            "full years of unbroken service by one person, all peers, over the whole horizon, discounted",
        )
    }
    | {name: outcome for name, outcome in OUTCOMES.items() if not outcome.unit.startswith("pounds")}
)
"""What costs can be set against, by name: not another cost."""

PER: Final = 0.1
"""Costs per change of a state or share are given for a change of so much."""

CATEGORIES: Final = MappingProxyType(
    {
        "cost_pay": "Pay of peer workers with on-costs",
        "cost_supervision": "Supervisors' time",
        "cost_meetings": "Meetings of the peer group",
        "cost_training": "Training",
        "cost_hiring": "Recruitment and induction",
        "cost_cover": "Cover for vacancies and sickness",
        "cost": "All costs",
    }
)
"""Lines of a budget; the last is the sum of those above."""
WITHIN_PAY: Final = MappingProxyType(
    {
        "paid_generic_time": "within pay: time on generic tasks",
        "paid_support_time": "within pay: peers' own time in supervision and meetings",
    }
)
"""Lines shown below the sum and not part of it: the money is in the pay already."""

THRESHOLDS: Final = 101
RESAMPLES: Final = 4_999


def discount(weeks: npt.ArrayLike, rate: float) -> Floats:
    """Present value of a pound so many weeks from the start."""
    factors: Floats = (1.0 + rate) ** (-np.asarray(weeks, dtype=float) / WEEKS_A_YEAR)
    return factors


def present_cost(results: Results) -> Floats:
    """Present value of all costs over the horizon, in pounds, shape (replicates,)."""
    weekly = results.by_week("cost")
    factors = discount(np.arange(results.weeks), results.scenario.costs.discount_rate)
    return np.asarray((weekly * factors).sum(axis=1))


def years_retained(results: Results) -> Floats:
    """Full years of unbroken service completed within the horizon, each discounted, shape (replicates,).

    Two half years of two people are no year retained: this counts staying, not posts filled.
    """
    people = results.people
    done = np.zeros(results.replicates)
    rate = results.scenario.costs.discount_rate
    tenure, start = people["tenure"].to_numpy(), people["start_week"].to_numpy()
    for weeks in range(WEEKS_A_YEAR, results.weeks + 1, WEEKS_A_YEAR):
        stayed = tenure >= weeks
        worth = discount(start[stayed] + weeks, rate)
        done += np.bincount(people["replicate"].to_numpy()[stayed], worth, results.replicates)
    return done


def yearly_cost(results: Results, measure: str) -> Floats:
    """A weekly cost in pounds a year, mean over the horizon, undiscounted, shape (replicates,)."""
    yearly: Floats = WEEKS_A_YEAR * results.by_week(measure).mean(axis=1)
    return yearly


def budget(base: Results, arm: Results) -> pd.DataFrame:
    """What two scenarios cost in a year, by category, and the difference.

    Returns
    -------
    DataFrame
        Indexed by weekly measure: ``label``, ``baseline``, ``mean``, ``difference``, ``low``, ``high`` (95 % over
        pairs), in pounds a year, undiscounted; and ``present_value`` for all costs over the horizon.  Measures of
        `WITHIN_PAY` come after the sum and are not in it.
    """
    lines = (CATEGORIES | WITHIN_PAY).items()
    pairs = {name: (label, yearly_cost(base, name), yearly_cost(arm, name)) for name, label in lines}
    pairs["present_value"] = ("All costs over the whole horizon, present value", present_cost(base), present_cost(arm))
    table = {}
    for name, (label, one, other) in pairs.items():
        mean, low, high = interval(other - one)
        table[name] = [label, one.mean(), other.mean(), mean, low, high]
    columns = ["label", "baseline", "mean", "difference", "low", "high"]
    return pd.DataFrame.from_dict(table, orient="index", columns=columns).rename_axis("category")


@dataclass(frozen=True, eq=False)
class Value:
    """What a scenario gives for its cost, as against the baseline.

    Attributes
    ----------
    scenario : str
    effect_name : str
        ``years_retained`` or an outcome.
    cost : array, shape (pairs,)
        Additional cost over the horizon, present value, in pounds.
    effect : array, shape (pairs,)
        Additional effect, counted so that more is better.  For rates and retention jackknife pseudo-values: right on
        average, not world by world.
    seen : array, shape (pairs,)
        The same as each pair of worlds by itself shows it.
    posts : tuple of two ints
        Peer posts of the baseline and of the scenario.
    """

    scenario: str
    effect_name: str
    cost: Floats
    effect: Floats
    seen: Floats
    posts: tuple[int, int]

    @property
    def outcome(self) -> Outcome:
        """What the effect is."""
        return EFFECTS[self.effect_name]

    @property
    def unit(self) -> float:
        """How much of the effect a ratio is given for."""
        return 1.0 if self.effect_name == RETAINED else PER

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Mean and 95 % interval of ``cost`` and ``effect``."""
        rows = [interval(values) for values in (self.cost, self.effect)]
        return pd.DataFrame(rows, index=["cost", "effect"], columns=["mean", "low", "high"], dtype=float)

    @cached_property
    def settled(self) -> bool:
        """Whether the interval of the effect leaves out 0: only then is there a ratio to speak of."""
        row = self.summary.T["effect"]
        return bool(row["low"] > 0.0 or row["high"] < 0.0)

    @cached_property
    def ratio(self) -> tuple[float, float, float]:
        """Additional pounds per `unit` of additional effect, with a 95 % interval (bootstrap over pairs, percentiles).

        Not a number, all three, unless `settled`.
        """
        if not self.settled:
            return math.nan, math.nan, math.nan
        from scipy.stats import bootstrap

        known = ~np.isnan(self.effect)
        cost, effect = self.cost[known], self.effect[known]

        def per_unit(cost: Floats, effect: Floats, axis: int = -1) -> Floats:
            ratio: Floats = self.unit * cost.mean(axis=axis) / effect.mean(axis=axis)
            return ratio

        found = bootstrap(
            (cost, effect),
            per_unit,
            paired=True,
            n_resamples=RESAMPLES,
            batch=500,
            method="percentile",
            confidence_level=CONFIDENCE,
            rng=np.random.default_rng(0),
        ).confidence_interval
        return float(per_unit(cost, effect)), float(found.low), float(found.high)

    def acceptability(self, thresholds: npt.ArrayLike | None = None) -> pd.DataFrame:
        """Whether the scenario is worth its cost, by what a unit of the effect is worth.

        Parameters
        ----------
        thresholds : array, optional
            Pounds that one `unit` of the effect is worth; by default from 0 to a round figure beyond the ratio.

        Returns
        -------
        DataFrame
            ``threshold``; ``share_of_worlds``, in which the effect is worth more than it costs (ties count half);
            ``certainty``, with which the mean over all worlds is (Student's t over pairs; not a number for a single
            pair).
        """
        from scipy.special import stdtr

        worth = self._range() if thresholds is None else np.asarray(thresholds, dtype=float)
        gain, mean = (np.outer(worth / self.unit, effect) - self.cost for effect in (self.seen, self.effect))
        won = np.where(np.isnan(gain), np.nan, (gain > 0.0) + 0.5 * (gain == 0.0))
        pairs = (~np.isnan(mean)).sum(axis=1)
        average, _, high = interval(mean.T)
        error = (high - average) / reach(pairs)  # not a number for a single pair, of which nothing is certain
        with np.errstate(invalid="ignore", divide="ignore"):
            alike = np.where(error == 0.0, (np.sign(average) + 1.0) / 2.0, np.nan)
            certainty = np.where(error > 0.0, stdtr(np.maximum(pairs - 1, 1), average / error), alike)
        return pd.DataFrame({"threshold": worth, "share_of_worlds": interval(won.T)[0], "certainty": certainty})

    def _range(self) -> Floats:
        """Thresholds from 0 to a round figure of some two or three times what a unit costs."""
        cost, effect = (float(interval(np.abs(values))[0]) for values in (self.cost, self.seen))
        typical = self.unit * cost / effect if effect > 0.0 and cost > 0.0 else 1.0
        ratio = abs(self.ratio[0])
        return np.linspace(0.0, _round_up(2.5 * (typical if math.isnan(ratio) else max(ratio, typical))), THRESHOLDS)

    def to_dict(self) -> dict[str, Any]:
        """The summary as plain numbers; what has no value is None."""
        ratio = dict(zip(("ratio", "low", "high"), self.ratio, strict=True))
        rows = {"cost": dict(self.summary.T["cost"]), "effect": dict(self.summary.T["effect"]), "per_unit": ratio}
        found = {name: {key: plain(float(value)) for key, value in row.items()} for name, row in rows.items()}
        return {"scenario": self.scenario, "effect_name": self.effect_name, "unit": self.unit} | found

    def in_words(self) -> str:
        """What the scenario gives for its cost, in one sentence."""
        cost, effect = (self.summary.T[name] for name in ("cost", "effect"))
        what, told = words.lower_first(self.outcome.label), cost["low"] > 0.0 or cost["high"] < 0.0
        text = f"Over the whole horizon it costs {self._costs(cost)}"
        if math.isnan(effect["mean"]):
            return f"{text}; {what} has no value within these weeks, so no ratio is given."
        if not self.seen.any() and not self.effect.any():
            return f"{text}, and no pair of worlds differs in {what}, so no ratio is given."
        if not self.settled:
            return f"{text}; whether it changes {what} is not settled, so no ratio is given."
        text += f", and {self._does(effect)}"
        if not told:
            return f"{text}."
        if (cost["mean"] > 0.0) != (effect["mean"] > 0.0):
            return f"{text}: {'cheaper and better' if effect['mean'] > 0.0 else 'dearer and worse'}."
        price = words.span(self.ratio, words.pounds)
        return f"{text}: {price} {f'for {self.each}' if effect['mean'] > 0.0 else f'saved for {self.each_lost}'}."

    def _costs(self, cost: pd.Series[float]) -> str:
        if not self.cost.any():
            return "the same in every pair of worlds"
        more = "more" if cost["mean"] > 0.0 else "less"
        text = f"{words.span(cost, words.pounds)} {more}, in present value"
        return text if cost["low"] > 0.0 or cost["high"] < 0.0 else f"{text}, a difference that is not settled"

    def _does(self, effect: pd.Series[float]) -> str:
        better, size = effect["mean"] > 0.0, words.span(effect, self.size)
        if self.effect_name == RETAINED:
            text = f"retains {size} {'more' if better else 'fewer'} peer workers for a year"
            old, new = self.posts
            return text if old == new else f"{text}, with {new:,} peer posts in place of {old:,}"
        return f"{'improves' if better else 'worsens'} “{self.outcome.label}” by {size}"

    def size(self, value: float) -> str:
        """An amount of the effect as people read it."""
        return f"{value:.2f}".replace("-", "−") if self.effect_name == RETAINED else words.amount(value, self.outcome)

    @property
    def each(self) -> str:
        """What a ratio is for."""
        if self.effect_name == RETAINED:
            return "each peer worker retained for a year"
        return f"each {self.unit:g} by which “{self.outcome.label}” improves"

    @property
    def each_lost(self) -> str:
        """What a saving is for, where the scenario is worse."""
        if self.effect_name == RETAINED:
            return "each peer worker fewer retained for a year"
        return f"each {self.unit:g} by which “{self.outcome.label}” worsens"


def check_effect(effect: str) -> None:
    """Refuse an effect that is neither ``years_retained`` nor an outcome other than a cost.

    Raises
    ------
    QuestionError
    """
    check_outcomes([effect], "effect", EFFECTS)


def value(base: Results, arm: Results, name: str, effect: str = RETAINED) -> Value:
    """What a scenario gives for its cost, as against the baseline.

    Raises
    ------
    QuestionError
        For an effect that is neither ``years_retained`` nor an outcome.
    """
    check_effect(effect)
    if effect == RETAINED:
        gain = seen = years_retained(arm) - years_retained(base)
    else:
        better = OUTCOMES[effect].better
        gain = better * (arm.per_replicate[effect] - base.per_replicate[effect]).to_numpy()
        seen = better * (arm.per_world[effect] - base.per_world[effect]).to_numpy()
    cost = present_cost(arm) - present_cost(base)
    return Value(name, effect, cost, gain, seen, (base.scenario.n_peers, arm.scenario.n_peers))


def _round_up(number: float) -> float:
    """The next 1, 2 or 5 with zeros."""
    unit = 10.0 ** math.floor(math.log10(number))
    return float(next(step * unit for step in (1.0, 2.0, 5.0, 10.0) if step * unit >= number * (1.0 - 1e-9)))
