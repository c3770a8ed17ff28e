"""Scenarios to start from: all that are shipped, from a copy of the repository and from an installed peersim."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from peersim.app.cases import BLANK, blank, cases
from peersim.app.links import packed, unpacked

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "configs").rglob("*.yaml"))


def test_every_scenario_file_is_a_case_the_blank_one_and_the_baseline_first():
    assert list(cases())[:2] == [BLANK, "baseline"]
    assert sorted(cases()) == sorted([BLANK, *(path.stem for path in FILES)])
    assert len(FILES) == len({path.stem for path in FILES})


@pytest.mark.parametrize("name", cases())
def test_a_case_can_be_told_apart_and_shared(name):
    case = cases()[name]
    assert [other for other, found in cases().items() if found.name == case.name] == [name]
    assert unpacked(packed(case)) == case


def test_the_blank_one_is_small_and_says_nothing():
    assert (blank().n_teams, blank().n_peers, blank().changes) == (1, 2, ())


def test_an_installed_peersim_has_them_too(tmp_path):
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    shutil.copytree(ROOT / "peersim", tmp_path / "peersim", ignore=shutil.ignore_patterns("__pycache__"))
    for source, place in wheel["wheel"]["force-include"].items():
        shutil.copytree(ROOT / source, tmp_path / place)
    done = subprocess.run(
        [sys.executable, "-c", "import peersim.app.cases as c; print(c.FOLDERS[0].parent.parent, *c.cases())"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.split() == [str(tmp_path), *cases()]
