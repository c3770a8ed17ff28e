"""The tables of a study, made of what the store holds.

They depend on the study and the model alone: not on the order in which worlds were run, where, or in how many goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from peersim.results.outcomes import OUTCOMES as ABOUT
from peersim.results.outcomes import held, interval, standard_error
from peersim.studies.kept import Floats, Kept
from peersim.studies.store import DONE, FAILED, Store
from peersim.studies.study import Study

POINTS, COORDINATES, OUTCOMES, FAILURES = "points.csv", "coordinates.csv", "outcomes.csv", "failures.csv"
RUNS, RUNS_CSV, WEEKS = "runs.parquet", "runs.csv", "weekly.parquet"
ROWS: Final = 100_000
"""Rows of a table that are held and written at a time."""

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
    kept = Kept(study, store)
    failures = _failures(study, contents, errors, kept)
    failed = set(failures["point"])
    done = [(point, content) for point, content in enumerate(contents) if content is not None and point not in failed]
    _write_runs(study, done, kept, folder)
    _write_weeks(study, done, kept, folder)
    states = [FAILED if point in failed else DONE for point in range(len(contents))]
    points = study.values.assign(scenario=[content or "" for content in contents], state=states)
    for name, table in ((POINTS, points), (COORDINATES, study.coordinates), (FAILURES, failures)):
        table.to_csv(folder / name, index=name != FAILURES, lineterminator="\n", encoding="utf-8")


def _failures(study: Study, contents: Sequence[str | None], errors: Mapping[int, str], kept: Kept) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for point, content in enumerate(contents):
        if content is None:
            rows.append((point, 0, study.replicates - 1, errors[point], ""))
            continue
        for entry in kept.failed(content):
            rows.append((point, entry.first, entry.first + entry.count - 1, entry.error, entry.traceback))
    return pd.DataFrame(rows, columns=["point", "first", "last", "error", "traceback"])


def _write_runs(study: Study, done: Sequence[tuple[int, str]], kept: Kept, folder: Path) -> None:
    with (
        _Written(folder / OUTCOMES, OUTCOME_ROW) as outcomes,
        _Written(folder / RUNS_CSV, RUN_ROW) as as_csv,
        _Written(folder / RUNS, RUN_ROW) as as_parquet,
    ):
        for point, content in done:
            values = kept.outcomes(content)
            outcomes.add(_outcome_rows(point, study.outcomes, values))
            rows = _run_rows(point, study.outcomes, values)
            as_csv.add(rows)
            as_parquet.add(rows)


def _write_weeks(study: Study, done: Sequence[tuple[int, str]], kept: Kept, folder: Path) -> None:
    if not study.weekly:
        (folder / WEEKS).unlink(missing_ok=True)
        return
    with _Written(folder / WEEKS, _week_row(study)) as weeks:
        for point, content in done:
            weeks.add(_week_rows(point, study, kept.worlds(content)))


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
    limits = held([ABOUT[name] for name in names])
    ends = [column.clip(*limits) for column in interval(values)]
    known = (~np.isnan(values)).sum(axis=0)
    numbers = [pa.array(column, from_pandas=True) for column in (*ends, standard_error(values))]
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
    columns |= {name: worlds[f"weekly.{name}"].combine_chunks().flatten() for name in study.weekly}
    return pa.table(columns, schema=_week_row(study))


class _Written:
    """A table that is written row group by row group, under another name until it is complete."""

    def __init__(self, path: Path, row: pa.Schema) -> None:
        self._path, self._row = path, row
        self._draft = path.with_name(f".{path.name}.tmp")
        self._held: list[pa.Table] = []

    def __enter__(self) -> _Written:
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
        if error is None:
            self._flush()
        self._writer.close()
        if error is None:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)
