"""March (1991) lived by our people: the identity block replaced by beliefs about reality (evidence 6.1, fact 24).

    python experiments/findings/march.py [REPLICATES]

What is ours: one team of fifty peer workers, their posts, their leaving (through our hazard) and hiring, the week, and
keyed chance.  Everything else is off (`model.off`).  What is March's: in place of identity each person has a belief
of -1, 0 or 1 on each of thirty dimensions of reality, and the organisation has a code.  One period is one week.  In the
variant that Christensen (2015) found behind the published figure, in each week

* each dimension of reality flips with chance p4;
* everybody acts on their beliefs, and where they have none (0) by the toss of a coin;
* a belief that differs from the code moves one step towards it with chance p1 (unless the code is 0);
* those whose acts were right more often than the code is are superior.  On a dimension on which most superiors acted
  otherwise than the code says, the code stays as it is with chance (1 - p2)^k, where k is the number of superiors who
  differ from it less the number of those who do not, and otherwise turns to what most of them did.

Two things follow from whose people these are.  Beliefs act on nobody's leaving, so the world is lived first, by the
ordinary ensemble, and the beliefs follow its people as they came and went: the same as week by week in turn.  And our
posts are filled a week after they fall vacant, not in the same instant: each person leaves with chance p3 a week, as in
March, but a post then stands empty for one week, so that 1 / (1 + p3) of the fifty are there on average.

Numbers of evidence 6.1 are of the same variant.  Workiewicz's public re-creation differs in one thing, k where the code
is still 0 (majority less minority).  Harrison and Carroll (1991) cannot be docked: their equations could not be
verified (evidence 6.2).
"""

from __future__ import annotations

import math
import sys
from functools import lru_cache
from typing import Any, NamedTuple

import numba
import numpy as np
import pandas as pd

from peersim.ensemble import chunks
from peersim.results.outcomes import interval
from peersim.scenario import Scenario
from peersim.scenario.switches import SWITCHABLE
from peersim.world import draws
from peersim.world.state import PROVIDER

PEOPLE = 50
DIMENSIONS = 30
MOST_TURNOVER = 0.49  # our hazard lets nobody be more likely than not to leave within a week

# Decisions of keyed chance that the model itself does not use; each takes as many numbers as it needs from here on.
NOBODY = 0
NAIVE, REALITY, TURBULENCE, LEARN, ACT, ADOPT = range(1024, 1120, 16)
PERSON = np.dtype([(name, "i8") for name in ("team", "post", "ordinal", "start_week", "end_week")])


class Knowledge(NamedTuple):
    """Share of the dimensions of reality known, each of shape (replicates, weeks).

    Attributes
    ----------
    code : array
        On which the organisation's code is right.
    people : array
        On which beliefs are right, mean over people in post.
    """

    code: np.ndarray
    people: np.ndarray


def knowledge(
    p1: float | tuple[float, float],
    p2: float,
    p3: float = 0.0,
    p4: float = 0.0,
    *,
    weeks: int,
    replicates: int,
    seed: int,
    slow_share: float = 0.5,
) -> Knowledge:
    """Live March's organisation.

    Parameters
    ----------
    p1 : float or pair of floats
        Socialisation: chance in a week that a belief moves a step towards the code; of slow and of fast learners.
    p2 : float
        Learning by the code.
    p3 : float
        Turnover: chance in a week that a person leaves, at most 0.49.
    p4 : float
        Turbulence: chance in a week that a dimension of reality flips.
    weeks, replicates, seed : int
        Horizon, number of organisations, and key of chance.  The same key brings the same people with the same luck
        whatever the parameters.
    slow_share : float
        Share of posts held by slow learners; of no account if `p1` is one number.

    Returns
    -------
    Knowledge

    Examples
    --------
    >>> knowledge(0.1, 0.5, weeks=150, replicates=100, seed=1).code[:, -1].mean()  # doctest: +SKIP
    """
    slow, fast = p1 if isinstance(p1, tuple) else (p1, p1)
    pace = np.where(np.arange(PEOPLE) < round(slow_share * PEOPLE), slow, fast)
    found = Knowledge(np.empty((replicates, weeks)), np.empty((replicates, weeks)))
    # The model's own record, of which chance reads two fields: with a smaller one, Numba would take the model's for a
    # kind of that and call what was compiled for it.
    key = np.zeros(replicates, PROVIDER).view(np.recarray)
    key.seed, key.replicate = seed, np.arange(replicates)
    for replicate, spells in enumerate(people(p3, weeks, replicates, seed)):
        rows = (np.empty((len(spells), DIMENSIONS), np.int64), *np.empty((4, DIMENSIONS), np.int64), np.empty(32))
        live(key[replicate], spells, pace, p2, p4, rows, found.code[replicate], found.people[replicate])
    return found


@lru_cache(maxsize=4)
def people(p3: float, weeks: int, replicates: int, seed: int) -> list[Any]:
    """Everybody who holds a post at some time: the spells of each replicate of our own model, all but turnover off."""
    if p3 > MOST_TURNOVER:
        raise ValueError(f"p3: found {p3}; allowed: 0 to {MOST_TURNOVER}")
    on = {"leaving", "hiring"} if p3 > 0.0 else set()
    team = {"name": "Organisation", "peers": PEOPLE, "clinicians": 1, "users_per_peer": 1}
    scenario = Scenario(name="March", horizon_weeks=weeks, teams=[team]).with_(
        {
            "model.off": [name for name in SWITCHABLE if name not in on],
            "model.hazard_base": math.log(p3) if p3 > 0.0 else -15.0,
            "model.hazard_intention": 0.0,
            "model.hazard_alienation": 0.0,
            "model.hazard_falling_fit": 0.0,
            "model.approval_base": 1.0,
            "model.uptake_base": 1.0,
            "structure.weeks_to_hire": 0.0,
        }
    )
    return [_known(spells) for batch in chunks(scenario, replicates, seed=seed) for spells in batch.spells]


def _known(spells: Any) -> Any:
    """What March needs to know of people: who they are, and when they came and went."""
    known = np.empty(len(spells), PERSON)
    for name in PERSON.names:
        known[name] = spells[name]
    return known.view(np.recarray)


# Not kept on disk as behaviours are: Numba finds kept code again only in a module that can be imported by name.


@numba.njit
def live(key, spells, pace, p2, p4, rows, code_knows, people_know):
    """One organisation, with `rows` to work in: fills its two rows of `Knowledge`."""
    beliefs, reality, code, votes, acts, luck = rows
    draw(key, NOBODY, 0, 0, REALITY, luck)
    for d in range(DIMENSIONS):
        reality[d] = 1 if luck[d] < 0.5 else -1
        code[d] = 0
    for s in range(len(spells)):
        draw(key, place_of(spells[s]), spells[s].ordinal, 0, NAIVE, luck)
        for d in range(DIMENSIONS):
            beliefs[s, d] = int(3.0 * luck[d]) - 1
    for week in range(len(code_knows)):
        if p4 > 0.0:
            stir(key, week, p4, reality, luck)
        score = superiors = in_post = known = 0
        for d in range(DIMENSIONS):
            score += code[d] * reality[d]
            votes[d] = 0
        for s in range(len(spells)):
            person = spells[s]
            if person.start_week < week <= person.end_week:  # a week is lived by those there when it began
                superiors += act(key, person, week, beliefs[s], reality, score, votes, acts, luck)
                socialise(key, person, week, beliefs[s], code, pace[person.post], luck)
                known += agreements(beliefs[s], reality)
                in_post += 1
        if superiors > 0:
            learn(key, week, code, votes, superiors, p2, luck)
        code_knows[week] = agreements(code, reality) / DIMENSIONS
        people_know[week] = known / (in_post * DIMENSIONS)


@numba.njit
def place_of(person):
    """First half of a person's key of chance."""
    return draws.place(draws.PEER, person.team, person.post)


@numba.njit(
    numba.void(numba.from_dtype(PROVIDER), *[numba.int64] * 4, numba.float64[::1])
)  # else one for each decision
def draw(key, here, ordinal, week, decision, luck):
    """Fill `luck` with somebody's uniform numbers for a decision in a week, one for each dimension."""
    for d in range(0, DIMENSIONS, 4):
        luck[d], luck[d + 1], luck[d + 2], luck[d + 3] = draws.four(key, here, 0, ordinal, week, decision + d // 4)


@numba.njit
def agreements(beliefs, others):
    """On how many dimensions two sets of beliefs are the same."""
    same = 0
    for d in range(DIMENSIONS):
        if beliefs[d] == others[d]:
            same += 1
    return same


@numba.njit
def stir(key, week, p4, reality, luck):
    """Reality flips on each dimension with chance `p4`."""
    draw(key, NOBODY, 0, week, TURBULENCE, luck)
    for d in range(DIMENSIONS):
        if luck[d] < p4:
            reality[d] = -reality[d]


@numba.njit
def act(key, person, week, beliefs, reality, score, votes, acts, luck):
    """A person acts: 1 if they do better than `score`, and then their acts are added to `votes`; else 0."""
    doubts = performance = 0
    for d in range(DIMENSIONS):
        if beliefs[d] == 0:
            doubts += 1
    if doubts > 0:
        draw(key, place_of(person), person.ordinal, week, ACT, luck)
    for d in range(DIMENSIONS):
        acts[d] = beliefs[d]
        if beliefs[d] == 0:
            acts[d] = 1 if luck[d] < 0.5 else -1
        performance += acts[d] * reality[d]
    if performance <= score:
        return 0
    for d in range(DIMENSIONS):
        votes[d] += acts[d]
    return 1


@numba.njit
def socialise(key, person, week, beliefs, code, pace, luck):
    """A person's beliefs that differ from the code move a step towards it, each with chance `pace`."""
    if agreements(beliefs, code) == DIMENSIONS:
        return
    draw(key, place_of(person), person.ordinal, week, ADOPT, luck)
    for d in range(DIMENSIONS):
        if code[d] != 0 and code[d] != beliefs[d] and luck[d] < pace:
            beliefs[d] += code[d]


@numba.njit
def learn(key, week, code, votes, superiors, p2, luck):
    """The code turns, with a chance, to what most superiors did, unless they were split or it is that already."""
    draw(key, NOBODY, 0, week, LEARN, luck)
    for d in range(DIMENSIONS):
        majority = 1 if votes[d] > 0 else -1
        if votes[d] == 0 or majority == code[d]:
            continue
        k = superiors if code[d] == 0 else abs(votes[d])
        if luck[d] >= (1.0 - p2) ** k:
            code[d] = majority


# fact 24 ------------------------------------------------------------------------------------------------------------


class Arm(NamedTuple):
    """A setting of `knowledge`, and the code's knowledge in the last of its weeks according to evidence 6.1.

    Without turnover and turbulence that is the equilibrium, or near it: at p1 = .1 it takes some 100 weeks.
    """

    p1: float | tuple[float, float]
    reference: float
    p3: float = 0.0
    p4: float = 0.0
    weeks: int = 150
    slow_share: float = 0.5


SLOW_AND_FAST = (0.1, 0.9)
P2 = 0.5

ARMS = {
    "p1 = .1": Arm(0.1, 0.972),
    "p1 = .5": Arm(0.5, 0.885),
    "p1 = .9": Arm(0.9, 0.847),
    "alike, p1 = .26": Arm(0.26, 0.929),
    "mixed, mean p1 = .26": Arm(SLOW_AND_FAST, 0.960, slow_share=0.8),
    "mixed, mean p1 = .50": Arm(SLOW_AND_FAST, 0.945),
    "alike, p1 = .74": Arm(0.74, 0.862),
    "mixed, mean p1 = .74": Arm(SLOW_AND_FAST, 0.912, slow_share=0.2),
    "p1 = .9, week 20": Arm(0.9, 0.847, weeks=20),
    "p1 = .9, week 20, turnover .1": Arm(0.9, 0.905, p3=0.1, weeks=20),
    "p1 = .1, week 20": Arm(0.1, 0.888, weeks=20),
    "p1 = .1, week 20, turnover .1": Arm(0.1, 0.870, p3=0.1, weeks=20),
    "turbulence": Arm(0.5, 0.516, p4=0.02, weeks=100),
    "turbulence, turnover .1": Arm(0.5, 0.775, p3=0.1, p4=0.02, weeks=100),
}

# Claim, the arm it is about, the arm it is compared with, and the direction: 1 higher, -1 lower.
CLAIMS = (
    ("Equilibrium knowledge falls with p1: .5 against .1", "p1 = .5", "p1 = .1", -1),
    ("Equilibrium knowledge falls with p1: .9 against .5", "p1 = .9", "p1 = .5", -1),
    ("Slow and fast learners mixed know more than alike, mean p1 = .26", "mixed, mean p1 = .26", "alike, p1 = .26", 1),
    ("Slow and fast learners mixed know more than alike, mean p1 = .50", "mixed, mean p1 = .50", "p1 = .5", 1),
    ("Slow and fast learners mixed know more than alike, mean p1 = .74", "mixed, mean p1 = .74", "alike, p1 = .74", 1),
    ("Turnover helps where socialisation is fast", "p1 = .9, week 20, turnover .1", "p1 = .9, week 20", 1),
    ("Turnover harms where socialisation is slow", "p1 = .1, week 20, turnover .1", "p1 = .1, week 20", -1),
    ("Turnover holds knowledge up under turbulence", "turbulence, turnover .1", "turbulence", 1),
)
TOLERANCE = 0.05
"""How far from the level of evidence 6.1 counts as near: levels depend on details of the variant, directions do not."""


def check(replicates: int = 100, seed: int = 1) -> list[dict[str, Any]]:
    """The March dock: directions by paired differences of the code's knowledge, then levels beside evidence 6.1.

    A direction passes if the 95 % interval of the paired difference (the same replicates in both arms) excludes 0 on
    the side stated; a level passes if it lies within `TOLERANCE` of the number of evidence 6.1.

    Returns
    -------
    list of dicts
        ``claim``, ``expected`` (in words), ``found``, ``low``, ``high``, ``passed``.
    """
    return judged({name: reached(arm, replicates, seed) for name, arm in ARMS.items()})


def judged(code: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Every claim and level, given the code's knowledge in each replicate of each arm."""
    rows = []
    for claim, arm, other, sign in CLAIMS:
        found, low, high = (float(value) for value in interval(code[arm] - code[other]))
        there = ARMS[arm].reference - ARMS[other].reference
        expected = f"{'higher' if sign > 0 else 'lower'} (evidence 6.1: {there:+.3f})"
        rows.append(row(claim, expected, found, low, high, min(sign * low, sign * high) > 0.0))
    for name, arm in ARMS.items():
        found, low, high = (float(value) for value in interval(code[name]))
        expected = f"within {TOLERANCE} of {arm.reference:.3f} (evidence 6.1)"
        near = abs(found - arm.reference) <= TOLERANCE
        rows.append(row(f"Level of code knowledge: {name}", expected, found, low, high, near))
    return rows


def reached(arm: Arm, replicates: int, seed: int) -> np.ndarray:
    """The code's knowledge in the last week of an arm, for each replicate."""
    settings = {"weeks": arm.weeks, "slow_share": arm.slow_share, "replicates": replicates, "seed": seed}
    return knowledge(arm.p1, P2, arm.p3, arm.p4, **settings).code[:, -1]


def row(claim: str, expected: str, found: float, low: float, high: float, passed: bool) -> dict[str, Any]:
    """One line of what was found."""
    return {"claim": claim, "expected": expected, "found": found, "low": low, "high": high, "passed": passed}


def main(replicates: str = "100") -> None:
    """Print what was found for fact 24."""
    print(pd.DataFrame(check(int(replicates))).round(3).to_string(index=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
