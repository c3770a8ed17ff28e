"""Who meets whom in the team this week: shared by `colleagues` and `peer_support`.

A peer worker has a fixed number of meetings a week.  In a share of them (`fellow_preference`) they seek out a fellow
peer, if the team has another peer post; otherwise they meet any colleague with equal chance.  That preference is the
explicit reason why a second peer matters: uniform mixing would give next to nothing (Friedkin-Johnsen closed form,
evidence 6.4).  If the person met is away, the meeting does not take place.
"""

from __future__ import annotations

from peersim.world import draws
from peersim.world.compiled import compiled

FELLOW = 0
COLLEAGUE = 1


@compiled
def partner(world, i, meeting):
    """The partner of peer `i` in one of the week's meetings.

    Returns
    -------
    tuple
        FELLOW or COLLEAGUE; row in `peers` or `clinicians`; two numbers from keyed chance for what the meeting
        brings.
    """
    constants = world.constants[0]
    peer = world.peers[i]
    team = world.teams[peer.team]
    provider = world.provider[0]
    prefers, who, first, second = draws.of_person(provider, draws.PEER, peer, provider.week, draws.MEETING + meeting)
    fellows = team.n_peers - 1
    if constants.on_peer_support != 0 and fellows > 0 and prefers < constants.fellow_preference:
        choice = int(who * fellows)
    else:
        choice = int(who * (team.n_clinicians + fellows)) - team.n_clinicians
    if choice < 0:
        return COLLEAGUE, team.first_clinician + choice + team.n_clinicians, first, second
    row = team.first_peer + choice
    return FELLOW, row + 1 if row >= i else row, first, second
