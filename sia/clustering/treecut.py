"""Cut a minimum spanning tree of neighbouring buurten into regions, in the manner of SKATER."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components, depth_first_order, minimum_spanning_tree

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def tree_cut(z: Array, matrix: sparse.csr_array, n_regions: int, floor: int = 1) -> Ints:
    """Return connected regions by the best cuts of a minimum spanning tree.

    The tree joins neighbours that resemble each other; the edge is cut, again and again, that
    lowers the within sum of squares most (Assunção et al. 2006, SKATER). In depth-first order a
    subtree is a slice, so the gain of every possible cut of a part is one cumulative sum.

    Parameters
    ----------
    z : ndarray, shape (n, p)
        Standardised scores.
    matrix : csr_array, shape (n, n)
        Neighbours, symmetric.
    n_regions : int
        At least the number of separate parts of `matrix`.
    floor : int
        Least number of buurten in a region.

    Returns
    -------
    ndarray of int, shape (n,)
        Labels from 0; fewer regions than asked when no cut respects `floor`.
    """
    tree = spanning_tree(z, matrix)
    _, labels = connected_components(tree, directed=False)
    parts = [_part(tree, np.flatnonzero(labels == one)) for one in range(labels.max() + 1)]
    best = [_best_cut(z, *part, floor) for part in parts]
    while len(parts) < n_regions:
        which = int(np.argmax([gain for gain, _ in best]))
        gain, place = best[which]
        if gain == -np.inf:
            break
        pieces = _split(*parts[which], place)
        parts[which], best[which] = pieces[0], _best_cut(z, *pieces[0], floor)
        parts.append(pieces[1])
        best.append(_best_cut(z, *pieces[1], floor))
    result = np.empty(len(z), dtype=np.int64)
    for number, (order, _) in enumerate(sorted(parts, key=lambda part: int(part[0].min()))):
        result[order] = number
    return result


def spanning_tree(z: Array, matrix: sparse.csr_array) -> sparse.csr_array:
    """Return the minimum spanning tree (or forest) on the distances between neighbours."""
    upper = sparse.triu(matrix, k=1).tocoo()
    one, other = upper.coords
    # A distance of zero would be no edge at all to the sparse routine.
    length = np.sqrt(((z[one] - z[other]) ** 2).sum(axis=1)) + 1e-9
    network = sparse.csr_array((length, (one, other)), shape=matrix.shape)
    return sparse.csr_array(minimum_spanning_tree(network))


def _part(tree: sparse.csr_array, members: Ints) -> tuple[Ints, Ints]:
    """Return depth-first order of a part, and how many follow below each in that order."""
    order, parent = depth_first_order(tree, int(members[0]), directed=False)
    size = [1] * len(parent)
    above = parent.tolist()
    for node in order[:0:-1].tolist():
        size[above[node]] += size[node]
    return order.astype(np.int64), np.array(size, dtype=np.int64)[order]


def _best_cut(z: Array, order: Ints, size: Ints, floor: int) -> tuple[float, int]:
    """Return the largest decrease of the within sum of squares, and the subtree that gives it."""
    n = len(order)
    cumulative = np.concatenate([np.zeros((1, z.shape[1])), np.cumsum(z[order], axis=0)])
    place = np.arange(n)
    below = cumulative[place + size] - cumulative[place]
    rest = cumulative[-1] - below
    fits = (size >= floor) & (n - size >= max(floor, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = (below**2).sum(axis=1) / size + (rest**2).sum(axis=1) / (n - size)
    gain = np.where(fits, gain - (cumulative[-1] ** 2).sum() / n, -np.inf)
    best = int(gain.argmax())
    return float(gain[best]), best


def _split(order: Ints, size: Ints, place: int) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Take a subtree out of a part: both stay in depth-first order."""
    end = place + size[place]
    ancestors = np.flatnonzero(
        (np.arange(len(order)) < place) & (np.arange(len(order)) + size >= end)
    )
    reduced = size.copy()
    reduced[ancestors] -= size[place]
    inside = np.zeros(len(order), dtype=bool)
    inside[place:end] = True
    return (order[~inside], reduced[~inside]), (order[inside], size[inside])


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
    order, size = _part(tree, np.arange(tree.shape[0]))
    cumulative = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values[order], axis=0)])
    place = np.arange(len(order))
    return order, size, cumulative[place + size] - cumulative[place]
