"""Why identity and exhaustion moved: the causes of the ledgers, in words."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from peersim.report.story import words as say
from peersim.report.story.record import Life

MATTERS = 0.05  # a cause with at least this total has its own line in the table; so have the strongest each way
STRONGEST = 3  # how many causes are named each way
SHOWN_FROM = 0.005  # a total no larger than this is not named: it would be shown as 0.00
NAMED_FROM = 0.01  # a chapter names no cause that counts for less
ANSWERS = ("own_anchor", "recovery", "limit")  # these only answer to the state itself: no reason why it turned

IDENTITY_CAUSES = {
    "own_anchor": ("returning to what they were used to", "what they had brought with them"),
    "professionalisation": ("the professional norms asked of the role",) * 2,
    "fitting_structures": ("the role being fitted to existing structures",) * 2,
    "dilution": ("generic and unwanted tasks",) * 2,
    "socialisation": ("taking on the team's way of working", "a team whose way of working is close to a peer's"),
    "clinical_response": ("being answered as a patient by colleagues",) * 2,
    "supervision": ("supervision",) * 2,
    "boundary_keeping": ("supervision spent on keeping boundaries",) * 2,
    "lack_of_supervision": ("time without supervision",) * 2,
    "fellow_peers": ("fellow peers with a weaker sense of being peers", "fellow peers in the team"),
    "peer_network": ("other teams' peers with a weaker sense of being peers", "the peer group across teams"),
    "isolation": ("being cut off from other peers",) * 2,
    "time_with_users": ("time with service users", "time with service users that meant something"),
    "being_valued": ("not feeling valued", "feeling valued"),
    "control_of_sharing": ("too little say over what they share", "having a say over what they share"),
    "limit": ("reaching the end of the scale",) * 2,
}
"""What each cause is when it lowers identity, and when it raises it."""

EXHAUSTION_CAUSES = {
    "workload": ("pressure in the team",) * 2,
    "generic_tasks": ("generic and unwanted tasks",) * 2,
    "role_ambiguity": ("an unclear role",) * 2,
    "emotional_work": ("the emotional work with service users",) * 2,
    "starting_the_job": ("starting the job",) * 2,
    "lack_of_supervision": ("missed or missing supervision",) * 2,
    "supervision": ("supervision",) * 2,
    "colleague_help": ("help from colleagues",) * 2,
    "fellow_peers": ("fellow peers in the team",) * 2,
    "peer_network": ("the peer group across teams",) * 2,
    "isolation": ("being cut off from other peers",) * 2,
    "time_with_users": ("time with service users that meant something",) * 2,
    "being_valued": ("feeling valued", "not feeling valued"),
    "control_of_sharing": ("having a say over what they share", "too little say over what they share"),
    "recovery": ("rest and recovery", "strain coming back to its usual level"),
    "life_events": ("good times outside work", "hard times outside work"),
    "limit": ("reaching the end of the scale",) * 2,
}
"""The same for exhaustion."""


class State(NamedTuple):
    """How a story speaks of a state; of two texts the first is about what makes it worse."""

    causes: dict[str, tuple[str, str]]
    worse: int  # sign of a change for the worse
    heading: str
    above_all: tuple[str, str]
    nothing: tuple[str, str]
    does: tuple[str, str]
    course: tuple[str, str]
    turned: str


STATES = {
    "identity": State(
        causes=IDENTITY_CAUSES,
        worse=-1,
        heading="What moved their identity",
        above_all=("It was worn down above all by", "It was held up by"),
        nothing=("Nothing wore it down much.", "Nothing held it up much."),
        does=("wore at it", "held it up"),
        course=("loss", "gain"),
        turned="The tide turned",
    ),
    "exhaustion": State(
        causes=EXHAUSTION_CAUSES,
        worse=1,
        heading="What tired them, and what gave rest",
        above_all=("They were tired above all by", "They were eased by"),
        nothing=("Nothing tired them much.", "Nothing eased them much."),
        does=("tired them", "gave relief"),
        course=("tiring", "easing"),
        turned="Their tiredness turned",
    ),
}


def phrase(state: str, cause: str, value: float) -> str:
    """A cause in words, by whether it lowered or raised the state."""
    return STATES[state].causes[cause][1 if value > 0 else 0]


def _strongest(terms: pd.Series[float], sign: int, most: int, least: float) -> list[str]:
    """The causes that moved a state most in one direction, strongest first."""
    moved = sign * terms
    return list(moved[moved > least].nlargest(most).index)


def _named(state: str, terms: pd.Series[float], causes: list[str]) -> str:
    return say.listed(f"{phrase(state, cause, terms[cause])} ({say.signed(terms[cause])})" for cause in causes)


# Over the whole time --------------------------------------------------------------------------------------------------


def table(life: Life, state: str) -> list[tuple[str, int]]:
    """The table of causes of ``identity`` or ``exhaustion``: phrase and hundredths.

    They add up to the last line, the change as it is shown.
    """
    course, totals = life.course(state), life.totals(state)
    strongest = [cause for sign in (-1, 1) for cause in _strongest(totals, sign, STRONGEST, SHOWN_FROM)]
    named = totals[(totals.abs() >= MATTERS) | totals.index.isin(strongest)].sort_values(ascending=state == "identity")
    lines = [(phrase(state, str(cause), value), say.hundredths(value)) for cause, value in named.items()]
    change = say.hundredths(course[-1]) - say.hundredths(course[0])
    rest = change - sum(value for _, value in lines)
    return [*lines, ("everything else, and rounding", rest), ("change in all", change)]


def ledger(life: Life, state: str) -> str:
    """The section on what moved a state over the whole time."""
    its, course, totals = STATES[state], life.course(state), life.totals(state)
    text = [f"{state.capitalize()} went from {say.level(course[0])} to {say.level(course[-1])}."]
    for sign, above_all, nothing in zip((its.worse, -its.worse), its.above_all, its.nothing, strict=True):
        causes = _strongest(totals, sign, STRONGEST, SHOWN_FROM)
        text.append(f"{above_all} {_named(state, totals, causes)}." if causes else nothing)
    gross = max(totals[totals > 0].sum(), -totals[totals < 0].sum())
    if state == "identity" and abs(course[-1] - course[0]) < gross / 2:
        text.append(
            f"Each number is a sum over all {len(life.weeks)} weeks: most of what was lost was made good "
            "again, and what remained is the change."
        )
    lines = table(life, state)
    width = max(len(words) for words, _ in lines)
    rows = [f"    {words:<{width}}  {say.signed(value / 100):>6}" for words, value in lines]
    rows.insert(-1, "    " + "-" * (width + 8))
    return say.section(its.heading, [say.fill(" ".join(text)), "\n".join(rows)])


# In a chapter ---------------------------------------------------------------------------------------------------------


def largest(state: str, terms: pd.Series[float]) -> str:
    """What moved a state most in the first chapter."""
    its, parts = STATES[state], []
    for sign, does, most in zip((its.worse, -its.worse), its.does, (2, 1), strict=True):
        if causes := _strongest(terms, sign, most, NAMED_FROM):
            parts.append(f"what {does} most was {_named(state, terms, causes)}")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def turned(state: str, then: pd.Series[float], now: pd.Series[float]) -> str:
    """What differs most from the chapter before; changes by cause over a quarter of a year."""
    turn = now - then
    if abs(turn.sum()) < say.MOVED:
        return ""
    causes = (turn if turn.sum() > 0 else -turn).drop(list(ANSWERS), errors="ignore")
    cause = str(causes.idxmax())
    if causes[cause] < NAMED_FROM:
        return ""
    return f"{lead(state, then.sum(), now.sum())}, as {_weighed(state, cause, then[cause], now[cause])}."


def lead(state: str, then: float, now: float) -> str:
    """How a chapter's course compares with the one before."""
    its, grew, turned = STATES[state], abs(now) > abs(then), then * now < 0
    if turned and min(abs(then), abs(now)) >= say.MOVED:
        return its.turned
    what = its.course[0 if its.worse * (now if grew else then) > 0 else 1]
    if grew:
        return f"The {what} set in" if turned else f"The {what} was faster than before"
    return f"The {what} had all but stopped" if abs(now) < say.MOVED else f"The {what} was slower than before"


def _weighed(state: str, cause: str, then: float, now: float) -> str:
    """How one cause weighs against the chapter before."""
    its, rates = STATES[state], f"(per quarter-year {say.signed(then)} before, {say.signed(now)} now)"
    before, after = phrase(state, cause, then), phrase(state, cause, now)
    if then * now < 0 and before != after and min(abs(then), abs(now)) >= SHOWN_FROM:
        return f"{before} gave way to {after} {rates}"
    grew = abs(now) >= abs(then)
    does = its.does[0 if its.worse * (now if grew else then) > 0 else 1]
    return f"{after if grew else before} {does} {'more' if grew else 'less'} {rates}"
