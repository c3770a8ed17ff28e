"""How long a visitor of the page waits after a change, alone and beside twenty others.

    python benchmarks/page.py

Starts `peersim app` and Chromium (the first that is found, or what `PEERSIM_TEST_BROWSER` names) on this machine: the
browsers of all visitors share its cores with the page, which those of a real class do not.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from visitors import Made, made, start

from peersim.ensemble import threads_available

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHANGES = 50
OTHERS = 20
LONGEST = 180
"""Seconds after which nobody changes anything any more."""
PATIENCE = 120_000
"""Milliseconds that a page may take to open beside all the others."""


@contextmanager
def served() -> Iterator[str]:
    """The address of a page of one's own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "peersim", "app", "--port", str(port)], cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        while process.poll() is None:
            try:
                urllib.request.urlopen(address).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait()


def visitor(browser: Browser, address: str) -> Page:
    """A page that has drawn all worlds of what it begins with."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(address, timeout=PATIENCE)
    page.locator('#main[data-worlds="200"]').wait_for(timeout=PATIENCE)
    return page


def told(name: str, changes: list[Made]) -> None:
    """Print medians and 95th percentiles."""
    waits = np.array([(change.first, change.all) for change in changes])
    middle, late = np.percentile(waits, (50, 95), axis=0)
    print(f"{name:28}{len(changes):4}{middle[0]:10.2f}{late[0]:10.2f}{middle[1]:14.2f}{late[1]:10.2f}")


def main() -> None:
    """Print a table of waiting times in seconds."""
    browser_file = os.environ.get("PEERSIM_TEST_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)))
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_file, args=["--no-sandbox", "--disable-gpu"])
        print(f"seconds until drawn; {threads_available()} cores")
        print(f"{'':20}{'changes':>12}{'32 worlds':>10}{'95 %':>10}{'200 worlds':>14}{'95 %':>10}")
        page = visitor(browser, address)
        start(page, 1000, seconds=LONGEST, changes=CHANGES, whole=True)
        told("one visitor", made(page))
        others = [visitor(browser, address) for _ in range(OTHERS)]  # and all are there before any begins
        for seed, other in enumerate(others, 1):
            start(other, seed, seconds=LONGEST)
        start(page, 2000, seconds=LONGEST, changes=CHANGES, whole=True)
        told(f"beside {OTHERS} busy visitors", made(page))
        browser.close()


if __name__ == "__main__":
    main()
