"""What the literature found comes out of the model, by the mechanisms that are said to make it."""

import json

import pytest

from docs import generate
from peersim.studies.validate import QUICK, Validation, validate


@pytest.fixture(scope="module")
def validation() -> Validation:
    return validate(QUICK)


@pytest.mark.slow
def test_no_well_supported_pattern_fails_that_is_not_known_to(validation):
    unexplained = [
        (one.finding.id, one.finding.name, one.headline)
        for one in validation.patterns
        if not one.passed and one.finding.counts and not one.finding.failing
    ]
    assert unexplained == []


@pytest.mark.slow
def test_nothing_falsifies_the_model(validation):
    assert [one.finding.name for one in validation.falsifiers if not one.passed] == []


def test_the_record_in_the_documents_is_of_these_findings_and_thorough():
    kept = json.loads(generate.FOUND.read_text(encoding="utf-8"))
    from peersim.studies.validate import FULL, read, shipped

    findings, falsifiers = read(shipped())
    assert kept["replicates"] == FULL
    for part, asked in (("patterns", findings), ("falsifiers", falsifiers)):
        assert [(one["id"], one["statement"]) for one in kept[part]] == [(one.id, one.statement) for one in asked]
        for entry, finding in zip(kept[part], asked, strict=True):
            assert entry["reason"] == finding.failing
            claims = [check["claim"] for check in entry["checks"]]
            assert finding.module or claims == [check.claim for check in finding.checks]


def test_what_fails_in_the_record_says_why_and_nothing_else_does():
    kept = json.loads(generate.FOUND.read_text(encoding="utf-8"))
    assert [one["id"] for one in kept["patterns"] if one["passed"] == bool(one["reason"])] == []
