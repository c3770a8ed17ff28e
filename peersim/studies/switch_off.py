"""What each mechanism of the model does: the same worlds with each of them switched off in turn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from peersim.analysis.errors import QuestionError
from peersim.ensemble import Progress, run
from peersim.results.outcomes import OUTCOMES, interval
from peersim.scenario import Scenario
from peersim.scenario.mechanisms import MECHANISMS
from peersim.scenario.switches import SWITCHABLE
from peersim.studies.tally import Tally


def switch_off(
    scenario: Scenario,
    *,
    replicates: int = 200,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """What each mechanism does to every outcome: as the scenario is, minus with that mechanism off as well.

    People and luck are the same in every run, so the difference is the mechanism's, with all that follows from it.

    Parameters
    ----------
    scenario : Scenario
    replicates, seed : int
        Worlds of each run, the same in all.
    threads : int, optional
        Threads to use; all cores by default.
    progress : callable, optional
        Told how many worlds are done, and of how many.

    Returns
    -------
    DataFrame
        One row per mechanism and outcome: ``mechanism``, ``outcome``, ``with`` and ``without`` it, ``difference`` (what
        it does) and its 95 % interval ``low`` to ``high``; ``meaning`` of the mechanism.

    Raises
    ------
    QuestionError
        If every mechanism is off already.
    """
    names = [name for name in SWITCHABLE if name not in scenario.model.off]
    if not names:
        raise QuestionError(f"{scenario.name}: every mechanism is off already (model.off)")
    tally = Tally(progress, (1 + len(names)) * replicates)

    def outcomes(off: tuple[str, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        case = scenario.with_({"model.off": off})
        return run(case, replicates, seed, threads=threads, progress=tally.next_run()).per_replicate.to_numpy()

    whole = outcomes(scenario.model.off)
    rows = []
    for name in names:
        without = outcomes((*scenario.model.off, name))
        difference, low, high = interval(whole - without)
        columns = {"with": interval(whole)[0], "without": interval(without)[0]}
        columns |= {"difference": difference, "low": low, "high": high}
        table = pd.DataFrame(columns, index=pd.Index(list(OUTCOMES), name="outcome")).reset_index()
        table.insert(0, "mechanism", name)
        rows.append(table.assign(meaning=MECHANISMS[name]))
    return pd.concat(rows, ignore_index=True)
