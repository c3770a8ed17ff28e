"""Many worlds: nothing is lost, results come in order, and memory stays bounded."""

import pickle

import numpy as np
import pytest

import peersim.ensemble as ensemble
from peersim.ensemble import chunks, run, threads_available, world_of
from peersim.results.results import Batch, Results
from peersim.scenario import ScenarioError
from peersim.world.draws import MOST_KEY
from tests.worlds import TABLES, after, busy, same, small

SCENARIO = busy(weeks=15)


def tables(results):
    return results.weekly, results.events, results.people


def assert_equal(one, other):
    for mine, theirs in zip(tables(one), tables(other), strict=True):
        assert mine.equals(theirs)


# logs that are too short --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("events", "spells"), [(0, 0), (1, 10_000), (10_000, 1), (7, 2)])
def test_logs_that_are_too_short_are_made_longer_and_nothing_is_lost(monkeypatch, events, spells):
    expected = run(SCENARIO, 10, seed=5, by_team=True)
    build = ensemble.build

    def small_logs(*args, **kwargs):
        world = build(*args, **kwargs)
        return world._replace(events=world.events[:events].copy(), spells=world.spells[:spells].copy())

    monkeypatch.setattr(ensemble, "build", small_logs)
    found = run(SCENARIO, 10, seed=5, by_team=True)
    assert len(expected.events) > 100
    assert_equal(found, expected)
    assert found.teams.equals(expected.teams)
    assert found.per_replicate.equals(expected.per_replicate)


def test_logs_hold_what_each_replicate_needs():
    for batch in chunks(SCENARIO, 6, seed=5):
        for k in range(len(batch)):
            alone = after(SCENARIO, seed=5, replicate=batch.first + k)
            assert same(batch.events[k], alone.events)
            assert same(batch.spells[k], alone.spells)


# in order and bounded -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("replicates", "threads"), [(1, 1), (16, 1), (17, 2), (100, 3)])
def test_chunks_come_in_order_and_hold_every_replicate_once(replicates, threads):
    seen = []
    for batch in chunks(SCENARIO, replicates, first=5, threads=threads):
        assert 1 <= len(batch) <= ensemble.CHUNK
        assert len(batch.spells) == len(batch.events) == len(batch)
        assert not np.isnan(batch.weekly).all()
        seen += range(batch.first, batch.first + len(batch))
    assert seen == list(range(5, 5 + replicates))


def test_results_stream_while_work_goes_on(monkeypatch):
    begun = []
    work = ensemble.live_chunk

    def counted(*args, **keys):
        begun.append(args)
        return work(*args, **keys)

    monkeypatch.setattr(ensemble, "live_chunk", counted)
    stream = chunks(SCENARIO, 1000, threads=2)
    first = next(stream)
    assert first.first == 0
    assert len(begun) <= 2 * 2 + 1
    stream.close()
    assert len(begun) <= 2 * 2 + 1


def test_an_error_in_a_chunk_is_raised_and_not_swallowed(monkeypatch):
    def broken(*_, **__):
        raise MemoryError("no room")

    monkeypatch.setattr(ensemble, "live_chunk", broken)
    with pytest.raises(MemoryError, match="no room"):
        run(SCENARIO, 40)


def test_progress_is_told_from_the_first_to_the_last():
    told = []
    run(SCENARIO, 40, progress=lambda done, total: told.append((done, total)))
    done = [number for number, _ in told]
    assert done == sorted(set(done))
    assert told[-1] == (40, 40)
    assert {total for _, total in told} == {40}


def test_a_batch_keeps_replicates_in_order_only():
    world = after(SCENARIO)
    batch = Batch.empty(0, 2, world)
    with pytest.raises(ValueError, match="0 expected, found 1"):
        batch.keep(1, world)


# more replicates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_team", [False, True])
def test_results_extended_are_those_of_one_run(by_team):
    few = run(SCENARIO, 5, seed=5, by_team=by_team)
    before = few.outcomes
    found = few.extended(chunks(SCENARIO, 7, seed=5, by_team=by_team, first=5), 7)
    expected = run(SCENARIO, 12, seed=5, by_team=by_team)
    assert (found.replicates, found.seed, found.scenario, found.has_teams) == (12, 5, SCENARIO, by_team)
    for name in (*TABLES, *(["teams"] if by_team else [])):
        assert getattr(found, name).equals(getattr(expected, name)), name
    assert few.replicates == 5
    assert Results(SCENARIO, chunks(SCENARIO, 5, seed=5), replicates=5, seed=5).outcomes.equals(before)


def test_results_tell_how_much_memory_they_take():
    found = run(SCENARIO, 50, seed=5)
    beside = len(pickle.dumps(SCENARIO)) + 10_000
    assert found.nbytes < len(pickle.dumps(found)) < found.nbytes + beside


def test_results_may_be_extended_again_and_by_nothing():
    found = run(SCENARIO, 1)
    for first, further in ((1, 1), (2, 3)):
        found = found.extended(chunks(SCENARIO, further, first=first), further)
    assert_equal(found, run(SCENARIO, 5))
    assert_equal(found.extended([], 0), found)


@pytest.mark.parametrize(
    ("options", "further", "message"),
    [
        ({"first": 4}, 3, "batches: replicate 5 expected next, found 4"),
        ({"first": 6}, 3, "batches: replicate 5 expected next, found 6"),
        ({"first": 5}, 4, "9 replicates expected, found 8"),
        ({"first": 5}, 2, "7 replicates expected, found at least 8"),
        ({"first": 5, "by_team": True}, 3, r"batches: team_weekly: shape \(0, 2, .* expected, found \(15, 2, "),
    ],
)
def test_replicates_that_do_not_follow_are_refused(options, further, message):
    results = run(SCENARIO, 5)
    with pytest.raises(ValueError, match=message):
        results.extended(chunks(SCENARIO, 3, threads=1, **options), further)


def test_replicates_of_another_horizon_are_refused():
    results = run(SCENARIO, 5)
    with pytest.raises(ValueError, match=r"batches: weekly: shape \(15, .* expected, found \(9, "):
        results.extended(chunks(SCENARIO.with_({"horizon_weeks": 9}), 3, first=5), 3)


# what is asked for --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("replicates", [0, -1])
def test_replicates_that_are_none_are_refused(replicates):
    with pytest.raises(ValueError, match=f"found {replicates}; allowed: 1 or more"):
        run(SCENARIO, replicates)


@pytest.mark.parametrize("seed", [-1, MOST_KEY + 1])
def test_seeds_out_of_range_are_refused(seed):
    with pytest.raises(ValueError, match=rf"seed: found {seed}; allowed: .*0 to {MOST_KEY}"):
        run(SCENARIO, 1, seed=seed)


@pytest.mark.parametrize(("first", "count"), [(-1, 5), (MOST_KEY, 2), (MOST_KEY + 1, 1)])
def test_replicates_beyond_the_key_are_refused(first, count):
    with pytest.raises(ValueError, match=f"allowed: 0 to {MOST_KEY}"):
        next(chunks(SCENARIO, count, first=first))


@pytest.mark.parametrize("seed", [0, MOST_KEY])
def test_seeds_and_replicates_at_the_ends_of_the_key_run(seed):
    (batch,) = chunks(SCENARIO, 1, seed=seed, first=MOST_KEY)
    assert batch.first == MOST_KEY
    assert same(batch.weekly[0], after(SCENARIO, seed=seed, replicate=MOST_KEY).weekly)


def test_another_horizon_is_a_scenario_of_that_horizon():
    shorter = run(SCENARIO, 3, weeks=9)
    assert shorter.weeks == 9
    assert_equal(shorter, run(SCENARIO.with_({"horizon_weeks": 9}), 3))
    (batch,) = chunks(SCENARIO.with_({"horizon_weeks": 9}), 3, threads=1)
    assert same(batch.weekly[0], shorter._weekly[0])


def test_a_horizon_before_a_change_is_refused():
    scenario = small({"changes": [{"week": 20, "set": {"structure.flexibility": 1}}]}, weeks=30)
    with pytest.raises(ScenarioError, match="horizon"):
        run(scenario, 1, weeks=10)


def test_teams_are_kept_only_if_asked_for():
    results = run(SCENARIO, 2)
    assert not results.has_teams
    with pytest.raises(ValueError, match="by_team"):
        _ = results.teams
    assert run(SCENARIO, 2, by_team=True).has_teams
    assert_equal(results, run(SCENARIO, 2, by_team=True))


def test_one_world_is_the_one_of_the_run():
    world = world_of(SCENARIO, seed=4, replicate=2)
    (batch,) = chunks(SCENARIO, 3, seed=4, threads=1)
    assert same(world.weekly, batch.weekly[2])
    assert same(world.spells[: world.provider[0].n_spells], batch.spells[2])


def test_there_is_a_thread_to_run_on():
    assert threads_available() >= 1
