"""What commands share that ask something of a study that was run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peersim.cli.common import RefusedError, count

if TYPE_CHECKING:
    from peersim.analysis.exploration.responses import Responses

PIPED = 150
"""Columns written where there is no window, as into a file."""

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A study's folder, as `peersim sweep` writes it.")]


def read_responses(folder: Path) -> Responses:
    """What a study found."""
    from peersim.results.files import InputError
    from peersim.studies.folder import load

    try:
        return load(folder).responses
    except InputError as error:
        raise RefusedError(str(error)) from error


def heading(responses: Responses, what: str) -> str:
    """What is shown, of which study, and how large it is."""
    replicates = count(responses.replicates, "replicate")
    return f"{what}: {responses.study}, {count(responses.points, 'point')}, {replicates} each, seed {responses.seed}"
