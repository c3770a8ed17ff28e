"""Observation model: states on the scales on which studies measured them, for comparison with data.

Each is a straight line from the state's range to the scale's.  That a state of the model is what the scale measures is
an assumption.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import pandas as pd


class Scale(NamedTuple):
    """A published scale, and the outcome or measure that it is taken to measure.

    Attributes
    ----------
    state : str
        Measure of the weekly table.
    low, high : float
        Ends of the scale, for the states 0 and 1.
    source : str
        Scale, and the row of the evidence table that has data on it.
    """

    state: str
    low: float
    high: float
    source: str


SCALES: Final = {
    "wemwbs": Scale("wellbeing", 14.0, 70.0, "Warwick-Edinburgh Mental Wellbeing Scale; evidence row 1.21"),
    "mbi_emotional_exhaustion": Scale("exhaustion", 0.0, 54.0, "Maslach Burnout Inventory; evidence row 1.22"),
    "job_satisfaction": Scale("satisfaction", 1.0, 5.0, "overall job satisfaction, 1 to 5; evidence row 1.21"),
    "prospects_satisfaction": Scale("prospects", 1.0, 5.0, "satisfaction with prospects, 1 to 5; evidence row 1.21"),
}
"""Scales by name."""


def observe(weekly: pd.DataFrame) -> pd.DataFrame:
    """The weekly table as studies would have measured it.

    Parameters
    ----------
    weekly : DataFrame
        With the columns of the measures.

    Returns
    -------
    DataFrame
        ``replicate``, ``week``, and a column per scale.
    """
    columns = {name: scale.low + (scale.high - scale.low) * weekly[scale.state] for name, scale in SCALES.items()}
    return weekly[["replicate", "week"]].assign(**columns)
