"""Where the values of a factor lie: to scale or evenly, none at all last, and nothing beyond what was met."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.metamodel.scale import Scale
from tests.surfaces import BY, FORMAL, PAY, PEERS, SUPERVISION

PLAIN = Factor("support.supervision.every_weeks", levels=(0, 1, 2, 4, 8, 16), meaning="no word of what 0 is")
NONE = Factor("support.supervision.every_weeks", levels=(8, 0, 1, 2, 4, 16), meaning=SUPERVISION.meaning)


def test_none_at_all_is_not_a_little():
    assert Scale.of(NONE, [0, 1, 2, 4, 8, 16]).met == (1, 2, 4, 8, 16, 0)
    assert Scale.of(PLAIN, [0, 1, 2, 4, 8, 16]).met == (0, 1, 2, 4, 8, 16)
    assert not Scale.of(NONE, [0]).has_none  # nothing to stand apart from


def test_names_keep_the_order_of_the_study():
    assert Scale.of(BY, ["external", "manager", "external"]).met == ("manager", "external")


def test_true_and_false_are_names_and_no_numbers():
    scale = Scale.of(Factor("model.off", levels=(False, True)), [True, False])
    assert scale.met == (False, True)
    assert scale.check(True, "at") is True
    with pytest.raises(QuestionError, match="allowed here: false, true"):
        scale.check(1, "at")


def test_levels_far_apart_are_spaced_evenly_and_others_to_scale():
    uneven, even = Scale.of(SUPERVISION, [1, 2, 4, 8, 16]), Scale.of(FORMAL, [0.1, 0.15, 0.9])
    assert uneven.even
    np.testing.assert_array_equal(uneven.positions([1, 2, 4, 8, 16]), range(5))
    np.testing.assert_allclose(uneven.positions([3, 12]), [1.5, 3.5])
    assert not even.even  # a range is a range, wherever its points fell
    np.testing.assert_array_equal(even.positions([0.1, 0.15, 0.9]), [0.1, 0.15, 0.9])


def test_none_lies_one_gap_beyond():
    np.testing.assert_array_equal(Scale.of(NONE, NONE.levels).positions([16, 0, 1]), [4, 5, 0])


@given(st.lists(st.floats(0.1, 0.9), min_size=2, unique=True))
def test_positions_have_the_order_of_the_numbers(values):
    scale = Scale.of(FORMAL, values)
    assert list(scale.met) == sorted(values)
    assert (np.diff(scale.positions(scale.met)) > 0).all()


def test_a_range_is_known_to_its_ends_only_if_the_study_came_near():
    assert Scale.of(PAY, [0.61, 0.8, 1.08]).ends == (0.6, 1.1)
    assert Scale.of(PAY, [0.7, 0.8, 0.9]).ends == (0.7, 0.9)


@pytest.mark.parametrize(
    ("factor", "met", "asked", "allowed"),
    [
        (PAY, [0.6, 1.1], 1.2, "0.6 to 1.1; nothing is said beyond what the study varied"),
        (PAY, [0.6, 1.1], "high", "0.6 to 1.1"),
        (PAY, [0.6, 1.1], float("nan"), "0.6 to 1.1"),
        (PAY, [0.6, 1.1], True, "0.6 to 1.1"),
        (PEERS, [1, 6], 2.5, "1 to 6 (whole numbers)"),
        (Factor("teams.peers", levels=(1, 2, 8)), [1, 2, 8], 2.5, "1 to 8 (whole numbers)"),
        (NONE, [0, 1, 4], 0.5, "1 to 4, or 0 (none)"),
        (BY, ["manager", "external"], "peer_lead", "manager, external"),
    ],
)
def test_what_nothing_is_known_of_is_refused(factor, met, asked, allowed):
    with pytest.raises(QuestionError) as refused:
        Scale.of(factor, met).check(asked, "at")
    assert f"at {factor.name}=" in str(refused.value)
    assert f"allowed here: {allowed}" in str(refused.value)


def test_what_is_known_is_taken_as_the_study_writes_it():
    assert Scale.of(NONE, [0, 1, 4]).check(np.int64(0), "at") == 0
    assert type(Scale.of(PEERS, [1, 6]).check(np.float64(3.0), "at")) is int
    assert Scale.of(PAY, [0.6, 1.1]).check(1, "at") == 1.0


def test_steps_for_a_curve_hold_all_levels_and_for_a_table_are_few():
    supervision, pay = Scale.of(NONE, NONE.levels), Scale.of(PAY, np.linspace(0.6, 1.1, 50))
    assert supervision.steps() == [1, 2, 4, 8, 16, 0]
    assert {1, 2, 4, 8, 16} <= set(supervision.steps(20))
    assert supervision.steps(20)[-1] == 0
    assert (pay.steps()[0], pay.steps()[-1], len(pay.steps())) == (0.6, 1.1, 8)
    assert Scale.of(PEERS, [1, 3, 6]).steps(40) == [1, 2, 3, 4, 5, 6]
    assert Scale.of(BY, BY.levels).steps(40) == list(BY.levels)


def test_the_middle_is_where_other_factors_are_held():
    assert Scale.of(PAY, [0.6, 1.1]).middle == 0.85
    assert Scale.of(SUPERVISION, [1, 2, 4, 8, 16]).middle == 4
    assert Scale.of(NONE, NONE.levels).middle == 4
    assert Scale.of(PEERS, [1, 6]).middle == 4  # of 3.5, the even one
    assert Scale.of(BY, BY.levels).middle == "manager"
