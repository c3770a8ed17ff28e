"""Scenario discovery: where, among all that was varied, the points lie that somebody worries about.

A point is a case if the means of its outcomes over replicates meet a condition.  Boxes (ranges of factors) in which
cases are dense are found by PRIM or CART and told by their density (share of the points in the box that are cases) and
their coverage (share of all cases in the box).  Two kinds of doubt are kept apart: with other luck other points would
be cases (replicates drawn anew), and with other points other boxes would be found (boxes found without a fifth of the
points and tried on it).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis import words
from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration import chance
from peersim.analysis.exploration.discovery import peeling, trees
from peersim.analysis.exploration.discovery.boxes import Box, Score, Truths, score
from peersim.analysis.exploration.discovery.condition import Condition, parse
from peersim.analysis.exploration.extras import needs
from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.responses import Responses
from peersim.results.outcomes import OUTCOMES
from peersim.results.tables import plain, records

Floats = npt.NDArray[np.float64]
Ends = tuple[float, float]
QuasiP = Mapping[str, tuple[float, float]]

PRIM: Final = "prim"
"""One box after the other, each as large as it can be."""
CART: Final = "cart"
"""A tree that cuts everything into boxes at once."""
FEWEST: Final = 5
"""Cases, and points that are none, without which no boxes are sought."""
FOLDS: Final = 5
MUCH_BETTER: Final = 0.1
"""How much better a tree has to tell cases on points held out (`Score.phi`) to be recommended."""
NO_ENDS: Final = (math.nan, math.nan)


@dataclass(frozen=True)
class Judged:
    """How dense cases are in some part, and what other luck would have shown.

    Attributes
    ----------
    score : Score
        Over all points that could be judged.
    density, coverage : tuple of two floats
        The middle 95 % of both over resampled replicates; not a number for a single replicate.
    """

    score: Score
    density: Ends
    coverage: Ends

    def to_dict(self) -> dict[str, Any]:
        """Plain values; what has no value is None."""
        ends = {"density_95": self.density, "coverage_95": self.coverage}
        return self.score.to_dict() | {name: [plain(end) for end in both] for name, both in ends.items()}


@dataclass(frozen=True)
class Region(Judged):
    """A box that was found.

    Attributes
    ----------
    box : Box
    quasi_p : mapping
        As `peeling.Step.quasi_p`; empty for CART.
    """

    box: Box
    quasi_p: QuasiP

    def in_words(self) -> str:
        """The box, and how many of its points and of all cases are in it."""
        return f"{self.box.in_words()}: {shares(self.score)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values; what has no value is None."""
        limits = {
            limit.factor.name: limit.bounds
            | {"said": limit.said(), "quasi_p": [plain(float(p)) for p in self.quasi_p.get(limit.factor.name, ())]}
            for limit in self.box.limits
        }
        return {"in_words": self.in_words(), "limits": limits} | super().to_dict()


@dataclass(frozen=True)
class HeldOut:
    """How boxes do on points that they were not found with.

    Attributes
    ----------
    score : Score
        Each point judged by the boxes found without its fold.
    folds : int
    limited : mapping of str to int
        In how many of these searches each factor was limited.
    """

    score: Score
    folds: int
    limited: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Plain values; what has no value is None."""
        return {**self.score.to_dict(), "folds": self.folds, "limited": dict(self.limited)}


@dataclass(frozen=True)
class Discovery:
    """Where the cases are.

    Attributes
    ----------
    responses : Responses
    condition : Condition
    method : {"prim", "cart"}
    seed : int
        For the resamples and folds.
    known : array of bool, shape (points,)
        Points with a value of every outcome asked for.
    cases : array of bool, shape (points,)
        Points that are cases.
    case_share : array, shape (points,)
        Share of resampled replicates with which a point is a case; not a number where it is not known.
    regions : tuple of Region
        The boxes; empty if there are none to tell of.
    together : Judged
        All boxes as one.
    looked_at : tuple of Box
        Every box on the way; see `region`.
    trajectory : DataFrame, one row per box of `looked_at`
        ``box`` and ``step``, ``patience``, ``chosen``, ``dimensions`` (limited factors), ``points``, ``cases``,
        ``density``, ``coverage``, ``phi``, ``limits`` in words, ``quasi_p``: those of each limit, the largest of two.
        PRIM: each box on the way from everything to the smallest, counted outside the boxes found before; ``phi``
        together with them.  CART: the densest leaf, the two densest together, and so on; ``limits`` is the leaf added.
    held_out : HeldOut, optional
        None if no boxes were sought.
    by_tree : HeldOut, optional
        For PRIM, how CART does on the same points held out.
    """

    responses: Responses
    condition: Condition
    method: str
    seed: int
    known: Truths
    cases: Truths
    case_share: Floats
    regions: tuple[Region, ...]
    together: Judged
    looked_at: tuple[Box, ...]
    trajectory: pd.DataFrame
    held_out: HeldOut | None
    by_tree: HeldOut | None

    @property
    def points(self) -> int:
        """How many points could be judged."""
        return int(self.known.sum())

    @property
    def left_out(self) -> tuple[int, int]:
        """Points that failed, and others without a value of an outcome asked for."""
        failed = int(self.responses.failed.sum())
        return failed, self.responses.points - self.points - failed

    @property
    def uncertain(self) -> Truths:
        """Points within chance of the threshold: cases with some but not nearly all (2.5 to 97.5 %) other luck."""
        low, high = chance.LIMITS
        truths: Truths = (self.case_share > low) & (self.case_share < high)
        return truths

    @property
    def inside(self) -> Truths:
        """Points in any of the boxes, shape (points,)."""
        inside = np.zeros(self.responses.points, dtype=bool)
        for region in self.regions:
            inside |= region.box.holds(self.responses.values)
        return inside & self.known

    def region(self, row: int) -> Region:
        """Another box that was looked at, judged like those chosen; its quasi-p values are in the trajectory.

        Parameters
        ----------
        row : int
            Of the trajectory.
        """
        boxes: dict[Box, QuasiP] = {self.looked_at[row]: {}}
        return _judged(self.responses, self.condition, self.known, self.cases, boxes, self.seed)[1][0]

    def ranges(self) -> dict[str, Ends]:
        """Lowest and highest mean of each outcome asked for, over the points that could be judged."""
        means = {name: self.responses.of(name)["mean"].to_numpy()[self.known] for name in self.condition.outcomes}
        return {name: (float(values.min()), float(values.max())) for name, values in means.items()}

    def table(self) -> pd.DataFrame:
        """Every point: its values, means of the outcomes asked for, and whether it is a case and in a box."""
        means = {name: self.responses.of(name)["mean"] for name in self.condition.outcomes}
        found = {"known": self.known, "case": self.cases, "case_share": self.case_share, "in_box": self.inside}
        return self.responses.values.assign(**means, **found)

    def in_words(self) -> list[str]:
        """What was found, a sentence or two for each part of it."""
        return [part for part in (self._cases(), self._boxes(), *self._doubts()) if part]

    def _cases(self) -> str:
        number, points = int(self.cases.sum()), self.points
        text = f"{self.condition.in_words()} at {number:,} of {_points(points)} ({words.percent(number / points)})"
        ranges = [
            f"“{OUTCOMES[name].label}” is between {words.amount(low, OUTCOMES[name])} and "
            f"{words.amount(high, OUTCOMES[name])}"
            for name, (low, high) in self.ranges().items()
        ]
        text += f"; there {' and '.join(ranges)}."
        failed, valueless = self.left_out
        reasons = [f"{failed:,} failed"] * bool(failed) + [f"{valueless:,} without a value"] * bool(valueless)
        return f"{text} Left out: {' and '.join(reasons)}." if reasons else text

    def _boxes(self) -> str:
        number = int(self.cases.sum())
        if number in (0, self.points):
            every = "No point is a case" if number == 0 else "Every point is a case"
            return f"{every}, so there is nothing to tell apart: choose a threshold within that range."
        if min(number, self.points - number) < FEWEST:
            few = "cases" if number < FEWEST else "points that are none"
            return f"No boxes were sought: that takes at least {FEWEST} {few}."
        if not self.regions:
            return "No box holds cases more densely than chance explains: they lie all over what was varied."
        lines = [f"Box {k}: {region.in_words()}." for k, region in enumerate(self.regions, 1)]
        if len(self.regions) > 1:
            every = "Both boxes" if len(self.regions) == 2 else f"All {len(self.regions)} boxes"
            lines.append(f"{every} together: {shares(self.together.score)}.")
        return "\n".join(lines)

    def _doubts(self) -> Iterator[str]:
        if self.responses.replicates == 1:
            yield "Each point has one replicate, so it cannot be said how much of this is chance."
        else:
            yield self._luck()
        if self.held_out is not None:
            yield self._elsewhere(self.held_out)
            if self.by_tree is not None and self.by_tree.score.phi > self.held_out.score.phi + MUCH_BETTER:
                yield _by_tree(self.by_tree.score)

    def _luck(self) -> str:
        uncertain = int(self.uncertain.sum())
        lie = "lies" if uncertain == 1 else "lie"
        text = f"Chance: {_points(uncertain)} ({words.percent(uncertain / self.points)}) {lie} within chance of the "
        text += "threshold."
        if not self.regions:
            return text
        box = "the box" if len(self.regions) == 1 else "the boxes"
        return (
            f"{text} With other luck (replicates drawn anew) {_between(self.together.density)} of the points in {box} "
            f"would be cases, and {_between(self.together.coverage)} of all cases would be in {box}."
        )

    def _elsewhere(self, held_out: HeldOut) -> str:
        text = f"Other points: sought {held_out.folds} times without a part of the points and tried on that part, "
        if not held_out.score.points:
            return f"{text}no box held any of them."
        again = sorted(held_out.limited.items(), key=lambda item: -item[1])
        return (
            f"{text}{words.percent(held_out.score.density)} of the points in boxes are cases (of all points "
            f"{words.percent(held_out.score.all_cases / held_out.score.all_points)}), and "
            f"{words.percent(held_out.score.coverage)} of the cases are in boxes. How often a factor was limited in "
            f"these {held_out.folds} searches: {', '.join(f'{name} {count}' for name, count in again)}."
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything but the table of points, as plain values; what has no value is None."""
        failed, valueless = self.left_out
        return {
            "study": self.responses.study,
            "condition": str(self.condition),
            "method": self.method,
            "seed": self.seed,
            "replicates": self.responses.replicates,
            "points": self.points,
            "failed": failed,
            "without_value": valueless,
            "cases": int(self.cases.sum()),
            "uncertain": int(self.uncertain.sum()) if self.responses.replicates > 1 else None,
            "ranges": {name: list(ends) for name, ends in self.ranges().items()},
            "boxes": [region.to_dict() for region in self.regions],
            "together": self.together.to_dict(),
            "held_out": self.held_out and self.held_out.to_dict(),
            "held_out_by_tree": self.by_tree and self.by_tree.to_dict(),
            "trajectory": records(self.trajectory),
            "in_words": self.in_words(),
        }


def discover(responses: Responses, when: str | Condition, method: str = PRIM, seed: int = 1) -> Discovery:
    """Find where the cases are.

    Parameters
    ----------
    responses : Responses
    when : str or Condition
        What makes a point a case, such as ``retention_12m < 0.7``.
    method : {"prim", "cart"}
    seed : int
        For the resamples and folds: the same seed, the same answer.

    Raises
    ------
    QuestionError
        If the condition or method is none, no point has a value, the design varies one factor at a time, or the package
        behind the method is not installed.
    """
    if method not in (PRIM, CART):
        raise QuestionError(f"method {method}: no such method; allowed: {PRIM}, {CART}")
    condition = when if isinstance(when, Condition) else parse(when, responses.outcomes)
    if responses.design.get("design") == "one_at_a_time":
        raise QuestionError(
            "design one_at_a_time: never varies two factors together, so it shows no box of several; allowed here: a "
            "design that fills the space, such as latin_hypercube, sobol or grid"
        )
    known = _known(responses, condition)
    cases = np.zeros(responses.points, dtype=bool)
    cases[known] = condition.holds({name: responses.of(name)["mean"].to_numpy()[known] for name in condition.outcomes})
    number = int(cases.sum())
    sought = min(number, int(known.sum()) - number) >= FEWEST
    find = _FINDERS[method]
    values = responses.values[known].reset_index(drop=True)
    found = find(values, responses.factors, cases[known], seed) if sought else _Found({}, (), _trajectory([]))
    share, regions, together = _judged(responses, condition, known, cases, found.boxes, seed)
    return Discovery(
        responses,
        condition,
        method,
        seed,
        known,
        cases,
        share,
        tuple(regions),
        together,
        found.looked_at,
        found.trajectory,
        _held_out(find, values, responses.factors, cases[known], seed) if sought else None,
        _held_out(_by_cart, values, responses.factors, cases[known], seed) if sought and method == PRIM else None,
    )


def _known(responses: Responses, condition: Condition) -> Truths:
    """Points with a value of each outcome asked for; refuses where there are none."""
    known = ~responses.failed
    for name in condition.outcomes:
        known = known & ~np.isnan(responses.of(name)["mean"].to_numpy())
    if not known.any():
        names = " and ".join(condition.outcomes)
        raise QuestionError(f"condition {str(condition)!r}: no point has a value of {names}, so none can be judged")
    return known


# boxes ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    """What a method finds."""

    boxes: Mapping[Box, QuasiP]
    looked_at: tuple[Box, ...]
    trajectory: pd.DataFrame


Find = Callable[[pd.DataFrame, tuple[Factor, ...], Truths, int], _Found]
_COLUMNS: Final = (
    "box",
    "step",
    "patience",
    "chosen",
    "dimensions",
    "points",
    "cases",
    "density",
    "coverage",
    "phi",
    "limits",
    "quasi_p",
)


def _trajectory(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _by_prim(values: pd.DataFrame, factors: tuple[Factor, ...], cases: Truths, _seed: int) -> _Found:
    peelings, rows = peeling.peel(values, factors, cases), []
    before = Score(0, 0, len(cases), int(cases.sum()))
    for number, found in enumerate(peelings, 1):
        for k, step in enumerate(found.steps):
            alone = Score(step.points, step.cases, before.all_points, before.all_cases)
            together = _added(before, step)
            rows.append(
                {"box": number, "step": k, "patience": step.patience, "chosen": k == found.chosen}
                | _counted(alone, together, step.box)
                | {"quasi_p": _surely(step.quasi_p)}
            )
        before = _added(before, found.step)
    told = {found.step.box: found.step.quasi_p for found in peelings if found.step.box.limits}
    return _Found(told, tuple(step.box for found in peelings for step in found.steps), _trajectory(rows))


def _added(before: Score, step: peeling.Step) -> Score:
    points, cases = before.points + step.points, before.cases + step.cases
    return Score(points, cases, before.all_points, before.all_cases)


def _counted(alone: Score, together: Score, box: Box) -> dict[str, Any]:
    return {
        "dimensions": len(box.limits),
        "points": alone.points,
        "cases": alone.cases,
        "density": alone.density,
        "coverage": alone.coverage,
        "phi": together.phi,
        "limits": box.in_words(),
    }


def _surely(quasi_p: QuasiP) -> str:
    """Quasi-p values as a cell of a table: of each factor the larger of two."""
    return "; ".join(f"{name} {np.nanmax(ends):.2g}" for name, ends in quasi_p.items())


def _by_cart(values: pd.DataFrame, factors: tuple[Factor, ...], cases: Truths, seed: int) -> _Found:
    found = trees.grow(values, factors, cases, seed)
    rows = [
        {"box": 1, "step": k, "patience": math.nan, "chosen": k == found.chosen}
        | _counted(step, step, leaf)
        | {"quasi_p": ""}
        for k, (step, leaf) in enumerate(zip(found.steps, found.leaves, strict=True))
    ]
    return _Found({box: {} for box in found.boxes}, found.leaves, _trajectory(rows))


_FINDERS: Final[Mapping[str, Find]] = {PRIM: _by_prim, CART: _by_cart}


# doubts -----------------------------------------------------------------------


def _judged(
    responses: Responses, condition: Condition, known: Truths, cases: Truths, boxes: Mapping[Box, QuasiP], seed: int
) -> tuple[Floats, list[Region], Judged]:
    """How often each point is a case with other luck, and each box and all of them together judged with it."""
    values = responses.values[known]
    masks = [box.holds(values) for box in boxes]
    masks.append(np.logical_or.reduce([np.zeros(len(values), dtype=bool), *masks]))
    scores = [score(mask, cases[known]) for mask in masks]
    share = np.full(responses.points, np.nan)
    if responses.replicates == 1:
        share[known] = cases[known]
        judged = [Judged(found, NO_ENDS, NO_ENDS) for found in scores]
    else:
        runs = {name: responses.runs[name][known] for name in condition.outcomes}
        drawn = np.concatenate([condition.holds(means) for means in chance.resampled(runs, seed)], axis=1)
        share[known] = drawn.mean(axis=1)
        judged = [_with_luck(found, drawn, mask) for found, mask in zip(scores, masks, strict=True)]
    regions = [
        Region(one.score, one.density, one.coverage, box, quasi_p)
        for one, (box, quasi_p) in zip(judged[:-1], boxes.items(), strict=True)
    ]
    return share, regions, judged[-1]


def _with_luck(found: Score, drawn: Truths, mask: Truths) -> Judged:
    """The middle 95 % of density and coverage over resamples, shape (points, resamples), in which there are any."""
    inside, every = drawn[mask].sum(axis=0), drawn.sum(axis=0)
    density = inside / mask.sum() if mask.any() else np.array([])
    coverage = inside[every > 0] / every[every > 0]
    return Judged(found, _middle(density), _middle(coverage))


def _middle(values: Floats) -> Ends:
    if not len(values):
        return NO_ENDS
    low, high = chance.middle(values)
    return float(low), float(high)


def _held_out(find: Find, values: pd.DataFrame, factors: tuple[Factor, ...], cases: Truths, seed: int) -> HeldOut:
    """Search again without each fold of the points, and judge it by what was found."""
    split = needs("sklearn.model_selection").StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    inside, limited = np.zeros(len(cases), dtype=bool), dict.fromkeys((factor.name for factor in factors), 0)
    for others, fold in split.split(values, cases):
        found = find(values.iloc[others].reset_index(drop=True), factors, cases[others], seed)
        for name in {limit.factor.name for box in found.boxes for limit in box.limits}:
            limited[name] += 1
        for box in found.boxes:
            inside[fold] |= box.holds(values.iloc[fold])
    return HeldOut(score(inside, cases), FOLDS, {name: count for name, count in limited.items() if count})


# words ------------------------------------------------------------------------


def shares(found: Score) -> str:
    """Density and coverage in words."""
    return (
        f"{words.percent(found.density)} of such points are cases, and they are {words.percent(found.coverage)} of all "
        "cases"
    )


def _by_tree(found: Score) -> str:
    return (
        f"A tree (method {CART}) does better on points held out: {words.percent(found.density)} of the points in its "
        f"boxes are cases, and {words.percent(found.coverage)} of the cases are in them. Peeling works from the ends "
        "of a factor inwards, and misses cases that lie at both ends."
    )


def _points(number: int) -> str:
    return f"{number:,} point{'' if number == 1 else 's'}"


def _between(ends: Ends) -> str:
    low, high = (words.percent(end).removesuffix(" %") for end in ends)
    return f"{low} %" if low == high else f"{low} to {high} %"
