"""Parts of a finding's file, and reading one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from peersim.analysis.errors import QuestionError
from peersim.scenario.errors import nearest


class Part(BaseModel):
    """Something in a finding's file: takes no keys but its own, and cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _only_its_keys(cls, content: Any) -> Any:
        for key in content if isinstance(content, Mapping) else ():
            check_known("key", key, cls.model_fields)
        return content


AnyPart = TypeVar("AnyPart", bound=Part)


def check_known(what: str, name: str, allowed: Iterable[str]) -> None:
    """Refuse a name that is not among those allowed.

    Raises
    ------
    QuestionError
        Naming what is allowed, and the nearest of it.
    """
    allowed = list(allowed)
    if name not in allowed:
        meant = nearest(str(name), allowed)
        hint = f" Did you mean '{meant}'?" if meant else ""
        raise QuestionError(f"no such {what}: {name!r}.{hint} Allowed: {', '.join(allowed)}")


def read(path: str | os.PathLike[str], kind: type[AnyPart], what: str) -> AnyPart:
    """Read a file that holds one part, called `what` in messages.

    Raises
    ------
    QuestionError
        Naming the file, the place in it, what is wrong, and what is allowed.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise QuestionError(f"{path}: cannot be read as {what}: {error}") from None
    if not isinstance(content, dict):
        raise QuestionError(f"{path}: cannot be read as {what}: expected keys with values, such as 'id: 1'")
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(_problem(details) for details in error.errors())
        raise QuestionError(f"{path}: {problems}") from None


def _problem(details: Any) -> str:
    where = ".".join(str(step) for step in details["loc"])
    message = str(details.get("ctx", {}).get("error", details["msg"]))
    return f"{where}: {message}" if where else message
