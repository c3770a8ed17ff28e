"""Ladders of values, and a search that has to find a front that is known."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.policies.front import hypervolume, on_front
from peersim.analysis.exploration.policies.search import rungs, search

# ladders ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factor", "count", "first", "last"),
    [
        (Factor("a", low=0.85, high=1.1), 26, (0.85, 0.86), 1.1),
        (Factor("b", low=0, high=1), 101, (0.0, 0.01), 1.0),
        (Factor("c", low=1, high=16), 151, (1.0, 1.1), 16.0),
        (Factor("d", low=0.333, high=1), 68, (0.333, 0.34), 1.0),
        (Factor("e", low=-0.05, high=0.05), 101, (-0.05, -0.049), 0.05),
        (Factor("f", low=20000, high=30000), 101, (20000.0, 20100.0), 30000.0),
        (Factor("g", low=0, high=12, whole=True), 13, (0, 1), 12),
        (Factor("h", low=7, high=9123, whole=True), 93, (7, 100), 9123),
        (Factor("i", levels=("x", "y")), 2, ("x", "y"), "y"),
    ],
)
def test_rungs_are_round_numbers_between_the_ends(factor, count, first, last):
    found = rungs(factor)
    assert (len(found), found[:2], found[-1]) == (count, first, last)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_rungs_rise_from_end_to_end_in_twenty_steps_or_more(low, width):
    found = rungs(Factor("a", low=low, high=low + width))
    assert (found[0], found[-1]) == (low, low + width)
    assert all(one < other for one, other in itertools.pairwise(found))
    assert 20 <= len(found) <= 203


# searching --------------------------------------------------------------------

SIZES = [40, 5, 7, 30, 3]
BEST = np.array([0, 3, 2, 10, 1])
"""Rungs of all levers but the first that are best, whatever the first is."""


class Curve:
    """Two losses that the first lever trades; the others only harm.  Losses below 0.2 cannot be had."""

    def __init__(self, failing=None):
        self.shown, self.failing = [], failing

    def __call__(self, places):
        self.shown += [tuple(place) for place in places.tolist()]
        x = places[:, 0] / (SIZES[0] - 1)
        harm = (np.abs(places[:, 1:] - BEST[1:]) / (np.array(SIZES[1:]) - 1)).sum(axis=1)
        losses = np.stack([x + harm, (1 - np.sqrt(x)) ** 2 + harm], axis=1)
        excess = 0.2 - x
        if self.failing is not None:
            failed = places[:, 1] == self.failing
            losses[failed], excess[failed] = 0.0, 1e9
        return losses, excess


def run(seed=1, population=30, generations=30, **options):
    curve = Curve(**options)
    every = search(SIZES, 2, curve, population=population, generations=generations, seed=seed)
    assert not every
    return curve.shown


def losses_of(shown):
    lost, excess = Curve()(np.array(shown))
    return lost, excess <= 0


@pytest.mark.parametrize("seed", [0, 1, 2, 2**32 - 1])
def test_the_search_finds_a_known_front(seed):
    shown = run(seed)
    assert len(set(shown)) < 900 < np.prod(SIZES) / 100
    whole = [(x, *BEST[1:]) for x in range(SIZES[0])]
    front, allowed = losses_of(whole)
    lost, can_be_had = losses_of(shown)
    ends = front[allowed].min(axis=0), front[allowed].max(axis=0)
    assert hypervolume(lost[can_be_had], *ends) > 0.98 * hypervolume(front[allowed], *ends)
    members = np.array(shown)[on_front(lost, can_be_had)]
    assert (members[:, 0] / (SIZES[0] - 1) >= 0.2).all()


def test_the_same_seed_shows_the_same_policies():
    assert run(7) == run(7)
    assert run(7) != run(8)


def test_only_rungs_are_shown():
    shown = np.array(run(3))
    assert (shown >= 0).all()
    assert (shown < SIZES).all()


def test_a_search_survives_policies_that_fail():
    shown = run(4, failing=3)  # what would be best
    ok = [place for place in shown if place[1] != 3]
    assert min(abs(place[1] - 3) for place in ok) == 1
    assert len(ok) > len(shown) / 2


def test_few_policies_are_all_tried_once():
    seen = []

    def judge(places):
        seen.extend(map(tuple, places.tolist()))
        return np.zeros((len(places), 2)), np.zeros(len(places))

    assert search([2, 3, 4], 2, judge, population=6, generations=4, seed=1)
    assert seen == list(itertools.product(range(2), range(3), range(4)))


def test_a_search_that_finds_nothing_new_ends():
    seen = []

    def judge(places):
        seen.extend(map(tuple, places.tolist()))
        return places.astype(float), np.zeros(len(places))

    assert not search([3, 3], 2, judge, population=4, generations=2, seed=1)
    assert len(seen) <= 8
