"""The house rules: style, types, floors, papers, quick imports, and CI that runs everything."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import peersim

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HEAVY = {"matplotlib", "mesa", "numba", "pandas", "pyarrow", "scipy"}


def run(*command, cwd=ROOT, **environment):
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def assert_clean(done):
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def readme_commands():
    """The shell commands at the top of the README: the demonstration and the tests."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```sh\n(.+?)\n```", text)[:2]


def files_to_commit():
    """Tracked files and new ones not ignored; in a copy without Git, all but what tools and runs write."""
    if shutil.which("git") and (ROOT / ".git").exists():
        done = run("git", "-c", "safe.directory=*", "ls-files", "-z", "-c", "-o", "--exclude-standard")
        assert_clean(done)
        paths = [ROOT / name for name in done.stdout.split("\0") if name]
    else:
        left_out = re.compile(r"\.git|\.venv|\..*cache|\.hypothesis|results|build|dist|.*\.egg-info")
        paths = [
            path
            for path in ROOT.rglob("*")
            if not any(left_out.fullmatch(part) for part in path.relative_to(ROOT).parts[:1])
            and "__pycache__" not in path.parts
        ]
    return [path for path in paths if path.is_file()]


# style and types --------------------------------------------------------------


def test_ruff_finds_nothing():
    assert_clean(run(sys.executable, "-m", "ruff", "check", "--no-cache"))


def test_ruff_would_format_nothing():
    assert_clean(run(sys.executable, "-m", "ruff", "format", "--check", "--no-cache"))


def test_mypy_finds_nothing():
    assert_clean(run(sys.executable, "-m", "mypy"))


def test_rooms_import_only_from_the_floors_below():
    lint_imports = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    assert_clean(run(sys.executable, "-c", lint_imports, "--no-cache"))


# papers -----------------------------------------------------------------------


def test_readme_begins_with_the_two_commands():
    demo, tests = readme_commands()
    assert ".venv/bin/peersim run " in demo
    assert ".venv/bin/python -m pytest" in tests
    for command in (demo, tests):
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_scenarios_named_in_the_demonstration_exist():
    scenarios = re.findall(r"\S+\.yaml", readme_commands()[0])
    assert scenarios
    assert [name for name in scenarios if not (ROOT / name).is_file()] == []


def test_ci_ends_with_the_test_command_of_the_readme():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == readme_commands()[1]


def test_one_version_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert peersim.__version__ == PROJECT["version"] == citation["version"]


def test_extra_all_is_the_union_of_the_others():
    extras = dict(PROJECT["optional-dependencies"])
    (union,) = extras.pop("all")
    assert set(re.fullmatch(r"peersim\[(.+)\]", union)[1].split(",")) == set(extras)


def test_files_name_no_machine_and_no_package_registry():
    # Put together from pieces, so that this file does not hold what it looks for.
    folders = "|".join(["ho" + "me", "ro" + "ot", "Us" + "ers", "wo" + "rk", "tmp/" + "venv"])
    hosts = [
        ["py" + "pi", "org"],
        ["python" + "hosted", "org"],
        ["ana" + "conda", "(com|org)"],
        ["npm" + "js", "(com|org)"],
        ["deb" + "ian", "org"],
        ["crates", "io"],
    ]
    patterns = [rf"(?<![\w.:/~-])/({folders})/", *(rf"\b{name}\.{end}\b" for name, end in hosts)]
    if len(ROOT.parts) > 2:
        patterns.append(rf"(?<![\w./-]){re.escape(str(ROOT))}/")
    forbidden = re.compile("|".join(patterns), re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files_to_commit()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="ignore").splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []


# quick imports ----------------------------------------------------------------


@pytest.mark.parametrize(
    "start",
    [
        "import peersim",
        "sys.argv = ['peersim', '--help']\n"
        "from peersim.cli import app\n"
        "try:\n"
        "    app()\n"
        "except SystemExit as end:\n"
        "    assert not end.code\n",
    ],
    ids=["import", "help"],
)
def test_starting_loads_nothing_heavy(start):
    done = run(sys.executable, "-c", f"import sys\n{start}\nprint(*sys.modules, file=sys.stderr)")
    assert_clean(done)
    assert HEAVY & set(done.stderr.split()) == set()


# nothing skipped in CI --------------------------------------------------------

SKIPPING = {
    "mark": "import pytest\n@pytest.mark.skip(reason='why')\ndef test_it(): pass",
    "call": "import pytest\ndef test_it(): pytest.skip('why')",
    "module": "import pytest\npytest.skip('why', allow_module_level=True)",
    "import": "import pytest\npytest.importorskip('no_such_module')\ndef test_it(): pass",
    "unittest": "import unittest as u\nclass TestIt(u.TestCase):\n    def test_it(self): self.skipTest('')",
    "not run": "import pytest\n@pytest.mark.xfail(run=False)\ndef test_it(): pass",
}


@pytest.mark.parametrize("ci", ["true", "false"])
@pytest.mark.parametrize("way", SKIPPING)
def test_a_skipped_test_fails_in_ci_only(way, ci, tmp_path):
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "test_one.py").write_text(SKIPPING[way], encoding="utf-8")
    (tmp_path / "test_two.py").write_text("def test_fine(): pass", encoding="utf-8")
    done = run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", cwd=tmp_path, CI=ci)
    if ci == "true":
        assert done.returncode != 0, done.stdout
        assert "Nothing may be skipped" in done.stdout
    else:
        assert_clean(done)
