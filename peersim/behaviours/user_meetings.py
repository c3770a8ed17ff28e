"""4. Meeting users: trust built between two people on shared lived experience.

Peers build trust, engage people with services and role-model hope (seed study; Gillard et al. 2015, evidence row 2.1).
Formalisation gets in the way in every sector, BME-specific projects included; language can be a bridge or a barrier.
Effects on self-rated recovery are small (standardised difference about 0.2, evidence section 8) and service use is
not touched.  Direct peer work also renews the peer (Park et al. 2016, evidence row 1.23).
"""

from __future__ import annotations

from peersim.world.arithmetic import clip
from peersim.world.causes import EX_EMOTIONAL, EX_USERS, ID_USERS
from peersim.world.compiled import compiled
from peersim.world.state import AT_WORK


@compiled
def shared_background(constants, peer, user):
    """How much of their background a peer and a user share, 0 to 1.

    Lived experience of the same kind, and cultural community; community counts for more with a user who belongs to
    the community that the service is for.
    """
    weight = constants.community_weight if user.community == 1 else constants.community_weight_other
    same_experience = 1.0 if peer.experience == user.experience else 0.0
    same_community = 1.0 if peer.community == user.community else 0.0
    return (1.0 - weight) * same_experience + weight * same_community


@compiled
def meeting_quality(constants, policy, peer, user):
    """How good a meeting of the two is for trust, 0 to 1."""
    return clip(
        constants.trust_base
        + constants.trust_background * shared_background(constants, peer, user)
        + constants.trust_identity * peer.identity
        + constants.trust_control * peer.empowerment
        + constants.trust_language * policy.language_fit
        - constants.trust_formalisation * policy.formalisation
        + constants.trust_affinity * user.affinity
        + constants.trust_chance * (2.0 * user.luck_quality - 1.0)
    )


@compiled
def meet(world, u):
    """Service user `u` meets their peer worker this week, or does not.

    Changes `trust`, `engagement` and `hope` of the user, and what the peer's week was like (`users_met`, `trust_met`).
    """
    constants = world.constants[0]
    user = world.users[u]
    if constants.on_user_meetings == 0 or user.occupied == 0:
        return
    if user.peer >= 0 and world.peers[user.peer].status == AT_WORK:
        peer = world.peers[user.peer]
        chance = constants.contact * (1.0 - peer.generic_share) * (0.5 + 0.5 * user.engagement)
        if user.luck_meeting < chance:
            user.met = 1
            policy = world.policy[world.provider[0].policy_row]
            quality = meeting_quality(constants, policy, peer, user)
            user.trust += constants.trust_rate * (quality - user.trust)
            example = peer.identity * peer.wellbeing
            user.hope = clip(user.hope + constants.hope_rate * (constants.hope_scale * example - user.hope))
            peer.users_met += 1
            peer.trust_met += user.trust
    if user.met == 0:
        user.trust -= constants.trust_fading * user.trust
        user.hope -= constants.hope_fading * user.hope
    user.engagement += constants.engagement_rate * (
        constants.engagement_base + (1.0 - constants.engagement_base) * user.trust - user.engagement
    )


@compiled
def recover(world, u):
    """Self-rated recovery of service user `u` in a week.

    Changes `recovery`: it tends to the person's own point, moved a little by hope and engagement, with chance.
    """
    constants = world.constants[0]
    user = world.users[u]
    if constants.on_user_meetings == 0 or user.occupied == 0:
        return
    point = user.recovery_point + constants.recovery_effect * (user.hope + user.engagement - 1.0)
    user.recovery = clip(
        user.recovery
        + constants.recovery_rate * (point - user.recovery)
        + constants.recovery_chance * (2.0 * user.luck_recovery - 1.0)
    )


@compiled
def renew(world, i):
    """What time with service users does for peer `i`: it renews, and it is emotional work.

    Changes, by cause, this week's `identity` and `exhaustion`, in proportion to the share of the caseload met.
    """
    constants = world.constants[0]
    peer = world.peers[i]
    if constants.on_user_meetings == 0 or peer.users_met == 0:
        return
    places = world.teams[peer.team].n_users / world.teams[peer.team].n_peers
    met = min(1.0, peer.users_met / places)
    meaning = met * peer.trust_met / peer.users_met
    peer.identity_terms[ID_USERS] += constants.identity_users * meaning * (1.0 - peer.identity)
    peer.exhaustion_terms[EX_USERS] -= constants.exhaustion_users * meaning * peer.exhaustion
    peer.exhaustion_terms[EX_EMOTIONAL] += constants.exhaustion_emotional * met * (1.0 - peer.exhaustion)
