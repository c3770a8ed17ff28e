"""FAST: first and total order from one search curve per factor, a cheaper way to Sobol' indices of many factors."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from peersim.analysis.exploration.extras import needs
from peersim.analysis.exploration.responses import Responses
from peersim.analysis.exploration.sensitivity import checks
from peersim.analysis.exploration.sensitivity.chance import Errors, Floats
from peersim.analysis.exploration.sensitivity.result import Sensitivity, limits, told, varies

HARMONICS: Final = 4
"""Harmonics of a curve's frequency that count as the factor's own: SALib's M."""
OWN_ERROR, OWN_ERROR_OF_STEPS = 0.05, 0.1
"""Share of the variance up to which the method itself may be off, as its intervals, which hold chance only, do not say;
and where factors move in steps, which four harmonics do not follow."""


def fast(responses: Responses, outcome: str, seed: int = 1) -> Sensitivity:
    """Sobol' indices of first and total order by the extended Fourier amplitude sensitivity test.

    What chance adds to the spectrum is taken off, as in `sobol`.

    Parameters
    ----------
    responses : Responses
        Of a design ``fast``.
    outcome : str
    seed : int
        Of the resampling.

    Returns
    -------
    Sensitivity
        ``table`` as that of `sobol`.  Intervals are over other replicates only: points of a search curve cannot be
        drawn anew, and SALib's own intervals for FAST are known to be wrong.  With one replicate there are none.
        ``told`` and ``interacts`` allow for `OWN_ERROR` besides, or `OWN_ERROR_OF_STEPS`.

    Raises
    ------
    QuestionError
        If the design or the outcome cannot be analysed so.

    References
    ----------
    Saltelli, Tarantola and Chan 1999, doi:10.1080/00401706.1999.10485594; SALib.
    """
    checks.method_for(responses, "fast")
    means = checks.complete(responses, outcome, "fast")
    names = list(responses.coordinates.columns)
    salib = needs("SALib.analyze.fast")
    curves = means.blocks(responses.points // len(names))

    def parts(resampled: Floats) -> Floats:
        return _parts(salib, resampled)

    found = parts(curves.values[..., np.newaxis])[..., 0]
    own = found - curves.chance_in(parts)
    index = own[:3] / own[3]

    def deviations(resampled: Floats) -> Floats:
        """Of each ratio to first order (the delta method), and of the whole variance, as shares of it."""
        found = parts(resampled)
        ratios = (found[:3] - index[..., np.newaxis] * found[3]) / own[3][:, np.newaxis]
        return np.concatenate([ratios.reshape(-1, found.shape[2]), found[3].sum(axis=0, keepdims=True) / own[3].sum()])

    errors = Errors.unknown(index.size + 1)
    if means.replicates > 1:
        errors = curves.errors_of_chance(deviations, seed)
    if not varies(own[3].min(), errors[-1:], means.replicates):
        index, errors = np.full_like(index, np.nan), Errors.unknown(index.size + 1)
    first, total, both = (errors[k * len(names) : (k + 1) * len(names)] for k in range(3))
    steps = any(factor.size is not None for factor in responses.factors)
    own_error = OWN_ERROR_OF_STEPS if steps else OWN_ERROR
    table = pd.DataFrame(index=names).assign(
        **limits("first", index[0], first),
        **limits("total", index[1], total),
        **limits("interactions", index[2], both),
        first_uncorrected=found[0] / found[3],
        total_uncorrected=found[1] / found[3],
        told=told(index[1] - own_error, total, means.replicates),
        interacts=told(index[2] - own_error, both, means.replicates),
    )
    return Sensitivity.of(responses, outcome, "fast", means, table, seed=seed)


def _parts(salib: Any, curves: Floats) -> Floats:
    """First, total, total less first, each as a part of the variance; and the variance.

    Parameters
    ----------
    salib : module
    curves : array, shape (factors, points of a curve, columns)

    Returns
    -------
    array, shape (4, factors, columns)
    """
    factors, length, columns = curves.shape
    frequency = (length - 1) // (2 * HARMONICS)
    power = np.abs(np.fft.rfft(curves, axis=1)) ** 2 / length**2
    variance = 2.0 * power[:, 1 : (length + 1) // 2].sum(axis=1)
    orders = np.zeros((2, factors, columns))
    for factor, column in zip(*np.nonzero(variance), strict=True):
        orders[:, factor, column] = salib.compute_orders(curves[factor, :, column], length, HARMONICS, frequency)
    first, total = orders * variance
    return np.stack([first, total, total - first, variance])
