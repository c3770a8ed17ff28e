"""The effect of a bundle of policies, split over its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis import pairs, shapley, words
from peersim.results.outcomes import CONFIDENCE, OUTCOMES, interval, reach
from peersim.results.tables import records
from peersim.scenario import Scenario

Floats = npt.NDArray[np.float64]

HEADLINES: Final = ("identity", "exhaustion", "retention_12m", "trust", "cost_per_year")
"""Outcomes that are shown unless others are named."""
SHOWN_TOGETHER: Final = 3
"""Pairs of parts told of."""


@dataclass(frozen=True)
class Part:
    """One part of a bundle.

    Attributes
    ----------
    name : str
        A theme of the study, another group of the scenario, or a single key.
    label : str
        What a reader sees.
    changes : mapping
        What the part sets: dotted key -> value.
    """

    name: str
    label: str
    changes: Mapping[str, object]


@dataclass(frozen=True, eq=False)
class Attribution:
    """The effect of a bundle, split over its parts.

    Attributes
    ----------
    scenario, whole : Scenario
        Without and with the whole bundle.
    bundle : str
        What the bundle is called.
    parts : sequence of Part
    outcomes : dict of int to array
        By subset of the parts (bit i of the number: part i is in), every headline outcome of every replicate, shape
        (replicates, outcomes).
    seed, replicates : int
    orders : sequence
        The orders of the parts that were tried, if not all.
    """

    scenario: Scenario
    whole: Scenario
    bundle: str
    parts: Sequence[Part]
    outcomes: Mapping[int, Floats]
    seed: int
    replicates: int
    orders: Sequence[Sequence[int]] = field(default=())

    @property
    def baseline(self) -> str:
        """Name of the scenario without the bundle."""
        return self.scenario.name

    @property
    def weeks(self) -> int:
        """Horizon of both."""
        return self.scenario.horizon_weeks

    @property
    def exact(self) -> bool:
        """Whether every subset of the parts was run."""
        return not self.orders

    @property
    def everything(self) -> int:
        """The subset of all parts."""
        return (1 << len(self.parts)) - 1

    @cached_property
    def total(self) -> pd.DataFrame:
        """The effect of the whole bundle, indexed by outcome: ``difference``, ``low``, ``high``."""
        mean, low, high = interval(self.outcomes[self.everything] - self.outcomes[0])
        return pd.DataFrame({"difference": mean, "low": low, "high": high}, index=_index())

    @cached_property
    def shares(self) -> pd.DataFrame:
        """What each part contributes to each outcome, one row per part and outcome.

        ``share`` is the Shapley value with its 95 % interval ``low`` to ``high``; the shares add up to the total.
        ``sampling_error`` is the part of its standard error that comes from having tried some orders only (0 if all
        were); it is in the interval.  ``alone`` is what the part does by itself and ``last`` what it adds to all the
        others, each not a number if that was not run.
        """
        values, error = self._values
        rows = []
        for k, part in enumerate(self.parts):
            mean, low, high = _with_error(values[k], error[k], len(self.orders) // 2)
            columns = {"share": mean, "low": low, "high": high, "sampling_error": error[k]}
            columns |= {"alone": self._step(0, k), "last": self._step(self.everything & ~(1 << k), k)}
            table = pd.DataFrame(columns, index=_index()).reset_index()
            table.insert(0, "part", part.name)
            rows.append(table)
        return pd.concat(rows, ignore_index=True)

    @cached_property
    def interactions(self) -> pd.DataFrame:
        """How parts work together, one row per pair of parts and outcome; empty unless `exact`.

        ``interaction`` (95 % interval ``low`` to ``high``) is what two parts do together beyond the sum of each;
        ``p_value`` is two-sided, for none.
        """
        columns = ["part", "with", "outcome", "interaction", "low", "high", "p_value"]
        if not self.exact:
            return pd.DataFrame(columns=columns)
        found = shapley.interactions(self._all)
        rows = []
        for one, other in combinations(range(len(self.parts)), 2):
            mean, low, high = interval(found[one, other])
            cells = {"interaction": mean, "low": low, "high": high, "p_value": pairs.p_value(found[one, other])}
            table = pd.DataFrame(cells, index=_index()).reset_index()
            rows.append(table.assign(**{"part": self.parts[one].name, "with": self.parts[other].name}))
        return pd.concat(rows, ignore_index=True)[columns] if rows else pd.DataFrame(columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Shares, interactions and totals as plain numbers and texts; what has no value is None."""
        return {
            "baseline": self.baseline,
            "bundle": self.bundle,
            "exact": self.exact,
            "parts": [{"name": part.name, "label": part.label, "changes": dict(part.changes)} for part in self.parts],
            "total": records(self.total.reset_index()),
            "shares": records(self.shares),
            "interactions": records(self.interactions),
        }

    @property
    def _all(self) -> Floats:
        return np.stack([self.outcomes[subset] for subset in range(self.everything + 1)])

    @cached_property
    def _values(self) -> tuple[Floats, Floats]:
        """Shapley values, shape (parts, replicates, outcomes), and their sampling errors, shape (parts, outcomes)."""
        if self.exact:
            values = shapley.shapley_values(self._all)
            return values, np.zeros((len(self.parts), len(OUTCOMES)))
        return shapley.sampled_values(dict(self.outcomes), self.orders)

    def _step(self, before: int, part: int) -> Floats:
        """Mean effect of adding one part to a subset."""
        after = before | 1 << part
        if before not in self.outcomes or after not in self.outcomes:
            return np.full(len(OUTCOMES), np.nan)
        return interval(self.outcomes[after] - self.outcomes[before])[0]


def strongest_together(found: Attribution, outcome: str) -> str:
    """The pairs of parts whose interaction is largest, in words, of those told from 0 (Bonferroni over all pairs).

    Parameters
    ----------
    found : Attribution
    outcome : str
    """
    if not found.exact or len(found.parts) < 2:
        return ""
    meant, labels = OUTCOMES[outcome], {part.name: part.label for part in found.parts}
    rows = found.interactions[found.interactions["outcome"] == outcome]
    if rows["p_value"].isna().all():
        return "Together: nothing can be told of how the parts work together."
    looked_at = len(rows)
    rows = rows[rows["p_value"] * looked_at < 1.0 - CONFIDENCE]
    rows = rows.reindex(rows["interaction"].abs().sort_values(ascending=False).index)[:SHOWN_TOGETHER]
    if rows.empty:
        return f"Together: none of the {looked_at} pairs of parts is told from the sum of its two."
    told = []
    for row in rows.to_dict("records"):
        how = "better" if row["interaction"] * meant.better > 0.0 else "worse"
        size = words.change(row["interaction"], meant)
        told.append(f"{labels[row['part']]} with {labels[row['with']]} ({how} by {size})")
    return f"Together, beside the sum of each: {'; '.join(told)}."


def _with_error(values: Floats, error: Floats, tried: int) -> tuple[Floats, Floats, Floats]:
    """Mean over replicates with an interval that holds a further standard error, itself from so many tries."""
    mean, _, high = interval(values)
    half = np.hypot(high - mean, reach(tried) * error)
    return mean, mean - half, mean + half


def _index() -> pd.Index[str]:
    return pd.Index(list(OUTCOMES), name="outcome")
