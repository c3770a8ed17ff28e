"""The ten cases side by side: how do settings of different sectors, sizes and starting conditions fare?

    python experiments/ten_cases.py [REPLICATES] [TABLE.csv]

The settings in `configs/cases/` are illustrative.  Differences between them mix everything in which they differ, so the
table shows a range of what the model can bring about, not that one sector is better than another: given the same
expectations, sectors do not differ at all (`tests/test_patterns.py`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import peersim as ps

CASES = Path(__file__).resolve().parent.parent / "configs" / "cases"
OUTCOMES = ["identity", "wellbeing", "generic_share", "isolation", "retention_12m", "trust", "cost_per_peer_year"]


def ten_cases(replicates: int = 200, seed: int = 1) -> pd.DataFrame:
    """Mean and 95 % interval of the outcomes in each case.

    Returns
    -------
    DataFrame
        Indexed by case and outcome: ``mean``, ``low``, ``high``, ``unit``.
    """
    cases = [ps.load(path) for path in sorted(CASES.glob("*.yaml"))]
    tables = {case.name: ps.run(case, replicates, seed).outcomes.loc[OUTCOMES] for case in cases}
    return pd.concat(tables, names=["case"]).drop(columns="replicates")


def main(replicates: str = "200", table: str = "") -> None:
    """Print the means, cases in rows; write the whole table if a file is named."""
    outcomes = ten_cases(int(replicates))
    print(outcomes["mean"].unstack()[OUTCOMES].round(2).to_string())
    if table:
        outcomes.to_csv(table)


if __name__ == "__main__":
    main(*sys.argv[1:])
