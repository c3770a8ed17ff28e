"""One world as a Mesa model: to watch, to teach with, to subclass.

The week is `peersim.week.WEEK`, run agent by agent through Mesa's `AgentSet.do`.  As long as no act is overridden,
every number equals that of the compiled run (`peersim.run`) to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, NoReturn

import mesa
import numpy as np

from peersim.agents import Clinician, Manager, PeerWorker, Person, Provider, ServiceUser, Team, Vacancy
from peersim.behaviours.founding import found
from peersim.behaviours.measurement import close_books
from peersim.results.results import Batch, Results
from peersim.scenario import Scenario, TeamSpec
from peersim.week import WEEK
from peersim.world.build import build
from peersim.world.compiled import compiling, direct
from peersim.world.draws import MOST_KEY
from peersim.world.measures import WEEKLY
from peersim.world.state import CLINICIAN, MANAGER, PEER, PROVIDER, TEAM, USER, World

OLDEST_MESA = (3, 3)

RECORDS = {
    "provider": PROVIDER,
    "teams": TEAM,
    "peers": PEER,
    "clinicians": CLINICIAN,
    "managers": MANAGER,
    "users": USER,
}
"""Who acts in a week, and the type of their record."""

_POST = ("status", "ordinal")  # a vacant post has status 0
HOLDING = {"peers": _POST, "clinicians": _POST, "managers": _POST, "users": ("occupied", "referral")}
"""Of each group of people: the field that is 0 where nobody is, and the one that numbers who is there."""

PEOPLE = tuple(HOLDING)
COMING_AND_GOING = ("leaving", "hiring", "caseload")
"""Mechanisms in which people come and go."""

EVENTS_OF_STAFF, EVENTS_OF_USERS, SPELLS = 4, 2, 3
"""Most entries in the logs for one row in a week: staff fall ill or come back, leave, and come or are promoted; users
come or go; somebody is removed by hand; and at the horizon every spell is kept."""


@cache
def entry_points() -> dict[str, SimpleNamespace]:
    """Compiled behaviours by who acts and name of the act, to be called with a world and a row."""
    team = TeamSpec(name="Team", peers=1, clinicians=1, users_per_peer=1)
    world = build(Scenario(name="Example", teams=(team,)), weeks=1)
    entries = {who: SimpleNamespace() for who in RECORDS}
    with compiling("agents"):
        for step in WEEK:
            example = (world,) if step.who == "provider" else (world, 0)
            setattr(entries[step.who], step.act, direct(step.behaviour, *example))
    return entries


class PeerSupportModel(mesa.Model):
    """One world of a scenario, stepped week by week with an agent for every person.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    seed, replicate : int
        Key of chance, each 0 to 2**32 - 1: the world is the one that `peersim.run` gives this number.  No seed (None)
        is seed 1, so that nothing is ever left to the clock.
    weeks : int, optional
        Horizon, if other than the scenario's.
    by_team : bool
        Keep weekly measures of each team too.
    peer_worker, clinician, manager, service_user : callable
        Called with the model and a row for every person who comes: a subclass of the agents in `peersim.agents`, or a
        function that picks one.
    team, provider : callable
        The same for teams (called with model, row and name) and the provider (called with the model).

    Attributes
    ----------
    scenario : Scenario
        What is simulated.
    world : World
        Its state (see `peersim.world.state`).
    teams : list of Team
    provider : Provider
    measures : dict
        What was measured in the week lived last, by name (see `peersim.world.measures`).
    datacollector : mesa.DataCollector
        Collects every measure once a week, after the week; may be replaced by another before the first step.

    Raises
    ------
    ImportError
        If Mesa is older than 3.3.
    TypeError, ValueError
        If `scenario` is no Scenario, or `seed` or `replicate` is no key of chance.

    Examples
    --------
    >>> import peersim as ps
    >>> model = ps.PeerSupportModel(ps.demo(), seed=1)  # doctest: +SKIP
    >>> model.run_model()  # doctest: +SKIP
    >>> model.agents_by_type[PeerWorker].agg("identity", min)  # doctest: +SKIP
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int | None = 1,
        replicate: int = 0,
        weeks: int | None = None,
        by_team: bool = False,
        peer_worker: Callable[[Any, int], PeerWorker] = PeerWorker,
        clinician: Callable[[Any, int], Clinician] = Clinician,
        manager: Callable[[Any, int], Manager] = Manager,
        service_user: Callable[[Any, int], ServiceUser] = ServiceUser,
        team: Callable[[Any, int, str], Team] = Team,
        provider: Callable[[Any], Provider] = Provider,
    ) -> None:
        _check_mesa()
        seed = 1 if seed is None else seed
        _check(scenario, seed, replicate)
        super().__init__(rng=[seed, replicate])
        self._plan = scenario if weeks is None else scenario.with_({"horizon_weeks": weeks})
        self.seed, self.replicate, self.weeks = int(seed), int(replicate), self._plan.horizon_weeks
        self.world: World = build(self._plan, seed=seed, replicate=replicate, weeks=self.weeks, by_team=by_team)
        found(self.world)
        self._records = {who: getattr(self.world, who).view(kind, np.ndarray) for who, kind in RECORDS.items()}
        self._clock = self._records["provider"][0]
        self._holds = {who: tuple(self._records[who][name] for name in HOLDING[who]) for who in PEOPLE}
        self._newcomer = dict(zip(PEOPLE, (peer_worker, clinician, manager, service_user), strict=True))
        self.provider = provider(self)
        self.teams = [team(self, row, spec.name) for row, spec in enumerate(self._plan.team_list())]
        self._places: dict[str, list[Any]] = {
            who: [Vacancy(self, who, row) for row in range(len(self._records[who]))] for who in PEOPLE
        }
        self._numbers = {who: np.full(len(self._records[who]), -1) for who in PEOPLE}
        self._turns: dict[str, Any] = {}
        for who in PEOPLE:
            self._settle(who)
        self.measures = dict.fromkeys(WEEKLY, float("nan"))
        self.datacollector = mesa.DataCollector(
            model_reporters={name: partial(_measured, name=name) for name in WEEKLY}
        )

    @property
    def scenario(self) -> Scenario:
        """What is simulated."""
        return self._plan

    @scenario.setter
    def scenario(self, parameters: object) -> None:
        # Mesa 3.4 and newer hands every model a scenario of its own kind; a planner's scenario never changes.
        if isinstance(parameters, Scenario):
            raise AttributeError("scenario: cannot be set; make a new model of the other scenario")

    @property
    def week(self) -> int:
        """Weeks lived so far."""
        return int(self._clock["week"])

    @property
    def peers(self) -> Any:
        """Peer workers in post, in the order in which they act: a Mesa AgentSet, as the next three."""
        return self._present("peers")

    @property
    def clinicians(self) -> Any:
        """Clinicians and other staff in post."""
        return self._present("clinicians")

    @property
    def managers(self) -> Any:
        """Managers in post."""
        return self._present("managers")

    @property
    def users(self) -> Any:
        """Service users on a caseload."""
        return self._present("users")

    def step(self) -> None:
        """Live one week, in the order of `peersim.week.WEEK`.

        Raises
        ------
        RuntimeError
            At the horizon: the books are closed.
        """
        if self.week >= self.weeks:
            raise RuntimeError(f"the horizon of {self.weeks} weeks is reached; for more, make the model with weeks=...")
        self._make_room()
        for who, act, mechanism in _ORDER:
            self._turn(who).do(act)
            if mechanism in COMING_AND_GOING:
                self._settle(who)
        self._clock["week"] += 1
        if self.week == self.weeks:
            close_books(self.world)
            self.running = False
        self.measures = dict(zip(WEEKLY, self.world.weekly[self.week - 1].tolist(), strict=True))
        self.datacollector.collect(self)

    def run_model(self) -> None:
        """Live all weeks to the horizon."""
        while self.running:
            self.step()

    def results(self) -> Results:
        """What `peersim.run` would return for this one replicate.

        Raises
        ------
        RuntimeError
            Before the horizon.
        """
        return Results(self._plan, [self.batch()], replicates=1, seed=self.seed)

    def batch(self) -> Batch:
        """The arrays behind the results: what `peersim.chunks` would yield for this one replicate.

        Raises
        ------
        RuntimeError
            Before the horizon.
        """
        if self.running:
            raise RuntimeError(f"results are there at the horizon; this is week {self.week} of {self.weeks}")
        batch = Batch.empty(self.replicate, 1, self.world)
        batch.weekly[0] = self.world.weekly
        batch.team_weekly[0] = self.world.team_weekly
        batch.keep(0, self.world)
        return batch

    def holder(self, who: str, row: int) -> Any:
        """The person in a row of `who` (``peers``, ``clinicians``, ``managers``, ``users``), or None."""
        holder = self._places[who][row]
        return holder if isinstance(holder, Person) else None

    def vacate(self, who: str, row: int) -> None:
        """Take note that nobody is in a row of `who` any more."""
        self._places[who][row] = Vacancy(self, who, row)
        self._numbers[who][row] = -1
        self._turns.pop(who, None)

    def record(self, who: str, row: int) -> Any:
        """The record in a row of `who`, not a copy."""
        return self._records[who][row]

    def acts(self, who: str) -> SimpleNamespace:
        """The compiled behaviours of `who`, by name of the act."""
        return entry_points()[who]

    def _turn(self, who: str) -> Any:
        # Sorted by row, as the compiled loops are; made anew only after somebody came or went.
        if who not in self._turns:
            others = {"provider": [self.provider], "teams": self.teams}
            self._turns[who] = mesa.agent.AgentSet(others.get(who) or self._places[who], self.random)
        return self._turns[who]

    def _present(self, who: str) -> Any:
        people = [holder for holder in self._places[who] if isinstance(holder, Person)]
        return mesa.agent.AgentSet(people, self.random)

    def _settle(self, who: str) -> None:
        """Let agents go whose person has left, and bring in one for every newcomer."""
        taken, number = self._holds[who]
        numbers = np.where(taken, number, -1)
        for row in np.flatnonzero(numbers != self._numbers[who]).tolist():
            leaver = self.holder(who, row)
            if leaver is not None:
                self.vacate(who, row)
                leaver.remove()
            if numbers[row] >= 0:
                self._places[who][row] = self._newcomer[who](self, row)
                self._numbers[who][row] = numbers[row]
                self._turns.pop(who, None)

    def _make_room(self) -> None:
        """Make the logs longer if a week could fill them."""
        world = self.world
        staff = len(world.peers) + len(world.clinicians) + len(world.managers)
        events = EVENTS_OF_STAFF * staff + EVENTS_OF_USERS * len(world.users)
        self.world = world._replace(
            events=_with_room(world.events, int(self._clock["n_events"]), events),
            spells=_with_room(world.spells, int(self._clock["n_spells"]), SPELLS * len(world.peers)),
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a PeerSupportModel cannot be copied or pickled, since its agents share its memory; "
            "make it again with the same scenario, seed and replicate: it will be equal to the last bit"
        )

    def __repr__(self) -> str:
        key = f"seed {self.seed}, replicate {self.replicate}"
        people = ", ".join(f"{len(self._present(who))} {who}" for who in PEOPLE)
        return f"{type(self).__name__}({self._plan.name!r}, week {self.week} of {self.weeks}, {key}, {people})"


_ORDER = tuple((step.who, step.act, step.mechanism) for step in WEEK)


def _with_room(log: Any, used: int, more: int) -> Any:
    if used + more <= len(log):
        return log
    longer = np.zeros(2 * len(log) + more, log.dtype).view(np.recarray)
    longer[:used] = log[:used]
    return longer


def _measured(model: PeerSupportModel, name: str) -> float:
    return model.measures[name]


def _check_mesa() -> None:
    version = tuple(int(number) for number in mesa.__version__.split(".")[:2])
    if version < OLDEST_MESA:
        raise ImportError(f"peersim needs Mesa 3.3 or newer; found {mesa.__version__}: pip install 'mesa>=3.3,<4'")


def _check(scenario: object, seed: Any, replicate: Any) -> None:
    if not isinstance(scenario, Scenario):
        raise TypeError(
            f"scenario: found {scenario!r}; allowed: a Scenario (for mesa.batch_run, in a list: "
            "it takes anything else apart)"
        )
    for name, value in (("seed", seed), ("replicate", replicate)):
        if not (isinstance(value, int | np.integer) and 0 <= value <= MOST_KEY):
            raise ValueError(f"{name}: found {value!r}; allowed: a whole number from 0 to {MOST_KEY}")
