"""A visit: undo and redo, the newest change wins, and trouble ends nothing."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peersim.app import desk as desks
from peersim.app import limits
from peersim.app.desk import Desk
from peersim.app.limits import FIRST_WORLDS, MOST_KEPT, MOST_UNDONE, WORLDS
from peersim.app.visit import Visit
from peersim.scenario import ScenarioError
from tests.app.small import SMALL, WEEKLY


class Idle:
    """A desk that never has anything ready: for what a visit does apart from runs."""

    def remembers(self, *_):
        return False

    async def results(self, *_):
        await asyncio.Event().wait()


def visiting(play, desk=None):
    """Play with a visit on a desk; what is under way is ended afterwards."""

    async def visited():
        own = desk or Desk(cores=2)
        visit = Visit(own, SMALL)
        try:
            return await play(visit)
        finally:
            visit.close()
            if isinstance(own, Desk):
                own.close()

    return asyncio.run(visited())


def in_hand(visit):
    return visit.scenario, visit.baseline


# undo and redo ----------------------------------------------------------------

STEPS = {
    "weekly": lambda visit: visit.change({"support.supervision.every_weeks": 1}),
    "monthly": lambda visit: visit.change({"support.supervision.every_weeks": 4}),
    "name": lambda visit: visit.change({"name": "Another"}),
    "longer": lambda visit: visit.change({"horizon_weeks": 30}),
    "take": lambda visit: visit.take(WEEKLY),
    "start": lambda visit: visit.start(WEEKLY),
    "compare": lambda visit: visit.compare_with(WEEKLY),
}


@given(st.lists(st.sampled_from(list(STEPS)), max_size=12), st.data())
def test_undo_and_redo_go_through_everything_that_was_in_hand(steps, data):
    async def play(visit):
        history = [in_hand(visit)]
        for step in steps:
            STEPS[step](visit)
            if in_hand(visit) != history[-1]:
                history.append(in_hand(visit))
            assert visit.can_undo == (len(history) > 1)
        at = len(history) - 1
        for _ in range(data.draw(st.integers(0, 20))):
            back = data.draw(st.booleans())
            visit.undo() if back else visit.redo()
            at = max(at - 1, 0) if back else min(at + 1, len(history) - 1)
            assert in_hand(visit) == history[at]
            assert (visit.can_undo, visit.can_redo) == (at > 0, at < len(history) - 1)

    visiting(play, Idle())


def test_a_change_after_an_undo_forgets_what_was_undone():
    async def play(visit):
        visit.change({"name": "Second"})
        visit.undo()
        visit.change({"name": "Third"})
        assert not visit.can_redo
        visit.redo()
        assert visit.scenario.name == "Third"
        visit.undo()
        assert visit.scenario == SMALL

    visiting(play, Idle())


def test_only_so_many_changes_can_be_undone():
    async def play(visit):
        for number in range(MOST_UNDONE + 5):
            visit.change({"name": f"Number {number}"})
        undone = 0
        while visit.can_undo:
            visit.undo()
            undone += 1
        assert undone == MOST_UNDONE
        assert visit.scenario.name == "Number 4"

    visiting(play, Idle())


def test_a_change_that_is_not_allowed_changes_nothing():
    async def play(visit):
        visit.change({"name": "Second"})
        before = in_hand(visit)
        for wrong in ({"support.supervision.every_weeks": -1}, {"no.such.key": 1}, {"horizon_weeks": 0}):
            with pytest.raises(ScenarioError):
                visit.change(wrong)
        assert in_hand(visit) == before
        visit.undo()
        assert visit.scenario == SMALL

    visiting(play, Idle())


def test_another_horizon_is_that_of_the_baseline_too_so_that_there_are_pairs():
    async def play(visit):
        visit.change({"support.supervision.every_weeks": 1})
        visit.change({"horizon_weeks": 30, "costs.discount_rate": 0.0})
        reading = await visit.settled()
        assert visit.baseline.horizon_weeks == 30
        assert visit.baseline.costs.discount_rate == 0.0
        assert visit.baseline.policies == SMALL.policies
        assert reading.contrasts is not None

    visiting(play)


# runs -------------------------------------------------------------------------


def test_the_first_worlds_come_first_and_then_all():
    async def play(visit):
        news = []
        visit.listen(lambda what: news.append((what, visit.reading and visit.reading.worlds, visit.complete)))
        visit.begin()
        reading = await visit.settled()
        assert news == [
            ("scenario", None, False),
            ("reading", FIRST_WORLDS, False),
            ("reading", WORLDS, True),
        ]
        assert reading.contrasts is None  # the baseline beside itself

    visiting(play)


def test_what_is_there_already_is_shown_at_once():
    async def play(visit):
        visit.begin()
        await visit.settled()
        visit.change({"support.supervision.every_weeks": 1})
        await visit.settled()
        news = []
        visit.listen(lambda what: news.append((what, visit.reading.worlds)))
        visit.undo()
        await visit.settled()
        assert news == [("scenario", WORLDS), ("reading", WORLDS)]
        assert visit.reading.scenario == SMALL

    visiting(play)


@settings(max_examples=25)
@given(st.lists(st.sampled_from([*STEPS, "undo", "redo", "pause"]), max_size=10))
def test_however_fast_the_changes_the_reading_ends_as_that_of_the_last(steps):
    async def play(visit):
        shown = []
        visit.listen(lambda what: shown.append((what, visit.reading, visit.scenario)))
        visit.begin()
        for step in steps:
            if step == "pause":
                await asyncio.sleep(0.01)
            elif step in ("undo", "redo"):
                getattr(visit, step)()
            else:
                STEPS[step](visit)
        reading = await visit.settled()
        assert (reading.scenario, reading.baseline) == in_hand(visit)
        assert (reading.worlds, visit.complete, visit.trouble) == (WORLDS, True, "")
        assert all(read.scenario == scenario for what, read, scenario in shown if what == "reading")

    visiting(play)


def test_a_newer_change_cancels_the_run_of_an_older():
    async def play(visit):
        visit.change({"horizon_weeks": 500})
        await asyncio.sleep(0.02)
        old = visit._run
        visit.change({"horizon_weeks": 20})
        await visit.settled()
        assert old.cancelled()
        assert not visit.desk._under_way

    visiting(play)


# trouble ----------------------------------------------------------------------


def test_a_provider_too_large_is_told_of_and_the_last_reading_stays():
    async def play(visit):
        visit.begin()
        before = await visit.settled()
        news = []
        visit.listen(news.append)
        visit.change({"teams.count": 50_000, "horizon_weeks": 500})
        await visit.settled()
        assert news == ["scenario", "trouble"]
        assert "Fewer teams show the same" in visit.trouble
        assert (visit.reading, visit.complete) == (before, False)
        visit.undo()
        await visit.settled()
        assert (visit.trouble, visit.complete) == ("", True)

    visiting(play)


def test_a_run_that_fails_is_told_of_and_the_visit_goes_on(monkeypatch, caplog):
    original = desks.build

    def failing(scenario, **options):
        if scenario.name == "Fails":
            raise ZeroDivisionError
        return original(scenario, **options)

    monkeypatch.setattr(desks, "build", failing)

    async def play(visit):
        visit.change({"name": "Fails"})
        await visit.settled()
        assert "a fault of peersim" in visit.trouble
        assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]
        visit.change({"name": "Runs"})
        reading = await visit.settled()
        assert (reading.scenario.name, visit.trouble, visit.complete) == ("Runs", "", True)

    visiting(play)


def test_the_same_again_tries_again_after_trouble_only():
    async def play(visit):
        visit.begin()
        await visit.settled()
        news = []
        visit.listen(news.append)
        visit.take(SMALL)
        assert news == []
        visit.trouble = "Something."
        visit.take(SMALL)
        await visit.settled()
        assert news[-1] == "reading"

    visiting(play)


def test_a_listener_that_fails_keeps_no_other_from_hearing(caplog):
    async def play(visit):
        heard = []

        def failing(news):
            raise ZeroDivisionError(news)

        visit.listen(failing)
        visit.listen(heard.append)
        with pytest.raises(ZeroDivisionError):
            visit.change({"name": "Second"})
        await visit.settled()
        assert heard == ["scenario", "reading", "trouble"]
        assert "a fault of peersim" in visit.trouble
        assert (visit.scenario.name, visit.reading.scenario.name) == ("Second", "Second")
        assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError] * 2

    visiting(play)


def test_to_begin_runs_what_is_in_hand_unless_that_is_done_or_under_way():
    async def play(visit):
        news = []
        visit.listen(news.append)
        visit.start(SMALL)  # as from a link to what is in hand already
        assert news == []
        visit.begin()
        visit.begin()
        await visit.settled()
        visit.begin()
        assert news == ["scenario", "reading", "reading"]
        assert visit.complete

    visiting(play)


# kept, and gone ---------------------------------------------------------------


def test_runs_are_kept_renamed_and_dropped_up_to_a_number():
    async def play(visit):
        assert not visit.keep("too early")
        visit.begin()
        assert not visit.keep("not complete")
        reading = await visit.settled()
        news = []
        visit.listen(news.append)
        assert all(visit.keep(f"Number {number}") for number in range(MOST_KEPT))
        assert not visit.keep("one too many")
        visit.rename(0, "x" * 1000)
        visit.drop(1)
        assert news == ["kept"] * (MOST_KEPT + 2)
        assert [run.name for run in visit.kept[:2]] == ["x" * limits.LONGEST_NAME, "Number 2"]
        assert all(run.reading is reading for run in visit.kept)
        assert visit.keep("")
        assert visit.kept[-1].name == f"Run {MOST_KEPT}"

    visiting(play)


def test_closing_frees_what_runs_and_tells_nobody():
    async def play(visit):
        news = []
        visit.change({"horizon_weeks": 500})
        visit.listen(news.append)
        await asyncio.sleep(0.02)
        visit.close()
        await visit.settled()
        assert not visit.desk._under_way
        assert news == []
        visit.begin()  # the tab has come back
        await visit.settled()
        assert visit.complete

    visiting(play)


def test_views_that_are_not_shown_hear_nothing():
    async def play(visit):
        news = []
        visit.listen(news.append)
        visit.deaf()
        visit.begin()
        await visit.settled()
        assert news == []

    visiting(play)
