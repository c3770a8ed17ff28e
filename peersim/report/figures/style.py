"""What all figures share: colours, lettering, a page with title and note, axes of weeks, bars, changes of policy.

A figure stands by itself: a title that says what is shown and draws no conclusion, axes with units, and a note with the
scenario, how many replicates or pairs, the seed, and what the bands are.
"""

from __future__ import annotations

import functools
import math
import string
import textwrap
import unicodedata
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from peersim.scenario import Change

Floats = npt.NDArray[np.float64]

DPI: Final = 150
WIDTH: Final = 8.5
"""Width of every figure in inches: with this lettering still legible at half the width of a slide."""

# Told apart with every common kind of colour blindness (Okabe and Ito 2008), and in grey.
BLUE, VERMILION, INK, GREY, PALE = "#0072B2", "#D55E00", "#1A1A1A", "#595959", "#D9D9D9"
SPREAD = (10, 90)
"""Percentiles of replicates between which the light band lies."""
FEWEST_FOR_A_BAND = 2
"""Replicates without which there is neither an interval nor a spread."""
MOST_CHANGES_TOLD, MOST_OF_A_CHANGE = 3, 140
"""Changes of policy in a note, and characters about each."""
NOTE_WIDTH, MOST_NOTE_LINES = 122, 6
MOST_TICKS = 6

STYLE: Final[dict[str, Any]] = {
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 11,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "grid.color": "#E8E8E8",
    "grid.linewidth": 0.8,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
}

Shown = TypeVar("Shown")
Write = Callable[[float], str]


def styled(draw: Callable[[Shown], Figure]) -> Callable[[Shown], Figure]:
    """Draw in this module's style, whatever style is in force outside."""

    @functools.wraps(draw)
    def in_style(shown: Shown) -> Figure:
        with style.context(["default", STYLE]):
            return draw(shown)

    return in_style


def save(figures: Mapping[str, Figure], folder: Path) -> None:
    """Write figures into a folder as ``NAME.png``; the folder is made if needed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        with warnings.catch_warnings():
            # A name in a script that the font does not have is drawn as boxes.
            warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
            figure.savefig(folder / f"{name}.png", dpi=DPI)


# pages ------------------------------------------------------------------------


def page(
    source: str,
    title: str,
    height: float,
    grid: tuple[int, int] = (1, 1),
    *,
    note: str = "",
    left: float = 0.8,
    above: float = 0.6,
    below: float = 0.75,
    **subplots: Any,
) -> tuple[Figure, list[Axes]]:
    """An empty figure with title and note, and its axes; measures are in inches.

    Parameters
    ----------
    source : str
        Where the numbers come from, as `source` writes it; the note begins with it.
    title : str
    height : float
    grid : tuple of int
        Rows and columns of axes, which share what they show on each axis unless `subplots` says otherwise.
    note : str
        What else a reader has to know.
    left, above, below : float
        Room beside the axes.
    **subplots
        As of Matplotlib's ``Figure.subplots``.
    """
    text = " · ".join(part for part in (source, note) if part)
    text = "\n".join(textwrap.wrap(text, NOTE_WIDTH, max_lines=MOST_NOTE_LINES, placeholder=" ..."))
    below += 0.16 * (text.count("\n") + 1)
    figure = Figure(figsize=(WIDTH, height))
    figure.text(0.15 / WIDTH, 1 - 0.14 / height, title, fontsize=15, fontweight="bold", va="top")
    figure.text(0.15 / WIDTH, 0.1 / height, text, fontsize=8.5, color=GREY, va="bottom", linespacing=1.3)
    axes = figure.subplots(*grid, squeeze=False, **{"sharex": True, "sharey": True, **subplots})
    edges = {"left": left / WIDTH, "right": 1 - 0.3 / WIDTH, "top": 1 - above / height, "bottom": below / height}
    figure.subplots_adjust(**edges, wspace=0.18, hspace=0.38)
    return figure, list(axes.flat)


def source(name: str, number: int, of: str, seed: int) -> str:
    """Where numbers come from: scenario, how many replicates or pairs, and the seed."""
    return f"{plain(name)} · {number:,} {of}{'s' if number != 1 else ''}, seed {seed}"


def plain(text: str) -> str:
    """A name without characters that cannot be drawn: controls, halves of pairs, marks that turn the direction."""
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cf", "Cs"))


def short(name: str, most: int = 36) -> str:
    """A name as a legend has room for it."""
    text = plain(name)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def nothing(ax: Axes, why: str) -> None:
    """Say on empty axes why there is nothing to show."""
    ax.set_axis_off()
    ax.text(0.3, 0.55, why, transform=ax.transAxes, ha="center", fontsize=13)


# over time --------------------------------------------------------------------


def spread(values: Floats) -> tuple[Floats, Floats]:
    """Percentiles of the replicates that have a value, in every week."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)  # nobody in post in any replicate
        low, high = np.nanpercentile(values, SPREAD, axis=0)
    return low, high


def along(weeks: int, *arrays: Floats) -> tuple[Floats, ...]:
    """The ends of all weeks, and arrays of weeks to draw over them; a single week is drawn along its length."""
    if weeks > 1:
        return np.arange(1.0, weeks + 1.0), *arrays
    return np.array([0.0, 1.0]), *(np.repeat(array, 2, axis=-1) for array in arrays)


def weeks_axis(ax: Axes, weeks: int, most: int) -> None:
    """Ticks at round weeks: quarters of years and their multiples where there are enough."""
    step = next((step for step in (1, 2, 4, 13, 26, 52, 104, 260) if weeks / step <= most), 520)
    ax.set(xlim=(0, weeks), xticks=range(0, weeks + 1, step))


def lettered(changes: Sequence[Change]) -> list[tuple[str, Change]]:
    """Changes of policy in order of time, each with a letter, or a number where letters run out."""
    ordered = sorted(changes, key=lambda change: change.week)
    letters = string.ascii_uppercase if len(ordered) <= len(string.ascii_uppercase) else ""
    return [(letters[k] if letters else str(k + 1), change) for k, change in enumerate(ordered)]


def told(marked: Sequence[tuple[str, Change]]) -> list[str]:
    """What each change sets, for the note."""
    shown = [_in_words(letter, change) for letter, change in marked[:MOST_CHANGES_TOLD]]
    left_out = len(marked) - len(shown)
    more = [f"and {left_out} more change{'s' if left_out > 1 else ''} of policy"] if left_out else []
    return shown + more


def _in_words(letter: str, change: Change) -> str:
    weeks = f"week {change.week}, over {change.over_weeks} weeks" if change.over_weeks else f"week {change.week}"
    values = (value if isinstance(value, str) else f"{value:g}" for value in change.set.values())
    settings = ", ".join(f"{key} to {value}" for key, value in zip(change.set, values, strict=True))
    return textwrap.shorten(f"{letter} ({weeks}): {settings}", MOST_OF_A_CHANGE, placeholder=" ...")


def mark_changes(ax: Axes, marked: Sequence[tuple[str, Change]]) -> None:
    """A line with its letter at each change of policy, and a shade while it takes place."""
    for letter, change in marked:
        ax.axvspan(change.week, change.week + change.over_weeks, color=PALE, alpha=0.5, linewidth=0)
        ax.axvline(change.week, color=GREY, linewidth=0.9, linestyle=":")
        ax.text(
            change.week, 0.985, f" {letter}", transform=ax.get_xaxis_transform(), fontsize=9.5, color=GREY, va="top"
        )


# bars -------------------------------------------------------------------------


def bars(ax: Axes, table: pd.DataFrame, colours: Sequence[str], write: Write) -> None:
    """A horizontal bar for each row, with its interval and its value, the first row on top."""
    places = range(len(table))
    ax.barh(places, table["mean"], height=0.7, color=colours)
    ax.hlines(places, table["low"], table["high"], color=INK, linewidth=1.3)
    ax.set_yticks(places, table["meaning"])
    for place, mean, low, high in zip(places, table["mean"], table["low"], table["high"], strict=True):
        _value(ax, place, mean, _outer(mean, low, high), write)
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.margins(x=0.2)


def _outer(mean: float, low: float, high: float) -> float:
    """The end of bar and interval that is further from 0."""
    return float(np.fmax(mean, high) if mean >= 0 else np.fmin(mean, low))


def _value(ax: Axes, place: float, value: float, end: float, write: Write) -> None:
    outwards = 1 if value >= 0 else -1
    text = ax.annotate(write(value), (end, place), (4 * outwards, 0), textcoords="offset points", fontsize=9.5)
    text.set(ha="left" if value >= 0 else "right", va="center")


def signed(largest: float) -> Write:
    """How to write gains and losses, with decimals for the largest of them."""
    decimals = 2 if largest >= 0.1 or largest == 0 else 1 - math.floor(math.log10(largest))

    def write(value: float) -> str:
        text = f"{value:+.{decimals}f}"
        return text.replace("-", "\u2212") if float(text) else text[1:]

    return write


def all_together(ax: Axes, place: float, found: tuple[float, float, float], write: Write) -> None:
    """A bar below the others for the sum of all: mean, and its interval if there is one."""
    mean, low, high = found
    ax.barh(place, mean, height=0.7, color=GREY)
    ax.hlines(place, low, high, color=INK, linewidth=1.3)
    _value(ax, place, mean, _outer(mean, low, high), write)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    ax.set_yticks([*ax.get_yticks(), place], [*labels, "all together"])
