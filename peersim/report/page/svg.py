"""Figures as SVG within a page: no ids shared with other figures, nothing but shapes, the same bytes every time."""

from __future__ import annotations

import io
import re
import warnings
from typing import Final
from xml.etree import ElementTree

from markupsafe import Markup
from matplotlib import style as matplotlib_style
from matplotlib.figure import Figure

from peersim.report.figures.style import STYLE

LEFT_OUT: Final = ("metadata", "style")
"""Elements of Matplotlib's SVG that a page must not have: who made it, and rules for the whole page."""
COORDINATES: Final = ("d", "x", "y", "points")


def inline(figure: Figure, number: int, label: str) -> Markup:
    """A figure as an ``svg`` element.

    Lettering is drawn as shapes, so that it looks the same everywhere and no text of a user is in it; comments, which
    Matplotlib makes of that text, are left out.

    Parameters
    ----------
    figure : Figure
    number : int
        Number of the figure on the page; its ids begin with it, and its caption has the id ``caption-NUMBER``.
    label : str
        What a reader hears who does not see it.
    """
    root = ElementTree.fromstring(_drawn(figure, number))  # drops comments and the document type
    prefix = f"figure-{number}-"
    for element in root.iter():
        for child in [child for child in element if _plain(child.tag) in LEFT_OUT]:
            element.remove(child)
        element.tag = _plain(element.tag)
        element.attrib = {_plain(name): _own(_plain(name), value, prefix) for name, value in element.attrib.items()}
    width, height = figure.get_size_inches()
    about = {"role": "img", "aria-label": label, "aria-describedby": f"caption-{number}"}
    about["class"] = "chart tall" if height > width else "chart"
    root.attrib = {"viewBox": root.attrib["viewBox"], **about}
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _drawn(figure: Figure, number: int) -> bytes:
    stream = io.BytesIO()
    settings = STYLE | {"svg.fonttype": "path", "svg.hashsalt": str(number)}
    with matplotlib_style.context(["default", settings]), warnings.catch_warnings():
        # A name in a script that the font does not have is drawn as boxes; the caption has it in letters.
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


def _plain(name: str) -> str:
    """A name without its namespace, which HTML does not need."""
    return name.rpartition("}")[2]


def _own(name: str, value: str, prefix: str) -> str:
    """An attribute's value with ids of this figure's own, and coordinates to a hundredth of a point."""
    if name == "id":
        return prefix + value
    if name == "href" and value.startswith("#"):
        return f"#{prefix}{value[1:]}"
    if name in COORDINATES:
        return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", value)
    return value.replace("url(#", f"url(#{prefix}")
