"""The part of the view that finds out which policies carry the difference."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

import pandas as pd
from nicegui import ui

from peersim.analysis import words
from peersim.analysis.matching import effective_changes
from peersim.app import fields
from peersim.app.bars import BarChart
from peersim.app.limits import TooLargeError
from peersim.app.parts import Text, attributed, button, part, status, table
from peersim.app.visit import Visit
from peersim.app.why import telling
from peersim.app.why.attributing import BY, Found, Plan, StoppedError, Work, plan
from peersim.app.why.causes import INTERVAL, as_bars, in_words, numbers, sentences
from peersim.results.outcomes import GROUPS, OUTCOMES, Outcome
from peersim.scenario import Scenario, ScenarioError

log: Final = logging.getLogger("peersim.app")

FIND: Final = "Find out which policies carry the difference"
LOOKED_AT: Final = 0.25
"""Seconds between two looks at how far it is."""


class Memory:
    """What a visitor has found out, and what they look at."""

    def __init__(self) -> None:
        self.about: tuple[Scenario, Scenario] | None = None
        self.found: dict[str, Found] = {}
        self.by, self.outcome = "theme", "identity"

    def turn_to(self, base: Scenario, bundle: Scenario) -> None:
        """Forget what was found of other scenarios."""
        if self.about != (base, bundle):
            self.about, self.found = (base, bundle), {}


_memories: WeakKeyDictionary[Visit, Memory] = WeakKeyDictionary()


def carrying(visit: Visit) -> Callable[[], None]:
    """Draw the part; what is returned draws it anew, for another scenario."""
    with _Left("section").classes("card") as place:
        attributed(place, aria_labelledby="why-carrying")
        attributed(Text("h2", "Which policies carry the difference"), id="why-carrying")
        shown = Carrying(visit, _memories.setdefault(visit, Memory()))
    place.left = shown.stop
    return shown.begin


class _Left(ui.element):
    """An element that tells when it goes: another view is shown, or the tab is closed."""

    left: Callable[[], None] = staticmethod(lambda: None)

    def _handle_delete(self) -> None:
        self.left()
        super()._handle_delete()


class Carrying:
    """What is drawn of it: a question, how far the answer is, the answer; drawn into the slot at hand.

    What can be chosen and pressed stays in its place, so that nobody's focus is lost.

    Parameters
    ----------
    visit : Visit
    memory : Memory
    """

    def __init__(self, visit: Visit, memory: Memory) -> None:
        self._visit, self._memory = visit, memory
        self._plan: Plan | None = None
        self._work: Work | None = None
        self._nothing = Text("p", "Nothing is changed, so there is no difference to carry. Change a policy first.")
        self._question = part("div", "row")
        with self._question:
            fields.choices("Outcome", _outcomes(), memory.outcome, self._look_at)
            fields.choice("Taken apart by", BY, memory.by, self._part_by)
        self._answer = part("div", "stack why-answer")
        self._button = button("", self._pressed, kind="main")
        self._said = status()
        self.begin()

    def begin(self) -> None:
        """Draw for the scenario in hand; what is under way for another is of no use any more."""
        self._memory.turn_to(self._visit.baseline, self._visit.scenario)
        self._redraw()

    def stop(self) -> None:
        """Find out no more."""
        if self._work is not None:
            self._work.stop()
            self._work = None

    # drawing -----------------------------------------------------------------

    def _redraw(self) -> None:
        self.stop()
        self._draw("")

    def _draw(self, said: str) -> None:
        self._said.text = said
        self._plan = None
        differs = bool(effective_changes(self._visit.baseline, self._visit.scenario))
        self._nothing.set_visibility(not differs)
        self._question.set_visibility(differs)
        self._answer.clear()
        if differs:
            with self._answer:
                self._plan = self._answered()
        self._button.text = FIND
        self._button.set_visibility(self._plan is not None)

    def _answered(self) -> Plan | None:
        """Draw what is known; what it takes to find out, if that is what there is to do."""
        memory = self._memory
        found = memory.found.get(memory.by)
        if found is not None:
            _answer(found, memory.outcome)
            return None
        try:
            wanted = plan(self._visit.baseline, self._visit.scenario, memory.by)
        except TooLargeError as error:
            Text("p", str(error), "trouble")
            return None
        if len(wanted.parts) == 1:
            Text("p", telling.only(wanted))
            return None
        Text("p", telling.takes(wanted))
        return wanted

    def _look_at(self, outcome: str) -> None:
        if outcome in OUTCOMES:
            self._memory.outcome = outcome
            if self._work is None:
                self._draw("")

    def _part_by(self, by: str) -> None:
        if by in BY:
            self._memory.by = by
            self._redraw()

    # finding out -------------------------------------------------------------

    async def _pressed(self) -> None:
        """Find out, or find out no more."""
        if self._work is not None:
            self._redraw()
        elif self._plan is not None:
            await self._find(self._plan)

    async def _find(self, wanted: Plan) -> None:
        work = self._work = Work(self._visit.desk, wanted)
        self._said.text, self._button.text = "Finding out.", "Cancel"
        self._answer.clear()
        with self._answer:
            _progress(work)
        told = await self._told(work, wanted)
        if self._work is work:
            self._work = None
            self._draw(told)

    async def _told(self, work: Work, wanted: Plan) -> str:
        """Find out and remember; what there is to say of it."""
        try:
            found = await work.find()
        except (StoppedError, asyncio.CancelledError):
            return "Stopped."
        except ScenarioError as error:
            return f"These policies cannot be had one without the other: {error}"
        except Exception:
            log.exception("which policies carry a difference could not be found out")
            return "That could not be found out: a fault of peersim, not of yours."
        if self._memory.about == (wanted.base, wanted.bundle):
            self._memory.found[wanted.by] = found
        return "Done: what each part carries stands above."


def _progress(work: Work) -> None:
    """How far it is."""
    with part("label", "field why-progress"):
        words_for_it = Text("span", "Waiting: somebody else is being served.", "field-label")
        bar = part("progress")

    def look() -> None:
        if work.total:
            words_for_it.text = f"{work.done:,} of {work.total:,} worlds"
            attributed(bar, max=str(work.total), value=str(work.done))

    ui.timer(LOOKED_AT, look)


def _outcomes() -> list[fields.Group]:
    return [(group, {name: OUTCOMES[name].label for name in names}) for group, names in GROUPS.items()]


# the answer -------------------------------------------------------------------


def _answer(found: Found, outcome: str) -> None:
    meant = OUTCOMES[outcome]
    sentences(telling.carried(found, outcome))
    rows = found.rows(outcome).sort_values("share", ascending=False)

    def write(number: float) -> str:
        return words.change(number, meant)

    if rows["share"].notna().all():
        total = found.total.loc[[outcome]].rename(columns={"difference": "share"}).assign(label="All together")
        drawn = pd.concat([rows, total])
        axis = f"{meant.label} ({meant.unit.replace('pounds', '£')}; {meant.better_is} is better)"
        label = in_words(axis, drawn, "share", write, "label")
        BarChart(label, drawn["label"].tolist(), [as_bars("Share", drawn, "share")], write, axis=axis)
    Text("p", telling.about(found), "soft")
    with part("div"):
        with numbers("All shares in numbers"):
            _share_table(rows, found, meant, outcome)
        with numbers("What each part changes"):
            table("What each part changes", ["Part", "Policy", "Baseline", "Now"], telling.parts(found.plan))


def _share_table(rows: pd.DataFrame, found: Found, meant: Outcome, outcome: str) -> None:
    cells = [
        [
            row["label"],
            words.change(row["share"], meant),
            words.limits(row, meant),
            *(words.change(row[name], meant) for name in ("alone", "last")),
        ]
        for row in rows.to_dict("records")
    ]
    total = found.total.to_dict("index")[outcome]
    cells.append(["All together", words.change(total["difference"], meant), words.limits(total, meant), "", ""])
    table(f"{meant.label}, by part", ["Part", "Share", INTERVAL, "Alone", "On top of the rest"], cells)
