"""Designs place points where their methods need them, always in the same places."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from SALib.sample import fast_sampler, morris, sobol

from peersim.analysis.exploration.factor import Factor
from peersim.studies.designs import SAMPLED, Crossed, Design, count, place, steps

RANGE = Factor("range", low=0.1, high=0.9)
WHOLE = Factor("whole", low=1, high=16, whole=True)
LIST = Factor("list", levels=(1, 2, 4))
NAMES = Factor("names", levels=("a", "b"), role="uncertainty")
ALL = [RANGE, WHOLE, LIST, NAMES]
CENTRE = {"range": 0.5, "whole": 4, "list": 2, "names": "a"}
DESIGNS = [
    Design("grid", levels=3),
    Design("one_at_a_time", levels=3),
    Design("latin_hypercube", 7),
    Design("sobol", 8),
    Design("saltelli", 4),
    Design("morris", 3, levels=4),
    Design("fast", 65),
]


def values(design, factors=ALL, seed=1):
    rows = place(design, factors, seed, CENTRE)
    return [tuple(factor.value(x) for factor, x in zip(factors, row, strict=True)) for row in rows]


# factors ----------------------------------------------------------------------

NUMBERS = st.floats(-1e6, 1e6).map(lambda x: float(f"{x:.12g}"))


@st.composite
def factors(draw):
    kind = draw(st.sampled_from(["range", "whole", "levels"]))
    if kind == "levels":
        return Factor("x", levels=tuple(draw(st.lists(st.integers() | st.text(), min_size=1, unique=True))))
    low, high = sorted(draw(st.lists(NUMBERS if kind == "range" else st.integers(-99, 99), min_size=2, max_size=2)))
    return Factor("x", low=low, high=high, whole=kind == "whole")


@given(factors(), st.floats(0, 1))
def test_every_coordinate_is_a_value_the_factor_can_take(factor, coordinate):
    found = factor.value(coordinate)
    assert factor.holds(found)
    again = factor.value(factor.coordinate(found))
    assert again == found if factor.size else again == pytest.approx(found, rel=1e-9, abs=1e-9)


@given(factors())
def test_the_ends_are_taken(factor):
    ends = (factor.levels[0], factor.levels[-1]) if factor.levels else (factor.low, factor.high)
    assert (factor.value(0.0), factor.value(1.0)) == ends


def test_levels_and_whole_numbers_have_equal_shares():
    grid = (np.arange(4800) + 0.5) / 4800
    for factor in (WHOLE, LIST, NAMES):
        shares = np.unique([str(factor.value(x)) for x in grid], return_counts=True)[1]
        assert set(shares) == {4800 // factor.size}


def test_values_of_a_range_are_short():
    assert [RANGE.value(x) for x in (0.25, 0.5, 0.75)] == [0.3, 0.5, 0.7]


# designs ----------------------------------------------------------------------


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.kind)
def test_points_lie_in_the_cube_as_many_as_said_and_in_the_same_places(design):
    rows = place(design, ALL, 1, CENTRE)
    assert rows.min() >= 0.0
    assert rows.max() <= 1.0
    assert rows.shape[1] == len(ALL)
    if design.kind == "one_at_a_time":
        assert len(rows) <= count(design, ALL)
    else:
        assert len(rows) == count(design, ALL)
    assert np.array_equal(rows, place(design, ALL, 1, CENTRE))
    if design.kind in SAMPLED:
        assert not np.array_equal(rows, place(design, ALL, 2, CENTRE))


def test_sampling_leaves_the_global_generator_alone():
    state = np.random.get_state()[1].copy()
    for design in DESIGNS:
        place(design, ALL, 1, CENTRE)
    assert np.array_equal(state, np.random.get_state()[1])


def test_a_grid_is_every_combination():
    found = values(Design("grid", levels=3))
    assert found == list(itertools.product((0.1, 0.5, 0.9), (1, 9, 16), (1, 2, 4), ("a", "b")))


@given(st.integers(1, 40), st.integers(2, 12))
def test_a_ladder_of_whole_numbers_has_both_ends_and_no_number_twice(span, levels):
    factor = Factor("x", low=3, high=3 + span, whole=True)
    found = [factor.value(step) for step in steps(factor, levels)]
    assert found == sorted(set(found))
    assert (found[0], found[-1]) == (3, 3 + span)
    assert len(found) == min(levels, span + 1)


def test_one_at_a_time_departs_from_the_centre_in_one_factor():
    found = values(Design("one_at_a_time", levels=3))
    centre = tuple(CENTRE.values())
    assert found[0] == centre
    assert all(sum(a != b for a, b in zip(row, centre, strict=True)) == 1 for row in found[1:])
    assert len(set(found)) == len(found) == 1 + 2 + 3 + 2 + 1


def test_a_latin_hypercube_meets_every_stratum_once():
    rows = place(Design("latin_hypercube", 20), ALL, 1, CENTRE)
    for column in rows.T:
        assert sorted((column * 20).astype(int)) == list(range(20))


@pytest.mark.parametrize(
    ("small", "large"), [(Design("sobol", 8), Design("sobol", 16)), (Design("saltelli", 4), Design("saltelli", 8))]
)
def test_longer_sequences_hold_the_shorter(small, large):
    few, many = place(small, ALL, 1, CENTRE), place(large, ALL, 1, CENTRE)
    assert np.array_equal(few, many[: len(few)])


def test_rows_are_salibs_own():
    problem = {"num_vars": 4, "names": list("abcd"), "bounds": [[0, 1]] * 4}
    for design, theirs in (
        (Design("saltelli", 4), sobol.sample(problem, 4, calc_second_order=True, seed=1)),
        (Design("morris", 3, levels=4), morris.sample(problem, 3, num_levels=4, seed=1)),
        (Design("fast", 65), fast_sampler.sample(problem, 65, seed=1)),
    ):
        assert np.array_equal(place(design, ALL, 1, CENTRE), theirs)


def test_a_crossed_design_meets_every_policy_with_every_state():
    crossed = Crossed(Design("grid", levels=2), Design("grid", levels=2))
    factors = [NAMES, RANGE, LIST]  # levers and uncertainties in any order
    found = values(crossed, factors)
    assert count(crossed, factors) == len(found) == 2 * 2 * 3
    assert found == [(name, x, y) for x, y in itertools.product((0.1, 0.9), (1, 2, 4)) for name in ("a", "b")]
