"""Task allocation, written a second time: from the words and equations of docs/model.md, with nothing of the package.

A record is a dictionary of its state variables, its terms of the week a dictionary by cause.  `constant` and `policy`
are dictionaries too; `chance(peer, decision)` gives the week's four numbers of a decision of a peer worker.
"""

AT_WORK = 1
VACANT = 0
TASK = 32


def task_allocation(world, policy, constant, chance):
    """Peers and teams as the mechanism leaves them, by kind of record."""
    peers = [used(peer, world, policy, constant, chance) for peer in world["peers"]]
    return {"peers": peers, "teams": [with_custom(team, peers, constant) for team in world["teams"]]}


def used(peer, world, policy, constant, chance):
    """A peer worker after colleagues have tried to pass tasks to them."""
    if peer["status"] != AT_WORK:
        return peer
    team = world["teams"][peer["team"]]
    tries = [chance(peer, TASK + number) for number in range(int(constant["task_occasions"]))]
    taken = sum(is_passed(one, team, world, constant) and not is_declined(one, peer, team, constant) for one in tries)
    before = peer["generic_share"]
    share = held(before + constant["generic_rate"] * (this_week(taken, team, policy, constant) - before))
    return peer | {
        "tasks_taken": peer["tasks_taken"] + taken,
        "generic_share": share,
        "identity_terms": noted(
            peer["identity_terms"], "dilution", -constant["identity_dilution"] * share * peer["identity"]
        ),
        "exhaustion_terms": noted(
            peer["exhaustion_terms"], "generic_tasks", constant["exhaustion_tasks"] * share * (1 - peer["exhaustion"])
        ),
    }


def is_passed(numbers, team, world, constant):
    """Whether a clinician drawn from all posts of the team is at work and passes a task on."""
    clinician = world["clinicians"][team["first_clinician"] + int(numbers[0] * team["n_clinicians"])]
    without = constant["task_without_custom"]
    allowed = without + (1 - without) * team["role_norm"]
    ignorance = 1 - clinician["role_understanding"]
    return clinician["status"] == AT_WORK and numbers[1] < constant["task_passing"] * team["pressure"] * (
        ignorance * allowed
    )


def is_declined(numbers, peer, team, constant):
    grounds = {"clarity": peer["role_clarity"], "identity": peer["identity"], "backing": team["backing"]}
    return numbers[2] < sum(constant[f"decline_{ground}"] * level for ground, level in grounds.items())


def this_week(taken, team, policy, constant):
    """Share of this week on generic tasks; protected time is a floor under the rest."""
    generic = (
        constant["generic_base"]
        + constant["generic_paperwork"] * policy["formalisation"]
        + constant["generic_custom"] * team["role_norm"]
        + constant["generic_task"] * taken
    )
    return min(1 - policy["protected_time"], generic)


def with_custom(team, peers, constant):
    """A team whose custom has moved towards what its peers in post are used for."""
    shares = [
        peer["generic_share"]
        for peer in peers[team["first_peer"] : team["first_peer"] + team["n_peers"]]
        if peer["status"] != VACANT
    ]
    if not shares:
        return team
    mean, rate = sum(shares) / len(shares), constant["custom_rate"]
    return team | {"role_norm": held((1 - rate) * team["role_norm"] + rate * mean)}


def noted(terms, cause, change):
    return terms | {cause: terms[cause] + change}


def held(level):
    return max(0.0, min(1.0, level))
