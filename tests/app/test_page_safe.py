"""The page is safe to open: nothing of a visitor's runs, nobody else gets in, and no fault takes it away."""

import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from peersim.app.cases import cases
from peersim.app.limits import MOST_UPLOADED
from peersim.app.links import packed
from peersim.ensemble import threads_available
from tests.app.conftest import HOST, ROOT, serving, visiting

VIEWS = ("/", "/plan", "/why", "/watch", "/teach")
OFTEN = "Supervision: every … weeks, as a number"

# nothing that somebody wrote is run ---------------------------------------------

IMAGE = '<img src=x onerror="window.taken=1">'
SCRIPT = "<script>window.taken=1</script>{{window.taken=1}}"
HOSTILE = cases()["baseline"].with_(
    {
        "name": IMAGE,
        "teams": [
            {"name": SCRIPT, "peers": 2, "clinicians": 4, "users_per_peer": 3},
            {"name": f"'\"`{IMAGE}", "peers": 1, "clinicians": 4, "users_per_peer": 3},
        ],
    }
)


@pytest.mark.parametrize("address", VIEWS)
def test_a_scenario_from_somebody_else_runs_nothing(page, settled, address):
    page.goto(f"{address}?s={packed(HOSTILE)}")
    settled(page)
    page.wait_for_timeout(300)  # for whatever would run
    assert page.evaluate("window.taken") is None
    assert page.locator("img[src=x], main script").count() == 0


def test_names_are_shown_as_they_were_written(page, settled):
    page.goto(f"/?s={packed(HOSTILE)}")
    settled(page)
    expect(page.get_by_label("Name", exact=True)).to_have_value(IMAGE)
    assert SCRIPT in page.get_by_role("main").text_content()
    page.get_by_label(OFTEN).fill("1")
    page.keyboard.press("Tab")
    expect(page.get_by_role("region", name="In short")).to_contain_text("Changed: Supervision every week")
    settled(page)
    page.get_by_role("button", name="Keep this run").click()
    page.get_by_role("button", name="1. ").click()
    page.get_by_role("group", name="About run 1").get_by_label("Name").fill(IMAGE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=f"1. {IMAGE}")).to_be_visible()
    assert page.evaluate("window.taken") is None


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("nonsense", "this link is damaged"),
        ("A" * 30_000, "this link is damaged"),
        (packed(HOSTILE)[:-9], "cut off"),
        (IMAGE.replace(" ", "%20"), "this link is damaged"),
    ],
)
def test_a_link_that_holds_nothing_is_told_of_and_the_page_is_there(page, settled, link, told):
    page.goto(f"/?s={link}")
    expect(page.get_by_role("alert")).to_contain_text(told)
    settled(page)
    expect(page.get_by_label("Name", exact=True)).to_have_value(cases()["baseline"].name)


def test_after_a_link_was_opened_loading_again_goes_on_from_there(page, settled):
    page.goto(f"/?s={packed(HOSTILE)}")
    settled(page)
    page.get_by_label("Name", exact=True).fill("Mine now")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    settled(page)
    page.reload()
    settled(page)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Mine now")


def test_a_file_too_large_is_told_of(page, settled):
    page.goto("/")
    settled(page)
    large = {"name": "large.yaml", "mimeType": "text/yaml", "buffer": b"#" * (MOST_UPLOADED + 1)}
    page.get_by_label("Open a file").set_input_files(large)
    expect(page.get_by_role("alert")).to_contain_text("large.yaml: is larger than a scenario file may be")


# nobody else gets in --------------------------------------------------------------


def status(server, path="/", **headers):
    asked = urllib.request.Request(server.url + path, headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def own_addresses():
    """Addresses of this machine that others could use."""
    found = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 9))  # sends nothing: the system only chooses the address to send from
        found.add(asked.getsockname()[0])
    return sorted(found)


def test_only_this_machine_is_listened_to(server):
    for address in {"127.0.0.2", *own_addresses()} - {HOST}:
        with socket.socket() as other:
            other.settimeout(5)
            assert other.connect_ex((address, server.port)) != 0, address


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells who listens")
def test_there_is_one_listening_socket_at_the_loopback_address(server):
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    listening = [line[1] for line in lines if line[3] == "0A" and line[1].endswith(f":{server.port:04X}")]
    assert listening == [f"0100007F:{server.port:04X}"]


@pytest.mark.parametrize(
    "name", ["example.com", "example.com:80", "127.0.0.1.example.com", "192.0.2.1", "localhost.com"]
)
def test_another_name_for_this_machine_is_refused(server, name):
    """A page from elsewhere could have its own name lead here, and read what this browser may read."""
    assert status(server, Host=name) == 400


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_may_be_called_by_its_own_names(server, name):
    assert status(server, Host=f"{name}:{server.port}") == 200


@pytest.mark.parametrize("path", ["/", "/_nicegui_ws/socket.io/?EIO=4&transport=polling"])
@pytest.mark.parametrize("origin", ["http://example.com", "null", "http://127.0.0.1:1", "http://127.0.0.1.example.com"])
def test_a_page_from_elsewhere_gets_no_answer(server, path, origin):
    assert status(server, path, Origin=origin) == 403
    assert status(server, path, Origin=server.url) == 200


@pytest.mark.parametrize(("origin", "answered"), [("http://example.com", b" 403 "), (None, b" 101 ")])
def test_a_page_from_elsewhere_gets_no_web_socket(server, origin, answered):
    asked = (
        "GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
        f"Host: {HOST}:{server.port}\r\nOrigin: {origin or server.url}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    with socket.create_connection((HOST, server.port), timeout=10) as connection:
        connection.sendall(asked.encode())
        assert answered in connection.recv(64)


def test_every_answer_tells_the_browser_to_load_nothing_from_elsewhere(server):
    for path in ("/", "/nowhere", "/favicon.ico"):
        with urllib.request.urlopen(server.url + path, timeout=10) as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert not any(word.startswith(("http", "*", "//")) for sources in policy.values() for word in sources.split())


def test_two_tabs_of_one_browser_do_not_see_each_other(page, settled):
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto("/")
        settled(tab)
    before = other.locator("#main").get_attribute("data-scenario")
    page.get_by_label(OFTEN).fill("1")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    settled(page)
    assert page.locator("#main").get_attribute("data-scenario") != before
    assert other.locator("#main").get_attribute("data-scenario") == before
    expect(other.get_by_role("button", name="Undo")).to_be_disabled()


# no fault takes the page away -----------------------------------------------------


def test_an_error_that_nobody_expected_is_told_of_and_the_page_stays(browser, settled, tmp_path):
    before = "import peersim.app.visit as v\nv.Visit.undo = lambda self: 1 / 0"
    with serving(tmp_path / "log.txt", before) as server, visiting(browser, server) as make:
        page = make()
        page.goto("/")
        settled(page)
        page.get_by_label(OFTEN).fill("1")
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("alert")).to_contain_text("a fault of peersim, not of yours")
        page.get_by_label(OFTEN).fill("2")
        page.keyboard.press("Tab")
        settled(page)
        expect(page.get_by_label(OFTEN)).to_have_value("2")
    assert "ZeroDivisionError" in server.said


FEW = """
import time
import peersim.app.limits as limits
limits.MOST_VISITS = 2
import peersim.app.desk as desk
import peersim.app.serve as serve
serve.PATIENCE = 0.5
import peersim.app.visit as visit
live_chunk, close = desk.live_chunk, visit.Visit.close
def slow(blank, *asked):
    if len(blank.weekly) == 500:
        print("a slow slice", flush=True)
        time.sleep(0.5)
    return live_chunk(blank, *asked)
def told(self):
    print("a visit is closed; it was at work:", not self._run.done(), flush=True)
    close(self)
desk.live_chunk, visit.Visit.close = slow, told
"""
CORES = threads_available()
LARGE = cases()["baseline"].with_({"horizon_weeks": 500, "teams.count": 20})


def until(page, holds):
    """Let a page go on until something holds."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("waited ten seconds")


def test_who_comes_when_all_places_are_taken_is_told_and_who_leaves_makes_room(browser, settled, axe, tmp_path):
    with serving(tmp_path / "log.txt", FEW) as server, visiting(browser, server) as make:
        pages = [make() for _ in range(2)]
        for page in pages:
            page.goto("/")
            settled(page)
        third = make()
        third.goto("/")
        expect(third.get_by_role("heading", name="No room at the moment")).to_be_visible()
        axe(third)
        pages[0].goto(f"/?s={packed(LARGE)}")
        pages[0].get_by_role("heading", name="Decide", exact=True).wait_for()
        pages[0].close()
        until(third, lambda: "a visit is closed; it was at work: True" in server.said)
        slices = server.said.count("a slow slice")
        third.reload()
        settled(third)
        settled(pages[1])
        third.wait_for_timeout(1500)
        assert server.said.count("a slow slice") <= slices + CORES


# starting and ending ----------------------------------------------------------------


def start(*options):
    return subprocess.Popen(
        [sys.executable, "-m", "peersim", "app", *options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def test_a_port_in_use_is_told_of(server):
    process = start("--port", str(server.port))
    told, trouble = process.communicate(timeout=60)
    assert (process.returncode, told) == (2, "")
    assert trouble.startswith(f"--port {server.port}: is in use")


def test_an_address_of_another_machine_is_refused():
    process = start("--host", "192.0.2.1")
    told, trouble = process.communicate(timeout=60)
    assert (process.returncode, told) == (2, "")
    assert trouble.startswith("--host 192.0.2.1 --port 8765: cannot listen there")
    assert "Traceback" not in trouble


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_when_told_to_with_a_visitor_there(browser, settled, tmp_path, asked):
    # A context of its own: a page whose server has ended says so on the console.
    with serving(tmp_path / "log.txt") as server, closing(browser.new_context(base_url=server.url)) as context:
        page = context.new_page()
        page.goto("/")
        settled(page)
        server.process.send_signal(asked)
        assert server.process.wait(20) == {signal.SIGINT: 130, signal.SIGTERM: -signal.SIGTERM}[asked]
    told = server.said.splitlines()
    assert told[0] == f"peersim is at {server.url}/ (Ctrl-C ends it)"
    assert told[1:] == ["peersim: interrupted; no files were left behind"] * (asked == signal.SIGINT)
