"""A metamodel: what a study found at its points, carried over to the places between them, with its error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd

from peersim.analysis import words
from peersim.analysis.errors import QuestionError
from peersim.analysis.exploration.factor import Level
from peersim.analysis.exploration.metamodel.learners import (
    Data,
    Floats,
    Misfits,
    Prediction,
    Process,
    Trees,
    one_thread,
)
from peersim.analysis.exploration.metamodel.scale import Scale
from peersim.analysis.exploration.responses import Responses
from peersim.results.outcomes import OUTCOMES, Outcome, reach

GP: Final = "gp"
BOOSTING: Final = "boosting"
KINDS: Final = {GP: "Gaussian process", BOOSTING: "gradient boosting"}
"""Kinds of metamodel with their names."""

TRUSTED: Final = 0.5
"""Share of the differences between points that a metamodel has to predict before it is to be trusted."""
MOST_FOR_GP: Final = 2_048
"""Points beyond which a Gaussian process, whose time grows with their cube, takes too long."""
FEWEST_FOR_BOOSTING: Final = 40
"""Points without which trees have nothing to split."""


class Learner(Protocol):
    """What has learnt a surface."""

    def leave_out(self) -> Misfits:
        """What it misses of points that it has not seen."""

    def predict(self, inputs: Floats) -> Prediction:
        """What is expected at some places."""


LEARN: Final[dict[str, Callable[[Data, int], Learner]]] = {GP: Process.of, BOOSTING: Trees}


@dataclass(frozen=True)
class Misfit:
    """How well a metamodel predicts points that it has not seen.

    Attributes
    ----------
    rmse : float
        Root of the mean squared misfit, in the unit of the outcome.
    q2 : float
        Share of the squared differences between points that is predicted: 1 is all of it, 0 or less nothing.
    chance : float
        Share of the squared misfit that other replicates would change: luck at the point and at those around it.  Luck
        that moves all points alike is in no misfit.  Not a number for one replicate.
    coverage : float
        Share of points within the 95 % intervals predicted for them; not a number for boosting, whose intervals are
        made from these misfits.
    """

    rmse: float
    q2: float
    chance: float
    coverage: float

    @classmethod
    def of(cls, means: Floats, found: Misfits) -> Misfit:
        """From the means of points and what was missed of them."""
        squares = float((found.misfit**2).mean())
        return cls(
            rmse=float(np.sqrt(squares)),
            q2=1.0 - squares / float(means.var()),
            chance=float(np.minimum(1.0, found.chance.mean() / squares)) if squares else np.nan,
            coverage=float(np.mean(np.abs(found.misfit) <= found.half)) if np.isfinite(found.half).all() else np.nan,
        )


@dataclass(frozen=True)
class Metamodel:
    """A surface through the points of a study.

    Attributes
    ----------
    responses : Responses
        What it was learnt from.
    outcome : str
    kind : {"gp", "boosting"}
    scales : tuple of Scale
        The factors that the study varies, with the values that it met.
    points : DataFrame, one row per different point with a result
        Values of the factors and the ``mean`` of the outcome.
    misfits : mapping of str to Misfit
        Cross-validated error of every kind that was tried.
    common : float
        Half-width of the 95 % interval of the luck that moves all points alike; not a number for one replicate.
    learner : Learner
    """

    responses: Responses
    outcome: str
    kind: str
    scales: tuple[Scale, ...]
    points: pd.DataFrame
    misfits: Mapping[str, Misfit]
    common: float
    learner: Learner

    @property
    def misfit(self) -> Misfit:
        """Its own cross-validated error."""
        return self.misfits[self.kind]

    @property
    def trusted(self) -> bool:
        """Whether it predicts enough of what differs between points to be looked at."""
        return self.misfit.q2 >= TRUSTED

    @property
    def meant(self) -> Outcome:
        """The outcome that it predicts."""
        return OUTCOMES[self.outcome]

    def scale(self, name: str) -> Scale:
        """A factor with its values.

        Raises
        ------
        QuestionError
            If the study does not vary it.
        """
        for scale in self.scales:
            if scale.factor.name == name:
                return scale
        names = ", ".join(scale.factor.name for scale in self.scales)
        raise QuestionError(f"{name}: the study does not vary it; allowed here: {names}")

    def predict(self, values: pd.DataFrame) -> pd.DataFrame:
        """What the outcome is expected to be at some places.

        Parameters
        ----------
        values : DataFrame, one row per place, one column per factor that the study varies

        Returns
        -------
        DataFrame, with the index of `values`
            ``mean``, and ``low`` and ``high``, its 95 % interval: where the mean over all worlds lies.  ``shape_low``
            and ``shape_high`` leave out the luck that moves the whole surface: by them one place is compared with
            another.  All are held to what the outcome can be.

        Raises
        ------
        QuestionError
            If a factor is missing, unknown, or outside what the study varied: a metamodel does not extrapolate.
        """
        for name in values:
            self.scale(str(name))
        missing = [scale.factor.name for scale in self.scales if scale.factor.name not in values]
        if missing:
            raise QuestionError(f"{', '.join(missing)}: a value is needed for every factor that the study varies")
        checked = {
            scale.factor.name: [scale.check(value, "the metamodel at") for value in values[scale.factor.name]]
            for scale in self.scales
        }
        with one_thread():
            mean, level, shape = self.learner.predict(_inputs(self.scales, checked))
        ends = {"low": mean - level, "high": mean + level, "shape_low": mean - shape, "shape_high": mean + shape}
        return pd.DataFrame({"mean": mean, **ends}, index=values.index).clip(*self.meant.limits)

    def held(self, *along: str, at: Mapping[str, Any] | None = None) -> dict[str, Level]:
        """Where the other factors are held: where it was asked, else in the middle of what the study varied."""
        asked = dict(at or {})
        for name in (*along, *asked):
            self.scale(name)
        for name in along:
            if name in asked:
                raise QuestionError(f"{name}: cannot be held at a value, because the surface is shown along it")
        return {
            scale.factor.name: scale.check(asked[scale.factor.name], "held at")
            if scale.factor.name in asked
            else scale.middle
            for scale in self.scales
            if scale.factor.name not in along
        }

    def profile(self, x: str, at: Mapping[str, Any] | None = None, steps: int | None = None) -> pd.DataFrame:
        """The outcome along one factor, the others held.

        Parameters
        ----------
        x : str
        at : mapping, optional
            Where others are held (see `held`).
        steps : int, optional
            About how many values to take; by default as many as a table has room for (see `Scale.steps`).

        Returns
        -------
        DataFrame
            Values of the factor, and columns as of `predict`.

        Raises
        ------
        QuestionError
            As `predict`.
        """
        return self._along((x,), at, steps)

    def surface(self, x: str, y: str, at: Mapping[str, Any] | None = None, steps: int | None = None) -> pd.DataFrame:
        """The outcome along two factors, the others held: as `profile`, the values of `x` changing last.

        Raises
        ------
        QuestionError
            As `predict`; or if both factors are the same.
        """
        if x == y:
            raise QuestionError(f"{x}: a surface needs two different factors; for one ask for a profile")
        return self._along((x, y), at, steps)

    def _along(self, names: tuple[str, ...], at: Mapping[str, Any] | None, steps: int | None) -> pd.DataFrame:
        held = self.held(*names, at=at)
        along = [self.scale(name).steps(steps) for name in names]
        places = pd.MultiIndex.from_product(along, names=names).to_frame(index=False).astype(object)
        return places.join(self.predict(places.assign(**held)))

    def in_words(self) -> str:
        """How far it can be trusted."""
        return " ".join(self.sentences())

    def sentences(self) -> list[str]:
        """How far it can be trusted, one thing at a time."""
        found, what = self.misfit, words.lower_first(self.meant.label)
        told = [] if self.trusted else [f"{self.warning} {self._remedy()}"]
        told.append(
            f"The {KINDS[self.kind]} through {len(self.points):,} points predicts {what} of points it has not seen, "
            f"run with the same luck, to within {self._size(found.rmse)} (root mean square, cross-validated; "
            f"Q2 {_q2(found.q2)})."
        )
        told.append(self._about_chance())
        told += [f"{self.left_out}."] if self.left_out else []
        if np.isfinite(found.coverage):
            told.append(f"Its 95 % intervals held {words.percent(found.coverage)} of the points left out.")
        if np.isfinite(self.common):
            told.append(
                f"Luck that all points share may move the whole surface by {self._size(self.common)} up or down; "
                "differences along it are free of that."
            )
        told += [
            f"The {KINDS[kind]}, tried as well, came to within {self._size(other.rmse)}."
            for kind, other in self.misfits.items()
            if kind != self.kind
        ]
        return told

    @property
    def left_out(self) -> str:
        """How many points of the study have no value; empty if all have one."""
        missing = int((~np.isfinite(self.responses.of(self.outcome)["mean"])).sum())
        do = "has no value and is" if missing == 1 else "have no value and are"
        return f"{missing:,} of {self.responses.points:,} points {do} left out" if missing else ""

    def _about_chance(self) -> str:
        share, worlds = self.misfit.chance, self.responses.replicates
        if np.isnan(share):
            return "With one replicate it cannot be said how much of that is chance."
        if share == 1.0:
            return f"As far as can be told all of that is chance: more replicates than {worlds} would reduce it."
        return (
            f"Of the squared misfit {words.percent(share)} is chance, which more replicates than {worlds} would "
            "reduce; the rest is the surface's own, which more points would."
        )

    def _size(self, size: float) -> str:
        """A misfit with two digits, and the unit if it is none of 0 to 1."""
        if self.meant.unit.startswith("pounds"):
            return words.pounds(size)
        return f"{size:.2g}" if self.meant.limits[1] == 1.0 else f"{size:.2g} {self.meant.unit}"

    def error_in_short(self) -> str:
        """Its error, as a figure has room for it."""
        found = self.misfit
        text = f"cross-validated error {self._size(found.rmse)}, Q2 {_q2(found.q2)}"
        return text if np.isnan(found.chance) else f"{text}; {words.percent(found.chance)} of its square is chance"

    @property
    def warning(self) -> str:
        """Why it is not to be trusted; empty if it is."""
        if self.trusted:
            return ""
        share = "nothing" if self.misfit.q2 <= 0 else f"only {words.percent(self.misfit.q2)}"
        return f"Not to be trusted: it predicts {share} of what differs between points."

    def _remedy(self) -> str:
        if np.isnan(self.misfit.chance):
            return "Whether that is chance, only more replicates can say."
        if self.misfit.chance >= 0.5:
            return "Most of what it misses is chance: ask for more replicates."
        return "Little of what it misses is chance: ask for more points."

    def to_dict(self) -> dict[str, Any]:
        """What it is and how well it predicts, for JSON: None for what is not a number."""
        return {
            "study": self.responses.study,
            "outcome": self.outcome,
            "kind": self.kind,
            "points": len(self.points),
            "replicates": self.responses.replicates,
            "seed": self.responses.seed,
            "trusted": self.trusted,
            "errors": {
                kind: {name: _number(value) for name, value in asdict(found).items()}
                for kind, found in self.misfits.items()
            },
            "common": _number(self.common),
        }


def interpolate(responses: Responses, outcome: str, kind: str | None = None) -> Metamodel:
    """Lay a surface through what a study found.

    Parameters
    ----------
    responses : Responses
    outcome : str
    kind : {"gp", "boosting"}, optional
        A Gaussian process (smooth, best for some hundred points) or gradient boosting (for many points, and where there
        are steps); by default whichever has the smaller cross-validated error.

    Returns
    -------
    Metamodel

    Raises
    ------
    QuestionError
        If the study does not hold the outcome, the outcome has no value or does not differ, there are too few or too
        many points, or they lie so that a surface between them would be made up.

    Notes
    -----
    Points with the same values, as rounding makes them, are one point, so that cross-validation never predicts a point
    that it has seen.  The error is that of points left out a tenth at a time.
    """
    if kind is not None and kind not in KINDS:
        raise QuestionError(f"kind of metamodel {kind}: allowed here: {', '.join(KINDS)}")
    scales, points, data = _distinct(responses, outcome)
    kinds = _kinds(kind, len(points))
    with one_thread():
        learners = {name: LEARN[name](data, responses.seed) for name in kinds}
        misfits = {name: Misfit.of(data.means, learner.leave_out()) for name, learner in learners.items()}
    best = min(misfits, key=lambda name: misfits[name].rmse)
    luck = data.runs.mean(axis=0)
    common = float(reach(len(luck)) * luck.std(ddof=1) / np.sqrt(len(luck))) if len(luck) > 1 else np.nan
    return Metamodel(responses, outcome, best, scales, points, misfits, common, learners[best])


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _q2(share: float) -> str:
    """Q2 with two decimals, 1 only where nothing is missed."""
    return "more than 0.99" if 0.995 <= share < 1.0 else f"{share:.2f}".replace("-", "−")


def _kinds(asked: str | None, points: int) -> list[str]:
    """Which kinds to try."""
    possible = {GP: points <= MOST_FOR_GP, BOOSTING: points >= FEWEST_FOR_BOOSTING}
    if asked == GP and not possible[GP]:
        raise QuestionError(
            f"kind {GP}: {points:,} points are too many; allowed up to {MOST_FOR_GP:,}: take {BOOSTING}"
        )
    if asked == BOOSTING and not possible[BOOSTING]:
        raise QuestionError(
            f"kind {BOOSTING}: {points:,} points are too few; allowed from {FEWEST_FOR_BOOSTING}: take {GP}"
        )
    return [asked] if asked else [kind for kind in KINDS if possible[kind]]


def _distinct(responses: Responses, outcome: str) -> tuple[tuple[Scale, ...], pd.DataFrame, Data]:
    """The factors that vary, the different points with a result, and the same as numbers."""
    means = responses.of(outcome)["mean"].to_numpy()
    known = np.isfinite(means)
    what = f"a metamodel of {outcome}"
    if not known.any():
        failed = int(responses.failed.sum())
        why = "all failed" if failed == len(known) else f"{failed} failed, and the others are too short for it"
        raise QuestionError(f"{what}: none of the {len(known):,} points has a value ({why})")
    values = responses.values[known].reset_index(drop=True)
    scales = tuple(Scale.of(factor, values[factor.name]) for factor in responses.factors)
    scales = tuple(scale for scale in scales if scale.varies)
    if not scales:
        raise QuestionError(f"{what}: the points with a value are all the same; nothing is varied")
    _check_together(responses, scales, what)
    which = values.groupby([scale.factor.name for scale in scales], sort=False).ngroup().to_numpy()
    runs = _complete(responses.runs[outcome][known])
    runs = np.array([runs[which == number].mean(axis=0) for number in range(which.max() + 1)])
    first = np.unique(which, return_index=True)[1]
    points = values.iloc[first].reset_index(drop=True)[[scale.factor.name for scale in scales]]
    inputs = _inputs(scales, {str(name): points[name].tolist() for name in points})
    _check_enough(runs, inputs, what)
    return scales, points.assign(mean=runs.mean(axis=1)), Data(inputs, runs)


def _check_together(responses: Responses, scales: Sequence[Scale], what: str) -> None:
    if len(scales) > 1 and responses.design.get("design") == "one_at_a_time":
        raise QuestionError(
            f"{what}: the study varies one factor at a time and says nothing of several together; "
            "take another design, such as grid or latin_hypercube"
        )


def _check_enough(runs: Floats, inputs: Floats, what: str) -> None:
    fewest = 2 + 2 * inputs.shape[1]
    if len(runs) < fewest:
        raise QuestionError(
            f"{what}: {len(runs)} different points with a value are too few; needed at least {fewest}: "
            "2, and 2 for every factor (for named levels, every level)"
        )
    if np.ptp(runs.mean(axis=1)) == 0.0:
        raise QuestionError(f"{what}: it is {runs.mean():g} at every point; what does not vary has no surface")


def _complete(runs: Floats) -> Floats:
    """Runs with worlds without a value at a point filled in: the mean of the point, moved by the luck of the world."""
    unknown = np.isnan(runs)
    if not unknown.any():
        return runs
    means = np.nanmean(runs, axis=1)[:, np.newaxis]
    apart = np.where(unknown, 0.0, runs - means)
    luck = apart.sum(axis=0) / np.maximum((~unknown).sum(axis=0), 1)
    filled = np.where(unknown, means + luck, runs)
    # The mean of a point is that of the worlds that have a value, whatever is filled in.
    return np.asarray(filled + means - filled.mean(axis=1)[:, np.newaxis])


def _inputs(scales: Sequence[Scale], values: Mapping[str, Sequence[Any]]) -> Floats:
    """Points as numbers: what is ordered from 0 to 1, a column for each name (one for two).

    None at all lies at the end of its factor, and a step away in a column of its own: there is nothing between.
    """
    columns = []
    for scale in scales:
        places, met = scale.positions(values[scale.factor.name]), scale.positions(scale.met)
        if scale.factor.ordered:
            ends = met[: len(scale.numbers)]
            columns.append((np.minimum(places, ends[-1]) - ends[0]) / (np.ptp(ends) or 1.0))
        named = met[len(scale.numbers) :] if scale.factor.ordered else met[: len(met) - (len(met) == 2)]
        columns += [np.asarray(places == place, float) for place in named]
    return np.column_stack(columns)
