"""Figures as SVG within a page: no ids shared with other figures, nothing but shapes, the same bytes every time."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree

from markupsafe import Markup
from matplotlib import style as matplotlib_style
from matplotlib.figure import Figure

from peersim.report.figures.style import STYLE

LEFT_OUT: Final = ("metadata", "style")
"""Elements of Matplotlib's SVG that a page must not have: who made it, and rules for the whole page."""
COORDINATES: Final = ("d", "x", "y", "points")
LINK: Final = re.compile(r"^#([\w-]+)$")
BRACKETS: Final = re.compile(r"url\(#([\w-]+)\)")
LETTERS: Final = "DejaVu"
"""How the ids begin that Matplotlib gives to the shapes of letters: of the font of `STYLE`."""


def inline(figure: Figure, number: int, label: str, glyphs: dict[str, str]) -> Markup:
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
    glyphs : dict
        Shapes of letters that figures before it on the page have, by name, with their ids; new ones are added.
    """
    root = ElementTree.fromstring(_drawn(figure, number))  # drops comments and the document type
    for element in root.iter():
        element.tag = _plain(element.tag)
        element.attrib = {_plain(name): value for name, value in element.attrib.items()}
        element.text = element.tail = None  # white space
    known = set(glyphs)
    ids = {name: _id(name, number, glyphs) for name in _referred_to(root)}
    for element in root.iter():
        for child in [child for child in element if child.tag in LEFT_OUT or child.get("id") in known]:
            element.remove(child)
        element.attrib = {
            name: _own(name, value, ids) for name, value in element.attrib.items() if _kept(name, value, ids)
        }
    width, height = figure.get_size_inches()
    about = {"role": "img", "aria-label": label, "aria-describedby": f"caption-{number}"}
    about["class"] = "chart tall" if height > width else "chart"
    root.attrib = {"viewBox": root.attrib["viewBox"], **about}
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _referred_to(root: ElementTree.Element) -> list[str]:
    """Ids that something in a drawing refers to, in the order in which it does."""
    attributes = (attribute for element in root.iter() for attribute in element.attrib.items())
    return list(dict.fromkeys(found for name, value in attributes for found in _reference(name).findall(value)))


def _reference(name: str) -> re.Pattern[str]:
    """How an attribute refers to an id: a link is one, elsewhere it stands in brackets (a colour is none)."""
    return LINK if name == "href" else BRACKETS


def _id(name: str, number: int, glyphs: dict[str, str]) -> str:
    """The id on the page: of a letter the same in every figure, of all else the figure's own."""
    if name.startswith(LETTERS):
        return glyphs.setdefault(name, f"letter-{len(glyphs)}")
    return f"figure-{number}-{name}"


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


def _kept(name: str, value: str, ids: Mapping[str, str]) -> bool:
    """Whether an attribute stays: ids only where something refers to them."""
    return name != "id" or value in ids


def _own(name: str, value: str, ids: Mapping[str, str]) -> str:
    """An attribute's value with the ids of the page, and coordinates to a hundredth of a point."""
    if name == "id":
        return ids[value]
    if name in COORDINATES:
        value = re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", value)
        return " ".join(value.split())
    return _reference(name).sub(lambda found: found[0].replace(found[1], ids[found[1]]), value)
