"""Planning over time, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

import peersim as ps
from peersim.app import links
from peersim.app.desk import SEED

OFTEN = "Supervision: every … weeks"
EXAMPLE = "Weekly supervision from week 20, cut in week 60"
CHANGED = "configs/improving_supervision.yaml"


@pytest.fixture
def plan(page, settled):
    page.goto("/plan")
    settled(page)
    return page


def told(page):
    return page.locator(".plan-words li").all_text_contents()


def handle(page, number=0):
    return page.get_by_role("slider").nth(number)


def drag(page, grip, weeks, horizon=156):
    """Drag a handle so many weeks, in steps as a hand does."""
    grip.scroll_into_view_if_needed()
    box, track = grip.bounding_box(), grip.locator("xpath=..").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + weeks / horizon * track["width"], y, steps=12)
    page.mouse.up()


def test_a_change_is_added_and_its_effect_is_that_of_the_command_line(plan, settled):
    expect(plan.get_by_text("Nothing changes over time yet.")).to_be_visible()
    plan.get_by_label("To", exact=True).fill("1")
    plan.get_by_label("In week").fill("20")
    plan.get_by_role("button", name="Add to the plan").click()
    expect(handle(plan)).to_have_attribute("aria-valuenow", "20")
    assert told(plan) == ["Week 20: supervision every week, from every 4 weeks."]
    settled(plan)
    base = ps.load("configs/baseline.yaml")
    weekly = base.with_({"changes": [{"week": 20, "set": {"support.supervision.every_weeks": 1}}]})
    row = ps.compare(base, {"weekly": weekly}, 200, SEED).of("weekly").loc["identity"]
    expect(plan.get_by_role("region", name="What it does")).to_contain_text(
        f"{row['difference']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f}): {row['verdict']}.", timeout=20_000
    )


def test_a_handle_is_dragged_and_the_drag_is_undone_as_one(plan):
    plan.get_by_role("button", name=EXAMPLE).click()
    expect(handle(plan)).to_have_attribute("aria-valuetext", "week 20")
    drag(plan, handle(plan), 15)
    expect(handle(plan)).to_have_attribute("aria-valuetext", re.compile(r"week 3[456]"))
    expect(plan.locator(".plan-words li").first).to_contain_text(re.compile(r"Week 3[456]: supervision every week"))
    assert told(plan)[1] == "Week 60: no supervision, from every week."
    plan.get_by_role("button", name="Undo").click()
    expect(handle(plan)).to_have_attribute("aria-valuetext", "week 20")
    plan.get_by_role("button", name="Redo").click()
    expect(handle(plan)).not_to_have_attribute("aria-valuetext", "week 20")
    drag(plan, handle(plan), -400)
    expect(handle(plan)).to_have_attribute("aria-valuetext", "week 0")


def test_the_keyboard_alone_suffices(plan):
    plan.get_by_role("button", name=EXAMPLE).press("Enter")
    second = plan.get_by_role("slider", name=f"{OFTEN}: to none")
    second.focus()
    for key, week in (("ArrowRight", 61), ("Shift+ArrowLeft", 57), ("PageUp", 70), ("End", 155), ("Home", 0)):
        plan.keyboard.press(key)
        expect(second).to_have_attribute("aria-valuenow", str(week))
    expect(plan.locator(".plan-words li").first).to_contain_text("Week 0: no supervision")
    plan.get_by_role("button", name="Undo").press("Enter")
    expect(second).to_have_attribute("aria-valuenow", "60")
    second.focus()
    plan.keyboard.press("Enter")
    editor = plan.get_by_role("region", name="The change in hand")
    expect(editor.get_by_label("To", exact=True)).to_be_focused()
    editor.get_by_label("To", exact=True).fill("8")
    editor.get_by_label("Over").fill("13")
    plan.keyboard.press("Tab")
    expect(plan.locator(".plan-words li").nth(1)).to_have_text(
        "Week 60: supervision every 8 weeks, from every week, over 13 weeks."
    )
    plan.get_by_role("slider", name=f"{OFTEN}: to every 8 weeks").focus()
    plan.keyboard.press("Delete")
    expect(plan.get_by_role("slider")).to_have_count(1)
    expect(handle(plan)).to_be_focused()
    plan.keyboard.press("Delete")
    expect(plan.get_by_label("Policy", exact=True)).to_be_focused()


def test_a_handle_leaps_over_a_week_in_which_the_policy_changes_already(plan):
    plan.get_by_role("button", name=EXAMPLE).click()
    editor = plan.get_by_role("region", name="The change in hand")
    handle(plan).focus()
    plan.keyboard.press("Enter")
    editor.get_by_label("In week").fill("59")
    plan.keyboard.press("Tab")
    first = plan.get_by_role("slider", name=f"{OFTEN}: to every week")
    expect(first).to_have_attribute("aria-valuenow", "59")
    first.focus()
    plan.keyboard.press("ArrowRight")
    expect(first).to_have_attribute("aria-valuenow", "61")
    assert plan.get_by_role("alert").count() == 0


def test_what_is_refused_is_told_and_the_plan_stays(plan):
    plan.get_by_role("button", name=EXAMPLE).click()
    expect(plan.get_by_role("slider")).to_have_count(2)
    plan.get_by_label("In week").fill("60")
    plan.get_by_role("button", name="Add to the plan").click()
    expect(plan.get_by_role("alert")).to_contain_text("already changes in that week")
    plan.get_by_label("In week").fill("999")
    plan.get_by_role("button", name="Add to the plan").click()
    expect(plan.get_by_role("alert")).to_contain_text("Allowed here: 0 to 155")
    assert len(told(plan)) == 2


def test_what_changes_together_is_split_and_a_changing_baseline_is_told(new_page, settled):
    page = new_page()
    page.goto(f"/plan?s={links.packed(ps.load(CHANGED))}")
    settled(page)
    effect = page.get_by_role("region", name="What it does")
    expect(effect).to_contain_text("What it is compared with changes over time too: Week 26: supervision every week")
    expect(effect).to_contain_text("No difference yet.")
    page.get_by_role("button", name="Compare with the same policies without changes").click()
    expect(effect).to_contain_text("better.")
    expect(effect).not_to_contain_text("too: Week 26")
    page.get_by_role("slider", name="Supervision: understanding: to 0.85").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Split it off").click()
    expect(page.get_by_role("button", name="Split it off")).to_be_hidden()
    expect(page.get_by_role("region", name="The change in hand").get_by_label("To", exact=True)).to_be_focused()
    page.get_by_role("slider", name="Supervision: understanding: to 0.85").press("PageUp")
    expect(page.locator(".plan-words li").last).to_have_text("Week 65: supervision understanding 0.85, from 0.5.")
    expect(page.get_by_role("slider", name="Who supervises: to peer lead")).to_have_attribute("aria-valuenow", "52")


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_stands_in_anybodys_way(new_page, settled, axe, width):
    page = new_page(viewport={"width": width, "height": 800}, has_touch=width == 360)
    page.goto(f"/plan?s={links.packed(ps.load(CHANGED))}")
    settled(page)
    handle(page, 1).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Compare with").click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert min(handle(page, 1).bounding_box()[side] for side in ("width", "height")) >= 24
