"""The question in a sentence, and the answer in three: what changes for peers, what it costs, how far to trust it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from peersim.analysis import verdicts, words
from peersim.analysis.comparison import Comparison
from peersim.report.page import evidence
from peersim.results.outcomes import OUTCOMES
from peersim.results.results import Results
from peersim.results.sums import LAST_WEEKS

STAYING: Final = ("retention_12m", "annual_leaving_rate")
"""Outcomes that speak of staying, the first with a value first."""


class Sentence(NamedTuple):
    """A sentence: how it begins, and what it says of each scenario; the parts of one sentence, however many."""

    start: str
    parts: Sequence[str]

    def __str__(self) -> str:
        return f"{self.start} {'; '.join(self.parts)}.".strip()


def question(comparison: Comparison) -> str:
    """What the comparison asks."""
    names = [f"“{name}”" for name in comparison.arms]
    either = " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    return (
        f"What changes for peer workers within {weeks_of(comparison.baseline.weeks)} if {either} takes the place of "
        f"“{comparison.baseline.scenario.name}”, and what does it cost?"
    )


def answer(comparison: Comparison, effect: str) -> tuple[Sentence, Sentence, Sentence]:
    """What changes for peers, what it costs and gives, and how far to trust either: three sentences."""
    several = len(comparison.arms) > 1
    changes = [_changes(name, comparison.of(name).to_dict("index"), several) for name in comparison.arms]
    gives = [_gives(name, comparison, effect, several) for name in comparison.arms]
    start = "Compared with the baseline:" if several else "Compared with the baseline,"
    return Sentence(start, changes), Sentence("" if not several else "What it costs:", gives), _trust(comparison)


def _changes(name: str, rows: Mapping[Any, Mapping[Any, Any]], several: bool) -> str:
    staying = next((outcome for outcome in STAYING if rows[outcome]["pairs"]), STAYING[0])
    told = f"{_change(rows['identity'], 'identity')}, and {_change(rows[staying], staying)}"
    return f"with “{name}” {told}" if several else told


NAMES: Final = {
    "identity": "peer identity",
    "retention_12m": "the share of peer workers still in post after 12 months",
    "annual_leaving_rate": "the rate at which peer workers leave in a year",
}


def _change(row: Mapping[Any, Any], outcome: str) -> str:
    """What becomes of an outcome, as a clause."""
    name, meant, verdict = NAMES[outcome], OUTCOMES[outcome], row["verdict"]
    higher = "higher" if row["difference"] > 0.0 else "lower"
    size = words.amount(abs(row["difference"]), meant)
    limits = f"95 % interval of the difference {words.limits(row, meant)}"
    levels = f"{words.amount(row['mean'], meant)} instead of {words.amount(row['baseline'], meant)}"
    if verdict == verdicts.UNKNOWN:
        return f"{name} has no value within these weeks"
    if verdict == verdicts.SAME:
        return f"{name} is the same in every pair of worlds ({words.amount(row['baseline'], meant)})"
    if math.isnan(row["low"]) and row["difference"] == 0.0:
        return f"{name} is the same in the only pair of worlds with a value, which settles nothing"
    if math.isnan(row["low"]):
        return f"{name} is {higher} by {size} in the only pair of worlds with a value ({levels}), which settles nothing"
    if verdict == verdicts.OPEN:
        return f"whether {name} changes is not settled ({levels}; {limits})"
    if verdict == verdicts.CLOSE:
        margin = words.threshold(row["margin"], meant)
        return f"{name} does not change by as much as {margin}, the least taken to matter ({levels}; {limits})"
    probably = "probably " if verdict in (verdicts.PROBABLY_BETTER, verdicts.PROBABLY_WORSE) else ""
    return f"{name} is {probably}{higher} by {size} ({levels}; {limits}){_too_small(row, outcome)}"


def _too_small(row: Mapping[Any, Any], outcome: str) -> str:
    if max(abs(row["low"]), abs(row["high"])) > row["margin"]:
        return ""
    return f", which is less than the {words.threshold(row['margin'], OUTCOMES[outcome])} taken to matter"


def _gives(name: str, comparison: Comparison, effect: str, several: bool) -> str:
    text = comparison.value(name, effect).in_words().rstrip(".")
    return f"“{name}”: {words.lower_first(text)}" if several else text


def _trust(comparison: Comparison) -> Sentence:
    worlds = comparison.replicates
    if worlds == 1:
        return Sentence("A single pair of worlds gives no interval and settles nothing, and", [_constants()])
    return Sentence(f"{_pinned_down(f'{worlds:,} pairs of worlds')}:", [_constants()])


def _pinned_down(worlds: str) -> str:
    return (
        f"Intervals say how well {worlds} pin down the mean of the model, not how near the model is to a real provider"
    )


def _constants() -> str:
    total, assumed = evidence.assumed()
    return (
        f"{assumed} of the {total} constants of the model are assumptions, others were fitted to surveys and trials "
        "rather than to a real trust, so read signs and orders of size, not forecasts"
    )


def question_of_run(results: Results) -> str:
    """What a run asks."""
    span = weeks_of(results.weeks)
    return f"What becomes of peer workers within {span} under “{results.scenario.name}”, and what does it cost?"


def answer_of_run(results: Results) -> tuple[Sentence, Sentence, Sentence]:
    """How peers fare, what it costs, and how far to trust either: three sentences."""
    rows: Mapping[Any, Mapping[Any, Any]] = results.outcomes.to_dict("index")
    staying = next((name for name in STAYING if rows[name]["replicates"]), STAYING[0])
    span = f"In the mean of the last {LAST_WEEKS} weeks" if results.weeks > LAST_WEEKS else "In the mean of all weeks"
    start = f"{span} peer identity, on a scale from 0 to 1,"
    peers = f"is {_level(rows['identity'], 'identity')}, and {NAMES[staying]} is {_level(rows[staying], staying)}"
    year, peer = (_level(rows[name], name) for name in ("cost_per_year", "cost_per_peer_year"))
    costs = f"{year} a year, and for each year of a peer worker in post to {peer}"
    return Sentence(start, [peers]), Sentence("All costs counted come to", [costs]), _trust_in(results)


def _level(row: Mapping[Any, Any], outcome: str) -> str:
    meant = OUTCOMES[outcome]
    if math.isnan(row["mean"]):
        return "not known, having no value within these weeks"
    limits = (
        ""
        if math.isnan(row["low"])
        else (f" (95 % interval {words.amount(row['low'], meant)} to {words.amount(row['high'], meant)})")
    )
    return f"{words.amount(row['mean'], meant)}{limits}"


def _trust_in(results: Results) -> Sentence:
    if results.replicates == 1:
        return Sentence("A single world gives no interval and settles nothing, and", [_constants()])
    return Sentence(f"{_pinned_down(f'{results.replicates:,} worlds')}:", [_constants()])


def weeks_of(weeks: int) -> str:
    """A horizon in words."""
    return "one week" if weeks == 1 else f"{weeks:,} weeks"
