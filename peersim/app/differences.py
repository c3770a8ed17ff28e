"""In what a scenario differs from its baseline, in words."""

from __future__ import annotations

from typing import Final

from peersim.analysis.words import lower_first
from peersim.app import words
from peersim.app.plan import timeline
from peersim.scenario import Scenario

MOST_DIFFERENCES: Final = 12
"""Differences told of a run; the file has them all."""


def differences(baseline: Scenario, scenario: Scenario) -> list[str]:
    """In what a scenario differs from its baseline, a line each: ``Pay parity 1 (in the baseline: 0.9)``."""
    told = []
    for key, (old, new) in baseline.diff(scenario).items():
        if key == "changes":
            told += _over_time(scenario)
        elif key == "teams":
            told.append("Other teams")
        elif key != "name":
            told.append(f"{_whose(key, scenario)}{words.setting(key, new)} (in the baseline: {words.value(key, old)})")
    more = len(told) - MOST_DIFFERENCES
    return told if more <= 0 else [*told[:MOST_DIFFERENCES], f"and {more} more"]


def _over_time(scenario: Scenario) -> list[str]:
    return [lower_first(told).removesuffix(".") for told in timeline.in_words(scenario)] or ["no policies over time"]


def _whose(key: str, scenario: Scenario) -> str:
    """The team that a key belongs to, where there are several."""
    group, _, rest = key.partition(".")
    number = rest.partition(".")[0]
    return f"{scenario.teams[int(number)].name}: " if group == "teams" and len(scenario.teams) > 1 else ""


def described(baseline: Scenario, scenario: Scenario) -> str:
    """A name for a run: what was changed, or what the scenario is called."""
    told = differences(baseline, scenario)
    return (
        scenario.name if not told else told[0].partition(" (in")[0] + (f" and {len(told) - 1} more" if told[1:] else "")
    )
