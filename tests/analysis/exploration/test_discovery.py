"""Scenario discovery: a known box is found, chance is told apart from it, and what cannot be answered is said."""

import json
import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration import chance
from peersim.analysis.exploration.discovery import peeling, trees
from peersim.analysis.exploration.discovery.boxes import Box, score
from peersim.analysis.exploration.discovery.discovery import discover
from peersim.analysis.exploration.factor import Factor
from tests.known import BY, EVERY, FACTORS, FORMAL, WEEKLY, discovered, flipped, in_known_box, responses, sampled, study


def by_prim(values, factors, cases):
    return [found.step.box for found in peeling.peel(values, factors, cases)]


def by_cart(values, factors, cases):
    return trees.grow(values, factors, cases, seed=1).boxes


METHODS = {"prim": by_prim, "cart": by_cart}


def limited(box):
    return [limit.factor.name for limit in box.limits]


# a box that is known ----------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_a_known_box_is_found_where_there_is_no_noise(method):
    _, values = sampled(150)
    cases = in_known_box(values)
    (box,) = METHODS[method](values, FACTORS, cases)
    assert score(box.holds(values), cases).phi > 0.95
    every, formal, by = box.limits
    assert (every.said(), by.said()) == ("8 to 16 weeks", "team manager or external")
    assert formal.low == pytest.approx(0.6, abs=0.04)
    assert math.isinf(formal.high)


@pytest.mark.parametrize("method", METHODS)
def test_a_known_box_is_found_in_noise(method):
    _, values = sampled(400, seed=3)
    truth = in_known_box(values)
    box = METHODS[method](values, FACTORS, flipped(truth, 0.08))[0]
    assert limited(box) == list(WEEKLY)
    assert score(box.holds(values), truth).phi > 0.85


def test_two_boxes_apart_are_found_one_after_the_other():
    _, values = sampled(300, (FORMAL, EVERY), seed=5)
    cases = ((values[FORMAL.name] > 0.7) | (values[EVERY.name] >= 14)).to_numpy()
    first, second = by_prim(values, (FORMAL, EVERY), cases)
    assert score(first.holds(values) | second.holds(values), cases).phi > 0.95


def test_cases_at_both_ends_are_for_a_tree_and_peeling_says_so():
    _, values = sampled(200, (FORMAL, EVERY), seed=5)
    low = (values[FORMAL.name] < 0.3) | (values[FORMAL.name] > 0.7)
    found = responses(values, {"identity": np.where(low, 0.4, 0.6)[:, np.newaxis]}, (FORMAL, EVERY))
    peeled, cut = (discover(found, "identity < 0.5", method) for method in METHODS)
    assert cut.together.score.phi > 0.95
    assert len(cut.regions) == 2
    assert "A tree (method cart) does better on points held out" in "\n".join(peeled.in_words())
    assert "All 2" not in "\n".join(cut.in_words())


def test_in_nothing_but_noise_peeling_finds_nothing():
    _, values = sampled(300)
    assert by_prim(values, FACTORS, flipped(np.zeros(300, bool), 0.3)) == [Box()]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "factors",
    [(BY, Factor("scenario", levels=(False, True))), (EVERY, Factor("still", levels=(4,)))],
    ids=["levels", "whole numbers"],
)
def test_any_kind_of_factor_alone(method, factors):
    _, values = sampled(120, factors)
    name = factors[0].name
    cases = (values[name] == "external").to_numpy() if factors[0] is BY else values[name].between(5, 9).to_numpy()
    (box,) = METHODS[method](values, factors, cases)
    assert limited(box) == [name]
    np.testing.assert_array_equal(box.holds(values), cases)


def test_where_nothing_varies_there_is_nothing_to_limit():
    values = pd.DataFrame({"still": [4] * 20})
    cases = np.arange(20) < 8
    factors = (Factor("still", levels=(4,)),)
    assert by_prim(values, factors, cases) == [Box()]
    assert by_cart(values, factors, cases) == ()


def test_every_box_on_the_way_is_the_librarys_own():
    _, values = sampled(150, seed=2)
    (found,) = peeling.peel(values, FACTORS, in_known_box(values))
    assert {step.patience for step in found.steps} == set(peeling.PATIENCE)
    for step in found.steps:
        assert step.points == step.box.holds(values).sum()
        assert step.cases == (step.box.holds(values) & in_known_box(values)).sum()
        assert set(step.quasi_p) == set(limited(step.box))
    sure = [p for ends in found.step.quasi_p.values() for p in ends if not math.isnan(p)]
    assert max(sure) <= peeling.BY_CHANCE
    assert found.step.quasi_p[FORMAL.name][0] < 1e-3
    assert math.isnan(found.step.quasi_p[FORMAL.name][1])


SEARCH = """
from peersim.analysis.exploration.discovery import peeling
peeling.PATIENCE = (0.2,)
from tests.known import FACTORS, flipped, in_known_box, sampled
_, values = sampled(80, seed=4)
found = peeling.peel(values, FACTORS, flipped(in_known_box(values), 0.1))
print([step.box.in_words() for one in found for step in one.steps])
"""


def test_the_same_boxes_in_every_process(monkeypatch):
    monkeypatch.setattr(peeling, "PATIENCE", (0.2,))
    environment = {"PYTHONHASHSEED": "7", "PYTHONPATH": ".", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SEARCH], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    _, values = sampled(80, seed=4)
    here = peeling.peel(values, FACTORS, flipped(in_known_box(values), 0.1))
    assert done.stdout.strip() == str([step.box.in_words() for found in here for step in found.steps])


# density, coverage, chance -----------------------------------------------------


def graded(runs, design="grid"):
    """Points along one factor with given runs."""
    runs = np.atleast_2d(np.asarray(runs, float).T).T
    every = Factor(EVERY.name, low=1, high=len(runs), whole=True, unit="weeks", meaning=EVERY.meaning)
    return responses(pd.DataFrame({EVERY.name: range(1, len(runs) + 1)}), {"identity": runs}, (every,), design)


def test_density_and_coverage_of_a_tiny_study_by_hand():
    # Cases at 1 and at 8 to 14, of 14 points; the box holds seven of the eight.
    found = discover(graded([0.2, *[0.8] * 6, *[0.2] * 7]), "identity < 0.5", "cart")
    (region,) = found.regions
    assert region.box.in_words() == "“Weeks from one supervision to the next” 8 to 14 weeks"
    assert (region.score.points, region.score.cases, region.score.all_points, region.score.all_cases) == (7, 7, 14, 8)
    assert (region.score.density, region.score.coverage) == (1.0, 0.875)
    words = "\n".join(found.in_words())
    assert "“Peer identity” below 0.5 at 8 of 14 points (57 %)" in words
    assert "100 % of such points are cases, and they are 88 % of all cases" in words
    assert "one replicate, so it cannot be said how much of this is chance" in words
    assert math.isnan(region.density[0])


def test_points_within_chance_of_the_threshold_are_counted():
    spread = np.array([-0.1, 0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1])
    means = np.array([*np.linspace(0.1, 0.2, 7), 0.5, 0.51, *np.linspace(0.8, 0.9, 7)])
    found = discover(graded(means[:, np.newaxis] + spread), "identity < 0.5", "cart")
    assert np.flatnonzero(found.uncertain).tolist() == [7, 8]
    assert found.to_dict()["uncertain"] == 2
    assert "Chance: 2 points (12 %) lie within chance of the threshold." in "\n".join(found.in_words())
    # Two replicates on either side of the threshold: below it in the one resample of four that takes the lower twice.
    two = discover(graded([[0.4, 0.6], [0.6, 0.4], *[[0.9, 0.9]] * 6]), "identity < 0.5", "cart")
    assert two.case_share[:2] == pytest.approx([0.25, 0.25], abs=0.05)
    assert two.case_share[0] + two.case_share[1] <= 1.0, "one pair of worlds is drawn for both"


def test_without_luck_density_and_coverage_do_not_move():
    found = discover(graded(np.repeat([[0.2], [0.8]], [6, 8], axis=0) + np.zeros(5)), "identity < 0.5", "cart")
    assert found.uncertain.sum() == 0
    assert found.together.density == found.together.coverage == (1.0, 1.0)


def test_resamples_are_the_same_for_all_points_and_means_of_what_is_known():
    runs = np.array([[1.0, 2.0, 4.0], [1.0, 2.0, 4.0], [np.nan, 2.0, np.nan]])
    (means,) = [part["identity"] for part in chance.resampled({"identity": runs}, seed=1, resamples=50)]
    np.testing.assert_array_equal(means[0], means[1])
    assert set(means[2][~np.isnan(means[2])]) == {2.0}
    assert means[0].mean() == pytest.approx(7 / 3, abs=0.3)


def test_a_large_study_is_resampled_in_parts_that_add_up(monkeypatch):
    runs = {"identity": np.random.default_rng(1).random((20, 6))}
    whole = np.concatenate([part["identity"] for part in chance.resampled(runs, 3)], axis=1)
    monkeypatch.setattr(chance, "MOST_NUMBERS", 150)
    parts = [part["identity"] for part in chance.resampled(runs, 3)]
    assert len(parts) > 100
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, rtol=1e-12)


# the whole answer ---------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_the_whole_answer(method):
    found = discovered(method)
    truth = in_known_box(study().values) & found.known
    assert score(found.inside, truth).phi > 0.8
    region = found.regions[0]
    assert {EVERY.name, FORMAL.name} <= set(limited(region.box)) <= set(WEEKLY)
    assert found.left_out == (3, 0)
    low, high = found.together.density
    assert low <= found.together.score.density <= high
    assert found.held_out.score.phi > 0.7
    assert min(found.held_out.limited[name] for name in (EVERY.name, FORMAL.name)) == 5
    words = "\n".join(found.in_words())
    for part in (
        "of 247 points",
        "Left out: 3 failed.",
        "Box 1: “",
        "within chance of the threshold",
        "tried on that part",
    ):
        assert part in words
    json.dumps(found.to_dict(), allow_nan=False)
    table = found.table()
    assert table["in_box"].sum() == found.together.score.points
    assert table["case"].sum() == found.together.score.all_cases


def test_any_box_on_the_way_can_be_judged():
    found = discovered("prim")
    row = int(np.flatnonzero(found.trajectory["chosen"])[0])
    assert found.region(row).score == found.regions[0].score
    assert found.region(row).density == found.regions[0].density
    everything = found.region(0)
    assert everything.score.coverage == 1.0
    assert everything.box == Box()


def test_the_same_seed_gives_the_same_answer():
    one, other = (discover(study(), "identity < 0.5", "cart", seed=4).to_dict() for _ in range(2))
    assert one == other


def test_noise_is_called_noise_on_points_held_out():
    _, values = sampled(200)
    runs = np.random.default_rng(2).normal(0.5, 0.1, (200, 3))
    found = discover(responses(values, {"identity": runs}, FACTORS), "identity < 0.5", "cart")
    held_out = found.held_out.score
    assert not held_out.points or held_out.density < held_out.all_cases / held_out.all_points + 0.15


# what cannot be answered ----------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("identity < 0.1", "No point is a case"),
        ("identity < 0.9", "Every point is a case"),
    ],
)
def test_a_case_of_nothing_or_everything_is_said_with_the_range(when, said):
    found = discover(graded(np.linspace(0.2, 0.8, 13)), when)
    words = "\n".join(found.in_words())
    assert said in words
    assert "“Peer identity” is between 0.200 and 0.800" in words
    assert (found.regions, found.held_out, len(found.trajectory)) == ((), None, 0)
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize(("when", "kind"), [("identity < 0.36", "cases"), ("identity < 0.66", "points that are none")])
def test_too_few_to_tell_apart(when, kind):
    found = discover(graded(np.linspace(0.2, 0.8, 13)), when)
    assert f"No boxes were sought: that takes at least 5 {kind}." in "\n".join(found.in_words())


def test_cases_all_over_have_no_box():
    runs = flipped(np.zeros(60, bool), 0.4).astype(float)
    found = discover(graded(runs), "identity < 0.5", "cart")
    assert "they lie all over what was varied" in "\n".join(found.in_words())
    assert found.regions == ()


def test_points_without_a_value_are_left_out_and_counted():
    runs = np.tile(np.linspace(0.2, 0.8, 16)[:, np.newaxis], 3)
    runs[2:4] = np.nan
    runs[5, 0] = np.nan
    found = discover(graded(runs), "identity < 0.5", "cart")
    assert found.left_out == (0, 2)
    assert found.points == 14
    assert "Left out: 2 without a value." in "\n".join(found.in_words())
    assert math.isnan(found.case_share[2])


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"method": "tree"}, ("method tree", "allowed: prim, cart")),
        ({"design": "one_at_a_time"}, ("one_at_a_time", "latin_hypercube")),
        ({"runs": np.full((12, 2), np.nan)}, ("no point has a value of identity",)),
        ({"when": "trust < 0.5"}, ("condition trust", "Allowed here: identity")),
    ],
)
def test_what_cannot_be_asked_is_refused(options, parts):
    runs = options.pop("runs", np.linspace(0.2, 0.8, 12))
    asked = {"when": "identity < 0.5", "method": "prim"} | options
    design = asked.pop("design", "grid")
    with pytest.raises(QuestionError) as refused:
        discover(graded(runs, design), **asked)
    for part in parts:
        assert part in str(refused.value)


@pytest.mark.parametrize(("method", "module"), [("prim", "ema_workbench"), ("cart", "sklearn")])
def test_a_missing_extra_is_named(method, module, monkeypatch):
    for name in ("ema_workbench.analysis.prim", "sklearn.tree", "sklearn.model_selection"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(QuestionError, match=rf"needs {module}.*peersim\[research\]"):
        discover(graded(np.linspace(0.2, 0.8, 12)), "identity < 0.5", method)
