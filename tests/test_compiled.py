"""Compiling: edits are noticed, caches are found a place, and plain Python gives the same numbers."""

import importlib
import os
import pkgutil
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numba
import numpy as np
import pytest

import peersim
from peersim.world import compiled
from peersim.world.compiled import COMPILED_ROOMS, PACKAGE, compiling, source_digest
from tests.worlds import after, busy

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path.relative_to(PACKAGE).as_posix()
    for room in COMPILED_ROOMS
    for path in ([PACKAGE / room] if room.endswith(".py") else (PACKAGE / room).rglob("*.py"))
)


def copied_package(folder):
    copy = folder / "peersim"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} no longer holds {old!r} once"
    path.write_text(text.replace(old, new), encoding="utf-8")


def python(script, *, folder, **environment):
    """Output of a script run with the package in `folder`; what it wrote on stderr is in `.stderr`."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


# edits are noticed --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return copied_package(tmp_path_factory.mktemp("copy"))


def test_a_copy_has_the_digest_of_the_original(package):
    assert source_digest(package) == source_digest()


@pytest.mark.parametrize("name", SOURCES)
def test_an_edit_of_any_compiled_source_changes_the_digest(package, name):
    path = package / name
    original = path.read_bytes()
    before = source_digest(package)
    try:
        path.write_bytes(original + b"\n# edited\n")
        assert source_digest(package) != before
    finally:
        path.write_bytes(original)
    assert source_digest(package) == before


def test_new_and_renamed_sources_change_the_digest(package):
    before = source_digest(package)
    new = package / "behaviours" / "new.py"
    new.write_text("X = 1\n", encoding="utf-8")
    with_new = source_digest(package)
    new.rename(new.with_name("other.py"))
    renamed = source_digest(package)
    new.with_name("other.py").unlink()
    assert len({before, with_new, renamed}) == 3
    assert source_digest(package) == before


def test_every_compiled_function_stands_in_a_source_that_the_digest_covers():
    dispatcher = type(numba.njit(lambda: 0))
    found = {}
    for module in pkgutil.walk_packages(peersim.__path__, "peersim."):
        if module.name.split(".")[1] not in ("app", "cli", "__main__"):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, dispatcher):
                    found[name] = Path(value.py_func.__code__.co_filename).relative_to(PACKAGE).as_posix()
    assert len(found) > 50
    assert set(found.values()) <= set(SOURCES)


PRESS = """
import sys
from peersim.behaviours import workload
from peersim.scenario import Scenario
from peersim.world.build import build
from peersim.world.compiled import direct
team = {"name": "A", "peers": 1, "clinicians": 1, "users_per_peer": 1}
world = build(Scenario(name="x", teams=[team]), weeks=1)
world.teams[0].counts[0] = 2
direct(workload.press, world, 0)(world, 0)
print(world.teams.pressure[0])
"""


@pytest.fixture(scope="module")
def edited(tmp_path_factory):
    """A small behaviour compiled, and compiled again after edits of it and of what it calls in other files."""
    folder = tmp_path_factory.mktemp("edited")
    package = copied_package(folder)
    before = sorted(path for path in package.rglob("*"))
    cache = folder / "cache"

    def pressure():
        return float(python(PRESS, folder=folder, PEERSIM_CACHE_DIR=str(cache), NUMBA_DISABLE_JIT="0").stdout)

    found = [pressure()]  # nobody is counted as at work, though there are two posts: 0.5 + 1, held at 1
    arithmetic = package / "world" / "arithmetic.py"
    edit(arithmetic, "return min(1.0, max(0.0, x))", "return min(0.75, max(0.0, x))")
    found.append(pressure())
    edit(package / "world" / "measures.py", "STAFF_AT_WORK = 1, 2, 5", "STAFF_AT_WORK = 1, 2, 0")
    found.append(pressure())
    return found, package, before, cache


def test_an_edited_callee_and_constant_in_other_files_are_really_used(edited):
    found, *_ = edited
    # The limit, another limit, and then posts count as people at work, so that the team's own pressure stands.
    assert found == [1.0, 0.75, 0.5]


def test_the_cache_is_where_it_was_asked_to_be_and_not_in_the_package(edited):
    _, package, before, cache = edited
    assert sorted(package.rglob("*")) == before
    folders = sorted(folder.name for folder in cache.iterdir())
    assert len(folders) == 3
    assert source_digest(package) in folders
    assert all(any(folder.rglob("*.nbi")) for folder in cache.iterdir())


# a place for the cache ----------------------------------------------------------------------------------------------


@pytest.fixture
def places(monkeypatch, tmp_path):
    """The three places for caches, in a temporary folder: the chosen one, the user's, and the last resort."""
    chosen, users, last = (tmp_path / name for name in ("chosen", "user", "last"))
    last.mkdir()
    monkeypatch.setenv("PEERSIM_CACHE_DIR", str(chosen))
    monkeypatch.setattr(compiled.platformdirs, "user_cache_dir", lambda *_: str(users))
    monkeypatch.setattr(compiled.tempfile, "tempdir", str(last))
    return chosen, users, last / "peersim-cache"


def block(place):
    """A file stands where the folder should be: nobody can write there, not even the superuser."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("", encoding="utf-8")


def where():
    return compiled.cache_directory.__wrapped__()


def test_the_chosen_cache_directory_comes_first(places):
    assert where() == places[0] / source_digest()
    assert where().is_dir()


def test_the_users_cache_directory_comes_next(places, monkeypatch):
    monkeypatch.delenv("PEERSIM_CACHE_DIR")
    assert where() == places[1] / source_digest()


@pytest.mark.parametrize("blocked", [1, 2])
def test_where_caches_cannot_be_written_the_next_place_is_taken(places, blocked):
    for place in places[:blocked]:
        block(place)
    assert where() == places[blocked] / source_digest()
    assert where().is_dir()


def test_without_any_place_there_is_no_error(places):
    for place in places:
        block(place)
    assert where().name == source_digest()


def old(folder, days):
    folder.mkdir(parents=True)
    (folder / "content").write_text("x", encoding="utf-8")
    long_ago = time.time() - days * 86_400
    os.utime(folder, (long_ago, long_ago))


def test_machine_code_not_used_for_a_month_is_removed(places):
    old(places[0] / "0123456789abcdef", 40)
    old(places[0] / "fedcba9876543210", 20)
    here = where()
    assert sorted(path.name for path in places[0].iterdir()) == sorted([here.name, "fedcba9876543210"])


def test_what_is_not_peersims_own_is_never_removed(places):
    old(places[0] / "thesis", 400)
    where()
    assert (places[0] / "thesis" / "content").exists()


# announcing ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def cold(monkeypatch, tmp_path):
    monkeypatch.setattr(compiled, "cache_directory", lambda: tmp_path)
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 0)


@pytest.mark.usefixtures("cold")
def test_compiling_is_announced_once_on_stderr(capsys):
    with compiling("it"):
        out, err = capsys.readouterr()
        assert "compiling the model" in err  # before the wait, not after it
        assert out == ""
    with compiling("it"):
        pass
    assert capsys.readouterr() == ("", "")
    with compiling("other"):
        pass
    assert "compiling the model" in capsys.readouterr().err


@pytest.mark.usefixtures("cold")
def test_compiling_that_failed_is_announced_again(capsys):
    with pytest.raises(RuntimeError), compiling("it"):
        raise RuntimeError
    capsys.readouterr()
    with compiling("it"):
        pass
    assert "compiling" in capsys.readouterr().err


@pytest.mark.usefixtures("cold")
def test_plain_python_announces_nothing(capsys, monkeypatch):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    with compiling("it"):
        pass
    assert capsys.readouterr() == ("", "")


# plain Python -------------------------------------------------------------------------------------------------------

PLAIN = """
import numba
import numpy as np
from tests.worlds import after, busy
assert numba.config.DISABLE_JIT
world = after(busy(weeks=25), seed=7)
np.savez("plain.npz", weekly=world.weekly, spells=world.spells, events=world.events, users=world.users)
"""


def test_plain_python_gives_the_same_numbers_to_the_last_bit(tmp_path):
    python(PLAIN, folder=tmp_path, NUMBA_DISABLE_JIT="1", PYTHONPATH=str(ROOT))
    world = after(busy(weeks=25), seed=7)
    with np.load(tmp_path / "plain.npz") as plain:
        np.testing.assert_array_equal(plain["weekly"], world.weekly)
        for name in ("spells", "events", "users"):
            for field in plain[name].dtype.names:
                np.testing.assert_array_equal(plain[name][field], getattr(world, name)[field], err_msg=field)


def test_a_run_in_plain_python_runs():
    script = "from peersim.ensemble import run\nfrom tests.worlds import small\nprint(run(small(weeks=2), 1))"
    assert "1 replicates" in python(script, folder=ROOT, NUMBA_DISABLE_JIT="1").stdout
