"""11. Leaving: intention raises the weekly hazard, and so does being unlike the team.

The log-hazard is a sum of named terms: a base, the parts of the intention to leave, and how far the person is from
the team's way (alienation, in the form of Bhatt's "Cultural carriers", evidence 6.3), with an extra term when fit falls
after it was once better (Srivastava et al. 2018, evidence row 4.21).  Who goes may leave the job, or the peer role for
another job (Ostrow et al. 2025, evidence row 1.9).
"""

from __future__ import annotations

from peersim.world import draws
from peersim.world.arithmetic import exponential, grain, strikes
from peersim.world.causes import LV_ALIENATION, LV_CIRCUMSTANCES, LV_FALLING_FIT, N_LEAVING
from peersim.world.compiled import compiled
from peersim.world.events import keep_spell, note_person
from peersim.world.state import CHANGED_ROLE, LEFT, LEFT_JOB, LEFT_ROLE, VACANT

MOST_LOG_HAZARD = -0.7  # nobody is more likely than not to leave within one week


@compiled
def weigh_leaving(constants, way, peer):
    """Log-hazard of leaving this week: fills `leaving_terms`, adds them to the ledger, returns their sum."""
    terms = peer.leaving_terms
    distance = abs(peer.identity - way)
    peer.closest_fit = min(peer.closest_fit, distance)
    for k in range(N_LEAVING):
        terms[k] = grain(constants.hazard_intention * peer.intention_parts[k])
    terms[LV_CIRCUMSTANCES] += grain(constants.hazard_base)
    tolerance = constants.alienation_tolerance
    unlike = 1.0 - exponential(-distance * distance / (2.0 * tolerance * tolerance))
    terms[LV_ALIENATION] = grain(constants.hazard_alienation * unlike)
    fallen = max(0.0, distance - peer.closest_fit - constants.fit_noticed)
    terms[LV_FALLING_FIT] = grain(constants.hazard_falling_fit * fallen)
    total = 0.0
    for k in range(N_LEAVING):
        peer.leaving_ledger[k] += terms[k]
        total += terms[k]
    peer.log_hazard_sum += total
    peer.leaving_weeks += 1
    return total


@compiled
def consider_leaving(world, i):
    """Peer `i` stays, leaves the job, or leaves the peer role for another job."""
    constants = world.constants[0]
    peer = world.peers[i]
    if constants.on_leaving == 0 or peer.status == VACANT:
        return
    provider = world.provider[0]
    policy = world.policy[provider.policy_row]
    log_hazard = weigh_leaving(constants, world.teams[peer.team].way, peer)
    if not strikes(peer.luck_leaving, min(MOST_LOG_HAZARD, log_hazard)):
        return
    which, _, _, _ = draws.of_person(provider, draws.PEER, peer, provider.week, draws.FATE)
    provider.peers_left += 1
    if which < constants.role_exit_share * (1.0 - policy.progression):
        note_person(world, CHANGED_ROLE, draws.PEER, peer)
        vacate_peer(world, i, LEFT_ROLE)
    else:
        note_person(world, LEFT, draws.PEER, peer)
        vacate_peer(world, i, LEFT_JOB)


@compiled
def vacate_peer(world, i, ended):
    """The spell of peer `i` ends and the post falls vacant."""
    peer = world.peers[i]
    keep_spell(world, i, world.provider[0].week, ended)
    empty_post(peer)


@compiled
def empty_post(person):
    """A post falls vacant; its place in the queue for filling starts."""
    person.status = VACANT
    person.tenure = 0
    person.weeks_vacant = 0
    person.approved = 0
    person.weeks_to_start = 0


@compiled
def clinician_leaves(world, c):
    """Clinician `c` stays or leaves; intention raises the hazard as it does for peers."""
    constants = world.constants[0]
    clinician = world.clinicians[c]
    if constants.on_leaving == 0 or clinician.status == VACANT:
        return
    log_hazard = constants.clinician_hazard_base + constants.hazard_intention * clinician.intention_to_leave
    if strikes(clinician.luck_leaving, min(MOST_LOG_HAZARD, log_hazard)):
        world.provider[0].clinicians_left += 1
        note_person(world, LEFT, draws.CLINICIAN, clinician)
        empty_post(clinician)


@compiled
def manager_leaves(world, m):
    """Manager `m` stays or leaves, at the rate of the workforce."""
    constants = world.constants[0]
    manager = world.managers[m]
    if constants.on_leaving == 0 or manager.status == VACANT:
        return
    if manager.luck_leaving < constants.manager_hazard:
        note_person(world, LEFT, draws.MANAGER, manager)
        empty_post(manager)
