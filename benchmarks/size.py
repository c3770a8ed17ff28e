"""Size: memory of many worlds, and the speed of one very large world.

    python benchmarks/size.py

Each part runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import peersim as ps
    from peersim.world.state import World

HERE = Path(__file__).resolve().parent
BASELINE = HERE.parent / "configs" / "baseline.yaml"
WORLDS = 10_000
LARGE_TEAMS = 43_000
LARGE_WEEKS = 52
SMALL_WORLDS = 1000
ROUNDS = 3


def peak() -> float:
    """Largest memory of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def worlds() -> None:
    """Ten thousand worlds of the baseline, with all tables and outcomes."""
    import peersim as ps

    start = time.perf_counter()
    results = ps.run(ps.load(BASELINE), WORLDS)
    seconds = time.perf_counter() - start
    rows = len(results.weekly), len(results.people), len(results.events)
    print(results.outcomes.loc["identity"].to_dict())
    print(f"{WORLDS:,} worlds in {seconds:.1f} s; weekly, people and events have {rows} rows")
    print(f"peak {peak():.2f} GB (to reach: under 1.5)")


def large() -> None:
    """One world of a million agents and many small ones, in turn; the best round of each."""
    import peersim as ps
    from peersim.week import live_once
    from peersim.world.build import build

    def pair(scenario: ps.Scenario) -> tuple[int, tuple[World, World]]:
        worlds = build(scenario, weeks=scenario.horizon_weeks), build(scenario, weeks=scenario.horizon_weeks)
        first = worlds[0]
        return sum(len(rows) for rows in (first.peers, first.clinicians, first.managers, first.users)), worlds

    def cost(agents: int, worlds: tuple[World, World], replicates: int) -> float:
        weeks = len(worlds[0].weekly)
        start = time.perf_counter()
        for replicate in range(replicates):
            live_once(*worlds, replicate, weeks)
        lived = time.perf_counter() - start
        start = time.perf_counter()
        for replicate in range(replicates):
            live_once(*worlds, replicate, 0)  # founding alone
        return (lived - (time.perf_counter() - start)) / weeks / agents / replicates * 1e9

    small = ps.load(BASELINE)
    team = small.teams[0].model_copy(update={"count": LARGE_TEAMS})
    few, small_worlds = pair(small)
    many, large_worlds = pair(small.with_({"teams": [team.model_dump()], "horizon_weeks": LARGE_WEEKS}))
    cost(few, small_worlds, 1)
    small_cost = large_cost = float("inf")
    for _ in range(ROUNDS):
        small_cost = min(small_cost, cost(few, small_worlds, SMALL_WORLDS))
        large_cost = min(large_cost, cost(many, large_worlds, 1))
    print(f"{few:>9,} agents: {small_cost:6.1f} ns per agent-step, mean of {SMALL_WORLDS} worlds")
    print(f"{many:>9,} agents: {large_cost:6.1f} ns per agent-step; peak {peak():.2f} GB")
    print(f"speed of the large world / of small ones  {small_cost / large_cost:.2f}   (to reach: 0.5)")


if __name__ == "__main__":
    parts = {"worlds": worlds, "large": large}
    for name in sys.argv[1:]:
        parts[name]()
    if len(sys.argv) == 1:
        for name in parts:
            subprocess.run([sys.executable, __file__, name], check=True)
