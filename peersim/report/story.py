"""The life of one peer worker in plain words: why they came to drift, stay or leave.

`life` lives one world and keeps one person's record; `tell` puts the record into words; `story` does both.  Weeks are
numbered as in the event log, posts and holders from 1, as people count.  No sentence says more than the record does:
what words such as "sharply" mean stands in the constants below, once.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from peersim.behaviours import founding
from peersim.behaviours.leaving import MOST_LOG_HAZARD
from peersim.ensemble import chunks
from peersim.results.tables import LEVELS, event_table, pushes
from peersim.scenario import Scenario
from peersim.week import live_week
from peersim.world import draws
from peersim.world.build import POLICY_FIELDS, RATES, build, policy_table
from peersim.world.causes import EXHAUSTION, IDENTITY, LEAVING
from peersim.world.state import AT_WORK, ENDINGS, OFF_SICK, PARTNERSHIP, SUPERVISORS, TEAM_MANAGER, VACANT, World

# What words mean ----------------------------------------------------------------------------------------------------

MOVED = 0.02
"""A state that changed by less than this over a chapter "hardly moved"; up to `CLEARLY` it "slipped" or "edged up"."""

CLEARLY = 0.05
"""A state that changed by at least this "fell" or "rose"."""

FAR = 0.10
"""A state that changed by at least this "fell a long way" or "rose a long way", or ..."""

SHARPLY = 0.008
"""... "fell sharply" or "rose sharply", if it went at this much a week or more (about 0.1 in a quarter)."""

IDENTITY_WORDS = ((0.85, "a very strong"), (0.7, "a strong"), (0.55, "a fair"), (0.4, "a thin"), (0.0, "only a faint"))
"""Least identity for each word about the sense of being a peer."""

EXHAUSTION_WORDS = ((0.7, "worn out"), (0.5, "tired"), (0.3, "somewhat tired"), (0.0, "rested"))
"""Least exhaustion for each word."""

TRUST_WORDS = ((0.6, "high"), (0.4, "middling"), (0.0, "low"))
"""Least mean trust of users for each word."""

TURN = {"identity": 0.03, "exhaustion": 0.12}
"""A chapter is cut where a state stood further than this from the straight line between the chapter's two ends."""

SMOOTH = 5
"""Weeks of the centred mean in which turning points are looked for; all numbers told are of single weeks."""

SHORTEST, MOST_CHAPTERS = 8, 5
"""Fewest weeks of a chapter, and most chapters of a life."""

MATTERS = 0.05
"""A cause with at least this total has its own line in the table of causes; so have the `STRONGEST` each way."""

STRONGEST = 3
"""How many causes are named each way."""

TASKS_MOVED, ISOLATION_MOVED = 0.05, 0.10
"""A chapter tells of generic tasks and of isolation if they changed by at least this."""

LONG_WAIT = 3
"""Weeks that a session was put off from which on the wait is told."""

LONG_ABSENCE = 4
"""Weeks that a manager was off sick from which on it is told."""

SHOWN_FROM = 0.005
"""A total no larger than this is not named: it would be shown as 0.00."""

LISTED = 5
"""How many reasons for leaving are listed."""

STANDS_OUT = 0.2
"""Share of all that pushed from which on one reason stands out."""

EVEN = 0.5
"""Below this share of people with the same record "only" so many would have stayed."""

HARDLY = 0.05
"""A reason with at most this share of all that pushed is one that held."""

QUARTER, YEAR = 13, 52

# The causes in the words of a story: what it is when it lowers the state, and when it raises it -----------------------

IDENTITY_CAUSES: dict[str, tuple[str, str]] = {
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

EXHAUSTION_CAUSES: dict[str, tuple[str, str]] = {
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

SURVEY: dict[str, str] = {
    "circumstances": "My own circumstances, or other jobs, draw me away.",
    "pay": "My pay and hours do not meet my needs.",
    "not_valued": "I am not valued, and my role is not understood.",
    "team_culture": "How this team works together wears me down.",
    "exhaustion": "The work leaves me drained.",
    "management": "I do not have managers behind me.",
    "no_progression": "I see no way to progress.",
    "isolation": "I am on my own here, without other peers.",
    "lack_of_support": "I do not get the support or supervision I need.",
    "unwanted_tasks": "Too much of my week goes on tasks outside the peer role.",
    "alienation": "I am not like the people I work with.",
    "falling_fit": "I fit in here less than I used to.",
}
"""Reasons for leaving, as somebody would put them in a staff survey."""

HOLDS: dict[str, str] = {
    "pay": "pay and hours that met their needs",
    "not_valued": "being valued",
    "team_culture": "a team that worked well together",
    "exhaustion": "strain they could bear",
    "management": "managers behind them",
    "no_progression": "a way to progress",
    "isolation": "other peers within reach",
    "lack_of_support": "supervision not long ago",
    "unwanted_tasks": "a week that was still their own",
    "alienation": "a way of working not far from the team's",
}
"""What holds somebody for whom a reason hardly counts."""

POLICY_WORDS: dict[str, str] = {
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

SUPERVISOR_WORDS = {"team_manager": "the manager", "peer_lead": "a peer lead", "external": "somebody from outside"}

# What is kept -------------------------------------------------------------------------------------------------------

STATES = (
    "identity",
    "exhaustion",
    "wellbeing",
    "generic_share",
    "role_clarity",
    "empowerment",
    "felt_value",
    "support",
    "prospects",
    "satisfaction",
    "isolation",
    "intention_to_leave",
    "pay_ratio",
    "promoted",
    "tenure",
    "sessions",
    "missed_sessions",
    "weeks_since_supervision",
    "supervised",
    "missed",
    "tasks_taken",
    "users_met",
    "fellows_met",
    "colleagues_met",
    "colleague_help",
    "clinical_help",
)
"""Fields of a peer's record that `Life.weeks` keeps, each as the week ended."""

BROUGHT = ("anchor", "strain_point", "disposition", "hours", "need", "experience", "community")
"""Fields of a peer's record that stay as they were at the start."""

TEAM_STATES = ("way", "pressure", "climate", "backing", "role_norm")
"""Fields of the team's record that `Life.weeks` keeps, with ``team_`` before the name."""


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
    posts : int
        Peer posts in the team.
    start_week, end_week : int
        Week of the start (-1: there from the beginning) and last week in post, numbered as in the event log.
    ended : str
        One of `peersim.world.state.ENDINGS`.
    brought : Series
        What the person came with, and ``identity`` and ``exhaustion`` at the start.
    weeks : DataFrame
        States at the end of each week in post, by ``week`` (see `STATES`, `TEAM_STATES`), with ``off_sick``,
        ``caseload``, ``caseload_alike`` (of the same kind of lived experience), ``caseload_trust``,
        ``fellow_peers`` (in post in the team) and ``supervisor_there``.
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
        Events of the person, fellow peers, managers, and of later holders of the post; ``relation`` says whose.
    """

    scenario: Scenario
    seed: int
    replicate: int
    team: str
    post: int
    holder: int
    posts: int
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
        return self.ended != ENDINGS[0]

    @property
    def next_start(self) -> int | None:
        """Week in which the next holder of the post started, if one did."""
        mine = self.events[(self.events.relation == "next holder") & (self.events.event == "hired")]
        return None if mine.empty else int(mine.week.iloc[0])

    @property
    def hazard(self) -> pd.Series[float]:
        """Chance of leaving in each week."""
        log_hazard = self.leaving.sum(axis=1)
        hazard: pd.Series[float] = np.exp(log_hazard.clip(upper=MOST_LOG_HAZARD))
        return hazard.where(log_hazard != 0.0, 0.0)  # no log-hazard at all: leaving is switched off

    def course(self, state: str) -> list[float]:
        """`identity` or `exhaustion` at the start and at the end of each week."""
        return [float(self.brought[state]), *map(float, self.weeks[state])]

    def totals(self, state: str) -> pd.Series[float]:
        """Total by cause of the change of `identity` or `exhaustion`."""
        ledger = self.identity if state == "identity" else self.exhaustion
        return ledger.sum()


def story(scenario: Scenario, *, seed: int = 1, replicate: int = 0, person: str | None = None) -> str:
    """Tell the life of one peer worker in plain words: why they came to drift, stay or leave.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    seed, replicate : int
        Which world: the same always gives the same story.
    person : str, optional
        ``TEAM NAME/POST`` (its first holder) or ``TEAM NAME/POST/HOLDER``, counted from 1.  By default the most telling
        life: among those who left, the one whose identity changed most; if nobody left, the same among all.

    Raises
    ------
    ValueError
        If the world has no such person, or `seed` or `replicate` is out of range.

    Examples
    --------
    >>> import peersim as ps
    >>> print(ps.story(ps.demo(), seed=1))  # doctest: +SKIP
    """
    return tell(life(scenario, seed=seed, replicate=replicate, person=person))


# The record ---------------------------------------------------------------------------------------------------------


def life(scenario: Scenario, *, seed: int = 1, replicate: int = 0, person: str | None = None) -> Life:
    """The record of one peer worker's time in a post; parameters as for `story`.

    The world is lived twice: once to see who there is, once to keep the person's weeks.
    """
    (batch,) = chunks(scenario, 1, seed=seed, first=replicate, threads=1)
    spells, events = np.asarray(batch.spells[0]).view(np.recarray), np.asarray(batch.events[0]).view(np.recarray)
    names = [team.name for team in scenario.team_list()]
    spell = spells[_choose(spells, names, person)]
    world, rows = _follow(scenario, spell, seed, replicate)
    index = pd.Index([row["week"] for row in rows], name="week", dtype="int64")
    team = world.teams[spell.team]
    brought = {name: float(spell[name]) for name in BROUGHT}
    brought |= {"identity": float(spell.identity_start), "exhaustion": float(spell.exhaustion_start)}
    columns = [*STATES, *_CONTEXT, *(f"team_{name}" for name in TEAM_STATES)]
    policy = pd.DataFrame([row["policy"] for row in rows], index, columns=list(world.policy.dtype.names))
    ledgers = {
        key: pd.DataFrame([row[key] for row in rows], index, columns=list(causes), dtype=float)
        for key, causes in (("identity_ledger", IDENTITY), ("exhaustion_ledger", EXHAUSTION), ("leaving", LEAVING))
    }
    return Life(
        scenario=scenario,
        seed=seed,
        replicate=replicate,
        team=names[spell.team],
        post=int(spell.post) + 1,
        holder=int(spell.ordinal) + 1,
        posts=int(team.n_peers),
        start_week=int(spell.start_week),
        end_week=int(spell.end_week),
        ended=ENDINGS[spell.ended],
        brought=pd.Series(brought),
        weeks=pd.DataFrame([[row[name] for name in columns] for row in rows], index, columns=columns),
        # Entries are multiples of 2**-36, so differences of running totals are exact.
        identity=ledgers["identity_ledger"].diff().fillna(ledgers["identity_ledger"]),
        exhaustion=ledgers["exhaustion_ledger"].diff().fillna(ledgers["exhaustion_ledger"]),
        leaving=ledgers["leaving"],
        push=pd.Series(pushes(_one(spell), scenario)[0] * (spell.leaving_weeks > 0), index=list(LEAVING)),
        policy=policy,
        policy_changes=_policy_changes(scenario, int(spell.start_week), int(spell.end_week)),
        events=_events(events, spell, team, scenario),
    )


def _one(spell: Any) -> Any:
    return np.array([spell], dtype=spell.dtype).view(np.recarray)


def _choose(spells: Any, names: list[str], person: str | None) -> int:
    """Row of the spell asked for, or of the most telling one."""
    if person is None:
        change = np.abs(spells.identity - spells.identity_start)
        left = spells.ended > 0
        return int(np.argmax(np.where(left, 1.0 + change, change)))
    known = {(names[spell.team], int(spell.post) + 1, int(spell.ordinal) + 1): row for row, spell in enumerate(spells)}
    parts = person.split("/")
    # A team's name may itself hold a slash, so both readings are tried.
    for holder in (1, 0):
        number = parts[len(parts) - 1 - holder :]
        if len(parts) > len(number) and all(part.isascii() and part.isdecimal() for part in number):
            post, nth = int(number[0]), int(number[1]) if holder else 1
            row = known.get(("/".join(parts[: len(parts) - len(number)]), post, nth))
            if row is not None:
                return row
    raise ValueError(f"person: found {person!r}; allowed: TEAM/POST or TEAM/POST/HOLDER with one of {_allowed(known)}")


SHOWN = 20
"""Posts named in a message; a large provider has thousands."""


def _allowed(known: dict[tuple[str, int, int], int]) -> str:
    holders: dict[str, int] = {}
    for team, post, holder in sorted(known, key=lambda who: known[who]):
        key = f"{team}/{post}"
        holders[key] = max(holders.get(key, 0), holder)
    listed = [
        f"{key} (holder 1)" if last == 1 else f"{key} (holders 1 to {last})" for key, last in sorted(holders.items())
    ]
    more = f", and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more


_CONTEXT = ("off_sick", "caseload", "caseload_alike", "caseload_trust", "fellow_peers", "supervisor_there")


def _follow(scenario: Scenario, spell: Any, seed: int, replicate: int) -> tuple[World, list[dict[str, Any]]]:
    """Live the world again up to the end of a spell and keep its weeks."""
    world = build(scenario, seed=seed, replicate=replicate, weeks=scenario.horizon_weeks)
    founding.found(world)
    row = int(world.teams[spell.team].first_peer + spell.post)
    kept = []
    for week in range(int(spell.end_week) + 1):
        live_week(world)
        if week > spell.start_week:
            last = week == spell.end_week
            kept.append(_week(world, spell if last else world.peers[row], row, week))
    return world, kept


def _week(world: World, peer: Any, row: int, week: int) -> dict[str, Any]:
    team = world.teams[peer.team]
    places = world.users[team.first_user : team.first_user + team.n_users]
    mine = places[(places.occupied == 1) & (places.peer == row) & (places.peer_ordinal == peer.ordinal)]
    fellows = world.peers[team.first_peer : team.first_peer + team.n_peers]
    provider = world.provider[0]
    manager = world.managers[team.middle if provider.sector == PARTNERSHIP else team.manager]
    kept: dict[str, Any] = {name: peer[name].item() for name in STATES}
    kept |= {f"team_{name}": float(team[name]) for name in TEAM_STATES}
    return kept | {
        "week": week,
        "off_sick": bool(peer.status == OFF_SICK),
        "caseload": len(mine),
        "caseload_alike": int((mine.experience == peer.experience).sum()),
        "caseload_trust": float(mine.trust.mean()) if len(mine) else math.nan,
        "fellow_peers": int((np.delete(fellows.status, peer.post) != VACANT).sum()),
        "supervisor_there": bool(manager.status == AT_WORK),
        "policy": tuple(world.policy[provider.policy_row].item()),
        "identity_ledger": peer.identity_ledger.copy(),
        "exhaustion_ledger": peer.exhaustion_ledger.copy(),
        "leaving": peer.leaving_terms.copy(),
    }


def _events(events: Any, spell: Any, team: Any, scenario: Scenario) -> pd.DataFrame:
    """Events that touch the person, in order, with whose they are."""
    peer = (events.kind == draws.PEER) & (events.team == spell.team)
    post = peer & (events.post == spell.post)
    manager = events.kind == draws.MANAGER
    level = events.post
    whose = {
        "self": post & (events.ordinal == spell.ordinal),
        "next holder": post & (events.ordinal == spell.ordinal + 1),
        "fellow peer": peer & ~post,
        LEVELS[0]: manager & (level == TEAM_MANAGER) & (events.team == spell.team),
        LEVELS[1]: manager & (level == 1) & (events.team == team.middle - len(scenario.team_list())),
        LEVELS[2]: manager & (level == 2),
    }
    relation = np.full(len(events), "", dtype=object)
    for name, mask in whose.items():
        relation[mask] = name
    within = (events.week > spell.start_week) & (events.week <= spell.end_week)
    keep = (relation != "") & (within | whose["self"] | whose["next holder"])
    table = event_table(events[keep], np.zeros(int(keep.sum()), np.int64), scenario).drop(columns="replicate")
    table.insert(0, "relation", relation[keep])
    return table.sort_values("week", kind="stable").reset_index(drop=True)


def _policy_changes(scenario: Scenario, start: int, end: int) -> pd.DataFrame:
    """What the provider set out to change while the person was in post; what is in force from week 0 is no change."""
    table = policy_table(scenario, scenario.horizon_weeks)
    fields = POLICY_FIELDS | RATES
    rows = []
    for change in sorted(scenario.changes, key=lambda change: change.week):
        seen = start < change.week <= end and change.week > 0
        if not seen or "policy" in scenario.model.off:
            continue
        for key, after in change.set.items():
            before = _value(key, float(table[fields[key]][change.week - 1]))
            if before != after:
                rows.append((change.week, key, before, after, change.over_weeks))
    return pd.DataFrame(rows, columns=["week", "key", "before", "after", "over_weeks"])


def _value(key: str, number: float) -> float | str:
    """A policy as planners write it, from the scale on which it is ramped."""
    if key == "support.supervision.by":
        return SUPERVISORS[int(number)]
    if key.endswith("every_weeks"):
        return round(1.0 / number, 6) if number > 0 else 0.0
    return round(number * 52.0, 6) if key.endswith("per_year") else number


# Chapters -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chapter:
    """Weeks ``first`` to ``last`` in post (numbers of rows, counted from 0) that run much the same way."""

    first: int
    last: int

    @property
    def weeks(self) -> int:
        """How many."""
        return self.last - self.first + 1


def chapters(life: Life) -> list[Chapter]:
    """Cut a life where identity or exhaustion turned (Douglas and Peucker's rule for lines).

    The chapter is cut next, whose path stands furthest from the straight line between its ends, as measured by `TURN`.
    """
    paths = {state: _smooth(life.course(state)) / limit for state, limit in TURN.items()}
    cuts = [0, len(life.weeks)]
    while len(cuts) <= MOST_CHAPTERS:
        best, where = 1.0, 0
        for a, b in pairwise(cuts):
            inner = np.arange(a + SHORTEST, b - SHORTEST + 1)
            for path in paths.values():
                away = np.abs(path[inner] - np.interp(inner, [a, b], [path[a], path[b]]))
                if len(inner) and away.max() > best:
                    best, where = float(away.max()), int(inner[away.argmax()])
        if where == 0:
            break
        cuts = sorted([*cuts, where])
    return [Chapter(a, b - 1) for a, b in pairwise(cuts) if b > a]


def _smooth(values: Sequence[float]) -> Any:
    means = pd.Series(values).rolling(SMOOTH, center=True, min_periods=1).mean().to_numpy().copy()
    means[[0, -1]] = values[0], values[-1]
    return means


# Words --------------------------------------------------------------------------------------------------------------

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_SHARES = (
    (0.1, "a tenth"),
    (0.2, "a fifth"),
    (0.25, "a quarter"),
    (1 / 3, "a third"),
    (0.4, "two fifths"),
    (0.5, "half"),
    (0.6, "three fifths"),
    (2 / 3, "two thirds"),
    (0.75, "three quarters"),
    (0.8, "four fifths"),
    (0.9, "nine tenths"),
    (1.0, "all"),
)


def _count(number: int, noun: str = "", nouns: str = "") -> str:
    word = _COUNTS[number] if number < len(_COUNTS) else str(number)
    return f"{word} {noun if number == 1 else nouns or noun + 's'}" if noun else word


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{_count(number)} times")


def _nth(number: int) -> str:
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _share(value: float) -> str:
    if value < 0.07:
        return "very little"
    return f"about {min(_SHARES, key=lambda share: abs(share[0] - value))[1]}"


def _word(value: float, words: Sequence[tuple[float, str]]) -> str:
    return next(word for least, word in words if round(value, 2) >= least)


def _level(value: float) -> str:
    return f"{value:.2f}"


def _signed(value: float) -> str:
    text = f"{value:+.2f}".replace("-", "−")
    return "0.00" if text in ("−0.00", "+0.00") else text


def _and(parts: Sequence[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _length(weeks: int) -> str:
    """A stretch of time: in weeks when short, in half years where that is right to within six weeks, else in weeks."""
    halves, rest = divmod(weeks + 6, 26)
    if weeks <= 20 or rest > 12:
        return _count(weeks, "week")
    years, half = divmod(halves, 2)
    if not half:
        return "about a year" if years == 1 else f"about {_count(years)} years"
    return (
        ("about half a year", "about a year and a half")[years]
        if years < 2
        else f"about {_count(years)} and a half years"
    )


def _pace(change: float, weeks: int) -> str:
    """How a state moved, as a key: up or down, and ``hardly``, ``little``, ``clear``, ``far`` or ``sharp``."""
    size = abs(change)
    way = "up" if change > 0 else "down"
    if size < MOVED:
        return "hardly"
    if size < CLEARLY:
        return f"little {way}"
    if size < FAR:
        return f"clear {way}"
    return f"{'sharp' if size >= SHARPLY * weeks else 'far'} {way}"


_VERBS = {
    "hardly": "hardly moved",
    "little up": "edged up",
    "little down": "slipped a little",
    "clear up": "rose",
    "clear down": "fell",
    "far up": "rose a long way",
    "far down": "fell a long way",
    "sharp up": "rose sharply",
    "sharp down": "fell sharply",
}


def _hundredths(value: float) -> int:
    """A number in hundredths, as `_level` shows it."""
    return round(100 * float(f"{value:.2f}"))


def _percent(share: float, digits: int = 0) -> str:
    """A share as a percentage that does not round what is possible to certain or impossible."""
    if 0.0 < share < 0.005 and not digits:
        return "less than 1 %"
    if 0.995 <= share < 1.0:
        return "more than 99 %"
    return f"{100 * share:.{digits}f} %"


# Telling ------------------------------------------------------------------------------------------------------------

WIDTH = 88


def tell(life: Life) -> str:
    """A life in plain words, wrapped at `WIDTH` columns."""
    title = f"The {_nth(life.holder)} holder of the {_post(life)} in {life.team}"
    parts = [title, "=" * min(WIDTH, len(title)), "", _fill(_opening(life)), ""]
    parts += _section("How they started", _start(life))
    cut = chapters(life)
    for number, heading in enumerate(_headings(life, cut)):
        parts += _section(heading, _chapter(life, cut, number))
    if len(life.weeks):
        parts += _ledger(life, "identity", "What moved their identity")
        parts += _ledger(life, "exhaustion", "What tired them, and what gave rest")
    parts += _ending(life)
    parts += _section("To read this again", [_again(life)])
    return "\n".join(parts).rstrip() + "\n"


def _fill(text: str, indent: str = "", first: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _section(heading: str, paragraphs: Sequence[str]) -> list[str]:
    lines = [_fill(heading), "-" * min(WIDTH, len(heading))]
    for paragraph in paragraphs:
        if paragraph:
            lines += [_fill(paragraph), ""]
    return lines


def _post(life: Life) -> str:
    return "peer post" if life.posts == 1 else f"{_nth(life.post)} of {_count(life.posts)} peer posts"


def _opening(life: Life) -> str:
    last = life.scenario.horizon_weeks - 1
    if life.start_week < 0:
        began = "was there from the first week"
    else:
        began = f"started in week {life.start_week}"
    tenure = len(life.weeks)
    if life.ended == ENDINGS[1]:
        ended = f"left the job in week {life.end_week}, after {_stay(tenure)}"
    elif life.ended == ENDINGS[2]:
        ended = f"gave up peer work for another job in week {life.end_week}, after {_stay(tenure)}"
    elif tenure == 0:
        ended = "had not yet worked a whole week when the time watched ran out"
    else:
        ended = f"was still there when the time watched ran out in week {last}, after {_stay(tenure)}"
    text = f"This person {began} and {ended}. "
    if tenure:
        a, b = life.course("identity")[0], life.course("identity")[-1]
        pace = _pace(b - a, tenure)
        text += {
            "hardly": f"As a peer they ended where they began (identity {_level(a)}, then {_level(b)}). ",
            "up": f"They ended more of a peer than they began (identity {_level(a)}, then {_level(b)}). ",
            "down": f"They ended less of a peer than they began (identity {_level(a)}, then {_level(b)}). ",
        }[pace.split()[-1]]
    text += "Weeks are numbered from 0, as in the event log; states run from 0 to 1. "
    return text + "Identity is how far somebody still works, and sees themselves, as a peer."


def _stay(weeks: int) -> str:
    length = _length(weeks)
    return f"{length} ({weeks} weeks)" if length.startswith("about") else length


def _start(life: Life) -> list[str]:
    who = life.brought
    text = [
        f"They came with {_word(who.identity, IDENTITY_WORDS)} sense of themselves as a peer (identity "
        f"{_level(who.identity)}), and {_word(who.exhaustion, EXHAUSTION_WORDS)} "
        f"(exhaustion {_level(who.exhaustion)}). Left in peace, their exhaustion settles at {_level(who.strain_point)}."
    ]
    spec = next(team for team in life.scenario.team_list() if team.name == life.team)
    if who.community == 1:
        text.append("They belong to the cultural community that the service is for.")
    elif spec.community >= 0.5:
        text.append("They do not belong to the cultural community that the service is for.")
    if life.weeks.empty:
        return [" ".join(text)]
    week = life.weeks.iloc[0]
    text.append(_terms(life, float(week.pay_ratio)))
    caseload, alike = int(week.caseload), int(week.caseload_alike)
    if caseload:
        same = "none of them" if alike == 0 else "all of them" if alike == caseload else f"{_count(alike)} of them"
        if caseload == 1:
            same = "somebody" if alike else "but not"
        text.append(
            f"After the first week {_count(caseload, 'person was', 'people were')} on their caseload, {same} "
            "with the same kind of lived experience."
        )
    return [" ".join(text), _setting(life, spec.clinicians)]


def _terms(life: Life, pay: float) -> str:
    who = life.brought
    hours = "full time" if who.hours >= 0.95 else f"{_share(who.hours)} of full time"
    need = "a great deal" if who.need >= 2 / 3 else "to some degree" if who.need >= 1 / 3 else "little"
    against = "as much as" if abs(pay - 1) < 0.005 else f"{'less' if pay < 1 else 'more'} than"
    return (
        f"They work {hours} ({_level(who.hours)}), for {against} a comparable colleague earns "
        f"(a ratio of {_level(pay)}), and depend on that pay {need}."
    )


def _setting(life: Life, clinicians: int) -> str:
    row = life.policy.iloc[0]
    fellows = int(life.weeks.fellow_peers.iloc[0])
    if life.posts == 1:
        peers = "In the team they are the only peer worker"
    elif fellows == 0:
        peers = "The team's other peer posts stood empty"
    else:
        peers = f"They had {_count(fellows, 'fellow peer')} in the team"
    text = f"{peers}, beside {_count(clinicians, 'post')} for clinicians and other staff. "
    rate = float(row.supervision_rate)
    by = SUPERVISOR_WORDS[SUPERVISORS[int(row.supervision_by)]]
    text += f"Supervision was to come from {by}, {_every(1 / rate)}. " if rate > 0 else "No supervision was planned. "
    group = float(row.peer_group_rate)
    text += f"A peer group across teams met {_every(1 / group)}." if group > 0 else "No peer group met across teams."
    return text


def _every(weeks: float) -> str:
    if abs(weeks - 1) < 0.01:
        return "every week"
    if abs(weeks - round(weeks)) < 0.01:
        return f"every {_count(round(weeks), 'week')}"
    return f"about every {weeks:.1f} weeks"


# One chapter


def _moves(life: Life, chapter: Chapter) -> tuple[tuple[float, float], tuple[float, float]]:
    identity, exhaustion = life.course("identity"), life.course("exhaustion")
    a, b = chapter.first, chapter.last + 1
    return (identity[a], identity[b]), (exhaustion[a], exhaustion[b])


def _headings(life: Life, cut: Sequence[Chapter]) -> list[str]:
    headings: list[str] = []
    used: dict[str, int] = {}
    for number, chapter in enumerate(cut):
        (i0, i1), (e0, e1) = _moves(life, chapter)
        identity, exhaustion = _pace(i1 - i0, chapter.weeks), _pace(e1 - e0, chapter.weeks)
        tired = "tired" if exhaustion.endswith("up") else "eased" if exhaustion.endswith("down") else ""
        name = {
            "sharp down": "losing ground fast",
            "far down": "losing ground",
            "clear down": "losing ground",
            "little down": "a slow wearing away",
            "little up": "a little ground regained",
            "clear up": "finding themselves again",
            "far up": "finding themselves again",
            "sharp up": "finding themselves again",
        }.get(identity, {"tired": "holding on, more tired", "eased": "some rest"}.get(tired, "much the same"))
        used[name] = used.get(name, 0) + 1
        if used[name] > 1:
            name = {"losing ground": "losing more ground", "some rest": "rest again"}.get(name, f"{name}, again")
        if number == 0 and len(cut) > 1:
            name = f"the beginning: {name}"
        elif number == len(cut) - 1 and life.left and len(cut) > 1:
            name = f"the last stretch: {name}"
        first, last = (int(life.weeks.index[k]) for k in (chapter.first, chapter.last))
        when = f"Week {first}" if first == last else f"Weeks {first} to {last}"
        headings.append(f"{when} — {name}")
    return headings


def _chapter(life: Life, cut: Sequence[Chapter], number: int) -> list[str]:
    chapter = cut[number]
    before = cut[number - 1] if number else None
    why = [_why(life, "identity", chapter, before), _why(life, "exhaustion", chapter, before)]
    work = [
        _tasks(life, chapter, number == 0),
        _supervision(life, chapter),
        _contact(life, chapter, number == 0),
        _answers(life, cut, chapter),
    ]
    movement = _movement(life, cut, number)
    return [" ".join(filter(None, [movement, *why])), " ".join(filter(None, work)), _happened(life, chapter)]


_TIRED = {
    "hardly": "their tiredness hardly moved",
    "little up": "they became a little more tired",
    "clear up": "they grew more tired",
    "far up": "they became much more tired",
    "sharp up": "they tired fast",
    "little down": "they felt a little less tired",
    "clear down": "they felt less tired",
    "far down": "they felt much less tired",
    "sharp down": "their tiredness fell away fast",
}


def _movement(life: Life, cut: Sequence[Chapter], number: int) -> str:
    chapter = cut[number]
    (i0, i1), (e0, e1) = _moves(life, chapter)
    identity, exhaustion = _pace(i1 - i0, chapter.weeks), _pace(e1 - e0, chapter.weeks)
    one = f"their sense of being a peer {_VERBS[identity]} (identity {_from_to(i0, i1)})"
    two = f"{_TIRED[exhaustion]} (exhaustion {_from_to(e0, e1)})"
    if number % 2 and abs(e1 - e0) > abs(i1 - i0):
        one, two = two, one
    worse = {"up": "good", "down": "bad", "hardly": ""}[identity.split()[-1]]
    tired = {"up": "bad", "down": "good", "hardly": ""}[exhaustion.split()[-1]]
    link = ", but " if {worse, tired} == {"good", "bad"} else ", and " if worse == tired else ", while "
    length = _length(chapter.weeks)
    if len(cut) == 1:
        opening = f"Over {length} "
    elif number == 0:
        opening = f"In the first {length} " if "about" not in length else f"For {length} "
    else:
        openings = ("For the next {} ", "Then, for {}, ", "In the {} that followed ", "After that, for {}, ")
        if "about" in length:
            openings = ("For {} after that ", "Then, for {}, ") * 2
        opening = openings[(number - 1) % 4].format(length)
    return f"{opening}{one}{link}{two}."


def _from_to(a: float, b: float) -> str:
    return f"{_level(a)} throughout" if _level(a) == _level(b) else f"{_level(a)} to {_level(b)}"


_CAUSES = {"identity": IDENTITY_CAUSES, "exhaustion": EXHAUSTION_CAUSES}


def _phrase(state: str, cause: str, value: float) -> str:
    return _CAUSES[state][cause][1 if value > 0 else 0]


def _spent(life: Life, state: str, chapter: Chapter) -> pd.Series[float]:
    ledger = life.identity if state == "identity" else life.exhaustion
    return ledger.iloc[chapter.first : chapter.last + 1].sum()


_ANSWERS = ("own_anchor", "recovery", "limit")
"""Causes that only answer to the state itself: they are no reason why it turned."""


def _why(life: Life, state: str, chapter: Chapter, before: Chapter | None) -> str:
    """Why a state did so in a chapter: in the first, the largest causes; later, what differs most from before."""
    terms = _spent(life, state, chapter)
    if before is None:
        return _largest(state, terms)
    now = terms / chapter.weeks * QUARTER
    then = _spent(life, state, before) / before.weeks * QUARTER
    turn = now - then
    if abs(turn.sum()) < MOVED:
        return ""
    causes = (turn * np.sign(turn.sum())).drop(list(_ANSWERS), errors="ignore")
    cause = str(causes.idxmax())
    if causes[cause] < MOVED / 2:
        return ""
    clause = _turned(state, cause, float(then[cause]), float(now[cause]))
    return f"{_lead(state, float(then.sum()), float(now.sum()))} {clause}."


def _lead(state: str, then: float, now: float) -> str:
    """How a chapter's course compares with the one before: changes of the state over a quarter of a year."""
    turned, grew = then * now < 0, abs(now) > abs(then)
    if turned and min(abs(then), abs(now)) >= MOVED:
        return "The tide turned, as" if state == "identity" else "Their tiredness turned, as"
    way = now if grew else then
    if state == "identity":
        what = "loss" if way < 0 else "gain"
    else:
        what = "tiring" if way > 0 else "easing"
    if turned and grew:
        return f"The {what} set in, as"
    if abs(now) < MOVED and not grew:
        return f"The {what} had all but stopped, as"
    return f"The {what} was {'faster' if grew else 'slower'} than before, as"


def _largest(state: str, terms: pd.Series[float]) -> str:
    down, up = terms[terms < 0].sort_values(), terms[terms > 0].sort_values(ascending=False)
    bad, good = (down, up) if state == "identity" else (up, down)

    def named(causes: pd.Series[float], most: int) -> str:
        strong = [(str(cause), float(value)) for cause, value in causes.iloc[:most].items() if abs(value) >= 0.01]
        return _and([f"{_phrase(state, cause, value)} ({_signed(value)})" for cause, value in strong]) if strong else ""

    worst, best = named(bad, 2), named(good, 1)
    does, undoes = ("wore at it", "held it up") if state == "identity" else ("tired them", "gave relief")
    parts = [f"what {does} most was {worst}" if worst else "", f"what {undoes} most was {best}" if best else ""]
    text = "; ".join(filter(None, parts))
    return f"{_upper(text)}." if text else ""


def _turned(state: str, cause: str, then: float, now: float) -> str:
    """How one cause weighs against the chapter before, as a rate over a quarter of a year."""
    words, rates = _CAUSES[state][cause], f"(per quarter-year {_signed(then)} before, {_signed(now)} now)"
    if then * now < 0 and words[0] != words[1] and min(abs(then), abs(now)) >= 0.005:
        return f"{_phrase(state, cause, then)} gave way to {_phrase(state, cause, now)} {rates}"
    largest = now if abs(now) >= abs(then) else then
    helped = (largest < 0) if state == "exhaustion" else (largest > 0)
    does = {
        ("identity", True): "held it up",
        ("identity", False): "wore at it",
        ("exhaustion", True): "gave relief",
        ("exhaustion", False): "tired them",
    }[state, helped]
    return f"{_phrase(state, cause, largest)} {does} {'more' if largest == now else 'less'} {rates}"


def _tasks(life: Life, chapter: Chapter, beginning: bool) -> str:
    share = life.weeks.generic_share
    start = 0.0 if chapter.first == 0 else float(share.iloc[chapter.first - 1])
    end = float(share.iloc[chapter.last])
    if not beginning and abs(end - start) < TASKS_MOVED:
        return ""
    taken = int(life.weeks.tasks_taken.iloc[chapter.first : chapter.last + 1].sum())
    if beginning:
        text = f"By the end of that time generic tasks filled {_share(end)} of their week ({_level(end)})"
    else:
        text = f"Generic tasks {'grew' if end > start else 'shrank'} to {_share(end)} of their week "
        text += f"({_from_to(start, end)})"
    if taken:
        text += f"; they took on {_count(taken, 'task')} that colleagues passed to them"
    return f"{text}."


def waits(life: Life) -> list[tuple[int, int | None]]:
    """Sessions that were due and not held: the week they were first due, and the week of the next session, if any."""
    found: list[tuple[int, int | None]] = []
    due: int | None = None
    for week, missed, held in zip(life.weeks.index, life.weeks.missed, life.weeks.supervised, strict=True):
        if missed and due is None:
            due = int(week)
        if held and due is not None:
            found.append((due, int(week)))
            due = None
    return found if due is None else [*found, (due, None)]


def _supervision(life: Life, chapter: Chapter) -> str:
    weeks = life.weeks.iloc[chapter.first : chapter.last + 1]
    held = int(weeks.supervised.sum())
    late = [(due, then) for due, then in waits(life) if weeks.index[0] <= due <= weeks.index[-1]]
    if held == 0 and not late:
        planned = bool((life.policy.supervision_rate.iloc[chapter.first : chapter.last + 1] > 0).any())
        return "" if planned or chapter.first > 0 else "They had no supervision."
    if not late:
        return f"Supervision took place {_times(held)}, never late."
    text = f"Supervision took place {_times(held)}" if held else "No supervision took place"
    due, then = max(late, key=lambda wait: (math.inf if wait[1] is None else wait[1]) - wait[0])
    if then is None:
        when = "when they left" if life.left else "at the end"
        return f"{text}; the session due in week {due} was still to come {when}."
    if then - due >= LONG_WAIT:
        away = life.weeks.off_sick.loc[due:then].any()
        sick = ", part of which they were off sick" if away else ""
        return f"{text}; the session due in week {due} had to wait until week {then}{sick}."
    return f"{text}; {_count(len(late), 'session')} came late."


def _contact(life: Life, chapter: Chapter, beginning: bool) -> str:
    weeks = life.weeks.iloc[chapter.first : chapter.last + 1]
    met = int((weeks.fellows_met > 0).sum())
    end = float(weeks.isolation.iloc[-1])
    if beginning:
        if met == 0:
            return "They met no other peer."
        return f"They met other peers in {_count(met)} of {_count(len(weeks), 'week')} (isolation {_level(end)})."
    start = float(life.weeks.isolation.iloc[chapter.first - 1])
    if abs(end - start) < ISOLATION_MOVED:
        return ""
    way = "They became more cut off from other peers" if end > start else "They were less cut off from other peers"
    return f"{way} (isolation {_from_to(start, end)})."


def _answers(life: Life, cut: Sequence[Chapter], chapter: Chapter) -> str:
    """Told once, in the chapter with most clinical answers."""

    def clinical(part: Chapter) -> int:
        return int(life.weeks.clinical_help.iloc[part.first : part.last + 1].sum())

    number = clinical(chapter)
    if number == 0 or chapter != max(cut, key=clinical):
        return ""
    kind = int(life.weeks.colleague_help.iloc[chapter.first : chapter.last + 1].sum())
    text = f"When they needed help, colleagues answered them as they would a patient {_times(number)}"
    return f"{text} and as a colleague {_times(kind)}." if kind else f"{text}, and never as a colleague."


def absences(life: Life, relation: str = "self") -> list[tuple[int, int | None]]:
    """Weeks in which somebody went off sick, and in which they came back, if they did within this life."""
    found: list[tuple[int, int | None]] = []
    mine = life.events[life.events.relation == relation]
    gone: int | None = None
    for week, event in zip(mine.week, mine.event, strict=True):
        if event == "off sick":
            gone = int(week)
        elif gone is not None and event in ("back from sickness", "left", "changed role"):
            found.append((gone, int(week)))
            gone = None
    return found if gone is None else [*found, (gone, None)]


def _happened(life: Life, chapter: Chapter) -> str:
    """What happened in a chapter, with its weeks."""
    first, last = int(life.weeks.index[chapter.first]), int(life.weeks.index[chapter.last])
    events = life.events[(life.events.week >= first) & (life.events.week <= last)]
    changes = life.policy_changes
    within = changes[(changes.week >= first) & (changes.week <= last)]
    told = []
    for week, over in dict.fromkeys(zip(within.week.tolist(), within.over_weeks.tolist(), strict=True)):
        together = within[(within.week == week) & (within.over_weeks == over)]
        told.append((week, _policy(week, over, together[["key", "before", "after"]].to_numpy().tolist())))
    promoted = events[(events.relation == "self") & (events.event == "promoted")]
    told += [(int(week), f"In week {week} they were promoted within the peer role.") for week in promoted.week]
    told += _sickness(life, first, last)
    told += _fellows(events)
    told += _managers(life, first, last)
    thinking = considering(life)
    if thinking is not None and first <= thinking <= last:
        level = _level(float(life.weeks.intention_to_leave[thinking]))
        text = f"From week {thinking} a survey would have counted them as thinking of leaving (intention {level})."
        told.append((thinking, text))
    return " ".join(text for _, text in sorted(told, key=lambda entry: entry[0]))


def considering(life: Life) -> int | None:
    """Week from which on, up to the end, the intention to leave was above the threshold of a survey."""
    above = life.weeks.intention_to_leave > life.scenario.model.considering_threshold
    if above.empty or not above.iloc[-1]:
        return None
    below = life.weeks.index[~above]
    return int(life.weeks.index[0]) if below.empty else int(below[-1]) + 1


def _policy(week: int, over: int, changed: Sequence[Sequence[Any]]) -> str:
    def said(key: str, value: float | str) -> str:
        if isinstance(value, str):
            return SUPERVISOR_WORDS[value]
        if key.endswith("every_weeks"):
            return _every(value) if value else "never"
        return f"{value:.4g}"

    named = [f"{POLICY_WORDS[key]} ({said(key, before)} to {said(key, after)})" for key, before, after in changed]
    text = f"In week {week} the provider changed {_and(named)}"
    return f"{text}, step by step over {_count(over, 'week')}." if over > 1 else f"{text}."


def _sickness(life: Life, first: int, last: int) -> list[tuple[int, str]]:
    mine = [(gone, back) for gone, back in absences(life) if first <= gone <= last]
    if not mine:
        return []
    gone, back = max(mine, key=lambda spell: (spell[1] if spell[1] is not None else math.inf) - spell[0])
    if back is None:
        text = f"They went off sick in week {gone} and were still away at the end."
    elif back == life.end_week and life.left and life.weeks.off_sick.iloc[-1]:
        text = f"They went off sick in week {gone} and did not come back."
    elif len(mine) == 1:
        text = f"They went off sick in week {gone} and came back in week {back}."
    else:
        text = f"They were off sick {_times(len(mine))}, the longest from week {gone} to week {back}."
    return [(mine[0][0], text)]


def _fellows(events: pd.DataFrame) -> list[tuple[int, str]]:
    fellows = events[events.relation == "fellow peer"]
    gone = [int(week) for week in fellows.week[fellows.event.isin(["left", "changed role"])]]
    come = [int(week) for week in fellows.week[fellows.event == "hired"]]
    told = []
    for weeks, did in ((gone, "left"), (come, "joined the team")):
        if len(weeks) == 1:
            told.append((weeks[0], f"A fellow peer {did} in week {weeks[0]}."))
        elif weeks:
            told.append((weeks[0], f"{_upper(_count(len(weeks)))} fellow peers {did} (weeks {_and(_unique(weeks))})."))
    return told


def _unique(weeks: Sequence[int]) -> list[str]:
    return [str(week) for week in dict.fromkeys(weeks)]


def _managers(life: Life, first: int, last: int) -> list[tuple[int, str]]:
    told = []
    for relation, name in zip(LEVELS, ("team's manager", "middle manager", "executive"), strict=True):
        mine = life.events[life.events.relation == relation]
        come = [int(week) for week in mine.week[mine.event == "hired"]]
        for week in map(int, mine.week[mine.event == "left"]):
            if first <= week <= last:
                new = next((later for later in come if later > week), None)
                text = f"a new one came in week {new}" if new is not None else "nobody came in their place in this time"
                told.append((week, f"The {name} left in week {week}; {text}."))
        if relation == LEVELS[0]:
            for gone, back in absences(life, relation):
                if back is not None and first <= gone <= last and back - gone >= LONG_ABSENCE:
                    told.append((gone, f"The {name} was off sick from week {gone} to week {back}."))
    return told


# Causes over the whole time


def table(life: Life, state: str) -> list[tuple[str, int]]:
    """The table of causes shown: phrase and hundredths; they add up to the last line, the change as it is shown.

    Parameters
    ----------
    state : str
        ``identity`` or ``exhaustion``.
    """
    course = life.course(state)
    change = _hundredths(course[-1]) - _hundredths(course[0])
    totals = life.totals(state)
    shown = totals[totals.abs() >= MATTERS].index
    shown = shown.union(totals[totals < -SHOWN_FROM].nsmallest(STRONGEST).index)
    shown = shown.union(totals[totals > SHOWN_FROM].nlargest(STRONGEST).index)
    named = totals[shown].sort_values(ascending=state == "identity")
    lines = [(_phrase(state, str(cause), float(value)), _hundredths(float(value))) for cause, value in named.items()]
    rest = change - sum(value for _, value in lines)
    return [*lines, ("everything else, and rounding", rest), ("change in all", change)]


def _ledger(life: Life, state: str, heading: str) -> list[str]:
    course, totals = life.course(state), life.totals(state)
    bad = 1.0 if state == "exhaustion" else -1.0
    rows = {cause: value for cause, value in totals.items() if abs(value) > SHOWN_FROM}
    ranked = sorted(rows, key=lambda cause: -bad * rows[cause])
    against = [cause for cause in ranked if bad * rows[cause] > 0][:STRONGEST]
    with_them = [cause for cause in reversed(ranked) if bad * rows[cause] < 0][:STRONGEST]
    shown = dict(table(life, state))

    def named(causes: Sequence[Any]) -> str:
        words = [_phrase(state, str(cause), rows[cause]) for cause in causes]
        return _and([f"{word} ({_signed(shown[word] / 100)})" for word in words])

    first, last = _level(course[0]), _level(course[-1])
    if state == "identity":
        text = [f"Identity went from {first} to {last}."]
        text.append(f"It was worn down above all by {named(against)}." if against else "Nothing wore it down much.")
        text.append(f"It was held up by {named(with_them)}." if with_them else "Nothing held it up much.")
    else:
        text = [f"Exhaustion went from {first} to {last}."]
        text.append(f"They were tired above all by {named(against)}." if against else "Nothing tired them much.")
        text.append(f"They were eased by {named(with_them)}." if with_them else "Nothing eased them much.")
    gross = max(float(totals[totals > 0].sum()), -float(totals[totals < 0].sum()))
    if state == "identity" and abs(course[-1] - course[0]) < gross / 2:
        text.append(
            f"Each number is a sum over all {len(life.weeks)} weeks: most of what was lost was made good "
            "again, and what remained is the change."
        )
    lines = table(life, state)
    width = max(len(words) for words, _ in lines)
    body = [f"    {words:<{width}}  {_signed(value / 100):>6}" for words, value in lines]
    body.insert(-1, "    " + "-" * (width + 8))
    return [*_section(heading, [" ".join(text)]), *body, ""]


# The end


def _ending(life: Life) -> list[str]:
    if life.weeks.empty:
        text = "They started in the last week that was watched, so there is nothing more to tell yet."
        return _section("Why they are still there", [text])
    heading = "Why they left" if life.left else "Why they are still there"
    lines = _section(heading, [_how(life)])
    push = life.push[life.push > 0].sort_values(ascending=False)
    total = float(push.sum())
    if push.empty:
        lines += [_fill("Nothing in the record pushed them to go."), ""]
    else:
        lines += [_fill(_ask(life, push)), ""]
        for number, (reason, value) in enumerate(push.iloc[:LISTED].items(), 1):
            share = f"({_percent(value / total)} of what pushed them)"
            lines.append(_fill(f"{number}. “{SURVEY[str(reason)]}” {share}", indent="       ", first="    "))
        lines += ["", _fill(_odds(life)), ""]
        held = _held(life, total)
        lines += [_fill(held), ""] if held else []
    if life.left:
        lines += [_fill(_after(life)), ""]
    return lines


def _how(life: Life) -> str:
    end, tenure, week = life.end_week, _stay(len(life.weeks)), life.weeks.iloc[-1]
    if life.ended == ENDINGS[1]:
        text = f"In week {end}, after {tenure}, they left the job."
    elif life.ended == ENDINGS[2]:
        text = f"In week {end}, after {tenure}, they left the peer role for another job."
    else:
        text = f"In week {end}, the last one watched, they were still in post, after {tenure}"
        text += ", though off sick." if week.off_sick else "."
    text += (
        f" By then they had {_word(week.identity, IDENTITY_WORDS)} sense of being a peer ({_level(week.identity)}), "
        f"were {_word(week.exhaustion, EXHAUSTION_WORDS)} ({_level(week.exhaustion)}), and gave "
        f"{_share(week.generic_share)} of their week to generic tasks ({_level(week.generic_share)})."
    )
    thinking, intention = considering(life), _level(week.intention_to_leave)
    if thinking is None:
        yet = "Even so, a" if life.left else "A"
        return f"{text} {yet} survey would not have counted them as thinking of leaving (intention {intention})."
    return f"{text} They had been thinking of leaving since week {thinking} (intention {intention} at the end)."


def _ask(life: Life, push: pd.Series[float]) -> str:
    alone = float(push.iloc[0] / push.sum()) >= STANDS_OUT
    if life.left:
        text = "Asked why, they would have said, strongest first"
    else:
        text = "Asked what might make them go, they would have said, strongest first"
    return f"{text}:" if alone else f"{text} (no single one stands out):"


def _odds(life: Life) -> str:
    chance = life.hazard
    last = float(chance.iloc[-1])
    year = 1.0 - (1.0 - last) ** YEAR
    stayed = float(np.prod(1.0 - chance))
    text = (
        f"Luck had a part in it. In their last week the chance of leaving was {_percent(last, 1)}; kept up for a year, "
        f"it would see {_percent(year)} go. "
    )
    if not life.left:
        return f"{text}Of people with exactly this record, {_percent(stayed)} would still be there."
    if stayed < EVEN:
        return f"{text}Of people with exactly this record, only {_percent(stayed)} would have stayed longer."
    return f"{text}Of people with exactly this record, {_percent(stayed)} would have stayed longer."


def _held(life: Life, total: float) -> str:
    held = [HOLDS[reason] for reason, value in life.push.items() if reason in HOLDS and value <= HARDLY * total]
    if not held:
        return "" if life.left else "Every reason to go had some weight; none was absent."
    return f"What had held them: {_and(held)}." if life.left else f"What held them: {_and(held)}."


def _after(life: Life) -> str:
    text = ""
    if len(life.weeks) > 1:
        before = life.weeks.iloc[-2]
        people = int(before.caseload)
        if people:
            text = (
                f"The week before, {_count(people, 'person', 'people')} had them as their peer worker. Their trust in "
                f"them was {_word(before.caseload_trust, TRUST_WORDS)} ({_level(before.caseload_trust)} on average). "
            )
    start = life.next_start
    if start is None:
        empty = life.scenario.horizon_weeks - 1 - life.end_week
        if empty == 0:
            return text + "It was the last week watched: who came next is not known."
        return text + f"The post stood empty from then on, {_length(empty)} to the end of the time watched."
    return (
        text + f"The post stood empty for {_length(start - life.end_week)}; "
        f"its {_nth(life.holder + 1)} holder started in week {start}."
    )


def _again(life: Life) -> str:
    return (
        f"Scenario “{life.scenario.name}” (digest {life.scenario.digest[:12]}), seed {life.seed}, replicate "
        f'{life.replicate}, person "{life.person}".'
    )
