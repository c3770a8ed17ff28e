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
    Step("opening", "peers", "open_week", opening.open_peer),
    Step("opening", "clinicians", "open_week", opening.open_clinician),
    Step("opening", "managers", "open_week", opening.open_manager),
    Step("opening", "users", "open_week", opening.open_user),
    Step("policy", "provider", "apply_policy", policy.apply),
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
    Step("measurement", "provider", "measure", measurement.measure),
    Step("opening", "teams", "take_stock", opening.open_team),
)
"""The order of the week.

People feel pressure and are given tasks before they meet users, because tasks take the time; support comes after the
work that calls for it; all of it settles in reflection; only then do people fall ill, leave and start, so that a week
is lived by those who were there when it began.  Teams take stock last: what they see of each other next week is how
this week ended.
"""


@compiled
def live_week(world):
    """One week of one world: `WEEK`, compiled."""
    n_peers = len(world.peers)
    n_clinicians = len(world.clinicians)
    n_managers = len(world.managers)
    n_users = len(world.users)
    n_teams = len(world.teams)
    opening.open_provider(world)
    for i in range(n_peers):
        opening.open_peer(world, i)
    for i in range(n_clinicians):
        opening.open_clinician(world, i)
    for i in range(n_managers):
        opening.open_manager(world, i)
    for i in range(n_users):
        opening.open_user(world, i)
    policy.apply(world)
    for i in range(n_teams):
        workload.press(world, i)
    for i in range(n_peers):
        task_allocation.pass_tasks(world, i)
    for i in range(n_teams):
        task_allocation.settle_custom(world, i)
    for i in range(n_users):
        user_meetings.meet(world, i)
    for i in range(n_users):
        user_meetings.recover(world, i)
    for i in range(n_peers):
        user_meetings.renew(world, i)
    for i in range(n_peers):
        colleagues.meet(world, i)
    for i in range(n_peers):
        supervision.supervise(world, i)
    for i in range(n_peers):
        peer_support.seek_peers(world, i)
    for i in range(n_peers):
        reflection.reflect(world, i)
    for i in range(n_clinicians):
        reflection.reflect_clinician(world, i)
    for i in range(n_clinicians):
        culture.turn_clinician(world, i)
    for i in range(n_managers):
        culture.turn_manager(world, i)
    culture.turn_organisation(world)
    for i in range(n_peers):
        absence.absent_peer(world, i)
    for i in range(n_clinicians):
        absence.absent_clinician(world, i)
    for i in range(n_managers):
        absence.absent_manager(world, i)
    for i in range(n_peers):
        leaving.consider_leaving(world, i)
    for i in range(n_clinicians):
        leaving.clinician_leaves(world, i)
    for i in range(n_managers):
        leaving.manager_leaves(world, i)
    for i in range(n_peers):
        hiring.fill_peer(world, i)
    for i in range(n_clinicians):
        hiring.fill_clinician(world, i)
    for i in range(n_managers):
        hiring.fill_manager(world, i)
    for i in range(n_users):
        caseload.move_on(world, i)
    measurement.measure(world)
    for i in range(n_teams):
        opening.open_team(world, i)
    world.provider[0].week += 1


@compiled
def live(world, weeks):
    """Found a world and live `weeks` weeks of it."""
    founding.found(world)
    for _ in range(weeks):
        live_week(world)
    measurement.close_books(world)


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
