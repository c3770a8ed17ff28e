"""6. Supervision: skilled, dedicated one-to-one support for tasks and for wellbeing in the role.

It happens on its schedule if the supervisor is there and finds time.  What it gives is in proportion to how well the
supervisor understands the role, whatever their own background (Kuhn et al. 2015; evidence rows 1.27, 1.28).  A part
that keeps professional boundaries makes the role clearer and less peer-like (Gillard et al. 2013, evidence row 2.4).
Going without wears the role away, and a session that was due and did not happen is felt.
"""

from __future__ import annotations

import numpy as np

from peersim.world import draws
from peersim.world.arithmetic import clip
from peersim.world.causes import EX_LACK, EX_SUPERVISION, ID_BOUNDARY, ID_LACK, ID_SUPERVISION
from peersim.world.compiled import compiled
from peersim.world.state import AT_WORK, BY_EXTERNAL, BY_PEER_LEAD, MIDDLE_MANAGER, PARTNERSHIP, TEAM_MANAGER

ALMOST_NONE = 1e-9  # 49 times 1 / 49 is a little less than 1


@compiled
def supervises(provider, level):
    """Whether managers of a level supervise peers (when supervision is by managers).

    In a partnership the employer is not the team's host: the employer's middle manager supervises.
    """
    return level == (MIDDLE_MANAGER if provider.sector == PARTNERSHIP else TEAM_MANAGER)


@compiled
def line_manager(world, peer):
    """Row of the manager who supervises a peer when it is by managers."""
    team = world.teams[peer.team]
    return team.middle if supervises(world.provider[0], MIDDLE_MANAGER) else team.manager


@compiled
def supervise(world, i):
    """Peer `i` has supervision, misses it, or none is due.

    A session that could not be held is tried again every week; it counts as missed in the week in which it falls due.

    Changes `weeks_since_supervision`, `supervised` or `missed`, `support_hours`, `support`, `role_clarity`,
    `empowerment` and, by cause, this week's `identity` and `exhaustion`; what it costs.
    """
    constants = world.constants[0]
    peer = world.peers[i]
    if constants.on_supervision == 0 or peer.status != AT_WORK:
        return
    provider = world.provider[0]
    policy = world.policy[provider.policy_row]
    peer.weeks_since_supervision += 1
    due_before = np.floor(peer.sessions_due + ALMOST_NONE)
    if policy.supervision_minutes > 0.0:
        peer.sessions_due += policy.supervision_rate
    due = np.floor(peer.sessions_due + ALMOST_NONE)
    if due > 0.0:
        held, _, _, _ = draws.of_person(provider, draws.PEER, peer, provider.week, draws.SUPERVISION)
        understanding, chance, task, wellbeing = offer(world, peer)
        if held < chance:
            hold(constants, provider, policy, peer, understanding, task, wellbeing)
        elif due > due_before:
            peer.missed = 1
            peer.missed_sessions += 1
            peer.felt_value -= constants.value_missed * peer.felt_value
            peer.exhaustion_terms[EX_LACK] += constants.exhaustion_missed * (1.0 - peer.exhaustion)
    gap = going_without(constants, peer)
    peer.support -= constants.support_fading * peer.support
    peer.identity_terms[ID_LACK] -= constants.identity_lack * gap * peer.identity
    peer.exhaustion_terms[EX_LACK] += constants.exhaustion_lack * gap * (1.0 - peer.exhaustion)


@compiled
def going_without(constants, peer):
    """How long peer `peer` has gone without supervision, on a scale from 0 (just had it) towards 1 (never)."""
    weeks = peer.weeks_since_supervision
    return weeks / (weeks + constants.lack_half_weeks)


@compiled
def offer(world, peer):
    """What the supervisor brings.

    Returns
    -------
    tuple of four floats
        Understanding of the peer role; chance that a due session takes place; skill for tasks; skill for wellbeing.
    """
    constants = world.constants[0]
    policy = world.policy[world.provider[0].policy_row]
    if policy.supervision_by == BY_EXTERNAL:
        return policy.supervision_understanding, constants.time_external, constants.skill, constants.skill
    if policy.supervision_by == BY_PEER_LEAD:
        return policy.supervision_understanding, constants.time_peer_lead, constants.skill, constants.skill
    manager = world.managers[line_manager(world, peer)]
    if manager.status != AT_WORK:
        return 0.0, 0.0, 0.0, 0.0
    time = manager.time_available * (1.0 - constants.time_pressure * world.teams[peer.team].pressure)
    return manager.role_understanding, time, manager.skill_task, manager.skill_wellbeing


@compiled
def hold(constants, provider, policy, peer, understanding, skill_task, skill_wellbeing):
    """A session takes place: its parts act in proportion to its length, the skill and the understanding."""
    peer.supervised = 1
    peer.sessions += 1
    peer.weeks_since_supervision = 0
    peer.sessions_due = 0.0
    dose = min(constants.dose_most, policy.supervision_minutes / 60.0)
    task = dose * understanding * skill_task * policy.supervision_task
    wellbeing = dose * understanding * skill_wellbeing * policy.supervision_wellbeing
    boundaries = dose * policy.supervision_boundaries
    peer.support += constants.support_gain * min(1.0, task + wellbeing) * (1.0 - peer.support)
    peer.role_clarity = clip(
        peer.role_clarity
        + (constants.clarity_task * task + constants.clarity_boundaries * boundaries) * (1.0 - peer.role_clarity)
    )
    distance = max(0.0, peer.anchor - peer.identity)
    peer.identity_terms[ID_SUPERVISION] += constants.identity_supervision * (task + wellbeing) * distance
    peer.identity_terms[ID_BOUNDARY] -= constants.identity_boundaries * boundaries * peer.identity
    peer.empowerment = clip(peer.empowerment - constants.empowerment_boundaries * boundaries * peer.empowerment)
    relief = constants.exhaustion_supervision_task * task + constants.exhaustion_supervision_wellbeing * wellbeing
    peer.exhaustion_terms[EX_SUPERVISION] -= relief * peer.exhaustion
    hours = policy.supervision_minutes / 60.0
    rate = constants.cost_supervisor_hour
    if policy.supervision_by == BY_EXTERNAL:
        rate = constants.cost_external_supervisor_hour
    provider.cost_supervision += hours * rate
    peer.support_hours += hours
