"""Deciding, in a real browser."""

import re
from contextlib import contextmanager

import pytest
import yaml
from playwright.sync_api import expect

import peersim as ps
from peersim.app import links
from peersim.app.desk import SEED

OFTEN = "Supervision: every … weeks"


@pytest.fixture
def decide(page, settled):
    page.goto("/")
    settled(page)
    return page


def panel(page, title):
    return page.get_by_role("region", name=title, exact=True)


DRAWN = """before => {
  const shown = document.querySelector("#main").dataset;
  return shown.worlds == "200" && shown.scenario != before;
}"""


def write(page, label, value):
    page.get_by_label(f"{label}, as a number").fill(str(value))
    page.keyboard.press("Tab")


@contextmanager
def redrawn(page):
    """Wait, after what is done within, until another scenario is drawn with all its worlds."""
    before = page.locator("#main").get_attribute("data-scenario")
    yield
    page.wait_for_function(DRAWN, arg=before)


def set_lever(page, label, value):
    with redrawn(page):
        write(page, label, value)


def told(page, title):
    return panel(page, title).inner_text()


def test_a_lever_shows_its_paired_difference(decide):
    expect(panel(decide, "Peer identity")).to_contain_text("the baseline itself")
    set_lever(decide, OFTEN, 1)
    base = ps.load("configs/baseline.yaml")
    row = ps.compare(base, {"weekly": base.with_({"support.supervision.every_weeks": 1})}, 200, SEED).of("weekly")
    for title, outcome in (
        ("Peer identity", "identity"),
        ("Users' trust", "trust"),
        ("Still in post", "retention_12m"),
    ):
        assert f"{row.loc[outcome, 'difference']:+.3f}".replace("-", "−") in told(decide, title)
    cost = row.loc["cost_per_year", "difference"]
    assert f"£{abs(cost):,.0f}" in told(decide, "Cost")
    assert "dearer" in told(decide, "Cost")


def test_every_theme_is_there_with_meaning_evidence_and_reset(decide):
    side = decide.get_by_role("complementary", name="Levers")
    for theme in ("Valuing what is distinctive", "Maintaining peer identity", "Organisational structures"):
        side.get_by_text(theme, exact=True).click()
    for parameter in ps.registry():
        if parameter.group in ("valuing", "identity", "support", "structure", "culture", "costs"):
            assert parameter.meaning in side.text_content(), parameter.key
            assert parameter.allowed in side.text_content(), parameter.key
    set_lever(decide, "Pay parity", 1.1)
    side.get_by_role("button", name="Reset Pay parity to 0.9").click()
    expect(panel(decide, "Peer identity")).to_contain_text("the baseline itself")
    expect(decide.get_by_label("Pay parity", exact=True)).to_be_focused()


def test_a_value_out_of_range_is_refused_in_words_and_nothing_is_lost(decide):
    set_lever(decide, OFTEN, 2)
    write(decide, OFTEN, 500)
    expect(decide.get_by_role("alert")).to_contain_text("support.supervision.every_weeks")
    expect(decide.get_by_role("alert")).to_contain_text("0 to 52")
    expect(decide.get_by_label(f"{OFTEN}, as a number")).to_have_value("2")


def test_undo_and_redo(decide):
    set_lever(decide, OFTEN, 1)
    changed = told(decide, "Wellbeing")
    undo = decide.get_by_role("button", name="Undo")
    undo.focus()
    decide.keyboard.press("Enter")
    expect(undo).to_be_disabled()
    expect(undo).to_be_focused()  # nobody is left without a place on the page
    expect(panel(decide, "Wellbeing")).to_contain_text("the baseline itself")
    with redrawn(decide):
        decide.get_by_role("button", name="Redo").click()
    expect(panel(decide, "Wellbeing")).to_contain_text(changed.splitlines()[2])
    expect(decide.get_by_role("button", name="Redo")).to_be_disabled()


def test_a_run_is_kept_named_looked_at_and_taken_up_again(decide):
    set_lever(decide, OFTEN, 1)
    decide.get_by_role("button", name="Keep this run").click()
    with redrawn(decide):
        decide.get_by_role("button", name="Reset all to the baseline").click()
    line = panel(decide, "Peer identity").locator(".lines-hit").first
    line.dispatch_event("click")
    about = decide.get_by_role("group", name="About run 1")
    expect(about).to_contain_text("Supervision every week (in the baseline: 4 weeks)")
    about.get_by_label("Name").fill("As the board asked")
    decide.keyboard.press("Tab")
    expect(decide.get_by_role("button", name="1. As the board asked")).to_be_visible()
    decide.get_by_role("button", name="Compare with this run").click()
    expect(panel(decide, "Peer identity")).to_contain_text("−0.0")  # monthly supervision beside weekly
    decide.get_by_role("button", name="Go on from this run").click()
    expect(decide.get_by_label(f"{OFTEN}, as a number")).to_have_value("1")


def test_cases_and_a_blank_scenario_to_start_from(decide, settled):
    decide.get_by_label("Start from").select_option(label="New scenario")
    settled(decide)
    expect(decide.get_by_label("Name", exact=True)).to_have_value("New scenario")
    with redrawn(decide):
        decide.get_by_label("Start from").select_option("voluntary_3_bme")
    expect(panel(decide, "Peer identity")).to_contain_text("the baseline itself")


def test_a_file_is_opened_or_refused_with_the_line(decide, tmp_path):
    mine = ps.demo().with_({"name": "Mine", "valuing.pay_parity": 1.0})
    mine.save(tmp_path / "mine.yaml")
    decide.locator('input[type="file"]').set_input_files(tmp_path / "mine.yaml")
    expect(decide.get_by_label("Name", exact=True)).to_have_value("Mine")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: Wrong\nteams:\n  - {name: A, peers: 1, clinicians: 2, users_per_peer: 500}\n")
    decide.locator('input[type="file"]').set_input_files(wrong)
    expect(decide.get_by_role("alert").last).to_contain_text("wrong.yaml, line 3")
    expect(decide.get_by_label("Name", exact=True)).to_have_value("Mine")
    large = tmp_path / "large.yaml"
    large.write_text("#" * 300_000)
    decide.locator('input[type="file"]').set_input_files(large)
    expect(decide.get_by_role("alert").last).to_contain_text("larger than a scenario file may be")


def test_a_link_holds_the_scenario(decide, settled, new_page):
    set_lever(decide, OFTEN, 3)
    decide.get_by_role("button", name="Share as a link").click()
    link = decide.get_by_label(re.compile("This link holds")).input_value()
    other = new_page()
    other.goto(link)
    settled(other)
    expect(other.get_by_label(f"{OFTEN}, as a number")).to_have_value("3")


def test_a_link_of_what_everybody_begins_with_is_drawn_too(page, settled):
    page.goto(f"/?s={links.packed(ps.load('configs/baseline.yaml'))}")
    settled(page)


def test_the_keyboard_stays_where_it_was(decide):
    set_lever(decide, OFTEN, 1)
    keep = decide.get_by_role("button", name="Keep this run")
    keep.press("Enter")
    run = decide.get_by_role("button", name="1. Supervision every week")
    expect(run).to_be_visible()
    expect(keep).to_be_focused()
    run.press("Enter")
    about = decide.get_by_role("group", name="About run 1")
    expect(about).to_be_visible()
    expect(run).to_be_focused()
    about.get_by_label("Name").fill("Weekly")
    decide.keyboard.press("Tab")
    expect(about.get_by_role("heading")).to_have_text("1. Weekly")
    expect(about.get_by_role("button", name="Go on from this run")).to_be_focused()
    about.get_by_role("button", name="Close").press("Enter")
    expect(decide.get_by_role("button", name="1. Weekly")).to_be_focused()


def test_another_view_is_gone_to_and_named(decide):
    decide.get_by_role("link", name="Plan over time").press("Enter")
    expect(decide.get_by_role("main", name="Plan over time")).to_be_focused()
    expect(decide).to_have_title("Plan over time - peersim")
    decide.go_back()
    expect(decide.get_by_role("main", name="Decide")).to_be_focused()


def test_the_cases_are_gone_through_with_the_arrow_keys(decide):
    start = decide.get_by_label("Start from")
    expect(start).to_have_value("baseline")
    start.focus()
    names = set()
    for _ in range(2):
        with redrawn(decide):
            decide.keyboard.press("ArrowDown")
        names.add(decide.get_by_label("Name", exact=True).input_value())
    assert len(names) == 2


def test_a_run_that_the_baseline_cannot_be_compared_with_is_refused_in_words(new_page, settled):
    page = new_page()
    page.goto(f"/?s={links.packed(ps.load('configs/baseline.yaml').with_({'horizon_weeks': 20}))}")
    settled(page)
    page.get_by_role("button", name="Keep this run").click()
    with redrawn(page):
        page.get_by_label("Start from").select_option("improving_supervision")
    page.get_by_role("button", name=re.compile("^1. ")).click()
    page.get_by_role("button", name="Go on from this run").click()
    expect(page.get_by_role("alert").last).to_contain_text("The baseline cannot be watched for as many weeks")


def test_paper_names_every_line_and_shows_no_controls(decide):
    set_lever(decide, OFTEN, 1)
    decide.get_by_role("button", name="Keep this run").click()
    decide.get_by_role("link", name="Plan over time").click()
    side = decide.get_by_role("heading", name="Add a policy change")
    expect(side).to_be_visible()
    decide.emulate_media(media="print")
    expect(side).to_be_hidden()
    decide.emulate_media(media="screen")
    decide.get_by_role("link", name="Decide").click()
    decide.emulate_media(media="print")
    expect(decide.get_by_role("button", name="1. Supervision every week")).to_be_visible()
    expect(decide.get_by_role("button")).to_have_count(1)


def test_no_two_ticks_of_a_tall_chart_are_called_the_same(decide):
    decide.add_style_tag(content=".chart { height: 50rem; }")
    chart = panel(decide, "Wellbeing").get_by_role("img")
    expect(chart).to_have_attribute("height", "800")
    ticks = chart.locator("text[text-anchor=end]:not([dx])").all_text_contents()
    assert len(ticks) > 8
    assert len(set(ticks)) == len(ticks)


def test_loading_the_page_again_loses_nothing(decide, settled):
    set_lever(decide, OFTEN, 1)
    decide.get_by_role("button", name="Keep this run").click()
    decide.reload()
    settled(decide)
    expect(decide.get_by_label(f"{OFTEN}, as a number")).to_have_value("1")
    expect(decide.get_by_role("button", name="1. Supervision every week")).to_be_visible()


def test_a_provider_too_large_is_told_and_the_page_goes_on(decide, settled):
    decide.get_by_role("complementary", name="Levers").get_by_text("Setting and teams", exact=True).click()
    decide.get_by_label("Teams, as a number").fill("5000")
    decide.keyboard.press("Tab")
    expect(decide.get_by_text("are more than this page runs")).to_be_visible()
    decide.get_by_role("button", name="Undo").click()
    settled(decide)
    expect(decide.get_by_text("are more than this page runs")).to_be_hidden()


def test_the_keyboard_alone_suffices(decide):
    slider = decide.get_by_label(OFTEN, exact=True)
    slider.focus()
    with redrawn(decide):
        decide.keyboard.press("ArrowRight")
    assert slider.input_value() == "5"
    expect(panel(decide, "Peer identity")).not_to_contain_text("the baseline itself")


@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_nothing_stands_in_anybodys_way(new_page, settled, axe, width):
    page = new_page(viewport={"width": width, "height": 900})
    page.goto("/")
    settled(page)
    for summary in page.locator(".levers-group > summary").all():
        if summary.evaluate("node => !node.parentElement.open"):
            summary.click()
    set_lever(page, OFTEN, 1)
    page.get_by_role("button", name="Keep this run").click()
    page.get_by_role("button", name=re.compile("^1. ")).click()
    page.get_by_text("All outcomes, in numbers").click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_file_that_is_saved_gives_the_same_numbers(decide):
    set_lever(decide, OFTEN, 1)
    with decide.expect_download() as download:
        decide.get_by_role("button", name="Save (YAML)").click()
    content = yaml.safe_load(download.value.path().read_text(encoding="utf-8"))
    assert content["policies"]["support"]["supervision"]["every_weeks"] == 1
    assert (
        ps.loads(download.value.path().read_text(encoding="utf-8")).diff(
            ps.load("configs/baseline.yaml").with_({"support.supervision.every_weeks": 1})
        )
        == {}
    )
