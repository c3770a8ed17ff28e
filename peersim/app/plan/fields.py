"""Fields of the plan: a number or a choice of the browser's own, kept in step with the scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from peersim.app import words
from peersim.app.plan import timeline
from peersim.app.plan.timeline import Value
from peersim.scenario import Parameter

Group = tuple[str, Mapping[str, str]]
"""Name of a group of choices, empty for none, and what is shown by value."""


class Field(ui.element, component="field.js"):  # type: ignore[call-arg]
    """A labelled number, or a choice.

    Parameters
    ----------
    label : str
    value : float or str
        To begin with.
    set_ : callable, optional
        Called with a new value, None for a number that cannot be read; what it raises is for the caller to tell.
    low, high : float
        Range of a number.
    whole : bool
    unit : str
        Shown after a number.
    groups : sequence of `Group`
        Choices; none for a number.
    """

    def __init__(
        self,
        label: str,
        value: Value,
        set_: Callable[[Any], None] = lambda _: None,
        *,
        low: float = 0.0,
        high: float = 0.0,
        whole: bool = False,
        unit: str = "",
        groups: Sequence[Group] = (),
    ) -> None:
        super().__init__()
        self._props.update(label=label, value=_plain(value), low=low, high=high, whole=whole, unit=unit)
        if groups:
            self.classes("plan-wide")
            self._props["groups"] = [
                {"name": name, "choices": [{"value": key, "text": text} for key, text in choices.items()]}
                for name, choices in groups
            ]

        def written(event: Any) -> None:
            self._props["value"] = event.args
            set_(event.args)

        self.on("set", written)

    @property
    def value(self) -> Any:
        """What is in it."""
        return self._props["value"]

    def show(self, value: Value) -> None:
        """Show another value, if it is not the one there is."""
        if self.value != _plain(value):
            self._props["value"] = _plain(value)
            self.update()

    def refuse(self, value: Value) -> None:
        """Show again what was there before a value that cannot be taken."""
        self._props["value"] = _plain(value)
        self.update()
        self.run_method("refuse", _plain(value))

    def focus(self) -> None:
        """Put the cursor into it."""
        self.run_method("focus")


def week(value: int, horizon: int, set_: Callable[[Any], None] = lambda _: None) -> Field:
    """A field for the week of a change."""
    return Field("In week", value, set_, high=horizon - 1, whole=True, unit=f"0 to {horizon - 1}")


def policy_value(key: str, value: Value, set_: Callable[[Any], None] = lambda _: None) -> Field:
    """A field for a value of a policy, with its range and unit."""
    about = timeline.policy(key)
    if about.choices:
        return Field("To", value, set_, groups=[("", {name: timeline.spoken(key, name) for name in about.choices})])
    return Field("To", value, set_, low=about.low or 0.0, high=about.high or 0.0, unit=_range(about))


def _range(about: Parameter) -> str:
    """The range of a number, with its unit unless that says nothing."""
    unit = "" if about.unit in words.UNSAID else f" {about.unit}"
    return f"{about.low:g} to {about.high:g}{unit}"


def _plain(value: Value) -> Value:
    """A number as a reader writes it: 4 rather than 4.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
