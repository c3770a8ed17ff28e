"""Random valid scenarios, made from the ranges that the parameters themselves declare."""

import math

from hypothesis import strategies as st

from peersim.scenario import Parameter, Scenario, registry

# Worlds small enough to be run in a test; the ranges of a real provider go much further.
LARGEST = {"teams.count": 2, "teams.peers": 3, "teams.clinicians": 5, "teams.users_per_peer": 4}

GROUPS = {"scenario", "teams", "model", "costs"}


def policies() -> list[Parameter]:
    return [parameter for parameter in registry() if parameter.group not in GROUPS]


def names(longest: int) -> st.SearchStrategy[str]:
    characters = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
    words = st.sampled_from(["no", "1:30", "1e3", "0x1F", "~", "2024-01-01", "'", "a: b # c", "- x", "!t", "&a"])
    return st.one_of(words, st.text(characters, min_size=1, max_size=longest).filter(str.strip))


def values(parameter: Parameter) -> st.SearchStrategy[object]:
    """Any value that a parameter allows."""
    low, high = parameter.low, parameter.high
    match parameter.kind:
        case "number":
            whole = st.integers(math.ceil(low), math.floor(high))
            return st.one_of(whole, st.floats(low, high)) if math.ceil(low) <= high else st.floats(low, high)
        case "whole":
            return st.integers(int(low), min(int(high), LARGEST.get(parameter.key, int(high))))
        case "choice":
            return st.sampled_from(parameter.choices)
        case "switch":
            return st.booleans()
        case "names":
            return st.lists(st.sampled_from(parameter.choices), unique=True)
        case "text":
            return names(int(high))
    raise AssertionError(parameter)


def nested(by_key: dict[str, object]) -> dict[str, object]:
    """Dotted keys as the groups of a file."""
    content: dict[str, object] = {}
    for key, value in by_key.items():
        *above, last = key.split(".")
        here = content
        for step in above:
            here = here.setdefault(step, {})
        here[last] = value
    return content


def some_of(parameters: list[Parameter], given: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, object]]:
    """Values for those given and for any of the others, by key."""
    return st.fixed_dictionaries(
        {p.key: values(p) for p in parameters if p.key in given},
        optional={p.key: values(p) for p in parameters if p.key not in given},
    )


def in_group(group: str) -> list[Parameter]:
    return [parameter for parameter in registry() if parameter.group == group]


@st.composite
def team_entries(draw: st.DrawFn, max_teams: int) -> list[dict[str, object]]:
    required = tuple(p.key for p in in_group("teams") if p.default is None)
    entries: list[dict[str, object]] = []
    room = max_teams
    while room and (not entries or draw(st.booleans())):
        entry = nested(draw(some_of(in_group("teams"), required)))["teams"]
        entry["count"] = min(entry.get("count", 1), room)
        # A mark that no generated name ends in keeps the names of repeated teams apart, too.
        entry["name"] = f"{entry['name'][:70]} ({len(entries)})"
        entries.append(entry)
        room -= entry["count"]
    return entries


@st.composite
def changes_over_time(draw: st.DrawFn, horizon: int) -> list[dict[str, object]]:
    """Up to three changes in different weeks, some of them ramps; choices change at once."""
    changes = []
    for week in draw(st.lists(st.integers(0, horizon - 1), max_size=3, unique=True)):
        over = draw(st.sampled_from([0, 0, 1, 2, 8, 60]))
        able = [p for p in policies() if not over or p.kind == "number"]
        chosen = draw(st.lists(st.sampled_from(able), min_size=1, max_size=3, unique=True))
        prefix = draw(st.sampled_from(["", "policies."]))
        changes.append({"week": week, "over_weeks": over, "set": {prefix + p.key: draw(values(p)) for p in chosen}})
    return changes


@st.composite
def contents(draw: st.DrawFn, max_teams: int = 3, max_horizon: int = 30) -> dict[str, object]:
    """The content of a valid scenario file, with keys left out at random."""
    horizon = draw(st.integers(1, max_horizon))
    off, *rest = sorted(in_group("model") + in_group("costs"), key=lambda p: p.kind != "names")
    others = draw(st.lists(st.sampled_from(rest), max_size=6, unique=True))
    others += [off] * draw(st.integers(0, 1))
    parts = nested({p.key: draw(values(p)) for p in others})
    return {
        "name": draw(names(120)),
        "sector": draw(st.sampled_from(["nhs_trust", "voluntary", "partnership"])),
        "horizon_weeks": horizon,
        "teams": draw(team_entries(max_teams)),
        "policies": nested(draw(some_of(policies()))),
        "changes": draw(changes_over_time(horizon)),
        **parts,
    }


def scenarios(max_teams: int = 3, max_horizon: int = 30) -> st.SearchStrategy[Scenario]:
    """Random valid scenarios: any policies, ramps, sector, costs, constants, and mechanisms switched off."""
    return contents(max_teams, max_horizon).map(lambda content: Scenario(**content))
