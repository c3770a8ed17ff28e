"""What a run leaves behind: arrays, the tables made of them, and the outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.results import outcomes as estimate
from peersim.results import tables
from peersim.results.observation import observe
from peersim.results.sums import last_weeks, ratio
from peersim.scenario import Scenario
from peersim.world.causes import EXHAUSTION, IDENTITY, LEAVING
from peersim.world.measures import WEEKLY
from peersim.world.state import EVENT, PEER, STILL_THERE, World

Floats = npt.NDArray[np.float64]


@dataclass
class Batch:
    """Results of consecutive replicates, as arrays.

    Attributes
    ----------
    first : int
        Number of the first replicate.
    weekly : array, shape (replicates, weeks, measures)
    team_weekly : array, shape (replicates, weeks or 0, teams, measures)
    spells, events : lists of record arrays
        One for each replicate.
    """

    first: int
    weekly: Floats
    team_weekly: Floats
    spells: list[Any] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)

    @classmethod
    def empty(cls, first: int, count: int, world: World) -> Batch:
        """Room for `count` replicates of a world."""
        return cls(
            first,
            np.empty((count, *world.weekly.shape)),
            np.empty((count, *world.team_weekly.shape)),
        )

    def keep(self, number: int, world: World) -> None:
        """Keep the spells and events of a finished world, replicate `number` of this batch."""
        if number != len(self.spells):
            raise ValueError(f"replicates are kept in order: {len(self.spells)} expected, found {number}")
        n_events, n_spells = noted(world)
        self.spells.append(_copied(world.spells, n_spells))
        self.events.append(_copied(world.events, n_events))

    def __len__(self) -> int:
        return len(self.weekly)


def noted(world: World) -> tuple[int, int]:
    """How many events and spells a world has noted, also those that found no room in its logs."""
    provider = np.asarray(world.provider)  # record arrays are slow to read from Python
    return provider["n_events"].item(), provider["n_spells"].item()


def _copied(records: Any, count: int) -> Any:
    # By bytes: NumPy copies records with rows of numbers in them field by field.
    return np.frombuffer(np.asarray(records)[:count].tobytes(), records.dtype)


def parts_of(records: Any, counts: npt.ArrayLike) -> list[Any]:
    """Records in order of replicate, cut into those of each replicate, of which there are `counts`."""
    return np.split(records, np.cumsum(counts)[:-1])


class _Log:
    """Records of all replicates in one array that grows in place, and how many of them each replicate has."""

    def __init__(self, dtype: np.dtype[np.void]) -> None:
        self.counts: list[int] = []
        self._dtype = dtype
        self._memory = np.empty(0, np.uint8)
        self._used = 0

    def add(self, parts: list[Any]) -> None:
        """Add the records of further replicates."""
        for part in parts:
            end = self._used + part.nbytes
            if end > len(self._memory):
                # In place: for a large array the system moves no memory.
                self._memory.resize(max(end, len(self._memory) * 9 // 8), refcheck=False)
            self._memory[self._used : end] = part.view(np.uint8)
            self._used = end
            self.counts.append(len(part))

    @property
    def nbytes(self) -> int:
        """Bytes of memory that are kept for the records."""
        return self._memory.nbytes

    @property
    def records(self) -> Any:
        """All records, in order of replicate."""
        return self._memory[: self._used].view(self._dtype).view(np.recarray)

    @property
    def parts(self) -> list[Any]:
        """The records of each replicate."""
        return parts_of(self.records, self.counts)

    @property
    def replicate(self) -> npt.NDArray[np.int32]:
        """Replicate of each record."""
        return np.repeat(np.arange(len(self.counts), dtype=np.int32), self.counts)


class Results:
    """Results of a scenario over many replicates.

    Attributes
    ----------
    scenario : Scenario
    replicates, seed, weeks : int
    """

    def __init__(self, scenario: Scenario, batches: Iterable[Batch], *, replicates: int, seed: int) -> None:
        self.scenario = scenario
        self.replicates = replicates
        self.seed = seed
        self.weeks = scenario.horizon_weeks
        self._people_log, self._event_log = _Log(PEER), _Log(EVENT)
        number = 0
        for batch in batches:  # copied as they come, so that the large arrays are never held twice
            if number + len(batch) > replicates:
                raise ValueError(f"{replicates} replicates expected, found at least {number + len(batch)}")
            if number == 0:
                self._weekly = np.empty((replicates, *batch.weekly.shape[1:]))
                self._team_weekly = np.empty((replicates, *batch.team_weekly.shape[1:]))
            self._weekly[number : number + len(batch)] = batch.weekly
            self._team_weekly[number : number + len(batch)] = batch.team_weekly
            self._people_log.add(batch.spells)
            self._event_log.add(batch.events)
            number += len(batch)
        if number != replicates:
            raise ValueError(f"{replicates} replicates expected, found {number}")

    @property
    def nbytes(self) -> int:
        """Bytes of memory that these results take."""
        measures = self._weekly.nbytes + self._team_weekly.nbytes
        return measures + self._people_log.nbytes + self._event_log.nbytes

    def extended(self, batches: Iterable[Batch], further: int) -> Results:
        """These results with further replicates after them, which are not computed again.

        Parameters
        ----------
        batches : iterable of Batch
            Of the same scenario and seed, beginning with the replicate after the last one here, as from
            ``chunks(scenario, further, seed=results.seed, by_team=results.has_teams, first=results.replicates)``.
        further : int
            Number of replicates in them.

        Returns
        -------
        Results
            To the last bit what a run of all replicates at once gives.  These results stay as they are.

        Raises
        ------
        ValueError
            If the batches leave out or repeat a replicate, hold another number of them or other weeks, or keep measures
            of each team where these results do not, or the other way round.
        """
        batches = chain([self._batch()], self._fitting(batches))
        return Results(self.scenario, batches, replicates=self.replicates + further, seed=self.seed)

    def _batch(self) -> Batch:
        """All replicates as one batch; nothing is copied."""
        return Batch(0, self._weekly, self._team_weekly, self._people_log.parts, self._event_log.parts)

    def _fitting(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Batches that follow these results, each looked at before it is passed on."""
        number = self.replicates
        for batch in batches:
            if batch.first != number:
                raise ValueError(f"batches: replicate {number} expected next, found {batch.first}")
            for name, mine, theirs in (
                ("weekly", self._weekly, batch.weekly),
                ("team_weekly", self._team_weekly, batch.team_weekly),
            ):
                if mine.shape[1:] != theirs.shape[1:]:
                    raise ValueError(f"batches: {name}: shape {mine.shape[1:]} expected, found {theirs.shape[1:]}")
            number += len(batch)
            yield batch

    @cached_property
    def weekly(self) -> pd.DataFrame:
        """One row per replicate and week, a column per measure (see `world.measures`)."""
        return tables.weekly_table(self._weekly)

    def by_week(self, measure: str) -> Floats:
        """One measure of the weekly table, shape (replicates, weeks)."""
        return self._weekly[..., list(WEEKLY).index(measure)]

    @cached_property
    def people(self) -> pd.DataFrame:
        """One row per spell of a peer worker in post (see `results.tables.people_table`)."""
        return tables.people_table(self._people_log.records, self._people_log.replicate, self.scenario)

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row per event (see `results.tables.event_table`)."""
        return tables.event_table(self._event_log.records, self._event_log.replicate, self.scenario)

    @cached_property
    def teams(self) -> pd.DataFrame:
        """One row per replicate, week and team, a column per measure; the run has to keep them.

        Raises
        ------
        ValueError
            If the run was not asked for them.
        """
        if not self.has_teams:
            raise ValueError("weekly measures of each team were not kept: run with by_team=True (--by-team)")
        names = [team.name for team in self.scenario.team_list()]
        return tables.team_table(self._team_weekly, names)

    @property
    def has_teams(self) -> bool:
        """Whether weekly measures of each team were kept."""
        return bool(self._team_weekly.shape[1])

    @cached_property
    def per_replicate(self) -> pd.DataFrame:
        """Every outcome for every replicate (see `results.outcomes`)."""
        return estimate.by_replicate(self._weekly, self._risk)

    @cached_property
    def per_world(self) -> pd.DataFrame:
        """Every outcome as each replicate by itself shows it: rates and retention are that world's own."""
        return estimate.by_replicate(self._weekly, self._risk, estimate.each_alone)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Mean and 95 % interval over replicates of every outcome, with its unit."""
        table = estimate.summarise(self.per_replicate)
        return table

    @cached_property
    def _risk(self) -> estimate.Counts:
        return estimate.risk_table(self._people_log.records, self._people_log.replicate, self.replicates, self.weeks)

    @cached_property
    def retention(self) -> pd.DataFrame:
        """Kaplan-Meier curve of staying in post: ``week`` of service, ``retention``, ``low``, ``high``."""
        mean, low, high = estimate.interval(estimate.pseudo_values(self._risk, estimate.product_limit))
        start = pd.DataFrame({"week": [0], "retention": [1.0], "low": [1.0], "high": [1.0]})
        curve = pd.DataFrame({"week": np.arange(1, self.weeks + 1), "retention": mean, "low": low, "high": high})
        curve[["retention", "low", "high"]] = curve[["retention", "low", "high"]].clip(0.0, 1.0)
        return pd.concat([start, curve], ignore_index=True)

    @cached_property
    def course(self) -> pd.DataFrame:
        """Every measure in every week over replicates: ``week``, ``measure``, ``mean``, ``low``, ``high`` (95 %)."""
        by_week = [estimate.interval(self._weekly[:, week]) for week in range(self.weeks)]
        mean, low, high = (np.stack(part) for part in zip(*by_week, strict=True))
        weeks = np.repeat(np.arange(self.weeks), len(WEEKLY))
        names = np.tile(np.array(list(WEEKLY)), self.weeks)
        values = {"mean": mean.ravel(), "low": low.ravel(), "high": high.ravel()}
        return pd.DataFrame({"week": weeks, "measure": names} | values)

    @cached_property
    def identity_causes(self) -> pd.DataFrame:
        """Why identity changed: mean change over a spell by cause, indexed by cause."""
        return _by_cause(self.identity_causes_by_replicate.to_numpy(), IDENTITY)

    @cached_property
    def identity_causes_by_replicate(self) -> pd.DataFrame:
        """Mean change of identity over a spell by cause, for every replicate (see `results.outcomes`)."""
        values = self._causes(self._people_log.records.identity_ledger)
        return pd.DataFrame(values, columns=list(IDENTITY)).rename_axis("replicate")

    @cached_property
    def exhaustion_causes(self) -> pd.DataFrame:
        """Why exhaustion changed: mean change over a spell by cause, indexed by cause."""
        return _by_cause(self._causes(self._people_log.records.exhaustion_ledger), EXHAUSTION)

    def _causes(self, ledger: Floats) -> Floats:
        return self._mean_per_spell(ledger, np.ones(len(ledger), bool))

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """Reasons for leaving as a staff survey would list them: share of leavers who state each, indexed by reason.

        A leaver may state several (see `results.tables.STATED_SHARE`).
        """
        left = np.asarray(self._people_log.records.ended) != STILL_THERE
        stated = tables.states(tables.pushes(self._people_log.records, self.scenario)).astype(float)
        return _by_cause(self._mean_per_spell(stated, left), LEAVING)

    def _mean_per_spell(self, values: Floats, keep: npt.NDArray[np.bool_]) -> Floats:
        """Pseudo-values of the mean over the spells kept, shape (replicates, columns of `values`)."""
        totals = np.zeros((self.replicates, values.shape[1], 2))
        replicate = self._people_log.replicate[keep]
        np.add.at(totals[..., 0], replicate, values[keep])
        np.add.at(totals[..., 1], replicate, 1.0)
        return estimate.pseudo_values(totals, ratio)

    @cached_property
    def survivors(self) -> pd.DataFrame:
        """How much people in post flatter: last weeks' mean of those in post, of the entry cohort, and the difference.

        Means over people in post hide those who left.  The entry cohort is the first holders of all posts, those who
        left as they were when they left.
        """
        rows = {}
        for name in ("identity", "exhaustion", "wellbeing"):
            in_post, cohort = self._last_weeks(name), self._last_weeks(f"{name}_entry_cohort")
            values = np.stack([in_post, cohort, in_post - cohort], axis=-1)
            mean, low, high = estimate.interval(values)
            rows[name] = [mean[0], mean[1], mean[2], low[2], high[2]]
        columns = ["in_post", "entry_cohort", "difference", "low", "high"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("measure")

    def _last_weeks(self, measure: str) -> Floats:
        return last_weeks(self.by_week(measure))

    @cached_property
    def observed(self) -> pd.DataFrame:
        """The weekly table on published scales (see `results.observation`)."""
        return observe(self.weekly)

    def __repr__(self) -> str:
        return f"Results({self.scenario.name!r}, {self.replicates} replicates, {self.weeks} weeks, seed {self.seed})"


def _by_cause(values: Floats, names: dict[str, str]) -> pd.DataFrame:
    """Mean and interval over replicates of each cause, with what it means."""
    mean, low, high = estimate.interval(values)
    table = {"meaning": list(names.values()), "mean": mean, "low": low, "high": high}
    return pd.DataFrame(table, index=pd.Index(names, name="cause"))
