"""From pydantic's findings to problems in a planner's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from peersim.scenario.errors import SHOWN, Problem, in_words, nearest
from peersim.scenario.fields import field_at, is_list, leaves, model_at, parameter_of, submodel

#: Type of the findings that our own validators make; their context is a Problem without its place.
_OURS = "scenario"


def fault(message: str, *, allowed: str = "", suggestion: str = "") -> PydanticCustomError:
    """A finding for a validator of our own to raise."""
    context = {"message": message, "allowed": allowed, "suggestion": suggestion}
    return PydanticCustomError(_OURS, "{message}", context)


def finding(path: tuple[str | int, ...], found: Any, error: PydanticCustomError) -> InitErrorDetails:
    """A fault at a path below the model in hand, to be raised together with others."""
    return InitErrorDetails(type=error, loc=path, input=found)


def findings_in(error: ValidationError) -> list[InitErrorDetails]:
    """All findings of an error, to be raised again together with others."""
    return [
        InitErrorDetails(
            type=fault(**details["ctx"]) if details["type"] == _OURS else details["type"],
            loc=details["loc"],
            input=details["input"],
            ctx=details.get("ctx", {}),
        )
        for details in error.errors(include_url=False)
    ]


def problems_in(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """All problems that pydantic found in the input to a model."""
    details = [found for found in error.errors(include_url=False) if not _echo(found)]
    # Nearest keys take time to find, and nobody reads more than are shown.
    return [_problem(found, model, suggest=count < SHOWN) for count, found in enumerate(details)]


def _echo(details: ErrorDetails) -> bool:
    """Whether a finding only follows from others: a list whose entries are all wrong counts as empty too."""
    return details["type"] == "too_short" and bool(details["input"])


def _problem(details: ErrorDetails, model: type[BaseModel], *, suggest: bool) -> Problem:
    path, found = details["loc"], details["input"]
    words = in_words(found)
    match details["type"]:
        case "scenario":
            context = details["ctx"]
            return Problem(path, context["message"], words, context["allowed"], context["suggestion"])
        case "extra_forbidden":
            return _unknown_key(path, found, model, suggest=suggest)
        case "missing":
            return Problem(path, "is missing.", "nothing", _allowed(path, model))
        case "greater_than_equal" | "less_than_equal":
            return Problem(path, f"{found!r:.60} is out of range.", words, _allowed(path, model))
        case "finite_number":
            return Problem(path, f"{found!r} is not a finite number.", words, _allowed(path, model))
        case "string_too_short" | "string_too_long":
            return Problem(path, f"{len(found)} characters is out of range.", words, _allowed(path, model))
        case "too_short":
            return Problem(path, "the list is empty; at least one entry is needed.", words)
        case "literal_error":
            allowed = _allowed(path, model)
            suggestion = nearest(found, allowed.split(", ")) if isinstance(found, str) else ""
            return Problem(path, f"found {words}.", words, allowed, suggestion)
    return Problem(path, f"expected {_expected(path, model)}, found {words}.", words, _allowed(path, model))


def _unknown_key(path: tuple[str | int, ...], found: object, root: type[BaseModel], *, suggest: bool) -> Problem:
    here = model_at(root, path[:-1])
    allowed = list(here.model_fields) if here else []
    word = str(path[-1])
    suggestion = nearest(word, allowed) if suggest else ""
    if suggest and not suggestion:
        # Perhaps a good key in the wrong place.
        elsewhere = [".".join(leaf) for leaf, _ in leaves(root) if leaf[-1] == word]
        suggestion = elsewhere[0] if len(elsewhere) == 1 else ""
    return Problem(path, "no such key.", in_words(found), ", ".join(allowed), suggestion)


def _expected(path: Sequence[str | int], model: type[BaseModel]) -> str:
    field = field_at(model, path)
    if field is None:
        return "a group of keys"
    entry = bool(path) and isinstance(path[-1], int)
    if is_list(field) and not entry:
        return "a list"
    if submodel(field):
        return "a group of keys"
    if is_list(field):
        return "a name"
    names = {"number": "a number", "whole": "a whole number", "switch": "true or false"}
    kind = parameter_of([str(step) for step in path], field).kind
    return names.get(kind, "text")


def _allowed(path: Sequence[str | int], model: type[BaseModel]) -> str:
    below = model_at(model, path)
    if below:
        return ", ".join(below.model_fields)
    field = field_at(model, path)
    return parameter_of([str(step) for step in path], field).allowed if field else ""
