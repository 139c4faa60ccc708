"""Centres, weights and shape of types on complete z-scores: k-means, Gaussian mixture or Ward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn import config_context
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.metrics import silhouette_samples
from sklearn.mixture import GaussianMixture

from sia.methode import TypologySettings

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

STARTS, MIXTURES = 100, 20
"""Starts of k-means and of the mixture when none are asked for: a few dozen buurten need many."""
LARGE, WHOLE = 6000, 10
"""Above so many units so many starts of k-means do: the deepest minimum is found sooner."""
MEGABYTES = 64
"""Of distances at a time: all those of the country's buurten at once would be 1.7 GB."""


@dataclass(frozen=True)
class Components:
    """Types as normal components with one shared covariance.

    Parameters
    ----------
    centres : ndarray, shape (n_types, n_domains)
        Mean z-score per type, the most urgent type first.
    weights : ndarray, shape (n_types,)
        Prior share of each type; sums to 1.
    half : ndarray, shape (n_domains, n_domains)
        Matrix L with precision ``L @ L.T``.
    """

    centres: Array
    weights: Array
    half: Array

    def posterior(self, z: Array) -> Array:
        """Return the probability of each type (n, n_types) given the domains that a row has."""
        log = np.empty((len(z), len(self.centres)))
        patterns, which = np.unique(np.isnan(z), axis=0, return_inverse=True)
        covariance = np.linalg.inv(self.half @ self.half.T)
        for number, gaps in enumerate(patterns):
            rows, have = which.ravel() == number, ~gaps
            half = np.linalg.cholesky(np.linalg.inv(covariance[np.ix_(have, have)]))
            log[rows] = -0.5 * squared_distances(
                z[rows][:, have] @ half, self.centres[:, have] @ half
            )
        log += np.log(self.weights)
        log -= log.max(axis=1, keepdims=True)
        chance = np.exp(log)
        return np.asarray(chance / chance.sum(axis=1, keepdims=True))


def fit_components(z: Array, settings: TypologySettings) -> Components:
    """Fit types on complete z-scores.

    Parameters
    ----------
    z : ndarray, shape (n, n_domains)
        Without NaN, at least ``settings.n_types`` distinct rows.
    """
    if settings.method == "mixture":
        mixture = _mixture(z, settings)
        centres, weights = mixture.means_, mixture.weights_
        half = mixture.precisions_cholesky_
    else:
        labels = _hard_labels(z, settings)
        centres = np.stack([z[labels == t].mean(axis=0) for t in range(labels.max() + 1)])
        within = squared_distances(z, centres).min(axis=1).sum()
        sigma = np.sqrt(max(within / z.size, 1e-12))
        weights, half = np.full(len(centres), 1 / len(centres)), np.eye(z.shape[1]) / sigma
    order = np.lexsort((*centres.T[::-1], -centres.mean(axis=1).round(9)))
    return Components(
        np.asarray(centres[order], dtype=float),
        np.asarray(weights[order], dtype=float),
        np.asarray(half, dtype=float),
    )


def _mixture(z: Array, settings: TypologySettings) -> GaussianMixture:
    """Fit a mixture with one shared covariance: few dozen buurten cannot carry more."""
    model = GaussianMixture(
        settings.n_types,
        covariance_type="tied",
        n_init=settings.n_init or MIXTURES,
        reg_covar=1e-3,
        max_iter=500,
        random_state=settings.seed,
    )
    return model.fit(z)


def _hard_labels(z: Array, settings: TypologySettings) -> Labels:
    k = settings.n_types
    if settings.method == "ward":
        return np.asarray(AgglomerativeClustering(k).fit_predict(z), dtype=np.int64)
    starts = settings.n_init or (STARTS if len(z) <= LARGE else WHOLE)
    means = KMeans(k, n_init=starts, random_state=settings.seed)
    return np.asarray(means.fit_predict(z), dtype=np.int64)


def silhouettes(z: Array, labels: Labels) -> Array:
    """Return the silhouette of every unit (Rousseeuw 1987); 0 for one that is alone in its type."""
    with config_context(working_memory=MEGABYTES):
        found: Array = silhouette_samples(z, labels)
    return found


def squared_distances(x: Array, y: Array) -> Array:
    """Return squared Euclidean distances (n_x, n_y), one column at a time to spare memory."""
    return np.stack([((x - row) ** 2).sum(axis=1) for row in y], axis=1)
