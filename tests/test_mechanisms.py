"""Mechanisms switched off have no effect at all, and nothing that is changed moves anybody else's luck."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peersim.ensemble import chunks, run
from peersim.scenario.switches import SWITCHABLE
from peersim.world import draws
from peersim.world.causes import (
    EX_EMOTIONAL,
    EX_FELLOWS,
    EX_HELP,
    EX_ISOLATION,
    EX_LACK,
    EX_NETWORK,
    EX_SUPERVISION,
    EX_TASKS,
    EX_USERS,
    ID_BOUNDARY,
    ID_CLINICAL,
    ID_DILUTION,
    ID_FELLOWS,
    ID_ISOLATION,
    ID_LACK,
    ID_NETWORK,
    ID_SOCIALISATION,
    ID_SUPERVISION,
    ID_USERS,
    LV_SUPPORT,
    LV_TASKS,
)
from peersim.world.measures import WEEKLY
from peersim.world.state import (
    ADMITTED,
    CAME_BACK,
    CHANGED_ROLE,
    HIRED,
    LEFT,
    OFF_SICK,
    PROMOTED,
    VACANT,
    WENT_OFF_SICK,
)
from tests.worlds import PEOPLE, a_team, after, busy, measured, people_seen, same, weeks_of

WEEKS = 40


def off(*names, weeks=WEEKS, **changes):
    return busy({"model.off": list(names), **changes}, weeks=weeks)


def seen(*names, **changes):
    return weeks_of(off(*names, **changes), seed=5)


def in_post(world, kind="peers"):
    rows = getattr(world, kind)
    return rows[rows.status != VACANT]


def track(worlds, kind, field):
    return np.array([getattr(world, kind)[field] for world in worlds])


def constant(values):
    return bool((np.asarray(values) == np.asarray(values)[0]).all())


def ledgers_without(spells, *, identity=(), exhaustion=(), leaving=()):
    assert len(spells) > 0
    assert not spells.identity_ledger[:, list(identity)].any()
    assert not spells.exhaustion_ledger[:, list(exhaustion)].any()
    assert not spells.leaving_ledger[:, list(leaving)].any()


def held_for(spells, *, identity=(), exhaustion=(), leaving=()):
    """Whether each of these causes was met while the mechanism was on: else its absence would show nothing."""
    parts = [
        spells.identity_ledger[:, list(identity)],
        spells.exhaustion_ledger[:, list(exhaustion)],
        spells.leaving_ledger[:, list(leaving)],
    ]
    return all(bool((part != 0).any(axis=0).all()) for part in parts)


CAUSES = {
    "task_allocation": {"identity": [ID_DILUTION], "exhaustion": [EX_TASKS], "leaving": [LV_TASKS]},
    "user_meetings": {"identity": [ID_USERS], "exhaustion": [EX_USERS, EX_EMOTIONAL]},
    "colleagues": {"identity": [ID_SOCIALISATION, ID_CLINICAL], "exhaustion": [EX_HELP]},
    "socialisation": {"identity": [ID_SOCIALISATION]},
    "colleague_help": {"identity": [ID_CLINICAL], "exhaustion": [EX_HELP]},
    "supervision": {
        "identity": [ID_SUPERVISION, ID_BOUNDARY, ID_LACK],
        "exhaustion": [EX_SUPERVISION, EX_LACK],
        "leaving": [LV_SUPPORT],
    },
    "peer_support": {
        "identity": [ID_FELLOWS, ID_NETWORK, ID_ISOLATION],
        "exhaustion": [EX_FELLOWS, EX_NETWORK, EX_ISOLATION],
    },
    "caseload": {"identity": [ID_USERS], "exhaustion": [EX_USERS, EX_EMOTIONAL]},
}


@pytest.mark.parametrize("name", CAUSES)
def test_causes_of_a_mechanism_are_exactly_0_without_it(name):
    assert held_for(after(off(), seed=5).spells, **CAUSES[name])
    ledgers_without(after(off(name), seed=5).spells, **CAUSES[name])


@pytest.mark.parametrize("name", [name for name in SWITCHABLE if name != "policy"])
def test_every_mechanism_makes_a_difference(name):
    assert not same(after(off(), seed=5).weekly, after(off(name), seed=5).weekly)


# each by itself -----------------------------------------------------------------------------------------------------

CHANGE = {"changes": [{"week": 10, "set": {"valuing.pay_parity": 0.5, "culture.valuing": 1}, "over_weeks": 4}]}


def test_without_policy_changes_have_no_effect():
    assert not same(after(off(**CHANGE)).weekly, after(off()).weekly)
    assert same(after(off("policy", **CHANGE)).weekly, after(off("policy")).weekly)


def test_without_policy_a_provider_that_changes_nothing_lives_as_before():
    assert same(after(off("policy")).weekly, after(off()).weekly)


def test_without_workload_pressure_stays_where_a_full_team_has_it():
    assert not constant(track(seen(), "teams", "pressure"))
    pressure = track(seen("workload"), "teams", "pressure")
    assert (pressure == 0.5).all()


def test_without_task_allocation_no_tasks_and_no_custom():
    worlds = seen("task_allocation")
    assert not track(worlds, "peers", "generic_share").any()
    assert not track(worlds, "peers", "tasks_taken").any()
    assert constant(track(worlds, "teams", "role_norm"))
    assert track(seen(), "peers", "tasks_taken").any()
    assert not constant(track(seen(), "teams", "role_norm"))


def test_without_user_meetings_nobody_meets_and_users_stay_as_they_are():
    fields = ("trust", "hope", "engagement", "recovery")
    calm = {"model.loss_trust": 0, "model.loss_engagement": 0, "model.loss_hope": 0, "model.absence_trust": 0}
    worlds = seen("user_meetings", **calm)
    assert not track(worlds, "users", "met").any()
    assert not track(worlds, "peers", "users_met").any()
    states = {}
    for world in worlds:
        for user in world.users[world.users.occupied == 1]:
            now = tuple(user[name] for name in fields)
            assert states.setdefault((int(user.team), int(user.referral)), now) == now
    assert len(states) > 9
    assert track(seen(), "users", "met").any()


def test_without_colleagues_nobody_meets_learns_or_helps():
    worlds = seen("colleagues")
    for field in ("colleagues_met", "colleague_valuing", "colleague_help", "clinical_help", "clinical_memory"):
        assert not track(worlds, "peers", field).any()
        assert track(seen(), "peers", field).any()
    for row, clinicians in enumerate(np.array([world.clinicians for world in seen("colleagues", "culture")]).T):
        for ordinal in set(clinicians["ordinal"]):
            person = clinicians[clinicians["ordinal"] == ordinal]
            for field in ("role_understanding", "valuing", "clinical_stance"):
                assert len(set(person[field])) == 1, (row, field)


def test_without_role_learning_clinicians_meet_peers_and_learn_nothing():
    worlds = seen("role_learning", "culture")
    assert track(worlds, "peers", "colleagues_met").any()
    for clinicians in np.array([world.clinicians for world in worlds]).T:
        for ordinal in set(clinicians["ordinal"]):
            person = clinicians[clinicians["ordinal"] == ordinal]
            assert len(set(person["role_understanding"])) == len(set(person["clinical_stance"])) == 1


def test_without_colleague_help_nobody_is_helped_either_way():
    worlds = seen("colleague_help")
    assert track(worlds, "peers", "colleagues_met").any()
    for field in ("colleague_help", "clinical_help", "clinical_memory"):
        assert not track(worlds, "peers", field).any()


def test_without_supervision_none_is_held_missed_or_waited_for():
    for field in ("supervised", "missed", "sessions", "missed_sessions", "weeks_since_supervision"):
        assert not track(seen("supervision"), "peers", field).any()
        assert track(seen(), "peers", field).any()


def test_without_supervision_what_it_costs_is_not_spent():
    assert not measured(after(off("supervision")), "cost_supervision").any()


def test_without_peer_support_fellows_are_not_met_and_isolation_stays():
    worlds = seen("peer_support")
    assert not track(worlds, "peers", "fellows_met").any()
    assert len(np.unique(track(worlds, "peers", "isolation"))) == 1
    assert len(np.unique(track(seen(), "peers", "isolation"))) > 10
    assert not measured(after(off("peer_support")), "cost_meetings").any()


def test_without_peer_support_the_peer_group_makes_no_difference():
    one, other = (after(off("peer_support", **{"support.peer_group_every_weeks": n})) for n in (0, 1))
    assert same(one.weekly, other.weekly)


def test_without_reflection_identity_and_exhaustion_never_move():
    for field in ("identity", "exhaustion", "satisfaction", "wellbeing", "felt_value", "intention_to_leave"):
        by_person = {}
        for world in seen("reflection", "supervision"):
            for peer in in_post(world):
                who = int(peer.team), int(peer.post), int(peer.ordinal)
                assert by_person.setdefault(who, peer[field]) == peer[field]
        assert len(by_person) > 3
    spells = after(off("reflection")).spells
    assert not spells.identity_ledger.any()
    assert not spells.exhaustion_ledger.any()
    assert same(np.asarray(spells.identity), np.asarray(spells.anchor))
    clinicians = track(seen("reflection"), "clinicians", "exhaustion")
    ordinals = track(seen("reflection"), "clinicians", "ordinal")
    assert all((np.diff(clinicians, axis=0) == 0)[np.diff(ordinals, axis=0) == 0])


def test_without_culture_culture_and_managers_stay_as_they_are():
    worlds = seen("culture")
    assert constant(track(worlds, "provider", "culture_valuing"))
    assert not constant(track(seen(), "provider", "culture_valuing"))
    managers = np.array([world.managers for world in worlds])
    stay = np.diff(managers["ordinal"], axis=0) == 0
    for field in ("role_understanding", "commitment"):
        assert not np.diff(managers[field], axis=0)[stay].any()


def events_of(world, *kinds):
    return int(np.isin(world.events.event, kinds).sum())


def test_without_absence_nobody_is_off_sick():
    for kind in ("peers", "clinicians", "managers"):
        assert not (track(seen("absence"), kind, "status") == OFF_SICK).any()
        assert (track(seen(), kind, "status") == OFF_SICK).any()
    assert events_of(after(off("absence")), WENT_OFF_SICK, CAME_BACK) == 0


def test_without_leaving_nobody_leaves():
    for kind in ("peers", "clinicians", "managers"):
        worlds = seen("leaving")
        assert not (track(worlds, kind, "status") == VACANT).any()
        assert not track(worlds, kind, "ordinal").any()
        assert (track(seen(), kind, "status") == VACANT).any()
    world = after(off("leaving"))
    assert events_of(world, LEFT, CHANGED_ROLE, HIRED) == 0
    assert not world.spells.leaving_ledger.any()
    assert len(world.spells) == len(world.peers)


def test_without_hiring_vacancies_stay_and_nobody_is_promoted():
    for kind in ("peers", "clinicians", "managers"):
        empty = track(seen("hiring"), kind, "status") == VACANT
        assert empty[-1].any()
        assert (np.diff(empty.astype(int), axis=0) >= 0).all()
    assert events_of(after(off("hiring", **{"valuing.progression": 1})), HIRED, PROMOTED) == 0
    assert events_of(after(off(**{"valuing.progression": 1})), HIRED, PROMOTED) > 5


def test_without_caseload_there_are_no_users():
    world = after(off("caseload"))
    assert not measured(world, "users_on_caseload").any()
    assert np.isnan(measured(world, "trust")).all()
    assert events_of(world, ADMITTED) == 0


# the law of keyed chance --------------------------------------------------------------------------------------------


def assert_same_luck(scenario, other, *, traits=True, seed=5):
    """Whoever is in both worlds has the same luck in each week of both, and (if asked) is the same person."""
    for kind in PEOPLE:
        luck, born = people_seen(weeks_of(scenario, seed=seed), kind)
        other_luck, other_born = people_seen(weeks_of(other, seed=seed), kind)
        shared = set(luck) & set(other_luck)
        assert shared or kind == "users"
        if kind != "users":
            assert {who for who in born if who[2] == 0} <= set(other_born), "the first people are there in both"
        assert {key: luck[key] for key in shared} == {key: other_luck[key] for key in shared}
        if traits:
            shared = set(born) & set(other_born)
            assert {who: born[who] for who in shared} == {who: other_born[who] for who in shared}


@pytest.mark.parametrize("name", SWITCHABLE)
def test_switching_a_mechanism_off_moves_nobody_elses_luck(name):
    assert_same_luck(off(), off(name))


policies = {
    "valuing.role_description": st.sampled_from([0, 1]),
    "valuing.team_training_per_year": st.sampled_from([0, 12]),
    "valuing.protected_time": st.sampled_from([0, 1]),
    "valuing.pay_parity": st.sampled_from([0.5, 1.2]),
    "valuing.progression": st.sampled_from([0, 1]),
    "identity.formalisation": st.sampled_from([0, 1]),
    "identity.language_fit": st.sampled_from([0, 1]),
    "support.supervision.every_weeks": st.sampled_from([0, 1, 3]),
    "support.supervision.by": st.sampled_from(["peer_lead", "external"]),
    "support.supervision.understanding": st.sampled_from([0, 1]),
    "support.peer_group_every_weeks": st.sampled_from([0, 1]),
    "support.clinical_response": st.sampled_from([0, 1]),
    "structure.manager_support": st.sampled_from([{"team": 0, "middle": 0, "executive": 0}, {"team": 1}]),
    "structure.strategic_fit": st.sampled_from([0, 1]),
    "structure.flexibility": st.sampled_from([0, 1]),
    "structure.weeks_to_hire": st.sampled_from([0, 26]),
    "culture.valuing": st.sampled_from([0, 1]),
    "culture.disclosure_autonomy": st.sampled_from([0, 1]),
    "culture.disclosure_training_per_year": st.sampled_from([0, 12]),
    "culture.lived_experience_leadership": st.sampled_from([0, 1]),
}


@settings(max_examples=25)
@given(st.fixed_dictionaries({}, optional=policies), st.integers(0, 2**32 - 1))
def test_policies_change_neither_people_nor_their_luck(changes, seed):
    assert_same_luck(busy(weeks=25), busy(changes, weeks=25), seed=seed)


def born(scenario, seed=5):
    _, traits = people_seen(weeks_of(scenario, seed=seed), "peers")
    return traits


def test_selection_changes_the_anchor_and_nothing_else():
    low, high = (busy({"identity.lived_experience_selection": share}) for share in (0.25, 0.75))
    assert_same_luck(low, high, traits=False)
    one, other = born(low), born(high)
    for who in set(one) & set(other):
        assert one[who][:5] == other[who][:5]
        assert one[who][6] == other[who][6]
        assert other[who][5] >= one[who][5]
    assert any(other[who][5] > one[who][5] for who in set(one) & set(other))


def test_background_matching_changes_the_community_of_peers_and_nothing_else():
    teams = [a_team("A", peers=20, community=1.0, users_per_peer=1)]
    low, high = (busy({"identity.background_matching": share}, teams=teams) for share in (0.0, 0.8))
    assert_same_luck(low, high, traits=False)
    one, other = born(low), born(high)
    shared = set(one) & set(other)
    assert all(one[who][:6] == other[who][:6] for who in shared)
    assert all(other[who][6] >= one[who][6] for who in shared)
    assert any(other[who][6] > one[who][6] for who in shared)


@pytest.mark.parametrize(
    "more",
    [
        {"teams.0.peers": 3},
        {"teams.1.peers": 4},
        {"teams.0.clinicians": 9},
        {"teams.1.users_per_peer": 11},
        {"teams.0.pressure": 0.9},
    ],
    ids=str,
)
def test_more_people_leave_the_first_ones_and_their_luck_as_they_are(more):
    assert_same_luck(busy(), busy(more))


def test_another_team_leaves_the_others_and_their_luck_as_they_are():
    teams = [a_team("A"), a_team("B", peers=1)]
    assert_same_luck(busy(teams=teams), busy(teams=[*teams, a_team("C", peers=3, clinicians=7)]))


# What ties teams together: culture, the peer group, and nobody else as long as managers above teams do not change.
APART = {"model.off": ["culture"], "support.peer_group_every_weeks": 0}


@pytest.mark.parametrize(
    "changes",
    [{"teams.0.pressure": 1.0}, {"teams.0.peers": 5}, {"teams.0.clinicians": 1}, {"teams.0.community": 0.9}],
    ids=str,
)
def test_what_happens_in_one_team_leaves_a_team_apart_untouched_to_the_last_bit(changes):
    teams = [a_team("A"), a_team("B", community=0.8)]
    one, other = (after(busy({**APART, **more}, teams=teams), seed=9, by_team=True) for more in ({}, changes))
    assert not same(one.team_weekly[:, 0], other.team_weekly[:, 0])
    assert same(one.team_weekly[:, 1], other.team_weekly[:, 1])


def test_names_mean_nothing():
    one, other = (
        after(busy(teams=[a_team(a), a_team(b)]), by_team=True) for a, b in (("A", "B"), ("Z", "a longer name"))
    )
    assert same(tuple(one)[3:], tuple(other)[3:])
    assert same(one.weekly, after(busy(teams=[a_team("T", count=2)])).weekly)
    renamed = busy().with_({"name": "another"})
    assert same(after(busy()).weekly, after(renamed).weekly)


def test_prices_change_costs_and_nothing_else():
    one, other = (after(busy({"costs.comparable_salary": pay, "costs.hire": 2 * pay})) for pay in (20_000, 30_000))
    priced = [measure.unit == "pounds" for measure in WEEKLY.values()]
    assert same(one.weekly[:, ~np.array(priced)], other.weekly[:, ~np.array(priced)])
    assert not same(one.weekly, other.weekly)
    assert same(tuple(getattr(one, kind) for kind in PEOPLE), tuple(getattr(other, kind) for kind in PEOPLE))


def test_the_horizon_does_not_reach_back():
    long, short = after(busy(weeks=60)), after(busy(weeks=23))
    assert same(long.weekly[:23], short.weekly)


# replicates ---------------------------------------------------------------------------------------------------------


def assert_same_results(one, other):
    for table in ("weekly", "events", "people"):
        assert getattr(one, table).equals(getattr(other, table)), table
    assert one.per_replicate.equals(other.per_replicate)


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_results_do_not_depend_on_threads(threads):
    scenario = busy(weeks=30)
    assert_same_results(run(scenario, 37, seed=3), run(scenario, 37, seed=3, threads=threads))


@settings(max_examples=12)
@given(first=st.integers(0, 2**32 - 50), count=st.integers(1, 40), threads=st.integers(1, 3))
def test_a_replicate_does_not_depend_on_where_chunks_begin_and_end(first, count, threads):
    scenario = busy(weeks=12)
    batches = list(chunks(scenario, count, seed=3, first=first, threads=threads))
    assert sum(map(len, batches)) == count
    number = first
    for batch in batches:
        assert batch.first == number
        for k in range(len(batch)):
            if number in (first, first + count // 2, first + count - 1):
                alone = after(scenario, seed=3, replicate=number)
                assert same(batch.weekly[k], alone.weekly)
                assert same(batch.spells[k], alone.spells)
                assert same(batch.events[k], alone.events)
            number += 1


def test_replicates_do_not_depend_on_how_many_there_are():
    scenario = busy(weeks=30)
    few, many = run(scenario, 3, seed=3), run(scenario, 20, seed=3)
    for table in ("weekly", "people", "events"):
        one, other = getattr(few, table), getattr(many, table)
        assert one.equals(other[other.replicate < 3].reset_index(drop=True))


def test_replicates_and_seeds_differ():
    results = run(busy(weeks=30), 8, seed=1)
    assert results.per_replicate.drop_duplicates().shape[0] == 8
    assert not results.weekly.equals(run(busy(weeks=30), 8, seed=2).weekly)


def test_kinds_of_people_have_numbers_of_their_own():
    world = weeks_of(busy(), 1)[-1]
    first = [world.peers[0], world.clinicians[0], world.managers[0]]
    assert [(p.team, p.post) for p in first] == [(0, 0)] * 3
    assert len({p.luck_life for p in first}) == len({draws.PEER, draws.CLINICIAN, draws.MANAGER})
