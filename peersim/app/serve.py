"""Starting the page, and what holds for all of it: who may come, what a browser may load, what happens on an error."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from nicegui import app, ui
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from peersim.app import shell, teach, watch
from peersim.app.desk import Desk
from peersim.app.links import LinkError, unpacked
from peersim.app.parts import say
from peersim.app.teach.shelf import Lesson
from peersim.app.turns import Urgency
from peersim.app.visit import Visit
from peersim.app.visits import Visits
from peersim.ensemble import prepare
from peersim.scenario import Scenario, ScenarioError

log: Final = logging.getLogger("peersim.app")

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
PATIENCE: Final = 20.0
"""Seconds for which a page whose connection was lost is waited for."""
POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
"""What a browser may load: nothing from anywhere else.  NiceGUI needs inline scripts, and compiles its templates."""
SAME_TAB: Final = """
for (const event of ["pagehide", "visibilitychange", "pageshow"])
  addEventListener(event, () => {
    const away = event === "pagehide" || document.visibilityState === "hidden";
    sessionStorage.__nicegui_tab_closed = String(away);
  });
"""
"""Has NiceGUI know a tab again when it comes back: phones end pages unasked, and some never say `beforeunload`."""


def serve(scenario: Scenario, *, host: str, port: int, lessons: Mapping[str, Lesson]) -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    scenario : Scenario
        What every visitor begins with.
    host : str
        Address to listen on; on a loopback address only this machine is served, under its own names.
    port : int
    lessons : mapping of str to Lesson
        A teacher's own, by name, beside those that come with peersim.
    """
    prepare(scenario)
    watch.prepare()
    desk = Desk()
    teach.furnish(desk, lessons, alone=host in LOOPBACK)
    visits = Visits(desk, scenario)
    app.add_middleware(_OwnPages)
    app.add_middleware(_Headers)
    if host in LOOPBACK:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, "[::1]"])
    logging.getLogger("uvicorn.error").addFilter(answerable)
    app.on_startup(lambda: print(f"peersim is at {_address(host, port)} (Ctrl-C ends it)", flush=True))
    app.on_shutdown(desk.close)
    app.on_exception(_told)
    app.config.quasar_config["loadingBar"] = {"skipHijack": True}  # its bar has no name for a screen reader

    async def page() -> None:
        client = ui.context.client
        await client.connected()
        if client.is_deleted:  # whoever asked for the page has gone, or was no browser
            return
        tab = str(client.tab_id)
        visit = visits.arrive(tab)
        if visit is None:
            with client.page_container:
                shell.full()
            return
        client.on_delete(lambda: visits.leave(tab))
        client.run_javascript(SAME_TAB)
        await begin(visit, client.request.query_params.get(shell.SHARED, ""))
        if client.is_deleted:
            return
        with client.page_container:  # beside what NiceGUI offers: a main of its own, hidden by the style
            shell.frame(visit)

    ui.run(
        page,
        host=host,
        port=port,
        title="peersim",
        favicon=Path(__file__).with_name("icon.svg"),
        language="en-GB",
        reload=False,
        show=False,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=PATIENCE,
        ws_per_message_deflate=False,  # packing takes longer than sending, on one machine or in one room
    )


def _address(host: str, port: int) -> str:
    """Where the page is for a browser on this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


async def begin(visit: Visit, shared: str) -> None:
    """Begin with the scenario that a link holds, if there is one, or go on where the visit was."""
    if shared:
        try:
            visit.start(await visit.desk.work(Urgency.FIRST_LOOK, unpacked, shared))
            ui.run_javascript("history.replaceState(history.state, '', location.pathname)")  # loaded again: go on
        except (LinkError, ScenarioError) as error:
            say(f"The link could not be used: {error}", trouble=True)
    visit.begin()


def _told(error: Exception) -> None:
    """An error that nobody expected: in the log with its traceback, to the visitor in a sentence; the page stays."""
    log.error("an error on the page", exc_info=error)
    with contextlib.suppress(RuntimeError):  # nobody's page: an error of a task in the background
        say("That did not work: a fault of peersim, not of yours. The page goes on as it was.", trouble=True)


def answerable(record: logging.LogRecord) -> bool:
    """Leave out of the log that nobody was answered: a browser that goes while it is being answered is no fault."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, RuntimeError) and str(error) == "No response returned.")


class _OwnPages:
    """Middleware: nothing for a page from elsewhere that a visitor's browser happens to show as well."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = Headers(scope=scope).get("origin") if scope["type"] in ("http", "websocket") else None
        if origin is None or urlsplit(origin).netloc == Headers(scope=scope).get("host"):
            await self._inner(scope, receive, send)
        else:
            await PlainTextResponse("Only for pages of peersim itself.", 403)(scope, receive, send)


class _Headers:
    """Middleware: what every answer tells a browser about what may be loaded and told."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self._inner(scope, receive, told)
