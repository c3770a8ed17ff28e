"""What the page calls things: keys, values, grades of evidence, verdicts."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from peersim.analysis import verdicts
from peersim.analysis import words as written
from peersim.analysis.exploration import naming
from peersim.analysis.exploration.factor import Factor
from peersim.analysis.matching import matching
from peersim.app.reading import Panel, Reading
from peersim.report.figures import factors
from peersim.results.outcomes import Outcome
from peersim.scenario.registry import parameter_for

GRADES: Final = {
    "A": "Grade A: measured.",
    "B": "Grade B: several sources agree.",
    "C": "Grade C: one source, or guidance.",
    "M": "Grade M: a formal model.",
    "assumption": "An assumption.",
}
"""Grades of evidence, in words."""
UNSAID: Final = ("", "share", "ratio", "weight")
"""Units that a number does without."""


def label(key: str) -> str:
    """What a key is called: ``Pay parity``, ``Supervision: every … weeks``."""
    name = factors.name(Factor(re.sub(r"^teams\.\d+\.", "teams.", key)))
    bare = "Team name" if name == "Teams: name" else name.removeprefix("Teams: ")
    return bare[:1].upper() + bare[1:]


def setting(key: str, found: object) -> str:
    """A key at a value, to begin a sentence with: ``Supervision every week``, ``Peers per team 2``."""
    if key.startswith("teams."):
        return f"{label(key)} {factors.written(found)}"
    text = naming.said(Factor(key), found)  # type: ignore[arg-type]  # the registry's values are levels
    return text[:1].upper() + text[1:]


def value(key: str, found: object) -> str:
    """A value of a key with its unit: ``4 weeks``, ``peer lead``."""
    parameter = parameter_for(key)
    unit = parameter.unit if parameter else ""
    if found == 1:
        unit = re.sub(r"^(\w+)s\b", r"\1", unit)
    return factors.written(found) if unit in UNSAID else f"{factors.written(found)} {unit}"


def verdict(row: Any, outcome: Outcome) -> str:
    """The verdict on a difference in an outcome; of money, cheaper and dearer."""
    text = verdicts.in_short(row, outcome)
    return text.replace("better", "cheaper").replace("worse", "dearer") if outcome.unit.startswith("pounds") else text


def point(at: float, panel: Panel) -> str:
    """A point of a curve, as the axis of its panel has it."""
    if math.isnan(at):
        return "no value"
    if panel.axis.startswith("£"):
        return written.pounds(at)
    return f"{100 * at:.0f} %" if panel.axis.startswith("%") else f"{at:.2f}"


def behind(reading: Reading) -> str:
    """What a reading rests on, without the full stop: how many worlds, and who is the same in both scenarios."""
    worlds = f"From {reading.worlds:,} worlds"
    if reading.contrasts is None:
        return worlds
    people = matching(reading.baseline, reading.scenario)
    who = "the same people with the same luck in both scenarios" if people.complete else str(people)
    return f"{worlds}: {who}"
