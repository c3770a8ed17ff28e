"""Arithmetic that has to be exact: e to the power x, rounding to the grain, and the ends of a scale."""

import math
import random
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from peersim.world.arithmetic import GRAIN, clip, exponential, grain
from tests.worlds import ulps

levels = st.floats(-4.0, 4.0)


def test_the_grain_is_a_power_of_two_finer_than_anybody_can_feel():
    exact = Fraction(GRAIN)
    assert exact.numerator == 1
    assert exact.denominator.bit_count() == 1
    assert exact < Fraction(1, 10**10)


# e to the power x ---------------------------------------------------------------------------------------------------


@given(st.one_of(st.floats(-40.0, 5.0), st.floats(-700.0, 700.0), st.floats(-1e-3, 1e-3)))
@example(0.0)
@example(-0.0)
@example(1.0)
@example(math.log(2) / 2)  # where one more halving begins
@example(-math.log(2) / 2)
@example(700.0)
@example(-700.0)
def test_the_exponential_is_right_to_2_units_in_the_last_place(x):
    assert ulps(exponential(x), math.exp(x)) <= 2


def test_the_exponential_is_right_all_along_the_range_in_use():
    worst = max(ulps(exponential(x), math.exp(x)) for x in (-40.0 + step / 400 for step in range(45 * 400 + 1)))
    assert worst <= 2


@pytest.mark.parametrize("x", [-1250.0, -800.0])
def test_the_exponential_of_a_person_far_from_the_team_is_nothing(x):
    # A tolerance at the low end of its range and a distance of 1 give -1250.
    assert exponential(x) == 0.0


def test_the_exponential_of_nothing_is_exactly_1():
    assert exponential(0.0) == 1.0


@given(st.floats(-40.0, 5.0), st.floats(0.0, 1.0))
def test_the_exponential_never_falls_by_more_than_its_error(x, more):
    assert exponential(x + more) >= exponential(x) * (1 - 4e-16)


# the grain ----------------------------------------------------------------------------------------------------------


@given(st.one_of(levels, st.floats(-4000.0, 4000.0), st.floats(-1e-11, 1e-11)))
def test_grain_gives_the_nearest_multiple(x):
    rounded = grain(x)
    assert (Fraction(rounded) / Fraction(GRAIN)).denominator == 1
    assert abs(Fraction(rounded) - Fraction(x)) <= Fraction(GRAIN) / 2


@given(st.one_of(levels, st.floats(-1e-11, 1e-11)))
def test_grain_leaves_a_multiple_alone(x):
    assert grain(grain(x)) == grain(x)


@pytest.mark.parametrize("whole", [-3.0, -1.0, 0.0, 0.25, 1.0, 1.0 + GRAIN])
def test_grain_leaves_what_it_can_hold(whole):
    assert grain(whole) == whole


@given(st.lists(st.one_of(levels, st.floats(-2000.0, 2000.0)), max_size=60), st.randoms(use_true_random=False))
def test_sums_of_grains_are_exact_in_any_order(xs, rng: random.Random):
    terms = [grain(x) for x in xs]
    exact = sum(map(Fraction, terms), Fraction(0))
    total = 0.0
    for term in terms:
        total += term
    rng.shuffle(terms)
    other = 0.0
    for term in terms:
        other += term
    assert total == other == exact


# the ends of a scale ------------------------------------------------------------------------------------------------


@given(st.floats(allow_nan=False))
@example(-0.0)
@example(math.inf)
@example(-math.inf)
def test_clip_holds_numbers_between_0_and_1_and_moves_no_others(x):
    held = clip(x)
    assert 0.0 <= held <= 1.0
    assert held == x if 0.0 <= x <= 1.0 else held == (1.0 if x > 1.0 else 0.0)
