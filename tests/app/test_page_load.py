"""Twenty visitors at once: nothing is lost or mixed up, and nobody waits long."""

import numpy as np
import pytest

from benchmarks.visitors import made, marks, start
from peersim.app.cases import cases

VISITORS = 20
SECONDS = 60


@pytest.mark.slow
def test_twenty_visitors_change_levers_for_a_minute(new_page, settled, record_property):
    pages = [new_page() for _ in range(VISITORS)]
    for page in pages:
        page.goto("/")
    for page in pages:
        settled(page)
    for seed, page in enumerate(pages, 1):
        start(page, seed, seconds=SECONDS)
    changes = [made(page) for page in pages]
    for page, done in zip(pages, changes, strict=True):
        settled(page)
        expected = marks(cases()["baseline"], done)
        assert [change.scenario for change in done] == expected
        assert page.locator("#main").get_attribute("data-scenario") == expected[-1]
    waits = np.array([change.first for done in changes for change in done])
    told = f"{len(waits)} changes: median {np.median(waits):.2f} s, 95th percentile {np.percentile(waits, 95):.2f} s"
    print(told)
    record_property("waits", told)
    assert np.median(waits) < 1.0, told
