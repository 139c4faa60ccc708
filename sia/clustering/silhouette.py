"""Silhouettes in blocks: the memory of a few rows, and every distance computed once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

BLOCK = 256
"""Units per block: two blocks of distances stay in the processor's cache."""


def silhouettes(z: Array, labels: Labels) -> Array:
    """Return the silhouette of every unit (Rousseeuw 1987).

    Parameters
    ----------
    z : ndarray, shape (n_units, n_domains)
        Without NaN.
    labels : ndarray of int, shape (n_units,)
        Type of each unit; at least two types.

    Returns
    -------
    ndarray, shape (n_units,)
        From -1 to 1; 0 for a unit that is alone in its type.
    """
    names, types = np.unique(labels, return_inverse=True)
    member = np.eye(len(names))[types]
    count, rows = member.sum(axis=0), np.arange(len(z))
    total = _summed_distances(z, member)
    own = total[rows, types] / np.maximum(count[types] - 1, 1)
    mean = total / count
    mean[rows, types] = np.inf
    other = mean.min(axis=1)
    larger = np.maximum(own, other)
    alone = (count[types] == 1) | (larger == 0)
    return np.where(alone, 0.0, (other - own) / np.where(alone, 1.0, larger))


def _summed_distances(z: Array, member: Array) -> Array:
    """Return the sum of the distances of every unit to the units of every type."""
    squares = (z**2).sum(axis=1)[:, None]
    left = np.hstack([-2 * z, squares, np.ones_like(squares)])
    right = np.hstack([z, np.ones_like(squares), squares])
    total = np.zeros(member.shape)
    for start in range(0, len(z), BLOCK):
        one = slice(start, start + BLOCK)
        for begin in range(start, len(z), BLOCK):
            other = slice(begin, begin + BLOCK)
            distance = left[one] @ right[other].T
            np.maximum(distance, 0, out=distance)
            np.sqrt(distance, out=distance)
            if begin == start:
                np.fill_diagonal(distance, 0.0)
            else:
                total[other] += distance.T @ member[one]
            total[one] += distance @ member[other]
    return total
