"""Questions that cannot be answered as they were asked."""

from __future__ import annotations

from collections.abc import Iterable

from peersim.results.outcomes import OUTCOMES
from peersim.scenario.errors import nearest


class QuestionError(ValueError):
    """A question that cannot be answered as it was asked: says what, why, and what can be asked instead."""


def check_outcomes(names: Iterable[str], where: str = "outcome", allowed: Iterable[str] = OUTCOMES) -> None:
    """Refuse names that are no outcomes.

    Parameters
    ----------
    names : iterable of str
    where : str
        What the message begins with.
    allowed : iterable of str
        Names that are allowed.

    Raises
    ------
    QuestionError
        For the first unknown name.
    """
    allowed = list(allowed)
    for name in names:
        if name not in allowed:
            meant = nearest(name, allowed)
            hint = f" Did you mean '{meant}'?" if meant else ""
            raise QuestionError(f"{where} {name}: no such outcome.{hint} Allowed here: {', '.join(allowed)}")
