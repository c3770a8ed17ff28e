"""Searching the policies that levers allow: NSGA-II on rungs of ladders, or all of them where they are few.

NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002) is pymoo's.  A policy is a rung on the ladder of each lever, whatever
its kind: pymoo's operators for mixed variables come as near to the front, and no nearer (`benchmarks/search.py`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from peersim.analysis.exploration.extras import needs
from peersim.analysis.exploration.factor import Factor, Level

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Judge = Callable[[Places], tuple[Floats, Floats]]
"""From policies, shape (policies, levers), to their losses (policies, objectives) and what is too much of each
(policies,): above 0, it cannot be had."""

FEWEST_STEPS: Final = 20
"""Steps that a range has at least."""
ETA_CROSSOVER, ETA_MUTATION = 15.0, 3.0
"""Distribution indices of pymoo's operators; a mutation has to reach the next of a few levels."""


def rungs(factor: Factor) -> tuple[Level, ...]:
    """The values of a lever that are tried: its levels, or the ends of its range and round numbers in between.

    Steps are the largest power of ten that leaves at least twenty of them, and 1 at least for whole numbers: a share of
    0.37 can be put in place, and 0.3701482 is no other policy.

    Examples
    --------
    >>> len(rungs(Factor("valuing.pay_parity", low=0.85, high=1.1)))
    26
    >>> rungs(Factor("x", low=1, high=3, whole=True))
    (1, 2, 3)
    """
    if factor.levels:
        return factor.levels
    low, high = float(factor.low), float(factor.high)
    power = math.floor(math.log10((high - low) / FEWEST_STEPS))
    if factor.whole:
        step = 10 ** max(0, power)
        inside = range(-(-int(factor.low) // step) * step, int(factor.high) + 1, step)
        return tuple(sorted({int(factor.low), *inside, int(factor.high)}))
    numbers = range(math.ceil(low / 10.0**power), math.floor(high / 10.0**power) + 1)
    round_numbers = {round(number * 10.0**power, -power) for number in numbers}
    return tuple(sorted({low, high} | {number for number in round_numbers if low < number < high}))


def search(
    sizes: Sequence[int], objectives: int, judge: Judge, *, population: int, generations: int, seed: int
) -> bool:
    """Show policies to a judge, generation by generation, nearer and nearer to the front.

    Parameters
    ----------
    sizes : sequence of int
        Rungs of each lever.
    objectives : int
        How many there are.
    judge : callable
        See `Judge`; may be shown the same policy again.
    population, generations : int
    seed : int
        The same seed and the same judgements: the same policies.

    Returns
    -------
    bool
        Whether there were so few policies that all were shown.
    """
    if math.prod(sizes) <= population * generations:
        judge(np.array(list(itertools.product(*map(range, sizes))), np.int64))
        return True
    problem = needs("pymoo.core.problem").Problem
    static = needs("pymoo.problems.static").StaticProblem
    evaluator = needs("pymoo.core.evaluator").Evaluator()
    algorithm = _nsga2(population)
    ends = {"xl": np.zeros(len(sizes)), "xu": np.array(sizes) - 1}
    asked = problem(n_var=len(sizes), n_obj=objectives, n_ieq_constr=1, vtype=int, **ends)
    algorithm.setup(asked, termination=("n_gen", generations), seed=seed)
    while algorithm.has_next():
        policies = algorithm.ask()
        if policies is None:  # nothing new in the neighbourhood of what survives
            break
        losses, excess = judge(np.asarray(policies.get("X"), np.int64))
        evaluator.eval(static(asked, F=losses, G=excess[:, np.newaxis]), policies)
        algorithm.tell(infills=policies)
    return False


def _nsga2(population: int) -> Any:
    operators = needs("pymoo.operators.crossover.sbx"), needs("pymoo.operators.mutation.pm")
    rounded = needs("pymoo.operators.repair.rounding").RoundingRepair()
    return needs("pymoo.algorithms.moo.nsga2").NSGA2(
        pop_size=population,
        sampling=needs("pymoo.operators.sampling.rnd").IntegerRandomSampling(),
        crossover=operators[0].SBX(eta=ETA_CROSSOVER, prob=0.9, vtype=float, repair=rounded),
        mutation=operators[1].PM(eta=ETA_MUTATION, prob=1.0, vtype=float, repair=rounded),
    )
