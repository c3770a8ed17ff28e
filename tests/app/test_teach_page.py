"""Teach in a browser: a lesson from prediction to comparison, and a class with two learners."""

import re

from playwright.sync_api import expect


def expected(page, presses):
    """Move the slider of a prediction by so many steps, and commit."""
    slider = page.get_by_role("slider", name="Peer identity, as you expect it")
    for _ in range(abs(presses)):
        slider.press("ArrowLeft" if presses < 0 else "ArrowRight")
    page.get_by_role("button", name="This is what I expect").click()
    page.get_by_role("button", name="Run it").wait_for()


def test_a_lesson_from_prediction_to_comparison(page, axe):
    page.goto("/teach")
    page.get_by_role("link", name="Professionalised by kindness").click()
    page.get_by_role("heading", level=1, name="Professionalised by kindness").wait_for()
    expect(page.get_by_role("link", name="Teach", exact=True)).to_have_attribute("aria-current", "page")
    assert page.get_by_role("heading", name="Things to notice").count() == 0
    page.get_by_role("button", name="This is what I expect").click()
    expect(page.get_by_text("Choose what you expect first")).to_be_visible()
    page.get_by_role("radio", name="It rises a little").check()
    page.get_by_role("button", name="This is what I expect").click()
    expect(page.get_by_role("button", name="Run it")).to_be_focused()
    page.keyboard.press("Enter")
    compared = page.locator(".teach-compared")
    expect(compared).to_have_text(
        re.compile(r"You expected peer identity to rise a little\. Peer identity fell by .*not the direction")
    )
    expect(page.get_by_role("heading", name="Compare your guess")).to_be_focused()
    assert page.get_by_text("This run does not show that").count() == 0
    page.get_by_role("button", name="Fewer norms").click()
    expect(page.locator(".teach-outcome")).to_contain_text("Users' trust rose by")
    page.get_by_label("Supervision is mostly about").select_option("the work and the person")
    expect(page.locator(".teach-outcome")).to_contain_text("Supervision is mostly about: the work and the person")
    axe(page)
    page.reload()
    expect(compared).to_be_visible()  # what was done is still there


def test_a_browser_that_does_not_say_when_it_goes_is_known_again(page):
    page.add_init_script("addEventListener('beforeunload', (event) => event.stopImmediatePropagation())")
    page.goto("/teach/lone_peer")
    expected(page, 3)
    page.reload()
    expect(page.get_by_role("button", name="Run it")).to_be_visible()


def test_two_tabs_of_a_browser_are_two_visitors(page):
    page.goto("/teach/lone_peer")
    expected(page, 3)
    with page.expect_popup() as opened:
        page.evaluate("void window.open(location.href)")
    expect(opened.value.get_by_role("button", name="This is what I expect")).to_be_visible()


def test_a_class_of_two_on_the_teachers_board(new_page, axe):
    teacher, phone = new_page(), {"viewport": {"width": 360, "height": 740}}
    teacher.goto("/teach/lone_peer")
    teacher.get_by_role("button", name="Teach it to a class").click()
    code = teacher.locator(".teach-code").inner_text()
    expect(teacher.get_by_text("Only this machine can open that")).to_be_visible()
    expect(teacher.locator(".teach-address")).to_have_text(re.compile(rf"^http://127\.0\.0\.1:\d+/class/{code}$"))

    learners = [new_page(**phone), new_page(**phone)]
    learners[0].goto("/teach")
    learners[0].get_by_label("Join a class: code").fill("nonsense")
    learners[0].get_by_label("Join a class: code").press("Enter")
    expect(learners[0].get_by_text("There is no class with the code NONSENSE")).to_be_visible()
    learners[0].get_by_label("Join a class: code").fill(code.lower())
    learners[0].get_by_role("button", name="Go to the class").click()
    learners[1].goto(f"/class/{code}")
    for learner, name, presses in zip(learners, ("<i>Ayşe</i>", ""), (-10, 5), strict=True):
        learner.get_by_label("Name").fill(name)
        learner.get_by_role("button", name="Join").click()
        expected(learner, presses)
    counts = teacher.locator(".teach-counts")
    expect(counts).to_have_text(re.compile(r"2 joined\s*2 predicted\s*0 run"))
    assert teacher.get_by_text("0.45").count() == 0

    teacher.get_by_role("button", name="Show predictions").click()
    table = teacher.get_by_role("row")
    expect(table.filter(has_text="<i>Ayşe</i>")).to_contain_text("0.45")
    expect(table.filter(has_text="Learner 2")).to_contain_text("0.60")
    expect(teacher.get_by_text("2 learners expected 0.45 to 0.60, 0.53 on average.")).to_be_visible()
    late = new_page(**phone)
    late.goto(f"/class/{code}")
    late.get_by_role("button", name="Join").click()
    expect(late.get_by_text("You see them here when you have said what you expect yourself.")).to_be_visible()
    expect(learners[1].get_by_text("2 learners expected 0.45 to 0.60")).to_be_visible()
    assert "Ayşe" not in learners[1].locator("body").inner_text()

    learners[0].get_by_role("button", name="Run it").click()
    learners[0].get_by_role("button", name="Meet every eight weeks").click()
    teacher.get_by_role("button", name="Show results").click()
    expect(table.filter(has_text="<i>Ayşe</i>")).to_contain_text("Meet every eight weeks")
    expect(learners[0].get_by_text("are learners’ own")).to_be_visible()
    assert learners[1].get_by_text("are learners’ own").count() == 0  # not before their own run
    assert learners[0].evaluate("document.documentElement.scrollWidth") <= 360
    axe(teacher)
    axe(learners[0])
    teacher.get_by_role("button", name="End this class").click()
    expect(learners[0].get_by_text("The teacher has ended this class.")).to_be_visible()
    learners[0].reload()
    expect(learners[0].get_by_text("The teacher has ended this class.")).to_be_visible()
    expect(learners[0].locator(".teach-compared")).to_be_visible()  # and can go on by themselves
