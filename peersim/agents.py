"""The people of a world as Mesa agents: state as attributes, relations as objects, acts as methods.

Each agent is one person: a spell in a post, or a stay on a caseload.  Their state lives in a record of the world's
arrays, on which the compiled behaviours work; an attribute reads and sets that record.  Each act calls one behaviour.
A subclass that overrides an act changes what that person does and nothing else:

>>> class Unbending(PeerWorker):
...     def take_tasks(self):
...         "Let nobody pass on a task."

Everybody's luck of the week is an attribute too.  An override can settle what chance would have settled and leave the
rest to the behaviour: ``self.luck_leaving = 0.0`` before ``super().consider_leaving()`` makes the person leave.
What is set by hand is in no ledger.

Who has left keeps their record as it was at the end: it can be read, but not set, and they act no more.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NoReturn, TypeVar
from weakref import WeakKeyDictionary

import mesa

from peersim.behaviours.leaving import empty_post, vacate_peer
from peersim.behaviours.supervision import line_manager
from peersim.world import draws
from peersim.world.events import note_person, note_user
from peersim.world.measures import SHARE
from peersim.world.state import (
    BY_TEAM_MANAGER,
    CLINICIAN_FIELDS,
    DISCHARGED,
    EXECUTIVE,
    LEFT,
    LEFT_JOB,
    MANAGER_FIELDS,
    MIDDLE_MANAGER,
    OFF_SICK,
    PEER_FIELDS,
    PROVIDER_FIELDS,
    TEAM_FIELDS,
    USER_FIELDS,
    Field,
)

AnyActor = TypeVar("AnyActor", bound="type[Actor]")


class State:
    """One field of a record, as an attribute that can be read and set.

    A row of numbers (a ledger, say) is given as an array on the record itself.

    Parameters
    ----------
    field : Field
        Name, type, unit and meaning of the field.
    """

    def __init__(self, field: Field) -> None:
        self.field = field
        self.__doc__ = f"{field.meaning} ({field.unit})."

    def __get__(self, actor: Actor | None, kind: type | None = None) -> Any:
        if actor is None:
            return self
        value = actor._record[self.field.name]
        return value if self.field.length else value.item()

    def __set__(self, actor: Actor, value: Any) -> None:
        actor._must_be_here()
        name, kind, unit, _, length = self.field
        if not length:
            if not math.isfinite(value):
                raise ValueError(f"{name}: found {value}; allowed: a finite number")
            if unit == SHARE and not 0.0 <= value <= 1.0:
                raise ValueError(f"{name}: found {value}; allowed: 0 to 1")
            if not kind.startswith("f") and value != int(value):
                raise ValueError(f"{name}: found {value}; allowed: a whole number")
        actor._record[name] = value


def carries(fields: tuple[Field, ...], *relations: str) -> Callable[[AnyActor], AnyActor]:
    """Give a class an attribute for each field of its record, except those that a relation of that name stands for."""

    def decorate(kind: AnyActor) -> AnyActor:
        for field in fields:
            if field.name not in relations:
                setattr(kind, field.name, State(field))
        return kind

    return decorate


class _NoActs:
    """The acts of somebody who has left: none."""

    def __getattr__(self, act: str) -> NoReturn:
        raise RuntimeError(f"{act}: this person has left, and what they were can only be read")


class Actor:
    """Whoever has a record in the world and acts in the week.

    Attributes
    ----------
    model : PeerSupportModel
        The world they are in.
    row : int
        Row of their record.
    """

    who: ClassVar[str]
    """Their group: the `who` of `peersim.week.Step`, and the name of the array in the world."""

    model: Any
    row: int

    def _take_row(self, model: Any, row: int) -> None:
        self.row = row
        self._record = model.record(self.who, row)
        self._acts = model.acts(self.who)

    def _must_be_here(self) -> None:
        if isinstance(self._acts, _NoActs):
            raise RuntimeError(f"{self!r} has left, and what they were can only be read")


class InTeam(Actor):
    """Somebody who belongs to one team."""

    @property
    def team(self) -> Team:
        """Their team."""
        team: Team = self.model.teams[self._record["team"]]
        return team


class _Numbers(WeakKeyDictionary[mesa.Model, Iterator[int]]):
    """What the next person in a model is numbered; mesa's own would keep every model that there ever was."""

    def __getitem__(self, model: mesa.Model) -> Iterator[int]:
        return self.setdefault(model, itertools.count(1))


class Person(Actor, mesa.Agent):
    """One person, for as long as they are in post or on a caseload.

    Parameters
    ----------
    model : PeerSupportModel
        The world they come into.
    row : int
        Row of their record, which is theirs already.
    """

    _ids: ClassVar[_Numbers] = _Numbers()

    def __init__(self, model: Any, row: int) -> None:
        self._take_row(model, row)
        super().__init__(model)

    @property
    def here(self) -> bool:
        """Whether they are still there."""
        return not isinstance(self._acts, _NoActs)

    def remove(self) -> None:
        """Leave the model.

        Called by the model when somebody has left or been discharged.  Called by hand, it makes them leave now: the
        post falls vacant, or the place on the caseload empties, and the event is logged.
        """
        if self.here:
            if self.model.holder(self.who, self.row) is self:
                self._give_up_place()
                self.model.vacate(self.who, self.row)
            self._record = self._last_record()
            self._acts = _NoActs()
        super().remove()

    def _give_up_place(self) -> None:
        raise NotImplementedError

    def _last_record(self) -> Any:
        return self._record.copy()


class Staff(Person):
    """Somebody in a post."""

    kind: ClassVar[int]
    """Kind of person in the key of chance and in the event log."""

    @property
    def spell(self) -> tuple[int, int, int]:
        """Team, post and ordinal: which holder of which post they are."""
        return int(self._record["team"]), int(self._record["post"]), int(self._record["ordinal"])

    @property
    def off_sick(self) -> bool:
        """Whether they are off sick."""
        return bool(self._record["status"] == OFF_SICK)

    def open_week(self) -> None:
        """Start the week: clear the diary; the week's luck is drawn."""
        self._acts.open_week(self.model.world, self.row)

    def be_absent(self) -> None:
        """Go off sick, come back, or neither (10. absence)."""
        self._acts.be_absent(self.model.world, self.row)

    def consider_leaving(self) -> None:
        """Stay or leave (11. leaving)."""
        self._acts.consider_leaving(self.model.world, self.row)

    def fill_post(self) -> None:
        """Hold the post, and as a peer worker perhaps be promoted in it (12. hiring; vacant posts are filled here)."""
        self._acts.fill_post(self.model.world, self.row)

    def _give_up_place(self) -> None:
        record = getattr(self.model.world, self.who)[self.row]
        note_person(self.model.world, LEFT, self.kind, record)
        empty_post(record)

    def __repr__(self) -> str:
        team, post, ordinal = self.spell
        return f"{type(self).__name__}({self.model.teams[team].name!r}, post {post}, holder {ordinal})"


@carries(PEER_FIELDS, "team")
class PeerWorker(InTeam, Staff):
    """A peer worker, for one spell in post.

    After they have left, their record is the one kept at the end of the spell (as in `Results.people`).
    """

    who = "peers"
    kind = draws.PEER

    @property
    def line_manager(self) -> Manager | None:
        """The team's manager; in a partnership the employer's middle manager.  None while that post is vacant."""
        row = line_manager(self.model.world, self.model.world.peers[self.row])
        manager: Manager | None = self.model.holder("managers", row)
        return manager

    @property
    def supervisor(self) -> Manager | None:
        """Who supervises, if that is the line manager; peer leads and outside supervisors are not in the world."""
        by = self.model.provider.policy["supervision_by"]
        return self.line_manager if by == BY_TEAM_MANAGER else None

    @property
    def caseload(self) -> tuple[ServiceUser, ...]:
        """The service users who are theirs."""
        return tuple(user for user in self.team.users if user.peer is self)

    @property
    def fellow_peers(self) -> tuple[PeerWorker, ...]:
        """The other peer workers in post in the team."""
        return tuple(peer for peer in self.team.peers if peer is not self)

    def take_tasks(self) -> None:
        """Decline or take the generic tasks that colleagues pass on (3. task allocation)."""
        self._acts.take_tasks(self.model.world, self.row)

    def renew(self) -> None:
        """Be renewed, and worn, by time with service users (4. meeting users)."""
        self._acts.renew(self.model.world, self.row)

    def meet_colleagues(self) -> None:
        """Meet clinicians: they learn the role, this person their way, and help is given (5. colleagues)."""
        self._acts.meet_colleagues(self.model.world, self.row)

    def be_supervised(self) -> None:
        """Have supervision, miss it, or go without (6. supervision)."""
        self._acts.be_supervised(self.model.world, self.row)

    def seek_peers(self) -> None:
        """Meet fellow peers in the team and the peer group, or go without (7. peer support)."""
        self._acts.seek_peers(self.model.world, self.row)

    def reflect(self) -> None:
        """Take in the week: identity, exhaustion and all other states are brought up to date (8. reflection)."""
        self._acts.reflect(self.model.world, self.row)

    def _give_up_place(self) -> None:
        world = self.model.world
        world.provider[0].peers_left += 1
        note_person(world, LEFT, self.kind, world.peers[self.row])
        vacate_peer(world, self.row, LEFT_JOB)

    def _last_record(self) -> Any:
        world = self.model.world
        kept = world.spells[: world.provider[0].n_spells].view(self._record.dtype)
        for record in kept[::-1]:
            if (record["team"], record["post"], record["ordinal"]) == self.spell:
                return record.copy()
        return super()._last_record()


@carries(CLINICIAN_FIELDS, "team")
class Clinician(InTeam, Staff):
    """A clinician or other member of the team's staff, for one spell in post.

    After they have left, their record is the one of the post as they left it: vacant, with no tenure.
    """

    who = "clinicians"
    kind = draws.CLINICIAN

    def reflect(self) -> None:
        """Take in the week: exhaustion and the intention to leave (8. reflection)."""
        self._acts.reflect(self.model.world, self.row)

    def change_mind(self) -> None:
        """Slip back, follow the culture, perhaps attend training (9. culture)."""
        self._acts.change_mind(self.model.world, self.row)

    def _give_up_place(self) -> None:
        self.model.world.provider[0].clinicians_left += 1
        super()._give_up_place()


@carries(MANAGER_FIELDS, "team")
class Manager(Staff):
    """A manager of a team, of a group of teams, or of the provider, for one spell in post.

    After they have left, their record is the one of the post as they left it: vacant, with no tenure.
    """

    who = "managers"
    kind = draws.MANAGER

    @property
    def level(self) -> int:
        """0 for the manager of a team, 1 for a middle manager, 2 for the executive."""
        return int(self._record["post"])

    @property
    def teams(self) -> tuple[Team, ...]:
        """The teams they are responsible for."""
        if self.level == EXECUTIVE:
            return tuple(self.model.teams)
        field = "middle" if self.level == MIDDLE_MANAGER else "manager"
        return tuple(team for team in self.model.teams if team._record[field] == self.row)

    def change_mind(self) -> None:
        """Learn from the peer workers they see; commitment follows (9. culture)."""
        self._acts.change_mind(self.model.world, self.row)

    def __repr__(self) -> str:
        teams = ", ".join(repr(team.name) for team in self.teams[:1])
        others = f" and {len(self.teams) - 1} more" if len(self.teams) > 1 else ""
        return f"{type(self).__name__}({teams}{others}, level {self.level}, holder {self.ordinal})"


@carries(USER_FIELDS, "team", "peer")
class ServiceUser(InTeam, Person):
    """A service user, for one stay on a caseload; who returns from the referral list is somebody else.

    After they have gone, their record is as it was at the end, but for `occupied`.
    """

    who = "users"

    @property
    def peer(self) -> PeerWorker | None:
        """Their peer worker; None until they have one, and again once that person has left."""
        row = self._record["peer"]
        if row < 0:
            return None
        peer: PeerWorker | None = self.model.holder("peers", row)
        return peer if peer is not None and peer.ordinal == self._record["peer_ordinal"] else None

    def open_week(self) -> None:
        """Start the week: the week's luck is drawn."""
        self._acts.open_week(self.model.world, self.row)

    def meet_peer(self) -> None:
        """Meet their peer worker, or not: trust, hope and engagement move (4. meeting users)."""
        self._acts.meet_peer(self.model.world, self.row)

    def recover(self) -> None:
        """Live the week otherwise: self-rated recovery moves (4. meeting users)."""
        self._acts.recover(self.model.world, self.row)

    def move_on(self) -> None:
        """Stay on the caseload, be discharged or drop out; a lost peer worker is felt (13. caseload)."""
        self._acts.move_on(self.model.world, self.row)

    def _give_up_place(self) -> None:
        world = self.model.world
        world.provider[0].users_discharged += 1
        note_user(world, DISCHARGED, world.users[self.row])
        world.users[self.row].occupied = 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.team.name!r}, referral {self.referral})"


class Vacancy:
    """Stands where nobody is, in a vacant post or an empty place on a caseload, so that its turn is not missed.

    A vacant post has its luck, which decides when somebody comes; whatever act it is called for, it runs the behaviour.
    """

    def __init__(self, model: Any, who: str, row: int) -> None:
        self._model = model
        self._acts = model.acts(who)
        self._row = row

    def __getattr__(self, act: str) -> Callable[[], None]:
        behaviour = getattr(self._acts, act)
        return lambda: behaviour(self._model.world, self._row)


@carries(TEAM_FIELDS, "manager", "middle")
class Team(Actor):
    """A team: not a person, so no Mesa agent, but with state, relations and acts like theirs.

    Parameters
    ----------
    model : PeerSupportModel
        The world.
    row : int
        Row of its record.
    name : str
        Its name in the scenario, numbered if `count` repeats it.
    """

    who = "teams"

    def __init__(self, model: Any, row: int, name: str) -> None:
        self.model = model
        self.name = name
        self._take_row(model, row)

    @property
    def peers(self) -> tuple[PeerWorker, ...]:
        """Its peer workers in post."""
        return self._those("peers", "first_peer", "n_peers")

    @property
    def clinicians(self) -> tuple[Clinician, ...]:
        """Its clinicians and other staff in post."""
        return self._those("clinicians", "first_clinician", "n_clinicians")

    @property
    def users(self) -> tuple[ServiceUser, ...]:
        """The service users on its caseload."""
        return self._those("users", "first_user", "n_users")

    @property
    def manager(self) -> Manager | None:
        """Its manager; None while the post is vacant."""
        manager: Manager | None = self.model.holder("managers", self._record["manager"])
        return manager

    @property
    def middle_manager(self) -> Manager | None:
        """The middle manager it belongs to; None while the post is vacant."""
        manager: Manager | None = self.model.holder("managers", self._record["middle"])
        return manager

    def feel_pressure(self) -> None:
        """Feel vacancies and sickness as pressure (2. workload)."""
        self._acts.feel_pressure(self.model.world, self.row)

    def settle_custom(self) -> None:
        """Make custom of what peers were used for (3. task allocation)."""
        self._acts.settle_custom(self.model.world, self.row)

    def measure(self) -> None:
        """Add up the week over its people (14. measurement)."""
        self._acts.measure(self.model.world, self.row)

    def take_stock(self) -> None:
        """See how its clinicians understand the role, who is there, and what backing it has."""
        self._acts.take_stock(self.model.world, self.row)

    def _those(self, who: str, first: str, count: str) -> tuple[Any, ...]:
        start = self._record[first]
        found = (self.model.holder(who, row) for row in range(start, start + self._record[count]))
        return tuple(person for person in found if person is not None)

    def __repr__(self) -> str:
        size = f"{len(self.peers)} peers, {len(self.clinicians)} clinicians, {len(self.users)} users"
        return f"{type(self).__name__}({self.name!r}, {size})"


@carries(PROVIDER_FIELDS, "sector")
class Provider(Actor):
    """The provider of services: its culture, its clock, what the week cost.

    Parameters
    ----------
    model : PeerSupportModel
        The world.
    """

    who = "provider"

    def __init__(self, model: Any) -> None:
        self.model = model
        self._take_row(model, 0)

    @property
    def sector(self) -> str:
        """The kind of provider, as in the scenario."""
        return str(self.model.scenario.sector)

    @property
    def policy(self) -> dict[str, float]:
        """The policies in force, by the name of their field in `peersim.world.build.POLICY`."""
        row = self.model.world.policy[self._record["policy_row"]]
        return dict(zip(row.dtype.names, row.item(), strict=True))

    @property
    def executive(self) -> Manager | None:
        """The executive; None while the post is vacant."""
        manager: Manager | None = self.model.holder("managers", len(self.model.world.managers) - 1)
        return manager

    def open_week(self) -> None:
        """Clear the week's counts and costs."""
        self._acts.open_week(self.model.world)

    def apply_policy(self) -> None:
        """Put the week's policies in force (1. policy)."""
        self._acts.apply_policy(self.model.world)

    def change_culture(self) -> None:
        """Let the culture of valuing lived experience move (9. culture)."""
        self._acts.change_culture(self.model.world)

    def measure(self) -> None:
        """Write down the week, from what teams added up (14. measurement)."""
        self._acts.measure(self.model.world)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.model.scenario.name!r}, {self.sector}, week {self.model.week})"
