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

HERE = Path(__file__).resolve().parent
BASELINE = HERE.parent / "configs" / "baseline.yaml"
WORLDS = 10_000
LARGE_TEAMS = 43_000
LARGE_WEEKS = 52


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
    """One world of a million agents, and the small world beside it."""
    import peersim as ps
    from peersim.week import live_once
    from peersim.world.build import build

    def cost(scenario: ps.Scenario, weeks: int, times: int) -> tuple[int, float]:
        world, blank = (build(scenario, weeks=weeks) for _ in range(2))
        live_once(world, blank, 0, 0)
        agents = sum(len(rows) for rows in (world.peers, world.clinicians, world.managers, world.users))
        found, lived = 1e9, 1e9
        for _ in range(times):
            start = time.perf_counter()
            live_once(world, blank, 0, 0)
            found = min(found, time.perf_counter() - start)
            start = time.perf_counter()
            live_once(world, blank, 0, weeks)
            lived = min(lived, time.perf_counter() - start)
        return agents, (lived - found) / weeks / agents * 1e9

    small = ps.load(BASELINE)
    team = small.teams[0].model_copy(update={"count": LARGE_TEAMS})
    big = small.with_({"teams": [team.model_dump()], "horizon_weeks": LARGE_WEEKS})
    agents, nanoseconds = cost(small, small.horizon_weeks, 100)
    print(f"{agents:>9,} agents: {nanoseconds:6.1f} ns per agent-step")
    agents, large_nanoseconds = cost(big, LARGE_WEEKS, 2)
    print(f"{agents:>9,} agents: {large_nanoseconds:6.1f} ns per agent-step; peak {peak():.2f} GB")
    print(f"speed of the large world / of the small one  {nanoseconds / large_nanoseconds:.2f}   (to reach: 0.5)")


if __name__ == "__main__":
    parts = {"worlds": worlds, "large": large}
    for name in sys.argv[1:]:
        parts[name]()
    if len(sys.argv) == 1:
        for name in parts:
            subprocess.run([sys.executable, __file__, name], check=True)
