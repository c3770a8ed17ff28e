"""Who is here: a tab finds its visit again, and those who have gone make room."""

import pytest

from peersim.app import visits as module
from peersim.app.limits import MOST_VISITS
from peersim.app.visits import Visits
from tests.app.small import SMALL


@pytest.fixture
def visits():
    return Visits(None, SMALL)


def test_every_tab_has_a_visit_of_its_own(visits):
    one, other = visits.arrive("one"), visits.arrive("other")
    assert one is not other
    assert one.scenario == other.scenario == SMALL
    assert visits.here == 2


def test_a_tab_that_comes_back_finds_its_visit(visits):
    visit = visits.arrive("one")
    visits.leave("one")
    assert visits.here == 0
    assert visits.arrive("one") is visit


def test_the_work_of_a_tab_is_freed_when_its_last_page_has_gone(visits, monkeypatch):
    closed = []
    monkeypatch.setattr(module.Visit, "close", lambda visit: closed.append(visit))
    visit = visits.arrive("one")
    visits.arrive("one")  # loaded again, before the old page was given up
    visits.leave("one")
    assert closed == []
    visits.leave("one")
    assert closed == [visit]


def test_there_is_room_for_so_many_and_no_more(visits):
    for number in range(MOST_VISITS):
        assert visits.arrive(str(number)) is not None
    assert visits.arrive("one too many") is None
    assert visits.here == MOST_VISITS
    assert visits.arrive("0") is not None  # somebody who is here already


def test_who_has_gone_longest_makes_room(visits):
    first = [visits.arrive(str(number)) for number in range(MOST_VISITS)]
    visits.leave("7")
    visits.leave("3")
    assert visits.arrive("new") is not None
    assert visits.arrive("another") is not None
    assert visits.arrive("one too many") is None
    visits.leave("new")
    assert visits.arrive("3") is not first[3]


def test_who_has_gone_is_remembered_while_there_is_room(visits):
    visit = visits.arrive("gone")
    visits.leave("gone")
    for number in range(MOST_VISITS - 1):
        visits.arrive(str(number))
    assert visits.arrive("gone") is visit
