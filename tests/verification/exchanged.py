"""Worlds in which teams, or the two peers of a team, change places and take their luck with them.

Luck is keyed by the number of the team and of the post, so whoever changes places meets other luck: two worlds that
differ in places alone can only be compared after luck has changed places too.  For that `draws.place` is replaced,
which takes the model as plain Python: run this with NUMBA_DISABLE_JIT=1.
"""

import json
from unittest.mock import patch

from peersim.world import draws
from peersim.world.state import TEAM_MANAGER
from tests.verification.stepwise import differences, plain
from tests.worlds import a_team, busy, weeks_of

SEED = 1
WEEKS = 16
place, of_user = draws.place, draws.of_user  # as they are


# teams ----------------------------------------------------------------------------------------------------------------

TEAMS = [
    a_team("A"),
    a_team("B", peers=1, clinicians=3, community=0.8),
    a_team("C", peers=3, clinicians=2, users_per_peer=2, pressure=0.8),
]
GENERATORS = (1, 0, 2), (1, 2, 0)  # every order comes from these two, one after the other


def teams_keep_their_luck(order):
    """Chance for a provider whose team in place k is the team that was in place `order[k]`."""

    def placed(kind, team, post):
        of_a_team = kind != draws.MANAGER or post == TEAM_MANAGER
        return place(kind, order[team] if of_a_team else team, post)

    return patch.object(draws, "place", placed)


def in_order(world, order):
    """The dictionaries of a world with its teams in another order."""
    teams, managers, found = world["teams"], world["managers"], {"provider": world["provider"]}
    peer_rows = [row for old in order for row in rows_of(teams[old], "peer")]
    for kind in ("peer", "clinician", "user"):
        found[f"{kind}s"] = [
            world[f"{kind}s"][row] | {"team": new} for new, old in enumerate(order) for row in rows_of(teams[old], kind)
        ]
    for user in found["users"]:
        user["peer"] = peer_rows.index(user["peer"]) if user["peer"] >= 0 else -1
    found["managers"] = [managers[old] | {"team": new} for new, old in enumerate(order)] + managers[len(teams) :]
    found["teams"] = [teams[old] | here for old, here in zip(order, places(teams, order), strict=True)]
    return found


def rows_of(team, kind):
    return range(team[f"first_{kind}"], team[f"first_{kind}"] + team[f"n_{kind}s"])


def places(teams, order):
    """Where each team's records begin when the teams are in this order."""
    first = {"first_peer": 0, "first_clinician": 0, "first_user": 0}
    for new, old in enumerate(order):
        yield {**first, "manager": new}
        first = {name: row + teams[old][f"n_{name.removeprefix('first_')}s"] for name, row in first.items()}


def exchange_teams(order):
    """How teams that change places with their luck live otherwise than they would have, week by week."""
    # Whom the peer group brings together is drawn from all peers by row, so it is left out.
    settings = {"support.peer_group_every_weeks": 0}
    before = lived(busy(settings, teams=TEAMS, weeks=WEEKS))
    with teams_keep_their_luck(order):
        after = lived(busy(settings, teams=[TEAMS[old] for old in order], weeks=WEEKS))
    return [differences(in_order(one, order), other) for one, other in zip(before, after, strict=True)]


def lived(scenario):
    return [plain(world) for world in weeks_of(scenario, seed=SEED)]


# peers ----------------------------------------------------------------------------------------------------------------


def peers_exchange_their_luck():
    """Chance for a team whose two peers have changed posts, and for users who may be allocated to either."""

    def placed(kind, team, post):
        return place(kind, team, 1 - post if kind == draws.PEER else post)

    def of_a_user(provider, user, week, decision):
        matched, turn, *others = of_user(provider, user, week, decision)
        return (matched, 1 - turn if decision == draws.FATE else turn, *others)

    return patch.multiple(draws, place=placed, of_user=of_a_user)


def peers_exchanged(world):
    """The dictionaries of a world of one team with its two peers in each other's post."""
    first, second = world["peers"]
    users = [user | {"peer": 1 - user["peer"] if user["peer"] >= 0 else -1} for user in world["users"]]
    return world | {"peers": [second | {"post": 0}, first | {"post": 1}], "users": users}


def exchange_peers(*off):
    """How the two peers of a team, in each other's post with each other's luck, live otherwise, week by week."""
    settings = {"identity.background_matching": 0.5, "model.off": list(off)}
    scenario = busy(settings, teams=[a_team(clinicians=2)], weeks=WEEKS)
    before = lived(scenario)
    with peers_exchange_their_luck():
        after = lived(scenario)
    return [differences(peers_exchanged(one), other) for one, other in zip(before, after, strict=True)]


def tell():
    """Print what differs in which of the worlds, as JSON."""
    found = {
        "teams": {", ".join(map(str, order)): exchange_teams(order) for order in GENERATORS},
        "peers": exchange_peers(),
        "peers without role learning": exchange_peers("role_learning"),
    }
    print(json.dumps(found))
