"""Supervision, written a second time: from the words and equations of docs/model.md, with nothing of the package.

A record is a dictionary of its state variables, its terms of the week a dictionary by cause.  `constant` and `policy`
are dictionaries too; `chance(peer, decision)` gives the week's four numbers of a decision of a peer worker.
"""

import math

AT_WORK = 1
PARTNERSHIP = 2
BY_TEAM_MANAGER, BY_PEER_LEAD, BY_EXTERNAL = 0, 1, 2
SUPERVISION = 11


def supervision(world, policy, constant, chance):
    """Peers and the provider as the mechanism leaves them, by kind of record."""
    (provider,) = world["provider"]
    peers = [after_a_week(peer, world, policy, constant, chance) for peer in world["peers"]]
    held = sum(peer["supervised"] for peer in peers)
    hour = "cost_external_supervisor_hour" if policy["supervision_by"] == BY_EXTERNAL else "cost_supervisor_hour"
    spent = held * hours(policy) * constant[hour]
    return {"peers": peers, "provider": [provider | {"cost_supervision": provider["cost_supervision"] + spent}]}


def after_a_week(peer, world, policy, constant, chance):
    """A peer worker after a week in which supervision was held, was missed, or was not due."""
    if peer["status"] != AT_WORK:
        return peer
    planned = policy["supervision_rate"] if policy["supervision_minutes"] > 0 else 0
    waiting, due = whole(peer["sessions_due"]), whole(peer["sessions_due"] + planned)
    now = peer | {
        "sessions_due": peer["sessions_due"] + planned,
        "weeks_since_supervision": peer["weeks_since_supervision"] + 1,
    }
    if due >= 1:
        supervisor = who_supervises(peer, world, policy, constant)
        if supervisor and chance(peer, SUPERVISION)[0] < supervisor["finds_time"]:
            now = supervised(now, supervisor, policy, constant)
        elif due > waiting:
            now = let_down(now, constant)
    return without_it(now, constant)


def whole(sessions):
    """How many whole sessions have fallen due; parts that fall short of a whole one by rounding count as whole."""
    return math.floor(sessions + 1e-9)


def hours(policy):
    return policy["supervision_minutes"] / 60


def who_supervises(peer, world, policy, constant):
    """What there is to know of the supervisor, or None if they are away."""
    by, team = policy["supervision_by"], world["teams"][peer["team"]]
    if by == BY_TEAM_MANAGER:
        of_employer = world["provider"][0]["sector"] == PARTNERSHIP
        manager = world["managers"][team["middle"] if of_employer else team["manager"]]
        if manager["status"] != AT_WORK:
            return None
        return {
            "understanding": manager["role_understanding"],
            "finds_time": manager["time_available"] * (1 - constant["time_pressure"] * team["pressure"]),
            "task": manager["skill_task"],
            "wellbeing": manager["skill_wellbeing"],
        }
    return {
        "understanding": policy["supervision_understanding"],
        "finds_time": constant["time_peer_lead" if by == BY_PEER_LEAD else "time_external"],
        "task": constant["skill"],
        "wellbeing": constant["skill"],
    }


def supervised(peer, supervisor, policy, constant):
    """A peer worker with whom a session was held."""
    dose = min(hours(policy), constant["dose_most"])
    task, wellbeing = (
        dose * policy[f"supervision_{part}"] * supervisor[part] * supervisor["understanding"]
        for part in ("task", "wellbeing")
    )
    boundaries = dose * policy["supervision_boundaries"]
    clearer = constant["clarity_task"] * task + constant["clarity_boundaries"] * boundaries
    back_to_anchor = max(0, peer["anchor"] - peer["identity"]) * (task + wellbeing)
    relief = constant["exhaustion_supervision_task"] * task + constant["exhaustion_supervision_wellbeing"] * wellbeing
    identity = noted(peer["identity_terms"], "supervision", constant["identity_supervision"] * back_to_anchor)
    kept = constant["identity_boundaries"] * boundaries * peer["identity"]
    return peer | {
        "supervised": 1,
        "sessions": peer["sessions"] + 1,
        "sessions_due": 0.0,
        "weeks_since_supervision": 0,
        "support_hours": peer["support_hours"] + hours(policy),
        "support": raised(peer["support"], constant["support_gain"] * min(1, task + wellbeing)),
        "role_clarity": clipped(raised(peer["role_clarity"], clearer)),
        "empowerment": clipped(lowered(peer["empowerment"], constant["empowerment_boundaries"] * boundaries)),
        "identity_terms": noted(identity, "boundary_keeping", -kept),
        "exhaustion_terms": noted(peer["exhaustion_terms"], "supervision", -relief * peer["exhaustion"]),
    }


def let_down(peer, constant):
    """A peer worker whose session fell due and was not held."""
    exhausting = constant["exhaustion_missed"] * (1 - peer["exhaustion"])
    return peer | {
        "missed": 1,
        "missed_sessions": peer["missed_sessions"] + 1,
        "felt_value": lowered(peer["felt_value"], constant["value_missed"]),
        "exhaustion_terms": noted(peer["exhaustion_terms"], "lack_of_supervision", exhausting),
    }


def without_it(peer, constant):
    """What the time since the last session does to a peer worker."""
    weeks = peer["weeks_since_supervision"]
    lack = 1 - constant["lack_half_weeks"] / (constant["lack_half_weeks"] + weeks)
    wearing = -constant["identity_lack"] * lack * peer["identity"]
    exhausting = constant["exhaustion_lack"] * lack * (1 - peer["exhaustion"])
    return peer | {
        "support": lowered(peer["support"], constant["support_fading"]),
        "identity_terms": noted(peer["identity_terms"], "lack_of_supervision", wearing),
        "exhaustion_terms": noted(peer["exhaustion_terms"], "lack_of_supervision", exhausting),
    }


def raised(level, share):
    """A level raised by a share of the room above it."""
    return level + share * (1 - level)


def lowered(level, share):
    return level * (1 - share)


def clipped(level):
    return max(0.0, min(1.0, level))


def noted(terms, cause, change):
    return terms | {cause: terms[cause] + change}
