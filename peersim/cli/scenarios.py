"""Commands about scenarios: `check`, `schema`, `parameters` and `mechanisms`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

import peersim
from peersim.cli.common import REFUSED, RefusedError, console

if TYPE_CHECKING:
    from peersim.scenario import Parameter


def check(files: Annotated[list[str], typer.Argument(help="Scenario files.")]) -> None:
    """Say whether scenario files can be used, and if not, why."""
    from peersim.scenario import ScenarioError, load

    faulty = False
    for file in files:
        try:
            typer.echo(f"{file}: no problem found. {load(file)}")
        except ScenarioError as error:
            typer.echo(str(error), err=True)
            faulty = True
    if faulty:
        raise typer.Exit(REFUSED)


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that check and complete while typing."""
    typer.echo(json.dumps(peersim.json_schema(), indent=2, ensure_ascii=False))


def parameters(
    group: Annotated[str | None, typer.Option("--group", metavar="GROUP", help="One group only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List every key of a scenario: default, range, unit, meaning and evidence.

    Evidence is graded A (measured), B (several agreeing sources), C (one source or guidance), M (a formal model), or is
    an assumption.
    """
    known = peersim.registry()
    chosen = [parameter for parameter in known if group in (None, parameter.group)]
    if not chosen:
        groups = ", ".join(dict.fromkeys(parameter.group for parameter in known))
        raise RefusedError(f"--group {group}: no such group. Allowed here: {groups}")
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(parameter) for parameter in chosen], indent=2, ensure_ascii=False))
        return
    _two_columns([(_left(parameter), _right(parameter)) for parameter in chosen])


def _left(parameter: Parameter) -> str:
    return f"{parameter.key}\n  {_default(parameter.default)}"


def _default(value: float | str | tuple[str, ...] | None) -> str:
    if value is None:
        return "has to be given"
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{value:g}"


def _right(parameter: Parameter) -> str:
    evidence = f" ({parameter.evidence})" if parameter.evidence else ""
    return f"{parameter.meaning}\n{parameter.allowed}\nEvidence: {parameter.grade}{evidence}\n"


def _two_columns(rows: Sequence[tuple[str, str]]) -> None:
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for row in rows:
        table.add_row(*row)
    console().print(table)


def mechanisms() -> None:
    """List what happens in a week, in order.

    All but the measurement can be switched off: --set model.off=[NAME, NAME]
    """
    from peersim.scenario.mechanisms import MECHANISMS

    _two_columns(list(MECHANISMS.items()))
