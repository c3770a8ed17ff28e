"""Pictures of the page in `docs/figures/page`: `python docs/screenshots.py` (with the extra `test` and Chromium)."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent / "figures" / "page"
SIZE = {"width": 1280, "height": 900}
SET = """([lever, value]) => {
  const slider = document.getElementById(`lever-${lever}`);
  slider.value = value;
  slider.dispatchEvent(new Event("change"));
}"""


def settled(page: Page) -> None:
    """Wait until all worlds are drawn."""
    page.locator('#main[data-worlds="200"]').wait_for()


def decide(page: Page) -> None:
    """Weekly supervision beside supervision every four weeks."""
    page.evaluate(SET, ["support-supervision-every_weeks", 1])
    page.get_by_text("Changed: Supervision every week").wait_for()
    settled(page)


def plan(page: Page) -> None:
    """The first of the examples, with nothing else changed."""
    page.get_by_role("button", name="Reset all to the baseline").click()
    page.get_by_text("Nothing is changed yet").wait_for()
    page.get_by_role("link", name="Plan over time").click()
    page.get_by_role("button", name="Weekly supervision from week 20, cut in week 60").click()
    page.get_by_text("From 200 worlds").wait_for()
    settled(page)


def why(page: Page) -> None:
    """Causes of the difference that weekly supervision makes."""
    page.get_by_role("link", name="Decide").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Changed: Supervision every week").wait_for()
    settled(page)
    page.get_by_role("link", name="Why").click()
    page.get_by_role("heading", name="Why peer identity differs").wait_for()


def watch(page: Page) -> None:
    """A world after half a year, with a person open."""
    page.get_by_role("link", name="Watch").click()
    page.get_by_label("Go to week").fill("26")
    page.keyboard.press("Enter")
    page.get_by_text("Week 26 of").first.wait_for()


def teach(page: Page) -> None:
    """The lessons."""
    page.get_by_role("link", name="Teach").click()
    page.get_by_role("heading", name="Join a class").wait_for()


VIEWS: dict[str, Callable[[Page], None]] = {"decide": decide, "plan": plan, "why": why, "watch": watch, "teach": teach}


def main() -> None:
    """Serve the page, and take a picture of each view."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "peersim", "app", "--port", str(port)])
    try:
        address = f"http://127.0.0.1:{port}/"
        _answers(address)
        with sync_playwright() as playwright:
            executable = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport=SIZE)
            page.goto(address)
            settled(page)
            for name, show in VIEWS.items():
                show(page)
                page.mouse.move(0, 0)
                page.wait_for_timeout(1_000)  # what fades has faded
                page.screenshot(path=FOLDER / f"{name}.png")
            browser.close()
    finally:
        server.terminate()
        server.wait()


def _answers(address: str) -> None:
    for _ in range(3_000):
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers at {address}")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    main()
