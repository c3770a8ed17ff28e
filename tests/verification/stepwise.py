"""A world lived step by step, and its records as plain dictionaries."""

import math
from itertools import groupby

from peersim.behaviours.founding import found
from peersim.week import WEEK
from peersim.world.build import build
from peersim.world.causes import EXHAUSTION, IDENTITY
from tests.worlds import PEOPLE

RECORDS = ("provider", "teams", *PEOPLE)
BY_CAUSE = {"identity_terms": IDENTITY, "exhaustion_terms": EXHAUSTION}
CLOSE = 1e-12


def founded(scenario, *, seed=1, by_team=False):
    """A world in which nothing has happened yet."""
    world = build(scenario, seed=seed, weeks=scenario.horizon_weeks, by_team=by_team)
    found(world)
    return world


def mechanisms_of_a_week(world):
    """Live a week; each mechanism takes its steps when the next one is asked for."""
    for mechanism, steps in groupby(WEEK, key=lambda step: step.mechanism):
        yield mechanism
        for step in steps:
            take(step, world)
    world.provider[0].week += 1


def take(step, world):
    """One step of the week, by everybody whose step it is."""
    if step.who == "provider":
        step.behaviour(world)
        return
    for row in range(len(getattr(world, step.who))):
        step.behaviour(world, row)


def plain(world):
    """All records as dictionaries, by kind; the terms of the week by cause."""
    return {kind: [plain_record(row) for row in dictionaries(getattr(world, kind))] for kind in RECORDS}


def dictionaries(rows):
    """Records as dictionaries of ordinary numbers and lists."""
    columns = [rows[name].tolist() for name in rows.dtype.names]
    return [dict(zip(rows.dtype.names, row, strict=True)) for row in zip(*columns, strict=True)]


def plain_record(record):
    terms = {name: dict(zip(causes, record[name], strict=True)) for name, causes in BY_CAUSE.items() if name in record}
    return record | terms


def differences(expected, found):
    """Fields in which two worlds of dictionaries differ: kind, row, name, and both values."""
    return [
        (kind, row, name, here[name], there[name])
        for kind in found
        for row, (here, there) in enumerate(zip(expected[kind], found[kind], strict=True))
        for name in there
        if here[name] != there[name] and not all(map(close, numbers(here[name]), numbers(there[name])))
    ]


def numbers(value):
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def close(one, other):
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
