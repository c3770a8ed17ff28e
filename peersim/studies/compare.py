"""Comparing scenarios: the same people and the same luck in each, and as many pairs of worlds as it takes."""

from __future__ import annotations

import math
from collections.abc import Mapping

from peersim.analysis.comparison import Comparison
from peersim.analysis.errors import QuestionError, check_outcomes
from peersim.analysis.matching import check_pairable
from peersim.ensemble import Progress, chunks, reported, run
from peersim.results.outcomes import RETENTION_WEEKS
from peersim.results.results import Results
from peersim.scenario import Scenario
from peersim.studies.tally import Tally

MOST_PAIRS = 5_000
"""Pairs at which the search for a precision ends, unless said otherwise."""
MARGIN = 1.05
"""Pairs to go on to: so many times what seems to be needed, since the spread itself is an estimate."""
LEAST_MORE = 0.1
"""Pairs to add at least, as a share of those there are."""


def compare(
    base: Scenario,
    others: Mapping[str, Scenario],
    replicates: int = 200,
    seed: int = 1,
    *,
    precision: Mapping[str, float] | None = None,
    most: int = MOST_PAIRS,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run scenarios with the same people and the same luck, and compare each with the baseline.

    Parameters
    ----------
    base : Scenario
        The baseline.
    others : mapping of str to Scenario
        What it is compared with, by name.
    replicates : int
        Pairs of worlds; with `precision`, those to begin with.
    seed : int
        The same in every scenario.
    precision : mapping of str to float, optional
        Pairs are added until the 95 % interval of the difference in each of these outcomes reaches no further than so
        much to either side, in every scenario, or `most` pairs are run.  `Comparison.precision` says which.
    most : int
        Pairs at which the search for a precision ends.
    threads : int, optional
        Threads to use; all cores by default.
    progress : callable, optional
        Told how many worlds are done, and of how many; the total may grow.

    Returns
    -------
    Comparison

    Raises
    ------
    QuestionError
        If a scenario cannot be paired with the baseline, or a precision never be reached.

    Examples
    --------
    >>> import peersim as ps
    >>> base = ps.demo()
    >>> weekly = base.with_({"support.supervision.every_weeks": 1})
    >>> comparison = ps.compare(base, {"weekly supervision": weekly})  # doctest: +SKIP
    >>> comparison.contrasts  # doctest: +SKIP
    """
    for name, other in others.items():
        check_pairable(base, other, name)
    asked = dict(precision or {})
    _check_precision(asked, base, replicates, most)
    scenarios = [base, *others.values()]
    tally = Tally(progress, len(scenarios) * replicates)
    results = [run(case, replicates, seed, threads=threads, progress=tally.next_run()) for case in scenarios]
    while True:
        comparison = Comparison(results[0], dict(zip(others, results[1:], strict=True)), asked=asked)
        more = _wanted(comparison, most) - comparison.replicates
        if not more:
            return comparison
        tally.expect(len(results) * more)
        results = [_extended(part, more, threads, tally.next_run()) for part in results]


def _wanted(comparison: Comparison, most: int) -> int:
    """Pairs to go on to: those there are, once every precision is reached or the most are run."""
    here = comparison.replicates
    short = [goal for goal in comparison.precision if not goal.reached]
    if not short or here >= most:
        return here
    needed = max(math.inf if math.isnan(goal.pairs_needed) else goal.pairs_needed for goal in short)
    return int(min(most, max(MARGIN * needed, here + LEAST_MORE * here) + 1))


def _extended(results: Results, more: int, threads: int | None, progress: Progress) -> Results:
    """Results with so many more replicates."""
    batches = chunks(results.scenario, more, seed=results.seed, first=results.replicates, threads=threads)
    return results.extended(reported(batches, more, progress), more)


def _check_precision(asked: Mapping[str, float], base: Scenario, replicates: int, most: int) -> None:
    check_outcomes(asked, "precision")
    for name, half in asked.items():
        if not half > 0.0 or not math.isfinite(half):
            raise QuestionError(f"precision {name}: found {half}; allowed: a number above 0")
        needed = RETENTION_WEEKS.get(name, 1)
        if base.horizon_weeks < needed:
            raise QuestionError(
                f"precision {name}: cannot be reached: {name} takes at least {needed} weeks, and only "
                f"{base.horizon_weeks} are watched"
            )
    if asked and replicates < 2:
        raise QuestionError(f"precision: found {replicates} replicate to begin with; allowed: 2 or more")
    if asked and most < replicates:
        raise QuestionError(f"most: found {most} pairs; allowed: {replicates} or more, the number to begin with")
