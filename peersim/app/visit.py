"""One visitor: the scenario in hand, what it is compared with, what was kept, and the run under way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from peersim.app import limits
from peersim.app.desk import Desk
from peersim.app.reading import Reading, read
from peersim.app.turns import Urgency
from peersim.scenario import Scenario, ScenarioError

News = Literal["scenario", "reading", "kept", "trouble"]
Listener = Callable[[News], None]

log: Final = logging.getLogger("peersim.app")


@dataclass(frozen=True)
class Kept:
    """A run kept on the chart, under a name."""

    name: str
    reading: Reading


class Visit:
    """What one visitor does, without any page.

    Every change gives a new scenario and runs it; a newer change cancels the run of an older one.

    Parameters
    ----------
    desk : Desk
    scenario : Scenario
        To begin with, also as the baseline.

    Attributes
    ----------
    scenario, baseline : Scenario
    reading : Reading or None
        The newest there is, of this scenario or still of the one before; None before the first.
    kept : list of Kept
    complete : bool
        Whether the reading is of the scenario in hand, and of all its worlds.
    trouble : str
        Why the scenario in hand cannot be run; empty if it can.
    """

    def __init__(self, desk: Desk, scenario: Scenario) -> None:
        self.desk = desk
        self.scenario = self.baseline = scenario
        self.complete = False
        self.reading: Reading | None = None
        self.kept: list[Kept] = []
        self.trouble = ""
        self._before: list[tuple[Scenario, Scenario]] = []
        self._after: list[tuple[Scenario, Scenario]] = []
        self._listeners: list[Listener] = []
        self._beside: list[Visit] = []
        self._run: asyncio.Task[None] | None = None

    # what the visitor does ---------------------------------------------------

    def change(self, changes: Mapping[str, object]) -> None:
        """Change keys of the scenario in hand (see `Scenario.with_`).

        Raises
        ------
        ScenarioError
            For a key that does not exist or a value out of its range; nothing is changed then.
        """
        self.take(self.scenario.with_(changes))

    def take(self, scenario: Scenario, *, going_on: bool = False) -> None:
        """Take another scenario in hand, compared with the same baseline; `undo` brings back the one before.

        Parameters
        ----------
        scenario : Scenario
        going_on : bool
            Whether this goes on with the change before it, as while something is dragged: both are undone as one.

        Raises
        ------
        FrameError
            If the baseline cannot be watched for as long; nothing is changed then.
        """
        self._turn_to(scenario, framed(self.baseline, scenario), going_on=going_on)

    def start(self, scenario: Scenario) -> None:
        """Start from another scenario: what is changed from now on is compared with it."""
        self._turn_to(scenario, scenario)

    def compare_with(self, baseline: Scenario) -> None:
        """Compare with another scenario from now on.

        Raises
        ------
        FrameError
            If that cannot be watched for as long as the scenario in hand; nothing is changed then.
        """
        self._turn_to(self.scenario, framed(baseline, self.scenario))

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone change to do again."""
        return bool(self._after)

    def undo(self) -> None:
        """Take back the last change, if there is one."""
        if self._before:
            self._after.append((self.scenario, self.baseline))
            self._hold(*self._before.pop())

    def redo(self) -> None:
        """Do again what was undone last, if anything was."""
        if self._after:
            self._before.append((self.scenario, self.baseline))
            self._hold(*self._after.pop())

    def keep(self, name: str) -> bool:
        """Keep the run on the chart under a name; False if there is nothing new to keep, or no more room."""
        if self.reading is None or not self.complete or len(self.kept) >= limits.MOST_KEPT:
            return False
        self.kept.append(Kept(name[: limits.LONGEST_NAME] or f"Run {len(self.kept) + 1}", self.reading))
        self.tell("kept")
        return True

    def rename(self, number: int, name: str) -> None:
        """Give a kept run another name."""
        self.kept[number] = Kept(name[: limits.LONGEST_NAME], self.kept[number].reading)
        self.tell("kept")

    def drop(self, number: int) -> None:
        """Keep a run no longer."""
        del self.kept[number]
        self.tell("kept")

    # what the page is told ---------------------------------------------------

    def listen(self, listener: Listener) -> None:
        """Call with news: a new scenario in hand, a new reading, other runs kept, trouble."""
        self._listeners.append(listener)

    def deaf(self) -> None:
        """Forget all listeners: another view is shown."""
        self._listeners = []

    def tell(self, news: News) -> None:
        """Tell every listener; one that fails keeps no other from hearing.

        Raises
        ------
        Exception
            The first that a listener raised, once all have been told.
        """
        faults = []
        for listener in list(self._listeners):
            try:
                listener(news)
            except Exception as fault:
                faults.append(fault)
        if faults:
            raise faults[0]

    # running -----------------------------------------------------------------

    def begin(self) -> None:
        """Run the scenario in hand, unless that is done or under way."""
        at_work = self._run is not None and not self._run.done() and not self._run.cancelling()
        if not self.complete and not at_work:
            self._hold(self.scenario, self.baseline)

    async def settled(self) -> Reading | None:
        """Wait until no run is under way; the reading there is then."""
        while self._run is not None and not self._run.done():
            await asyncio.wait([self._run])
        return self.reading

    def accompany(self, other: Visit) -> None:
        """Free what another visit runs when this one is closed: it is the same visitor's, as in a lesson."""
        self._beside.append(other)

    def close(self) -> None:
        """Free what runs: the visitor has gone."""
        self.deaf()
        for visit in (self, *self._beside):
            visit._stop()

    def _stop(self) -> None:
        if self._run is not None:
            self._run.cancel()

    def _turn_to(self, scenario: Scenario, baseline: Scenario, *, going_on: bool = False) -> None:
        if (scenario, baseline) == (self.scenario, self.baseline) and not self.trouble:
            return
        if not going_on:
            self._before = [*self._before, (self.scenario, self.baseline)][-limits.MOST_UNDONE :]
        self._after = []
        self._hold(scenario, baseline)

    def _hold(self, scenario: Scenario, baseline: Scenario) -> None:
        self._stop()
        self.scenario, self.baseline = scenario, baseline
        self.complete, self.trouble = False, ""
        self._run = asyncio.get_running_loop().create_task(self._read(scenario, baseline))
        self.tell("scenario")

    async def _read(self, scenario: Scenario, baseline: Scenario) -> None:
        """Run scenario and baseline: the first worlds at once, then all."""
        try:
            most = min(limits.worlds(scenario), limits.worlds(baseline))
            there = all(self.desk.remembers(case, most) for case in (scenario, baseline))
            for worlds in [most] if there else sorted({limits.FIRST_WORLDS, most}):
                urgency = Urgency.FIRST_LOOK if worlds <= limits.FIRST_WORLDS else Urgency.THE_REST
                here = await self.desk.results(scenario, worlds, urgency)
                there_too = await self.desk.results(baseline, worlds, urgency)
                self.reading = await self.desk.work(urgency, read, there_too, here)
                self.complete = worlds == most
                self.tell("reading")
        except limits.TooLargeError as error:
            self._in_trouble(str(error))
        except Exception:
            log.exception("a run failed")
            self._in_trouble("This scenario could not be run: a fault of peersim, not of yours. Undo, or change it.")

    def _in_trouble(self, why: str) -> None:
        self.trouble = why
        try:
            self.tell("trouble")
        except Exception:
            log.exception("trouble could not be told of")


class FrameError(ScenarioError):
    """A baseline that cannot be watched for as long as the scenario in hand."""

    def __str__(self) -> str:
        return f"The baseline cannot be watched for as many weeks as this scenario.\n{super().__str__()}"


def framed(baseline: Scenario, scenario: Scenario) -> Scenario:
    """A baseline watched for as long as a scenario, with costs of the same year: else no difference means anything."""
    frame = {
        "horizon_weeks": scenario.horizon_weeks,
        "costs.price_year": scenario.costs.price_year,
        "costs.discount_rate": scenario.costs.discount_rate,
    }
    try:
        return baseline.with_(frame)
    except ScenarioError as error:
        raise FrameError(error.problems) from None
