"""How a factor is written on a figure: its name, its values, its axis."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axis import Axis
from matplotlib.ticker import MaxNLocator

from peersim.analysis.exploration.factor import Factor
from peersim.analysis.exploration.metamodel.scale import Scale
from peersim.analysis.words import lower_first
from peersim.report.figures import style
from peersim.scenario.registry import parameter_for

MOST_NAMED_TICKS: Final = 8
"""Values of an axis that all have a tick."""
NOT_POLICIES: Final = ("teams", "costs", "model")
"""First parts of keys without which what follows would not be understood."""
NAMES: Final = {
    "teams.count": "Teams",
    "teams.peers": "Peers per team",
    "teams.clinicians": "Clinicians per team",
    "support.supervision.by": "Who supervises",
    "culture.valuing": "Culture of valuing",
    "changes.week": "Week of the change",
    "changes.over_weeks": "Weeks that the change takes",
}
"""Names of keys whose own words would not be understood alone."""
EVERY: Final = "every … weeks"
MOST_OF_A_TITLE: Final = 62


def name(factor: Factor, most: int = 40) -> str:
    """What a factor is called, in the words of its key: ``Supervision: every … weeks``, ``Pay parity``."""
    return style.short(": ".join(_parts(factor)), most)


def subject(factor: Factor, most: int = 26) -> str:
    """What it is, within a sentence: ``supervision interval``, ``minutes (supervision)``."""
    first, *rest = _parts(factor)
    if rest == [EVERY]:
        return style.short(f"{lower_first(first)} interval", most)
    text = f"{rest[0]} ({lower_first(first)})" if rest else lower_first(first)
    return style.short(text if len(text) <= most or not rest else rest[0], most)


def titled(what: str, named: Sequence[Factor]) -> str:
    """A title with the factors, if there is room for their names; the axes have them as well."""
    title = f"{what} by {' and '.join(subject(factor) for factor in named)}"
    return title if len(title) <= MOST_OF_A_TITLE else f"{what} by {'two factors' if len(named) > 1 else 'one factor'}"


def _parts(factor: Factor) -> list[str]:
    """One or two parts of a name, the first with a capital."""
    key = re.sub(r"^changes\.\d+\.", "changes.", factor.name)
    if key in NAMES:
        return [NAMES[key]]
    known = parameter_for(factor.name) is not None
    path = re.sub(r"\.(\d+)\.", r" \1.", factor.name)  # an entry of a list: "teams 0"
    *above, last = (style.plain(part).replace("_", " ") for part in path.split("."))
    if not known or (len(above) < 2 and not path.startswith(NOT_POLICIES)):
        above = []
    if last.endswith("every weeks"):
        above, last = [*above, last.removesuffix("every weeks").strip()], EVERY
    words = [part for part in (*above, last.removesuffix(" per year")) if part][-2:]
    return [words[0][:1].upper() + words[0][1:], *words[1:]]


def label(factor: Factor, most: int = 48) -> str:
    """Its name with the unit: ``Pay parity (ratio)``."""
    text = name(factor, most)
    unit = "" if factor.unit.removesuffix("s") in text.lower() else f" ({factor.unit})"
    return style.short(text, most - len(unit)) + unit


def written(value: Any) -> str:
    """A value as a reader sees it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, int | float) else style.plain(str(value)).replace("_", " ")


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
