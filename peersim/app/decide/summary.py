"""The result in two sentences: what was changed, and what comes of it."""

from __future__ import annotations

from typing import Any

from peersim.analysis import verdicts, words
from peersim.app.differences import differences
from peersim.app.parts import Text, attributed, part
from peersim.app.reading import PANELS, Reading
from peersim.app.visit import Visit
from peersim.app.words import behind
from peersim.results.outcomes import OUTCOMES


class Summary:
    """The summary of a visit, drawn into the slot at hand; a screen reader says it when a run is complete."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._troubled = False
        with part("section", "card", aria_label="In short"):
            self._changed = Text("p")
            self._result = attributed(Text("p", "", "decide-result"), role="status")
            self._worlds = Text("p", "", "soft decide-worlds")

    def show(self) -> None:
        """Say what there is to say."""
        visit, reading = self._visit, self._visit.reading
        told = differences(visit.baseline, visit.scenario)
        self._changed.text = (
            f"Changed: {'; '.join(told)}." if told else f"Nothing is changed yet in “{visit.baseline.name}”."
        )
        if visit.trouble:
            before = "" if reading is None else " The charts show the last one that was."
            self._result.text, self._worlds.text = visit.trouble, f"This scenario was not run.{before}"
        elif reading is None or not visit.complete:
            self._worlds.text = "Running ..."
            if self._troubled:
                self._result.text = ""
        else:
            self._result.text = result(reading)
            self._worlds.text = f"{behind(reading)}."
        self._troubled = bool(visit.trouble)
        self._result.classes(**({"add": "trouble"} if visit.trouble else {"remove": "trouble"}))


def result(reading: Reading) -> str:
    """What a scenario does, beside its baseline: the outcomes of the charts by verdict, and the cost."""
    if reading.contrasts is None:
        return "Move a lever: every chart then shows what it does beside the baseline."
    rows: dict[str, Any] = {panel.outcome: reading.differences[panel.outcome] for panel in PANELS.values()}
    cost = rows.pop("cost_per_year")
    told = [f"{word} {_list(found)}" for word, verdict in _WORDS.items() if (found := _with(rows, verdict))]
    return f"Beside “{reading.baseline.name}”: {'; '.join([*told, _cost(cost)])}."


_WORDS = {
    "better in": (verdicts.BETTER, verdicts.PROBABLY_BETTER),
    "worse in": (verdicts.WORSE, verdicts.PROBABLY_WORSE),
    "no difference that matters in": (verdicts.SAME, verdicts.CLOSE),
    "not settled in": (verdicts.OPEN,),
    "no value within these weeks for": (verdicts.UNKNOWN,),
}


def _with(rows: dict[str, Any], wanted: tuple[str, ...]) -> list[str]:
    """Outcomes with one of these verdicts, with their differences."""
    found = []
    for name, row in rows.items():
        if row["verdict"] in wanted:
            outcome = OUTCOMES[name]
            size = words.change(row["difference"], outcome)
            known = row["verdict"] != verdicts.UNKNOWN
            found.append(words.lower_first(outcome.label) + (f" ({size})" if known else ""))
    return found


def _list(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _cost(row: Any) -> str:
    """The difference in cost, in words."""
    if row["verdict"] in (verdicts.SAME, verdicts.UNKNOWN):
        return "at the same cost"
    size = words.span((row["difference"], row["low"], row["high"]), words.pounds)
    which = "dearer" if row["difference"] > 0 else "cheaper"
    if row["verdict"] == verdicts.OPEN:
        return f"whether dearer or cheaper is not settled ({which} by {size} a year in these worlds)"
    return f"{which} by {size} a year"
