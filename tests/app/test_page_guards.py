"""The guards around a page of a test fail the test where they should."""

import pytest

from tests.app.conftest import visiting

FAULTS = {
    "fetch('http://192.0.2.1/').catch(() => 0)": "not from this machine: http://192.0.2.1/",
    "new Image().src = 'http://192.0.2.1/x.png'": "not from this machine: http://192.0.2.1/x.png",
    "new WebSocket('ws://192.0.2.1/')": "not from this machine: ws://192.0.2.1/",
    "console.error('oh')": "on the console: oh",
    "setTimeout(() => { throw Error('oh') })": "an error on the page: oh",
}


def visit(browser, server, address, script):
    with visiting(browser, server) as make:
        page = make()
        page.goto(address)
        page.evaluate(f"() => {{ {script}; }}")
        page.wait_for_timeout(200)


@pytest.mark.parametrize("script", FAULTS)
def test_a_fault_fails_the_test(browser, server, script):
    address = "about:blank" if "192" in script else "/"  # what the page forbids would not be asked for
    with pytest.raises(AssertionError) as failed:
        visit(browser, server, address, script)
    assert FAULTS[script] in str(failed.value)


def test_what_the_page_forbids_is_not_asked_for_and_fails_too(browser, server):
    with pytest.raises(AssertionError, match="Content Security Policy"):
        visit(browser, server, "/", "fetch('http://192.0.2.1/').catch(() => 0)")


def test_a_picture_without_words_is_found(page, axe):
    page.goto("/")
    page.get_by_role("main").get_by_role("heading", level=1).wait_for()
    page.evaluate("() => document.querySelector('main#main').append(new Image())")
    with pytest.raises(AssertionError, match=r"image-alt \(critical\)[\s\S]*img"):
        axe(page)
