"""What happened in a week, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from peersim.app import words
from peersim.app.watch.snapshot import LEVELS
from peersim.app.watch.watched import Event, Kind, WatchedModel
from peersim.report.story import words as say
from peersim.scenario import Scenario
from peersim.world import draws
from peersim.world.state import (
    ADMITTED,
    CAME_BACK,
    CHANGED_ROLE,
    DISCHARGED,
    DROPPED_OUT,
    HIRED,
    LEFT,
    PROMOTED,
    TEAM_MANAGER,
    WENT_OFF_SICK,
)

VERBS: Final = {
    HIRED: "started in",
    LEFT: "left",
    CHANGED_ROLE: "gave up peer work in",
    WENT_OFF_SICK: "went off sick in",
    CAME_BACK: "came back from sickness in",
    PROMOTED: "was promoted in",
}
USERS: Final = {ADMITTED: "came", DISCHARGED: "discharged", DROPPED_OUT: "dropped out"}
MATTER: Final = (LEFT, CHANGED_ROLE, HIRED, WENT_OFF_SICK, CAME_BACK, PROMOTED)
"""Events of staff in the order in which they are told."""


def told(model: WatchedModel) -> list[str]:
    """What happened in the week lived last, a line each: policies, then peer workers, then others, then users."""
    lines = policies(model.scenario, model.week - 1)
    staff = [event for event in model.happened if event.kind != draws.USER]
    staff.sort(key=lambda event: (event.kind, MATTER.index(event.event)))
    lines += [f"{_who(event)} {_did(model, event)}" for event in staff]
    users = Counter(USERS[event.event] for event in model.happened if event.kind == draws.USER)
    if users:
        lines.append(
            "Service users: " + say.listed(f"{say.number(users[did])} {did}" for did in USERS.values() if users[did])
        )
    return lines


def policies(scenario: Scenario, week: int) -> list[str]:
    """What the provider begins to change in a week, counted from 0."""
    if "policy" in scenario.model.off or week == 0:
        return []
    begun = [change for change in scenario.changes if change.week == week]
    return [
        f"New policy: {words.setting(key, value)}"
        + (f", over {say.count(change.over_weeks, 'week')}" if change.over_weeks > 1 else "")
        for change in begun
        for key, value in change.set.items()
    ]


def sentence(model: WatchedModel) -> str:
    """The week lived last in a sentence, for who steps through the weeks or listens."""
    if model.week == 0:
        return "Before the first week: everybody has just been put in post."
    parts = policies(model.scenario, model.week - 1)
    parts += _comings_and_goings(model)
    parts.append(_supervisions([meeting.kind for meeting in model.diary]))
    if went := sum(meeting.kind == Kind.GROUP for meeting in model.diary):
        parts.append(f"the peer group met, and {say.count(went, 'peer worker')} went")
    return f"Week {model.week}: {'; '.join(parts)}."


def _comings_and_goings(model: WatchedModel) -> list[str]:
    """Peer workers by team, other staff and service users by number."""
    parts = []
    for wanted in MATTER:
        teams = Counter(
            model.teams[event.team].name
            for event in model.happened
            if event.event == wanted and event.kind == draws.PEER
        )
        parts += [f"{say.count(number, 'peer worker')} {_was(wanted, number)} {team}" for team, number in teams.items()]
        others = sum(
            event.event == wanted and event.kind in (draws.CLINICIAN, draws.MANAGER) for event in model.happened
        )
        if others and wanted in (LEFT, HIRED):
            noun = "clinician or manager", "clinicians or managers"
            parts.append(f"{say.count(others, *noun)} {'left' if wanted == LEFT else 'started'}")
    return parts


def _was(event: int, number: int) -> str:
    verb = VERBS[event]
    return verb.replace("was ", "were ", 1) if number > 1 else verb


def _supervisions(kinds: Sequence[Kind]) -> str:
    held, missed = kinds.count(Kind.SUPERVISION), kinds.count(Kind.MISSED)
    if not held and not missed:
        return "no supervision was due or held"
    was = "was" if held == 1 else "were"
    text = f"{say.count(held, 'supervision session')} {was} held"
    return f"{text}, {say.number(missed)} fell out" if missed else text


def _who(event: Event) -> str:
    if event.kind == draws.MANAGER:
        return f"The {LEVELS[event.post].lower()}"
    return "A peer worker" if event.kind == draws.PEER else "A clinician"


def _did(model: Any, event: Event) -> str:
    """What somebody did, and in which team; managers above a team are in none."""
    verb = VERBS[event.event]
    if event.kind == draws.MANAGER and event.post != TEAM_MANAGER:
        return verb.removesuffix(" in")
    return f"{verb} {model.teams[event.team].name}"
