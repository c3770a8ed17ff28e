"""Parameters read off the scenario's own models, so that each is described in one place only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

Kind = Literal["number", "whole", "choice", "switch", "text", "names", "values"]


@dataclass(frozen=True)
class Parameter:
    """One key of a scenario: what it means, what it may be, and what is known about it.

    Attributes
    ----------
    key
        Dotted, as in files, without a leading `policies.`.
    group
        `scenario`, `teams`, `model`, `costs`, or the policy group (`valuing`, `identity`, ...).
    unit
        Unit of a number; empty for the rest.
    low, high
        Range of a number, both ends allowed; for text the shortest and longest length; else None.
    default
        Value when the key is left out; None when it has to be given.
    kind
        `number`, `whole` (number), `choice`, `switch` (true or false), `text`, `names` (a list of choices),
        or `values` (policies with their values).
    choices
        What a choice or a list of names may hold.
    meaning
        One line.
    evidence
        Sources, with their rows in the evidence tables.
    grade
        `A` measured, `B` several agreeing sources, `C` one source or guidance, `M` a formal model,
        `assumption`.
    """

    key: str
    group: str
    unit: str
    low: float | None
    high: float | None
    default: float | str | tuple[str, ...] | None
    kind: Kind
    choices: tuple[str, ...]
    meaning: str
    evidence: str
    grade: str

    @property
    def allowed(self) -> str:
        """What may be written, in words, with range and unit."""
        match self.kind:
            case "number" | "whole":
                kind = "a whole number" if self.kind == "whole" else "a number"
                unit = f" ({self.unit})" if self.unit else ""
                return f"{kind}{self._range()}{unit}"
            case "text":
                return f"text{self._range()} characters long" if self._range() else "text"
            case "switch":
                return "true, false"
            case "choice":
                return ", ".join(self.choices)
            case "names":
                return f"a list of any of: {', '.join(self.choices)}" if self.choices else "a list of names"
            case "values":
                return "policy keys with their values"

    def _range(self) -> str:
        match self.low, self.high:
            case None, None:
                return ""
            case None, high:
                return f" up to {high:,g}"
            case low, None:
                return f" from {low:,g}"
            case low, high:
                return f" from {low:,g} to {high:,g}"


def parameter_of(path: Sequence[str], field: FieldInfo) -> Parameter:
    """Describe the field that stands at a path below `Scenario`."""
    keys = list(path[1:] if path[0] == "policies" else path)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    kind, choices = _kind(field.annotation)
    listed = extra.get("choices")
    low, high = _bounds(field)
    return Parameter(
        key=".".join(keys),
        group=keys[0] if len(keys) > 1 else "scenario",
        unit=str(extra.get("unit", "")),
        low=low,
        high=high,
        default=None if field.is_required() else field.get_default(call_default_factory=False),
        kind=kind,
        choices=tuple(map(str, listed)) if isinstance(listed, list) else choices,
        meaning=field.description or "",
        evidence=str(extra.get("evidence", "")),
        grade=str(extra.get("grade", "assumption")),
    )


def submodel(field: FieldInfo) -> type[BaseModel] | None:
    """The model that a field holds, alone or as a list; None for a leaf."""
    annotation = field.annotation
    if get_origin(annotation) is tuple:
        annotation = get_args(annotation)[0]
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def is_list(field: FieldInfo) -> bool:
    """Whether a field holds a list."""
    return get_origin(field.annotation) is tuple


def leaves(model: type[BaseModel]) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every leaf below a model with its path, in the order of the file; a list once, without indices."""
    for name, field in model.model_fields.items():
        below = submodel(field)
        if below is None:
            yield (name,), field
        else:
            yield from (((name, *path), leaf) for path, leaf in leaves(below))


def field_at(model: type[BaseModel], path: Sequence[str | int]) -> FieldInfo | None:
    """The field at a path below a model (indices of lists are passed over), or None when there is none."""
    here: type[BaseModel] | None = model
    field: FieldInfo | None = None
    for step in path:
        if isinstance(step, int):
            continue
        field = here.model_fields.get(step) if here else None
        here = submodel(field) if field else None
    return field


def model_at(model: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel] | None:
    """The model at a path below a model, or None when a leaf or nothing is there."""
    if not [step for step in path if isinstance(step, str)]:
        return model
    field = field_at(model, path)
    return submodel(field) if field else None


def _kind(annotation: object) -> tuple[Kind, tuple[str, ...]]:
    if get_origin(annotation) is Literal:
        return "choice", tuple(map(str, get_args(annotation)))
    if get_origin(annotation) is tuple:
        return "names", ()
    if get_origin(annotation) is Mapping:
        return "values", ()
    kinds: dict[object, Kind] = {float: "number", int: "whole", bool: "switch", str: "text"}
    return kinds[annotation], ()


def _bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    low: float | None = None
    high: float | None = None
    for bound in field.metadata:
        match bound:
            case annotated_types.Ge(ge=int() | float() as limit) | annotated_types.MinLen(min_length=limit):
                low = limit
            case annotated_types.Le(le=int() | float() as limit) | annotated_types.MaxLen(max_length=limit):
                high = limit
    return low, high
