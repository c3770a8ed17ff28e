"""Asking why, and taking a report away, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

import peersim as ps
from peersim.analysis import words
from peersim.app.desk import SEED
from peersim.results.outcomes import OUTCOMES

CHANGED = {"Supervision: every … weeks": 1, "Flexibility": 0.9}
KEYS = {"support.supervision.every_weeks": 1, "structure.flexibility": 0.9}


@pytest.fixture
def changed(page, settled):
    """A page on which two policies were changed."""
    page.goto("/")
    settled(page)
    for label, value in CHANGED.items():
        lever = page.get_by_label(f"{label}, as a number")
        lever.evaluate("node => { node.closest('details').open = true }")
        lever.fill(str(value))
        before = page.locator("#main").get_attribute("data-scenario")
        page.keyboard.press("Tab")
        page.locator(f"#main:not([data-scenario='{before}']):not([data-scenario=''])").wait_for()
        settled(page)
    return page


@pytest.fixture
def why(changed):
    go(changed, "Why")
    return changed


def go(page, view):
    page.get_by_role("navigation").get_by_role("link", name=view, exact=True).click()
    expect(page).to_have_title(f"{view} - peersim")


def section(page, name):
    return page.get_by_role("region", name=name)


def test_which_policies_carry_the_difference_is_found_out(why, axe):
    base = ps.load("configs/baseline.yaml")
    asked = section(why, "Which policies carry the difference")
    expect(asked).to_contain_text("4 scenarios, 64 worlds each")
    asked.get_by_role("button", name="Find out").click()
    expect(asked).to_contain_text("All together: peer identity")
    found = ps.attribute(base, base.with_(KEYS), replicates=64, seed=SEED)
    for outcome in ("identity", "cost_per_year"):
        asked.get_by_label("Outcome").focus()
        asked.get_by_label("Outcome").select_option(outcome)
        for share in found.shares.set_index("outcome").loc[outcome, "share"]:
            expect(asked).to_contain_text(words.change(share, OUTCOMES[outcome]))
        expect(asked.get_by_label("Outcome")).to_be_focused()
    go(why, "Decide")
    go(why, "Why")
    expect(asked).to_contain_text("All together: cost")
    for numbers in why.locator("summary").all():
        numbers.click()
    axe(why)


def test_finding_out_can_be_cancelled_and_left(why):
    asked = section(why, "Which policies carry the difference")
    find = asked.get_by_role("button", name="Find out")
    find.click()
    asked.get_by_role("button", name="Cancel").click()
    expect(find).to_be_visible()
    find.click()
    expect(asked.get_by_role("progressbar")).to_be_visible()
    go(why, "Decide")
    go(why, "Why")
    expect(find).to_be_visible()
    find.click()
    expect(asked).to_contain_text("All together")


def test_without_a_change_levels_are_explained(page, settled):
    page.goto("/why")
    settled(page)
    expect(section(page, "What moves peer identity")).to_contain_text("What lowers it most")
    expect(section(page, "Which policies carry the difference")).to_contain_text("Nothing is changed")
    expect(page.get_by_role("region", name="Is it the same people?")).to_have_count(0)


def test_a_report_is_taken_away_and_opens(changed, browser, tmp_path):
    buttons = changed.get_by_role("group", name="To take away")
    report = buttons.get_by_role("button", name="Report")
    with changed.expect_download(timeout=60_000) as taken:
        report.click()
        expect(report).to_be_disabled()
    expect(report).to_be_enabled()
    expect(buttons.get_by_role("status")).to_contain_text("The report is in your downloads")
    assert re.fullmatch(r"peersim-[a-z0-9-]+\.html", taken.value.suggested_filename)
    taken.value.save_as(tmp_path / "report.html")
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto((tmp_path / "report.html").as_uri())
    expect(opened.get_by_role("heading", level=1)).to_be_visible()
    expect(opened.locator("pre").first).to_contain_text("compare baseline.yaml scenario_1.yaml -n 200 --seed 1")
    context.close()
    with changed.expect_download() as taken:
        buttons.get_by_role("button", name="Save").click()
    taken.value.save_as(tmp_path / "scenario.yaml")
    assert ps.load(tmp_path / "scenario.yaml") == ps.load("configs/baseline.yaml").with_(KEYS)
