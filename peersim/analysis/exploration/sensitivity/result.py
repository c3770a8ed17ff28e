"""What a sensitivity analysis found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.responses import Responses
from peersim.analysis.exploration.sensitivity import sentences
from peersim.analysis.exploration.sensitivity.chance import Errors, Means
from peersim.analysis.exploration.sensitivity.checks import Method
from peersim.results.outcomes import CONFIDENCE

Floats = npt.NDArray[np.float64]

HEADLINE: Final[dict[Method, str]] = {"morris": "mu_star", "sobol": "total", "fast": "total", "pawn": "median"}
"""The column of each method by which factors are ranked."""


@dataclass(frozen=True)
class Sensitivity:
    """Which factors an outcome of a study depends on.

    Attributes
    ----------
    study, outcome : str
    method : {"morris", "sobol", "fast", "pawn"}
    design : mapping
        As in the study.
    factors : tuple of Factor
    points : int
        Points that the analysis used.
    failed : int
        Points that it did without, since they failed.
    replicates : int
        Worlds at each point.
    seed, resampling_seed : int
        Of the study, and of the resampling.
    chance : float
        Share of the variance between points that is chance; not a number with one replicate.
    replicates_needed : float
        Replicates that bring this share under 5 %; not a number where none is known to.
    table : DataFrame, one row per factor
        Columns as the method says; intervals at 95 % as ``_low`` and ``_high``.
    pairs : DataFrame or None
        Second-order indices of each two factors, where method and design give them.
    """

    study: str
    outcome: str
    method: Method
    design: Mapping[str, Any]
    factors: tuple[Factor, ...]
    points: int
    failed: int
    replicates: int
    seed: int
    resampling_seed: int
    chance: float
    replicates_needed: float
    table: pd.DataFrame
    pairs: pd.DataFrame | None = None

    @classmethod
    def of(
        cls,
        responses: Responses,
        outcome: str,
        method: Method,
        means: Means,
        table: pd.DataFrame,
        pairs: pd.DataFrame | None = None,
        *,
        seed: int,
        failed: int = 0,
    ) -> Sensitivity:
        """What a method found in the means of an outcome."""
        return cls(
            study=responses.study,
            outcome=outcome,
            method=method,
            design=dict(responses.design),
            factors=responses.factors,
            points=len(means.values),
            failed=failed,
            replicates=means.replicates,
            seed=responses.seed,
            resampling_seed=seed,
            chance=means.share,
            replicates_needed=means.needed,
            table=table.rename_axis("factor"),
            pairs=pairs,
        )

    @property
    def headline(self) -> str:
        """The column by which factors are ranked."""
        return HEADLINE[self.method]

    @property
    def ranked(self) -> pd.DataFrame:
        """The table, what matters most first."""
        return self.table.sort_values(self.headline, ascending=False, kind="stable")

    def in_words(self) -> str:
        """What matters most, what hardly, what acts together, what cannot be told from chance: a sentence a line."""
        told = {
            "morris": sentences.of_morris,
            "sobol": sentences.of_shares,
            "fast": sentences.of_shares,
            "pawn": sentences.of_pawn,
        }[self.method](self.ranked, self.pairs, self.outcome)
        chance = sentences.of_chance(self.chance, self.replicates, self.replicates_needed)
        return "\n".join([*told, chance, *sentences.of_failed(self.failed)])

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as for JSON; None for what has no value."""
        return {
            "study": self.study,
            "outcome": self.outcome,
            "method": self.method,
            "design": dict(self.design),
            "points": self.points,
            "failed": self.failed,
            "replicates": self.replicates,
            "seed": self.seed,
            "resampling_seed": self.resampling_seed,
            "chance": _plain(self.chance),
            "replicates_needed": _plain(self.replicates_needed),
            "factors": _rows(self.table.reset_index()),
            "pairs": None if self.pairs is None else _rows(self.pairs),
            "in_words": self.in_words(),
        }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): _plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


# what methods share -----------------------------------------------------------


def problem(responses: Responses) -> dict[str, Any]:
    """The factors as SALib takes them: designs work on the unit interval."""
    names = list(responses.coordinates.columns)
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def limits(name: str, estimate: Floats, errors: Errors) -> dict[str, Floats]:
    """Columns of an estimate and its 95 % interval."""
    reach = errors.reach(0.5 + CONFIDENCE / 2.0)
    return {name: estimate, f"{name}_low": estimate - reach, f"{name}_high": estimate + reach}


def sure(looked_at: int) -> float:
    """How sure one has to be of each of so many estimates to be sure of all (Bonferroni)."""
    return 1.0 - (1.0 - CONFIDENCE) / looked_at


def told(estimates: Floats, errors: Errors, replicates: int) -> npt.NDArray[np.bool_]:
    """Which of some estimates can be told from 0; with one replicate, whose chance is not known, none."""
    return (estimates > errors.reach(sure(len(estimates)))) & (replicates > 1)


def varies(variance: float, errors: Errors, replicates: int) -> bool:
    """Whether there is variance beyond chance, so that shares of it mean something.

    Parameters
    ----------
    variance : float
        Without chance.
    errors : Errors
        Of this one estimate, as a share of itself.
    replicates : int
        With a single one nothing is known of chance.
    """
    return variance > 0.0 and (replicates == 1 or bool(errors.reach(CONFIDENCE).item() < 1.0))
