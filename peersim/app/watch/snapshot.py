"""What is seen of a world after a week: teams, people, and who met whom; plain values, without any page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from peersim.app.watch.watched import Event, Kind, Meeting, WatchedModel
from peersim.report.story import words as say
from peersim.world import draws
from peersim.world.measures import CLINICIANS, PEERS
from peersim.world.state import (
    ADMITTED,
    BY_EXTERNAL,
    BY_PEER_LEAD,
    CHANGED_ROLE,
    DISCHARGED,
    DROPPED_OUT,
    EXECUTIVE,
    HIRED,
    LEFT,
    MIDDLE_MANAGER,
    OFF_SICK,
    PARTNERSHIP,
    TEAM_MANAGER,
    VACANT,
)

KINDS: Final = {"peers": draws.PEER, "clinicians": draws.CLINICIAN, "managers": draws.MANAGER, "users": draws.USER}
ROLES: Final = {"peers": "Peer worker", "clinicians": "Clinician", "users": "Service user"}
LEVELS: Final = {TEAM_MANAGER: "Team manager", MIDDLE_MANAGER: "Middle manager", EXECUTIVE: "Executive"}
AT_WORK_NOW, SICK, EMPTY = "at work", "off sick", "vacant"
NEW, GONE = "new", "left"
STATES: Final = {
    "peers": ("identity", "exhaustion"),
    "clinicians": ("exhaustion",),
    "managers": (),
    "users": ("trust",),
}
"""What is shown of people, by group."""
Changes = dict[tuple[int, int, int, int], str]
"""Who came and who left in a week: ``new`` or ``left`` by kind, team, post or referral, and ordinal."""

LONG: Final = 6
"""Weeks without supervision from which on they are told beside a team."""


@dataclass(frozen=True)
class Figure:
    """Somebody in the drawing, or an empty place.

    Attributes
    ----------
    who : str
        Group: ``peers``, ``clinicians``, ``managers`` or ``users``.
    row : int
    name : str
        Who they are: ``Peer worker, Community team 1``.
    status : str
        ``at work``, ``off sick`` or ``vacant`` (for users: on the caseload is "at work").
    change : str
        ``new`` or ``left`` if that happened this week.
    states : dict
        ``identity``, ``exhaustion`` or ``trust``, where the person has it.
    """

    who: str
    row: int
    name: str
    status: str
    change: str
    states: dict[str, float]

    @property
    def place(self) -> str:
        """What the drawing calls the place."""
        return f"{self.who}-{self.row}"

    @property
    def said(self) -> str:
        """The person in one line."""
        parts = [self.name, *(f"{state} {say.level(value)}" for state, value in self.states.items())]
        if self.status != AT_WORK_NOW:
            parts.append(self.status)
        if self.change:
            parts.append(f"{self.change} this week")
        return ", ".join(parts)


@dataclass(frozen=True)
class TeamSeen:
    """A team after a week."""

    row: int
    name: str
    manager: Figure
    peers: tuple[Figure, ...]
    clinicians: tuple[Figure, ...]
    users: tuple[Figure, ...]
    meetings: tuple[Meeting, ...]
    supervisor: str
    """Who supervises, if that is not the manager of the team."""
    peers_in_post: int
    clinicians_in_post: int
    identity: float | None
    exhaustion: float | None
    held: int
    missed: int
    note: str
    """What stands out, in a few words."""

    @property
    def people(self) -> tuple[Figure, ...]:
        """Everybody, from the head outwards."""
        return (self.manager, *self.peers, *self.clinicians, *self.users)


@dataclass(frozen=True)
class Snapshot:
    """What is seen after a week.

    Attributes
    ----------
    week, weeks : int
        Weeks lived, and the horizon.
    teams : tuple of TeamSeen
    above : tuple of Figure
        The executive and the middle managers.
    at_group : int
        Peer workers who went to the peer group this week.
    """

    week: int
    weeks: int
    teams: tuple[TeamSeen, ...]
    above: tuple[Figure, ...]
    at_group: int


def snapshot(model: WatchedModel, teams: Iterable[int]) -> Snapshot:
    """What is seen of these teams, and of who is above all teams."""
    changes, met = _changes(model.happened), _by_team(model)
    records = model.world.managers
    above = [row for row in range(len(records)) if records[row].post != TEAM_MANAGER]
    above.sort(key=lambda row: -records[row].post)
    return Snapshot(
        week=model.week,
        weeks=model.weeks,
        teams=tuple(_team(model, row, changes, met[row]) for row in teams),
        above=tuple(_figure(model, "managers", row, changes) for row in above),
        at_group=sum(meeting.kind == Kind.GROUP for meeting in model.diary),
    )


def called(model: Any, who: str, row: int) -> str:
    """What somebody is called: role, number among their like, team."""
    record = model.record(who, row)
    if who == "managers":
        level = int(record["post"])
        if level == TEAM_MANAGER:
            return f"{LEVELS[level]}, {model.teams[record['team']].name}"
        several = level == MIDDLE_MANAGER and len(model.world.managers) > len(model.teams) + 2
        return f"{LEVELS[level]} {record['team'] + 1}" if several else LEVELS[level]
    team = model.teams[record["team"]]
    if who == "users":
        return f"{ROLES[who]} {record['referral'] + 1}, {team.name}"
    number = f" {record['post'] + 1}" if getattr(team, f"n_{who}") > 1 else ""
    return f"{ROLES[who]}{number}, {team.name}"


def supervisor(model: Any) -> str:
    """Who supervises, if that is not the manager of the team."""
    by = model.provider.policy["supervision_by"]
    if by == BY_PEER_LEAD:
        return "Peer lead"
    if by == BY_EXTERNAL:
        return "From outside"
    return "Middle manager" if model.world.provider[0].sector == PARTNERSHIP else ""


def _team(model: WatchedModel, row: int, changes: Changes, meetings: Sequence[Meeting]) -> TeamSeen:
    team: Any = model.teams[row]

    def rows(first: str, count: str) -> range:
        return range(getattr(team, first), getattr(team, first) + getattr(team, count))

    peers = rows("first_peer", "n_peers")
    seen = tuple(_figure(model, "peers", peer, changes) for peer in peers)
    in_post = [figure for figure in seen if figure.status != EMPTY]
    return TeamSeen(
        row=row,
        name=team.name,
        manager=_figure(model, "managers", int(model.world.teams[row].manager), changes),
        peers=seen,
        clinicians=tuple(
            _figure(model, "clinicians", clinician, changes) for clinician in rows("first_clinician", "n_clinicians")
        ),
        users=tuple(_figure(model, "users", user, changes) for user in rows("first_user", "n_users")),
        meetings=tuple(meetings),
        supervisor=supervisor(model),
        peers_in_post=int(team.counts[PEERS]) if model.week else len(in_post),
        clinicians_in_post=int(team.counts[CLINICIANS]) if model.week else team.n_clinicians,
        identity=_mean([figure.states["identity"] for figure in in_post]),
        exhaustion=_mean([figure.states["exhaustion"] for figure in in_post]),
        held=sum(meeting.kind == Kind.SUPERVISION for meeting in meetings),
        missed=sum(meeting.kind == Kind.MISSED for meeting in meetings),
        note=_note(model, peers),
    )


def _figure(model: Any, who: str, row: int, changes: Changes) -> Figure:
    record = model.record(who, row)
    if who == "users":
        status = AT_WORK_NOW if record["occupied"] else EMPTY
        key = (draws.USER, int(record["team"]), int(record["referral"]), 0)
    else:
        status = {VACANT: EMPTY, OFF_SICK: SICK}.get(int(record["status"]), AT_WORK_NOW)
        key = (KINDS[who], int(record["team"]), int(record["post"]), int(record["ordinal"]))
    states = {} if status == EMPTY else {state: float(record[state]) for state in STATES[who]}
    return Figure(who, row, called(model, who, row), status, changes.get(key, ""), states)


def _by_team(model: WatchedModel) -> defaultdict[int, list[Meeting]]:
    """The week's meetings by row of the team."""
    teams: list[int] = model.world.peers["team"].tolist()
    found = defaultdict(list)
    for meeting in model.diary:
        found[teams[meeting.peer]].append(meeting)
    return found


def _changes(happened: Sequence[Event]) -> Changes:
    """Who came and who left: by kind, team, post or referral, and ordinal."""
    names = {HIRED: NEW, ADMITTED: NEW, LEFT: GONE, CHANGED_ROLE: GONE, DISCHARGED: GONE, DROPPED_OUT: GONE}
    return {(one.kind, one.team, one.post, one.ordinal): names[one.event] for one in happened if one.event in names}


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _note(model: Any, peers: range) -> str:
    """What stands out about the peer posts of a team."""
    records = [model.record("peers", row) for row in peers]
    several = len(records) > 1
    vacant = [int(record["weeks_vacant"]) for record in records if record["status"] == VACANT]
    waiting = max((int(r["weeks_since_supervision"]) for r in records if r["status"] != VACANT), default=0)
    parts = []
    if vacant:
        posts = f"{say.count(len(vacant), 'peer post')} vacant" if several else "peer post vacant"
        parts.append(f"{posts} ({max(vacant)} {'week' if max(vacant) == 1 else 'weeks'})")
    if waiting >= LONG:
        parts.append(f"{say.count(waiting, 'week')} without supervision")
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]
