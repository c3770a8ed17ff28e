"""Sensitivity analysis finds what is known to be there, knows chance from influence, and refuses what it cannot do."""

import dataclasses
import importlib
import json
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from SALib.analyze import fast as salib_fast
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.sensitivity import METHODS, sensitivity
from peersim.analysis.exploration.sensitivity.chance import Means
from peersim.analysis.exploration.sensitivity.result import problem
from tests.sampled import (
    G_FIRST,
    G_TOTAL,
    ISHIGAMI_FIRST,
    ISHIGAMI_SECOND,
    ISHIGAMI_TOTAL,
    ISHIGAMI_VARIANCE,
    factors,
    ishigami,
    slopes,
    sobol_g,
    study,
    white,
)

SALTELLI = {"design": "saltelli", "size": 256, "second_order": True}
MORRIS = {"design": "morris", "size": 20, "levels": 4}
FAST = {"design": "fast", "size": 400}
SAMPLE = {"design": "latin_hypercube", "size": 200}
DESIGNS = {"sobol": SALTELLI, "morris": MORRIS, "fast": FAST, "pawn": SAMPLE}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """PAWN looks at every slice of every factor again and again; fewer times are enough here."""
    pawn = importlib.import_module("peersim.analysis.exploration.sensitivity.pawn")
    monkeypatch.setattr(pawn, "RESAMPLES", 8)
    monkeypatch.setattr(pawn, "DUMMIES", 20)


def found(design, what, truth, noise=None, replicates=1, seed=1, **options):
    return sensitivity(study(design, what, truth, noise, replicates, seed), "identity", **options)


def within(table, name, truth):
    return (table[f"{name}_low"].to_numpy() <= truth) & (truth <= table[f"{name}_high"].to_numpy())


def slope(u):
    return 3.0 * u[:, 0] - 2.0 * u[:, 1]


# without chance, and against SALib --------------------------------------------


def test_sobol_indices_of_ishigami_are_those_of_its_closed_form():
    one = found(SALTELLI, 3, ishigami)
    assert within(one.table, "first", ISHIGAMI_FIRST).all()
    assert within(one.table, "total", ISHIGAMI_TOTAL).all()
    assert within(one.pairs, "second", ISHIGAMI_SECOND).all()
    assert one.table["total"].to_numpy() == pytest.approx(ISHIGAMI_TOTAL, abs=0.06)


@pytest.mark.parametrize("second", [True, False])
def test_without_chance_sobol_indices_are_those_of_salib(second):
    responses = study({**SALTELLI, "size": 64, "second_order": second}, 4, sobol_g, replicates=2)
    one = sensitivity(responses, "identity")
    values = responses.runs["identity"][:, 0]
    salib = salib_sobol.analyze(problem(responses), values, calc_second_order=second, num_resamples=1_000, seed=1)
    assert one.table["first"].to_numpy() == pytest.approx(salib["S1"], rel=1e-9)
    assert one.table["total"].to_numpy() == pytest.approx(salib["ST"], rel=1e-9)
    halves = (one.table["total_high"] - one.table["total_low"]).to_numpy() / 2.0
    assert halves == pytest.approx(salib["ST_conf"], rel=0.3)  # bootstraps of 200 and 1,000; ours by the delta method
    assert (one.pairs is not None) == second
    if second:
        assert one.pairs["second"].to_numpy() == pytest.approx(salib["S2"][np.triu_indices(4, 1)], rel=1e-9)
        assert one.chance == 0.0


def test_sobol_indices_of_the_g_function():
    design = SALTELLI | {"second_order": False}
    tables = [found(design, 4, sobol_g, seed=seed).table for seed in range(8)]
    for name, truth in (("first", G_FIRST), ("total", G_TOTAL)):
        assert np.mean([within(one, name, truth) for one in tables]) > 0.9
        assert np.mean([one[name] for one in tables], axis=0) == pytest.approx(truth, abs=0.02)


def test_fast_indices_are_those_of_salib_and_near_the_closed_form():
    responses = study({"design": "fast", "size": 1_000}, 4, sobol_g, replicates=2)
    one = sensitivity(responses, "identity")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "FAST confidence intervals")  # newer releases of SALib
        salib = salib_fast.analyze(problem(responses), responses.runs["identity"][:, 0], num_resamples=2)
    for name, key, truth in (("first", "S1", G_FIRST), ("total", "ST", G_TOTAL)):
        assert one.table[name].to_numpy() == pytest.approx(salib[key], rel=1e-9)
        assert one.table[name].to_numpy() == pytest.approx(truth, abs=0.05)


def test_elementary_effects_of_a_linear_function_are_its_slopes():
    one = found(MORRIS, 3, slope, replicates=2).table
    assert one["mu"].to_numpy() == pytest.approx([3.0, -2.0, 0.0])
    assert one["mu_star"].to_numpy() == pytest.approx([3.0, 2.0, 0.0])
    assert one["sigma"].to_numpy() == pytest.approx(0.0, abs=1e-12)


def test_elementary_effects_of_ranges_are_those_of_salib():
    responses = study(MORRIS, 3, ishigami, replicates=2)
    one = sensitivity(responses, "identity").table
    coordinates, values = responses.coordinates.to_numpy(), responses.runs["identity"][:, 0]
    salib = salib_morris.analyze(problem(responses), coordinates, values, num_resamples=1_000, seed=1)
    for name in ("mu", "mu_star", "sigma"):
        assert one[name].to_numpy() == pytest.approx(np.asarray(salib[name]), rel=1e-9)
    halves = (one["mu_star_high"] - one["mu_star_low"]).to_numpy() / 2.0
    assert halves == pytest.approx(np.asarray(salib["mu_star_conf"]), rel=0.3, abs=1e-9)


FEW = (
    Factor("range", low=2.0, high=4.0),
    Factor("switch", levels=(False, True)),
    Factor("whole", low=1, high=3, whole=True),
    Factor("levels", levels=(1, 2, 4, 8, 16)),
    Factor("single", levels=(5,)),
)


def test_effects_of_few_values_are_per_whole_range_too():
    def place(u, size):
        return np.minimum((u * size).astype(int), size - 1) / (size - 1)

    def truth(u):
        return 1.0 * u[:, 0] + 2.0 * place(u[:, 1], 2) + 3.0 * place(u[:, 2], 3) + 4.0 * place(u[:, 3], 5)

    one = found(MORRIS, FEW, truth).table
    assert one["mu_star"].to_numpy() == pytest.approx([1.0, 2.0, 3.0, 4.0, 0.0])
    assert one["sigma"].to_numpy() == pytest.approx(0.0, abs=1e-9)


def test_pawn_ranks_ishigami_and_knows_what_does_nothing():
    def truth(u):
        return ishigami(u[:, :3])

    one = found({**SAMPLE, "size": 500}, 4, truth)
    assert list(one.ranked.index[:3]) == ["x2", "x1", "x3"]
    assert list(one.table["told"]) == [True, True, True, False]


def test_pawn_of_a_saltelli_design_uses_its_independent_rows():
    responses = study({**SALTELLI, "size": 64}, 3, slope)
    one = sensitivity(responses, "identity", "pawn")
    assert one.points == 128
    assert list(one.table["told"]) == [True, True, False]


def test_pawn_sees_the_last_of_few_levels():
    few = (Factor("kind", levels=("a", "b", "c")), Factor("other", low=0.0, high=1.0))
    middles = np.array([few[0].coordinate(level) for level in ("a", "b", "c")])
    responses = study({"design": "points", "size": 150}, few, lambda u: u[:, 0])
    coordinates = responses.coordinates.assign(kind=middles[np.arange(150) % 3])
    last = (np.arange(150) % 3 == 2).astype(float)
    responses = dataclasses.replace(responses, coordinates=coordinates, runs={"identity": last[:, np.newaxis]})
    one = sensitivity(responses, "identity").table
    assert one.loc["kind", "maximum"] > 0.6  # of rows with the last level, all others lie below: 2 of 3
    assert list(one["told"]) == [True, False]


# chance -----------------------------------------------------------------------


def test_share_of_chance_is_that_of_the_two_way_layout():
    runs = study(SAMPLE | {"size": 12}, 2, slope, white(1.0), 4).runs["identity"]
    point, replicate = np.indices(runs.shape)
    long = pd.DataFrame({"y": runs.ravel(), "point": point.ravel(), "replicate": replicate.ravel()})
    layout = anova_lm(ols("y ~ C(point) + C(replicate)", long).fit())
    squares = layout["mean_sq"]
    assert Means.of(runs).share == pytest.approx(squares["Residual"] / squares["C(point)"], rel=1e-9)


@pytest.mark.parametrize("noise", [white(2.0), slopes(2.0)], ids=["white", "slopes"])
def test_share_and_replicates_needed_are_as_known(noise):
    replicates = 10
    shares = [found(SALTELLI | {"size": 64}, 3, ishigami, noise, replicates, seed).chance for seed in range(20)]
    expected = 4.0 / replicates / (ISHIGAMI_VARIANCE + 4.0 / replicates)
    assert np.mean(shares) == pytest.approx(expected, rel=0.12)
    one = found(SALTELLI | {"size": 64}, 3, ishigami, noise, replicates)
    after = one.chance / one.replicates_needed * replicates
    assert after / (1.0 - one.chance + after) == pytest.approx(0.05, rel=0.3)


def test_what_a_replicate_has_in_common_at_all_points_changes_nothing():
    responses = study(SALTELLI | {"size": 64}, 3, ishigami, white(3.0), 5)
    shifted = responses.runs["identity"] + np.array([5.0, -20.0, 0.0, 100.0, 3.0])
    one, other = (
        sensitivity(dataclasses.replace(responses, runs={"identity": runs}), "identity")
        for runs in (responses.runs["identity"], shifted)
    )
    assert other.chance == pytest.approx(one.chance, rel=1e-9)
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-8)


# Per run; with ten replicates 2, 14 and 45 % of the variance between points.
NOISE = {
    "little": white(1.7),
    "some": white(4.8),
    "much": white(10.6),
    "slopes": slopes(4.8),
}


@pytest.mark.parametrize("noise", NOISE)
def test_sobol_indices_stay_right_under_chance(noise):
    """Corrected indices are unbiased, and their intervals hold the truth as often as they say; SALib's own are not."""
    studies = [found(SALTELLI | {"size": 64}, 3, ishigami, NOISE[noise], 10, seed) for seed in range(20)]
    assert all(one.table["total"].notna().all() for one in studies)
    held = {name: np.mean([within(one.table, name, truth) for one in studies]) for name, truth in TRUTHS.items()}
    held["second"] = np.mean([within(one.pairs, "second", ISHIGAMI_SECOND) for one in studies])
    assert min(held.values()) > 0.88, held
    for name, truth in TRUTHS.items():
        estimates = np.array([one.table[name] for one in studies])
        error = estimates.std(axis=0, ddof=1) / np.sqrt(len(studies))
        assert np.abs(estimates.mean(axis=0) - truth) == pytest.approx(0.0, abs=4.0 * error.max())
    if noise == "much":
        raw = np.mean([one.table["total_uncorrected"] for one in studies], axis=0)
        assert (raw - ISHIGAMI_TOTAL > 0.15).all()


TRUTHS = {"first": ISHIGAMI_FIRST, "total": ISHIGAMI_TOTAL}


def test_fast_indices_stay_right_under_chance():
    studies = [found(FAST, 3, ishigami, white(10.6), 10, seed) for seed in range(10)]
    plain = found(FAST, 3, ishigami)
    total = np.mean([one.table["total"] for one in studies], axis=0)
    raw = np.mean([one.table["total_uncorrected"] for one in studies], axis=0)
    assert total == pytest.approx(plain.table["total"].to_numpy(), abs=0.07)
    assert (raw - plain.table["total"] > 0.15).all()


def test_sigma_is_that_of_the_factors_without_chance():
    studies = [found(MORRIS, 3, slope, white(1.0), 5, seed).table for seed in range(20)]
    effect = np.sqrt(2.0 / 5.0) / (2.0 / 3.0)  # of chance: a difference of two means of 5, over a step
    assert np.mean([one["sigma_uncorrected"] ** 2 for one in studies]) == pytest.approx(effect**2, rel=0.1)
    assert np.mean([one["sigma"] for one in studies]) < 0.45 * effect


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("noise", [white(0.9), slopes(0.9)], ids=["white", "slopes"])
def test_a_factor_without_influence_is_hardly_ever_told_from_chance(method, noise):
    number = 12 if method != "pawn" else 3
    tables = [found(DESIGNS[method], 3, slope, noise, 10, seed, method=method).table for seed in range(number)]
    assert np.mean([one.loc["x3", "told"] for one in tables]) <= 0.1
    assert np.mean([one.loc["x1", "told"] for one in tables]) > 0.7


@pytest.mark.parametrize("method", ["sobol", "fast"])
def test_no_indices_are_given_of_what_may_be_chance(method):
    one = found(DESIGNS[method], 3, lambda u: 0.01 * u[:, 0], white(2.0), 4)
    assert one.table[["first", "total", "total_low", "interactions"]].isna().all(axis=None)
    assert not one.table["told"].any()
    assert math.isnan(one.replicates_needed)
    assert "what it depends on cannot be told" in one.in_words()
    assert "nor how many replicates that would take" in one.in_words()


@pytest.mark.parametrize("method", ["sobol", "fast", "morris"])
def test_with_one_replicate_nothing_is_told_from_chance(method):
    one = found(DESIGNS[method], 3, ishigami, white(1.0), 1)
    assert math.isnan(one.chance)
    assert not one.table["told"].any()
    assert "One replicate at each point: how much of this is chance cannot be told" in one.in_words()


def test_replicates_without_a_value_are_left_out_where_they_lack_it():
    responses = study(SALTELLI | {"size": 64}, 3, ishigami, white(3.0), 10)
    runs = responses.runs["identity"].copy()
    runs[np.random.default_rng(1).random(runs.shape) < 0.1] = np.nan
    lacking = dataclasses.replace(responses, runs={"identity": runs})
    means = Means.of(runs)
    assert means.values == pytest.approx(np.nanmean(runs, axis=1))
    assert np.sqrt((means.noise**2).sum(axis=1)) == pytest.approx(lacking.of("identity")["error"].to_numpy())
    assert within(sensitivity(lacking, "identity").table, "total", ISHIGAMI_TOTAL).all()


# laws -------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(st.floats(1e-3, 1e6), st.floats(-1e6, 1e6))
def test_indices_do_not_depend_on_the_unit(scale, shift):
    design = SALTELLI | {"size": 16}
    one = found(design, 3, ishigami, white(1.0), 3)
    other = found(design, 3, lambda u: scale * ishigami(u) + shift, lambda u, rng: scale * white(1.0)(u, rng), 3)
    assert other.table["total"].to_numpy() == pytest.approx(one.table["total"].to_numpy(), rel=1e-3, abs=1e-3)
    assert other.chance == pytest.approx(one.chance, rel=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_same_seed_same_numbers(method):
    responses = study(DESIGNS[method], 3, ishigami, white(3.0), 5)
    one, same, other = (sensitivity(responses, "identity", method, seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.table, same.table, check_exact=True)
    assert other.resampling_seed == 2
    assert np.array_equal(one.table[one.headline], other.table[one.headline])
    assert not np.array_equal(one.table[f"{one.headline}_low"], other.table[f"{one.headline}_low"])


# words and plain values -------------------------------------------------------


def test_words_say_what_matters_what_hardly_and_what_acts_together():
    def truth(u):
        return 3.0 * (u[:, 0] - 0.5) * (u[:, 1] - 0.5) + u[:, 0] + 0.05 * u[:, 2]

    said = found(SALTELLI, 3, truth, white(0.2), 10).in_words()
    assert said.startswith("Peer identity depends most on: x1 (")
    assert "Hardly matter (under 5 % of the variance, together with others): x3." in said
    assert "Act together: x1 with x2 (" in said
    assert "of the variance between points is chance, with 10 replicates at each" in said


def test_words_say_how_many_replicates_would_do():
    said = found(SALTELLI, 3, ishigami, white(5.0), 5).in_words()
    assert "replicates would bring it under 5 %." in said


def test_words_of_elementary_effects_say_which_way_they_go():
    said = found(MORRIS, 4, lambda u: slope(u) + 2.0 * u[:, 3] * (u[:, 0] - 0.5), white(0.1), 10).in_words()
    assert "x1 by " in said
    assert ", upwards (mu*, 95 % interval" in said
    assert ", downwards (mu*, 95 % interval" in said
    assert ", up or down (mu*, 95 % interval" in said
    assert "Effect differs from place to place or with the others (sigma at least half of mu*): x4." in said
    assert "Hardly matter (mu* under 10 % of the largest): x3." in said


def test_words_of_pawn_say_what_a_factor_without_influence_might_get():
    said = found(SAMPLE, 3, slope, white(0.1), 3).in_words()
    assert "Peer identity is distributed most differently with: x1 0." in said
    assert "Cannot be told from chance: x3." in said
    assert "Without influence a factor might get 0." in said


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("replicates", [1, 3])
def test_everything_can_be_written_as_json(method, replicates):
    one = found(DESIGNS[method], 3, ishigami, white(1.0), replicates)
    read = json.loads(json.dumps(one.to_dict(), allow_nan=False))
    assert (read["method"], read["outcome"], read["replicates"]) == (method, "identity", replicates)
    assert [row["factor"] for row in read["factors"]] == ["x1", "x2", "x3"]
    assert (read["chance"] is None) == (replicates == 1)
    assert read["in_words"] == one.in_words()


# refusals ---------------------------------------------------------------------


def refused(responses, outcome="identity", method=None):
    with pytest.raises(QuestionError) as error:
        sensitivity(responses, outcome, method)
    return str(error.value)


@pytest.mark.parametrize("design", ["grid", "one_at_a_time", "crossed"])
@pytest.mark.parametrize("method", [None, *METHODS])
def test_designs_that_cannot_be_analysed_say_which_can(design, method):
    said = refused(study({"design": design}, 3, slope), method=method)
    assert said.startswith(f"study trial: design {design} ")
    assert "design: {saltelli: N} for Sobol' indices" in said
    assert "PAWN indices work with latin_hypercube, sobol, saltelli, points" in said


@pytest.mark.parametrize("method", METHODS)
def test_a_method_refuses_the_designs_of_others(method):
    for other, design in DESIGNS.items():
        if other != method and not (method == "pawn" and other == "sobol"):
            said = refused(study(design, 3, slope), method=method)
            assert f"design {design['design']} cannot give" in said
            assert f"this study can be analysed with method {other}" in said


def test_without_a_method_the_design_decides():
    for method, design in DESIGNS.items():
        assert sensitivity(study(design, 3, slope), "identity").method == method


def test_an_unknown_method_is_told_the_known_ones():
    said = refused(study(SALTELLI, 3, slope), method="sobl")
    assert said == "method sobl: no such method. Did you mean 'sobol'? Allowed: morris, sobol, fast, pawn"


@pytest.mark.parametrize("method", ["sobol", "morris", "fast"])
def test_designs_need_all_their_points(method):
    responses = study(DESIGNS[method], 3, slope, replicates=2)
    failed = responses.failed.copy()
    failed[[3, 7]] = True
    runs = responses.runs["identity"].copy()
    runs[failed] = np.nan
    said = refused(dataclasses.replace(responses, failed=failed, runs={"identity": runs}))
    assert f"2 of {responses.points:,} points failed" in said
    assert "peersim retry DIR" in said


def test_pawn_does_without_points_that_failed_and_says_so():
    responses = study(SAMPLE, 3, slope, replicates=2)
    failed = np.arange(200) < 7
    runs = np.where(failed[:, np.newaxis], np.nan, responses.runs["identity"])
    one = sensitivity(dataclasses.replace(responses, failed=failed, runs={"identity": runs}), "identity")
    assert (one.points, one.failed) == (193, 7)
    assert "7 points that failed are left out (run again with: peersim retry DIR)." in one.in_words()


@pytest.mark.parametrize("method", METHODS)
def test_an_outcome_that_does_not_vary(method):
    said = refused(study(DESIGNS[method], 3, lambda u: np.full(len(u), 0.1), white(0.0), 3))
    assert said.startswith("outcome identity: does not vary; it is ")
    assert "at every point of study trial" in said


@pytest.mark.parametrize(
    ("replicates", "said"),
    [(1, "no value at 2 of 128 points"), (2, "fewer than two replicates with a value at 2 of 128")],
)
def test_an_outcome_without_values(replicates, said):
    responses = study(SALTELLI | {"size": 16}, 3, {"identity": slope, "hope": slope}, white(1.0), replicates)
    runs = responses.runs["identity"].copy()
    runs[[2, 5], 0] = np.nan
    told = refused(dataclasses.replace(responses, runs={**responses.runs, "identity": runs}))
    assert told.startswith(f"outcome identity: {said}")
    assert "other outcomes of this study: hope" in told


def test_an_outcome_that_the_study_does_not_hold():
    assert "hop: no such outcome. Did you mean 'hope'?" in refused(
        study(SALTELLI, 3, {"identity": slope, "hope": slope}), "hop"
    )


def test_too_few_rows_for_pawn():
    said = refused(study(SAMPLE | {"size": 99}, 3, slope))
    assert "99 rows are too few for PAWN indices" in said
    assert "allowed: 100 independent rows" in said


def test_morris_refuses_levels_without_an_order():
    kinds = (*factors(1), Factor("kind", levels=("line", "peer", "both")))
    said = refused(study(MORRIS, kinds, slope))
    assert "factor kind: its levels (line, peer, both) have no order" in said
    assert "{saltelli: N}" in said


def test_without_salib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "SALib.analyze.sobol", None)
    assert "pip install 'peersim[research]'" in refused(study(SALTELLI, 3, slope))
