"""Regret and robustness by hand; chance that all policies share cancels; designs that do not cross are refused."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.policies.crossing import crossing, labels
from peersim.analysis.exploration.policies.robustness import robustness
from tests.known import BAD, BY, EVERY, FACTORS, FORMAL, policies, responses, sampled

TABLE = [
    [0.9, 0.5, 0.1],  # A: the best where it is easy, the worst where it is hard
    [0.6, 0.6, 0.5],  # B: the best on average
    [0.3, 0.4, 0.6],  # C: the best where it is hard
]
LUCK = np.array([-0.2, -0.1, 0.0, 0.1, 0.2])


def judged(table=TABLE, outcome="identity", **options):
    return robustness(policies(table, outcome, **options)).judgements[outcome]


# by hand ------------------------------------------------------------------------


def test_three_policies_in_three_states_by_hand():
    found = judged()
    np.testing.assert_allclose(found.regret, [[0.0, 0.1, 0.5], [0.3, 0.0, 0.1], [0.6, 0.2, 0.0]], atol=1e-12)
    table = found.table
    np.testing.assert_allclose(table["mean"], [0.5, 17 / 30, 13 / 30])
    np.testing.assert_allclose(table["worst"], [0.1, 0.5, 0.3])
    np.testing.assert_allclose(table["best"], [0.9, 0.6, 0.6])
    np.testing.assert_allclose(table["mean_regret"], [0.2, 0.4 / 3, 0.8 / 3])
    np.testing.assert_allclose(table["max_regret"], [0.5, 0.3, 0.6])
    np.testing.assert_allclose(table["best_in"], [1 / 3] * 3)
    assert [found.first(measure) for measure in ("mean", "worst", "max_regret")] == [1, 1, 1]
    assert found.best.tolist() == [0, 1, 2]


def test_where_lower_is_better_everything_turns_round():
    found = judged(outcome="exhaustion")
    np.testing.assert_allclose(found.regret, [[0.6, 0.1, 0.0], [0.3, 0.2, 0.4], [0.0, 0.0, 0.5]], atol=1e-12)
    np.testing.assert_allclose(found.table["worst"], [0.9, 0.6, 0.6])
    np.testing.assert_allclose(found.table["best"], [0.1, 0.5, 0.3])
    assert [found.first(measure) for measure in ("mean", "worst", "max_regret")] == [2, 1, 1]


def test_policies_that_are_equally_good_share_a_state():
    found = judged([[0.5, 0.5], [0.5, 0.4]])
    np.testing.assert_allclose(found.table["best_in"], [0.75, 0.25])


@given(arrays(float, (4, 5), elements=st.floats(0, 1)), st.sampled_from(["identity", "exhaustion"]))
def test_laws_of_regret(table, outcome):
    found = judged(table, outcome)
    assert (found.regret >= 0.0).all()
    assert (found.regret.min(axis=0) == 0.0).all()
    rows = found.table
    assert (rows["max_regret"] >= rows["mean_regret"] - 1e-12).all()
    better = 1 if outcome == "identity" else -1
    assert (better * rows["best"] >= better * rows["mean"] - 1e-12).all()
    assert (better * rows["mean"] >= better * rows["worst"] - 1e-12).all()
    assert rows["best_in"].sum() == pytest.approx(1.0)


def test_the_share_of_states_in_which_a_condition_is_met():
    found = robustness(policies(TABLE), when="identity >= 0.5")
    assert found.meets["share"].tolist() == pytest.approx([2 / 3, 1.0, 1 / 3])
    assert found.condition_in_words() == (
        "“Peer identity” at least 0.5: met in 100 % of the states of the world at most, by “policy B”."
    )
    assert "condition" in found.to_dict()


# chance -------------------------------------------------------------------------


def test_luck_that_all_share_moves_levels_but_neither_regret_nor_ranks():
    table = judged(luck=LUCK).table
    assert (table["mean_high"] - table["mean_low"] > 0.1).all()
    np.testing.assert_allclose(table["max_regret_low"], table["max_regret"])
    np.testing.assert_allclose(table["max_regret_high"], table["max_regret"])
    np.testing.assert_allclose(table["max_regret_by_chance"], 0.0, atol=1e-12)
    assert table["first_by_mean"].tolist() == [0.0, 1.0, 0.0]


def test_first_places_are_shared_out_by_chance_as_they_should_be():
    # Two replicates; each policy wins one.  Drawn twice: one or the other alone a quarter of times, both half of them.
    found = policies([[0.5], [0.5]])
    found.runs["identity"] = np.array([[1.0, 0.0], [0.0, 1.0]])
    judgement = robustness(found).judgements["identity"]
    assert judgement.table["first_by_mean"].tolist() == pytest.approx([0.5, 0.5], abs=0.05)
    # Alike in truth, but one of them looks better in half of the resamples, by 1: regret by chance.
    assert judgement.table["max_regret_by_chance"].tolist() == pytest.approx([0.25, 0.25], abs=0.05)
    assert judgement.best_sure.tolist() == pytest.approx([0.5], abs=0.05)


def test_intervals_hold_the_truth_as_often_as_they_say():
    truth, held = [0.5, 17 / 30, 13 / 30], []
    for seed in range(60):
        table = judged(own=0.1, seed=seed, luck=np.zeros(30)).table
        held.append((table["mean_low"] <= truth) & (table["mean_high"] >= truth))
    assert 0.9 <= np.mean(held) <= 0.99


def test_one_replicate_says_that_it_knows_no_chance():
    found = robustness(policies(TABLE))
    assert "mean_low" not in found.judgements["identity"].table
    assert "one replicate" in "\n".join(found.in_words("identity"))
    json.dumps(found.to_dict(), allow_nan=False)


# words ---------------------------------------------------------------------------


def test_in_words():
    found = robustness(policies(TABLE, luck=LUCK))
    words = "\n".join(found.in_words("identity"))
    assert "Best on average: “policy B”, 0.567" in words
    assert "Safest (its worst state is the least bad): “policy B”, 0.500" in words
    assert "Least regret (it never falls far behind the best): “policy B”, 0.300" in words
    assert "“policy A” is the best in 1 of 3 states." in words
    assert "first in 100 % of resamples" in words


def test_where_a_policy_wins_is_told_by_a_box():
    easy = np.array([[0.6] * 10 + [0.4] * 10, [0.5] * 20])
    words = "\n".join(robustness(policies(easy)).in_words("identity"))
    assert "“policy A” is the best in 10 of 20 states; where “How bad it is” 1 to 10 (in 100 % of such states" in words
    assert "“policy B” is the best in 10 of 20 states; where “How bad it is” 11 to 20" in words


def test_states_in_which_chance_decides_are_counted():
    found = robustness(policies([[0.5, 0.9], [0.5, 0.1]], luck=np.zeros(8), own=0.05))
    assert "In 1 of 2 states chance decides which policy is the best" in "\n".join(found.in_words("identity"))
    assert found.to_dict()["outcomes"]["identity"]["states_decided_by_chance"] == 1


def test_one_policy_has_nothing_to_regret():
    words = "\n".join(robustness(policies([[0.5, 0.7, 0.3]])).in_words("identity"))
    assert "There is one policy only, “policy A”: nothing to choose, and nothing to regret." in words
    assert (
        "“Peer identity” is 0.500 on average over 3 states of the world, 0.300 in the worst and 0.700 in the best"
        in words
    )


def test_without_levers_the_base_scenario_is_the_policy():
    places, values = sampled(6, (FORMAL,))
    found = robustness(
        responses(values, {"identity": np.linspace(0, 1, 6)[:, np.newaxis]}, (FORMAL,), coordinates=places)
    )
    assert found.policies == ["the base scenario"]
    assert len(found.states) == 6


# which designs --------------------------------------------------------------------


def crossed(levers, uncertainties, order=None):
    """Every row of one table with every row of the other, as a crossed design has them."""
    factors = (*levers[1], *uncertainties[1])
    places = levers[0].merge(uncertainties[0], how="cross")
    if order is not None:
        places = places.iloc[order].reset_index(drop=True)
    values = pd.DataFrame({f.name: [f.value(place) for place in places[f.name]] for f in factors})
    return responses(values, {"identity": np.arange(float(len(values)))[:, np.newaxis]}, factors, "crossed", places)


def coordinates(factor, *places):
    return pd.DataFrame({factor.name: places}), (factor,)


def test_a_crossed_design_is_read_policy_by_policy():
    found = crossing(crossed(coordinates(EVERY, 0.1, 0.9), coordinates(FORMAL, 0.0, 0.5, 1.0)))
    assert found.points.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found.policies[EVERY.name].tolist() == [2, 15]
    assert found.states[FORMAL.name].tolist() == [0.1, 0.5, 0.9]


def test_the_order_of_points_does_not_matter():
    found = crossing(crossed(coordinates(EVERY, 0.1, 0.9), coordinates(FORMAL, 0.0, 0.5, 1.0), [5, 0, 3, 1, 4, 2]))
    assert found.points.tolist() == [[0, 4, 2], [1, 3, 5]] or found.points.tolist() == [[0, 2, 4], [5, 1, 3]]
    values = found.policies[EVERY.name].tolist()
    assert sorted(values) == [2, 15]


def test_the_same_policy_twice_is_one_and_a_state_sampled_twice_counts_twice():
    found = crossing(crossed(coordinates(EVERY, 0.1, 0.11, 0.9), coordinates(BAD, 0.1, 0.2, 0.9)))
    assert found.policies[EVERY.name].tolist() == [2, 15]
    assert found.states[BAD.name].tolist() == [1, 1, 3]
    assert found.points.tolist() == [[0, 1, 2], [6, 7, 8]]


def test_a_list_of_points_is_taken_if_it_crosses():
    values = pd.DataFrame({EVERY.name: [2, 15, 2, 15, 2], FORMAL.name: [0.2, 0.2, 0.8, 0.8, 0.2]})
    runs = {"identity": np.arange(5.0)[:, np.newaxis]}
    assert crossing(responses(values, runs, (EVERY, FORMAL), "points")).points.tolist() == [[0, 2], [1, 3]]


@pytest.mark.parametrize(
    ("factors", "parts"),
    [
        (FACTORS, ("latin_hypercube: its 20 points hold 20 policies and 20 states", "grid")),
        ((EVERY, BY), ("varies no uncertainties", "'uncertainties'")),
    ],
)
def test_other_designs_are_refused(factors, parts):
    places, values = sampled(20, factors)
    with pytest.raises(QuestionError) as refused:
        robustness(responses(values, {"identity": np.zeros((20, 2))}, factors, coordinates=places))
    for part in parts:
        assert part in str(refused.value)


def test_policies_are_called_by_their_settings():
    pay = Factor("valuing.pay_parity", low=0.0, high=1.0)
    table = pd.DataFrame({EVERY.name: [4], pay.name: [0.123456], BY.name: ["peer_lead"]})
    names = labels(table, (EVERY, pay, BY))
    assert names == ["supervision every 4 weeks, pay parity 0.123, supervision by peer lead"]
    assert labels(table[[BY.name]], (BY,)) == ["peer lead"]
    assert labels(table[[EVERY.name]], (EVERY,)) == ["supervision every 4 weeks"]


# what is missing -------------------------------------------------------------------


def holed(*holes, table=TABLE):
    found = policies(table, luck=LUCK)
    for policy, state in holes:
        found.runs["identity"][policy * len(table[0]) + state] = np.nan
    return found


def test_a_state_in_which_one_policy_failed_is_left_out_for_all():
    found = robustness(holed((1, 2)))
    judgement = found.judgements["identity"]
    assert judgement.states.tolist() == [0, 1]
    np.testing.assert_allclose(judgement.table["mean"], [0.7, 0.6, 0.35])
    assert "Left out: 1 state of the world in which not all policies have results." in found.in_words("identity")
    assert set(found.regrets()["state"]) == {0, 1}


def test_a_policy_that_always_failed_is_left_out_alone():
    found = robustness(holed((0, 0), (0, 1), (0, 2)), when="identity > 0.45")
    judgement = found.judgements["identity"]
    assert judgement.policies.tolist() == [1, 2]
    assert len(judgement.states) == 3
    assert "Left out: 1 policy without results." in found.in_words("identity")
    assert found.table()["policy"].tolist() == ["policy B", "policy C"]
    assert found.meets["policy"].tolist() == [1, 2]


def test_where_nothing_is_left_it_is_refused():
    with pytest.raises(QuestionError, match="in no state of the world do all policies have a value"):
        robustness(holed((0, 0), (1, 1), (2, 2)))


def test_outcomes_without_values_are_passed_over_unless_they_are_asked_for():
    found = policies(TABLE)
    found.runs["trust"] = np.full((9, 1), np.nan)
    assert list(robustness(found).judgements) == ["identity"]
    with pytest.raises(QuestionError, match="outcome trust: in no state"):
        robustness(found, ["trust"])
    with pytest.raises(QuestionError, match="outcome hope: no such outcome"):
        robustness(found, ["hope"])
    del found.runs["identity"]
    with pytest.raises(QuestionError, match="no point has a value of any outcome"):
        robustness(found)


def test_tables_hold_every_policy_and_every_state():
    found = robustness(policies(TABLE, luck=LUCK))
    assert found.table()[["outcome", "policy", "care"]].to_numpy().tolist()[0] == ["identity", "policy A", "policy A"]
    rows = found.regrets()
    assert len(rows) == 9
    assert rows["point"].tolist() == list(range(9))
    assert rows.loc[rows["state"] == 2, BAD.name].tolist() == [3] * 3
    assert robustness(policies(TABLE, luck=LUCK)).to_dict() == found.to_dict()
