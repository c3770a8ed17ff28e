"""3. Task allocation: where the role is not understood, peers become a repository for generic or unwanted tasks.

The seed study's words, and the strongest known correlate of intending to leave (odds ratio 2.9, evidence row 1.8).
Colleagues under pressure who do not understand the role pass tasks on; a peer declines more often with clarity,
identity and a manager's backing; protected time is a floor; and what happened becomes custom (`role_norm`), so that a
role once diluted stays easier to dilute.  Every peer meets the same number of occasions however many peers there are:
there is no penalty for being the only one.
"""

from __future__ import annotations

from peersim.world import draws
from peersim.world.arithmetic import clip
from peersim.world.causes import EX_TASKS, ID_DILUTION
from peersim.world.compiled import compiled
from peersim.world.state import AT_WORK, VACANT


@compiled
def pass_tasks(world, i):
    """Colleagues pass generic tasks to peer `i`, who declines or takes them.

    Changes `tasks_taken`, `generic_share` (smoothed over about two months) and, by cause, this week's `identity` and
    `exhaustion`.
    """
    constants = world.constants[0]
    peer = world.peers[i]
    if constants.on_task_allocation == 0 or peer.status != AT_WORK:
        return
    provider = world.provider[0]
    policy = world.policy[provider.policy_row]
    team = world.teams[peer.team]
    resolve = (
        constants.decline_clarity * peer.role_clarity
        + constants.decline_identity * peer.identity
        + constants.decline_backing * team.backing
    )
    for occasion in range(int(constants.task_occasions)):
        who, passes, declines, _ = draws.of_person(provider, draws.PEER, peer, provider.week, draws.TASK + occasion)
        clinician = world.clinicians[team.first_clinician + int(who * team.n_clinicians)]
        if clinician.status != AT_WORK:
            continue
        custom = constants.task_without_custom + (1.0 - constants.task_without_custom) * team.role_norm
        push = constants.task_passing * team.pressure * (1.0 - clinician.role_understanding) * custom
        if passes < push and declines >= resolve:
            peer.tasks_taken += 1
    wanted = (
        constants.generic_base
        + constants.generic_paperwork * policy.formalisation
        + constants.generic_custom * team.role_norm
        + constants.generic_task * peer.tasks_taken
    )
    share = min(wanted, 1.0 - policy.protected_time)
    peer.generic_share = clip(peer.generic_share + constants.generic_rate * (share - peer.generic_share))
    peer.identity_terms[ID_DILUTION] -= constants.identity_dilution * peer.generic_share * peer.identity
    peer.exhaustion_terms[EX_TASKS] += constants.exhaustion_tasks * peer.generic_share * (1.0 - peer.exhaustion)


@compiled
def settle_custom(world, t):
    """What peers of team `t` were used for becomes custom.

    Changes `role_norm`: it follows the mean generic share of peers in post; with nobody in post it stays.
    """
    constants = world.constants[0]
    team = world.teams[t]
    if constants.on_task_allocation == 0:
        return
    total = 0.0
    in_post = 0
    for i in range(team.first_peer, team.first_peer + team.n_peers):
        if world.peers[i].status != VACANT:
            total += world.peers[i].generic_share
            in_post += 1
    if in_post > 0:
        team.role_norm = clip(team.role_norm + constants.custom_rate * (total / in_post - team.role_norm))
