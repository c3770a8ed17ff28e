"""Packages that only some analyses need."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from peersim.analysis.errors import QuestionError


def needs(module: str, extra: str = "research") -> ModuleType:
    """Import a module that comes with an extra.

    Raises
    ------
    QuestionError
        If the extra is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        package = module.split(".")[0]
        raise QuestionError(
            f"this needs {package}, which comes with the extra '{extra}': pip install 'peersim[{extra}]'"
        ) from None
