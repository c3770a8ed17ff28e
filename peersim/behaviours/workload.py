"""2. Workload: vacancies and sickness raise the pressure on those present.

Job demands rise when fewer people carry them (Lee and Ashforth 1996: exhaustion is tied to demands most of all;
evidence rows 4.8, 4.9).  Switched off, pressure stays at what it is when fully staffed.
"""

from __future__ import annotations

from peersim.world.arithmetic import clip
from peersim.world.compiled import compiled
from peersim.world.measures import STAFF_AT_WORK


@compiled
def press(world, t):
    """Set a team's pressure from the share of its posts that nobody works in this week.

    Changes `pressure` (0 to 1) of team `t`.
    """
    team = world.teams[t]
    constants = world.constants[0]
    team.pressure = team.base_pressure
    if constants.on_workload == 0:
        return
    posts = team.n_peers + team.n_clinicians
    absent = (posts - team.counts[STAFF_AT_WORK]) / posts
    team.pressure = clip(team.base_pressure + constants.pressure_absence * absent)
