"""The spreadsheet: every table of a run or a comparison in one XLSX file, for those who live in spreadsheets.

Numbers are numbers and text is text: a name that looks like a formula stays a name.  What has no value is an empty
cell.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import pandas as pd
from xlsxwriter import Workbook

import peersim
from peersim.analysis import economics, verdicts
from peersim.analysis.comparison import Comparison
from peersim.results.files import summary
from peersim.results.outcomes import OUTCOMES
from peersim.results.results import Results
from peersim.scenario import Scenario
from peersim.scenario.paths import flat
from peersim.scenario.registry import parameter_for
from peersim.world.measures import WEEKLY

CREATED: Final = datetime(2000, 1, 1)
"""Written into every file in place of the time: the same results make the same file."""
SAFE: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDEST, NARROWEST = 60, 9  # columns, in characters
DECIMALS, POUNDS, WHOLE = "0.0000", "#,##0", "0"

CONTRAST_HEADS: Final = {
    "scenario": "scenario",
    "label": "outcome",
    "unit": "unit",
    "better": "better is",
    "baseline": "baseline",
    "mean": "scenario's mean",
    "difference": "difference",
    "low": "95 % interval from",
    "high": "95 % interval to",
    "p_better": "share of pairs in which it is better (ties half)",
    "tied": "share of pairs without a difference",
    "effect": "difference / standard deviation of the baseline",
    "pairs": "pairs used",
    "margin": "smallest difference that matters",
    "pairs_needed": "pairs needed for the margin, or the precision asked for",
    "pairs_to_settle": "pairs that would settle it",
    "fewer": "times as many replicates without pairing",
    "p_value": "p value",
    "skewness": "skewness of the differences",
    "verdict": "verdict",
    "sentence": "in words",
}
"""Columns of the sheet of differences: name and heading."""


def of_run(results: Results, path: str | os.PathLike[str]) -> None:
    """Write the tables of a run to a spreadsheet.

    Parameters
    ----------
    results : Results
    path : path
        What is there is replaced.
    """
    scenario = results.scenario
    with _book(path) as book:
        book.text("Read me", _about(scenario.name, results))
        outcomes = summary(results).reset_index(names="name")
        book.table("Outcomes", outcomes[["label", "mean", "low", "high", "unit", "better", "meaning", "name"]])
        book.table("People in post, starters", results.survivors.reset_index())
        _run_sheets(book, {scenario.name: results})
        book.table("Costs", _costs(results), decimals=POUNDS)
        book.table("Scenario", _keys({scenario.name: scenario}))


def of_comparison(comparison: Comparison, path: str | os.PathLike[str], effect: str = economics.RETAINED) -> None:
    """Write the tables of a comparison to a spreadsheet.

    Parameters
    ----------
    comparison : Comparison
    path : path
        What is there is replaced.
    effect : str
        What costs are set against: ``years_retained`` or an outcome.
    """
    base = comparison.baseline
    cases = {"baseline": base} | dict(comparison.arms)
    with _book(path) as book:
        names = ", ".join(comparison.arms)
        book.text("Read me", [*_about(f"{names}; baseline: {base.scenario.name}", base), *_verdicts()])
        book.table("Differences", _contrasts(comparison))
        book.table("Costs", pd.concat(comparison.costs, names=["scenario"]).reset_index(), decimals=POUNDS)
        book.table("Cost and effect", _values(comparison, effect))
        book.table("Acceptability", _acceptability(comparison, effect))
        book.table("Who is paired", _paired(comparison))
        _run_sheets(book, cases)
        differing = {key for changes in comparison.changes.values() for key in changes}
        scenarios = {name: results.scenario for name, results in cases.items()}
        book.table("What differs", _keys(scenarios, differing))
        book.table("Scenarios", _keys(scenarios))


# sheets -----------------------------------------------------------------------


def _about(what: str, results: Results) -> list[str]:
    return [
        f"peersim {peersim.__version__}: {what}",
        f"{results.replicates:,} replicates, {results.weeks:,} weeks, seed {results.seed}",
        "",
        "States run from 0 to 1; rates are per person and year; costs are pounds. Intervals are 95 % intervals of the "
        "mean over replicates: they are about luck, not about what is unknown of the model's constants.",
        "The constants are assumptions or fitted to surveys and trials; the model is not set to any real trust: read "
        "signs and orders of size. No QALYs are given: what is known of effects on service users is small.",
        "Means over people in post hide those who left.",
        "An empty cell has no value.",
    ]


def _verdicts() -> list[str]:
    return ["", "Verdicts:", *(f"{verdict}: {meaning}" for verdict, meaning in verdicts.MEANING.items())]


def _run_sheets(book: _Book, cases: Mapping[str, Results]) -> None:
    """The sheets that a run and a comparison share, scenarios one below the other."""
    book.table("Weekly means", _stacked({name: _weekly(results) for name, results in cases.items()}))
    book.table("Retention", _stacked({name: results.retention for name, results in cases.items()}))
    for sheet, table in (
        ("Reasons for leaving", "reasons"),
        ("Causes of identity", "identity_causes"),
        ("Causes of exhaustion", "exhaustion_causes"),
    ):
        book.table(sheet, _stacked({name: getattr(results, table).reset_index() for name, results in cases.items()}))


def _stacked(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(
        [table.assign(scenario=name)[["scenario", *table.columns]] for name, table in tables.items()], ignore_index=True
    )


def _weekly(results: Results) -> pd.DataFrame:
    means = results.course.pivot(index="week", columns="measure", values="mean")[list(WEEKLY)]
    return means.reset_index().rename_axis(columns=None)


def _costs(results: Results) -> pd.DataFrame:
    lines = economics.CATEGORIES | economics.WITHIN_PAY
    yearly = [economics.yearly_cost(results, name).mean() for name in lines]
    return pd.DataFrame({"pounds a year": list(lines.values()), "mean": yearly, "name": list(lines)})


def _contrasts(comparison: Comparison) -> pd.DataFrame:
    table = comparison.contrasts
    outcomes = [OUTCOMES[name] for name in table["outcome"]]
    table = table.assign(
        label=[outcome.label for outcome in outcomes],
        unit=[outcome.unit for outcome in outcomes],
        better=[outcome.better_is for outcome in outcomes],
        sentence=[
            verdicts.sentence(row, outcome) for row, outcome in zip(table.to_dict("records"), outcomes, strict=True)
        ],
    )
    return table[list(CONTRAST_HEADS)].rename(columns=CONTRAST_HEADS).assign(name=table["outcome"])


def _values(comparison: Comparison, effect: str) -> pd.DataFrame:
    rows = []
    for name in comparison.arms:
        value = comparison.value(name, effect)
        row: dict[str, Any] = {"scenario": name}
        for part, heading in (("cost", "additional pounds, present value"), ("effect", value.outcome.label)):
            found = value.summary.T[part]
            row |= {heading: found["mean"], f"{part}, from": found["low"], f"{part}, to": found["high"]}
        ratio, low, high = value.ratio
        rows.append(row | {f"pounds for {value.each}": ratio, "from": low, "to": high, "in words": value.in_words()})
    return pd.DataFrame(rows)


def _acceptability(comparison: Comparison, effect: str) -> pd.DataFrame:
    values = {name: comparison.value(name, effect) for name in comparison.arms}
    (each,) = {value.each for value in values.values()}
    heads = {
        "threshold": f"pounds that {each} is worth",
        "share_of_worlds": "share of pairs of worlds in which it is worth its cost",
        "certainty": "certainty that it is on average",
    }
    return _stacked({name: value.acceptability().rename(columns=heads) for name, value in values.items()})


def _paired(comparison: Comparison) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"scenario": name, "paired": str(matching), "pairing": verdicts.pairing(comparison.of(name))}
            for name, matching in comparison.matching.items()
        ]
    )


def _keys(scenarios: Mapping[str, Scenario], only: Iterable[str] | None = None) -> pd.DataFrame:
    """Every key (or `only` some) with its value in each scenario, its unit, meaning and evidence."""
    values = {name: flat(scenario.to_dict()) for name, scenario in scenarios.items()}
    keys = list(dict.fromkeys(key for of_one in values.values() for key in of_one))
    if only is not None:
        keys = [key for key in keys if any(key == wanted or key.startswith(f"{wanted}.") for wanted in only)]
    rows = []
    for key in keys:
        parameter = parameter_for(key)
        row: dict[str, Any] = {"key": key} | {name: of_one.get(key) for name, of_one in values.items()}
        about = (parameter.unit, parameter.meaning, parameter.grade, parameter.evidence) if parameter else ("",) * 4
        rows.append(row | dict(zip(("unit", "meaning", "grade of the evidence", "evidence"), about, strict=True)))
    return pd.DataFrame(rows)


# the file ---------------------------------------------------------------------


class _Book:
    """A workbook under way."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._formats = {code: book.add_format({"num_format": code}) for code in (DECIMALS, POUNDS, WHOLE)}
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def text(self, name: str, lines: Sequence[str]) -> None:
        """A sheet of sentences, one a row."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, 2 * WIDEST)
        for row, line in enumerate(lines):
            sheet.write_string(row, 0, line, self._wrapped)

    def table(self, name: str, table: pd.DataFrame, decimals: str = DECIMALS) -> None:
        """A sheet with a table, its head frozen."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, head in enumerate(map(str, table.columns)):
            values = table.iloc[:, column].tolist()
            sheet.set_column(column, column, _width(head, values))
            sheet.write_string(0, column, head, self._head)
            for row, value in enumerate(values, 1):
                self._cell(sheet, row, column, value, decimals)
        if len(table):
            sheet.autofilter(0, 0, len(table), len(table.columns) - 1)

    def _cell(self, sheet: Any, row: int, column: int, value: Any, decimals: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            if value is not None:
                sheet.write_string(row, column, _as_text(value))
        elif math.isfinite(value):
            large = abs(value) >= 1000 or decimals == POUNDS
            code = WHOLE if isinstance(value, int) else POUNDS if large else decimals
            sheet.write_number(row, column, value, self._formats[code])


@contextmanager
def _book(path: str | os.PathLike[str]) -> Iterator[_Book]:
    book = Workbook(os.fspath(path), SAFE)
    book.set_properties({"title": "peersim", "created": CREATED})
    yield _Book(book)
    book.close()


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(_as_text, value)) if isinstance(value, list | tuple) else str(value)


def _width(head: str, values: Sequence[Any]) -> float:
    longest = max((len(_as_text(value)) for value in values if isinstance(value, str)), default=0)
    return min(WIDEST, max(NARROWEST, longest, len(head) / 2))
