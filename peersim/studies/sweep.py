"""Running a study: every point through the store, and then its tables."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from peersim.analysis.errors import QuestionError
from peersim.ensemble import Progress
from peersim.results.files import Timing
from peersim.studies import folder as folders
from peersim.studies.designs import ONE_AT_A_TIME, Design
from peersim.studies.engines import Engine, engine
from peersim.studies.folder import Sweep
from peersim.studies.store import Store, opened
from peersim.studies.study import Study
from peersim.studies.units import (
    Computed,
    Unit,
    compute,
    content_of,
    cut,
    model_version,
    seconds_a_world,
    tasks,
)

LARGE: Final = 500_000
"""Worlds beyond which a study has to be asked for twice."""
TASK_SECONDS: Final = 1.0
"""Work handed out at a time, on one core: what a dying worker loses at most; writing it takes little of that time."""
SHARES: Final = 16
"""Tasks for each that runs at the same time, at least: a small study keeps all cores busy to its end."""
AHEAD: Final = 2
"""Tasks handed out for each that runs: nobody waits, and memory stays flat."""


class UnfinishedError(QuestionError):
    """A study of which something is still to be done; says how much is."""


@dataclass
class Plan:
    """What is known of a study's points while it runs.

    Attributes
    ----------
    retry : bool
        Whether what failed is tried again.
    contents : list of str or None
        Of each point that was looked at: the hash of its scenario, or None if it has none.
    errors : mapping of int to str
        Why a point has no scenario.
    worlds : int
        Worlds that there are to have, no two the same.
    there : int
        Of these, worlds done or failed.
    """

    retry: bool = False
    contents: list[str | None] = field(default_factory=list)
    errors: dict[int, str] = field(default_factory=dict)
    worlds: int = 0
    there: int = 0


def sweep(
    study: Study,
    out: str | os.PathLike[str],
    *,
    store: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    max_runs: int | None = None,
    yes: bool = False,
    retry: bool = False,
    progress: Progress | None = None,
    told: Callable[[str], None] | None = None,
) -> Sweep:
    """Run a study, or what of it has not been run yet, and write its tables.

    Parameters
    ----------
    study : Study
    out : path
        Its folder; tables of an earlier version of the same study are replaced, worlds that were run are kept.
    store : path, optional
        Where worlds are kept; ``store`` in `out` by default.  Studies that name the same store share their worlds.
    workers : int, optional
        Threads to use; all cores by default.
    cluster : str, optional
        Where to work instead: ``local:4``, ``tcp://host:port`` (see `studies.engines`).
    max_runs : int, optional
        Stop after about so many new worlds; the same call goes on from there.
    yes : bool
        Run it however large it is.
    retry : bool
        Try again what failed.
    progress : callable, optional
        Told how many worlds are done, and of how many.
    told : callable, optional
        Told in a sentence of what was found out of order in the store and put right.

    Returns
    -------
    Sweep

    Raises
    ------
    UnfinishedError
        If `max_runs` ended it before all was done.
    QuestionError
        If it is too large, the folder holds another study, or the cluster cannot be used.
    StoreError
        If the store cannot be used.
    """
    check_size(study, workers, yes=yes)
    place = Path(out)
    folders.check(place, study)
    started, clock = datetime.now(UTC).astimezone(), time.perf_counter()
    with engine(workers, cluster) as found, opened(Path(store) if store is not None else place / folders.STORE) as kept:
        folders.begin(place, study)
        plan = Plan(retry=retry)
        _work(study, plan, kept, found, max_runs, progress)
        if told is not None:
            for sentence in kept.said:
                told(sentence)
        if len(plan.contents) < len(study.values) or plan.there < plan.worlds:
            raise UnfinishedError(f"{plan.there:,} worlds of {study.n_worlds:,} are done; the same command goes on")
        folders.write(study, plan.contents, plan.errors, kept, place)
    timing = Timing(started, time.perf_counter() - clock)
    folders.finish(study, place, timing)
    return folders.load(place)


def check_size(study: Study, workers: int | None, *, yes: bool = False) -> None:
    """Refuse a study that would take long, unless it was asked for twice."""
    if study.n_worlds <= LARGE or yes:
        return
    at_most = "at most " if isinstance(study.design, Design) and study.design.kind == ONE_AT_A_TIME else ""
    hours = study.n_worlds * seconds_a_world(study.base) / (workers or os.cpu_count() or 1) / 3600
    raise QuestionError(
        f"{study.name}: its design has {at_most}{study.n_points:,} points with {study.replicates:,} replicates each: "
        f"{study.n_worlds:,} worlds, about {hours:.1f} hours here; allowed without being asked for twice: {LARGE:,} "
        "worlds. Say --yes (yes=True) to run it all the same, or take fewer levels, points or replicates"
    )


def _work(study: Study, plan: Plan, store: Store, engine: Engine, most: int | None, progress: Progress | None) -> None:
    """Hand out what is to be done, and keep what comes back, until nothing is left."""
    seconds = study.n_worlds * seconds_a_world(study.base) / (SHARES * engine.slots)
    units = tasks(_missing(study, plan, store, most), min(TASK_SECONDS, seconds))
    waiting: dict[Future[Computed], list[Unit]] = {}
    suspects: list[Unit] = []

    def submit(group: list[Unit]) -> None:
        store.expect(group)
        waiting[engine.executor.submit(compute, group, model_version())] = group

    while True:
        while len(waiting) < AHEAD * engine.slots and (group := next(units, None)):
            submit(group)
        alone = not waiting
        if alone and not suspects:
            return
        if alone:
            submit([suspects.pop()])
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            group = waiting.pop(future)
            error = future.exception()
            if isinstance(error, QuestionError):
                raise error
            if error is not None and not alone:
                suspects += group  # a worker died, whoever was to blame; at the end each of them is tried by itself
                continue
            if error is None:
                store.keep(group, future.result())
            else:
                store.fail(group[0], error)
            plan.there += sum(unit.count for unit in group)
            if progress is not None:
                progress(plan.there, max(plan.worlds, study.n_worlds))


def _missing(study: Study, plan: Plan, store: Store, most: int | None) -> Iterator[Unit]:
    """Units that are still to be done, point by point; `plan` is told of every point."""
    seen: set[str] = set()
    checked: set[str] = set()
    handed_out = 0
    for number, scenario in enumerate(study.scenarios()):
        if isinstance(scenario, Exception):
            plan.contents.append(None)
            plan.errors[number] = f"{type(scenario).__name__}: {scenario}"
            continue
        content = content_of(scenario)
        if content in seen:
            plan.contents.append(content)
            continue
        if plan.retry:
            store.forget_failures(content, study.seed, study.weekly)
        ranges = list(_gaps(study, store, content, checked))
        units = [
            Unit(content, scenario, study.seed, first, count, study.weekly)
            for start, end in ranges
            for first, count in cut(start, end, scenario)
        ]
        seen.add(content)
        plan.contents.append(content)
        plan.worlds += study.replicates
        plan.there += study.replicates - sum(unit.count for unit in units)
        for unit in units:
            if most is not None and handed_out and handed_out + unit.count > most:
                return
            handed_out += unit.count
            yield unit


def _gaps(study: Study, store: Store, content: str, checked: set[str]) -> Iterator[tuple[int, int]]:
    """Replicates of a scenario that are neither done nor failed: first, and the one after the last."""
    entries = store.known(content, study.seed, study.weekly)
    parts = {entry.part for entry in entries if entry.part is not None} - checked
    if not store.check(parts):
        entries = store.known(content, study.seed, study.weekly)
    checked |= parts
    first = 0
    for entry in entries:
        if first >= study.replicates:
            return
        if entry.first > first:
            yield first, min(entry.first, study.replicates)
        first = entry.first + entry.count
    if first < study.replicates:
        yield first, study.replicates
