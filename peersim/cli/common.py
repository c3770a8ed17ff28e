"""What several commands share: options, exit statuses, reading a scenario, a place to write to, signs of life."""

from __future__ import annotations

import dataclasses
import math
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import peersim

if TYPE_CHECKING:
    from rich.console import Console

    from peersim.scenario import Scenario

# Everything heavy is imported where it is used: `peersim --help` answers at once.

REFUSED, INTERRUPTED = 2, 130
MOST_KEY = 2**32 - 1
PATIENCE = 1.0
"""Seconds that a run may take without a sign of life."""

DEMO = "demo"


class RefusedError(ValueError):
    """Something asked for that cannot be done, in words for the person who asked."""


ScenarioArgument = Annotated[str, typer.Argument(help=f"A scenario file, or '{DEMO}'.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, max=MOST_KEY, help="The same seed, the same results.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change the scenario, as in support.supervision.every_weeks=1 or teams.peers=2. May be repeated.",
    ),
]
ReplicatesOption = Annotated[
    int, typer.Option("--replicates", "-n", min=1, max=MOST_KEY, help="Worlds that differ only in their luck.")
]
WeeksOption = Annotated[int | None, typer.Option("--weeks", help="Horizon, if other than the scenario's.")]
OutcomeOption = Annotated[
    list[str] | None,
    typer.Option("--outcome", metavar="OUTCOME", help="An outcome to show. May be repeated."),
]


def read_scenario(name: str, settings: Sequence[str], weeks: int | None = None) -> Scenario:
    """The scenario named, with what the command line changes in it."""
    from peersim.scenario import ScenarioError, load

    scenario = peersim.demo() if name == DEMO and not Path(name).exists() else load(name)
    changes = dict(setting(text) for text in settings)
    options = [option for option, used in (("--set", settings), ("--weeks", weeks is not None)) if used]
    if weeks is not None:
        changes["horizon_weeks"] = weeks
    try:
        return scenario.with_(changes)
    except ScenarioError as error:
        source = f"{name} with {' and '.join(options)}"
        raise ScenarioError([dataclasses.replace(problem, file=source) for problem in error.problems]) from None


def setting(text: str, option: str = "--set", example: str = "support.supervision.every_weeks=1") -> tuple[str, object]:
    """Key and value of ``KEY=VALUE``, as an option has it."""
    key, equals, written = (part.strip() for part in text.partition("="))
    if not key or not equals:
        raise RefusedError(f"{option} {text}: expected KEY=VALUE, such as {example}")
    from peersim.scenario.files import value

    return key, value(written, f"{option} {key}")


@contextmanager
def terminable() -> Iterator[None]:
    """Being told to end (SIGTERM) is taken like Ctrl-C: everything is tidied up on the way out."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def progress(replicates: int) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, if that is a terminal, for a run that takes longer than `PATIENCE`."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = console(stderr=True)
    if not screen.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=screen, transient=True, redirect_stdout=False)
    task = bar.add_task("Simulating", total=replicates)
    patience = threading.Timer(PATIENCE, bar.start)
    patience.start()
    try:
        yield lambda done, total: bar.update(task, completed=done, total=total)
    finally:
        patience.cancel()
        patience.join()
        bar.stop()


def status(what: str) -> AbstractContextManager[object]:
    """A sign of life on standard error, if that is a terminal, while something is done."""
    screen = console(stderr=True)
    return screen.status(what) if screen.is_terminal else nullcontext()


def console(*, stderr: bool = False, piped: int | None = None) -> Console:
    """The terminal or file that output goes to, written as it is.

    Parameters
    ----------
    stderr : bool
    piped : int, optional
        Columns, where it is no terminal and nothing else says how many there are.
    """
    from rich.console import Console

    screen = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if piped is not None and not screen.is_terminal and "COLUMNS" not in os.environ:
        screen.width = piped
    return screen


def count(number: int, noun: str, nouns: str = "") -> str:
    """A number of things, as in "1 replicate" and "2,000 replicates"."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def share(number: float) -> str:
    """A share, state or rate as a table shows it."""
    return "-" if math.isnan(number) else f"{number:.3f}"


def pounds(number: float) -> str:
    """An amount of money as a table shows it."""
    return "-" if math.isnan(number) else f"{number:,.0f}"


def interval(row: Mapping[Any, Any], write: Callable[[float], str]) -> str:
    """The interval of an outcome as a table shows it, its ends written with `write`."""
    return "-" if math.isnan(row["low"]) else f"{write(row['low'])} to {write(row['high'])}"
