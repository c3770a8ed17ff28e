"""How near a search comes to the front: as peersim searches, and with pymoo's operators for mixed variables.

    python benchmarks/search.py

The study is `experiments/best_policy.yaml` with a budget of 150,000 pounds and fewer replicates.  All searches meet the
same people and the same luck, so that the front is the same for all: that of everything that any of them tried.
"""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import numpy as np
from pymoo.core.evaluator import Evaluator
from pymoo.core.mixed import MixedVariableGA
from pymoo.core.problem import Problem
from pymoo.core.variable import Choice, Integer
from pymoo.operators.survival.rank_and_crowding import RankAndCrowding
from pymoo.problems.static import StaticProblem

import peersim as ps
from peersim.analysis.exploration.policies.front import hypervolume, on_front
from peersim.analysis.exploration.policies.search import search
from peersim.studies.engines import engine
from peersim.studies.optimise import GENERATIONS, OBJECTIVES, POPULATION
from peersim.studies.store import opened
from peersim.studies.trials import Aim, Trials
from peersim.studies.work import evaluate

STUDY = Path(__file__).resolve().parent.parent / "experiments" / "best_policy.yaml"
BUDGET = 150_000
REPLICATES = 20
SEEDS = range(1, 5)
LOOKED_AT = (5, 10, 20, 30, 40)


def on_rungs(trials: Trials, _ordered: list[bool], seed: int) -> None:
    """Search as peersim does: NSGA-II, every lever a ladder of whole numbers, whether ordered or not."""
    options = {"population": POPULATION, "generations": GENERATIONS, "seed": seed}
    search(trials.sizes, len(OBJECTIVES), trials.judge, **options)


def mixed(trials: Trials, ordered: list[bool], seed: int) -> None:
    """Search with pymoo's operators for each kind of variable: whole numbers, and choices without an order."""
    variables = {
        str(place): Integer(bounds=(0, size - 1)) if has_order else Choice(options=list(range(size)))
        for place, (size, has_order) in enumerate(zip(trials.sizes, ordered, strict=True))
    }
    problem = Problem(vars=variables, n_obj=len(OBJECTIVES), n_ieq_constr=1)
    algorithm = MixedVariableGA(pop_size=POPULATION, survival=RankAndCrowding())
    algorithm.setup(problem, termination=("n_gen", GENERATIONS), seed=seed)
    while algorithm.has_next():
        policies = algorithm.ask()
        places = np.array([[policy[name] for name in variables] for policy in policies.get("X")], np.int64)
        losses, excess = trials.judge(places)
        Evaluator().eval(StaticProblem(problem, F=losses, G=excess[:, np.newaxis]), policies)
        algorithm.tell(infills=policies)


def main() -> None:
    """Print what share of the front's hypervolume each search has after so many generations."""
    study = dataclasses.replace(ps.load_study(STUDY), replicates=REPLICATES, outcomes=OBJECTIVES)
    ordered = [factor.ordered for factor in study.factors if factor.role == "lever"]
    found: list[tuple[str, Trials]] = []
    with tempfile.TemporaryDirectory() as place, engine() as at, opened(Path(place)) as store:
        for way in (on_rungs, mixed):
            for seed in SEEDS:
                trials = Trials(study, Aim(OBJECTIVES, BUDGET), lambda some: evaluate(study, some, store, at))
                way(trials, ordered, seed)
                found.append((way.__name__, trials))
    lost = [trials.lost() for _, trials in found]
    had = [trials.table()["within_budget"].to_numpy() for _, trials in found]
    front = np.concatenate(lost)[on_front(np.concatenate(lost), np.concatenate(had))]
    ends = front.min(axis=0), front.max(axis=0)
    whole = hypervolume(front, *ends)
    print(f"{'':12}{'policies':>10}" + "".join(f"{f'gen. {number}':>10}" for number in LOOKED_AT))
    for (name, trials), losses, affordable in zip(found, lost, had, strict=True):
        tried = trials.convergence()["policies"].to_numpy()
        parts = [losses[:last][affordable[:last]] for last in tried[np.array(LOOKED_AT) - 1]]
        shares = "".join(f"{hypervolume(part, *ends) / whole:>10.4f}" for part in parts)
        print(f"{name:12}{tried[-1]:>10,}{shares}")


if __name__ == "__main__":
    main()
