"""How numbers are written for people: once, for the screen, the report and the spreadsheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, Final

from peersim.results.outcomes import Outcome

NOTHING: Final = 5e-6


def pounds(number: float) -> str:
    """Pounds, to the nearest."""
    return f"£{number:,.0f}".replace("£-", "−£").replace("−£0", "£0") if math.isfinite(number) else "-"


def amount(value: float, outcome: Outcome) -> str:
    """A value of an outcome: pounds with thousands, the rest with three decimals, or one digit where that shows none.

    What is smaller than `NOTHING` is rounding.
    """
    if outcome.unit.startswith("pounds"):
        return pounds(value)
    if not math.isfinite(value):
        return "-"
    small = NOTHING < abs(value) < 0.0005
    text = f"{value:.{-math.floor(math.log10(abs(value)))}f}" if small else f"{value:.3f}"
    return text.replace("-", "−")


def threshold(value: float, outcome: Outcome) -> str:
    """A round figure in the unit of an outcome."""
    return pounds(value) if outcome.unit.startswith("pounds") else f"{value:g}"


def change(value: float, outcome: Outcome) -> str:
    """A difference in an outcome, with its sign."""
    text = amount(value, outcome)
    return f"+{text}" if value > 0.0 else text


def limits(row: Any, outcome: Outcome) -> str:
    """The interval of a difference, with signs; ``-`` where there is none."""
    if math.isnan(row["low"]):
        return "-"
    return f"{change(row['low'], outcome)} to {change(row['high'], outcome)}"


def span(found: Iterable[float], write: Callable[[float], str]) -> str:
    """Mean, low and high of a difference as size and interval, whichever sign it has: ``0.043 (0.041 to 0.045)``."""
    mean, low, high = found
    if math.isnan(low):
        return f"{write(abs(mean))} (one pair has no interval)"
    sign = 1.0 if mean >= 0.0 else -1.0
    low, high = sorted((sign * low, sign * high))
    return f"{write(abs(mean))} ({write(low)} to {write(high)})"


def percent(share: float) -> str:
    """A share in whole percent, that of no worlds and all worlds exact; ``-`` for none."""
    return "-" if math.isnan(share) else f"{of_100(share).replace('fewer than ', '<').replace('more than ', '>')} %"


def number(value: float) -> str:
    """A standardised effect."""
    return f"{value:+.2f}".replace("-", "−") if math.isfinite(value) else "-"


def whole(value: float) -> str:
    """A number of pairs."""
    return f"{value:,.0f}" if math.isfinite(value) else "-"


def of_100(share: float) -> str:
    """A share as so many of a hundred that does not round what is possible to certain or impossible."""
    rounded = f"{100.0 * share:.0f}"
    if share > 0.0 and rounded == "0":
        return "fewer than 1"
    return "more than 99" if share < 1.0 and rounded == "100" else rounded


def two_digits(number: float) -> int:
    """A count that is an estimate: rounded up to two digits."""
    unit = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return int(math.ceil(number / unit) * unit)


def lower_first(text: str) -> str:
    """A label within a sentence."""
    return text[:1].lower() + text[1:]
