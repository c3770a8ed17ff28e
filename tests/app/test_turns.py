"""Turns: never more than there are, the urgent first, and nobody who gives up keeps one."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peersim.app.turns import Turns, Urgency

URGENCIES = st.sampled_from(Urgency)


async def until_idle():
    """Let every task that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


class Asker:
    """A task that asks for a turn and holds it until it is told to go on."""

    def __init__(self, turns, urgency, log):
        self.go_on = asyncio.Event()
        self.urgency = urgency
        self.holds = False
        self.task = asyncio.create_task(self._ask(turns, urgency, log))

    async def _ask(self, turns, urgency, log):
        async with turns.turn(urgency):
            log.append(self)
            self.holds = True
            try:
                await self.go_on.wait()
            finally:
                self.holds = False


@given(st.integers(1, 3), st.data())
def test_turns_are_limited_and_none_is_lost_whatever_happens(at_once, data):
    async def play():
        turns, log, askers = Turns(at_once), [], []
        for _ in range(data.draw(st.integers(1, 25))):
            waiting = [asker for asker in askers if not asker.task.done()]
            does = data.draw(st.sampled_from(["ask", "finish", "cancel"]) if waiting else st.just("ask"))
            if does == "ask":
                askers.append(Asker(turns, data.draw(URGENCIES), log))
            else:
                asker = data.draw(st.sampled_from(waiting))
                asker.go_on.set() if does == "finish" else asker.task.cancel()
            if data.draw(st.booleans()):  # else the next step comes before anybody could react
                await until_idle()
                for urgency in Urgency:
                    here = [asker for asker in askers if asker.urgency <= urgency and not asker.task.done()]
                    assert sum(asker.holds for asker in here) >= min(at_once, len(here))
            for urgency in Urgency:
                assert sum(asker.holds for asker in askers if asker.urgency == urgency) <= at_once
        for asker in askers:
            asker.go_on.set()
        await asyncio.gather(*(asker.task for asker in askers), return_exceptions=True)
        last = [Asker(turns, Urgency.THE_REST, log) for _ in range(at_once + 1)]
        await until_idle()
        assert [asker.holds for asker in last] == [True] * at_once + [False]
        for asker in last:
            asker.go_on.set()
        await asyncio.gather(*(asker.task for asker in last))

    asyncio.run(play())


@given(st.lists(URGENCIES, min_size=1, max_size=12))
def test_the_urgent_go_first_and_equals_in_the_order_they_asked(urgencies):
    async def play():
        turns, log = Turns(1), []
        holder = Asker(turns, Urgency.THE_REST, log)
        await until_idle()
        askers = [Asker(turns, urgency, log) for urgency in urgencies]
        await until_idle()
        for asker in (holder, *askers):
            asker.go_on.set()
        await asyncio.gather(*(asker.task for asker in askers))
        expected = [asker for _, asker in sorted(zip(urgencies, askers, strict=True), key=lambda pair: pair[0])]
        assert log == [holder, *expected]

    asyncio.run(play())


def test_who_is_less_urgent_holds_up_nobody_and_begins_when_there_is_room():
    async def play():
        turns, log = Turns(1), []
        patient, urgent, another = (Asker(turns, urgency, log) for urgency in (*reversed(Urgency), Urgency.THE_REST))
        await until_idle()
        assert log == [patient, urgent]
        patient.go_on.set()
        await until_idle()
        assert not another.holds
        urgent.go_on.set()
        await until_idle()
        assert another.holds
        another.go_on.set()
        await another.task

    asyncio.run(play())


def test_a_turn_comes_back_after_an_error():
    async def play():
        turns = Turns(1)
        with pytest.raises(ZeroDivisionError):
            async with turns.turn(Urgency.FIRST_LOOK):
                raise ZeroDivisionError
        async with asyncio.timeout(1), turns.turn(Urgency.FIRST_LOOK):
            pass

    asyncio.run(play())


def test_a_turn_given_in_the_moment_of_giving_up_goes_to_the_next():
    async def play():
        turns, log = Turns(1), []
        holder = Asker(turns, Urgency.FIRST_LOOK, log)
        await until_idle()
        second = Asker(turns, Urgency.FIRST_LOOK, log)
        third = Asker(turns, Urgency.FIRST_LOOK, log)
        await until_idle()
        holder.go_on.set()
        await holder.task  # the second is called now, but has not run yet
        second.task.cancel()
        await until_idle()
        assert (second.holds, third.holds) == (False, True)
        third.go_on.set()
        await third.task

    asyncio.run(play())
