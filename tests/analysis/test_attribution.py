"""A bundle taken apart: parts, shares that add up, sampling beyond what can be run, mechanisms in turn."""

import json

import numpy as np
import pandas as pd
import pytest

import peersim as ps
from peersim.analysis.errors import QuestionError
from peersim.results.outcomes import OUTCOMES
from peersim.scenario.switches import SWITCHABLE
from peersim.studies import attribute as study
from tests.worlds import busy

BUNDLE = {
    "valuing.pay_parity": 1.0,
    "valuing.progression": 0.6,
    "support.supervision.every_weeks": 1,
    "culture.disclosure_autonomy": 0.9,
    "costs.hire": 100.0,
    "teams.0.pressure": 0.3,
    "teams.1.pressure": 0.3,
    "changes": [{"week": 5, "set": {"structure.flexibility": 0.9}}],
}


@pytest.fixture(scope="module")
def base():
    return busy(weeks=30)


@pytest.fixture(scope="module")
def found(base):
    return ps.attribute(base, base.with_(BUNDLE), replicates=6, seed=3, name="all of it")


# parts ------------------------------------------------------------------------


def test_parts_are_the_themes_and_the_other_groups_in_order(base):
    parts = study.parts_of(base, base.with_(BUNDLE))
    assert [part.name for part in parts] == ["valuing", "support", "culture", "teams", "changes", "costs"]
    assert parts[0].label == "Valuing what is distinctive"
    assert parts[0].changes == {"valuing.pay_parity": 1.0, "valuing.progression": 0.6}


def test_keys_stand_alone_where_they_can(base):
    names = [part.name for part in study.parts_of(base, base.with_(BUNDLE), "key")]
    assert names == [
        "valuing.pay_parity",
        "valuing.progression",
        "support.supervision.every_weeks",
        "culture.disclosure_autonomy",
        "teams",
        "changes",
        "costs.hire",
    ]


def test_all_parts_together_are_the_bundle(base):
    bundle = base.with_(BUNDLE)
    changes = {key: value for part in study.parts_of(base, bundle) for key, value in part.changes.items()}
    assert base.with_(changes) == bundle


def test_every_policy_belongs_to_a_theme():
    groups = {parameter.group for parameter in ps.registry()}
    assert groups - {"scenario"} <= {*study.THEMES, *study.OTHERS}


# shares -----------------------------------------------------------------------


def test_every_subset_is_a_scenario_of_its_own(base, found):
    assert sorted(found.outcomes) == list(range(64))
    some = base.with_({"culture.disclosure_autonomy": 0.9, "costs.hire": 100.0})
    expected = ps.run(some, 6, seed=3).per_replicate.to_numpy()
    np.testing.assert_array_equal(found.outcomes[0b100100], expected)


def test_shares_add_up_to_the_difference_that_compare_finds(base, found):
    compared = ps.compare(base, {"all of it": base.with_(BUNDLE)}, 6, seed=3).of("all of it")
    shares = found.shares.groupby("outcome", sort=False)["share"].sum(min_count=1)
    np.testing.assert_allclose(shares, compared["difference"], atol=1e-12)
    np.testing.assert_allclose(found.total["difference"], compared["difference"], atol=1e-12)
    np.testing.assert_allclose(found.total["low"], compared["low"], atol=1e-12)


def test_a_part_that_changes_no_state_has_no_share_in_it(found):
    costs = found.shares[found.shares["part"] == "costs"].set_index("outcome")
    money = ["cost_per_year", "cost_per_peer_year"]
    assert (costs.drop(money)["share"].dropna().abs() < 1e-12).all()
    assert costs.loc["cost_per_year", "share"] < 0
    assert costs.loc["cost_per_year", "sampling_error"] == 0


def test_alone_and_on_top_of_the_rest(base, found):
    row = found.shares.set_index(["part", "outcome"]).loc[("support", "identity")]
    alone = ps.compare(base, {"a": base.with_({"support.supervision.every_weeks": 1})}, 6, seed=3).of("a")
    assert row["alone"] == pytest.approx(alone.loc["identity", "difference"])
    without = {key: value for key, value in BUNDLE.items() if not key.startswith("support")}
    last = ps.compare(base.with_(without), {"a": base.with_(BUNDLE)}, 6, seed=3).of("a")
    assert row["last"] == pytest.approx(last.loc["identity", "difference"])


def test_interactions_of_every_pair(found):
    assert len(found.interactions) == 15 * len(OUTCOMES)
    money = found.interactions[found.interactions["outcome"] == "identity"]
    of_costs = money[(money["part"] == "costs") | (money["with"] == "costs")]
    assert (of_costs["interaction"].abs() < 1e-12).all()


def test_everything_goes_into_json(found):
    again = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert again["bundle"] == "all of it"
    assert again["exact"]
    assert len(again["shares"]) == 6 * len(OUTCOMES)


def test_a_single_part_has_the_whole_effect(base):
    found = ps.attribute(base, base.with_({"costs.hire": 100.0}), replicates=3)
    shares = found.shares.set_index("outcome")
    pd.testing.assert_series_equal(shares["share"], found.total["difference"], check_names=False)
    assert found.interactions.empty


# more parts than can be run ---------------------------------------------------


def test_beyond_what_can_be_run_orders_are_sampled_and_their_error_is_told(base, monkeypatch):
    monkeypatch.setattr(study, "MOST_EXACT", 3)
    monkeypatch.setattr(study, "BUDGET", 40)
    told = []
    sampled = ps.attribute(base, base.with_(BUNDLE), replicates=6, seed=3, progress=lambda *done: told.append(done))
    assert not sampled.exact
    assert len(sampled.orders) == 8
    assert len(sampled.outcomes) <= 40
    assert told[-1] == (6 * len(sampled.outcomes),) * 2
    assert sampled.interactions.empty
    shares = sampled.shares.groupby("outcome", sort=False)["share"].sum(min_count=1)
    np.testing.assert_allclose(shares, sampled.total["difference"], atol=1e-12)
    rows = sampled.shares[sampled.shares["outcome"] == "identity"]
    assert (rows["sampling_error"] > 0).any()
    assert (rows["high"] - rows["low"] >= 2 * rows["sampling_error"]).all()


def test_sampled_shares_agree_with_the_exact_ones(base, found, monkeypatch):
    monkeypatch.setattr(study, "MOST_EXACT", 3)
    monkeypatch.setattr(study, "BUDGET", 150)
    sampled = ps.attribute(base, base.with_(BUNDLE), replicates=6, seed=3)
    both = found.shares.merge(sampled.shares, on=["part", "outcome"], suffixes=("", "_sampled")).dropna()
    off = (both["share"] - both["share_sampled"]).abs()
    assert (off <= 6 * both["sampling_error_sampled"] + 1e-12).mean() > 0.97


# questions that cannot be answered --------------------------------------------


def test_a_bundle_that_changes_nothing_is_refused(base):
    with pytest.raises(QuestionError, match="small: changes nothing"):
        ps.attribute(base, base)


def test_parts_of_an_unknown_kind_are_refused(base):
    with pytest.raises(QuestionError, match=r"by: found 'team'; allowed: theme, key"):
        ps.attribute(base, base.with_(BUNDLE), by="team")


# mechanisms -------------------------------------------------------------------


def test_a_mechanism_does_what_is_missing_without_it(base):
    found = ps.switch_off(base, replicates=4, seed=2).set_index(["mechanism", "outcome"])
    whole, without = (
        ps.run(case, 4, seed=2).per_replicate["identity"] for case in (base, base.with_({"model.off": ["colleagues"]}))
    )
    row = found.loc[("colleagues", "identity")]
    assert row["difference"] == pytest.approx((whole - without).mean())
    assert row["without"] == pytest.approx(without.mean())
    assert found.index.get_level_values("mechanism").unique().tolist() == list(SWITCHABLE)


def test_what_is_off_already_is_left_out(base):
    found = ps.switch_off(base.with_({"model.off": ["culture"]}), replicates=2)
    assert "culture" not in set(found["mechanism"])
    with pytest.raises(QuestionError, match="every mechanism is off already"):
        ps.switch_off(base.with_({"model.off": list(SWITCHABLE)}), replicates=2)
