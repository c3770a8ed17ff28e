"""Many providers that differ as services do: whom a national survey would reach."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from pydantic import Field

from peersim.analysis.findings.part import Part, read
from peersim.scenario import Scenario
from peersim.scenario.registry import parameter_for


class Services(Part):
    """How providers differ.

    Attributes
    ----------
    providers : int
        How many there are.
    seed : int
        Of the design that spreads them evenly over the ranges (Latin hypercube).
    set : dict
        What is the same in all of them.
    vary : dict
        Lowest and highest value of each key that differs; whole numbers where the key takes no others.
    """

    providers: int
    seed: int
    set: dict[str, Any] = Field(default={})
    vary: dict[str, tuple[float, float]]

    def scenarios(self, base: Scenario) -> list[Scenario]:
        """The providers, each a scenario that differs from the baseline."""
        from scipy.stats import qmc

        design = qmc.LatinHypercube(len(self.vary), rng=self.seed).random(self.providers)
        return [
            base.with_(self.set | {"name": f"Service {number + 1}"} | self._settings(point))
            for number, point in enumerate(design)
        ]

    def _settings(self, point: Iterable[float]) -> dict[str, float]:
        return {
            key: _between(low, high, float(share), whole=_is_whole(key))
            for (key, (low, high)), share in zip(self.vary.items(), point, strict=True)
        }


def _is_whole(key: str) -> bool:
    parameter = parameter_for(key)
    return parameter is not None and parameter.kind == "whole"


def _between(low: float, high: float, share: float, *, whole: bool) -> float:
    """A value so far between the ends; each whole number stands for an equal part of the way."""
    return int(low) + int(share * (high - low + 1)) if whole else low + share * (high - low)


def load(path: str | os.PathLike[str]) -> Services:
    """Read how services differ.

    Raises
    ------
    QuestionError
        If the file cannot be read, or is not such a file.
    """
    return read(path, Services, "services")
