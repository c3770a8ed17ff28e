"""The desk gives what `peersim.run` gives, once for all who ask, and stops when nobody asks any more."""

import asyncio
import os
import threading

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peersim
from peersim.app import desk as desks
from peersim.app.desk import SEED, Desk
from peersim.app.turns import Urgency
from tests.app.small import SMALL, WEEKLY

FIRST, REST = Urgency.FIRST_LOOK, Urgency.THE_REST


@pytest.fixture
def desk():
    made = Desk(cores=2)
    yield made
    made.close()


@pytest.fixture
def slices(monkeypatch):
    """The slices lived, in the order in which they were begun; with the test's hand on the gate before each."""
    return Slices(monkeypatch)


class Slices:
    """Records what is lived, and keeps it from going on while `gate` is shut."""

    def __init__(self, monkeypatch):
        self.lived = []
        self.gate = threading.Event()
        self.gate.set()
        build, live_chunk, names, kept = desks.build, desks.live_chunk, {}, []

        def built(scenario, **options):
            world = build(scenario, **options)
            names[id(world)] = scenario.name
            kept.append(world)
            return world

        def watched(world, first, count, stop):
            self.lived.append((names[id(world)], first, count))
            assert self.gate.wait(30)
            return live_chunk(world, first, count, stop)

        monkeypatch.setattr(desks, "build", built)
        monkeypatch.setattr(desks, "live_chunk", watched)


def assert_same(results, expected):
    assert results.replicates == expected.replicates
    for table in ("weekly", "people", "events", "outcomes"):
        pd.testing.assert_frame_equal(getattr(results, table), getattr(expected, table), check_exact=True)


@settings(max_examples=15)
@given(worlds=st.integers(1, 60), size=st.integers(1, 40), cores=st.integers(1, 3))
def test_results_are_those_of_a_run_to_the_last_bit_however_they_are_cut(worlds, size, cores):
    async def ask():
        desk = Desk(cores)
        try:
            return await desk.results(SMALL, worlds)
        finally:
            desk.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desks, "SLICE", size * desks.n_people(SMALL) * SMALL.horizon_weeks)
        results = asyncio.run(ask())
    assert_same(results, peersim.run(SMALL, worlds, seed=SEED))


def test_all_worlds_go_on_from_the_first(desk, slices):
    async def ask():
        await desk.results(SMALL, 32, FIRST)
        begun = sum(count for _, _, count in slices.lived)
        return begun, await desk.results(SMALL, 200)

    begun, results = asyncio.run(ask())
    assert begun == 32
    assert sum(count for _, _, count in slices.lived) == 200
    assert_same(results, peersim.run(SMALL, 200, seed=SEED))


def test_what_was_run_once_is_remembered(desk, slices):
    async def ask():
        first = await desk.results(SMALL, 20)
        again = await desk.results(SMALL.model_copy(), 20)
        return first, again

    first, again = asyncio.run(ask())
    assert first is again
    assert sum(count for _, _, count in slices.lived) == 20


def test_only_so_much_is_remembered_and_what_was_asked_for_last_longest(desk, monkeypatch):
    others = [SMALL.with_({"name": name}) for name in "abc"]

    async def ask():
        results = await desk.results(SMALL, 4)
        monkeypatch.setattr(desks, "MOST_REMEMBERED", 5 * results.nbytes // 2)
        await desk.results(others[0], 4)
        await desk.results(SMALL, 4)  # asked for again
        await desk.results(others[1], 4)

    asyncio.run(ask())
    assert [desk.remembers(case, 4) for case in (SMALL, *others)] == [True, False, True, False]


def test_several_who_ask_at_once_share_one_run(desk, slices):
    async def ask():
        return await asyncio.gather(*(desk.results(SMALL, 20) for _ in range(5)))

    results = asyncio.run(ask())
    assert all(one is results[0] for one in results)
    assert sum(count for _, _, count in slices.lived) == 20


def test_one_who_gives_up_does_not_stop_the_run_of_another(desk, slices):
    async def ask():
        slices.gate.clear()
        one, other = (asyncio.create_task(desk.results(SMALL, 20)) for _ in range(2))
        await asyncio.sleep(0.05)
        one.cancel()
        await asyncio.sleep(0)
        slices.gate.set()
        return await other, one.cancelled()

    results, gave_up = asyncio.run(ask())
    assert gave_up
    assert_same(results, peersim.run(SMALL, 20, seed=SEED))


def test_a_run_that_nobody_waits_for_any_more_stops_and_leaves_nothing(desk, slices, monkeypatch):
    monkeypatch.setattr(desks, "SLICE", 1)  # a world a slice

    async def ask():
        slices.gate.clear()
        tasks = [asyncio.create_task(desk.results(SMALL, 20)) for _ in range(3)]
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        slices.gate.set()
        await asyncio.sleep(0.05)
        assert len(slices.lived) == 2  # those under way on the two cores
        assert not desk._under_way
        assert not desk.remembers(SMALL, 20)
        return await desk.results(SMALL, 20)  # and it can be asked for again

    assert_same(asyncio.run(ask()), peersim.run(SMALL, 20, seed=SEED))


def test_who_asks_again_in_the_moment_after_everybody_gave_up_gets_results(desk):
    async def ask():
        task = asyncio.create_task(desk.results(SMALL, 20))
        await asyncio.sleep(0.01)
        task.cancel()
        return await desk.results(SMALL, 20)

    assert_same(asyncio.run(ask()), peersim.run(SMALL, 20, seed=SEED))


def test_a_run_that_fails_fails_for_all_who_wait_and_can_be_asked_for_again(desk, monkeypatch):
    original, failures = desks.live_chunk, [ZeroDivisionError("no such world")]

    def failing(*args):
        if failures:
            raise failures.pop()
        return original(*args)

    monkeypatch.setattr(desks, "live_chunk", failing)

    async def ask():
        failed = await asyncio.gather(*(desk.results(SMALL, 20) for _ in range(2)), return_exceptions=True)
        return failed, await desk.results(SMALL, 20)

    failed, results = asyncio.run(ask())
    assert [type(error) for error in failed] == [ZeroDivisionError] * 2
    assert results.replicates == 20


def test_a_first_look_goes_before_the_worlds_that_fill_in_for_somebody_else(desk, slices, monkeypatch):
    monkeypatch.setattr(desks, "SLICE", 1)
    heavy, light = SMALL.with_({"name": "heavy"}), WEEKLY.with_({"name": "light"})

    async def ask():
        slices.gate.clear()
        long = asyncio.create_task(desk.results(heavy, 60, REST))
        await asyncio.sleep(0.05)  # its first slices are under way
        short = asyncio.create_task(desk.results(light, 10, FIRST))
        await asyncio.sleep(0.05)
        slices.gate.set()
        await short
        assert not long.done()
        await long

    asyncio.run(ask())
    names = [name for name, _, _ in slices.lived]
    last_light = len(names) - 1 - names[::-1].index("light")
    assert names[:last_light].count("heavy") <= 3  # those under way, one of them noted late


def test_heavy_work_aside_does_not_hold_up_worlds(desk):
    async def ask():
        shut = threading.Event()
        aside = asyncio.create_task(desk.aside(shut.wait, 30))
        await desk.results(SMALL, 20)
        assert not aside.done()
        shut.set()
        return await aside

    assert asyncio.run(ask())


def test_work_apart_is_done_in_another_process(desk):
    assert asyncio.run(desk.apart(os.getpid)) != os.getpid()
