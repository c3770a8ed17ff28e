"""Buttons that give what is on the page to take away: a report, a spreadsheet, the scenario."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Final
from weakref import WeakKeyDictionary

from nicegui import Client, ui

from peersim.app import papers
from peersim.app.limits import TooLargeError
from peersim.app.parts import button, enable, part, status
from peersim.app.visit import News, Visit

Make = Callable[[Sequence[str], int], bytes]

log: Final = logging.getLogger("peersim.app")

HTML: Final = "text/html"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
YAML: Final = "application/yaml"

_there: WeakKeyDictionary[Visit, Downloads] = WeakKeyDictionary()


def show(visit: Visit) -> None:
    """Draw the buttons, and a line that says what becomes of them."""
    _there.setdefault(visit, Downloads()).show(visit)


class Downloads:
    """What a visitor takes away: one thing is made at a time, also while they look at another view."""

    def __init__(self) -> None:
        self._told = ""
        self._task: asyncio.Task[bytes] | None = None
        self._client: Client | None = None
        self._draw: Callable[[], None] = _nothing

    def show(self, visit: Visit) -> None:
        """Draw the buttons."""

        async def make(what: str, function: Make, ending: str, kind: str) -> None:
            if self._task is None:
                name = papers.file_name(visit.scenario, ending)
                content = await self._made(visit, what, function)
                if content is not None and self._client is not None:
                    self._client.download(content, name, kind)

        with part("div", "row", role="group", aria_label="To take away"):
            button("Save (YAML)", lambda: ui.download.content(*_scenario(visit)))
            makers = [
                button("Report (HTML)", lambda: make("report", papers.report, "html", HTML)),
                button("Spreadsheet (XLSX)", lambda: make("spreadsheet", papers.spreadsheet, "xlsx", XLSX)),
            ]
            line = status(self._told)

        def draw() -> None:
            if line.is_deleted:  # another view is shown
                return
            line.text = self._told
            for maker in makers:
                enable(maker, self._task is None and not visit.trouble)

        def told(news: News) -> None:
            if news in ("scenario", "trouble"):
                draw()

        self._draw = draw
        visit.listen(told)
        self._stay_with(ui.context.client)
        draw()

    def _stay_with(self, client: Client) -> None:
        """Send what is made to this page, until it is closed."""
        if client is not self._client:
            self._client = client
            client.on_delete(lambda: self._leave(client))

    def _leave(self, client: Client) -> None:
        """Make nothing any more, unless the visitor has loaded the page again in the meantime."""
        if client is self._client:
            self._client, self._draw = None, _nothing
            if self._task is not None:
                self._task.cancel()

    async def _made(self, visit: Visit, what: str, function: Make) -> bytes | None:
        """The bytes of a paper, or None and a word on why there are none."""
        try:
            shown = papers.shown(visit)
            texts = [scenario.to_yaml(complete=False) for scenario in shown.scenarios]
            self._task = asyncio.create_task(visit.desk.apart(function, texts, shown.worlds))
            self._tell(f"The {what} is being made; this takes some seconds.")
            content = await self._task
        except asyncio.CancelledError:
            self._end("")
            return None
        except TooLargeError as error:
            self._end(str(error))
        except BrokenProcessPool:
            self._end(
                f"The {what} could not be made: the machine ended its making, perhaps short of memory. Try again."
            )
        except Exception:
            log.exception("a %s could not be made", what)
            self._end(f"The {what} could not be made: a fault of peersim, not of yours.")
        else:
            self._end(f"The {what} is in your downloads: {_of(shown)}.{_without(shown)}")
            return content
        return None

    def _end(self, told: str) -> None:
        self._task = None
        self._tell(told)

    def _tell(self, told: str) -> None:
        self._told = told
        self._draw()


def _nothing() -> None:
    """Draw nowhere."""


def _scenario(visit: Visit) -> tuple[bytes, str, str]:
    return visit.scenario.to_yaml().encode(), papers.file_name(visit.scenario, "yaml"), YAML


def _of(shown: papers.Shown) -> str:
    base, *arms = (f"“{scenario.name}”" for scenario in shown.scenarios)
    return f"{', '.join(arms)} compared with {base}" if arms else f"{base} by itself"


def _without(shown: papers.Shown) -> str:
    if not shown.left_out:
        return ""
    names = ", ".join(f"“{name}”" for name in shown.left_out)
    return f" Not in it: {names}, watched for another time or counted in other pounds than the baseline."
