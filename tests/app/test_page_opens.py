"""Every view opens."""

import pytest


@pytest.mark.parametrize(
    ("address", "name"),
    [("/", "Decide"), ("/plan", "Plan over time"), ("/why", "Why"), ("/watch", "Watch"), ("/teach", "Teach")],
)
def test_a_view_opens_at_its_address(page, address, name):
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for()
    assert page.title() == f"{name} - peersim"
