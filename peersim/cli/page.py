"""`peersim app`: the page for planners and teachers."""

from __future__ import annotations

from typing import Annotated

import typer

from peersim.cli.common import read_scenario


def app(
    scenario: Annotated[
        str,
        typer.Argument(
            help="A scenario file that every visitor begins with; the baseline that comes with peersim by default."
        ),
    ] = "",
    port: Annotated[int, typer.Option("--port", min=1, max=65_535, help="Port to listen on.")] = 8765,
    host: Annotated[
        str,
        typer.Option("--host", help="Address to listen on: by default this machine only; 0.0.0.0 lets a class join."),
    ] = "127.0.0.1",
    lessons: Annotated[
        str,
        typer.Option("--lessons", metavar="FOLDER", help="Lessons of your own, beside those that come with peersim."),
    ] = "",
) -> None:
    """Open the page: decide, plan over time, watch, teach, and ask why.

    Try: peersim app
    """
    from peersim.analysis.exploration.extras import needs

    needs("nicegui", "app")
    from peersim.app.cases import cases
    from peersim.app.serve import serve
    from peersim.app.teach.shelf import shelf

    start = read_scenario(scenario, []) if scenario else cases()["baseline"]
    serve(start, host=host, port=port, lessons=shelf(lessons) if lessons else {})
