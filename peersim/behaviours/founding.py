"""How a world starts: every post filled, peers new to the role, caseloads filled from the referral lists.

Peer workers are being introduced, as in the study's ten cases: they all start in the first week.  Clinicians and
managers count their weeks from then too, but nothing in them depends on it.
"""

from __future__ import annotations

from peersim.behaviours.caseload import admit
from peersim.behaviours.hiring import begin_clinician, begin_manager, begin_peer
from peersim.behaviours.measurement import add_teams, measure_team
from peersim.behaviours.opening import open_provider, open_team
from peersim.world.compiled import compiled
from peersim.world.state import PARTNERSHIP, VOLUNTARY


@compiled
def found(world):
    """Fill an empty world with its first people and let teams take stock."""
    constants = world.constants[0]
    provider = world.provider[0]
    policy = world.policy[0]
    provider.culture_valuing = policy.culture_valuing
    norm = constants.norm_nhs_trust
    if provider.sector == VOLUNTARY:
        norm = constants.norm_voluntary
    elif provider.sector == PARTNERSHIP:
        norm = constants.norm_partnership
    for c in range(len(world.clinicians)):
        begin_clinician(world, c)
    for m in range(len(world.managers)):
        begin_manager(world, m)
    for t in range(len(world.teams)):
        team = world.teams[t]
        team.role_norm = norm
        team.pressure = team.base_pressure
        take_stock(world, t)
    for i in range(len(world.peers)):
        begin_peer(world, i)
    for t in range(len(world.teams)):
        take_stock(world, t)
    if constants.on_caseload != 0:
        for u in range(len(world.users)):
            admit(world, u)
    add_teams(world)
    open_provider(world)


@compiled
def take_stock(world, t):
    """Team `t` is measured and sees what it is."""
    measure_team(world, t)
    open_team(world, t)
