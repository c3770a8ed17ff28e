"""Paired differences: intervals that hold the truth as often as they say, numbers of pairs that do what they say."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from peersim.analysis import pairs, verdicts
from peersim.results.outcomes import OUTCOMES, product_limit, pseudo_values, risk_table
from peersim.world.state import PEER

BLANK = {"identity": 0.0, "cost_per_year": 0.0}


def results(values, own=None):
    """What stands for results here: every outcome has the same value in a replicate, unless given by name."""
    table = pd.DataFrame({name: values.get(name, values["identity"]) for name in OUTCOMES})
    alone = table if own is None else pd.DataFrame(dict.fromkeys(OUTCOMES, own))
    return SimpleNamespace(per_replicate=table, per_world=alone)


def of_identity(base, arm, **more):
    both = (results({"identity": np.asarray(part, dtype=float)}) for part in (base, arm))
    return pairs.contrasts(*both, **more).loc["identity"]


# by hand ----------------------------------------------------------------------


def test_a_contrast_computed_by_hand():
    row = of_identity([0.50, 0.40, 0.60, 0.50], [0.54, 0.42, 0.66, 0.50])
    difference = [0.04, 0.02, 0.06, 0.00]
    assert row["baseline"] == pytest.approx(0.5)
    assert row["mean"] == pytest.approx(0.53)
    assert row["difference"] == pytest.approx(0.03)
    error = np.std(difference, ddof=1) / 2
    assert (row["low"], row["high"]) == pytest.approx(stats.t.interval(0.95, 3, 0.03, error))
    assert row["p_better"] == pytest.approx((3 + 0.5) / 4)
    assert row["tied"] == pytest.approx(0.25)
    assert row["effect"] == pytest.approx(0.03 / np.std([0.5, 0.4, 0.6, 0.5], ddof=1))
    assert row["pairs"] == 4
    assert row["p_value"] == pytest.approx(stats.ttest_1samp(difference, 0.0).pvalue)


def test_pairs_without_a_value_in_both_are_left_out():
    row = of_identity([0.5, np.nan, 0.6, 0.7], [0.6, 0.9, np.nan, 0.9])
    assert row["pairs"] == 2
    assert row["baseline"] == pytest.approx(0.6)
    assert row["difference"] == pytest.approx(0.15)


def test_lower_is_better_where_the_outcome_says_so():
    base, arm = ({"identity": np.array(part)} for part in ([0.5, 0.6], [0.4, 0.3]))
    found = pairs.contrasts(results(base), results(arm))["p_better"]
    assert found["exhaustion"] == 1.0
    assert found["identity"] == 0.0


def test_better_is_judged_by_each_world_alone():
    """Pseudo-values of rates are right on average, not world by world."""
    base = results({"identity": np.array([0.5, 0.6])}, own=np.array([0.5, 0.5]))
    arm = results({"identity": np.array([0.4, 0.5])}, own=np.array([0.5, 0.7]))
    row = pairs.contrasts(base, arm).loc["identity"]
    assert row["difference"] < 0.0
    assert (row["p_better"], row["tied"]) == (0.75, 0.5)


def test_one_pair_has_a_difference_and_no_interval():
    row = of_identity([0.5], [0.6])
    assert row["difference"] == pytest.approx(0.1)
    assert np.isnan([row["low"], row["high"], row["pairs_needed"], row["p_value"], row["effect"]]).all()


# the sceptical statistician ---------------------------------------------------

TRIALS = 3_000
COVERED = stats.binom.interval(0.9999, TRIALS, 0.95)


@pytest.mark.parametrize("pairs_of_worlds", [5, 40])
@pytest.mark.parametrize("alike", [0.0, 0.9])
def test_intervals_hold_the_true_difference_as_often_as_they_say(pairs_of_worlds, alike):
    rng = np.random.default_rng(20)
    shared, own_one, own_other = rng.standard_normal((3, TRIALS, pairs_of_worlds))
    base = math.sqrt(alike) * shared + math.sqrt(1 - alike) * own_one
    arm = 0.3 + math.sqrt(alike) * shared + math.sqrt(1 - alike) * own_other
    _, low, high = pairs.interval((arm - base).T)
    assert COVERED[0] <= ((low <= 0.3) & (high >= 0.3)).sum() <= COVERED[1]


WEEKS, POSTS, WORLDS, HAZARDS = 60, 6, 150, (0.008, 0.005)


def spells(luck, hazard):
    """First holders of posts who leave with a constant weekly hazard: the same luck, another hazard."""
    left = luck < hazard
    tenure = np.where(left.any(axis=-1), left.argmax(axis=-1) + 1, WEEKS).ravel()
    people = np.zeros(tenure.size, PEER).view(np.recarray)
    people.tenure, people.ended = tenure, left.any(axis=-1).ravel()
    return people


def test_intervals_of_retention_hold_the_true_difference_as_often_as_they_say():
    """Kaplan-Meier by jackknife over worlds that share their luck; the truth is (1 - hazard) ** 52."""
    rng, trials, replicate = np.random.default_rng(21), 400, np.repeat(np.arange(WORLDS, dtype=np.int32), POSTS)
    truth = (1 - HAZARDS[1]) ** 52 - (1 - HAZARDS[0]) ** 52
    held, widths = 0, []
    for _ in range(trials):
        luck = rng.random((WORLDS, POSTS, WEEKS))
        one, other = (
            pseudo_values(risk_table(spells(luck, hazard), replicate, WORLDS, WEEKS)[:, :52], product_limit)[:, -1]
            for hazard in HAZARDS
        )
        _, low, high = pairs.interval(other - one)
        held += bool(low <= truth <= high)
        widths.append(high - low)
    low, high = stats.binom.interval(0.9999, trials, 0.95)
    assert low <= held <= high
    assert np.mean(widths) < 0.08


def test_pairing_is_worth_what_the_correlation_of_the_two_says():
    """Variances 1 and correlation r: independent runs need 1 / (1 - r) times as many."""
    rng, alike = np.random.default_rng(22), 0.8
    shared, one, other = rng.standard_normal((3, 40_000))
    base, arm = (math.sqrt(alike) * shared + math.sqrt(1 - alike) * own for own in (one, other))
    assert of_identity(base, arm)["fewer"] == pytest.approx(1 / (1 - alike), rel=0.03)


@given(st.floats(0.001, 3.0), st.floats(0.005, 2.0))
def test_pairs_needed_are_the_fewest_that_do(spread, half):
    n = float(pairs.pairs_for(spread, half))

    def width(pairs_of_worlds):
        return stats.t.ppf(0.975, pairs_of_worlds - 1) * spread / math.sqrt(pairs_of_worlds)

    assert width(n) <= half * (1 + 1e-9)
    assert n == 2 or width(n - 1) > half


def test_pairs_to_settle_do_settle_nine_times_in_ten():
    spread, difference = 1.0, 0.4
    n = int(pairs.pairs_to_settle(spread, difference))
    rng, trials = np.random.default_rng(23), 4_000
    _, low, high = pairs.interval(rng.normal(difference, spread, (n, trials)))
    assert ((low > 0) | (high < 0)).mean() == pytest.approx(pairs.POWER, abs=0.02)


def test_no_number_of_pairs_settles_a_difference_of_nothing():
    row = of_identity([0.5, 0.6], [0.6, 0.5])
    assert math.isnan(row["pairs_to_settle"])


def test_a_precision_asked_for_is_what_pairs_are_needed_for():
    base, arm = np.linspace(0.3, 0.7, 50), np.linspace(0.3, 0.7, 50) ** 1.2
    usual, sharp = (of_identity(base, arm, asked=asked)["pairs_needed"] for asked in ({}, {"identity": 0.001}))
    assert sharp > 20 * usual > 0


# verdicts ---------------------------------------------------------------------


def judged(base, arm, **others):
    """The verdict on identity, when all other outcomes have no value (or `others`)."""
    none = np.full(len(base), np.nan)
    tables = []
    for values in (base, arm):
        table = pd.DataFrame(dict.fromkeys(OUTCOMES, none))
        tables.append(table.assign(identity=np.asarray(values, dtype=float), **others))
    both = [SimpleNamespace(per_replicate=table, per_world=table) for table in tables]
    contrasts = pairs.contrasts(*both)
    return contrasts.assign(verdict=verdicts.judge(contrasts)).loc["identity"]


LEVEL = np.full(20, 0.5)
WOBBLE = np.tile([-1.0, 1.0], 10)


@pytest.mark.parametrize(
    ("difference", "verdict", "short"),
    [
        (0.1 + 0.01 * WOBBLE, verdicts.BETTER, "better"),
        (-0.1 + 0.01 * WOBBLE, verdicts.WORSE, "worse"),
        (0.005 + 0.001 * WOBBLE, verdicts.BETTER, "better, by less than 0.01"),
        (0.0001 + 0.001 * WOBBLE, verdicts.CLOSE, "no difference that matters (under 0.01)"),
        (0.0 * WOBBLE, verdicts.SAME, "the same in all 20 pairs"),
        (0.02 + 0.1 * WOBBLE, verdicts.OPEN, "not settled; about 280 pairs would settle it"),
        (np.nan * WOBBLE, verdicts.UNKNOWN, "no value within these weeks"),
    ],
)
def test_verdicts(difference, verdict, short):
    row = judged(LEVEL, LEVEL + difference)
    assert row["verdict"] == verdict
    assert verdicts.in_short(row, OUTCOMES["identity"]) == short


def test_a_difference_that_chance_might_show_among_many_is_only_probable():
    rng = np.random.default_rng(3)
    difference = 0.1 * WOBBLE + 0.052
    alone = judged(LEVEL, LEVEL + difference)
    assert 0.05 / 24 < alone["p_value"] < 0.05
    assert alone["verdict"] == verdicts.BETTER
    noise = {name: rng.random(20) for name in OUTCOMES if name != "identity"}
    base = pd.DataFrame(noise).assign(identity=LEVEL)[list(OUTCOMES)]
    arm = pd.DataFrame({name: rng.random(20) for name in noise}).assign(identity=LEVEL + difference)[list(OUTCOMES)]
    both = [SimpleNamespace(per_replicate=table, per_world=table) for table in (base, arm)]
    assert verdicts.judge(pairs.contrasts(*both))["identity"] == verdicts.PROBABLY_BETTER


def test_verdicts_without_any_effect_err_as_rarely_as_they_say():
    """24 outcomes without a difference: "better" or "worse" of any of them in at most 5 % of comparisons."""
    rng, trials, wrong, doubtful = np.random.default_rng(4), 400, 0, 0
    for _ in range(trials):
        tables = [pd.DataFrame(rng.random((30, len(OUTCOMES))), columns=list(OUTCOMES)) for _ in range(2)]
        both = [SimpleNamespace(per_replicate=table, per_world=table) for table in tables]
        found = set(verdicts.judge(pairs.contrasts(*both)))
        wrong += bool(found & {verdicts.BETTER, verdicts.WORSE})
        doubtful += bool(found & {verdicts.PROBABLY_BETTER, verdicts.PROBABLY_WORSE})
    assert wrong <= stats.binom.ppf(0.9999, trials, 0.05)
    assert doubtful > trials / 3


def test_of_several_scenarios_more_is_asked():
    difference = 0.1 * WOBBLE + 0.052
    none = np.full(20, np.nan)
    tables = [pd.DataFrame(dict.fromkeys(OUTCOMES, none)).assign(identity=v) for v in (LEVEL, LEVEL + difference)]
    contrasts = pairs.contrasts(*(SimpleNamespace(per_replicate=table, per_world=table) for table in tables))
    assert verdicts.judge(contrasts, 1)["identity"] == verdicts.BETTER
    assert verdicts.judge(contrasts, 5)["identity"] == verdicts.PROBABLY_BETTER


def test_what_is_too_skewed_for_so_many_pairs_is_at_most_probable():
    difference = np.full(40, 0.1)
    difference[0] = -0.3
    row = judged(np.full(40, 0.5), 0.5 + difference)
    assert row["p_value"] < 1e-6
    assert pairs.COCHRAN * row["skewness"] ** 2 > 40
    assert row["verdict"] == verdicts.PROBABLY_BETTER


@pytest.mark.parametrize(
    ("pairs_of_worlds", "said"),
    [(1, "one pair cannot tell"), (10, "independent runs would have needed"), (30, "independent runs")],
)
def test_what_pairing_was_worth_is_told_where_it_can_be(pairs_of_worlds, said):
    rng = np.random.default_rng(9)
    both = (results({"identity": values}) for values in rng.random((2, pairs_of_worlds)))
    rows = pairs.contrasts(*both)
    assert said in verdicts.pairing(rows)
    assert ("cannot tell" in verdicts.skewed(rows)) == (pairs_of_worlds < pairs.JUDGED)


def test_sentences_say_which_way_and_in_how_many_worlds():
    row = judged(LEVEL, LEVEL + 0.1 + 0.01 * WOBBLE)
    assert verdicts.sentence(row, OUTCOMES["identity"]) == (
        "Peer identity: better. Higher by 0.100 (0.095 to 0.105); better in 100 of 100 worlds."
    )
    row = judged(LEVEL, LEVEL + 0.02 + 0.1 * WOBBLE)
    assert verdicts.sentence(row, OUTCOMES["identity"]) == (
        "Peer identity: not settled. Higher by 0.020 (−0.028 to 0.068); about 280 pairs would settle it."
    )
