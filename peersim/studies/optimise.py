"""The best policies under a budget: a search over the levers of a study, through the store."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from peersim.analysis.errors import QuestionError, check_outcomes
from peersim.analysis.exploration.extras import needs
from peersim.analysis.exploration.factor import LEVER, UNCERTAINTY, Factor, Level
from peersim.analysis.exploration.naming import said
from peersim.analysis.exploration.policies import front as fronts
from peersim.analysis.exploration.policies.front import COST
from peersim.analysis.exploration.policies.optimisation import POLICY, TODAY, Optimisation
from peersim.analysis.exploration.policies.search import rungs, search
from peersim.analysis.exploration.responses import Responses
from peersim.analysis.words import pounds
from peersim.ensemble import Progress
from peersim.results import files
from peersim.results.files import Timing
from peersim.results.outcomes import RETENTION_WEEKS
from peersim.scenario import Scenario
from peersim.studies import folder as folders
from peersim.studies.designs import CROSSED, GRID, POINTS, Design
from peersim.studies.engines import engine
from peersim.studies.store import opened
from peersim.studies.study import Study, value_at
from peersim.studies.sweep import check_worlds
from peersim.studies.tally import Tally
from peersim.studies.trials import Aim, Trials
from peersim.studies.units import model_version
from peersim.studies.work import evaluate

Floats = npt.NDArray[np.float64]
Run = Callable[..., list[Floats | str]]
Policy = tuple[Level, ...] | None
"""The value of each lever; None for the base scenario."""

OBJECTIVES: Final = ("identity", "retention_24m", COST)
MOST_OBJECTIVES: Final = 4
"""Objectives beyond which nearly every policy is on the front."""
POPULATION: Final = 40
GENERATIONS: Final = 40
FEWEST: Final = 4
"""Policies of a generation, at least."""
STATES: Final = 50
FRESH: Final = 5
"""Fresh replicates of a policy on the front: so many times those of the search."""
SHOWN: Final = 20
"""Policies of a front that are looked at more closely, at most."""

KIND: Final = "optimisation"
"""Kind of a folder that holds a search."""
FRONT, CANDIDATES, CONVERGENCE, ROBUSTNESS, WORLD, SUMMARY, KNEE = (
    "front.csv",
    "candidates.parquet",
    "convergence.csv",
    "robustness.csv",
    "states.csv",
    "summary.json",
    "knee.yaml",
)


def optimise(
    study: Study,
    budget: float,
    out: str | os.PathLike[str],
    *,
    objectives: Sequence[str] = OBJECTIVES,
    population: int = POPULATION,
    generations: int = GENERATIONS,
    states: int = STATES,
    store: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    yes: bool = False,
    progress: Progress | None = None,
    told: Callable[[str], None] | None = None,
) -> Optimisation:
    """Search the levers of a study for the best policies that a budget allows, and write what was found.

    Every policy meets the same people and the same luck.  Policies of which none is outdone by another in every
    objective are the front; a spread of them is run again with replicates that the search has not seen, and over
    states of the world sampled from the study's uncertainties (Latin hypercube), which in the search are as in the base
    scenario.

    Parameters
    ----------
    study : Study
        Its levers, uncertainties, base scenario, replicates and seed; its design and outcomes do not matter.
    budget : float
        Most that a policy may cost, in pounds a year: the mean over replicates of ``cost_per_year``, which counts all
        costs.
    out : path
        The search's folder; tables of an earlier search of the same study are replaced, worlds that were run are kept.
    objectives : sequence of str
        Two to four outcomes; each knows which way is better.
    population, generations : int
        Policies of a generation, and generations.  If there are no more policies than these try, all are tried.
    states : int
        States of the world.
    store, workers, cluster, yes, progress, told
        As for `peersim.sweep`.

    Returns
    -------
    Optimisation

    Raises
    ------
    QuestionError
        If there is nothing to search for or within, nothing found is within the budget, or the search is too large.
    OutputError
        If the folder holds something else.
    StoreError
        If the store cannot be used.

    Examples
    --------
    >>> import peersim as ps
    >>> study = ps.load_study("experiments/best_policy.yaml")  # doctest: +SKIP
    >>> found = ps.optimise(study, 150_000, "results/best_policy")  # doctest: +SKIP
    >>> found.front, found.knee, found.in_words()  # doctest: +SKIP
    """
    aim = Aim(tuple(objectives), budget)
    effort = {"population": population, "generations": generations, "states": states}
    _check(study, aim, effort)
    worlds = worlds_of(study, **effort)
    if not yes:
        check_worlds(
            study, worlds, "the search takes up to", workers, cluster, "fewer replicates, generations or states"
        )
    needs("pymoo")
    place = Path(out)
    folders.check(place, study, KIND)
    kind = study.design.to_dict()["design"]
    if told is not None and kind != GRID:
        told(f"the study's design ({kind}) is not used: a search decides itself what it tries")
    started, clock = datetime.now(UTC).astimezone(), time.perf_counter()
    with engine(workers, cluster) as found, opened(folders.store_of(place, store)) as kept:
        with files.told(place):
            folders.begin(place, study)
        tally = Tally(progress, worlds)

        def run(scenarios: Sequence[Scenario | Exception], last: int = study.replicates, first: int = 0) -> Any:
            looked_at = replace(study, replicates=last, outcomes=aim.outcomes, weekly=())
            return evaluate(looked_at, scenarios, kept, found, first=first, progress=tally.next_run())

        result = _searched(study, aim, run, effort)
        if told is not None:
            for sentence in kept.said:
                told(sentence)
    with files.told(place):
        _write(result, study, place)
        finish(result, place, Timing(started, time.perf_counter() - clock))
    return result


# what can be asked --------------------------------------------------------------


def _check(study: Study, aim: Aim, effort: Mapping[str, int]) -> None:
    if not study.by_role(LEVER):
        raise QuestionError(
            f"{study.name}: has no levers, so there is nothing to choose; name what can be decided under levers"
        )
    if not (math.isfinite(aim.budget) and aim.budget > 0):
        raise QuestionError(f"budget: found {aim.budget:g}; allowed: pounds a year, above 0")
    _check_objectives(study, aim.objectives)
    for name, least in {"population": FEWEST, "generations": 1, "states": 1}.items():
        if effort[name] < least:
            raise QuestionError(f"{name}: found {effort[name]}; allowed: {least} or more")
    if study.replicates < 2:
        raise QuestionError("replicates: found 1; allowed: 2 or more, since in one world all is luck")


def _check_objectives(study: Study, names: Sequence[str]) -> None:
    check_outcomes(names, "objective")
    for place, name in enumerate(names):
        if name in names[:place]:
            raise QuestionError(f"objective {name}: is there twice")
        weeks, needed = study.base.horizon_weeks, RETENTION_WEEKS.get(name, 0)
        if weeks < needed:
            raise QuestionError(
                f"objective {name}: takes at least {needed} weeks, and the base scenario has {weeks}; watch longer "
                f"(set: {{horizon_weeks: {needed}}} in the study), or name other objectives"
            )
    if not 2 <= len(names) <= MOST_OBJECTIVES:
        other = "identity" if COST in names else COST
        example = f", as in --objective {names[0]} --objective {other}" if len(names) == 1 else ""
        raise QuestionError(
            f"objective: found {len(names)}; allowed: 2 to {MOST_OBJECTIVES}, which are weighed up against each "
            f"other{example}"
        )


def worlds_of(study: Study, population: int = POPULATION, generations: int = GENERATIONS, states: int = STATES) -> int:
    """How many worlds a search takes at most."""
    tried = min(population * generations, _possible(study))
    shown = 1 + min(SHOWN, tried)
    across = shown * states if study.by_role(UNCERTAINTY) else 0
    return study.replicates * (1 + tried + (1 + FRESH) * shown + across)


def _possible(study: Study) -> int:
    return math.prod(len(rungs(lever)) for lever in study.by_role(LEVER))


# the search ---------------------------------------------------------------------


def _searched(study: Study, aim: Aim, run: Run, effort: Mapping[str, int]) -> Optimisation:
    """The search itself, and the second look at what it found."""
    today = _whole(run([study.base]))[0]
    trials = Trials(study, aim, run)
    search(
        trials.sizes,
        len(aim.objectives),
        trials.judge,
        population=effort["population"],
        generations=effort["generations"],
        seed=study.seed,
    )
    candidates = trials.table()
    on_front = np.flatnonzero(candidates["on_front"])
    if not len(on_front):
        raise QuestionError(_nothing(study, aim, trials, candidates, aim.means(today)[COST]))
    shown = [int(number) for number in on_front[fronts.spread(trials.lost()[on_front], SHOWN)]]
    again = [study.base, *(trials.scenarios[number] for number in shown)]
    found = run(again, (1 + FRESH) * study.replicates, study.replicates)
    failed = {number: one for number, one in zip(shown, found[1:], strict=True) if isinstance(one, str)}
    candidates.loc[list(failed), "error"] = list(failed.values())
    candidates.loc[list(failed), "on_front"] = False
    shown = [number for number in shown if number not in failed]
    if not shown:
        raise QuestionError(f"{study.name}: every policy of the front failed in fresh replicates: {found[1]}")
    fresh = [*_whole(found[:1]), *(one for one in found[1:] if not isinstance(one, str))]
    order = np.argsort([aim.means(values)[COST] for values in fresh[1:]], kind="stable")
    shown = [shown[k] for k in order]
    policies: list[Policy] = [None, *(trials.values[k] for k in shown)]
    levers = study.by_role(LEVER)
    return Optimisation(
        study=study.name,
        base=study.base.name,
        levers=levers,
        objectives=aim.objectives,
        budget=aim.budget,
        seed=study.seed,
        effort=effort,
        possible=_possible(study),
        candidates=candidates,
        convergence=trials.convergence(),
        policies=pd.DataFrame(
            [_today(study, levers), *policies[1:]],
            columns=[lever.name for lever in levers],
            index=pd.Index([TODAY, *(str(number) for number in range(1, len(policies)))], name="policy"),
            dtype=object,
        ),
        searched=_by_outcome([today, *_whole([trials.found[k] for k in shown])], aim),
        fresh=_by_outcome([fresh[0], *(fresh[1 + k] for k in order)], aim),
        across=_across(study, aim, policies, effort["states"], run) if study.by_role(UNCERTAINTY) else None,
    )


def _whole(found: Sequence[Floats | str]) -> list[Floats]:
    """Outcomes of scenarios none of which may fail."""
    for one in found:
        if isinstance(one, str):
            raise QuestionError(f"a scenario that everything else depends on failed: {one}")
    return [one for one in found if not isinstance(one, str)]


def _nothing(study: Study, aim: Aim, trials: Trials, candidates: pd.DataFrame, today: float) -> str:
    """That no policy is within the budget, and what the cheapest is."""
    tried, possible, costs = len(candidates), _possible(study), candidates[COST]
    if costs.isna().all():
        return f"{study.name}: every policy that was tried failed; the first: {candidates['error'].iloc[0]}"
    cheapest = int(costs.argmin())
    what = zip(study.by_role(LEVER), trials.values[cheapest], strict=True)
    return (
        f"budget {aim.budget:,.0f}: no policy within these ranges costs so little ({tried:,} of {possible:,} tried). "
        f"The cheapest costs {pounds(costs.iloc[cheapest])} a year: {', '.join(said(*each) for each in what)}. Today "
        f"costs {pounds(today)}. Allow more, or widen the ranges"
    )


def _today(study: Study, levers: Sequence[Factor]) -> list[Level | None]:
    """What the base scenario sets each lever to; None where that is no single value, or a choice between bundles."""
    return [_value_today(study, lever.name) for lever in levers]


def _value_today(study: Study, name: str) -> Level | None:
    if name in study.bundles:
        return None
    first, *others = (value_at(study.base, key) for key in study.together.get(name, (name,)))
    return first if all(other == first for other in others) else None


def _by_outcome(found: Sequence[Floats], aim: Aim) -> dict[str, Floats]:
    """Outcomes by name, shape (policies, replicates)."""
    return dict(zip(aim.outcomes, np.moveaxis(np.stack(found), 2, 0), strict=True))


def _across(study: Study, aim: Aim, policies: Sequence[Policy], states: int, run: Run) -> Responses:
    """Every policy in every state of the world, which are sampled evenly (Latin hypercube)."""
    own = replace(study, factors=study.by_role(UNCERTAINTY))
    sample = Design("latin_hypercube", size=states).coordinates(own.factors, study.seed, ())
    places = pd.DataFrame(sample, columns=[factor.name for factor in own.factors])
    world = own.values_at(places).to_dict("records")
    nothing = np.full((study.replicates, len(aim.outcomes)), np.nan)
    found = run([_in_state(study, policy, state) for policy in policies for state in world])
    chosen = Factor(POLICY, levels=(TODAY, *(str(number) for number in range(1, len(policies)))))
    numbers = [chosen.coordinate(level) for level in chosen.levels for _ in world]
    coordinates = pd.concat([places] * len(policies), ignore_index=True)
    coordinates.insert(0, POLICY, numbers)
    crossed = replace(own, factors=(chosen, *own.factors))
    return Responses(
        study=study.name,
        factors=crossed.factors,
        design={"design": CROSSED, "levers": {"design": POINTS}, "uncertainties": {"design": "latin_hypercube"}},
        coordinates=coordinates,
        values=crossed.values_at(coordinates),
        runs=_by_outcome([nothing if isinstance(one, str) else one for one in found], aim),
        failed=np.array([isinstance(one, str) for one in found]),
        seed=study.seed,
    )


def _in_state(study: Study, policy: Policy, state: Mapping[Any, Level]) -> Scenario | Exception:
    levers = study.by_role(LEVER)
    known = dict(state) | ({} if policy is None else dict(zip((lever.name for lever in levers), policy, strict=True)))
    factors = tuple(factor for factor in study.factors if factor.name in known)
    return replace(study, factors=factors).scenario([known[factor.name] for factor in factors])


# files --------------------------------------------------------------------------


def _write(found: Optimisation, study: Study, folder: Path) -> None:
    """Write all tables; what an earlier search wrote and this one does not give is removed."""
    found.front.to_csv(folder / FRONT, lineterminator="\n", encoding="utf-8")
    found.convergence.to_csv(folder / CONVERGENCE, lineterminator="\n")
    names = {lever.name: str for lever in found.levers if not lever.ordered}
    found.candidates.astype(names).to_parquet(folder / CANDIDATES, compression="zstd")
    for name, table in ((ROBUSTNESS, found.across_states), (WORLD, None if found.states.empty else found.states)):
        if table is None:
            (folder / name).unlink(missing_ok=True)
        else:
            table.to_csv(folder / name, lineterminator="\n", encoding="utf-8")
    text = json.dumps(found.to_dict(), indent=2, ensure_ascii=False) + "\n"
    (folder / SUMMARY).write_text(text, encoding="utf-8", newline="\n")
    _write_knee(found, study, folder / KNEE)


def _write_knee(found: Optimisation, study: Study, path: Path) -> None:
    """Write the scenario of the knee, to be run and compared."""
    path.unlink(missing_ok=True)
    if found.knee is None:
        return
    own = replace(study, factors=found.levers)
    values = list(found.settings(found.knee).values())
    scenario = study.base.with_({**own.settings(values), "name": f"{study.base.name}: policy {found.knee}"})
    scenario.save(path)


def finish(found: Optimisation, folder: Path, timing: Timing) -> None:
    """Write the manifest, of all files that are there by now; the last file to be written."""
    content = {
        "kind": KIND,
        "study": found.study,
        "budget": found.budget,
        "objectives": list(found.objectives),
        **found.effort,
        "replicates": found.replicates,
        "seed": found.seed,
        "model_version": model_version(),
        "pymoo": metadata.version("pymoo"),
    }
    files.describe(folder, content, timing, leave_out=folders.STORE)
