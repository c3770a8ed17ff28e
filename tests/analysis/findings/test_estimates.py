"""Numbers with an interval: the jackknife, and regressions held against formulas, other programs and known truths."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import odds_ratio

from peersim.analysis.findings.estimates import GROUPS, jackknife, log_odds, multiple_r, of_mean, slopes

NUMBERS = st.floats(-100.0, 100.0).map(lambda number: round(number, 3))
SAMPLES = st.lists(NUMBERS, min_size=2, max_size=60).map(np.array)


def mean_of(values):
    return lambda use: float(values[use].mean())


# means and the jackknife ----------------------------------------------------------------------------------------------


def test_a_mean_has_students_interval():
    values = np.random.default_rng(1).normal(3.0, 2.0, 15)
    low, high = stats.t.interval(0.95, 14, values.mean(), stats.sem(values))
    assert of_mean(values) == pytest.approx((values.mean(), low, high))


def test_a_mean_leaves_out_those_without_a_value():
    assert of_mean(np.array([1.0, math.nan, 2.0, 4.0])) == of_mean(np.array([1.0, 2.0, 4.0]))


@pytest.mark.parametrize("units", [2, 7, GROUPS])
def test_the_jackknife_of_a_mean_is_students_interval_where_every_unit_is_its_own_group(units):
    values = np.random.default_rng(2).exponential(1.0, units)
    assert jackknife(units, mean_of(values)) == pytest.approx(of_mean(values))


def test_the_jackknife_of_a_mean_of_equal_groups_is_students_interval_of_their_means():
    values = np.random.default_rng(3).exponential(1.0, 3 * GROUPS)
    assert jackknife(len(values), mean_of(values)) == pytest.approx(of_mean(values.reshape(3, GROUPS).mean(axis=0)))


@given(SAMPLES, st.floats(-10.0, 10.0), st.floats(0.1, 10.0))
def test_the_jackknife_moves_and_stretches_with_the_values(values, shift, scale):
    before = jackknife(len(values), mean_of(values))
    after = jackknife(len(values), mean_of(shift + scale * values))
    assert after == pytest.approx([shift + scale * number for number in before], abs=1e-6)


@given(SAMPLES)
def test_the_interval_is_around_what_was_found(values):
    found, low, high = jackknife(len(values), mean_of(values))
    assert low <= found <= high
    assert found - low == pytest.approx(high - found, abs=1e-9)


@pytest.mark.parametrize("units", [60, 50])  # 50: groups of two and of three
def test_intervals_of_the_jackknife_hold_the_truth_as_often_as_they_say(units):
    """A ratio of two means, 0.5; within 2 points of 95 % in 2,000 trials, where chance alone makes 1."""
    rng, trials, held = np.random.default_rng(4), 2_000, 0
    below = 4.0 + rng.normal(size=(trials, units))
    above = 0.5 * below + rng.normal(0.0, 0.5, size=(trials, units))
    for k in range(trials):
        _, low, high = jackknife(units, lambda use, k=k: float(above[k, use].mean() / below[k, use].mean()))
        held += low <= 0.5 <= high
    assert held / trials == pytest.approx(0.95, abs=0.02)


def test_one_unit_has_no_interval():
    found, low, high = jackknife(1, mean_of(np.array([0.3])))
    assert found == 0.3
    assert math.isnan(low)
    assert math.isnan(high)


def test_what_cannot_always_be_computed_has_no_interval():
    _, low, high = jackknife(5, lambda use: 1.0 if use[0] else math.nan)
    assert math.isnan(low)
    assert math.isnan(high)


# least squares --------------------------------------------------------------------------------------------------------


def test_slopes_of_an_exact_line_are_those_of_the_line():
    x = np.random.default_rng(5).normal(size=(30, 3))
    assert slopes(7.0 + x @ [1.0, -2.0, 0.5], x) == pytest.approx([1.0, -2.0, 0.5])


def test_a_slope_is_that_of_simple_regression():
    x, y = np.random.default_rng(6).normal(size=(2, 50))
    assert slopes(y, x[:, None])[0] == pytest.approx(stats.linregress(x, y).slope)


def test_a_slope_with_another_held_equal_is_that_of_what_the_other_does_not_explain():
    """Frisch, Waugh and Lovell."""
    rng = np.random.default_rng(7)
    other = rng.normal(size=80)
    x = 0.7 * other + rng.normal(size=80)
    y = x - 2.0 * other + rng.normal(size=80)
    line = stats.linregress(other, x)
    rest = x - line.intercept - line.slope * other
    assert slopes(y, np.column_stack([x, other]))[0] == pytest.approx(stats.linregress(rest, y).slope)


SHIFTS, SCALES = st.floats(-10.0, 10.0), st.floats(0.1, 10.0)
X, Y = np.random.default_rng(8).normal(size=(2, 40))


@given(SHIFTS, SCALES, SHIFTS, SCALES)
def test_a_slope_changes_with_units_and_not_with_where_they_start(shift_x, scale_x, shift_y, scale_y):
    (before,) = slopes(Y, X[:, None])
    (after,) = slopes(shift_y + scale_y * Y, shift_x + scale_x * X[:, None])
    assert after == pytest.approx(before * scale_y / scale_x, rel=1e-6)


@given(SHIFTS, SCALES, SHIFTS, SCALES)
def test_multiple_r_has_no_units(shift_x, scale_x, shift_y, scale_y):
    after = multiple_r(shift_y + scale_y * Y, shift_x + scale_x * X[:, None])
    assert after == pytest.approx(abs(np.corrcoef(X, Y)[0, 1]), rel=1e-6)


def test_multiple_r_of_several_is_that_of_their_correlations():
    x = np.random.default_rng(9).normal(size=(60, 3))
    y = x @ [1.0, 0.3, 0.0] + np.random.default_rng(10).normal(size=60)
    r = np.corrcoef(np.column_stack([y, x]).T)
    assert multiple_r(y, x) ** 2 == pytest.approx(r[0, 1:] @ np.linalg.solve(r[1:, 1:], r[1:, 0]))


@pytest.mark.parametrize(
    ("outcome", "predictor"), [(np.full(9, 0.1), np.arange(9.0)), (np.arange(9.0), np.full(9, 0.1))]
)
def test_what_does_not_vary_correlates_with_nothing(outcome, predictor):
    assert multiple_r(outcome, predictor[:, None]) == 0.0


# logistic regression --------------------------------------------------------------------------------------------------


def people_of(table):
    """Outcome and exposure of a table [[exposed with, exposed without], [others with, others without]]."""
    rows = [
        (y, x)
        for x, row in zip((1.0, 0.0), table, strict=True)
        for y, n in zip((1.0, 0.0), row, strict=True)
        for _ in range(n)
    ]
    y, x = np.array(rows).T
    return y, x[:, None]


@pytest.mark.parametrize("table", [[[12, 5], [4, 16]], [[1, 30], [20, 3]], [[10, 10], [10, 10]]])
def test_log_odds_of_a_table_of_four_are_those_of_the_table(table):
    assert log_odds(*people_of(table)) == pytest.approx(
        [math.log(odds_ratio(table, kind="sample").statistic)], abs=1e-6
    )


TRUE = np.array([0.8, -1.5])


def test_log_odds_find_the_coefficients_that_made_the_data():
    """40,000 people: standard errors are about 0.013 and 0.017."""
    rng = np.random.default_rng(11)
    x = rng.normal(size=(40_000, 2))
    y = (rng.random(len(x)) < 1.0 / (1.0 + np.exp(0.5 - x @ TRUE))).astype(float)
    assert log_odds(y, x) == pytest.approx(TRUE, abs=0.06)


@given(SHIFTS, SCALES)
def test_log_odds_are_for_one_unit_of_the_predictor(shift, scale):
    y, x = people_of([[12, 5], [4, 16]])
    assert log_odds(y, shift + scale * x) == pytest.approx(log_odds(y, x) / scale, rel=1e-4)


def test_log_odds_of_the_contrary_are_the_contrary():
    y, x = people_of([[12, 5], [4, 16]])
    assert log_odds(1.0 - y, x) == pytest.approx(-log_odds(y, x))


UP = np.arange(20.0)


@pytest.mark.parametrize(
    ("outcome", "predictors"),
    [
        pytest.param(UP > 9, UP, id="told apart without error"),
        pytest.param(UP > 9, UP > 14, id="some told apart without error"),
        pytest.param(UP > 9, UP > 9, id="the same"),
        pytest.param(UP > 99, UP, id="nobody has it"),
        pytest.param(UP < 99, UP, id="everybody has it"),
        pytest.param(UP % 2, np.ones(20), id="a predictor that does not vary"),
        pytest.param(UP % 2, np.column_stack([UP, 2 * UP]), id="the same predictor twice"),
    ],
)
def test_coefficients_without_end_or_without_ground_are_no_numbers(outcome, predictors):
    predictors = predictors.reshape(20, -1).astype(float)
    found = log_odds(outcome.astype(float), predictors)
    assert found.shape == (predictors.shape[1],)
    assert np.isnan(found).all()
