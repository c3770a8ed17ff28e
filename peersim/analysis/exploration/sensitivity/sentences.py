"""What a sensitivity analysis found, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from peersim.analysis import words
from peersim.analysis.exploration.sensitivity.chance import TOLERATED
from peersim.results.outcomes import OUTCOMES

HARDLY: Final = 0.05
"""Share of the variance, interactions included, under which a factor hardly matters."""
SLIGHT: Final = 0.01
"""Share of the variance from which an interaction is told of."""
SMALL: Final = 0.1
"""Share of the largest mu* under which a factor hardly matters."""
ONE_WAY: Final = 0.95
"""Share that mu is of mu* from which an effect goes one way, chance aside."""
CURVED: Final = 0.5
"""Share that sigma is of mu* from which an effect is far from the same everywhere (Garcia Sanchez and others 2014)."""
UPWARDS, DOWNWARDS, UP_OR_DOWN = "upwards", "downwards", "up or down"
MOST_TOLD: Final = 3
"""Factors and pairs told of with numbers."""

Row = Mapping[Any, Any]


def name_of(outcome: str) -> str:
    """What a reader sees of an outcome."""
    return OUTCOMES[outcome].label if outcome in OUTCOMES else outcome


def amount(value: float, outcome: str) -> str:
    """An amount of an outcome."""
    return words.amount(value, OUTCOMES[outcome]) if outcome in OUTCOMES else f"{value:.3g}".replace("-", "−")


def percent(share: float) -> str:
    """A share of the variance in whole percent; an estimate can be a little under 0 or above 100."""
    return f"{100.0 * share:.0f}".replace("-0", "0").replace("-", "−")


def ways(rows: pd.DataFrame) -> pd.Series[str]:
    """Which way the effects of factors go: upwards, downwards, or up or down.

    An effect goes one way if its mean can be told from 0, and what mu* is more than that is little or may be chance.
    """
    both = rows["mu_star"] - rows["mu"].abs() > (1.0 - ONE_WAY) * rows["mu_star"] + rows["mu_star_chance"].fillna(0.0)
    up, down = (rows["mu_low"] > 0.0) & ~both, (rows["mu_high"] < 0.0) & ~both
    return pd.Series(np.select([up, down], [UPWARDS, DOWNWARDS], default=UP_OR_DOWN), rows.index)


# what each method says --------------------------------------------------------


def of_shares(ranked: pd.DataFrame, pairs: pd.DataFrame | None, outcome: str) -> list[str]:
    """Sobol' and FAST indices."""
    if ranked["total"].isna().all():
        return [
            f"{name_of(outcome)}: what it depends on cannot be told from so few points and replicates; chance may have "
            "made its differences between points."
        ]
    hardly = ranked["total_high"].fillna(ranked["total"]) < HARDLY
    return [
        *_line(f"{name_of(outcome)} depends most on", _listed(ranked[ranked["told"] & ~hardly], _share)),
        *_line(
            f"Hardly matter (under {percent(HARDLY)} % of the variance, together with others)", _names(ranked[hardly])
        ),
        *_line("Cannot be told from chance", _listed(ranked[~ranked["told"] & ~hardly], _open)),
        _together(ranked, pairs),
    ]


def of_morris(ranked: pd.DataFrame, _: pd.DataFrame | None, outcome: str) -> list[str]:
    """Elementary effects."""
    hardly = ranked["mu_star_high"] < SMALL * ranked["mu_star"].max()
    matters = ranked[ranked["told"] & ~hardly]
    curved = matters[(matters["sigma"] >= CURVED * matters["mu_star"]) & (matters["sigma_low"] > 0.0)]

    def effect(row: Row) -> str:
        span = f"{amount(row['mu_star_low'], outcome)} to {amount(row['mu_star_high'], outcome)}"
        return f"by {amount(row['mu_star'], outcome)}, {row['way']} (mu*, 95 % interval {span})"

    lines = [
        *_line(
            f"{name_of(outcome)} moves most, over the whole range of a factor, with",
            _listed(matters.assign(way=ways(matters)), effect),
        ),
        *_line("Effect differs from place to place or with the others (sigma at least half of mu*)", _names(curved)),
        *_line(f"Hardly matter (mu* under {percent(SMALL)} % of the largest)", _names(ranked[hardly])),
        *_line("Cannot be told from chance", _names(ranked[~ranked["told"] & ~hardly])),
    ]
    if curved.empty and not matters.empty:
        lines.append("No effect is seen to differ much from place to place (sigma under half of mu*).")
    return lines


def of_pawn(ranked: pd.DataFrame, _: pd.DataFrame | None, outcome: str) -> list[str]:
    """PAWN indices."""

    def shift(row: Row) -> str:
        return f"{row['median']:.2f} (95 % interval {row['median_low']:.2f} to {row['median_high']:.2f})"

    return [
        *_line(f"{name_of(outcome)} is distributed most differently with", _listed(ranked[ranked["told"]], shift)),
        *_line("Cannot be told from chance", _names(ranked[~ranked["told"]])),
        f"Without influence a factor might get {ranked['chance'].iloc[0]:.2f} from so many points; the most is 1.",
    ]


# chance -----------------------------------------------------------------------


def of_chance(share: float, replicates: int, needed: float) -> str:
    """How much of the variance between points is chance, and what would be enough."""
    limit = f"{percent(TOLERATED)} %"
    if replicates == 1:
        return "One replicate at each point: how much of this is chance cannot be told; run two or more, better ten."
    told = f"{_little(share)} of the variance between points is chance, with {replicates:,} replicates at each"
    if math.isnan(needed):
        return f"{told}: no difference between points can be told from it, nor how many replicates that would take."
    if share <= TOLERATED:
        return f"{told}."
    return f"{told}; about {words.two_digits(needed):,} replicates would bring it under {limit}."


def of_failed(failed: int) -> list[str]:
    """Points that an analysis did without."""
    points = "1 point that failed is" if failed == 1 else f"{failed:,} points that failed are"
    return [f"{points} left out (run again with: peersim retry DIR)."] if failed else []


def _little(share: float) -> str:
    if share == 0.0:
        return "None"
    return "Less than 1 %" if share < 0.01 else f"{percent(share)} %"


# parts ------------------------------------------------------------------------


def _line(opening: str, listed: str) -> list[str]:
    return [f"{opening}: {listed}."] if listed else []


def _names(rows: pd.DataFrame) -> str:
    return ", ".join(map(str, rows.index))


def _listed(rows: pd.DataFrame, tell: Callable[[Row], str]) -> str:
    """The first few with numbers, the others by name."""
    told = [f"{row['factor']} {tell(row)}" for row in rows.head(MOST_TOLD).reset_index().to_dict("records")]
    rest = _names(rows.iloc[MOST_TOLD:])
    return "; ".join(told) + (f"; then {rest}" if rest else "")


def _share(row: Row) -> str:
    total = f"{percent(row['total'])} % of the variance{_span(row, 'total', ', 95 % interval ')}"
    return f"({total}; {percent(row['first'])} % by itself)"


def _open(row: Row) -> str:
    return f"({percent(row['total'])} %{_span(row, 'total', ', ')})"


def _span(row: Row, name: str, opening: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if math.isnan(low) else f"{opening}{percent(low)} to {percent(high)} %"


def _together(ranked: pd.DataFrame, pairs: pd.DataFrame | None) -> str:
    """What acts together with what: pairs, or factors where no pair stands out."""
    if pairs is not None:
        known = pairs[pairs["told"] & (pairs["second"] >= SLIGHT)].sort_values("second", ascending=False, kind="stable")
        if not known.empty:
            return f"Act together: {'; '.join(map(_pair, known.head(MOST_TOLD).to_dict('records')))}."
    factors = ranked[ranked["interacts"] & (ranked["interactions"] >= SLIGHT)]
    if factors.empty:
        return "Interactions: none can be told from chance."
    told = [f"{name} ({percent(row['interactions'])} % of the variance)" for name, row in factors.iterrows()]
    return f"Act partly together with others: {', '.join(told)}."


def _pair(row: Row) -> str:
    size = f"{percent(row['second'])} % of the variance{_span(row, 'second', ', 95 % interval ')}"
    return f"{row['factor']} with {row['with']} ({size})"
