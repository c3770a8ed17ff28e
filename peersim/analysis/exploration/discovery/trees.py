"""Boxes by a classification tree (CART; Breiman and others 1984), through scikit-learn.

Not through the EMA workbench: its wrapper leaves the order of equal splits to chance, does not prune, forgets in a box
that a level was chosen, and cannot read a tree that does not split.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis.exploration.discovery.boxes import Box, Score, Truths, free, joined, limit_around, score
from peersim.analysis.exploration.extras import needs
from peersim.analysis.exploration.factor import Factor, Level

SMALLEST: Final = 0.05
"""Share of all points that a leaf holds at least."""
TO_THE_ROOT: Final = 1.0
"""A pruning that no split withstands: it costs more than all impurity there is."""
FOLDS: Final = 5


@dataclass(frozen=True)
class Leaves:
    """The densest leaves of a tree, as many as tell cases best.

    Attributes
    ----------
    boxes : tuple of Box
        Boxes that hold just these leaves, those with most cases first; none if the tree does not split.
    steps : tuple of Score
        The densest leaf, the two densest, and so on to all leaves.
    leaves : tuple of Box
        Each leaf, the densest first.
    chosen : int
        Which of the steps; -1 if the tree does not split.
    """

    boxes: tuple[Box, ...]
    steps: tuple[Score, ...]
    leaves: tuple[Box, ...]
    chosen: int


class _Column(NamedTuple):
    """A column that the tree sees: a factor's numbers, or whether it has a level."""

    factor: Factor
    level: Level | None


def grow(values: pd.DataFrame, factors: tuple[Factor, ...], cases: Truths, seed: int) -> Leaves:
    """Grow a tree, prune it back to what other points confirm, and take its densest leaves.

    How far it is pruned (cost-complexity pruning) is chosen by cross-validation with Brier's score; of the leaves, the
    densest are taken, as many as together tell cases best (`Score.phi`).

    Parameters
    ----------
    values : DataFrame, one row per point, one column per factor
    factors : tuple of Factor
    cases : array of bool, shape (points,)
        At least two of each kind.
    seed : int
        For the folds, and for splits that are equally good.

    Raises
    ------
    QuestionError
        If scikit-learn is not installed.
    """
    columns = [column for factor in free(factors, values) for column in _columns(factor)]
    if not columns:
        return Leaves((), (score(np.ones(len(cases), dtype=bool), cases),), (Box(),), -1)
    seen = np.column_stack([_seen(column, values) for column in columns])
    tree = _fitted(seen, cases, seed)
    leaf_of = tree.apply(seen)
    inside = {leaf: leaf_of == leaf for leaf in np.unique(leaf_of)}
    by_density = sorted(inside, key=lambda leaf: -score(inside[leaf], cases).density)
    steps = [score(np.isin(leaf_of, by_density[:number]), cases) for number in range(1, len(by_density) + 1)]
    chosen = int(np.argmax([step.phi for step in steps])) if len(steps) > 1 else -1
    nodes = _Nodes(tree, columns, seen, values)
    boxes = joined(nodes.holding(set(by_density[: chosen + 1])), values)
    boxes.sort(key=lambda box: -score(box.holds(values), cases).cases)
    return Leaves(tuple(boxes), tuple(steps), tuple(nodes.box(leaf) for leaf in by_density), chosen)


def _fitted(seen: npt.NDArray[np.float64], cases: Truths, seed: int) -> Any:
    """The pruned tree."""
    trees, selection = needs("sklearn.tree"), needs("sklearn.model_selection")
    tree = trees.DecisionTreeClassifier(min_samples_leaf=SMALLEST, random_state=seed)
    # Rounding may leave some a little below 0.
    steps = np.unique(np.maximum(tree.cost_complexity_pruning_path(seen, cases).ccp_alphas, 0.0))
    # Between the steps, as Breiman and others have it: at a step itself the tree of all points may be pruned where one
    # of a fold is not.  The strongest pruning comes first: of equals, the search takes the first.
    prunings = np.append(np.sqrt(steps[:-1] * steps[1:]), TO_THE_ROOT)[::-1]
    folds = min(FOLDS, int(cases.sum()), int((~cases).sum()))
    search = selection.GridSearchCV(
        tree,
        {"ccp_alpha": prunings},
        scoring="neg_brier_score",
        cv=selection.StratifiedKFold(folds, shuffle=True, random_state=seed),
    )
    return search.fit(seen, cases).best_estimator_


def _columns(factor: Factor) -> list[_Column]:
    return [_Column(factor, None)] if factor.ordered else [_Column(factor, level) for level in factor.levels]


def _seen(column: _Column, values: pd.DataFrame) -> npt.NDArray[np.float64]:
    """What the tree sees: single precision, as it does, so that boxes hold what it puts in them."""
    factor = values[column.factor.name]
    seen = factor.to_numpy(float) if column.level is None else np.array([value == column.level for value in factor])
    return seen.astype(np.float32).astype(float)


class _Nodes:
    """The nodes of a tree as boxes."""

    def __init__(self, tree: Any, columns: list[_Column], seen: npt.NDArray[np.float64], values: pd.DataFrame) -> None:
        self._tree, self._columns, self._seen, self._values = tree.tree_, columns, seen, values
        self._above = {
            int(child): (node, side)
            for side, children in enumerate((self._tree.children_left, self._tree.children_right))
            for node, child in enumerate(children)
            if child >= 0
        }

    def holding(self, leaves: set[int]) -> list[Box]:
        """The fewest nodes that hold just these leaves."""
        return [self.box(node) for node in self._holding(0, leaves)]

    def _holding(self, node: int, leaves: set[int]) -> list[int]:
        if self._leaves(node) <= leaves:
            return [node]
        if self._tree.children_left[node] < 0:
            return []
        return [
            found
            for children in (self._tree.children_left, self._tree.children_right)
            for found in self._holding(int(children[node]), leaves)
        ]

    def _leaves(self, node: int) -> set[int]:
        left, right = int(self._tree.children_left[node]), int(self._tree.children_right[node])
        return {node} if left < 0 else self._leaves(left) | self._leaves(right)

    def box(self, node: int) -> Box:
        """What the splits above a node ask of each factor."""
        inside: dict[str, Truths] = {}
        while node in self._above:
            node, right = self._above[node]
            split = int(self._tree.feature[node])
            below = self._seen[:, split] <= self._tree.threshold[node]
            name = self._columns[split].factor.name
            inside[name] = inside.get(name, np.ones(len(self._values), dtype=bool)) & (~below if right else below)
        factors = {column.factor.name: column.factor for column in self._columns}
        limits = [limit_around(factors[name], self._values[name], inside[name]) for name in factors if name in inside]
        return Box(tuple(limit for limit in limits if limit is not None))
