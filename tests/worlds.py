"""Small worlds for tests: made quickly, watched week by week."""

import math
from functools import cache

import numpy as np
from hypothesis import strategies as st

from peersim.behaviours.founding import found
from peersim.behaviours.measurement import close_books
from peersim.scenario import Scenario, registry
from peersim.week import live_week
from peersim.world.build import build
from peersim.world.measures import WEEKLY
from peersim.world.state import (
    CLINICIAN_FIELDS,
    MANAGER_FIELDS,
    PEER_FIELDS,
    PROVIDER_FIELDS,
    TEAM_FIELDS,
    USER_FIELDS,
)

PEOPLE = ("peers", "clinicians", "managers", "users")
LUCK = {
    "peers": ("luck_life", "luck_absence", "luck_leaving", "luck_post"),
    "clinicians": ("luck_life", "luck_absence", "luck_leaving", "luck_post"),
    "managers": ("luck_life", "luck_absence", "luck_leaving", "luck_post"),
    "users": ("luck_meeting", "luck_quality", "luck_recovery", "luck_ending"),
}
TRAITS = {
    "peers": ("experience", "hours", "need", "strain_point", "disposition", "anchor", "community"),
    "clinicians": ("strain_point", "disposition", "understanding_start", "stance_start", "valuing_start"),
    "managers": ("leaning", "skill_task", "skill_wellbeing"),
    "users": ("experience", "community", "recovery_point"),
}

TABLES = (
    "weekly",
    "people",
    "events",
    "per_replicate",
    "outcomes",
    "retention",
    "course",
    "reasons",
    "identity_causes",
    "exhaustion_causes",
    "survivors",
    "observed",
)
"""Tables of results, by name."""

# Constants with which a lot happens in a few weeks: people leave, are hired, fall ill and come back.
BUSY = {
    "model.hazard_base": -5.0,
    "model.hazard_intention": 5.0,
    "model.clinician_hazard_base": -5.0,
    "model.manager_hazard": 0.03,
    "model.approval_base": 0.5,
    "model.uptake_base": 0.6,
    "model.approval_clinician": 0.6,
    "model.uptake_clinician": 0.6,
    "model.sickness_base": 0.05,
    "model.discharge_base": 0.05,
    "model.drop_out": 0.05,
    "model.promotion_tenure": 5,
    "model.promotion_chance": 0.5,
    "structure.weeks_to_hire": 2,
    "support.supervision.every_weeks": 2,
    "support.peer_group_every_weeks": 2,
    "valuing.team_training_per_year": 6,
    "culture.disclosure_training_per_year": 6,
}


FIELDS = {
    "provider": PROVIDER_FIELDS,
    "teams": TEAM_FIELDS,
    "peers": PEER_FIELDS,
    "clinicians": CLINICIAN_FIELDS,
    "managers": MANAGER_FIELDS,
    "users": USER_FIELDS,
}
"""Fields of every record of a world."""


def a_team(name="A", **others):
    return {"name": name, "peers": 2, "clinicians": 4, "users_per_peer": 3, **others}


def small(changes=None, *, teams=None, weeks=40):
    """A provider of two small teams, with settings by key."""
    if teams is not None:
        scenario = Scenario(name="small", horizon_weeks=weeks, teams=teams)
    else:
        scenario = _two_teams(weeks)
    return scenario.with_(changes) if changes else scenario


@cache
def _two_teams(weeks):
    return Scenario(name="small", horizon_weeks=weeks, teams=[a_team("A"), a_team("B", peers=1, community=0.8)])


def busy(changes=None, **keys):
    """The same in busy times."""
    return small({**BUSY, **(changes or {})}, **keys)


def copied(world):
    """A world's state as it is now."""
    return world._replace(
        **{name: getattr(world, name).copy() for name in ("provider", "teams", *PEOPLE)},
    )


def _built(scenario, weeks, seed, replicate, by_team):
    weeks = scenario.horizon_weeks if weeks is None else weeks
    world = build(scenario, seed=seed, replicate=replicate, weeks=weeks, by_team=by_team)
    # Room for everybody to come, go and fall ill every week.
    people = len(world.peers) + len(world.clinicians) + len(world.managers) + len(world.users)
    logs = {name: getattr(world, name).dtype for name in ("events", "spells")}
    return world._replace(
        **{name: np.zeros((weeks + 2) * 2 * people, dtype).view(np.recarray) for name, dtype in logs.items()}
    )


def weeks_of(scenario, weeks=None, *, seed=1, replicate=0, by_team=False):
    """The world as it is at the start and after each week, as copies."""
    world = _built(scenario, weeks, seed, replicate, by_team)
    found(world)
    seen = [copied(world)]
    for _ in range(len(world.policy)):
        live_week(world)
        seen.append(copied(world))
    return seen


def after(scenario, weeks=None, *, seed=1, replicate=0, by_team=False):
    """The world after some weeks, with all spells kept."""
    world = _built(scenario, weeks, seed, replicate, by_team)
    found(world)
    for _ in range(len(world.policy)):
        live_week(world)
    close_books(world)
    provider = world.provider[0]
    assert provider.n_events <= len(world.events)
    assert provider.n_spells <= len(world.spells)
    return world._replace(events=world.events[: provider.n_events], spells=world.spells[: provider.n_spells])


def measured(world, name):
    """A weekly measure of the provider."""
    return world.weekly[:, list(WEEKLY).index(name)]


def people_seen(worlds, kind):
    """Luck by person and week, and traits by person, of everybody of one kind.

    A person is known by team, post and ordinal, a user by team and number on the referral list.  Who starts at the
    end of a week has no luck of that week.
    """
    luck, traits = {}, {}
    for week, world in enumerate(worlds):
        for row in getattr(world, kind):
            if kind == "users":
                here, new, who = row.occupied == 1, row.weeks_on_caseload == 0, (int(row.team), int(row.referral))
            else:
                here, new, who = row.status != 0, row.tenure == 0, (int(row.team), int(row.post), int(row.ordinal))
            if not here:
                continue
            seen = tuple(row[name] for name in TRAITS[kind])
            assert traits.setdefault(who, seen) == seen, "a person's traits do not change"
            if not new:
                luck[who, week] = tuple(row[name] for name in LUCK[kind])
    return luck, traits


def same(one, other):
    """Whether two arrays or tuples of arrays are equal to the last bit."""
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    one, other = np.ascontiguousarray(one), np.ascontiguousarray(other)
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


NUMBERS = tuple(
    parameter
    for parameter in registry()
    if parameter.group not in ("scenario", "teams") and parameter.kind in ("number", "whole", "choice")
)
"""Every policy, unit cost and constant of the model."""


def ends(parameter):
    """The lowest, the default and the highest value of a parameter, or its choices."""
    return parameter.choices or (parameter.low, parameter.default, parameter.high)


def corners():
    """Settings in which each number of the registry is at its lowest, its default or its highest."""
    return st.integers(0, 2**32 - 1).map(corner)


def corner(number):
    """One of those settings, by number."""
    rng = np.random.default_rng(number)
    left_alone = rng.choice([0.0, 0.5, 0.95])
    setting = {}
    for parameter in NUMBERS:
        if rng.random() >= left_alone:
            setting[parameter.key] = ends(parameter)[rng.integers(len(ends(parameter)))]
    return {key: int(value) if key in WHOLE else value for key, value in setting.items()}


WHOLE = {parameter.key for parameter in registry() if parameter.kind == "whole"}


def ulps(one, other):
    """How many units in the last place two numbers are apart."""
    return abs(one - other) / math.ulp(other)
