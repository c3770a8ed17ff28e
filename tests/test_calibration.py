"""The calibration runs, its parts do what they say, and the defaults are what it chose."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import yaml

import peersim as ps
from tests.test_experiments import EXPERIMENTS

FOLDER = EXPERIMENTS / "calibration"
RESULTS = FOLDER / "results"


@pytest.fixture(scope="module")
def parts():
    """Modules of the experiment, which is a program and not a package."""
    sys.path.insert(0, str(FOLDER))
    try:
        import emulators
        import evaluation
        import matching
    finally:
        sys.path.remove(str(FOLDER))
    return emulators, evaluation, matching


BOX = np.array([[0.0, 2.0], [-1.0, 1.0], [5.0, 6.0]])


def truth(points):
    x, y, z = (points - BOX.mean(axis=1)).T / (np.ptp(BOX, axis=1)[:, None] / 2)
    return np.column_stack([1 + 2 * x - y + 0.5 * x * y, 3 * z + z * z])


@pytest.fixture
def fitted(parts):
    emulators, _, matching = parts
    points = matching.space_filling(BOX, 60, seed=1)
    return emulators.fit(points, truth(points), BOX)


def test_an_emulator_learns_a_quadratic_and_knows_its_error(fitted, parts):
    _, _, matching = parts
    new = matching.space_filling(BOX, 200, seed=2)
    off = fitted.predict(new) - truth(new)
    assert np.abs(off).max() < 0.05
    assert (fitted.variance < 1e-3).all()
    assert (fitted.variance > 0).all()


def test_an_emulator_leaves_out_points_without_a_value(parts):
    emulators, _, matching = parts
    points = matching.space_filling(BOX, 60, seed=1)
    values = truth(points)
    values[:5, 0] = np.nan
    assert np.isfinite(emulators.fit(points, values, BOX).predict(points)).all()


def test_slopes_of_an_emulator_are_those_of_its_predictions(fitted):
    at = np.array([0.3, -0.2, 0.6])
    step = 1e-6
    by_hand = [
        (fitted.predict_scaled((at + step * e)[None]) - fitted.predict_scaled((at - step * e)[None]))[0] / (2 * step)
        for e in np.eye(3)
    ]
    assert fitted.slopes_at(at) == pytest.approx(np.array(by_hand).T, abs=1e-6)


def test_points_fill_the_ranges_evenly(parts):
    _, _, matching = parts
    points = matching.space_filling(BOX, 40, seed=3)
    for column, (low, high) in zip(points.T, BOX, strict=True):
        counts, _ = np.histogram(column, bins=40, range=(low, high))
        assert (counts == 1).all()


def test_the_posterior_of_a_linear_model_is_the_one_that_algebra_gives(parts):
    emulators, _, matching = parts
    box = np.array([[-1.0, 1.0], [-1.0, 1.0]])
    points = matching.space_filling(box, 60, seed=1)
    fitted = emulators.fit(points, points @ np.array([[0.2], [0.0]]), box)
    draws = matching.posterior(fitted, box, np.array([0.04]), np.array([0.02]), draws=600, seed=4)
    precision = 3.0 + (0.2 / 0.02) ** 2
    assert draws[:, 0].mean() == pytest.approx((0.2 * 0.04 / 0.02**2) / precision, abs=0.02)
    assert draws[:, 0].std() == pytest.approx(precision**-0.5, abs=0.015)
    # Nothing is learnt of the other, but for the ends of its range.
    assert abs(draws[:, 1].mean()) < 0.06
    assert draws[:, 1].std() > 0.5


def test_best_fits_are_on_target(fitted, parts):
    _, _, matching = parts
    target = np.array([2.0, 1.0])
    points = matching.best(fitted, matching.space_filling(BOX, 3, seed=5), target, np.array([0.01, 0.01]))
    assert truth(points) == pytest.approx(np.tile(target, (3, 1)), abs=0.05)


@pytest.mark.parametrize("scale", ["log", "logit", "linear"])
def test_targets_are_met_on_their_own_scale(scale, parts):
    _, evaluation, _ = parts
    target = evaluation.Target(
        name="t", source="s", target=0.2, deviation=0.02, scale=scale, share={"column": "considering"}
    )
    near, far = target.transformed(np.array([0.2, 0.22]))
    assert near == target.transformed(np.array(target.target))
    assert (far - near) / target.allowance == pytest.approx(1.0, abs=0.1)


@pytest.mark.slow
def test_a_reduced_calibration_runs_from_ranges_to_report(tmp_path):
    command = [sys.executable, FOLDER, "--out", tmp_path, "--points", "8", "--waves", "1", "--replicates", "20"]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    points = pd.read_csv(tmp_path / "points.csv")
    assert points["wave"].value_counts().to_dict() == {1: 8, 2: 4, 3: 2}
    chosen = yaml.safe_load((tmp_path / "chosen.yaml").read_text())
    ps.demo().with_(chosen)
    report = (tmp_path / "report.md").read_text()
    for part in ("## Fit", "## Misfit", "## Which target rules out", "## Trade-offs"):
        assert part in report
    assert (tmp_path / "fit.png").stat().st_size > 10_000


def test_the_defaults_are_what_the_calibration_chose():
    chosen = yaml.safe_load((RESULTS / "chosen.yaml").read_text(encoding="utf-8"))
    defaults = {parameter.key: parameter.default for parameter in ps.registry()}
    assert {key: defaults[key] for key in chosen} == chosen


def test_every_free_constant_was_fitted_within_its_range(parts):
    _, evaluation, _ = parts
    posterior = pd.read_csv(RESULTS / "posterior.csv")
    assert list(posterior) == list(evaluation.constants())
    for key, constant in evaluation.constants().items():
        together = posterior[key] + sum(times * posterior[other] for other, times in constant.at.items())
        low, high = constant.range
        assert together.between(low - 0.01, high + 0.01).all(), key
        assert constant.why


def test_the_report_is_of_the_targets_and_constants_that_are_there(parts):
    _, evaluation, _ = parts
    report = (RESULTS / "report.md").read_text(encoding="utf-8")
    for target in evaluation.targets().targets:
        assert f"| {target.name} |" in report
    for key in evaluation.constants():
        assert f"| {key} |" in report
