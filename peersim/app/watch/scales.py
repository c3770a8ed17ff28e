"""Colours for how somebody is: from pale to dark, told apart with every common kind of colour blindness."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

Colour = tuple[int, int, int]

BLACK, WHITE = "#000000", "#ffffff"


class Scale(NamedTuple):
    """A measure and its colours.

    Attributes
    ----------
    name : str
        What the visitor chooses.
    least, most : float
        Values at and beyond which the colour changes no more.
    colours : tuple
        From least to most, evenly spaced.
    low, high : str
        What the two ends mean.
    """

    name: str
    least: float
    most: float
    colours: tuple[Colour, ...]
    low: str
    high: str

    def colour(self, value: float) -> str:
        """The colour of a value."""
        last = len(self.colours) - 1
        at = last * min(1.0, max(0.0, (value - self.least) / (self.most - self.least)))
        first = min(last - 1, math.floor(at))
        part = at - first
        pairs = zip(self.colours[first], self.colours[first + 1], strict=True)
        return "#" + "".join(f"{round(a + part * (b - a)):02x}" for a, b in pairs)


SCALES: Final = {
    "identity": Scale(
        "Peer identity",
        0.3,
        0.8,
        ((240, 246, 252), (158, 198, 228), (51, 124, 184), (8, 48, 107)),
        "faint",
        "strong",
    ),
    "exhaustion": Scale(
        "Exhaustion",
        0.1,
        0.7,
        ((255, 246, 232), (250, 190, 120), (214, 104, 22), (112, 38, 4)),
        "rested",
        "worn out",
    ),
}
"""What people can be coloured by."""


def ink(colour: str) -> str:
    """Black or white, whichever is read better on a colour."""
    lightness = sum(
        weight * _linear(int(colour[place : place + 2], 16))
        for weight, place in ((0.2126, 1), (0.7152, 3), (0.0722, 5))
    )
    return BLACK if (lightness + 0.05) ** 2 > 0.0525 else WHITE


def _linear(part: int) -> float:
    """One part of a colour as light (the definition of sRGB)."""
    share = part / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
