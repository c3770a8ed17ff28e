"""Nobody and nothing is lost, in any team and any week.

Who was there at first or was hired is in post or has left; who was admitted is on the caseload, was discharged or
dropped out, and is on the caseload of somebody of their own team; the event log alone tells who is there and who is
off sick; each week's change of identity, exhaustion and the hazard of leaving is what was entered under its causes
that week; what is spent on hiring and supervision is what happened times its price.  `tests/test_ranges.py` holds
totals at the end of a run, `tests/test_ledger.py` sums over whole spells and `tests/test_costs.py` pay, cover and the
sum of costs; here it is teams and weeks.
"""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from peersim.world import draws
from peersim.world.arithmetic import clip, grain
from peersim.world.causes import EX_LIMIT, ID_LIMIT
from peersim.world.measures import TEAM
from peersim.world.state import (
    ADMITTED,
    AT_WORK,
    CAME_BACK,
    CHANGED_ROLE,
    DISCHARGED,
    DROPPED_OUT,
    HIRED,
    LEFT,
    OFF_SICK,
    STILL_THERE,
    VACANT,
    WENT_OFF_SICK,
)
from tests.scenario.strategies import scenarios
from tests.worlds import after, busy, corners, measured, small, weeks_of

SEEDS = st.integers(0, 2**32 - 1)
WEEKS = 30
SOME = st.one_of(
    scenarios(max_horizon=WEEKS),
    corners().map(lambda setting: small(setting, weeks=WEEKS)),
    corners().map(lambda setting: busy(setting, weeks=WEEKS)),
)
"""Scenarios of every kind; in the last of them a lot happens."""

# Smaller scenarios are no simpler: what fails in one world is looked at in that world.
any_world = settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def by_week_and_team(world, kind, *events):
    """How often something happened to people of a kind, shape (weeks, teams)."""
    counts = np.zeros(world.team_weekly.shape[:2], int)
    chosen = world.events[(world.events.kind == kind) & np.isin(world.events.event, events)]
    np.add.at(counts, (chosen.week, chosen.team), 1)
    return counts


def of_teams(world, name):
    return world.team_weekly[:, :, list(TEAM).index(name)]


# people ---------------------------------------------------------------------------------------------------------------


@any_world
@given(SOME, SEEDS)
def test_whoever_was_hired_is_in_post_or_has_left_in_each_team_and_week(scenario, seed):
    world = after(scenario, seed=seed, by_team=True)
    for name, kind, posts in (
        ("peers", draws.PEER, world.teams.n_peers),
        ("clinicians", draws.CLINICIAN, world.teams.n_clinicians),
    ):
        hired, left = by_week_and_team(world, kind, HIRED), by_week_and_team(world, kind, LEFT, CHANGED_ROLE)
        in_post = of_teams(world, f"{name}_in_post")
        np.testing.assert_array_equal(posts + hired.cumsum(axis=0), in_post + left.cumsum(axis=0))
        np.testing.assert_array_equal(measured(world, f"{name}_hired"), hired.sum(axis=1))
        np.testing.assert_array_equal(measured(world, f"{name}_left"), left.sum(axis=1))
        np.testing.assert_array_equal(measured(world, f"{name}_in_post"), in_post.sum(axis=1))


@any_world
@given(SOME, SEEDS)
def test_posts_are_held_or_vacant_in_each_team_and_week(scenario, seed):
    world = after(scenario, seed=seed, by_team=True)
    posts = world.teams.n_peers
    vacant = of_teams(world, "vacancy_rate") * posts
    np.testing.assert_allclose(of_teams(world, "peers_in_post") + vacant, np.broadcast_to(posts, vacant.shape))
    np.testing.assert_allclose(measured(world, "vacancy_rate") * posts.sum(), vacant.sum(axis=1), atol=1e-9)


def statuses_told(events, posts, weeks):
    """Everybody's status at the end of each week by what the log says; `posts` are (kind, team, post)."""
    status = dict.fromkeys(posts, AT_WORK)
    told = {HIRED: AT_WORK, CAME_BACK: AT_WORK, WENT_OFF_SICK: OFF_SICK, LEFT: VACANT, CHANGED_ROLE: VACANT}
    for week in range(weeks):
        for entry in events[events.week == week]:
            post = int(entry.kind), int(entry.team), int(entry.post)
            if post in status and int(entry.event) in told:
                status[post] = told[int(entry.event)]
        yield dict(status)


@any_world
@given(SOME, SEEDS)
def test_the_log_alone_tells_who_is_there_and_who_is_off_sick(scenario, seed):
    worlds = weeks_of(scenario, seed=seed)
    kinds = {draws.PEER: "peers", draws.CLINICIAN: "clinicians", draws.MANAGER: "managers"}
    there = [
        {
            (kind, int(row.team), int(row.post)): int(row.status)
            for kind, rows in kinds.items()
            for row in getattr(world, rows)
        }
        for world in worlds
    ]
    events = worlds[-1].events[: worlds[-1].provider[0].n_events]
    assert there[0] == dict.fromkeys(there[0], AT_WORK)
    assert list(statuses_told(events, there[0], len(worlds) - 1)) == there[1:]


# service users --------------------------------------------------------------------------------------------------------


@any_world
@given(SOME, SEEDS)
def test_whoever_was_admitted_is_there_or_has_gone_in_each_team_and_week(scenario, seed):
    world = after(scenario, seed=seed, by_team=True)
    admitted, discharged, dropped = (
        by_week_and_team(world, draws.USER, event) for event in (ADMITTED, DISCHARGED, DROPPED_OUT)
    )
    on_caseload = of_teams(world, "users_on_caseload")
    gone = (discharged + dropped).cumsum(axis=0)
    np.testing.assert_array_equal(admitted.cumsum(axis=0), on_caseload + gone)
    assert (on_caseload <= world.teams.n_users).all()
    np.testing.assert_array_equal(measured(world, "users_on_caseload"), on_caseload.sum(axis=1))
    np.testing.assert_array_equal(measured(world, "users_discharged"), discharged.sum(axis=1))
    np.testing.assert_array_equal(measured(world, "users_dropped_out"), dropped.sum(axis=1))


@any_world
@given(SOME, SEEDS)
def test_each_referral_is_admitted_once_in_turn_and_ends_once_at_most(scenario, seed):
    world = after(scenario, seed=seed)
    log = world.events[world.events.kind == draws.USER]
    for t, team in enumerate(world.teams):
        mine = log[log.team == t]
        ended = mine[mine.event != ADMITTED]
        assert mine.post[mine.event == ADMITTED].tolist() == list(range(team.next_referral))
        assert len(set(ended.post)) == len(ended)
        here = world.users.referral[(world.users.team == t) & (world.users.occupied == 1)]
        assert sorted([*ended.post, *here]) == list(range(team.next_referral))


@any_world
@given(SOME, SEEDS)
def test_every_user_on_a_caseload_has_a_peer_in_post_of_their_own_team(scenario, seed):
    worlds = weeks_of(scenario, seed=seed)
    for world in worlds:
        peers, users = world.peers, world.users[world.users.occupied == 1]
        in_post = np.bincount(peers.team[peers.status != VACANT], minlength=len(world.teams))
        held = users[users.peer >= 0]
        assert (peers.team[held.peer] == held.team).all()
        assert (peers.status[held.peer] != VACANT).all()
        assert (peers.ordinal[held.peer] == held.peer_ordinal).all()
        assert (in_post[users.team[users.peer < 0]] == 0).all(), "nobody is without a peer while the team has one"
    if "caseload" not in scenario.model.off:
        for before, now in pairwise(worlds):
            stayed_empty = (before.users.occupied == 0) & (now.users.occupied == 0)
            teams = now.users.team[stayed_empty]
            assert not np.isin(teams, now.peers.team[now.peers.status != VACANT]).any()


# ledgers --------------------------------------------------------------------------------------------------------------


def lived_weeks(worlds):
    """Pairs of records of one peer worker: as a week began and as it ended, the last week of leavers too."""
    last = worlds[-1]
    spells = last.spells[: last.provider[0].n_spells]
    left = {(s.team, s.post, s.ordinal): s for s in spells if s.ended != STILL_THERE}
    for before, now in pairwise(worlds):
        for one, other in zip(before.peers, now.peers, strict=True):
            if one.status != VACANT:
                stayed = other.status != VACANT and other.ordinal == one.ordinal
                yield one, other if stayed else left[one.team, one.post, one.ordinal]


@any_world
@given(SOME, SEEDS)
def test_each_weeks_change_is_what_its_causes_entered_that_week(scenario, seed):
    reflecting = "reflection" not in scenario.model.off
    for before, now in lived_weeks(weeks_of(scenario, seed=seed)):
        for state, limit in (("identity", ID_LIMIT), ("exhaustion", EX_LIMIT)):
            entered = now[f"{state}_ledger"] - before[f"{state}_ledger"]
            assert sum(map(Fraction, entered)) == Fraction(now[state]) - Fraction(before[state])
            noted = [grain(term) for term in now[f"{state}_terms"]] if reflecting else np.zeros(len(entered))
            held_back, noted[limit] = entered[limit], entered[limit]
            assert entered.tolist() == list(noted)
            assert held_back == 0 or now[state] in (0, 1), "only the ends of the scale hold anything back"


@any_world
@given(SOME, SEEDS)
def test_each_weeks_hazard_of_leaving_is_the_sum_of_its_reasons(scenario, seed):
    leaving = "leaving" not in scenario.model.off
    for before, now in lived_weeks(weeks_of(scenario, seed=seed)):
        entered = now.leaving_ledger - before.leaving_ledger
        assert entered.tolist() == (now.leaving_terms.tolist() if leaving else [0] * len(entered))
        assert sum(map(Fraction, entered)) == Fraction(now.log_hazard_sum) - Fraction(before.log_hazard_sum)
        assert now.leaving_weeks - before.leaving_weeks == (1 if leaving else 0)
        assert now.intention_to_leave == clip(sum(now.intention_parts.tolist()))


def test_leavers_newcomers_and_people_off_sick_are_among_the_weeks_looked_at():
    pairs = list(lived_weeks(weeks_of(busy(weeks=WEEKS), seed=3)))
    assert sum(int(now.ended != STILL_THERE) for _, now in pairs) > 2
    assert any(now.ordinal > 0 for _, now in pairs)
    assert any(before.status == OFF_SICK for before, _ in pairs)


# money ----------------------------------------------------------------------------------------------------------------


@any_world
@given(corners(), SEEDS)
def test_what_is_spent_on_hiring_and_supervision_is_what_happened_times_its_price(setting, seed):
    scenario = busy(setting, weeks=WEEKS)
    world, prices = after(scenario, seed=seed), scenario.costs
    np.testing.assert_allclose(measured(world, "cost_hiring"), measured(world, "peers_hired") * prices.hire)
    session = scenario.policies.support.supervision
    hour = prices.external_supervisor_hour if session.by == "external" else prices.supervisor_hour
    spent = measured(world, "cost_supervision").sum()
    assert spent == pytest.approx(int(world.spells.sessions.sum()) * session.minutes / 60 * hour)
