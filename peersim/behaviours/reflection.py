"""8. Reflection: what the week did to people settles into how they are.

Identity and exhaustion change by the sum of the terms that the week's mechanisms gave, each kept in the person's
ledger.  Every term is rounded to a multiple of 2**-36, so the ledger adds up exactly; what the ends of the scale
hold back is a term too.  Clarity, empowerment, felt value and satisfaction move towards what circumstances support.
Demands and resources act on exhaustion (job demands-resources; evidence rows 4.7 to 4.11): demands on the energy that
is left, resources on the exhaustion that is there.
"""

from __future__ import annotations

from peersim.behaviours.supervision import going_without
from peersim.world.arithmetic import clip, grain, square
from peersim.world.causes import (
    EX_AMBIGUITY,
    EX_CONTROL,
    EX_LIFE,
    EX_LIMIT,
    EX_RECOVERY,
    EX_START,
    EX_VALUED,
    EX_WORKLOAD,
    ID_ANCHOR,
    ID_CONTROL,
    ID_FITTING,
    ID_LIMIT,
    ID_PROFESSIONALISATION,
    ID_VALUED,
    LV_CIRCUMSTANCES,
    LV_CONTROL,
    LV_EXHAUSTION,
    LV_ISOLATION,
    LV_MANAGEMENT,
    LV_NOT_VALUED,
    LV_PAY,
    LV_PROGRESSION,
    LV_SUPPORT,
    LV_TASKS,
    LV_TEAM,
)
from peersim.world.compiled import compiled
from peersim.world.state import AT_WORK, VACANT


@compiled
def reflect(world, i):
    """Peer `i` takes in the week: every state of theirs is brought up to date.

    Away sick, work does nothing to them and they rest.
    """
    constants = world.constants[0]
    peer = world.peers[i]
    if constants.on_reflection == 0 or peer.status == VACANT:
        return
    provider = world.provider[0]
    policy = world.policy[provider.policy_row]
    team = world.teams[peer.team]
    if peer.status == AT_WORK:
        weigh_identity(constants, policy, peer)
        weigh_demands(constants, team, peer)
    rest = constants.exhaustion_rest if peer.status != AT_WORK else 1.0
    peer.exhaustion_terms[EX_RECOVERY] -= constants.exhaustion_recovery * rest * (peer.exhaustion - peer.strain_point)
    peer.exhaustion_terms[EX_LIFE] += constants.exhaustion_life * (2.0 * peer.luck_life - 1.0)
    peer.identity = settle(peer.identity, peer.identity_terms, peer.identity_ledger, ID_LIMIT)
    peer.exhaustion = settle(peer.exhaustion, peer.exhaustion_terms, peer.exhaustion_ledger, EX_LIMIT)
    if peer.status == AT_WORK:
        take_stock(constants, provider, policy, team, peer)
    feel(constants, team, peer)
    peer.newness *= constants.newness_kept


@compiled
def weigh_identity(constants, policy, peer):
    """Terms of identity that come from the person and from the organisation's terms for the role.

    Professional norms asked of the role, and a role fitted to existing structures, wear identity away in every sector
    (seed study; evidence rows 2.8, 3.3).
    """
    terms = peer.identity_terms
    terms[ID_ANCHOR] += constants.identity_anchor * (peer.anchor - peer.identity)
    terms[ID_PROFESSIONALISATION] -= constants.identity_professionalisation * policy.formalisation * peer.identity
    misfit = (1.0 - policy.flexibility) * (1.0 - 0.5 * policy.strategic_fit)
    terms[ID_FITTING] -= constants.identity_fitting * misfit * peer.identity
    terms[ID_VALUED] += constants.identity_valued * balance(peer.felt_value, peer.identity)
    terms[ID_CONTROL] += constants.identity_control * balance(peer.empowerment, peer.identity)


@compiled
def balance(resource, state):
    """Pull of a resource on a state: up above the middle of its scale, in proportion to the room left; else down."""
    tilt = 2.0 * resource - 1.0
    return tilt * (1.0 - state) if tilt > 0.0 else tilt * state


@compiled
def weigh_demands(constants, team, peer):
    """Terms of exhaustion from the job's demands and resources that no other mechanism gives."""
    terms = peer.exhaustion_terms
    energy = 1.0 - peer.exhaustion
    terms[EX_WORKLOAD] += constants.exhaustion_workload * team.pressure * energy
    terms[EX_AMBIGUITY] += constants.exhaustion_ambiguity * (1.0 - peer.role_clarity) * energy
    terms[EX_START] += constants.exhaustion_start * peer.newness * energy
    terms[EX_VALUED] -= constants.exhaustion_valued * balance(peer.felt_value, 1.0 - peer.exhaustion)
    terms[EX_CONTROL] -= constants.exhaustion_control * balance(peer.empowerment, 1.0 - peer.exhaustion)


@compiled
def settle(state, terms, ledger, limit):
    """Apply the week's terms to a state and enter them in its ledger, with what the ends of the scale hold back."""
    change = 0.0
    for k in range(len(terms)):
        term = grain(terms[k])
        ledger[k] += term
        change += term
    held = clip(state + change)
    ledger[limit] += held - (state + change)
    return held


@compiled
def take_stock(constants, provider, policy, team, peer):
    """Role clarity, empowerment, felt value and prospects move towards what the circumstances support.

    Formalisation makes the role clearer with diminishing returns: the first rules say most (evidence row 3.9).
    """
    clarity = (
        constants.clarity_base
        + constants.clarity_description * policy.role_description
        + constants.clarity_formalisation * policy.formalisation * (2.0 - policy.formalisation)
        + constants.clarity_team * team.understanding
        + constants.clarity_backing * team.backing
        - constants.clarity_generic * peer.generic_share
    )
    peer.role_clarity += constants.clarity_rate * (clip(clarity) - peer.role_clarity)
    if policy.disclosure_training_due > 0:
        gain = constants.training_disclosure * policy.disclosure_training_due
        peer.disclosure_skill += min(1.0, gain) * (1.0 - peer.disclosure_skill)
        provider.cost_training += constants.cost_disclosure_training * policy.disclosure_training_due
    peer.disclosure_skill -= constants.skill_fading * peer.disclosure_skill
    control = policy.disclosure_autonomy * (1.0 + constants.control_training * peer.disclosure_skill)
    empowerment = (
        constants.empowerment_base
        + constants.empowerment_autonomy * control
        + constants.empowerment_culture * provider.culture_valuing
        + constants.empowerment_leadership * policy.lived_experience_leadership
        - constants.empowerment_formalisation * policy.formalisation
    )
    peer.empowerment += constants.empowerment_rate * (clip(empowerment) - peer.empowerment)
    way_up = 1.0 if peer.promoted == 1 else policy.progression
    prospects = constants.prospects_floor + (1.0 - constants.prospects_floor) * way_up
    peer.prospects += constants.prospects_rate * (prospects - peer.prospects)
    value = (
        constants.value_base
        + constants.value_pay * (peer.pay_ratio - 0.5)
        + constants.value_prospects * peer.prospects
        + constants.value_support * peer.support
        + constants.value_colleagues * team.valuing
        + constants.value_understanding * team.understanding
        + constants.value_culture * provider.culture_valuing
        + constants.value_leadership * policy.lived_experience_leadership
    )
    peer.felt_value += constants.value_rate * (clip(value) - peer.felt_value)


@compiled
def feel(constants, team, peer):
    """Satisfaction, wellbeing, and the intention to leave with its reasons."""
    satisfaction = (
        constants.satisfaction_base
        + constants.satisfaction_value * peer.felt_value
        + constants.satisfaction_control * peer.empowerment
        + constants.satisfaction_clarity * peer.role_clarity
        + constants.satisfaction_support * peer.support
        + constants.satisfaction_prospects * peer.prospects
        + constants.satisfaction_energy * (1.0 - peer.exhaustion)
    )
    peer.satisfaction += constants.satisfaction_rate * (clip(satisfaction) - peer.satisfaction)
    weight = constants.wellbeing_energy
    peer.wellbeing = weight * (1.0 - peer.exhaustion) + (1.0 - weight) * peer.satisfaction
    intend(constants, team, peer, constants.intention_rate)


@compiled
def intend(constants, team, peer, pace):
    """The intention to leave is the sum of its parts, each moving at `pace` towards the weight of that reason today."""
    parts = peer.intention_parts
    earned = peer.pay_ratio * (constants.pay_hours + (1.0 - constants.pay_hours) * peer.hours)
    gap = going_without(constants, peer) if constants.on_supervision != 0 else 0.0
    consider(parts, LV_CIRCUMSTANCES, constants.intention_base + peer.disposition, pace)
    consider(parts, LV_PAY, constants.intention_pay * peer.need * max(0.0, constants.pay_enough - earned), pace)
    unvalued = constants.intention_value * square(1.0 - peer.felt_value)
    unclear = constants.intention_clarity * square(1.0 - peer.role_clarity)
    consider(parts, LV_NOT_VALUED, unvalued + unclear, pace)
    team_trouble = 1.0 - team.climate + constants.team_clinical * peer.clinical_memory
    consider(parts, LV_TEAM, constants.intention_team * square(team_trouble), pace)
    consider(parts, LV_EXHAUSTION, constants.intention_exhaustion * square(peer.exhaustion), pace)
    consider(parts, LV_MANAGEMENT, constants.intention_management * square(1.0 - team.backing), pace)
    consider(parts, LV_PROGRESSION, constants.intention_progression * square(1.0 - peer.prospects), pace)
    consider(parts, LV_ISOLATION, constants.intention_isolation * square(peer.isolation), pace)
    consider(parts, LV_SUPPORT, constants.intention_support * square(gap), pace)
    consider(parts, LV_TASKS, constants.intention_tasks * square(peer.generic_share), pace)
    consider(parts, LV_CONTROL, constants.intention_control * square(1.0 - peer.empowerment), pace)
    total = 0.0
    for k in range(len(parts)):
        total += parts[k]
    peer.intention_to_leave = clip(total)


@compiled
def consider(parts, reason, weight, pace):
    """Move one part of the intention towards its weight today; parts are rounded so that they add up exactly."""
    parts[reason] = grain(parts[reason] + pace * (weight - parts[reason]))


@compiled
def reflect_clinician(world, c):
    """Clinician `c` takes in the week: exhaustion and intention to leave.

    The same demands-resources form, and the same rest points, as for peers: nobody is fragile by construction
    (evidence rows 1.13, 1.14).
    """
    constants = world.constants[0]
    clinician = world.clinicians[c]
    if constants.on_reflection == 0 or clinician.status == VACANT:
        return
    team = world.teams[clinician.team]
    rest = constants.exhaustion_rest
    demand = 0.0
    if clinician.status == AT_WORK:
        rest = 1.0
        demand = constants.clinician_demand * team.pressure * (1.0 - clinician.exhaustion)
    clinician.exhaustion = clip(
        clinician.exhaustion
        + demand
        - constants.exhaustion_recovery * rest * (clinician.exhaustion - clinician.strain_point)
        + constants.exhaustion_life * (2.0 * clinician.luck_life - 1.0)
    )
    intention = (
        constants.clinician_intention_base
        + clinician.disposition
        + constants.intention_exhaustion * square(clinician.exhaustion)
        + constants.intention_management * square(1.0 - team.backing)
    )
    clinician.intention_to_leave = clip(
        clinician.intention_to_leave + constants.intention_rate * (intention - clinician.intention_to_leave)
    )
