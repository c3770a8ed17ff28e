"""Units of work: some worlds of one scenario, known by what decides their numbers, and how they are computed."""

from __future__ import annotations

import hashlib
import json
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from peersim import demo
from peersim.analysis.errors import QuestionError
from peersim.ensemble import copied, lived, prepare
from peersim.results.results import noted
from peersim.results.sums import SUMS, sums
from peersim.scenario import Scenario
from peersim.world.build import build
from peersim.world.compiled import PACKAGE, source_digest
from peersim.world.measures import WEEKLY

MOST_WORLDS: Final = 64
"""Worlds of a unit at most."""
UNIT_SECONDS: Final = 2.0
"""Time of a unit on one core at most, if it has more than one world."""
PERSON_WEEK: Final = 70e-9
"""Seconds a week of one person takes, about (`benchmarks/speed.py`)."""
COUNTED: Final = ("ensemble.py", "results/sums.py", "world/measures.py", "studies/units.py")
"""Files beside the compiled ones that decide what is kept of a world."""


@cache
def model_version() -> str:
    """Hash of everything that decides the numbers of a world, the scenario apart."""
    digest = hashlib.sha256(source_digest().encode())
    for name in COUNTED:
        digest.update((PACKAGE / name).read_bytes())
    return digest.hexdigest()[:16]


def content_of(scenario: Scenario) -> str:
    """Hash of what decides a scenario's numbers: all of it but its name."""
    content = scenario.to_dict()
    del content["name"]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Unit:
    """Worlds `first` to `first + count - 1` of a scenario.

    Attributes
    ----------
    content : str
        Hash of the scenario (see `content_of`).
    scenario : Scenario
    seed, first, count : int
    weekly : tuple of str
        Measures kept week by week.
    """

    content: str
    scenario: Scenario
    seed: int
    first: int
    count: int
    weekly: tuple[str, ...] = ()

    @cached_property
    def id(self) -> str:
        """Hash of all that decides its numbers, with the model's version."""
        parts = [model_version(), self.content, self.seed, self.first, self.count, *self.weekly]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    @property
    def cost(self) -> float:
        """Seconds that it takes one core, about."""
        return self.count * seconds_a_world(self.scenario)


def seconds_a_world(scenario: Scenario) -> float:
    """Seconds that one core takes for one world, about."""
    people = scenario.n_peers + scenario.n_clinicians + scenario.n_users + scenario.n_teams
    return people * scenario.horizon_weeks * PERSON_WEEK


def cut(first: int, last: int, scenario: Scenario) -> Iterator[tuple[int, int]]:
    """Cut replicates `first` to `last - 1` into units: first and count of each, always at the same places."""
    size = int(min(MOST_WORLDS, max(1, UNIT_SECONDS / seconds_a_world(scenario))))
    while first < last:
        end = min(last, (first // size + 1) * size)
        yield first, end - first
        first = end


def tasks(units: Iterable[Unit], seconds: float) -> Iterator[list[Unit]]:
    """Units in groups that take about so many seconds of one core."""
    group: list[Unit] = []
    cost = 0.0
    for unit in units:
        if group and cost + unit.cost > seconds:
            yield group
            group, cost = [], 0.0
        group.append(unit)
        cost += unit.cost
    if group:
        yield group


class Failure(NamedTuple):
    """A unit that could not be computed, and why."""

    unit: str
    error: str
    traceback: str


class Computed(NamedTuple):
    """What a task gave: a table of worlds as Arrow writes it, and the units that failed."""

    worlds: pa.Table
    failures: list[Failure]


def compute(units: Sequence[Unit], version: str) -> Computed:
    """Live the worlds of some units.

    Parameters
    ----------
    units : sequence of Unit
        All with the same weekly measures.
    version : str
        The model's version where the work was handed out.

    Returns
    -------
    Computed
        A unit that fails takes no other with it.

    Raises
    ------
    QuestionError
        If this process has another version of the model.
    """
    if version != model_version():
        raise QuestionError(
            f"a worker has another version of the model ({model_version()}) than the study ({version}); install the "
            "same version of peersim, Numba and Python everywhere"
        )
    prepare(demo())
    tables, failures = [schema(units[0].weekly).empty_table()], []
    for unit in units:
        try:
            tables.append(_worlds(unit))
        except Exception as error:  # whatever it is, it is this unit's row, not the end of the study
            failures.append(Failure(unit.id, f"{type(error).__name__}: {error}", traceback.format_exc()))
    return Computed(pa.concat_tables(tables).combine_chunks(), failures)


def schema(weekly: Sequence[str]) -> pa.Schema:
    """Columns of a table of worlds: what is kept of each (see `results.sums`), its spells, its weeks."""
    return pa.schema(
        [
            ("unit", pa.string()),
            ("replicate", pa.int64()),
            ("weeks", pa.int32()),
            *((name, pa.float64()) for name in SUMS),
            ("tenure", pa.list_(pa.int32())),
            ("ended", pa.list_(pa.int8())),
            *((f"weekly.{name}", pa.list_(pa.float64())) for name in weekly),
        ]
    )


def _worlds(unit: Unit) -> pa.Table:
    weeks = unit.scenario.horizon_weeks
    blank = build(unit.scenario, seed=unit.seed, weeks=weeks)
    world = copied(blank)
    weekly = np.empty((unit.count, *blank.weekly.shape))
    tenure: list[Any] = []
    ended: list[Any] = []
    for number in range(unit.count):
        world = lived(world._replace(weekly=weekly[number]), blank, unit.first + number, weeks)
        spells = np.asarray(world.spells)[: noted(world)[1]]
        tenure.append(spells["tenure"].copy())
        ended.append(spells["ended"].copy())
    columns: dict[str, Any] = {
        "unit": [unit.id] * unit.count,
        "replicate": np.arange(unit.first, unit.first + unit.count),
        "weeks": [weeks] * unit.count,
        **dict(zip(SUMS, sums(weekly).T, strict=True)),
        "tenure": tenure,
        "ended": ended,
    }
    names = list(WEEKLY)
    columns |= {f"weekly.{name}": list(weekly[:, :, names.index(name)]) for name in unit.weekly}
    return pa.table(columns, schema=schema(unit.weekly))
