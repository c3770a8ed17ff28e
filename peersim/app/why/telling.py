"""What the numbers say, in sentences: causes of identity, reasons for leaving, who is compared, what carries it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from peersim.analysis import verdicts, words
from peersim.analysis.matching import effective_changes, matching
from peersim.analysis.pairs import MARGIN
from peersim.app.differences import differences
from peersim.app.reading import Reading
from peersim.app.why.attributing import Found, Plan
from peersim.app.words import label, value
from peersim.results.outcomes import OUTCOMES
from peersim.results.sums import LAST_WEEKS
from peersim.scenario import Scenario
from peersim.studies.attribute import OTHERS

IDENTITY: Final = OUTCOMES["identity"]
MOST_CAUSES: Final = 3
"""Causes named in one sentence."""
LEAVING: Final = "annual_leaving_rate"
ANCHOR: Final = "own_anchor"
"""The cause that pulls back: it answers what the others do."""


def named(scenario: Scenario) -> str:
    """A scenario by its name, in quotation marks."""
    return f"“{scenario.name}”"


def compared(reading: Reading) -> str:
    """What is compared with what, and how much is behind it."""
    worlds = f"{reading.worlds:,} {'world' if reading.worlds == 1 else 'worlds'}"
    if reading.contrasts is None:
        return f"{named(reading.scenario)} as it stands: {worlds}. Nothing is changed yet, so nothing is compared."
    told = _several(differences(reading.baseline, reading.scenario))
    return f"Compared with {named(reading.baseline)}, in {worlds} of each. Changed: {told}."


# identity ---------------------------------------------------------------------


def identity(reading: Reading) -> list[str]:
    """Why identity is as it is, or why it is another than in the baseline, in a few paragraphs."""
    if reading.contrasts is None or reading.identity_differences is None:
        return _level(reading)
    rows, causes = reading.contrasts.to_dict("index"), reading.identity_differences
    told = _ends(rows["identity"], named(reading.baseline))
    now, before = (float(causes[column].sum()) for column in ("mean", "baseline"))
    if causes["difference"].isna().any():
        return [told]
    over_time = (
        f"Over their whole time in post peers {_moves(now)} of it on average; in the baseline they {_moves(before)}."
    )
    return [f"{told} {over_time}", *_most_of(causes, now - before), *_longer(rows[LEAVING])]


def _ends(row: Any, baseline: str) -> str:
    """Where identity ends, beside the baseline."""
    verdict, size = row["verdict"], words.span((row["difference"], row["low"], row["high"]), _amount)
    how = "higher" if row["difference"] > 0.0 else "lower"
    levels = f"{_amount(row['mean'])} instead of {_amount(row['baseline'])}"
    if verdict == verdicts.UNKNOWN:
        return f"Compared with {baseline}, nothing can be said of peer identity: nobody was in post at the end."
    if verdict == verdicts.SAME:
        return f"Compared with {baseline}, peer identity ends just the same: {_amount(row['mean'])}."
    if verdict == verdicts.CLOSE:
        return f"Compared with {baseline}, peer identity ends no different by an amount that matters: {levels}."
    if verdict == verdicts.OPEN:
        return f"Compared with {baseline}, it is not settled whether peer identity ends higher or lower: {levels}."
    sure = "probably ends" if verdict in (verdicts.PROBABLY_BETTER, verdicts.PROBABLY_WORSE) else "ends"
    return f"Compared with {baseline}, peer identity {sure} {how} by {size}: {levels}, on a scale from 0 to 1."


def _longer(row: Any) -> list[str]:
    """What it means for a whole time in post if that is longer or shorter."""
    if not (row["low"] > MARGIN or row["high"] < -MARGIN):
        return []
    how = "shorter, so that every cause has less" if row["difference"] > 0.0 else "longer, so that every cause has more"
    return [f"People also stay {how} time to work."]


def _level(reading: Reading) -> list[str]:
    row = reading.outcomes.to_dict("index")["identity"]
    causes = reading.identity_causes
    total = float(causes["mean"].sum())
    told = [
        f"In {named(reading.scenario)} peer identity ends at {_amount(row['mean'])} on a scale from 0 to 1 "
        f"(people in post, mean of the last {LAST_WEEKS} weeks). Over their whole time in post peers {_moves(total)} "
        "of it on average."
    ]
    for sign, does in ((-1.0, "lowers"), (1.0, "raises")):
        strongest = _sorted(causes, "mean", sign)
        if strongest:
            told.append(f"What {does} it most: {_listed(strongest)}.")
    return told


def _most_of(causes: pd.DataFrame, total: float) -> list[str]:
    """Which causes make most of a difference, and which work against it."""
    sign = 1.0 if total >= 0.0 else -1.0
    change = sign * causes["difference"]
    along, against = _sorted(causes, "difference", sign), _sorted(causes, "difference", -sign)
    if not along and not against:
        return [f"No cause moves identity by {MARGIN:g} more or less than in the baseline."]
    told = []
    if along:
        most = sum(abs(size) for _, size in along) >= change[change > 0.0].sum() / 2.0
        told.append(f"{'Most' if most else 'The largest part'} of this comes from: {_listed(along)}.")
    if against:
        told.append(f"Against it: {_listed(against)}.")
    if change.to_dict()[ANCHOR] < -MARGIN:
        told.append(
            "What people bring pulls them back towards where they began: the less other things move them, the less it "
            "has to pull."
        )
    return [" ".join(told)]


def _sorted(causes: pd.DataFrame, column: str, sign: float) -> list[tuple[str, float]]:
    """The largest causes of one sign that matter and are told from 0."""
    least = causes["low"] if sign > 0.0 else -causes["high"]
    clear = causes[(sign * causes[column] >= MARGIN) & (least > 0.0)]
    largest = clear.sort_values(column, ascending=sign < 0.0)[:MOST_CAUSES]
    return list(zip(largest["meaning"], largest[column], strict=True))


def _listed(causes: Sequence[tuple[str, float]]) -> str:
    return _several([f"{meaning} ({words.change(size, IDENTITY)})" for meaning, size in causes])


def _moves(total: float) -> str:
    return f"{'gain' if total >= 0.0 else 'lose'} {_amount(abs(total))}"


def _amount(number: float) -> str:
    return words.amount(number, IDENTITY)


# leaving ----------------------------------------------------------------------


def leaving(reading: Reading) -> list[str]:
    """How many leave and why, as they would say in a survey."""
    reasons = reading.reasons
    if reasons["mean"].isna().all():
        return ["Nobody left in any world, so there are no reasons."]
    largest = reasons[reasons["mean"] > 0.0].sort_values("mean", ascending=False)[:MOST_CAUSES]
    listed = [f"{row['meaning']} ({words.percent(row['mean'])})" for row in largest.to_dict("records")]
    told = f"{_how_many(reading)} Named most by those who leave: {_several(listed)}."
    return [told, *(_other_reasons(reading) if reading.contrasts is not None else [])]


def _how_many(reading: Reading) -> str:
    if reading.contrasts is None:
        rate = reading.outcomes.to_dict("index")[LEAVING]["mean"]
        return f"For every 100 peers in post, {100.0 * rate:.1f} leave in a year."
    row = reading.contrasts.to_dict("index")[LEAVING]
    now, before = (f"{100.0 * row[name]:.1f}" for name in ("mean", "baseline"))
    verdict = verdicts.in_short(row, OUTCOMES[LEAVING])
    return f"For every 100 peers in post, {now} leave in a year, instead of {before} in the baseline: {verdict}."


def _other_reasons(reading: Reading) -> list[str]:
    """The reasons whose shares differ most from the baseline's, of those whose intervals lie apart."""
    now, before = reading.reasons, reading.baseline_reasons
    both = now.assign(before=before["mean"], change=(now["mean"] - before["mean"]).abs())
    both = both[(now["low"] > before["high"]) | (now["high"] < before["low"])].sort_values("change", ascending=False)
    if both.empty:
        return []
    told = [
        f"{row['meaning']} ({words.percent(row['mean'])} instead of {words.percent(row['before'])})"
        for row in both[:MOST_CAUSES].to_dict("records")
    ]
    return [
        f"Other than in the baseline: {_several(told)}. These are shares of those who leave: when fewer leave, a "
        "reason may have a larger share and still drive out fewer people."
    ]


# who is compared --------------------------------------------------------------


def people(base: Scenario, other: Scenario) -> str:
    """Whether the same people are compared."""
    same = matching(base, other)
    return f"Yes: {same}." if same.complete else f"Not all: {same}."


# what carries the difference --------------------------------------------------


def takes(plan: Plan) -> str:
    """What finding out takes."""
    how = "every combination of them" if plan.exact else "combinations of them, drawn at random,"
    return (
        f"The difference has {len(plan.parts)} parts. Each is put in place before and after the others, and {how} is "
        f"run: {plan.scenarios:,} scenarios, {plan.worlds} worlds each. You can go on reading here in the meantime."
    )


def only(plan: Plan) -> str:
    """That there is nothing to take apart."""
    (part,) = plan.parts
    also = " Taken apart by single policies, there is more." if plan.by == "theme" and len(part.changes) > 1 else ""
    return f"Only one part differs, “{part.label}”: it carries the whole difference.{also}"


def about(found: Found) -> str:
    """How the shares are to be read, and what is behind them."""
    plan = found.plan
    how = "All" if plan.exact else "Of all combinations,"
    return (
        "Share: what a part adds, on average over all orders in which the parts could be put in place (Shapley value). "
        f"The shares add up to the whole. Black lines: 95 % intervals. {how} {plan.scenarios:,} "
        f"{'combinations' if plan.exact else 'drawn at random'} were run, {plan.worlds} worlds each: another "
        "number of worlds than above, so that the whole may differ a little."
    )


def parts(plan: Plan) -> list[list[str]]:
    """What each part changes: part, policy, baseline, now."""
    differs = effective_changes(plan.base, plan.bundle)
    return [
        [part.label, OTHERS.get(key, label(key)), *(_written(key, found) for found in differs[key])]
        for part in plan.parts
        for key in part.changes
    ]


def _written(key: str, found: object) -> str:
    """A value in a table; lists, as of teams, by their length."""
    if isinstance(found, list | tuple):
        return f"{len(found)} in all" if found else "none"
    return value(key, found)


def carried(found: Found, outcome: str) -> list[str]:
    """Which parts carry the difference in an outcome."""
    meant, total = OUTCOMES[outcome], found.total.to_dict("index")[outcome]
    if math.isnan(total["difference"]):
        return [f"{meant.label}: no value within these weeks."]
    sign = 1.0 if total["difference"] >= 0.0 else -1.0
    told = [f"All together: {words.lower_first(meant.label)} {_together(total, meant)}."]
    rows = found.rows(outcome)
    clear = rows[(rows["low"] > 0.0) | (rows["high"] < 0.0)]
    for said, of_sign in (("Carried by", sign), ("Against it", -sign)):
        parts = clear[of_sign * clear["share"] > 0.0]
        parts = parts.reindex(parts["share"].abs().sort_values(ascending=False).index)[:MOST_CAUSES]
        listed = [f"{row['label']} ({words.change(row['share'], meant)})" for row in parts.to_dict("records")]
        if listed:
            told.append(f"{said}: {_several(listed)}.")
    unclear = len(rows) - len(clear)
    if unclear:
        told.append(
            f"{unclear} of the {len(rows)} parts cannot be told from doing nothing here."
            if unclear < len(rows)
            else "None of the parts can be told from doing nothing here."
        )
    return [*told, found.together[outcome]] if found.together[outcome] else told


def _together(total: Any, meant: Any) -> str:
    size = words.span((total["difference"], total["low"], total["high"]), lambda number: words.amount(number, meant))
    how = "higher" if total["difference"] > 0.0 else "lower"
    if not (total["low"] > 0.0 or total["high"] < 0.0):
        return f"{how} by {size}, which is not told from no difference"
    good = "better" if total["difference"] * meant.better > 0.0 else "worse"
    return f"{how} by {size}, which is {good}"


def _several(texts: Sequence[str]) -> str:
    """Phrases that hold commas themselves, in a row."""
    return "; ".join(texts)
