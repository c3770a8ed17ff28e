"""Metamodels find known surfaces, say how wrong they are, and refuse what they cannot know."""

import dataclasses
import json
import sys

import numpy as np
import pandas as pd
import pytest

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.metamodel import learners
from peersim.analysis.exploration.metamodel import metamodel as module
from peersim.analysis.exploration.metamodel.learners import Data, Process, Trees, one_thread
from peersim.analysis.exploration.metamodel.metamodel import BOOSTING, GP, interpolate
from peersim.results.outcomes import interval
from tests.surfaces import BY, FORMAL, PEERS, SUPERVISION, TWO, grid, responses, sampled

NOISE, WORLDS = 0.03, 10
EVERY, FORMALISATION = "support.supervision.every_weeks", "identity.formalisation"


def hills(values):
    """Smooth, with a hill, from 0.2 to 0.8 or so."""
    return 0.5 + 0.2 * np.sin(4 * values["a"]) + 0.3 * (values["b"] - 0.4) ** 2


def rough(values):
    """What differs between points without any order; the same at the same point."""
    codes = np.round(1e6 * values.to_numpy(float)).astype(int) @ [1, 1_000_003]
    return [0.5 + 0.1 * np.random.default_rng(code).normal() for code in codes]


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    """Trees enough for small studies of simple truths, and quickly grown."""
    monkeypatch.setitem(learners.TREES, "max_iter", 40)
    with one_thread():
        yield


def study(points=39, truth=hills, factors=TWO, **how):
    kind = {"noise": NOISE, "replicates": WORLDS, "design": "latin_hypercube"} | how
    return responses(factors, sampled(factors, points), truth, **kind)


def truths(points, truth=hills, factors=TWO):
    places = sampled(factors, points, seed=99).set_axis([factor.name for factor in factors], axis=1)
    return places, np.asarray(truth(places))


# what it finds, and its error -------------------------------------------------


def test_a_smooth_surface_is_found_in_spite_of_noise():
    places, truth = truths(300)
    found = interpolate(study(), "identity", GP).predict(places)
    # A mean of ten worlds is off by 0.03 / sqrt(10), about 0.0095; the surface, which sees sixty, by less.
    assert np.sqrt(np.mean((found["mean"] - truth) ** 2)) < 0.006
    assert list(found) == ["mean", "low", "high", "shape_low", "shape_high"]


def test_the_cross_validated_error_is_that_of_new_points():
    model = interpolate(study(points=80), "identity", GP)
    places, truth = truths(400)
    simulated = truth + NOISE / np.sqrt(WORLDS) * np.random.default_rng(5).normal(size=400)
    missed = np.sqrt(np.mean((model.predict(places)["mean"] - simulated) ** 2))
    assert model.misfit.rmse == pytest.approx(missed, rel=0.2)
    assert model.misfit.q2 == pytest.approx(1 - missed**2 / truth.var(), abs=0.02)


def test_misfit_is_chance_where_the_surface_is_known_and_not_where_it_is_too_rough():
    smooth, wild = interpolate(study(), "identity", GP), interpolate(study(truth=rough), "identity", GP)
    assert smooth.misfit.chance > 0.7
    assert wild.misfit.chance < 0.2
    assert interpolate(study(noise=0.0), "identity", GP).misfit.chance < 0.01
    assert (smooth.trusted, wild.trusted) == (True, False)


def test_intervals_hold_points_left_out_about_as_often_as_they_say():
    for truth in (hills, rough):
        assert 0.88 <= interpolate(study(points=64, truth=truth), "identity", GP).misfit.coverage <= 1.0


def test_intervals_hold_the_mean_over_all_worlds():
    held = []
    for seed in range(20):
        found = study(12, lambda v: 0.5 + 0.3 * v["a"] ** 2, TWO[:1], shared=0.05, seed=seed)
        process = Process.of(Data(found.values.to_numpy(float), found.runs["identity"]), seed)
        (mean,), (half,), _ = process.predict(np.array([[0.37]]))
        held.append(abs(mean - 0.5 - 0.3 * 0.37**2) <= half)
    assert np.mean(held) >= 0.8  # of 20 studies at 95 %, fewer than 16 come three times in a thousand


# luck that points share -------------------------------------------------------


def moved(found, luck):
    """The same study with something added to every replicate, at all points alike."""
    return dataclasses.replace(found, runs={name: runs + luck for name, runs in found.runs.items()})


def test_luck_that_moves_all_points_alike_changes_neither_shape_nor_error():
    found = study(points=40)
    luck = np.random.default_rng(3).normal(0.0, 0.08, WORLDS)
    one, other = interpolate(found, "identity", GP), interpolate(moved(found, luck - luck.mean()), "identity", GP)
    assert other.misfit.rmse == pytest.approx(one.misfit.rmse, rel=1e-4)
    assert other.misfit.chance == pytest.approx(one.misfit.chance, rel=1e-3)
    places, _ = truths(20)
    first, second = one.predict(places), other.predict(places)
    for name in ("mean", "shape_low", "shape_high"):
        np.testing.assert_allclose(first[name], second[name], atol=1e-4)
    assert ((second["high"] - second["low"]) > 2 * (first["high"] - first["low"])).all()
    assert other.common > 2 * one.common
    assert other.common == pytest.approx(
        interval(other.learner.data.runs.mean(axis=0))[2] - other.points["mean"].mean()
    )


def test_luck_that_neighbours_share_is_not_taken_for_noise():
    found = study(points=60)
    slopes = np.random.default_rng(4).normal(0.0, 0.3, WORLDS)
    tilted = moved(found, np.multiply.outer(found.values["a"].to_numpy() - 0.5, slopes - slopes.mean()))
    process = interpolate(tilted, "identity", GP).learner
    assert np.sqrt(process.noise.mean()) == pytest.approx(NOISE / np.sqrt(WORLDS), rel=0.2)
    # Taken as they are, the standard errors would be three times as large.
    apart = tilted.runs["identity"] - tilted.runs["identity"].mean(axis=0)
    assert apart.std(axis=1, ddof=1).mean() > 2.5 * NOISE


def test_noisy_points_weigh_less():
    found = study(60, noise=0.0)
    a = found.values["a"].to_numpy()
    loud = np.where(a > 0.5, 0.1, 0.01)[:, np.newaxis] * np.random.default_rng(6).normal(size=(60, WORLDS))
    process = interpolate(moved(found, loud), "identity", GP).learner
    assert process.noise[a > 0.5].min() > 2 * process.noise[a < 0.5].max()


# points with the same values --------------------------------------------------


def test_repeated_points_are_one_so_that_none_is_predicted_from_itself():
    places = pd.concat([sampled(TWO, 30)] * 5, ignore_index=True)
    found = responses(TWO, places, rough, noise=0.0, design="latin_hypercube")
    for kind, learn in (("gp", Process.of), ("boosting", Trees)):
        # What goes wrong without grouping: the points are predicted from their doubles.
        data = Data(places.to_numpy(float), found.runs["identity"])
        leaking = np.mean(learn(data, 1).leave_out().misfit ** 2) / data.means.var()
        assert leaking < (0.05 if kind == "gp" else 0.5)
    model = interpolate(found, "identity")
    assert len(model.points) == 30
    assert model.misfit.q2 < 0.2


def test_repeated_points_make_nothing_surer():
    once = study(points=25)
    places = pd.concat([once.values] * 4, ignore_index=True)
    runs = {name: np.concatenate([values] * 4) for name, values in once.runs.items()}
    often = dataclasses.replace(once, values=places, coordinates=places, runs=runs, failed=np.zeros(100, bool))
    at = truths(10)[0]
    pd.testing.assert_frame_equal(interpolate(once, "identity").predict(at), interpolate(often, "identity").predict(at))


# kinds ------------------------------------------------------------------------


def named(values):
    return 0.3 + 0.2 * (values["support.supervision.by"] == "external") + 0.2 * (values[FORMALISATION] > 0.5)


def test_boosting_knows_names_and_steps():
    model = interpolate(study(90, named, (BY, FORMAL)), "identity", BOOSTING)
    assert model.misfit.q2 > 0.9
    assert np.isnan(model.misfit.coverage)
    rows = pd.DataFrame({"support.supervision.by": BY.levels, FORMALISATION: 0.8})
    np.testing.assert_allclose(model.predict(rows)["mean"], [0.5, 0.5, 0.7], atol=0.03)


def test_a_gaussian_process_knows_names_too():
    found = study(60, named_and_smooth, (BY, FORMAL))
    model = interpolate(found, "identity", GP)
    rows = pd.DataFrame({"support.supervision.by": BY.levels, FORMALISATION: 0.8})
    np.testing.assert_allclose(model.predict(rows)["mean"], [0.46, 0.46, 0.66], atol=0.02)


def named_and_smooth(values):
    return 0.3 + 0.2 * (values["support.supervision.by"] == "external") + 0.2 * values[FORMALISATION]


def test_the_kind_with_the_smaller_error_is_taken():
    for truth, best in ((hills, GP), (steps, BOOSTING)):
        model = interpolate(study(64, truth), "identity")
        assert set(model.misfits) == {GP, BOOSTING}
        assert model.kind == best == min(model.misfits, key=lambda kind: model.misfits[kind].rmse)
    assert set(interpolate(study(39), "identity").misfits) == {GP}


def steps(values):
    return 0.2 + 0.3 * (values["a"] > 0.35) + 0.3 * (values["b"] > 0.62)


def test_a_gaussian_process_searches_on_some_of_many_points_and_goes_through_all(monkeypatch):
    monkeypatch.setattr(learners, "MOST_SEARCHED", 30)
    monkeypatch.setattr(module, "MOST_FOR_GP", 100)
    model = interpolate(study(90), "identity", GP)
    assert model.learner.fitted.X_train_.shape == (90, 2)
    assert model.misfit.q2 > 0.95
    with pytest.raises(QuestionError, match="101 points are too many; allowed up to 100: take boosting"):
        interpolate(study(101), "identity", GP)
    assert set(interpolate(study(101), "identity").misfits) == {BOOSTING}


@pytest.mark.parametrize("kind", [GP, BOOSTING])
def test_the_same_study_gives_the_same_numbers(kind):
    places = truths(20)[0]
    one, other = (interpolate(study(40), "identity", kind) for _ in range(2))
    assert one.misfit == other.misfit or np.isnan(one.misfit.coverage)
    pd.testing.assert_frame_equal(one.predict(places), other.predict(places), check_exact=True)


# factors ----------------------------------------------------------------------


def test_none_at_all_does_not_bend_the_curve_beside_it():
    weeks = Factor(EVERY, levels=(0, 1, 2, 4, 8, 16), meaning=SUPERVISION.meaning)
    truth = lambda v: np.where(v[EVERY] == 0, 0.2, 0.7 - 0.05 * np.log2(np.maximum(v[EVERY], 1)))  # noqa: E731
    found = responses((weeks, FORMAL), grid(weeks.levels, np.linspace(0.1, 0.9, 5)), truth, noise=0.005)
    curve = interpolate(found, "identity").profile(EVERY, steps=40).set_index(EVERY)["mean"]
    assert curve.iloc[-1] == pytest.approx(0.2, abs=0.02)
    places = np.interp(curve.index[:-1].astype(float), [1, 2, 4, 8, 16], range(5))
    np.testing.assert_allclose(curve[:-1], 0.7 - 0.05 * places, atol=0.01)


def test_a_factor_that_is_not_varied_is_left_out_and_cannot_be_asked_for():
    found = responses(
        (SUPERVISION, FORMAL), grid((1, 2, 4, 8, 16), [0.5]), lambda v: 0.1 * v[FORMALISATION] + v[EVERY] / 50
    )
    model = interpolate(found, "identity")
    assert [scale.factor.name for scale in model.scales] == [EVERY]
    with pytest.raises(QuestionError, match=r"identity.formalisation: the study does not vary it; allowed here: supp"):
        model.profile(FORMALISATION)


# asking -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def both():
    factors = (FORMAL, PEERS, BY)
    return interpolate(
        study(60, lambda v: 0.3 + 0.2 * v[FORMALISATION] + 0.05 * v["teams.peers"], factors), "identity", GP
    )


def test_a_profile_holds_the_others_in_the_middle_or_where_asked(both):
    assert both.held(FORMALISATION) == {"teams.peers": 4, "support.supervision.by": "manager"}
    middle = both.profile(FORMALISATION)
    assert list(middle) == [FORMALISATION, "mean", "low", "high", "shape_low", "shape_high"]
    np.testing.assert_allclose(middle["mean"], 0.5 + 0.2 * middle[FORMALISATION].astype(float), atol=0.02)
    low = both.profile(FORMALISATION, {"teams.peers": 1})
    np.testing.assert_allclose(middle["mean"] - low["mean"], 0.15, atol=0.02)


def test_a_surface_has_every_value_of_one_with_every_value_of_the_other(both):
    table = both.surface("teams.peers", FORMALISATION, steps=7)
    assert len(table) == 6 * 7
    assert table["teams.peers"].tolist() == np.repeat(range(1, 7), 7).tolist()
    single = both.profile(FORMALISATION, {"teams.peers": 3}, steps=7)
    np.testing.assert_array_equal(single["mean"], table.loc[table["teams.peers"] == 3, "mean"])


PLACE = pd.DataFrame({FORMALISATION: [0.5], "teams.peers": 1, "support.supervision.by": "manager"})


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda m: m.profile(FORMALISATION, {"teams.peers": 9}), "held at teams.peers=9: allowed here: 1 to 6 (whole"),
        (lambda m: m.profile(FORMALISATION, {"teams.peers": 2.5}), "peers=2.5: allowed here: 1 to 6 (whole numbers)"),
        (lambda m: m.profile(FORMALISATION, {"support.supervision.by": "dog"}), "=dog: allowed here: manager, peer"),
        (lambda m: m.profile("teams.clinicians"), "teams.clinicians: the study does not vary it; allowed here: ident"),
        (lambda m: m.profile(FORMALISATION, {"sector": 1}), "sector: the study does not vary it"),
        (lambda m: m.profile(FORMALISATION, {FORMALISATION: 0.5}), "cannot be held at a value"),
        (lambda m: m.surface(FORMALISATION, FORMALISATION), "a surface needs two different factors"),
        (lambda m: m.predict(PLACE.drop(columns="teams.peers")), "teams.peers: a value is needed for every factor"),
        (lambda m: m.predict(PLACE.assign(sector=1)), "sector: the study does not vary it"),
        (
            lambda m: m.predict(PLACE.assign(**{FORMALISATION: 0.95})),
            "the metamodel at identity.formalisation=0.95: allowed here: 0.1 to 0.9; nothing is said beyond",
        ),
    ],
)
def test_what_it_cannot_know_is_refused(both, ask, told):
    with pytest.raises(QuestionError) as refused:
        ask(both)
    assert told in str(refused.value)


# what cannot be learnt --------------------------------------------------------


def flat(values):
    return np.full(len(values), 0.4)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (lambda: study(5), "5 different points with a value are too few; needed at least 6"),
        (lambda: study(8, failed=range(8)), "none of the 8 points has a value (all failed)"),
        (lambda: study(8, failed=range(4)), "4 different points with a value are too few"),
        (lambda: study(30, flat, noise=0.0), "it is 0.4 at every point; what does not vary has no surface"),
        (lambda: responses(TWO, grid([0.5] * 4, [0.5] * 4), hills), "nothing is varied"),
        (lambda: study(30, design="one_at_a_time"), "varies one factor at a time and says nothing of several together"),
    ],
)
def test_a_study_that_holds_no_surface_is_refused(found, told):
    with pytest.raises(QuestionError) as refused:
        interpolate(found(), "identity")
    assert told in str(refused.value)
    assert "a metamodel of identity" in str(refused.value)


def test_what_is_not_there_is_refused():
    with pytest.raises(QuestionError, match="outcome hope: no such outcome"):
        interpolate(study(10), "hope")
    with pytest.raises(QuestionError, match="kind of metamodel forest: allowed here: gp, boosting"):
        interpolate(study(10), "identity", "forest")
    with pytest.raises(QuestionError, match="kind boosting: 20 points are too few; allowed from 40: take gp"):
        interpolate(study(20), "identity", BOOSTING)


def test_without_the_extra_it_is_said_which(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.gaussian_process.kernels", None)
    with pytest.raises(QuestionError, match="extra 'research'"):
        interpolate(study(10), "identity")


# little to go by --------------------------------------------------------------


def test_one_replicate_has_no_chance_of_its_own():
    model = interpolate(study(30, replicates=1), "identity")
    assert np.isnan([model.misfit.chance, model.common]).all()
    assert "With one replicate it cannot be said how much of that is chance" in model.in_words()
    assert "Luck that all points share" not in model.in_words()
    row = model.predict(truths(1)[0]).iloc[0]
    assert row["low"] == row["shape_low"] < row["mean"]


def test_worlds_without_a_value_are_left_out_of_the_means():
    found = study(20)
    found.runs["identity"][3, :4] = np.nan
    found.runs["identity"][7] = np.nan
    found.runs["identity"][9, 1:] = np.nan
    model = interpolate(found, "identity")
    expected = found.of("identity")["mean"]
    np.testing.assert_allclose(model.points["mean"], expected.dropna())
    assert "1 of 20 points has no value and is left out." in model.in_words()
    assert model.misfit.q2 > 0.5


def test_shares_stay_shares():
    found = study(30, lambda v: np.clip(2 * v["a"], 0, 1), noise=0.1)
    rows = interpolate(found, "identity").predict(pd.DataFrame({"a": [0.0, 1.0], "b": 0.5}))
    assert rows.to_numpy().min() >= 0.0
    assert rows.to_numpy().max() <= 1.0


# words ------------------------------------------------------------------------


def test_it_says_how_far_it_can_be_trusted():
    model = interpolate(study(25, noise=0.01), "identity", GP)
    said, found = model.in_words(), model.misfit
    assert 0.0 < found.chance < 1.0
    assert said.startswith("The Gaussian process through 25 points predicts peer identity of points it has not seen")
    assert f"run with the same luck, to within {found.rmse:.2g} (root mean square, cross-validated; Q2 more" in said
    assert f"Of the squared misfit {100 * found.chance:.0f} % is chance, which more replicates than 10 would" in said
    assert f"held {100 * found.coverage:.0f} % of the points left out" in said
    assert f"move the whole surface by {model.common:.2g} up or down" in said


@pytest.mark.parametrize(
    ("how", "remedy"),
    [
        ({"truth": rough, "noise": 0.01}, "Little of what it misses is chance: ask for more points."),
        ({"truth": flat, "noise": 0.5}, "Most of what it misses is chance: ask for more replicates."),
        ({"truth": flat, "replicates": 1}, "Whether that is chance, only more replicates can say."),
    ],
)
def test_it_says_so_if_it_is_not_to_be_trusted_and_what_helps(how, remedy):
    said = interpolate(study(30, outcomes=("cost_per_year",), **how), "cost_per_year").in_words()
    assert said.startswith("Not to be trusted: it predicts ")
    assert f" of what differs between points. {remedy} The " in said


def test_money_is_written_as_money():
    said = interpolate(study(30, outcomes=("cost_per_year",)), "cost_per_year").in_words()
    assert "predicts cost of points it has not seen, run with the same luck, to within £" in said


def test_for_other_programs_there_is_no_not_a_number():
    content = interpolate(study(45, replicates=1), "identity").to_dict()
    assert content["errors"]["boosting"] | {"rmse": 0, "q2": 0} == {
        "rmse": 0,
        "q2": 0,
        "chance": None,
        "coverage": None,
    }
    json.dumps(content, allow_nan=False)
