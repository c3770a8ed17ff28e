"""The week opens: diaries are cleared, everybody's luck of the week is drawn, teams take stock.

Not a mechanism: nothing here changes a person.  What a team is like is seen once, at the start of the week, so that it
does not depend on whose turn comes first.
"""

from __future__ import annotations

from peersim.world import draws
from peersim.world.arithmetic import clip
from peersim.world.causes import N_EXHAUSTION, N_IDENTITY
from peersim.world.compiled import compiled
from peersim.world.measures import CLINICIANS, EMPOWERMENT, PEERS, PRESENCE, STANCE, UNDERSTANDING, VALUING
from peersim.world.state import AT_WORK, VACANT


@compiled
def open_provider(world):
    """Clear the provider's counts and costs of the week, and see what peers have become by the end of the last."""
    provider = world.provider[0]
    provider.peers_left = 0
    provider.clinicians_left = 0
    provider.peers_hired = 0
    provider.clinicians_hired = 0
    provider.users_discharged = 0
    provider.users_dropped_out = 0
    provider.peers_at_group = 0
    provider.cost_pay = 0.0
    provider.cost_supervision = 0.0
    provider.cost_meetings = 0.0
    provider.cost_training = 0.0
    provider.cost_hiring = 0.0
    provider.cost_cover = 0.0
    presence = 0.0
    for t in range(len(world.teams)):
        presence += world.teams[t].peer_presence
    provider.peer_presence = presence / len(world.teams)
    in_post = provider.counts[PEERS]
    provider.peer_empowerment = provider.sums[EMPOWERMENT] / in_post if in_post > 0 else 0.0


@compiled
def draw_luck(provider, kind, person):
    """The week's numbers for a peer, clinician or manager; they belong to the holder of the post."""
    luck = draws.of_person(provider, kind, person, provider.week, draws.LUCK)
    person.luck_life, person.luck_absence, person.luck_leaving, person.luck_post = luck
    if person.status != VACANT:
        person.tenure += 1


@compiled
def open_peer(world, i):
    """Clear a peer worker's diary and draw their luck."""
    peer = world.peers[i]
    draw_luck(world.provider[0], draws.PEER, peer)
    clear_diary(peer)


@compiled
def clear_diary(peer):
    """Clear what a peer worker notes during a week."""
    peer.supervised = 0
    peer.missed = 0
    peer.tasks_taken = 0
    peer.users_met = 0
    peer.trust_met = 0.0
    peer.fellows_met = 0.0
    peer.colleague_valuing = 0.0
    peer.colleagues_met = 0
    peer.colleague_help = 0
    peer.clinical_help = 0
    peer.support_hours = 0.0
    for k in range(N_IDENTITY):
        peer.identity_terms[k] = 0.0
    for k in range(N_EXHAUSTION):
        peer.exhaustion_terms[k] = 0.0


@compiled
def open_clinician(world, i):
    """Draw a clinician's luck."""
    draw_luck(world.provider[0], draws.CLINICIAN, world.clinicians[i])


@compiled
def open_manager(world, i):
    """Draw a manager's luck."""
    draw_luck(world.provider[0], draws.MANAGER, world.managers[i])


@compiled
def open_user(world, i):
    """Draw a service user's luck."""
    user = world.users[i]
    if user.occupied == 0:
        return
    provider = world.provider[0]
    luck = draws.of_user(provider, user, provider.week, draws.LUCK)
    user.luck_meeting, user.luck_quality, user.luck_recovery, user.luck_ending = luck
    user.met = 0
    user.weeks_on_caseload += 1


@compiled
def commitment_of(manager):
    """A manager's commitment as it is felt: none while the post is vacant or they are off sick."""
    return manager.commitment if manager.status == AT_WORK else 0.0


@compiled
def open_team(world, t):
    """A team takes stock of what was measured: how its clinicians see the role, who is there, what backing it has.

    The team's way of working is 1 - the mean clinical stance.  Backing weighs managers at all levels (Gillard et
    al., seed study: supportive managers at all levels of the organisation).  Without any clinician in post, the
    picture of the week before stands.
    """
    team = world.teams[t]
    constants = world.constants[0]
    clinicians = team.counts[CLINICIANS]
    if clinicians > 0:
        team.understanding = team.sums[UNDERSTANDING] / clinicians
        team.valuing = team.sums[VALUING] / clinicians
        team.way = 1.0 - team.sums[STANCE] / clinicians
    team.peer_presence = team.sums[PRESENCE] / max(1.0, clinicians + team.counts[PEERS])
    team.backing = clip(
        constants.backing_team * commitment_of(world.managers[team.manager])
        + constants.backing_middle * commitment_of(world.managers[team.middle])
        + constants.backing_executive * commitment_of(world.managers[len(world.managers) - 1])
    )
    team.climate = clip(
        constants.climate_understanding * team.understanding
        + constants.climate_valuing * team.valuing
        + constants.climate_calm * (1.0 - team.pressure)
    )
