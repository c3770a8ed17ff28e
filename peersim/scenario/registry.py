"""Every parameter there is."""

from __future__ import annotations

import functools

from peersim.scenario.fields import Parameter, leaves, parameter_of
from peersim.scenario.schema import Scenario


@functools.cache
def registry() -> tuple[Parameter, ...]:
    """Every key of a scenario once, in the order of the file.

    Changes over time have no entries: what they set are the policies listed here.
    """
    return tuple(parameter_of(path, field) for path, field in leaves(Scenario) if path[0] != "changes")


@functools.cache
def _by_key() -> dict[str, Parameter]:
    return {parameter.key: parameter for parameter in registry()}


def parameter_for(key: str) -> Parameter | None:
    """The parameter behind a key, also one that names an entry of a list by its number; None for a whole part."""
    return _by_key().get(".".join(step for step in key.split(".") if not step.isdecimal()))
