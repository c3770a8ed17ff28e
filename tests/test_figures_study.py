"""Figures of studies: the right kind, whole and legible, and what they show is what came out."""

import dataclasses
import itertools

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import image

from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.metamodel.metamodel import interpolate
from peersim.report.figures import factors, grids, study, style, surface
from peersim.report.figures.surface import View
from peersim.results.outcomes import OUTCOMES, interval
from peersim.scenario import registry
from tests.surfaces import BY, FORMAL, PAY, PEERS, SUPERVISION, grid, responses, sampled

EVERY, FORMALISATION = "support.supervision.every_weeks", "identity.formalisation"
ALL = tuple(OUTCOMES)
SIX = ALL[:6]
LONG = "A study with a name that is as long as names of studies are when nobody has told anybody to be short"
WEEKS = Factor(EVERY, levels=(0, 1, 2, 4, 8, 16), unit="weeks", meaning=SUPERVISION.meaning)
CASES = Factor(
    "case", levels=tuple(f"Case {k}: a setting that has {'rather ' * (k % 4)}much to it" for k in range(1, 11))
)
THEMES = Factor(
    "theme", levels=("none", "valuing the role", "identity", "support and supervision", "structure", "culture")
)
SHARE = Factor("valuing.progression", levels=tuple(np.linspace(0, 1, 9)), unit="share")
CONSTANTS = tuple(Factor(f"model.a_constant_of_the_model_{k}", low=0, high=1, unit="per session") for k in range(10))
MANY = (SUPERVISION, FORMAL, PAY, PEERS, BY)


def slope(values):
    """Rises with the last factor and the place in the list, whatever they are."""
    return np.linspace(0.3, 0.6, len(values))


def lone(factors, base, others, **how):
    rows = [base, *((*base[:k], value, *base[k + 1 :]) for k, values in enumerate(others) for value in values)]
    return responses(factors, pd.DataFrame(rows), slope, design="one_at_a_time", levels=3, **how)


def apart(**how):
    others = [(1, 2, 8, 16), (0.1, 0.9), (0.6, 1.1), (1, 6), ("peer_lead", "external")]
    return lone(MANY, (4, 0.5, 0.9, 2, "manager"), others, **how)


def row(factor, **how):
    return responses((factor,), grid(factor.levels), slope, **how)


def spread(factors, points=40, **how):
    return responses(factors, sampled(factors, points), slope, design="latin_hypercube", size=points, **how)


SHOWN = {
    "one": (lambda **how: row(WEEKS, outcomes=SIX, **how), SIX, {"lines"}),
    "one, many points": (lambda **how: spread((FORMAL,), outcomes=ALL[-2:], **how), ALL[-2:], {"lines"}),
    "one, named": (lambda **how: row(CASES, outcomes=ALL[:3], **how), ALL[:3], {"dots"}),
    "two": (
        lambda **how: responses((WEEKS, FORMAL), grid(WEEKS.levels, (0.1, 0.5, 0.9)), slope, outcomes=SIX, **how),
        SIX,
        {"lines"},
    ),
    "two, one named": (
        lambda **how: responses((SHARE, BY), grid(SHARE.levels, BY.levels), slope, outcomes=ALL[-1:], **how),
        ALL[-1:],
        {"lines"},
    ),
    "two, many levels": (
        lambda **how: responses(
            (PEERS, SHARE), grid(range(1, 13), SHARE.levels), slope, outcomes=("identity", "cost_per_year"), **how
        ),
        ("identity", "cost_per_year"),
        {"heat_map_identity", "heat_map_cost_per_year"},
    ),
    "two, very many levels": (
        lambda **how: responses(
            (PAY, FORMAL), grid(np.linspace(0.6, 1.1, 30), np.linspace(0.1, 0.9, 30)), slope, **how
        ),
        ("identity",),
        {"heat_map_identity"},
    ),
    "two, named": (
        lambda **how: responses((CASES, THEMES), grid(CASES.levels, THEMES.levels), slope, outcomes=ALL[-1:], **how),
        ALL[-1:],
        {f"heat_map_{ALL[-1]}"},
    ),
    "apart": (lambda **how: apart(**how), ("identity",), {"tornado_identity"}),
    "spread": (
        lambda **how: spread(MANY + CONSTANTS, outcomes=ALL[-1:], **how),
        ALL[-1:],
        {f"points_{ALL[-1]}", f"points_{ALL[-1]}_2"},
    ),
}


def drawn(case, **how):
    make, outcomes, _ = SHOWN[case]
    return study.draw(make(**how), outcomes)


def texts(figure):
    return [text for text in figure.findobj(mpl.text.Text) if text.get_visible() and text.get_text().strip()]


def words(figure):
    return " ".join(text.get_text() for text in texts(figure)).replace("\n", " ")


def assert_legible(figure):
    """All lettering within the figure, and no label of an axis on another one of the same axis."""
    figure.draw_without_rendering()
    needed, (width, height) = figure.get_tightbbox(), figure.get_size_inches()  # in inches
    assert min(needed.x0, needed.y0, width - needed.x1, height - needed.y1) > -0.01
    for ax in figure.axes:
        for axis, way in ((ax.xaxis, "x"), (ax.yaxis, "y")):
            labels = [label for label in axis.get_ticklabels() if label.get_text() and label.get_visible()]
            if any(label.get_rotation() for label in labels) or not ax.axison:
                continue
            boxes = sorted((label.get_window_extent() for label in labels), key=lambda box: getattr(box, f"{way}0"))
            for one, other in itertools.pairwise(boxes):
                assert getattr(one, f"{way}1") < getattr(other, f"{way}0") + 1, [label.get_text() for label in labels]


# every kind -------------------------------------------------------------------


@pytest.mark.parametrize("case", SHOWN)
def test_the_design_and_the_factors_choose_the_figure_and_it_is_legible(case):
    figures = drawn(case, study=LONG, failed=(1,))
    assert set(figures) == SHOWN[case][2]
    for figure in figures.values():
        assert_legible(figure)
        assert "10 replicates, seed 1" in words(figure)
        assert "points failed and is left out" in words(figure)
        assert "95 % interval" in words(figure)


@pytest.mark.parametrize("case", ["one, many points", "one, named", "two", "two, named", "apart", "spread"])
def test_one_replicate_says_that_it_has_no_interval(case):
    said = words(next(iter(drawn(case, replicates=1).values())))
    assert "One replicate: no interval can be given" in said
    assert "95 %" not in said


def test_all_outcomes_are_spread_over_figures_and_written(tmp_path, monkeypatch):
    monkeypatch.setattr(style, "DPI", 30)  # quicker
    figures = study.draw(row(WEEKS, outcomes=ALL), ALL)
    assert list(figures) == ["lines", "lines_2", "lines_3", "lines_4"]
    assert_legible(figures["lines_4"])
    style.save(figures, tmp_path)
    assert all(image.imread(tmp_path / f"{name}.png")[..., :3].std() > 0.02 for name in figures)


def test_a_study_of_which_all_failed_says_so():
    figures = drawn("two", failed=range(18))
    assert list(figures) == ["nothing"]
    assert "All 18 points failed." in words(figures["nothing"])


@pytest.mark.parametrize("case", ["one", "one, named", "two", "two, many levels", "apart", "spread"])
def test_an_outcome_without_a_value_is_said_to_have_none(case):
    make, (first, *_), _ = SHOWN[case]
    found = make()
    found.runs[first][:] = np.nan
    for figure in study.draw(found, [first]).values():
        assert f"{OUTCOMES[first].label}: no value" in words(figure)
        assert_legible(figure)


# what each shows --------------------------------------------------------------


def marks(ax, marker):
    return [line for line in ax.lines if line.get_marker() == marker and len(line.get_xdata())]


def test_lines_go_through_the_means_with_none_apart_and_a_gap_where_a_point_failed():
    make, outcomes, _ = SHOWN["one"]
    found = make(failed=(2,))
    figure = study.draw(found, outcomes)["lines"]
    for ax, outcome in zip(figure.axes, outcomes, strict=True):
        means = found.of(outcome)["mean"]
        joined, apart_from_it = marks(ax, "o")
        np.testing.assert_allclose(joined.get_ydata(), means[1:])  # a gap where the value is not a number
        assert np.isnan(joined.get_ydata()[1])
        np.testing.assert_allclose(apart_from_it.get_ydata(), means[:1])
        assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2", "4", "8", "16", "none"]
    assert "Levels are spaced evenly, not to scale: supervision interval" in words(figure)


def test_intervals_are_held_to_what_the_outcome_can_be():
    found = spread((FORMAL,), 6, replicates=3, noise=2.0)
    (ax,) = study.draw(found, ["identity"])["lines"].axes
    ends = np.array([segment[:, 1] for line in ax.collections for segment in line.get_segments()])
    assert (interval(found.runs["identity"].T)[2] > 1).any()
    assert (ends.min(), ends.max()) == (0.0, 1.0)


def test_every_level_of_the_other_factor_has_a_look_of_its_own():
    make, outcomes, _ = SHOWN["two"]
    found = make()
    figure = study.draw(found, outcomes)["lines"]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["0.1", "0.5", "0.9"]
    assert legend.get_title().get_text() == "Formalisation (share)"
    for level, look in zip((0.1, 0.5, 0.9), grids.LOOKS, strict=False):
        means = found.of("identity")["mean"][found.values[FORMALISATION] == level]
        joined, _ = marks(figure.axes[0], look.marker)
        np.testing.assert_allclose(joined.get_ydata(), means[1:])
        assert joined.get_color() == look.colour


def test_a_heat_map_has_every_mean_written_in_its_cell():
    make, (outcome,), _ = SHOWN["two, named"]
    found = make(failed=(7,))
    figure = study.draw(found, [outcome])[f"heat_map_{outcome}"]
    ax = figure.axes[0]
    written = {text.get_position(): text.get_text() for text in ax.texts}
    for place, mean in enumerate(found.of(outcome)["mean"]):
        at = (place % len(THEMES.levels), place // len(THEMES.levels))
        assert written[at] == ("–" if place == 7 else f"£{mean:,.0f}")
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert [text[:7] for text in rows] == [text[:7] for text in CASES.levels]
    assert ax.yaxis_inverted()


def test_a_tornado_shows_paired_differences_the_largest_on_top():
    found = apart(noise=0.0, shared=0.5)  # luck that a difference does not have
    figure = study.draw(found, ["identity"])["tornado_identity"]
    runs = found.runs["identity"]
    expected = np.delete(runs.mean(axis=1) - runs[0].mean(), 0)
    shown = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_marker() not in ("", "None", None)]
    np.testing.assert_allclose(sorted(shown), sorted(expected))
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert widths == sorted(widths, reverse=True)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert "Supervision: every … weeks\n1 ◂ 4 ▸ 16" in labels
    assert "Who supervises\nexternal, not manager" in labels
    lines = figure.axes[0].collections
    assert all(np.ptp(segment[:, 0]) < 1e-9 for line in lines for segment in line.get_segments())


def test_clouds_show_every_point_against_every_factor():
    found = spread((FORMAL, PAY, BY), 60)
    figure = study.draw(found, ["identity"])["points_identity"]
    for ax, factor in zip(figure.axes, found.factors, strict=True):
        points = marks(ax, "o")[0]
        np.testing.assert_allclose(points.get_ydata(), found.of("identity")["mean"])
        assert ax.get_xlabel().replace("\n", " ") == factors.label(factor)
    named = figure.axes[2]
    assert [label.get_text() for label in named.get_xticklabels()] == ["manager", "peer lead", "external"]
    means = found.of("identity")["mean"].groupby(found.values["support.supervision.by"]).mean()
    np.testing.assert_allclose(marks(named, "D")[0].get_ydata(), means[list(BY.levels)])


# metamodels -------------------------------------------------------------------


def hill(values):
    every = np.log2(np.maximum(values[EVERY], 1)) if EVERY in values else 0.0
    formal = values.get(FORMALISATION, 0.0)
    return 0.5 - 0.03 * every - 0.3 * (formal - 0.4) ** 2


@pytest.fixture(scope="module")
def surfaces():
    weekly = responses((WEEKS, FORMAL), grid(WEEKS.levels, np.linspace(0.1, 0.9, 5)), hill, study=LONG, failed=(3,))
    mixed = responses((FORMAL, PAY, BY), sampled((FORMAL, PAY, BY), 39), hill, shared=0.05, design="latin_hypercube")
    noise = responses((FORMAL, PAY), sampled((FORMAL, PAY), 20), lambda v: 0.5 + 0 * v[FORMALISATION], replicates=1)
    single = responses((SUPERVISION,), grid(SUPERVISION.levels), hill, outcomes=("cost_per_year",))
    weekly, mixed, noise = (interpolate(found, "identity") for found in (weekly, mixed, noise))
    return {
        "levels": View(weekly, EVERY, FORMALISATION),
        "curve": View(mixed, FORMALISATION),
        "curve with none": View(weekly, EVERY),
        "continuous": View(mixed, FORMALISATION, "valuing.pay_parity", {"support.supervision.by": "external"}),
        "names": View(mixed, FORMALISATION, "support.supervision.by"),
        "names alone": View(mixed, "support.supervision.by"),
        "noise": View(noise, FORMALISATION, "valuing.pay_parity"),
        "money": View(interpolate(single, "cost_per_year"), EVERY),
    }


SURFACES = ("levels", "curve", "curve with none", "continuous", "names", "names alone", "noise", "money")


@pytest.mark.parametrize("case", SURFACES)
def test_surfaces_are_legible_and_say_how_good_they_are(surfaces, case):
    view = surfaces[case]
    figure = surface.draw(view)
    assert_legible(figure)
    said = words(figure)
    assert "cross-validated error" in said
    assert f"seed {view.metamodel.responses.seed}" in said
    assert ("Not to be trusted" in said) == (case == "noise")
    assert ("1 of 30 points has no value" in said) == (case in ("levels", "curve with none"))
    assert ("Held: " in said) == bool(view.held)


def test_a_curve_is_the_profile_with_both_its_bands(surfaces):
    view = surfaces["curve"]
    table = view.metamodel.profile(FORMALISATION, steps=82)
    (ax,) = surface.draw(view).axes
    line = next(line for line in ax.lines if len(line.get_xdata()) == len(table))
    np.testing.assert_allclose(line.get_ydata(), table["mean"])
    pale, dark = ax.collections
    assert pale.get_datalim(ax.transData).ymin == pytest.approx(table["low"].min())
    assert dark.get_datalim(ax.transData).ymin == pytest.approx(table["shape_low"].min())


def test_a_surface_has_its_points_on_it(surfaces):
    view = surfaces["continuous"]
    for ax in surface.draw(view).axes[:2]:
        (points,) = (line for line in ax.lines if line.get_marker() == "o")
        np.testing.assert_allclose(points.get_xdata(), view.metamodel.points[FORMALISATION].astype(float))
        np.testing.assert_allclose(points.get_ydata(), view.metamodel.points["valuing.pay_parity"].astype(float))
    assert "Held: Who supervises external" in words(surface.draw(view))


# names ------------------------------------------------------------------------


def test_factors_have_short_names_in_words():
    told = {
        EVERY: "Supervision: every … weeks",
        "support.supervision.minutes": "Supervision: minutes",
        "structure.weeks_to_hire": "Weeks to hire",
        "valuing.team_training_per_year": "Team training (sessions a year)",
        "structure.manager_support.team": "Manager support: team (share)",
    }
    assert factors.label(Factor("changes.0.week", levels=(0, 52), unit="weeks")) == "Week of the change"
    parameters = {parameter.key: parameter for parameter in registry()}
    for key, text in told.items():
        assert factors.label(Factor(key, low=0, high=1, unit=parameters[key].unit)) == text
    assert factors.label(Factor("my_choice", levels=("a", "b"))) == "My choice"
    assert factors.subject(Factor(EVERY)) == "supervision interval"
    assert factors.subject(Factor("support.supervision.minutes")) == "minutes (supervision)"


def test_every_key_has_a_name_of_its_own_and_special_names_are_of_keys():
    keys = [parameter.key for parameter in registry()]
    assert set(factors.NAMES) <= {*keys, "changes.week", "changes.over_weeks"}
    names = [factors.name(Factor(key), most=200) for key in keys]
    assert len(set(names)) == len(keys)


def test_a_title_that_is_too_long_counts_the_factors():
    wordy = [dataclasses.replace(FORMAL, name=f"a_factor_with_a_name_that_{k}") for k in range(2)]
    assert factors.titled("Outcomes", [SUPERVISION, FORMAL]) == "Outcomes by supervision interval and formalisation"
    assert factors.titled("Culture of valuing lived experience", wordy) == (
        "Culture of valuing lived experience by two factors"
    )
