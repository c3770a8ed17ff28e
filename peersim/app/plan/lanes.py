"""The lanes of a plan in the browser: a line for each policy that changes, and handles on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from nicegui import ui

from peersim.app.plan import timeline
from peersim.app.plan.timeline import Lane, Step
from peersim.scenario import Scenario

FINE: Final = 4
"""Decimals of a level: finer than a screen can show."""


class Lanes(ui.element, component="timeline.js"):  # type: ignore[call-arg]
    """All lanes, on one axis.

    Parameters
    ----------
    on_move : callable
        Called with number and key of a step, a week, and a number that stays the same while one handle is moved.
    on_choose, on_open, on_remove : callable
        Called with number and key of a step: it was touched, its editor is wanted, or it is to go.
    """

    def __init__(
        self,
        *,
        on_move: Callable[[int, str, int, int], None],
        on_choose: Callable[[int, str], None],
        on_open: Callable[[int, str], None],
        on_remove: Callable[[int, str], None],
    ) -> None:
        super().__init__()

        def move(event: Any) -> None:
            told = event.args
            on_move(int(told["number"]), str(told["key"]), int(told["week"]), int(told["move"]))
            self._props["heard"] = told["serial"]
            self.update()

        self._props["heard"] = 0
        self.on("move", move)
        for name, called in (("choose", on_choose), ("open", on_open), ("drop", on_remove)):
            self.on(name, lambda event, called=called: called(int(event.args["number"]), str(event.args["key"])))

    def show(self, scenario: Scenario, baseline: Scenario, chosen: Step | None) -> None:
        """Show a plan beside what it is compared with."""
        self._props["horizon"] = scenario.horizon_weeks
        self._props["ticks"] = [{"week": week, "name": name} for week, name in timeline.ticks(scenario.horizon_weeks)]
        self._props["lanes"] = [
            _drawn(scenario, lane, timeline.still(baseline, lane.key)) for lane in timeline.lanes(scenario)
        ]
        self._props["chosen"] = f"{chosen.number} {chosen.key}" if chosen else ""
        self.update()

    def enter(self) -> None:
        """Put the keyboard on the first handle, unless it is on one."""
        self.run_method("enter")


def _drawn(scenario: Scenario, lane: Lane, before: Lane) -> dict[str, Any]:
    low, high = timeline.ends(lane.key)
    return {
        "key": lane.key,
        "label": lane.label,
        "start": timeline.spoken(lane.key, lane.start),
        "low": low,
        "high": high,
        "line": _points(lane),
        "before": _points(before),
        "steps": [_handle(scenario, lane, step) for step in lane.steps],
    }


def _handle(scenario: Scenario, lane: Lane, step: Step) -> dict[str, Any]:
    value = timeline.spoken(step.key, step.value)
    over = f", over {step.over_weeks} weeks" if step.over_weeks > 1 else ""
    others = f", with {step.others} more of the same change" if step.others else ""
    return {
        "number": step.number,
        "key": step.key,
        "week": step.week,
        "level": round(lane.at(step), FINE),
        "text": value,
        "under": _under(lane, step),
        "label": f"{lane.label}: to {value}",
        "more": over + others,
        "taken": timeline.taken(scenario, step.number),
    }


def _under(lane: Lane, step: Step) -> bool:
    """Whether there is more room for the value of a step under the line than above it."""
    last = min(step.week + step.over_weeks, len(lane.levels)) - 1
    return bool(lane.levels[last] > lane.at(step)) if step.over_weeks > 1 else lane.at(step) > 0.5


def _points(lane: Lane) -> str:
    """The line as an SVG has it: from the top down."""
    return " ".join(f"{week:g},{round(1.0 - level, FINE):g}" for week, level in lane.line)
