"""Drawing what moves identity, why people leave, and whether it is the same people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pandas as pd

from peersim.analysis import verdicts, words
from peersim.app.bars import BarChart, Bars
from peersim.app.charts import BASELINE
from peersim.app.parts import Text, attributed, part, table
from peersim.app.reading import Reading
from peersim.app.why import telling
from peersim.results.outcomes import GROUPS, OUTCOMES

SHOWN: Final = 8
"""Causes and reasons that are drawn; the tables have all."""
INTERVAL: Final = "95 % interval"


def compared(reading: Reading) -> None:
    """What is compared with what."""
    Text("p", telling.compared(reading), "why-compared")


def identity(reading: Reading) -> None:
    """What moves identity, beside the baseline if that is another scenario."""
    differences = reading.identity_differences
    with section("why-identity", "What moves peer identity" if differences is None else "Why peer identity differs"):
        sentences(telling.identity(reading))
        if differences is None:
            _identity_chart(reading.identity_causes, "mean", "What each cause adds to identity, or takes from it")
        else:
            _identity_chart(differences, "difference", "What each cause adds or takes, more than in the baseline")
        Text("p", "Over a whole time in post, mean over people. Black lines: 95 % intervals.", "soft")
        with numbers("All causes in numbers"):
            _identity_table(reading)


def _identity_chart(causes: pd.DataFrame, column: str, about: str) -> None:
    drawn = causes.reindex(causes[column].abs().sort_values(ascending=False).index)[:SHOWN]
    drawn = drawn[drawn[column].notna()].sort_values(column, ascending=False)
    if drawn.empty:
        return
    label = in_words(about, drawn, column, _change)
    BarChart(label, drawn["meaning"].tolist(), [as_bars(about, drawn, column)], _change, axis=about)


def _identity_table(reading: Reading) -> None:
    caption = "Change of identity over a time in post"
    if reading.identity_differences is None:
        causes = reading.identity_causes.sort_values("mean", ascending=False)
        rows = [[row["meaning"], _change(row["mean"]), _limits(row)] for row in causes.to_dict("records")]
        table(caption, ["Cause", "Change", INTERVAL], rows)
        return
    causes = reading.identity_differences.sort_values("difference", ascending=False)
    rows = [
        [row["meaning"], *(_change(row[name]) for name in ("baseline", "mean", "difference")), _limits(row)]
        for row in causes.to_dict("records")
    ]
    table(caption, ["Cause", "Baseline", "Now", "Difference", INTERVAL], rows)


def leaving(reading: Reading) -> None:
    """Why people leave, beside the baseline if that is another scenario."""
    with section("why-leaving", "Why people leave"):
        sentences(telling.leaving(reading))
        _reasons_chart(reading)
        Text(
            "p",
            "As in a survey of those who leave; somebody may name several. Black lines: 95 % intervals.",
            "soft",
        )
        with numbers("All reasons in numbers"):
            _reasons_table(reading)


def _reasons_chart(reading: Reading) -> None:
    now, before = reading.reasons, reading.baseline_reasons
    both = reading.contrasts is not None
    larger = pd.concat([now["mean"], before["mean"]] if both else [now["mean"]], axis=1).max(axis=1)
    names = larger[larger > 0.0].sort_values(ascending=False).index[:SHOWN]
    if names.empty:
        return
    bars = [_shares("Now", now.loc[names])]
    if both:
        bars.append(_shares("Baseline", before.loc[names], colour=BASELINE, hollow=True))
    label = in_words("Reasons for leaving", now.loc[names], "mean", words.percent)
    BarChart(
        label, now.loc[names, "meaning"].tolist(), bars, _of_100, axis="% of those who leave who would name the reason"
    )


def _shares(name: str, reasons: pd.DataFrame, **looks: Any) -> Bars:
    return as_bars(name, 100.0 * reasons[["mean", "low", "high"]].clip(0.0, 1.0), "mean", **looks)


def _reasons_table(reading: Reading) -> None:
    both = reading.contrasts is not None
    before = reading.baseline_reasons.to_dict("index")
    rows = []
    for name, row in reading.reasons.sort_values("mean", ascending=False).to_dict("index").items():
        beside = [words.percent(before[name]["mean"]), _span(before[name])] if both else []
        rows.append([row["meaning"], words.percent(row["mean"]), _span(row), *beside])
    head = ["Reason", "Now", INTERVAL, *(["Baseline", INTERVAL] if both else [])]
    table("Share of those who leave who would name a reason", head, rows)


def people(reading: Reading) -> None:
    """Whether the same people are compared, and every difference in words; nothing where nothing is compared."""
    if reading.contrasts is None:
        return
    with section("why-people", "Is it the same people?"):
        Text("p", telling.people(reading.baseline, reading.scenario))
        with numbers("Every difference in words, and how sure it is"):
            sentences([verdicts.pairing(reading.contrasts), verdicts.skewed(reading.contrasts)])
            rows = reading.contrasts.to_dict("index")
            for group, outcomes in GROUPS.items():
                Text("h3", group)
                with part("ul"):
                    for outcome in outcomes:
                        Text("li", verdicts.sentence(rows[outcome], OUTCOMES[outcome]))


# what every section of the view is made of --------------------------------------


@contextmanager
def section(name: str, heading: str) -> Iterator[None]:
    """A part of the view under its heading."""
    with part("section", "card", aria_labelledby=name):
        attributed(Text("h2", heading), id=name)
        yield


@contextmanager
def numbers(title: str) -> Iterator[None]:
    """A part that opens for those who want the numbers."""
    with part("details", "why-numbers"):
        Text("summary", title)
        yield


def sentences(told: list[str]) -> None:
    """What is told, each a paragraph."""
    with part("div", "why-told"):
        for paragraph in told:
            Text("p", paragraph.replace(" %", "\u00a0%"))


def as_bars(name: str, rows: pd.DataFrame, column: str, **looks: Any) -> Bars:
    """Bars of a column with the columns ``low`` and ``high``."""
    mean, low, high = (rows[part].tolist() for part in (column, "low", "high"))
    return Bars(name, mean, low, high, **looks)


def in_words(about: str, rows: pd.DataFrame, column: str, write: Callable[[float], str], name: str = "meaning") -> str:
    """What a screen reader says of bars."""
    told = [f"{row[name]} {write(row[column])}" for row in rows.to_dict("records")]
    return f"{about}: {'; '.join(told)}"


def _change(number: float) -> str:
    return words.change(number, telling.IDENTITY)


def _limits(row: Any) -> str:
    return words.limits(row, telling.IDENTITY)


def _of_100(share: float) -> str:
    return words.percent(share / 100.0)


def _span(row: Any) -> str:
    """An interval of shares; ``-`` where there is none."""
    low, high = (min(1.0, max(0.0, row[end])) if row[end] == row[end] else row[end] for end in ("low", "high"))
    return "-" if low != low else f"{words.percent(low)} to {words.percent(high)}"
