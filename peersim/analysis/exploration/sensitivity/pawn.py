"""PAWN: how far the whole distribution of an outcome shifts with each factor, from any sample of points."""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.extras import needs
from peersim.analysis.exploration.responses import Responses
from peersim.analysis.exploration.sensitivity import checks
from peersim.analysis.exploration.sensitivity.chance import Blocks, Floats
from peersim.analysis.exploration.sensitivity.result import Sensitivity, limits, problem, sure

SLICES: Final = 10
"""Parts of a factor's range in each of which the outcome is looked at by itself."""
FEWEST: Final = 100
"""Rows from which there are ten in every slice."""
RESAMPLES: Final = 50
"""Fewer than elsewhere: each looks at every slice of every factor, which takes long."""
DUMMIES: Final = 100
"""Factors without any influence, to see what index they get."""


def pawn(responses: Responses, outcome: str, seed: int = 1) -> Sensitivity:
    """PAWN indices: distance between the outcome's distribution where a factor is held in a slice, and everywhere.

    The distance is Kolmogorov and Smirnov's, from 0 (none) to 1, and the index its median over slices.  It is above 0
    for any finite sample; what a factor without influence gets is seen from dummy factors, which have none
    (Khorashadi Zadeh and others 2017).

    Parameters
    ----------
    responses : Responses
        Of a design ``latin_hypercube``, ``sobol``, ``saltelli`` (of which the rows drawn independently are used, the
        first and last of each block) or ``points``.
    outcome : str
    seed : int
        Of the resampling, the dummies, and the order of equal values.

    Returns
    -------
    Sensitivity
        ``table``: ``median`` with its 95 % interval (``_low``, ``_high``) over other rows and other replicates;
        ``mean``, ``maximum`` over slices; ``chance``, which a factor without influence would not exceed, allowing for
        the number of factors; ``told``, whether the median exceeds it and its interval what dummies get on average.

    Raises
    ------
    QuestionError
        If the design or the outcome cannot be analysed so, or there are too few rows.

    References
    ----------
    Pianosi and Wagener 2018, doi:10.1016/j.envsoft.2018.07.019; Khorashadi Zadeh and others 2017,
    doi:10.1016/j.envsoft.2017.02.001; SALib.
    """
    from scipy.stats import norm

    checks.method_for(responses, "pawn")
    rows = _independent(responses)
    used = rows & ~responses.failed
    if used.sum() < FEWEST:
        raise QuestionError(
            f"study {responses.study}: {used.sum():,} rows are too few for PAWN indices, which look at {SLICES} slices "
            f"of each factor; allowed: {FEWEST} independent rows without failures, or more"
        )
    means = checks.known(responses, outcome, used)
    rng = np.random.default_rng(seed)
    names = list(responses.coordinates.columns)
    places = np.column_stack([_places(column, rng) for column in responses.coordinates.to_numpy(float)[used].T])
    salib = needs("SALib.analyze.pawn")

    # Factors stand beside the outcome, so that a row drawn anew keeps its own; chance is in the outcome only.
    noise = np.zeros((len(places), len(names) + 1, means.noise.shape[1]))
    noise[:, -1] = means.noise
    joined = Blocks(np.column_stack([places, means.values]), noise)

    def medians(resampled: Floats) -> Floats:
        return np.column_stack(
            [
                _analysed(salib, problem(responses), rows[:, :-1], rows[:, -1])["median"]
                for rows in np.moveaxis(resampled, 2, 0)
            ]
        )

    found = _analysed(salib, problem(responses), places, means.values)
    median, errors = found["median"], joined.errors(medians, seed, RESAMPLES)
    dummies = _dummies(salib, means.values, rng)
    chance = float(dummies.mean() + norm.ppf(sure(len(names))) * dummies.std(ddof=1))
    table = pd.DataFrame(index=names).assign(
        **limits("median", median, errors), mean=found["mean"], maximum=found["maximum"], chance=chance
    )
    table = table.assign(told=(table["median"] > chance) & (table["median_low"] > dummies.mean()))
    failed = int((rows & responses.failed).sum())
    return Sensitivity.of(responses, outcome, "pawn", means, table, seed=seed, failed=failed)


def _independent(responses: Responses) -> npt.NDArray[np.bool_]:
    """Which rows the design has drawn independently: of Saltelli's only A and B, whose values the others repeat."""
    place = np.arange(responses.points)
    if responses.design["design"] != "saltelli":
        return np.full(len(place), True)
    block = (2 if responses.design["second_order"] else 1) * len(responses.factors) + 2
    return np.isin(place % block, (0, block - 1))


def _places(coordinates: Floats, rng: np.random.Generator) -> Floats:
    """Where each row stands along a factor, equal values in random order.

    SALib cuts slices at quantiles and would leave out the highest of few values.
    """
    from scipy.stats import rankdata

    order = rng.permutation(len(coordinates))
    places = np.empty(len(coordinates))
    places[order] = rankdata(coordinates[order], method="ordinal")
    return places / len(coordinates)


def _dummies(salib: Any, values: Floats, rng: np.random.Generator) -> Floats:
    """Indices of factors without influence."""
    places = rng.permuted(np.tile(np.arange(1.0, len(values) + 1.0), (DUMMIES, 1)), axis=1).T
    about = {"num_vars": DUMMIES, "names": [str(k) for k in range(DUMMIES)], "bounds": [[0.0, 1.0]] * DUMMIES}
    return np.asarray(_analysed(salib, about, places, values)["median"])


def _analysed(salib: Any, about: dict[str, Any], places: Floats, values: Floats) -> Any:
    with warnings.catch_warnings():
        # A p-value, which nobody asks for.
        warnings.filterwarnings("ignore", "ks_2samp: Exact calculation unsuccessful", RuntimeWarning)
        return salib.analyze(about, places, values, S=SLICES)
