"""Fields to write into or choose from: the browser's own, labelled; what is half typed is never lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from nicegui import ui

Value = float | str
Group = tuple[str, Mapping[str, str]]
"""Name of a group of choices, empty for none, and what is shown by value."""
Set = Callable[[Any], Any]


class Field(ui.element, component="field.js"):  # type: ignore[call-arg]  # NiceGUI is not typed here
    """A labelled text, number or choice; made by `text`, `number`, `choice` and `choices`.

    Parameters
    ----------
    label : str
    kind : {"text", "number", "choice"}
    value : float or str
        To begin with.
    set_ : callable
        Called with a new value, None for a number that cannot be read; what it raises is for the caller to tell.
    about : dict
        What else the component takes.
    """

    def __init__(
        self, label: str, kind: Literal["text", "number", "choice"], value: Value, set_: Set, **about: Any
    ) -> None:
        super().__init__()
        self._props.update({"label": label, "kind": kind, "value": _plain(value)} | about)

        def written(event: Any) -> Any:
            self._props["value"] = event.args
            return set_(event.args)

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

    def about(self, **about: Any) -> None:
        """Change what else the component takes, such as the range of a number."""
        self._props.update(about)
        self.update()

    def focus(self) -> None:
        """Put the cursor into it."""
        self.run_method("focus")


def nothing(_: Any) -> None:
    """Nothing happens when a field is written into; what is in it is asked for later."""


def text(label: str, value: str, set_: Set = nothing, *, longest: int) -> Field:
    """A line of text of so many characters at most."""
    return Field(label, "text", value, set_, longest=longest)


def number(
    label: str,
    value: Value,
    set_: Set = nothing,
    *,
    low: float = 0.0,
    high: float = 0.0,
    whole: bool = False,
    unit: str = "",
) -> Field:
    """A number in a range; `unit` is shown after it."""
    return Field(label, "number", value, set_, low=low, high=high, whole=whole, unit=unit)


def choice(label: str, options: Mapping[str, str], value: str, set_: Set = nothing) -> Field:
    """A choice: what is shown, by value."""
    return choices(label, [("", options)], value, set_)


def choices(label: str, groups: Sequence[Group], value: str, set_: Set = nothing) -> Field:
    """A choice in groups."""
    shown = [
        {"name": name, "choices": [{"value": key, "text": told} for key, told in options.items()]}
        for name, options in groups
    ]
    return Field(label, "choice", value, set_, groups=shown)


def _plain(value: Value) -> Value:
    """A number as a reader writes it: 4 rather than 4.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
