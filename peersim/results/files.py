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
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import peersim
from peersim.results import tables
from peersim.results.outcomes import OUTCOMES
from peersim.results.results import Results
from peersim.world.compiled import PACKAGE, source_digest

MANIFEST: Final = "manifest.json"
ROWS: Final = 100_000
"""Rows of a table held and written at a time; a row group of its Parquet file."""
PACKAGES: Final = ("numpy", "numba", "pandas", "mesa", "scipy", "pyarrow")
"""Packages whose versions the manifest records."""


NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class OutputError(OSError):
    """A folder of results that cannot be written; says where and why."""


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
    with _told(folder):
        target = Path(folder).resolve()
        _refuse_taken(target, str(folder))
        above = next(parent for parent in target.parents if parent.exists())
    draft = above / f".peersim-{secrets.token_hex(4)}.tmp"
    try:
        with _told(folder):
            draft.mkdir()
        with _told(folder, NO_ROOM):
            yield draft
        with _told(folder):
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                target.rmdir()  # empty; a rename replaces an empty folder on some systems only
            draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _told(folder: str | os.PathLike[str], only: Container[int] | None = None) -> Iterator[None]:
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
    results.scenario.save(folder / "scenario.yaml")
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
            "better": ["higher" if outcome.better > 0 else "lower" for outcome in outcomes],
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
    """Write what the results in a folder are and where they come from; the last file to be written.

    Nothing in it names a person, a computer or a place on its disk.
    """
    content = {
        "scenario": results.scenario.name,
        "scenario_digest": results.scenario.digest,
        "seed": results.seed,
        "replicates": results.replicates,
        "weeks": results.weeks,
        "peersim": peersim.__version__,
        "commit": _commit(),
        "source_digest": source_digest(),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "started": timing and timing.started.isoformat(timespec="seconds"),
        "seconds": timing and round(timing.seconds, 3),
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "files": [_described(path, folder) for path in sorted(folder.rglob("*")) if path.is_file()],
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def _described(path: Path, folder: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"name": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": digest}


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
