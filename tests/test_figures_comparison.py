"""Figures of comparisons and attributions show what they say, whole and legible, also where there is little to show."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import image

import peersim
from peersim.analysis.pairs import MARGIN
from peersim.analysis.verdicts import BETTER, PROBABLY_BETTER, PROBABLY_WORSE, WORSE
from peersim.report.figures import attribution as parts
from peersim.report.figures import comparison as figures
from peersim.report.figures import style
from peersim.report.figures.comparison import View, views
from peersim.results.outcomes import GROUPS, OUTCOMES
from tests.reports import HOSTILE, base, comparison, hostile

CASES = {
    "ordinary": comparison,
    "one pair": lambda: comparison(replicates=1),
    "one week": lambda: comparison(weeks=1),
    "three scenarios": lambda: comparison(arms=("weekly", "valued", "three peers"), weeks=8, replicates=2),
    "changes": lambda: comparison(arms=("changing",), weeks=8),
    "hostile names": lambda: hostile(HOSTILE),
}


def first(case):
    return next(views(CASES[case]()))


def texts(figure):
    return [text for text in figure.findobj(mpl.text.Text) if text.get_visible() and text.get_text().strip()]


def words(figure):
    return " ".join(text.get_text() for text in texts(figure)).replace("\n", " ")


# every figure, every case -----------------------------------------------------


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", figures.FIGURES)
def test_all_lettering_is_within_the_figure(name, case):
    figure = figures.FIGURES[name](first(case))
    figure.draw_without_rendering()
    needed, (width, height) = figure.get_tightbbox(), figure.get_size_inches()  # in inches
    assert min(needed.x0, needed.y0, width - needed.x1, height - needed.y1) > -0.01


@pytest.mark.parametrize("name", figures.FIGURES)
def test_every_figure_says_where_it_comes_from(name):
    assert "baseline: small · 4 pairs, seed 3" in words(figures.FIGURES[name](first("ordinary")))


@pytest.mark.parametrize("name", figures.FIGURES)
def test_one_pair_says_that_it_has_no_interval(name):
    said = words(figures.FIGURES[name](first("one pair")))
    assert "One pair" in said
    assert "95 %" not in said


def test_more_scenarios_are_spread_over_figures_and_keep_their_looks(tmp_path, monkeypatch):
    monkeypatch.setattr(style, "DPI", 40)  # quicker
    found = comparison(arms=("weekly", "valued", "three peers", "changing", "dear"), weeks=8, replicates=2)
    assert [view.arms for view in views(found)] == [("weekly", "valued", "three peers"), ("changing", "dear")]
    assert len({view.look(arm) for view in views(found) for arm in view.arms}) == 5
    figures.save_all(found, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {f"{name}{suffix}.png" for name in figures.FIGURES for suffix in ("", "_2")}
    assert all(image.imread(path)[..., :3].std() > 0.02 for path in tmp_path.iterdir())


# what each shows --------------------------------------------------------------


def test_differences_are_those_of_the_contrasts_filled_where_better_and_hollow_where_worse():
    view = first("ordinary")
    rows, look = view.comparison.of("weekly"), view.look("weekly")
    drawn = [name for names in GROUPS.values() for name in names if "pounds" not in OUTCOMES[name].unit]
    valued = [name for name in drawn if np.isfinite(rows.loc[name, "difference"])]
    axes = figures.differences(view).axes
    marks = [line for ax in axes for line in ax.lines if line.get_marker() == look.marker]
    np.testing.assert_allclose([mark.get_xdata()[0] for mark in marks], rows.loc[valued, "difference"])
    faces = {BETTER: look.colour, PROBABLY_BETTER: look.colour, WORSE: "white", PROBABLY_WORSE: "white"}
    for mark, name in zip(marks, valued, strict=True):
        assert mark.get_markerfacecolor() == faces.get(rows.loc[name, "verdict"], figures.UNTOLD)
    for ax in axes:
        assert (-MARGIN, MARGIN) in [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in ax.patches]


def test_lines_over_time_are_means_and_paired_differences():
    view = first("ordinary")
    colour, axes = view.look("weekly").colour, figures.over_time(view).axes
    for top, below, panel in zip(axes[:3], axes[3:], figures.PANELS, strict=True):
        one, other = panel.of(view.comparison.baseline), panel.of(view.comparison.arms["weekly"])
        for ax, shade, expected in ((top, figures.GREY, one), (top, colour, other), (below, colour, other - one)):
            line = next(line for line in ax.lines if line.get_color() == shade)
            np.testing.assert_allclose(line.get_ydata(), np.nanmean(expected, axis=0))


def test_changes_of_policy_are_marked():
    figure = figures.over_time(first("changes"))
    assert all(any(line.get_linestyle() == ":" for line in ax.lines) for ax in figure.axes)
    assert "A (week 3, over 2 weeks): culture.valuing to 0.9" in words(figure)


def test_retention_shows_every_curve_and_who_was_followed():
    view = first("ordinary")
    figure = figures.retention(view)
    for results, colour in (
        (view.comparison.baseline, figures.GREY),
        (view.comparison.arms["weekly"], view.look("weekly").colour),
    ):
        line = next(line for line in figure.axes[0].lines if line.get_color() == colour)
        np.testing.assert_allclose(line.get_ydata(), 100 * results.retention["retention"])
        assert f"{len(results.people):,}" in words(figure)


def test_causes_are_paired_and_add_up_to_the_difference_in_change():
    found = comparison()
    table = found.identity_causes["weekly"]
    people = [results.people for results in (found.baseline, found.arms["weekly"])]
    changes = [(one["identity"] - one["identity_start"]).mean() for one in people]
    assert table["difference"].sum() == pytest.approx(changes[1] - changes[0], abs=0.01)
    apart = found.arms["weekly"].identity_causes["mean"] - found.baseline.identity_causes["mean"]
    np.testing.assert_allclose(table["difference"], apart)
    line = next(line for line in figures.causes(first("ordinary")).axes[0].lines if line.get_marker() == "o")
    assert sorted(line.get_xdata()) == sorted(table["difference"])


def test_the_plane_shows_every_pair_and_the_mean():
    view = first("ordinary")
    value = view.comparison.value("weekly")
    cloud, mean = (line for line in figures.cost_plane(view).axes[0].lines if line.get_marker() == "o")
    np.testing.assert_allclose(cloud.get_xydata(), np.column_stack([value.seen, value.cost]))
    np.testing.assert_allclose(mean.get_xydata()[0], [value.effect.mean(), value.cost.mean()])
    said = words(figures.cost_plane(view))
    for quadrant in ("dearer, worse", "dearer, better", "cheaper, worse", "cheaper, better"):
        assert quadrant in said


def test_acceptability_has_two_lines_for_two_questions():
    view = first("ordinary")
    curve = view.comparison.value("weekly").acceptability()
    thick, thin = (line for line in figures.acceptability(view).axes[0].lines)
    np.testing.assert_allclose(thick.get_ydata(), 100 * curve["share_of_worlds"])
    np.testing.assert_allclose(thin.get_ydata(), 100 * curve["certainty"])
    assert thick.get_linewidth() > thin.get_linewidth()


def test_an_effect_without_a_value_is_said():
    view = View(comparison(weeks=1), ("weekly",), "retention_12m")
    for draw in (figures.cost_plane, figures.acceptability):
        assert "The effect has no value within these weeks." in words(draw(view))


# attribution ------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundle():
    start = base(30)
    whole = start.with_(
        {"name": "whole", "support.supervision.every_weeks": 1, "culture.valuing": 0.9, "teams.peers": 3}
    )
    return peersim.attribute(start, whole, replicates=3, seed=3)


def test_shares_add_up_to_the_bar_of_all_together(bundle):
    figure = parts.shares(parts.View(bundle, ("identity", "cost_per_year")))
    for ax, name in zip(figure.axes, ("identity", "cost_per_year"), strict=True):
        *each, total = [bar.get_width() for bar in ax.patches]
        assert len(each) == len(bundle.parts)
        assert sum(each) == pytest.approx(total)
        assert total == pytest.approx(bundle.total.loc[name, "difference"])


def test_interactions_are_a_signed_matrix(bundle):
    figure = parts.interactions(parts.View(bundle, ("identity",)))
    (ax,) = figure.axes
    rows = bundle.interactions[bundle.interactions["outcome"] == "identity"]
    assert len(ax.texts) == 2 * len(rows)
    assert {text.get_text()[0] for text in ax.texts} <= {"+", "\N{MINUS SIGN}", "0"}
    assert "How the parts work together: peer identity" in words(figure)


def test_a_single_part_has_no_interactions():
    start = base(4)
    found = peersim.attribute(start, start.with_({"name": "one", "culture.valuing": 0.9}), replicates=2)
    assert "nothing to interact with" in words(parts.interactions(parts.View(found)))


def test_figures_of_an_attribution_are_whole(bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(style, "DPI", 40)  # quicker
    parts.save_all(bundle, tmp_path, ("identity", "retention_12m"))
    names = {"shares.png", "interactions_identity.png", "interactions_retention_12m.png"}
    assert {path.name for path in tmp_path.iterdir()} == names
    for draw in (parts.shares, parts.interactions):
        figure = draw(parts.View(bundle))
        figure.draw_without_rendering()
        needed, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
        assert min(needed.x0, needed.y0, width - needed.x1, height - needed.y1) > -0.01


def test_an_outcome_without_a_value_is_said_in_its_place(bundle):
    assert bundle.total.loc["retention_12m"].isna().all()
    view = parts.View(bundle, ("retention_12m",))
    for draw in (parts.shares, parts.interactions):
        assert "Still in post after 12 months: no value within these weeks." in words(draw(view))
