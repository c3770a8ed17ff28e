"""Figures show what they say, whole and legible, also where there is little to show."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import image

import peersim
from peersim.report.figures import run as figures
from peersim.report.figures import style
from peersim.world.causes import IDENTITY, LEAVING

ONE_USER = [{"name": "Team", "peers": 1, "clinicians": 1, "users_per_peer": 1}]
CHANGES = [
    {"week": 10, "set": {"support.supervision.every_weeks": 1, "culture.valuing": 0.6}, "over_weeks": 12},
    {"week": 40, "set": {"support.supervision.by": "peer_lead"}},
]
MANY_CHANGES = [{"week": k, "set": dict.fromkeys(peersim.scenario.changes.POLICY_KEYS[:3], 1)} for k in range(1, 40)]
CASES = {
    "ordinary": ({"horizon_weeks": 110, "changes": CHANGES}, 4),
    "one replicate": ({"horizon_weeks": 110, "teams.count": 20}, 1),
    "one week": ({"horizon_weeks": 1}, 3),
    "one week of one replicate": ({"horizon_weeks": 1}, 1),
    "one user": ({"teams": ONE_USER}, 2),
    "many changes": ({"changes": MANY_CHANGES, "name": "long name " * 11}, 2),
    "other scripts": ({"horizon_weeks": 3, "name": "同伴 $x_1$ $5 {a}\\frac"}, 2),
    "two decades": ({"horizon_weeks": 1040}, 2),
}


@pytest.fixture(scope="module")
def run():
    kept = {}

    def cached(case):
        if case not in kept:
            changes, replicates = CASES[case]
            kept[case] = peersim.run(peersim.demo().with_(changes), replicates, seed=3)
        return kept[case]

    return cached


@pytest.fixture(scope="module")
def ordinary(run):
    return run("ordinary")


def texts(figure):
    return [text for text in figure.findobj(mpl.text.Text) if text.get_visible() and text.get_text().strip()]


def words(figure):
    return " ".join(text.get_text() for text in texts(figure)).replace("\n", " ")


# every figure, every case -----------------------------------------------------


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", figures.FIGURES)
@pytest.mark.filterwarnings("ignore:Glyph .* missing")
def test_all_lettering_is_within_the_figure(name, case, run):
    figure = figures.FIGURES[name](run(case))
    figure.draw_without_rendering()
    needed = figure.get_tightbbox()  # in inches
    width, height = figure.get_size_inches()
    assert min(needed.x0, needed.y0, width - needed.x1, height - needed.y1) > -0.01


@pytest.mark.parametrize("case", CASES)
def test_all_are_written_and_none_is_blank(case, run, tmp_path, monkeypatch):
    monkeypatch.setattr(style, "DPI", 40)  # quicker
    figures.save_all(run(case), tmp_path / "figures")
    pictures = {path.name: image.imread(path) for path in (tmp_path / "figures").iterdir()}
    assert sorted(pictures) == sorted(f"{name}.png" for name in figures.FIGURES)
    for picture in pictures.values():
        assert picture.shape[1] == style.WIDTH * 40
        assert picture[..., :3].std() > 0.02


@pytest.mark.parametrize("name", figures.FIGURES)
def test_every_figure_says_where_it_comes_from(name, ordinary):
    said = words(figures.FIGURES[name](ordinary))
    assert "Demonstration" in said
    assert "4 replicates, seed 3" in said


def test_names_are_drawn_as_they_are_written(run):
    assert "$x_1$ $5 {a}\\frac" in words(figures.retention(run("other scripts")))


def test_the_style_of_others_is_left_alone_and_not_taken_over(ordinary):
    with mpl.rc_context({"axes.titlecolor": "red", "figure.facecolor": "black"}):
        before = dict(mpl.rcParams)
        figure = figures.retention(ordinary)
        assert dict(mpl.rcParams) == before
    assert figure.get_facecolor() == (1, 1, 1, 1)


# what each shows --------------------------------------------------------------


def line(ax, colour):
    return next(line for line in ax.lines if line.get_color() == colour)


@pytest.mark.parametrize(("draw", "panels"), [("peers_over_time", figures.PEERS), ("users_over_time", figures.USERS)])
def test_lines_over_time_are_the_means_at_the_end_of_each_week(draw, panels, ordinary):
    weekly = ordinary.weekly.groupby("week").mean()
    for ax, panel in zip(figures.FIGURES[draw](ordinary).axes, panels, strict=True):
        shown = {style.BLUE: panel.measure} | ({style.VERMILION: panel.cohort} if panel.cohort else {})
        for colour, measure in shown.items():
            x, y = line(ax, colour).get_data()
            np.testing.assert_array_equal(x, weekly.index + 1)
            np.testing.assert_allclose(y, weekly[measure])


def test_both_bands_are_drawn_and_named(ordinary):
    figure = figures.peers_over_time(ordinary)
    identity = ordinary.weekly["identity"].to_numpy().reshape(4, 110)
    spread, interval = figure.axes[0].collections[:2]
    heights = spread.get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose(heights.min(), np.percentile(identity, 10, axis=0).min())
    np.testing.assert_allclose(heights.max(), np.percentile(identity, 90, axis=0).max())
    assert interval.get_alpha() > spread.get_alpha()
    assert "95 % interval of the mean" in words(figure)
    assert "middle 80 % of replicates" in words(figure)
    assert "10th to 90th percentile" in words(figure)


@pytest.mark.parametrize("draw", [figures.peers_over_time, figures.users_over_time])
def test_changes_of_policy_are_marked_and_told(draw, ordinary):
    figure = draw(ordinary)
    for ax in figure.axes:
        assert {line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == ":"} == {10, 40}
    said = words(figure)
    assert "A (week 10, over 12 weeks): support.supervision.every_weeks to 1, culture.valuing to 0.6" in said
    assert "B (week 40): support.supervision.by to peer_lead" in said


def test_many_changes_are_told_in_part(run):
    assert "and 36 more changes of policy" in words(figures.peers_over_time(run("many changes")))


def test_retention_is_marked_after_12_and_24_months(ordinary):
    figure = figures.retention(ordinary)
    shares = 100 * ordinary.outcomes.loc[["retention_12m", "retention_24m"], "mean"]
    marks = [line.get_xydata()[0] for line in figure.axes[0].lines if line.get_marker() == "o"]
    np.testing.assert_allclose(marks, [(52, shares.iloc[0]), (104, shares.iloc[1])])
    assert f"12 months: {shares.iloc[0]:.0f} %" in words(figure)


def test_retention_tells_how_many_were_followed(ordinary):
    labels = [label.get_text() for label in figures.retention(ordinary).axes[0].get_xticklabels()]
    assert labels[0] == f"0\n{len(ordinary.people)}"
    assert labels[2] == f"52\n{(ordinary.people['tenure'] >= 52).sum()}"


def test_causes_are_sorted_and_add_up(ordinary):
    (ax,) = figures.identity_causes(ordinary).axes
    widths = [bar.get_width() for bar in ax.patches]
    assert widths[:-1] == sorted(ordinary.identity_causes["mean"], reverse=True)
    assert widths[-1] == pytest.approx(sum(widths[:-1]))
    spells = ordinary.people
    assert widths[-1] == pytest.approx((spells["identity"] - spells["identity_start"]).mean(), abs=0.01)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert sorted(labels) == sorted([*IDENTITY.values(), "all together"])


@pytest.mark.parametrize(
    ("largest", "value", "text"),
    [
        (0.4, 0.123, "+0.12"),
        (0.4, -0.123, "\N{MINUS SIGN}0.12"),
        (0.4, -0.001, "0.00"),
        (0.015, -0.0149, "\N{MINUS SIGN}0.015"),
        (0.0, 0.0, "0.00"),
    ],
)
def test_gains_and_losses_have_a_sign_and_enough_decimals(largest, value, text):
    assert style.signed(largest)(value) == text


def test_reasons_are_sorted_shares_of_leavers(ordinary):
    figure = figures.reasons(ordinary)
    (ax,) = figure.axes
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == pytest.approx(sorted(100 * ordinary.reasons["mean"], reverse=True))
    assert sorted(label.get_text() for label in ax.get_yticklabels()) == sorted(LEAVING.values())
    assert f"{ordinary.people['main_reason'].notna().sum()} leavers" in words(figure)


# little to show ---------------------------------------------------------------


@pytest.mark.parametrize("name", figures.FIGURES)
def test_one_replicate_says_that_it_has_no_interval(name, run):
    figure = figures.FIGURES[name](run("one replicate"))
    assert "One replicate: no interval" in words(figure)
    assert "95 %" not in words(figure)


def test_nobody_left_is_said(run):
    assert run("one week").people["main_reason"].isna().all()
    assert "Nobody left in the weeks simulated, so there are no reasons to show." in words(
        figures.reasons(run("one week"))
    )


def test_a_single_week_is_drawn_along_its_length(run):
    for ax in figures.users_over_time(run("one week")).axes:
        x, y = line(ax, style.BLUE).get_data()
        assert list(x) == [0, 1]
        assert y[0] == y[1]
