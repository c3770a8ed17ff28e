"""One person as they are now: in words, in numbers, what moved them so far, and who they have to do with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from peersim.app.watch.snapshot import ROLES, called
from peersim.app.watch.watched import Kind, WatchedModel
from peersim.report.story import causes
from peersim.report.story import words as say
from peersim.results.tables import pushes
from peersim.world.causes import EXHAUSTION, IDENTITY, LEAVING
from peersim.world.state import AT_WORK, ENDINGS, LEFT_ROLE, OFF_SICK

SHOWN_FROM: Final = 0.005
"""A cause that moved a state by less is told with all others."""
MOST_CAUSES: Final = 8
"""Causes that are named, the strongest."""
REASONS: Final = 3
"""How many reasons to leave are told."""

Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class Relation:
    """Somebody a person has to do with: what stands on the button, and where it leads."""

    text: str
    place: str


@dataclass(frozen=True)
class Portrait:
    """What is told of one person, or of a vacant post.

    Attributes
    ----------
    title, team : str
    words : list of str
        How they are, in sentences.
    numbers : list of (str, str)
        The state now.
    ledgers : list of (str, list of (str, str))
        What moved a state so far: heading, then cause and change.
    relations : list of (str, list of Relation)
    person : str
        What to ask for to have the story told; empty if there is none.
    place : str
        Where they sit, or sat, in the drawing.
    """

    title: str
    team: str
    words: list[str]
    numbers: Rows
    ledgers: list[tuple[str, Rows]]
    relations: list[tuple[str, list[Relation]]]
    person: str
    place: str


def portrait(model: WatchedModel, agent: Any, left: int | None) -> Portrait:
    """What is told of somebody.

    Parameters
    ----------
    model : WatchedModel
    agent : Person
        Also of somebody who has left.
    left : int, optional
        The week in which they left, if they did.
    """
    teller = {"peers": _peer, "clinicians": _clinician, "managers": _manager, "users": _user}[agent.who]
    return teller(model, agent, left)


def vacancy(model: WatchedModel, who: str, row: int) -> Portrait:
    """What is told of a post in which nobody is."""
    record = model.record(who, row)
    weeks, approved = int(record["weeks_vacant"]), bool(record["approved"])
    words = [f"Nobody is in this post. It has been vacant for {say.count(weeks, 'week')}."]
    if not approved:
        words.append("It has not been approved for filling yet.")
    elif record["weeks_to_start"] > 0:
        words.append(
            f"It is approved; somebody can start in {say.count(int(record['weeks_to_start']), 'week')} or later."
        )
    else:
        words.append("It is approved, and could be filled any week, if somebody takes it.")
    words.append(f"So far it had {say.count(int(record['ordinal']) + 1, 'holder')}.")
    name, team = _split(called(model, who, row))
    return Portrait(f"Vacant post: {_lower(name)}", team, words, [], [], [], "", f"{who}-{row}")


# Peer workers ---------------------------------------------------------------------------------------------------------


def _peer(model: WatchedModel, peer: Any, left: int | None) -> Portrait:
    words = [_standing(peer, left)]
    if left is not None and peer.ended == LEFT_ROLE:
        words.append("They gave up peer work for another job.")
    they, have, are = ("They", "have", "are") if left is None else ("At the end they", "had", "were")
    sense, tired = say.told(peer.identity, say.IDENTITY), say.told(peer.exhaustion, say.EXHAUSTION)
    words.append(f"{they} {have} {sense} sense of themselves as a peer, and {are} {tired}.")
    if left is None:
        words += [_supervision(peer), _this_week(peer)] if model.week else []
        if peer.intention_to_leave > model.scenario.model.considering_threshold:
            words.append("They are thinking of leaving.")
    ledgers = [
        _ledger(peer, state, start, phrases)
        for state, start, phrases in (
            ("identity", peer.identity_start, IDENTITY),
            ("exhaustion", peer.exhaustion_start, EXHAUSTION),
        )
    ]
    if reasons := _reasons(model, peer):
        ledgers.append((f"What {'pushed' if left is not None else 'pushes'} them to leave, strongest first", reasons))
    relations = []
    if left is None:
        relations = [
            ("Team manager", _buttons([peer.team.manager])),
            ("Supervised by", _buttons([peer.supervisor] if peer.supervisor is not peer.team.manager else [])),
            ("Fellow peer workers", _buttons(peer.fellow_peers)),
            ("Colleagues met this week", _met(model, peer)),
            ("On their caseload", [_button(user, f"trust {say.level(user.trust)}") for user in peer.caseload]),
        ]
    numbers = _numbers(
        peer,
        {
            "Peer identity": "identity",
            "Exhaustion": "exhaustion",
            "Clear about the role": "role_clarity",
            "Feels valued": "felt_value",
            "Feels supported by supervision": "support",
            "Control over what they share": "empowerment",
            "Without contact with other peers": "isolation",
            "Share of the week on generic tasks": "generic_share",
            "Intention to leave": "intention_to_leave",
        },
    )
    team, post, ordinal = peer.spell
    person = f"{model.teams[team].name}/{post + 1}/{ordinal + 1}"
    return _made(peer, words, numbers, relations, ledgers, person)


def _supervision(peer: Any) -> str:
    if peer.supervised:
        return "They had supervision this week."
    since = f"The last session was {say.count(peer.weeks_since_supervision, 'week')} ago."
    if peer.sessions == 0:
        since = "They have had none in this post yet."
    return (
        f"Supervision fell due this week and did not happen. {since}"
        if peer.missed
        else f"No supervision this week. {since}"
    )


def _this_week(peer: Any) -> str:
    parts = [
        f"met {say.count(peer.users_met, 'service user')}",
        f"met colleagues {say.times(peer.colleagues_met)}" if peer.colleagues_met else "met no colleague",
        f"met fellow peers {say.times(int(peer.fellows_met))}" if peer.fellows_met else "met no fellow peer",
        f"took on {say.count(peer.tasks_taken, 'task')} that others passed on",
    ]
    return f"This week they {say.listed(parts)}."


def _ledger(peer: Any, state: str, start: float, names: Mapping[str, str]) -> tuple[str, Rows]:
    """What moved a state since the start, strongest first; the last line is the change as it is shown."""
    now = float(getattr(peer, state))
    terms = dict(zip(names, getattr(peer, f"{state}_ledger").tolist(), strict=True))
    strong = sorted((cause for cause in terms if abs(terms[cause]) >= SHOWN_FROM), key=lambda cause: -abs(terms[cause]))
    change = say.hundredths(now) - say.hundredths(start)
    strong = strong[:MOST_CAUSES]
    rest = change - sum(say.hundredths(terms[cause]) for cause in strong)
    rows = [(_upper(causes.phrase(state, cause, terms[cause])), say.signed(terms[cause])) for cause in strong]
    if rest:
        rows.append(("Everything else, and rounding", say.signed(rest / 100)))
    rows.append(("Change in all", say.signed(change / 100)))
    return f"What moved their {state}, from {say.level(start)} to {say.level(now)}", rows


def _reasons(model: WatchedModel, peer: Any) -> Rows:
    """What pushes somebody most to leave, as parts of all that does."""
    push = pushes(np.array([peer._record]).view(np.recarray), model.scenario)[0]
    if push.sum() == 0.0:
        return []
    strongest = sorted(zip(LEAVING.values(), push / push.sum(), strict=True), key=lambda pair: -pair[1])[:REASONS]
    return [(_upper(name), say.percent(float(part))) for name, part in strongest if part > 0]


def _met(model: WatchedModel, peer: Any) -> list[Relation]:
    met = [meeting for meeting in model.diary if meeting.peer == peer.row and meeting.kind == Kind.COLLEAGUE]
    agents = [(model.holder("clinicians", meeting.row), meeting.times) for meeting in met]
    return [_button(agent, say.times(times) if times > 1 else "") for agent, times in agents if agent is not None]


# Others ---------------------------------------------------------------------------------------------------------------


def _clinician(model: WatchedModel, clinician: Any, left: int | None) -> Portrait:
    words = [_standing(clinician, left)]
    if left is None:
        words.append(f"They are {say.told(clinician.exhaustion, say.EXHAUSTION)}.")
    numbers = _numbers(
        clinician,
        {
            "Understands what peer workers are for": "role_understanding",
            "Values lived experience": "valuing",
            "Answers colleagues as a clinician would a patient": "clinical_stance",
            "Exhaustion": "exhaustion",
            "Intention to leave": "intention_to_leave",
        },
    )
    relations = [
        ("Team manager", _buttons([clinician.team.manager])),
        ("Peer workers in the team", _buttons(clinician.team.peers)),
        ("Peer workers met this week", _buttons(_who_met(model, clinician, Kind.COLLEAGUE))),
    ]
    return _made(clinician, words, numbers, relations if left is None else [])


def _manager(model: WatchedModel, manager: Any, left: int | None) -> Portrait:
    words = [_standing(manager, left)]
    numbers = _numbers(
        manager,
        {
            "Understands what peer workers are for": "role_understanding",
            "Stands behind the peer role": "commitment",
            "Chance that a planned session finds time": "time_available",
            "Skill in supervising tasks": "skill_task",
            "Skill in supervising for wellbeing": "skill_wellbeing",
        },
    )
    seen = _who_met(model, manager, Kind.SUPERVISION)
    peers = [peer for team in manager.teams for peer in team.peers]
    relations = [("Supervised this week", _buttons(seen)), ("Peer workers in their part", _buttons(peers))]
    return _made(manager, words, numbers, relations if left is None else [])


def _user(model: WatchedModel, user: Any, left: int | None) -> Portrait:
    weeks = say.count(user.weeks_on_caseload, "week")
    if left is not None:
        words = [f"They went in week {left}, after {weeks} on the caseload."]
    else:
        words = [f"On the caseload for {weeks}."]
        if user.peer is None:
            words.append("They have no peer worker at the moment.")
        elif model.week:
            words.append(f"They {'met' if user.met else 'did not meet'} their peer worker this week.")
    words.append(f"Their trust in their peer worker {'was' if left else 'is'} {say.told(user.trust, say.TRUST)}.")
    numbers = _numbers(
        user,
        {
            "Trust in their peer worker": "trust",
            "Hope": "hope",
            "Engagement with services and community": "engagement",
            "Recovery, as they rate it": "recovery",
        },
    )
    return _made(user, words, numbers, [("Peer worker", _buttons([user.peer]))] if left is None else [])


def _who_met(model: WatchedModel, agent: Any, kind: Kind) -> list[Any]:
    rows = [m.peer for m in model.diary if m.kind == kind and (m.who, m.row) == (agent.who, agent.row)]
    return [model.holder("peers", row) for row in rows]


# Parts of a portrait --------------------------------------------------------------------------------------------------


def _made(
    agent: Any,
    words: list[str],
    numbers: Rows,
    relations: list[tuple[str, list[Relation]]],
    ledgers: list[tuple[str, Rows]] | None = None,
    person: str = "",
) -> Portrait:
    title, team = _split(name(agent))
    some = [(heading, buttons) for heading, buttons in relations if buttons]
    return Portrait(title, team, words, numbers, ledgers or [], some, person, f"{agent.who}-{agent.row}")


def name(agent: Any) -> str:
    """What somebody is called, also after they have left: role, number, team."""
    if agent.who == "managers":
        return called(agent.model, agent.who, agent.row)
    number = agent.referral if agent.who == "users" else agent.post
    several = agent.who == "users" or getattr(agent.team, f"n_{agent.who}") > 1
    return f"{ROLES[agent.who]}{f' {number + 1}' if several else ''}, {agent.team.name}"


def _standing(agent: Any, left: int | None) -> str:
    """Which holder of the post somebody is, and since when."""
    holder = f"The {say.nth(agent.ordinal + 1)} holder of this post"
    if left is not None:
        how = f", {ENDINGS[agent.ended]}" if agent.who == "peers" and agent.ended else ", left"
        return f"{holder}{how} in week {left}."
    sick = " They are off sick." if agent.status == OFF_SICK else ""
    if agent.tenure == 0:
        return f"{holder}, {'new this week' if agent.model.week else 'there from the start'}.{sick}"
    return f"{holder}, in post for {say.count(agent.tenure, 'week')}.{sick}"


def _numbers(agent: Any, fields: Mapping[str, str]) -> Rows:
    return [(text, say.level(float(getattr(agent, field)))) for text, field in fields.items()]


def _buttons(agents: Any) -> list[Relation]:
    return [_button(agent) for agent in agents if agent is not None]


def _button(agent: Any, more: str = "") -> Relation:
    title, team = _split(name(agent))
    status = getattr(agent, "status", AT_WORK)
    parts = [title if agent.who == "users" else f"{title}, {team}" if team else title, more]
    parts.append("off sick" if status == OFF_SICK else "")
    return Relation(", ".join(filter(None, parts)), f"{agent.who}-{agent.row}")


def _split(text: str) -> tuple[str, str]:
    """Role and team (whose name may hold a comma too)."""
    title, _, team = text.partition(", ")
    return title, team


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
