"""Figures of sensitivity analyses show what they say, whole and legible, also where there is little to show."""

import importlib
from functools import cache

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import image

from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.sensitivity import sensitivity
from peersim.report.figures import sensitivity as figures
from peersim.results.outcomes import OUTCOMES as ALL
from tests.reports import HOSTILE
from tests.sampled import study, white

NAMES = ("support.supervision.every_weeks", "identity.formalisation", "teams.peers", "a." + "very_long_name_" * 5)
FACTORS = tuple(Factor(name, low=0.0, high=1.0) for name in NAMES)
DESIGNS = {
    "sobol": {"design": "saltelli", "size": 64, "second_order": True},
    "morris": {"design": "morris", "size": 10, "levels": 4},
    "fast": {"design": "fast", "size": 130},
    "pawn": {"design": "latin_hypercube", "size": 100},
}
OUTCOMES = {
    "identity": lambda u: 6.0 * (u[:, 0] - 0.5) * (u[:, 1] - 0.5) + u[:, 0] - u[:, 2],
    "retention_12m": lambda u: -u[:, 0],
    "cost_per_year": lambda u: 123_456.0 * u[:, 1] + 5_000.0 * np.sin(9.0 * u[:, 2]),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    pawn = importlib.import_module("peersim.analysis.exploration.sensitivity.pawn")
    monkeypatch.setattr(pawn, "RESAMPLES", 4)
    monkeypatch.setattr(pawn, "DUMMIES", 10)


@cache
def found(method, outcome="identity", noise=0.3, replicates=4, factors=FACTORS):
    responses = study(DESIGNS[method], factors, {outcome: OUTCOMES[outcome]}, white(noise), replicates)
    return sensitivity(responses, outcome, method)


def drawn(one):
    """All figures of one outcome."""
    return {name: draw(one) for name, draw in figures._figures(one)}


def texts(figure):
    return [text for text in figure.findobj(mpl.text.Text) if text.get_visible() and text.get_text().strip()]


def words(figure):
    return " ".join(text.get_text() for text in texts(figure)).replace("\n", " ")


def assert_whole(figure):
    figure.draw_without_rendering()
    needed, (width, height) = figure.get_tightbbox(), figure.get_size_inches()  # in inches
    assert min(needed.x0, needed.y0, width - needed.x1, height - needed.y1) > -0.01


# every figure, every case -----------------------------------------------------


CASES = {
    "ordinary": {},
    "pounds": {"outcome": "cost_per_year", "noise": 100.0},
    "one replicate": {"replicates": 1},
    "all chance": {"noise": 50.0},
    "hostile names": {
        "factors": tuple(Factor(f"{name} {number}", low=0.0, high=1.0) for number, name in enumerate(HOSTILE[:4]))
    },
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("method", DESIGNS)
@pytest.mark.filterwarnings("ignore:Glyph .* missing:UserWarning")
def test_all_lettering_is_within_the_figure_and_says_where_it_is_from(method, case):
    one = found(method, **CASES[case])
    for figure in drawn(one).values():
        assert_whole(figure)
        said = words(figure)
        assert f"trial · {'1 replicate' if one.replicates == 1 else '4 replicates'}, seed 1" in said
        assert f"{one.points} points, design {DESIGNS[method]['design']}" in said


@pytest.mark.parametrize("method", DESIGNS)
def test_the_share_of_chance_is_said(method):
    for figure in drawn(found(method)).values():
        assert "hance" in words(figure)
    assert "One replicate" in words(figures.factors(found("morris", replicates=1)))
    assert "not known: one replicate" in words(figures.factors(found("sobol", replicates=1)))


def test_the_methods_have_the_figures_that_go_with_them():
    assert {method: list(drawn(found(method))) for method in DESIGNS} == {
        "sobol": ["factors", "pairs"],
        "morris": ["factors", "plane"],
        "fast": ["factors"],
        "pawn": ["factors"],
    }


# what is drawn is what was found ----------------------------------------------


def test_bars_are_as_long_as_the_indices():
    one = found("sobol", noise=0.4)
    (ax,) = figures.factors(one).axes
    bars = [bar.get_width() for bar in ax.patches]
    assert bars[:4] == pytest.approx(one.ranked["total"].tolist())
    assert bars[4:8] == pytest.approx(one.ranked["first"].tolist())
    assert bars[8] == pytest.approx(one.chance)
    assert one.chance > 0.02


def test_what_cannot_be_told_from_chance_is_pale():
    one = found("morris")
    (ax,) = figures.factors(one).axes
    pale = [mpl.colors.to_hex(bar.get_facecolor()) == figures.PALE.lower() for bar in ax.patches]
    assert pale == [not told for told in one.ranked["told"]]
    assert any(pale)
    assert not all(pale)


def test_where_all_may_be_chance_no_indices_are_drawn():
    one = found("sobol", noise=50.0)
    assert one.table["total"].isna().all()
    for figure in drawn(one).values():
        assert "no indices" in words(figure)


def test_pairs_show_second_order_indices_by_number():
    responses = study(DESIGNS["sobol"] | {"size": 512}, FACTORS, OUTCOMES["identity"], white(0.05), 2)
    one = sensitivity(responses, "identity")
    said = [text.get_text() for text in texts(figures.pairs(one))]
    top = one.pairs.sort_values("second").iloc[-1]
    assert top["told"]
    assert f"{100 * top['second']:.0f}" in said
    assert any(text.startswith("(") for text in said)


# numbers in the plane ---------------------------------------------------------


@pytest.mark.parametrize("crowd", ["apart", "in one place", "in a row"])
def test_numbers_in_the_plane_lie_on_nothing(crowd):
    rng = np.random.default_rng(1)
    points = {
        "apart": rng.random((12, 2)),
        "in one place": 0.5 + 0.004 * rng.random((12, 2)),
        "in a row": np.column_stack([np.linspace(0.4, 0.45, 12), np.zeros(12)]),
    }[crowd]
    figure = mpl.figure.Figure(figsize=(6, 6))
    ax = figure.subplots()
    ax.set(xlim=(0, 1), ylim=(-0.05, 1))
    labels = figures.number(ax, [tuple(point) for point in points])
    figure.draw_without_rendering()
    boxes = [mpl.text.Text.get_window_extent(label) for label in labels]
    assert not any(one.overlaps(other) for k, one in enumerate(boxes) for other in boxes[:k])
    dots = ax.transData.transform(points)
    assert not any(box.contains(*dot) for box in boxes for dot in dots)
    assert all(ax.bbox.contains(*corner) for box in boxes for corner in box.corners())


# several outcomes -------------------------------------------------------------


@pytest.mark.parametrize("method", DESIGNS)
def test_overview_shows_every_outcome(method):
    responses = study(DESIGNS[method], FACTORS, OUTCOMES, white(0.3), 4)
    figure = figures.overview([sensitivity(responses, name, method) for name in OUTCOMES])
    assert_whole(figure)
    said = words(figure)
    assert all(label in said for label in ("Peer identity", "Still in post after 12 months", "Cost", "(chance)"))


def test_many_outcomes_are_spread_over_several_overviews(tmp_path, monkeypatch):
    names = list(ALL)[: figures.MOST_ACROSS]
    responses = study(DESIGNS["morris"], FACTORS, dict.fromkeys(names, OUTCOMES["identity"]), white(0.3), 4)
    found = [sensitivity(responses, name) for name in names]
    assert_whole(figures.overview(found))
    monkeypatch.setattr(figures, "MOST_ACROSS", 2)
    figures.save_all(found[:3], tmp_path)
    written = {path.stem for path in tmp_path.glob("*.png")}
    kinds = {f"{kind}_{name}" for name in names[:3] for kind in ("factors", "plane")}
    assert written == {"overview", "overview_2"} | kinds
    assert image.imread(tmp_path / "overview.png").std() > 0.05
