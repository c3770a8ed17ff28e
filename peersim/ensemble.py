"""Many worlds, compiled: one scenario, many replicates, on all cores, memory bounded.

Replicates are cut into chunks that threads work through; behaviours release the GIL.  A world's numbers depend on its
seed and replicate only, so neither chunks nor threads change a bit of the result.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import numpy as np

from peersim.results.results import Batch, Results, noted
from peersim.results.survey import Answers, Survey, follow_up
from peersim.scenario import Scenario
from peersim.week import live, live_on, live_once
from peersim.world.build import build
from peersim.world.compiled import compiling
from peersim.world.draws import MOST_KEY
from peersim.world.state import World

CHUNK = 16
"""Most worlds in a chunk: large enough that starting one costs nothing, small enough to share out well."""

Progress = Callable[[int, int], None]
"""Called with the number of worlds done and their total."""


def threads_available() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def copied(world: World) -> World:
    """A world of its own in the same state."""
    return World(*(array.copy() for array in world))


def live_chunk(blank: World, first: int, count: int, stop: Event) -> Batch:
    """Live replicates `first` to `first + count - 1` of an empty world, one after the other.

    Once `stop` is set, nobody waits for the result, and it is left unfinished.
    """
    world = copied(blank)
    weeks = len(blank.weekly)
    batch = Batch.empty(first, count, world)
    for number in range(count):
        if stop.is_set():
            break
        world = world._replace(weekly=batch.weekly[number], team_weekly=batch.team_weekly[number])
        world = lived(world, blank, first + number, weeks)
        batch.keep(number, world)
    return batch


def lived(world: World, blank: World, replicate: int, weeks: int) -> World:
    """A world after so many weeks of a replicate.

    Parameters
    ----------
    world : World
        Lived in, whatever it holds.
    blank : World
        The empty world it starts as.
    replicate, weeks : int

    Returns
    -------
    World
        The same, or one with longer logs: a log that turns out too short is made longer and the replicate lived again.
    """
    live_once(world, blank, replicate, weeks)
    while not _has_room(world):
        world = _with_room(world)
        live_once(world, blank, replicate, weeks)
    return world


def _has_room(world: World) -> bool:
    n_events, n_spells = noted(world)
    return n_events <= len(world.events) and n_spells <= len(world.spells)


def _with_room(world: World) -> World:
    n_events, n_spells = noted(world)
    events = np.zeros(max(len(world.events), n_events), world.events.dtype).view(np.recarray)
    spells = np.zeros(max(len(world.spells), n_spells), world.spells.dtype).view(np.recarray)
    return world._replace(events=events, spells=spells)


def chunks(
    scenario: Scenario,
    replicates: int,
    *,
    seed: int = 1,
    by_team: bool = False,
    first: int = 0,
    threads: int | None = None,
) -> Iterator[Batch]:
    """Results of many worlds, chunk by chunk in order of replicate, in bounded memory.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    replicates : int
        Number of worlds.
    seed : int
        First half of the key of chance, 0 to 2**32 - 1.
    by_team : bool
        Keep weekly measures of each team too.
    first : int
        Number of the first replicate.
    threads : int, optional
        Threads to use; all cores by default.

    Yields
    ------
    Batch
    """
    _check(replicates, seed, first)
    workers = _workers(threads)
    size = max(1, min(CHUNK, -(-replicates // workers)))
    starts = range(first, first + replicates, size)

    prepare(scenario)
    blank = build(scenario, seed=seed, weeks=scenario.horizon_weeks, by_team=by_team)
    stop = Event()

    def work(start: int) -> Batch:
        return live_chunk(blank, start, min(size, first + replicates - start), stop)

    with ThreadPoolExecutor(workers) as pool:
        waiting: list[Future[Batch]] = []
        try:
            for start in starts:
                waiting.append(pool.submit(work, start))
                if len(waiting) > 2 * workers:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            stop.set()
            for future in waiting:
                future.cancel()


def prepare(scenario: Scenario) -> None:
    """Compile the ensemble, or load it compiled, by living no week at all."""
    with compiling("ensemble"):
        live_once(build(scenario, weeks=1), build(scenario, weeks=1), 0, 0)


def _check(replicates: int, seed: int, first: int) -> None:
    _check_whole({"replicates": replicates, "seed": seed, "first": first})
    if replicates < 1:
        raise ValueError(f"replicates: found {replicates}; allowed: 1 or more")
    if not 0 <= seed <= MOST_KEY:
        raise ValueError(f"seed: found {seed}; allowed: a whole number from 0 to {MOST_KEY}")
    if not 0 <= first <= first + replicates - 1 <= MOST_KEY:
        raise ValueError(f"replicates: {first} to {first + replicates - 1} asked for; allowed: 0 to {MOST_KEY}")


def _check_whole(numbers: dict[str, int]) -> None:
    for name, number in numbers.items():
        if not isinstance(number, int | np.integer):
            raise ValueError(f"{name}: found {number!r}; allowed: a whole number")


def _workers(threads: int | None) -> int:
    if threads is not None and threads < 1:
        raise ValueError(f"threads: found {threads}; allowed: 1 or more")
    return threads_available() if threads is None else threads


def run(
    scenario: Scenario,
    replicates: int = 200,
    seed: int = 1,
    *,
    weeks: int | None = None,
    by_team: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Results:
    """Run many replicates of a scenario and gather their results.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    replicates : int
        Number of worlds that differ only in their luck.
    seed : int
        Chance is a function of (seed, replicate): the same seed always gives the same results.
    weeks : int, optional
        Horizon, if other than the scenario's.
    by_team : bool
        Keep weekly measures of each team too (`Results.teams`).
    threads : int, optional
        Threads to use; all cores by default.
    progress : callable, optional
        Told how many worlds are done, and of how many.

    Returns
    -------
    Results

    Raises
    ------
    ValueError
        If `replicates` or `seed` is outside what chance can be keyed by.
    ScenarioError
        If a change would come at or after the horizon asked for.

    Examples
    --------
    >>> import peersim as ps
    >>> ps.run(ps.demo(), replicates=20, seed=1)  # doctest: +SKIP
    """
    if weeks is not None:
        scenario = scenario.with_({"horizon_weeks": weeks})
    batches = chunks(scenario, replicates, seed=seed, by_team=by_team, threads=threads)
    if progress is not None:
        batches = reported(batches, replicates, progress)
    return Results(scenario, batches, replicates=replicates, seed=seed)


def reported(batches: Iterator[Batch], replicates: int, progress: Progress) -> Iterator[Batch]:
    """Batches as they come, telling `progress` how many of the replicates are done."""
    done = 0
    for batch in batches:
        yield batch
        done += len(batch)
        progress(done, replicates)


def world_of(scenario: Scenario, *, seed: int = 1, replicate: int = 0, weeks: int | None = None) -> Any:
    """One world at the horizon, with all its people: what the compiled run leaves behind."""
    weeks = scenario.horizon_weeks if weeks is None else weeks
    world = build(scenario, seed=seed, replicate=replicate, weeks=weeks)
    live(world, weeks)
    return world


def survey(
    scenario: Scenario, replicates: int = 100, seed: int = 1, *, week: int, follow: int = 0, threads: int | None = None
) -> Survey:
    """Ask everybody in post in one week, and follow them.

    Parameters
    ----------
    scenario : Scenario
        What to simulate; its horizon does not matter.
    replicates, seed, threads : int
        As for `run`; the people and their luck are the same as there.
    week : int
        Weeks lived before people are asked; 0 asks them as they start.
    follow : int
        Weeks for which they are followed: who left, and weeks off sick.

    Returns
    -------
    Survey

    Raises
    ------
    ValueError
        If `replicates` or `seed` is outside what chance can be keyed by, or weeks are no whole numbers from 0.
    ScenarioError
        If a change would come at or after the last week.

    Examples
    --------
    >>> import peersim as ps
    >>> ps.survey(ps.demo(), week=52, follow=52).peers  # doctest: +SKIP
    """
    _check(replicates, seed, 0)
    _check_whole({"week": week, "follow": follow})
    if week < 0 or follow < 0:
        raise ValueError(f"week and follow: found {week} and {follow}; allowed: 0 or more")
    workers = _workers(threads)
    weeks = max(1, week + follow)
    blank = build(scenario.with_({"horizon_weeks": weeks}), seed=seed, weeks=weeks)
    prepare(scenario)

    def ask(replicate: int) -> Answers:
        world = copied(blank)
        asked = _asked(world, blank, replicate, week, follow)
        while not _has_room(world):
            world = _with_room(world)
            asked = _asked(world, blank, replicate, week, follow)
        return follow_up(asked, world)

    with ThreadPoolExecutor(workers) as pool:
        return Survey(scenario, week, follow, list(pool.map(ask, range(replicates))))


def _asked(world: World, blank: World, replicate: int, week: int, follow: int) -> World:
    """A copy of the world in the week of the survey; `world` itself lives on for the weeks of following."""
    live_once(world, blank, replicate, week)
    asked = copied(world)
    live_on(world, follow)
    return asked
