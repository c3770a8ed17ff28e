"""Fronts, knees, and what luck leaves of them, against closed forms and against doing it by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from peersim.analysis.exploration.policies import front as fronts
from peersim.analysis.exploration.policies.front import COST

OBJECTIVES = ("identity", COST)
POINTS = arrays(float, st.tuples(st.integers(1, 12), st.integers(2, 4)), elements=st.integers(0, 4).map(float))


def outdone(one, others):
    """Whether another is at least as good everywhere and better somewhere."""
    return any((other <= one).all() and (other < one).any() for other in others)


# who is on it -----------------------------------------------------------------


@given(POINTS, st.integers(0, 2**12 - 1))
def test_on_the_front_are_those_that_no_other_outdoes(lost, allowed):
    can_be_had = np.array([allowed >> k & 1 == 1 for k in range(len(lost))])
    found = fronts.on_front(lost, can_be_had)
    rivals = lost[can_be_had]
    assert found.tolist() == [bool(may and not outdone(one, rivals)) for one, may in zip(lost, can_be_had, strict=True)]


def test_what_failed_is_on_no_front_and_outdoes_nobody():
    lost = np.array([[np.nan, 0.0], [1.0, 1.0], [np.nan, np.nan]])
    assert fronts.on_front(lost, np.ones(3, bool)).tolist() == [False, True, False]
    assert not fronts.on_front(lost, np.zeros(3, bool)).any()


def test_losses_know_which_way_is_better():
    means = {"identity": np.array([0.5, 0.6]), "exhaustion": np.array([0.2, 0.3]), COST: np.array([10.0, 20.0])}
    assert fronts.losses(means, ("identity", "exhaustion", COST)).tolist() == [[-0.5, 0.2, 10.0], [-0.6, 0.3, 20.0]]


def test_a_spread_keeps_the_ends_and_leaves_out_the_crowd():
    x = np.concatenate([np.linspace(0, 1, 11), 0.5 + np.arange(1, 30) / 1e4])
    lost = np.stack([x, 1000 * (1 - x)], axis=1)
    kept = fronts.spread(lost, 11)
    assert len(kept) == 11
    assert kept.tolist() == sorted(kept)
    assert {0, 10} <= set(kept)
    assert np.diff(np.sort(x[kept])).min() > 0.05
    assert fronts.spread(lost[:5], 11).tolist() == [0, 1, 2, 3, 4]


# knee -------------------------------------------------------------------------


@pytest.mark.parametrize("bend", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("scale", [(1.0, 1.0), (1e-3, 1e5)])
def test_the_knee_of_a_curve_that_is_the_same_seen_from_both_axes_is_in_its_middle(bend, scale):
    x = np.linspace(0, 1, 1001)
    y = (1 - x**bend) ** (1 / bend)
    chosen = fronts.knee(np.stack([x, y], axis=1) * scale + [7.0, -3.0])
    assert x[chosen] == pytest.approx(0.5 ** (1 / bend), abs=0.002)


def test_the_knee_is_the_point_farthest_below_the_line_between_the_ends():
    rng = np.random.default_rng(3)
    x = np.sort(rng.random(30))
    y = np.exp(-6 * x)
    lost = np.stack([x, y], axis=1)
    ends = fronts.scaled(lost)
    (x0, y0), (x1, y1) = ends[0], ends[-1]
    below = (y0 + (y1 - y0) * (ends[:, 0] - x0) / (x1 - x0)) - ends[:, 1]
    assert fronts.knee(lost) == below.argmax()


def test_the_only_policy_of_a_front_is_its_knee():
    assert fronts.knee(np.array([[0.3, 0.4, 5.0]])) == 0


# hypervolume ------------------------------------------------------------------


def test_hypervolume_is_the_area_that_is_outdone():
    best, worst = np.array([0.0, 100.0]), np.array([2.0, 300.0])
    assert fronts.hypervolume(np.array([[0.0, 100.0]]), best, worst) == pytest.approx(1.1**2)
    steps = np.array([[0.0, 300.0], [1.0, 200.0], [2.0, 100.0]])
    assert fronts.hypervolume(steps, best, worst) == pytest.approx(1.1 * 0.1 + 0.6 * 0.5 + 0.1 * 0.5)
    assert fronts.hypervolume(np.vstack([steps, [9.0, 900.0]]), best, worst) == fronts.hypervolume(steps, best, worst)
    assert fronts.hypervolume(np.array([[9.0, 900.0]]), best, worst) == 0.0


def test_hypervolume_of_a_front_that_is_one_point():
    one = np.array([[1.0, 2.0]])
    assert fronts.hypervolume(one, one[0], one[0]) == pytest.approx(1.1**2)


# luck -------------------------------------------------------------------------


def luck_of(identity, cost, budget=1e9, seed=0):
    return fronts.with_other_luck({"identity": np.array(identity), COST: np.array(cost)}, OBJECTIVES, budget, seed)


def test_a_policy_stays_on_the_front_as_often_as_the_mean_difference_has_its_sign():
    # Two policies of the same cost: the second is on the front in the resamples in which its identity is the higher.
    rng = np.random.default_rng(1)
    difference = rng.normal(0.1, 1.0, 400)
    shared = rng.normal(0.0, 50.0, 400)  # luck that both have: paired replicates do without it
    found = luck_of([shared, shared + difference], np.full((2, 400), 5.0))
    expected = norm.cdf(difference.mean() / (difference.std() / np.sqrt(400)))
    assert found["stays"][1] == pytest.approx(expected, abs=0.05)
    assert found["stays"].sum() == pytest.approx(1.0)
    assert found["knee_share"].sum() == pytest.approx(1.0)


def test_a_policy_about_as_dear_as_the_budget_stays_half_the_time():
    rng = np.random.default_rng(2)
    cost = rng.normal(0.0, 1.0, 300)
    cost += 100.0 - cost.mean()
    found = luck_of([np.full(300, 0.9), np.full(300, 0.2)], [cost, np.full(300, 50.0)], budget=100.0)
    assert found["stays"][0] == pytest.approx(0.5, abs=0.06)
    assert found["stays"][1] == 1.0


def test_what_is_sure_is_sure():
    found = luck_of([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]], budget=2.5)
    assert found["stays"].tolist() == [1.0, 1.0, 0.0]


# optimism ---------------------------------------------------------------------


def chosen_by_luck(trial, policies=200, chosen=10, replicates=30):
    """The best of many that are all alike, as the search saw them and with fresh replicates; today first."""
    rng = np.random.default_rng(trial)
    searched, fresh = rng.normal(0.0, 1.0, (2, 1 + policies, replicates)) + rng.normal(0.0, 9.0, (2, 1, replicates))
    best = 1 + np.argsort(-searched[1:].mean(axis=1))[:chosen]
    rows = [0, *best]
    return {"identity": searched[rows]}, {"identity": fresh[rows]}


def test_optimism_of_pure_noise_is_what_selection_makes_of_it():
    found = [fronts.optimism(*chosen_by_luck(trial), ["identity"]).loc["identity"] for trial in range(60)]
    mean = np.mean([row["mean"] for row in found])
    # Mean of the ten highest of 200 standard normals, times the standard error of a mean of 30.
    best = np.sort(np.random.default_rng(0).normal(size=(2000, 200)), axis=1)[:, -10:].mean() / np.sqrt(30)
    assert mean == pytest.approx(best, abs=0.06)
    assert np.mean([row["low"] > 0.0 for row in found]) > 0.2


def test_there_is_no_optimism_without_selection():
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(200):
        searched, fresh = rng.normal(0.0, 1.0, (6, 40)), rng.normal(0.0, 1.0, (6, 40))
        row = fronts.optimism({COST: searched}, {COST: fresh}, [COST]).loc[COST]
        inside += row["low"] <= 0.0 <= row["high"]
    assert 180 <= inside <= 200


# other states of the world ------------------------------------------------------


def test_states_worked_by_hand():
    across = {
        "identity": np.array([[0.5, 0.6, 0.7, 0.8], [0.4, 0.7, 0.6, np.nan], [np.nan] * 4]),
        COST: np.array([[90.0, 100.0, 110.0, 80.0], [70.0, 70.0, 70.0, np.nan], [np.nan] * 4]),
    }
    expected = {
        "on_front": [0.5, 0.75, 0.0],  # the first is outdone in the second state, over the budget in the third
        "identity_tenth": [0.53, 0.44, np.nan],
        f"{COST}_tenth": [107.0, 70.0, np.nan],
    }
    pd.testing.assert_frame_equal(fronts.in_states(across, OBJECTIVES, 100.0), pd.DataFrame(expected))
