"""The spreadsheet: numbers are numbers, text is text, and no name becomes a formula."""

import numpy as np
import pytest
from openpyxl import load_workbook

import peersim as ps
from peersim.analysis import economics
from peersim.report import workbook
from peersim.results.outcomes import OUTCOMES
from peersim.scenario import registry
from tests.worlds import a_team, busy

HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "@SUM(A1:A9)", "-2+3", "{=A1}", "https://example.org/", "007", "Zoë 🙂 <b>")


@pytest.fixture(scope="module")
def results():
    return ps.run(busy(weeks=30), 4)


@pytest.fixture(scope="module")
def comparison():
    base = busy(teams=[a_team(name) for name in HOSTILE], weeks=30).with_({"name": HOSTILE[0]})
    arms = {name: base.with_({"support.supervision.every_weeks": 1}) for name in HOSTILE[1:]}
    return ps.compare(base, arms, 3)


@pytest.fixture(scope="module")
def book(comparison, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    workbook.of_comparison(comparison, path)
    return load_workbook(path)


def rows(sheet):
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


def test_no_cell_is_a_formula_or_a_link(book):
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    texts = {cell.value for cell in cells if cell.data_type == "s"}
    assert set(HOSTILE[1:]) <= texts


def test_differences_are_all_there_with_their_numbers(book, comparison):
    found = rows(book["Differences"])
    expected = comparison.contrasts
    assert [row["scenario"] for row in found] == expected["scenario"].tolist()
    assert [row["name"] for row in found] == expected["outcome"].tolist()
    for column in workbook.CONTRAST_HEADS:
        if column in expected and expected[column].dtype.kind == "f":
            values = [
                np.nan if row[workbook.CONTRAST_HEADS[column]] is None else row[workbook.CONTRAST_HEADS[column]]
                for row in found
            ]
            np.testing.assert_allclose(values, expected[column], rtol=1e-12)


def test_what_has_no_value_is_an_empty_cell(book):
    retention = [row for row in rows(book["Differences"]) if row["name"] == "retention_24m"]
    assert all(row["difference"] is None for row in retention)
    assert {row["verdict"] for row in retention} == {"no value"}


def test_every_sheet_of_a_comparison(book):
    assert book.sheetnames[:6] == [
        "Read me",
        "Differences",
        "Costs",
        "Cost and effect",
        "Acceptability",
        "Who is paired",
    ]
    costs = [row for row in rows(book["Costs"]) if row["scenario"] == HOSTILE[1]]
    assert [row["category"] for row in costs] == [*economics.CATEGORIES, *economics.WITHIN_PAY, "present_value"]
    assert {row["scenario"] for row in rows(book["Weekly means"])} == {"baseline", *HOSTILE[1:]}
    assert [row["key"] for row in rows(book["What differs"])] == ["support.supervision.every_weeks"]
    differing = rows(book["What differs"])[0]
    assert (differing["baseline"], differing[HOSTILE[1]]) == (2, 1)
    assert differing["meaning"] == "Weeks from one supervision to the next; 0 = none"
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert all(isinstance(cell.value, str) for cell in sheet[1])


def test_costs_are_set_against_the_effect_that_was_chosen(comparison, tmp_path):
    workbook.of_comparison(comparison, tmp_path / "book.xlsx", "identity")
    book = load_workbook(tmp_path / "book.xlsx")
    found = {row["scenario"]: row for row in rows(book["Cost and effect"])}
    value = comparison.value(HOSTILE[1], "identity")
    assert found[HOSTILE[1]]["in words"] == value.in_words()
    assert found[HOSTILE[1]]["Peer identity"] == pytest.approx(value.summary.loc["effect", "mean"])
    head = [cell.value for cell in book["Acceptability"][1]]
    assert head[1] == "pounds that each 0.1 by which “Peer identity” improves is worth"


def test_every_key_of_a_scenario_is_listed(book):
    keys = {".".join(step for step in row["key"].split(".") if not step.isdecimal()) for row in rows(book["Scenarios"])}
    unlisted = {parameter.key for parameter in registry() if not parameter.key.startswith("changes.")} - keys
    assert unlisted == set()


def test_a_run_in_a_spreadsheet(results, tmp_path):
    workbook.of_run(results, tmp_path / "run.xlsx")
    book = load_workbook(tmp_path / "run.xlsx")
    outcomes = {row["name"]: row for row in rows(book["Outcomes"])}
    assert list(outcomes) == list(OUTCOMES)
    assert outcomes["identity"]["mean"] == pytest.approx(results.outcomes.loc["identity", "mean"])
    weekly = rows(book["Weekly means"])
    assert len(weekly) == 30
    assert weekly[-1]["trust"] == pytest.approx(results.by_week("trust")[:, -1].mean())


def test_the_same_results_make_the_same_file(results, tmp_path):
    for name in "ab":
        workbook.of_run(results, tmp_path / f"{name}.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize(("weeks", "replicates"), [(1, 1), (1, 3), (60, 1)])
def test_little_is_enough(weeks, replicates, tmp_path):
    base = busy(weeks=weeks)
    workbook.of_run(ps.run(base, replicates), tmp_path / "run.xlsx")
    found = ps.compare(base, {"dearer": base.with_({"costs.comparable_salary": 30_000.0})}, replicates)
    workbook.of_comparison(found, tmp_path / "comparison.xlsx")
    assert load_workbook(tmp_path / "comparison.xlsx")["Differences"].max_row == 1 + len(OUTCOMES)
