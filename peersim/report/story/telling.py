"""A life in plain words, from the start to the end."""

from __future__ import annotations

import numpy as np
import pandas as pd

from peersim.report.story import causes, chapters
from peersim.report.story import words as say
from peersim.report.story.record import Life, considering
from peersim.world.state import ENDINGS, LEFT_JOB, LEFT_ROLE, SUPERVISORS

LISTED = 5  # how many reasons for leaving are listed
STANDS_OUT = 0.2  # share of all that pushed from which on one reason stands out
EVEN = 0.5  # below this share of people with the same record "only" so many would have stayed
HARDLY = 0.05  # a reason with at most this share of all that pushed is one that held
COMMUNITY = 0.5  # share of users from the community from which on it is told that somebody is not

REASONS = {
    "circumstances": ("My own circumstances, or other jobs, draw me away.", ""),
    "pay": ("My pay and hours do not meet my needs.", "pay and hours that met their needs"),
    "not_valued": ("I am not valued, and my role is not understood.", "being valued"),
    "team_culture": ("How this team works together wears me down.", "a team that worked well together"),
    "exhaustion": ("The work leaves me drained.", "strain they could bear"),
    "management": ("I do not have managers behind me.", "managers behind them"),
    "no_progression": ("I see no way to progress.", "a way to progress"),
    "isolation": ("I am on my own here, without other peers.", "other peers within reach"),
    "lack_of_support": ("I do not get the support or supervision I need.", "supervision not long ago"),
    "unwanted_tasks": ("Too much of my week goes on tasks outside the peer role.", "a week that was still their own"),
    "no_control": ("I have too little say in how I do this work.", "a say in how they worked"),
    "alienation": ("I am not like the people I work with.", "a way of working not far from the team's"),
    "falling_fit": ("I fit in here less than I used to.", ""),
}
"""Reasons for leaving, as in a staff survey, and what holds somebody for whom the reason hardly counts."""


def tell(life: Life) -> str:
    """A life in plain words, wrapped at `WIDTH` columns."""
    title = f"The {holder(life)}"
    parts = [say.fill(title) + "\n" + "=" * min(say.WIDTH, len(title)), say.fill(_opening(life))]
    parts.append(say.section("How they started", map(say.fill, [_start(life), _setting(life)])))
    parts += chapters.sections(life)
    if len(life.weeks):
        parts += [causes.ledger(life, state) for state in causes.STATES]
    parts.append(say.section("Why they left" if life.left else "Why they are still there", _ending(life)))
    again = (
        f"Scenario “{life.scenario.name}” (digest {life.scenario.digest[:12]}), seed {life.seed}, replicate "
        f'{life.replicate}, person "{life.person}".'
    )
    parts.append(say.section("To read this again", [say.fill(again)]))
    return "\n\n".join(parts) + "\n"


def holder(life: Life) -> str:
    """Whose life it is: which holder of which post."""
    post = "peer post" if life.spec.peers == 1 else f"{say.nth(life.post)} of {say.number(life.spec.peers)} peer posts"
    return f"{say.nth(life.holder)} holder of the {post} in {life.team}"


# The start ------------------------------------------------------------------------------------------------------------


def _opening(life: Life) -> str:
    began = "was there from the first week" if life.start_week < 0 else f"started in week {life.start_week}"
    weeks, course = len(life.weeks), life.course("identity")
    after = f"in week {life.end_week}, after {say.stay(weeks)}"
    if life.left:
        ended = f"{'left the job' if life.ended == ENDINGS[LEFT_JOB] else 'gave up peer work for another job'} {after}"
    elif weeks:
        ended = f"was still there when the time watched ran out {after}"
    else:
        ended = "had not yet worked a whole week when the time watched ran out"
    text = f"This person {began} and {ended}. "
    if weeks:
        text += {
            "hardly": "As a peer they ended where they began",
            "up": "They ended more of a peer than they began",
            "down": "They ended less of a peer than they began",
        }[say.way(say.pace(course[-1] - course[0], weeks))]
        text += f" (identity {say.level(course[0])}, then {say.level(course[-1])}). "
    text += "Weeks are numbered from 0, as in the event log; states run from 0 to 1. "
    return text + "Identity is how far somebody still works, and sees themselves, as a peer."


def _start(life: Life) -> str:
    who = life.brought
    text = [
        f"They came with {say.told(who.identity, say.IDENTITY)} sense of themselves as a peer (identity "
        f"{say.level(who.identity)}), and {say.told(who.exhaustion, say.EXHAUSTION)} (exhaustion "
        f"{say.level(who.exhaustion)}). Left in peace, their exhaustion settles at {say.level(who.strain_point)}."
    ]
    if who.community:
        text.append("They belong to the cultural community that the service is for.")
    elif life.spec.community >= COMMUNITY:
        text.append("They do not belong to the cultural community that the service is for.")
    if len(life.weeks):
        text += [_terms(life), _caseload(life)]
    return say.joined(text)


def _terms(life: Life) -> str:
    who, pay = life.brought, float(life.weeks.pay_ratio.iloc[0])
    hours = "full time" if who.hours >= say.FULL_TIME else f"{say.share(who.hours)} of full time"
    against = "as much as" if abs(pay - 1) < say.SAME_PAY else "less than" if pay < 1 else "more than"
    return (
        f"They work {hours} ({say.level(who.hours)}), for {against} a comparable colleague earns "
        f"(a ratio of {say.level(pay)}), and depend on that pay {say.word(who.need, say.NEED)}."
    )


def _caseload(life: Life) -> str:
    people, alike = int(life.weeks.caseload.iloc[0]), int(life.weeks.caseload_alike.iloc[0])
    if people == 0:
        return ""
    if people == 1:
        same = "somebody" if alike else "but not"
    else:
        same = {0: "none", people: "all"}.get(alike, say.number(alike)) + " of them"
    were = say.count(people, "person was", "people were")
    return f"After the first week {were} on their caseload, {same} with the same kind of lived experience."


def _setting(life: Life) -> str:
    if life.weeks.empty:
        return ""
    fellows, policy = int(life.weeks.fellow_peers.iloc[0]), life.policy.iloc[0]
    if life.spec.peers == 1:
        peers = "In the team they are the only peer worker"
    elif fellows == 0:
        peers = "The team's other peer posts stood empty"
    else:
        peers = f"They had {say.count(fellows, 'fellow peer')} in the team"
    staff = say.count(life.spec.clinicians, "post")
    supervision, group = "No supervision was planned.", "No peer group met across teams."
    if policy.supervision_rate > 0:
        by = say.SUPERVISORS[SUPERVISORS[int(policy.supervision_by)]]
        supervision = f"Supervision was to come from {by}, {say.every(1 / policy.supervision_rate)}."
    if policy.peer_group_rate > 0:
        group = f"A peer group across teams met {say.every(1 / policy.peer_group_rate)}."
    return f"{peers}, beside {staff} for clinicians and other staff. {supervision} {group}"


# The end --------------------------------------------------------------------------------------------------------------


def _ending(life: Life) -> list[str]:
    """The paragraphs on why somebody left, or is still there."""
    if life.weeks.empty:
        return [say.fill("They started in the last week that was watched, so there is nothing more to tell yet.")]
    push = life.push[life.push > 0].sort_values(ascending=False)
    if push.empty:
        reasons = [say.fill("Nothing in the record pushed them to go.")]
    else:
        reasons = [say.fill(_ask(life, push)), _reasons(push), say.fill(_odds(life)), say.fill(_held(life))]
    return [say.fill(_how(life)), *reasons, say.fill(_after(life)) if life.left else ""]


def _how(life: Life) -> str:
    week, tenure = life.weeks.iloc[-1], say.stay(len(life.weeks))
    sick = ", though off sick" if week.off_sick else ""
    did = {
        ENDINGS[LEFT_JOB]: f"after {tenure}, they left the job",
        ENDINGS[LEFT_ROLE]: f"after {tenure}, they left the peer role for another job",
    }.get(life.ended, f"the last one watched, they were still in post, after {tenure}{sick}")
    then = (
        f"By then they had {say.told(week.identity, say.IDENTITY)} sense of being a peer ({say.level(week.identity)}), "
        f"were {say.told(week.exhaustion, say.EXHAUSTION)} ({say.level(week.exhaustion)}), and gave "
        f"{say.share(week.generic_share)} of their week to generic tasks ({say.level(week.generic_share)})."
    )
    thinking, intention = considering(life), say.level(week.intention_to_leave)
    if thinking is not None:
        thought = f"They had been thinking of leaving since week {thinking} (intention {intention} at the end)."
    else:
        survey = "Even so, a survey" if life.left else "A survey"
        thought = f"{survey} would not have counted them as thinking of leaving (intention {intention})."
    return f"In week {life.end_week}, {did}. {then} {thought}"


def _ask(life: Life, push: pd.Series[float]) -> str:
    asked = "why" if life.left else "what might make them go"
    alone = "" if push.iloc[0] / push.sum() >= STANDS_OUT else " (no single one stands out)"
    return f"Asked {asked}, they would have said, strongest first{alone}:"


def _reasons(push: pd.Series[float]) -> str:
    strongest = (push / push.sum()).iloc[:LISTED].items()
    lines = [f"“{REASONS[str(reason)][0]}” ({say.percent(part)} of what pushed them)" for reason, part in strongest]
    return "\n".join(say.fill(line, first=f"    {number}. ", indent=" " * 7) for number, line in enumerate(lines, 1))


def _odds(life: Life) -> str:
    chance = life.hazard
    last, stayed = float(chance.iloc[-1]), float(np.prod(1.0 - chance))
    year = say.percent(1.0 - (1.0 - last) ** say.YEAR)
    if life.left:
        would = f"{'only ' if stayed < EVEN else ''}{say.percent(stayed)} would have stayed longer"
    else:
        would = f"{say.percent(stayed)} would still be there"
    return (
        f"Luck had a part in it. In their last week the chance of leaving was {say.percent(last, 1)}; kept up for a "
        f"year, it would see {year} go. Of people with exactly this record, {would}."
    )


def _held(life: Life) -> str:
    weak = life.push <= HARDLY * life.push.sum()
    held = [holds for reason, (_, holds) in REASONS.items() if holds and weak[reason]]
    if not held:
        return "" if life.left else "Every reason to go had some weight; none was absent."
    return f"What {'had held' if life.left else 'held'} them: {say.listed(held)}."


def _after(life: Life) -> str:
    """Who lost them, and what became of the post."""
    text = []
    before = life.weeks.iloc[-2:-1]
    if before.caseload.any():
        people, trust = int(before.caseload.iloc[0]), float(before.caseload_trust.iloc[0])
        text.append(f"The week before, {say.count(people, 'person', 'people')} had them as their peer worker.")
        text.append(f"Their trust in them was {say.told(trust, say.TRUST)} ({say.level(trust)} on average).")
    start, rest = life.next_start, life.scenario.horizon_weeks - 1 - life.end_week
    if start is not None:
        empty, holder = say.length(start - life.end_week), say.nth(life.holder + 1)
        text.append(f"The post stood empty for {empty}; its {holder} holder started in week {start}.")
    elif rest:
        text.append(f"The post stood empty from then on, {say.length(rest)} to the end of the time watched.")
    else:
        text.append("It was the last week watched: who came next is not known.")
    return say.joined(text)
