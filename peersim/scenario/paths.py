"""Setting and comparing the content of a scenario by dotted key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from peersim.scenario.errors import Problem, ScenarioError, in_words, nearest
from peersim.scenario.fields import is_list, leaves, parameter_of, submodel

#: Content of a scenario, or of a part, as ordinary dictionaries, lists, numbers and texts.
Tree = dict[str, Any]


def put(root: type[BaseModel], content: Tree, changes: Mapping[str, object]) -> None:
    """Write values into the content of a scenario, each at its key, without checking the values.

    Raises
    ------
    ScenarioError
        Naming every key that does not exist.
    """
    problems: list[Problem] = []
    for key, value in changes.items():
        try:
            _put(root, content, full_path(root, str(key)), _bare(value))
        except _NoSuchKeyError as error:
            problems.append(_unknown(root, str(key), value, error.allowed))
    if problems:
        raise ScenarioError(problems)


def full_path(root: type[BaseModel], key: str) -> list[str]:
    """The steps of a dotted key from the top, with `policies` where it was left out."""
    steps = key.split(".")
    policies = submodel(root.model_fields["policies"])
    if policies and steps[0] in policies.model_fields:
        return ["policies", *steps]
    return steps


def flat(content: Mapping[str, Any] | list[Any], above: str = "") -> dict[str, Any]:
    """Every leaf of a content by its dotted key, entries of lists by their number; `policies` is left out."""
    entries = content.items() if isinstance(content, Mapping) else enumerate(content)
    leaves: dict[str, Any] = {}
    for name, value in entries:
        key = above if name == "policies" and not above else f"{above}.{name}" if above else str(name)
        nested = isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(v, Mapping) for v in value))
        leaves |= flat(value, key) if nested else {key: value}
    return leaves


def differences(root: type[BaseModel], old: Tree, new: Tree) -> dict[str, tuple[object, object]]:
    """Every key at which two contents differ, with both values."""
    return {".".join(path[1:] if path[0] == "policies" else path): values for path, values in _differ(root, old, new)}


def _differ(model: type[BaseModel], old: Tree, new: Tree) -> Iterator[tuple[list[str], tuple[object, object]]]:
    for name, field in model.model_fields.items():
        here, there, below = old[name], new[name], submodel(field)
        if here == there:
            continue
        if below is None or (is_list(field) and len(here) != len(there)):
            yield [name], (here, there)
        elif is_list(field):
            for index, pair in enumerate(zip(here, there, strict=True)):
                yield from (([name, str(index), *path], values) for path, values in _differ(below, *pair))
        else:
            yield from (([name, *path], values) for path, values in _differ(below, here, there))


class _NoSuchKeyError(Exception):
    def __init__(self, allowed: list[str]) -> None:
        super().__init__()
        self.allowed = allowed


def _put(model: type[BaseModel], content: Any, steps: list[str], value: object) -> None:
    if not isinstance(content, dict):
        return  # Replaced by something else in the same call; the check of the whole will name it.
    name, *rest = steps
    if name not in model.model_fields:
        raise _NoSuchKeyError(list(model.model_fields))
    field = model.model_fields[name]
    below = submodel(field)
    if below is None:
        _put_leaf(content, name, rest, value, holds_keys=parameter_of([name], field).kind == "values")
    elif not is_list(field):
        _put_part(below, content, name, rest, value)
    elif rest:
        _put_entries(below, content[name], rest, value)
    else:
        content[name] = value


def _put_leaf(content: Tree, name: str, rest: list[str], value: object, *, holds_keys: bool) -> None:
    if rest and not holds_keys:
        raise _NoSuchKeyError([])
    if rest:
        content[name] = {**content[name], ".".join(rest): value}
    else:
        content[name] = value


def _put_part(model: type[BaseModel], content: Tree, name: str, rest: list[str], value: object) -> None:
    if rest:
        _put(model, content[name], rest, value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _put(model, content[name], str(key).split("."), item)
    else:
        content[name] = value


def _put_entries(model: type[BaseModel], entries: Any, rest: list[str], value: object) -> None:
    if not isinstance(entries, list):
        return  # As in _put.
    first, *below = rest
    if not first.isdecimal():
        for entry in entries:
            _put(model, entry, rest, value)
    elif int(first) >= len(entries):
        raise _NoSuchKeyError([str(index) for index in range(len(entries))])
    elif below:
        _put(model, entries[int(first)], below, value)
    else:
        entries[int(first)] = value


def _bare(value: object) -> object:
    """A value with dictionaries and lists in place of parts of scenarios and of tuples."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {key: _bare(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_bare(item) for item in value]
    return value


def _unknown(root: type[BaseModel], key: str, value: object, allowed: list[str]) -> Problem:
    keys = [parameter_of(path, field).key for path, field in leaves(root)]
    plain = ".".join(step for step in key.removeprefix("policies.").split(".") if not step.isdecimal())
    suggestion = nearest(plain, keys)
    return Problem(tuple(key.split(".")), "no such key.", in_words(value), ", ".join(allowed), suggestion)
