"""A change to the science changes the baseline's numbers on purpose, with a line in the changelog, or not at all."""

import json

import pytest

from tests import fingerprint


@pytest.fixture(scope="module")
def kept():
    return json.loads(fingerprint.KEPT.read_text(encoding="utf-8"))


def test_the_baseline_gives_the_outcomes_that_are_kept(kept):
    # Not to the last bit: other processors may round exponentials otherwise.
    hint = "if that is meant: say so under Science in CHANGELOG.md, then python -m tests.fingerprint"
    assert fingerprint.outcomes() == pytest.approx(kept["outcomes"], rel=1e-9, nan_ok=True), hint


def test_the_changelog_is_the_one_that_the_outcomes_were_kept_with(kept):
    assert kept["science"] == fingerprint.science(), "python -m tests.fingerprint"


def test_other_outcomes_are_not_kept_without_a_line_in_the_changelog(kept, tmp_path, monkeypatch):
    place = tmp_path / "fingerprint.json"
    changed = kept | {"outcomes": kept["outcomes"] | {"identity": 0.123}}
    place.write_text(json.dumps(changed), encoding="utf-8")
    monkeypatch.setattr(fingerprint, "KEPT", place)
    monkeypatch.setattr(fingerprint, "outcomes", lambda: kept["outcomes"])
    with pytest.raises(SystemExit, match="CHANGELOG"):
        fingerprint.main()
    assert json.loads(place.read_text(encoding="utf-8")) == changed
