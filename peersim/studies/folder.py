"""The folder of a study: its tables, made of what the store holds, and reading them back.

Tables depend on the study and the model alone: not on the order in which worlds were run, where, or in how many goes.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from peersim.analysis.exploration.extras import needs
from peersim.analysis.exploration.responses import Responses
from peersim.results import files
from peersim.results.outcomes import RETENTION_WEEKS, SUMS, from_sums, interval, risk_table, standard_error
from peersim.scenario import ScenarioError
from peersim.studies import study as studies
from peersim.studies.reading import read
from peersim.studies.store import FAILED, Entry, Store
from peersim.studies.study import Study
from peersim.studies.units import model_version

if TYPE_CHECKING:
    import xarray

Floats = npt.NDArray[np.float64]

KIND: Final = "study"
"""Kind of a folder that holds a study."""
POINTS, COORDINATES, OUTCOMES, RUNS, WEEKS, FAILURES = (
    "points.csv",
    "coordinates.csv",
    "outcomes.csv",
    "runs",
    "weekly",
    "failures.csv",
)
STORE: Final = "store"
"""Folder of the store within that of a study, unless another is named."""
ROWS: Final = 100_000
"""Rows of a table that are held and written at a time."""
PARTS_HELD: Final = 32
"""Parts of the store held in memory at a time."""
LONGEST: Final = max(RETENTION_WEEKS.values())
SPELL: Final = np.dtype([("tenure", np.int32), ("ended", np.int8)])


# writing ----------------------------------------------------------------------


def check(folder: Path, study: Study) -> None:
    """Refuse a folder that is not this study's.

    Raises
    ------
    OutputError
    """
    if folder.exists() and not folder.is_dir():
        raise files.OutputError(f"{folder}: is a file; name a folder")
    if (folder / studies.FILE).exists():
        found = _study_in(folder)
        if found.name != study.name:
            raise files.OutputError(
                f"{folder}: holds the study '{found.name}'; name a new folder. Studies that name the same --store "
                "share their worlds all the same"
            )
    elif folder.exists() and any(path.name != STORE for path in folder.iterdir()):
        raise files.OutputError(f"{folder}: exists already and holds something else than a study; name a new folder")


def _study_in(folder: Path) -> Study:
    try:
        return read(folder / studies.FILE)
    except ScenarioError as error:
        raise files.OutputError(f"{folder}: its study cannot be read; name a new folder. {error}") from None


def begin(folder: Path, study: Study) -> None:
    """Write what is to be run.  Tables that are there are no longer vouched for."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / files.MANIFEST).unlink(missing_ok=True)
    study.save(folder)


def write(study: Study, contents: Sequence[str | None], errors: Mapping[int, str], store: Store, folder: Path) -> None:
    """Write all tables of a study whose every unit is done or has failed.

    Parameters
    ----------
    study : Study
    contents : sequence of str or None
        Hash of the scenario of each point.
    errors : mapping of int to str
        Why a point has no scenario.
    store : Store
    folder : Path
        Tables that are there are replaced, one by one.
    """
    study.coordinates.to_csv(folder / COORDINATES, lineterminator="\n")
    reader = _Reader(study, store)
    failures = []
    states = []
    with (
        _Written(folder / OUTCOMES, OUTCOME_ROW) as outcomes,
        _Written(folder / f"{RUNS}.csv", RUN_ROW) as runs,
        _Written(folder / f"{RUNS}.parquet", RUN_ROW) as runs_parquet,
        _Written(folder / f"{WEEKS}.parquet", _week_row(study), wanted=bool(study.weekly)) as weekly,
    ):
        for point, content in enumerate(contents):
            failed = [_Failed(0, study.replicates, errors[point], "")] if content is None else reader.failed(content)
            states.append(FAILED if failed else "done")
            failures += [(point, one.first, one.first + one.count - 1, one.error, one.traceback) for one in failed]
            if failed or content is None:
                continue
            values = reader.outcomes(content)
            outcomes.add(_outcome_rows(point, study.outcomes, values))
            rows = _run_rows(point, study.outcomes, values)
            runs.add(rows)
            runs_parquet.add(rows)
            if study.weekly:
                weekly.add(_week_rows(point, study, reader.worlds(content)))
    points = study.values.assign(scenario=[content or "" for content in contents], state=states)
    points.to_csv(folder / POINTS, lineterminator="\n", encoding="utf-8")
    table = pd.DataFrame(failures, columns=["point", "first", "last", "error", "traceback"])
    table.to_csv(folder / FAILURES, index=False, lineterminator="\n", encoding="utf-8")


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


@dataclass(frozen=True)
class _Failed:
    first: int
    count: int
    error: str
    traceback: str


class _Reader:
    """What the store holds of each scenario of a study."""

    def __init__(self, study: Study, store: Store) -> None:
        self._study, self._store = study, store
        self._parts: OrderedDict[str, pa.Table] = OrderedDict()

    def failed(self, content: str) -> list[_Failed]:
        """Units that failed."""
        return [
            _Failed(entry.first, entry.count, entry.error or "", entry.traceback or "")
            for entry in self._entries(content)
            if entry.state == FAILED
        ]

    def outcomes(self, content: str) -> Floats:
        """The study's outcomes of each replicate, shape (replicates, outcomes)."""
        worlds = self.worlds(content)
        kept = np.stack([worlds[name].to_numpy() for name in SUMS], axis=1)
        found = from_sums(kept, _risk(worlds), weeks=worlds["weeks"][0].as_py())
        return np.stack([found[name] for name in self._study.outcomes], axis=1)

    def worlds(self, content: str) -> pa.Table:
        """The worlds of a scenario in order of replicate (see `units.schema`)."""
        pieces = []
        for entry in self._entries(content):
            part = self._part(entry.part or "")
            rows = part.filter(pc.equal(part["unit"], entry.id))
            pieces.append(rows.slice(0, self._study.replicates - entry.first))
        return pa.concat_tables(pieces).combine_chunks()

    def _entries(self, content: str) -> list[Entry]:
        entries = self._store.known(content, self._study.seed, self._study.weekly)
        return [entry for entry in entries if entry.first < self._study.replicates]

    def _part(self, name: str) -> pa.Table:
        if name not in self._parts:
            self._parts[name] = self._store.worlds(name)
            if len(self._parts) > PARTS_HELD:
                self._parts.popitem(last=False)
        self._parts.move_to_end(name)
        return self._parts[name]


def _risk(worlds: pa.Table) -> npt.NDArray[np.int32]:
    """Leavers and people at risk by length of service, for each world (see `results.outcomes.risk_table`)."""
    tenure, ended = (worlds[name].combine_chunks() for name in ("tenure", "ended"))
    spells = np.empty(len(tenure.values), SPELL)
    spells["tenure"], spells["ended"] = tenure.values.to_numpy(), ended.values.to_numpy()
    replicate = np.repeat(np.arange(len(worlds)), tenure.value_lengths().to_numpy())
    return risk_table(spells.view(np.recarray), replicate, len(worlds), min(LONGEST, worlds["weeks"][0].as_py()))


OUTCOME_ROW: Final = pa.schema(
    [
        ("point", pa.int64()),
        ("outcome", pa.string()),
        *((name, pa.float64()) for name in ("mean", "low", "high", "error")),
        ("replicates", pa.int64()),
    ]
)
RUN_ROW: Final = pa.schema(
    [("point", pa.int64()), ("replicate", pa.int64()), ("outcome", pa.string()), ("value", pa.float64())]
)


def _week_row(study: Study) -> pa.Schema:
    return pa.schema(
        [
            ("point", pa.int64()),
            ("replicate", pa.int64()),
            ("week", pa.int64()),
            *((name, pa.float64()) for name in study.weekly),
        ]
    )


def _outcome_rows(point: int, names: Sequence[str], values: Floats) -> pa.Table:
    mean, low, high = interval(values)
    known = (~np.isnan(values)).sum(axis=0)
    numbers = [pa.array(column, from_pandas=True) for column in (mean, low, high, standard_error(values))]
    return pa.table([np.full(len(names), point), list(names), *numbers, known], schema=OUTCOME_ROW)


def _run_rows(point: int, names: Sequence[str], values: Floats) -> pa.Table:
    replicates = len(values)
    outcome = pa.array(names).take(pa.array(np.tile(np.arange(len(names)), replicates)))
    return pa.table(
        [
            np.full(values.size, point),
            np.repeat(np.arange(replicates), len(names)),
            outcome,
            pa.array(values.ravel(), from_pandas=True),
        ],
        schema=RUN_ROW,
    )


def _week_rows(point: int, study: Study, worlds: pa.Table) -> pa.Table:
    weeks = worlds["weeks"][0].as_py()
    columns: dict[str, Any] = {
        "point": np.full(len(worlds) * weeks, point),
        "replicate": np.repeat(worlds["replicate"].to_numpy(), weeks),
        "week": np.tile(np.arange(weeks), len(worlds)),
    }
    columns |= {name: worlds[f"weekly.{name}"].combine_chunks().values for name in study.weekly}
    return pa.table(columns, schema=_week_row(study))


class _Written:
    """A table that is written row group by row group, under another name until it is complete."""

    def __init__(self, path: Path, row: pa.Schema, *, wanted: bool = True) -> None:
        self._path, self._row, self._wanted = path, row, wanted
        self._draft = path.with_name(f".{path.name}.tmp")
        self._held: list[pa.Table] = []

    def __enter__(self) -> _Written:
        if not self._wanted:
            self._path.unlink(missing_ok=True)
            return self
        as_csv = self._path.suffix == ".csv"
        self._writer = (
            pa_csv.CSVWriter(self._draft, self._row)
            if as_csv
            else pq.ParquetWriter(self._draft, self._row, compression="zstd")
        )
        return self

    def add(self, rows: pa.Table) -> None:
        """Add rows."""
        self._held.append(rows)
        if sum(map(len, self._held)) >= ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.concat_tables(self._held).combine_chunks())
            self._held = []

    def __exit__(self, error: object, *_: object) -> None:
        if not self._wanted:
            return
        if error is None:
            self._flush()
        self._writer.close()
        if error is None:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)


# reading ----------------------------------------------------------------------


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
        return pd.read_parquet(self.folder / f"{RUNS}.parquet")

    @cached_property
    def weekly(self) -> pd.DataFrame | None:
        """One row per run and week, one column per measure that the study keeps; None if it keeps none."""
        return pd.read_parquet(self.folder / f"{WEEKS}.parquet") if self.study.weekly else None

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
    tables = [studies.FILE, studies.BASE, POINTS, COORDINATES, OUTCOMES, f"{RUNS}.parquet", FAILURES]
    files.check_files(place, content, tables)
    study = read(place / studies.FILE)
    if study.weekly:
        files.check_files(place, content, [f"{WEEKS}.parquet"])
    return Sweep(study, place)
