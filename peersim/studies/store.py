"""The run store: worlds that were computed, kept so that no work is done twice and none is lost.

A store is a folder.  ``parts/`` holds tables of worlds as Parquet files, each named by the SHA-256 of its own content
and carrying a list of the units in it; ``ledger.sqlite`` says of every unit whether it is pending, done (and in which
part) or failed (and why).  Parts are written first and the ledger after, each at once or not at all: the ledger never
promises what is not there, and parts that it does not know are entered when the store is opened again.  So a ledger
that is lost is made again from the parts.

One process at a time works on a store.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from peersim.results.files import NO_ROOM, OutputError
from peersim.studies.units import Computed, Failure, Unit, model_version

LEDGER, PARTS, LOCK, OWNER = "ledger.sqlite", "parts", "lock", "owner"
PENDING, DONE, FAILED = "pending", "done", "failed"
FORMAT: Final = 1
DIGEST: Final = 64
"""Letters of the name of a part."""
DAMAGED: Final = (["SQLITE", "CORRUPT"], ["SQLITE", "NOTADB"])
"""Errors that say that a file is no ledger any more; others may pass."""
ABOUT: Final = b"peersim"
"""Where a part's own description stands in its metadata."""
TABLES: Final = """
CREATE TABLE IF NOT EXISTS about (format INTEGER, version TEXT);
CREATE TABLE IF NOT EXISTS units (
    id TEXT PRIMARY KEY, content TEXT, seed INTEGER, first INTEGER, count INTEGER, weekly TEXT,
    state TEXT, part TEXT, error TEXT, traceback TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_content ON units (content, seed);
CREATE INDEX IF NOT EXISTS by_part ON units (part);
"""


class StoreError(OutputError):
    """A store that cannot be used; says where and why."""


@dataclass(frozen=True)
class Entry:
    """What the ledger says of a unit.

    Attributes
    ----------
    id : str
    first, count : int
        Its replicates.
    state : str
        ``pending``, ``done`` or ``failed``.
    part : str or None
        Where its worlds are.
    error, traceback : str or None
        Why it failed.
    """

    id: str
    first: int
    count: int
    state: str
    part: str | None
    error: str | None
    traceback: str | None


class Store:
    """A run store that this process works on.  Open one with `opened`.

    Attributes
    ----------
    folder : Path
    said : list of str
        What was found out of order and put right.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        (folder / PARTS).mkdir(parents=True, exist_ok=True)
        for draft in (folder / PARTS).glob("*.tmp"):
            draft.unlink()
        self._ledger = self._open_ledger()
        self._check_version()
        self._adopt()
        with self._ledger:
            self._ledger.execute("DELETE FROM units WHERE state = ?", (PENDING,))  # of a process that died
            self._ledger.execute("DELETE FROM about")
            self._ledger.execute("INSERT INTO about VALUES (?, ?)", (FORMAT, model_version()))

    # opening

    def _open_ledger(self) -> sqlite3.Connection:
        path = self.folder / LEDGER
        ledger = sqlite3.connect(path)
        try:
            _set_up(ledger)
            if ledger.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok":
                ledger.executescript(TABLES)
                return ledger
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorname", "").split("_")[:2] not in DAMAGED:
                ledger.close()
                raise
        ledger.close()
        path.replace(path.with_suffix(".damaged"))
        path.with_name(f"{path.name}-wal").unlink(missing_ok=True)
        self.said.append(f"{path}: was damaged; made again from the parts, and kept as {path.stem}.damaged")
        ledger = sqlite3.connect(path)
        _set_up(ledger)
        ledger.executescript(TABLES)
        return ledger

    def _check_version(self) -> None:
        found = self._ledger.execute("SELECT format, version FROM about").fetchone()
        if found is not None and tuple(found) != (FORMAT, model_version()):
            self._refuse_version(found[1])

    def _refuse_version(self, version: str) -> None:
        self.close()
        raise StoreError(
            f"{self.folder}: was made by another version of the model ({version}; this is {model_version()}), and the "
            "numbers of two versions must not be mixed; name a new folder, or remove this one"
        )

    def _adopt(self) -> None:
        """Enter parts that the ledger does not know: written just before a process died, or the ledger was lost."""
        known = {name for (name,) in self._ledger.execute("SELECT DISTINCT part FROM units WHERE part IS NOT NULL")}
        found = {path.stem for path in (self.folder / PARTS).glob("*.parquet")}
        for name in sorted(found - known):
            if len(name) != DIGEST:
                self.said.append(f"{self._path(name)}: is no part of the store, and is left alone")
                continue
            if not self._whole(name):
                self._path(name).unlink()
                self.said.append(f"{self._path(name)}: was damaged, and is removed")
                continue
            about = json.loads((pq.read_schema(self._path(name)).metadata or {}).get(ABOUT, b"null"))
            if about is None:
                self.said.append(f"{self._path(name)}: is no part of the store, and is left alone")
                continue
            if about["version"] != model_version():
                self._refuse_version(about["version"])
            with self._ledger:
                self._enter((*unit, DONE, name, None, None) for unit in about["units"])
        for name in sorted(known - found):
            self._lose(name, "is missing")

    def close(self) -> None:
        """Let go of the ledger."""
        self._ledger.close()

    # asking

    def known(self, content: str, seed: int, weekly: Sequence[str]) -> list[Entry]:
        """Units of a scenario and seed that are done or failed and keep these weekly measures, by replicate."""
        rows = self._ledger.execute(
            "SELECT id, first, count, state, part, error, traceback, weekly FROM units "
            "WHERE content = ? AND seed = ? AND state != ? ORDER BY first, count DESC",
            (content, seed, PENDING),
        )
        return [Entry(*row[:-1]) for row in rows if set(weekly) <= set(json.loads(row[-1]))]

    def worlds(self, part: str) -> pa.Table:
        """The table of worlds in a part (see `units.schema`)."""
        return pq.read_table(self._path(part))

    def check(self, parts: Iterable[str]) -> bool:
        """Whether parts are as they were written; units of those that are not are to be computed again."""
        damaged = [name for name in parts if not self._whole(name)]
        for name in damaged:
            self._lose(name, "was damaged, and is removed")
            self._path(name).unlink(missing_ok=True)
        return not damaged

    # writing

    def expect(self, units: Iterable[Unit]) -> None:
        """Enter units as pending, before they are handed out."""
        with self._ledger:
            self._enter((*_described(unit), PENDING, None, None, None) for unit in units)

    def keep(self, units: Sequence[Unit], computed: Computed) -> None:
        """Keep what a task gave: its worlds first, then the ledger."""
        failed = {failure.unit: failure for failure in computed.failures}
        done = [unit for unit in units if unit.id not in failed]
        part = self._write(computed.worlds, done) if done else None
        with self._ledger:
            self._enter((*_described(unit), DONE, part, None, None) for unit in done)
            self._enter(
                (*_described(unit), FAILED, None, failed[unit.id].error, failed[unit.id].traceback)
                for unit in units
                if unit.id in failed
            )

    def fail(self, unit: Unit, error: BaseException) -> None:
        """Note a unit whose worker did not come back."""
        told = "".join(traceback.format_exception(error))
        self.keep([unit], Computed(pa.table({}), [Failure(unit.id, f"{type(error).__name__}: {error}", told)]))

    def forget_failures(self, content: str, seed: int) -> None:
        """Take failed units of a scenario out of the ledger, so that they are computed again."""
        with self._ledger:
            self._ledger.execute(
                "DELETE FROM units WHERE content = ? AND seed = ? AND state = ?", (content, seed, FAILED)
            )

    def _enter(self, rows: Iterable[tuple[object, ...]]) -> None:
        self._ledger.executemany("INSERT OR REPLACE INTO units VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _write(self, worlds: pa.Table, units: Sequence[Unit]) -> str:
        about = {"version": model_version(), "units": [_described(unit) for unit in units]}
        table = worlds.replace_schema_metadata({ABOUT: json.dumps(about).encode()})
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        content = sink.getvalue()
        name = hashlib.sha256(content).hexdigest()
        draft = self._path(name).with_suffix(".tmp")
        try:
            with draft.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(self._path(name))
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
        return name

    def _lose(self, name: str, why: str) -> None:
        with self._ledger:
            lost = self._ledger.execute("DELETE FROM units WHERE part = ?", (name,)).rowcount
        self.said.append(f"{self._path(name)}: {why}; what it held is computed again ({lost} units)")

    def _whole(self, name: str) -> bool:
        try:
            with self._path(name).open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == name
        except OSError:
            return False

    def _path(self, name: str) -> Path:
        return self.folder / PARTS / f"{name}.parquet"


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """A store to work on, made if it is not there.

    Raises
    ------
    StoreError
        If another process works on it, another version of the model made it, or it cannot be written to; also later,
        when the disk is full: what was kept by then stays.
    """
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            owner = folder / OWNER
            process = f"process {owner.read_text()}" if owner.exists() else "another process"
            raise StoreError(f"{folder}: {process} works on it; wait for it, or name another store") from None
        try:
            (folder / OWNER).write_text(str(os.getpid()))
            store = Store(folder)
            try:
                yield store
            finally:
                store.close()
        finally:
            with suppress(OSError):
                (folder / OWNER).unlink(missing_ok=True)
            lock.release()


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if _no_room(error):
            raise _full(folder) from error
        raise StoreError(f"{folder}: its ledger cannot be used ({error}); is it open in another program?") from error
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        if error.errno in NO_ROOM:
            raise _full(folder) from error
        raise StoreError(f"{folder}: cannot be used ({error.strerror or error})") from error


def _full(folder: Path) -> StoreError:
    return StoreError(
        f"{folder}: the disk is full. What was finished is kept; make room, and the same command goes on from there"
    )


def _no_room(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE"))


def _set_up(ledger: sqlite3.Connection) -> None:
    # Only this process uses it.  A log written ahead survives whatever happens; when the power goes, the last entries
    # may be lost, and then their parts are entered again.
    ledger.execute("PRAGMA locking_mode = EXCLUSIVE")
    ledger.execute("PRAGMA journal_mode = WAL")
    ledger.execute("PRAGMA synchronous = NORMAL")


def _described(unit: Unit) -> tuple[str, str, int, int, int, str]:
    return unit.id, unit.content, unit.seed, unit.first, unit.count, json.dumps(unit.weekly)
