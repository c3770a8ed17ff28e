"""From a scenario to an empty world: the policy table, the constants, and a row for every post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from peersim.scenario import Scenario
from peersim.scenario.constants import Constants
from peersim.scenario.costs import Costs
from peersim.scenario.switches import SWITCHABLE
from peersim.world.measures import N_TEAM, N_WEEKLY
from peersim.world.state import (
    CLINICIAN,
    EVENT,
    EXECUTIVE,
    MANAGER,
    MIDDLE_MANAGER,
    PEER,
    PROVIDER,
    SECTORS,
    SUPERVISORS,
    TEAM,
    TEAM_MANAGER,
    USER,
    World,
)

TEAMS_PER_MIDDLE_MANAGER = 5
"""How many teams one middle manager has."""

POLICY_FIELDS = {
    "valuing.role_description": "role_description",
    "valuing.protected_time": "protected_time",
    "valuing.pay_parity": "pay_parity",
    "valuing.progression": "progression",
    "identity.formalisation": "formalisation",
    "identity.lived_experience_selection": "lived_experience_selection",
    "identity.background_matching": "background_matching",
    "identity.language_fit": "language_fit",
    "support.supervision.minutes": "supervision_minutes",
    "support.supervision.task": "supervision_task",
    "support.supervision.wellbeing": "supervision_wellbeing",
    "support.supervision.boundaries": "supervision_boundaries",
    "support.supervision.by": "supervision_by",
    "support.supervision.understanding": "supervision_understanding",
    "support.clinical_response": "clinical_response",
    "structure.manager_support.team": "team_support",
    "structure.manager_support.middle": "middle_support",
    "structure.manager_support.executive": "executive_support",
    "structure.strategic_fit": "strategic_fit",
    "structure.flexibility": "flexibility",
    "structure.weeks_to_hire": "weeks_to_hire",
    "culture.valuing": "culture_valuing",
    "culture.disclosure_autonomy": "disclosure_autonomy",
    "culture.lived_experience_leadership": "lived_experience_leadership",
}
"""Policy key and the field of the policy table that holds it."""

RATES = {
    "support.supervision.every_weeks": "supervision_rate",
    "support.peer_group_every_weeks": "peer_group_rate",
    "valuing.team_training_per_year": "team_training_rate",
    "culture.disclosure_training_per_year": "disclosure_training_rate",
}
"""Policies that say how often something happens; held, and ramped, as times a week."""

DUE = {
    "peer_group_rate": "peer_group_meets",
    "team_training_rate": "team_training_due",
    "disclosure_training_rate": "disclosure_training_due",
}
"""Rates that make a calendar for everybody: how many times it happens in each week."""

POLICY = np.dtype([(name, "f8") for name in [*POLICY_FIELDS.values(), *RATES.values(), *DUE.values()]])

_NUMBERS = [name for name in Constants.model_fields if name != "off"]
CONSTANTS = np.dtype(
    [(name, "f8") for name in _NUMBERS]
    + [(f"cost_{name}", "f8") for name in Costs.model_fields]
    + [(f"on_{name}", "i8") for name in SWITCHABLE]
)


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            leaves |= _leaves(value, f"{path}.")
        else:
            leaves[path] = value
    return leaves


def _as_number(key: str, value: Any) -> float:
    """A policy on the scale on which it is ramped: choices as their number, frequencies as times a week."""
    if key == "support.supervision.by":
        return float(SUPERVISORS.index(value))
    if key.endswith("every_weeks"):
        return min(1.0, 1.0 / value) if value > 0 else 0.0  # nothing happens twice a week
    if key.endswith("per_year"):
        return float(value) / 52.0
    return float(value)


def policy_table(scenario: Scenario, weeks: int) -> Any:
    """The policies in force in each week, ramps included.

    A change is complete ``over_weeks`` weeks after it starts (at once if that is 0 or 1), on a straight line from what
    is in force in the week before; a later change of the same key takes over from wherever an earlier one has got to.
    Frequencies change on the scale of times a week.  Emphases of supervision are divided by their sum if that is
    above 1.

    Parameters
    ----------
    scenario : Scenario
        Gives policies and changes.
    weeks : int
        Number of rows.

    Returns
    -------
    record array of dtype `POLICY`, shape (weeks,)
    """
    table = np.zeros(weeks, POLICY)
    names = POLICY_FIELDS | RATES
    policies = _leaves(scenario.policies.model_dump())
    for key, name in names.items():
        table[name] = _as_number(key, policies[key])
    changes = () if "policy" in scenario.model.off else scenario.changes
    for change in sorted(changes, key=lambda change: change.week):
        for key, value in _leaves(change.set).items():
            column = table[names[key.removeprefix("policies.")]]
            _ramp(column, change.week, change.over_weeks, _as_number(key.removeprefix("policies."), value))
    for rate, due in DUE.items():
        times = np.floor(np.cumsum(table[rate]) + 1e-9)
        table[due] = np.diff(times, prepend=0.0)
    _share_out(table)
    return table.view(np.recarray)


def _ramp(column: npt.NDArray[np.float64], week: int, over: int, target: float) -> None:
    if week >= len(column):
        return
    start = column[week - 1] if week > 0 else column[0]
    steps = np.arange(1, len(column) - week + 1) / max(1, over)
    column[week:] = np.where(steps < 1.0, start + (target - start) * np.minimum(steps, 1.0), target)


def _share_out(table: npt.NDArray[np.void]) -> None:
    parts = ["supervision_task", "supervision_wellbeing", "supervision_boundaries"]
    total = np.maximum(1.0, sum(table[part] for part in parts))
    for part in parts:
        table[part] /= total


def constants_row(scenario: Scenario) -> Any:
    """The model's constants, unit costs and switches as one record of dtype `CONSTANTS`, shape (1,)."""
    row = np.zeros(1, CONSTANTS)
    for name in _NUMBERS:
        row[name] = getattr(scenario.model, name)
    for name in Costs.model_fields:
        row[f"cost_{name}"] = getattr(scenario.costs, name)
    for name in SWITCHABLE:
        row[f"on_{name}"] = name not in scenario.model.off
    return row.view(np.recarray)


def _rows(count: int, dtype: np.dtype[np.void]) -> Any:
    return np.zeros(count, dtype).view(np.recarray)


def build(scenario: Scenario, *, seed: int = 1, replicate: int = 0, weeks: int, by_team: bool = False) -> World:
    """An empty world for a scenario: all rows there, nobody in post yet (`behaviours.founding` sees to that).

    Parameters
    ----------
    scenario : Scenario
        What the planner wrote.
    seed, replicate : int
        Key of chance; each from 0 to 2**32 - 1.
    weeks : int
        Horizon.
    by_team : bool
        Keep weekly measures of each team too.
    """
    specs = scenario.team_list()
    teams = _rows(len(specs), TEAM)
    peers = _rows(scenario.n_peers, PEER)
    clinicians = _rows(scenario.n_clinicians, CLINICIAN)
    users = _rows(scenario.n_users, USER)
    groups = -(-len(specs) // TEAMS_PER_MIDDLE_MANAGER)
    managers = _rows(len(specs) + groups + 1, MANAGER)
    number = np.arange(len(specs))
    managers.team[: len(specs)] = number
    managers.post[: len(specs)] = TEAM_MANAGER
    managers.team[len(specs) : -1] = np.arange(groups)
    managers.post[len(specs) : -1] = MIDDLE_MANAGER
    managers.post[-1] = EXECUTIVE
    teams.manager = number
    teams.middle = len(specs) + number // TEAMS_PER_MIDDLE_MANAGER
    teams.n_peers = [spec.peers for spec in specs]
    teams.n_clinicians = [spec.clinicians for spec in specs]
    teams.n_users = [spec.peers * spec.users_per_peer for spec in specs]
    teams.community_share = [spec.community for spec in specs]
    teams.base_pressure = [spec.pressure for spec in specs]
    for rows, first, count in (
        (peers, "first_peer", teams.n_peers),
        (clinicians, "first_clinician", teams.n_clinicians),
        (users, "first_user", teams.n_users),
    ):
        teams[first] = np.cumsum(count) - count
        rows.team = np.repeat(number, count)
        if rows is not users:
            rows.post = np.arange(len(rows)) - np.repeat(teams[first], count)
    provider = _rows(1, PROVIDER)
    provider.seed, provider.replicate = seed, replicate
    provider.sector = SECTORS.index(scenario.sector)
    people = len(peers) + len(clinicians) + len(managers)
    return World(
        provider=provider,
        policy=policy_table(scenario, weeks),
        constants=constants_row(scenario),
        teams=teams,
        peers=peers,
        clinicians=clinicians,
        managers=managers,
        users=users,
        events=_rows(64 + 2 * len(users) + int(weeks * (0.08 * people + 0.12 * len(users))), EVENT),
        spells=_rows(len(peers) * (2 + weeks // 26) + 8, PEER),
        weekly=np.full((weeks, N_WEEKLY), np.nan),
        team_weekly=np.full((weeks if by_team else 0, len(specs), N_TEAM), np.nan),
    )
