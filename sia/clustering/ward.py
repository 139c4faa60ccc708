"""Ward's hierarchical clustering in memory that grows with n, not with n squared."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import linkage

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
SMALL = 3000
"""Up to here all distances (36 MB) are kept, which is faster; above it memory grows with n."""
_ROUNDING = 1e-12
"""Error of a squared distance by products, as a share of the largest squared length (generous)."""


def ward_tree(x: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """Return the exact Ward tree of `x`.

    Up to `SMALL` units SciPy's, which keeps all distances; above that a nearest-neighbour chain
    (Murtagh 1983; Müllner 2011) on cluster centres: the increase in within sum of squares of a
    merge needs only centres and sizes (Ward 1963), so no distance matrix is kept.

    Parameters
    ----------
    x : ndarray, shape (n, p)

    Returns
    -------
    merges : ndarray of int, shape (n - 1, 2)
        Representative rows (0..n-1) that are joined, in order of height; the first of the pair
        represents the union.
    heights : ndarray, shape (n - 1,)
        Increase of the within sum of squares of each merge.
    """
    if 1 < len(x) <= SMALL:
        return _by_distances(x)
    return chain_tree(x)


def _by_distances(x: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """Return the tree from all distances at once; SciPy's height is the root of twice ours."""
    n = len(x)
    tree = linkage(x, "ward")
    represents = np.concatenate([np.arange(n), np.zeros(n - 1, dtype=np.int64)])
    merges = np.empty((n - 1, 2), dtype=np.int64)
    for step, pair in enumerate(tree[:, :2].astype(np.int64)):
        merges[step] = np.sort(represents[pair])
        represents[n + step] = merges[step, 0]
    return merges, tree[:, 2] ** 2 / 2


def chain_tree(x: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """Return the tree as `ward_tree` does, in memory that grows with n."""
    n = len(x)
    centres = np.ascontiguousarray(x.T, dtype=float).copy()
    squares = (centres**2).sum(axis=0)
    sizes = np.ones(n)
    rows = np.arange(n)
    alive = n
    merges, heights = np.empty((n - 1, 2), dtype=np.int64), np.empty(n - 1)
    chain: list[int] = []
    for step in range(n - 1):
        if not chain:
            chain.append(0)
        left, right, height = _reciprocal(centres, sizes, squares, chain, alive)
        keep, gone = min(left, right), max(left, right)
        merges[step] = sorted((rows[keep], rows[gone]))
        heights[step] = height
        total = sizes[keep] + sizes[gone]
        weighted = centres[:, keep] * sizes[keep] + centres[:, gone] * sizes[gone]
        centres[:, keep], sizes[keep] = weighted / total, total
        squares[keep] = (centres[:, keep] ** 2).sum()
        rows[keep] = merges[step, 0]
        alive -= 1
        _fill_hole(centres, sizes, squares, rows, chain, gone, alive)
    order = np.argsort(heights, kind="stable")
    return merges[order], heights[order]


def _reciprocal(
    centres: Array, sizes: Array, squares: Array, chain: list[int], alive: int
) -> tuple[int, int, float]:
    """Lengthen the chain until its last two are each other's nearest; return and drop them.

    One matrix-vector product gives all distances, but with rounding errors; what lies within
    those of the smallest is computed anew from the differences, so that the choice is exact.
    """
    slack = _ROUNDING * float(squares[:alive].max(initial=0.0))
    while True:
        last = chain[-1]
        cost = centres[:, last] @ centres[:, :alive]
        cost *= -2
        cost += squares[:alive]
        cost += squares[last]
        cost *= sizes[:alive] / (sizes[:alive] + sizes[last])
        cost[last] = np.inf
        near = np.flatnonzero(cost <= cost.min() + slack)
        if len(chain) > 1:
            near = np.append(near, chain[-2])
        exact = _costs(centres, sizes, last, near)
        nearest = int(near[exact.argmin()])
        if len(chain) > 1 and exact[-1] <= exact.min():
            chain.pop()
            return last, chain.pop(), float(exact[-1])
        chain.append(nearest)


def _costs(centres: Array, sizes: Array, one: int, others: npt.NDArray[np.int64]) -> Array:
    """Return by how much the within sum of squares grows when `one` joins each of `others`."""
    difference = centres[:, others] - centres[:, one : one + 1]
    both = sizes[others] * sizes[one] / (sizes[others] + sizes[one])
    return np.asarray((difference**2).sum(axis=0) * both)


def _fill_hole(
    centres: Array,
    sizes: Array,
    squares: Array,
    rows: npt.NDArray[np.int64],
    chain: list[int],
    hole: int,
    last: int,
) -> None:
    """Move the last living cluster into the place of the one that was absorbed."""
    if hole == last:
        return
    centres[:, hole], sizes[hole], rows[hole] = centres[:, last], sizes[last], rows[last]
    squares[hole] = squares[last]
    for position, member in enumerate(chain):
        if member == last:
            chain[position] = hole


def ward_labels(x: Array, n_clusters: int) -> Labels:
    """Return the labels 0..n_clusters-1 (by first member) of the Ward tree cut at `n_clusters`.

    Parameters
    ----------
    x : ndarray, shape (n, p)
    n_clusters : int
        At least 1 and at most n.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    merges, _ = ward_tree(x)
    return cut(merges, len(x), n_clusters)


def cut(merges: npt.NDArray[np.int64], n: int, n_clusters: int) -> Labels:
    """Return the labels after the first ``n - n_clusters`` merges of a tree."""
    parent = np.arange(n)
    for left, right in merges[: n - n_clusters]:
        parent[_root(parent, int(right))] = _root(parent, int(left))
    roots = np.array([_root(parent, i) for i in range(n)])
    _, first, labels = np.unique(roots, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[labels]


def _root(parent: npt.NDArray[np.int64], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = int(parent[node])
    return node
