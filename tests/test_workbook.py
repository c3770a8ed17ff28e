"""The spreadsheet holds the numbers as numbers, and text as text whatever it looks like."""

import math

import pytest
from openpyxl import load_workbook

from peersim.report import workbook
from peersim.results.files import OutputError
from peersim.results.outcomes import OUTCOMES
from tests.reports import FORMULAS, comparison, hostile

SHEETS = ["Read me", "Differences", "Costs", "Value", "Weekly means", "Reasons", "Causes", "Scenarios", "Notes"]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    workbook.of_comparison(comparison(), path)
    return load_workbook(path)


def rows(sheet):
    heads, *found = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in found]


def test_sheets_and_their_headings(book):
    assert book.sheetnames == SHEETS
    assert all(sheet.freeze_panes == "A2" for sheet in book)
    assert all(cell.font.bold for sheet in book for cell in sheet[1])


def test_differences_have_every_column_of_the_contrasts(book):
    contrasts = comparison().contrasts
    assert list(workbook.CONTRASTS) == list(contrasts)
    found = rows(book["Differences"])
    assert [row["outcome"] for row in found] == [outcome.label for outcome in OUTCOMES.values()]
    for row, expected in zip(found, contrasts.to_dict("records"), strict=True):
        for name, (heading, kind) in workbook.CONTRASTS.items():
            if not kind:
                continue
            if math.isfinite(expected[name]):
                assert row[heading] == pytest.approx(expected[name])
            else:
                assert row[heading] is None


def test_weekly_means_and_costs(book):
    weekly = rows(book["Weekly means"])
    assert len(weekly) == 2 * 60
    assert weekly[0]["identity"] == pytest.approx(comparison().baseline.by_week("identity")[:, 0].mean())
    costs = rows(book["Costs"])
    total = next(row for row in costs if row["category"] == "All costs")
    assert total["difference"] == pytest.approx(comparison().costs["weekly"].loc["cost", "difference"])


def test_scenarios_hold_every_key(book):
    found = {row["key"]: row for row in rows(book["Scenarios"])}
    every = found["support.supervision.every_weeks"]
    assert (every["baseline"], every["scenario: weekly"]) == (2, 1)
    assert found["teams.0.peers"]["baseline"] == 2
    assert every["meaning"]


def test_no_name_becomes_a_formula_or_a_link(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook.of_comparison(hostile(FORMULAS), path)
    cells = [cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(cell.hyperlink is None for cell in cells)
    written = {cell.value for cell in cells if cell.data_type == "s"}
    assert set(FORMULAS) <= written


def test_numbers_are_numbers_and_nothing_is_an_error(book):
    for sheet in book:
        for row in sheet.iter_rows(min_row=2):
            assert all(cell.data_type in ("s", "n") for cell in row)
    assert book["Differences"]["E2"].number_format == "0.000"
    assert "£" in book["Costs"]["C2"].number_format


@pytest.mark.parametrize(
    "keys", [{"replicates": 1}, {"weeks": 1}, {"arms": ("weekly", "valued", "three peers", "changing")}]
)
def test_little_and_much_to_show(keys, tmp_path):
    found = comparison(**{"weeks": 8, **keys})
    workbook.of_comparison(found, tmp_path / "a.xlsx")
    assert len(rows(load_workbook(tmp_path / "a.xlsx")["Differences"])) == len(found.contrasts)


def test_a_run(tmp_path):
    results = comparison().baseline
    workbook.of_run(results, tmp_path / "a.xlsx")
    found = load_workbook(tmp_path / "a.xlsx")
    table = {row["outcome"]: row for row in rows(found["Outcomes"])}
    assert table["Peer identity"]["mean"] == pytest.approx(results.outcomes.loc["identity", "mean"])
    assert len(rows(found["Reasons"])) == len(results.reasons)


def test_the_same_results_give_the_same_bytes_and_nothing_is_overwritten(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        workbook.of_comparison(comparison(), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with pytest.raises(OutputError, match=r"a\.xlsx: exists already"):
        workbook.of_comparison(comparison(), tmp_path / "a.xlsx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]
