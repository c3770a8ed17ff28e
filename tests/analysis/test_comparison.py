"""Scenarios compared: the same people and luck, precision reached or not, questions that cannot be answered."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import peersim as ps
from peersim.analysis import files
from peersim.analysis.comparison import Comparison
from peersim.analysis.errors import QuestionError
from peersim.analysis.matching import matching
from peersim.results.files import InputError
from peersim.results.outcomes import OUTCOMES
from tests.worlds import a_team, busy, small

WEEKLY = {"support.supervision.every_weeks": 1}


@pytest.fixture(scope="module")
def base():
    return busy(weeks=60)


@pytest.fixture(scope="module")
def comparison(base):
    return ps.compare(base, {"weekly": base.with_(WEEKLY), "dearer": base.with_({"costs.hire": 1.0})}, 12, seed=4)


@pytest.fixture(scope="module")
def calm():
    """A world whose differences are not skewed."""
    return small({"model.off": ["leaving"]}, weeks=40)


# what is compared -------------------------------------------------------------


def test_contrasts_are_the_differences_of_two_runs(base, comparison):
    one, other = (ps.run(case, 12, seed=4).per_replicate for case in (base, base.with_(WEEKLY)))
    np.testing.assert_allclose(comparison.of("weekly")["difference"], (other - one).mean(), rtol=1e-12)
    assert list(comparison.of("weekly").index) == list(OUTCOMES)
    assert comparison.contrasts["scenario"].drop_duplicates().tolist() == ["weekly", "dearer"]


def test_what_touches_nobody_changes_nobody(comparison):
    rows = comparison.of("dearer")
    assert set(rows.drop(["cost_per_year", "cost_per_peer_year"])["verdict"]) <= {"the same", "no value"}
    assert rows.loc["identity", "verdict"] == "the same"
    assert rows.loc["cost_per_year", "difference"] < 0


def test_the_same_people_in_both_worlds_make_pairing_worth_while(base):
    found = ps.compare(base, {"some": base.with_({"valuing.pay_parity": 0.92})}, 60, seed=4).of("some")
    assert found.loc[["identity", "exhaustion", "trust"], "fewer"].min() > 3


def test_threads_change_no_number(base):
    arms = {"weekly": base.with_(WEEKLY)}
    one, two = (ps.compare(base, arms, 20, threads=threads).contrasts for threads in (1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_progress_counts_every_world(base):
    told = []
    ps.compare(base, {"weekly": base.with_(WEEKLY)}, 20, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (40, 40)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_json_holds_the_promised_keys_and_only_numbers(comparison):
    found = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    assert found["baseline"] == "small"
    assert len(found["contrasts"]) == 2 * len(OUTCOMES)
    promised = {"scenario", "outcome", "difference", "low", "high", "p_better", "effect", "pairs", "pairs_needed"}
    assert all(promised <= set(row) for row in found["contrasts"])
    retention = next(row for row in found["contrasts"] if row["outcome"] == "retention_24m")
    assert retention["difference"] is None


# precision --------------------------------------------------------------------


def test_pairs_are_added_until_the_interval_is_as_narrow_as_asked(calm):
    found = ps.compare(calm, {"weekly": calm.with_(WEEKLY)}, 10, precision={"wellbeing": 0.0015}, most=2_000)
    (goal,) = found.precision
    row = found.of("weekly").loc["wellbeing"]
    assert goal.reached
    assert (row["high"] - row["low"]) / 2 == pytest.approx(goal.found)
    assert goal.found <= 0.0015
    assert 100 < found.replicates < 2_000


def test_added_pairs_are_those_of_a_longer_run(base):
    arms = {"weekly": base.with_(WEEKLY)}
    found = ps.compare(base, arms, 10, precision={"identity": 0.001}, most=500)
    again = ps.compare(base, arms, found.replicates)
    pd.testing.assert_frame_equal(
        found.contrasts.drop(columns="pairs_needed"), again.contrasts.drop(columns="pairs_needed"), check_exact=True
    )


def test_a_precision_takes_enough_pairs_to_have_seen_what_is_rare(base):
    """Where every pair so far is tied, the half-width is 0 and tells nothing."""
    found = ps.compare(base, {"weekly": base.with_(WEEKLY)}, 2, precision={"identity": 0.5, "vacancy_rate": 0.5})
    assert all(goal.reached for goal in found.precision)
    assert found.replicates >= 50
    few = ps.compare(base, {"dearer": base.with_({"costs.hire": 1.0})}, 5, precision={"identity": 0.5}, most=60)
    (goal,) = few.precision
    assert (goal.found, goal.pairs, goal.pairs_needed) == (0.0, 60, 200.0)
    assert not goal.reached


def test_a_precision_that_the_cap_forbids_is_told(base):
    found = ps.compare(base, {"weekly": base.with_(WEEKLY)}, 10, precision={"identity": 0.0001}, most=25)
    (goal,) = found.precision
    assert found.replicates == 25
    assert not goal.reached
    assert goal.found > 0.0001
    assert goal.pairs_needed > 1_000


def test_the_scenario_that_needs_most_pairs_counts(calm):
    arms = {"a little": calm.with_({"support.supervision.every_weeks": 3}), "weekly": calm.with_(WEEKLY)}
    found = ps.compare(calm, arms, 10, precision={"wellbeing": 0.0015}, most=2_000)
    (goal,) = found.precision
    half = {name: (row["high"] - row["low"]) / 2 for name in arms for row in [found.of(name).loc["wellbeing"]]}
    assert (goal.scenario, goal.reached) == ("weekly", True)
    assert half["a little"] < half["weekly"] == pytest.approx(goal.found)


@pytest.mark.parametrize(
    ("precision", "others", "message"),
    [
        (
            {"identty": 0.01},
            {},
            r"precision identty: no such outcome\. Did you mean 'identity'\? Allowed here: identity,",
        ),
        ({"identity": 0.0}, {}, r"precision identity: found 0\.0; allowed: a number above 0"),
        ({"identity": math.nan}, {}, r"precision identity: found nan"),
        ({"retention_24m": 0.01}, {}, r"cannot be reached: retention_24m takes at least 104 weeks, and only 60"),
        ({"identity": 0.01}, {"replicates": 1}, r"found 1 replicate to begin with; allowed: 2 or more"),
        ({"identity": 0.01}, {"most": 9}, r"most: found 9 pairs; allowed: 10 or more"),
    ],
)
def test_precisions_that_make_no_sense_are_refused(base, precision, others, message):
    with pytest.raises(QuestionError, match=message):
        ps.compare(base, {"weekly": base.with_(WEEKLY)}, **{"replicates": 10} | others, precision=precision)


@pytest.mark.slow
def test_intervals_hold_after_adding_pairs_too(calm):
    """Stopping once the interval is narrow may not make it a lie: against the mean of very many pairs."""
    arms = {"weekly": calm.with_(WEEKLY)}
    truth = ps.compare(calm, arms, 8_000, seed=99).of("weekly").loc["wellbeing", "difference"]
    held, pairs, trials = 0, [], 60
    for seed in range(trials):
        found = ps.compare(calm, arms, 20, seed, precision={"wellbeing": 0.002}, most=2_000)
        row = found.of("weekly").loc["wellbeing"]
        held += row["low"] <= truth <= row["high"]
        pairs.append(found.replicates)
    assert np.mean(pairs) > 60
    low, high = stats.binom.interval(0.9999, trials, 0.95)
    assert low <= held <= high


# who is paired ----------------------------------------------------------------


def test_matching_counts_posts_in_common():
    one = small(teams=[a_team("A", peers=1), a_team("B", peers=3)])
    other = small(teams=[a_team("A", peers=2, clinicians=6), a_team("C"), a_team("D")])
    found = matching(one, other)
    assert (found.teams, found.peers, found.clinicians) == ((2, 2, 3), (3, 4, 6), (8, 8, 14))
    assert found.renamed == 1
    assert "hold 3 of the peer posts (4 in the baseline, 6 here) and 8 of the clinicians' posts (8 and 14)" in str(
        found
    )
    assert "other names: 1 of 2" in str(found)


def test_posts_in_common_hold_the_same_people():
    one = ps.run(small(weeks=5), 2)
    other = ps.run(small({"teams.0.peers": 3}, weeks=5), 2)
    first = [
        results.people[(results.people.team == "A") & (results.people.post < 2)][["replicate", "anchor", "hours"]]
        for results in (one, other)
    ]
    pd.testing.assert_frame_equal(*(table.reset_index(drop=True) for table in first), check_exact=True)


def test_equal_teams_are_wholly_matched(base):
    assert matching(base, base.with_(WEEKLY)).complete


# questions that cannot be answered --------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"horizon_weeks": 40}, r"arm: horizon_weeks: found 40; allowed: 60, .* --weeks 40"),
        ({"costs.price_year": 2023}, r"arm: costs\.price_year: found 2023; allowed: 2024"),
        ({"costs.discount_rate": 0.01}, r"arm: costs\.discount_rate: found 0\.01; allowed: 0\.035"),
        ({"name": "Other"}, r"arm: changes nothing: it differs from the baseline in no key but its name"),
    ],
)
def test_scenarios_that_cannot_be_paired_are_refused(base, change, message):
    with pytest.raises(QuestionError, match=message):
        ps.compare(base, {"arm": base.with_(change)}, 2)


def test_nothing_to_compare_is_refused(base):
    with pytest.raises(QuestionError, match="name at least one other scenario"):
        ps.compare(base, {}, 2)


def test_results_of_other_worlds_are_no_pairs(base):
    one = ps.run(base, 3, seed=1)
    for other in (ps.run(base.with_(WEEKLY), 3, seed=2), ps.run(base.with_(WEEKLY), 4, seed=1)):
        with pytest.raises(QuestionError, match="other worlds are no pairs"):
            Comparison(one, {"weekly": other})


# kept and read again ----------------------------------------------------------


def test_a_comparison_comes_back_as_it_was(base, tmp_path):
    arms = {"=1+1 </script>": base.with_(WEEKLY), "dearer": base.with_({"costs.hire": 1.0})}
    found = ps.compare(base, arms, 5, precision={"identity": 0.5})
    files.save(found, tmp_path / "out")
    again = ps.load_comparison(tmp_path / "out")
    pd.testing.assert_frame_equal(found.contrasts, again.contrasts, check_exact=True)
    assert again.precision == found.precision
    assert again.to_dict() == found.to_dict()
    assert ps.load_results(tmp_path / "out" / "baseline").outcomes.equals(found.baseline.outcomes)
    table = pd.read_csv(tmp_path / "out" / "contrasts.csv")
    assert table["scenario"].unique().tolist() == list(arms)


def test_a_folder_of_one_run_is_no_comparison(base, tmp_path):
    from peersim.results.files import save

    save(ps.run(base, 2), tmp_path / "run")
    with pytest.raises(InputError, match="holds a run; allowed here: a comparison"):
        ps.load_comparison(tmp_path / "run")
