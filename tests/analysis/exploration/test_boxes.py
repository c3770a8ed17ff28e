"""Boxes: limits that let in just what they should, said in values of the factor; density and coverage by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peersim.analysis.exploration.discovery.boxes import Box, Score, joined, limit_around, roundest, score
from peersim.analysis.exploration.factor import Factor
from tests.known import BY, EVERY, FORMAL

SWITCH = Factor("on", levels=(False, True), meaning="Whether it is on")
STEPS = Factor("minutes", levels=(90, 30, 60), unit="minutes")


def limit(factor, values, inside):
    return limit_around(factor, pd.Series(values), np.asarray(inside, bool))


@pytest.mark.parametrize(
    ("factor", "values", "inside", "said"),
    [
        (EVERY, [1, 7, 8, 12, 16], [0, 0, 1, 1, 1], "8 to 16 weeks"),
        (EVERY, [1, 7, 8, 12, 16], [0, 0, 1, 1, 0], "8 to 12 weeks"),
        (EVERY, [1, 7, 8, 12, 16], [0, 0, 1, 0, 0], "8 weeks"),
        (STEPS, [30, 60, 90, 60], [1, 1, 0, 1], "30 to 60 minutes"),
        (BY, ["external", "peer_lead", "team_manager"], [1, 0, 1], "team manager or external"),
        (SWITCH, [True, False, True], [1, 0, 1], "yes"),
        (FORMAL, [0.1, 0.5, 0.9], [0, 1, 1], "0.5 to 0.9"),
        (FORMAL, np.linspace(0.1, 0.9, 81), np.linspace(0.1, 0.9, 81) > 0.595, "above 0.6"),
        (FORMAL, np.linspace(0.1, 0.9, 81), np.linspace(0.1, 0.9, 81) < 0.234, "below 0.24"),
    ],
)
def test_limits_are_said_in_values_of_the_factor(factor, values, inside, said):
    found = limit(factor, values, inside)
    assert found.said() == said
    np.testing.assert_array_equal(found.holds(pd.Series(values)), np.asarray(inside, bool))


def test_what_lets_in_everything_is_no_limit():
    assert limit(EVERY, [1, 2, 3], [1, 1, 1]) is None
    assert Box().holds(pd.DataFrame({"x": [1, 2]})).all()


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=30, max_size=60, unique=True),
    st.integers(0, 59),
    st.integers(1, 59),
)
def test_a_limit_on_real_numbers_lets_in_just_what_it_was_made_of(values, first, count):
    numbers = np.array(values)
    inside = np.isin(numbers, np.sort(numbers)[first % len(numbers) :][:count])
    found = limit(Factor("x", low=-1e6, high=1e6), values, inside)
    assert found is None or (found.holds(pd.Series(values)) == inside).all()


@given(st.floats(-1e9, 1e9), st.floats(1e-9, 1e9), st.floats(0, 1))
def test_the_roundest_number_lies_between_and_none_inside_is_rounder(low, width, share):
    high = low + width
    if not low < high:
        return
    number = roundest(low, high)
    assert low < number <= high
    middle = low + share * (high - low)
    for digits in range(-9, 12):
        rounder = round(middle, digits)
        if low < rounder < high:
            assert number == round(number, digits)
            break


def test_several_limits_in_words():
    values = pd.DataFrame({EVERY.name: [4, 8, 16], BY.name: ["external", "peer_lead", "external"]})
    box = Box((limit(EVERY, values[EVERY.name], [0, 1, 1]), limit(BY, values[BY.name], [1, 0, 1])))
    assert box.in_words() == "“Weeks from one supervision to the next” 8 to 16 weeks and “Who supervises” is external"
    assert box.holds(values).tolist() == [False, False, True]
    assert Box().in_words() == "everything"


def test_boxes_that_touch_are_joined_and_others_are_not():
    values = pd.DataFrame({EVERY.name: [1, 4, 8, 12, 16] * 3, BY.name: np.repeat(BY.levels, 5)})

    def box(every, by):
        limits = (limit(EVERY, values[EVERY.name], every), limit(BY, values[BY.name], by))
        return Box(tuple(one for one in limits if one is not None))

    late, early, all_of_it = [0, 0, 0, 1, 1] * 3, [0, 1, 1, 0, 0] * 3, [1] * 15
    peers, rest = values[BY.name] == "peer_lead", values[BY.name] != "peer_lead"
    assert joined([box(late, peers), box(early, peers)], values) == [box([0, 1, 1, 1, 1] * 3, peers)]
    assert joined([box(late, peers), box(late, rest), box(early, peers)], values)[0] == box(late, all_of_it)
    apart = [box(late, peers), box(early, rest)]
    assert joined(apart, values) == apart


def test_density_and_coverage_by_hand():
    cases = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], bool)
    inside = np.array([1, 1, 1, 0, 1, 1, 0, 0, 0, 0], bool)
    found = score(inside, cases)
    assert found == Score(5, 3, 10, 4)
    assert (found.density, found.coverage, found.share) == (0.6, 0.75, 0.5)
    assert found.phi == pytest.approx((3 * 4 - 2 * 1) / math.sqrt(5 * 4 * 6 * 5))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=50))
def test_phi_is_the_correlation_of_being_in_it_with_being_a_case(pairs):
    inside, cases = (np.array(side) for side in zip(*pairs, strict=True))
    varied = len(set(inside)) == len(set(cases)) == 2
    assert score(inside, cases).phi == pytest.approx(np.corrcoef(inside, cases)[0, 1] if varied else 0.0)


def test_empty_parts_have_no_density_and_no_merit():
    assert math.isnan(Score(0, 0, 10, 4).density)
    assert math.isnan(Score(3, 0, 10, 0).coverage)
    assert Score(0, 0, 10, 4).phi == Score(10, 4, 10, 4).phi == 0.0
    assert Score(0, 0, 10, 0).to_dict() == {
        "points": 0,
        "cases": 0,
        "density": None,
        "coverage": None,
        "share": 0.0,
        "phi": 0.0,
    }
