"""What a scenario gives for what it costs: by hand, and held against what is known."""

import math

import numpy as np
import pytest
from scipy import stats

import peersim as ps
from peersim.analysis import economics
from peersim.analysis.economics import Value
from peersim.analysis.errors import QuestionError
from tests.worlds import busy

REPLICATES = 12


@pytest.fixture(scope="module")
def pair():
    base = busy(weeks=120)
    return tuple(
        ps.run(case, REPLICATES, seed=3) for case in (base, base.with_({"costs.hire": base.costs.hire + 1_000.0}))
    )


def a_value(cost, effect, name=economics.RETAINED, posts=(6, 6)):
    return Value("arm", name, np.asarray(cost, dtype=float), *[np.asarray(effect, dtype=float)] * 2, posts)


# present values ---------------------------------------------------------------


def test_a_pound_in_a_year_is_worth_less_by_the_rate():
    assert economics.discount([0, 52, 104], 0.035) == pytest.approx([1.0, 1 / 1.035, 1 / 1.035**2])
    assert economics.discount([0, 500], 0.0) == pytest.approx([1.0, 1.0])


def test_present_cost_is_the_discounted_sum_of_weeks(pair):
    base, _ = pair
    weekly = base.weekly.assign(worth=lambda table: table["cost"] / 1.035 ** (table["week"] / 52))
    assert economics.present_cost(base) == pytest.approx(weekly.groupby("replicate")["worth"].sum().to_numpy())


def test_years_retained_are_full_years_of_one_person(pair):
    base, _ = pair
    expected = np.zeros(REPLICATES)
    for spell in base.people.itertuples():
        for year in range(1, spell.tenure // 52 + 1):
            expected[spell.replicate] += 1.035 ** -((spell.start_week + 52 * year) / 52)
    assert economics.years_retained(base) == pytest.approx(expected)
    assert 0 < expected.sum() < 1.035**-1 * base.scenario.n_peers * 2 * REPLICATES


def test_nobody_is_retained_for_a_year_in_less_than_one():
    results = ps.run(busy(weeks=51), 3)
    assert economics.years_retained(results) == pytest.approx(np.zeros(3))


# budget -----------------------------------------------------------------------


def test_a_dearer_hire_costs_as_much_more_as_people_were_hired(pair):
    """A difference with a known answer, in every world to the penny."""
    base, arm = pair
    hired = base.by_week("peers_hired").mean(axis=1) * 52
    difference = 52 * (arm.by_week("cost") - base.by_week("cost")).mean(axis=1)
    assert difference == pytest.approx(1_000.0 * hired)
    table = economics.budget(base, arm)
    assert table.loc["cost", "difference"] == pytest.approx(1_000.0 * hired.mean())
    assert table.loc["cost_hiring", "difference"] == pytest.approx(1_000.0 * hired.mean())
    untouched = table.drop(["cost", "cost_hiring", "present_value"])
    assert (untouched[["difference", "low", "high"]] == 0.0).all(axis=None)


def test_the_lines_of_a_budget_add_up_and_those_within_pay_are_not_counted_again(pair):
    table = economics.budget(*pair)
    lines = table.loc[[name for name in economics.CATEGORIES if name != "cost"]]
    for column in ("baseline", "mean", "difference"):
        assert lines[column].sum() == pytest.approx(table.loc["cost", column])
    within = table.loc[list(economics.WITHIN_PAY)]
    assert (within["baseline"] > 0).all()
    assert within["baseline"].sum() < table.loc["cost_pay", "baseline"]


def test_every_measure_of_cost_has_its_line():
    from peersim.world.measures import PROVIDER

    assert set(economics.CATEGORIES) == {name for name in PROVIDER if name == "cost" or name.startswith("cost_")}
    assert set(economics.WITHIN_PAY) == {name for name in PROVIDER if name.startswith("paid_")}


# cost-effectiveness -----------------------------------------------------------


def test_a_ratio_by_hand():
    value = a_value([1000.0, 3000.0, 2000.0], [0.5, 0.6, 0.4])
    assert value.ratio[0] == pytest.approx(4000.0)
    assert value.unit == 1.0
    assert a_value([10.0, 30.0, 20.0], [0.5, 0.6, 0.4], "identity").ratio[0] == pytest.approx(20 / 0.5 * 0.1)


def test_no_ratio_without_a_settled_effect():
    value = a_value([1000.0, 1100.0, 900.0], [0.5, -0.5, 0.1])
    assert not value.settled
    assert all(map(math.isnan, value.ratio))
    assert "no ratio is given" in value.in_words()


def test_intervals_of_ratios_hold_the_truth_as_often_as_they_say(monkeypatch):
    monkeypatch.setattr(economics, "RESAMPLES", 999)
    rng, trials, held = np.random.default_rng(30), 300, 0
    for _ in range(trials):
        effect = rng.normal(2.0, 1.0, 60)
        value = a_value(500.0 * effect + rng.normal(0.0, 600.0, 60) + 1000.0, effect)
        _, low, high = value.ratio
        held += low <= 1000.0 <= high
    low, high = stats.binom.interval(0.9999, trials, 0.95)
    assert low - 0.02 * trials <= held <= high


def test_acceptability_by_hand():
    value = a_value([100.0, 300.0, 200.0, -50.0], [1.0, 1.0, 0.0, 1.0])
    table = value.acceptability([0.0, 100.0, 200.0, 1e9]).set_index("threshold")
    assert table["share_of_worlds"].tolist() == pytest.approx([0.25, 0.375, 0.5, 0.75])
    gain = np.array([0.0, -200.0, -200.0, 150.0])
    t = gain.mean() / (gain.std(ddof=1) / 2)
    assert table.loc[100.0, "certainty"] == pytest.approx(stats.t.cdf(t, 3))


def test_certainty_sharpens_with_worlds_and_the_share_of_worlds_does_not():
    rng = np.random.default_rng(31)
    cost, effect = rng.normal(900.0, 500.0, 4_000), rng.normal(1.0, 0.5, 4_000)
    few, many = (a_value(cost[:n], effect[:n]).acceptability([1_000.0]).iloc[0] for n in (100, 4_000))
    assert few["share_of_worlds"] == pytest.approx(many["share_of_worlds"], abs=0.12)
    assert many["certainty"] > 0.999 > few["certainty"]


def test_thresholds_reach_beyond_the_ratio():
    value = a_value([1000.0, 3000.0, 2000.0], [0.5, 0.6, 0.4])
    worth = value.acceptability()["threshold"]
    assert worth.iloc[0] == 0.0
    assert worth.iloc[-1] == 10_000.0


@pytest.mark.parametrize(
    ("cost", "effect", "said"),
    [
        ([100.0, 110.0, 90.0], [1.0, 1.1, 0.9], "for each peer worker retained for a year."),
        ([100.0, 110.0, 90.0], [-1.0, -1.1, -0.9], "dearer and worse."),
        ([-100.0, -110.0, -90.0], [1.0, 1.1, 0.9], "cheaper and better."),
        ([-100.0, -110.0, -90.0], [-1.0, -1.1, -0.9], "saved for each peer worker fewer retained for a year."),
        (
            [-100.0, 110.0, 5.0],
            [1.0, 1.1, 0.9],
            "a difference that is not settled, and retains 1.00 (0.75 to 1.25) more",
        ),
    ],
)
def test_value_in_words(cost, effect, said):
    assert said in a_value(cost, effect).in_words()


def test_more_posts_are_told_of():
    words = a_value([100.0, 110.0, 90.0], [1.0, 1.1, 0.9], posts=(6, 18)).in_words()
    assert "more peer workers for a year, with 18 peer posts in place of 6: £100" in words


def test_effects_where_lower_is_better_are_bought_as_improvements():
    better = a_value([100.0, 110.0, 90.0], [0.1, 0.11, 0.09], "exhaustion").in_words()
    assert "improves “Exhaustion” by 0.100" in better
    assert better.endswith("for each 0.1 by which “Exhaustion” improves.")
    worse = a_value([-100.0, -110.0, -90.0], [-0.1, -0.11, -0.09], "exhaustion").in_words()
    assert "worsens “Exhaustion” by 0.100" in worse
    assert worse.endswith("saved for each 0.1 by which “Exhaustion” worsens.")


def test_a_cost_is_no_effect_to_set_costs_against(pair):
    with pytest.raises(QuestionError, match="effect cost_per_year: no such outcome"):
        economics.value(*pair, "arm", "cost_per_year")


def test_words_give_amounts_without_signs():
    words = a_value([-100.0, -110.0, -90.0], [-1.0, -1.1, -0.9]).in_words()
    assert "costs £100 (£75 to £125) less, in present value" in words
    assert "retains 1.00 (0.75 to 1.25) fewer peer workers for a year: £100 (" in words
    assert "−" not in words


def test_an_unknown_effect_is_refused(pair):
    with pytest.raises(QuestionError, match=r"effect qaly: no such outcome\. .*Allowed here: years_retained, identity"):
        economics.value(*pair, "arm", "qaly")


def test_effects_are_counted_so_that_more_is_better(pair):
    base, arm = pair
    rates = [results.per_replicate["exhaustion"].to_numpy() for results in pair]
    assert economics.value(base, arm, "arm", "exhaustion").effect == pytest.approx(rates[0] - rates[1])
