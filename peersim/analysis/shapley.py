"""The parts of an effect: Shapley values over the parts of a bundle, and how parts interact.

A bundle of n parts makes 2**n scenarios: none of the parts, each alone, each pair, ... all.  The Shapley value of a
part is what it adds, averaged over all orders in which the parts could be put in place one after the other (Shapley
1953); the values add up exactly to the effect of the whole bundle.  The interaction of two parts is what the two
together do beyond the sum of each alone, averaged in the same way (Grabisch and Roubens 1999): of two parts that
raise an outcome, below 0 they do the same work twice, above 0 one makes the other worth more.

Everything is computed replicate by replicate, so that each value has the interval of a paired difference.
Subsets are numbered: bit i of the number is 1 if part i is in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from peersim.results.outcomes import interval

Floats = npt.NDArray[np.float64]


def weights(parts: int) -> Floats:
    """Share of orders in which a given part comes directly after a given set of others, by their number."""
    return np.array([1.0 / (parts * comb(parts - 1, size)) for size in range(parts)])


def shapley_values(outcomes: Floats) -> Floats:
    """Exact Shapley values.

    Parameters
    ----------
    outcomes : array, shape (2**parts, ...)
        The outcome of every subset, in order of its number.

    Returns
    -------
    array, shape (parts, ...)
        Their sum is ``outcomes[-1] - outcomes[0]``.
    """
    parts = _parts(outcomes)
    weight = weights(parts)
    values = np.zeros((parts, *outcomes.shape[1:]))
    for part in range(parts):
        for subset in _without(parts, 1 << part):
            values[part] += weight[subset.bit_count()] * (outcomes[subset | 1 << part] - outcomes[subset])
    return values


def interactions(outcomes: Floats) -> dict[tuple[int, int], Floats]:
    """Exact Shapley interaction indices of every pair of parts.

    Parameters
    ----------
    outcomes : array, shape (2**parts, ...)
        As for `shapley_values`.

    Returns
    -------
    dict
        From each pair of parts to an array of shape (...); empty for a single part.
    """
    parts = _parts(outcomes)
    found = {}
    weight = weights(max(1, parts - 1))
    for one, other in combinations(range(parts), 2):
        a, b = 1 << one, 1 << other
        found[one, other] = sum(
            (
                weight[subset.bit_count()]
                * (outcomes[subset | a | b] - outcomes[subset | a] - outcomes[subset | b] + outcomes[subset])
                for subset in _without(parts, a | b)
            ),
            start=np.zeros(outcomes.shape[1:]),
        )
    return found


def orders(parts: int, count: int, seed: int) -> list[tuple[int, ...]]:
    """Random orders of the parts, each followed by its reverse: what one gets wrong the other makes up for.

    Parameters
    ----------
    count : int
        Even.
    """
    rng = np.random.default_rng(seed)
    drawn = [tuple(map(int, rng.permutation(parts))) for _ in range(count // 2)]
    return [order for one in drawn for order in (one, one[::-1])]


def subsets_of(orders: Iterable[Sequence[int]]) -> list[int]:
    """Every subset met on the way through some orders, each once, in the order in which it is met."""
    met: dict[int, None] = {}
    for order in orders:
        subset = 0
        met.setdefault(subset)
        for part in order:
            subset |= 1 << part
            met.setdefault(subset)
    return list(met)


def sampled_values(outcomes: dict[int, Floats], orders: Sequence[Sequence[int]]) -> tuple[Floats, Floats]:
    """Shapley values from some orders only.

    Parameters
    ----------
    outcomes : dict
        The outcome of every subset met (see `subsets_of`), shape (replicates, ...).
    orders : sequence
        As from `orders`: pairs of an order and its reverse.

    Returns
    -------
    values : array, shape (parts, replicates, ...)
        Their sum over parts is the effect of the whole, as for all orders.
    error : array, shape (parts, ...)
        Standard error of the mean over replicates that comes from having tried some orders only.
    """
    added = np.stack([_added(outcomes, order) for order in orders])
    by_pair = added.reshape(len(orders) // 2, 2, *added.shape[1:]).mean(axis=1)
    means, _, _ = interval(np.moveaxis(by_pair, 2, 0))
    return by_pair.mean(axis=0), means.std(axis=0, ddof=1) / np.sqrt(len(means))


def _added(outcomes: dict[int, Floats], order: Sequence[int]) -> Floats:
    """What each part adds in one order, shape (parts, replicates, ...)."""
    subset, added = 0, {}
    for part in order:
        added[part] = outcomes[subset | 1 << part] - outcomes[subset]
        subset |= 1 << part
    return np.stack([added[part] for part in range(len(order))])


def _parts(outcomes: Floats) -> int:
    parts = len(outcomes).bit_length() - 1
    if len(outcomes) != 1 << parts or parts < 1:
        raise ValueError(f"outcomes of all subsets: found {len(outcomes)}; allowed: 2, 4, 8, ...")
    return parts


def _without(parts: int, bits: int) -> Iterable[int]:
    """Every subset that has none of some parts."""
    return (subset for subset in range(1 << parts) if not subset & bits)
