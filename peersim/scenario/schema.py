"""The scenario: one provider, its teams, its policies, and how long it is watched."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from peersim.scenario.changes import Change, policy_keys
from peersim.scenario.constants import Constants
from peersim.scenario.costs import Costs
from peersim.scenario.fields import leaves
from peersim.scenario.parameter import Frozen, option, parameter, plain
from peersim.scenario.paths import Tree, differences, put
from peersim.scenario.policies import Policies
from peersim.scenario.scalars import scalar
from peersim.scenario.teams import Name, TeamSpec
from peersim.scenario.translate import fault, finding, findings_in

Sector = Literal["nhs_trust", "voluntary", "partnership"]

#: People in one world: what fits in the memory of an ordinary computer.
MOST_PEOPLE = 5_000_000
MOST_TEAMS = 65_536  # what the key of chance can hold


class Scenario(Frozen):
    """What a planner writes: one provider of mental health services and what it decides.

    A scenario cannot be changed. `with_` gives a new one that differs; `diff` says in what.

    Examples
    --------
    >>> team = TeamSpec(name="Community team", count=6, peers=1, clinicians=9, users_per_peer=12)
    >>> today = Scenario(name="Urban NHS trust", teams=[team])
    >>> today
    Scenario('Urban NHS trust', nhs_trust, 156 weeks, 6 teams, 6 peers, 54 clinicians, 72 users)
    >>> today.diff(today.with_({"support.supervision.every_weeks": 1}))
    {'support.supervision.every_weeks': (4.0, 1.0)}
    """

    name: Name = option(..., meaning="Name of the scenario", longest=120)
    sector: Sector = option(
        "nhs_trust",
        meaning="Who runs the service; sectors differ in expectations of peers and in who employs them, no more",
        evidence="Gillard et al. (seed study: ten cases in three sectors); Gillard et al. 2015, row 2.2",
        grade="B",
    )
    horizon_weeks: int = parameter(156, low=1, high=1040, unit="weeks", meaning="How long the provider is watched")
    teams: tuple[TeamSpec, ...] = Field(min_length=1, description="The teams; `count` repeats an entry")
    policies: Policies = Field(Policies(), description="Policies at the start")
    changes: tuple[Change, ...] = Field((), description="Policies over time")
    costs: Costs = Field(Costs(), description="Unit costs")
    # Named as in files; pydantic's own `model_` names do not clash with it.
    model: Constants = Field(Constants(), description="The model's own constants")

    @model_validator(mode="wrap")
    @classmethod
    def _whole(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        # The rules between parts are checked on what was written, beside the parts' own: all problems come at
        # once.
        data = plain(data)
        wrong = list(_across(data)) if isinstance(data, dict) else []
        try:
            scenario = handler(data)
        except ValidationError as error:
            raise ValidationError.from_exception_data("Scenario", findings_in(error) + wrong) from None
        if wrong:
            raise ValidationError.from_exception_data("Scenario", wrong)
        return scenario

    @property
    def n_teams(self) -> int:
        """Teams, with `count` expanded."""
        return sum(team.count for team in self.teams)

    @property
    def n_peers(self) -> int:
        """Peer worker posts in all teams."""
        return sum(team.count * team.peers for team in self.teams)

    @property
    def n_clinicians(self) -> int:
        """Posts of clinicians and other staff in all teams."""
        return sum(team.count * team.clinicians for team in self.teams)

    @property
    def n_users(self) -> int:
        """Service users on the caseloads of all peer posts."""
        return sum(team.count * team.peers * team.users_per_peer for team in self.teams)

    @property
    def digest(self) -> str:
        """SHA-256 of the content in hexadecimal: equal for equal scenarios, however they were written."""
        canonical = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def team_list(self) -> tuple[TeamSpec, ...]:
        """Every team by itself: an entry with `count` 3 becomes three teams, numbered from 1.

        The names are unique. A scenario in which they would not be is refused, so that a team in a table of
        results is always one team.
        """
        return tuple(
            team if team.count == 1 else team.model_copy(update={"name": f"{team.name} {number}", "count": 1})
            for team in self.teams
            for number in range(1, team.count + 1)
        )

    def with_(self, changes: Mapping[str, object]) -> Scenario:
        """A scenario that differs in the keys given, and only there.

        Parameters
        ----------
        changes
            New values by dotted key. `policies.` may be left out. `teams.peers` sets every entry of the list
            of teams, `teams.0.peers` the first. A mapping sets the keys in it and leaves its neighbours; a
            list (`teams`, `changes`, `model.off`) is replaced.

        Raises
        ------
        ScenarioError
            For a key that does not exist or a value out of its range.
        """
        content = self.to_dict()
        put(type(self), content, changes)
        return type(self)(**content)

    def diff(self, other: Scenario) -> dict[str, tuple[object, object]]:
        """In what another scenario differs: dotted key -> (value here, value there).

        The teams are compared entry by entry when both have equally many, and as whole lists otherwise; so
        are the changes over time, always as a whole. `a.with_({key: new for key, (_, new) in
        a.diff(b).items()})` equals `b`.
        """
        return differences(type(self), self.to_dict(), other.to_dict())

    def to_dict(self) -> Tree:
        """The content as ordinary dictionaries, lists, numbers and texts, every key present."""
        return self.model_dump(mode="json")

    def to_yaml(self, *, complete: bool = True) -> str:
        """The content as a file, in the documented order. Reading it gives an equal scenario.

        Parameters
        ----------
        complete
            Every key, so that later versions with other defaults read the same; else only what differs from its
            default.
        """
        text: str = yaml.dump(
            self.model_dump(mode="json", exclude_defaults=not complete),
            Dumper=_Dumper,
            sort_keys=False,
            allow_unicode=True,
            width=110,
            default_flow_style=False,
        )
        return text

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the scenario to a file, all of it or nothing.

        Raises
        ------
        FileExistsError
            When something is there already and `overwrite` was not asked for.
        """
        target = Path(path)
        if target.exists() and not overwrite:
            raise FileExistsError(f"{target} is there already; use overwrite=True to replace it")
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
        try:
            draft.write_text(self.to_yaml(), encoding="utf-8", newline="\n")
            os.replace(draft, target)
        finally:
            draft.unlink(missing_ok=True)

    def __repr__(self) -> str:
        sizes = [
            (self.horizon_weeks, "week"),
            (self.n_teams, "team"),
            (self.n_peers, "peer"),
            (self.n_clinicians, "clinician"),
            (self.n_users, "user"),
        ]
        counts = ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in sizes)
        return f"Scenario({self.name!r}, {self.sector}, {counts})"

    __str__ = __repr__


def _across(data: dict[str, Any]) -> Iterator[InitErrorDetails]:
    """What is wrong between the parts of a scenario, as far as the parts themselves can be read."""
    horizon = _count(data, "horizon_weeks", Scenario.model_fields["horizon_weeks"].default)
    first_in: dict[tuple[int, str], int] = {}
    for index, change in enumerate(_entries(data, "changes")):
        week = _count(change, "week", 0)
        if week >= horizon:
            why = fault(f"{week} is at or beyond the horizon, so nothing would change.", allowed=f"0 to {horizon - 1}")
            yield finding(("changes", index, "week"), week, why)
        for key in dict.fromkeys(policy_keys(_get(change, "set", {}))):
            first = first_in.setdefault((week, key), index)
            if first != index:
                why = fault(f"'{key}' is also set by change {first}, in the same week.")
                yield finding(("changes", index, "set"), week, why)
    teams = _entries(data, "teams")
    yield from _same_names(teams)
    people = sum(_people(team) for team in teams)
    if people > MOST_PEOPLE:
        message = f"{people:,} people (peers, clinicians and users of all teams) are more than one world may hold."
        yield finding(("teams",), people, fault(message, allowed=f"up to {MOST_PEOPLE:,} people"))
    count = sum(_count(team, "count", 1) for team in teams)
    if count > MOST_TEAMS:
        message = f"{count:,} teams are more than one world may hold."
        yield finding(("teams",), count, fault(message, allowed=f"up to {MOST_TEAMS:,} teams"))


def _same_names(teams: tuple[Any, ...]) -> Iterator[InitErrorDetails]:
    repeated = {_get(team, "name", ""): _count(team, "count", 1) for team in teams if _count(team, "count", 1) > 1}
    seen: set[str] = set()
    for index, team in enumerate(teams):
        name = _get(team, "name", "")
        if not isinstance(name, str) or not name:
            continue
        stem, _, number = name.rpartition(" ")
        # `A` repeated three times is named `A 1` to `A 3`; another entry may not be named so as well.
        numbered = stem in repeated and str(number).isdecimal() and number == str(int(number))
        if name in seen or (numbered and 1 <= int(number) <= repeated[stem] and _count(team, "count", 1) == 1):
            yield finding(("teams", index, "name"), name, fault(f"another team is named '{name}' as well."))
        seen.add(name)


def _people(team: Any) -> int:
    peers, users = _count(team, "peers", 0), _count(team, "users_per_peer", 0)
    return _count(team, "count", 1) * (peers * (1 + users) + _count(team, "clinicians", 0))


def _entries(data: dict[str, Any], name: str) -> tuple[Any, ...]:
    found = data.get(name)
    return found if isinstance(found, tuple) else ()


def _count(part: Any, name: str, otherwise: int) -> int:
    found = _get(part, name, otherwise)
    return found if type(found) is int and found >= 0 else otherwise


def _get(part: Any, name: str, otherwise: Any) -> Any:
    return part.get(name, otherwise) if isinstance(part, dict) else getattr(part, name, otherwise)


class _Dumper(yaml.SafeDumper):
    """Writes what our own reader, which knows other numbers than YAML 1.1, reads as it was."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        bare = isinstance(scalar(text), str)
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if bare else "'")

    def represent_number(self, number: float) -> yaml.ScalarNode:
        # 4 rather than 4.0: the reader takes whole numbers for numbers.
        if number.is_integer() and abs(number) < 1e15:
            return self.represent_int(int(number))
        return self.represent_float(number)


_Dumper.add_representer(float, _Dumper.represent_number)
_Dumper.add_representer(str, _Dumper.represent_text)


def json_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file (draft 2020-12), for editors that check and complete while typing."""
    schema = Scenario.model_json_schema()
    policies = schema["$defs"]["Policies"]["properties"]
    keys = {".".join(path): _schema_of(schema, path) for path, _ in leaves(Policies)}
    schema["$defs"]["Change"]["properties"]["set"] |= {
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            **keys,
            **{f"policies.{key}": value for key, value in keys.items()},
            **policies,
            "policies": {"$ref": "#/$defs/Policies"},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "peersim scenario",
        "description": "One provider of mental health services, its teams, and its policies for peer workers",
    }


def _schema_of(schema: dict[str, Any], path: tuple[str, ...]) -> Any:
    here = schema["$defs"]["Policies"]
    for step in path:
        here = here["properties"][step]
        if "$ref" in here:
            here = schema["$defs"][here["$ref"].rpartition("/")[2]]
    return here
