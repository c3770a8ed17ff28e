"""Where a visitor can start from: the scenarios that come with peersim, and a blank one."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

import peersim
from peersim.scenario import Scenario, TeamSpec, load

BLANK: Final = "blank"

_PACKAGE = Path(peersim.__file__).parent
FOLDERS: Final = (_PACKAGE / "configs", _PACKAGE.parent / "configs")
"""Where they are: in an installed package, and in a copy of the repository."""


@functools.cache
def cases() -> dict[str, Scenario]:
    """Scenarios by a short name for links, the blank one first, then the baseline."""
    folder = next((folder for folder in FOLDERS if folder.is_dir()), None)
    files = sorted(folder.rglob("*.yaml")) if folder else []
    files.sort(key=lambda path: (path.stem != "baseline", path.parent.name == "cases"))
    return {BLANK: blank()} | {path.stem: load(path) for path in files}


def blank() -> Scenario:
    """One team with two peer workers, and every policy at its default."""
    team = TeamSpec(name="Team", peers=2, clinicians=10, users_per_peer=12)
    return Scenario(name="New scenario", teams=(team,))
