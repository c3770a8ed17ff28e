"""A running server, a browser, and pages in it that may reach nothing but this machine.

Tests of the page ask for `page` (or `new_page`, for several visitors); `axe` and `settled` are there for them.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STARTING = 300
"""Seconds that a server may take to answer: the first on a machine compiles the model."""


@dataclass
class Server:
    """The page, served by the command that a person would type."""

    port: int
    process: subprocess.Popen
    log: Path

    @property
    def url(self):
        return f"http://{HOST}:{self.port}"

    @property
    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")


def free_port():
    with socket.socket() as found:
        found.bind((HOST, 0))
        return found.getsockname()[1]


@contextmanager
def serving(log, before=""):
    """A server of one's own, ended afterwards; `before` is Python for its process, to make it fail or be small."""
    port = free_port()
    start = ["-c", f"{before}\nfrom peersim.cli import app\napp(prog_name='peersim')"] if before else ["-m", "peersim"]
    command = [sys.executable, *start, "app", "--port", str(port)]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}  # NiceGUI looks
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, cwd=ROOT, env=outside, stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.STDOUT
        )
        server = Server(port, process, log)
        try:
            _wait(server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(server):
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        try:
            urllib.request.urlopen(server.url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server does not answer:\n{server.said}")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for all tests of a process; an error that it logs fails the test that made it, or the last."""
    with serving(tmp_path_factory.mktemp("server") / "log.txt") as running:
        yield running
    assert "Traceback" not in running.said, running.said


@contextmanager
def _in_charge(loop):
    """Playwright's event loop counts as running while a test uses it, and no longer: others use `asyncio.run`."""
    asyncio._set_running_loop(loop)
    try:
        yield
    finally:
        asyncio._set_running_loop(None)


def _executable():
    found = os.environ.get("PEERSIM_TEST_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("NO TEST OF THE PAGE WAS RUN: they need Chromium (as in apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def _browser():
    """Chromium, and the event loop that drives it."""
    executable = _executable()
    from playwright.sync_api import sync_playwright

    playwright = sync_playwright().start()
    loop = asyncio.get_running_loop()
    try:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        asyncio._set_running_loop(None)
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()
    finally:
        playwright.stop()
        asyncio._set_running_loop(None)


@pytest.fixture
def browser(_browser):
    """Chromium."""
    chromium, loop = _browser
    with _in_charge(loop):
        yield chromium


@contextmanager
def visiting(browser, server):
    """A function that gives a page of a visitor of its own; takes options of a browser context.

    Afterwards fails if a page asked for anything from elsewhere, or if there was an error on a page.
    """
    faults, contexts = [], []

    def watch(page):
        page.on("websocket", lambda socket: local(socket.url))
        page.on("pageerror", lambda error: faults.append(f"an error on the page: {error}"))

    def local(url):
        parts = urlsplit(url)
        if parts.hostname != HOST and parts.scheme not in ("data", "blob", "about"):
            faults.append(f"not from this machine: {url}")

    def console(message):
        if message.type == "error":
            faults.append(f"on the console: {message.text} ({message.location.get('url', '')})")

    def make(**options):
        context = browser.new_context(**{"base_url": server.url, "viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        context.set_default_timeout(20_000)
        context.on("request", lambda request: local(request.url))
        context.on("page", watch)
        context.on("console", console)
        return context.new_page()

    try:
        yield make
    finally:
        for context in contexts:
            context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def new_page(browser, server):
    """A function that gives a page of a visitor of its own, as `visiting`; an error on the server fails it too."""
    said = len(server.said)
    with visiting(browser, server) as make:
        yield make
    assert "Traceback" not in server.said[said:], server.said[said:]


@pytest.fixture
def page(new_page):
    """A page of one visitor, 1280 by 800."""
    return new_page()


@pytest.fixture
def settled():
    """A function that waits until a page shows the scenario in hand with all its worlds."""

    def wait(page, worlds=200):
        page.locator(f'#main[data-worlds="{worlds}"]').wait_for()

    return wait


@pytest.fixture
def axe():
    """A function that fails the test if a page is hard or impossible to use for somebody (axe-core)."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page):
        options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
        found = Axe().run(page, options=options).response["violations"]
        lines = [
            f"{broken['id']} ({broken['impact']}): {broken['help']}\n  {' '.join(map(str, node['target']))}\n"
            f"  {node.get('failureSummary', '')}"
            for broken in found
            for node in broken["nodes"]
        ]
        assert not lines, "\n".join(lines)

    return check
