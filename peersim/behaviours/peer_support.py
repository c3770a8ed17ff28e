"""7. Peer support: other peers, in the team and in the network, hold identity up and ease exhaustion.

Peers who meet reinforce in each other what each brings to the role (a cohesive peer ethos, evidence row 3.6) and draw
each other's practice together.  Why the second peer matters stands in `meetings`: peers seek each other out.  There is
no bonus for a head count.  Going without fellow peers is isolation, which wears slowly.  Switched off, peers do not
seek each other out and neither contact nor its lack has any effect.
"""

from __future__ import annotations

from peersim.behaviours.meetings import FELLOW, partner
from peersim.world import draws
from peersim.world.arithmetic import clip
from peersim.world.causes import EX_FELLOWS, EX_ISOLATION, EX_NETWORK, ID_FELLOWS, ID_ISOLATION, ID_NETWORK
from peersim.world.compiled import compiled
from peersim.world.state import AT_WORK

TALKS = 3  # fellow peers talked to at a group meeting: one for each number left in the draw


@compiled
def seek_peers(world, i):
    """Peer `i` meets fellow peers, in the team and (when it meets) the peer group, or goes without.

    Changes `fellows_met`, `support_hours`, `peers_at_group`, `isolation` and, by cause, this week's `identity` and
    `exhaustion`.
    """
    constants = world.constants[0]
    peer = world.peers[i]
    if constants.on_peer_support == 0 or peer.status != AT_WORK:
        return
    for meeting in range(int(constants.meetings)):
        kind, row, _, _ = partner(world, i, meeting)
        if kind == FELLOW and world.peers[row].status == AT_WORK:
            exchange(constants, peer, world.peers[row], constants.fellow_strength / constants.meetings, True)
    if world.policy[world.provider[0].policy_row].peer_group_meets != 0:
        attend_group(world, i)
    contact = clip(peer.fellows_met / constants.contact_enough)
    if peer.colleagues_met > 0:
        warmth = peer.colleague_valuing / peer.colleagues_met
        contact = clip(contact + constants.contact_colleagues * warmth)
    peer.isolation = clip(peer.isolation + constants.isolation_rate * (1.0 - contact - peer.isolation))
    peer.identity_terms[ID_ISOLATION] -= constants.identity_isolation * peer.isolation * peer.identity
    peer.exhaustion_terms[EX_ISOLATION] += constants.exhaustion_isolation * peer.isolation * (1.0 - peer.exhaustion)


@compiled
def attend_group(world, i):
    """Peer `i` goes to the peer group, if they can, and talks to three others who are at work this week."""
    constants = world.constants[0]
    provider = world.provider[0]
    peer = world.peers[i]
    attends, first, second, third = draws.of_person(provider, draws.PEER, peer, provider.week, draws.PEER_GROUP)
    if attends >= constants.group_attendance:
        return
    provider.peers_at_group += 1
    peer.support_hours += constants.group_hours
    others = len(world.peers) - 1
    for talk in range(TALKS):
        number = first if talk == 0 else (second if talk == 1 else third)
        row = int(number * others)
        row = row + 1 if row >= i else row
        if others > 0 and world.peers[row].status == AT_WORK:
            exchange(constants, peer, world.peers[row], constants.group_strength / TALKS, False)


@compiled
def exchange(constants, peer, fellow, strength, in_team):
    """What meeting a fellow peer does for `peer`, as strong as `strength`.

    Identity is drawn towards the fellow's, and what the person brought themselves is reinforced; exhaustion eases.
    """
    pull = constants.fellow_alike * (fellow.identity - peer.identity) + constants.fellow_reinforcement * max(
        0.0, peer.anchor - peer.identity
    )
    ease = constants.exhaustion_fellows * peer.exhaustion
    peer.fellows_met += 1.0
    if in_team:
        peer.identity_terms[ID_FELLOWS] += strength * pull
        peer.exhaustion_terms[EX_FELLOWS] -= strength * ease
    else:
        peer.identity_terms[ID_NETWORK] += strength * pull
        peer.exhaustion_terms[EX_NETWORK] -= strength * ease
