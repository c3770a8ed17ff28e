"""Emulators: what the model would say at points that were not run, and how far off that is.

Quadratic regression with few terms (lasso), one for each target; its error is that of cross-validation, which holds the
noise of the simulation too.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LassoCV
from sklearn.preprocessing import PolynomialFeatures

FOLDS = 5


@dataclass(frozen=True)
class Emulators:
    """One emulator for each target.

    Attributes
    ----------
    middle, half : arrays, shape (constants,)
        Points are put on a scale from -1 to 1 with these.
    intercept : array, shape (targets,)
    weights : array, shape (terms, targets)
    variance : array, shape (targets,)
        Mean squared error of cross-validation.
    """

    terms: PolynomialFeatures
    middle: np.ndarray
    half: np.ndarray
    intercept: np.ndarray
    weights: np.ndarray
    variance: np.ndarray
    total: np.ndarray

    def predict(self, points: np.ndarray) -> np.ndarray:
        """The targets at points, shape (points, targets)."""
        return self.intercept + self.terms.transform((points - self.middle) / self.half) @ self.weights

    @property
    def slopes(self) -> np.ndarray:
        """Linear weights, shape (constants, targets): effect of half a constant's range."""
        return self.weights[: len(self.middle)]


def fit(points: np.ndarray, values: np.ndarray, box: np.ndarray) -> Emulators:
    """Emulators of what was found at points.

    Parameters
    ----------
    points : array, shape (points, constants)
    values : array, shape (points, targets)
        Not a number where a target could not be computed.
    box : array, shape (constants, 2)
    """
    middle, half = box.mean(axis=1), np.ptp(box, axis=1) / 2.0
    terms = PolynomialFeatures(2, include_bias=False).fit(points[:1])
    features = terms.transform((points - middle) / half)
    fits = [_lasso(features, column) for column in values.T]
    intercept, weights, variance, total = (np.array(part) for part in zip(*fits, strict=True))
    return Emulators(terms, middle, half, intercept, weights.T, variance, total)


def _lasso(features: np.ndarray, values: np.ndarray):
    known = np.isfinite(values)
    spread = features[known].std(axis=0)
    spread[spread == 0.0] = 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        lasso = LassoCV(cv=FOLDS, n_alphas=30, max_iter=3000).fit(features[known] / spread, values[known])
    error = lasso.mse_path_.mean(axis=1).min()
    return float(lasso.intercept_), lasso.coef_ / spread, float(error), float(values[known].var())
