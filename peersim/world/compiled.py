"""Compiling behaviours with Numba, safely.

Behaviours are ordinary Python functions.  `compiled` turns them into machine code that releases the GIL and is kept on
disk.  Numba's own cache looks only at the file a function stands in, so a change in a function that it calls would
go unnoticed and the model would run yesterday's science.  Here the cache directory is keyed by a hash of all the
sources that can be compiled, so any edit starts afresh.

Set ``NUMBA_DISABLE_JIT=1`` to run the same behaviours as plain Python (for a debugger or a coverage report).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import numba
import platformdirs
from filelock import FileLock

PACKAGE = Path(__file__).resolve().parent.parent
COMPILED_ROOMS = ("world", "behaviours", "week.py")
KEPT_DAYS = 30
DIGITS = 16


def source_digest(package: Path = PACKAGE) -> str:
    """Hash of every source file whose code can end up in a compiled behaviour.

    Parameters
    ----------
    package : Path
        Folder of the package.

    Returns
    -------
    str
        Sixteen hexadecimal digits; changes when any such file, Numba or Python changes.
    """
    digest = hashlib.sha256(f"{numba.__version__} {sys.version_info[:2]}".encode())
    for room in COMPILED_ROOMS:
        place = package / room
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if path.exists():
                digest.update(path.relative_to(package).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:DIGITS]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@cache
def cache_directory() -> Path:
    """Folder of this version's machine code.

    ``PEERSIM_CACHE_DIR`` if set, else the user's cache directory, else (nothing writable) the temporary directory.
    The package's own folder is never written to, so a read-only install runs.
    """
    chosen = os.environ.get("PEERSIM_CACHE_DIR")
    roots = [Path(chosen)] if chosen else []
    roots += [Path(platformdirs.user_cache_dir("peersim")), Path(tempfile.gettempdir()) / "peersim-cache"]
    for root in roots:
        folder = root / source_digest()
        if _writable(folder):
            os.utime(folder)
            _forget_old(root)
            return folder
    return roots[-1] / source_digest()


def _forget_old(root: Path) -> None:
    """Remove machine code of versions not used for a month; nothing else that may be there."""
    oldest = time.time() - KEPT_DAYS * 86_400
    for folder in root.iterdir():
        ours = len(folder.name) == DIGITS and set(folder.name) <= set("0123456789abcdef")
        with suppress(FileNotFoundError):  # another process may be tidying up too
            if ours and folder.is_dir() and folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)


def compiled(function: Callable[..., Any]) -> Any:
    """Compile `function` with Numba: no GIL, no fast-math, kept on disk under `cache_directory`."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_directory())
    try:
        return numba.njit(
            nogil=True,
            cache=True,
            error_model="numpy",
            forceinline=True,  # else passing a world on costs more than the behaviour
            no_cfunc_wrapper=True,
            _nrt=False,  # nothing is allocated; counting references to a world's arrays took two thirds of the time
        )(function)
    finally:
        numba.config.CACHE_DIR = before


@contextmanager
def compiling(what: str) -> Iterator[None]:
    """Announce on stderr that what happens inside compiles `what`, if this machine has not done so before.

    One process compiles at a time: Numba's cache on disk may mix up functions that two processes write to it at once.
    """
    marker = cache_directory() / f"{what}.done"
    if numba.config.DISABLE_JIT or marker.exists():
        yield
        return
    with FileLock(cache_directory() / "compiling.lock"):
        if not marker.exists():
            message = "peersim: compiling the model, once for this version (about a minute) ..."
            print(message, file=sys.stderr, flush=True)
        yield
        marker.touch()


def direct(behaviour: Any, *example: Any) -> Callable[..., Any]:
    """Entry point of a compiled behaviour without Numba's look-up of argument types.

    Working out the type of a world takes Numba some 10 microseconds a call, the behaviour itself far less.  A world
    always has the same type, so Mesa's agents look it up once, here.

    Parameters
    ----------
    behaviour : compiled function or plain function
        The behaviour (with ``NUMBA_DISABLE_JIT=1`` a plain function, returned as it is).
    *example
        Arguments of the types it will always be called with.

    Returns
    -------
    callable
        To be called with arguments of exactly those types.
    """
    if numba.config.DISABLE_JIT:
        return behaviour  # type: ignore[no-any-return]
    signature = tuple(numba.typeof(value) for value in example)
    behaviour.compile(signature)
    return behaviour.overloads[signature].entry_point  # type: ignore[no-any-return]
