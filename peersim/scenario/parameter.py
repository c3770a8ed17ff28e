"""How a parameter is declared: value, range, unit, meaning and evidence side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from peersim.scenario.errors import ScenarioError
from peersim.scenario.fields import Parameter
from peersim.scenario.translate import problems_in

__all__ = ["Frozen", "Grade", "Parameter", "option", "parameter", "plain"]

Grade = Literal["A", "B", "C", "M", "assumption"]


def parameter(
    default: Any,
    *,
    low: float,
    high: float,
    unit: str,
    meaning: str,
    evidence: str = "",
    grade: Grade = "assumption",
) -> Any:
    """Declare a number with its range (both ends allowed), unit, one-line meaning and evidence.

    Give `...` as default when the number has to be set in every scenario.
    """
    extra: dict[str, Any] = {"unit": unit, "evidence": evidence, "grade": grade}
    return Field(default, ge=low, le=high, description=meaning, json_schema_extra=extra)


def option(
    default: Any,
    *,
    meaning: str,
    evidence: str = "",
    grade: Grade = "assumption",
    choices: tuple[str, ...] = (),
    longest: int | None = None,
) -> Any:
    """Declare a choice, a list of names or a text. `choices` are for names; a `Literal` brings its own.

    `longest` bounds the length of a text, which then must not be empty.
    """
    extra: dict[str, Any] = {"evidence": evidence, "grade": grade}
    if choices:
        extra["choices"] = list(choices)
    shortest = None if longest is None else 1
    return Field(default, min_length=shortest, max_length=longest, description=meaning, json_schema_extra=extra)


class Frozen(BaseModel):
    """A part of a scenario: cannot be changed, and takes no keys but its own and no numbers but numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True)

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise ScenarioError(problems_in(error, type(self))) from None

    # Tells pydantic not to come through here for parts of a whole: their problems then keep their full path.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @model_validator(mode="before")
    @classmethod
    def _as_plain(cls, data: object) -> object:
        return plain(data)


_AS_IT_IS = frozenset({str, bool, int, type(None)})


def plain(value: object) -> object:
    """A value with ordinary containers and numbers only.

    Lists become tuples, NumPy numbers (as sweeps give them) become Python's, and minus zero becomes zero, so
    that equal scenarios are also written equally.
    """
    kind = type(value)
    if kind is float:
        return value + 0.0  # type: ignore[operator]
    if kind in _AS_IT_IS or isinstance(value, BaseModel | bool | str):
        return value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(plain(item) for item in value)
    if getattr(value, "shape", None) == ():
        value = value.item()  # type: ignore[attr-defined]
    return value + 0.0 if isinstance(value, float) else value
