"""What is kept of a world so that every outcome but retention can be told of it and of any number of worlds together.

Stores of studies keep these numbers (`studies.units`): a change here is another version of the model to them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from peersim.world.measures import WEEKLY

Floats = npt.NDArray[np.float64]

LAST_WEEKS: Final = 26
"""Point outcomes are means over this many last weeks."""
WEEKS_A_YEAR: Final = 52
MEANS: Final = (
    "identity",
    "role_clarity",
    "empowerment",
    "felt_value",
    "exhaustion",
    "wellbeing",
    "intention_to_leave",
    "generic_share",
    "isolation",
    "vacancy_rate",
    "sickness_rate",
    "trust",
    "hope",
    "engagement",
    "recovery",
    "culture_valuing",
    "role_understanding",
    "clinician_exhaustion",
)
"""Measures whose mean over the last weeks is an outcome."""
SUMS: Final = (*MEANS, "peers_left", "peer_weeks", "clinicians_left", "clinician_weeks", "cost", "cost_per_year")
"""What `sums` keeps of each replicate."""


def sums(weekly: Floats) -> Floats:
    """What all outcomes but retention need to know of each replicate.

    Parameters
    ----------
    weekly : array, shape (replicates, weeks, measures)

    Returns
    -------
    array, shape (replicates, sums)
        In the order of `SUMS`.
    """
    column = {name: weekly[:, :, k] for k, name in enumerate(WEEKLY)}
    peer_weeks = column["peers_in_post"] + column["peers_left"] - column["peers_hired"]
    clinician_weeks = column["clinicians_in_post"] + column["clinicians_left"] - column["clinicians_hired"]
    last = np.stack([column[name][:, -LAST_WEEKS:] for name in MEANS])
    kept = dict(zip(MEANS, mean_of_weeks(last), strict=True)) | {
        "peers_left": (WEEKS_A_YEAR * column["peers_left"]).sum(axis=1),
        "peer_weeks": peer_weeks.sum(axis=1),
        "clinicians_left": (WEEKS_A_YEAR * column["clinicians_left"]).sum(axis=1),
        "clinician_weeks": clinician_weeks.sum(axis=1),
        "cost": (WEEKS_A_YEAR * column["cost"]).sum(axis=1),
        "cost_per_year": WEEKS_A_YEAR * column["cost"].mean(axis=1),
    }
    return np.stack([kept[name] for name in SUMS], axis=1)


def last_weeks(series: Floats) -> Floats:
    """Mean over the last `LAST_WEEKS` weeks, shape (..., weeks) to (...); weeks without a value are left out."""
    return mean_of_weeks(series[..., -LAST_WEEKS:])


def mean_of_weeks(series: Floats) -> Floats:
    """Mean over weeks that have a value, shape (..., weeks) to (...)."""
    known = ~np.isnan(series)
    return ratio(np.stack([np.where(known, series, 0.0).sum(axis=-1), known.sum(axis=-1)], axis=-1))


def ratio(sums: Floats) -> Floats:
    """First of two sums divided by the second, not a number where that is 0; `sums` has shape (..., 2)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan)
