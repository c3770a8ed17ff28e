"""Studies: a hundred thousand worlds through the store, memory, cost per world, and what store and engine add.

    python benchmarks/studies.py

Every part runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

BASELINE = Path(__file__).resolve().parent.parent / "configs" / "baseline.yaml"
SIZES = (25_000, 100_000)
ROUNDS = 3
PAIRED = 16_000


def peak() -> float:
    """Largest memory of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def study(worlds: int, replicates: int) -> Any:
    """So many worlds of the baseline, with points that differ in one policy."""
    import peersim as ps

    points = worlds // replicates
    factor = {"identity.formalisation": {"low": 0.1, "high": 0.9}}
    content = {"name": "Scale", "base": ps.load(BASELINE), "factors": factor, "design": {"latin_hypercube": points}}
    return ps.study(content | {"replicates": replicates, "outcomes": ["identity", "retention_24m", "cost_per_year"]})


def sweep(worlds: str, replicates: str) -> None:
    """One study, from nothing to its tables."""
    import peersim as ps
    from peersim.ensemble import prepare

    asked = study(int(worlds), int(replicates))
    prepare(asked.base)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        ps.sweep(asked, Path(folder) / "scale", yes=True)
        seconds = time.perf_counter() - start
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1024**2
    print(
        f"{int(worlds):>8,} worlds as {int(worlds) // int(replicates):>6,} points: {seconds:6.1f} s, "
        f"{seconds / int(worlds) * 1e3:.3f} ms a world, peak {peak():.2f} GB, {size:,.0f} MB on disk"
    )


def overhead() -> None:
    """The same worlds lived, computed, and as a study, in turn, on the same threads."""
    import peersim as ps
    from peersim.ensemble import copied, lived, prepare, threads_available
    from peersim.studies.units import Unit, compute, content_of, model_version, tasks
    from peersim.studies.work import TASK_SECONDS
    from peersim.world.build import build

    asked = study(PAIRED, 40)
    prepare(asked.base)
    scenarios = list(asked.scenarios())

    def live() -> None:
        def point(scenario: Any) -> None:
            blank = build(scenario, seed=1, weeks=scenario.horizon_weeks)
            world = copied(blank)
            for replicate in range(asked.replicates):
                world = lived(world, blank, replicate, scenario.horizon_weeks)

        with ThreadPoolExecutor(threads_available()) as pool:
            list(pool.map(point, scenarios))

    def calculate() -> None:
        units = [Unit(content_of(case), case, 1, 0, asked.replicates) for case in asked.scenarios()]
        with ThreadPoolExecutor(threads_available()) as pool:
            list(pool.map(lambda group: compute(group, model_version()), tasks(units, TASK_SECONDS)))

    def keep() -> None:
        with tempfile.TemporaryDirectory() as folder:
            ps.sweep(asked, Path(folder) / "scale")

    rounds = [[used(work) for work in (live, calculate, keep)] for _ in range(ROUNDS)]
    for place, what in enumerate(("time", "processor time")):
        for other, told in ((1, "computed (to reach: under 1.1)"), (0, "lived and nothing kept")):
            ratios = [both[2][place] / both[other][place] for both in rounds]
            spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
            print(f"{what} as a study / the same worlds {told}: {statistics.median(ratios):.3f} ({spread})")


def used(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds, and seconds of processors, that something takes."""
    start, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - busy


def main() -> None:
    """All parts, each in its own process."""
    for replicates in (40, 0):
        for worlds in SIZES:
            subprocess.run([sys.executable, __file__, "sweep", str(worlds), str(replicates or worlds)], check=True)
    subprocess.run([sys.executable, __file__, "overhead"], check=True)


if __name__ == "__main__":
    parts: dict[str, Callable[..., None]] = {"sweep": sweep, "overhead": overhead}
    if len(sys.argv) == 1:
        main()
    else:
        parts[sys.argv[1]](*sys.argv[2:])
