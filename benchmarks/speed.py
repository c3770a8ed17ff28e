"""Agent-steps per second, side by side in one run.

    python benchmarks/speed.py

An agent-step is one week of one post (of a peer, clinician or manager) or place on a caseload.  Every figure is the
best of several rounds, the rounds of all engines taken in turn, recording included; compare figures of one run only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from floor import run_floor

import peersim as ps
from peersim.ensemble import run, threads_available
from peersim.world.build import build

HERE = Path(__file__).resolve().parent
REPLICATES = 1000
ROUNDS = 3
PLAIN_WEEKS = 100


def plain_rate() -> float:
    """(a) in a process of its own, because compiling is switched off for all of it."""
    command = [sys.executable, str(HERE / "plain.py"), str(PLAIN_WEEKS)]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    answer = subprocess.run(command, env=environment, cwd=HERE.parent, check=True, capture_output=True, text=True)
    figures = json.loads(answer.stdout)
    return figures["agent_steps"] / figures["seconds"]


def rate(work: Callable[[], object], agent_steps: float) -> float:
    """Agent-steps per second of some work."""
    start = time.perf_counter()
    work()
    return agent_steps / (time.perf_counter() - start)


def main() -> None:
    """Print a table of rates and of their ratios."""
    scenario = ps.load(HERE.parent / "configs" / "baseline.yaml")
    world = build(scenario, weeks=scenario.horizon_weeks)
    agents = sum(len(rows) for rows in (world.peers, world.clinicians, world.managers, world.users))
    steps = agents * scenario.horizon_weeks
    engines: dict[str, Callable[[], float]] = {
        "a  plain objects through Mesa, not compiled": plain_rate,
        "b  Mesa stepping compiled behaviours": lambda: rate(ps.PeerSupportModel(scenario).run_model, steps),
        "c  ensemble, one thread": lambda: rate(lambda: run(scenario, REPLICATES, threads=1), steps * REPLICATES),
        "d  ensemble, all cores": lambda: rate(lambda: run(scenario, REPLICATES), steps * REPLICATES),
        "   the floor, one thread": lambda: rate(lambda: run_floor(world, REPLICATES), steps * REPLICATES),
    }
    for engine in engines.values():  # compile, load, warm up
        engine()
    best = dict.fromkeys(engines, 0.0)
    for _ in range(ROUNDS):
        for name, engine in engines.items():
            best[name] = max(best[name], engine())
    print(f"{agents} agents, {scenario.horizon_weeks} weeks, {REPLICATES} replicates, {threads_available()} cores")
    for name, found in best.items():
        print(f"{name:45}{found:16,.0f} agent-steps a second{1e9 / found:12,.0f} ns each")
    a, _, c, d, lowest = best.values()
    print(f"c / a  {c / a:6.1f}   (to reach: at least 50)")
    print(f"floor / c  {lowest / c:6.2f}   (to reach: at most 3)")
    print(f"d / c  {d / c:6.2f}   on {threads_available()} cores")


if __name__ == "__main__":
    main()
