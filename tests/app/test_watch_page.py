"""Watching a world in a browser: with a pointer, with the keyboard alone, and nothing lived unwatched."""

import re

from peersim.app.cases import cases
from peersim.app.links import packed
from peersim.scenario import Scenario, TeamSpec


def open_view(page, address="/watch"):
    page.goto(address)
    page.locator(".watch-person").first.wait_for()
    page.wait_for_function("document.querySelector('.watch-now [role=status]').textContent.length > 0")


def week(page):
    found = re.match(r"Week (\d+) of", page.locator(".watch-week").inner_text())
    return int(found[1]) if found else 0


def said(page):
    return page.locator(".watch-now").get_by_role("status").inner_text()


def until(page, least):
    page.wait_for_function(
        "least => parseInt(document.querySelector('.watch-week')?.textContent.replace('Week ', '')) >= least",
        arg=least,
    )


def go_to(page, number):
    page.get_by_label("Go to week").fill(str(number))
    page.get_by_label("Go to week").press("Enter")
    page.locator(".watch-week", has_text=f"Week {number} of").wait_for()


def test_a_step_is_one_week_and_is_said(page, axe):
    open_view(page)
    assert week(page) == 0
    for number in (1, 2):
        page.get_by_role("button", name="Step one week").click()
        until(page, number)
        assert week(page) == number
    page.wait_for_function("document.querySelector('.watch-now [role=status]').textContent.startsWith('Week 2: ')")
    page.get_by_role("button", name="Back to the start").click()
    page.locator(".watch-week", has_text="Before week 1 of 156").wait_for()
    axe(page)


def test_play_goes_on_until_pause_and_says_nothing_meanwhile(page):
    open_view(page)
    page.get_by_label("Speed").select_option("Fast: 4 a second")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, 6)
    assert said(page) == ""
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function("document.querySelector('.watch-now [role=status]').textContent.startsWith('Week ')")
    paused = week(page)
    assert said(page).startswith(f"Week {paused}: ")
    page.wait_for_timeout(800)
    assert week(page) == paused


def test_a_view_that_is_left_on_the_way_to_a_week_is_drawn_no_more(page, server):
    said = len(server.said)
    long = packed(cases()["baseline"].with_({"horizon_weeks": 1040}))
    open_view(page, f"/watch?s={long}")
    page.get_by_label("Go to week").fill("1040")
    page.get_by_label("Go to week").press("Enter")
    page.get_by_text("On the way to week 1040.").wait_for()
    page.get_by_role("link", name="Teach", exact=True).click()
    page.get_by_role("heading", level=1, name="Teach").wait_for()
    page.get_by_role("link", name="Watch", exact=True).click()
    page.locator(".watch-week", has_text=re.compile(r"^(Week|Before)")).wait_for()
    page.get_by_role("button", name="Step one week").click()
    page.wait_for_function("document.querySelector('.watch-now [role=status]').textContent.startsWith('Week ')")
    assert 0 < week(page) < 1040
    assert "has been deleted" not in server.said[said:]


def test_no_week_is_lived_while_another_view_is_shown_or_the_tab_shows_another_page(page):
    open_view(page)
    page.get_by_label("Speed").select_option("Fast: 4 a second")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, 3)
    before = week(page)
    page.get_by_role("link", name="Why", exact=True).click()
    page.wait_for_url("/why")
    page.wait_for_timeout(1500)  # six weeks, if they were lived
    page.get_by_role("link", name="Watch", exact=True).click()
    until(page, before)
    back = week(page)
    assert back <= before + 3
    assert page.get_by_role("button", name="Play", exact=True).is_visible()
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, back + 2)
    before = week(page)
    page.goto("about:blank")
    page.wait_for_timeout(1500)
    open_view(page)
    assert before <= week(page) <= before + 3


def test_a_person_is_opened_with_a_pointer_and_leads_to_others(page, axe):
    open_view(page)
    go_to(page, 24)
    page.get_by_role("button", name=re.compile("^Peer worker, Community team 1, identity")).click()
    panel = page.locator(".watch-portrait")
    panel.get_by_role("heading", level=2, name="Peer worker").wait_for()
    assert panel.get_by_role("table", name=re.compile("^What moved their identity, from")).is_visible()
    panel.get_by_role("button", name="Tell their story so far").click()
    panel.get_by_text("first holder of the peer post in Community team 1").wait_for()
    axe(page)
    panel.get_by_role("button", name="Team manager, Community team 1").click()
    panel.get_by_role("heading", level=2, name="Team manager").wait_for()
    assert panel.get_by_role("group", name="Story").count() == 0
    panel.get_by_role("button", name="Close").click()
    panel.wait_for(state="hidden")


def test_the_keyboard_alone_is_enough(page):
    open_view(page)
    page.get_by_role("button", name="Step one week").focus()
    page.keyboard.press("Enter")
    until(page, 1)

    def place():
        return page.evaluate("document.activeElement.dataset?.place ?? ''")

    while not place():
        page.keyboard.press("Tab")
    assert place() == "managers-8"  # the executive
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert place() == "peers-0"
    page.keyboard.press("ArrowDown")
    assert place() == "peers-1"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id == 'watch-who'")
    assert page.locator("#watch-who").inner_text() == "Peer worker"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # close
    page.wait_for_function("document.activeElement.dataset?.place == 'peers-1'")
    page.keyboard.press("End")
    assert place() == "users-71"
    page.keyboard.press("Tab")
    assert place() == ""


def test_colours_tell_another_measure(page):
    open_view(page)
    peer = page.locator('[data-place="peers-0"]')
    clinician = page.locator('[data-place="clinicians-0"] .watch-shape')
    plain = clinician.evaluate("shape => shape.style.fill")
    page.get_by_label("Colour by").select_option("Exhaustion")
    page.wait_for_function(
        "plain => document.querySelector('[data-place=\"clinicians-0\"] .watch-shape').style.fill != plain", arg=plain
    )
    assert page.get_by_label("Colour by").input_value() == "exhaustion"
    exhaustion = re.search(r"exhaustion (\d\.\d\d)", peer.get_attribute("aria-label"))[1]
    assert peer.locator("text").inner_html() == exhaustion


def test_what_is_not_allowed_is_said_and_nothing_is_lost(page):
    open_view(page)
    go_to(page, 5)
    page.get_by_label("Go to week").fill("999")
    page.get_by_label("Go to week").press("Enter")
    page.get_by_text("Go to week: found 999; allowed: a whole number from 0 to 156.").wait_for()
    assert week(page) == 5
    page.wait_for_function("document.querySelector('.watch-controls input').value == '5'")


def test_what_is_half_typed_stays_while_weeks_go_by(page):
    open_view(page)
    page.get_by_label("Speed").select_option("Fast: 4 a second")
    page.get_by_role("button", name="Play", exact=True).click()
    page.get_by_label("Go to week").fill("77")
    until(page, week(page) + 3)
    assert page.get_by_label("Go to week").input_value() == "77"
    assert page.get_by_label("Speed").input_value() == "4"
    page.get_by_label("Go to week").press("Enter")
    page.locator(".watch-week", has_text="Week 77 of").wait_for()


def test_a_changed_scenario_begins_again_and_a_large_one_is_shown_in_turns(page, axe):
    open_view(page)
    go_to(page, 5)
    teams = (TeamSpec(name="Team", peers=1, clinicians=9, users_per_peer=12, count=30),)
    large = Scenario(name="Large provider", teams=teams, horizon_weeks=52)
    open_view(page, f"/watch?s={packed(large)}")
    page.get_by_text("The scenario has changed since, so this world begins again.").wait_for()
    assert page.locator(".watch-team h3").all_inner_texts()[1:] == [f"Team {n}" for n in range(1, 13)]
    page.get_by_label("Teams shown, of 30").select_option("25 to 30: Team 25 to Team 30")
    page.locator(".watch-team h3", has_text="Team 25").wait_for()
    axe(page)
    page.goto(f"/watch?s={packed(large.with_({'teams.0.count': 3000}))}")
    page.get_by_text("69,000 people are more than can be watched here").wait_for()
    assert page.get_by_role("button", name="Step one week").is_disabled()
    open_view(page, f"/watch?s={packed(cases()['baseline'])}")


def test_nothing_is_wider_than_a_phone(new_page, axe):
    page = new_page(viewport={"width": 360, "height": 740})
    open_view(page)
    go_to(page, 8)
    page.locator('[data-place="peers-0"]').click()
    page.locator("#watch-who").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    axe(page)
