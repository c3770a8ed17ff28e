"""12. Hiring: an approved vacancy fills after a delay, if somebody takes it.

Vacancies of peer posts need a manager's backing to be approved at all, which closes the feedback of exposure and
commitment (evidence row 3.7).  Who comes depends on selection and on the labour market (pay).  Newcomers start at their
own beginning: the n-th holder of a post is the same person in every scenario, up to what selection changes.
"""

from __future__ import annotations

from peersim.behaviours.culture import support_asked
from peersim.behaviours.opening import clear_diary
from peersim.behaviours.reflection import intend
from peersim.behaviours.supervision import supervises
from peersim.world import draws
from peersim.world.arithmetic import clip, grain, square
from peersim.world.causes import N_EXHAUSTION, N_IDENTITY, N_LEAVING
from peersim.world.compiled import compiled
from peersim.world.events import note_person
from peersim.world.state import AT_WORK, HIRED, PARTNERSHIP, PROMOTED, VACANT, VOLUNTARY


@compiled
def progress_vacancy(policy, person, approval, uptake):
    """A vacancy waits for approval, then for the time to hire, then for somebody to take it.

    Parameters
    ----------
    approval : float
        Chance in a week that the post is approved for filling.
    uptake : float
        Chance in a week, once the time to hire has passed, that somebody starts.

    Returns
    -------
    bool
        Whether somebody starts this week.
    """
    person.weeks_vacant += 1
    if person.approved == 0:
        if person.luck_post < approval:
            person.approved = 1
            person.weeks_to_start = int(policy.weeks_to_hire)
        return False
    if person.weeks_to_start > 0:
        person.weeks_to_start -= 1
        return False
    return person.luck_post < uptake


@compiled
def fill_peer(world, i):
    """The post of peer `i`: a vacancy comes closer to being filled, or a person in post to promotion."""
    constants = world.constants[0]
    peer = world.peers[i]
    if constants.on_hiring == 0:
        return
    provider = world.provider[0]
    policy = world.policy[provider.policy_row]
    if peer.status != VACANT:
        promote(world, peer, policy.progression)
        return
    backing = world.teams[peer.team].backing
    convinced = square(square(backing / constants.approval_half))
    approval = constants.approval_base + constants.approval_backing * convinced / (1.0 + convinced)
    uptake = clip(constants.uptake_base + constants.uptake_pay * (policy.pay_parity - 0.5))
    if progress_vacancy(policy, peer, approval, uptake):
        peer.ordinal += 1
        begin_peer(world, i)
        peer.start_week = provider.week
        provider.peers_hired += 1
        provider.cost_hiring += constants.cost_hire
        note_person(world, HIRED, draws.PEER, peer)


@compiled
def promote(world, peer, progression):
    """After a year in post a peer may be promoted within the role, as far as there is a way to progress."""
    constants = world.constants[0]
    if peer.promoted == 1 or peer.tenure < constants.promotion_tenure:
        return
    if peer.luck_post < constants.promotion_chance * progression:
        peer.promoted = 1
        peer.pay_ratio += constants.promotion_pay
        note_person(world, PROMOTED, draws.PEER, peer)


@compiled
def begin_peer(world, i):
    """A peer worker starts in post `i`, with what this person brings.

    Selection for lived experience raises the anchor; recruiting by background raises the chance that the person belongs
    to the community served.
    """
    constants = world.constants[0]
    provider = world.provider[0]
    policy = world.policy[provider.policy_row]
    peer = world.peers[i]
    team = world.teams[peer.team]
    a0, a1, a2, a3 = draws.of_person(provider, draws.PEER, peer, 0, draws.BIRTH_A)
    b0, b1, b2, b3 = draws.of_person(provider, draws.PEER, peer, 0, draws.BIRTH_B)
    c0, c1, c2, c3 = draws.of_person(provider, draws.PEER, peer, 0, draws.BIRTH_C)
    peer.status = AT_WORK
    peer.tenure = 0
    peer.start_week = -1
    peer.end_week = -1
    peer.ended = 0
    peer.promoted = 0
    peer.experience = int(3.0 * a3)
    matched = policy.background_matching * team.community_share
    unmatched = (1.0 - policy.background_matching) * constants.community_workforce
    peer.community = 1 if b3 < matched + unmatched else 0
    peer.pay_ratio = policy.pay_parity
    peer.hours = 0.5 + 0.5 * c0
    peer.need = c1
    selected = constants.anchor_selection * (policy.lived_experience_selection - 0.5)
    anchor = constants.anchor_mean + selected + constants.anchor_spread * draws.bell(a0, a1, a2)
    peer.anchor = grain(clip(anchor))
    peer.identity = peer.anchor
    peer.strain_point = grain(clip(constants.strain_mean + constants.strain_spread * draws.bell(b0, b1, b2)))
    peer.exhaustion = grain(clip(peer.strain_point + constants.exhaustion_newcomer))
    peer.disposition = constants.disposition_spread * 3.4641016151377544 * (c2 - 0.5)
    peer.role_clarity = clip(constants.clarity_newcomer + 0.5 * constants.clarity_description * policy.role_description)
    peer.empowerment = constants.empowerment_newcomer
    peer.disclosure_skill = 0.0
    peer.felt_value = constants.value_newcomer
    peer.support = constants.support_newcomer
    peer.prospects = clip(constants.prospects_newcomer + constants.prospects_spread * (2.0 * c3 - 1.0))
    peer.satisfaction = constants.satisfaction_newcomer
    weight = constants.wellbeing_energy
    peer.wellbeing = weight * (1.0 - peer.exhaustion) + (1.0 - weight) * peer.satisfaction
    peer.generic_share = 0.0
    peer.isolation = constants.isolation_newcomer
    peer.newness = 1.0
    peer.closest_fit = abs(peer.identity - team.way)
    peer.clinical_memory = 0.0
    clear_history(peer)
    intend(constants, team, peer, constants.intention_newcomer)


@compiled
def clear_history(peer):
    """A newcomer has no history in the post: ledgers, sessions and the diary start empty."""
    peer.identity_start = peer.identity
    peer.exhaustion_start = peer.exhaustion
    peer.weeks_since_supervision = 0
    peer.sessions_due = 0.0
    peer.sessions = 0
    peer.missed_sessions = 0
    clear_diary(peer)
    peer.leaving_weeks = 0
    peer.log_hazard_sum = 0.0
    for k in range(N_IDENTITY):
        peer.identity_ledger[k] = 0.0
    for k in range(N_EXHAUSTION):
        peer.exhaustion_ledger[k] = 0.0
    for k in range(N_LEAVING):
        peer.intention_parts[k] = 0.0
        peer.leaving_terms[k] = 0.0
        peer.leaving_ledger[k] = 0.0


@compiled
def fill_clinician(world, c):
    """The post of clinician `c`: a vacancy comes closer to being filled."""
    constants = world.constants[0]
    clinician = world.clinicians[c]
    if constants.on_hiring == 0 or clinician.status != VACANT:
        return
    policy = world.policy[world.provider[0].policy_row]
    if progress_vacancy(policy, clinician, constants.approval_clinician, constants.uptake_clinician):
        clinician.ordinal += 1
        begin_clinician(world, c)
        world.provider[0].clinicians_hired += 1
        note_person(world, HIRED, draws.CLINICIAN, clinician)


@compiled
def begin_clinician(world, c):
    """A clinician starts in post `c`, with what this person brings; sectors differ in what they expect."""
    constants = world.constants[0]
    clinician = world.clinicians[c]
    provider = world.provider[0]
    stance = constants.stance_nhs_trust
    if provider.sector == VOLUNTARY:
        stance = constants.stance_voluntary
    elif provider.sector == PARTNERSHIP:
        stance = constants.stance_partnership
    a0, a1, a2, a3 = draws.of_person(provider, draws.CLINICIAN, clinician, 0, draws.BIRTH_A)
    b0, b1, b2, b3 = draws.of_person(provider, draws.CLINICIAN, clinician, 0, draws.BIRTH_B)
    c0, _, _, _ = draws.of_person(provider, draws.CLINICIAN, clinician, 0, draws.BIRTH_C)
    clinician.status = AT_WORK
    clinician.tenure = 0
    clinician.strain_point = clip(constants.strain_mean + constants.strain_spread * draws.bell(a0, a1, a2))
    clinician.exhaustion = clip(clinician.strain_point + constants.exhaustion_newcomer)
    clinician.disposition = constants.disposition_spread * 3.4641016151377544 * (a3 - 0.5)
    clinician.intention_to_leave = clip(constants.clinician_intention_base + clinician.disposition)
    spread = constants.view_spread
    clinician.clinical_stance = clip(stance + spread * draws.bell(b0, b1, b2))
    clinician.role_understanding = clip(constants.understanding_newcomer + spread * 3.4641016151377544 * (b3 - 0.5))
    clinician.valuing_start = clip(constants.valuing_newcomer + spread * 3.4641016151377544 * (c0 - 0.5))
    clinician.valuing = clip(0.5 * (clinician.valuing_start + world.provider[0].culture_valuing))
    clinician.understanding_start = clinician.role_understanding
    clinician.stance_start = clinician.clinical_stance


@compiled
def fill_manager(world, m):
    """The post of manager `m`: a vacancy comes closer to being filled."""
    constants = world.constants[0]
    manager = world.managers[m]
    if constants.on_hiring == 0 or manager.status != VACANT:
        return
    policy = world.policy[world.provider[0].policy_row]
    if progress_vacancy(policy, manager, constants.approval_clinician, constants.uptake_clinician):
        manager.ordinal += 1
        begin_manager(world, m)
        note_person(world, HIRED, draws.MANAGER, manager)


@compiled
def begin_manager(world, m):
    """A manager starts in post `m`, with what this person brings and what policy asks of the level."""
    constants = world.constants[0]
    provider = world.provider[0]
    manager = world.managers[m]
    policy = world.policy[provider.policy_row]
    a0, a1, a2, a3 = draws.of_person(provider, draws.MANAGER, manager, 0, draws.BIRTH_A)
    b0, b1, b2, b3 = draws.of_person(provider, draws.MANAGER, manager, 0, draws.BIRTH_B)
    spread = constants.view_spread
    manager.status = AT_WORK
    manager.tenure = 0
    manager.leaning = spread * draws.bell(a0, a1, a2)
    manager.commitment = clip(support_asked(policy, manager.post) + manager.leaning)
    base = constants.understanding_newcomer
    if supervises(provider, manager.post):
        base = policy.supervision_understanding
    manager.role_understanding = clip(base + spread * draws.bell(b0, b1, b2))
    manager.understanding_start = manager.role_understanding
    manager.skill_task = clip(constants.skill + 0.5 * (a3 - 0.5))
    manager.skill_wellbeing = clip(constants.skill + 0.5 * (b3 - 0.5))
    manager.time_available = constants.time_manager
