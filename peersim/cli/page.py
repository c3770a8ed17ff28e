"""`peersim app`: the page for planners and teachers."""

from __future__ import annotations

import errno
import socket
from typing import Annotated

import typer

from peersim.cli.common import RefusedError, read_scenario


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

    begin = read_scenario(scenario, []) if scenario else cases()["baseline"]
    own = shelf(lessons) if lessons else {}
    _check_free(host, port)
    serve(begin, host=host, port=port, lessons=own)


def _check_free(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise RefusedError(f"--port {port}: is in use, perhaps by another peersim; name another port") from None
        why = str(error.strerror).partition(" (")[0]
        raise RefusedError(f"--host {host} --port {port}: cannot listen there: {why}") from None
