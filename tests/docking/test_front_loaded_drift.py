"""Docking with Bhatt's "Cultural carriers" (evidence 6.3, facts 21 and 23): limits of our own mechanisms.

Drift.  In Bhatt a newcomer's distance from a fixed team is multiplied each month by 1 - b1 exp(-b2 (tenure - 1)); after
T months prod(1 - b1 exp(-b2 k)), k = 0 ... T - 1, of it is left.  Ours is that product by weeks, as the limit in which
only `socialisation` is on, the steady pull is 0 and clinicians see the role alike:

    distance after T weeks = distance at the start * prod(1 - socialisation_newcomer * newness_kept^k)

exactly, not on average.  A lone peer meets clinicians only, all of whom are there, so every meeting draws towards the
same way; the meetings of a week share that week's pull equally, all act on the identity with which the week began, and
newness fades once, when the week is over: within a week it does not change.  What is left to differ is rounding: each
week's term is entered in the ledger as a multiple of 2^-36, so that every week may be off by half of that.  Clinicians
who differ leave the product true on average, for each is met with equal chance (Bhatt's staff are drawn to the median,
ours to the mean); that is tested within Monte-Carlo error.

Time.  Read with a week for his month, our product is his, digit by digit, up to b1 = .3, the most that
`socialisation_newcomer` may be (evidence 6.3 has .46 where the product is .4548).  In true months newness fades week by
week where his stands still for a month, so that equal pulls give less: b1 / 4.33 a week with his b2 leaves .71 instead
of his .67 at b1 = .1.  With the week's pull such that the first three months (13 weeks) do what his do, the rest of his
table follows to within .013.

Front-loading.  With b2 = .3 a month the share of all drift that comes in six months rises with b1 from
1 - exp(-1.8) = 83.5 %, for b1 near 0.  It is above 85 % from b1 = .1, the lowest of his table, and at our constants.

Alienation.  Bhatt: P(leave) = r0 + r2 u; ours: log P = log r0 + hazard_alienation u; both with
u = 1 - exp(-d^2 / (2 r1^2)), where r1 is `alienation_tolerance` and d the distance from the team's way.  u is the same
to the last digits, the link is not: his hazard rises in proportion to u, ours by a constant factor.  With
h = hazard_alienation = log(1 + r2 / r0) both agree where d is 0 and far beyond tolerance; in between ours is lower, by
at most h^2 / 8 of the highest hazard, so that they become the same as r2 / r0 goes to 0.  At his r0 = .01 and r2 = .05
(h = 1.79) ours is up to 32 % below his.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

import peersim as ps
from peersim.behaviours.leaving import weigh_leaving
from peersim.world.build import build
from peersim.world.causes import LV_ALIENATION
from tests.docking.limits import only
from tests.worlds import a_team, small, weeks_of

HALF_GRAIN = 2.0**-37
PER_MONTH = math.exp(-0.3)  # newness that is left after one of Bhatt's months
WEEKS = {3: 13, 6: 26, 12: 52, 24: 104}  # by months

# Distance that is left after 3, 6, 12 and 24 months, by b1 (evidence 6.3).
TABLE = {
    0.1: (0.79, 0.72, 0.68, 0.67),
    0.2: (0.61, 0.50, 0.45, 0.44),
    0.3: (0.46, 0.34, 0.29, 0.28),
    0.6: (0.15, 0.08, 0.06, 0.05),
}


def left_after(steps, pull, kept):
    """The closed form: share of the distance that is left after each of so many steps, the start included."""
    return np.concatenate([[1.0], np.cumprod(1.0 - pull * kept ** np.arange(steps))])


def lone(weeks, *, clinicians=9, **constants):
    """A lone newcomer in a team, socialised and nothing else."""
    changes = only("colleagues", "socialisation", "reflection", **constants)
    return small(changes, teams=[a_team(peers=1, clinicians=clinicians)], weeks=weeks)


def distances(weeks, *, seed=1, **constants):
    """A lone newcomer's distance from the team's way, at the start and after each week."""
    worlds = weeks_of(lone(weeks, **constants), seed=seed)
    way = 1.0 - worlds[0].clinicians.clinical_stance[0]
    return np.array([world.peers.identity[0] for world in worlds]) - way


# drift --------------------------------------------------------------------------------------------------------------


@given(
    pull=st.floats(0.0, 0.3),
    kept=st.floats(0.5, 1.0),
    meetings=st.integers(1, 8),
    stance=st.floats(0.0, 1.0),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=25)
def test_distance_from_the_team_follows_the_product_week_by_week(pull, kept, meetings, stance, seed):
    drift = {"socialisation_newcomer": pull, "newness_kept": kept, "meetings": meetings, "stance_nhs_trust": stance}
    distance = distances(60, seed=seed, **drift)
    product = distance[0] * left_after(60, pull, kept)
    assert (np.abs(distance - product) <= np.arange(61) * HALF_GRAIN + 1e-14).all()


def test_at_our_constants_too():
    drift = {"socialisation_newcomer": 0.03, "newness_kept": 0.933}
    distance = distances(156, **drift)
    assert distance[0] > 0.1
    assert distance / distance[0] == pytest.approx(left_after(156, 0.03, 0.933), abs=1e-8)


def test_without_socialisation_nobody_drifts():
    changes = only("colleagues", "reflection", socialisation_newcomer=0.3)
    worlds = weeks_of(small(changes, teams=[a_team(peers=1)], weeks=20))
    assert (np.array([world.peers.identity[0] for world in worlds]) == worlds[0].peers.anchor[0]).all()


@pytest.mark.parametrize("b1", [0.1, 0.2, 0.3])
def test_a_week_read_as_a_month_gives_the_table(b1):
    distance = distances(36, socialisation_newcomer=b1, newness_kept=PER_MONTH)
    left = distance / distance[0]
    assert left[[3, 6, 12, 24]] == pytest.approx(TABLE[b1], abs=0.006)
    assert left == pytest.approx(left_after(36, b1, PER_MONTH), abs=1e-9)


@pytest.mark.parametrize("b1", TABLE)
def test_true_months_give_the_table_once_the_first_three_are_set(b1):
    kept = PER_MONTH ** (3 / WEEKS[3])
    three_months = left_after(3, b1, PER_MONTH)[3]
    pull = brentq(lambda pull: left_after(WEEKS[3], pull, kept)[-1] - three_months, 0.0, 0.3)
    distance = distances(104, socialisation_newcomer=pull, newness_kept=kept)
    left = [distance[week] / distance[0] for week in WEEKS.values()]
    assert left == pytest.approx(TABLE[b1], abs=0.013)


def drift_in_six_months(b1, kept=PER_MONTH ** (12 / 52)):
    """Share of all drift that the first 26 weeks bring, at b1 a month spread over its weeks."""
    distance = distances(260, socialisation_newcomer=b1 * 12 / 52, newness_kept=kept)
    return (distance[0] - distance[26]) / (distance[0] - distance[-1])


@pytest.mark.parametrize("b1", [0.1, 0.13, 0.3, 0.6, 1.0])
def test_most_of_the_drift_comes_in_the_first_six_months(b1):
    assert 0.85 <= drift_in_six_months(b1) < 1.0
    assert drift_in_six_months(b1 / 10, kept=1.0) < 0.85  # a pull that does not fade


def test_the_weakest_pull_is_front_loaded_least():
    assert drift_in_six_months(0.001) == pytest.approx(1.0 - math.exp(-1.8), abs=1e-3)


def test_clinicians_who_differ_leave_the_product_true_on_average():
    pull, kept, replicates = 0.1, 0.9, 1500
    scenario = lone(26, clinicians=4, socialisation_newcomer=pull, newness_kept=kept, view_spread=0.15)
    results = ps.run(scenario, replicates, seed=3)
    way = 1.0 - results.by_week("clinical_stance")[:, 0]
    start = results.people["identity_start"].to_numpy() - way
    gap = results.by_week("identity") - way[:, None] - start[:, None] * left_after(26, pull, kept)[1:]
    error = gap.std(axis=0, ddof=1) / math.sqrt(replicates)
    assert (error < 0.001).all()
    assert (np.abs(gap.mean(axis=0)) < 4.0 * error).all()
    assert (gap.std(axis=0) > 1e-3).all()  # it is luck whom they meet


# alienation ---------------------------------------------------------------------------------------------------------


def bhatt(distance, r0, r1, r2):
    """Chance of leaving in Bhatt's model."""
    return (r0 + r2) - r2 * math.exp(-(distance**2) / (2.0 * r1**2))


def log_hazard(identity, way, base, tolerance, alienation):
    """Our log-hazard, and its term for being unlike the team, of a peer whom nothing else drives away."""
    settings = {"hazard_base": base, "hazard_alienation": alienation, "alienation_tolerance": tolerance}
    scenario = lone(1, hazard_intention=0.0, hazard_falling_fit=0.0, **settings)
    world = build(scenario, weeks=1)
    peer = world.peers[0]
    peer.identity = identity
    total = weigh_leaving(world.constants[0], way, peer)
    return total, peer.leaving_terms[LV_ALIENATION]


distance_and_way = st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0))


@given(distance_and_way, st.floats(0.02, 2.0), st.floats(0.1, 3.0))
def test_being_unlike_the_team_is_measured_as_in_bhatt(where, tolerance, alienation):
    identity, way = where
    _, term = log_hazard(identity, way, -4.0, tolerance, alienation)
    unlike = bhatt(identity - way, 0.0, tolerance, 1.0)
    assert term == pytest.approx(alienation * unlike, abs=HALF_GRAIN + 1e-14)


@given(distance_and_way, st.lists(st.floats(0.02, 2.0), min_size=2, max_size=2).map(sorted), st.floats(0.0, 3.0))
def test_alienation_raises_leaving_and_the_more_the_narrower_the_tolerance(where, tolerances, alienation):
    narrow, wide = (log_hazard(*where, -4.0, tolerance, alienation)[0] for tolerance in tolerances)
    assert narrow >= wide - 2.0 * HALF_GRAIN
    assert wide >= -4.0


@given(distance_and_way, st.floats(0.02, 2.0), st.floats(0.005, 0.05), st.floats(0.01, 10.0))
def test_the_hazard_is_bhatts_up_to_the_link(where, tolerance, r0, ratio):
    """Never above his, and below it by no more than h^2 / 8 of the highest hazard."""
    identity, way = where
    h = math.log(1.0 + ratio)
    total, _ = log_hazard(identity, way, math.log(r0), tolerance, h)
    his = bhatt(identity - way, r0, tolerance, ratio * r0)
    short = his - math.exp(total)
    assert -1e-10 <= short <= (1.0 + ratio) * r0 * h**2 / 8.0 + 1e-10


@pytest.mark.parametrize(("distance", "hazard"), [(0.0, 0.01), (1.0, 0.06)])
def test_at_both_ends_the_hazard_is_bhatts(distance, hazard):
    total, _ = log_hazard(distance, 0.0, math.log(0.01), 0.1, math.log(6.0))
    assert bhatt(distance, 0.01, 0.1, 0.05) == pytest.approx(hazard, rel=1e-9)
    assert math.exp(total) == pytest.approx(hazard, rel=1e-9)


def test_in_between_it_is_up_to_32_percent_lower_at_bhatts_numbers():
    short = [
        1.0 - math.exp(log_hazard(d, 0.0, math.log(0.01), 0.3, math.log(6.0))[0]) / bhatt(d, 0.01, 0.3, 0.05)
        for d in np.linspace(0.0, 1.0, 101)
    ]
    assert max(short) == pytest.approx(0.32, abs=0.01)


@pytest.mark.parametrize("tolerance", [0.1, 0.4])
def test_people_leave_at_that_hazard(tolerance):
    """All peers stay at one distance from the team: the hazard is the share of them that leaves in a week."""
    identity, stance, base, alienation = 0.9, 0.6, -4.0, 2.0
    changes = only(
        "leaving",
        hazard_base=base,
        hazard_intention=0.0,
        hazard_falling_fit=0.0,
        hazard_alienation=alienation,
        alienation_tolerance=tolerance,
        clinician_hazard_base=-15.0,
        anchor_mean=identity,
        anchor_selection=0.0,
        anchor_spread=0.0,
        stance_nhs_trust=stance,
    )
    spells = ps.run(small(changes, teams=[a_team(peers=100)], weeks=52), 40, seed=4).people
    at_risk = (spells["end_week"] + 1).sum()
    left = (spells["how_it_ended"] != "in post").sum()
    unlike = bhatt(identity - (1.0 - stance), 0.0, tolerance, 1.0)
    hazard = math.exp(base + alienation * unlike)
    assert left / at_risk == pytest.approx(hazard, abs=4.0 * math.sqrt(hazard / at_risk))
