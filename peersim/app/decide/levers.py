"""The controls: a lever for every key that a planner decides, made from the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from nicegui import ui

from peersim.app import words
from peersim.app.parts import Text, button, part, say
from peersim.app.visit import Visit
from peersim.scenario import Parameter, Scenario, ScenarioError, registry
from peersim.scenario.paths import flat
from peersim.scenario.registry import parameter_for
from peersim.studies.attribute import THEMES

REACH: Final = {
    "horizon_weeks": 520,
    "teams.count": 20,
    "teams.peers": 10,
    "teams.clinicians": 40,
    "teams.users_per_peer": 40,
    "valuing.team_training_per_year": 12,
    "costs.comparable_salary": 60_000,
    "costs.hire": 10_000,
}
"""Ends of sliders whose ranges go further than anybody would drag; the number beside them takes the whole range."""
MOST_TEAMS: Final = 8
"""Entries of the list of teams that have levers of their own."""
FINE: Final = 1.5
"""Width of a range whose slider moves in twentieths; up to ten times as wide, in halves."""
OPENED: Final = "support"
"""Group that is open to begin with, where there is room: the theme that planners ask about first."""
OPEN: Final = f"""
if (matchMedia("(min-width: 62.01rem)").matches) document.querySelector("details[data-group={OPENED}]").open = true
"""

Values = Mapping[str, Any]


class Lever(ui.element, component="lever.js"):  # type: ignore[call-arg]  # NiceGUI is not typed here
    """A control for one key.

    Parameters
    ----------
    key : str
        Dotted, as in files; an entry of a list by its number.
    value, base
        Here and in the baseline.
    note : str
        What else a visitor has to know.
    set_ : callable
        Called with key, new value, and whether it goes on with the change before it.
    """

    def __init__(self, key: str, value: Any, base: Any, note: str, set_: Callable[[str, Any, bool], None]) -> None:
        super().__init__()
        parameter = parameter_for(key)
        assert parameter is not None
        self.key = key
        self._props.update(_fixed(key, parameter))
        self._props.update({"value": value, "base": base, "baseText": words.value(key, base), "note": note})
        self.on("set", lambda event: set_(key, *event.args))

    def show(self, value: Any, base: Any, note: str) -> None:
        """Show another value, if it is not the one there is."""
        new = {"value": value, "base": base, "baseText": words.value(self.key, base), "note": note}
        if any(self._props[name] != text for name, text in new.items()):
            self._props.update(new)
            self.update()

    def taken(self, value: Any) -> None:
        """Take note of what the browser shows already."""
        self._props["value"] = value

    def refuse(self, value: Any) -> None:
        """Show again what was there before a value that cannot be taken."""
        self._props["value"] = value
        self.run_method("refused", value)


def _fixed(key: str, parameter: Parameter) -> dict[str, Any]:
    """What a lever shows of a parameter, whatever its value."""
    number = parameter.kind in ("number", "whole")
    low, high = (parameter.low or 0.0, parameter.high or 0.0) if number else (0.0, 0.0)
    width = high - low
    step = 1.0 if parameter.kind == "whole" else 0.05 if width <= FINE else 0.5 if width <= 10 * FINE else 1.0
    return {
        "name": key.replace(".", "-"),
        "label": words.label(key),
        "meaning": parameter.meaning,
        "unit": parameter.unit,
        "allowed": parameter.allowed,
        "evidence": parameter.evidence or "No source.",
        "short": parameter.grade,
        "grade": words.GRADES[parameter.grade],
        "low": low,
        "high": high,
        "reach": REACH.get(parameter.key, high),
        "step": step,
        "whole": parameter.kind == "whole",
        "choices": [{"value": name, "text": name.replace("_", " ")} for name in parameter.choices] or None,
    }


class Levers:
    """All controls of a visit, drawn into the slot at hand, and kept with the scenario."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._levers: dict[str, Lever] = {}
        self._frame = part("div", "levers")
        self._shape: tuple[str, ...] = ()
        self.show()

    def show(self) -> None:
        """Show the scenario in hand; other teams are other levers."""
        values, base = flat(self._visit.scenario.to_dict()), flat(self._visit.baseline.to_dict())
        shape = tuple(team.name for team in self._visit.scenario.teams)
        if shape != self._shape:
            self._shape = shape
            self._frame.clear()
            self._levers = {}
            with self._frame:
                self._draw(values, base)
        for key, lever in self._levers.items():
            lever.show(values[key], base.get(key, values[key]), self._note(key))

    def _draw(self, values: Values, base: Values) -> None:
        with part("div", "row levers-head"):
            Text("h2", "What you decide")
            button("Reset all", self._reset, kind="quiet", label="Reset all to the baseline")
        for group, title in ({"teams": "Setting and teams"} | THEMES | {"costs": "Unit costs"}).items():
            with part("details", "levers-group", data_group=group):
                Text("summary", title)
                if group == "teams":
                    self._teams(values, base)
                else:
                    self._add((p.key for p in registry() if p.group == group), values, base)
        ui.run_javascript(OPEN)

    def _teams(self, values: Values, base: Values) -> None:
        self._add(("sector", "horizon_weeks"), values, base)
        shown = self._visit.scenario.teams[:MOST_TEAMS]
        for number, team in enumerate(shown):
            with part("fieldset", "levers-team"):
                Text("legend", team.name)
                keys = [p.key for p in registry() if p.group == "teams" and p.kind != "text"]
                self._add((key.replace("teams.", f"teams.{number}.") for key in keys), values, base)
        left_out = len(self._visit.scenario.teams) - len(shown)
        if left_out:
            Text("p", f"{left_out} more kinds of team are in the scenario; they are changed in its file.", "soft")

    def _add(self, keys: Any, values: Values, base: Values) -> None:
        for key in keys:
            self._levers[key] = Lever(key, values[key], base.get(key, values[key]), self._note(key), self._set)

    def _note(self, key: str) -> str:
        weeks = [str(change.week) for change in self._visit.scenario.changes if key in change.set]
        return f"Changes again in week {', '.join(weeks)} (see Plan over time)." if weeks else ""

    def _set(self, key: str, value: Any, going_on: bool) -> None:
        parameter = parameter_for(key)
        number = parameter is not None and parameter.kind == "number"
        before = flat(self._visit.scenario.to_dict())[key]
        self._levers[key].taken(value)
        try:
            scenario = self._visit.scenario.with_({key: float(value) if number else value})
            self._visit.take(scenario, going_on=going_on)
        except (ScenarioError, TypeError) as error:
            self._levers[key].refuse(before)
            say(str(error), trouble=True)

    def _reset(self) -> None:
        self._visit.take(renamed(self._visit.baseline, self._visit.scenario.name))


def renamed(scenario: Scenario, name: str) -> Scenario:
    """The same under another name."""
    return scenario.with_({"name": name})
