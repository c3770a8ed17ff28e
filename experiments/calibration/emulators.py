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

FOLDS = 5


@dataclass(frozen=True)
class Emulators:
    """One emulator for each target.

    Attributes
    ----------
    middle, half : arrays, shape (constants,)
        Points are put on a scale from -1 to 1 with these.
    intercept : array, shape (targets,)
    factors : int array, shape (2, terms)
        Each term is the product of two constants, or of one and 1.
    weights : array, shape (terms, targets)
    variance, total : arrays, shape (targets,)
        Mean squared error of cross-validation, and variance over the points.
    """

    factors: np.ndarray
    middle: np.ndarray
    half: np.ndarray
    intercept: np.ndarray
    weights: np.ndarray
    variance: np.ndarray
    total: np.ndarray

    def predict(self, points: np.ndarray) -> np.ndarray:
        """The targets at points, shape (points, targets)."""
        return self.predict_scaled((points - self.middle) / self.half)

    def predict_scaled(self, scaled: np.ndarray) -> np.ndarray:
        """The same for points on the scale from -1 to 1."""
        return self.intercept + products(scaled, self.factors) @ self.weights

    def slopes_at(self, scaled: np.ndarray) -> np.ndarray:
        """Change of each target with each constant, on that scale, shape (targets, constants)."""
        extended = np.append(scaled, 1.0)
        slopes = np.zeros((len(extended), self.weights.shape[1]))
        for one, other in (self.factors, self.factors[::-1]):
            np.add.at(slopes, one, extended[other][:, None] * self.weights)
        return slopes[:-1].T


def products(scaled: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """The terms at points, shape (points, terms)."""
    extended = np.column_stack([scaled, np.ones(len(scaled))])
    return extended[:, factors[0]] * extended[:, factors[1]]


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
    # Every pair of constants, and with the 1 at the end every constant by itself.
    factors = np.array(np.triu_indices(len(box) + 1))[:, :-1]
    features = products((points - middle) / half, factors)
    fits = [_lasso(features, column) for column in values.T]
    intercept, weights, variance, total = (np.array(part) for part in zip(*fits, strict=True))
    used = (weights != 0.0).any(axis=0)
    return Emulators(factors[:, used], middle, half, intercept, weights[:, used].T, variance, total)


def _lasso(features: np.ndarray, values: np.ndarray):
    known = np.isfinite(values)
    spread = features[known].std(axis=0)
    spread[spread == 0.0] = 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        lasso = LassoCV(cv=FOLDS, alphas=30, max_iter=3000).fit(features[known] / spread, values[known])
    error = lasso.mse_path_.mean(axis=1).min()
    return float(lasso.intercept_), lasso.coef_ / spread, float(error), float(values[known].var())
