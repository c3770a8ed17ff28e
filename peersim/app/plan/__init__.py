"""Plan over time: a time line on which policies are placed and dragged, and what that does."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from peersim.app.parts import Text, attributed, button, enable, part, say
from peersim.app.plan import timeline
from peersim.app.plan.editor import Adder, StepEditor
from peersim.app.plan.effect import Effect
from peersim.app.plan.lanes import Lanes
from peersim.app.plan.timeline import Changes, PlanError, Step
from peersim.app.visit import News, Visit
from peersim.scenario import Scenario

EXAMPLES: Final[dict[str, Changes]] = {
    "Weekly supervision from week 20, cut in week 60": [
        {"week": 20, "set": {"support.supervision.every_weeks": 1}},
        {"week": 60, "set": {"support.supervision.every_weeks": 0}},
    ],
    "Pay raised to parity over a year, from week 26": [
        {"week": 26, "set": {"valuing.pay_parity": 1}, "over_weeks": 52},
    ],
    "A peer lead takes over supervision in week 40": [
        {"week": 40, "set": {"support.supervision.by": "peer_lead", "support.supervision.understanding": 0.85}},
    ],
    "Protected time halved in week 26, back in week 78": [
        {"week": 26, "set": {"valuing.protected_time": 0.1}},
        {"week": 78, "set": {"valuing.protected_time": 0.2}},
    ],
}
"""Plans to begin with."""


def show(visit: Visit) -> None:
    """Draw the view."""
    _Plan(visit)


class _Plan:
    """The view of one visitor."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._chosen: tuple[int, str] | None = None
        self._moved: tuple[int, Scenario] | None = None
        with part("div", "row plan-head"):
            with part("div", "plan-title"):
                Text("h1", "Plan over time")
                Text("p", "Place policies in weeks, drag them, and see at once what that does.", "soft")
            self._undo = button("Undo", visit.undo)
            self._redo = button("Redo", visit.redo)
            self._clear = button("Remove all changes", lambda: self._try([]))
        with part("div", "plan"):
            with part("section", "card plan-time", aria_labelledby="plan-time"):
                self._draw_time()
            with part("div", "stack plan-side"):
                self._draw_side()
            with part("section", "card plan-effect", aria_labelledby="plan-effect"):
                self._draw_effect()
        visit.listen(self._news)
        self._show()
        self._effect.show()

    def _draw_time(self) -> None:
        self._heading = attributed(Text("h2"), id="plan-time")
        self._empty = Text("p", "Nothing changes over time yet. Add a policy change, or begin with an example.")
        self._off = Text("p", "Changes over time are switched off in this scenario (model.off: policy).", "trouble")
        self._lanes = Lanes(on_move=self._move, on_choose=self._choose, on_open=self._open, on_remove=self._remove)
        self._glance = part("ul", "plan-glance", aria_label="What it does, in short")
        with part("details", "plan-keys") as self._keys:
            Text("summary", "How to move a change")
            Text(
                "p",
                "Drag its handle. By keyboard: arrow keys move it by 1 week, with Shift by 4, Page Up and Page Down by "
                "13; Home and End to the first and the last week; Delete removes it, Enter opens its fields. The line "
                "is the policy week by week; dashed, what it is compared with.",
            )
        with part("div") as self._told:
            Text("h3", "In words")
            self._words = part("ol", "plan-words")

    def _draw_side(self) -> None:
        self._editor = StepEditor(self._visit, self._edit, self._remove, self._split)
        self._adder = Adder(self._visit.scenario, self._add)
        with part("section", "card", aria_labelledby="plan-examples"):
            attributed(Text("h2", "Examples"), id="plan-examples")
            Text("p", "An example takes the place of the plan; Undo brings it back.", "soft")
            with part("div", "plan-examples"):
                for name, changes in EXAMPLES.items():
                    button(name, partial(self._try, changes))

    def _draw_effect(self) -> None:
        attributed(Text("h2", "What it does"), id="plan-effect")
        self._trouble = attributed(Text("p", "", "trouble"), role="alert")
        with part("div", "row plan-beside") as self._beside:
            self._why_beside = Text("p")
            button("Compare with the same policies without changes", self._compare)
        self._effect = Effect(self._visit, self._glance)

    # what the visitor does ---------------------------------------------------

    def _edit(self, changes: Changes, *, going_on: bool = False) -> None:
        """Take new changes in hand."""
        self._visit.take(timeline.edited(self._visit.scenario, changes), going_on=going_on)

    def _try(self, changes: Changes) -> None:
        """Take new changes in hand, or say why not."""
        try:
            self._edit(changes)
        except PlanError as error:
            say(f"The plan stays as it was. {error}", trouble=True)

    def _move(self, number: int, key: str, week: int, move: int) -> None:
        """A handle is moved: all that one move does is undone as one."""
        if not self._step(number, key):  # it went while this was on its way
            return
        before = self._visit.scenario
        try:
            self._edit(timeline.moved(before, number, week), going_on=self._moved == (move, before))
        except PlanError as error:
            say(f"The change stays in its week. {error}", trouble=True)
        if self._visit.scenario != before:
            self._moved = (move, self._visit.scenario)

    def _choose(self, number: int, key: str) -> None:
        self._chosen = (number, key)
        self._show()

    def _open(self, number: int, key: str) -> None:
        self._choose(number, key)
        self._editor.focus()

    def _add(self, key: str, week: Any, value: Any) -> None:
        self._edit(timeline.added(self._visit.scenario, key, week, value))
        self._choose(len(self._visit.scenario.changes) - 1, key)

    def _remove(self, number: int, key: str) -> None:
        if self._step(number, key):
            self._chosen = None
            self._edit(timeline.removed(self._visit.scenario, number, key))
            if self._visit.scenario.changes:  # the keyboard was on something that is gone
                self._lanes.enter()
            else:
                self._adder.focus()

    def _split(self, number: int, key: str) -> None:
        self._edit(timeline.split(self._visit.scenario, number, key))
        self._open(len(self._visit.scenario.changes) - 1, key)  # the button is gone

    def _compare(self) -> None:
        self._visit.compare_with(self._visit.scenario.with_({"changes": []}))

    # what is shown -----------------------------------------------------------

    def _news(self, news: News) -> None:
        if news == "scenario":
            self._show()
        elif news == "reading":
            self._effect.show()
        elif news == "trouble":
            self._show_trouble()

    def _show(self) -> None:
        """Show the plan in hand."""
        scenario, baseline = self._visit.scenario, self._visit.baseline
        step = self._step(*self._chosen) if self._chosen else None
        changes = bool(scenario.changes)
        self._heading.set_text(f"The plan for “{scenario.name}”")
        self._lanes.show(scenario, baseline, step)
        self._editor.show(step)
        self._adder.show(scenario)
        for element, shown in (
            (self._empty, not changes),
            (self._off, timeline.SWITCH in scenario.model.off),
            (self._lanes, changes),
            (self._keys, changes),
            (self._told, changes),
        ):
            element.set_visibility(shown)
        self._words.clear()
        with self._words:
            for sentence in timeline.in_words(scenario):
                Text("li", sentence)
        enable(self._undo, self._visit.can_undo)
        enable(self._redo, self._visit.can_redo)
        enable(self._clear, changes)
        self._show_beside(scenario, baseline)
        self._show_trouble()
        self._effect.say()

    def _show_beside(self, scenario: Scenario, baseline: Scenario) -> None:
        """Say with what the plan is compared, if that is more than the same policies without changes."""
        keys = {key for key in baseline.diff(scenario) if key not in ("name", "changes")}
        told = []
        if baseline.changes:
            told.append(f"What it is compared with changes over time too: {' '.join(timeline.in_words(baseline))}")
        if keys:
            told.append(f"It differs in more than the plan: {len(keys)} other {_settings(len(keys))}.")
        self._why_beside.set_text(" ".join(told))
        self._beside.set_visibility(bool(told))

    def _show_trouble(self) -> None:
        self._trouble.set_text(self._visit.trouble)
        self._trouble.set_visibility(bool(self._visit.trouble))

    def _step(self, number: int, key: str) -> Step | None:
        """A step of the plan in hand, if it has it still."""
        steps = (step for lane in timeline.lanes(self._visit.scenario) for step in lane.steps)
        return next((step for step in steps if (step.number, step.key) == (number, key)), None)


def _settings(number: int) -> str:
    return "setting" if number == 1 else "settings"
