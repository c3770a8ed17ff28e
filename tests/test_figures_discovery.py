"""Figures of discovery and robustness show what they say, whole and legible, also where there is little to show."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import image

from peersim.analysis.exploration.discovery.discovery import discover
from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.policies.robustness import robustness
from peersim.report.figures import discovery as figures
from peersim.report.figures import robustness as regret
from peersim.report.figures import style
from tests.known import BY, EVERY, FORMAL, discovered, policies, responses, sampled
from tests.reports import HOSTILE

LUCK = np.array([-0.1, 0.0, 0.1])
DRAW = {"trade_off": figures.trade_off, "boxes": figures.boxes, "points": figures.points}


def two_ends():
    """Cases at both ends of a factor: a tree has two boxes, and only one factor is limited."""
    _, values = sampled(150, (FORMAL, EVERY), seed=5)
    low = (values[FORMAL.name] < 0.3) | (values[FORMAL.name] > 0.7)
    runs = np.where(low, 0.4, 0.6)[:, np.newaxis]
    return discover(responses(values, {"identity": runs}, (FORMAL, EVERY)), "identity < 0.5", "cart")


def hostile():
    """Names that nobody would choose, and a few values of each factor."""
    levels = Factor("$x_1$ <b>", levels=HOSTILE, meaning=HOSTILE[0] * 3)
    values = pd.DataFrame([(one, 4 * k) for one in HOSTILE for k in range(1, 5)] * 2, columns=[levels.name, EVERY.name])
    runs = np.where((values[levels.name] == HOSTILE[1]) | (values[levels.name] == HOSTILE[3]), 200_000.0, 300_000.0)
    found = responses(values, {"cost_per_year": runs[:, np.newaxis] + LUCK}, (levels, EVERY), "grid", study=HOSTILE[3])
    return discover(found, "cost_per_year < 250000", "cart")


FOUND = {
    "prim": lambda: discovered("prim"),
    "cart": lambda: discovered("cart"),
    "two ends": two_ends,
    "hostile": hostile,
}


def texts(figure):
    return [text for text in figure.findobj(mpl.text.Text) if text.get_visible() and text.get_text().strip()]


def words(figure):
    return " ".join(text.get_text() for text in texts(figure)).replace("\n", " ")


def assert_whole(figure):
    figure.draw_without_rendering()
    needed, (width, height) = figure.get_tightbbox(), figure.get_size_inches()  # in inches
    assert min(needed.x0, needed.y0, width - needed.x1, height - needed.y1) > -0.01


# discovery ----------------------------------------------------------------------


@pytest.mark.parametrize("case", FOUND)
@pytest.mark.parametrize("name", DRAW)
def test_all_lettering_of_a_discovery_is_within_the_figure(name, case):
    assert_whole(DRAW[name](FOUND[case]()))


@pytest.mark.parametrize("name", DRAW)
def test_every_figure_says_where_it_comes_from_and_what_a_case_is(name):
    said = words(DRAW[name](discovered("cart")))
    assert "study: Known · 20 replicates, seed 1" in said
    assert "247 points. Case: “Still in post after 12 months” below 0.7" in said


def test_the_trade_off_shows_every_box_looked_at_and_what_luck_does_to_the_chosen():
    found = discovered("prim")
    (ax, *_) = figures.trade_off(found).axes
    first = found.trajectory[(found.trajectory["box"] == 1) & (found.trajectory["dimensions"] > 0)]
    marks = [line for line in ax.lines if (line.get_label() or "").endswith(("factor", "factors"))]
    assert sum(len(line.get_xdata()) for line in marks) == len(first)
    chosen = first[first["chosen"]].iloc[0]
    (ring,) = (line for line in ax.lines if line.get_label() == "chosen")
    np.testing.assert_allclose(ring.get_xydata()[0], [100 * chosen["coverage"], 100 * chosen["density"]])
    bars = np.sort(np.concatenate([line.get_segments()[0] for line in ax.collections])[:, 0])
    np.testing.assert_allclose(bars[[0, -1]], 100 * np.array(found.regions[0].coverage))


def test_the_ranges_drawn_are_those_of_the_box():
    found = discovered("cart")
    (ax,) = figures.boxes(found).axes
    drawn = [patch for patch in ax.patches if patch.get_facecolor() == mpl.colors.to_rgba(figures.BOX_COLOURS[0])]
    formal = next(limit for limit in found.regions[0].box.limits if limit.factor == FORMAL)
    left = (formal.low - 0.1) / 0.8
    assert any(np.isclose(patch.get_x(), left) and np.isclose(patch.get_width(), 1 - left) for patch in drawn)
    assert "they are" in words(figures.boxes(found))


def test_points_are_drawn_once_and_the_frames_are_the_box():
    found = discovered("cart")
    (ax,) = figures.points(found).axes
    marks = [line for line in ax.lines if line.get_linestyle() == "None"]
    assert sum(len(line.get_xdata()) for line in marks) == found.points
    lows = [limit.low for region in found.regions for limit in region.box.limits if limit.factor == FORMAL]
    for frame in ax.patches:  # one for each box, or for each level that it has, where they are apart
        assert any(np.isclose(corner, low) for corner in frame.get_xy() for low in lows)


def test_with_one_limited_factor_the_outcome_is_drawn_with_its_threshold():
    (ax,) = figures.points(two_ends()).axes
    assert "Peer identity" in ax.get_ylabel()
    assert any(line.get_linestyle() == "--" and set(line.get_ydata()) == {0.5} for line in ax.lines)
    assert len(ax.patches) == 2


def test_one_replicate_has_no_bars():
    assert "One replicate: no bars" in words(figures.trade_off(two_ends()))


def test_only_what_there_is_is_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(style, "DPI", 40)  # quicker
    figures.save_all(discovered("cart"), tmp_path / "all")
    assert {path.name for path in (tmp_path / "all").iterdir()} == {"trade_off.png", "boxes.png", "points.png"}
    assert all(image.imread(path)[..., :3].std() > 0.02 for path in (tmp_path / "all").iterdir())
    _, values = sampled(20, (FORMAL, BY))
    nothing = responses(values, {"identity": np.full((20, 1), 0.5)}, (FORMAL, BY))
    figures.save_all(discover(nothing, "identity < 0.4"), tmp_path / "none")
    assert list((tmp_path / "none").iterdir()) == []


# robustness ----------------------------------------------------------------------


def table(n_policies, n_states):
    return np.random.default_rng(3).random((n_policies, n_states))


CASES = {
    "three": lambda: robustness(policies(table(3, 3), luck=LUCK, own=0.02)),
    "many states": lambda: robustness(policies(table(6, 40), luck=LUCK, own=0.02)),
    "very many": lambda: robustness(policies(table(22, 61), luck=LUCK, own=0.02)),
    "pounds": lambda: robustness(policies(2e5 * table(3, 8), "cost_per_year", luck=LUCK)),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", regret.FIGURES)
def test_all_lettering_of_policies_is_within_the_figure(name, case):
    found = CASES[case]()
    view = regret.View(found, next(iter(found.judgements)))
    figure = regret.FIGURES[name](view)
    assert_whole(figure)
    assert "study: Known" in words(figure)


def test_the_heat_map_is_the_regret_with_a_dot_at_the_best():
    found = CASES["three"]()
    judgement = found.judgements["identity"]
    ax = regret.regret(regret.View(found, "identity")).axes[0]
    (mesh,) = ax.collections
    assert np.sort(np.asarray(mesh.get_array()).ravel()) == pytest.approx(np.sort(judgement.regret.ravel()))
    (dots,) = ax.lines
    assert len(dots.get_xdata()) == 3
    assert all(np.asarray(mesh.get_array())[int(row), int(column)] == 0 for column, row in dots.get_xydata())


def test_of_very_many_policies_those_with_least_regret_are_shown():
    view = regret.View(CASES["very many"](), "identity")
    assert "Of 22 policies the 20 with least regret" in words(regret.regret(view))
    largest = view.judgement.table["max_regret"].to_numpy()
    assert list(view.order) == list(np.argsort(largest, kind="stable")[:20])


def test_mean_against_regret_fills_what_nothing_beats():
    # A has the better mean and B the smaller regret, 0.2 against 0.3; C is behind both.
    found = robustness(policies([[0.9, 0.9, 0.3], [0.7, 0.7, 0.6], [0.5, 0.6, 0.5]]))
    ax = regret.trade_off(regret.View(found, "identity")).axes[0]
    hollow, filled = ax.lines
    np.testing.assert_allclose(hollow.get_xydata(), [[1.6 / 3, 0.4]])
    np.testing.assert_allclose(filled.get_xydata(), [[0.7, 0.3], [2.0 / 3, 0.2]])


def test_figures_of_every_outcome_are_saved(tmp_path, monkeypatch):
    monkeypatch.setattr(style, "DPI", 40)  # quicker
    regret.save_all(CASES["three"](), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"regret_identity.png", "trade_off_identity.png"}
    regret.save_all(robustness(policies(table(1, 4))), tmp_path / "one policy")
    assert not (tmp_path / "one policy").exists()
