"""Running a study: every point through the store, and then its tables."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from peersim.analysis.errors import QuestionError
from peersim.ensemble import Progress, threads_available
from peersim.results import files
from peersim.studies import folder as folders
from peersim.studies import tables
from peersim.studies.designs import ONE_AT_A_TIME, Design
from peersim.studies.engines import engine
from peersim.studies.folder import Sweep
from peersim.studies.store import opened
from peersim.studies.study import Study
from peersim.studies.units import seconds_a_world
from peersim.studies.work import Work

LARGE: Final = 500_000
"""Worlds beyond which a study has to be asked for twice."""
MOST_POINTS: Final = 10_000_000
"""Points of a design at most: more do not fit in memory."""


class UnfinishedError(QuestionError):
    """A study of which something is still to be done; says how much is."""


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
        If it is too large, or the cluster cannot be used.
    OutputError
        If the folder holds another study, or something else.
    StoreError
        If the store cannot be used.

    Examples
    --------
    >>> import peersim as ps
    >>> study = ps.load_study("experiments/supervision.yaml")  # doctest: +SKIP
    >>> ps.sweep(study, "results/supervision").outcomes  # doctest: +SKIP
    """
    if max_runs is not None and max_runs < 1:
        raise QuestionError(f"max_runs: found {max_runs}; allowed: 1 or more")
    check_size(study, workers, cluster, yes=yes)
    place = Path(out)
    folders.check(place, study)
    started, clock = datetime.now(UTC).astimezone(), time.perf_counter()
    with engine(workers, cluster) as found, opened(folders.store_of(place, store)) as kept:
        with files.told(place):
            folders.begin(place, study)
        work = Work(study, kept, found, most=max_runs, retry=retry, progress=progress)
        work.run(study.scenarios(), len(study.values))
        if told is not None:
            for sentence in kept.said:
                told(sentence)
        if work.ended:
            raise UnfinishedError(f"{work.worlds:,} worlds of {study.n_worlds:,} are done; the same command goes on")
        with files.told(place):
            tables.write(study, work.contents, work.errors, kept, place)
            folders.finish(study, place, files.Timing(started, time.perf_counter() - clock))
    return folders.load(place)


def check_size(study: Study, workers: int | None, cluster: str | None, *, yes: bool = False) -> None:
    """Refuse a study that would take long, unless it was asked for twice."""
    if study.n_points > MOST_POINTS:
        raise QuestionError(
            f"{study.name}: its design has {study.n_points:,} points; allowed: {MOST_POINTS:,}. Take fewer levels, or "
            "a sampled design (latin_hypercube, sobol)"
        )
    if yes:
        return
    at_most = "at most " if isinstance(study.design, Design) and study.design.kind == ONE_AT_A_TIME else ""
    size = f"its design has {at_most}{study.n_points:,} points with {study.replicates:,} replicates each:"
    check_worlds(study, study.n_worlds, size, workers, cluster, "fewer levels, points or replicates")


def check_worlds(study: Study, worlds: int, size: str, workers: int | None, cluster: str | None, instead: str) -> None:
    """Refuse so many worlds of a study; `size` says what needs them, `instead` what could be taken."""
    if worlds <= LARGE:
        return
    hours = worlds * seconds_a_world(study.base) / (workers or threads_available()) / 3600
    how_long = "" if cluster else f", about {hours:.1f} hours here"
    raise QuestionError(
        f"{study.name}: {size} {worlds:,} worlds{how_long}; allowed without being asked for twice: {LARGE:,} worlds. "
        f"Say --yes (yes=True) to run it all the same, or take {instead}"
    )
