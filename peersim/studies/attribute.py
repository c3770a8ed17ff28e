"""Which parts of a bundle of policies carry its effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from peersim.analysis import shapley
from peersim.analysis.attribution import Attribution, Part
from peersim.analysis.errors import QuestionError
from peersim.analysis.matching import check_pairable, effective_changes
from peersim.ensemble import Progress, run
from peersim.scenario import Scenario
from peersim.studies.tally import Tally

MOST_EXACT: Final = 10
"""Parts up to which every subset is run."""
BUDGET: Final = 2**MOST_EXACT
"""Scenarios that are run at most."""

THEMES: Final = {
    "valuing": "Valuing what is distinctive",
    "identity": "Maintaining peer identity",
    "support": "Supporting the individual peer worker",
    "structure": "Organisational structures",
    "culture": "Organisational culture",
}
"""The study's five themes."""
OTHERS: Final = {
    "sector": "Sector",
    "teams": "Teams",
    "changes": "Policies over time",
    "costs": "Unit costs",
    "model": "The model's constants",
}
"""Groups of a scenario that are no policies."""


def parts_of(base: Scenario, bundle: Scenario, by: str = "theme") -> list[Part]:
    """The parts of which a bundle is made.

    Parameters
    ----------
    base, bundle : Scenario
    by : str
        ``theme``: the study's five themes, and what else differs by group.  ``key``: every policy, unit cost and
        constant that differs; teams and policies over time stay together, since parts of them cannot stand alone.
    """
    groups: dict[str, dict[str, object]] = {}
    for key, (_, new) in effective_changes(base, bundle).items():
        group = key.split(".")[0]
        name = group if by == "theme" or group in ("teams", "changes") else key
        groups.setdefault(name, {})[key] = new
    order = [*THEMES, *OTHERS]
    names = sorted(groups, key=lambda name: order.index(name.split(".")[0]))
    return [Part(name, (THEMES | OTHERS).get(name, name), groups[name]) for name in names]


def attribute(
    base: Scenario,
    bundle: Scenario,
    *,
    name: str = "",
    by: str = "theme",
    replicates: int = 200,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Attribution:
    """Split the effect of a bundle of policies over its parts (Shapley values), on paired worlds.

    Up to ten parts, every subset of them is run.  Beyond, random orders in which the parts could be put in place
    are, as many as about a thousand scenarios allow, and the error that comes from this is given.

    Parameters
    ----------
    base, bundle : Scenario
        Without and with the whole bundle.
    name : str
        What the bundle is called, if not as its scenario.
    by : str
        Parts are the study's themes (``theme``) or single keys (``key``).
    replicates, seed : int
        Worlds of each subset, the same in all.
    threads : int, optional
        Threads to use; all cores by default.
    progress : callable, optional
        Told how many worlds are done, and of how many.

    Returns
    -------
    Attribution

    Raises
    ------
    QuestionError
        If the bundle changes nothing, or cannot be paired with the baseline.

    Examples
    --------
    >>> import peersim as ps
    >>> base = ps.demo()
    >>> bundle = base.with_({"valuing.pay_parity": 1.0, "support.supervision.every_weeks": 1})
    >>> ps.attribute(base, bundle).shares  # doctest: +SKIP
    """
    if by not in ("theme", "key"):
        raise QuestionError(f"by: found {by!r}; allowed: theme, key")
    name = name or bundle.name
    check_pairable(base, bundle, name)
    parts = parts_of(base, bundle, by)
    orders, subsets = tried(len(parts), seed)
    tally = Tally(progress, len(subsets) * replicates)
    outcomes: dict[int, npt.NDArray[np.float64]] = {}
    for subset, scenario in _scenarios(base, parts, subsets):
        results = run(scenario, replicates, seed, threads=threads, progress=tally.next_run())
        outcomes[subset] = results.per_replicate.to_numpy()
    return Attribution(
        scenario=base,
        whole=bundle,
        bundle=name,
        parts=parts,
        outcomes=outcomes,
        seed=seed,
        replicates=replicates,
        orders=orders,
    )


def tried(parts: int, seed: int) -> tuple[list[tuple[int, ...]], list[int]]:
    """Orders of so many parts that are drawn, none where every subset is run, and the subsets that are run."""
    if parts <= MOST_EXACT:
        return [], list(range(1 << parts))
    orders = shapley.orders(parts, _orders_within_budget(parts), seed)
    return orders, shapley.subsets_of(orders)


def _orders_within_budget(parts: int) -> int:
    """An even number of orders, at least four, whose subsets are about as many as are run at most."""
    return max(4, BUDGET // (parts - 1) // 2 * 2)


def _scenarios(base: Scenario, parts: list[Part], subsets: list[int]) -> Iterator[tuple[int, Scenario]]:
    """The scenario of each subset: the baseline with the parts that are in."""
    for subset in subsets:
        changes: Mapping[str, object] = {
            key: value for k, part in enumerate(parts) if subset >> k & 1 for key, value in part.changes.items()
        }
        yield subset, base.with_(changes)
