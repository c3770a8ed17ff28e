"""What holds for every test."""

import os

import pytest
from hypothesis import settings

CI = os.environ.get("CI", "").lower() == "true"

# Figures are drawn without a screen, in the subprocesses of tests as well.
os.environ["MPLBACKEND"] = "Agg"

# The first call of a behaviour may compile it, so no test has a deadline. CI always tries the same examples.
settings.register_profile("peersim", deadline=None, derandomize=CI, print_blob=True)
settings.load_profile("peersim")


def fail_if_skipped(report):
    """Turn the report of a skipped test or module into a failure; an expected failure that ran may stay."""
    expected = getattr(report, "wasxfail", None)
    if report.skipped and (expected is None or "[NOTRUN]" in expected):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"Nothing may be skipped in CI. {reason or expected}"
        if expected is not None:
            del report.wasxfail


if CI:

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport():
        report = yield
        fail_if_skipped(report)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report():
        report = yield
        fail_if_skipped(report)
        return report


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Tests that measure waiting times come last, when other workers have little left to do."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="session", autouse=True)
def _compiled_model():
    """Compile the model before any test calls a part of it: one process after the other (see `compiling`)."""
    from peersim import demo
    from peersim.ensemble import prepare
    from peersim.model import entry_points

    prepare(demo())
    entry_points()
