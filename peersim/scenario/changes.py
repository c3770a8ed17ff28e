"""Policies over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from peersim.scenario.errors import Problem, nearest
from peersim.scenario.fields import leaves, model_at
from peersim.scenario.parameter import Frozen, parameter
from peersim.scenario.policies import Policies
from peersim.scenario.translate import fault, finding, problems_in

#: Every policy by its key in files, without `policies.`.
POLICY_KEYS: tuple[str, ...] = tuple(".".join(path) for path, _ in leaves(Policies))


def _read(written: object) -> dict[str, float | str]:
    """What a change sets, by policy key, from dotted keys, nested groups, or a mixture of both."""
    if not isinstance(written, Mapping):
        raise fault("expected policy keys and their values, such as {support.supervision.every_weeks: 1}.")
    if not written:
        raise fault("sets nothing; name at least one policy.")
    values: dict[str, float | str] = {}
    wrong: list[InitErrorDetails] = []
    for path, found in _flat(written):
        key = _key(path)
        if key not in POLICY_KEYS:
            wrong.append(finding(path, found, _not_a_policy(key)))
        elif key in values:
            wrong.append(finding(path, found, fault(f"'{key}' is set twice in one change.")))
        else:
            try:
                values[key] = _value(key, found)
            except ValidationError as error:
                wrong += [finding(path, found, _again(problem)) for problem in problems_in(error, Policies)]
    if wrong:
        raise ValidationError.from_exception_data("Change", wrong)
    return values


def policy_keys(written: object) -> list[str]:
    """The keys that a change sets, as far as they can be read; not all need to be policies."""
    return [_key(path) for path, _ in _flat(written)] if isinstance(written, Mapping) else []


def _key(path: tuple[str, ...]) -> str:
    return ".".join(path).removeprefix("policies.")


def _flat(written: Mapping[Any, object], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    for key, found in written.items():
        path = (*above, str(key))
        if isinstance(found, Mapping) and found:
            yield from _flat(found, path)
        else:
            yield path, found


def _value(key: str, found: object) -> float | str:
    """A value as its policy takes it; the policy's own range and type decide."""
    steps = key.split(".")
    nested = found
    for step in reversed(steps):
        nested = {step: nested}
    value: Any = Policies.model_validate(nested)
    for step in steps:
        value = getattr(value, step)
    return value  # type: ignore[no-any-return]


def _not_a_policy(key: str) -> PydanticCustomError:
    group = model_at(Policies, key.split("."))
    if group:
        return fault("is a group of policies; name one of them.", allowed=", ".join(group.model_fields))
    steps = key.split(".")
    around = next(filter(None, (model_at(Policies, steps[:length]) for length in range(len(steps) - 1, -1, -1))))
    message = "no such policy; a change can set policies only."
    return fault(message, allowed=", ".join(around.model_fields), suggestion=nearest(key, POLICY_KEYS))


def _again(problem: Problem) -> PydanticCustomError:
    return fault(problem.message, allowed=problem.allowed, suggestion=problem.suggestion)


class Change(Frozen):
    """Policies that change in a given week, at once or along a straight line.

    A change without `over_weeks` takes effect at the start of its week. With it, each value moves from where
    it then is to its new value in equal weekly steps.
    """

    week: int = parameter(
        ..., low=0, high=1039, unit="weeks", meaning="Week of the change, counted from 0; before the horizon"
    )
    # A mapping to readers and type checkers; a plain dict inside, for pickling.
    set: Annotated[Mapping[str, float | str], BeforeValidator(_read)] = Field(
        description="New values by policy key, with or without `policies.`"
    )
    over_weeks: int = parameter(0, low=0, high=1040, unit="weeks", meaning="Weeks that the change takes; 0 = at once")

    @model_validator(mode="after")
    def _only_numbers_ramp(self) -> Self:
        words = [key for key, value in self.set.items() if isinstance(value, str)]
        if self.over_weeks and words:
            why = fault(f"'{words[0]}' is a choice and changes at once; give it a change of its own.", allowed="0")
            raise ValidationError.from_exception_data("Change", [finding(("over_weeks",), self.over_weeks, why)])
        return self

    def __hash__(self) -> int:
        return hash((self.week, self.over_weeks, frozenset(self.set.items())))
