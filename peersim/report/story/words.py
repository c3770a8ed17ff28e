"""Words for numbers and for weeks: what each word means stands here, once."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 88  # columns of a story
YEAR, QUARTER = 52, 13

# Least value for each word.
IDENTITY = ((0.85, "a very strong"), (0.7, "a strong"), (0.55, "a fair"), (0.4, "a thin"), (0.0, "only a faint"))
EXHAUSTION = ((0.7, "worn out"), (0.5, "tired"), (0.3, "somewhat tired"), (0.0, "rested"))
TRUST = ((0.6, "high"), (0.4, "middling"), (0.0, "low"))
NEED = ((2 / 3, "a great deal"), (1 / 3, "to some degree"), (0.0, "little"))  # how far somebody depends on their pay

FULL_TIME = 0.95  # hours from which on somebody works "full time"
SAME_PAY = 0.005  # a pay ratio nearer to 1 than this is "as much as": it is shown as 1.00
VERY_LITTLE = 0.07  # a share of the week below this is "very little"

MOVED, CLEARLY, FAR, SHARPLY = 0.02, 0.05, 0.10, 0.008
"""A state that changed by less than `MOVED` "hardly" moved.  From there on it moved a "little", from `CLEARLY` on
"clear", from `FAR` on "far", or "sharp" if it went at `SHARPLY` a week or more (about 0.1 in a quarter)."""

COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
SHARES = {
    0.1: "a tenth",
    0.2: "a fifth",
    0.25: "a quarter",
    1 / 3: "a third",
    0.4: "two fifths",
    0.5: "half",
    0.6: "three fifths",
    2 / 3: "two thirds",
    0.75: "three quarters",
    0.8: "four fifths",
    0.9: "nine tenths",
    1.0: "all",
}
LENGTHS = {1: "half a year", 2: "a year", 3: "a year and a half"}
SUPERVISORS = {"team_manager": "the manager", "peer_lead": "a peer lead", "external": "somebody from outside"}


def number(value: int) -> str:
    """A whole number, in words up to twelve."""
    return COUNTS[value] if value < len(COUNTS) else str(value)


def count(value: int, noun: str, nouns: str = "") -> str:
    """How many of something."""
    return f"{number(value)} {noun if value == 1 else nouns or noun + 's'}"


def times(value: int) -> str:
    """How often."""
    return {1: "once", 2: "twice"}.get(value, f"{number(value)} times")


def nth(value: int) -> str:
    """Which in a row, counted from 1."""
    if value <= len(ORDINALS):
        return ORDINALS[value - 1]
    ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def share(value: float) -> str:
    """A share of the week, as the nearest simple fraction."""
    if value < VERY_LITTLE:
        return "very little"
    return f"about {SHARES[min(SHARES, key=lambda fraction: abs(fraction - value))]}"


def word(value: float, grades: Sequence[tuple[float, str]]) -> str:
    """The word for a value."""
    return next(said for least, said in grades if value >= least)


def told(value: float, grades: Sequence[tuple[float, str]]) -> str:
    """The word for a value that is told too: it goes by what is shown."""
    return word(round(value, 2), grades)


def level(value: float) -> str:
    """A state."""
    return f"{value:.2f}"


def hundredths(value: float) -> int:
    """A number in hundredths, as `level` shows it."""
    return round(100 * float(level(value)))


def signed(value: float) -> str:
    """A change of a state."""
    text = f"{value:+.2f}".replace("-", "−")
    return "0.00" if text in ("−0.00", "+0.00") else text


def from_to(a: float, b: float) -> str:
    """A state before and after."""
    return f"{level(a)} throughout" if level(a) == level(b) else f"{level(a)} to {level(b)}"


def percent(part: float, digits: int = 0) -> str:
    """A share as a percentage that does not round what is possible to certain or impossible."""
    if 0.0 < part < 0.005 and not digits:
        return "less than 1 %"
    if 0.995 <= part < 1.0:
        return "more than 99 %"
    return f"{100 * part:.{digits}f} %"


def pace(change: float, weeks: int) -> str:
    """How a state moved: ``hardly``, or ``little``, ``clear``, ``far`` or ``sharp``, and ``up`` or ``down``."""
    size = abs(change)
    if size < MOVED:
        return "hardly"
    far = "sharp" if size >= SHARPLY * weeks else "far"
    return f"{word(size, ((FAR, far), (CLEARLY, 'clear'), (MOVED, 'little')))} {'up' if change > 0 else 'down'}"


def way(pace: str) -> str:
    """Which way a state moved: ``up``, ``down`` or ``hardly``."""
    return pace.split()[-1]


def length(weeks: int) -> str:
    """A stretch of time: in weeks when short, in half years where that is right to within six weeks, else in weeks."""
    halves, rest = divmod(weeks + 6, YEAR // 2)
    if weeks <= 20 or rest > 12:
        return count(weeks, "week")
    return f"about {LENGTHS.get(halves) or number(halves // 2) + (' and a half' if halves % 2 else '') + ' years'}"


def stay(weeks: int) -> str:
    """A stretch of time, and its weeks where it is not exact."""
    text = length(weeks)
    return f"{text} ({weeks} weeks)" if text.startswith("about") else text


def every(weeks: float) -> str:
    """How often something is planned."""
    if abs(weeks - round(weeks)) >= 0.01:
        return f"about every {weeks:.1f} weeks"
    return "every week" if round(weeks) == 1 else f"every {count(round(weeks), 'week')}"


def listed(parts: Iterable[str]) -> str:
    """One, two and three."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def joined(sentences: Iterable[str]) -> str:
    """Sentences one after the other, without the empty ones."""
    return " ".join(filter(None, sentences))


def fill(text: str, first: str = "", indent: str = "") -> str:
    """A paragraph, wrapped."""
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def section(heading: str, paragraphs: Iterable[str]) -> str:
    """A heading and what stands under it: paragraphs already wrapped, without the empty ones."""
    return f"{fill(heading)}\n{'-' * min(WIDTH, len(heading))}\n" + "\n\n".join(filter(None, paragraphs))
