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
