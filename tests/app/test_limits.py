"""How much one visitor may ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peersim.app.cases import cases
from peersim.app.limits import FIRST_WORLDS, MOST_WORK, WORLDS, TooLargeError, n_people, worlds
from peersim.world.build import build
from tests.app.small import SMALL


@pytest.mark.parametrize("name", cases())
def test_every_case_that_is_shipped_is_run_in_full(name):
    assert worlds(cases()[name]) == WORLDS


@given(count=st.integers(1, 50_000), weeks=st.integers(1, 520))
def test_whatever_is_asked_for_costs_no_more_than_is_allowed(count, weeks):
    scenario = SMALL.with_({"teams.count": count, "horizon_weeks": weeks})
    cost = n_people(scenario) * weeks
    if cost * FIRST_WORLDS > MOST_WORK:
        with pytest.raises(TooLargeError):
            worlds(scenario)
    else:
        assert worlds(scenario) == min(WORLDS, MOST_WORK // cost)


def test_the_largest_that_the_message_names_can_be_run_and_one_more_team_cannot():
    large = SMALL.with_({"teams.count": 50_000})
    with pytest.raises(TooLargeError) as refused:
        worlds(large)
    most = int(str(refused.value).split("up to ")[1].split(" people")[0].replace(",", ""))
    teams = most // n_people(SMALL)
    assert worlds(SMALL.with_({"teams.count": teams})) >= FIRST_WORLDS
    with pytest.raises(TooLargeError):
        worlds(SMALL.with_({"teams.count": teams + 1}))


@pytest.mark.parametrize("name", ["baseline", "blank"])
def test_people_are_counted_as_they_live_but_for_the_few_above_the_teams(name):
    scenario = cases()[name]
    world = build(scenario, weeks=1)
    people = sum(len(rows) for rows in (world.peers, world.clinicians, world.managers, world.users))
    assert 0 <= people - n_people(scenario) <= 4
