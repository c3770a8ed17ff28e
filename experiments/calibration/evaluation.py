"""Asking the model for the targets with other constants."""

from __future__ import annotations

import functools
import hashlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

import peersim as ps
from peersim.analysis.findings import services
from peersim.analysis.findings.estimates import GROUPS
from peersim.analysis.findings.finding import Asks, Design
from peersim.analysis.findings.part import Part, read
from peersim.results.outcomes import reach
from peersim.studies.validate import Laboratory
from peersim.world.compiled import cache_directory

HERE = Path(__file__).parent
TARGETS, CONSTANTS = HERE / "targets.yaml", HERE / "constants.yaml"
SERVICES = HERE.parent / "findings" / "services.yaml"


class Target(Asks):
    """A published number, how well it is known, and how the model is asked for it."""

    name: str
    source: str
    target: float
    deviation: float
    band: tuple[float, float] = (-np.inf, np.inf)
    scale: Literal["linear", "log", "logit"] = "linear"

    def transformed(self, values):
        """Values on the scale on which they are compared."""
        if self.scale == "log":
            return np.log(np.maximum(values, 1e-4))
        if self.scale == "logit":
            held = np.clip(values, 0.02, 0.98)
            return np.log(held / (1.0 - held))
        return values

    def back(self, values):
        """From that scale to the one on which people read them."""
        if self.scale == "log":
            return np.exp(values)
        return 1.0 / (1.0 + np.exp(-values)) if self.scale == "logit" else values

    @property
    def allowance(self) -> float:
        """The deviation on that scale."""
        if self.scale == "logit":
            return self.deviation / (self.target * (1.0 - self.target))
        if self.scale == "log" and self.odds_ratio is None:
            return self.deviation / self.target
        return self.deviation


class Order(Part):
    """One target has to be so many times another."""

    more: str
    than: str
    times: float


class Targets(Design):
    """All targets, the arms that they need, and what the chosen point has to have besides."""

    order: tuple[Order, ...]
    targets: tuple[Target, ...]

    def met(self, found: np.ndarray) -> np.ndarray:
        """How many bands and orders are met by what was found at points, shape (points, targets) to (points,)."""
        at = {target.name: (number, target) for number, target in enumerate(self.targets)}
        value = {name: target.back(found[:, number]) for name, (number, target) in at.items()}
        orders = [value[one.more] >= one.times * value[one.than] for one in self.order]
        bands = [(value[one.name] >= one.band[0]) & (value[one.name] <= one.band[1]) for one in self.targets]
        return np.sum([*orders, *bands], axis=0)


class Constant(Part):
    """A free constant; its range is that of it plus so many times others (`at`), where they only matter together."""

    range: tuple[float, float]
    why: str
    at: dict[str, float] = Field(default={})


class Constants(Part):
    """The free constants by what they are about."""

    exhaustion: dict[str, Constant]
    intention: dict[str, Constant]
    leaving: dict[str, Constant]
    absence: dict[str, Constant]
    hiring: dict[str, Constant]
    others: dict[str, Constant]


@functools.cache
def targets() -> Targets:
    """What the model is fitted to."""
    return read(TARGETS, Targets, "targets")


@functools.cache
def constants() -> dict[str, Constant]:
    """The free constants by their keys."""
    groups = read(CONSTANTS, Constants, "free constants")
    return {key: constant for _, group in groups for key, constant in group.items()}


def asked_with(replicates: int) -> str:
    """A digest of everything that what is found at a point depends on, but for the point itself."""
    digest = hashlib.sha256(f"{replicates} {cache_directory().name} {ps.demo().digest}".encode())
    for path in (TARGETS, CONSTANTS, SERVICES):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def box() -> np.ndarray:
    """Lowest and highest value of each free constant, shape (constants, 2)."""
    return np.array([constant.range for constant in constants().values()])


@functools.cache
def _providers():
    return services.load(SERVICES).scenarios(ps.demo())


def settings(point) -> dict[str, float]:
    """The constants that a point stands for."""
    there = dict(zip(constants(), map(float, point), strict=True))
    return {
        key: round(value - sum(times * there[other] for other, times in constants()[key].at.items()), 6)
        for key, value in there.items()
    }


def laboratory(point, replicates: int, seed: int = 1) -> Laboratory:
    """A laboratory in which the model has the constants of a point."""
    base = ps.demo().with_(settings(point))
    providers = [provider.model_copy(update={"model": base.model}) for provider in _providers()]
    return Laboratory(base, providers, replicates, seed, threads=1)


def evaluate(point, replicates: int, seed: int = 1) -> np.ndarray:
    """Every target as the model has it, and its standard error, both as compared; shape (2, targets)."""
    arms = laboratory(point, replicates, seed).arms(targets())
    rows = []
    for target in targets().targets:
        found, low, high = target.statistic.estimate(arms)
        ends = target.transformed(np.array([low, high]))
        rows.append([target.transformed(found), (ends[1] - ends[0]) / 2.0 / float(reach(GROUPS))])
    return np.array(rows).T


def evaluate_all(points, replicates: int, workers: int) -> np.ndarray:
    """All points, shape (points, 2, targets); the same people and luck at each."""
    found = []
    with ProcessPoolExecutor(workers) as pool:
        for number, one in enumerate(pool.map(functools.partial(evaluate, replicates=replicates), points)):
            found.append(one)
            if (number + 1) % 50 == 0:
                print(f"  {number + 1} of {len(points)} points", flush=True)
    return np.array(found)
