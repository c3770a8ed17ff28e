"""What a result rests on: how well each number of the model is known, and what each key of a scenario is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from peersim.scenario import Change, registry
from peersim.scenario.registry import parameter_for

GRADES: Final = {
    "A": "measured",
    "B": "several agreeing sources",
    "C": "one source or guidance",
    "M": "a formal model",
    "assumption": "an assumption",
}
"""Grades of evidence, and what each means."""
NUMBERS: Final = ("number", "whole")
"""Kinds of keys that are counted among the model's numbers."""
WHOLE_PARTS: Final = {"teams": "The teams", "changes": "Policies over time"}
"""What differs as a whole: meaning by key."""


class Difference(NamedTuple):
    """A key in which a scenario differs from the baseline."""

    key: str
    meaning: str
    baseline: str
    here: str
    evidence: str
    grade: str


def grades() -> dict[str, int]:
    """How many of the model's constants have which grade."""
    found = Counter(key.grade for key in registry() if key.group == "model" and key.kind in NUMBERS)
    return {grade: found[grade] for grade in GRADES}


def assumed() -> tuple[int, int]:
    """How many constants the model has, and how many of them are assumptions."""
    found = grades()
    return sum(found.values()), found["assumption"]


def differences(changes: Mapping[str, tuple[object, object]]) -> list[Difference]:
    """The keys in which a scenario differs, with what is known about each."""
    rows = []
    for key, (old, new) in changes.items():
        about = parameter_for(key)
        meaning, source, grade = (about.meaning, about.evidence, about.grade) if about else (WHOLE_PARTS[key], "", "")
        rows.append(Difference(key, meaning, written(old), written(new), source, grade))
    return rows


def written(value: object) -> str:
    """A value of a scenario as a reader sees it; a list of teams or of changes in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return "; ".join(_entry(entry) for entry in value) or "none"
    return str(value)


def _entry(entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return str(entry)
    if "week" in entry:
        return change_in_words(Change(**entry))
    return ", ".join(f"{key} {written(value)}" for key, value in entry.items())


def change_in_words(change: Change) -> str:
    """A change of policy over time, as a planner would say it."""
    meanings = {key.key: key.meaning for key in registry()}
    how = (
        f"from week {change.week}, over {change.over_weeks} weeks" if change.over_weeks else f"from week {change.week}"
    )
    told = [f"{meanings[key]} ({key}): {written(value)}" for key, value in change.set.items()]
    return f"{how}: {', '.join(told)}"


def policies_over_time(changes: Iterable[Change]) -> Sequence[str]:
    """Changes of policy in order of time, each as a sentence."""
    return [
        f"{text[:1].upper()}{text[1:]}." for text in map(change_in_words, sorted(changes, key=lambda one: one.week))
    ]
