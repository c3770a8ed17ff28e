"""The parts of an effect: examples worked by hand, and the laws that Shapley values are known by."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peersim.analysis import shapley

GAMES = st.integers(1, 5).flatmap(lambda parts: st.tuples(st.just(parts), st.integers(0, 2**32 - 1)))


def game(parts, seed, shape=(3,)):
    return np.random.default_rng(seed).normal(size=(1 << parts, *shape))


# by hand ----------------------------------------------------------------------


def test_two_parts_by_hand():
    """Nothing 10, first alone 14, second alone 12, both 20: the first is worth 6, the second 4, together 4 beyond."""
    outcomes = np.array([10.0, 14.0, 12.0, 20.0])
    assert shapley.shapley_values(outcomes) == pytest.approx([6.0, 4.0])
    assert shapley.interactions(outcomes)[0, 1] == pytest.approx(4.0)


def test_three_parts_by_hand():
    """Two left gloves and a right one; a pair sells for 1 (Shapley's own kind of example): 1/6, 1/6, 4/6."""
    outcomes = np.array([float(bool(subset & 0b100) and bool(subset & 0b011)) for subset in range(8)])
    assert shapley.shapley_values(outcomes) == pytest.approx([1 / 6, 1 / 6, 4 / 6])
    found = shapley.interactions(outcomes)
    assert found[0, 1] == pytest.approx(-0.5)  # two left gloves do the same work
    assert found[0, 2] == found[1, 2] == pytest.approx(0.5)


def test_a_single_part_is_the_whole_effect():
    assert shapley.shapley_values(np.array([2.0, 5.0])) == pytest.approx([3.0])
    assert shapley.interactions(np.array([2.0, 5.0])) == {}


# laws -------------------------------------------------------------------------


@given(GAMES)
def test_values_are_the_mean_over_all_orders(drawn):
    parts, seed = drawn
    outcomes = game(parts, seed)
    expected = np.zeros((parts, 3))
    for order in permutations(range(parts)):
        subset = 0
        for part in order:
            expected[part] += outcomes[subset | 1 << part] - outcomes[subset]
            subset |= 1 << part
    np.testing.assert_allclose(shapley.shapley_values(outcomes), expected / math.factorial(parts), atol=1e-12)


@given(GAMES)
def test_values_add_up_to_the_whole_in_every_replicate(drawn):
    outcomes = game(*drawn)
    np.testing.assert_allclose(shapley.shapley_values(outcomes).sum(axis=0), outcomes[-1] - outcomes[0], atol=1e-12)


@given(GAMES)
def test_a_part_that_does_nothing_is_worth_nothing(drawn):
    parts, seed = drawn
    outcomes = game(parts, seed)
    idle = parts  # one more part, which changes no outcome
    both = np.concatenate([outcomes, outcomes])
    np.testing.assert_allclose(shapley.shapley_values(both)[idle], 0.0, atol=1e-12)
    np.testing.assert_allclose(shapley.shapley_values(both)[:parts], shapley.shapley_values(outcomes), atol=1e-12)
    for pair, found in shapley.interactions(both).items():
        if idle in pair:
            np.testing.assert_allclose(found, 0.0, atol=1e-12)


@given(st.integers(2, 5), st.integers(0, 2**32 - 1))
def test_parts_that_do_not_touch_each_other_do_not_interact(parts, seed):
    worth = np.random.default_rng(seed).normal(size=parts)
    outcomes = np.array([sum(worth[k] for k in range(parts) if subset >> k & 1) for subset in range(1 << parts)])
    np.testing.assert_allclose(shapley.shapley_values(outcomes), worth, atol=1e-12)
    assert all(abs(found) < 1e-12 for found in shapley.interactions(outcomes).values())


def test_outcomes_of_some_subsets_only_are_refused():
    with pytest.raises(ValueError, match=r"found 3; allowed: 2, 4, 8"):
        shapley.shapley_values(np.zeros(3))


# sampling ---------------------------------------------------------------------


def test_all_orders_sampled_give_the_exact_values():
    outcomes = game(3, 5)
    half = [order for order in permutations(range(3)) if order < order[::-1]]
    orders = [order for one in half for order in (one, one[::-1])]
    values, _ = shapley.sampled_values(dict(enumerate(outcomes)), orders)
    np.testing.assert_allclose(values, shapley.shapley_values(outcomes), atol=1e-12)


def test_sampled_values_add_up_and_their_error_is_what_it_says():
    outcomes = game(6, 7, (1,))
    exact, off = shapley.shapley_values(outcomes)[:, 0], []
    for seed in range(300):
        orders = shapley.orders(6, 40, seed)
        subsets = shapley.subsets_of(orders)
        values, error = shapley.sampled_values({subset: outcomes[subset] for subset in subsets}, orders)
        assert values.sum(axis=0) == pytest.approx(outcomes[-1] - outcomes[0])
        off.append((values[:, 0] - exact) / error)
    assert np.abs(np.mean(off, axis=0)).max() < 0.3
    assert np.std(off, axis=0) == pytest.approx(np.ones(6), abs=0.25)


def test_orders_come_with_their_reverse_and_by_seed():
    orders = shapley.orders(11, 8, seed=3)
    assert orders == shapley.orders(11, 8, seed=3) != shapley.orders(11, 8, seed=4)
    assert all(one == other[::-1] for one, other in zip(orders[::2], orders[1::2], strict=True))
    assert all(sorted(order) == list(range(11)) for order in orders)


def test_subsets_are_met_once_from_nothing_to_everything():
    assert shapley.subsets_of([(0, 1, 2), (2, 1, 0)]) == [0b000, 0b001, 0b011, 0b111, 0b100, 0b110]
