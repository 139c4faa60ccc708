"""Which means may stand in the tables, so that no mean of few people follows from them together.

A mean with its number of people is a sum, so a reader may add and subtract published groups:
buurt minus deel-buurt minus rest leaves the people of whom the figure is unknown. A group is
derivable exactly when its indicator vector lies in the row space of the published groups
(the linear audit of Duncan & Fienberg 1999), so complementary suppression goes on until no group
of fewer people than the minimum does.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import numpy.typing as npt
from scipy.linalg import null_space
from scipy.sparse.csgraph import connected_components

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_EXACT = 1e-9


def may_be_shown(cells: Bools, public: Bools, people: Array, minimum: float) -> Bools:
    """Return which means may be published.

    `cells` (bool, shape (n_cells, n_units)): Groups whose mean would be published, those that
        readers need most first.
    `public` (bool, shape (n_public, n_units)): Groups whose mean a reader has anyway.
    `people`: ndarray, shape (n_units,).
    `minimum`: Least number of people behind a mean.
    """
    shown = np.asarray(cells @ people >= minimum)
    while True:
        rows = np.flatnonzero(shown)
        weights = _attack(np.concatenate([cells[rows], public]), people, minimum)
        if weights is None:
            return shown
        used = rows[np.abs(weights[: len(rows)]) > _EXACT]
        if not len(used):
            return shown
        shown[used[-1]] = False


def _attack(groups: Bools, people: Array, minimum: float) -> Array | None:
    """Return how published groups add up to a small one, or None when no sum of them does."""
    kinds, place = np.unique(groups, axis=1, return_inverse=True)
    total: Array = np.asarray(
        np.bincount(place.ravel(), people, minlength=kinds.shape[1]), dtype=np.float64
    )
    matrix = kinds.astype(float)
    free = null_space(matrix)
    small: Ints = np.flatnonzero(kinds.any(axis=0) & (total > 0) & (total < minimum))
    part = connected_components(matrix.T @ matrix, directed=False)[1][small]
    apart = (_subsets(small[np.equal(part, one)], total, minimum) for one in np.unique(part))
    for subset in chain.from_iterable(apart):
        if np.abs(free[subset].sum(axis=0)).max(initial=0.0) < _EXACT:
            wanted = np.zeros(kinds.shape[1])
            wanted[subset] = 1.0
            return np.asarray(np.linalg.lstsq(matrix.T, wanted, rcond=None)[0])
    return None


def _subsets(small: Ints, total: Array, minimum: float) -> Iterator[list[int]]:
    """Yield the sets of small groups that together stay under the minimum."""
    waiting: list[tuple[list[int], int, float]] = [([], 0, 0.0)]
    while waiting:
        chosen, start, people = waiting.pop()
        if chosen:
            yield chosen
        for number in range(start, len(small)):
            more = people + float(total[small[number]])
            if more < minimum:
                waiting.append(([*chosen, int(small[number])], number + 1, more))
