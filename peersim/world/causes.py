"""The causes that the ledgers know: why identity moved, why exhaustion moved, what pushes somebody to leave.

Each ledger is a row of numbers, one for each cause, in the order of these tuples.  The names are columns of the
`people` table; the phrases are what a reader sees.
"""

from __future__ import annotations

from typing import Final

IDENTITY: Final = {
    "own_anchor": "what the person brings and returns to",
    "professionalisation": "professional norms asked of the role",
    "fitting_structures": "the role being fitted to existing structures",
    "dilution": "generic and unwanted tasks",
    "socialisation": "taking on the team's way of working",
    "clinical_response": "colleagues answering as clinicians",
    "supervision": "supervision that understands the role",
    "boundary_keeping": "supervision that keeps boundaries",
    "lack_of_supervision": "going without supervision",
    "fellow_peers": "fellow peer workers in the team",
    "peer_network": "the peer group across teams",
    "isolation": "isolation from other peers",
    "time_with_users": "meaningful time with service users",
    "being_valued": "being valued, or not",
    "control_of_sharing": "control over sharing lived experience, or none",
    "limit": "the ends of the scale",
}
"""Causes of a change in a peer worker's identity: name and phrase."""

EXHAUSTION: Final = {
    "workload": "pressure in the team",
    "generic_tasks": "generic and unwanted tasks",
    "role_ambiguity": "an unclear role",
    "emotional_work": "emotional work with service users",
    "starting_the_job": "starting the job",
    "lack_of_supervision": "missed or missing supervision",
    "supervision": "supervision",
    "colleague_help": "help from colleagues",
    "fellow_peers": "fellow peer workers in the team",
    "peer_network": "the peer group across teams",
    "isolation": "isolation from other peers",
    "time_with_users": "meaningful time with service users",
    "being_valued": "being valued, or not",
    "control_of_sharing": "control over sharing lived experience, or none",
    "recovery": "rest and recovery",
    "life_events": "life outside work",
    "limit": "the ends of the scale",
}
"""Causes of a change in a peer worker's exhaustion: name and phrase."""

LEAVING: Final = {
    "circumstances": "life and the labour market",
    "pay": "pay or hours do not meet needs",
    "not_valued": "not valued, role not understood",
    "team_culture": "team dynamics and culture",
    "exhaustion": "emotional strain",
    "management": "poor management",
    "no_progression": "no way to progress",
    "isolation": "isolation",
    "lack_of_support": "no support or supervision",
    "unwanted_tasks": "tasks outside the peer role",
    "no_control": "too little control over their own work",
    "alienation": "being unlike the team",
    "falling_fit": "a growing distance from the team",
}
"""Reasons behind the log-hazard of leaving: name and phrase (categories of Scanlan et al. 2020, table 5, and of
evidence rows 1.8 and 4.21)."""

(
    ID_ANCHOR,
    ID_PROFESSIONALISATION,
    ID_FITTING,
    ID_DILUTION,
    ID_SOCIALISATION,
    ID_CLINICAL,
    ID_SUPERVISION,
    ID_BOUNDARY,
    ID_LACK,
    ID_FELLOWS,
    ID_NETWORK,
    ID_ISOLATION,
    ID_USERS,
    ID_VALUED,
    ID_CONTROL,
    ID_LIMIT,
) = range(len(IDENTITY))

(
    EX_WORKLOAD,
    EX_TASKS,
    EX_AMBIGUITY,
    EX_EMOTIONAL,
    EX_START,
    EX_LACK,
    EX_SUPERVISION,
    EX_HELP,
    EX_FELLOWS,
    EX_NETWORK,
    EX_ISOLATION,
    EX_USERS,
    EX_VALUED,
    EX_CONTROL,
    EX_RECOVERY,
    EX_LIFE,
    EX_LIMIT,
) = range(len(EXHAUSTION))

(
    LV_CIRCUMSTANCES,
    LV_PAY,
    LV_NOT_VALUED,
    LV_TEAM,
    LV_EXHAUSTION,
    LV_MANAGEMENT,
    LV_PROGRESSION,
    LV_ISOLATION,
    LV_SUPPORT,
    LV_TASKS,
    LV_CONTROL,
    LV_ALIENATION,
    LV_FALLING_FIT,
) = range(len(LEAVING))

N_IDENTITY, N_EXHAUSTION, N_LEAVING = len(IDENTITY), len(EXHAUSTION), len(LEAVING)
