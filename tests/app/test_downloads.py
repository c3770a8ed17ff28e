"""Reports and spreadsheets of the page: its own numbers, a command that gives them again, and no end to them."""

import asyncio
import html
import io
import json
import os
import re
import signal
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest
from openpyxl import load_workbook

import peersim as ps
from peersim.analysis import verdicts
from peersim.app import limits, papers
from peersim.app.desk import SEED, Desk
from peersim.app.reading import read
from peersim.app.visit import Kept, Visit
from peersim.report import workbook
from peersim.results.outcomes import OUTCOMES
from peersim.scenario import loads
from tests.commands import call

WORLDS = 12
WEEKLY = {"support.supervision.every_weeks": 1}


@pytest.fixture(scope="module")
def base():
    return ps.demo().with_({"horizon_weeks": 30})


@pytest.fixture(scope="module")
def weekly(base):
    return base.with_({**WEEKLY, "name": "Weekly"})


@pytest.fixture(scope="module")
def reading(base, weekly):
    return read(*(ps.run(scenario, WORLDS, SEED) for scenario in (base, weekly)))


@pytest.fixture(scope="module")
def texts(base, weekly):
    return [scenario.to_yaml(complete=False) for scenario in (base, weekly)]


@pytest.fixture(scope="module")
def report(texts):
    return papers.report(texts, WORLDS).decode()


@pytest.fixture
def visit(base):
    desk = Desk()
    yield Visit(desk, base)
    desk.close()


def saved(page, folder):
    """Save the scenarios of a report where its command looks for them; the command."""
    command, *scenarios = (html.unescape(text) for text in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL))
    *_, names, typed = command.splitlines()
    for name, text in zip(names.removeprefix("# ").split(", "), scenarios, strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    return typed.split()


# numbers ----------------------------------------------------------------------


def test_a_report_says_what_the_page_shows(report, reading):
    text = html.unescape(re.sub(r"<[^>]+>", "\n", report))
    for name, row in reading.contrasts.iterrows():
        cells = verdicts.cells(row, OUTCOMES[name])
        assert cells["difference"] in text
        assert cells["95 % interval"] in text
        assert cells["verdict"] in text


def test_what_a_report_says_is_typed_gives_its_numbers_again(report, reading, tmp_path, monkeypatch):
    program, *arguments = saved(report, tmp_path)
    assert program == "peersim"
    monkeypatch.chdir(tmp_path)
    again = json.loads(call(*arguments, "--json").stdout)
    assert (again["seed"], again["pairs"]) == (SEED, WORLDS)
    for row in again["contrasts"]:
        expected = reading.contrasts.loc[row["outcome"]]
        for column in ("difference", "low", "high"):
            assert row[column] == (None if np.isnan(expected[column]) else expected[column])
        assert row["verdict"] == expected["verdict"]


def test_a_spreadsheet_holds_the_numbers_of_the_page(texts, reading):
    book = load_workbook(io.BytesIO(papers.spreadsheet(texts, WORLDS)))
    head, *rows = book["Differences"].iter_rows(values_only=True)
    found = {row[head.index("name")]: dict(zip(head, row, strict=True)) for row in rows}
    assert list(found) == list(reading.contrasts.index)
    for name, row in reading.contrasts.iterrows():
        for column in ("baseline", "mean", "difference", "low", "high"):
            value = found[name][workbook.CONTRAST_HEADS[column]]
            assert np.isnan(row[column]) if value is None else value == pytest.approx(row[column], rel=1e-12)


def test_a_scenario_by_itself_is_reported_on_alone(texts, base, tmp_path, monkeypatch):
    page = papers.report(texts[:1], WORLDS).decode()
    command, text = (html.unescape(part) for part in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL))
    assert loads(text) == base
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = call(*command.partition("#")[0].split()[1:], "--json")
    outcomes = json.loads(done.stdout)["outcomes"]
    expected = ps.run(base, WORLDS, SEED).outcomes
    assert outcomes["identity"]["mean"] == expected.loc["identity", "mean"]
    assert "Outcomes" in load_workbook(io.BytesIO(papers.spreadsheet(texts[:1], WORLDS))).sheetnames


def test_a_name_is_a_text_wherever_it_goes(base):
    hostile = base.with_({"name": '<img src=x onerror="alert(1)">'})
    other = base.with_({**WEEKLY, "name": "=1+1"})
    texts = [scenario.to_yaml(complete=False) for scenario in (hostile, other)]
    assert "<img" not in papers.report(texts, 2).decode()
    book = load_workbook(io.BytesIO(papers.spreadsheet(texts, 2)))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


# what goes into them ----------------------------------------------------------


def keep(visit, scenario, name):
    results = ps.run(scenario, 2, SEED)
    visit.kept.append(Kept(name, read(results, results)))


def test_an_unchanged_scenario_is_shown_alone(visit, base):
    assert papers.shown(visit) == ((base,), limits.WORLDS, ())


def test_a_changed_scenario_is_told_from_its_baseline(visit, base):
    visit.scenario = base.with_(WEEKLY)
    one, other = papers.shown(visit).scenarios
    assert (one, other.name) == (base, f"{base.name}, changed")
    assert other.with_({"name": base.name}) == visit.scenario


def test_kept_runs_come_too_each_once_under_its_own_name(visit, base):
    visit.scenario = base.with_(WEEKLY)
    keep(visit, visit.scenario, "Every week")
    keep(visit, base.with_({"valuing.pay_parity": 1.0}), "Equal pay")
    keep(visit, base.with_({"structure.flexibility": 1.0}), "Equal pay")
    keep(visit, base.with_({"structure.flexibility": 0.0}), "Baseline")
    keep(visit, base, "As it is")
    names = [scenario.name for scenario in papers.shown(visit).scenarios]
    assert names == [base.name, "Every week", "Equal pay", "Equal pay (2)", "Baseline (2)"]


def test_a_kept_run_that_is_no_pair_is_left_out_and_named(visit, base):
    visit.scenario = base.with_(WEEKLY)
    keep(visit, base.with_({**WEEKLY, "horizon_weeks": 20}), "Shorter")
    shown = papers.shown(visit)
    assert (len(shown.scenarios), shown.left_out) == (2, ("Shorter",))


def test_a_name_that_a_visitor_gives_is_made_fit_for_a_file(visit, base):
    visit.scenario = base.with_(WEEKLY)
    keep(visit, visit.scenario, "two\nlines\x00")
    keep(visit, base.with_({"structure.flexibility": 1.0}), "   ")
    names = [scenario.name for scenario in papers.shown(visit).scenarios]
    assert names == [base.name, "two lines", "Scenario"]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Urban NHS trust, first peer workers", "peersim-urban-nhs-trust-first-peer-workers.html"),
        ("../../etc/passwd", "peersim-etc-passwd.html"),
        ("CON", "peersim-con.html"),
        ("Zoë & Søren", "peersim-zoe-sren.html"),
        ("病院", "peersim-scenario.html"),
        ("x" * 120, f"peersim-{'x' * 60}.html"),
    ],
)
def test_file_names_are_safe_on_every_system(base, name, file):
    assert papers.file_name(base.with_({"name": name}), "html") == file


# the process that makes them --------------------------------------------------


def with_a_desk(ask):
    async def within():
        desk = Desk()
        try:
            return await ask(desk)
        finally:
            desk.close()

    return asyncio.run(within())


def test_a_process_that_has_ended_is_replaced():
    async def ask(desk):
        child = await desk.apart(os.getpid)
        os.kill(child, signal.SIGKILL)
        return child, await desk.apart(os.getpid)

    before, after = with_a_desk(ask)
    assert before != after
    assert os.getpid() not in (before, after)


def test_what_ends_every_process_ends_no_other_work():
    async def ask(desk):
        with pytest.raises(BrokenProcessPool):
            await desk.apart(os._exit, 1)
        return await desk.apart(max, 1, 2)

    assert with_a_desk(ask) == 2


def test_a_report_is_made_in_another_process(texts, report):
    made = with_a_desk(lambda desk: desk.apart(papers.report, texts, WORLDS)).decode()
    tables = [re.findall(r"<td.*?</td>", page, re.DOTALL) for page in (made, report)]
    numbers = [[cell for cell in cells if not re.search(r"\d{4}-\d\d-\d\dT", cell)] for cells in tables]
    assert len(numbers[0]) > 100
    assert numbers[0] == numbers[1]
