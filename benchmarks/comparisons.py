"""What comparing costs: two scenarios in 200 pairs, a bundle taken apart, every mechanism switched off in turn.

    python benchmarks/comparisons.py

Everything is warm: compiled, loaded, and run once before it is timed.  Each figure is the median of several rounds,
from the scenarios in memory to every number of the answer.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import peersim as ps
from peersim.analysis.economics import RETAINED
from peersim.ensemble import threads_available

CONFIGS = Path(__file__).resolve().parent.parent / "configs"
PAIRS = 200
ROUNDS = 5
BUNDLE_ROUNDS = 3


def compared(base: ps.Scenario, other: ps.Scenario) -> object:
    """A comparison with every number of its answer."""
    found = ps.compare(base, {"other": other}, PAIRS)
    value = found.value("other", RETAINED)
    return found.contrasts, found.costs, value.ratio, value.acceptability()


def taken_apart(base: ps.Scenario, bundle: ps.Scenario) -> object:
    """A bundle of five themes, with shares and interactions."""
    found = ps.attribute(base, bundle, replicates=PAIRS)
    return found.shares, found.interactions, found.total


def median_seconds(work: Callable[[], object], rounds: int) -> float:
    """Median time of some work over rounds, after one that is not counted."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Print the times and what is to be reached."""
    base = ps.load(CONFIGS / "baseline.yaml")
    weekly = base.with_({"support.supervision.every_weeks": 1})
    bundle = ps.load(CONFIGS / "well_introduced.yaml").with_({"teams.peers": 1})
    figures = {
        f"two scenarios, {PAIRS} pairs": (median_seconds(lambda: compared(base, weekly), ROUNDS), "under 2 s"),
        f"five themes, 32 scenarios, {PAIRS} pairs": (
            median_seconds(lambda: taken_apart(base, bundle), BUNDLE_ROUNDS),
            "under 60 s",
        ),
        f"every mechanism in turn, {PAIRS} pairs": (
            median_seconds(lambda: ps.switch_off(base, replicates=PAIRS), BUNDLE_ROUNDS),
            "",
        ),
    }
    print(f"{threads_available()} cores")
    for name, (seconds, goal) in figures.items():
        print(f"{name:45}{seconds:8.2f} s   {goal and f'(to reach: {goal})'}")
    fewer = ps.compare(base, {"weekly": weekly}, PAIRS).contrasts["fewer"]
    print(f"replicates that pairing saves, median over outcomes: {fewer.median():.1f} times as many without it")


if __name__ == "__main__":
    main()
