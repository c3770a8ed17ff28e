"""What is measured every week, for the provider and for each team: names, units and meanings, once."""

from __future__ import annotations

from typing import Final, NamedTuple


class Measure(NamedTuple):
    """One column of the weekly table.

    Attributes
    ----------
    unit : str
        Unit, or the range of a state.
    meaning : str
        One line for a reader.
    """

    unit: str
    meaning: str


SHARE = "0 to 1"

TEAM: Final = {
    "identity": Measure(SHARE, "peer identity, mean over peers in post"),
    "role_clarity": Measure(SHARE, "role clarity, mean over peers in post"),
    "empowerment": Measure(SHARE, "control over sharing lived experience, mean over peers in post"),
    "felt_value": Measure(SHARE, "feeling valued, mean over peers in post"),
    "exhaustion": Measure(SHARE, "emotional exhaustion, mean over peers in post"),
    "satisfaction": Measure(SHARE, "job satisfaction, mean over peers in post"),
    "wellbeing": Measure(SHARE, "wellbeing, mean over peers in post"),
    "intention_to_leave": Measure(SHARE, "intention to leave, mean over peers in post"),
    "generic_share": Measure(SHARE, "share of the week on generic or unwanted tasks, mean over peers in post"),
    "isolation": Measure(SHARE, "lack of contact with fellow peers, mean over peers in post"),
    "support": Measure(SHARE, "feeling supported by supervision, mean over peers in post"),
    "prospects": Measure(SHARE, "seeing a way to progress, mean over peers in post"),
    "supervision_received": Measure("sessions per peer", "supervision sessions held this week, per peer in post"),
    "supervision_missed": Measure(
        "sessions per peer", "supervision sessions that fell due this week and were not held, per peer in post"
    ),
    "weeks_since_supervision": Measure("weeks", "mean over peers in post"),
    "considering_leaving": Measure(SHARE, "share of peers in post whose intention to leave is above the threshold"),
    "sickness_rate": Measure(SHARE, "share of peers in post who are off sick"),
    "peers_in_post": Measure("people", "peer workers in post"),
    "vacancy_rate": Measure(SHARE, "share of peer posts that are vacant"),
    "role_understanding": Measure(SHARE, "understanding of the peer role, mean over clinicians in post"),
    "valuing": Measure(SHARE, "valuing of lived experience, mean over clinicians in post"),
    "clinical_stance": Measure(SHARE, "answering colleagues as a clinician, mean over clinicians in post"),
    "clinician_exhaustion": Measure(SHARE, "emotional exhaustion, mean over clinicians in post"),
    "clinician_intention_to_leave": Measure(SHARE, "intention to leave, mean over clinicians in post"),
    "clinicians_in_post": Measure("people", "clinicians in post"),
    "trust": Measure(SHARE, "users' trust in their peer worker, mean over users on a caseload"),
    "hope": Measure(SHARE, "users' hope, mean over users on a caseload"),
    "engagement": Measure(SHARE, "users' engagement, mean over users on a caseload"),
    "recovery": Measure(SHARE, "users' self-rated recovery, mean over users on a caseload"),
    "users_on_caseload": Measure("people", "service users on a peer worker's caseload"),
    "users_met": Measure(SHARE, "share of users on a caseload whom their peer met this week"),
    "pressure": Measure(SHARE, "staffing pressure, mean over teams"),
    "role_norm": Measure(SHARE, "share of a peer's week that custom gives to generic tasks, mean over teams"),
    "climate": Measure(SHARE, "how supportive of peers teams are, mean over teams"),
    "backing": Measure(SHARE, "commitment of managers at all levels as teams feel it, mean over teams"),
}
"""Measured for each team, and (as the mean over its people or teams) for the provider."""

PROVIDER: Final = {
    "identity_entry_cohort": Measure(SHARE, "identity of the first holders of all posts, leavers as they left"),
    "exhaustion_entry_cohort": Measure(SHARE, "exhaustion of the first holders of all posts, leavers as they left"),
    "wellbeing_entry_cohort": Measure(SHARE, "wellbeing of the first holders of all posts, leavers as they left"),
    "manager_understanding": Measure(SHARE, "understanding of the peer role, mean over managers in post"),
    "manager_commitment": Measure(SHARE, "commitment to the peer role, mean over managers in post"),
    "culture_valuing": Measure(SHARE, "organisation's culture of valuing lived experience"),
    "peers_left": Measure("people", "peer workers who left the job or the role this week"),
    "peers_hired": Measure("people", "peer workers who started this week"),
    "clinicians_left": Measure("people", "clinicians who left this week"),
    "clinicians_hired": Measure("people", "clinicians who started this week"),
    "users_discharged": Measure("people", "users discharged this week"),
    "users_dropped_out": Measure("people", "users who dropped out this week"),
    "cost_pay": Measure("pounds", "pay of peer workers in post with on-costs; in full while off sick"),
    "cost_supervision": Measure("pounds", "supervisors' time in sessions held; the peer's own time is in cost_pay"),
    "cost_meetings": Measure("pounds", "facilitator and expenses of the peer group; peers' own time is in cost_pay"),
    "cost_training": Measure(
        "pounds", "colleagues' time in team training, places on disclosure training; peers' own time is in cost_pay"
    ),
    "cost_hiring": Measure("pounds", "recruitment and induction of peer workers"),
    "cost_cover": Measure(
        "pounds", "cover bought for vacant peer posts, in place of pay, and for peers off sick, beside it"
    ),
    "cost": Measure("pounds", "all costs of the week: the sum of the cost_* measures"),
    "paid_generic_time": Measure(
        "pounds", "part of cost_pay, not to be added to it: pay of peers at work for their generic share of the week"
    ),
    "paid_support_time": Measure(
        "pounds",
        "part of cost_pay, not to be added to it: pay of peers for their own hours in supervision and at the peer "
        "group (disclosure training left out: its length is not known)",
    ),
}
"""Measured for the provider only."""

WEEKLY: Final = TEAM | PROVIDER

N_TEAM, N_WEEKLY = len(TEAM), len(WEEKLY)
N_COUNTS = 6  # peer posts, peers, clinicians, users in place, teams, peers and clinicians at work
PEERS, CLINICIANS, STAFF_AT_WORK = 1, 2, 5  # places in those counts
EMPOWERMENT, UNDERSTANDING, VALUING, STANCE = (
    list(TEAM).index(name) for name in ("empowerment", "role_understanding", "valuing", "clinical_stance")
)
COHORT, PAY, COVER, PRESENCE, PAID_GENERIC, PAID_SUPPORT = (N_TEAM + k for k in (0, 3, 4, 5, 6, 7))
N_SUMS = N_TEAM + 8  # and: entry cohort (three sums), pay, cover, peers who are present as peers, two parts of pay
