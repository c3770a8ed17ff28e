"""The mechanisms of a week by name, in the order in which they act."""

from __future__ import annotations

#: Name -> what it does, in a line. A part stands after the mechanism that it belongs to.
MECHANISMS: dict[str, str] = {
    "policy": "Scheduled changes of policy take effect",
    "workload": "Vacancies and sickness raise the pressure on those present",
    "task_allocation": "Generic tasks are passed to peers, done or declined",
    "user_meetings": "Peers meet the people they serve; trust grows or not",
    "colleagues": "Peers and clinicians meet in pairs",
    "socialisation": "Part of colleagues: peers are drawn towards the team's way",
    "role_learning": "Part of colleagues: clinicians learn the role from peers who still work as peers",
    "colleague_help": "Part of colleagues: help comes from a colleague or from a clinician",
    "supervision": "Supervision takes place, or is missed",
    "peer_support": "Peers hold each other up, in the team and across teams",
    "reflection": "Each person's identity, clarity, exhaustion and intentions are updated",
    "culture": "Clinicians, managers and the organisation change through exposure, leadership and fit",
    "absence": "Sickness starts and ends",
    "leaving": "People leave their posts",
    "hiring": "Vacancies are filled after a delay",
    "caseload": "People are referred, discharged, and lose a peer who leaves or is off sick",
    "measurement": "Weekly measures, events and costs are taken",
}
