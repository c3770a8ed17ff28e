"""The state of a world: one record per post, team or user, in NumPy structured arrays.

Every field is declared once, with its type, unit or range, and meaning; `docs/model.md` takes its tables from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from peersim.world.causes import N_EXHAUSTION, N_IDENTITY, N_LEAVING
from peersim.world.measures import N_COUNTS, N_SUMS, SHARE

# Status of a post.
VACANT, AT_WORK, OFF_SICK = 0, 1, 2

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

# Types, and units that occur often (`SHARE` is "0 to 1").
WHOLE, LARGE, REAL = "i4", "i8", "f8"
WEEKS, COUNT, ROW, FLAG, KIND = "weeks", "count", "row", "0 or 1", "code"
CHANCE = "0 to 1, open"
LEVEL, CHANGE, LOG, POUNDS, HOURS = "level", "level per week", "log of weekly hazard", "pounds", "hours"


class Field(NamedTuple):
    """One field of a record.

    Attributes
    ----------
    name : str
        Name, as behaviours use it.
    type : str
        NumPy's code of its type.
    unit : str
        Unit or range.
    meaning : str
        One line for a reader.
    length : int
        Numbers that the field holds, if it is a row of them; 0 for a single value.
    """

    name: str
    type: str
    unit: str
    meaning: str
    length: int = 0


def layout(fields: Sequence[Field]) -> np.dtype[np.void]:
    """The NumPy type of a record with these fields, in this order."""
    return np.dtype([(f.name, f.type, (f.length,)) if f.length else (f.name, f.type) for f in fields])


PERSON_FIELDS = (
    Field("team", WHOLE, ROW, "row of the team (of the group of teams, for a middle manager)"),
    Field("post", WHOLE, COUNT, "number of the post within the team; for managers their level"),
    Field("ordinal", WHOLE, COUNT, "which holder of the post this is: 0, 1, 2, ..."),
    Field("status", WHOLE, KIND, "VACANT, AT_WORK or OFF_SICK"),
    Field("tenure", WHOLE, WEEKS, "weeks in post"),
    Field("weeks_vacant", WHOLE, WEEKS, "weeks since the post fell vacant"),
    Field("approved", WHOLE, FLAG, "1 once a vacancy may be filled"),
    Field("weeks_to_start", WHOLE, WEEKS, "weeks until an approved vacancy can be filled"),
    Field("luck_life", REAL, CHANCE, "this week's number from keyed chance for life outside work"),
    Field("luck_absence", REAL, CHANCE, "this week's number for falling ill or coming back"),
    Field("luck_leaving", REAL, CHANCE, "this week's number for leaving"),
    Field("luck_post", REAL, CHANCE, "this week's number for a vacancy, promotion, or attending training"),
)
"""Of everybody who holds a post."""

PEER_FIELDS = (
    *PERSON_FIELDS,
    Field("start_week", WHOLE, WEEKS, "week of the start in post (-1: there from the beginning)"),
    Field("end_week", WHOLE, WEEKS, "last week in post; -1 before a spell is kept"),
    Field("ended", WHOLE, KIND, "STILL_THERE, LEFT_JOB or LEFT_ROLE"),
    Field("experience", WHOLE, KIND, "kind of lived experience: 0, 1 or 2"),
    Field("community", WHOLE, FLAG, "1: of the cultural community that the service is for"),
    Field("promoted", WHOLE, FLAG, "1 after a promotion"),
    Field("pay_ratio", REAL, "ratio", "own pay / pay of a comparable post that is not a peer's"),
    Field("hours", REAL, "0.5 to 1", "share of full time"),
    Field("need", REAL, SHARE, "how much the person depends on this pay"),
    Field("strain_point", REAL, SHARE, "exhaustion that the person returns to at rest"),
    Field("disposition", REAL, LEVEL, "inclination to leave that the person brings, around 0"),
    Field("anchor", REAL, SHARE, "peer identity that the person brings and returns to"),
    Field("identity", REAL, SHARE, "how far they still work and see themselves as a peer"),
    Field("role_clarity", REAL, SHARE, "knows what the role is and is not"),
    Field("empowerment", REAL, SHARE, "control over how they share lived experience"),
    Field("disclosure_skill", REAL, SHARE, "trained in sharing on their own terms"),
    Field("felt_value", REAL, SHARE, "feels valued"),
    Field("support", REAL, SHARE, "feels supported by supervision"),
    Field("prospects", REAL, SHARE, "sees a way to progress"),
    Field("exhaustion", REAL, SHARE, "emotional exhaustion"),
    Field("satisfaction", REAL, SHARE, "with the job"),
    Field("wellbeing", REAL, SHARE, "from exhaustion and satisfaction"),
    Field("intention_to_leave", REAL, SHARE, "sum of the intention's parts, within 0 and 1"),
    Field("generic_share", REAL, SHARE, "share of the week on generic or unwanted tasks, smoothed"),
    Field("isolation", REAL, SHARE, "lack of contact with fellow peers"),
    Field("newness", REAL, SHARE, "1 at the start, fading: how open to being socialised"),
    Field("closest_fit", REAL, SHARE, "smallest distance to the team's way so far"),
    Field("weeks_since_supervision", WHOLE, WEEKS, "weeks since the last session held"),
    Field("sessions_due", REAL, COUNT, "sessions that the schedule has brought since the last one held, in parts too"),
    Field("sessions", WHOLE, COUNT, "supervision sessions held in this spell"),
    Field("missed_sessions", WHOLE, COUNT, "sessions that fell due in this spell and were not held that week"),
    Field("supervised", WHOLE, FLAG, "this week: 1 if a session was held"),
    Field("missed", WHOLE, FLAG, "this week: 1 if a session fell due and was not held"),
    Field("tasks_taken", WHOLE, COUNT, "this week: tasks passed on by colleagues and not declined"),
    Field("users_met", WHOLE, COUNT, "this week: meetings with service users"),
    Field("trust_met", REAL, LEVEL, "this week: trust summed over those meetings"),
    Field("fellows_met", REAL, COUNT, "this week: meetings with fellow peers, in the team and the network"),
    Field("colleague_valuing", REAL, LEVEL, "this week: valuing of lived experience summed over colleagues met"),
    Field("colleagues_met", WHOLE, COUNT, "this week: colleagues met"),
    Field("colleague_help", WHOLE, COUNT, "this week: times helped as a colleague"),
    Field("clinical_help", WHOLE, COUNT, "this week: times answered as a patient would be"),
    Field("support_hours", REAL, HOURS, "this week: own hours in supervision and at the peer group"),
    Field("clinical_memory", REAL, SHARE, "share of help that was clinical, smoothed"),
    Field("identity_start", REAL, SHARE, "identity at the start of the spell"),
    Field("exhaustion_start", REAL, SHARE, "exhaustion at the start of the spell"),
    Field("identity_terms", REAL, CHANGE, "this week's change of identity, by cause", N_IDENTITY),
    Field("exhaustion_terms", REAL, CHANGE, "this week's change of exhaustion, by cause", N_EXHAUSTION),
    Field("intention_parts", REAL, LEVEL, "the intention to leave, by reason", N_LEAVING),
    Field("leaving_terms", REAL, LOG, "this week's log-hazard of leaving, by reason", N_LEAVING),
    Field("identity_ledger", REAL, LEVEL, "change of identity since the start, by cause", N_IDENTITY),
    Field("exhaustion_ledger", REAL, LEVEL, "change of exhaustion since the start, by cause", N_EXHAUSTION),
    Field("leaving_ledger", REAL, LOG, "log-hazard summed over the weeks in post, by reason", N_LEAVING),
    Field("leaving_weeks", WHOLE, WEEKS, "weeks summed in the leaving ledger"),
    Field("log_hazard_sum", REAL, LOG, "sum of the log-hazard over those weeks"),
    Field("cohort_identity", REAL, SHARE, "identity of the post's first holder, as it was when they left"),
    Field("cohort_exhaustion", REAL, SHARE, "the same for exhaustion"),
    Field("cohort_wellbeing", REAL, SHARE, "the same for wellbeing"),
)
PEER = layout(PEER_FIELDS)

CLINICIAN_FIELDS = (
    *PERSON_FIELDS,
    Field("strain_point", REAL, SHARE, "exhaustion that the person returns to at rest"),
    Field("disposition", REAL, LEVEL, "inclination to leave that the person brings, around 0"),
    Field("understanding_start", REAL, SHARE, "understanding of the role that they slip back to"),
    Field("stance_start", REAL, SHARE, "clinical stance that they slip back to"),
    Field("valuing_start", REAL, SHARE, "valuing that they brought"),
    Field("role_understanding", REAL, SHARE, "knows what peer workers are for"),
    Field("valuing", REAL, SHARE, "values lived experience"),
    Field("clinical_stance", REAL, SHARE, "tends to answer a colleague's difficulty as a clinician"),
    Field("exhaustion", REAL, SHARE, "emotional exhaustion"),
    Field("intention_to_leave", REAL, SHARE, "intention to leave"),
)
CLINICIAN = layout(CLINICIAN_FIELDS)

MANAGER_FIELDS = (
    *PERSON_FIELDS,
    Field("understanding_start", REAL, SHARE, "understanding of the role that they slip back to"),
    Field("leaning", REAL, LEVEL, "how far this manager departs from the policy on support, around 0"),
    Field("role_understanding", REAL, SHARE, "knows what peer workers are for"),
    Field("commitment", REAL, SHARE, "backing of the peer role"),
    Field("skill_task", REAL, SHARE, "skill in supervising tasks"),
    Field("skill_wellbeing", REAL, SHARE, "skill in supervising for wellbeing"),
    Field("time_available", REAL, SHARE, "chance that a planned session finds time"),
)
MANAGER = layout(MANAGER_FIELDS)

USER_FIELDS = (
    Field("team", WHOLE, ROW, "row of the team"),
    Field("referral", WHOLE, COUNT, "number on the team's referral list"),
    Field("occupied", WHOLE, FLAG, "1: somebody is on the caseload in this place"),
    Field("peer", WHOLE, ROW, "row of their peer worker, or -1"),
    Field("peer_ordinal", WHOLE, COUNT, "ordinal of that peer worker in the post"),
    Field("weeks_on_caseload", WHOLE, WEEKS, "weeks since admission"),
    Field("experience", WHOLE, KIND, "kind of lived experience: 0, 1 or 2"),
    Field("community", WHOLE, FLAG, "1: of the cultural community that the service is for"),
    Field("affinity", REAL, "-3 to 3", "how well the two get on, around 0"),
    Field("recovery_point", REAL, SHARE, "self-rated recovery that the person tends to without peer support"),
    Field("trust", REAL, SHARE, "in their peer worker"),
    Field("hope", REAL, SHARE, "hope in the future"),
    Field("engagement", REAL, SHARE, "with services and community"),
    Field("recovery", REAL, SHARE, "self-rated"),
    Field("met", WHOLE, FLAG, "this week: 1 if they met"),
    Field("luck_meeting", REAL, CHANCE, "this week's number from keyed chance for whether they meet"),
    Field("luck_quality", REAL, CHANCE, "this week's number for how it goes"),
    Field("luck_recovery", REAL, CHANCE, "this week's number for how the week is otherwise"),
    Field("luck_ending", REAL, CHANCE, "this week's number for discharge or dropping out"),
)
USER = layout(USER_FIELDS)

TEAM_FIELDS = (
    Field("first_peer", WHOLE, ROW, "row of its first peer worker"),
    Field("n_peers", WHOLE, COUNT, "peer posts"),
    Field("first_clinician", WHOLE, ROW, "row of its first clinician"),
    Field("n_clinicians", WHOLE, COUNT, "posts of clinicians and other staff"),
    Field("first_user", WHOLE, ROW, "row of its first place on a caseload"),
    Field("n_users", WHOLE, COUNT, "places on caseloads"),
    Field("manager", WHOLE, ROW, "row of the team manager"),
    Field("middle", WHOLE, ROW, "row of the middle manager"),
    Field("next_referral", WHOLE, COUNT, "next number on the referral list"),
    Field("community_share", REAL, SHARE, "share of referrals from the community"),
    Field("base_pressure", REAL, SHARE, "pressure when fully staffed"),
    Field("pressure", REAL, SHARE, "staffing pressure now"),
    Field("role_norm", REAL, SHARE, "share of a peer's week that custom gives to generic tasks"),
    Field("climate", REAL, SHARE, "how supportive of peers the team is"),
    Field("understanding", REAL, SHARE, "mean role understanding of clinicians in post"),
    Field("valuing", REAL, SHARE, "mean valuing of clinicians in post"),
    Field("way", REAL, SHARE, "the team's way: mean of 1 - clinical stance of clinicians in post"),
    Field("peer_presence", REAL, SHARE, "identity of peers present, summed, per member of staff in post"),
    Field("backing", REAL, SHARE, "commitment of managers at all levels, as the team feels it"),
    Field("sums", REAL, LEVEL, "this week's measures, summed over its people", N_SUMS),
    Field("counts", REAL, COUNT, "and how many people that was: see `behaviours.measurement`", N_COUNTS),
)
TEAM = layout(TEAM_FIELDS)

PROVIDER_FIELDS = (
    Field("seed", LARGE, KIND, "first half of the key of chance"),
    Field("replicate", LARGE, KIND, "second half of the key of chance"),
    Field("week", LARGE, WEEKS, "the week under way"),
    Field("policy_row", LARGE, ROW, "row of the policy table in force"),
    Field("sector", LARGE, KIND, "NHS_TRUST, VOLUNTARY or PARTNERSHIP"),
    Field("culture_valuing", REAL, SHARE, "culture of valuing lived experience"),
    Field("peer_presence", REAL, SHARE, "mean over teams"),
    Field("peer_empowerment", REAL, SHARE, "mean over peers in post"),
    Field("n_events", LARGE, COUNT, "events noted so far, also those that found no room"),
    Field("n_spells", LARGE, COUNT, "spells kept so far, also those that found no room"),
    Field("peers_left", LARGE, COUNT, "this week: peer workers who left"),
    Field("clinicians_left", LARGE, COUNT, "this week: clinicians who left"),
    Field("peers_hired", LARGE, COUNT, "this week: peer workers who started"),
    Field("clinicians_hired", LARGE, COUNT, "this week: clinicians who started"),
    Field("users_discharged", LARGE, COUNT, "this week: users discharged"),
    Field("users_dropped_out", LARGE, COUNT, "this week: users who dropped out"),
    Field("peers_at_group", LARGE, COUNT, "this week: peer workers who went to the peer group"),
    Field("cost_pay", REAL, POUNDS, "this week: pay of peer workers in post with on-costs"),
    Field("cost_supervision", REAL, POUNDS, "this week: supervisors' time in sessions held"),
    Field("cost_meetings", REAL, POUNDS, "this week: facilitator and expenses of the peer group"),
    Field("cost_training", REAL, POUNDS, "this week: colleagues' time in team training, places on disclosure training"),
    Field("cost_hiring", REAL, POUNDS, "this week: recruitment and induction of peer workers"),
    Field("cost_cover", REAL, POUNDS, "this week: cover for posts that nobody works in"),
    Field("sums", REAL, LEVEL, "this week's measures, summed over teams", N_SUMS),
    Field("counts", REAL, COUNT, "and how many people that was", N_COUNTS),
)
PROVIDER = layout(PROVIDER_FIELDS)

EVENT_FIELDS = (
    Field("week", "i2", WEEKS, "week of the event"),
    Field("event", "i1", KIND, "HIRED, LEFT, ..."),
    Field("kind", "i1", KIND, "kind of person, as in `draws`"),
    Field("ordinal", "i2", COUNT, "which holder of the post; 0 for service users"),
    Field("team", "u2", ROW, "row of the team"),
    Field("post", "i4", COUNT, "post, or number on the referral list"),
)
EVENT = layout(EVENT_FIELDS)


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
