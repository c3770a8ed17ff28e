"""In what a scenario differs from its baseline, in words."""

from __future__ import annotations

from typing import Final

from peersim.app import words
from peersim.report.page.evidence import change_in_words
from peersim.scenario import Change, Scenario

MOST_DIFFERENCES: Final = 12
"""Differences told of a run; the file has them all."""


def differences(baseline: Scenario, scenario: Scenario) -> list[str]:
    """In what a scenario differs from its baseline, a line each: ``Pay parity: 1, from 0.9``."""
    told = []
    for key, (old, new) in baseline.diff(scenario).items():
        if key == "changes" and isinstance(new, list):
            told += [change_in_words(Change(**change)) for change in new] or ["no policies over time"]
        elif key == "teams":
            told.append("other teams")
        elif key != "name":
            told.append(f"{words.setting(key, new)} (in the baseline: {words.value(key, old)})")
    more = len(told) - MOST_DIFFERENCES
    return told if more <= 0 else [*told[:MOST_DIFFERENCES], f"and {more} more"]


def described(baseline: Scenario, scenario: Scenario) -> str:
    """A name for a run: what was changed, or what the scenario is called."""
    told = differences(baseline, scenario)
    return (
        scenario.name if not told else told[0].partition(" (in")[0] + (f" and {len(told) - 1} more" if told[1:] else "")
    )
