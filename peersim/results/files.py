"""Results on disk: typed tables, what they mean, and a manifest that says where they come from.

A folder of results appears whole or not at all: it is written under another name beside its place and renamed at the
end, so that neither an error nor an interruption leaves half of it behind.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import secrets
import shutil
import subprocess
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import peersim
from peersim.results import tables
from peersim.results.outcomes import OUTCOMES
from peersim.results.results import Batch, Results, parts_of
from peersim.scenario import Scenario
from peersim.scenario import load as load_scenario
from peersim.world.compiled import PACKAGE, source_digest
from peersim.world.measures import TEAM, WEEKLY
from peersim.world.state import EVENT, PEER

MANIFEST: Final = "manifest.json"
SCENARIO: Final = "scenario.yaml"
RUN: Final = "run"
"""Kind of a folder that holds the results of one scenario."""
ROWS: Final = 100_000
"""Rows of a table held and written at a time; a row group of its Parquet file."""
PACKAGES: Final = ("numpy", "numba", "pandas", "mesa", "scipy", "pyarrow")
"""Packages whose versions the manifest records."""
LARGE: Final = ("weekly", "people", "events")
"""Tables that every run has as Parquet files; the teams' comes to them if it was kept."""
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class OutputError(OSError):
    """A folder of results that cannot be written; says where and why."""


class InputError(ValueError):
    """A folder that results cannot be read from; says which file and why."""


@dataclass(frozen=True)
class Timing:
    """When a run started (with time zone) and how many seconds it took."""

    started: datetime
    seconds: float


@contextmanager
def new_folder(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """A folder to fill, which takes its place and name only when it is complete.

    Open it before a long computation: whether there is room for it is known at once.

    Parameters
    ----------
    folder : path
        Where it is to be; must not exist, or be an empty folder.  Missing folders above it are made at the end.

    Yields
    ------
    Path
        The folder under its provisional name.  It is removed if anything goes wrong.

    Raises
    ------
    OutputError
        If the place is taken, or cannot be written to.
    """
    with _drafted(folder, ".tmp", _refuse_taken, Path.mkdir, partial(shutil.rmtree, ignore_errors=True)) as draft:
        yield draft


@contextmanager
def new_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A file to write, which takes its place and name only when it is complete.

    Open it before a long computation: whether there is room for it is known at once.

    Parameters
    ----------
    path : path
        Where it is to be; must not exist.  Missing folders above it are made at the end.

    Yields
    ------
    Path
        The file under its provisional name, with the same ending.  It is removed if anything goes wrong.

    Raises
    ------
    OutputError
        If the place is taken, or cannot be written to.
    """
    with _drafted(path, Path(path).suffix, _refuse_there, Path.touch, _unlink) as draft:
        yield draft


@contextmanager
def _drafted(
    place: str | os.PathLike[str],
    ending: str,
    refuse: Callable[[Path, str], None],
    make: Callable[[Path], object],
    remove: Callable[[Path], object],
) -> Iterator[Path]:
    """Something new that takes its place and name only when it is complete."""
    with told(place):
        target = Path(place).resolve()
        refuse(target, str(place))
        above = next(parent for parent in target.parents if parent.exists())
    draft = above / f".peersim-{secrets.token_hex(4)}{ending}"
    try:
        with told(place):
            make(draft)
        with told(place, NO_ROOM):
            yield draft
        with told(place):
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                target.rmdir()  # empty; a rename replaces an empty folder on some systems only
            refuse(target, str(place))  # a rename would replace a file that has come meanwhile
            draft.rename(target)
    finally:
        remove(draft)


def _unlink(file: Path) -> None:
    with suppress(OSError):
        file.unlink()


@contextmanager
def told(folder: str | os.PathLike[str], only: Container[int] | None = None) -> Iterator[None]:
    """Errors of the file system (or `only` those with such numbers) as errors about this folder."""
    try:
        yield
    except OSError as error:
        if isinstance(error, OutputError) or (only is not None and error.errno not in only):
            raise
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error})") from error


def _refuse_taken(target: Path, name: str) -> None:
    if target.is_dir():
        if any(target.iterdir()):
            raise OutputError(f"{name}: exists already and is not empty; name a new folder, or remove it first")
        if target.is_mount() or target == Path.cwd():
            raise OutputError(f"{name}: is in use and cannot be replaced; name a new folder inside it")
    elif target.exists():
        raise OutputError(f"{name}: is a file; name a new folder")


def _refuse_there(target: Path, name: str) -> None:
    if target.exists():
        raise OutputError(f"{name}: exists already; name a new file, or remove it first")


def save(results: Results, folder: str | os.PathLike[str], *, timing: Timing | None = None) -> None:
    """Write results to a new folder, all of them or nothing.

    Parameters
    ----------
    results : Results
    folder : path
        Must not exist, or be empty.
    timing : Timing, optional
        Of the run, for the manifest.

    Raises
    ------
    OutputError
        If the folder is taken or cannot be written.

    Notes
    -----
    For a folder with figures as well, as the command line writes it: open `new_folder`, then `write_tables`,
    `peersim.report.figures.save_all` and, last, `write_manifest`.
    """
    with new_folder(folder) as draft:
        write_tables(results, draft)
        write_manifest(results, draft, timing)


def write_tables(results: Results, folder: Path) -> None:
    """Write the scenario, so that it can be run again, and all tables: the large as Parquet, the small as CSV."""
    results.scenario.save(folder / SCENARIO)
    for name, table in _small_tables(results).items():
        table.to_csv(folder / f"{name}.csv", lineterminator="\n", encoding="utf-8")
    for name, (rows, part) in _large_tables(results).items():
        _write_parquet(folder / f"{name}.parquet", rows, part)


def summary(results: Results) -> pd.DataFrame:
    """The headline outcomes with their labels and meanings: ``summary.csv``."""
    table = results.outcomes
    outcomes = [OUTCOMES[name] for name in table.index]
    return pd.DataFrame(
        {
            "label": [outcome.label for outcome in outcomes],
            "mean": table["mean"],
            "low": table["low"],
            "high": table["high"],
            "unit": table["unit"],
            "better": [outcome.better_is for outcome in outcomes],
            "meaning": [outcome.meaning for outcome in outcomes],
            "replicates": table["replicates"],
        },
        index=table.index,
    )


def _small_tables(results: Results) -> dict[str, pd.DataFrame]:
    return {
        "summary": summary(results),
        "retention": results.retention.set_index("week"),
        "reasons": results.reasons,
        "identity_causes": results.identity_causes,
        "exhaustion_causes": results.exhaustion_causes,
        "survivors": results.survivors,
    }


Part = Callable[[slice], pd.DataFrame]


def _large_tables(results: Results) -> dict[str, tuple[int, Part]]:
    """Rows of each table, and how to make some of them: people and events would fill the memory a second time."""
    people, events, case = results._people_log, results._event_log, results.scenario
    person_replicate, event_replicate = people.replicate, events.replicate
    parts: dict[str, tuple[int, Part]] = {
        "weekly": (len(results.weekly), lambda rows: results.weekly.iloc[rows]),
        "people": (
            len(people.records),
            lambda rows: tables.people_table(people.records[rows], person_replicate[rows], case),
        ),
        "events": (
            len(events.records),
            lambda rows: tables.event_table(events.records[rows], event_replicate[rows], case),
        ),
    }
    if results.has_teams:
        parts["teams"] = (len(results.teams), lambda rows: results.teams.iloc[rows])
    return parts


def _write_parquet(path: Path, rows: int, part: Part) -> None:
    schema = pa.Schema.from_pandas(part(slice(0, 1)), preserve_index=False)
    # Dictionaries cost time and space where hardly a number comes twice.
    repeating = [column.name for column in schema if not pa.types.is_floating(column.type)]
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=repeating) as writer:
        for start in range(0, rows, ROWS):
            table = part(slice(start, start + ROWS))
            writer.write_table(pa.Table.from_pandas(table, schema=schema, preserve_index=False))


def write_manifest(results: Results, folder: Path, timing: Timing | None = None) -> None:
    """Write what the results in a folder are and where they come from; the last file to be written."""
    describe(folder, about(results), timing)


def about(results: Results) -> dict[str, Any]:
    """What a manifest says of a run."""
    return {
        "kind": RUN,
        "scenario": results.scenario.name,
        "scenario_digest": results.scenario.digest,
        "seed": results.seed,
        "replicates": results.replicates,
        "weeks": results.weeks,
    }


def describe(
    folder: Path, content: Mapping[str, Any], timing: Timing | None = None, *, leave_out: str | None = None
) -> None:
    """Write the manifest of a folder: what it is, where it comes from, and all files that it holds by now.

    Nothing in it names a person, a computer or a place on its disk.

    Parameters
    ----------
    folder : Path
    content : mapping
        What the folder holds: its ``kind``, by which readers go, and what there is to say about this kind.
    timing : Timing, optional
        Of the computation.
    leave_out : str, optional
        A folder inside it that is not part of it.
    """
    inside = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    kept = [path for path in inside if path.relative_to(folder).parts[0] != leave_out]
    files = [_described(path, folder) for path in kept]
    text = json.dumps({**content, **origin(timing), "files": files}, indent=2, ensure_ascii=False) + "\n"
    draft = folder / f".{MANIFEST}.tmp"
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(folder / MANIFEST)


def origin(timing: Timing | None = None) -> dict[str, Any]:
    """What a manifest says of where results come from: versions, commit, time, kind of machine."""
    return {
        "peersim": peersim.__version__,
        "commit": _commit(),
        "source_digest": source_digest(),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "started": timing and timing.started.isoformat(timespec="seconds"),
        "seconds": timing and round(timing.seconds, 3),
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
    }


def _described(path: Path, folder: Path) -> dict[str, Any]:
    return {"name": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": _digest(path)}


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _commit() -> dict[str, Any] | None:
    """The commit of the checkout that the package runs from, and whether its files differ from it; None for others."""
    if _git("ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    status = _git("status", "--porcelain=v2", "--branch", "--untracked-files=all", "--", ".")
    if status is None:
        return None
    heads = [line.removeprefix("# branch.oid ") for line in status if line.startswith("# branch.oid ")]
    return {"id": heads[0], "modified": any(not line.startswith("#") for line in status)}


def _git(*arguments: str) -> list[str] | None:
    """What Git says about the package's folder, or None when there is no Git or it has nothing to say."""
    command = ["git", "-C", str(PACKAGE), "-c", "safe.directory=*", "--no-optional-locks", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    except OSError:
        return None
    return done.stdout.splitlines() if done.returncode == 0 else None


# reading ----------------------------------------------------------------------


def manifest(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """What the manifest of a folder says, whatever kind of folder it is (see `describe`).

    Raises
    ------
    InputError
        If there is no such folder, or no manifest in it that can be read.
    """
    path = Path(folder) / MANIFEST
    with _readable(folder):
        if not Path(folder).exists():
            raise InputError(f"{folder}: no such folder")
        if not Path(folder).is_dir():
            raise InputError(f"{folder}: is a file; name a folder of results")
        if not path.is_file():
            raise InputError(f"{folder}: is not a folder of results: it has no {MANIFEST}")
        text = path.read_bytes()
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{path}: is damaged: it cannot be read as JSON") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: is damaged: it is not a manifest")
    return content


def load(folder: str | os.PathLike[str]) -> Results:
    """Read results back from a folder that `save` or ``peersim run --out`` wrote.

    Parameters
    ----------
    folder : path
        Its figures and small tables are not looked at.

    Returns
    -------
    Results
        All tables and outcomes are to the last bit those of the results that were written.

    Raises
    ------
    InputError
        If there is no such folder, if it holds no results or results of another kind, if a file is missing or is not
        the one that was written, or if another version of peersim wrote it that measured other things.
    ScenarioError
        If this version of peersim cannot read its scenario.

    Examples
    --------
    >>> import peersim as ps
    >>> ps.load_results("results/baseline").outcomes  # doctest: +SKIP
    """
    place, content = Path(folder), of_kind(folder, RUN)
    try:
        digests = {entry["name"]: entry["sha256"] for entry in content["files"]}
        seed, replicates, version = int(content["seed"]), int(content["replicates"]), content["peersim"]
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{place / MANIFEST}: is damaged: it lacks what describes a run") from None
    with _readable(folder):
        try:
            return _read(place, digests, seed, replicates)
        except tables.UnfamiliarError as error:
            raise InputError(
                f"{folder}: written by peersim {version}, which kept other tables than this version, "
                f"{peersim.__version__} ({error}); run {place / SCENARIO} again"
            ) from None


def _read(folder: Path, digests: Mapping[str, str], seed: int, replicates: int) -> Results:
    names = [*LARGE, *(["teams"] if "teams.parquet" in digests else [])]
    for file in (SCENARIO, *(f"{name}.parquet" for name in names)):
        _check(folder / file, digests.get(file))
    scenario = load_scenario(folder / SCENARIO)
    files = {name: _Rows(folder / f"{name}.parquet") for name in names}
    if files["weekly"].count != replicates * scenario.horizon_weeks:
        raise InputError(f"{folder / MANIFEST}: replicates: found {replicates}, which weekly.parquet does not hold")
    _check_columns(files, scenario)
    results = Results(scenario, _batches(files, scenario, replicates), replicates=replicates, seed=seed)
    pa.default_memory_pool().release_unused()  # or Arrow keeps it: 0.2 GB after ten thousand worlds
    return results


@contextmanager
def _readable(folder: str | os.PathLike[str]) -> Iterator[None]:
    """Errors of the file system as errors about this folder."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror or error})") from error


def of_kind(folder: str | os.PathLike[str], kind: str) -> dict[str, Any]:
    """What the manifest of a folder says, if it holds results of this kind.

    Raises
    ------
    InputError
        If it holds results of another kind, or none.
    """
    content = manifest(folder)
    found = content.get("kind")
    if found != kind:
        raise InputError(f"{folder}: kind of results: found {found!r}; allowed: {kind!r}")
    return content


def check_files(folder: str | os.PathLike[str], content: Mapping[str, Any], names: Iterable[str]) -> None:
    """Refuse a folder in which one of these files is not what its manifest says.

    Raises
    ------
    InputError
        If a file is missing, damaged or was changed.
    """
    place = Path(folder)
    try:
        digests = {entry["name"]: entry["sha256"] for entry in content["files"]}
    except (KeyError, TypeError):
        raise InputError(f"{place / MANIFEST}: is damaged: it does not list its files") from None
    with _readable(folder):
        for name in names:
            _check(place / name, digests.get(name))


def _check(path: Path, digest: str | None) -> None:
    """Refuse a file that is not the one written: tables changed by hand must not pass for results."""
    if digest is None:
        raise InputError(f"{path.parent / MANIFEST}: is damaged: it does not list {path.name}")
    if not path.is_file():
        raise InputError(f"{path}: is missing")
    if _digest(path) != digest:
        raise InputError(f"{path}: is damaged or was changed: it is not the file that {MANIFEST} describes")


def _check_columns(files: Mapping[str, _Rows], scenario: Scenario) -> None:
    nobody, nothing = np.empty(0, np.int32), (0, 0)
    teams = [team.name for team in scenario.team_list()]
    empty = {
        "weekly": tables.weekly_table(np.empty((*nothing, len(WEEKLY)))),
        "people": tables.people_table(np.empty(0, PEER).view(np.recarray), nobody, scenario),
        "events": tables.event_table(np.empty(0, EVENT).view(np.recarray), nobody, scenario),
        "teams": tables.team_table(np.empty((*nothing, len(teams), len(TEAM))), teams),
    }
    for name, rows in files.items():
        expected = {str(column) for column in empty[name]}
        for what, columns in (("missing", expected - rows.columns), ("unknown", rows.columns - expected)):
            if columns:
                raise tables.UnfamiliarError(f"{name}: {what}: {', '.join(sorted(columns))}")


class _Rows:
    """Rows of a Parquet file, taken in order; in memory are those of one row group and of the last request."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetFile(path)
        self._groups = iter(range(self._file.num_row_groups))
        self._held = self._file.schema_arrow.empty_table()
        self.count: int = self._file.metadata.num_rows
        self.columns = set(self._file.schema_arrow.names)

    def take(self, count: int) -> pd.DataFrame:
        """The next rows."""
        parts, missing = [self._held], count - len(self._held)
        while missing > 0:
            parts.append(self._file.read_row_group(next(self._groups)))
            missing -= len(parts[-1])
        rows = pa.concat_tables(parts)
        self._held = rows.slice(count)
        table: pd.DataFrame = rows.slice(0, count).to_pandas()
        return table

    def by_replicate(self, replicates: int) -> npt.NDArray[np.int64]:
        """How many rows each replicate has."""
        counts = np.zeros(replicates, np.int64)
        for part in self._file.iter_batches(columns=["replicate"]):
            counts += np.bincount(part.column(0).to_numpy(), minlength=replicates)
        return counts


def _batches(files: Mapping[str, _Rows], scenario: Scenario, replicates: int) -> Iterator[Batch]:
    """The replicates of a folder as they were run, about `ROWS` rows of the largest table at a time."""
    weeks, teams = scenario.horizon_weeks, len(scenario.team_list())
    people, events = (files[name].by_replicate(replicates) for name in ("people", "events"))
    size = max(1, ROWS * replicates // max(rows.count for rows in files.values()))
    for first in range(0, replicates, size):
        here = slice(first, first + size)
        count = len(people[here])
        team_weekly = np.empty((count, 0, teams, len(TEAM)))
        if "teams" in files:
            team_weekly = tables.team_array(files["teams"].take(count * weeks * teams), weeks, teams)
        spells = tables.people_records(files["people"].take(people[here].sum()), scenario)
        noted = tables.event_records(files["events"].take(events[here].sum()), scenario)
        yield Batch(
            first,
            tables.weekly_array(files["weekly"].take(count * weeks), weeks),
            team_weekly,
            parts_of(spells, people[here]),
            parts_of(noted, events[here]),
        )
