"""What a study found, as analyses take it: the points of its design, and the outcomes of each over replicates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis.errors import QuestionError, check_outcomes
from peersim.analysis.exploration.factor import LEVER, UNCERTAINTY, Factor, Role
from peersim.results.outcomes import OUTCOMES, interval, standard_error

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Responses:
    """The points of a study in the order of its design, and what came out at each.

    Replicates are paired: number `r` meets the same people and the same luck at every point.

    Attributes
    ----------
    study : str
        Name of the study.
    factors : tuple of Factor
        What was varied.
    design : mapping
        How: ``{"design": "saltelli", "size": 256}`` and so on, as the study says.
    coordinates : DataFrame, one row per point, one column per factor
        Where in the unit cube the design put each point.
    values : DataFrame, one row per point, one column per factor
        The values there.
    runs : mapping of str to array, shape (points, replicates)
        Each outcome of each run; rates and retention as pseudo-values, whose mean is the pooled estimate.  Not a number
        where a point failed or an outcome has no value.
    failed : array of bool, shape (points,)
        Points without results.
    seed : int
    """

    study: str
    factors: tuple[Factor, ...]
    design: Mapping[str, Any]
    coordinates: pd.DataFrame
    values: pd.DataFrame
    runs: Mapping[str, Floats]
    failed: npt.NDArray[np.bool_]
    seed: int

    def __post_init__(self) -> None:
        shapes = {name: values.shape for name, values in self.runs.items()}
        if any(shape[0] != len(self.values) for shape in shapes.values()):
            raise ValueError(f"outcomes of {len(self.values)} points expected, found shapes {shapes}")

    @property
    def points(self) -> int:
        """How many points there are."""
        return len(self.values)

    @property
    def replicates(self) -> int:
        """Worlds at each point."""
        replicates: int = next(iter(self.runs.values())).shape[1]
        return replicates

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes."""
        return tuple(self.runs)

    def of(self, outcome: str) -> pd.DataFrame:
        """Mean over replicates of an outcome at each point, its 95 % interval, and its standard error.

        Mean and interval are held to what the outcome can be.

        Returns
        -------
        DataFrame, one row per point
            ``mean``, ``low``, ``high``, ``error``; not a number where a point failed.

        Raises
        ------
        QuestionError
            If the study does not hold this outcome.
        """
        check_outcomes([outcome], "outcome", allowed=self.outcomes)
        runs = self.runs[outcome]
        mean, low, high = (end.clip(*OUTCOMES[outcome].limits) for end in interval(runs.T))
        return pd.DataFrame({"mean": mean, "low": low, "high": high, "error": standard_error(runs.T)})

    def by_role(self, role: Role) -> tuple[Factor, ...]:
        """The levers, or the uncertainties."""
        return tuple(factor for factor in self.factors if factor.role == role)

    @property
    def levers(self) -> tuple[Factor, ...]:
        """What somebody decides."""
        return self.by_role(LEVER)

    @property
    def uncertainties(self) -> tuple[Factor, ...]:
        """What nobody decides."""
        return self.by_role(UNCERTAINTY)

    def factor(self, name: str) -> Factor:
        """A factor by its name.

        Raises
        ------
        QuestionError
            If the study has no such factor.
        """
        for factor in self.factors:
            if factor.name == name:
                return factor
        names = ", ".join(factor.name for factor in self.factors)
        raise QuestionError(f"factor {name}: the study does not vary it; allowed here: {names}")
