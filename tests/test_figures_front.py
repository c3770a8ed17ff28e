"""Figures of a search show what they say, whole and legible, also where there is little to show."""

from dataclasses import replace
from functools import cache
from tempfile import TemporaryDirectory

import matplotlib as mpl
import numpy as np
import pytest

import peersim as ps
from peersim.analysis.exploration.policies.front import COST
from peersim.report.figures import front as figures
from tests.studies import small

LEVERS = {
    "support.supervision.every_weeks": [1, 2, 4],
    "support.supervision.by": ["team_manager", "peer_lead", "external"],
    "valuing.pay_parity": {"low": 0.8, "high": 1.2},
}
MANY = {"identity.formalisation": None, "teams.peers": {"low": 1, "high": 2}, "structure.flexibility": [0.1, 0.9]}
BUDGET = 70_000


@cache
def searched(objectives=("identity", "annual_leaving_rate", COST), *, unsure=True, many=False, budget=BUDGET):
    content = {
        "name": "A study with a name that is rather long, so that it has to be wrapped somewhere",
        "base": small.base(),
        "levers": LEVERS | (MANY if many else {}),
        "uncertainties": {"teams.pressure": {"low": 0.2, "high": 0.9}} if unsure else {},
        "replicates": 3,
    }
    with TemporaryDirectory() as place:
        return ps.optimise(
            ps.study(content), budget, place, objectives=objectives, population=8, generations=3, states=3
        )


CASES = {
    "three objectives": searched,
    "two objectives": lambda: searched(("identity", COST)),
    "four objectives, none of them the cost": lambda: searched(
        ("identity", "trust", "exhaustion", "cost_per_peer_year")
    ),
    "many levers, no uncertainties": lambda: searched(unsure=False, many=True, budget=150_000),
    "nothing left": lambda: replace(searched(), budget=1_000.0),
}


def texts(figure):
    return [text for text in figure.findobj(mpl.text.Text) if text.get_visible() and text.get_text().strip()]


def words(figure):
    return " ".join(" ".join(text.get_text() for text in texts(figure)).split())


@pytest.mark.parametrize("case", CASES)
def test_all_lettering_is_within_the_figure(case):
    for figure in figures.draw(CASES[case]()).values():
        figure.draw_without_rendering()
        needed, (width, height) = figure.get_tightbbox(), figure.get_size_inches()  # in inches
        assert min(needed.x0, needed.y0, width - needed.x1, height - needed.y1) > -0.01


def test_there_is_a_figure_of_states_only_where_there_are_states():
    assert list(figures.draw(searched())) == ["front", "levers", "robustness"]
    assert list(figures.draw(searched(unsure=False, many=True, budget=150_000))) == ["front", "levers"]


def test_every_figure_says_where_it_comes_from():
    for figure in figures.draw(searched()).values():
        assert "(today: Small base)" in words(figure)
        assert "replicates, seed 1" in words(figure)


def lines(ax, marker):
    return [line for line in ax.lines if line.get_marker() == marker]


def test_the_front_has_a_panel_for_every_two_objectives_with_knee_today_and_budget():
    found = searched()
    axes = [ax for ax in figures.front(found).axes if ax.axison]
    assert [(ax.get_xlabel().split("\n")[0], ax.get_ylabel().split("\n")[0]) for ax in axes] == [
        ("Peer identity", "Peers leaving"),
        ("Peer identity", "Cost, pounds a year"),
        ("Peers leaving", "Cost, pounds a year"),
    ]
    cost = axes[1]
    (knee,), (today,) = lines(cost, "D"), lines(cost, "*")
    row = found.front.loc[found.knee]
    assert (knee.get_xdata()[0], knee.get_ydata()[0]) == (row["identity"], row[COST])
    assert (today.get_xdata()[0], today.get_ydata()[0]) == tuple(found.front.loc["today", ["identity", COST]])
    drawn = np.concatenate([line.get_xdata() for line in lines(cost, "o") if line.get_markersize() == 6])
    assert sorted(drawn) == sorted(found.front["identity"][1:])
    assert any(line.get_ydata()[0] == BUDGET for line in cost.lines if line.get_linestyle() == "--")
    assert cost.get_ylim()[1] > BUDGET


def test_policies_that_the_search_saw_are_drawn_by_their_difference_from_today():
    found = searched()
    ax = figures.front(found).axes[1]
    cloud = np.concatenate([line.get_ydata() for line in lines(ax, "o") if line.get_markersize() < 6])
    shift = found.fresh[COST][0].mean() - found.searched[COST][0].mean()
    np.testing.assert_allclose(np.sort(cloud), np.sort(found.candidates[COST] + shift))


def test_policies_off_the_front_are_hollow():
    ax = figures.front(CASES["nothing left"]()).axes[1]
    faces = {line.get_markerfacecolor(): len(line.get_xdata()) for line in lines(ax, "o") if line.get_markersize() == 6}
    assert faces["white"] == len(searched().policies) - 1
    assert faces[figures.BLUE] == 0
    assert "none is left" in words(figures.front(CASES["nothing left"]()))


def test_levers_are_drawn_where_the_policies_have_them():
    found = searched()
    axes = figures.levers(found).axes
    assert [ax.get_title("left").split("\n")[0] for ax in axes] == [
        "Supervision: every",
        "Who supervises",
        "Pay parity (ratio)",
    ]
    marks = [line for line in axes[2].lines if line.get_marker() in ("o", "D")]
    assert [line.get_xdata()[0] for line in marks] == list(found.policies["valuing.pay_parity"])
    assert [text.get_text() for text in axes[1].get_xticklabels()] == ["team manager", "peer lead", "external"]
    assert axes[0].get_yticklabels()[0].get_text() == "today"


def test_states_go_from_the_mean_to_the_worst():
    found = searched()
    share, identity, *_ = figures.robustness(found).axes
    assert [bar.get_width() for bar in share.patches] == list(100 * found.across_states["within_budget"])
    means = [line.get_xdata()[0] for line in identity.lines if line.get_marker() in ("o", "D")]
    assert means == list(found.across_states["identity_mean"])
