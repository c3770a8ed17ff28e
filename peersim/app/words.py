"""What the page calls things: keys, values, grades of evidence."""

from __future__ import annotations

import re
from typing import Final

from peersim.analysis.exploration import naming
from peersim.analysis.exploration.factor import Factor
from peersim.report.figures import factors
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
    bare = name.removeprefix("Teams: ")
    return bare[:1].upper() + bare[1:]


def setting(key: str, found: object) -> str:
    """A key at a value, to begin a sentence with: ``Supervision every week``, ``Pay parity 0.95``."""
    text = naming.said(Factor(key), found)  # type: ignore[arg-type]  # the registry's values are levels
    return text[:1].upper() + text[1:]


def value(key: str, found: object) -> str:
    """A value of a key with its unit: ``4 weeks``, ``peer lead``."""
    parameter = parameter_for(key)
    unit = parameter.unit if parameter else ""
    if found == 1:
        unit = re.sub(r"^(\w+)s\b", r"\1", unit)
    return factors.written(found) if unit in UNSAID else f"{factors.written(found)} {unit}"
