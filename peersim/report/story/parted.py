"""Where and why two lives part, in words: "life A" and "life B"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from peersim.report.story import words as say
from peersim.report.story.chapters import POLICY_WORDS
from peersim.report.story.parting import FOUNDING, Around, Parting
from peersim.world.causes import EXHAUSTION, IDENTITY, LEAVING
from peersim.world.state import OFF_SICK, VACANT

SHOWN = 6  # how many differences are listed
MOST_DIGITS = 6  # two numbers that look alike with so many digits are told as nearly equal

AT = {
    "policy": "when a change of policy reached them",
    "task_allocation": "when colleagues passed on generic tasks",
    "user_meetings": "in the time with service users",
    "colleagues": "in what passed between them and colleagues",
    "supervision": "at supervision",
    "peer_support": "in contact with fellow peers",
    "reflection": "as the week settled in them",
    "absence": "when it was settled who was off sick",
    "leaving": "when it was settled who left",
    "hiring": "when posts were filled and promotions given",
}
"""The mechanisms that write into a peer worker's record: when that is, in words."""

PARTS = {
    "identity_terms": ("this week's change of identity by", IDENTITY),
    "exhaustion_terms": ("this week's change of exhaustion by", EXHAUSTION),
    "intention_parts": ("the intention to leave, because of", LEAVING),
    "leaving_terms": ("this week's log-hazard of leaving, because of", LEAVING),
}
"""Fields that hold a number for each cause: what the numbers are, and the causes."""

RECORD = {
    "experience": "the kind of lived experience",
    "community": "belonging to the community served (1: yes)",
    "promoted": "promoted (1: yes)",
    "pay_ratio": "pay against a comparable post",
    "hours": "hours, as a share of full time",
    "support_hours": "own hours in supervision and at the peer group this week",
    "need": "how much they depend on the pay",
    "strain_point": "the exhaustion they return to at rest",
    "disposition": "the inclination to leave that they bring",
    "anchor": "the identity that they bring and return to",
    "identity": "identity",
    "role_clarity": "clarity of the role",
    "empowerment": "control over sharing lived experience",
    "disclosure_skill": "skill in sharing lived experience",
    "felt_value": "feeling valued",
    "support": "feeling supported by supervision",
    "prospects": "seeing a way to progress",
    "exhaustion": "exhaustion",
    "satisfaction": "satisfaction with the job",
    "wellbeing": "wellbeing",
    "intention_to_leave": "the intention to leave",
    "generic_share": "the share of generic tasks",
    "isolation": "isolation from other peers",
    "newness": "how new they are",
    "closest_fit": "the closest they have been to the team's way of working (as a distance)",
    "weeks_since_supervision": "weeks since supervision",
    "sessions_due": "sessions that the schedule has brought since the last one",
    "sessions": "supervision sessions held so far",
    "missed_sessions": "supervision sessions missed so far",
    "tasks_taken": "generic tasks taken on this week",
    "users_met": "meetings with service users this week",
    "trust_met": "trust, summed over these meetings",
    "fellows_met": "meetings with fellow peers this week",
    "colleague_valuing": "valuing of lived experience, summed over colleagues met this week",
    "colleagues_met": "colleagues met this week",
    "colleague_help": "times helped as a colleague this week",
    "clinical_help": "times answered as a patient this week",
    "clinical_memory": "the share of help that was clinical",
    "leaving_weeks": "weeks in which leaving was weighed",
    "log_hazard_sum": "log-hazard of leaving, summed so far",
}
"""The single numbers of a person's record, without those that are told in a sentence or say the same again."""

TEAM = {
    "n_peers": "peer posts",
    "n_clinicians": "posts of other staff",
    "n_users": "places on caseloads",
    "community_share": "users from the community served",
    "base_pressure": "pressure when fully staffed",
    "pressure": "pressure",
    "role_norm": "the custom of generic tasks",
    "climate": "how it supports peers",
    "understanding": "its understanding of the role",
    "valuing": "its valuing of lived experience",
    "way": "its way of working",
    "peer_presence": "the presence of peers",
    "backing": "the backing of managers",
}
"""What a team is like."""

PEOPLE = {
    "clinicians": "colleagues in the team",
    "managers": "managers",
    "users": "the service users of the team",
    "fellows": "fellow peers in the team",
    "network": "peers of other teams",
    "organisation": "how far the organisation values lived experience",
}


def told(parting: Parting, elsewhere: str, before: str) -> list[str]:
    """The paragraphs on where two lives part, and why.

    Parameters
    ----------
    parting : Parting
    elsewhere, before : str
        Sentences on when they started in the other life, and on the holder before them; told if they part by starting
        in one life and not in the other.
    """
    if None in parting.records:
        first, second = ("A", "B") if parting.records[1] is None else ("B", "A")
        started = f"In week {parting.week} they started in this post in life {first}, and not in life {second}."
        return [say.fill(say.joined(["They part before they have started.", started, elsewhere, before]))]
    entries = _differences(parting)
    what = "What they start with differs"
    if parting.mechanism == FOUNDING:
        lead = ["They part from the start, before the first week."]
    elif parting.records[0].tenure == 0:
        lead = [f"They start in week {parting.week} in both lives, and part there."]
    else:
        lead = [
            "Up to then every number of their record is the same in both lives.",
            f"They part in week {parting.week}, {AT[parting.mechanism]}.",
            _event(parting),
        ]
        what = "What differs in their record after that"
    if entries:
        lead.append(f"{what} (in life A, in life B):")
    around = "" if parting.around is None else _around(parting.around)
    return [say.fill(say.joined(lead)), _listed(entries), say.fill(around)]


def _event(parting: Parting) -> str:
    """What happened in one life and not in the other, if anything did."""
    one, other = parting.records
    if parting.mechanism == "supervision":
        return _either(one, other, "supervised", "a session was held", "none was") or _either(
            one, other, "missed", "a session fell due and was not held", "none fell due"
        )
    if parting.mechanism == "absence":
        return _either(one, other, "status", "they were off sick from then on", "they were at work", OFF_SICK)
    if parting.mechanism == "leaving":
        return _either(one, other, "status", "they left", "they stayed", VACANT)
    if parting.mechanism == "hiring":
        return _either(one, other, "promoted", "they were promoted", "they were not")
    return ""


def _either(one: Any, other: Any, field: str, happened: str, did_not: str, value: int = 1) -> str:
    """What happened in the life in which a field has a value, and not in the other; nothing if it does in both."""
    here, there = one[field] == value, other[field] == value
    if here == there:
        return ""
    yes, no = ("A", "B") if here else ("B", "A")
    return f"In life {yes} {happened}; in life {no} {did_not}."


def _differences(parting: Parting) -> list[str]:
    """What differs in two records, one entry for each number, the largest difference first."""
    one, other = parting.records
    found: list[tuple[str, Any, Any]] = []
    for field in parting.fields:
        if field.name in PARTS:
            what, causes = PARTS[field.name]
            pairs = zip(causes.values(), one[field.name], other[field.name], strict=True)
            found += [(f"{what} {cause}", a, b) for cause, a, b in pairs if a != b]
        elif field.name in RECORD:
            found.append((RECORD[field.name], one[field.name], other[field.name]))
    found.sort(key=lambda number: -abs(float(number[1]) - float(number[2])))
    return [f"{what}: {numbers(a, b)}" for what, a, b in found]


def _listed(entries: list[str]) -> str:
    more = len(entries) - SHOWN
    lines = entries if more <= 1 else [*entries[:SHOWN], f"and {say.number(more)} more numbers"]
    return "\n".join(say.fill(line, first="    ", indent=" " * 6) for line in lines)


def numbers(one: Any, other: Any) -> str:
    """Two numbers that differ, with as many digits as show it."""
    if one == int(one) and other == int(other):
        return f"{int(one)}, {int(other)}"
    for digits in range(2, MOST_DIGITS + 1):
        a, b = (f"{value:.{digits}f}".replace("-", "−") for value in (one, other))
        if a != b:
            return f"{a}, {b}"
    return f"about {say.level(one)} in both, less than a millionth apart"


def _around(around: Around) -> str:
    parts = []
    if around.policies:
        parts.append(f"policies in force ({_some(POLICY_WORDS[key] for key in around.policies)})")
    if around.constants:
        parts.append(f"the model's constants or switches ({_some(around.constants)})")
    if around.team:
        parts.append(f"what the team was like ({_some(TEAM[field.name] for field in around.team)})")
    parts += [PEOPLE[who] for who in around.people]
    return f"What differed around them as that began: {'; '.join(parts)}."


def _some(names: Iterable[str]) -> str:
    """The first few names, and how many more."""
    known = list(names)
    return ", ".join(known) if len(known) <= SHOWN else f"{', '.join(known[:SHOWN])} and {len(known) - SHOWN} more"
