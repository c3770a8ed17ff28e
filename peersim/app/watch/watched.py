"""The world that is watched: a Mesa model whose people note whom they met.

Chance is keyed, so who was met can be asked again and the answer is the same.  After each act the agents here ask the
function that the behaviours use (`peersim.behaviours.meetings.partner`), and note what it says if the person's own
record shows that there were such meetings.  They change nothing: every number equals that of `peersim.run`.

One thing is known only in part: at the peer group everybody talks to three others, and who they were stands nowhere
after it.  So who went to the group is noted, and not who talked to whom there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from peersim.agents import PeerWorker, ServiceUser
from peersim.app.desk import SEED
from peersim.behaviours.meetings import COLLEAGUE, FELLOW, partner
from peersim.behaviours.supervision import line_manager
from peersim.model import PeerSupportModel, entry_points
from peersim.scenario import Scenario, TeamSpec
from peersim.world.build import build
from peersim.world.compiled import compiling, direct
from peersim.world.state import AT_WORK, BY_TEAM_MANAGER


class Kind(StrEnum):
    """What kind of meeting it was."""

    USER = "user"
    COLLEAGUE = "colleague"
    FELLOW = "fellow"
    SUPERVISION = "supervision"
    MISSED = "missed"
    GROUP = "group"


class Meeting(NamedTuple):
    """A meeting of a peer worker in one week, or a supervision session that fell out.

    Attributes
    ----------
    kind : Kind
    peer : int
        Row of the peer worker.
    who : str
        Group of the other person (``clinicians``, ``peers``, ``managers``, ``users``); empty for the peer group, and
        for a supervisor who is not in the world.
    row : int
        Row of the other person, or -1.
    times : int
        How often the two met.
    """

    kind: Kind
    peer: int
    who: str
    row: int
    times: int = 1


class Event(NamedTuple):
    """An entry of the event log, as `peersim.world.state.EVENT_FIELDS` has it."""

    week: int
    event: int
    kind: int
    ordinal: int
    team: int
    post: int


class WatchedPeer(PeerWorker):
    """A peer worker who notes whom they met."""

    def meet_colleagues(self) -> None:
        """Meet clinicians, and note whom."""
        super().meet_colleagues()
        if self.colleagues_met:
            self._note_partners(COLLEAGUE, Kind.COLLEAGUE, "clinicians")

    def be_supervised(self) -> None:
        """Have supervision, or miss it, and note which."""
        super().be_supervised()
        if self.supervised or self.missed:
            kind = Kind.SUPERVISION if self.supervised else Kind.MISSED
            row = self._supervisor()
            self.model.diary.append(Meeting(kind, self.row, "managers" if row >= 0 else "", row))

    def seek_peers(self) -> None:
        """Meet fellow peers in the team and at the group, and note whom, and whether at the group."""
        before = self.model.provider.peers_at_group
        super().seek_peers()
        if self.fellows_met:
            self._note_partners(FELLOW, Kind.FELLOW, "peers")
        if self.model.provider.peers_at_group > before:
            self.model.diary.append(Meeting(Kind.GROUP, self.row, "", -1))

    def _note_partners(self, sought: int, kind: Kind, who: str) -> None:
        world = self.model.world
        asked = (_partner()(world, self.row, number)[:2] for number in range(int(world.constants["meetings"][0])))
        met = Counter(
            row for found, row in asked if found == sought and self.model.record(who, row)["status"] == AT_WORK
        )
        self.model.diary += [Meeting(kind, self.row, who, row, times) for row, times in met.items()]

    def _supervisor(self) -> int:
        """Row of the manager who supervises, also of a vacant post; -1 if somebody else does."""
        world = self.model.world
        if self.model.provider.policy["supervision_by"] != BY_TEAM_MANAGER:
            return -1
        return int(line_manager(world, world.peers[self.row]))


class WatchedUser(ServiceUser):
    """A service user who notes a meeting with their peer worker."""

    def meet_peer(self) -> None:
        """Meet their peer worker, or not, and note it."""
        super().meet_peer()
        if self.met:
            self.model.diary.append(Meeting(Kind.USER, int(self._record["peer"]), "users", self.row))


class WatchedModel(PeerSupportModel):
    """One world, with a diary of the week lived last.

    Parameters
    ----------
    scenario : Scenario
    replicate : int
        Which of the worlds of a scenario.

    Attributes
    ----------
    diary : list of Meeting
        Whom the peer workers met in the week lived last.
    happened : list of Event
        What the event log says of that week.
    """

    def __init__(self, scenario: Scenario, replicate: int) -> None:
        super().__init__(scenario, seed=SEED, replicate=replicate, peer_worker=WatchedPeer, service_user=WatchedUser)
        self.diary: list[Meeting] = []
        self.happened: list[Event] = []

    def step(self) -> None:
        """Live one week."""
        self.diary = []
        before = int(self.world.provider[0].n_events)
        super().step()
        log = self.world.events[before : int(self.world.provider[0].n_events)]
        self.happened = [Event(*entry) for entry in log.tolist()]


def compile_agents() -> None:
    """Compile what the agents call, or load it compiled."""
    entry_points()
    _partner()


@cache
def _partner() -> Callable[[Any, int, int], tuple[int, int, float, float]]:
    team = TeamSpec(name="Team", peers=1, clinicians=1, users_per_peer=1)
    world = build(Scenario(name="Example", teams=(team,)), weeks=1)
    with compiling("meetings"):
        return direct(partner, world, 0, 0)
