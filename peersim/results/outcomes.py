"""The headline outcomes: what each is, which way is better, and how it is estimated.

Every outcome is a number for each replicate, so that replicates can be averaged, compared in pairs and resampled.
Means over people or weeks are that already.  Rates and retention are ratios, biased when taken replicate by replicate
(a lone peer who never left has no leaving rate of their own); for them the estimate pools all replicates, and each
replicate's number is its jackknife pseudo-value (Andersen, Klein and Rosthoj 2003): their mean is the pooled
estimate up to its bias, and their spread gives its interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.results.sums import LAST_WEEKS, SUMS, WEEKS_A_YEAR, ratio, sums
from peersim.world.measures import SHARE, WEEKLY
from peersim.world.state import STILL_THERE

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int32]
Estimate = Callable[[Any], Floats]
Spread = Callable[[Any, Estimate], Floats]

CONFIDENCE = 0.95
BLOCK = 500
"""Replicates left out at a time, one by one: what is in between does not fill the memory."""


class Outcome(NamedTuple):
    """A headline outcome.

    Attributes
    ----------
    label : str
        What a reader sees.
    unit : str
        Unit, or the range of a state.
    better : int
        1 if higher is better, -1 if lower is better.
    meaning : str
        How it is measured.
    """

    label: str
    unit: str
    better: int
    meaning: str

    @property
    def better_is(self) -> str:
        """Which way is better, in a word: ``higher`` or ``lower``."""
        return "higher" if self.better > 0 else "lower"

    @property
    def limits(self) -> tuple[float, float]:
        """The least and the most that it can be: no share above 1, nothing below 0."""
        return 0.0, 1.0 if self.unit in (SHARE, "share") else np.inf


def _mean(name: str, label: str, better: int, source: str = "") -> Outcome:
    measure = WEEKLY[source or name]
    return Outcome(label, measure.unit, better, f"{measure.meaning}; mean of the last {LAST_WEEKS} weeks")


OUTCOMES: Final[dict[str, Outcome]] = {
    "identity": _mean("identity", "Peer identity", 1),
    "role_clarity": _mean("role_clarity", "Role clarity", 1),
    "empowerment": _mean("empowerment", "Empowerment", 1),
    "felt_value": _mean("felt_value", "Feeling valued", 1),
    "exhaustion": _mean("exhaustion", "Exhaustion", -1),
    "wellbeing": _mean("wellbeing", "Wellbeing", 1),
    "intention_to_leave": _mean("intention_to_leave", "Intention to leave", -1),
    "generic_share": _mean("generic_share", "Generic tasks", -1),
    "isolation": _mean("isolation", "Isolation", -1),
    "retention_12m": Outcome(
        "Still in post after 12 months", "share", 1, "Kaplan-Meier over all spells, those still in post censored"
    ),
    "retention_24m": Outcome(
        "Still in post after 24 months", "share", 1, "Kaplan-Meier over all spells, those still in post censored"
    ),
    "annual_leaving_rate": Outcome(
        "Peers leaving", "per person and year", -1, "peers who left the job or the role, per year in post"
    ),
    "vacancy_rate": _mean("vacancy_rate", "Vacant peer posts", -1),
    "sickness_rate": _mean("sickness_rate", "Peers off sick", -1),
    "trust": _mean("trust", "Users' trust", 1),
    "hope": _mean("hope", "Users' hope", 1),
    "engagement": _mean("engagement", "Users' engagement", 1),
    "recovery": _mean("recovery", "Users' self-rated recovery", 1),
    "culture_valuing": _mean("culture_valuing", "Culture of valuing lived experience", 1),
    "role_understanding": _mean("role_understanding", "Clinicians' understanding of the role", 1),
    "clinician_exhaustion": _mean("clinician_exhaustion", "Clinicians' exhaustion", -1),
    "clinician_leaving_rate": Outcome(
        "Clinicians leaving", "per person and year", -1, "clinicians who left, per year in post"
    ),
    "cost_per_year": Outcome("Cost", "pounds a year", -1, "all costs counted, mean over the whole horizon"),
    "cost_per_peer_year": Outcome(
        "Cost per peer in post", "pounds per peer and year", -1, "all costs counted, per year of a peer in post"
    ),
}
"""Headline outcomes by name."""

GROUPS: Final = {
    "The peer worker": (
        "identity",
        "role_clarity",
        "empowerment",
        "felt_value",
        "exhaustion",
        "wellbeing",
        "generic_share",
        "isolation",
    ),
    "Staying": (
        "intention_to_leave",
        "retention_12m",
        "retention_24m",
        "annual_leaving_rate",
        "vacancy_rate",
        "sickness_rate",
    ),
    "Service users": ("trust", "hope", "engagement", "recovery"),
    "The organisation": (
        "culture_valuing",
        "role_understanding",
        "clinician_exhaustion",
        "clinician_leaving_rate",
    ),
    "Cost": ("cost_per_year", "cost_per_peer_year"),
}
"""Headline outcomes in the groups in which tables show them."""

RETENTION_WEEKS: Final = {"retention_12m": WEEKS_A_YEAR, "retention_24m": 2 * WEEKS_A_YEAR}


def pseudo_values(totals: Floats | Counts, estimate: Estimate) -> Floats:
    """Jackknife pseudo-values of an estimate that depends on sums over replicates.

    Parameters
    ----------
    totals : array, shape (replicates, ...)
        What each replicate adds to the sums.
    estimate : callable
        From sums, shape (..., k), or many of them, shape (replicates, ..., k), to the estimate.

    Returns
    -------
    array, shape (replicates, ...)
        With a single replicate the estimate itself.
    """
    replicates = len(totals)
    everything = totals.sum(axis=0)
    whole = estimate(everything)
    if replicates == 1:
        return np.asarray(whole)[np.newaxis]
    blocks = (totals[first : first + BLOCK] for first in range(0, replicates, BLOCK))
    without = np.concatenate([estimate(everything - block) for block in blocks])
    values: Floats = replicates * whole - (replicates - 1) * without
    return values


def product_limit(sums: Floats | Counts) -> Floats:
    """Kaplan-Meier estimate from counts of leavers and people at risk.

    Parameters
    ----------
    sums : array, shape (..., weeks, 2)
        Leavers, and people at risk, at each length of service from 1 week.

    Returns
    -------
    array, shape (..., weeks)
        Share still in post after each length of service; not a number from where nobody was at risk any more, unless
        all had left.

    Notes
    -----
    SciPy's `ecdf` gives one such curve; here one is needed for every replicate left out.  A test holds the two equal.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        stays: Floats = np.where(sums[..., 1] > 0, 1.0 - sums[..., 0] / sums[..., 1], np.nan)
    everybody_left = np.logical_or.accumulate(stays == 0.0, axis=-1)
    return np.where(everybody_left, 0.0, np.multiply.accumulate(stays, axis=-1))


def risk_table(spells: Any, replicate: npt.NDArray[np.integer], replicates: int, weeks: int) -> Counts:
    """Leavers and people at risk by length of service, for each replicate.

    Parameters
    ----------
    spells : record array with fields `tenure` and `ended`, as of dtype `PEER`
        One row per spell in post.
    replicate : int array
        Replicate of each spell, from 0.
    replicates : int
    weeks : int
        Lengths of service looked at, from 1; longer spells are at risk in all of them.

    Returns
    -------
    int array, shape (replicates, weeks, 2)
    """
    left = np.zeros((replicates, weeks + 1), np.int32)
    ended = np.zeros((replicates, weeks + 1), np.int32)
    service = np.asarray(spells.tenure)
    gone = (np.asarray(spells.ended) != STILL_THERE) & (service <= weeks)
    np.add.at(left, (replicate[gone], service[gone]), 1)
    np.add.at(ended, (replicate, np.minimum(service, weeks)), 1)
    at_risk = ended[:, ::-1].cumsum(axis=1, dtype=np.int32)[:, ::-1]
    return np.stack([left[:, 1:], at_risk[:, 1:]], axis=-1)


def each_alone(totals: Floats, estimate: Estimate) -> Floats:
    """The estimate for each replicate by itself; arguments as for `pseudo_values`, shape (replicates, ...)."""
    return estimate(totals)


def by_replicate(weekly: Floats, risk: Counts, spread: Spread = pseudo_values) -> pd.DataFrame:
    """Every outcome for every replicate.

    Parameters
    ----------
    weekly : array, shape (replicates, weeks, measures)
        As `World.weekly`.
    risk : int array, shape (replicates, weeks, 2)
        As from `risk_table`.
    spread : callable
        What a replicate's number is where an outcome is a ratio: `pseudo_values`, whose mean is the pooled estimate, or
        `each_alone`, what that world by itself would show.

    Returns
    -------
    DataFrame
        One row per replicate, one column per outcome.
    """
    outcomes = from_sums(sums(weekly), risk, weeks=weekly.shape[1], spread=spread)
    return pd.DataFrame(outcomes).rename_axis("replicate")


def from_sums(
    kept: Floats, risk: Counts, *, weeks: int, spread: Spread = pseudo_values, names: Iterable[str] = OUTCOMES
) -> dict[str, Floats]:
    """Outcomes for every replicate, by name, from what was kept of each.

    Parameters
    ----------
    kept : array, shape (replicates, sums)
        As from `sums`.
    risk : int array, shape (replicates, weeks, 2)
        As from `risk_table`; weeks beyond the longest retention are not looked at.
    weeks : int
        Weeks watched.
    spread : callable
        As for `by_replicate`.
    names : iterable of str
        Which outcomes; all by default.
    """
    column = {name: kept[:, k] for k, name in enumerate(SUMS)}
    rates = {
        "annual_leaving_rate": ("peers_left", "peer_weeks"),
        "clinician_leaving_rate": ("clinicians_left", "clinician_weeks"),
        "cost_per_peer_year": ("cost", "peer_weeks"),
    }
    values: dict[str, Floats] = {}
    for name in names:
        if name in RETENTION_WEEKS:
            values[name] = _retained(risk, RETENTION_WEEKS[name], weeks, spread)
        elif name in rates:
            values[name] = spread(np.stack([column[part] for part in rates[name]], axis=-1), ratio)
        else:
            values[name] = column[name]
    return values


def _retained(risk: Counts, service: int, weeks: int, spread: Spread) -> Floats:
    if weeks < service:
        return np.full(len(risk), np.nan)
    return spread(risk[:, :service], lambda sums: product_limit(sums)[..., -1])


def interval(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean over replicates with its 95 % confidence interval (Student's t).

    Parameters
    ----------
    values : array, shape (replicates, ...)
        Replicates without a value (not a number) are left out.

    Returns
    -------
    mean, low, high : arrays, shape (...)
        The interval is not a number where fewer than two replicates have a value.
    """
    known = ~np.isnan(values)
    n = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / n
    half = reach(n) * standard_error(values)
    return mean, mean - half, mean + half


def standard_error(values: Floats) -> Floats:
    """Standard error of a mean over replicates, shape (replicates, ...) to (...); as for `interval`."""
    known = ~np.isnan(values)
    n = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / n
        spread = np.sqrt(np.where(known, (values - mean) ** 2, 0.0).sum(axis=0) / (n - 1) / n)
        return np.where(n > 1, spread, np.nan)


def reach(n: npt.ArrayLike) -> Floats:
    """How many standard errors a 95 % interval of a mean of `n` values reaches to either side (Student's t)."""
    from scipy.special import stdtrit  # SciPy's statistics take long to import

    quantiles: Floats = stdtrit(np.maximum(np.asarray(n) - 1, 1), 0.5 + CONFIDENCE / 2)
    return quantiles


def held(outcomes: Sequence[Outcome]) -> tuple[Floats, Floats]:
    """The least and the most that each of some outcomes can be."""
    least, most = np.array([outcome.limits for outcome in outcomes]).T
    return least, most


def summarise(per_replicate: pd.DataFrame) -> pd.DataFrame:
    """Mean and 95 % interval of every outcome over replicates.

    Returns
    -------
    DataFrame
        Indexed by outcome: ``mean``, ``low``, ``high``, ``unit``, and ``replicates`` with a value.  All are held to
        what the outcome can be: no share above 1, nothing below 0.
    """
    mean, low, high = interval(per_replicate.to_numpy())
    outcomes = [OUTCOMES[str(name)] for name in per_replicate]
    units = [outcome.unit for outcome in outcomes]
    mean, low, high = (values.clip(*held(outcomes)) for values in (mean, low, high))
    counts = per_replicate.notna().sum().to_numpy()
    return pd.DataFrame(
        {"mean": mean, "low": low, "high": high, "unit": units, "replicates": counts},
        index=pd.Index(per_replicate.columns, name="outcome"),
    )
