"""Native controls that the lessons need beside those of `peersim.app.parts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from nicegui import ui

from peersim.app.parts import Text, attributed, part

PAUSE: Final = 0.08
"""Seconds between two messages while a slider is dragged."""


def radios(legend: str, options: Mapping[str, str], value: str, chosen: Callable[[str], Any]) -> None:
    """A choice with all options in sight.

    Parameters
    ----------
    legend : str
    options : mapping of str to str
        What is shown, by value.
    value : str
        What is chosen to begin with; none of the options if it is none of them.
    chosen : callable
        Called with the new value.
    """
    with part("fieldset", "teach-radios") as frame:
        Text("legend", legend, "field-label")
        for key, text in options.items():
            with part("label", "teach-radio"):
                made = attributed(ui.element("input"), type="radio", name=f"choice-{frame.id}", value=key)
                attributed(made, checked=key == value and "checked")
                made.on("change", lambda _, key=key: chosen(key))
                Text("span", text)


class Slider:
    """A labelled slider that says its value.

    Parameters
    ----------
    label : str
    ends : two floats
    step : float
    value : float
    said : callable
        From a value to what is shown of it.
    moved : callable
        Called with the new value, also while it is dragged.
    """

    def __init__(
        self,
        label: str,
        ends: tuple[float, float],
        step: float,
        value: float,
        said: Callable[[float], str],
        moved: Callable[[float], Any],
    ) -> None:
        self._said, self._moved = said, moved
        low, high = ends
        with part("div", "teach-slider"):
            with part("label", "field"):
                Text("span", label, "field-label")
                self._input = attributed(ui.element("input"), type="range", min=str(low), max=str(high))
                attributed(self._input, step=str(step), value=str(value), aria_valuetext=said(value))
            self._shown = attributed(Text("output", said(value), "teach-value"), aria_hidden="true")
            with part("div", "teach-ends", aria_hidden="true"):
                Text("span", said(low).split(" (")[0])
                Text("span", said(high).split(" (")[0])
        self._input.on("input", self._hear, throttle=PAUSE, js_handler="(event) => emit(Number(event.target.value))")

    def _hear(self, event: Any) -> None:
        value = float(event.args)
        self._input._props["value"] = str(value)  # what the browser shows already
        self.renew(value)
        self._moved(value)

    def renew(self, value: float) -> None:
        """Say the value anew: what is said of it may depend on more than itself."""
        said = self._said(value)
        self._shown.text = said
        attributed(self._input, aria_valuetext=said)
