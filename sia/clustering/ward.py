"""Ward's hierarchical clustering in memory that grows with n, not with n squared."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def ward_tree(x: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """Return the exact Ward tree of `x`.

    Nearest-neighbour chain (Murtagh 1983; Müllner 2011) on cluster centres: the increase in
    within sum of squares of a merge needs only centres and sizes (Ward 1963), so no distance
    matrix is kept.

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
    n = len(x)
    centres = np.ascontiguousarray(x.T, dtype=float).copy()
    sizes = np.ones(n)
    rows = np.arange(n)
    alive = n
    merges, heights = np.empty((n - 1, 2), dtype=np.int64), np.empty(n - 1)
    chain: list[int] = []
    for step in range(n - 1):
        if not chain:
            chain.append(0)
        left, right, height = _reciprocal(centres, sizes, chain, alive)
        keep, gone = min(left, right), max(left, right)
        merges[step] = sorted((rows[keep], rows[gone]))
        heights[step] = height
        total = sizes[keep] + sizes[gone]
        weighted = centres[:, keep] * sizes[keep] + centres[:, gone] * sizes[gone]
        centres[:, keep], sizes[keep] = weighted / total, total
        rows[keep] = merges[step, 0]
        alive -= 1
        _fill_hole(centres, sizes, rows, chain, gone, alive)
    order = np.argsort(heights, kind="stable")
    return merges[order], heights[order]


def _reciprocal(
    centres: Array, sizes: Array, chain: list[int], alive: int
) -> tuple[int, int, float]:
    """Lengthen the chain until its last two are each other's nearest; return and drop them."""
    while True:
        last = chain[-1]
        difference = centres[:, :alive] - centres[:, last : last + 1]
        cost = np.einsum("ij,ij->j", difference, difference)
        cost *= sizes[:alive] * sizes[last] / (sizes[:alive] + sizes[last])
        cost[last] = np.inf
        nearest = int(cost.argmin())
        if len(chain) > 1 and cost[chain[-2]] <= cost[nearest]:
            nearest = chain[-2]
            chain.pop()
            chain.pop()
            return last, nearest, float(cost[nearest])
        chain.append(nearest)


def _fill_hole(
    centres: Array,
    sizes: Array,
    rows: npt.NDArray[np.int64],
    chain: list[int],
    hole: int,
    last: int,
) -> None:
    """Move the last living cluster into the place of the one that was absorbed."""
    if hole == last:
        return
    centres[:, hole], sizes[hole], rows[hole] = centres[:, last], sizes[last], rows[last]
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
