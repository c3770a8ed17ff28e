"""Do the conclusions hold wherever the model's constants may be?

    python experiments/conclusions [--draws 100] [--replicates 100] [--out TABLE.csv]

The main contrast of each theme of the study (conclusions.yaml), on paired luck, at draws from the posterior of the
constants (../calibration/results/posterior.csv).  For each outcome: the share of draws in which the sign is as
expected, the share in which the interval leaves out 0 as well, and the range of the difference.
"""

from __future__ import annotations

import argparse
import functools
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

import peersim as ps
from peersim.analysis.findings.estimates import of_mean

HERE = Path(__file__).parent
POSTERIOR = HERE.parent / "calibration" / "results" / "posterior.csv"
HOLDS = 0.95  # share of draws from which on a conclusion counts as one that holds


def contrasts() -> list[dict]:
    """The contrasts, as the file has them."""
    return yaml.safe_load((HERE / "conclusions.yaml").read_text(encoding="utf-8"))


def at(constants: dict[str, float], replicates: int) -> list[dict]:
    """Every difference with these constants: theme, outcome, difference in the way expected, and its lower end."""
    base = ps.demo().with_({**constants, "horizon_weeks": 104})
    before = ps.run(base, replicates, threads=1).per_replicate
    rows = []
    for contrast in contrasts():
        after = ps.run(base.with_(contrast["set"]), replicates, threads=1).per_replicate
        for outcome, way in contrast["expected"].items():
            sign = 1.0 if way == "up" else -1.0
            found = of_mean(sign * (after[outcome] - before[outcome]).to_numpy())
            rows.append(
                {"theme": contrast["theme"], "outcome": outcome, "expected": way, "sign": sign, **found._asdict()}
            )
    return rows


def over_posterior(draws: pd.DataFrame, replicates: int, workers: int = 2) -> pd.DataFrame:
    """Every conclusion over draws of the constants.

    Returns
    -------
    DataFrame
        ``theme``, ``outcome``, ``expected``; ``sign_holds`` and ``clear`` (shares of draws); ``low``, ``median``,
        ``high`` of the difference (5, 50 and 95 % of draws).
    """
    points = draws.to_dict("records")
    with ProcessPoolExecutor(workers) as pool:
        found = pool.map(functools.partial(at, replicates=replicates), points)
        rows = pd.DataFrame([row for part in found for row in part])
    table = []
    for (theme, outcome, expected), group in rows.groupby(["theme", "outcome", "expected"], sort=False):
        low, median, high = np.quantile(group["sign"] * group["found"], [0.05, 0.5, 0.95])
        shares = {"sign_holds": (group["found"] > 0).mean(), "clear": (group["low"] > 0).mean()}
        names = {"theme": theme, "outcome": outcome, "expected": expected}
        table.append(names | shares | {"low": low, "median": median, "high": high})
    return pd.DataFrame(table)


def in_words(table: pd.DataFrame) -> str:
    """What does not hold everywhere, in plain words."""
    weak = table[table["sign_holds"] < HOLDS]
    if weak.empty:
        return f"Every conclusion has the expected sign in at least {HOLDS:.0%} of the posterior."
    lines = [
        f"Theme {row.theme}: {row.outcome} goes {row.expected} in {row.sign_holds:.0%} of the posterior only."
        for row in weak.itertuples()
    ]
    return "\n".join(lines)


def main(draws: int, replicates: int, workers: int, out: Path | None) -> None:
    """Print the table and what does not hold; write the table if a file is named."""
    table = over_posterior(pd.read_csv(POSTERIOR).head(draws), replicates, workers)
    print(table.round(3).to_string(index=False))
    print(in_words(table))
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(out, index=False, float_format="%.4f")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path)
    main(**vars(parser.parse_args()))
