"""The state of a world: one record per post, team or user, in NumPy structured arrays.

Every field says beside it what it means; states run from 0 to 1 and times are in weeks unless said.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from peersim.world.causes import N_EXHAUSTION, N_IDENTITY, N_LEAVING
from peersim.world.measures import N_COUNTS, N_TEAM

# Status of a post.
VACANT, IN_POST, OFF_SICK = 0, 1, 2

# How a spell in post ended.
STILL_THERE, LEFT_JOB, LEFT_ROLE = 0, 1, 2
ENDINGS = ("in post", "left the job", "left the peer role")

# Events.
HIRED, LEFT, CHANGED_ROLE, WENT_OFF_SICK, CAME_BACK, PROMOTED, ADMITTED, DISCHARGED, DROPPED_OUT = range(9)
EVENTS = (
    "hired",
    "left",
    "changed role",
    "off sick",
    "back from sickness",
    "promoted",
    "admitted",
    "discharged",
    "dropped out",
)

# Levels of manager, and who gives supervision.
TEAM_MANAGER, MIDDLE_MANAGER, EXECUTIVE = 0, 1, 2
BY_TEAM_MANAGER, BY_PEER_LEAD, BY_EXTERNAL = 0, 1, 2
SUPERVISORS = ("team_manager", "peer_lead", "external")
SECTORS = ("nhs_trust", "voluntary", "partnership")
NHS_TRUST, VOLUNTARY, PARTNERSHIP = range(3)

I, F = "i8", "f8"

PERSON = [
    ("team", I),  # row of the team (of the group of teams, for a middle manager)
    ("post", I),  # number of the post within the team; for managers their level
    ("ordinal", I),  # which holder of the post this is: 0, 1, 2, ...
    ("status", I),  # VACANT, IN_POST or OFF_SICK
    ("tenure", I),  # weeks in post
    ("weeks_vacant", I),  # weeks since the post fell vacant
    ("approved", I),  # 1 once a vacancy may be filled
    ("weeks_to_start", I),  # weeks until an approved vacancy can be filled
    ("luck_life", F),  # this week's numbers from keyed chance: life outside work,
    ("luck_absence", F),  # falling ill or coming back,
    ("luck_leaving", F),  # leaving,
    ("luck_post", F),  # vacancy approved or filled; training attended
]

PEER = np.dtype(
    [
        *PERSON,
        ("start_week", I),  # week of the start in post (-1: there from the beginning)
        ("end_week", I),  # week of the end, or the horizon
        ("ended", I),  # STILL_THERE, LEFT_JOB or LEFT_ROLE
        ("experience", I),  # kind of lived experience: 0, 1 or 2
        ("community", I),  # 1: of the cultural community that the service is for
        ("promoted", I),  # 1 after a promotion
        ("pay_ratio", F),  # own pay / pay of a comparable non-peer post
        ("hours", F),  # share of full time
        ("need", F),  # how much the person depends on this pay
        ("strain_point", F),  # exhaustion that the person returns to at rest
        ("disposition", F),  # inclination to leave that the person brings, around 0
        ("anchor", F),  # peer identity that the person brings and returns to
        ("identity", F),  # how far they still work and see themselves as a peer
        ("role_clarity", F),  # knows what the role is and is not
        ("empowerment", F),  # control over how they share lived experience
        ("disclosure_skill", F),  # trained in sharing on their own terms
        ("felt_value", F),  # feels valued
        ("support", F),  # feels supported by supervision
        ("prospects", F),  # sees a way to progress
        ("exhaustion", F),  # emotional exhaustion
        ("satisfaction", F),  # with the job
        ("wellbeing", F),  # from exhaustion and satisfaction
        ("intention_to_leave", F),  # sum of the intention's parts, within 0 and 1
        ("generic_share", F),  # share of the week on generic or unwanted tasks, smoothed
        ("isolation", F),  # lack of contact with fellow peers
        ("newness", F),  # 1 at the start, fading: how open to being socialised
        ("closest_fit", F),  # smallest distance to the team's way so far
        ("weeks_since_supervision", I),  # weeks since the last session held
        ("sessions", I),  # supervision sessions held in this spell
        ("missed_sessions", I),  # sessions due that were not held, in this spell
        ("supervised", I),  # this week: 1 if a session was held
        ("missed", I),  # this week: 1 if a session that was due was not
        ("tasks_taken", I),  # this week: tasks passed on by colleagues and not declined
        ("users_met", I),  # this week: meetings with service users
        ("trust_met", F),  # this week: trust summed over those meetings
        ("fellows_met", F),  # this week: meetings with fellow peers, in the team and the network
        ("colleague_valuing", F),  # this week: valuing of lived experience summed over colleagues met
        ("colleagues_met", I),  # this week: colleagues met
        ("colleague_help", I),  # this week: times helped as a colleague
        ("clinical_help", I),  # this week: times answered as a patient would be
        ("clinical_memory", F),  # share of help that was clinical, smoothed
        ("identity_start", F),  # identity at the start of the spell
        ("exhaustion_start", F),  # exhaustion at the start of the spell
        ("identity_terms", F, (N_IDENTITY,)),  # this week's change of identity, by cause
        ("exhaustion_terms", F, (N_EXHAUSTION,)),  # this week's change of exhaustion, by cause
        ("intention_parts", F, (N_LEAVING,)),  # the intention to leave, by reason
        ("leaving_terms", F, (N_LEAVING,)),  # this week's log-hazard of leaving, by reason
        ("identity_ledger", F, (N_IDENTITY,)),  # change of identity since the start, by cause
        ("exhaustion_ledger", F, (N_EXHAUSTION,)),  # change of exhaustion since the start, by cause
        ("leaving_ledger", F, (N_LEAVING,)),  # log-hazard summed over the weeks in post, by reason
        ("leaving_weeks", I),  # weeks summed in the leaving ledger
        ("log_hazard_sum", F),  # sum of the log-hazard over those weeks
        ("cohort_identity", F),  # identity of the post's first holder, as it was when they left
        ("cohort_exhaustion", F),  # the same for exhaustion
        ("cohort_wellbeing", F),  # the same for wellbeing
    ]
)

CLINICIAN = np.dtype(
    [
        *PERSON,
        ("strain_point", F),  # exhaustion that the person returns to at rest
        ("disposition", F),  # inclination to leave that the person brings, around 0
        ("understanding_start", F),  # understanding of the role that they slip back to
        ("stance_start", F),  # clinical stance that they slip back to
        ("valuing_start", F),  # valuing that they brought
        ("role_understanding", F),  # knows what peer workers are for
        ("valuing", F),  # values lived experience
        ("clinical_stance", F),  # tends to answer a colleague's difficulty as a clinician
        ("exhaustion", F),  # emotional exhaustion
        ("intention_to_leave", F),
    ]
)

MANAGER = np.dtype(
    [
        *PERSON,
        ("understanding_start", F),  # understanding of the role that they slip back to
        ("leaning", F),  # how far this manager departs from the policy on support, around 0
        ("role_understanding", F),
        ("commitment", F),  # backing of the peer role
        ("skill_task", F),  # skill in supervising tasks
        ("skill_wellbeing", F),  # skill in supervising for wellbeing
        ("time_available", F),  # chance that a planned session finds time
    ]
)

USER = np.dtype(
    [
        ("team", I),  # row of the team
        ("referral", I),  # number on the team's referral list
        ("occupied", I),  # 1: somebody is on the caseload in this place
        ("peer", I),  # row of their peer worker, or -1
        ("peer_ordinal", I),  # ordinal of that peer worker in the post
        ("weeks_on_caseload", I),
        ("experience", I),  # kind of lived experience: 0, 1 or 2
        ("community", I),  # 1: of the cultural community that the service is for
        ("affinity", F),  # how well the two get on, around 0
        ("recovery_point", F),  # self-rated recovery that the person tends to without peer support
        ("trust", F),  # in their peer worker
        ("hope", F),
        ("engagement", F),  # with services and community
        ("recovery", F),  # self-rated
        ("met", I),  # this week: 1 if they met
        ("luck_meeting", F),  # this week's numbers from keyed chance: whether they meet,
        ("luck_quality", F),  # how it goes,
        ("luck_recovery", F),  # how the week is otherwise,
        ("luck_ending", F),  # discharge or dropping out
    ]
)

TEAM = np.dtype(
    [
        ("first_peer", I),  # rows of its people
        ("n_peers", I),
        ("first_clinician", I),
        ("n_clinicians", I),
        ("first_user", I),
        ("n_users", I),
        ("manager", I),  # row of the team manager
        ("middle", I),  # row of the middle manager
        ("next_referral", I),  # next number on the referral list
        ("community_share", F),  # share of referrals from the community
        ("base_pressure", F),  # pressure when fully staffed
        ("pressure", F),  # staffing pressure now
        ("role_norm", F),  # share of a peer's week that custom gives to generic tasks
        ("climate", F),  # how supportive of peers the team is
        ("understanding", F),  # mean role understanding of clinicians in post
        ("valuing", F),  # mean valuing of clinicians in post
        ("way", F),  # the team's way: mean of 1 - clinical stance of clinicians in post
        ("peer_presence", F),  # identity of peers present, summed, per member of staff in post
        ("backing", F),  # commitment of managers at all levels, as the team feels it
        ("sums", F, (N_TEAM,)),  # this week's measures, summed over its people
        ("counts", F, (N_COUNTS,)),  # and how many people that was: see `behaviours.measurement`
    ]
)

PROVIDER = np.dtype(
    [
        ("seed", I),
        ("replicate", I),
        ("week", I),  # the week under way
        ("policy_row", I),  # row of the policy table in force
        ("sector", I),  # NHS_TRUST, VOLUNTARY or PARTNERSHIP
        ("culture_valuing", F),  # culture of valuing lived experience
        ("peer_presence", F),  # mean over teams
        ("peer_empowerment", F),  # mean over peers in post
        ("n_events", I),  # events noted so far, also those that found no room
        ("n_spells", I),  # spells kept so far
        ("peers_left", I),  # this week's counts
        ("clinicians_left", I),
        ("peers_hired", I),
        ("clinicians_hired", I),
        ("users_discharged", I),
        ("users_dropped_out", I),
        ("cost_pay", F),  # this week's costs, in pounds
        ("cost_supervision", F),
        ("cost_meetings", F),
        ("cost_training", F),
        ("cost_hiring", F),
        ("cost_cover", F),
        ("sums", F, (N_TEAM,)),  # this week's measures, summed over teams
        ("counts", F, (N_COUNTS,)),
    ]
)

EVENT = np.dtype(
    [
        ("week", "i4"),
        ("event", "i1"),  # HIRED, LEFT, ...
        ("kind", "i1"),  # kind of person, as in `draws`
        ("ordinal", "i2"),
        ("team", "i4"),
        ("post", "i4"),  # post, or number on the referral list
    ]
)


class World(NamedTuple):
    """One world: everything that behaviours read and write.

    Attributes
    ----------
    provider : record array, shape (1,)
        Clock, key of chance, culture, this week's counts and costs.
    policy : record array, shape (weeks,)
        The policies in force, one row for each week (see `peersim.world.build`).
    constants : record array, shape (1,)
        The model's constants, unit costs, and a switch ``on_NAME`` for each mechanism.
    teams, peers, clinicians, managers, users : record arrays
        One row per team, post, or place on a caseload.
    events : record array
        The event log; `provider.n_events` rows are used.
    spells : record array
        Copies of peer records at the end of each spell; `provider.n_spells` rows are used.
    weekly : float array, shape (weeks, measures)
        What is measured, for the provider.
    team_weekly : float array, shape (weeks or 0, teams, team measures)
        What is measured, for each team; no rows if not asked for.
    """

    provider: Any
    policy: Any
    constants: Any
    teams: Any
    peers: Any
    clinicians: Any
    managers: Any
    users: Any
    events: Any
    spells: Any
    weekly: Any
    team_weekly: Any
