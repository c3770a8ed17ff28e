"""The numbers as a spreadsheet: for those who want to go on calculating.

Text is always written as text: a name that begins like a formula stays a name.  Numbers are numbers with a format, and
what has no value is an empty cell.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
from xlsxwriter import Workbook

import peersim
from peersim.analysis import verdicts
from peersim.analysis.comparison import Comparison
from peersim.analysis.economics import costs_a_year
from peersim.report.page.evidence import written
from peersim.results.files import new_file
from peersim.results.outcomes import GROUPS, OUTCOMES, interval
from peersim.results.results import Results
from peersim.scenario import registry
from peersim.world.measures import WEEKLY

CREATED: Final = datetime(2000, 1, 1)
"""When every spreadsheet says it was made: the same results give the same bytes."""
LONGEST: Final = 32_000
"""Characters of text in a cell; more are not allowed in a spreadsheet."""
WIDEST, NARROWEST = 60, 9
"""Widths of columns, in characters."""

FORMATS: Final = {"state": "0.000", "pounds": "£#,##0", "whole": "#,##0", "percent": "0.0%", "number": "0.00"}
"""Kinds of numbers, and how each is written."""

HEADING: Final = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
WRAPPED: Final = {"text_wrap": True, "valign": "top"}
OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

CONTRASTS: Final = {
    "scenario": ("scenario", ""),
    "outcome": ("outcome", ""),
    "baseline": ("baseline, mean", "outcome"),
    "mean": ("scenario, mean", "outcome"),
    "difference": ("difference (scenario minus baseline)", "outcome"),
    "low": ("95 % interval, low", "outcome"),
    "high": ("95 % interval, high", "outcome"),
    "p_better": ("share of pairs of worlds in which it is better", "percent"),
    "effect": ("difference / standard deviation of the baseline's worlds", "number"),
    "pairs": ("pairs with a value", "whole"),
    "margin": ("smallest difference taken to matter", "outcome"),
    "pairs_needed": ("pairs for an interval of that width", "whole"),
    "pairs_to_settle": ("pairs to settle whether there is a difference", "whole"),
    "fewer": ("times as many replicates without pairing", "number"),
    "p_value": ("p value, two-sided", "state"),
    "skewness": ("skewness of the differences", "number"),
    "tied": ("share of pairs of worlds without a difference", "percent"),
    "verdict": ("verdict", ""),
}
"""Every column of `Comparison.contrasts`: heading and kind; ``outcome`` is the kind of the row's outcome."""


class Cell(NamedTuple):
    """A number and how it is written; a kind of ``""`` is a plain number."""

    value: float
    kind: str = ""


Row = Sequence[Cell | str]


def of_comparison(comparison: Comparison, path: str | os.PathLike[str]) -> None:
    """Write a comparison to a new spreadsheet.

    Parameters
    ----------
    comparison : Comparison
    path : path
        Must not exist.

    Raises
    ------
    OutputError
        If the place is taken or cannot be written to.
    """
    cases = {"baseline": comparison.baseline} | {f"scenario: {name}": arm for name, arm in comparison.arms.items()}
    about = [
        f"Compared with the baseline “{comparison.baseline.scenario.name}”: {', '.join(comparison.arms)}",
        f"Pairs of worlds: {comparison.replicates:,}; weeks: {comparison.baseline.weeks:,}; seed: {comparison.seed}",
        "Differences: every outcome, scenario minus baseline, pair by pair with the same people and the same luck",
        "Costs: pounds a year by category, and over the whole horizon; lines within pay are no addition to it",
        "Value: additional cost and additional effect over the whole horizon, in present value",
    ]
    with _workbook(path) as book:
        _read_me(book, about)
        _sheet(book, "Differences", _contrast_heads(), _contrasts(comparison))
        _sheet(book, "Costs", ["scenario", "category", *_BESIDE], _costs(comparison))
        _sheet(book, "Value", ["scenario", "what", "mean", *_LIMITS], _value(comparison))
        _of_each(book, cases)
        meanings = [[verdict, meaning] for verdict, meaning in verdicts.MEANING.items()]
        _notes(book, [["verdict", "when it is given"], *meanings])


def of_run(results: Results, path: str | os.PathLike[str]) -> None:
    """Write a run to a new spreadsheet; see `of_comparison`."""
    about = [
        f"Scenario: {results.scenario.name}",
        f"Worlds: {results.replicates:,}; weeks: {results.weeks:,}; seed: {results.seed}",
        "Outcomes: mean over worlds with its 95 % interval",
        "Costs: pounds a year by category; lines within pay are in the pay",
    ]
    with _workbook(path) as book:
        _read_me(book, about)
        _sheet(
            book, "Outcomes", ["group", "outcome", "mean", *_LIMITS, "unit", "worlds", "meaning"], _outcomes(results)
        )
        _sheet(book, "Costs", ["category", "mean", *_LIMITS], _run_costs(results))
        _of_each(book, {"run": results})
        _notes(book, [])


_LIMITS: Final = ("95 % interval, low", "95 % interval, high")
_BESIDE: Final = ("baseline", "scenario", "difference", *_LIMITS)


# sheets -----------------------------------------------------------------------


@contextmanager
def _workbook(path: str | os.PathLike[str]) -> Iterator[Workbook]:
    """A spreadsheet to fill: whole at the end, or not there."""
    with new_file(path) as draft:
        book = Workbook(str(draft), OPTIONS)
        book.set_properties({"title": "peersim", "created": CREATED})
        yield book
        book.close()


def _read_me(book: Workbook, about: Iterable[str]) -> None:
    told = [
        "peersim: an agent-based simulation of peer workers in mental health services",
        f"Version {peersim.__version__}",
        *about,
        "Weekly means: every measure in every week, mean over worlds",
        "Reasons: why people left, as a staff survey would list them; causes: why identity and exhaustion changed",
        "Scenarios: every key, so that all can be run again",
        "Intervals say how well so many worlds pin down the model's mean. They hold nothing of what is not known about "
        "its constants: these are provisional, many are assumptions, and the model has not been calibrated to a trust.",
        "Empty cells have no value.",
    ]
    _sheet(book, "Read me", ["Read me first"], [[text] for text in told])


def _contrast_heads() -> list[str]:
    return [*(heading for heading, _ in CONTRASTS.values()), "unit", "which way is better"]


def _contrasts(comparison: Comparison) -> Iterator[Row]:
    for row in comparison.contrasts.to_dict("records"):
        outcome = OUTCOMES[str(row["outcome"])]
        cells: list[Cell | str] = []
        for name, (_, kind) in CONTRASTS.items():
            if not kind:
                cells.append(outcome.label if name == "outcome" else str(row[name]))
            else:
                cells.append(Cell(row[name], _kind(str(row["outcome"])) if kind == "outcome" else kind))
        yield [*cells, outcome.unit.replace("pounds", "£"), "higher" if outcome.better > 0 else "lower"]


def _kind(outcome: str) -> str:
    return "pounds" if OUTCOMES[outcome].unit.startswith("pounds") else "state"


def _costs(comparison: Comparison) -> Iterator[Row]:
    columns = ("baseline", "mean", "difference", "low", "high")
    for name, table in comparison.costs.items():
        for _, row in table.iterrows():
            yield [name, str(row["label"]), *(Cell(row[column], "pounds") for column in columns)]


def _value(comparison: Comparison) -> Iterator[Row]:
    for name in comparison.arms:
        value = comparison.value(name)
        cost, effect = (list(value.summary.T[what]) for what in ("cost", "effect"))
        yield [name, "additional cost, present value", *(Cell(number, "pounds") for number in cost)]
        yield [name, f"additional effect: {value.outcome.label}", *(Cell(number, "number") for number in effect)]
        yield [name, f"pounds for {value.each}", *(Cell(number, "pounds") for number in value.ratio)]


def _outcomes(results: Results) -> Iterator[Row]:
    table: Mapping[Any, Mapping[Any, Any]] = results.outcomes.to_dict("index")
    for group, names in GROUPS.items():
        for name in names:
            row, outcome = table[name], OUTCOMES[name]
            numbers = [Cell(row[column], _kind(name)) for column in ("mean", "low", "high")]
            yield [
                group,
                outcome.label,
                *numbers,
                outcome.unit.replace("pounds", "£"),
                Cell(row["replicates"], "whole"),
                outcome.meaning,
            ]


def _run_costs(results: Results) -> Iterator[Row]:
    for label, found in costs_a_year(results).values():
        yield [label, *(Cell(number, "pounds") for number in found)]


def _of_each(book: Workbook, cases: Mapping[str, Results]) -> None:
    """What there is for each scenario: weekly means, reasons, causes, and the scenarios themselves."""
    _sheet(book, "Weekly means", ["scenario", "week", *WEEKLY], _weekly(cases))
    heads = ["scenario", "cause", "mean", *_LIMITS]
    _sheet(book, "Reasons", ["scenario", "reason", "share of leavers who state it", *_LIMITS], _reasons(cases))
    _sheet(book, "Causes", ["what changed", *heads], _causes(cases))
    _sheet(book, "Scenarios", ["key", "meaning", *cases], _scenarios(cases))


def _weekly(cases: Mapping[str, Results]) -> Iterator[Row]:
    for name, results in cases.items():
        means = np.stack([interval(results.by_week(measure))[0] for measure in WEEKLY], axis=-1)
        for week, row in enumerate(means, 1):
            yield [name, Cell(week, "whole"), *(Cell(number, "state") for number in row)]


def _reasons(cases: Mapping[str, Results]) -> Iterator[Row]:
    for name, results in cases.items():
        for _, row in results.reasons.iterrows():
            shares = row[["mean", "low", "high"]].astype(float).clip(0.0, 1.0)
            yield [name, str(row["meaning"]), *(Cell(share, "percent") for share in shares)]


def _causes(cases: Mapping[str, Results]) -> Iterator[Row]:
    for name, results in cases.items():
        for what, table in (("identity", results.identity_causes), ("exhaustion", results.exhaustion_causes)):
            for _, row in table.iterrows():
                numbers = (Cell(row[column], "state") for column in ("mean", "low", "high"))
                yield [what, name, str(row["meaning"]), *numbers]


def _scenarios(cases: Mapping[str, Results]) -> Iterator[Row]:
    """Every key of every scenario; lists of what cannot be told apart by keys are text."""
    flat = [dict(_flat(results.scenario.to_dict())) for results in cases.values()]
    meanings = {key.key: key.meaning for key in registry()}
    for key in dict.fromkeys(key for one in flat for key in one):
        about = ".".join(step for step in key.split(".") if not step.isdecimal()).removeprefix("policies.")
        values = [_value_of(one.get(key, "")) for one in flat]
        yield [key.removeprefix("policies."), meanings.get(about, ""), *values]


def _flat(content: object, above: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _flat(value, f"{above}{key}.")
    elif isinstance(content, list) and content and above == "teams.":
        for number, value in enumerate(content):
            yield from _flat(value, f"{above}{number}.")
    else:
        yield above.removesuffix("."), content


def _value_of(value: object) -> Cell | str:
    return Cell(value) if isinstance(value, int | float) and not isinstance(value, bool) else written(value)


def _notes(book: Workbook, more: Iterable[Row]) -> None:
    told: list[Row] = [
        [
            "costs",
            "The provider's; those of a year are not discounted. No QALYs: effects found on service users are small.",
        ],
        ["weekly means", "Means over worlds at the end of each week, of those worlds that have a value."],
        ["rates and retention", "Ratios over all worlds together; intervals from jackknife pseudo-values."],
    ]
    _sheet(book, "Notes", ["what", "note"], [*told, *more])


# cells ------------------------------------------------------------------------


def _sheet(book: Workbook, name: str, heads: Iterable[str], rows: Iterable[Row]) -> None:
    """A sheet with a heading that stays in view, as wide as what is in it."""
    sheet, bold, wrapped = book.add_worksheet(name), book.add_format(HEADING), book.add_format(WRAPPED)
    kinds = {kind: book.add_format({"num_format": form, "valign": "top"}) for kind, form in FORMATS.items()}
    widths = []
    for column, head in enumerate(heads):
        sheet.write_string(0, column, _text(head), bold)
        widths.append(len(max(_text(head).split(), key=len, default="")))
    for line, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(line, column, _text(cell), wrapped)
                widths[column] = max(widths[column], len(cell))
            elif math.isfinite(cell.value):
                sheet.write_number(line, column, cell.value, kinds.get(cell.kind, wrapped))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(WIDEST, max(NARROWEST, width + 2)))
    sheet.freeze_panes(1, 0)


def _text(text: str) -> str:
    """Text as a cell can hold it."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= LONGEST else f"{clean[:LONGEST]} ..."
