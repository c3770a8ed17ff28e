"""What the lessons say of numbers: answers, guesses, differences, settings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from peersim.analysis import words as numbers
from peersim.app import words
from peersim.app.teach.lesson import FALLS, FALLS_A_LOT, RISES, RISES_A_LOT, SAME
from peersim.results.outcomes import OUTCOMES

PERCENT: Final = ("retention_12m", "retention_24m", "vacancy_rate", "sickness_rate", "generic_share")
"""Outcomes that are said in percent."""
NAMES: Final = {
    "retention_12m": "the share of peers still in post after 12 months",
    "retention_24m": "the share of peers still in post after 24 months",
    "annual_leaving_rate": "the rate at which peers leave",
    "vacancy_rate": "the share of peer posts that are vacant",
    "sickness_rate": "the share of peers off sick",
    "generic_share": "the share of the week that goes to generic tasks",
    "clinician_leaving_rate": "the rate at which clinicians leave",
}
"""Outcomes within a sentence, where their label would not do."""
GAP: Final = "\N{NO-BREAK SPACE}"
MARGIN: Final = 0.01
"""A smaller change is none: what `peersim.analysis.pairs` takes not to matter."""
DO_NOT_KNOW: Final = "I do not know"


def level(outcome: str, value: float) -> str:
    """A value of an outcome: ``0.53``, ``63 %``, ``£24,500``."""
    if not math.isfinite(value):
        return "no value"
    if outcome in PERCENT:
        return f"{100.0 * value:.0f}{GAP}%"
    return numbers.pounds(value) if OUTCOMES[outcome].unit.startswith("pounds") else f"{value:.2f}"


def size(outcome: str, difference: float) -> str:
    """How large a difference is, without its sign: ``0.071``, ``9.3 percentage points``."""
    if outcome in PERCENT:
        return f"{_points(difference)} percentage points"
    if OUTCOMES[outcome].unit.startswith("pounds"):
        return numbers.pounds(abs(difference))
    return f"{abs(difference):.3f}"


def interval(outcome: str, low: float, high: float, falling: bool) -> str:
    """The interval of a difference, in the direction that is spoken of: ``0.068 to 0.075``."""
    if math.isnan(low) or math.isnan(high):
        return "no interval"
    ends = sorted((-low, -high) if falling else (low, high))
    return " to ".join(_end(outcome, end) for end in ends)


def _end(outcome: str, end: float) -> str:
    if outcome in PERCENT:
        return _minus(f"{100.0 * end:.1f}")
    if OUTCOMES[outcome].unit.startswith("pounds"):
        return numbers.pounds(end)
    return _minus(f"{end:.3f}")


def _minus(number: str) -> str:
    """A number with a true minus, and none before zero."""
    return number.replace("-", "−" if number.strip("-0.") else "")


def _points(difference: float) -> str:
    return f"{100.0 * abs(difference):.1f}"


def title(outcome: str) -> str:
    """What an outcome is called in tables and on axes: ``Peer identity``."""
    return OUTCOMES[outcome].label


def name(outcome: str) -> str:
    """An outcome within a sentence: ``peer identity``."""
    return NAMES.get(outcome) or numbers.lower_first(OUTCOMES[outcome].label)


def subject(outcome: str) -> str:
    """An outcome that begins a sentence."""
    return name(outcome)[:1].upper() + name(outcome)[1:]


def answer(difference: float, a_lot: float) -> str:
    """The answer that a difference comes to, one of `ANSWERS`."""
    if abs(difference) < MARGIN:
        return SAME
    if abs(difference) < a_lot:
        return RISES if difference > 0.0 else FALLS
    return RISES_A_LOT if difference > 0.0 else FALLS_A_LOT


def found(outcome: str, row: Any) -> str:
    """What a paired difference comes to: ``Peer identity fell by 0.071 (0.068 to 0.075): from 0.53 to 0.46``."""
    difference, low, high = (float(row[end]) for end in ("difference", "low", "high"))
    there, here = level(outcome, float(row["baseline"])), level(outcome, float(row["mean"]))
    if not math.isfinite(difference):
        return f"{subject(outcome)} has no value: nobody was there to have one."
    if low <= 0.0 <= high:
        ends = interval(outcome, low, high, falling=False)
        return f"{subject(outcome)} went from {there} to {here}; that may be chance (difference {ends})."
    verb = "fell" if difference < 0.0 else "rose"
    span = interval(outcome, low, high, falling=difference < 0.0)
    return f"{subject(outcome)} {verb} by {size(outcome, difference)} ({span}): from {there} to {here}."


def change(outcome: str, row: Any) -> str:
    """A paired difference as a table shows it: ``−0.071 (−0.075 to −0.068)``."""
    difference, low, high = (float(row[end]) for end in ("difference", "low", "high"))
    if not math.isfinite(difference):
        return "no value"
    sign = "+" if difference > 0.0 else ""
    unit = " points" if outcome in PERCENT else ""
    return f"{sign}{_end(outcome, difference)}{unit} ({interval(outcome, low, high, falling=False)})"


def signed(number: float) -> str:
    """A change with its sign: ``+0.12``, ``−0.20``, ``0.00``."""
    text = f"{number:+.2f}"
    return _minus(text) if text.strip("+-0.") else "0.00"


def settings(changes: Mapping[str, Any]) -> str:
    """Settings in words: ``Pay parity 0.9; Supervision every week``."""
    return "; ".join(
        f"{words.label(key)} changed" if isinstance(found, list | tuple | Mapping) else words.setting(key, found)
        for key, found in changes.items()
    )


def value(key: str, found: Any) -> str:
    """A value of a key, as `peersim.app.words.value`; 0 weeks between meetings is never."""
    return "never" if key.endswith("every_weeks") and found == 0 else words.value(key, found)
