"""Two lives of one person in two worlds, side by side: the week they part, why, and what became of them."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from peersim.analysis.errors import QuestionError
from peersim.report.story import parted
from peersim.report.story import words as say
from peersim.report.story.causes import MATTERS, NAMED_FROM, STRONGEST
from peersim.report.story.parting import Parting, parting
from peersim.report.story.record import Life, kept, life
from peersim.report.story.telling import holder
from peersim.scenario import Scenario
from peersim.world.causes import EXHAUSTION, IDENTITY, LEAVING
from peersim.world.state import ENDINGS, LEFT_JOB, STILL_THERE

SHOWS = say.CLEARLY
"""Two lives differ in a way that shows from the week on from which a state stays at least so far apart."""

DIFFERENCES = 8  # how many keys are listed in which the scenarios differ
LONGEST = 160  # characters of one value in that list
REASONS = 3  # how many reasons are named that raise one chance of leaving above the other

COLUMNS = {
    "identity": "identity",
    "exhaustion": "exhaustion",
    "generic_share": "generic tasks",
    "intention_to_leave": "wish to leave",
}
"""States in the table of moments: field of the record and heading."""

CAUSES = {
    "identity": IDENTITY | {"own_anchor": "the pull back to what they had brought"},
    "exhaustion": EXHAUSTION | {"recovery": "the pull back to their usual level"},
}
"""States whose course is explained, and their causes in words that hold whichever way they act."""

HAPPENINGS = {
    "supervised": "supervision sessions held",
    "missed": "sessions that fell due and were not held",
    "tasks_taken": "generic tasks taken on",
    "users_met": "meetings with service users",
    "fellows_met": "meetings with fellow peers",
    "colleague_help": "times helped as a colleague",
    "clinical_help": "times answered as a patient",
    "off_sick": "off sick (1: yes)",
    "promoted": "promoted (1: yes)",
}
"""What is counted of a week: columns of `Life.weeks`, in words."""

FEWEST_DIGITS, MOST_DIGITS = 4, 10  # of a number from chance; it is a multiple of 2**-33


@dataclass(frozen=True, eq=False)
class Lives:
    """One person in two worlds.

    Attributes
    ----------
    a : Life
        Their life in the first scenario.
    b : Life, optional
        Their life in the other; None if they never came to the post there.
    other : Scenario
        The other scenario.
    names : pair of str
        What the two scenarios are called.
    parting : Parting, optional
        Where the lives part; None if they never do.
    before : pair of records
        The spell of the holder before them in each world; None if they are the first, or nobody came before them.
    """

    a: Life
    b: Life | None
    other: Scenario
    names: tuple[str, str]
    parting: Parting | None
    before: tuple[Any, Any]

    @property
    def each(self) -> list[Life]:
        """The lives that there are."""
        return [one for one in (self.a, self.b) if one is not None]

    @property
    def common(self) -> list[int]:
        """Weeks in which they were in post in both."""
        return [] if self.b is None else [int(week) for week in self.a.weeks.index.intersection(self.b.weeks.index)]


def lives(
    scenario: Scenario, other: Scenario, name: str, *, seed: int = 1, replicate: int = 0, person: str | None = None
) -> Lives:
    """One person in two worlds; parameters and errors as for `peersim.report.story.two_lives`."""
    _check(scenario, other, name)
    a = life(scenario, seed=seed, replicate=replicate, person=person)
    _check_place(a, other)
    spells = [kept(case, seed=seed, replicate=replicate)[0] for case in (scenario, other)]
    came = _spell(spells[1], a, a.holder) is not None
    return Lives(
        a=a,
        b=life(other, seed=seed, replicate=replicate, person=a.person) if came else None,
        other=other,
        names=(scenario.name, name),
        parting=parting(a, other),
        before=(_spell(spells[0], a, a.holder - 1), _spell(spells[1], a, a.holder - 1)),
    )


def _check(scenario: Scenario, other: Scenario, name: str) -> None:
    if scenario.name == name:
        raise QuestionError(f"name: found {name!r}, as the first scenario is called; allowed: another name")
    if scenario.horizon_weeks != other.horizon_weeks:
        raise QuestionError(
            f"horizon_weeks: found {scenario.horizon_weeks} and {other.horizon_weeks}; allowed: the same in both"
        )
    if not _changed(scenario, other):
        raise QuestionError("the two scenarios do not differ, except perhaps in name; allowed: two that do")


def _check_place(a: Life, other: Scenario) -> None:
    """The same person is who has the same place in the key of chance: number of the team, and post."""
    names, there = ([team.name for team in scenario.team_list()] for scenario in (a.scenario, other))
    if a.team not in there:
        raise QuestionError(
            f"person: found {a.person!r}; the other scenario has no team {a.team!r}; allowed: somebody of a team "
            "that both scenarios have"
        )
    here, place = names.index(a.team), there.index(a.team)
    if here != place:
        raise QuestionError(
            f"person: found {a.person!r}, of team number {here + 1} here and {place + 1} in the other scenario: not "
            "the same person, since chance goes by that number; allowed: somebody of a team in the same place in both"
        )
    posts = other.team_list()[place].peers
    if a.post > posts:
        raise QuestionError(
            f"person: found {a.person!r}; in the other scenario {a.team!r} has {say.count(posts, 'peer post')}; "
            "allowed: somebody in a post that both scenarios have"
        )


def _spell(spells: Any, a: Life, holder: int) -> Any | None:
    """The spell of a holder of the post, if there was one."""
    team = [team.name for team in a.scenario.team_list()].index(a.team)
    found = spells[(spells.team == team) & (spells.post == a.post - 1) & (spells.ordinal == holder - 1)]
    return found[0] if len(found) else None


def _changed(scenario: Scenario, other: Scenario) -> dict[str, tuple[object, object]]:
    return {key: values for key, values in scenario.diff(other).items() if key != "name"}


# The text -------------------------------------------------------------------------------------------------------------


def tell(pair: Lives) -> str:
    """Two lives in plain words, wrapped at `WIDTH` columns."""
    title = f"Two lives of the {holder(pair.a)}"
    parts = [say.fill(title) + "\n" + "=" * min(say.WIDTH, len(title)), say.fill(_opening(pair)), _changes(pair)]
    parts.append(say.section("The week they part, and why", _parting(pair)))
    if pair.parting is not None and pair.b is not None:
        parts.append(say.section("When it showed", [say.fill(_showed(pair))]))
        parts.append(say.section("Side by side", [_about_moments(pair.a, pair.b), _moments(pair.a, pair.b)]))
        parts += [_why(pair)] if pair.common else []
    parts.append(say.section("How each ended", map(say.fill, _ended(pair))))
    first, second = (
        f"“{name}” (digest {scenario.digest[:12]})"
        for name, scenario in zip(pair.names, (pair.a.scenario, pair.other), strict=True)
    )
    again = (
        f"Life A: scenario {first}. Life B: scenario {second}. Seed {pair.a.seed}, replicate {pair.a.replicate}, "
        f'person "{pair.a.person}".'
    )
    parts.append(say.section("To read this again", [say.fill(again)]))
    return "\n\n".join(filter(None, parts)) + "\n"


def _opening(pair: Lives) -> str:
    changed = len(_changed(pair.a.scenario, pair.other))
    return (
        f"The same person with the same luck, in two worlds. Life A: “{pair.names[0]}”. Life B: “{pair.names[1]}”. "
        f"Weeks are numbered from 0, as in the event log; states run from 0 to 1. "
        f"The two scenarios differ in {say.count(changed, 'setting')} (in A -> in B):"
    )


def _changes(pair: Lives) -> str:
    """In what the scenarios differ."""
    changed = _changed(pair.a.scenario, pair.other)
    lines = [f"{key}: {_written(a)} -> {_written(b)}" for key, (a, b) in list(changed.items())[:DIFFERENCES]]
    if len(changed) > DIFFERENCES:
        lines.append(f"and {len(changed) - DIFFERENCES} more")
    return "\n".join(say.fill(line, first="    ", indent=" " * 6) for line in lines)


def _written(value: object) -> str:
    return textwrap.shorten(_in_words(value), LONGEST, placeholder=" ...")


def _in_words(value: object) -> str:
    """A setting as planners write it, without the brackets."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_in_words(inner)}" for key, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(map(_in_words, value)) or "none"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _parting(pair: Lives) -> list[str]:
    if pair.parting is None:
        never = (
            "They never part: to the last week every number of their record is the same in both lives. What differs "
            "between the two scenarios did not reach this person in the time watched."
        )
        return [say.fill(never)]
    return parted.told(pair.parting, _start_elsewhere(pair), _vacancy(pair))


def _start_elsewhere(pair: Lives) -> str:
    """When they started in the life in which they started later, if they did."""
    if pair.b is None:
        return "In life B they never came to it."
    later = "A" if pair.a.start_week > pair.b.start_week else "B"
    return f"In life {later} they started in week {max(pair.a.start_week, pair.b.start_week)}."


def _vacancy(pair: Lives) -> str:
    """What had become of the holder before them."""
    a, b = _before(pair, 0), _before(pair, 1)
    return f"In both lives {a}." if a == b else f"In life A {a}; in life B {b}."


def _before(pair: Lives, which: int) -> str:
    """What became of the holder before them in one of the two worlds."""
    spell, who = pair.before[which], f"the {say.nth(pair.a.holder - 1)} holder"
    if spell is None:
        return f"{who} never came either"
    if spell.ended == STILL_THERE:
        return f"{who} was there to the end"
    return f"{who} left in week {spell.end_week}"


# When it showed -------------------------------------------------------------------------------------------------------


def _showed(pair: Lives) -> str:
    if not pair.common:
        return "They were never in post in the same week, so no week shows the two side by side."
    return say.joined([_happened(pair), *(_shows(pair, state) for state in CAUSES)])


def happened(pair: Lives) -> tuple[int, list[str]] | None:
    """First week in post in both in which something counted happened differently, and of what; None if never."""
    a, b = (one.weeks.loc[pair.common, list(HAPPENINGS)] for one in pair.each)
    differs = a != b
    for week, row in zip(pair.common, differs.to_numpy(), strict=True):
        if row.any():
            return week, [name for name, differ in zip(HAPPENINGS, row, strict=True) if differ]
    return None


def _happened(pair: Lives) -> str:
    found = happened(pair)
    if found is None:
        return "Whatever is counted of a week was the same in both lives, as long as they were in post in both."
    week, names = found
    counts = (
        f"{HAPPENINGS[name]} ({', '.join(str(int(one.weeks[name][week])) for one in pair.each)})" for name in names
    )
    return (
        f"Of all that is counted, the first to happen differently was in week {week} (in life A, in life B): "
        f"{say.listed(counts)}."
    )


def apart(pair: Lives, state: str) -> pd.Series[float]:
    """How far `identity` or `exhaustion` in life B lies above life A, in each week in post in both."""
    a, b = (one.weeks[state].loc[pair.common] for one in pair.each)
    return b - a


def shows_from(gap: pd.Series[float]) -> int | None:
    """First week from which on a gap is at least `SHOWS`, with the same sign, to the last week; None if never."""
    less = gap.index[gap * math.copysign(1.0, gap.iloc[-1]) < SHOWS]
    if less.empty:
        return int(gap.index[0])
    return None if less[-1] == gap.index[-1] else int(less[-1]) + 1


def _shows(pair: Lives, state: str) -> str:
    gap, last = apart(pair, state), pair.common[-1]
    what, week = state.capitalize(), shows_from(gap)
    if week is not None:
        higher = "B" if gap[last] > 0 else "A"
        return (
            f"{what} was at least {say.level(SHOWS)} higher in life {higher} from week {week} on, up to the last week "
            f"in which they were in post in both (week {last})."
        )
    far = gap.index[gap.abs() >= SHOWS]
    if far.empty:
        return f"{what} was never as much as {say.level(SHOWS)} apart while they were in post in both."
    return (
        f"{what} was at least {say.level(SHOWS)} apart for {say.count(len(far), 'week')} (first in week {far[0]}, last "
        f"in week {far[-1]}), but not up to the last week in which they were in post in both (week {last})."
    )


# Side by side ---------------------------------------------------------------------------------------------------------


def moments(a: Life, b: Life) -> list[tuple[str, int | None]]:
    """Rows of the table of moments: label, and week (None: the start)."""
    common = a.weeks.index.intersection(b.weeks.index)
    ends = {a.end_week, b.end_week}
    fixed = [say.QUARTER, say.YEAR // 2, *range(say.YEAR, a.scenario.horizon_weeks, say.YEAR)]
    rows: list[tuple[str, int | None]] = [("start", None)]
    for week in sorted(ends | {week for week in fixed if week in common}):
        whose = [name for name, one in (("A", a), ("B", b)) if one.end_week == week]
        end = f" (end of {' and '.join(whose)})" if whose else ""
        rows.append((f"week {week}{end}", week))
    return rows


def _about_moments(a: Life, b: Life) -> str:
    text = (
        "As each week ended. Generic tasks are a share of the working week; the wish to leave is what a survey would "
        "call the intention to leave."
    )
    if a.start_week != b.start_week:
        text += (
            f" They started in week {a.start_week} in life A and in week {b.start_week} in life B: in the same week of "
            "the calendar they had not been in post for equally long."
        )
    return say.fill(text)


def _moments(a: Life, b: Life) -> str:
    rows = [(label, [_at(one, field, week) for field in COLUMNS for one in (a, b)]) for label, week in moments(a, b)]
    width = max(len(label) for label, _ in rows)
    lines = [f"{'':{width}}" + "".join(f"  {heading:^13}" for heading in COLUMNS.values())]
    lines += [f"{'':{width}}" + "       A     B " * len(COLUMNS)]
    for label, values in rows:
        pairs = zip(values[::2], values[1::2], strict=True)
        lines.append(f"{label:<{width}}" + "".join(f"  {one:>6}{other:>6} " for one, other in pairs))
    return "\n".join(line.rstrip() for line in lines)


def _at(one: Life, field: str, week: int | None) -> str:
    """A state at the end of a week; at the start, only what somebody brings is known."""
    if week is None:
        return say.level(one.brought[field]) if field in one.brought else "–"
    return say.level(one.weeks[field][week]) if week in one.weeks.index else "–"


# Why they differ ------------------------------------------------------------------------------------------------------

Row = tuple[str, int, int]
"""A line of a table of causes: words, and hundredths in life A and in life B."""


def table(pair: Lives, state: str) -> list[Row]:
    """Why `identity` or `exhaustion` differs at the end of the last week in post in both.

    First the level at the start, then the causes that differ most, then the rest; each column adds up, as shown, to its
    last line, and so does the difference between the two.
    """
    last = pair.common[-1]
    starts, levels, totals = [], [], []
    for one in pair.each:
        starts.append(say.hundredths(one.brought[state]))
        levels.append(say.hundredths(one.weeks[state][last]))
        totals.append(one.totals(state, 0, last - one.start_week).map(say.hundredths))
    gap = totals[1] - totals[0]
    strongest = [*gap[gap > 0].nlargest(STRONGEST).index, *gap[gap < 0].nsmallest(STRONGEST).index]
    named = gap[(gap.abs() >= 100 * MATTERS) | gap.index.isin(strongest)].sort_values(key=abs, ascending=False).index
    rest = [level - start - int(total[named].sum()) for level, start, total in zip(levels, starts, totals, strict=True)]
    return [
        (f"{state} at the start", starts[0], starts[1]),
        *((CAUSES[state][str(cause)], int(totals[0][cause]), int(totals[1][cause])) for cause in named),
        ("everything else, and rounding", rest[0], rest[1]),
        (f"{state} at the end of week {last}", levels[0], levels[1]),
    ]


def _why(pair: Lives) -> str:
    text = (
        f"What moved identity and exhaustion in each life, from the start to the end of week {pair.common[-1]}, the "
        "last in post in both. Most causes act on the state that is there, so a difference in one carries over into "
        "others; above all, a state that has moved further is pulled back harder."
    )
    return say.section("Why they differ", [say.fill(text), *(_printed(table(pair, state)) for state in CAUSES)])


def _printed(rows: list[Row]) -> str:
    width = max(len(words) for words, _, _ in rows)
    lines = [f"    {'':{width}}  {'A':>6}  {'B':>6}  {'B − A':>6}"]
    for number, (words, a, b) in enumerate(rows):
        shown = say.level if number in (0, len(rows) - 1) else say.signed
        lines.append(f"    {words:<{width}}  {shown(a / 100):>6}  {shown(b / 100):>6}  {say.signed((b - a) / 100):>6}")
    lines.insert(-1, "    " + "-" * (width + 24))
    return "\n".join(lines)


# The end --------------------------------------------------------------------------------------------------------------


def _ended(pair: Lives) -> list[str]:
    a, b = pair.a, pair.b
    if b is None:
        return [f"In life A they {_did(a)}. In life B they never came to this post: {_before(pair, 1)}."]
    if (a.ended, a.end_week) == (b.ended, b.end_week):
        text = [f"In both lives they {_did(a)}."]
    else:
        text = [f"In life A they {_did(a)}. In life B they {_did(b)}."]
    return [*text, _luck(pair)] if pair.parting is not None else text


def _did(one: Life) -> str:
    """How somebody's time in post ended."""
    if not one.left:
        return f"were still there when the time watched ran out (week {one.end_week})"
    did = "left the job" if one.ended == ENDINGS[LEFT_JOB] else "left the peer role for another job"
    return f"{did} in week {one.end_week}, after {say.stay(len(one.weeks))}"


def _luck(pair: Lives) -> str:
    """What chance decided in the week in which the first of the two lives ended by leaving.

    A person leaves if the week's number from chance, the same in both worlds, is below the chance of leaving.
    """
    leavers = [one for one in pair.each if one.left]
    if not leavers:
        return ""
    week = min(one.end_week for one in leavers)
    if week not in pair.common:
        return ""
    luck = float(pair.a.weeks.luck_leaving[week])
    chances = [float(one.hazard[week]) for one in pair.each]
    number, *shown = apart_as_shown(luck, *chances)
    that_week = f"the chance of leaving that week, {shown[0]} in life A and {shown[1]} in life B"
    ends = [one.left and one.end_week == week for one in pair.each]
    if all(ends):
        return f"The same number from chance, {number}, decided in both: it was below {that_week}."
    left, stayed = ("A", "B") if ends[0] else ("B", "A")
    return (
        f"In week {week} the same number from chance, {number}, ended life {left} in the post and not life {stayed}: "
        f"they leave if it is below {that_week}. {_likelier(pair, week, left)}"
    )


def _likelier(pair: Lives, week: int, left: str) -> str:
    """What raised the chance of leaving in one life above that in the other; reasons of the log-hazard."""
    a, b = (pd.Series(one.leaving.loc[week], dtype=float) for one in pair.each)
    more = a - b if left == "A" else b - a
    reasons = more[more >= NAMED_FROM].nlargest(REASONS).index
    if reasons.empty:
        return ""
    return f"What made it likelier in life {left}, most first: {'; '.join(LEAVING[str(reason)] for reason in reasons)}."


def apart_as_shown(luck: float, *chances: float) -> list[str]:
    """A number from chance and chances of leaving, with as many digits as show which chances it is below."""
    for digits in range(FEWEST_DIGITS, MOST_DIGITS):
        shown = [f"{value:.{digits}f}" for value in (luck, *chances)]
        number, *others = map(float, shown)
        if all((number < other) == (luck < chance) for other, chance in zip(others, chances, strict=True)):
            return shown
    return [f"{value:.{MOST_DIGITS}f}" for value in (luck, *chances)]
