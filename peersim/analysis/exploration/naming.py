"""What factors and their values are called in sentences."""

from __future__ import annotations

from typing import Final

import numpy as np

from peersim.analysis.exploration.factor import Factor, Level
from peersim.scenario.registry import parameter_for

KEPT: Final = ("teams", "costs", "model")
"""First parts of keys without which what follows would not be understood."""
EVERY: Final = " every weeks"
A_YEAR: Final = " per year"
MINUTES: Final = " minutes"
TO_HIRE: Final = "weeks to hire"


def title(factor: Factor) -> str:
    """What a factor is, as short as a sentence takes it: its meaning up to the first stop, or its name."""
    meaning = factor.meaning
    for stop in (";", ":", " ("):
        meaning = meaning.split(stop)[0]
    return meaning.strip() or factor.name


def written(value: Level) -> str:
    """A value of a factor as people read it."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.replace("_", " ")
    return f"{value:.12g}".replace("-", "\u2212")


def _words(lever: Factor) -> str:
    """The words of a lever's key: ``supervision every weeks``, ``pay parity``."""
    key = lever.name.removeprefix("policies.")
    if parameter_for(key) is None:  # a choice between bundles, named by the study
        return lever.name
    first, *rest = (step.replace("_", " ") for step in key.split("."))
    words = " ".join(step for step in rest if not step.isdecimal())
    if first in KEPT:
        return f"{first}: {words}"
    return words if words and words != "valuing" else f"{first} {words}".strip()  # beside a theme of this name


def said(lever: Factor, value: Level) -> str:
    """A lever at a value, as part of a sentence: ``supervision every 2 weeks``, ``pay parity 0.95``."""
    words, number = _words(lever), written(value)
    if words == TO_HIRE:
        return f"{number} {words}"
    if words.endswith(MINUTES):
        return f"{words.removesuffix(MINUTES)} of {number} minutes"
    often = ((EVERY, "every week", f"every {number} weeks"), (A_YEAR, "once a year", f"{number} times a year"))
    for ending, one, more in often:
        if words.endswith(ending):
            about = words.removesuffix(ending)
            return f"no {about}" if value == 0 else f"{about} {one if value == 1 else more}"
    return f"{words} {number}"
