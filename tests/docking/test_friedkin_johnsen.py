"""Docking with Friedkin and Johnsen (evidence 6.4, fact 2): a limit of our own mechanisms.

Theirs: x(t+1) = A W x(t) + (I - A) x(0), with fixed point (I - A W)^-1 (I - A) x(0).  Ours, as the limit in which only
meetings act (`colleagues`, `socialisation`, `peer_support`, `reflection`) and the pull of a clinician is as strong as
that of a fellow peer, s = socialisation_steady = fellow_strength * fellow_alike: in a week a peer's identity changes by

    identity_anchor (anchor - x) + s / meetings * sum over meetings (view of whom they meet - x)

where a clinician's view is 1 - clinical_stance and a fellow's their identity as the week began.  The mean over whom
they meet is linear in x, meetings of a week are drawn afresh and nothing reaches an end of the scale, so that the
expectation follows the linear system exactly:

    E x(t+1) = E x(t) + (identity_anchor + s) (A W E x(t) + (I - A) x(0) - E x(t))

with x(0) the anchors of peers and the views of clinicians, susceptibility a = s / (identity_anchor + s) of peers and 0
of clinicians, who stay as they are, and W who meets whom.  With m peers in a team of N, of whom each seeks out a fellow
in a share f = fellow_preference of meetings (0 for a lone peer), a clinician is met with chance (1 - f) / (N - 1), and
a fellow with that and f / (m - 1) besides.  It is their process taking a smaller step, with their fixed point.  All
other peers together then have w = f + (1 - f) (m - 1) / (N - 1) of the weight, and with anchors 1 and views 0 the fixed
point is x* = (1 - a) / (1 - a w).  Uniform mixing is f = 0.  With two peers in a team of twelve our default, f = .45,
is w = .5.

A single peer meets clinicians only, so that the limit is exact; with more the mean over many teams is tested within
Monte-Carlo error.

Outside the limit: `fellow_reinforcement` pulls upward only, as max(0, anchor - x), and is 0 here.  (Where nobody is
above their anchor it is linear too and adds to the anchor's pull, as often as a fellow is met.)  Newness fades, so that
`socialisation_newcomer` makes a susceptibility that changes over time; it is 0 as well, and so are isolation's effect
on identity and the peer group.  With `peer_support` off a meeting with a fellow does nothing; where all peers are alike
that is uniform mixing.
"""

import numpy as np
import pytest

import peersim as ps
from peersim.ensemble import world_of
from tests.docking.limits import only
from tests.worlds import a_team, small

N = 12
SUSCEPTIBILITY = 0.7
PULL = 0.1
WEEKS = 208
SETTLED = slice(104, None)  # the slowest way to the fixed point halves its distance in 8 weeks
MEETINGS = ("colleagues", "socialisation", "peer_support", "reflection")

UNIFORM = {1: 0.300, 2: 0.320, 3: 0.344, 4: 0.371}
"""Fixed point with uniform mixing, by number of peers (evidence 6.4)."""


def who_meets_whom(peers, preference):
    """W: rows and columns are the peers and then the clinicians of a team of N."""
    preference = preference if peers > 1 else 0.0
    weights = np.full((N, N), (1.0 - preference) / (N - 1))
    weights[:peers, :peers] += preference / max(1, peers - 1)
    np.fill_diagonal(weights, 0.0)
    return weights


def influence(peers, preference):
    """A W: clinicians are not susceptible."""
    susceptible = np.where(np.arange(N) < peers, SUSCEPTIBILITY, 0.0)
    return susceptible[:, None] * who_meets_whom(peers, preference), susceptible


def fixed_point(peers, preference, start):
    """(I - A W)^-1 (I - A) x(0)."""
    weights, susceptible = influence(peers, preference)
    return np.linalg.solve(np.eye(N) - weights, (1.0 - susceptible) * start)


def start(peers):
    """x(0): peers 1, clinicians 0."""
    return np.where(np.arange(N) < peers, 1.0, 0.0)


def team(peers, preference, *, off=(), weeks=WEEKS, count=1, **constants):
    """A team of N in which identity moves by the anchor and by meetings alone."""
    mechanisms = [name for name in MEETINGS if name not in off]
    settings = {
        "identity_anchor": PULL * (1.0 - SUSCEPTIBILITY) / SUSCEPTIBILITY,
        "socialisation_steady": PULL,
        "fellow_alike": PULL,
        "fellow_strength": 1.0,
        "fellow_preference": preference,
        "anchor_mean": 1.0,
        "anchor_selection": 0.0,
        "anchor_spread": 0.0,
        "stance_nhs_trust": 1.0,
    }
    changes = only(*mechanisms, **settings | constants) | {"support.peer_group_every_weeks": 0}
    return small(changes, teams=[a_team(peers=peers, clinicians=N - peers, count=count)], weeks=weeks)


def settled(peers, preference, *, seed=1, **others):
    """Mean identity of peers when it has settled, and its standard error, over many teams."""
    identity = ps.run(team(peers, preference, count=20, **others), 50, seed=seed).by_week("identity")[:, SETTLED]
    by_world = identity.mean(axis=1)
    return by_world.mean(), by_world.std(ddof=1) / np.sqrt(len(by_world))


def weight(peers, preference):
    """w: the weight that a peer gives to all other peers."""
    return who_meets_whom(peers, preference)[0, :peers].sum()


# the numbers of 6.4 from the linear system --------------------------------------------------------------------------


@pytest.mark.parametrize("peers", UNIFORM)
def test_the_linear_system_gives_the_closed_form_of_uniform_mixing(peers):
    closed = (1.0 - SUSCEPTIBILITY) / (1.0 - SUSCEPTIBILITY * (peers - 1) / (N - 1))
    solved = fixed_point(peers, 0.0, start(peers))[:peers]
    assert solved == pytest.approx(closed, abs=1e-12)
    assert closed == pytest.approx(UNIFORM[peers], abs=0.0005)


@pytest.mark.parametrize("peers", [2, 3, 4, 6])
@pytest.mark.parametrize("preference", [0.0, 0.2, 0.45, 1.0])
def test_the_linear_system_gives_the_closed_form_with_extra_weight_on_peers(peers, preference):
    closed = (1.0 - SUSCEPTIBILITY) / (1.0 - SUSCEPTIBILITY * weight(peers, preference))
    assert fixed_point(peers, preference, start(peers))[:peers] == pytest.approx(closed, abs=1e-12)


def test_our_preference_for_fellows_is_half_of_the_weight_where_there_are_two():
    preference = small().model.fellow_preference
    assert preference == 0.45
    assert weight(2, preference) == pytest.approx(0.5)
    assert fixed_point(2, preference, start(2))[0] == pytest.approx(0.462, abs=0.0005)


# ours ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preference", [0.0, 0.45, 1.0])
@pytest.mark.parametrize("meetings", [1, 3, 8])
def test_a_lone_peer_comes_to_rest_at_the_fixed_point(preference, meetings):
    identity = ps.run(team(1, preference, meetings=meetings), 2, seed=1).by_week("identity")
    assert identity[:, -1] == pytest.approx(UNIFORM[1], abs=1e-9)


@pytest.mark.parametrize("peers", [2, 3, 4])
def test_with_uniform_mixing_peers_come_to_the_fixed_point_on_average(peers):
    mean, error = settled(peers, 0.0)
    assert error < 5e-4
    assert mean == pytest.approx(fixed_point(peers, 0.0, start(peers))[0], abs=4.0 * error)
    assert mean == pytest.approx(UNIFORM[peers], abs=0.002)


@pytest.mark.parametrize("peers", [2, 3, 4])
@pytest.mark.parametrize("preference", [0.2, 0.45, 0.9])
def test_with_extra_weight_on_fellows_too(peers, preference):
    mean, error = settled(peers, preference)
    assert error < 1e-3
    assert mean == pytest.approx(fixed_point(peers, preference, start(peers))[0], abs=4.0 * error)


def test_two_peers_who_give_each_other_half_of_the_weight():
    mean, _ = settled(2, 0.45)
    assert mean == pytest.approx(0.462, abs=0.003)


def test_how_often_people_meet_makes_no_difference_on_average():
    seldom, often = (settled(3, 0.45, meetings=meetings) for meetings in (1, 8))
    assert seldom[0] - often[0] == pytest.approx(0.0, abs=4.0 * np.hypot(seldom[1], often[1]))
    assert often[1] < seldom[1]


def test_people_of_all_kinds_come_to_the_general_fixed_point():
    """Anchors and views differ from person to person: each team has a fixed point of its own."""
    peers, preference, replicates = 3, 0.45, 300
    scenario = team(
        peers, preference, weeks=104, anchor_mean=0.7, anchor_spread=0.15, stance_nhs_trust=0.6, view_spread=0.15
    )
    gaps, spread = [], []
    for replicate in range(replicates):
        world = world_of(scenario, seed=2, replicate=replicate)
        brought = np.concatenate([world.peers.anchor, 1.0 - world.clinicians.clinical_stance])
        expected = fixed_point(peers, preference, brought)[:peers]
        gaps.append(world.peers.identity - expected)
        spread.append(expected)
    error = np.std(gaps, axis=0, ddof=1) / np.sqrt(replicates)
    assert (error < 0.3 * np.std(spread, axis=0)).all()
    assert (np.abs(np.mean(gaps, axis=0)) < 4.0 * error).all()


def test_the_way_there_is_the_same_process_in_smaller_steps():
    peers, preference, weeks = 3, 0.45, 40
    identity = ps.run(team(peers, preference, count=20, weeks=weeks), 100, seed=3).by_week("identity")
    weights, susceptible = influence(peers, preference)
    step, x, expected = PULL / SUSCEPTIBILITY, start(peers), []
    for _ in range(weeks):
        x = x + step * (weights @ x + (1.0 - susceptible) * start(peers) - x)
        expected.append(x[0])
    error = identity.std(axis=0, ddof=1) / np.sqrt(len(identity))
    assert (error < 2e-3).all()
    assert (np.abs(identity.mean(axis=0) - expected) < 4.5 * error + 1e-9).all()


# why the second peer matters (fact 2) -------------------------------------------------------------------------------


def gains(preference, **others):
    """What the second and the fourth peer bring."""
    identity = [settled(peers, preference, **others)[0] for peers in (1, 2, 3, 4)]
    return identity[1] - identity[0], identity[3] - identity[2]


def test_with_peers_who_seek_each_other_out_the_second_brings_most():
    second, fourth = gains(0.45)
    assert second == pytest.approx(0.162, abs=0.005)
    assert second > 4.0 * fourth > 0.0


@pytest.mark.parametrize("off", [(), ("peer_support",)])
def test_without_that_the_second_brings_next_to_nothing(off):
    """By uniform mixing as without any peer support: where peers are alike the two are the same."""
    second, fourth = gains(0.0, off=off)
    assert second == pytest.approx(UNIFORM[2] - UNIFORM[1], abs=0.003)
    assert second <= 0.03
    assert second < fourth + 0.003
    assert fourth == pytest.approx(UNIFORM[4] - UNIFORM[3], abs=0.003)


def test_with_peer_support_off_the_preference_has_no_effect():
    assert settled(3, 0.45, off=("peer_support",)) == settled(3, 0.0, off=("peer_support",))
