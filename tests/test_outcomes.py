"""Outcomes: what they say agrees with SciPy, pandas and counting by hand."""

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from peersim.ensemble import run
from peersim.results.outcomes import (
    OUTCOMES,
    RETENTION_WEEKS,
    by_replicate,
    interval,
    product_limit,
    pseudo_values,
    risk_table,
    summarise,
)
from peersim.results.sums import LAST_WEEKS, ratio
from peersim.world.measures import WEEKLY
from peersim.world.state import LEFT_JOB, LEFT_ROLE, PEER, STILL_THERE
from tests.worlds import busy, small

WEEKS = 30

# The headline outcomes that the model page names.
HEADLINES = {
    *("identity", "role_clarity", "empowerment", "felt_value", "exhaustion", "wellbeing", "intention_to_leave"),
    *("generic_share", "isolation", "retention_12m", "retention_24m", "annual_leaving_rate", "vacancy_rate"),
    *("sickness_rate", "trust", "hope", "engagement", "recovery", "culture_valuing", "role_understanding"),
    *("clinician_exhaustion", "clinician_leaving_rate", "cost_per_year", "cost_per_peer_year"),
}


def spells_of(service, ended):
    rows = np.zeros(len(service), PEER).view(np.recarray)
    rows.tenure, rows.ended = service, ended
    return rows


def curve(service, ended, weeks=WEEKS):
    """Share still in post after 1, 2, ... weeks, all spells pooled."""
    spells = spells_of(service, ended)
    return product_limit(risk_table(spells, np.zeros(len(spells), np.int64), 1, weeks).sum(axis=0))


def scipy_curve(service, ended, weeks=WEEKS):
    service, gone = np.asarray(service, float), np.asarray(ended) != STILL_THERE
    data = scipy.stats.CensoredData(uncensored=service[gone], right=service[~gone])
    return scipy.stats.ecdf(data).sf.evaluate(np.arange(1, weeks + 1))


spell = st.tuples(st.integers(1, WEEKS), st.sampled_from([STILL_THERE, LEFT_JOB, LEFT_ROLE]))


# retention ----------------------------------------------------------------------------------------------------------


@given(st.lists(spell, min_size=1, max_size=40))
def test_retention_is_scipys_kaplan_meier_while_anybody_is_at_risk(spells):
    service, ended = map(list, zip(*spells, strict=True))
    last = max(service)
    np.testing.assert_allclose(curve(service, ended)[:last], scipy_curve(service, ended)[:last], atol=1e-12)


def test_retention_is_0_once_everybody_has_left():
    service, ended = [3, 5, 8], [LEFT_JOB, LEFT_ROLE, LEFT_JOB]
    np.testing.assert_allclose(curve(service, ended), scipy_curve(service, ended), atol=1e-12)


def test_retention_beyond_the_longest_open_spell_is_unknown():
    found = curve([3, 5, 8], [LEFT_JOB, LEFT_ROLE, STILL_THERE])
    np.testing.assert_allclose(found[:8], [1, 1, 2 / 3, 2 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3])
    assert np.isnan(found[8:]).all()


def test_retention_by_hand():
    # Five start; one leaves in week 2, one is lost to view in week 2, one leaves in week 4, two are there in week 6.
    found = curve([2, 2, 4, 6, 6], [LEFT_JOB, STILL_THERE, LEFT_ROLE, STILL_THERE, STILL_THERE])
    np.testing.assert_allclose(found[:6], [1, 4 / 5, 4 / 5, 4 / 5 * 2 / 3, 4 / 5 * 2 / 3, 4 / 5 * 2 / 3])


def test_risk_tables_are_by_replicate():
    spells = spells_of([2, 4, 4, 1], [LEFT_JOB, STILL_THERE, LEFT_ROLE, LEFT_JOB])
    table = risk_table(spells, np.array([0, 0, 2, 2]), 3, 5)
    assert table.shape == (3, 5, 2)
    assert table[0, :, 0].tolist() == [0, 1, 0, 0, 0]
    assert table[0, :, 1].tolist() == [2, 2, 1, 1, 0]
    assert not table[1].any()
    assert table[2, :, 0].tolist() == [1, 0, 0, 1, 0]
    assert table[2, :, 1].tolist() == [2, 1, 1, 1, 0]


def test_retention_of_a_run_is_that_of_its_people():
    results = run(busy({"model.hazard_base": -6.5}, weeks=120), 40, seed=4)
    people = results.people
    gone = people.how_it_ended != "in post"
    data = scipy.stats.CensoredData(uncensored=people.tenure[gone & (people.tenure > 0)], right=people.tenure[~gone])
    truth = scipy.stats.ecdf(data).sf.evaluate([52, 104])
    # Pseudo-values average to the pooled estimate up to its bias, which is of the order of 1 / replicates.
    np.testing.assert_allclose(results.outcomes.loc[list(RETENTION_WEEKS), "mean"], truth, atol=0.02)
    assert 0 < truth[1] < truth[0] < 1
    curve = results.retention
    assert curve.retention[0] == 1
    assert ((curve.low <= curve.retention) & (curve.retention <= curve.high))[curve.low.notna()].all()


def test_retention_is_unknown_before_the_horizon_reaches_it():
    outcomes = run(small(weeks=51), 4).outcomes
    assert outcomes.loc[list(RETENTION_WEEKS), "mean"].isna().all()
    assert run(small(weeks=52), 4).outcomes["mean"].notna()["retention_12m"]


# pseudo-values ------------------------------------------------------------------------------------------------------


@given(hnp.arrays(float, st.tuples(st.integers(1, 12), st.integers(1, 4)), elements=st.floats(-100, 100)))
def test_pseudo_values_of_a_mean_are_the_replicates_own_values(values):
    totals = np.stack([values, np.ones_like(values)], axis=-1)
    found = pseudo_values(totals, ratio)
    np.testing.assert_allclose(found, values, atol=1e-9)
    np.testing.assert_allclose(found.mean(axis=0), ratio(totals.sum(axis=0)), atol=1e-9)


def test_pseudo_values_of_a_ratio_by_hand():
    # Leavers and years: 1 in 2, 0 in 1, 3 in 3.  Pooled 4 / 6; without each 3 / 4, 4 / 5, 1 / 3.
    totals = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 3.0]])
    whole = 4 / 6
    expected = [3 * whole - 2 * 3 / 4, 3 * whole - 2 * 4 / 5, 3 * whole - 2 * 1 / 3]
    np.testing.assert_allclose(pseudo_values(totals, ratio), expected)


def test_pseudo_values_of_a_variance_give_the_unbiased_one():
    # The jackknife of the plug-in variance is the unbiased variance: a known result.
    values = np.array([1.0, 4.0, 4.5, 7.0, 11.0])
    totals = np.stack([np.ones(5), values, values**2], axis=-1)

    def plug_in(sums):
        return sums[..., 2] / sums[..., 0] - (sums[..., 1] / sums[..., 0]) ** 2

    assert pseudo_values(totals, plug_in).mean() == pytest.approx(values.var(ddof=1))


def test_one_replicate_has_the_estimate_itself():
    assert pseudo_values(np.array([[1.0, 4.0]]), ratio).tolist() == [0.25]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 40)), min_size=2, max_size=30))
def test_pseudo_values_of_a_ratio_average_near_the_pooled_one(counts):
    totals = np.array(counts, float)
    found = pseudo_values(totals, ratio)
    n = len(totals)
    jackknife = [totals.sum(axis=0) - row for row in totals]
    expected = n * totals[:, 0].sum() / totals[:, 1].sum() - (n - 1) * np.array(
        [top / bottom for top, bottom in jackknife]
    )
    np.testing.assert_allclose(found, expected, atol=1e-9)


# intervals ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.floats(-1e3, 1e3), st.just(math.nan)), min_size=1, max_size=30))
def test_the_interval_is_students(values):
    known = np.array([value for value in values if not math.isnan(value)])
    mean, low, high = interval(np.array(values))
    if len(known) == 0:
        assert np.isnan([mean, low, high]).all()
        return
    assert mean == pytest.approx(known.mean(), abs=1e-9)
    if len(known) == 1:
        assert np.isnan([low, high]).all()
        return
    assume(known.std() > 1e-6)
    expected = scipy.stats.t.interval(0.95, len(known) - 1, loc=known.mean(), scale=scipy.stats.sem(known))
    np.testing.assert_allclose([low, high], expected, rtol=1e-7, atol=1e-7)


def test_the_interval_is_taken_column_by_column():
    values = np.array([[1.0, math.nan], [2.0, 5.0], [6.0, 7.0]])
    mean, low, high = interval(values)
    assert mean.tolist() == [3.0, 6.0]
    for k, column in enumerate(([1.0, 2.0, 6.0], [5.0, 7.0])):
        expected = scipy.stats.t.interval(0.95, len(column) - 1, loc=np.mean(column), scale=scipy.stats.sem(column))
        np.testing.assert_allclose([low[k], high[k]], expected)


def coverage(estimate, truth, sets=300):
    """Share of 95 % intervals, each from its own data, that hold the truth."""
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(sets):
        _, low, high = interval(estimate(rng))
        held += bool(low <= truth <= high)
    return held / sets


def test_intervals_of_retention_hold_the_truth_as_often_as_they_say():
    # Each of 60 replicates has 3 posts; service is geometric with weekly hazard 0.01, watched for 80 weeks, and the
    # post is filled again at once: so most spells are censored somewhere.
    replicates, hazard, watched, at = 60, 0.01, 80, 52

    def one_study(rng):
        service, ended, replicate = [], [], []
        for r in range(replicates):
            for _ in range(3):
                left = watched
                while left > 0:
                    lasts = rng.geometric(hazard)
                    service.append(min(lasts, left))
                    ended.append(LEFT_JOB if lasts <= left else STILL_THERE)
                    replicate.append(r)
                    left -= lasts
        risk = risk_table(spells_of(service, ended), np.array(replicate), replicates, watched)
        return pseudo_values(risk[:, :at], product_limit)[:, -1]

    assert 0.90 <= coverage(one_study, (1 - hazard) ** at) <= 0.98


def test_intervals_of_a_leaving_rate_hold_the_truth_as_often_as_they_say():
    def one_study(rng):
        exposure = rng.integers(10, 60, 50).astype(float)
        return pseudo_values(np.stack([rng.poisson(0.02 * exposure), exposure], axis=-1).astype(float), ratio)

    assert 0.90 <= coverage(one_study, 0.02) <= 0.98


# a run's outcomes ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results():
    return run(busy(weeks=60), 25, seed=2)


def test_every_outcome_of_the_model_page_is_there(results):
    assert set(results.outcomes.index) >= HEADLINES
    assert list(results.outcomes.index) == list(results.per_replicate.columns) == list(OUTCOMES)


@pytest.mark.parametrize("name", [name for name in OUTCOMES if name in WEEKLY])
def test_point_outcomes_are_means_of_the_last_26_weeks(results, name):
    weekly = results.weekly
    last = weekly[weekly.week >= results.weeks - LAST_WEEKS]
    assert LAST_WEEKS == 26
    expected = last.groupby("replicate")[name].mean()
    np.testing.assert_allclose(results.per_replicate[name], expected, rtol=1e-12)


def test_leaving_rates_are_leavers_per_year_in_post(results):
    for who, rate, label in (
        ("peers", "annual_leaving_rate", "peer worker"),
        ("clinicians", "clinician_leaving_rate", "clinician"),
    ):
        events = results.events[results.events.who == label]
        left = events.event.isin(["left", "changed role"]).sum()
        # Weeks lived in post: everybody counted at the end of a week lived it, but for those who started at its end;
        # those who left at its end lived it too.
        posts = {"peers": 3, "clinicians": 8}[who]
        more = events.event.map({"hired": 1, "left": -1, "changed role": -1}).astype(float).fillna(0)
        # Whoever came or went in week w changes who is there from week w + 1 on.
        weeks = results.replicates * results.weeks * posts + (more * (results.weeks - 1 - events.week)).sum()
        pooled = 52 * left / weeks
        assert results.outcomes.loc[rate, "mean"] == pytest.approx(pooled, rel=0.02)
        assert results.outcomes.loc[rate, "low"] < pooled < results.outcomes.loc[rate, "high"]


def test_peers_weeks_in_post_are_the_sum_of_tenures(results):
    weekly = results.weekly
    weeks = (weekly.peers_in_post + weekly.peers_left - weekly.peers_hired).groupby(weekly.replicate).sum()
    tenures = results.people.groupby("replicate").tenure.sum()
    np.testing.assert_array_equal(weeks, tenures)


def test_costs_are_all_costs(results):
    weekly = results.weekly
    parts = [name for name in weekly if name.startswith("cost_")]
    np.testing.assert_allclose(weekly[parts].sum(axis=1), weekly.cost)
    per_year = 52 * weekly.groupby("replicate").cost.mean()
    np.testing.assert_allclose(results.per_replicate.cost_per_year, per_year)
    pooled = 52 * weekly.cost.sum() / results.people.tenure.sum()
    assert results.outcomes.loc["cost_per_peer_year", "mean"] == pytest.approx(pooled, rel=0.02)


def test_the_summary_is_the_interval_of_the_replicates(results):
    for name, row in results.outcomes.iterrows():
        values = results.per_replicate[name].dropna()
        assert row.replicates == len(values)
        if len(values) > 1:
            assert row["mean"] == pytest.approx(values.mean())
            low, high = scipy.stats.t.interval(0.95, len(values) - 1, loc=values.mean(), scale=scipy.stats.sem(values))
            ends = np.clip([low, high], 0, 1) if name in RETENTION_WEEKS else [low, high]
            np.testing.assert_allclose([row.low, row.high], ends)


def weekly_array(**columns):
    """Weekly measures of replicates, all 0 but for those given."""
    shape = next(iter(columns.values())).shape
    weekly = np.zeros((*shape, len(WEEKLY)))
    for name, values in columns.items():
        weekly[:, :, list(WEEKLY).index(name)] = values
    return weekly


def test_weeks_with_nobody_in_post_do_not_count_and_a_replicate_without_anybody_has_no_value():
    identity = np.array([[0.5] * 10 + [math.nan] * 20, [math.nan] * 30, [0.2] * 4 + [0.4] * 26])
    risk = np.zeros((3, 30, 2))
    table = by_replicate(weekly_array(identity=identity), risk)
    assert table.identity[0] == 0.5
    assert math.isnan(table.identity[1])
    assert table.identity[2] == pytest.approx(0.4)
    summary = summarise(table)
    assert summary.loc["identity", "mean"] == pytest.approx(0.45)
    assert summary.loc["identity", "replicates"] == 2
    assert summary.loc["annual_leaving_rate", "replicates"] == 0
    assert math.isnan(summary.loc["annual_leaving_rate", "mean"])


def test_a_provider_that_loses_everybody_still_has_outcomes():
    harsh = {"model.hazard_base": 0, "model.clinician_hazard_base": 0, "model.off": ["hiring"]}
    outcomes = run(small(harsh, weeks=110), 5).outcomes
    assert outcomes.loc["vacancy_rate", "mean"] == 1
    assert outcomes["mean"].isna()[["identity", "wellbeing", "role_understanding"]].all()
    assert outcomes.loc["annual_leaving_rate", "mean"] > 10
    assert np.isfinite(outcomes.loc["cost_per_year", "mean"])


def test_a_provider_that_loses_everybody_retains_nobody():
    harsh = {"model.hazard_base": 0, "model.clinician_hazard_base": 0, "model.off": ["hiring"]}
    outcomes = run(small(harsh, weeks=110), 5).outcomes
    assert outcomes.loc["retention_12m", "mean"] == 0
    assert outcomes.loc["retention_24m", "mean"] == 0


def test_team_means_weighted_by_people_are_the_providers():
    results = run(busy(weeks=20), 3, seed=1, by_team=True)
    teams = results.teams
    assert isinstance(teams, pd.DataFrame)
    for measure, people in (
        ("identity", "peers_in_post"),
        ("role_understanding", "clinicians_in_post"),
        ("trust", "users_on_caseload"),
    ):
        sums = (teams[measure].fillna(0) * teams[people]).groupby([teams.replicate, teams.week]).sum()
        people_in = teams.groupby(["replicate", "week"])[people].sum()
        weekly = results.weekly.set_index(["replicate", "week"])
        np.testing.assert_array_equal(people_in, weekly[people])
        np.testing.assert_allclose((sums / people_in.where(people_in > 0)), weekly[measure])


@settings(max_examples=30)
@given(hnp.arrays(float, (6, 40), elements=st.one_of(st.floats(0, 1), st.just(math.nan))))
def test_last_weeks_agree_with_pandas_whatever_is_missing(series):
    table = by_replicate(weekly_array(trust=series), np.zeros((6, 40, 2)))
    expected = pd.DataFrame(series[:, -26:]).mean(axis=1)
    np.testing.assert_allclose(table.trust, expected, rtol=1e-12)


# people -------------------------------------------------------------------------------------------------------------


def test_who_never_weighed_leaving_is_not_shown_as_pushed():
    people = run(small({"model.off": ["leaving"]}, weeks=5), 2).people
    assert not people[[name for name in people if name.startswith("push_")]].to_numpy().any()
