"""Native HTML elements that every view is made of: what they hold is text, never HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

Kind = Literal["plain", "main", "quiet"]
DISABLED: Final = "aria-disabled"
"""Attribute of a button that cannot be pressed; with `disabled` it would lose the keyboard."""


class Text(TextElement):
    """An element with a text in it.

    Parameters
    ----------
    tag : str
        Name of the HTML element.
    text : str
        Shown as it is.
    classes : str
        CSS classes.
    """

    def __init__(self, tag: str, text: str = "", classes: str = "") -> None:
        super().__init__(tag=tag, text=text)
        self.classes(classes)


def part(tag: str, classes: str = "", **attributes: str | bool) -> ui.element:
    """An element that others go into, as in ``with part("section", "card"): ...``.

    Attributes are given with underscores for hyphens: ``aria_label="Runs"``.
    """
    return attributed(ui.element(tag).classes(classes), **attributes)


def attributed(element: Any, **attributes: str | bool) -> Any:
    """Set attributes of an element; ``aria_label`` is ``aria-label``, False takes one away."""
    for name, value in attributes.items():
        key = name.strip("_").replace("_", "-")
        if value is False:
            element._props.pop(key, None)
        else:
            element._props[key] = value
    element.update()
    return element


def button(
    text: str, pressed: Callable[[], Any], *, kind: Kind = "plain", label: str = "", enabled: bool = True
) -> Text:
    """A button.

    Parameters
    ----------
    text : str
        What stands on it.
    pressed : callable
        Called, or awaited, when it is pressed.
    kind : {"plain", "main", "quiet"}
        How much it stands out.
    label : str
        What a screen reader says, if the text is not enough.
    enabled : bool
    """
    made = Text("button", text, f"button {kind}")
    attributed(made, type="button")
    if label:
        attributed(made, aria_label=label)
    enable(made, enabled)
    made.on("click", lambda: pressed() if DISABLED not in made.props else None)
    return made


def enable(made: Text, enabled: bool) -> None:
    """Let a button be pressed, or not; the keyboard stays on it either way."""
    attributed(made, aria_disabled=not enabled and "true")


class Table(ui.element, component="table.js"):  # type: ignore[call-arg]  # NiceGUI is not typed here
    """A table of texts; the first cell of each row heads it.

    Parameters
    ----------
    caption : str
    head : sequence of str
    rows : sequence of sequences of str
    hidden_caption : bool
        Whether only a screen reader says the caption.
    """

    def __init__(
        self, caption: str, head: Sequence[str], rows: Sequence[Sequence[str]] = (), *, hidden_caption: bool = False
    ) -> None:
        super().__init__()
        self._props.update({"caption": caption, "hidden": hidden_caption})
        self.show(head, rows)

    def show(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show other rows."""
        self._props.update({"head": list(head), "rows": [list(row) for row in rows]})
        self.update()


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, hidden_caption: bool = False) -> Table:
    """A table drawn once; see `Table`."""
    return Table(caption, head, rows, hidden_caption=hidden_caption)


def status(text: str = "") -> Text:
    """A line that a screen reader says whenever it changes."""
    return attributed(Text("p", text, "status"), role="status")


def say(message: str, *, trouble: bool = False) -> None:
    """Tell the visitor something in passing; a screen reader says it too."""
    ui.notify(
        message,
        type="negative" if trouble else "info",
        multi_line=True,
        timeout=12_000 if trouble else 4_000,
        close_button="Close",
    )
