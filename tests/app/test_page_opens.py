"""Every view opens, by its address and by the navigation, and can be used by everybody."""

import pytest

from peersim.app.cases import cases
from peersim.app.links import packed

VIEWS = {"/": "Decide", "/plan": "Plan over time", "/why": "Why", "/watch": "Watch", "/teach": "Teach"}


@pytest.mark.parametrize("address", VIEWS)
def test_a_view_opens_at_its_address(page, axe, address):
    page.goto(address)
    page.get_by_role("main").get_by_role("heading", level=1).wait_for()
    assert page.title() == f"{VIEWS[address]} - peersim"
    axe(page)


def test_the_navigation_leads_to_every_view_and_says_where_one_is(page):
    page.goto("/")
    for address, name in [*VIEWS.items()][::-1]:
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        page.wait_for_url(address)
        page.wait_for_function("name => document.title == name", arg=f"{name} - peersim")
        assert page.locator("[aria-current=page]").all_text_contents() == [name]


def test_an_address_that_there_is_not_shows_the_first_view(page):
    page.goto("/nowhere")
    page.get_by_role("main").get_by_role("heading", level=1).wait_for()
    assert page.title() == "Decide - peersim"


def test_a_link_to_what_is_in_hand_already_is_run_too(page, settled):
    page.goto(f"/?s={packed(cases()['baseline'])}")
    settled(page)


def test_long_names_do_not_make_the_page_wider_than_a_phone(new_page, settled):
    page = new_page(viewport={"width": 360, "height": 800})
    page.goto(f"/?s={packed(cases()['baseline'].with_({'name': 'W' * 120, 'teams.name': 'V' * 80}))}")
    settled(page)
    for name in VIEWS.values():
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        page.get_by_role("main").get_by_role("heading", level=1, name=name).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 360, name
