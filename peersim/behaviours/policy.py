"""1. Policy: scheduled changes and ramps come into force.

The policy table has a row for each week, already with its ramps (`peersim.world.build`).  Most policies act through
the row in force.  Three set where something starts that then moves by itself: a change shifts it by as much.
Switched off, the table has no changes.
"""

from __future__ import annotations

from peersim.behaviours.supervision import supervises
from peersim.world.arithmetic import clip
from peersim.world.compiled import compiled
from peersim.world.state import VACANT


@compiled
def apply(world):
    """Put this week's policies in force and pass on what changed in the starting points.

    Changes `policy_row`; shifts the culture of valuing, the understanding of managers who supervise, and the pay of
    peers in post, by the change in the policy.
    """
    provider = world.provider[0]
    before = world.policy[provider.policy_row]
    provider.policy_row = min(provider.week, len(world.policy) - 1)
    now = world.policy[provider.policy_row]
    shift = now.culture_valuing - before.culture_valuing
    if shift != 0.0:
        provider.culture_valuing = clip(provider.culture_valuing + shift)
    shift = now.supervision_understanding - before.supervision_understanding
    if shift != 0.0:
        for m in range(len(world.managers)):
            manager = world.managers[m]
            if supervises(provider, manager.post):
                manager.role_understanding = clip(manager.role_understanding + shift)
                manager.understanding_start = clip(manager.understanding_start + shift)
    shift = now.pay_parity - before.pay_parity
    if shift != 0.0:
        for i in range(len(world.peers)):
            if world.peers[i].status != VACANT:
                world.peers[i].pay_ratio += shift
