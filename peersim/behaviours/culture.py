"""9. Culture: clinicians, managers and the organisation change by exposure, leadership and fit, and slip back.

Exposure to peers who work as peers builds understanding, understanding builds commitment, and commitment brings more
hiring and support (Byrne et al. 2018, evidence row 3.7); when peers go, what was learned fades.  The organisation's
culture of valuing lived experience empowers peers, and empowered peers move the culture (seed study): both ways of the
feedback exist.
"""

from __future__ import annotations

from peersim.behaviours.opening import commitment_of
from peersim.world.arithmetic import clip
from peersim.world.compiled import compiled
from peersim.world.state import AT_WORK, EXECUTIVE, MIDDLE_MANAGER, TEAM_MANAGER, VACANT


@compiled
def turn_clinician(world, c):
    """Clinician `c` slips back towards what they were, follows the culture a little, and may attend training.

    Team training builds understanding of the role; it hardly moves attitudes (cluster trial, evidence row 1.36).
    """
    constants = world.constants[0]
    clinician = world.clinicians[c]
    if constants.on_culture == 0 or clinician.status == VACANT:
        return
    provider = world.provider[0]
    policy = world.policy[provider.policy_row]
    clinician.role_understanding -= constants.slipping_back * max(
        0.0, clinician.role_understanding - clinician.understanding_start
    )
    clinician.clinical_stance += constants.slipping_back * max(0.0, clinician.stance_start - clinician.clinical_stance)
    target = 0.5 * (clinician.valuing_start + provider.culture_valuing)
    clinician.valuing += constants.valuing_follows * (target - clinician.valuing)
    if (
        policy.team_training_due > 0
        and clinician.status == AT_WORK
        and clinician.luck_post < constants.training_attendance
    ):
        gain = min(1.0, constants.training_understanding * policy.team_training_due)
        clinician.role_understanding += gain * (1.0 - clinician.role_understanding)


@compiled
def support_asked(policy, level):
    """Support for peers that policy asks of managers at a level."""
    if level == TEAM_MANAGER:
        return policy.team_support
    return policy.middle_support if level == MIDDLE_MANAGER else policy.executive_support


@compiled
def turn_manager(world, m):
    """Manager `m` learns from the peers in their part of the service, and their commitment follows.

    A team manager sees one team, a middle manager and an executive the whole provider.  Commitment moves towards the
    support that policy asks of the level and what the manager has come to understand.  Off sick, they stay as they are.
    """
    constants = world.constants[0]
    manager = world.managers[m]
    if constants.on_culture == 0 or manager.status != AT_WORK:
        return
    provider = world.provider[0]
    policy = world.policy[provider.policy_row]
    exposure = provider.peer_presence
    if manager.post == TEAM_MANAGER:
        exposure = world.teams[manager.team].peer_presence
    exposure = min(1.0, exposure / constants.exposure_full)
    manager.role_understanding += constants.learning_manager * exposure * (
        1.0 - manager.role_understanding
    ) - constants.slipping_back * max(0.0, manager.role_understanding - manager.understanding_start)
    if policy.team_training_due > 0 and manager.post != EXECUTIVE and manager.luck_post < constants.training_attendance:
        gain = min(1.0, constants.training_understanding * policy.team_training_due)
        manager.role_understanding += gain * (1.0 - manager.role_understanding)
    target = (
        support_asked(policy, manager.post)
        + manager.leaning
        + constants.commitment_understanding * (manager.role_understanding - constants.commitment_neutral)
        + constants.commitment_exposure * (exposure - constants.exposure_neutral)
    )
    manager.commitment += constants.commitment_rate * (clip(target) - manager.commitment)


@compiled
def turn_organisation(world):
    """The organisation's culture of valuing lived experience moves with peers, leadership and strategic fit."""
    constants = world.constants[0]
    provider = world.provider[0]
    if constants.on_culture == 0:
        return
    policy = world.policy[provider.policy_row]
    exposure = min(1.0, provider.peer_presence / constants.exposure_full)
    drive = (
        constants.culture_peers * exposure * provider.peer_empowerment
        + constants.culture_leadership * policy.lived_experience_leadership
        + constants.culture_fit * policy.strategic_fit * commitment_of(world.managers[len(world.managers) - 1])
    )
    slip = constants.culture_slipping * max(0.0, provider.culture_valuing - constants.culture_floor)
    provider.culture_valuing = clip(provider.culture_valuing + drive * (1.0 - provider.culture_valuing) - slip)
