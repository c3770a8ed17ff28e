"""Comparisons and bundles on disk: scenarios, results, differences, and a manifest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import pandas as pd

from peersim.analysis.attribution import Attribution
from peersim.analysis.comparison import Comparison
from peersim.results import files

COMPARISON: Final = "comparison"
"""Kind of a folder that holds a comparison."""
ATTRIBUTION: Final = "attribution"
"""Kind of a folder that holds a bundle taken apart."""
BASELINE: Final = "baseline"


def write_tables(comparison: Comparison, folder: Path) -> None:
    """Write the results of every scenario into a folder of its own, and the differences as CSV."""
    for place, results in zip(_places(comparison), (comparison.baseline, *comparison.arms.values()), strict=True):
        (folder / place).mkdir()
        files.write_tables(results, folder / place)
        files.write_manifest(results, folder / place)
    comparison.contrasts.to_csv(folder / "contrasts.csv", index=False, lineterminator="\n", encoding="utf-8")
    costs = pd.concat(comparison.costs, names=["scenario"])
    costs.to_csv(folder / "costs.csv", lineterminator="\n", encoding="utf-8")


def write_manifest(comparison: Comparison, folder: Path, timing: files.Timing | None = None) -> None:
    """Write what a comparison is and where it comes from; the last file to be written."""
    files.describe(folder, about(comparison), timing)


def about(comparison: Comparison) -> dict[str, Any]:
    """What a manifest says of a comparison."""
    baseline, *places = _places(comparison)
    return {
        "kind": COMPARISON,
        "baseline": {"name": comparison.baseline.scenario.name, "folder": baseline},
        "arms": [{"name": name, "folder": place} for name, place in zip(comparison.arms, places, strict=True)],
        "seed": comparison.seed,
        "replicates": comparison.replicates,
        "weeks": comparison.baseline.weeks,
        "precision": dict(comparison.asked),
    }


def save(comparison: Comparison, folder: str | os.PathLike[str], *, timing: files.Timing | None = None) -> None:
    """Write a comparison to a new folder, all of it or nothing.

    Raises
    ------
    OutputError
        If the folder is taken or cannot be written.
    """
    with files.new_folder(folder) as draft:
        write_tables(comparison, draft)
        write_manifest(comparison, draft, timing)


def load(folder: str | os.PathLike[str]) -> Comparison:
    """Read a comparison back from its folder: equal to the last bit to what was written.

    Raises
    ------
    InputError
        If it is no folder of a comparison, or a part of it is missing, damaged or of another version.
    """
    content = files.manifest(folder)
    if content.get("kind") != COMPARISON:
        raise files.InputError(f"{folder}: holds a {content.get('kind')}; allowed here: a {COMPARISON}")
    try:
        baseline = content["baseline"]["folder"]
        arms = {arm["name"]: arm["folder"] for arm in content["arms"]}
        asked = dict(content["precision"])
    except (KeyError, TypeError):
        raise files.InputError(f"{Path(folder) / files.MANIFEST}: is damaged: it does not name its scenarios") from None
    results = {name: files.load(Path(folder) / place) for name, place in arms.items()}
    return Comparison(files.load(Path(folder) / baseline), results, asked=asked)


def write_attribution(attribution: Attribution, folder: Path, timing: files.Timing | None = None) -> None:
    """Write a bundle taken apart: both scenarios, the tables as CSV, and a manifest, which is written last.

    Figures that are to be listed in the manifest have to be there already.
    """
    attribution.scenario.save(folder / "baseline.yaml")
    attribution.whole.save(folder / "bundle.yaml")
    tables = {"shares": attribution.shares, "interactions": attribution.interactions}
    for name, table in (tables | {"total": attribution.total.reset_index()}).items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    content = {
        "kind": ATTRIBUTION,
        "baseline": attribution.baseline,
        "bundle": attribution.bundle,
        "parts": [part.name for part in attribution.parts],
        "exact": attribution.exact,
        "seed": attribution.seed,
        "replicates": attribution.replicates,
        "weeks": attribution.weeks,
    }
    files.describe(folder, content, timing)


def _places(comparison: Comparison) -> list[str]:
    """Names of the folders of the baseline and of each other scenario: numbers, since names may hold anything."""
    return [BASELINE, *(f"scenario_{number}" for number in range(1, len(comparison.arms) + 1))]
