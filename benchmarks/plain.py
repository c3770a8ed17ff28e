"""What a good modeller would write today: the same behaviours over plain Python objects, stepped through Mesa.

Run as a program with ``NUMBA_DISABLE_JIT=1``, so that behaviours are ordinary functions.  Rows are objects with slots,
not array records (reading those from Python would make an artificially slow opponent), and chance comes from Python's
own generator, which is faster here than computing Philox in Python.  Prints seconds and agent-steps as JSON.
"""

from __future__ import annotations

import copy
import json
import random
import sys
import time
from typing import Any

import mesa

import peersim as ps
from peersim.behaviours import founding
from peersim.week import WEEK
from peersim.world import draws
from peersim.world.build import build
from peersim.world.state import World

KINDS = ("teams", "peers", "clinicians", "managers", "users")


class Copies(list):
    """A list that keeps copies: the book of spells."""

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, copy.copy(value))


def as_objects(records: Any) -> list[Any]:
    """Records as objects with slots; rows of numbers as lists."""
    names = records.dtype.names
    kind = type("Row", (), {"__slots__": names})
    objects = []
    for record in records:
        row = kind()
        for name in names:
            setattr(row, name, record[name].tolist())
        objects.append(row)
    return objects


def plain_world(weeks: int) -> World:
    """The baseline's world as plain objects."""
    world = build(ps.load("configs/baseline.yaml"), weeks=weeks)
    rows = {name: as_objects(getattr(world, name)) for name in (*KINDS, "provider", "policy", "constants", "events")}
    spells = Copies([None] * len(world.spells))
    return World(**rows, spells=spells, weekly=world.weekly.tolist(), team_weekly=[])


def agent_class(who: str) -> type[mesa.Agent]:
    """A Mesa agent whose acts are the behaviours of the week."""

    def act(behaviour: Any) -> Any:
        def method(self: Any) -> None:
            behaviour(self.model.world, self.row)

        return method

    acts = {step.act: act(step.behaviour) for step in WEEK if step.who == who}
    return type(who.title(), (mesa.Agent,), acts)


class PlainModel(mesa.Model):
    """One world of plain objects."""

    def __init__(self, weeks: int) -> None:
        super().__init__(rng=1)
        self.world = plain_world(weeks)
        founding.found(self.world)
        self.sets = {}
        for who in KINDS:
            kind = agent_class(who)
            for row in range(len(getattr(self.world, who))):
                kind(self).row = row
            self.sets[who] = self.agents_by_type[kind]

    def step(self) -> None:
        """One week."""
        for step in WEEK:
            if step.who == "provider":
                step.behaviour(self.world)
            else:
                self.sets[step.who].do(step.act)
        self.world.provider[0].week += 1


def main(weeks: int) -> None:
    """Time `weeks` weeks after a few to get going."""
    uniform = random.Random(1).random
    draws.four = lambda *_: (uniform(), uniform(), uniform(), uniform())
    model = PlainModel(weeks + 2)
    agents = sum(len(getattr(model.world, who)) for who in KINDS if who != "teams")
    for _ in range(2):
        model.step()
    start = time.perf_counter()
    for _ in range(weeks):
        model.step()
    print(json.dumps({"seconds": time.perf_counter() - start, "agent_steps": agents * weeks}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
