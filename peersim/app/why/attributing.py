"""Finding out which policies carry a difference: what it takes, the work itself, what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import pandas as pd

from peersim.analysis.attribution import Attribution, Part, strongest_together
from peersim.app import limits
from peersim.app.desk import SEED, Desk
from peersim.app.words import label
from peersim.results.outcomes import OUTCOMES
from peersim.scenario import Scenario
from peersim.studies.attribute import MOST_EXACT, attribute, parts_of, tried

BY: Final = {"theme": "The study's themes", "key": "Single policies"}
"""How a bundle can be taken apart."""


class StoppedError(Exception):
    """Nobody wants to know any more."""


class Plan(NamedTuple):
    """What finding out takes.

    Attributes
    ----------
    base, bundle : Scenario
    by : str
        A key of `BY`.
    parts : sequence of Part
    scenarios : int
        To be run.
    worlds : int
        Of each.
    """

    base: Scenario
    bundle: Scenario
    by: str
    parts: Sequence[Part]
    scenarios: int
    worlds: int

    @property
    def exact(self) -> bool:
        """Whether every combination of the parts is run."""
        return len(self.parts) <= MOST_EXACT


def plan(base: Scenario, bundle: Scenario, by: str) -> Plan:
    """What it takes to find out which parts carry the difference between two scenarios.

    Raises
    ------
    TooLargeError
        If that is more than the page runs.
    """
    parts = [
        replace(part, label=label(part.name)) if part.label == part.name else part
        for part in parts_of(base, bundle, by)
    ]
    scenarios = len(tried(len(parts), SEED)[1])
    return Plan(base, bundle, by, parts, scenarios, limits.attributed_worlds(base, bundle, scenarios))


@dataclass(frozen=True)
class Found:
    """What came of it.

    Attributes
    ----------
    plan : Plan
    total, shares : DataFrame
        As `Attribution.total` and `Attribution.shares`.
    together : mapping of str to str
        By outcome, which parts work together, in words.
    """

    plan: Plan
    total: pd.DataFrame
    shares: pd.DataFrame
    together: Mapping[str, str]

    @classmethod
    def of(cls, plan: Plan, attribution: Attribution) -> Found:
        """What the page shows of an attribution; the worlds behind it are let go."""
        found = replace(attribution, parts=plan.parts)  # whose labels are the page's
        names = {part.name: part.label for part in found.parts}
        shares = found.shares.assign(label=found.shares["part"].map(names))
        together = {outcome: strongest_together(found, outcome) for outcome in OUTCOMES}
        return cls(plan, found.total, shares, together)

    def rows(self, outcome: str) -> pd.DataFrame:
        """The shares in an outcome, the largest first."""
        rows = self.shares[self.shares["outcome"] == outcome]
        return rows.reindex(rows["share"].abs().sort_values(ascending=False).index)


class Work:
    """Finding out, in another thread: how far it is, and whether anybody still wants to know.

    Parameters
    ----------
    desk : Desk
    plan : Plan

    Attributes
    ----------
    done, total : int
        Worlds; both 0 while others are served first.
    """

    def __init__(self, desk: Desk, plan: Plan) -> None:
        self.done = self.total = 0
        self._desk, self._plan, self._stopped = desk, plan, False

    async def find(self) -> Found:
        """Find out.

        Raises
        ------
        StoppedError
            If it was stopped under way.
        """
        try:
            return await self._desk.aside(self._find)
        finally:
            self.stop()  # also where the task that waits is cancelled: the thread ends then

    def stop(self) -> None:
        """Find out no more."""
        self._stopped = True

    def _find(self) -> Found:
        base, bundle, by, _, scenarios, worlds = self._plan
        self._on(0, scenarios * worlds)
        return Found.of(
            self._plan, attribute(base, bundle, by=by, replicates=worlds, seed=SEED, threads=1, progress=self._on)
        )

    def _on(self, done: int, total: int) -> None:
        if self._stopped or self._desk.closed:
            raise StoppedError
        self.done, self.total = done, total
