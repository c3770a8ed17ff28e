"""14. Measurement: the week as it is written down.

Changes nobody.  Means are over people in post (or users on a caseload, or teams); where there is nobody, the measure is
"not a number", never 0.  Means over people in post hide those who left, so the first holders of all posts are measured
apart, leavers as they were when they left.
"""

from __future__ import annotations

import math

from peersim.world.compiled import compiled
from peersim.world.events import keep_spell
from peersim.world.measures import (
    CLINICIANS,
    COHORT,
    COVER,
    N_COUNTS,
    N_SUMS,
    N_TEAM,
    PAID_GENERIC,
    PAID_SUPPORT,
    PAY,
    PRESENCE,
    STAFF_AT_WORK,
)
from peersim.world.state import AT_WORK, OFF_SICK, STILL_THERE, VACANT


@compiled
def ratio(total, count):
    """Mean of `count` values, or not a number if there are none."""
    return total / count if count > 0 else math.nan


@compiled
def measure_team(world, t):
    """Add up this week's measures over the people of team `t`.

    Fills `sums` and `counts` of the team and, if asked for, `team_weekly[week]`, in the order of `world.measures.TEAM`.
    """
    team = world.teams[t]
    clear(team)
    add_team(world, team, team.sums, team.counts)
    if len(world.team_weekly) > 0:
        write_means(world.team_weekly[world.provider[0].week][t], team.sums, team.counts)


@compiled
def measure_provider(world):
    """Write this week's row of the provider's measures: fills `weekly[week]`, in the order of `world.measures`."""
    provider = world.provider[0]
    row = world.weekly[provider.week]
    add_teams(world)
    write_means(row, provider.sums, provider.counts)
    write_provider(world, row)


@compiled
def add_teams(world):
    """Add up the teams' sums and counts for the provider."""
    provider = world.provider[0]
    clear(provider)
    for t in range(len(world.teams)):
        team = world.teams[t]
        for k in range(N_SUMS):
            provider.sums[k] += team.sums[k]
        for k in range(N_COUNTS):
            provider.counts[k] += team.counts[k]


@compiled
def clear(unit):
    """Empty the sums and counts of a team or of the provider."""
    for k in range(N_SUMS):
        unit.sums[k] = 0.0
    for k in range(N_COUNTS):
        unit.counts[k] = 0.0


@compiled
def add_team(world, team, sums, counts):
    """Add up a team's people; `counts` holds what `world.measures` says at N_COUNTS.

    After the sums of the team's measures come identity, exhaustion and wellbeing of the entry cohort, pay with
    on-costs, cover for posts that nobody works in, the identity of peers at work in the share of the week that is
    theirs, and what is paid, within pay, for generic tasks and for peers' own hours in support.  Each week a post is
    either paid or vacant, as it is at the end of the week, so that pay and cover for a vacancy never overlap.
    """
    constants = world.constants[0]
    threshold = constants.considering_threshold
    yearly_pay = constants.cost_comparable_salary * (1.0 + constants.cost_on_costs)
    weekly_pay = yearly_pay / 52.0
    hourly_pay = yearly_pay / constants.cost_hours_a_year
    for i in range(team.first_peer, team.first_peer + team.n_peers):
        peer = world.peers[i]
        counts[0] += 1.0
        if peer.ordinal == 0 and peer.status != VACANT:
            peer.cohort_identity = peer.identity
            peer.cohort_exhaustion = peer.exhaustion
            peer.cohort_wellbeing = peer.wellbeing
        sums[COHORT] += peer.cohort_identity
        sums[COHORT + 1] += peer.cohort_exhaustion
        sums[COHORT + 2] += peer.cohort_wellbeing
        if peer.status == AT_WORK:
            counts[STAFF_AT_WORK] += 1.0
            sums[PRESENCE] += peer.identity * (1.0 - peer.generic_share)
        else:
            sums[COVER] += weekly_pay * constants.cost_cover_share
        if peer.status == VACANT:
            continue
        pay = weekly_pay * peer.pay_ratio * peer.hours
        sums[PAY] += pay
        sums[PAID_SUPPORT] += hourly_pay * peer.pay_ratio * peer.support_hours
        if peer.status == AT_WORK:
            sums[PAID_GENERIC] += pay * peer.generic_share
        counts[1] += 1.0
        sums[0] += peer.identity
        sums[1] += peer.role_clarity
        sums[2] += peer.empowerment
        sums[3] += peer.felt_value
        sums[4] += peer.exhaustion
        sums[5] += peer.satisfaction
        sums[6] += peer.wellbeing
        sums[7] += peer.intention_to_leave
        sums[8] += peer.generic_share
        sums[9] += peer.isolation
        sums[10] += peer.support
        sums[11] += peer.prospects
        sums[12] += peer.supervised
        sums[13] += peer.missed
        sums[14] += peer.weeks_since_supervision
        sums[15] += 1.0 if peer.intention_to_leave > threshold else 0.0
        sums[16] += 1.0 if peer.status == OFF_SICK else 0.0
    for c in range(team.first_clinician, team.first_clinician + team.n_clinicians):
        clinician = world.clinicians[c]
        if clinician.status == VACANT:
            continue
        counts[CLINICIANS] += 1.0
        if clinician.status == AT_WORK:
            counts[STAFF_AT_WORK] += 1.0
        sums[19] += clinician.role_understanding
        sums[20] += clinician.valuing
        sums[21] += clinician.clinical_stance
        sums[22] += clinician.exhaustion
        sums[23] += clinician.intention_to_leave
    for u in range(team.first_user, team.first_user + team.n_users):
        user = world.users[u]
        if user.occupied == 0:
            continue
        counts[3] += 1.0
        sums[25] += user.trust
        sums[26] += user.hope
        sums[27] += user.engagement
        sums[28] += user.recovery
        sums[30] += user.met
    counts[4] += 1.0
    sums[31] += team.pressure
    sums[32] += team.role_norm
    sums[33] += team.climate
    sums[34] += team.backing


@compiled
def write_means(row, sums, counts):
    """Turn sums into the measures of `world.measures.TEAM`."""
    for k in range(17):
        row[k] = ratio(sums[k], counts[1])
    row[17] = counts[1]
    row[18] = 1.0 - counts[1] / counts[0]
    for k in range(19, 24):
        row[k] = ratio(sums[k], counts[2])
    row[24] = counts[2]
    for k in range(25, 29):
        row[k] = ratio(sums[k], counts[3])
    row[29] = counts[3]
    row[30] = ratio(sums[30], counts[3])
    for k in range(31, 35):
        row[k] = sums[k] / counts[4]


@compiled
def write_provider(world, row):
    """Write the measures of `world.measures.PROVIDER`."""
    provider = world.provider[0]
    for k in range(COHORT, COHORT + 3):
        row[k] = provider.sums[k] / provider.counts[0]
    understanding = commitment = 0.0
    managers = 0
    for m in range(len(world.managers)):
        manager = world.managers[m]
        if manager.status != VACANT:
            understanding += manager.role_understanding
            commitment += manager.commitment
            managers += 1
    row[N_TEAM + 3] = ratio(understanding, managers)
    row[N_TEAM + 4] = ratio(commitment, managers)
    row[N_TEAM + 5] = provider.culture_valuing
    row[N_TEAM + 6] = provider.peers_left
    row[N_TEAM + 7] = provider.peers_hired
    row[N_TEAM + 8] = provider.clinicians_left
    row[N_TEAM + 9] = provider.clinicians_hired
    row[N_TEAM + 10] = provider.users_discharged
    row[N_TEAM + 11] = provider.users_dropped_out
    provider.cost_pay = provider.sums[PAY]
    provider.cost_cover = provider.sums[COVER]
    constants = world.constants[0]
    if provider.peers_at_group > 0:  # one facilitator, however many come
        provider.cost_meetings = (
            constants.group_hours * constants.cost_facilitator_hour
            + provider.peers_at_group * constants.cost_meeting_expenses
        )
    if constants.on_culture != 0:
        sessions = world.policy[provider.policy_row].team_training_due * provider.counts[CLINICIANS]
        hours = constants.training_attendance * constants.training_hours
        provider.cost_training += sessions * hours * constants.cost_colleague_hour
    row[N_TEAM + 12] = provider.cost_pay
    row[N_TEAM + 13] = provider.cost_supervision
    row[N_TEAM + 14] = provider.cost_meetings
    row[N_TEAM + 15] = provider.cost_training
    row[N_TEAM + 16] = provider.cost_hiring
    row[N_TEAM + 17] = provider.cost_cover
    row[N_TEAM + 18] = (
        provider.cost_pay
        + provider.cost_supervision
        + provider.cost_meetings
        + provider.cost_training
        + provider.cost_hiring
        + provider.cost_cover
    )
    row[N_TEAM + 19] = provider.sums[PAID_GENERIC]
    row[N_TEAM + 20] = provider.sums[PAID_SUPPORT]


@compiled
def close_books(world):
    """At the horizon the spells of those still in post are kept, as still open."""
    for i in range(len(world.peers)):
        if world.peers[i].status != VACANT:
            keep_spell(world, i, world.provider[0].week - 1, STILL_THERE)
