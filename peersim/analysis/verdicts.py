"""What a paired difference comes to, in words: once, for the screen, the report and the spreadsheet.

A verdict speaks of the model's mean.  It allows for the number of outcomes looked at: of 24 intervals at 95 % one or
two leave out 0 by chance alone, so a difference is called "probably" better or worse unless it would also be told from
0 after Bonferroni's correction over all outcomes with a value, in all scenarios compared.  Where differences are too
skewed for so many pairs (`pairs.too_few`), no more than "probably" is said.
"""

from __future__ import annotations

import math
from typing import Any, Final

import pandas as pd

from peersim.analysis import pairs, words
from peersim.results.outcomes import CONFIDENCE, OUTCOMES, Outcome

BETTER, PROBABLY_BETTER = "better", "probably better"
WORSE, PROBABLY_WORSE = "worse", "probably worse"
SAME, CLOSE, OPEN, UNKNOWN = "the same", "too close to matter", "not settled", "no value"

MEANING: Final = {
    BETTER: "the interval leaves out 0, also after allowing for the number of outcomes and scenarios looked at",
    PROBABLY_BETTER: "the interval leaves out 0, but of so many outcomes one might do so by chance, or its differences "
    "are too skewed for so few pairs",
    PROBABLY_WORSE: "as probably better, in the other direction",
    WORSE: "as better, in the other direction",
    CLOSE: "the interval lies within the smallest difference that matters",
    OPEN: "the interval holds 0 and differences that matter",
    SAME: "no difference in any pair of worlds",
    UNKNOWN: "no pair of worlds has a value",
}
"""Every verdict and when it is given, from the best to none."""

MANY: Final = 1_000_000
ROUNDING: Final = 1e-9


def judge(contrasts: pd.DataFrame, scenarios: int = 1) -> pd.Series[str]:
    """The verdict on each row of `pairs.contrasts`, which is of one of so many scenarios."""
    looked_at = scenarios * int((contrasts["pairs"] > 1).sum())
    skewed = pairs.too_few(contrasts)
    told = [_judge(row, OUTCOMES[str(name)], looked_at, skewed[str(name)]) for name, row in contrasts.iterrows()]
    return pd.Series(told, contrasts.index)


def _judge(row: Any, outcome: Outcome, looked_at: int, skewed: bool) -> str:
    if row["pairs"] == 0:
        return UNKNOWN
    if row["difference"] == 0.0 and row["low"] == row["high"]:
        return SAME
    if not (row["low"] > 0.0 or row["high"] < 0.0):  # also with a single pair, which has no interval
        within = -row["margin"] <= row["low"] and row["high"] <= row["margin"]
        return CLOSE if within else OPEN
    sure = row["p_value"] * looked_at < 1.0 - CONFIDENCE and not skewed
    if row["difference"] * outcome.better > 0.0:
        return BETTER if sure else PROBABLY_BETTER
    return WORSE if sure else PROBABLY_WORSE


def in_short(row: Any, outcome: Outcome) -> str:
    """A verdict for a narrow column, with what a reader would ask next.

    Parameters
    ----------
    row : mapping
        A row of `Comparison.contrasts`.
    outcome : Outcome
    """
    verdict, size = row["verdict"], words.threshold(row["margin"], outcome)
    if verdict == OPEN:
        return f"not settled{_to_settle(row)}"
    if verdict == CLOSE:
        return f"no difference that matters (under {size})"
    if verdict in (SAME, UNKNOWN):
        return {SAME: f"the same in all {row['pairs']:,} pairs", UNKNOWN: "no value within these weeks"}[verdict]
    small = max(abs(row["low"]), abs(row["high"])) <= row["margin"]
    return f"{verdict}, by less than {size}" if small else str(verdict)


def cells(row: Any, outcome: Outcome) -> dict[str, str]:
    """A row of differences as tables for people show it, by heading; arguments as for `in_short`."""
    return {
        "baseline": words.amount(row["baseline"], outcome),
        "scenario": words.amount(row["mean"], outcome),
        "difference": words.change(row["difference"], outcome),
        "95 % interval": words.limits(row, outcome),
        "better in": words.percent(row["p_better"]),
        "effect": words.number(row["effect"]),
        "pairs needed": words.whole(row["pairs_needed"]),
        "verdict": in_short(row, outcome),
    }


def sentence(row: Any, outcome: Outcome) -> str:
    """A verdict as a sentence that stands by itself."""
    name, verdict = outcome.label, row["verdict"]
    size = words.span((row["difference"], row["low"], row["high"]), lambda value: words.amount(value, outcome))
    higher = "Higher" if row["difference"] > 0 else "Lower"
    if verdict == UNKNOWN:
        return f"{name}: no value within these weeks."
    if verdict == SAME:
        return f"{name}: the same in all {row['pairs']:,} pairs."
    if verdict == OPEN:
        return f"{name}: not settled. {higher} by {size}{_to_settle(row)}."
    if verdict == CLOSE:
        return f"{name}: no difference that matters. {higher} by {size}."
    return f"{name}: {verdict}. {higher} by {size}; {worlds(row)}."


def worlds(row: Any) -> str:
    """In how many of 100 worlds the scenario does better, worse and the same."""
    better, same = row["p_better"] - 0.5 * row["tied"], row["tied"]
    shares = {"better": better, "worse": 1.0 - better - same, "the same": same}
    told = [f"{word} in {words.of_100(share)}" for word, share in shares.items() if share > ROUNDING]
    return f"{', '.join(told)} of 100 worlds"


def pairing(rows: pd.DataFrame) -> str:
    """How much pairing was worth over all outcomes of one scenario, rows of `Comparison.contrasts`."""
    fewer = rows["fewer"].dropna()
    if rows["pairs"].max() < 2:
        return "Pairing: one pair cannot tell what pairing was worth."
    if fewer.empty:
        return "What pairing was worth cannot be told: no outcome differs from pair to pair."
    return (
        f"Pairing: independent runs would have needed {_times(fewer.median())} times as many replicates for the same "
        f"intervals (median over outcomes; from {_times(fewer.min())} to {_times(fewer.max())})."
    )


def _times(number: float) -> str:
    return "more than 1,000" if number > 1_000 else f"{number:.1f}"


def skewed(rows: pd.DataFrame) -> str:
    """Which intervals rest on too few pairs for how skewed the differences are."""
    if rows["pairs"].max() < pairs.JUDGED:
        return f"Intervals: fewer than {pairs.JUDGED} pairs cannot tell whether differences are too skewed for them."
    names = [f"“{OUTCOMES[str(name)].label}”" for name in rows.index[pairs.too_few(rows)]]
    if not names:
        return "Intervals: no sign that differences are too skewed for so many pairs; what is rare may still be unseen."
    return (
        f"Intervals: the differences in {', '.join(names)} are so skewed that more pairs are needed before their "
        "intervals hold the truth as often as they say."
    )


def _to_settle(row: Any) -> str:
    """How many pairs it would take to settle an open question, if any number would."""
    needed = row["pairs_to_settle"]
    if math.isnan(needed):
        return ""
    return f"; {about(max(needed, row['pairs'] + 1))} would settle it"


def about(pairs_needed: float) -> str:
    """A number of pairs that is an estimate."""
    if pairs_needed > MANY:
        return f"more than {MANY:,} pairs"
    return f"about {words.two_digits(pairs_needed):,} pairs"
