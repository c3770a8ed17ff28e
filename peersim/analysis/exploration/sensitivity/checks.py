"""Which method goes with which design, and what cannot be analysed."""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from peersim.analysis.errors import QuestionError, check_outcomes
from peersim.analysis.exploration.responses import Responses
from peersim.analysis.exploration.sensitivity.chance import Means
from peersim.scenario.errors import nearest

Method = Literal["morris", "sobol", "fast", "pawn"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)

LABELS: Final[dict[Method, str]] = {
    "morris": "Morris' elementary effects",
    "sobol": "Sobol' indices",
    "fast": "FAST indices",
    "pawn": "PAWN indices",
}
DESIGNS: Final[dict[Method, tuple[str, ...]]] = {
    "morris": ("morris",),
    "sobol": ("saltelli",),
    "fast": ("fast",),
    "pawn": ("latin_hypercube", "sobol", "saltelli", "points"),
}
"""Designs that each method can analyse."""
ALLOWED: Final = (
    "allowed: design: {saltelli: N} for Sobol' indices, {morris: N} for Morris' elementary effects, {fast: N} for FAST "
    f"indices; PAWN indices work with {', '.join(DESIGNS['pawn'])}"
)
SAME: Final = 1e-12
"""Differences between points, as a share of the outcome's size, that are rounding."""


def method_for(responses: Responses, asked: str | None) -> Method:
    """The method asked for, or the one that the study's design is for.

    Raises
    ------
    QuestionError
        If there is no such method, or it cannot analyse this design.
    """
    design = str(responses.design["design"])
    if asked is None:
        for method in METHODS:
            if design in DESIGNS[method]:
                return method
        raise QuestionError(
            f"study {responses.study}: design {design} does not say which factors matter most; {ALLOWED}"
        )
    for method in METHODS:
        if method == asked:
            _check_design(responses.study, design, method)
            return method
    meant = nearest(asked, METHODS)
    hint = f" Did you mean '{meant}'?" if meant else ""
    raise QuestionError(f"method {asked}: no such method.{hint} Allowed: {', '.join(METHODS)}")


def _check_design(study: str, design: str, method: Method) -> None:
    if design in DESIGNS[method]:
        return
    others = [other for other in METHODS if design in DESIGNS[other]]
    can = f"; this study can be analysed with method {' or '.join(others)}" if others else ""
    raise QuestionError(f"study {study}: design {design} cannot give {LABELS[method]}{can}; {ALLOWED}")


def complete(responses: Responses, outcome: str, method: Method) -> Means:
    """Means of an outcome at all points of a design of which every row has to be there.

    Raises
    ------
    QuestionError
        If points failed, or the outcome is not in the study, lacks values, or does not vary.
    """
    failed = int(responses.failed.sum())
    if failed:
        raise QuestionError(
            f"study {responses.study}: {failed:,} of {responses.points:,} points failed, and {LABELS[method]} need "
            "every point; run them again with: peersim retry DIR"
        )
    return known(responses, outcome, ~responses.failed)


def known(responses: Responses, outcome: str, used: npt.NDArray[np.bool_]) -> Means:
    """Means of an outcome at some of the points, none of which failed.

    Parameters
    ----------
    responses : Responses
    outcome : str
    used : array of bool, shape (points,)

    Raises
    ------
    QuestionError
        If the outcome is not in the study, lacks values, or does not vary.
    """
    check_outcomes([outcome], allowed=responses.outcomes)
    runs = responses.runs[outcome][used]
    least = min(2, responses.replicates)
    lacking = int(((~np.isnan(runs)).sum(axis=1) < least).sum())
    if lacking:
        wanted = "no value" if least == 1 else "fewer than two replicates with a value"
        others = ", ".join(name for name in responses.outcomes if name != outcome)
        instead = f" (other outcomes of this study: {others})" if others else ""
        raise QuestionError(
            f"outcome {outcome}: {wanted} at {lacking:,} of {len(runs):,} points of study {responses.study}, as when "
            f"nobody is in post or the horizon is too short for it; choose another outcome{instead}"
        )
    means = Means.of(runs)
    if np.ptp(means.values) <= SAME * np.abs(means.values).max():
        raise QuestionError(
            f"outcome {outcome}: does not vary; it is {means.values[0]:g} at every point of study {responses.study}, "
            "so no factor matters to it"
        )
    return means


def check_levels(responses: Responses, method: Method) -> None:
    """Refuse factors whose levels have no order, where a method takes steps from lower to higher; two levels have one.

    Raises
    ------
    QuestionError
    """
    for factor in responses.factors:
        if not factor.ordered and len(factor.levels) > 2:
            raise QuestionError(
                f"factor {factor.name}: its levels ({factor.in_words()}) have no order, and {LABELS[method]} take "
                "steps from lower to higher; allowed: a range, numbers, or two levels; design: {saltelli: N} takes any"
            )
