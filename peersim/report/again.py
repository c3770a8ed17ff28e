"""What is typed to get the results of a report again, from the scenarios that stand in it."""

from __future__ import annotations

from peersim.analysis import economics
from peersim.analysis.comparison import Comparison
from peersim.results.results import Results


def run(results: Results) -> str:
    """How to get a run again from what its report holds."""
    return f"peersim run scenario.yaml -n {results.replicates} --seed {results.seed}    # the scenario below, saved"


def compare(comparison: Comparison, effect: str = economics.RETAINED) -> str:
    """How to get a comparison again from what its report holds."""
    names = [f"scenario_{number}.yaml" for number in range(1, len(comparison.arms) + 1)]
    option = "" if effect == economics.RETAINED else f" --effect {effect}"
    size = f"-n {comparison.replicates} --seed {comparison.seed}"
    return "\n".join(
        [
            "# the scenarios below, saved in their order as",
            f"# {', '.join(['baseline.yaml', *names])}",
            f"peersim compare baseline.yaml {' '.join(names)} {size}{option}",
        ]
    )
