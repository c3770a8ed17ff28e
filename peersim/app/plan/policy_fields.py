"""Fields of the plan: a week, and a value of a policy."""

from __future__ import annotations

from typing import Any

from peersim.app import fields, words
from peersim.app.fields import Field, Set, Value
from peersim.app.plan import timeline
from peersim.scenario import Parameter


def week(value: int, horizon: int, set_: Set) -> Field:
    """A field for the week of a change in a scenario of so many weeks."""
    return fields.number("In week", value, set_, whole=True, **weeks_of(horizon))


def weeks_of(horizon: int) -> dict[str, Any]:
    """The range of such a field."""
    return {"high": horizon - 1, "unit": f"0 to {horizon - 1}"}


def policy_value(key: str, value: Value, set_: Set) -> Field:
    """A field for a value of a policy, with its range and unit."""
    about = timeline.policy(key)
    if about.choices:
        spoken = {name: timeline.spoken(key, name) for name in about.choices}
        return fields.choice("To", spoken, str(value), set_).classes("plan-wide")
    return fields.number("To", value, set_, low=about.low or 0.0, high=about.high or 0.0, unit=_range(about))


def _range(about: Parameter) -> str:
    """The range of a number, with its unit unless that says nothing."""
    unit = "" if about.unit in words.UNSAID else f" {about.unit}"
    return f"{about.low:g} to {about.high:g}{unit}"
