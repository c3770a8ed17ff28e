"""The fields beside the lanes: of the step in hand, and of one to be added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from peersim.app import fields, words
from peersim.app.parts import Text, attributed, button, part
from peersim.app.plan import policy_fields, timeline
from peersim.app.plan.timeline import Changes, PlanError, Step
from peersim.app.visit import Visit
from peersim.scenario import Scenario
from peersim.scenario.changes import POLICY_KEYS
from peersim.scenario.paths import flat
from peersim.studies.attribute import THEMES

FIRST_KEY: Final = "support.supervision.every_weeks"
FIRST_WEEK: Final = 26
MOST_WEEKS: Final = 1040

Edit = Callable[[Changes], None]
"""Takes new changes in hand; raises `PlanError` if they are refused."""


class StepEditor:
    """Fields of the step in hand.

    Parameters
    ----------
    visit : Visit
    edit : callable
    leave, split : callable
        Called when the step is to go, or to have a change of its own.
    """

    def __init__(
        self, visit: Visit, edit: Edit, leave: Callable[[int, str], None], split: Callable[[int, str], None]
    ) -> None:
        self._visit, self._edit, self._leave, self._split = visit, edit, leave, split
        self._of: tuple[int, str, int] | None = None
        self._step: Step | None = None
        self._frame = part("section", "card plan-editor", aria_label="The change in hand")

    def show(self, step: Step | None) -> None:
        """Show the fields of a step, or none."""
        self._frame.set_visibility(step is not None)
        self._step = step
        if step is None:
            self._of = None
            return
        if self._of != (step.number, step.key, step.others):
            self._of = (step.number, step.key, step.others)
            self._frame.clear()
            with self._frame:
                self._draw(step)
        self._week.about(**policy_fields.weeks_of(self._visit.scenario.horizon_weeks))
        self._week.show(step.week)
        self._value.show(step.value)
        self._over.show(step.over_weeks)

    def focus(self) -> None:
        """Go to its first field."""
        self._value.focus()

    def _draw(self, step: Step) -> None:
        Text("h2", words.label(step.key))
        Text("p", f"{timeline.policy(step.key).meaning}.", "plan-small")
        with part("div", "plan-fields"):
            horizon = self._visit.scenario.horizon_weeks
            self._value = policy_fields.policy_value(step.key, step.value, lambda new: self._set("value", new))
            self._week = policy_fields.week(step.week, horizon, lambda new: self._set("week", new))
            self._over = fields.number(
                "Over",
                step.over_weeks,
                lambda new: self._set("over_weeks", new),
                high=MOST_WEEKS,
                whole=True,
                unit="weeks; 0: at once",
            )
        self._refusal = refusal()
        if step.others:
            with_ = "another policy" if step.others == 1 else f"{step.others} other policies"
            Text("p", f"It changes together with {with_}: they move as one, over the same weeks.", "soft")
        with part("div", "row"):
            button("Remove this change", lambda: self._leave(step.number, step.key))
            if step.others:
                button("Split it off", lambda: self._split(step.number, step.key))

    def _set(self, what: str, new: Any) -> None:
        step = self._step
        if step is None:
            return
        scenario = self._visit.scenario
        shown = {"week": self._week, "value": self._value, "over_weeks": self._over}[what]
        try:
            if what == "week":
                self._edit(timeline.moved(scenario, step.number, new))
            elif what == "value":
                self._edit(timeline.valued(scenario, step.number, step.key, new))
            else:
                self._edit(timeline.ramped(scenario, step.number, new))
        except PlanError as error:
            shown.refuse(getattr(step, what))
            tell(self._refusal, f"Nothing was changed. {error}")
        else:
            tell(self._refusal, "")


class Adder:
    """Fields of a change to be added; `add` is called with policy, week and value, and may raise `PlanError`."""

    def __init__(self, scenario: Scenario, add: Callable[[str, Any, Any], None]) -> None:
        self._add, self._key = add, FIRST_KEY
        self._start = flat(scenario.to_dict())
        themes = [
            (title, {key: words.label(key) for key in POLICY_KEYS if key.startswith(f"{theme}.")})
            for theme, title in THEMES.items()
        ]
        with part("section", "card", aria_labelledby="plan-add"):
            attributed(Text("h2", "Add a policy change"), id="plan-add")
            with part("div", "plan-fields"):
                self._policy = fields.choices("Policy", themes, self._key, self._chosen).classes("plan-wide")
                self._meaning = Text("p", "", "plan-small plan-wide")
                self._place = part("div", "plan-place")
                week = min(FIRST_WEEK, scenario.horizon_weeks - 1)
                self._week = policy_fields.week(week, scenario.horizon_weeks, fields.nothing)
            self._refusal = refusal()
            button("Add to the plan", self._pressed, kind="main")
        self._chosen(self._key)

    def show(self, scenario: Scenario) -> None:
        """Take the weeks and the values of the scenario in hand, from now on."""
        self._start = flat(scenario.to_dict())
        self._week.about(**policy_fields.weeks_of(scenario.horizon_weeks))

    def focus(self) -> None:
        """Go to its first field."""
        self._policy.focus()

    def _chosen(self, key: str) -> None:
        self._key = key
        self._meaning.set_text(f"{timeline.policy(key).meaning}.")
        self._place.clear()
        with self._place:
            self._value = policy_fields.policy_value(key, self._start[key], fields.nothing)

    def _pressed(self) -> None:
        try:
            self._add(self._key, self._week.value, self._value.value)
        except PlanError as error:
            tell(self._refusal, f"Nothing was added. {error}")
        else:
            tell(self._refusal, "")


def refusal() -> Text:
    """A place for what was refused and why, empty until something is."""
    made = attributed(Text("p", "", "trouble"), role="alert")
    made.set_visibility(False)
    return made


def tell(place: Text, message: str) -> None:
    """Say why something was refused, or no longer."""
    place.set_text(message)
    place.set_visibility(bool(message))
