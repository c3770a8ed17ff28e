"""`peersim story`: the life of one peer worker in words."""

from __future__ import annotations

from typing import Annotated

import typer

import peersim
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
    settings: SetOption = None,
) -> None:
    """Tell the life of one peer worker in words."""
    case = read_scenario(scenario, settings or [])
    try:
        text = peersim.story(case, seed=seed, replicate=replicate, person=person)
    except ValueError as error:
        if not str(error).startswith("person: "):
            raise
        raise RefusedError(f"--{error}") from None
    typer.echo(text)
