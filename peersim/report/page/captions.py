"""Every figure in words: how to read it, and the numbers that matter most in it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from peersim.analysis import words
from peersim.analysis.economics import EFFECTS, Value
from peersim.analysis.verdicts import BETTER, PROBABLY_BETTER, PROBABLY_WORSE, WORSE
from peersim.report.figures.comparison import PANELS, View
from peersim.report.figures.run import PEERS, USERS, Panel
from peersim.results.outcomes import GROUPS, OUTCOMES, interval
from peersim.results.results import Results
from peersim.results.sums import WEEKS_A_YEAR

MOST_CAUSES: Final = 3
"""Causes and reasons told of."""

# of a comparison --------------------------------------------------------------


def _differences(view: View) -> str:
    drawn = [name for names in GROUPS.values() for name in names if not OUTCOMES[name].unit.startswith("pounds")]
    return "Costs have a table of their own. " + _each(view, lambda arm: _counted(view.comparison.of(arm).loc[drawn]))


def _counted(rows: pd.DataFrame) -> str:
    found = Counter(rows["verdict"])
    better, worse = found[BETTER] + found[PROBABLY_BETTER], found[WORSE] + found[PROBABLY_WORSE]
    rest = len(rows) - better - worse
    return f"{better} outcomes are better or probably better, {worse} worse or probably worse, {rest} not told apart"


def _over_time(view: View) -> str:
    return "At the end of the last week: " + _each(view, lambda arm: _last_week(view, arm))


def _last_week(view: View, arm: str) -> str:
    told = []
    for panel in PANELS:
        gain = panel.of(view.comparison.arms[arm]) - panel.of(view.comparison.baseline)
        told.append(f"{words.lower_first(panel.title)} {_difference(tuple(map(float, interval(gain[:, -1]))))}")
    return ", ".join(told)


def _retention(view: View) -> str:
    week = min(WEEKS_A_YEAR, view.comparison.baseline.weeks)
    when = f"After {week} {'week' if week == 1 else 'weeks'} in post"
    cases = {"in the baseline": view.comparison.baseline}
    cases |= {f"with “{arm}”": view.comparison.arms[arm] for arm in view.arms}
    return f"{when}, still there are {', '.join(f'{_stays(case, week)} {name}' for name, case in cases.items())}."


def _stays(results: Results, week: int) -> str:
    share, low, high = results.retention.set_index("week").T[week]
    return _percent(share, low, high)


def _causes(view: View) -> str:
    return "The largest differences: " + _each(view, lambda arm: _largest(view.comparison.identity_causes[arm]))


def _largest(table: pd.DataFrame) -> str:
    rows = table.reindex(table["difference"].abs().sort_values(ascending=False, kind="stable").index)[:MOST_CAUSES]
    found = rows[["difference", "low", "high"]].to_numpy()
    return ", ".join(f"{what} {_difference(tuple(row))}" for what, row in zip(rows["meaning"], found, strict=True))


def _cost_plane(view: View) -> str:
    return "Of all pairs of worlds: " + _each(view, lambda arm: _quadrants(view.comparison.value(arm, view.effect)))


def _quadrants(value: Value) -> str:
    known = ~np.isnan(value.seen)
    if not known.any():
        return "none has a value of the effect"
    cost, seen = value.cost[known], value.seen[known]
    corners = {
        "dearer and better": (cost > 0) & (seen > 0),
        "dearer and worse": (cost > 0) & (seen < 0),
        "cheaper and better": (cost < 0) & (seen > 0),
        "cheaper and worse": (cost < 0) & (seen < 0),
        "without any difference in the effect": seen == 0,
        "without any difference in cost only": (cost == 0) & (seen != 0),
    }
    return ", ".join(f"{words.percent(float(where.mean()))} {name}" for name, where in corners.items() if where.any())


def _acceptability(view: View) -> str:
    what = words.lower_first(EFFECTS[view.effect].label)
    told = _each(view, lambda arm: _worth(view.comparison.value(arm, view.effect)))
    return f"Whether it is worth its cost depends on what {what} is worth to whoever pays: {told}"


def _worth(value: Value) -> str:
    curve = value.acceptability()
    if curve["share_of_worlds"].isna().all():
        return "the effect has no value within these weeks"
    row = curve.iloc[len(curve) // 2]
    share = f"in {words.percent(row['share_of_worlds'])} of pairs of worlds"
    sure = (
        ""
        if math.isnan(row["certainty"])
        else f", and on average with a certainty of {words.percent(row['certainty'])}"
    )
    return f"if {value.each} is worth {words.pounds(row['threshold'])}, it is worth its cost {share}{sure}"


def _each(view: View, tell: Callable[[str], str]) -> str:
    """What there is to tell of each scenario, as one sentence."""
    if len(view.comparison.arms) == 1:
        return f"{tell(view.arms[0])}."
    return f"{'; '.join(f'with “{arm}” {tell(arm)}' for arm in view.arms)}."


OF_COMPARISON: Final[Mapping[str, tuple[str, Callable[[View], str]]]] = {
    "differences": ("Differences from the baseline, by outcome", _differences),
    "over_time": ("Identity, wellbeing and posts filled, week by week", _over_time),
    "retention": ("Peer workers still in post, by time since they started", _retention),
    "causes": ("Why identity differs: paired differences by cause", _causes),
    "cost_plane": ("Additional cost and additional effect of each pair of worlds", _cost_plane),
    "acceptability": ("In how far it is worth its cost, by what the effect is worth", _acceptability),
}
"""Title and caption of every figure of a comparison, in the order of the page."""


# of a run ---------------------------------------------------------------------


def _levels(panels: Iterable[Panel]) -> Callable[[Results], str]:
    def tell(results: Results) -> str:
        found = [(panel.title, *interval(results.by_week(panel.measure)[:, -1])) for panel in panels]
        told = (
            f"{words.lower_first(title)} {_level(float(mean), float(low), float(high))}"
            for title, mean, low, high in found
        )
        return f"At the end of the last week: {', '.join(told)}."

    return tell


def _stay(results: Results) -> str:
    week = min(WEEKS_A_YEAR, results.weeks)
    return f"After {week} {'week' if week == 1 else 'weeks'} in post, still there are {_stays(results, week)}."


def _why(results: Results) -> str:
    table = results.identity_causes.rename(columns={"mean": "difference"})
    return f"The largest: {_largest(table)}."


def _reasons(results: Results) -> str:
    stated = results.reasons.sort_values("mean", ascending=False, kind="stable")[:MOST_CAUSES]
    if stated["mean"].isna().all():
        return "Nobody left in the weeks simulated."
    told = (f"{row['meaning']} {_percent(row['mean'], row['low'], row['high'])}" for _, row in stated.iterrows())
    return f"Stated most often: {', '.join(told)}."


OF_RUN: Final[Mapping[str, tuple[str, Callable[[Results], str]]]] = {
    "peers_over_time": ("Peer workers over time: identity, wellbeing, generic tasks", _levels(PEERS)),
    "retention": ("Peer workers still in post, by time since they started", _stay),
    "identity_causes": ("What raised and lowered peer identity, by cause", _why),
    "reasons": ("Reasons for leaving, as leavers would state them", _reasons),
    "users_over_time": ("Service users on a caseload over time", _levels(USERS)),
}
"""Title and caption of every figure of a run, in the order of the page."""


# numbers ----------------------------------------------------------------------

_STATE: Final = OUTCOMES["identity"]  # written as every state and share is


def _difference(found: tuple[Any, ...]) -> str:
    mean, low, high = found
    if math.isnan(mean):
        return "has no value"
    limits = "" if math.isnan(low) else f" ({words.change(low, _STATE)} to {words.change(high, _STATE)})"
    return f"{words.change(mean, _STATE)}{limits}"


def _level(mean: float, low: float, high: float) -> str:
    if math.isnan(mean):
        return "has no value"
    limits = "" if math.isnan(low) else f" ({words.amount(low, _STATE)} to {words.amount(high, _STATE)})"
    return f"{words.amount(mean, _STATE)}{limits}"


def _percent(mean: float, low: float, high: float) -> str:
    if math.isnan(mean):
        return "a share that is not known"
    limits = "" if math.isnan(low) else f" ({100 * low:.0f} to {100 * high:.0f})"
    return f"{100 * mean:.0f} %{limits}"
