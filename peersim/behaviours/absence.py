"""10. Absence: sickness starts from exhaustion and ends.

One rule for peers and clinicians: peers are off sick as often as others in the mental health workforce (evidence row
1.22), about one week in twenty (evidence rows 5.8, 5.9).
"""

from __future__ import annotations

from peersim.world import draws
from peersim.world.compiled import compiled
from peersim.world.events import note_person
from peersim.world.state import AT_WORK, CAME_BACK, OFF_SICK, VACANT, WENT_OFF_SICK


@compiled
def be_absent(world, kind, person, exhaustion):
    """A person goes off sick or comes back, by keyed chance; the more exhausted, the sooner they go.

    Changes `status`.
    """
    constants = world.constants[0]
    if person.status == AT_WORK:
        chance = constants.sickness_base + constants.sickness_exhaustion * exhaustion * exhaustion
        if person.luck_absence < chance:
            person.status = OFF_SICK
            note_person(world, WENT_OFF_SICK, kind, person)
    elif person.luck_absence < constants.sickness_ends:
        person.status = AT_WORK
        note_person(world, CAME_BACK, kind, person)


@compiled
def absent_peer(world, i):
    """Peer `i` goes off sick or comes back."""
    peer = world.peers[i]
    if world.constants[0].on_absence != 0 and peer.status != VACANT:
        be_absent(world, draws.PEER, peer, peer.exhaustion)


@compiled
def absent_clinician(world, c):
    """Clinician `c` goes off sick or comes back."""
    clinician = world.clinicians[c]
    if world.constants[0].on_absence != 0 and clinician.status != VACANT:
        be_absent(world, draws.CLINICIAN, clinician, clinician.exhaustion)


@compiled
def absent_manager(world, m):
    """Manager `m` goes off sick or comes back; their exhaustion is not modelled and taken as their staff's average."""
    manager = world.managers[m]
    if world.constants[0].on_absence != 0 and manager.status != VACANT:
        be_absent(world, draws.MANAGER, manager, world.constants[0].strain_mean)
