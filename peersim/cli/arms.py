"""What a scenario is compared with: other files, and changes written on the command line."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from peersim.cli.common import RefusedError, read_scenario, setting

if TYPE_CHECKING:
    from peersim.scenario import Scenario

EXAMPLE: Final = '--with "weekly supervision: support.supervision.every_weeks=1"'

WithOption = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar='"NAME: KEY=VALUE, KEY=VALUE"',
        help="A scenario that differs from the first in these keys. May be repeated.",
    ),
]
SetEverywhereOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change every scenario, as in costs.hire=5000. May be repeated."),
]


def read_arms(
    base: Scenario, files: Sequence[str], written: Sequence[str], settings: Sequence[str], weeks: int | None
) -> dict[str, Scenario]:
    """The scenarios that a baseline is compared with, by name, in the order of the command line.

    A file whose scenario is named like one before it goes by its name and the file's.
    """
    arms: dict[str, Scenario] = {}
    for file in files:
        if files.count(file) > 1:
            raise RefusedError(f"{file}: is named {files.count(file)} times; name each file once")
        scenario = read_scenario(file, settings, weeks)
        taken = scenario.name == base.name or scenario.name in arms
        _add(arms, base, f"{scenario.name} ({file})" if taken else scenario.name, scenario)
    for text in written:
        name, changes = named_changes(text)
        _add(arms, base, name, changed(base, f"--with {text!r}", changes))
    return arms


def _add(arms: dict[str, Scenario], base: Scenario, name: str, scenario: Scenario) -> None:
    if name in arms or name == base.name:
        raise RefusedError(f"two scenarios are named {name!r}; give one of them another name")
    arms[name] = changed(scenario, "name of a scenario", {"name": name})


def changed(base: Scenario, source: str, changes: dict[str, object]) -> Scenario:
    """A scenario with changes in it; errors name the source of the changes."""
    from peersim.scenario import ScenarioError

    try:
        return base.with_(changes)
    except ScenarioError as error:
        raise ScenarioError([dataclasses.replace(problem, file=source) for problem in error.problems]) from None


def named_changes(text: str) -> tuple[str, dict[str, object]]:
    """Name and changes of ``--with "NAME: KEY=VALUE, KEY=VALUE"``."""
    name, colon, written = (part.strip() for part in text.partition(":"))
    if not colon or not name or "=" in name:
        raise RefusedError(f"--with {text!r}: expected a name, a colon and settings, such as {EXAMPLE}")
    changes: dict[str, object] = {}
    for part in _split(written):
        if not part.strip():
            raise RefusedError(
                f"--with {text!r}: an empty setting; expected settings with commas between, such as {EXAMPLE}"
            )
        key, value = setting(part, "--with", EXAMPLE)
        if key in changes:
            raise RefusedError(f"--with {text!r}: {key} is set twice")
        changes[key] = value
    if not changes:
        raise RefusedError(f"--with {text!r}: sets nothing; expected settings after the colon, such as {EXAMPLE}")
    return name, changes


def _split(written: str) -> Iterator[str]:
    """The settings of a list, cut at commas that stand in no brackets and no quotes."""
    depth, quote, start = 0, "", 0
    for place, letter in enumerate(written):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "[{":
            depth += 1
        elif letter in "]}":
            depth -= 1
        elif letter == "," and depth == 0:
            yield written[start:place]
            start = place + 1
    if written[start:].strip():
        yield written[start:]
