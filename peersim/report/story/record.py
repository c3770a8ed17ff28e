"""The record of one peer worker's time in a post: a world lived again, and the person's weeks kept."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from peersim.analysis.errors import QuestionError
from peersim.behaviours import founding
from peersim.behaviours.leaving import MOST_LOG_HAZARD
from peersim.ensemble import chunks
from peersim.results.tables import LEVELS, event_table, pushes
from peersim.scenario import Scenario, TeamSpec
from peersim.week import live_week
from peersim.world import draws
from peersim.world.build import POLICY_FIELDS, RATES, build
from peersim.world.causes import EXHAUSTION, IDENTITY, LEAVING
from peersim.world.state import ENDINGS, OFF_SICK, PEER, STILL_THERE, SUPERVISORS, VACANT, World

NUMBERS = [name for name in PEER.names or () if not PEER[name].shape]
"""Fields of a peer's record that hold a single number."""

AROUND = ["caseload", "caseload_alike", "caseload_trust", "fellow_peers"]
"""What is kept of each week beside the person's own record."""

SHOWN = 20  # posts named in a message; a large provider has thousands

Span = tuple[int, int | None]
"""Week in which something began, and in which it ended, if it did within the life."""


@dataclass(frozen=True, eq=False)
class Life:
    """The record of one peer worker's time in a post.

    Attributes
    ----------
    scenario : Scenario
    seed, replicate : int
    team : str
        Name of the team.
    post, holder : int
        Which post of the team, and which holder of it; counted from 1.
    start_week, end_week : int
        Week of the start (-1: there from the beginning) and last week in post, numbered as in the event log.
    ended : str
        One of `peersim.world.state.ENDINGS`.
    brought : Series
        What the person came with: ``identity`` and ``exhaustion`` at the start, ``strain_point``, ``hours``, ``need``
        and ``community``.
    weeks : DataFrame
        By ``week`` in post, as it ended: each single number of the person's record (`peersim.world.state.PEER_FIELDS`),
        ``off_sick``, ``caseload``, ``caseload_alike`` (of the same kind of lived experience), ``caseload_trust`` and
        ``fellow_peers`` (in post in the team).
    identity, exhaustion : DataFrame
        Change by cause in each week; the columns add up exactly to the change of the state.
    leaving : DataFrame
        Log-hazard of leaving by reason in each week.
    push : Series
        What pushed the person at the end, by reason, without the base that holds for everybody.
    policy : DataFrame
        Policies in force in each week in post.
    policy_changes : DataFrame
        ``week``, ``key``, ``before``, ``after``, ``over_weeks`` of what the provider changed in that time.
    events : DataFrame
        Events of the person, fellow peers, managers, and of the next holder of the post; ``relation`` says whose.
    """

    scenario: Scenario
    seed: int
    replicate: int
    team: str
    post: int
    holder: int
    start_week: int
    end_week: int
    ended: str
    brought: pd.Series[float]
    weeks: pd.DataFrame
    identity: pd.DataFrame
    exhaustion: pd.DataFrame
    leaving: pd.DataFrame
    push: pd.Series[float]
    policy: pd.DataFrame
    policy_changes: pd.DataFrame
    events: pd.DataFrame

    @property
    def person(self) -> str:
        """What to ask for to get this life again."""
        return f"{self.team}/{self.post}/{self.holder}"

    @property
    def left(self) -> bool:
        """Whether the person left the job or the role within the time watched."""
        return self.ended != ENDINGS[STILL_THERE]

    @property
    def next_start(self) -> int | None:
        """Week in which the next holder of the post started, if one did."""
        return next(iter(self.when("next holder", "hired")), None)

    @property
    def hazard(self) -> pd.Series[float]:
        """Chance of leaving in each week."""
        log_hazard = self.leaving.sum(axis=1)
        hazard: pd.Series[float] = np.exp(log_hazard.clip(upper=MOST_LOG_HAZARD))
        return hazard.where(log_hazard != 0.0, 0.0)  # no log-hazard at all: leaving is switched off

    @property
    def spec(self) -> TeamSpec:
        """The team as the scenario has it."""
        return next(team for team in self.scenario.team_list() if team.name == self.team)

    def course(self, state: str) -> list[float]:
        """`identity` or `exhaustion` at the start and at the end of each week."""
        return [float(self.brought[state]), *map(float, self.weeks[state])]

    def totals(self, state: str, first: int = 0, last: int | None = None) -> pd.Series[float]:
        """Total by cause of the change of `identity` or `exhaustion`, from row `first` to before row `last`."""
        ledger = self.identity if state == "identity" else self.exhaustion
        return ledger.iloc[first:last].sum()

    def when(self, relation: str, *kinds: str) -> list[int]:
        """Weeks in which somebody's events of these kinds happened."""
        mine = (self.events.relation == relation) & self.events.event.isin(kinds)
        return [int(week) for week in self.events.week[mine]]


def life(scenario: Scenario, *, seed: int = 1, replicate: int = 0, person: str | None = None) -> Life:
    """The record of one peer worker's time in a post; parameters as for `peersim.report.story.story`.

    The world is lived twice: once to see who there is, once to keep the person's weeks.
    """
    spells, events = kept(scenario, seed=seed, replicate=replicate)
    names = [team.name for team in scenario.team_list()]
    chosen = _choose(spells, names, person)
    spell = spells[chosen]
    start, end = int(spell.start_week), int(spell.end_week)
    index = pd.RangeIndex(start + 1, end + 1, name="week")
    world = build(scenario, seed=seed, replicate=replicate, weeks=scenario.horizon_weeks)
    records, around = _follow(world, spell)
    weeks = pd.DataFrame({name: records[name] for name in NUMBERS}, index)
    team = world.teams[spell.team]
    return Life(
        scenario=scenario,
        seed=seed,
        replicate=replicate,
        team=names[spell.team],
        post=int(spell.post) + 1,
        holder=int(spell.ordinal) + 1,
        start_week=start,
        end_week=end,
        ended=ENDINGS[spell.ended],
        brought=pd.Series(
            {"identity": float(spell.identity_start), "exhaustion": float(spell.exhaustion_start)}
            | {name: float(spell[name]) for name in ("strain_point", "hours", "need", "community")}
        ),
        weeks=weeks.assign(off_sick=weeks.status == OFF_SICK).join(pd.DataFrame(around, index, columns=AROUND)),
        identity=_weekly(pd.DataFrame(records["identity_ledger"], index, columns=list(IDENTITY))),
        exhaustion=_weekly(pd.DataFrame(records["exhaustion_ledger"], index, columns=list(EXHAUSTION))),
        leaving=pd.DataFrame(records["leaving_terms"], index, columns=list(LEAVING)),
        push=pd.Series(pushes(spells[chosen : chosen + 1], scenario)[0], index=list(LEAVING)),
        policy=pd.DataFrame(world.policy[start + 1 : end + 1], index),
        policy_changes=_policy_changes(scenario, world.policy, start, end),
        events=_events(event_table(events, np.full(len(events), replicate), scenario), events, spell, team, len(names)),
    )


def kept(scenario: Scenario, *, seed: int, replicate: int) -> tuple[Any, Any]:
    """The spells and the events of one world, as record arrays."""
    (batch,) = chunks(scenario, 1, seed=seed, first=replicate, threads=1)
    return np.asarray(batch.spells[0]).view(np.recarray), np.asarray(batch.events[0]).view(np.recarray)


def _weekly(totals: pd.DataFrame) -> pd.DataFrame:
    """Changes from running totals: exact, because entries of a ledger are multiples of 2**-36."""
    return totals.diff().fillna(totals)


def _choose(spells: Any, names: list[str], person: str | None) -> int:
    """Row of the spell asked for, or of the most telling one."""
    if person is None:
        change = np.abs(spells.identity - spells.identity_start)
        return int(np.argmax(np.where(spells.ended != STILL_THERE, 1.0 + change, change)))
    known = {f"{names[who.team]}/{who.post + 1}/{who.ordinal + 1}": row for row, who in enumerate(spells)}
    # A team's name may itself hold a slash: what could be post and holder is read so first.
    row = known.get(person, known.get(f"{person}/1"))
    if row is not None:
        return row
    holders = sorted(Counter(who.rpartition("/")[0] for who in known).items())
    allowed = [f"{post} (holder 1)" if last == 1 else f"{post} (holders 1 to {last})" for post, last in holders[:SHOWN]]
    more = f", and {len(holders) - SHOWN} more" if len(holders) > SHOWN else ""
    raise QuestionError(
        f"person: found {person!r}; allowed: TEAM/POST or TEAM/POST/HOLDER with one of {', '.join(allowed)}{more}"
    )


def _follow(world: World, spell: Any) -> tuple[Any, list[tuple[float, ...]]]:
    """Live a world up to the end of a spell: the person's record as each week ended, and what was around them."""
    first, end = int(spell.start_week) + 1, int(spell.end_week)
    records, around = np.zeros(end + 1 - first, PEER), []
    founding.found(world)
    row = int(world.teams[spell.team].first_peer + spell.post)
    for week in range(end + 1):
        live_week(world)
        if week >= first:
            records[week - first] = world.peers[row]
            around.append(_around(world, spell, row))
    records[-1:] = spell  # as it was before the post fell vacant
    return records, around


def _around(world: World, spell: Any, row: int) -> tuple[float, ...]:
    """One week's `AROUND`."""
    team = world.teams[spell.team]
    places = world.users[team.first_user : team.first_user + team.n_users]
    mine = places[(places.occupied == 1) & (places.peer == row) & (places.peer_ordinal == spell.ordinal)]
    peers = world.peers[team.first_peer : team.first_peer + team.n_peers]
    return (
        len(mine),
        int((mine.experience == spell.experience).sum()),
        float(mine.trust.mean()) if len(mine) else math.nan,
        int((np.delete(peers.status, spell.post) != VACANT).sum()),
    )


def _events(table: pd.DataFrame, events: Any, spell: Any, team: Any, teams: int) -> pd.DataFrame:
    """Events that touch the person, in order, with whose they are."""
    peer = (events.kind == draws.PEER) & (events.team == spell.team)
    post = peer & (events.post == spell.post)
    whose = {
        "self": post & (events.ordinal == spell.ordinal),
        "next holder": post & (events.ordinal == spell.ordinal + 1),
        "fellow peer": peer & ~post,
    }
    for level, (name, place) in enumerate(zip(LEVELS, (spell.team, team.middle - teams, 0), strict=True)):
        whose[name] = (events.kind == draws.MANAGER) & (events.post == level) & (events.team == place)
    table.insert(0, "relation", np.select(list(whose.values()), list(whose), default=""))
    within = (events.week > spell.start_week) & (events.week <= spell.end_week)
    keep = (table.relation != "") & (within | whose["self"] | whose["next holder"])
    kept: pd.DataFrame = table[keep].reset_index(drop=True)
    return kept


def _policy_changes(scenario: Scenario, table: Any, start: int, end: int) -> pd.DataFrame:
    """What the provider set out to change while the person was in post; what is in force from week 0 is no change."""
    fields = POLICY_FIELDS | RATES
    changes = () if "policy" in scenario.model.off else scenario.changes
    rows = []
    for change in sorted(changes, key=lambda change: change.week):
        if max(start, 0) < change.week <= end:
            for key, after in change.set.items():
                before = _as_written(key, float(table[fields[key]][change.week - 1]))
                if before != after:
                    rows.append((change.week, key, before, after, change.over_weeks))
    return pd.DataFrame(rows, columns=["week", "key", "before", "after", "over_weeks"])


def _as_written(key: str, number: float) -> float | str:
    """A policy as planners write it, from the scale on which it is ramped."""
    if key == "support.supervision.by":
        return SUPERVISORS[int(number)]
    if key.endswith("every_weeks"):
        return round(1.0 / number, 6) if number > 0 else 0.0
    return round(number * 52.0, 6) if key.endswith("per_year") else number


# What the record shows ------------------------------------------------------------------------------------------------


def waits(life: Life) -> list[Span]:
    """Sessions that were due and not held: the week they were first due, and the week of the next session, if any."""
    return _spans(zip(life.weeks.index, life.weeks.missed == 1, life.weeks.supervised == 1, strict=True))


def absences(life: Life, relation: str = "self") -> list[Span]:
    """Weeks in which somebody went off sick, and in which they came back or left, if they did within this life."""
    mine = life.events[life.events.relation == relation]
    ends = mine.event.isin(["back from sickness", "left", "changed role"])
    return _spans(zip(mine.week, mine.event == "off sick", ends, strict=True))


def _spans(marks: Iterable[tuple[int, bool, bool]]) -> list[Span]:
    """From each week in which something begins to the next in which it ends."""
    found: list[Span] = []
    since: int | None = None
    for week, begins, ends in marks:
        if begins and since is None:
            since = int(week)
        elif ends and since is not None:
            found.append((since, int(week)))
            since = None
    return found if since is None else [*found, (since, None)]


def longest(spans: Iterable[Span]) -> Span:
    """The first of the longest spans; one that did not end is longer than any that did."""
    return max(spans, key=lambda span: math.inf if span[1] is None else span[1] - span[0])


def considering(life: Life) -> int | None:
    """Week from which on, up to the end, the intention to leave was above the threshold of a survey."""
    above = life.weeks.intention_to_leave > life.scenario.model.considering_threshold
    if above.empty or not above.iloc[-1]:
        return None
    below = life.weeks.index[~above]
    return int(life.weeks.index[0]) if below.empty else int(below[-1]) + 1
