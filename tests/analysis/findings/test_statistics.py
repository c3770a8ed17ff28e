"""Each statistic on small tables of which the answer is known; nothing is simulated."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats.contingency import odds_ratio

from peersim.analysis.errors import QuestionError
from peersim.analysis.findings.estimates import of_mean
from peersim.analysis.findings.statistics import (
    Asked,
    Contrast,
    Correlation,
    Dip,
    Effect,
    Mediated,
    MultipleR,
    OddsRatio,
    Peak,
    Share,
    Steps,
    Stronger,
)

WEEKS = 30


class Runs:
    """Runs and surveys that were never made: outcomes, weeks and people by arm."""

    def __init__(self, outcomes=None, weekly=None, people=None):
        self.outcomes, self.weekly, self.people = outcomes or {}, weekly or {}, people or {}
        self.asked = []

    def results(self, arm):
        weekly = self.weekly.get(arm, {})
        return SimpleNamespace(
            per_replicate=pd.DataFrame(self.outcomes.get(arm, {})), by_week=weekly.__getitem__, weeks=WEEKS
        )

    def survey(self, arm, week, follow, who):
        self.asked.append((arm, week, follow, who))
        return self.people[arm]


def arms(**values):
    """Runs in which arms differ in identity, a value for each replicate."""
    return Runs({name: {"identity": np.asarray(part, dtype=float)} for name, part in values.items()})


def services(**columns):
    """Runs with one survey of services, each person in a service of their own unless `unit` says otherwise."""
    table = pd.DataFrame(columns)
    return Runs(people={"services": table if "unit" in table else table.assign(unit=np.arange(len(table)))})


def unknown(estimate):
    return all(map(math.isnan, estimate))


# contrasts ------------------------------------------------------------------------------------------------------------

TWO, ONE = [0.6, 0.7, 0.9, 0.5], [0.5, 0.55, 0.6, 0.5]


def test_a_contrast_is_the_mean_of_paired_differences():
    found = Contrast(measure="identity", terms={"two": 1, "one": -1}).estimate(arms(two=TWO, one=ONE))
    assert found == pytest.approx(of_mean(np.array(TWO) - ONE))


def test_terms_have_weights_and_the_whole_a_scale():
    found = Contrast(measure="identity", terms={"two": 2, "one": 0.5}, scale=4).estimate(arms(two=TWO, one=ONE))
    assert found == pytest.approx(of_mean((2 * np.array(TWO) + 0.5 * np.array(ONE)) / 4))


def test_each_term_may_have_a_measure_of_its_own():
    runs = Runs({"two": {"identity": np.array(TWO), "trust": np.array(ONE)}})
    found = Contrast(measure="identity", terms={"two": 1, "trust in two": -1}).estimate(runs)
    assert found == pytest.approx(of_mean(np.array(TWO) - ONE))


BY_WEEK = np.random.default_rng(1).random((6, WEEKS))


@pytest.mark.parametrize(
    ("term", "weeks"),
    [("two @ 0", [0]), ("two @ 17", [17]), ("two @ 5-9", [5, 6, 7, 8, 9]), (f"two @ {WEEKS - 1}", [WEEKS - 1])],
)
def test_weeks_of_a_term_are_counted_from_0_and_both_ends_are_in(term, weeks):
    runs = Runs(weekly={"two": {"identity": BY_WEEK}})
    found = Contrast(measure="identity", terms={term: 1}).estimate(runs)
    assert found == pytest.approx(of_mean(BY_WEEK[:, weeks].mean(axis=1)))


def test_a_measure_and_weeks_in_one_term():
    runs = Runs(weekly={"no way up": {"prospects": BY_WEEK}})
    found = Contrast(terms={"prospects in no way up @ 3": 1}).estimate(runs)
    assert found == pytest.approx(of_mean(BY_WEEK[:, 3]))


def test_names_of_arms_may_have_commas_and_spaces():
    runs = arms(**{"equal, in the trust": TWO, "one": ONE})
    found = Contrast(measure="identity", terms={"equal, in the trust": 1}).estimate(runs)
    assert found.found == pytest.approx(np.mean(TWO))


def test_a_ratio_is_one_of_means():
    found = Contrast(measure="identity", terms={"two": 1}, over={"one": 1}).estimate(arms(two=TWO, one=ONE))
    assert found.found == pytest.approx(np.mean(TWO) / np.mean(ONE))
    assert found.low < found.found < found.high


def test_a_ratio_of_equals_is_1_without_doubt():
    found = Contrast(measure="identity", terms={"two": 3}, over={"two": 3}).estimate(arms(two=TWO))
    assert found == pytest.approx((1.0, 1.0, 1.0))


def test_a_ratio_to_nothing_is_no_number():
    nothing = arms(two=TWO, one=[0.0] * 4)
    assert unknown(Contrast(measure="identity", terms={"two": 1}, over={"one": 1}).estimate(nothing))
    never = arms(two=TWO, one=[math.nan] * 4)
    assert unknown(Contrast(measure="identity", terms={"two": 1}, over={"one": 1}).estimate(never))


@pytest.mark.parametrize(
    ("measure", "term", "message"),
    [
        ("identty", "two", "no such outcome: 'identty'. Did you mean 'identity'"),
        ("support", "two", "no such outcome: 'support'"),  # is measured weekly, and no outcome
        ("retention_12m", "two @ 3", "no such measure: 'retention_12m'"),
        ("identity", "two @ 30", r"no such weeks: 'two @ 30'; the run has weeks 0 to 29"),
        ("identity", "two @ 9-5", r"no such weeks: 'two @ 9-5'"),
    ],
)
def test_what_was_not_measured_is_refused(measure, term, message):
    runs = Runs({"two": {"identity": np.array(TWO)}}, {"two": {"identity": BY_WEEK}})
    with pytest.raises(QuestionError, match=message):
        Contrast(measure=measure, terms={term: 1}).estimate(runs)


# arms in order --------------------------------------------------------------------------------------------------------

LUCK = np.random.default_rng(2).normal(0.0, 0.02, 40)
NOISE = np.random.default_rng(3).normal(0.0, 0.01, (9, 40))


def in_order(*levels):
    names = [f"f{number}" for number in range(len(levels))]
    values = {name: level + LUCK + NOISE[k] for k, (name, level) in enumerate(zip(names, levels, strict=True))}
    return names, arms(**values)


@pytest.mark.parametrize(
    ("levels", "way", "least"),
    [
        ((0.2, 0.4, 0.5, 0.8), "up", 0.1),
        ((0.8, 0.5, 0.4, 0.2), "down", 0.1),
        ((0.2, 0.6, 0.5, 0.8), "up", -0.1),  # one step against the way stated, though the whole goes up
        ((0.2, 0.4, 0.6, 0.8), "down", -0.2),
    ],
)
def test_the_step_reported_is_the_least_in_the_way_stated(levels, way, least):
    names, runs = in_order(*levels)
    found, low, high = Steps(measure="identity", terms=names, way=way).estimate(runs)
    assert found == pytest.approx(least, abs=0.01)
    assert low < found < high


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_an_arm_without_a_value_is_no_step_in_any_way(missing):
    levels = [0.2, 0.4, 0.6]
    levels[missing] = math.nan
    names, runs = in_order(*levels)
    assert unknown(Steps(measure="identity", terms=names, way="up").estimate(runs))


def test_a_true_peak_is_found():
    names, runs = in_order(0.3, 0.4, 0.6, 0.5, 0.35)
    found, low, high = Peak(measure="identity", terms=names).estimate(runs)
    assert found == pytest.approx(0.6 - 0.35, abs=0.01)
    assert 0.0 < low < found < high


@pytest.mark.parametrize("levels", [(0.2, 0.3, 0.4, 0.5), (0.5, 0.4, 0.3, 0.2), (0.5, 0.2, 0.2, 0.5)])
def test_no_peak_where_an_end_is_best(levels):
    names, runs = in_order(*levels)
    found = Peak(measure="identity", terms=names).estimate(runs)
    assert found.high < 0.0


def test_choosing_the_best_arm_does_not_flatter_it():
    """On noise alone the peak is 0 on average, and above 0 as rarely as the interval says."""
    rng, trials, names = np.random.default_rng(5), 1_000, [f"f{k}" for k in range(6)]
    peak = Peak(measure="identity", terms=names)
    found = np.array(
        [peak.estimate(arms(**dict(zip(names, rng.normal(size=(6, 20)), strict=True)))) for _ in range(trials)]
    )
    error = found[:, 0].std() / math.sqrt(trials)
    assert abs(found[:, 0].mean()) < 4 * error
    assert (found[:, 1] > 0).mean() == pytest.approx(0.025, abs=0.016)
    same = rng.normal(size=(trials, 6)) / math.sqrt(20)
    flattery = np.mean(same[:, 1:5].max(axis=1) - same[:, [0, 5]].max(axis=1))
    assert flattery > 6 * error, "choosing and judging by the same replicates would show"


def test_a_peak_of_no_values_is_no_number():
    names, runs = in_order(math.nan, math.nan, math.nan)
    assert unknown(Peak(measure="identity", terms=names).estimate(runs))


def test_two_clear_groups_are_told_from_one():
    rng = np.random.default_rng(6)
    two = np.concatenate([rng.normal(0.2, 0.03, 50), rng.normal(0.8, 0.03, 50)])
    one = rng.normal(0.5, 0.1, 100)
    dips = {name: Dip(measure="identity", term=name).estimate(arms(one=one, two=two)) for name in ("one", "two")}
    assert dips["two"].found < 0.01
    assert dips["one"].found > 0.2
    assert math.isnan(dips["one"].low)
    assert math.isnan(dips["one"].high)


# whom a survey asks ---------------------------------------------------------------------------------------------------


def test_services_are_asked_after_a_year_and_followed_for_one():
    runs = services(a=[0.0, 1.0], b=[0.0, 1.0])
    Correlation(x="a", y="b").estimate(runs)
    assert runs.asked == [("services", 52, 52, "peers")]


def test_others_are_asked_where_the_file_says_so():
    runs = Runs(people={"two": pd.DataFrame({"a": [0.0, 1.0], "unit": [0, 1]})})
    Share(column="a", asked=Asked(arm="two", week=0, follow=104, who="clinicians")).estimate(runs)
    assert runs.asked == [("two", 0, 104, "clinicians")]


def test_only_those_among_whom_is_asked_count():
    runs = services(a=[1.0, 0.0, 5.0, 7.0], left=[0.0, 0.0, 1.0, 0.0], old=[1.0, 1.0, 1.0, 0.0])
    found = Share(column="a", asked=Asked(among={"left": 0, "old": 1})).estimate(runs)
    assert found.found == 0.5


def test_high_is_above_the_median_of_those_asked():
    runs = services(a=[0.1, 0.2, 0.2, 0.9, 0.8])
    assert Share(column="a high").estimate(runs).found == pytest.approx(2 / 5)


@pytest.mark.parametrize(
    "statistic",
    [
        Share(column="tenur"),
        Correlation(x="tenur high", y="tenure"),
        Share(column="tenure", asked=Asked(among={"tenur": 1})),
    ],
)
def test_a_column_that_is_not_asked_is_refused(statistic):
    with pytest.raises(QuestionError, match=r"no such column: 'tenur'. Did you mean 'tenure'\? Allowed: tenure, unit"):
        statistic.estimate(services(tenure=[1.0, 2.0]))


NOBODY = Asked(among={"left": 3})


@pytest.mark.parametrize(
    "statistic",
    [
        Share(column="x", asked=NOBODY),
        Share(column="x high", asked=NOBODY),
        Correlation(x="x", y="left", asked=NOBODY),
        MultipleR(outcome="x", of=["left"], asked=NOBODY),
        OddsRatio(outcome="left", of="x high", asked=NOBODY),
        Mediated(x="x", through="left", y="x", asked=NOBODY),
        Stronger(outcome="left", of="x", than="x", asked=NOBODY),
        Effect(column="x", of=NOBODY, than=Asked()),
        Effect(column="x high", of=Asked(), than=NOBODY),
    ],
)
def test_of_nobody_nothing_is_known(statistic):
    assert unknown(statistic.estimate(services(x=[0.1, 0.4, 0.2], left=[0.0, 1.0, 0.0])))


# statistics of people -------------------------------------------------------------------------------------------------

RNG = np.random.default_rng(7)
N = 600
X, E1, E2 = RNG.normal(size=(3, N))
UNIT = np.arange(N) % 30


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_correlation_is_pearsons_with_its_sign(sign):
    y = sign * 0.5 * X + E1
    found, low, high = Correlation(x="x", y="y").estimate(services(x=X, y=y, unit=UNIT))
    assert found == pytest.approx(np.corrcoef(X, y)[0, 1])
    assert low < found < high


def test_what_does_not_vary_does_not_correlate():
    assert Correlation(x="x", y="y").estimate(services(x=X, y=np.full(N, 0.1), unit=UNIT)) == (0.0, 0.0, 0.0)


def test_people_of_one_service_count_as_one():
    """Everybody ten times over, in the same service: no more is known than before."""
    few = pd.DataFrame({"x": X[:60], "y": (X + E1)[:60], "unit": np.arange(60)})
    many = pd.concat([few] * 10)
    correlation = Correlation(x="x", y="y")
    once, tenfold = (correlation.estimate(Runs(people={"services": people})) for people in (few, many))
    assert tenfold == pytest.approx(once)


def test_several_columns_foretell_together():
    y = X + E1 + RNG.normal(size=N)
    found = MultipleR(outcome="y", of=["x", "e"]).estimate(services(x=X, e=E1, y=y, unit=UNIT))
    design = np.column_stack([np.ones(N), X, E1])
    rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    assert found.found == pytest.approx(math.sqrt(1.0 - rest.var() / y.var()))


def chance(log_odds):
    return (RNG.random(len(log_odds)) < 1.0 / (1.0 + np.exp(-log_odds))).astype(float)


TABLE = [[30, 12], [9, 25]]


def exposed():
    rows = [
        (y, x)
        for x, row in zip((1.0, 0.0), TABLE, strict=True)
        for y, n in zip((1.0, 0.0), row, strict=True)
        for _ in range(n)
    ]
    y, x = np.array(rows).T
    return {"left": y, "x": x}


def test_an_odds_ratio_is_that_of_the_table_and_its_interval_even_in_the_logarithm():
    found, low, high = OddsRatio(outcome="left", of="x").estimate(services(**exposed()))
    assert found == pytest.approx(odds_ratio(TABLE, kind="sample").statistic, rel=1e-5)
    assert 1.0 < low < found < high
    assert found / low == pytest.approx(high / found)


def test_an_odds_ratio_of_what_is_higher_than_most():
    left = chance(X)
    found = OddsRatio(outcome="left", of="x high").estimate(services(x=X, left=left, unit=UNIT))
    table = pd.crosstab(np.median(X) >= X, left == 0).to_numpy()
    assert found.found == pytest.approx(odds_ratio(table, kind="sample").statistic, rel=1e-5)


MANY = 8_000
A, B = RNG.normal(size=(2, MANY))
B = 0.8 * A + 0.6 * B
BOTH = {"a": A, "b": B, "left": chance(0.9 * A + 0.3 * B - 1.0), "unit": np.arange(MANY) % 40}


def test_an_odds_ratio_with_another_column_held_equal():
    """Standard errors of these log-odds are about 0.05."""
    alone = OddsRatio(outcome="left", of="b").estimate(services(**BOTH))
    found = OddsRatio(outcome="left", of="b", given=["a"]).estimate(services(**BOTH))
    assert math.log(found.found) == pytest.approx(0.3, abs=0.15)
    assert math.log(alone.found) > 0.6


def test_an_odds_ratio_beside_that_of_another_column():
    found = OddsRatio(outcome="left", of="a", given=["b"], beside="b").estimate(services(**BOTH))
    each = [
        OddsRatio(outcome="left", of=of, given=given).estimate(services(**BOTH))
        for of, given in (("a", ["b"]), ("b", ["a"]))
    ]
    assert found.found == pytest.approx(each[0].found / each[1].found)
    assert 1.0 < found.low < found.found


def test_an_odds_ratio_without_end_is_no_number():
    assert unknown(OddsRatio(outcome="y", of="x").estimate(services(x=UNIT > 20, y=(UNIT > 20).astype(float))))


@pytest.mark.parametrize(("direct", "share"), [(0.0, 1.0), (0.5, 0.5), (1.0, 0.0)])
def test_the_part_that_runs_through_another_column(direct, share):
    """The effect of x is 1 in all; what does not run through `through` is direct."""
    through = X + E1
    y = direct * X + (1.0 - direct) * through
    found, low, high = Mediated(x="x", through="through", y="y").estimate(
        services(x=X, through=through, y=y + 1e-9 * E2, unit=UNIT)
    )
    total = np.polyfit(X, y, 1)[0]
    assert found == pytest.approx(1.0 - direct / total, abs=1e-6)
    assert found == pytest.approx(share, abs=0.06)
    assert low <= found <= high


def test_nothing_runs_through_what_has_nothing_to_do_with_it():
    found, low, high = Mediated(x="x", through="e", y="y").estimate(services(x=X, e=E1, y=X + E2, unit=UNIT))
    assert found == pytest.approx(0.0, abs=0.02)
    assert low < 0.0 < high


@pytest.mark.parametrize("column", ["x", "y"])
def test_nothing_is_mediated_where_nothing_varies(column):
    columns = {"x": X, "through": X + E1, "y": X + E2, "unit": UNIT} | {column: np.full(N, 0.1)}
    assert unknown(Mediated(x="x", through="through", y="y").estimate(services(**columns)))


def test_the_stronger_of_two_is_so_whatever_its_units():
    found = Stronger(outcome="left", of="a", than="b").estimate(services(**BOTH))
    contrary = Stronger(outcome="left", of="b", than="a").estimate(services(**BOTH))
    other_units = Stronger(outcome="left", of="a", than="b").estimate(services(**BOTH | {"a": 100 * A, "b": B / 7 - 3}))
    assert found.found == pytest.approx(0.6, abs=0.2)
    assert found.low > 0.0
    assert contrary.found == pytest.approx(-found.found)
    assert other_units == pytest.approx(found, abs=1e-6)


def test_nothing_is_stronger_than_what_does_not_vary():
    assert unknown(Stronger(outcome="left", of="a", than="b").estimate(services(**BOTH | {"b": np.full(MANY, 0.1)})))


def test_a_share_is_a_mean_and_may_be_compared_with_another():
    runs = services(pay=[1.0, 1.0, 0.0, 1.0], lonely=[0.0, 1.0, 0.0, 0.0])
    assert Share(column="pay").estimate(runs).found == 0.75
    assert Share(column="pay").estimate(runs) == pytest.approx(of_mean(np.array([1.0, 1.0, 0.0, 1.0])))
    assert Share(column="pay", than="lonely").estimate(runs).found == 0.5


def two_groups(**others):
    one = pd.DataFrame({"x": X + 0.5, "unit": UNIT})
    two = pd.DataFrame({"x": 2.0 * E1, "kind": np.arange(N) % 2, "unit": UNIT} | others)
    return Runs(people={"one": one, "two": two})


def test_an_effect_is_in_standard_deviations_of_the_others():
    found, low, high = Effect(column="x", of=Asked(arm="one"), than=Asked(arm="two")).estimate(two_groups())
    expected = (np.mean(X + 0.5) - np.mean(2.0 * E1)) / np.std(2.0 * E1)
    assert found == pytest.approx(expected)
    assert low < found < high


def test_an_effect_may_have_a_deviation_of_a_scale():
    effect = Effect(column="x", of=Asked(arm="one"), than=Asked(arm="two"), deviation=10.0)
    assert effect.estimate(two_groups()).found == pytest.approx((np.mean(X + 0.5) - np.mean(2.0 * E1)) / 10.0)


def test_an_effect_among_some_of_the_people():
    effect = Effect(column="x", of=Asked(arm="one"), than=Asked(arm="two", among={"kind": 1}))
    others = 2.0 * E1[1::2]
    assert effect.estimate(two_groups()).found == pytest.approx((np.mean(X + 0.5) - others.mean()) / others.std())


def test_an_effect_on_equal_people_is_0():
    effect = Effect(column="x", of=Asked(arm="one"), than=Asked(arm="one"))
    assert effect.estimate(two_groups()) == (0.0, 0.0, 0.0)


def test_an_effect_beside_people_who_are_all_alike_is_no_number():
    effect = Effect(column="x", of=Asked(arm="one"), than=Asked(arm="two"))
    assert unknown(effect.estimate(two_groups(x=np.full(N, 0.5))))
