"""Mechanisms that are switched off, by name."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from peersim.scenario.errors import nearest
from peersim.scenario.mechanisms import MECHANISMS
from peersim.scenario.translate import fault

#: What `model.off` may name.
SWITCHABLE: tuple[str, ...] = tuple(name for name in MECHANISMS if name != "measurement")


def _known(name: str) -> str:
    if name == "measurement":
        raise fault(
            "measurement cannot be switched off: it changes nobody, and without it there is nothing to see.",
            allowed=", ".join(SWITCHABLE),
        )
    if name not in SWITCHABLE:
        raise fault(
            "no such mechanism.",
            allowed=", ".join(SWITCHABLE),
            suggestion=nearest(name, SWITCHABLE),
        )
    return name


def _in_order(names: tuple[str, ...]) -> tuple[str, ...]:
    # One way to write each set of names, so that scenarios that do the same are equal.
    return tuple(name for name in SWITCHABLE if name in names)


#: Type of `model.off`: names from SWITCHABLE, kept once each and in the order of the week.
SwitchedOff = Annotated[tuple[Annotated[str, AfterValidator(_known)], ...], AfterValidator(_in_order)]
