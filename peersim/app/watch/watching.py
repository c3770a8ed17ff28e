"""What one visitor watches: a world, the week it is in, what happened so far, and the person in view.

A world is stepped in a thread, and by one task at a time; what the page reads is plain values made in that thread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar

from peersim.app import limits
from peersim.app.desk import SEED, Desk
from peersim.app.turns import Urgency
from peersim.app.watch import happenings
from peersim.app.watch.portrait import Portrait, portrait, vacancy
from peersim.app.watch.snapshot import KINDS, Snapshot, snapshot
from peersim.app.watch.watched import WatchedModel, compile_agents
from peersim.report.story import story
from peersim.scenario import Scenario, TeamSpec
from peersim.world import draws
from peersim.world.draws import MOST_KEY
from peersim.world.state import CHANGED_ROLE, DISCHARGED, DROPPED_OUT, LEFT

T = TypeVar("T")

COURSES: Final = ("identity", "exhaustion", "peers_in_post")
"""Measures whose course is shown."""
STRIDE: Final = 2_000
"""Person-weeks lived in one go on the way to another week: some ten milliseconds, then others have their turn."""
MOST_TOLD: Final = 100
"""Weeks of the log that are kept."""
GOING: Final = (LEFT, CHANGED_ROLE, DISCHARGED, DROPPED_OUT)


class Watching:
    """What one visitor watches.

    Parameters
    ----------
    desk : Desk

    Attributes
    ----------
    scenario : Scenario or None
        What is watched; None before the first.
    replicate : int
        Which of its worlds.
    now : Snapshot or None
        What is seen after the week lived last.
    person : Portrait or None
        The person in view.
    log : deque of (int, list of str)
        What happened, week by week, newest first.
    courses : dict
        What was measured in each week lived, by measure.
    sentence : str
        The week lived last in a sentence.
    pages : list of range
        Teams that are shown at once.
    page : int
        Which of them are shown.
    trouble : str
        Why nothing can be watched; empty if it can.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._alone = asyncio.Lock()
        self._model: WatchedModel | None = None
        self._agent: Any = None
        self._post: tuple[str, int] | None = None
        self._left: dict[tuple[int, int, int, int], int] = {}
        self._way = 0
        self.scenario: Scenario | None = None
        self.replicate = 0
        self.now: Snapshot | None = None
        self.person: Portrait | None = None
        self.log: deque[tuple[int, list[str]]] = deque(maxlen=MOST_TOLD)
        self.courses: dict[str, list[float]] = {}
        self.sentence = ""
        self.pages: list[range] = []
        self.page = 0
        self.trouble = ""

    @property
    def week(self) -> int:
        """Weeks lived."""
        return self.now.week if self.now else 0

    @property
    def over(self) -> bool:
        """Whether no week is left."""
        return self.now is None or self.now.week >= self.now.weeks

    async def open(self, scenario: Scenario) -> bool:
        """Go on where the visitor left off, or begin with another scenario; whether another was watched before."""
        self._way += 1
        return await self._do(self._open, scenario)

    async def begin(self, scenario: Scenario, replicate: int) -> None:
        """Watch a world of a scenario from before its first week."""
        self._way += 1
        await self._do(self._begin, scenario, replicate)

    async def step(self) -> None:
        """Live one week, if one is left."""
        self._way += 1
        await self._do(self._live, 1)

    async def go_to(self, week: int, wanted: Callable[[], bool]) -> bool:
        """Live on to a week, or again from the start to an earlier one, as long as it is `wanted`.

        Returns
        -------
        bool
            Whether nothing else was asked for on the way (a step, another week, another world): that ends it.
        """
        self._way += 1
        way = self._way
        if self.scenario is None or self.now is None:
            return True
        await self._do(self._back_before, week)
        stride = max(1, STRIDE // limits.n_people(self.scenario))
        while way == self._way and wanted() and self.week < week and not self.over:
            await self._do(self._live, min(stride, week - self.week))
        return way == self._way

    async def choose(self, place: str) -> None:
        """Bring a person, or a vacant post, into view."""
        await self._do(self._choose, place)

    async def let_go(self) -> None:
        """Have nobody in view."""
        await self._do(self._choose, "")

    async def turn_to(self, page: int) -> None:
        """Show other teams."""
        await self._do(self._turn_to, page)

    async def tell(self) -> str:
        """The story so far of the peer worker in view, told as if the time watched ended now: nothing is foretold."""
        if self.scenario is None or self.person is None or not self.person.person or not self.week:
            return ""
        told = so_far(self.scenario, self.week)
        return await self._desk.aside(story, told, seed=SEED, replicate=self.replicate, person=self.person.person)

    async def _do(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function that touches the world, alone; also if the view is left meanwhile, it is let finish."""

        async def alone() -> T:
            async with self._alone:
                return await self._desk.work(Urgency.FIRST_LOOK, function, *args)

        return await asyncio.shield(asyncio.ensure_future(alone()))

    # in a thread -------------------------------------------------------------

    def _open(self, scenario: Scenario) -> bool:
        before = self.scenario
        if scenario != before:
            self._begin(scenario, self.replicate)
        return before is not None and scenario != before

    def _begin(self, scenario: Scenario, replicate: int) -> None:
        same = scenario == self.scenario
        chosen = self.person.place if same and self.person is not None else ""
        self.scenario, self.replicate = scenario, min(MOST_KEY, max(0, replicate))
        self._model = self._agent = self._post = self.now = self.person = None
        self._left, self.courses, self.sentence = {}, {name: [] for name in COURSES}, ""
        self.log.clear()
        try:
            limits.watched(scenario)
        except limits.TooLargeError as error:
            self.trouble = str(error)
            return
        self.trouble = ""
        self._model = WatchedModel(scenario, self.replicate)
        self.pages, self.page = pages(scenario), self.page if same else 0
        self._choose(chosen)

    def _back_before(self, week: int) -> None:
        """Begin again, if more weeks than that have been lived."""
        if self.scenario is not None and week < self.week:
            self._begin(self.scenario, self.replicate)

    def _live(self, weeks: int) -> None:
        model = self._model
        if model is None:
            return
        for _ in range(weeks):
            if not model.running:
                break
            model.step()
            for one in model.happened:
                if one.event in GOING:
                    self._left[(one.kind, one.team, one.post, one.ordinal)] = model.week
            if lines := happenings.told(model):
                self.log.appendleft((model.week, lines))
            for name, course in self.courses.items():
                course.append(float(model.measures[name]))
        self._look()

    def _choose(self, place: str) -> None:
        self._agent = self._post = None
        who, _, row = place.partition("-")
        if (
            self._model is not None
            and who in KINDS
            and row.isdecimal()
            and int(row) < len(getattr(self._model.world, who))
        ):
            self._post = who, int(row)
        self._look()

    def _turn_to(self, page: int) -> None:
        self.page = min(len(self.pages) - 1, max(0, page))
        self._look()

    def _look(self) -> None:
        model = self._model
        if model is None:
            return
        self.person = self._portrait(model)
        self.sentence = happenings.sentence(model)
        self.now = snapshot(model, self.pages[self.page])

    def _portrait(self, model: WatchedModel) -> Portrait | None:
        if self._agent is None and self._post is not None:
            self._agent = model.holder(*self._post)
        if self._agent is not None:
            return portrait(
                model, self._agent, None if self._agent.here else self._left.get(_key(self._agent), model.week)
            )
        if self._post is None or self._post[0] == "users":
            return None
        return vacancy(model, *self._post)


def prepare() -> None:
    """Compile what stepping and telling need, or load it compiled, so that nobody waits for it on the page."""
    compile_agents()
    team = TeamSpec(name="Team", peers=1, clinicians=1, users_per_peer=1)
    story(Scenario(name="Example", teams=(team,), horizon_weeks=1))


def pages(scenario: Scenario) -> list[range]:
    """Teams that are drawn at once, one after the other, so that no drawing has too many people in it.

    A team that is too large by itself is on a page of its own.
    """
    found, first, people = [], 0, 0
    for row, team in enumerate(scenario.team_list()):
        size = team.peers * (1 + team.users_per_peer) + team.clinicians + 1
        if row > first and (people + size > limits.MOST_DRAWN or row - first == limits.MOST_TEAMS_DRAWN):
            found.append(range(first, row))
            first, people = row, 0
        people += size
    return [*found, range(first, scenario.n_teams)]


def so_far(scenario: Scenario, weeks: int) -> Scenario:
    """A scenario whose time ends after so many weeks; what happens until then is the same."""
    begun = tuple(change for change in scenario.changes if change.week < weeks)
    return scenario.model_copy(update={"horizon_weeks": weeks, "changes": begun})


def _key(agent: Any) -> tuple[int, int, int, int]:
    """How the event log knows somebody."""
    if agent.who == "users":
        return draws.USER, agent._record["team"].item(), agent.referral, 0
    return KINDS[agent.who], int(agent._record["team"]), agent.post, agent.ordinal
