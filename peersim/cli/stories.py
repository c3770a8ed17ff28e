"""`peersim story`: the life of one peer worker in words, or two lives of theirs in two worlds."""

from __future__ import annotations

from typing import Annotated

import typer

import peersim
from peersim.cli.arms import changed, named_changes
from peersim.cli.common import MOST_KEY, RefusedError, ScenarioArgument, SeedOption, SetOption, read_scenario


def story(
    scenario: ScenarioArgument,
    seed: SeedOption = 1,
    replicate: Annotated[int, typer.Option("--replicate", min=0, max=MOST_KEY, help="Which world.")] = 0,
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            metavar="TEAM/POST",
            help="Whose life, as in 'Community team 1/1'; TEAM/POST/2 for the second to hold that post. "
            "By default the most telling life.",
        ),
    ] = None,
    written: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar='"NAME: KEY=VALUE, KEY=VALUE"',
            help="Tell their life beside that in a scenario that differs in these keys: the week they part, and why.",
        ),
    ] = None,
    settings: SetOption = None,
) -> None:
    """Tell the life of one peer worker in words."""
    from peersim.analysis.errors import QuestionError

    case = read_scenario(scenario, settings or [])
    try:
        if written is None:
            text = peersim.story(case, seed=seed, replicate=replicate, person=person)
        else:
            name, changes = named_changes(written)
            other = changed(case, f"--with {written!r}", changes)
            text = peersim.two_lives(case, other, name, seed=seed, replicate=replicate, person=person)
    except QuestionError as error:
        option = "--" if str(error).startswith("person: ") else ""
        raise RefusedError(f"{option}{error}") from None
    typer.echo(text)
