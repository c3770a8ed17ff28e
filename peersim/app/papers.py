"""Reports and spreadsheets of what is on the page, made in another process: from texts to bytes, without a page."""

from __future__ import annotations

import re
import tempfile
import time
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from peersim.analysis import files as comparison_files
from peersim.analysis.comparison import Comparison
from peersim.analysis.errors import QuestionError
from peersim.analysis.matching import check_pairable, effective_changes
from peersim.app import limits
from peersim.app.desk import SEED
from peersim.app.visit import Visit
from peersim.ensemble import run
from peersim.report import again, page, workbook
from peersim.results import files
from peersim.results.results import Results
from peersim.scenario import Scenario, loads

TAKEN: Final = ("baseline", "the baseline")
"""What reports and spreadsheets call the baseline: no other scenario may be named so."""
LONGEST: Final = 100
"""Characters of a scenario's name before what is added to tell it from others."""
LONGEST_FILE_NAME: Final = 60


def report(scenarios: Sequence[str], worlds: int) -> bytes:
    """The report of some scenarios, as the command line makes it.

    Parameters
    ----------
    scenarios : sequence of str
        As YAML, the baseline first; one by itself is reported on alone.  Their names differ.
    worlds : int
        Of each.

    Returns
    -------
    bytes
        A page of HTML.
    """
    made, manifest = _made(scenarios, worlds)
    if isinstance(made, Comparison):
        return page.of_comparison(made, manifest, command=again.compare(made)).encode()
    return page.of_run(made, manifest, command=again.run(made)).encode()


def spreadsheet(scenarios: Sequence[str], worlds: int) -> bytes:
    """The spreadsheet of some scenarios; arguments as for `report`."""
    made, _ = _made(scenarios, worlds)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tables.xlsx"
        if isinstance(made, Comparison):
            workbook.of_comparison(made, path)
        else:
            workbook.of_run(made, path)
        return path.read_bytes()


def _made(scenarios: Sequence[str], worlds: int) -> tuple[Results | Comparison, dict[str, Any]]:
    """What the scenarios come to, and where that comes from; one core is enough, the others serve the page."""
    started, start = datetime.now(UTC).astimezone(), time.perf_counter()
    base, *arms = (run(loads(text), worlds, SEED, threads=1) for text in scenarios)
    made = Comparison(base, {arm.scenario.name: arm for arm in arms}) if arms else base
    about = comparison_files.about(made) if isinstance(made, Comparison) else files.about(made)
    return made, about | files.origin(files.Timing(started, time.perf_counter() - start))


class Shown(NamedTuple):
    """What of a visit goes into its papers.

    Attributes
    ----------
    scenarios : tuple of Scenario
        The baseline, then what differs from it: the scenario in hand and the runs kept; each under its own name.
    worlds : int
        Of each.
    left_out : tuple of str
        Runs kept that cannot be compared with the baseline.
    """

    scenarios: tuple[Scenario, ...]
    worlds: int
    left_out: tuple[str, ...]


def shown(visit: Visit) -> Shown:
    """What of a visit goes into its papers.

    Raises
    ------
    TooLargeError
        If the scenario in hand is larger than the page runs.
    """
    base, here = visit.baseline, visit.scenario
    worlds = min(limits.worlds(base), limits.worlds(here))
    kept = [(kept.name, kept.reading.scenario) for kept in visit.kept]
    name = here.name if here.name != base.name else f"{here.name[:LONGEST]}, changed"
    name = next((name for name, other in kept if not effective_changes(here, other)), name)
    there, left_out = [base], []
    for called, scenario in [(name, here), *kept]:
        if any(not effective_changes(other, scenario) for other in there):
            continue
        if limits.worlds(scenario) < worlds or not _pairable(base, scenario):
            left_out.append(called)
        else:
            there.append(scenario.with_({"name": _own(called, {other.name for other in there})}))
    return Shown(tuple(there), worlds, tuple(left_out))


def _pairable(base: Scenario, other: Scenario) -> bool:
    try:
        check_pairable(base, other, other.name)
    except QuestionError:
        return False
    return True


def _own(name: str, taken: set[str]) -> str:
    """A name that a scenario file may have and no other has."""
    plain = "".join(letter if letter.isprintable() else " " for letter in name).strip()[:LONGEST] or "Scenario"
    number, own = 1, plain
    while own in taken or own.lower() in TAKEN:
        number += 1
        own = f"{plain} ({number})"
    return own


def file_name(scenario: Scenario, ending: str) -> str:
    """A name that every system takes, made from the scenario's: ``peersim-urban-nhs-trust.html``."""
    plain = unicodedata.normalize("NFKD", scenario.name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_FILE_NAME].strip("-")
    return f"peersim-{words or 'scenario'}.{ending}"
