"""Chance: the generator gives its published numbers, and each number belongs to one person, week and decision."""

import itertools
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from peersim.scenario import Scenario, ScenarioError
from peersim.world import draws
from peersim.world.state import PEER, PROVIDER, USER
from tests.worlds import PEOPLE, busy, people_seen, small, weeks_of

ALL = 0xFFFFFFFF

# Random123's file of known answers (kat_vectors), philox 4x32, 10 rounds: counter, key, words.
KNOWN = [
    ([0, 0, 0, 0], [0, 0], [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([ALL] * 4, [ALL] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        [0xA4093822, 0x299F31D0],
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]


def philox(counter, key):
    return [int(word) for word in draws.philox(*map(np.uint64, [*counter, *key]))]


def provider(seed=1, replicate=0):
    row = np.zeros(1, PROVIDER).view(np.recarray)
    row.seed, row.replicate = seed, replicate
    return row[0]


def person(team, post, ordinal):
    row = np.zeros(1, PEER).view(np.recarray)
    row.team, row.post, row.ordinal = team, post, ordinal
    return row[0]


def user(team, referral):
    row = np.zeros(1, USER).view(np.recarray)
    row.team, row.referral = team, referral
    return row[0]


Draw = namedtuple("Draw", "way kind team post ordinal week decision")


def four(draw, key=None):
    """The four numbers of a draw; a user's `ordinal` is their referral number, a pair's `kind` the peer's ordinal."""
    key = provider() if key is None else key
    if draw.way == "user":
        return draws.of_user(key, user(draw.team, draw.ordinal), draw.week, draw.decision)
    if draw.way == "pair":
        return draws.of_pair(key, person(draw.team, draw.post, draw.kind), user(draw.team, draw.ordinal), draw.decision)
    return draws.of_person(key, draw.kind, person(draw.team, draw.post, draw.ordinal), draw.week, draw.decision)


# the generator ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN, ids=["zeros", "ones", "pi"])
def test_the_generator_gives_its_published_known_answers(counter, key, words):
    assert philox(counter, key) == words


words = st.one_of(st.sampled_from([0, 1, ALL - 1, ALL]), st.integers(0, ALL))


def plain_philox(counter, key):
    """Philox-4x32-10 as the paper gives it, in whole numbers without end."""
    c, k = list(counter), list(key)
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c[0], 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c[2], 2**32)
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return c


@given(st.tuples(words, words, words, words), st.tuples(words, words))
def test_the_generator_does_not_overflow_anywhere(counter, key):
    assert philox(counter, key) == plain_philox(counter, key)


@given(words)
@example(0)
@example(ALL)
def test_a_uniform_number_is_strictly_between_0_and_1(word):
    number = draws.uniform(np.uint64(word))
    assert 0.0 < number < 1.0
    assert int(number * 2**32) == word


# whose number it is -------------------------------------------------------------------------------------------------

kinds = st.sampled_from([draws.PEER, draws.CLINICIAN, draws.MANAGER])


def up_to(most):
    """Whole numbers, with a liking for those in which one field would run into the next."""
    edges = {0, 1, most} | {2**bit + more for bit in range(17) for more in (-1, 0) if 0 <= 2**bit + more <= most}
    return st.one_of(st.sampled_from(sorted(edges)), st.integers(0, most))


decisions = st.sampled_from(
    [
        *(draws.BIRTH_A, draws.BIRTH_B, draws.BIRTH_C, draws.LUCK, draws.AFFINITY, draws.FATE, draws.SUPERVISION),
        *(draws.PEER_GROUP, draws.TASK, draws.TASK + 7, draws.MEETING, draws.MEETING + 7),
    ]
)
of_people = st.builds(Draw, st.just("person"), kinds, up_to(65_535), up_to(8191), up_to(65_535), up_to(1040), decisions)
of_users = st.builds(Draw, st.just("user"), st.just(0), up_to(65_535), st.just(0), up_to(10**8), up_to(1040), decisions)


@given(st.one_of(of_people, of_users), st.one_of(of_people, of_users))
def test_two_draws_share_their_numbers_only_if_they_are_the_same(one, other):
    # For one key Philox is a permutation: numbers are equal exactly if the counters are.
    assert (four(one) == four(other)) == (one == other)


@given(of_people, st.data())
def test_changing_one_part_of_the_key_changes_the_numbers(draw, data):
    part = data.draw(st.sampled_from(["kind", "team", "post", "ordinal", "week", "decision"]))
    values = {
        "kind": kinds,
        "team": up_to(65_535),
        "post": up_to(8191),
        "ordinal": up_to(65_535),
        "week": up_to(1040),
        "decision": decisions,
    }
    other = draw._replace(**{part: data.draw(values[part])})
    assert (four(draw) == four(other)) == (draw == other)


def test_every_combination_of_ends_has_numbers_of_its_own():
    people = itertools.product(
        ["person"], [1, 2, 3], [0, 1, 65_535], [0, 1, 8191], [0, 1, 65_535], [0, 1, 1040], [1, 8, 10, 32, 39, 64, 71]
    )
    users = itertools.product(["user"], [0], [0, 1, 65_535], [0], [0, 1, 65_535, 65_536, 10**7], [0, 1, 1040], [1, 10])
    pairs = itertools.product(["pair"], [0, 1, 65_535], [0, 65_535], [0, 199], [0, 65_535, 65_536, 10**7], [0], [9])
    every = [Draw(*parts) for parts in itertools.chain(people, users, pairs)]
    assert len({four(draw) for draw in every}) == len(every)


def test_a_pair_has_one_number_however_often_they_meet():
    peer, other, client = person(3, 1, 2), person(3, 1, 3), user(3, 77)
    key = provider()
    affinity = draws.of_pair(key, peer, client, draws.AFFINITY)
    assert affinity == draws.of_pair(key, peer, client, draws.AFFINITY)
    assert affinity != draws.of_pair(key, other, client, draws.AFFINITY)
    assert affinity != draws.of_pair(key, peer, user(3, 78), draws.AFFINITY)


@given(words, words, words, words)
def test_each_seed_and_replicate_has_numbers_of_its_own(seed, replicate, other_seed, other_replicate):
    draw = Draw("person", 1, 2, 3, 4, 5, 6)
    same = (seed, replicate) == (other_seed, other_replicate)
    assert (four(draw, provider(seed, replicate)) == four(draw, provider(other_seed, other_replicate))) == same


def test_a_scenario_with_more_teams_than_keys_is_refused_or_keyed_apart():
    entry = {"count": 50_000, "peers": 1, "clinicians": 1, "users_per_peer": 1}
    try:
        scenario = Scenario(name="vast", teams=[{"name": "A", **entry}, {"name": "B", **entry}])
    except ScenarioError:
        return
    last = scenario.n_teams - 1
    first = last - 65_536
    for kind in (draws.PEER, draws.CLINICIAN):
        one, other = (Draw("person", kind, team, 0, 0, 0, draws.BIRTH_A) for team in (first, last))
        assert four(one) != four(other)


# what the numbers are like ------------------------------------------------------------------------------------------


def numbers(count=6000):
    """One week's four numbers for many peers, keyed as a run keys them: shape (people, 4)."""
    key = provider(seed=20_240)
    row = person(0, 0, 0)
    found = []
    for number in range(count):
        row.team, row.post, row.ordinal = number // 60, number % 20, number % 60 // 20
        found.append(draws.of_person(key, draws.PEER, row, 7, draws.LUCK))
    return np.array(found)


def test_numbers_are_even_and_do_not_go_together():
    found = numbers()
    n = len(found)
    assert np.abs(found.mean(axis=0) - 0.5).max() < 4 / np.sqrt(12 * n)
    for column in found.T:
        counts = np.bincount((column * 20).astype(int), minlength=20)
        assert ((counts - n / 20) ** 2 / (n / 20)).sum() < 55  # chi-squared, 19 degrees of freedom: p about 2e-5
    pairs = [found[:, 0], found[:, 1], found[:, 2], found[:, 3], np.roll(found[:, 0], 1), np.roll(found[:, 0], 20)]
    correlations = np.corrcoef(pairs) - np.eye(len(pairs))
    assert np.abs(correlations).max() < 4.5 / np.sqrt(n)


@pytest.mark.parametrize("part", ["week", "replicate", "seed", "decision"])
def test_numbers_next_to_each_other_do_not_go_together(part):
    row = person(0, 0, 0)
    found = []
    for number in range(4000):
        key = provider(number if part == "seed" else 1, number if part == "replicate" else 0)
        week = number if part == "week" else 3
        decision = number if part == "decision" else draws.LUCK
        found.append(draws.of_person(key, draws.PEER, row, week, decision)[0])
    found = np.array(found)
    assert abs(found.mean() - 0.5) < 4 / np.sqrt(12 * len(found))
    assert abs(np.corrcoef(found[1:], found[:-1])[0, 1]) < 4 / np.sqrt(len(found))


def test_bell_has_mean_0_standard_deviation_1_and_bounds_3():
    found = np.array([draws.bell(a, b, c) for a, b, c, _ in numbers()])
    assert abs(found.mean()) < 4 / np.sqrt(len(found))
    assert abs(found.std() - 1.0) < 0.04
    assert draws.bell(0.0, 0.0, 0.0) == -3.0
    assert draws.bell(1.0, 1.0, 1.0) == 3.0
    assert draws.bell(0.5, 0.5, 0.5) == 0.0
    # The variance of a sum of three uniforms on a grid of midpoints, in closed form.
    grid = (np.arange(40) + 0.5) / 40
    every = np.array([draws.bell(a, b, 0.5) for a in grid for b in grid])
    assert every.var() == pytest.approx(4 * 2 * (1 - 1 / 40**2) / 12)


# the same people everywhere -----------------------------------------------------------------------------------------


def people_of(scenario, kind, weeks=25):
    return people_seen(weeks_of(scenario, weeks), kind)


@pytest.mark.parametrize("kind", PEOPLE)
def test_people_depend_on_seed_and_replicate(kind):
    scenario = busy()
    _, first = people_seen(weeks_of(scenario, 3, seed=1), kind)
    for other in (weeks_of(scenario, 3, seed=2), weeks_of(scenario, 3, replicate=1)):
        _, others = people_seen(other, kind)
        shared = set(first) & set(others)
        assert shared
        assert all(first[who][-1] != others[who][-1] for who in shared if kind != "peers")
        assert all(first[who][-2] != others[who][-2] for who in shared if kind == "peers")


@pytest.mark.parametrize("kind", PEOPLE)
def test_people_do_not_depend_on_the_horizon_or_on_other_teams(kind):
    teams = [{"name": "A", "peers": 2, "clinicians": 4, "users_per_peer": 3}]
    more = [*teams, {"name": "B", "count": 3, "peers": 2, "clinicians": 2, "users_per_peer": 9}]
    luck, traits = people_of(busy(teams=teams, weeks=25), kind)
    for other in (busy(teams=more, weeks=25), busy(teams=teams, weeks=60)):
        other_luck, other_traits = people_of(other, kind)
        for mine, theirs in ((luck, other_luck), (traits, other_traits)):
            shared = set(mine) & set(theirs)
            assert len(shared) > len(mine) / 2
            assert {who: mine[who] for who in shared} == {who: theirs[who] for who in shared}


def test_the_people_of_two_teams_are_not_the_same():
    twins = small(teams=[{"name": "T", "count": 2, "peers": 2, "clinicians": 4, "users_per_peer": 3}])
    for kind in PEOPLE:
        _, traits = people_of(twins, kind, weeks=1)
        continuous = [values[-2 if kind == "peers" else -1] for values in traits.values()]
        assert len(set(continuous)) == len(continuous)
