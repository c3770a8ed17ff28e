"""Regret and robustness: how policies do over the states of the world that nobody chooses.

Every policy meets every state, with the same people and the same luck.  A policy is told by its mean over states (all
count alike), by its worst state (maximin; Wald 1950), and by its regret: how far it falls behind the policy that is the
best in each state (minimax regret; Savage 1951).  With a condition, also by the share of states in which it is met
(Starr's domain criterion; satisficing).  How sure each number and each first place is comes from replicates drawn anew,
the same for all policies and states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis import words
from peersim.analysis.errors import QuestionError, check_outcomes
from peersim.analysis.exploration import chance
from peersim.analysis.exploration.discovery import trees
from peersim.analysis.exploration.discovery.boxes import Box, Score, score
from peersim.analysis.exploration.discovery.condition import Condition, parse
from peersim.analysis.exploration.policies.crossing import Crossing, crossing, labels
from peersim.analysis.exploration.responses import Responses
from peersim.results.outcomes import OUTCOMES, Outcome
from peersim.results.tables import records

Floats = npt.NDArray[np.float64]

RANKED: Final = {
    "mean": "Best on average",
    "worst": "Safest (its worst state is the least bad)",
    "max_regret": "Least regret (it never falls far behind the best)",
}
"""Measures by which policies are put in order, and what the first of each is called."""
SURE: Final = 0.95
"""Share of resamples in which the best policy of a state has to be the best, for chance not to decide."""
FEWEST: Final = 5
"""States won, and states lost, without which it is not sought where a policy wins."""
PART: Final = 0.2
"""Share of the states that a policy wins below which a box of them is not told of."""
MOST_WINNERS: Final = 3
"""Policies of which it is said where they win."""


@dataclass(frozen=True)
class Win:
    """Where a policy is the best.

    Attributes
    ----------
    policy : int
    states : int
        In how many states it is the best.
    boxes : mapping of Box to Score
        Where these states are dense, by CART over the uncertainties, each with at least `PART` of them; empty if they
        are all over, or few.
    """

    policy: int
    states: int
    boxes: Mapping[Box, Score]


@dataclass(frozen=True)
class Judgement:
    """How the policies do by one outcome.

    Attributes
    ----------
    outcome : str
    policies : array of int
        Policies that are judged: those with results.
    states : array of int
        States of the world that count: those in which all of these have results.
    values : array, shape (policies, states)
        Means over replicates.
    regret : array, shape (policies, states)
        How much worse than the best policy of that state; 0 for that one.
    table : DataFrame, one row per policy
        ``mean`` over states, ``worst``, ``best``, ``mean_regret``, ``max_regret``, ``best_in`` (share of states in
        which no policy is better; ties are shared).  With two replicates or more, of each ``_low`` and ``_high``: the
        middle 95 % of resamples.  Of regrets also ``_by_chance``: how much larger than in truth they are at least, by
        the bootstrap's estimate of bias, since the best policy of a state was picked with its luck.
        ``first_by_mean``, ``first_by_worst``, ``first_by_max_regret``: share of resamples in which the policy comes
        first.
    best_sure : array, shape (states,)
        Share of resamples in which the best policy of each state is the best.
    wins : tuple of Win
        Of the policies that are the best in most states.
    """

    outcome: str
    policies: npt.NDArray[np.int64]
    states: npt.NDArray[np.int64]
    values: Floats
    regret: Floats
    table: pd.DataFrame
    best_sure: Floats
    wins: tuple[Win, ...]

    @property
    def meant(self) -> Outcome:
        """What the outcome is."""
        return OUTCOMES[self.outcome]

    def first(self, measure: str) -> int:
        """Row of the policy that comes first by one of `RANKED`."""
        column = self.table[measure].to_numpy()
        if measure == "max_regret" or self.meant.better < 0:
            return int(column.argmin())
        return int(column.argmax())

    @property
    def best(self) -> npt.NDArray[np.int64]:
        """Row of the best policy of each state."""
        rows: npt.NDArray[np.int64] = self.regret.argmin(axis=0)
        return rows


@dataclass(frozen=True)
class Robustness:
    """Policies over states of the world.

    Attributes
    ----------
    responses : Responses
    crossing : Crossing
    judgements : mapping of str to Judgement
        By outcome.
    condition : Condition, optional
    meets : DataFrame, one row per policy, optional
        ``policy``, its number; ``share`` of states in which the condition is met, ``low``, ``high`` (middle 95 % of
        resamples), ``first`` (share of resamples in which no policy meets it in more states; ties are shared).
    seed : int
        For the resamples, and folds of trees.
    """

    responses: Responses
    crossing: Crossing
    judgements: Mapping[str, Judgement]
    condition: Condition | None
    meets: pd.DataFrame | None
    seed: int

    @property
    def policies(self) -> list[str]:
        """A name for each policy."""
        return labels(self.crossing.policies, self.responses.levers)

    @property
    def states(self) -> list[str]:
        """A name for each state of the world."""
        return labels(self.crossing.states, self.responses.uncertainties)

    def table(self) -> pd.DataFrame:
        """One row per outcome and policy: ``outcome``, ``policy``, its levers, the columns of `Judgement.table`."""
        parts = [
            judgement.table.assign(outcome=name, policy=[self.policies[row] for row in judgement.policies])
            .join(self.crossing.policies.iloc[judgement.policies].reset_index(drop=True))
            .pipe(_first, ["outcome", "policy", *self.crossing.policies.columns])
            for name, judgement in self.judgements.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def regrets(self) -> pd.DataFrame:
        """One row per outcome, policy and state: its ``point``, ``value``, ``regret`` and the uncertainties."""
        parts = []
        for name, judgement in self.judgements.items():
            policy, state = np.indices(judgement.values.shape).reshape(2, -1)
            rows = pd.DataFrame(
                {
                    "outcome": name,
                    "policy": [self.policies[judgement.policies[row]] for row in policy],
                    "state": judgement.states[state],
                    "point": self.crossing.points[judgement.policies[policy], judgement.states[state]],
                    "value": judgement.values.ravel(),
                    "regret": judgement.regret.ravel(),
                }
            )
            parts.append(rows.join(self.crossing.states, on="state"))
        return pd.concat(parts, ignore_index=True)

    def in_words(self, outcome: str) -> list[str]:
        """What an outcome says of the policies, a sentence or two for each part of it."""
        judgement = self.judgements[outcome]
        return list(_told(judgement, [self.policies[row] for row in judgement.policies], self))

    def condition_in_words(self) -> str:
        """Which policy meets the condition in most states; empty without a condition."""
        if self.meets is None or self.condition is None:
            return ""
        shares = self.meets["share"].to_numpy()
        most = self.meets[shares == shares.max()]
        text = (
            f"{self.condition.in_words()}: met in {words.percent(shares.max())} of the states of the world at most, by "
        )
        if len(most) > MOST_WINNERS:
            return f"{text}{len(most)} of {len(shares)} policies."
        return f"{text}{' and '.join(_quoted(self.policies[row]) for row in most['policy'])}."

    def to_dict(self) -> dict[str, Any]:
        """Everything but the single states, as plain values; what has no value is None."""
        return {
            "study": self.responses.study,
            "seed": self.seed,
            "replicates": self.responses.replicates,
            "policies": records(self.crossing.policies.assign(policy=self.policies)),
            "states": len(self.crossing.states),
            "outcomes": {
                name: {
                    "better": judgement.meant.better_is,
                    "states": len(judgement.states),
                    "policies": records(judgement.table.assign(policy=[self.policies[k] for k in judgement.policies])),
                    "wins": [
                        {
                            "policy": self.policies[judgement.policies[win.policy]],
                            "states": win.states,
                            "boxes": [
                                {"in_words": box.in_words()} | found.to_dict() for box, found in win.boxes.items()
                            ],
                        }
                        for win in judgement.wins
                    ],
                    "states_decided_by_chance": _by_chance(judgement),
                    "in_words": self.in_words(name),
                }
                for name, judgement in self.judgements.items()
            },
            "condition": None
            if self.meets is None
            else {
                "condition": str(self.condition),
                "policies": records(self.meets.assign(policy=[self.policies[row] for row in self.meets["policy"]])),
                "in_words": self.condition_in_words(),
            },
        }


def robustness(
    responses: Responses, outcomes: Iterable[str] | None = None, when: str | Condition | None = None, seed: int = 1
) -> Robustness:
    """Judge policies over states of the world.

    Parameters
    ----------
    responses : Responses
        Of a design in which every policy meets every state.
    outcomes : iterable of str, optional
        All of the study that have values, by default.
    when : str or Condition, optional
        What a policy should reach, such as ``retention_12m >= 0.7``.
    seed : int
        For the resamples, and folds of trees: the same seed, the same answer.

    Raises
    ------
    QuestionError
        If policies do not meet the same states, or an outcome or the condition cannot be used.
    """
    crossed = crossing(responses)
    condition = parse(when, responses.outcomes) if isinstance(when, str) else when
    asked = list(responses.outcomes if outcomes is None else dict.fromkeys(outcomes))
    check_outcomes(asked, allowed=responses.outcomes)
    if outcomes is None:
        asked = [name for name in asked if not np.isnan(responses.runs[name]).all()]
    if not asked:
        raise QuestionError("no point has a value of any outcome: all failed, or the weeks are too few")
    judgements = {name: _judgement(responses, crossed, name, seed) for name in asked}
    meets = _meets(responses, crossed, condition, seed) if condition else None
    return Robustness(responses, crossed, judgements, condition, meets, seed)


def _complete(responses: Responses, crossed: Crossing, names: Iterable[str]) -> tuple[Any, Any]:
    """Policies with results, and the states in which all of these have results.

    Raises
    ------
    QuestionError
        If there is no such state.
    """
    known = np.ones(crossed.points.shape, dtype=bool)
    for name in names:
        known &= ~np.isnan(responses.of(name)["mean"].to_numpy())[crossed.points]
    policies = np.flatnonzero(known.any(axis=1))
    states = np.flatnonzero(known[policies].all(axis=0))
    if not len(policies) or not len(states):
        raise QuestionError(
            f"outcome {' and '.join(names)}: in no state of the world do all policies have a value, so they cannot be "
            "compared; points that failed can be tried again (peersim retry)"
        )
    return policies, states


# judging ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Measures:
    """What policies are judged by, for one or many resamples; arrays of shape (policies, ...)."""

    mean: Floats
    worst: Floats
    best: Floats
    mean_regret: Floats
    max_regret: Floats
    best_in: Floats


def _measured(values: Floats, better: int) -> _Measures:
    """Judge values of shape (policies, states, ...)."""
    good = better * values
    regret = good.max(axis=0) - good
    return _Measures(
        values.mean(axis=1),
        better * good.min(axis=1),
        better * good.max(axis=1),
        regret.mean(axis=1),
        regret.max(axis=1),
        _shared(good).mean(axis=1),
    )


def _shared(good: Floats) -> Floats:
    """1 for the best of the first axis and 0 for the rest; those equally good share it."""
    best = good == good.max(axis=0)
    shared: Floats = best / best.sum(axis=0)
    return shared


def _judgement(responses: Responses, crossed: Crossing, name: str, seed: int) -> Judgement:
    policies, states = _complete(responses, crossed, [name])
    better, points = OUTCOMES[name].better, crossed.points[np.ix_(policies, states)]
    values = responses.of(name)["mean"].to_numpy()[points]
    regret = (better * values).max(axis=0) - better * values
    best = regret.argmin(axis=0)
    found = _measured(values, better)
    table = pd.DataFrame(vars(found))
    sure = np.full(len(states), np.nan)
    drawn = list(_drawn(responses, name, points, seed)) if responses.replicates > 1 else []
    if drawn:
        parts = [_measured(some, better) for some in drawn]
        resampled = _Measures(
            **{key: np.concatenate([vars(part)[key] for part in parts], axis=-1) for key in vars(found)}
        )
        table = _with_luck(table, found, resampled, better)
        winners = [_shared(better * some)[best, np.arange(len(states))] for some in drawn]
        sure = np.concatenate(winners, axis=-1).mean(axis=-1)
    wins = tuple(_wins(responses, crossed.states.iloc[states], best, seed))
    return Judgement(name, policies, states, values, regret, table, sure, wins)


def _drawn(responses: Responses, name: str, points: npt.NDArray[np.int64], seed: int) -> Iterator[Floats]:
    """Means over replicates drawn anew, shape (policies, states, some)."""
    runs = responses.runs[name][points.ravel()]
    means = responses.of(name)["mean"].to_numpy()[points.ravel(), np.newaxis]
    for some in chance.resampled({name: runs}, seed):
        # Where none of the replicates drawn has a value, what all of them say.
        yield np.where(np.isnan(some[name]), means, some[name]).reshape(*points.shape, -1)


def _with_luck(table: pd.DataFrame, found: _Measures, resampled: _Measures, better: int) -> pd.DataFrame:
    """Add what resamples say of every measure, and how often each policy comes first."""
    columns: dict[str, Floats] = {}
    for name, values in vars(resampled).items():
        columns[f"{name}_low"], columns[f"{name}_high"] = chance.middle(values)
        if name.endswith("regret"):
            columns[f"{name}_by_chance"] = values.mean(axis=-1) - vars(found)[name]
    good = {"mean": better * resampled.mean, "worst": better * resampled.worst, "max_regret": -resampled.max_regret}
    columns |= {f"first_by_{name}": _shared(values).mean(axis=-1) for name, values in good.items()}
    return table.assign(**columns)


def _meets(responses: Responses, crossed: Crossing, condition: Condition, seed: int) -> pd.DataFrame:
    """In what share of states each policy meets the condition."""
    policies, states = _complete(responses, crossed, condition.outcomes)
    points = crossed.points[np.ix_(policies, states)]
    means = {name: responses.of(name)["mean"].to_numpy()[points] for name in condition.outcomes}
    table = pd.DataFrame({"policy": policies, "share": condition.holds(means).mean(axis=1)})
    if responses.replicates == 1:
        return table.assign(low=np.nan, high=np.nan, first=np.nan)
    runs = {name: responses.runs[name][points.ravel()] for name in condition.outcomes}
    drawn = [condition.holds(some).reshape(*points.shape, -1) for some in chance.resampled(runs, seed)]
    shares = np.concatenate(drawn, axis=-1).mean(axis=1)
    low, high = chance.middle(shares)
    return table.assign(low=low, high=high, first=_shared(shares).mean(axis=-1))


def _wins(responses: Responses, states: pd.DataFrame, best: npt.NDArray[np.int64], seed: int) -> Iterator[Win]:
    """Where the policies that win most states win them."""
    states = states.reset_index(drop=True)
    counts = np.bincount(best)
    for policy in np.argsort(-counts, kind="stable")[:MOST_WINNERS]:
        won = best == policy
        if not won.any():
            return
        boxes: dict[Box, Score] = {}
        if min(won.sum(), (~won).sum()) >= FEWEST:
            found = trees.grow(states, responses.uncertainties, won, seed)
            boxes = {box: score(box.holds(states), won) for box in found.boxes}
            boxes = {box: counted for box, counted in boxes.items() if counted.coverage >= PART}
        yield Win(int(policy), int(won.sum()), boxes)


# words ------------------------------------------------------------------------


def _told(judgement: Judgement, names: list[str], about: Robustness) -> Iterator[str]:
    policies, states = (len(about.crossing.policies) - len(names), len(about.crossing.states) - len(judgement.states))
    if policies:
        yield f"Left out: {_some(policies, 'policy', 'policies')} without results."
    if states:
        yield f"Left out: {_some(states, 'state', 'states')} of the world in which not all policies have results."
    if len(names) == 1:
        yield f"There is one policy only, {_quoted(names[0])}: nothing to choose, and nothing to regret."
        yield _range(judgement)
    else:
        for measure in RANKED:
            yield _ranking(judgement, names, measure)
        yield from _winners(judgement, names)
    if about.responses.replicates == 1:
        yield "Each point has one replicate, so it cannot be said how much of this is chance."


def _range(judgement: Judgement) -> str:
    row, outcome = judgement.table.iloc[0], judgement.meant
    return (
        f"“{outcome.label}” is {_number(row, 'mean', outcome)} on average over {len(judgement.states):,} states of the "
        f"world, {_number(row, 'worst', outcome)} in the worst and {_number(row, 'best', outcome)} in the best."
    )


def _ranking(judgement: Judgement, names: list[str], measure: str) -> str:
    place, outcome = judgement.first(measure), judgement.meant
    row = judgement.table.iloc[place]
    text = f"{RANKED[measure]}: {_quoted(names[place])}, {_number(row, measure, outcome)}"
    if measure == "max_regret" and "max_regret_by_chance" in row:
        text += f", of which chance makes at least about {words.amount(max(row['max_regret_by_chance'], 0.0), outcome)}"
    if f"first_by_{measure}" in row:
        text += f"; first in {words.percent(row[f'first_by_{measure}'])} of resamples"
    return f"{text}."


def _winners(judgement: Judgement, names: list[str]) -> Iterator[str]:
    states = len(judgement.states)
    lines = []
    for win in judgement.wins:
        line = f"{_quoted(names[win.policy])} is the best in {win.states:,} of {_some(states, 'state', 'states')}"
        for box, found in win.boxes.items():
            line += f"; where {box.in_words()} (in {words.percent(found.density)} of such states, and they are "
            line += f"{words.percent(found.coverage)} of those that it wins)"
        lines.append(f"{line}.")
    yield "\n".join(lines)
    undecided = _by_chance(judgement)
    if undecided:
        yield (
            f"In {undecided:,} of {_some(states, 'state', 'states')} chance decides which policy is the best: the best "
            f"one is so in fewer than {words.percent(SURE)} of resamples."
        )


def _by_chance(judgement: Judgement) -> int | None:
    """States in which chance decides which policy is the best; None where that cannot be said."""
    if np.isnan(judgement.best_sure).all():
        return None
    return int((judgement.best_sure < SURE).sum())


def _number(row: Mapping[str, Any] | pd.Series[Any], measure: str, outcome: Outcome) -> str:
    """A measure with its interval, if it has one."""
    value = words.amount(row[measure], outcome)
    if f"{measure}_low" not in row:
        return value
    low, high = (words.amount(row[f"{measure}_{end}"], outcome) for end in ("low", "high"))
    return f"{value} ({low} to {high})"


def _quoted(name: str) -> str:
    return f"“{name}”"


def _some(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _first(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return table[[*columns, *(column for column in table if column not in columns)]]
