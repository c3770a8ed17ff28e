"""Commands called as a person would, within the process or in one of their own."""

import os
import subprocess
import sys

from typer.testing import CliRunner

from peersim.cli import app

START = "from peersim.cli import app; app(prog_name='peersim')"


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "250"})


def start(*arguments, code=START, **options):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, encoding="utf-8", env={**os.environ, "COLUMNS": "100"}, **pipes | options)


def assert_refused(done, *parts):
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr
