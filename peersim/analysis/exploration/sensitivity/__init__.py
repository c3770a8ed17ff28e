"""Global sensitivity analysis: which factors of a study an outcome depends on, and how far that is chance.

Methods come from SALib and take the same arguments: `morris`, `sobol`, `fast` and `pawn`, each for its own designs.
`sensitivity` picks the one that a study's design is for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from peersim.analysis.exploration.responses import Responses
from peersim.analysis.exploration.sensitivity.checks import DESIGNS, LABELS, METHODS, Method, method_for
from peersim.analysis.exploration.sensitivity.fast import fast
from peersim.analysis.exploration.sensitivity.morris import morris
from peersim.analysis.exploration.sensitivity.pawn import pawn
from peersim.analysis.exploration.sensitivity.result import Sensitivity
from peersim.analysis.exploration.sensitivity.sobol import sobol

__all__ = ["DESIGNS", "LABELS", "METHODS", "Method", "Sensitivity", "fast", "morris", "pawn", "sensitivity", "sobol"]

_ANALYSE: Final[dict[Method, Callable[[Responses, str, int], Sensitivity]]] = {
    "morris": morris,
    "sobol": sobol,
    "fast": fast,
    "pawn": pawn,
}


def sensitivity(responses: Responses, outcome: str, method: str | None = None, seed: int = 1) -> Sensitivity:
    """Which factors of a study an outcome depends on.

    Parameters
    ----------
    responses : Responses
    outcome : str
    method : {"morris", "sobol", "fast", "pawn"}, optional
        By default the one that the study's design is for.
    seed : int
        Of the resampling.

    Raises
    ------
    QuestionError
        If the design cannot be analysed so, points failed that have to be there, or the outcome has no value at some
        points or does not vary.

    Examples
    --------
    >>> from peersim.studies.sweep import load
    >>> sensitivity(load("results/supervision").responses, "identity").in_words()  # doctest: +SKIP
    """
    return _ANALYSE[method_for(responses, method)](responses, outcome, seed)
