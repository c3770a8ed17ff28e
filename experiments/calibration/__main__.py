"""Fit the default constants to what has been published, and say how well that goes.

    python experiments/calibration --out FOLDER [--points 180] [--waves 3] [--replicates 40] [--workers 2]

Writes every point that was run (points.csv), draws from the posterior (posterior.csv), the chosen defaults
(chosen.yaml) and a report with figures (report.md).  The files in `experiments/calibration/results/` are from one such
run.  The same command again goes on where it stopped: waves that points.csv has are not run again, unless the model,
the targets, the ranges or the replicates are other ones.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import emulators
import evaluation
import matching
import numpy as np
import pandas as pd
import report
import yaml

LOOK_AROUND = 2.0
DRAWS = 400  # kept of the posterior
MOST_VERIFIED = 48  # draws from the posterior that are run
MOST_BEST = 12  # best fits that are run
LONGER = 4  # times as many replicates for the chosen point


def main(out: Path, points: int, waves: int, replicates: int, workers: int, seed: int) -> None:
    """Waves of points, each where the last left it plausible; draws from the posterior; the point that fits best."""
    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    problem = Problem()
    history = History(out / "points.csv", problem, replicates, workers)
    chosen_from = matching.space_filling(problem.box, points, seed)
    for wave in range(1, waves + 1):
        history.add(wave, chosen_from)
        fitted = history.emulators(since=wave - 1)
        count, inflate = (points // 2, LOOK_AROUND) if wave < waves else (min(MOST_VERIFIED, points // 2), 1.0)
        chosen_from = problem.posterior(fitted, count, seed + wave, inflate)
    history.add(waves + 1, chosen_from)
    fitted = history.emulators(since=waves)
    draws = problem.posterior(fitted, DRAWS, seed + 99)
    history.add(
        waves + 2, matching.best(fitted, draws[: min(MOST_BEST, points // 4)], problem.target, problem.allowance)
    )
    point = rounded(history.best(since=waves + 1))
    posterior = pd.DataFrame([evaluation.settings(draw) for draw in draws])
    posterior.to_csv(out / "posterior.csv", index=False, float_format="%.4g")
    (out / "chosen.yaml").write_text(yaml.safe_dump(evaluation.settings(point), sort_keys=False))
    report.write(
        out,
        command=f"python experiments/calibration --out FOLDER --points {points} --waves {waves} "
        f"--replicates {replicates}",
        counts=history.counts,
        first=history.emulators(since=0, until=1),
        target=problem.target,
        allowance=problem.allowance,
        draws=draws,
        verified=history.found(wave=waves + 1),
        point=point,
        chosen=evaluation.evaluate(point, LONGER * replicates),
    )
    print(f"done in {time.monotonic() - started:.0f} s", flush=True)


class Problem:
    """What is to be matched, and how near."""

    def __init__(self) -> None:
        asked = evaluation.targets().targets
        self.box = evaluation.box()
        self.target = np.array([one.transformed(one.target) for one in asked])
        self.allowance = np.array([one.allowance for one in asked])

    def posterior(self, fitted, draws: int, seed: int, inflate: float = 1.0) -> np.ndarray:
        """Draws from the posterior as emulators have it."""
        return matching.posterior(
            fitted, self.box, self.target, self.allowance, draws=draws, seed=seed, inflate=inflate
        )

    def off(self, found: np.ndarray) -> np.ndarray:
        """Sum of squared deviations from the targets, shape (points,)."""
        return np.square((found - self.target) / self.allowance).sum(axis=1)


class History:
    """Points that were run, wave by wave, and what was found there; kept in a file."""

    def __init__(self, path: Path, problem: Problem, replicates: int, workers: int) -> None:
        self.path, self.problem = path, problem
        self.replicates, self.workers = replicates, workers
        self.points = np.empty((0, len(problem.box)))
        self.values = np.empty((0, 2, len(problem.target)))
        self.waves = np.empty(0, dtype=int)
        self.earlier = pd.read_csv(path) if path.exists() else None
        self.asked_with = evaluation.asked_with(replicates)

    def add(self, wave: int, points: np.ndarray) -> None:
        """Run a wave of points, or take what the file has of it from before."""
        print(f"wave {wave}: {len(points)} points", flush=True)
        values = self._before(wave, points)
        if values is None:
            values = evaluation.evaluate_all(points, self.replicates, self.workers)
        self.points, self.values = np.vstack([self.points, points]), np.concatenate([self.values, values])
        self.waves = np.append(self.waves, np.full(len(points), wave))
        self._save()
        print(f"  best: sum of squares {np.nanmin(self.problem.off(values[:, 0])):.1f}", flush=True)

    def _save(self) -> None:
        """Every point run so far, and what was found there."""
        names = [target.name for target in evaluation.targets().targets]
        parts = [
            pd.DataFrame({"wave": self.waves, "asked with": self.asked_with}),
            pd.DataFrame(self.points, columns=list(evaluation.constants())),
            pd.DataFrame(self.values[:, 0], columns=names),
            pd.DataFrame(self.values[:, 1], columns=[f"error of {name}" for name in names]),
        ]
        pd.concat(parts, axis=1).to_csv(self.path, index=False)

    def _before(self, wave: int, points: np.ndarray) -> np.ndarray | None:
        """What an earlier run of the same command found at these points."""
        if self.earlier is None:
            return None
        known = self.earlier[(self.earlier["wave"] == wave) & (self.earlier["asked with"] == self.asked_with)]
        if len(known) != len(points) or not np.allclose(known[list(evaluation.constants())], points, rtol=1e-6):
            return None
        names = [target.name for target in evaluation.targets().targets]
        return np.stack([known[names], known[[f"error of {name}" for name in names]]], axis=1)

    def emulators(self, since: int, until: int = 99):
        """Emulators of what was found in some of the waves."""
        use = (self.waves >= since) & (self.waves <= until)
        return emulators.fit(self.points[use], self.values[use, 0], self.problem.box)

    def found(self, wave: int) -> np.ndarray:
        """What was found in a wave, shape (points, targets)."""
        return self.values[self.waves == wave, 0]

    def best(self, since: int) -> np.ndarray:
        """The point of some of the waves that is within most of the ranges asked for, and of these fits best."""
        use = self.waves >= since
        found = self.values[use, 0]
        return self.points[use][np.lexsort([self.problem.off(found), -evaluation.targets().met(found)])[0]]

    @property
    def counts(self) -> dict[int, int]:
        """Points in each wave."""
        return dict(zip(*(part.tolist() for part in np.unique(self.waves, return_counts=True)), strict=True))


def rounded(point: np.ndarray) -> np.ndarray:
    """A point with two digits that count in each constant, as people write them."""
    return np.array([float(f"{value:.2g}") for value in point])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--points", type=int, default=180)
    parser.add_argument("--waves", type=int, default=3)
    parser.add_argument("--replicates", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    main(**vars(parser.parse_args()))
