"""What lessons draw of a reading: charts of two or three worlds, tables, causes as words and bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from peersim.app import words
from peersim.app.charts import BASELINE, DASHED, KEPT, NOW, SOLID, Chart, Line
from peersim.app.parts import Text, attributed, part, table
from peersim.app.reading import PANELS, Curve, Panel, Reading
from peersim.app.teach import claims, overlay, wording
from peersim.app.teach.guess import Guess
from peersim.app.teach.lesson import Expect, LessonFile
from peersim.world.causes import IDENTITY, LEAVING

MOST_CAUSES: Final = 5
"""Causes that are shown: those that differ most."""
FIRST, LESSON, OWN = "first", "lesson", "own"
LOOKS: Final = {FIRST: (BASELINE, DASHED), LESSON: (KEPT[0], "2 3"), OWN: (NOW, SOLID)}
CAUSES: Final = {
    "identity": (
        "Why identity moved",
        "What each cause added to a person's identity or took from it, over their time in post.",
    ),
    "leaving": ("Why people left", "How many of those who left say that this was a reason; many name several."),
}


class Charts:
    """Charts of a lesson, drawn into the slot at hand: the first world, and what it is compared with.

    Parameters
    ----------
    file : LessonFile
    own : str
        What the learner's world is called.
    """

    def __init__(self, file: LessonFile, own: str) -> None:
        self._file, self._own = file, own
        self._drawn: list[tuple[str, Chart]] = []
        with part("div", "teach-charts"):
            for name in file.charts:
                with part("figure", "teach-chart"):
                    Text("figcaption", f"{PANELS[name].title}, {PANELS[name].axis}")
                    made = Chart(PANELS[name])
                    Text("p", PANELS[name].about, "soft teach-small")
                self._drawn.append((name, made))

    def show(self, reading: Reading, lesson: Reading | None = None) -> None:
        """Draw a reading; with the lesson's own beside it, if that is another."""
        for name, made in self._drawn:
            panel = PANELS[name]
            drawn = [_line(self._file.first.name, reading.baseline_curves[name], FIRST)]
            if lesson is not None:
                drawn.append(_line(self._file.second.name, lesson.curves[name], LESSON, band=False))
            drawn.append(_line(self._own, reading.curves[name], OWN))
            made.draw(drawn, _told(panel, drawn))


def _line(name: str, curve: Curve, look: str, *, band: bool = True) -> Line:
    colour, dash = LOOKS[look]
    return Line(name, curve, colour, dash, 2.5 if look == OWN else 2.0, band)


def _told(panel: Panel, drawn: Sequence[Line]) -> str:
    """A chart in a sentence for each of its lines."""
    courses = []
    for line in drawn:
        first, last = (words.point(float(line.curve.mean[at]), panel) for at in (0, -1))
        courses.append(f"{line.name}: from {first} to {last}")
    return f"{panel.title}, {panel.axis}. {'; '.join(courses)}."


def legend(names: Sequence[tuple[str, str]]) -> None:
    """What the lines of charts are: names by look."""
    with part("ul", "teach-legend"):
        for name, look in names:
            with part("li"):
                attributed(Text("span", "", f"teach-swatch {look}"), aria_hidden="true")
                Text("span", name)


def differences(file: LessonFile, reading: Reading) -> None:
    """The outcomes of a lesson in both worlds, and their paired differences."""
    shown = dict.fromkeys((file.prediction.outcome, *file.outcomes))
    rows = [[wording.title(name), *_cells(name, _row(reading.contrasts, name))] for name in shown]
    head = ("Last half year, or as named", file.first.name, file.second.name, "Difference, with 95 % interval")
    table("Both worlds in numbers", head, rows)


def _cells(outcome: str, row: Any) -> list[str]:
    there, here = (wording.level(outcome, float(row[name])) for name in ("baseline", "mean"))
    return [there, here, wording.change(outcome, row)]


def _row(rows: pd.DataFrame | None, name: str) -> Any:
    assert rows is not None
    return rows.loc[name]


def strip(file: LessonFile, guess: Guess, reading: Reading) -> None:
    """A guess between the two worlds, on one axis."""
    prediction, row = file.prediction, _row(reading.contrasts, file.prediction.outcome)
    if guess.value is None:
        return
    rows = [
        overlay.Row(file.first.name, [float(row["baseline"])], "square", BASELINE),
        overlay.Row("You expected", [guess.value], "circle", overlay.GUESSED),
        overlay.Row(file.second.name, [float(row["mean"])], "diamond", overlay.FOUND),
    ]
    told = "; ".join(f"{each.name}: {wording.level(prediction.outcome, each.values[0])}" for each in rows)
    overlay.Dots(prediction).draw(rows, f"{wording.title(prediction.outcome)}. {told}.")


def in_this_run(expected: Sequence[Expect], reading: Reading, a_lot: float, lesson: Reading | None = None) -> None:
    """What a run shows of what a lesson claims, and whether that is what it claims."""
    for expect in expected:
        came = claims.found(expect, reading)
        beside = claims.found(expect, lesson) if lesson is not None else None
        with part("p", "teach-run"):
            Text("strong", "In this run: ")
            Text("span", _claimed(expect, reading, came))
            if not claims.holds(expect, came, a_lot, beside):
                Text("span", f" The lesson says: {expect.change}. This run does not show that.", "teach-not")


def _claimed(expect: Expect, reading: Reading, came: claims.Found) -> str:
    if expect.outcome:
        if reading.contrasts is None:
            return f"{wording.title(expect.outcome)} is the same in both worlds."
        return wording.found(expect.outcome, _row(reading.contrasts, expect.outcome))
    if expect.cause:
        return f"{_capital(IDENTITY[expect.cause])}: {wording.signed(came.difference)} beside the first world."
    rows: Any = reading.baseline_reasons, reading.reasons
    there, here = (float(each.loc[expect.reason]["mean"]) for each in rows)
    named = f"named by {_percent(here)} of those who left; in the first world by {_percent(there)}."
    return f"{_capital(LEAVING[expect.reason])}, {named}"


def causes(kind: str, file: LessonFile, reading: Reading) -> None:
    """The causes that differ most between two worlds, as words and bars."""
    title, about = CAUSES[kind]
    identity = kind == "identity"
    before = reading.baseline_identity_causes if identity else reading.baseline_reasons
    now = reading.identity_causes if identity else reading.reasons
    frame = pd.DataFrame({"meaning": now["meaning"], "before": before["mean"], "now": now["mean"]}).dropna()
    frame["change"] = (frame["now"] - frame["before"]).abs()
    top = frame.sort_values("change", ascending=False).head(MOST_CAUSES)
    reach = max(float(top[["before", "now"]].abs().to_numpy().max()), 1e-9) if len(top) else 1.0
    Text("h3", title)
    Text("p", about, "soft")
    if not len(top):
        Text("p", "Nobody left.")
        return
    with part("ul", "teach-causes"):
        for _, row in top.iterrows():
            with part("li"):
                Text("p", _capital(str(row["meaning"])), "teach-cause")
                for name, look, value in ((file.first.name, FIRST, row["before"]), (file.second.name, OWN, row["now"])):
                    _bar(name, look, float(value), reach, signed=identity)


def _bar(name: str, look: str, value: float, reach: float, *, signed: bool) -> None:
    size = 100.0 * abs(value) / reach * (0.5 if signed else 1.0)
    start = (50.0 if value >= 0.0 else 50.0 - size) if signed else 0.0
    with part("div", "teach-bar"):
        Text("span", name, "teach-bar-name")
        with part("div", "teach-track signed" if signed else "teach-track", aria_hidden="true"):
            part("span", f"teach-fill {look}").style(f"left: {start:.1f}%; width: {size:.1f}%")
        Text("span", wording.signed(value) if signed else _percent(value), "teach-bar-value")


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
