"""Native controls that the lessons need beside those of `peersim.app.parts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from nicegui import ui

from peersim.app.parts import Text, attributed, part

PAUSE: Final = 0.08
"""Seconds between two messages while a slider is dragged."""


NAME: Final = "entry"
"""Name of the control of a form."""
SUBMIT: Final = f'(event) => {{ event.preventDefault(); emit(new FormData(event.target).get("{NAME}") ?? ""); }}'


def form(sent: Callable[[str], Any], classes: str = "") -> ui.element:
    """A form for one control; `sent` is called with its value when the visitor presses its button, or Enter.

    What is sent comes with the pressing itself: no button is quicker than the value that belongs to it.
    """
    made = part("form", classes)
    made.on("submit", lambda event: sent(str(event.args)), js_handler=SUBMIT)
    return made


def submit(text: str) -> None:
    """The button of a form."""
    attributed(Text("button", text, "button main"), type="submit")


def radios(legend: str, options: Mapping[str, str], value: str) -> None:
    """A choice in a form with all options in sight.

    Parameters
    ----------
    legend : str
    options : mapping of str to str
        What is shown, by value.
    value : str
        What is chosen to begin with; none of the options if it is none of them.
    """
    with part("fieldset", "teach-radios"):
        Text("legend", legend, "field-label")
        for key, text in options.items():
            with part("label", "teach-radio"):
                made = attributed(ui.element("input"), type="radio", name=NAME, value=key)
                attributed(made, checked=key == value and "checked")
                Text("span", text)


def entry(label: str, text: str, sent: Callable[[str], Any], *, longest: int) -> None:
    """A labelled line of text and a button that sends it, as the Enter key does; `sent` is called with the text."""
    with form(sent, "row"):
        with part("label", "field"):
            Text("span", label, "field-label")
            attributed(ui.element("input"), type="text", maxlength=str(longest), autocomplete="off", name=NAME)
        submit(text)


def _nothing(_: float) -> None:
    pass


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
        Called with the new value, also while it is dragged; in a form nothing needs to be.
    """

    def __init__(
        self,
        label: str,
        ends: tuple[float, float],
        step: float,
        value: float,
        said: Callable[[float], str],
        moved: Callable[[float], Any] = _nothing,
    ) -> None:
        self._said, self._moved, self._value = said, moved, value
        low, high = ends
        with part("div", "teach-slider"):
            with part("label", "field"):
                Text("span", label, "field-label")
                self._input = attributed(ui.element("input"), type="range", min=str(low), max=str(high))
                attributed(self._input, step=str(step), value=str(value), aria_valuetext=said(value), name=NAME)
            self._shown = attributed(Text("output", said(value), "teach-value"), aria_hidden="true")
            with part("div", "teach-ends", aria_hidden="true"):
                Text("span", said(low).split(" (")[0])
                Text("span", said(high).split(" (")[0])
        emit = "(event) => emit(Number(event.target.value))"
        self._input.on("input", self._hear, throttle=PAUSE, js_handler=emit)

    def _hear(self, event: Any) -> None:
        self._value = float(event.args)
        self._input._props["value"] = str(self._value)  # what the browser shows already
        self.renew()
        self._moved(self._value)

    def renew(self) -> None:
        """Say the value anew: what is said of it may depend on more than itself."""
        said = self._said(self._value)
        self._shown.text = said
        attributed(self._input, aria_valuetext=said)
