"""A plan over time: from the changes of a scenario to lanes with steps, and edits that give new changes.

A change of a scenario may set several policies.  It has one week, so it moves as one: whoever drags one of its steps
moves them all, and `split` gives a step a change of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from peersim.analysis.words import lower_first
from peersim.app import words
from peersim.report.figures.factors import written
from peersim.scenario import Change, Parameter, Scenario, ScenarioError
from peersim.scenario.changes import POLICY_KEYS
from peersim.scenario.paths import flat
from peersim.scenario.registry import parameter_for
from peersim.world.build import POLICY_FIELDS, RATES, policy_table

Value = float | str
Changes = list[dict[str, Any]]
Floats = npt.NDArray[np.float64]
Point = tuple[float, float]

WEEKS_A_YEAR: Final = 52
QUARTER: Final = 13
MOST_NAMED: Final = 5
"""Years that are named on the axis; of more, every second, third ... is."""
SWITCH: Final = "policy"
"""What switches all changes off (`model.off`)."""

_COLUMN: Final = POLICY_FIELDS | RATES


class PlanError(ValueError):
    """An edit that the scenario refuses; says why in words for a planner."""


@dataclass(frozen=True)
class Step:
    """One policy that changes.

    Attributes
    ----------
    number : int
        Of the change, in the order of the scenario.
    key : str
        Of the policy.
    week, over_weeks : int
    value : float or str
        To which it changes.
    before : float or str
        What is in force until then.
    others : int
        Policies that the same change sets beside this one.
    """

    number: int
    key: str
    week: int
    value: Value
    over_weeks: int
    before: Value
    others: int

    @property
    def sentence(self) -> str:
        """What changes, without the week: ``supervision every week, from every 4 weeks, over 8 weeks``."""
        over = f", over {self.over_weeks} weeks" if self.over_weeks > 1 else ""
        return f"{lower_first(words.setting(self.key, self.value))}, from {spoken(self.key, self.before)}{over}"


@dataclass(frozen=True)
class Lane:
    """One policy over time.

    Attributes
    ----------
    key, label : str
    start : float or str
        Its value to begin with.
    steps : tuple of Step
        In order of time.
    first : float
        Its level to begin with, from 0 (lowest of its range) to 1.
    levels : array of shape (weeks,)
        Its level in each week, as the model has it.
    """

    key: str
    label: str
    start: Value
    steps: tuple[Step, ...]
    first: float
    levels: Floats

    @property
    def line(self) -> list[Point]:
        """Corners of its line, as week and level, from the start to the horizon.

        What changes at once steps at the beginning of its week; along a ramp the line reaches the level of each week
        at the end of that week.
        """
        now = self.first
        corners: list[Point] = [(0, now)]
        for week, level in enumerate(self.levels.tolist()):
            if level != now:
                corners += [(week, now), (week + 1 if self._ramps(week) else week, level)]
                now = level
        corners.append((len(self.levels), now))
        return [corner for corner, last in zip(corners, [None, *corners], strict=False) if corner != last]

    def at(self, step: Step) -> float:
        """The level at which the line has a step: where it gets to, or where its ramp begins."""
        if step.over_weeks > 1:
            return float(self.levels[step.week - 1]) if step.week else self.first
        return float(self.levels[step.week])

    def _ramps(self, week: int) -> bool:
        begun = [step for step in self.steps if step.week <= week]
        return bool(begun) and begun[-1].over_weeks > 1


# from a scenario to lanes -----------------------------------------------------


def lanes(scenario: Scenario) -> tuple[Lane, ...]:
    """A lane for every policy that changes, in the order of the policies, whatever is dragged where."""
    changing = {key for change in scenario.changes for key in change.set}
    table = policy_table(scenario, scenario.horizon_weeks)
    start = policy_table(scenario.model_copy(update={"changes": ()}), 1)
    asked = flat(scenario.to_dict())
    found = []
    for key in POLICY_KEYS:
        if key in changing:
            column, first = table[_COLUMN[key]], float(start[_COLUMN[key]][0])
            steps = tuple(
                _step(number, change, key, column[change.week - 1] if change.week else first)
                for number, change in sorted(enumerate(scenario.changes), key=lambda pair: pair[1].week)
                if key in change.set
            )
            lane = Lane(key, words.label(key), asked[key], steps, _level(key, first), _levels(key, column))
            found.append(lane)
    return tuple(found)


def _step(number: int, change: Change, key: str, before: float) -> Step:
    value = change.set[key]
    return Step(number, key, change.week, value, change.over_weeks, _asked(key, float(before)), len(change.set) - 1)


def still(scenario: Scenario, key: str) -> Lane:
    """The lane of a policy, whether it changes or not."""
    for lane in lanes(scenario):
        if lane.key == key:
            return lane
    number = float(policy_table(scenario, 1)[_COLUMN[key]][0])
    level = _level(key, number)
    return Lane(key, words.label(key), _asked(key, number), (), level, np.full(scenario.horizon_weeks, level))


def in_words(scenario: Scenario) -> list[str]:
    """Every change as a sentence, in order of time."""
    steps = [step for lane in lanes(scenario) for step in lane.steps]
    told: dict[int, list[str]] = {}
    for step in sorted(steps, key=lambda step: (step.week, step.number)):
        told.setdefault(step.number, []).append(step.sentence)
    return [f"Week {scenario.changes[number].week}: {'; '.join(parts)}." for number, parts in told.items()]


def ticks(horizon: int) -> list[tuple[int, str]]:
    """Weeks that have a line across all lanes, and the name of each: years, or quarters of the only year there is."""
    if horizon <= WEEKS_A_YEAR:
        return [(week, f"week {week}" if week else "start") for week in range(0, horizon + 1, QUARTER)]
    years = horizon // WEEKS_A_YEAR
    named = -(-years // MOST_NAMED)
    names = {0: "start", 1: "1 year"}
    return [
        (year * WEEKS_A_YEAR, names.get(year, f"{year} years") if year % named == 0 else "")
        for year in range(years + 1)
    ]


def spoken(key: str, value: Value) -> str:
    """A value as one says it: ``every 4 weeks``, ``0.2 of the week``, ``peer lead``."""
    if isinstance(value, str):
        return written(value)
    unit, number = policy(key).unit, written(value)
    if key.endswith("every_weeks"):
        return {"0": "none", "1": "every week"}.get(number, f"every {number} weeks")
    if key.endswith("per_year"):
        return {"0": "none", "1": "1 session a year"}.get(number, f"{number} {unit}")
    if unit == "share of the week":
        return f"{number} of the week"
    return words.value(key, value).replace("1 weeks", "1 week") if number == "1" else words.value(key, value)


def ends(key: str) -> tuple[str, str]:
    """What the lowest and the highest level of a policy are."""
    about = policy(key)
    if about.choices:
        return spoken(key, about.choices[0]), spoken(key, about.choices[-1])
    if key.endswith("every_weeks"):  # drawn by how often it happens
        return spoken(key, 0.0), spoken(key, 1.0)
    return spoken(key, about.low or 0.0), spoken(key, about.high or 0.0)


def policy(key: str) -> Parameter:
    """What is declared of a policy."""
    about = parameter_for(key)
    assert about is not None, key
    return about


def _levels(key: str, column: Floats) -> Floats:
    """A column of the model's policies as levels from 0 to 1: what happens more often, or is more, is higher."""
    about = policy(key)
    if about.choices:
        return np.asarray(column / (len(about.choices) - 1))
    if key.endswith("every_weeks"):
        return np.asarray(column)  # times a week, of which there is at most one
    times = WEEKS_A_YEAR if key.endswith("per_year") else 1
    low, high = about.low or 0.0, about.high or 1.0
    return np.asarray((column * times - low) / (high - low))


def _level(key: str, number: float) -> float:
    return float(_levels(key, np.array([number]))[0])


def _asked(key: str, number: float) -> Value:
    """A number of the model's policies as somebody would ask for it."""
    about = policy(key)
    if about.choices:
        return str(about.choices[round(number)])
    if key.endswith("every_weeks"):
        return 1.0 / number if number else 0.0
    return number * WEEKS_A_YEAR if key.endswith("per_year") else float(number)


# edits: a scenario and what is wanted, to a list of changes -------------------


def moved(scenario: Scenario, number: int, week: int) -> Changes:
    """The changes with one in another week, with everything that it sets."""
    return _with(scenario, number, week=week)


def ramped(scenario: Scenario, number: int, over_weeks: int) -> Changes:
    """The changes with one that takes so many weeks."""
    return _with(scenario, number, over_weeks=over_weeks)


def valued(scenario: Scenario, number: int, key: str, value: Value) -> Changes:
    """The changes with one policy changing to another value."""
    return _with(scenario, number, set={**scenario.changes[number].set, key: value})


def added(scenario: Scenario, key: str, week: int, value: Value) -> Changes:
    """The changes and one more, at once."""
    return [*_changes(scenario), {"week": week, "set": {key: value}, "over_weeks": 0}]


def removed(scenario: Scenario, number: int, key: str) -> Changes:
    """The changes without one policy; a change that then sets nothing is gone."""
    rest = {name: value for name, value in scenario.changes[number].set.items() if name != key}
    if rest:
        return _with(scenario, number, set=rest)
    return [change for place, change in enumerate(_changes(scenario)) if place != number]


def split(scenario: Scenario, number: int, key: str) -> Changes:
    """The changes with a policy in one of its own, in the same week, which can then move by itself."""
    change = scenario.changes[number]
    if len(change.set) == 1:
        return _changes(scenario)
    alone = {"week": change.week, "set": {key: change.set[key]}, "over_weeks": change.over_weeks}
    return [*removed(scenario, number, key), alone]


def edited(scenario: Scenario, changes: Sequence[Any]) -> Scenario:
    """The scenario with other changes.

    Raises
    ------
    PlanError
        If it cannot have them.
    """
    try:
        return scenario.with_({"changes": list(changes)})
    except ScenarioError as error:
        raise PlanError(_why(error)) from None


def taken(scenario: Scenario, number: int) -> list[int]:
    """Weeks to which a change cannot move: another sets one of its policies there."""
    mine = set(scenario.changes[number].set)
    others = (change for place, change in enumerate(scenario.changes) if place != number)
    return sorted(change.week for change in others if mine & set(change.set))


def _changes(scenario: Scenario) -> Changes:
    return [change.model_dump(mode="json") for change in scenario.changes]


def _with(scenario: Scenario, number: int, **parts: object) -> Changes:
    changes = _changes(scenario)
    changes[number] |= parts
    return changes


def _why(error: ScenarioError) -> str:
    """What a scenario refuses, with policies by their names and without the place of a change in a file."""
    return " ".join(dict.fromkeys(_told(error)))


def _told(error: ScenarioError) -> Iterable[str]:
    names = {"week": "Week", "over_weeks": "Over how many weeks"}
    for problem in error.problems:
        twice = re.fullmatch(r"'(.+)' is also set by change \d+, in the same week\.", problem.message)
        if twice:
            yield f"{words.label(twice[1])}: already changes in that week; choose another week."
            continue
        last = ".".join(str(part) for part in problem.path[2:] if part != "set")
        name = names.get(last) or (words.label(last) if last in POLICY_KEYS else problem.key)
        message = re.sub(r"'([a-z_.]+)'", lambda found: f"“{_named(found[1])}”", problem.message)
        allowed = f" Allowed here: {problem.allowed}." if problem.allowed else ""
        yield f"{name}: {message}{allowed}"


def _named(key: str) -> str:
    return words.label(key) if key in POLICY_KEYS else key
