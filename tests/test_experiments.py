"""Experiments run, and say what they say they do."""

import runpy
from pathlib import Path

EXPERIMENTS = Path(__file__).parent.parent / "experiments"


def test_the_ten_cases_run_side_by_side():
    experiment = runpy.run_path(str(EXPERIMENTS / "ten_cases.py"))
    table = experiment["ten_cases"](replicates=5)
    means = table["mean"].unstack()
    assert len(means) == 10
    assert means[["identity", "wellbeing", "trust"]].stack().between(0, 1).all()
    assert means["identity"].max() - means["identity"].min() > 0.1
