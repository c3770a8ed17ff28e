"""`peersim sensitivity`: which factors of a study matter most, and how much of what is seen is chance."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from peersim.cli.common import OutcomeOption, SeedOption, console, status, terminable
from peersim.cli.outputs import Clock, OutOption, places, say_written
from peersim.cli.sweeps import PIPED, FolderArgument, heading, read_responses

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

    from peersim.analysis.exploration.responses import Responses
    from peersim.analysis.exploration.sensitivity import Sensitivity
    from peersim.results.files import Timing

SENSITIVITY: Final = "sensitivity"
"""Kind of a folder that holds a sensitivity analysis."""
SHOWN: Final = 3
"""Outcomes shown unless some are asked for."""

Row = Any
Column = tuple[str, Callable[[Row], str]]
"""Heading, and what a row of the table has under it."""


def sensitivity(
    folder: FolderArgument,
    outcomes: OutcomeOption = None,
    method: Annotated[
        str | None,
        typer.Option("--method", help="morris, sobol, fast or pawn; by default what the study's design is for."),
    ] = None,
    seed: SeedOption = 1,
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
) -> None:
    """Tell which factors of a study matter most, and how much is chance.

    Try: peersim sensitivity results/screening --outcome identity
    """
    from peersim.analysis.errors import check_outcomes

    responses = read_responses(folder)
    check_outcomes(outcomes or [], "--outcome", responses.outcomes)
    with terminable(), places(out) as ready:
        clock = Clock()
        found, left_out = _analysed(responses, outcomes or [], method, seed)
        if ready.folder is not None:
            with status("Writing tables and figures ..."):
                _write(found, left_out, ready.folder, clock.stop())
    if as_json:
        typer.echo(json.dumps(_content(found, left_out), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _show(responses, found if outcomes else found[:SHOWN], len(found), left_out)
        say_written(out)


def _analysed(
    responses: Responses, asked: Sequence[str], method: str | None, seed: int
) -> tuple[list[Sensitivity], dict[str, str]]:
    """What was found for each outcome; and why others, that nobody asked for by name, cannot be analysed."""
    from peersim.analysis.errors import QuestionError
    from peersim.analysis.exploration.sensitivity import sensitivity as analyse

    found: list[Sensitivity] = []
    left_out: dict[str, str] = {}
    names = list(dict.fromkeys(asked or responses.outcomes))
    for number, outcome in enumerate(names, 1):
        with status(f"Analysing {outcome} ({number} of {len(names)}) ..."):
            try:
                found.append(analyse(responses, outcome, method, seed))
            except QuestionError as error:
                left_out[outcome] = str(error)
                if asked or len(left_out) == len(names):
                    raise
    return found, left_out


def _content(found: Sequence[Sensitivity], left_out: dict[str, str]) -> dict[str, Any]:
    first = found[0]
    return {
        "study": first.study,
        "method": first.method,
        "outcomes": [one.to_dict() for one in found],
        "left_out": left_out,
    }


# files ------------------------------------------------------------------------


def _write(found: Sequence[Sensitivity], left_out: dict[str, str], folder: Path, timing: Timing) -> None:
    """Write what was found: everything as JSON, the tables of all outcomes as CSV, figures, and a manifest."""
    import pandas as pd

    from peersim.report.figures import sensitivity as figures
    from peersim.results import files

    content = _content(found, left_out)
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / "sensitivity.json").write_text(text, encoding="utf-8", newline="\n")
    chance = [{"chance": one.chance, "replicates_needed": one.replicates_needed} for one in found]
    tables = {
        "factors": pd.concat({one.outcome: one.table for one in found}, names=["outcome"]),
        "chance": pd.DataFrame(chance, index=pd.Index([one.outcome for one in found], name="outcome")),
    }
    pairs = {one.outcome: one.pairs.set_index(["factor", "with"]) for one in found if one.pairs is not None}
    if pairs:
        tables["pairs"] = pd.concat(pairs, names=["outcome"])
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", lineterminator="\n", encoding="utf-8")
    figures.save_all(found, folder / "figures")
    first = found[0]
    about = {
        "kind": SENSITIVITY,
        "study": first.study,
        "method": first.method,
        "outcomes": [one.outcome for one in found],
        "design": dict(first.design),
        "points": first.points,
        "replicates": first.replicates,
        "seed": first.seed,
        "resampling_seed": first.resampling_seed,
    }
    files.describe(folder, about, timing)


# screen -----------------------------------------------------------------------


def _show(responses: Responses, shown: Sequence[Sensitivity], analysed: int, left_out: dict[str, str]) -> None:
    from peersim.analysis.exploration.sensitivity import LABELS

    screen = console(piped=PIPED)
    screen.print(heading(responses, LABELS[shown[0].method]), style="bold")
    for found in shown:
        screen.print(_factor_table(found))
        screen.print(f"\n{found.in_words()}")
    screen.print(f"\n{_NOTES[shown[0].method]}")
    if len(shown) < analysed:
        screen.print(
            f"{len(shown)} of {analysed} outcomes are shown; others with --outcome, all with --out and --json."
        )
    for reason in left_out.values():
        screen.print(f"Left out: {reason}.")


def _factor_table(found: Sensitivity) -> Table:
    from rich.table import Table
    from rich.text import Text

    from peersim.analysis.exploration.sensitivity.sentences import name_of

    title = Text(f"\n{name_of(found.outcome)}", style="bold")
    table = Table(
        title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold"
    )
    table.add_column("factor")
    columns = _columns(found)
    for head, _ in columns:
        table.add_column(head, justify="right")
    for row in found.ranked.reset_index().to_dict("records"):
        table.add_row(str(row["factor"]), *(write(row) for _, write in columns))
    return table


def _columns(found: Sensitivity) -> list[Column]:
    """What the table of a method shows."""
    from peersim.analysis.exploration.sensitivity.sentences import amount

    def effect(value: float) -> str:
        return amount(value, found.outcome)

    last: list[Column] = [("told from chance", lambda row: "yes" if row["told"] else "no")]
    if found.method == "morris":
        return [
            *_estimate("mu*", "mu_star", effect),
            ("chance alone", lambda row: effect(row["mu_star_chance"])),
            ("mu", lambda row: effect(row["mu"])),
            ("sigma", lambda row: effect(row["sigma"])),
            *last,
        ]
    if found.method == "pawn":
        return [*_estimate("PAWN", "median", _index), ("chance alone", lambda row: _index(row["chance"])), *last]
    return [*_estimate("total", "total", _index), *_estimate("first", "first", _index), *last]


def _estimate(head: str, name: str, write: Callable[[float], str]) -> list[Column]:
    """An estimate and its interval."""

    def limits(row: Row) -> str:
        low, high = write(row[f"{name}_low"]), write(row[f"{name}_high"])
        return "-" if low == "-" else f"{low} to {high}"

    return [(head, lambda row: write(row[name])), ("95 % interval", limits)]


def _index(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")


_NOTES: Final = {
    "morris": "mu*: size of the change as a factor crosses its whole range, others held, averaged over where they "
    "stand; chance alone: what it would hardly exceed if nothing but chance were at work. mu: the same with signs. "
    "sigma: how much the change differs from place to place, chance taken off.",
    "sobol": "Total: share of the variance between points in which the factor has a part, by itself or together with "
    "others; first: its share by itself. Chance is taken off; intervals are over other points and other replicates.",
    "fast": "Total: share of the variance between points in which the factor has a part, by itself or together with "
    "others; first: its share by itself. Chance is taken off; intervals are over other replicates only, and FAST "
    "itself may be off by 0.05, or 0.1 where factors have levels.",
    "pawn": "PAWN: distance between the outcome's distribution where the factor is held in a slice and everywhere, "
    "median over slices, from 0 to 1; chance alone: what a factor without influence might get from so many points.",
}
"""How to read each table."""
