"""The chapters of a life, cut where identity or exhaustion turned, and what is told in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from peersim.report.story import causes
from peersim.report.story import words as say
from peersim.report.story.record import Life, absences, considering, longest, waits
from peersim.results.tables import LEVELS

TURN = {"identity": 0.03, "exhaustion": 0.12}
"""A chapter is cut where a state stood further than this from the straight line between the chapter's two ends."""

SMOOTH = 5  # weeks of the centred mean in which turns are looked for; all numbers told are of single weeks
SHORTEST, MOST_CHAPTERS = 8, 5  # fewest weeks of a chapter, and most chapters of a life
TASKS_MOVED, ISOLATION_MOVED = 0.05, 0.10  # a chapter tells of these if they changed by at least so much
LONG_WAIT = 3  # weeks that a session was put off from which on the wait is told
LONG_ABSENCE = 4  # weeks that a manager was off sick from which on it is told

PACES = {
    "hardly": ("hardly moved", "their tiredness hardly moved", ""),
    "little up": ("edged up", "they became a little more tired", "a little ground regained"),
    "clear up": ("rose", "they grew more tired", "finding themselves again"),
    "far up": ("rose a long way", "they became much more tired", "finding themselves again"),
    "sharp up": ("rose sharply", "they tired fast", "finding themselves again"),
    "little down": ("slipped a little", "they felt a little less tired", "a slow wearing away"),
    "clear down": ("fell", "they felt less tired", "losing ground"),
    "far down": ("fell a long way", "they felt much less tired", "losing ground"),
    "sharp down": ("fell sharply", "their tiredness fell away fast", "losing ground fast"),
}
"""For each pace: what identity did, what exhaustion did, and what a chapter is called for the pace of identity."""

STILL = {"up": "holding on, more tired", "down": "some rest", "hardly": "much the same"}
AGAIN = {"losing ground": "losing more ground", "some rest": "rest again"}
"""What a chapter is called in which identity hardly moved, by exhaustion; and after one of the same name."""

THEN = ("For the next {} ", "Then, for {}, ", "In the {} that followed ", "After that, for {}, ")
THEN_ABOUT = ("For {} after that ", "Then, for {}, ")
"""How later chapters begin, in turn: when their length is exact, and when it is "about" so much."""

POLICY_WORDS = {
    "valuing.role_description": "the clarity of the role description",
    "valuing.protected_time": "the time protected for peer support",
    "valuing.pay_parity": "peers' pay against a comparable post",
    "valuing.progression": "the way to promotion",
    "valuing.team_training_per_year": "team training sessions a year",
    "identity.formalisation": "the professional norms asked of peers",
    "identity.lived_experience_selection": "the weight of lived experience in selection",
    "identity.background_matching": "matching by background",
    "identity.language_fit": "the fit of the role's language",
    "support.supervision.minutes": "the minutes of a supervision session",
    "support.supervision.task": "the part of supervision that is about tasks",
    "support.supervision.wellbeing": "the part of supervision that is about wellbeing",
    "support.supervision.boundaries": "the part of supervision that keeps boundaries",
    "support.supervision.by": "who gives supervision",
    "support.supervision.understanding": "supervisors' understanding of the role",
    "support.supervision.every_weeks": "supervision",
    "support.peer_group_every_weeks": "the peer group",
    "support.clinical_response": "answering peers as clinicians would",
    "structure.manager_support.team": "the support asked of team managers",
    "structure.manager_support.middle": "the support asked of middle managers",
    "structure.manager_support.executive": "the support asked of the executive",
    "structure.strategic_fit": "the fit with the organisation's strategy",
    "structure.flexibility": "the flexibility of procedures",
    "structure.weeks_to_hire": "the weeks it takes to hire",
    "culture.valuing": "the valuing of lived experience",
    "culture.disclosure_autonomy": "peers' say over what they share",
    "culture.disclosure_training_per_year": "trainings in sharing experience a year",
    "culture.lived_experience_leadership": "leadership by people with lived experience",
}
"""What each policy is called when it changes."""

Told = list[tuple[int, str]]
"""Sentences, each with the week in whose place it is told."""


@dataclass(frozen=True, eq=False)
class Chapter:
    """Weeks ``first`` to ``last`` in post (numbers of rows, counted from 0) that run much the same way."""

    life: Life
    first: int
    last: int

    def __len__(self) -> int:
        """How many weeks."""
        return self.last - self.first + 1

    def __contains__(self, week: int) -> bool:
        """Whether a week, numbered as in the event log, is one of the chapter's."""
        return week in self.weeks.index

    @property
    def beginning(self) -> bool:
        """Whether this is the first chapter."""
        return self.first == 0

    @property
    def weeks(self) -> pd.DataFrame:
        """The chapter's rows of `Life.weeks`."""
        return self.life.weeks.iloc[self.first : self.last + 1]

    def total(self, column: str) -> int:
        """Sum of a count."""
        return int(self.weeks[column].sum())

    def ends(self, state: str) -> tuple[float, float]:
        """A state before the chapter's first week and after its last."""
        before = self.life.brought[state] if self.beginning else self.life.weeks[state].iloc[self.first - 1]
        return float(before), float(self.weeks[state].iloc[-1])

    def change(self, state: str) -> float:
        """How far a state moved."""
        before, after = self.ends(state)
        return after - before

    def pace(self, state: str) -> str:
        """How a state moved: a key of `PACES`."""
        return say.pace(self.change(state), len(self))

    def terms(self, state: str) -> pd.Series[float]:
        """Change of identity or exhaustion by cause."""
        return self.life.totals(state, self.first, self.last + 1)


def chapters(life: Life) -> list[Chapter]:
    """Cut a life where identity or exhaustion turned (Douglas and Peucker's rule for lines).

    The chapter is cut next, whose path stands furthest from the straight line between its ends, as measured by `TURN`.
    """
    paths = [_smooth(life.course(state)) / limit for state, limit in TURN.items()]
    cuts = [0, len(life.weeks)]
    while len(cuts) <= MOST_CHAPTERS:
        best, where = 1.0, 0
        for a, b in pairwise(cuts):
            inner = np.arange(a + SHORTEST, b - SHORTEST + 1)
            for path in paths:
                away = np.abs(path[inner] - np.interp(inner, [a, b], [path[a], path[b]]))
                if len(inner) and away.max() > best:
                    best, where = float(away.max()), int(inner[away.argmax()])
        if where == 0:
            break
        cuts = sorted([*cuts, where])
    return [Chapter(life, a, b - 1) for a, b in pairwise(cuts) if b > a]


def _smooth(values: Sequence[float]) -> Any:
    means = pd.Series(values).rolling(SMOOTH, center=True, min_periods=1).mean().to_numpy().copy()
    means[[0, -1]] = values[0], values[-1]
    return means


def sections(life: Life) -> list[str]:
    """A section for each chapter."""
    cut = chapters(life)
    most_clinical = max(cut, key=lambda chapter: chapter.total("clinical_help"), default=None)
    found = []
    for number, (chapter, heading) in enumerate(zip(cut, _headings(cut), strict=True)):
        work = [_tasks(chapter), _supervision(chapter), _contact(chapter)]
        work += [_answers(chapter)] if chapter is most_clinical else []
        course = [_movement(cut, number), *_why(chapter, cut[number - 1])]
        found.append(say.section(heading, map(say.fill, [say.joined(course), say.joined(work), _happened(chapter)])))
    return found


def _headings(cut: Sequence[Chapter]) -> list[str]:
    headings: list[str] = []
    used: set[str] = set()
    for chapter in cut:
        plain = PACES[chapter.pace("identity")][2] or STILL[say.way(chapter.pace("exhaustion"))]
        name = AGAIN.get(plain, f"{plain}, again") if plain in used else plain
        used.add(plain)
        if len(cut) > 1 and chapter.beginning:
            name = f"the beginning: {name}"
        elif len(cut) > 1 and chapter is cut[-1] and chapter.life.left:
            name = f"the last stretch: {name}"
        first, last = chapter.weeks.index[[0, -1]]
        headings.append(f"Week {first} — {name}" if first == last else f"Weeks {first} to {last} — {name}")
    return headings


# How the person was ---------------------------------------------------------------------------------------------------


def _movement(cut: Sequence[Chapter], number: int) -> str:
    chapter = cut[number]
    identity, exhaustion = chapter.pace("identity"), chapter.pace("exhaustion")
    clauses = [
        f"their sense of being a peer {PACES[identity][0]} (identity {say.from_to(*chapter.ends('identity'))})",
        f"{PACES[exhaustion][1]} (exhaustion {say.from_to(*chapter.ends('exhaustion'))})",
    ]
    if number % 2 and abs(chapter.change("exhaustion")) > abs(chapter.change("identity")):
        clauses.reverse()
    ways = say.way(identity), say.way(exhaustion)
    if "hardly" in ways:
        link = ", and " if ways[0] == ways[1] else ", while "
    else:
        link = ", but " if ways[0] == ways[1] else ", and "
    return f"{_opening(say.length(len(chapter)), number, len(cut))}{link.join(clauses)}."


def _opening(long: str, number: int, chapters: int) -> str:
    about = long.startswith("about")
    if chapters == 1:
        return f"Over {long} "
    if number == 0:
        return f"For {long} " if about else f"In the first {long} "
    openings = THEN_ABOUT if about else THEN
    return openings[(number - 1) % len(openings)].format(long)


def _why(chapter: Chapter, before: Chapter) -> list[str]:
    """Why both states did so: in the first chapter the largest causes, later what differs most from before."""
    if chapter.beginning:
        return [causes.largest(state, chapter.terms(state)) for state in causes.STATES]
    return [
        causes.turned(state, *(part.terms(state) / len(part) * say.QUARTER for part in (before, chapter)))
        for state in causes.STATES
    ]


# Their work and support -----------------------------------------------------------------------------------------------


def _tasks(chapter: Chapter) -> str:
    end = float(chapter.weeks.generic_share.iloc[-1])
    if chapter.beginning:
        text = f"By the end of that time generic tasks filled {say.share(end)} of their week ({say.level(end)})"
    else:
        start, end = chapter.ends("generic_share")
        if abs(end - start) < TASKS_MOVED:
            return ""
        grew = "grew" if end > start else "shrank"
        text = f"Generic tasks {grew} to {say.share(end)} of their week ({say.from_to(start, end)})"
    taken = chapter.total("tasks_taken")
    return f"{text}; they took on {say.count(taken, 'task')} that colleagues passed to them." if taken else f"{text}."


def _supervision(chapter: Chapter) -> str:
    life, held = chapter.life, chapter.total("supervised")
    late = [wait for wait in waits(life) if wait[0] in chapter]
    if held == 0 and not late:
        planned = (life.policy.supervision_rate.iloc[: len(chapter)] > 0).any()
        return "They had no supervision." if chapter.beginning and not planned else ""
    if not late:
        return f"Supervision took place {say.times(held)}, never late."
    text = f"Supervision took place {say.times(held)}" if held else "No supervision took place"
    due, then = longest(late)
    if then is None:
        when = "when they left" if life.left else "at the end"
        return f"{text}; the session due in week {due} was still to come {when}."
    if then - due >= LONG_WAIT:
        sick = ", part of which they were off sick" if life.weeks.off_sick.loc[due:then].any() else ""
        return f"{text}; the session due in week {due} had to wait until week {then}{sick}."
    return f"{text}; {say.count(len(late), 'session')} came late."


def _contact(chapter: Chapter) -> str:
    if chapter.beginning:
        met, weeks = int((chapter.weeks.fellows_met > 0).sum()), say.count(len(chapter), "week")
        if met == 0:
            return "They met no other peer."
        isolation = say.level(chapter.weeks.isolation.iloc[-1])
        return f"They met other peers in {say.number(met)} of {weeks} (isolation {isolation})."
    start, end = chapter.ends("isolation")
    if abs(end - start) < ISOLATION_MOVED:
        return ""
    way = "They became more cut off from other peers" if end > start else "They were less cut off from other peers"
    return f"{way} (isolation {say.from_to(start, end)})."


def _answers(chapter: Chapter) -> str:
    """Told once, in the chapter with most clinical answers."""
    clinical, kind = chapter.total("clinical_help"), chapter.total("colleague_help")
    if clinical == 0:
        return ""
    text = f"When they needed help, colleagues answered them as they would a patient {say.times(clinical)}"
    return f"{text} and as a colleague {say.times(kind)}." if kind else f"{text}, and never as a colleague."


# What happened --------------------------------------------------------------------------------------------------------


def _happened(chapter: Chapter) -> str:
    """What happened in a chapter, with its weeks."""
    tellers = (_policies, _promotion, _sickness, _fellows, _managers, _thoughts)
    events = [event for tell in tellers for event in tell(chapter)]
    return say.joined(text for _, text in sorted(events, key=lambda event: event[0]))


def _policies(chapter: Chapter) -> Told:
    changes = chapter.life.policy_changes
    changes = changes[changes.week.isin(chapter.weeks.index)]
    found = []
    for week, over in dict.fromkeys(zip(changes.week, changes.over_weeks, strict=True)):
        together = changes[(changes.week == week) & (changes.over_weeks == over)]
        named = say.listed(
            f"{POLICY_WORDS[key]} ({_value(key, before)} to {_value(key, after)})"
            for key, before, after in zip(together.key, together.before, together.after, strict=True)
        )
        steps = f", step by step over {say.count(over, 'week')}" if over > 1 else ""
        found.append((int(week), f"In week {week} the provider changed {named}{steps}."))
    return found


def _value(key: str, value: float | str) -> str:
    if isinstance(value, str):
        return say.SUPERVISORS[value]
    if key.endswith("every_weeks"):
        return say.every(value) if value else "never"
    return f"{value:.4g}"


def _promotion(chapter: Chapter) -> Told:
    weeks = chapter.life.when("self", "promoted")
    return [(week, f"In week {week} they were promoted within the peer role.") for week in weeks if week in chapter]


def _sickness(chapter: Chapter) -> Told:
    life = chapter.life
    mine = [span for span in absences(life) if span[0] in chapter]
    if not mine:
        return []
    gone, back = longest(mine)
    if back is None:
        text = f"They went off sick in week {gone} and were still away at the end."
    elif back == life.end_week and life.left and life.weeks.off_sick.iloc[-1]:
        text = f"They went off sick in week {gone} and did not come back."
    elif len(mine) == 1:
        text = f"They went off sick in week {gone} and came back in week {back}."
    else:
        text = f"They were off sick {say.times(len(mine))}, the longest from week {gone} to week {back}."
    return [(mine[0][0], text)]


def _fellows(chapter: Chapter) -> Told:
    found = []
    for did, kinds in (("left", ("left", "changed role")), ("joined the team", ("hired",))):
        weeks = [week for week in chapter.life.when("fellow peer", *kinds) if week in chapter]
        if len(weeks) == 1:
            found.append((weeks[0], f"A fellow peer {did} in week {weeks[0]}."))
        elif weeks:
            number, when = say.number(len(weeks)).capitalize(), say.listed(map(str, dict.fromkeys(weeks)))
            found.append((weeks[0], f"{number} fellow peers {did} (weeks {when})."))
    return found


def _managers(chapter: Chapter) -> Told:
    life = chapter.life
    found = [
        (gone, f"The team's manager was off sick from week {gone} to week {back}.")
        for gone, back in absences(life, LEVELS[0])
        if back is not None and back - gone >= LONG_ABSENCE
    ]
    for relation, name in zip(LEVELS, ("team's manager", "middle manager", "executive"), strict=True):
        for week in life.when(relation, "left"):
            new = next((come for come in life.when(relation, "hired") if come > week), None)
            after = "nobody came in their place in this time" if new is None else f"a new one came in week {new}"
            found.append((week, f"The {name} left in week {week}; {after}."))
    return [event for event in found if event[0] in chapter]


def _thoughts(chapter: Chapter) -> Told:
    week = considering(chapter.life)
    if week is None or week not in chapter:
        return []
    intention = say.level(float(chapter.weeks.intention_to_leave[week]))
    return [
        (week, f"From week {week} a survey would have counted them as thinking of leaving (intention {intention}).")
    ]
