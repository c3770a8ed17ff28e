"""How much one visitor may ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peersim.app.cases import cases
from peersim.app.limits import (
    FIRST_WORLDS,
    MOST_POSTS,
    MOST_WORK,
    WORLDS,
    TooLargeError,
    attributed_worlds,
    n_people,
    worlds,
)
from peersim.world.build import build
from tests.app.small import SMALL


@pytest.mark.parametrize("name", cases())
def test_every_case_that_is_shipped_is_run_in_full(name):
    assert worlds(cases()[name]) == WORLDS


@given(count=st.integers(1, 50_000), weeks=st.integers(1, 520))
def test_whatever_is_asked_for_costs_no_more_than_is_allowed(count, weeks):
    scenario = SMALL.with_({"teams.count": count, "horizon_weeks": weeks})
    most = min(MOST_WORK // (n_people(scenario) * weeks), MOST_POSTS // scenario.n_peers)
    if most < FIRST_WORLDS:
        with pytest.raises(TooLargeError):
            worlds(scenario)
    else:
        assert worlds(scenario) == min(WORLDS, most)


def test_the_largest_that_the_message_names_can_be_run_and_one_more_team_cannot():
    small = SMALL.with_({"horizon_weeks": 1040})
    large = small.with_({"teams.count": 50_000})
    with pytest.raises(TooLargeError) as refused:
        worlds(large)
    most = int(str(refused.value).split("up to ")[1].split(" people")[0].replace(",", ""))
    teams = most // n_people(small)
    assert worlds(small.with_({"teams.count": teams})) >= FIRST_WORLDS
    with pytest.raises(TooLargeError):
        worlds(small.with_({"teams.count": teams + 1}))


def test_many_peer_workers_for_a_short_time_take_no_more_memory_than_is_allowed():
    many = SMALL.with_({"teams.count": 1, "teams.peers": 200, "horizon_weeks": 1})
    assert worlds(many.with_({"teams.count": 5})) == WORLDS
    assert worlds(many.with_({"teams.count": 31})) == MOST_POSTS // 6_200
    with pytest.raises(TooLargeError, match=r"6,400 peer workers are more than this page runs \(up to 6,250\)"):
        worlds(many.with_({"teams.count": 32}))
    with pytest.raises(TooLargeError):
        attributed_worlds(many, many.with_({"teams.count": 100}), 4)


@pytest.mark.parametrize("name", ["baseline", "blank"])
def test_people_are_counted_as_they_live_but_for_the_few_above_the_teams(name):
    scenario = cases()[name]
    world = build(scenario, weeks=1)
    people = sum(len(rows) for rows in (world.peers, world.clinicians, world.managers, world.users))
    assert 0 <= people - n_people(scenario) <= 4
