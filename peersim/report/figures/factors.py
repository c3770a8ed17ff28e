"""How a factor is written on a figure: its name, its values, its axis."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axis import Axis
from matplotlib.ticker import MaxNLocator

from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.scale import Scale
from peersim.analysis.words import lower_first
from peersim.report.figures import style
from peersim.scenario.registry import parameter_for

MOST_NAMED_TICKS: Final = 8
"""Values of an axis that all have a tick."""
NOT_POLICIES: Final = ("teams", "costs", "model")
"""First parts of keys without which what follows would not be understood."""


def name(factor: Factor, most: int = 40) -> str:
    """What a factor is called, in the words of its key: ``Supervision: every … weeks``, ``Pay parity``."""
    parts = [part.replace("_", " ") for part in factor.name.split(".")]
    known = parameter_for(factor.name) is not None
    above = parts[-2:-1] if len(parts) > 2 or parts[0] in NOT_POLICIES or not known else []
    last = parts[-1]
    if last.endswith("every weeks"):
        above, last = [*above, last.removesuffix("every weeks").strip()], "every … weeks"
    words = [part for part in (*above, last.removesuffix(" per year")) if part]
    if words == ["valuing"]:  # beside a theme of this name
        words = ["culture", "valuing"]
    text = ": ".join(words).replace(": by", " by")
    return style.short(text[:1].upper() + text[1:], most)


def subject(factor: Factor, most: int = 30) -> str:
    """What it is about, within a title: ``supervision interval``."""
    return lower_first(name(factor, most).replace(": every … weeks", " interval").replace(": ", ", "))


def label(factor: Factor, most: int = 48) -> str:
    """Its name with the unit: ``Pay parity (ratio)``."""
    text = name(factor, most)
    unit = "" if "… weeks" in text or not factor.unit or text.endswith(factor.unit) else f" ({factor.unit})"
    return style.short(text, most - len(unit)) + unit


def written(value: Any) -> str:
    """A value as a reader sees it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else style.plain(str(value)).replace("_", " ")


def values(scale: Scale) -> list[str]:
    """All values of a factor that a study met."""
    told = [written(value) for value in scale.met]
    return [*told[:-1], "none"] if scale.has_none else told


def wrapped(text: str, width: int, lines: int = 2) -> str:
    """A text in a few short lines."""
    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder="…", break_long_words=False))


def put_on(axis: Axis, scale: Scale, labels: Sequence[str] | None = None) -> None:
    """Ticks of an axis: at the values met where they are few, else at round numbers."""
    told = list(labels or values(scale))
    places = scale.positions(scale.met)
    if not scale.factor.ordered or len(told) <= MOST_NAMED_TICKS:
        axis.set_ticks(list(places), told)
    elif scale.even or scale.has_none:
        step = -(-len(told) // MOST_NAMED_TICKS)
        shown = sorted({*range(0, len(told) - scale.has_none, step), *([len(told) - 1] if scale.has_none else [])})
        axis.set_ticks([places[k] for k in shown], [told[k] for k in shown])
    else:
        axis.set_major_locator(MaxNLocator(5, integer=scale.whole))


def unequal(scales: Sequence[Scale]) -> str:
    """What a note has to say of axes that are not to scale."""
    names = [subject(scale.factor) for scale in scales if scale.factor.ordered and scale.even]
    return f"Levels are spaced evenly, not to scale: {', '.join(names)}" if names else ""
