"""The command line.

Whatever a user can put right (a scenario, an option, a folder) is told in a message on standard error, with exit status
2; an interruption ends with 130.  Anything else is a fault of peersim and keeps its traceback.

`common` holds what several commands share.  The other modules hold the commands, which are put together here.
"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import peersim
from peersim.cli import (
    comparisons,
    discovery,
    optimise,
    page,
    reports,
    robustness,
    runs,
    scenarios,
    sensitivity,
    stories,
    studies,
    surfaces,
    validation,
)
from peersim.cli.common import INTERRUPTED, REFUSED, RefusedError


class _Commands(TyperGroup):
    """Commands whose expected failures are a message and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # here, where a reader who has gone away (`| head`) is taken quietly
            return result
        except KeyboardInterrupt:
            typer.echo("peersim: interrupted; no files were left behind", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except ValueError as error:
            from peersim.analysis.errors import QuestionError
            from peersim.scenario import ScenarioError

            if not isinstance(error, ScenarioError | QuestionError | RefusedError):
                raise
            typer.echo(str(error), err=True)
            raise typer.Exit(REFUSED) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"peersim {peersim.__version__}")
        raise typer.Exit


@app.callback()
def main(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Peer workers in mental health services, simulated.

    Try: peersim run demo
    """


for _command in (
    runs.run,
    comparisons.compare,
    comparisons.attribute,
    studies.sweep,
    studies.retry,
    sensitivity.sensitivity,
    discovery.discover,
    robustness.robustness,
    surfaces.surface,
    optimise.optimise,
    page.app,
    reports.report,
    scenarios.check,
    scenarios.schema,
    scenarios.parameters,
    scenarios.mechanisms,
    stories.story,
    validation.validate,
):
    app.command()(_command)
