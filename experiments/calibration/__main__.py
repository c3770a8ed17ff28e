"""Fit the default constants to what has been published, and say how well that goes.

    python experiments/calibration --out FOLDER [--points 320] [--waves 3] [--replicates 60] [--workers 2]

Writes every point that was run (points.csv), draws from the posterior (posterior.csv), the chosen defaults
(chosen.yaml) and a report with figures (report.md).  The files in `experiments/calibration/results/` are from one such
run.
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

SECOND_SHARE = 0.5
LOOK_AROUND = 2.0
VERIFIED = 48


def main(out: Path, points: int, waves: int, replicates: int, workers: int, seed: int) -> None:
    """Waves of points, each where the last left it plausible; then draws from the posterior, run to see if they are."""
    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    box, asked = evaluation.box(), evaluation.targets().targets
    target = np.array([one.transformed(one.target) for one in asked])
    allowance = np.array([one.allowance for one in asked])
    run, values, wave_of = np.empty((0, len(box))), np.empty((0, 2, len(asked))), np.empty(0, int)
    chosen_from, fits = matching.space_filling(box, points, seed), []
    for wave in range(1, waves + 2):
        last = wave == waves + 1
        print(f"wave {wave}: {len(chosen_from)} points ({time.monotonic() - started:.0f} s)", flush=True)
        found = evaluation.evaluate_all(chosen_from, replicates, workers)
        run, values = np.vstack([run, chosen_from]), np.concatenate([values, found])
        wave_of = np.append(wave_of, np.full(len(found), wave))
        save(out / "points.csv", run, values, wave_of)
        off = np.abs(found[:, 0] - target) / np.sqrt(allowance**2)
        print(f"  best point: sum of squares {np.nanmin(np.square(off).sum(axis=1)):.1f}", flush=True)
        if last:
            break
        use = wave_of >= wave - 1 if wave > 1 else wave_of == 1
        fits.append(emulators.fit(run[use], values[use, 0], box))
        count = VERIFIED if wave == waves else round(SECOND_SHARE * points)
        inflate = 1.0 if wave == waves else LOOK_AROUND
        chosen_from = matching.posterior(
            fits[-1], box, target, allowance, draws=count, seed=seed + wave, inflate=inflate
        )
    draws = matching.posterior(fits[-1], box, target, allowance, draws=1000, seed=seed + 99)
    pd.DataFrame(draws, columns=list(evaluation.constants())).to_csv(out / "posterior.csv", index=False)
    print(f"done in {time.monotonic() - started:.0f} s", flush=True)


def save(path: Path, run: np.ndarray, values: np.ndarray, wave_of: np.ndarray) -> None:
    """Every point run so far, and what was found there."""
    names = [target.name for target in evaluation.targets().targets]
    table = pd.DataFrame(run, columns=list(evaluation.constants()))
    table.insert(0, "wave", wave_of)
    for kind, part in (("", 0), ("error of ", 1)):
        table = pd.concat([table, pd.DataFrame(values[:, part], columns=[kind + name for name in names])], axis=1)
    table.to_csv(path, index=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--points", type=int, default=320)
    parser.add_argument("--waves", type=int, default=3)
    parser.add_argument("--replicates", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    main(**vars(parser.parse_args()))
