"""Why: sentences and shares say what the numbers say; finding out ends when nobody wants to know."""

import asyncio
import math
import threading
import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peersim as ps
from peersim.analysis import pairs, verdicts, words
from peersim.analysis.words import span
from peersim.app import limits
from peersim.app.bars import Axis
from peersim.app.desk import AT_ONCE_ASIDE, SEED, Desk
from peersim.app.reading import read
from peersim.app.why import telling
from peersim.app.why.attributing import StoppedError, Work, plan
from peersim.results.outcomes import OUTCOMES
from tests.worlds import a_team

WORLDS = 60
BETTER = {"support.supervision.every_weeks": 1, "valuing.protected_time": 0.6, "structure.flexibility": 0.9}


@pytest.fixture(scope="module")
def base():
    return ps.demo().with_({"horizon_weeks": 60})


@pytest.fixture(scope="module")
def bundle(base):
    return base.with_({**BETTER, "name": "Better"})


@pytest.fixture(scope="module")
def results(base, bundle):
    return [ps.run(scenario, WORLDS, SEED) for scenario in (base, bundle)]


@pytest.fixture(scope="module")
def reading(results):
    return read(*results)


@pytest.fixture
def desk():
    desk = Desk()
    yield desk
    desk.close()


# causes and reasons -----------------------------------------------------------


def test_a_reading_holds_the_paired_causes_where_something_differs(results, reading):
    before, now = results
    pd.testing.assert_frame_equal(reading.identity_differences, pairs.identity_causes(before, now))
    assert read(before, before).identity_differences is None


@pytest.mark.parametrize("turned", [False, True])
def test_the_first_sentence_says_which_way_and_how_much(results, turned):
    before, now = results[::-1] if turned else results
    found = read(before, now)
    row = found.contrasts.loc["identity"]
    size = span((row["difference"], row["low"], row["high"]), lambda value: f"{value:.3f}".replace("-", "−"))
    first = telling.identity(found)[0]
    assert (
        f"ends {'lower' if turned else 'higher'} by {size}: {row['mean']:.3f} instead of {row['baseline']:.3f}" in first
    )
    assert f"Compared with “{before.scenario.name}”" in first


def test_what_most_comes_from_is_the_largest_cause(reading):
    causes = reading.identity_differences
    assert causes["difference"].sum() > 0
    largest = causes.loc[causes["difference"].idxmax()]
    told = " ".join(telling.identity(reading))
    assert f"comes from: {largest['meaning']} ({words.change(largest['difference'], OUTCOMES['identity'])})" in told
    smallest = causes.loc[causes["difference"].idxmin()]
    assert f"Against it: {smallest['meaning']} ({words.change(smallest['difference'], OUTCOMES['identity'])})" in told


@pytest.mark.parametrize("verdict", list(verdicts.MEANING))
def test_a_sentence_claims_no_more_than_its_verdict(reading, verdict):
    row = reading.contrasts.loc["identity"].to_dict() | {"verdict": verdict}
    told = telling._ends(row, "X")
    claims = "peer identity ends higher by" in told
    assert claims == (verdict in (verdicts.BETTER, verdicts.WORSE))
    assert ("probably" in told) == ("probably" in verdict)
    assert ("not settled" in told) == (verdict == verdicts.OPEN)


def test_without_a_difference_levels_are_explained(results):
    found = read(results[0], results[0])
    told = " ".join(telling.identity(found))
    causes = found.identity_causes
    assert f"ends at {found.outcomes.loc['identity', 'mean']:.3f}" in told
    assert f"What lowers it most: {causes.loc[causes['mean'].idxmin(), 'meaning']}" in told
    assert f"What raises it most: {causes.loc[causes['mean'].idxmax(), 'meaning']}" in told
    assert "Compared" not in told


def test_reasons_are_told_as_shares_of_those_who_leave(reading):
    first, *others = telling.leaving(reading)
    row, reasons = reading.contrasts.loc["annual_leaving_rate"], reading.reasons.sort_values("mean", ascending=False)
    assert f"{100 * row['mean']:.1f} leave in a year, instead of {100 * row['baseline']:.1f} in the baseline" in first
    assert f"{reasons['meaning'].iloc[0]} ({words.percent(reasons['mean'].iloc[0])})" in first
    for other in others:
        assert "instead of" in other


def test_where_nobody_leaves_there_are_no_reasons(base):
    short = base.with_({"horizon_weeks": 1, "model.hazard_base": -12.0})
    found = ps.run(short, 3, SEED)
    assert found.reasons["mean"].isna().all()
    assert telling.leaving(read(found, found)) == ["Nobody left in any world, so there are no reasons."]


def test_it_is_told_whether_the_same_people_are_compared(base, bundle):
    assert telling.people(base, bundle).startswith("Yes: all peers")
    more = base.with_({"teams.0.peers": base.teams[0].peers + 2})
    both, there = base.n_peers, more.n_peers
    assert f"hold {both} of the peer posts ({both} in the baseline, {there} here)" in telling.people(base, more)


# what carries the difference --------------------------------------------------


@pytest.fixture(scope="module")
def found(base, bundle):
    async def find():
        desk = Desk()
        try:
            return await Work(desk, plan(base, bundle, "theme")).find()
        finally:
            desk.close()

    return asyncio.run(find())


def test_the_shares_are_those_of_the_command_line(found, base, bundle):
    expected = ps.attribute(base, bundle, replicates=found.plan.worlds, seed=SEED)
    pd.testing.assert_frame_equal(found.shares.drop(columns="label"), expected.shares)
    pd.testing.assert_frame_equal(found.total, expected.total)


def test_shares_add_up_and_the_largest_is_named_first(found):
    rows = found.rows("identity")
    assert rows["share"].sum() == pytest.approx(found.total.loc["identity", "difference"])
    whole, carried, *_ = telling.carried(found, "identity")
    assert words.amount(rows["share"].sum(), OUTCOMES["identity"]) in whole
    assert carried.startswith(f"Carried by: {rows.iloc[0]['label']} ")


def test_parts_that_cannot_be_told_from_nothing_are_counted(found):
    for outcome in OUTCOMES:
        rows = found.rows(outcome)
        unclear = int(((rows["low"] <= 0) & (rows["high"] >= 0)).sum())
        told = " ".join(telling.carried(found, outcome))
        assert ("cannot be told from doing nothing" in told or "None of the parts" in told) == (
            unclear > 0 and not math.isnan(found.total.loc[outcome, "difference"])
        )


def test_an_outcome_without_a_value_has_no_shares(found):
    assert telling.carried(found, "retention_24m") == ["Still in post after 24 months: no value within these weeks."]


def test_single_policies_are_called_by_their_names(base, bundle):
    assert sorted(part.label for part in plan(base, bundle, "key").parts) == [
        "Flexibility",
        "Protected time",
        "Supervision: every … weeks",
    ]


def test_a_single_part_needs_no_finding_out(base):
    (part,) = (only := plan(base, base.with_({"valuing.pay_parity": 0.7}), "theme")).parts
    assert telling.only(only) == f"Only one part differs, “{part.label}”: it carries the whole difference."


def test_a_theme_of_several_policies_can_still_be_taken_apart(base):
    two = base.with_({"support.supervision.every_weeks": 1, "support.supervision.minutes": 90})
    assert telling.only(plan(base, two, "theme")).endswith("Taken apart by single policies, there is more.")


def test_the_work_is_kept_within_its_limit(base):
    large = base.with_({"teams": [a_team(peers=2, clinicians=10, count=40)]})
    wanted = plan(large, large.with_(BETTER), "theme")
    most = limits.n_people(large) * large.horizon_weeks * wanted.worlds * wanted.scenarios
    assert limits.FEWEST_ATTRIBUTED <= wanted.worlds <= limits.ATTRIBUTED_WORLDS
    assert most <= limits.MOST_ATTRIBUTED
    huge = base.with_({"teams": [a_team(peers=2, clinicians=10, count=20_000)]})
    with pytest.raises(limits.TooLargeError, match="peersim attribute"):
        plan(huge, huge.with_(BETTER), "theme")


def test_stopping_ends_the_work_and_frees_the_desk(desk, base, bundle):
    async def stopped():
        work = Work(desk, plan(base, bundle, "theme"))
        task = asyncio.create_task(work.find())
        while not work.done:
            await asyncio.sleep(0.005)
        work.stop()
        with pytest.raises(StoppedError):
            await task
        assert 0 < work.done < work.total
        return await asyncio.wait_for(desk.aside(lambda: "free"), 5)

    assert asyncio.run(stopped()) == "free"


def test_a_visitor_who_goes_ends_the_work(desk, base, bundle):
    async def gone():
        work = Work(desk, plan(base, bundle, "theme"))
        task = asyncio.create_task(work.find())
        while not work.done:
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(desk.aside(lambda: None), 5)
        return work.done, work.total

    done, total = asyncio.run(gone())
    assert done < total


def test_work_stopped_while_it_waits_is_never_begun(desk, base, bundle):
    async def waiting():
        hold = threading.Event()
        first = [asyncio.create_task(desk.aside(hold.wait)) for _ in range(AT_ONCE_ASIDE)]
        work = Work(desk, plan(base, bundle, "theme"))
        second = asyncio.create_task(work.find())
        await asyncio.sleep(0.05)
        assert work.total == 0
        work.stop()
        hold.set()
        await asyncio.gather(*first)
        with pytest.raises(StoppedError):
            await second
        return work.total

    assert asyncio.run(waiting()) == 0


def test_the_work_ends_with_the_page(desk, base, bundle):
    async def closing():
        work = Work(desk, plan(base, bundle, "theme"))
        task = asyncio.create_task(work.find())
        while not work.done:
            await asyncio.sleep(0.005)
        desk.close()
        start = time.perf_counter()
        with pytest.raises(StoppedError):
            await task
        return time.perf_counter() - start

    assert asyncio.run(closing()) < 5


# bars -------------------------------------------------------------------------


@given(st.lists(st.floats(-1e9, 1e9) | st.just(math.nan), max_size=6))
def test_an_axis_holds_nought_and_every_value_at_round_ticks(values):
    axis = Axis.of(values)
    assert axis.low <= 0 <= axis.high
    assert axis.low < axis.high
    for value in values:
        assert math.isnan(value) or -1e-6 <= axis.place(value) <= 100 + 1e-6
    assert 2 <= len(axis.ticks) <= 8
    steps = [after - before for before, after in zip(axis.ticks, axis.ticks[1:], strict=False)]
    step = steps[0]
    assert all(other == pytest.approx(step) for other in steps)
    assert step / 10 ** math.floor(math.log10(step) + 1e-9) == pytest.approx(
        min((1, 2, 5, 10), key=lambda round_one: abs(round_one - step / 10 ** math.floor(math.log10(step) + 1e-9)))
    )
