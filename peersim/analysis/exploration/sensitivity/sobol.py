"""Sobol' indices: what share of the variance between points each factor makes, alone and together with others."""

from __future__ import annotations

import warnings
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from peersim.analysis.exploration.extras import needs
from peersim.analysis.exploration.responses import Responses
from peersim.analysis.exploration.sensitivity import checks
from peersim.analysis.exploration.sensitivity.chance import Blocks, Errors, Floats
from peersim.analysis.exploration.sensitivity.result import Sensitivity, limits, told, varies


def sobol(responses: Responses, outcome: str, seed: int = 1) -> Sensitivity:
    """Sobol' indices of first, total and second order, without what chance is in them.

    Chance adds to the variance of all points and to the part of each factor that it has together with others, so that
    indices taken as if there were none are too low in the first order and too high in the total.  Both parts of each
    ratio are quadratic forms of the means over replicates, and what chance adds to them is taken off (see `chance`).

    Parameters
    ----------
    responses : Responses
        Of a design ``saltelli``.
    outcome : str
    seed : int
        Of the resampling.

    Returns
    -------
    Sensitivity
        ``table``: ``first``, ``total`` and ``interactions`` (total less first), each with its 95 % interval (``_low``,
        ``_high``) over other rows of the design and other replicates; ``first_uncorrected`` and ``total_uncorrected``
        as SALib gives them; ``told`` and ``interacts``, whether total and interactions can be told from 0, allowing for
        the number of factors; with one replicate nothing can.  ``pairs``: ``second``, if the design has it.  Not a
        number where the variance itself cannot be told from chance.

    Raises
    ------
    QuestionError
        If the design or the outcome cannot be analysed so.

    References
    ----------
    Saltelli and others 2010, doi:10.1016/j.cpc.2009.09.018; Saltelli 2002, doi:10.1016/S0010-4655(02)00280-1; SALib.
    """
    checks.method_for(responses, "sobol")
    means = checks.complete(responses, outcome, "sobol")
    names = list(responses.coordinates.columns)
    pairs = list(combinations(range(len(names)), 2)) if responses.design["second_order"] else []
    blocks = means.blocks((2 if responses.design["second_order"] else 1) * len(names) + 2)
    # SALib's estimators want centred values; what a replicate has in common at all points goes with it.
    scale = blocks.values.std()
    blocks = Blocks((blocks.values - blocks.values.mean()) / scale, (blocks.noise - blocks.noise.mean((0, 1))) / scale)

    salib = needs("SALib.analyze.sobol")

    def parts(resampled: Floats) -> Floats:
        return _parts(salib, resampled, len(names), pairs)

    found = parts(blocks.values[..., np.newaxis])[:, 0]
    own = found - blocks.chance_in(parts)
    index = own / own[-1]

    def deviations(resampled: Floats) -> Floats:
        """Of each ratio to first order (the delta method), and of the variance itself, as shares of the variance."""
        found = parts(resampled)
        found[:-1] -= index[:-1, np.newaxis] * found[-1]
        found /= own[-1]
        return found

    errors = blocks.errors(deviations, seed)
    if not varies(own[-1], errors[-1:], means.replicates):
        index, errors = np.full_like(index, np.nan), Errors.unknown(len(index))
    first, total, both, second = (slice(k * len(names), (k + 1) * len(names)) for k in range(4))
    second = slice(second.start, -1)
    raw = found / found[-1]
    pair_table = None
    if pairs:
        both_names = {"factor": [names[j] for j, _ in pairs], "with": [names[k] for _, k in pairs]}
        pair_table = pd.DataFrame(both_names).assign(
            **limits("second", index[second], errors[second]),
            told=told(index[second], errors[second], means.replicates),
        )
    table = pd.DataFrame(index=names).assign(
        **limits("first", index[first], errors[first]),
        **limits("total", index[total], errors[total]),
        **limits("interactions", index[both], errors[both]),
        first_uncorrected=raw[first],
        total_uncorrected=raw[total],
        told=told(index[total], errors[total], means.replicates),
        interacts=told(index[both], errors[both], means.replicates),
    )
    return Sensitivity.of(responses, outcome, "sobol", means, table, pair_table, seed=seed)


def _parts(salib: Any, means: Floats, factors: int, pairs: list[tuple[int, int]]) -> Floats:
    """First, total, total less first, second: each as a part of the variance; and the variance.

    Parameters
    ----------
    salib : module
        Its estimators take a column for each set of means.
    means : array, shape (blocks, rows, columns)
        Centred.  Rows of a block in SALib's order: A, A with each column from B, B with each column from A, B.

    Returns
    -------
    array, shape (3 * factors + pairs + 1, columns)
    """
    a, b = means[:, 0], means[:, -1]
    variance = np.var(np.concatenate([a, b]), axis=0)
    with warnings.catch_warnings():
        # Columns without any chance: their part is 0, as SALib says.
        warnings.filterwarnings("ignore", "Constant values encountered")
        first = [salib.first_order(a, means[:, 1 + j], b) for j in range(factors)]
        total = [salib.total_order(a, means[:, 1 + j], b) for j in range(factors)]
        second = [
            salib.second_order(a, means[:, 1 + j], means[:, 1 + k], means[:, 1 + factors + j], b) for j, k in pairs
        ]
    both = [t - f for f, t in zip(first, total, strict=True)]
    return np.stack([*(index * variance for index in (*first, *total, *both, *second)), variance])
