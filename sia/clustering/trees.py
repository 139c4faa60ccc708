"""Trees over neighbouring buurten, in which every branch is a connected set."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import depth_first_order, minimum_spanning_tree

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def spanning_tree(z: Array, matrix: sparse.csr_array) -> sparse.csr_array:
    """Return the minimum spanning tree (or forest) on the distances between neighbours."""
    upper = sparse.triu(matrix, k=1).tocoo()
    one, other = upper.coords
    # A distance of zero would be no edge at all to the sparse routine.
    length = np.sqrt(((z[one] - z[other]) ** 2).sum(axis=1)) + 1e-9
    network = sparse.csr_array((length, (one, other)), shape=matrix.shape)
    return sparse.csr_array(minimum_spanning_tree(network))


def _depth_first(tree: sparse.csr_array) -> tuple[Ints, Ints]:
    """Return depth-first order, and how many follow below each in that order."""
    order, parent = depth_first_order(tree, 0, directed=False)
    size = [1] * len(parent)
    above = parent.tolist()
    for node in order[:0:-1].tolist():
        size[above[node]] += size[node]
    return order.astype(np.int64), np.array(size, dtype=np.int64)[order]


def subtree_sums(tree: sparse.csr_array, values: Array) -> tuple[Ints, Ints, Array]:
    """Return depth-first order of a connected tree, subtree sizes, and subtree sums of `values`.

    Parameters
    ----------
    tree : csr_array, shape (n, n)
    values : ndarray, shape (n, m)

    Returns
    -------
    order, size : ndarray of int, shape (n,)
        ``order[i : i + size[i]]`` is the subtree of ``order[i]``.
    sums : ndarray, shape (n, m)
        Sum of `values` over each subtree, in the same order.
    """
    order, size = _depth_first(tree)
    cumulative = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values[order], axis=0)])
    place = np.arange(len(order))
    return order, size, cumulative[place + size] - cumulative[place]
