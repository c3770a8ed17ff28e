"""The tables of a page, as rows of text."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from peersim.analysis import verdicts, words
from peersim.analysis.economics import CATEGORIES, WITHIN_PAY, Value, yearly_cost
from peersim.results.outcomes import GROUPS, OUTCOMES, interval
from peersim.results.results import Results


class Group(NamedTuple):
    """Rows of a table that belong together: a heading, and for each row its own heading and its cells."""

    heading: str
    rows: list[tuple[str, list[str]]]


DIFFERENCE_HEADS = (
    "baseline",
    "scenario",
    "difference",
    "95 % interval",
    "better in",
    "effect",
    "pairs needed",
    "verdict",
)


def differences(rows: pd.DataFrame) -> list[Group]:
    """Paired differences of one scenario in all outcomes, rows of `Comparison.contrasts` indexed by outcome."""
    found: Mapping[Any, Mapping[Any, Any]] = rows.to_dict("index")
    return [Group(heading, [_difference(name, found[name]) for name in names]) for heading, names in GROUPS.items()]


def _difference(name: str, row: Mapping[Any, Any]) -> tuple[str, list[str]]:
    cells = verdicts.cells(row, OUTCOMES[name])
    return f"{OUTCOMES[name].label} ({_unit(name)})", [cells[head] for head in DIFFERENCE_HEADS]


def _unit(name: str) -> str:
    return OUTCOMES[name].unit.replace("pounds", "£")


def outcomes(results: Results) -> list[Group]:
    """Mean and interval of all outcomes of a run."""
    found: Mapping[Any, Mapping[Any, Any]] = results.outcomes.to_dict("index")

    def row(name: str) -> tuple[str, list[str]]:
        meant, values = OUTCOMES[name], found[name]
        low, high = (words.amount(values[end], meant) for end in ("low", "high"))
        limits = "-" if math.isnan(values["low"]) else f"{low} to {high}"
        return meant.label, [words.amount(values["mean"], meant), limits, _unit(name), meant.meaning]

    return [Group(heading, [row(name) for name in names]) for heading, names in GROUPS.items()]


def survivors(results: Results) -> list[tuple[str, list[str]]]:
    """People in post beside the entry cohort."""
    rows: Mapping[Any, Mapping[Any, Any]] = results.survivors.to_dict("index")
    table = []
    for name, row in rows.items():
        meant = OUTCOMES[name]
        cells = [words.amount(row[column], meant) for column in ("in_post", "entry_cohort")]
        table.append((meant.label, [*cells, words.change(row["difference"], meant), words.limits(row, meant)]))
    return table


class Budget(NamedTuple):
    """What a scenario costs beside the baseline: lines to be added up, their sum, lines within pay, present value."""

    lines: list[tuple[str, list[str]]]
    total: tuple[str, list[str]]
    within: list[tuple[str, list[str]]]
    present: tuple[str, list[str]]


def budget(costs: pd.DataFrame) -> Budget:
    """A budget, rows of `economics.budget`."""
    rows = dict(_budget(costs))
    total, present = rows.pop("cost"), rows.pop("present_value")
    within = [rows.pop(name) for name in WITHIN_PAY]
    return Budget(list(rows.values()), total, within, present)


def value(found: Value) -> list[tuple[str, list[str]]]:
    """What is got for the cost over the whole horizon: the effect, and the cost of each unit of it, if settled."""
    mean, low, high = found.summary.T["effect"]
    meant = OUTCOMES["cost_per_year"]
    rows = [(f"{found.outcome.label}, counted so that more is better", _beside(mean, low, high, found.size))]
    if found.settled:
        rows.append((f"Pounds for {found.each}", _beside(*found.ratio, lambda pounds: words.amount(pounds, meant))))
    return rows


def _beside(mean: float, low: float, high: float, write: Callable[[float], str]) -> list[str]:
    """A difference whose levels are not shown, with its interval."""
    if math.isnan(mean):
        return ["-", "-", "-", "-"]
    return ["-", "-", write(mean), "-" if math.isnan(low) else f"{write(low)} to {write(high)}"]


def _budget(costs: pd.DataFrame) -> Iterator[tuple[str, tuple[str, list[str]]]]:
    pounds = OUTCOMES["cost_per_year"]
    for name, row in costs.iterrows():
        cells = [words.pounds(row["baseline"]), words.pounds(row["mean"])]
        yield (
            str(name),
            (str(row["label"]), [*cells, words.change(row["difference"], pounds), words.limits(row, pounds)]),
        )


def costs(results: Results) -> list[tuple[str, list[str], str]]:
    """What a run costs in a year by category, with the kind of each row: the sum is a ``total``."""
    table = []
    for name, label in (CATEGORIES | WITHIN_PAY).items():
        mean, low, high = map(float, interval(yearly_cost(results, name)))
        limits = "-" if math.isnan(low) else f"{words.pounds(low)} to {words.pounds(high)}"
        table.append((label, [words.pounds(mean), limits], "total" if name == "cost" else ""))
    return table
