"""Twenty visitors at once: nothing is lost or mixed up, and nobody waits long."""

import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks.visitors import made, marks, start
from peersim.app.cases import cases

VISITORS = 20
SECONDS = 60
QUIET = 0.7
"""Share of this machine's time that has to be idle before waiting times are measured."""
PATIENCE = 180
"""Seconds for which that is waited for."""
TICKS = Path("/proc/stat")


def wait_until_quiet():
    """Wait until other tests, in other processes, have ended."""
    until = time.monotonic() + PATIENCE
    idle = 0.0
    while TICKS.exists() and idle < QUIET and time.monotonic() < until:
        before = ticks()
        time.sleep(2)
        spent = ticks() - before
        idle = spent[3] / spent.sum()


def ticks():
    return np.array(TICKS.read_text().splitlines()[0].split()[1:9], float)


@pytest.mark.slow
@pytest.mark.last
def test_twenty_visitors_change_levers_for_a_minute(new_page, settled):
    pages = [new_page() for _ in range(VISITORS)]
    for page in pages:
        page.goto("/", timeout=60_000)
    for page in pages:
        settled(page)
    wait_until_quiet()
    for seed, page in enumerate(pages, 1):
        start(page, seed, seconds=SECONDS)
    changes = [made(page) for page in pages]
    waits = np.array([change.first for done in changes for change in done])
    told = f"{len(waits)} changes: median {np.median(waits):.2f} s, 95th percentile {np.percentile(waits, 95):.2f} s"
    print(told)
    for page, done in zip(pages, changes, strict=True):
        expected = marks(cases()["baseline"], done)
        assert [change.scenario for change in done] == expected
        settled(page)
        assert page.locator("#main").get_attribute("data-scenario") == expected[-1]
    assert len(waits) > 10 * VISITORS, told
    assert np.median(waits) < 1.0, told
