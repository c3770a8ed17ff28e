"""The folder of a study: what is in it, whose it is, and reading it back."""

from __future__ import annotations

import os
import shutil
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow.csv as pa_csv
import yaml

from peersim.analysis.exploration.extras import needs
from peersim.analysis.exploration.responses import Responses
from peersim.results import files
from peersim.studies import study as studies
from peersim.studies.reading import read
from peersim.studies.store import FAILED
from peersim.studies.study import Study
from peersim.studies.tables import COORDINATES, FAILURES, OUTCOMES, POINTS, RUNS, WEEKS
from peersim.studies.units import model_version

if TYPE_CHECKING:
    import xarray

KIND: Final = "study"
"""Kind of a folder that holds a study."""
FIGURES: Final = "figures"
STORE: Final = "store"
"""Folder of the store within that of a study, unless another is named."""
OWN: Final = (studies.BASE, studies.GIVEN, STORE)
"""What a process that died at once may have left."""


def store_of(folder: Path, store: str | os.PathLike[str] | None) -> Path:
    """Where the worlds of a study are kept: in the store named, or in its folder.

    Raises
    ------
    OutputError
        If the store named is the folder itself.
    """
    if store is not None and Path(store).resolve() == folder.resolve():
        raise files.OutputError(f"{folder}: cannot be the store and the study's folder in one; leave the store out")
    return folder / STORE if store is None else Path(store)


def check(folder: Path, study: Study, kind: str = KIND) -> None:
    """Refuse a folder that is not this study's, or holds results of another kind of it.

    Raises
    ------
    OutputError
    """
    if folder.exists() and not folder.is_dir():
        raise files.OutputError(f"{folder}: is a file; name a folder")
    if (folder / studies.FILE).exists():
        name = _name_in(folder)
        if name != study.name:
            raise files.OutputError(
                f"{folder}: holds the study '{name}'; name a new folder. Studies that name the same --store share "
                "their worlds all the same"
            )
        _check_kind(folder, kind)
    elif folder.exists() and any(path.name not in OWN and path.suffix != ".tmp" for path in folder.iterdir()):
        raise files.OutputError(f"{folder}: exists already and holds something else than a study; name a new folder")


def _name_in(folder: Path) -> str:
    """What the study in a folder is called; its files need not all be there."""
    try:
        content = yaml.safe_load((folder / studies.FILE).read_text(encoding="utf-8"))
        return str(content["name"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, KeyError):
        raise files.OutputError(f"{folder}: its {studies.FILE} cannot be read; name a new folder") from None


def _check_kind(folder: Path, kind: str) -> None:
    if not (folder / files.MANIFEST).exists():
        return  # what was begun here is not finished
    try:
        found = files.manifest(folder).get("kind")
    except files.InputError:
        return  # nor is this
    if found != kind:
        raise files.OutputError(
            f"{folder}: holds results of another kind ({found}, not {kind}); name a new folder. With --store "
            f"{folder / STORE} it shares the worlds of this one"
        )


def begin(folder: Path, study: Study) -> None:
    """Write what is to be run.

    What is there of an earlier run is no longer vouched for, and is removed where it may not be written again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / files.MANIFEST).unlink(missing_ok=True)
    for left in (folder / studies.GIVEN, folder / WEEKS, *folder.glob(".*.tmp")):
        left.unlink(missing_ok=True)
    shutil.rmtree(folder / FIGURES, ignore_errors=True)
    study.save(folder)


def finish(study: Study, folder: Path, timing: files.Timing | None = None) -> None:
    """Write the manifest, of all files that are there by now; the last file to be written."""
    content = {
        "kind": KIND,
        "study": study.name,
        "points": len(study.values),
        "replicates": study.replicates,
        "seed": study.seed,
        "outcomes": list(study.outcomes),
        "model_version": model_version(),
    }
    files.describe(folder, content, timing, leave_out=STORE)


class Sweep:
    """A study that was run.

    Attributes
    ----------
    study : Study
    folder : Path
    """

    def __init__(self, study: Study, folder: Path) -> None:
        self.study, self.folder = study, folder

    @cached_property
    def points(self) -> pd.DataFrame:
        """The points: the value of every factor, the hash of the scenario, and ``state``, ``done`` or ``failed``."""
        return _read_csv(self.folder / POINTS).set_index("point")

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Mean over replicates of every outcome at every point, 95 % interval, standard error; indexed by both."""
        return _read_csv(self.folder / OUTCOMES).set_index(["point", "outcome"])

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run and outcome: ``point``, ``replicate``, ``outcome``, ``value``.

        Rates and retention are pseudo-values: their mean over replicates is the pooled estimate (see
        `results.outcomes`).  Replicate number `r` meets the same people and the same luck at every point.
        """
        return pd.read_parquet(self.folder / RUNS)

    @cached_property
    def weekly(self) -> pd.DataFrame | None:
        """One row per run and week, one column per measure that the study keeps; None if it keeps none."""
        return pd.read_parquet(self.folder / WEEKS) if self.study.weekly else None

    @cached_property
    def failures(self) -> pd.DataFrame:
        """What failed: ``point``, ``first`` and ``last`` replicate, ``error``, ``traceback``."""
        return _read_csv(self.folder / FAILURES)

    @cached_property
    def responses(self) -> Responses:
        """What analyses take."""
        failed = (self.points["state"] == FAILED).to_numpy()
        shape = (int((~failed).sum()), self.study.replicates, len(self.study.outcomes))
        values = np.full((len(failed), *shape[1:]), np.nan)
        values[~failed] = self.runs["value"].to_numpy().reshape(shape)
        coordinates = _read_csv(self.folder / COORDINATES).set_index("point")
        return Responses(
            study=self.study.name,
            factors=self.study.factors,
            design=self.study.design.to_dict(),
            coordinates=coordinates,
            values=self.study.values_at(coordinates),
            runs={name: values[:, :, k] for k, name in enumerate(self.study.outcomes)},
            failed=failed,
            seed=self.study.seed,
        )

    def to_xarray(self) -> xarray.Dataset:
        """Outcomes over points and replicates, with the factors as coordinates of the points.

        Raises
        ------
        QuestionError
            If xarray is not installed (extra ``research``).
        """
        xr = needs("xarray")
        responses = self.responses
        factors = {
            factor.name: ("point", responses.values[factor.name].to_numpy(), {"unit": factor.unit})
            for factor in self.study.factors
        }
        dataset: xarray.Dataset = xr.Dataset(
            {name: (("point", "replicate"), values) for name, values in responses.runs.items()},
            coords={
                "point": np.arange(responses.points),
                "replicate": np.arange(responses.replicates),
                **factors,
            },
            attrs={"study": self.study.name, "seed": self.study.seed},
        )
        return dataset

    def __repr__(self) -> str:
        failed = len(set(self.failures["point"]))
        more = f", {failed:,} failed" if failed else ""
        return f"Sweep({self.study.name!r}, {len(self.points):,} points, {self.study.replicates:,} replicates{more})"


def _read_csv(path: Path) -> pd.DataFrame:
    # Arrow's reader: pandas' own may miss the last bit of a number.
    parse = pa_csv.ParseOptions(newlines_in_values=True)
    table: pd.DataFrame = pa_csv.read_csv(path, parse_options=parse).to_pandas()
    return table


def load(folder: str | os.PathLike[str]) -> Sweep:
    """Read a study that was run from its folder.

    Raises
    ------
    InputError
        If there is no such folder, it holds no finished study, or a table is missing, damaged or was changed.
    """
    place = Path(folder)
    if (place / studies.FILE).exists() and not (place / files.MANIFEST).exists():
        raise files.InputError(f"{folder}: its study is not finished; run it again (peersim sweep), and it goes on")
    content = files.of_kind(place, KIND)
    tables = [studies.FILE, studies.BASE, POINTS, COORDINATES, OUTCOMES, RUNS, FAILURES]
    files.check_files(place, content, tables)
    study = read(place / studies.FILE)
    if study.weekly:
        files.check_files(place, content, [WEEKS])
    return Sweep(study, place)
