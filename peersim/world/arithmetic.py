"""Arithmetic that gives the same bits on every machine.

Only ``+ - * /``, comparisons and rounding are used: IEEE 754 fixes their results.  ``exp`` of a system's own
mathematical library differs in the last bit between systems, so ours is written out.
"""

from __future__ import annotations

import math

import numpy as np

from peersim.world.compiled import compiled

GRAIN = 2.0**-36
"""Every entry of a ledger is a multiple of this, so that sums are exact in any order (below 131,072)."""

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10


@compiled
def grain(x):
    """`x` rounded to the nearest multiple of 2**-36 (about 1.5e-11)."""
    return np.floor(x * 68719476736.0 + 0.5) * GRAIN  # np.floor: a float stays a float


@compiled
def clip(x):
    """`x` held between 0 and 1."""
    return min(1.0, max(0.0, x))


@compiled
def square(x):
    """`x` times itself (Python's ``**`` need not round correctly)."""
    return x * x


@compiled
def exponential(x):
    """e to the power `x` for -700 < x < 700, to within 2 units in the last place.

    The argument is split into a whole number of halvings and a rest below 0.35, whose Taylor series to the 13th
    power is exact to double precision.
    """
    halvings = math.floor(x * LOG2_E + 0.5)
    r = (x - halvings * LN2_HIGH) - halvings * LN2_LOW
    tail = 1.0 / 39916800.0 + r * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0))
    tail = 1.0 / 40320.0 + r * (1.0 / 362880.0 + r * (1.0 / 3628800.0 + r * tail))
    tail = 1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5040.0 + r * tail))
    series = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * tail))))
    return math.ldexp(series, int(halvings))


@compiled
def strikes(luck, log_hazard):
    """Whether a uniform number lies below e to the power `log_hazard` (which is negative).

    Nearly always settled without the exponential: with y = -log_hazard, exp(-y) < 1 / (1 + y + y * y / 2).
    """
    y = -log_hazard
    if luck * (1.0 + y + 0.5 * y * y) >= 1.0:
        return False
    return luck < exponential(log_hazard)
