"""Move the borders of a group of squares that was found, one square at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from sia.clustering.noise import Noise, Zone, standardise
from sia.clustering.scan import LEAST_SIDE, joined_edges, statistic
from sia.methode import ScanSettings

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


_GAIN = 0.02
"""Least relative gain for which a border moves: below it noise draws the line."""


def refine(
    zones: Sequence[Zone], crossing: Ints, members: Bools, noise: Noise, settings: ScanSettings
) -> Bools:
    """Move the borders of a group, one square at a time, as long as it stands out more.

    Parameters
    ----------
    zones : sequence of Zone
        One, or the two of `scan_border`.
    crossing : ndarray of int, shape (n_crossing, 2)
        As for `scan_border`; empty for one zone.
    members : ndarray of bool, shape (n,)
        Connected group over the squares of the zones in order.
    settings : ScanSettings
        Its bounds on weight are kept.

    Returns
    -------
    ndarray of bool, shape (n,)
        Connected group, whose statistics (summed over the zones) are no lower.
    """
    edges = joined_edges(zones, crossing)
    worth = _Worth(zones, noise, settings)
    current, highest = members.copy(), worth(members)
    while True:
        touch = current[edges]
        border = np.unique(edges[touch[:, 0] != touch[:, 1]])
        options = [(worth(_flipped(current, square)), int(square)) for square in border]
        better = [option for option in options if option[0] > highest * (1 + _GAIN)]
        for value, square in sorted(better, reverse=True):
            tried = _flipped(current, square)
            if is_connected(tried, edges):
                current, highest = tried, value
                break
        else:
            return current


def _flipped(members: Bools, square: int) -> Bools:
    result = members.copy()
    result[square] = not result[square]
    return result


class _Worth:
    """The summed statistics of a group over its zones; -inf outside the bounds on weight."""

    def __init__(self, zones: Sequence[Zone], noise: Noise, settings: ScanSettings) -> None:
        self.settings = settings
        self.weights = [zone.weight for zone in zones]
        scores = [standardise(zone.score[None], zone.weight, noise)[0] for zone in zones]
        self.scores = [s * w for s, w in zip(scores, self.weights, strict=True)]
        self.ends = np.cumsum([len(weight) for weight in self.weights])[:-1]

    def __call__(self, members: Bools) -> float:
        parts = np.split(members, self.ends)
        worth, people = 0.0, 0.0
        for part, weight, score in zip(parts, self.weights, self.scores, strict=True):
            inside, everything = float(weight[part].sum()), float(weight.sum())
            low = self.settings.minimum / LEAST_SIDE
            high = min(self.settings.max_share * everything, everything - self.settings.minimum)
            if not low <= inside <= high:
                return -np.inf
            summed, total = np.array(score[part].sum()), np.array(score.sum())
            worth += float(statistic(summed, np.array(inside), total, weight))
            people += inside
        return worth if people >= self.settings.minimum else -np.inf


def is_connected(members: Bools, edges: Ints) -> bool:
    """Return whether a group of squares is one connected part."""
    inside = edges[members[edges].all(axis=1)]
    n = len(members)
    network = sparse.csr_array((np.ones(len(inside)), (inside[:, 0], inside[:, 1])), shape=(n, n))
    _, labels = connected_components(network, directed=False)
    return len(np.unique(labels[members])) == 1
