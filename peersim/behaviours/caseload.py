"""13. Caseload: referrals, discharge, and what a user loses when their peer leaves or is off sick.

Each team has a referral list of its own: the n-th referral is the same person in every scenario.  Places on the
caseload are filled from it while the team has a peer in post.  Losing the peer costs trust, which was built between two
people, and some engagement and hope (a quarter of clients lose their worker in a year, evidence row 5.21).
"""

from __future__ import annotations

from peersim.world import draws
from peersim.world.arithmetic import clip
from peersim.world.compiled import compiled
from peersim.world.events import note_user
from peersim.world.state import ADMITTED, DISCHARGED, DROPPED_OUT, OFF_SICK, VACANT


@compiled
def move_on(world, u):
    """Place `u` on a caseload: the user stays, is discharged, drops out, or the place is filled from the list.

    Changes who is in the place and whose caseload it is on.
    """
    constants = world.constants[0]
    if constants.on_caseload == 0:
        return
    provider = world.provider[0]
    user = world.users[u]
    if user.occupied == 0:
        admit(world, u)
        return
    discharge = constants.discharge_base + constants.discharge_recovery * user.recovery
    dropping_out = constants.drop_out * (1.0 - user.engagement)
    if user.luck_ending < discharge:
        note_user(world, DISCHARGED, user)
        provider.users_discharged += 1
        user.occupied = 0
    elif user.luck_ending > 1.0 - dropping_out:
        note_user(world, DROPPED_OUT, user)
        provider.users_dropped_out += 1
        user.occupied = 0
    else:
        if user.peer >= 0:
            feel_absence(constants, world.peers[user.peer], user)
        if user.peer < 0:
            allocate(world, u)


@compiled
def feel_absence(constants, peer, user):
    """What it does to `user` that their peer worker has left (nobody is their peer then) or is off sick."""
    if peer.status == VACANT or peer.ordinal != user.peer_ordinal:
        user.trust *= 1.0 - constants.loss_trust
        user.engagement *= 1.0 - constants.loss_engagement
        user.hope *= 1.0 - constants.loss_hope
        user.peer = -1
    elif peer.status == OFF_SICK:
        user.trust *= 1.0 - constants.absence_trust


@compiled
def admit(world, u):
    """The next person on the team's referral list takes place `u`, if the team has a peer in post."""
    constants = world.constants[0]
    provider = world.provider[0]
    user = world.users[u]
    team = world.teams[user.team]
    if any_peer(world, team) == 0:
        return
    user.referral = team.next_referral
    team.next_referral += 1
    user.occupied = 1
    user.peer = -1
    user.weeks_on_caseload = 0
    a0, a1, a2, a3 = draws.of_user(provider, user, 0, draws.BIRTH_A)
    b0, b1, b2, _ = draws.of_user(provider, user, 0, draws.BIRTH_B)
    spread = constants.user_spread
    user.experience = int(3.0 * a3)
    user.community = 1 if b0 < team.community_share else 0
    user.recovery_point = clip(constants.recovery_mean + spread * draws.bell(a0, a1, a2))
    user.recovery = clip(user.recovery_point - constants.recovery_setback)
    user.trust = constants.trust_newcomer
    user.hope = clip(constants.hope_newcomer + spread * 3.4641016151377544 * (b1 - 0.5))
    user.engagement = clip(constants.engagement_newcomer + spread * 3.4641016151377544 * (b2 - 0.5))
    user.met = 0
    note_user(world, ADMITTED, user)
    allocate(world, u)


@compiled
def any_peer(world, team):
    """Number of peers of a team who are in post."""
    in_post = 0
    for i in range(team.first_peer, team.first_peer + team.n_peers):
        if world.peers[i].status != VACANT:
            in_post += 1
    return in_post


@compiled
def allocate(world, u):
    """User `u` comes onto the caseload of a peer in post: the best match in background, or the next in turn.

    With chance `background_matching` those who share most with the user are asked, otherwise all; among them chance
    decides.  A lone peer takes everybody.
    """
    user = world.users[u]
    team = world.teams[user.team]
    provider = world.provider[0]
    matched, turn, _, _ = draws.of_user(provider, user, 0, draws.FATE)
    by_match = matched < world.policy[provider.policy_row].background_matching
    most = -1
    alike = 0
    for i in range(team.first_peer, team.first_peer + team.n_peers):
        shared = sharing(world.peers[i], user, by_match)
        if shared > most:
            most = shared
            alike = 0
        if shared == most:
            alike += 1
    if most < 0:
        return
    skip = int(turn * alike)
    for i in range(team.first_peer, team.first_peer + team.n_peers):
        if sharing(world.peers[i], user, by_match) == most:
            if skip == 0:
                user.peer = i
            skip -= 1
    peer = world.peers[user.peer]
    user.peer_ordinal = peer.ordinal
    a0, a1, a2, _ = draws.of_pair(provider, peer, user, draws.AFFINITY)
    user.affinity = draws.bell(a0, a1, a2)


@compiled
def sharing(peer, user, by_match):
    """How much of a user's background a peer shares, if that counts; -1 for a post that is vacant."""
    if peer.status == VACANT:
        return -1
    if not by_match:
        return 0
    return int(peer.experience == user.experience) + int(peer.community == user.community)
