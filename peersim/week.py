"""The order of the week: the one place that says who does what, and when.

`WEEK` is the order that people read, print and step through with Mesa; `live_week` is the same order, compiled.  They
stand side by side here, and the tests hold them equal to the last bit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from peersim.behaviours import (
    absence,
    caseload,
    colleagues,
    culture,
    founding,
    hiring,
    leaving,
    measurement,
    opening,
    peer_support,
    policy,
    reflection,
    supervision,
    task_allocation,
    user_meetings,
    workload,
)
from peersim.world.compiled import compiled


class Step(NamedTuple):
    """One step of the week.

    Attributes
    ----------
    mechanism : str
        Number and name of the mechanism it belongs to ("opening" is book-keeping).
    who : str
        Who acts: ``provider``, ``teams``, ``peers``, ``clinicians``, ``managers`` or ``users``, one after the other.
    act : str
        Name of the act, a method of the Mesa agent.
    behaviour : callable
        The function; called with the world, and with the row of whoever acts unless that is the provider.
    """

    mechanism: str
    who: str
    act: str
    behaviour: Any


WEEK = (
    Step("opening", "provider", "open_week", opening.open_provider),
    Step("policy", "provider", "apply_policy", policy.apply),
    Step("opening", "peers", "open_week", opening.open_peer),
    Step("opening", "clinicians", "open_week", opening.open_clinician),
    Step("opening", "managers", "open_week", opening.open_manager),
    Step("opening", "users", "open_week", opening.open_user),
    Step("workload", "teams", "feel_pressure", workload.press),
    Step("task_allocation", "peers", "take_tasks", task_allocation.pass_tasks),
    Step("task_allocation", "teams", "settle_custom", task_allocation.settle_custom),
    Step("user_meetings", "users", "meet_peer", user_meetings.meet),
    Step("user_meetings", "users", "recover", user_meetings.recover),
    Step("user_meetings", "peers", "renew", user_meetings.renew),
    Step("colleagues", "peers", "meet_colleagues", colleagues.meet),
    Step("supervision", "peers", "be_supervised", supervision.supervise),
    Step("peer_support", "peers", "seek_peers", peer_support.seek_peers),
    Step("reflection", "peers", "reflect", reflection.reflect),
    Step("reflection", "clinicians", "reflect", reflection.reflect_clinician),
    Step("culture", "clinicians", "change_mind", culture.turn_clinician),
    Step("culture", "managers", "change_mind", culture.turn_manager),
    Step("culture", "provider", "change_culture", culture.turn_organisation),
    Step("absence", "peers", "be_absent", absence.absent_peer),
    Step("absence", "clinicians", "be_absent", absence.absent_clinician),
    Step("absence", "managers", "be_absent", absence.absent_manager),
    Step("leaving", "peers", "consider_leaving", leaving.consider_leaving),
    Step("leaving", "clinicians", "consider_leaving", leaving.clinician_leaves),
    Step("leaving", "managers", "consider_leaving", leaving.manager_leaves),
    Step("hiring", "peers", "fill_post", hiring.fill_peer),
    Step("hiring", "clinicians", "fill_post", hiring.fill_clinician),
    Step("hiring", "managers", "fill_post", hiring.fill_manager),
    Step("caseload", "users", "move_on", caseload.move_on),
    Step("measurement", "teams", "measure", measurement.measure_team),
    Step("opening", "teams", "take_stock", opening.open_team),
    Step("measurement", "provider", "measure", measurement.measure_provider),
)
"""The order of the week.

People feel pressure and are given tasks before they meet users, because tasks take the time; support comes after the
work that calls for it; all of it settles in reflection; only then do people fall ill, leave and start, so that a week
is lived by those who were there when it began.  Teams take stock last: what they see next week is how
this week ended.
"""


@compiled
def live_week(world):
    """One week of one world: `WEEK`, compiled.

    Where nothing passes between teams, a team goes through several steps before the next team starts them, and so does
    a person where nothing passes between people: a large world then goes through the processor's cache a few times a
    week instead of thirty.  No number depends on it.
    """
    opening.open_provider(world)
    policy.apply(world)
    for m in range(len(world.managers)):
        opening.open_manager(world, m)
    for t in range(len(world.teams)):
        work(world, t)
    for i in range(len(world.peers)):
        peer_support.seek_peers(world, i)
    for t in range(len(world.teams)):
        settle(world, t)
    for m in range(len(world.managers)):
        culture.turn_manager(world, m)
    culture.turn_organisation(world)
    come_and_go(world)
    for t in range(len(world.teams)):
        close(world, t)
    measurement.measure_provider(world)
    world.provider[0].week += 1


@compiled
def work(world, t):
    """The working week of team `t`, from opening to supervision."""
    team = world.teams[t]
    peers = range(team.first_peer, team.first_peer + team.n_peers)
    clinicians = range(team.first_clinician, team.first_clinician + team.n_clinicians)
    users = range(team.first_user, team.first_user + team.n_users)
    for i in peers:
        opening.open_peer(world, i)
    for i in clinicians:
        opening.open_clinician(world, i)
    workload.press(world, t)
    for i in peers:
        task_allocation.pass_tasks(world, i)
    task_allocation.settle_custom(world, t)
    for i in users:
        opening.open_user(world, i)
        user_meetings.meet(world, i)
        user_meetings.recover(world, i)
    for i in peers:
        user_meetings.renew(world, i)
    for i in peers:
        colleagues.meet(world, i)
    for i in peers:
        supervision.supervise(world, i)


@compiled
def settle(world, t):
    """Reflection and change of mind in team `t`."""
    team = world.teams[t]
    clinicians = range(team.first_clinician, team.first_clinician + team.n_clinicians)
    for i in range(team.first_peer, team.first_peer + team.n_peers):
        reflection.reflect(world, i)
    for i in clinicians:
        reflection.reflect_clinician(world, i)
        culture.turn_clinician(world, i)


@compiled
def come_and_go(world):
    """Absence, leaving and hiring in the whole provider; the event log is kept in this order."""
    peers = range(len(world.peers))
    clinicians = range(len(world.clinicians))
    managers = range(len(world.managers))
    for i in peers:
        absence.absent_peer(world, i)
    for i in clinicians:
        absence.absent_clinician(world, i)
    for i in managers:
        absence.absent_manager(world, i)
    for i in peers:
        leaving.consider_leaving(world, i)
    for i in clinicians:
        leaving.clinician_leaves(world, i)
    for i in managers:
        leaving.manager_leaves(world, i)
    for i in peers:
        hiring.fill_peer(world, i)
    for i in clinicians:
        hiring.fill_clinician(world, i)
    for i in managers:
        hiring.fill_manager(world, i)


@compiled
def close(world, t):
    """Caseloads of team `t`, its measures, and what it sees of itself."""
    team = world.teams[t]
    for i in range(team.first_user, team.first_user + team.n_users):
        caseload.move_on(world, i)
    measurement.measure_team(world, t)
    opening.open_team(world, t)


@compiled
def live(world, weeks):
    """Found a world and live `weeks` weeks of it."""
    founding.found(world)
    live_on(world, weeks)
    measurement.close_books(world)


@compiled
def live_on(world, weeks):
    """Live `weeks` more weeks of a world."""
    for _ in range(weeks):
        live_week(world)


@compiled
def restore(world, blank):
    """Make `world` the empty world `blank` again, so that its memory can be used for the next replicate."""
    world.provider[0] = blank.provider[0]
    for t in range(len(world.teams)):
        world.teams[t] = blank.teams[t]
    for i in range(len(world.peers)):
        world.peers[i] = blank.peers[i]
    for c in range(len(world.clinicians)):
        world.clinicians[c] = blank.clinicians[c]
    for m in range(len(world.managers)):
        world.managers[m] = blank.managers[m]
    for u in range(len(world.users)):
        world.users[u] = blank.users[u]


@compiled
def live_once(world, blank, replicate, weeks):
    """Live one replicate from the beginning, in the memory of `world`."""
    restore(world, blank)
    world.provider[0].replicate = replicate
    live(world, weeks)
