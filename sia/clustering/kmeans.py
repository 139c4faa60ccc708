"""k-means from many short starts side by side, of which only the most promising are finished.

That finds a deeper minimum in less time than whole starts up to some thousands of units. Beyond,
a start is far from rest after a few steps and says little about its end; then scikit-learn's own
starts are taken (docs/explanation/validation-typologie.md).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.cluster import KMeans

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

STARTS, SMALL, MOST = 20, 4000, 12
"""Starts when none are asked for: `STARTS`, times ``SMALL // n_units`` up to `MOST`."""
STEPS = 10
"""Steps that every start takes before the worst of them are dropped."""
KEPT, LAST = 4, 4
"""One in so many starts goes on to the next round; at most so many take the last."""
LARGE, WHOLE = 6000, 10
"""Above so many units every start is taken to its end; so many starts when none are asked for."""
RESTED = 500
"""Below so many units starts have come to rest after the rounds, and one is finished."""


def kmeans_labels(z: Array, k: int, starts: int | None, seed: int) -> Labels:
    """Divide units into types with the smallest sum of squares within them that was found.

    Starts are drawn by k-means++ (Arthur & Vassilvitskii 2007) and take a few steps of Lloyd
    (1982), all at once; the best quarter takes as many again, and so on; the best of the
    last is finished by scikit-learn. With few units a start costs little and starts differ most,
    so there are more of them. Above `LARGE` units it is scikit-learn that takes every start.

    Parameters
    ----------
    z : ndarray, shape (n_units, n_domains)
        Without NaN, at least `k` distinct rows.
    starts : int or None
        None: `STARTS`, more below `SMALL` units, `WHOLE` above `LARGE`.

    Returns
    -------
    ndarray of int, shape (n_units,)
        ``0..k-1``.
    """
    if len(z) > LARGE:
        whole = KMeans(k, n_init=starts or WHOLE, random_state=seed).fit(z)
        return np.asarray(whole.labels_, dtype=np.int64)
    number = starts or STARTS * int(np.clip(SMALL // len(z), 1, MOST))
    centres, within = _lloyd(z, _seeded(z, k, number, np.random.default_rng(seed)))
    while len(centres) > LAST:
        best = np.argsort(within, kind="stable")[: max(len(centres) // KEPT, LAST)]
        centres, within = _lloyd(z, centres[best])
    few = np.argsort(within, kind="stable")[: LAST if len(z) >= RESTED else 1]
    models = [KMeans(k, init=centres[i], n_init=1, random_state=seed).fit(z) for i in few]
    return np.asarray(min(models, key=lambda m: m.inertia_).labels_, dtype=np.int64)


def _seeded(z: Array, k: int, starts: int, rng: np.random.Generator) -> Array:
    """Draw `starts` sets of `k` centres, shape (starts, k, n_domains)."""
    squares = (z**2).sum(axis=1)
    chosen = np.empty((starts, k), dtype=np.int64)
    chosen[:, 0] = rng.integers(0, len(z), starts)
    nearest = np.full((starts, len(z)), np.inf)
    for number in range(1, k):
        last = chosen[:, number - 1]
        distance = squares + squares[last, None] - 2 * z[last] @ z.T
        # a unit is at no distance from its own double, which rounding would make a possible draw
        distance[distance < 1e-9 * squares.max()] = 0.0
        np.minimum(nearest, distance, out=nearest)
        summed = nearest.cumsum(axis=1)
        drawn = rng.random(starts) * summed[:, -1]
        chosen[:, number] = (summed <= drawn[:, None]).sum(axis=1).clip(max=len(z) - 1)
    return z[chosen]


def _lloyd(z: Array, centres: Array) -> tuple[Array, Array]:
    """Take `STEPS` steps of Lloyd for all starts at once.

    Returns
    -------
    centres : ndarray, shape (starts, k, n_domains)
    within : ndarray, shape (starts,)
        Sum of squares within the types, before the last step.
    """
    starts, k, width = centres.shape
    first = k * np.arange(starts)
    pointers, ones = np.arange(0, len(z) * starts + 1, starts), np.ones(len(z) * starts)
    before: Labels | None = None
    for _ in range(STEPS):
        labels, nearest = _assigned(z, centres)
        if before is not None and np.array_equal(labels, before):
            break
        before = labels
        places = (labels + first).ravel()
        member = sparse.csc_array((ones, places, pointers), shape=(starts * k, len(z)))
        count = np.bincount(places, minlength=starts * k)[:, None]
        # a type that lost all its units stays where it was
        moved = np.where(count > 0, (member @ z) / np.maximum(count, 1), centres.reshape(-1, width))
        centres = moved.reshape(starts, k, width)
    return centres, nearest.sum(axis=0) + (z**2).sum()


def _assigned(z: Array, centres: Array) -> tuple[Labels, Array]:
    """Return the nearest centre (n_units, starts) and the squared distance less that to 0."""
    half = (centres**2).sum(axis=2) / 2
    nearest = half[:, 0] - z @ centres[:, 0].T
    labels = np.zeros(nearest.shape, dtype=np.int64)
    for number in range(1, centres.shape[1]):
        distance = half[:, number] - z @ centres[:, number].T
        np.copyto(labels, number, where=distance < nearest)
        np.minimum(nearest, distance, out=nearest)
    return labels, 2 * nearest
