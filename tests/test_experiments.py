"""Experiments run, and say what they say they do."""

import runpy
from pathlib import Path

import pandas as pd

EXPERIMENTS = Path(__file__).parent.parent / "experiments"


def test_the_ten_cases_run_side_by_side():
    experiment = runpy.run_path(str(EXPERIMENTS / "ten_cases.py"))
    table = experiment["ten_cases"](replicates=5)
    means = table["mean"].unstack()
    assert len(means) == 10
    assert means[["identity", "wellbeing", "trust"]].stack().between(0, 1).all()
    assert means["identity"].max() - means["identity"].min() > 0.1


def test_conclusions_are_asked_at_every_draw_and_told_in_plain_words():
    experiment = runpy.run_path(str(EXPERIMENTS / "conclusions" / "__main__.py"))
    draws = pd.DataFrame(
        {"model.identity_professionalisation": [0.008, 0.0], "model.empowerment_formalisation": [0.15, 0]}
    )
    rows = pd.DataFrame([row for point in draws.to_dict("records") for row in experiment["at"](point, 10)])
    assert rows["outcome"].nunique() > 5
    table = pd.DataFrame(
        [{"theme": "2 x", "outcome": "identity", "expected": "up", "sign_holds": share} for share in (0.97, 0.5)]
    )
    assert "50% of the posterior only" in experiment["in_words"](table)
    assert "97%" not in experiment["in_words"](table)
