"""Native controls that the lessons need beside `peersim.app.fields`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from nicegui import ui

from peersim.app.parts import Text, attributed, part

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


class Slider(ui.element, component="slider.js"):  # type: ignore[call-arg]  # NiceGUI is not typed here
    """A labelled slider that says its value.

    Parameters
    ----------
    label : str
    ends : two floats
    step : float
    value : float
    said : callable
        From a value to what is shown of it.
    moved : callable, optional
        Called with the new value, also while it is dragged; in a form nothing needs to be.
    """

    def __init__(
        self,
        label: str,
        ends: tuple[float, float],
        step: float,
        value: float,
        said: Callable[[float], str],
        moved: Callable[[float], Any] | None = None,
    ) -> None:
        super().__init__()
        self._said, (low, high) = said, ends
        self._values = [round(low + place * step, 6) for place in range(round((high - low) / step) + 1)]
        fixed = {"label": label, "low": low, "high": high, "step": step, "start": value, "entry": NAME}
        self._props.update(fixed | {"texts": self._texts()})
        if moved is not None:
            self.on("move", lambda event: moved(float(event.args)))

    def renew(self) -> None:
        """Say values anew: what is said of them may depend on more than themselves."""
        texts = self._texts()
        if texts != self._props["texts"]:
            self._props["texts"] = texts
            self.update()

    def _texts(self) -> list[str]:
        return [self._said(value) for value in self._values]
