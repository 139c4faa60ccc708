"""Scan buurten for a connected group of squares that stands out, with an honest p-value.

The candidates are compact windows: from every square outward over its neighbours, up to a third of
the buurt (Kulldorff 1997; weighted normal scores as in Huang, Kulldorff & Gregorio 2007). The best
of thousands of windows always looks impressive; so a permutation repeats the whole search, and its
largest statistic is what the observed one is compared with. Neighbouring squares resemble each
other without any pocket, so not the scores are permuted but what is left after that resemblance
is taken out; it is put back after the permutation. The permutation runs over all squares of the
municipality, each on the scale of its own buurt: within one buurt of some fifty squares the pocket
itself would fill the null distribution and hide itself. Only after the test are the borders of
the pocket refined, square by square.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra

from sia.clustering.noise import Noise, Zone, autoregression, innovations, standardise
from sia.methode import ScanSettings

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


_SIZES = 24
LEAST_SIDE = 4
"""A window over a border has at least this part of the minimum weight on each side."""


@dataclass(frozen=True)
class Scan:
    """The best candidate of a zone.

    `members` (bool, shape (n,)): Squares of the candidate; none when no candidate is large enough.
    `statistic`: Weighted squared difference between candidate and rest, in units of the robust
        variance of one square of the zone; -inf without a candidate.
    `p`: Probability of so large a statistic without a pocket.
    `permutations`: Permutations that were done.
    """

    members: Bools
    statistic: float
    p: float
    permutations: int


def scan(zone: Zone, noise: Noise, settings: ScanSettings, rng: np.random.Generator) -> Scan:
    """Return the best candidate of a zone with its max-statistic p-value."""
    search = _Search(zone.edges, zone.place, [zone.weight], settings)
    null = _Null(zone, noise)
    members, statistic = search.best(null.observed)
    if not members.any():
        return Scan(members, -np.inf, 1.0, 0)
    p, done = _monte_carlo(statistic, lambda count: search.maxima(null.draw(count, rng)), settings)
    return Scan(members, statistic, p, done)


def scan_border(
    left: Zone,
    right: Zone,
    crossing: Ints,
    noise: Noise,
    settings: ScanSettings,
    rng: np.random.Generator,
) -> Scan:
    """Return the best candidate that lies on both sides of a border.

    Its statistic is the smaller of the statistics of the two sides, so both must stand out from
    their own buurt. The p-value is the larger of two: each side is permuted while the other is
    held as observed (intersection-union test, Berger 1982), so that a pocket on one side alone
    does not make the other significant.

    ``members`` covers the squares of `left`, then those of `right`.

    `crossing` (int, shape (n_crossing, 2)): Neighbours over the border: place in `left`, place in
        `right`.
    """
    n = len(left.score)
    edges = joined_edges((left, right), crossing)
    place = np.concatenate([left.place, right.place])
    sides = [
        np.concatenate([left.weight, np.zeros(len(right.weight))]),
        np.concatenate([np.zeros(n), right.weight]),
    ]
    nulls = [_Null(left, noise), _Null(right, noise)]
    observed = np.concatenate([null.observed for null in nulls])
    search = _Search(edges, place, sides, settings)
    members, statistic = search.best(observed)
    if not members.any():
        return Scan(members, -np.inf, 1.0, 0)
    p, most = 0.0, 0
    for here in (0, 1):

        def draw(count: int, here: int = here) -> Array:
            parts = [np.tile(null.observed, (count, 1)) for null in nulls]
            parts[here] = nulls[here].draw(count, rng)
            return search.maxima(np.concatenate(parts, axis=1))

        side_p, done = _monte_carlo(statistic, draw, settings)
        p, most = max(p, side_p), max(most, done)
        if side_p > settings.stop / settings.batch:
            break
    return Scan(members, statistic, p, most)


class _Search:
    """The windows of a zone (or of two zones and their border) and how much each stands out."""

    def __init__(
        self, edges: Ints, place: Array, sides: Sequence[Array], settings: ScanSettings
    ) -> None:
        windows = _windows(edges, place)
        inside = [windows @ weight for weight in sides]
        fits = sum(inside) >= settings.minimum
        for weight, part in zip(sides, inside, strict=True):
            rest = weight.sum() - part
            fits &= (part >= settings.minimum / LEAST_SIDE) & (rest >= settings.minimum)
            fits &= part <= settings.max_share * weight.sum()
        self.windows, self.sides = windows[np.flatnonzero(fits)], sides
        self.inside = [part[fits] for part in inside]

    def maxima(self, scores: Array) -> Array:
        """Return the largest statistic of each row of scores (n_rows, n)."""
        return np.asarray(self._statistics(scores).max(axis=0, initial=-np.inf))

    def best(self, score: Array) -> tuple[Bools, float]:
        """Return the members and the statistic of the best window of one vector of scores."""
        statistic = self._statistics(score[None])[:, 0]
        if not len(statistic) or statistic.max() == -np.inf:
            return np.zeros(len(score), dtype=bool), -np.inf
        top = int(statistic.argmax())
        return self.windows[[top]].toarray()[0] > 0, float(statistic[top])

    def _statistics(self, scores: Array) -> Array:
        """Return the statistic (n_windows, n_rows); of two sides the lesser one."""
        parts = [
            statistic(self.windows @ (scores * weight).T, part[:, None], scores @ weight, weight)
            for weight, part in zip(self.sides, self.inside, strict=True)
        ]
        return np.asarray(np.min(parts, axis=0))


def statistic(summed: Array, inside: Array, total: Array, weight: Array) -> Array:
    """Return how much groups stand out from the rest of their zone.

    ``W_a W_b / W (m_a - m_b)^2 / mean weight``; -inf where the group scores lower.

    `summed` (ndarray): Weighted sum of the standardised scores of each group.
    `inside` (ndarray): Weight of each group.
    `total` (ndarray): Weighted sum of the standardised scores of the zone.
    `weight` (ndarray, shape (n,)): Weights of the squares of the zone; zero outside it.
    """
    everything = weight.sum()
    rest = everything - inside
    difference = summed / inside - (total - summed) / rest
    found = inside * rest / everything * difference**2 / weight[weight > 0].mean()
    return np.asarray(np.where(difference > 0, found, -np.inf))


def _windows(edges: Ints, place: Array) -> sparse.csr_array:
    """Return compact connected windows (n_windows, n) of growing size around every square.

    Squares join in order of their distance over the network of neighbours, then as the crow
    flies; a square's predecessor on the way is always nearer, so every window is connected.
    """
    n = len(place)
    lengths = np.hypot(*(place[edges[:, 0]] - place[edges[:, 1]]).T)
    network = sparse.csr_array((lengths, (edges[:, 0], edges[:, 1])), shape=(n, n))
    reach = dijkstra(network, directed=False)
    direct = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    order = np.lexsort((direct, reach.round(3)), axis=1)
    reachable = np.isfinite(reach).sum(axis=1)
    sizes = np.unique(np.geomspace(1, max(n // 2, 1), _SIZES).round().astype(np.int64))
    rows, columns, count = [], [], 0
    for size in sizes:
        centres = np.flatnonzero(reachable >= size)
        rows.append(np.repeat(np.arange(count, count + len(centres)), size))
        columns.append(order[centres, :size].ravel())
        count += len(centres)
    row, column = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_array((np.ones(len(row)), (row, column)), shape=(count, n))


class _Null:
    """Scores of a zone in units of its robust spread: observed, and as without a pocket."""

    def __init__(self, zone: Zone, noise: Noise) -> None:
        self.noise, self.weight = noise, zone.weight
        self.observed = standardise(zone.score[None], zone.weight, noise)[0]
        self.pool = noise.innovations
        if not len(self.pool):
            self.pool = innovations(zone, noise)
        self.zone = zone

    @cached_property
    def _colour(self) -> Array:
        return np.asarray(np.linalg.inv(autoregression(self.zone, self.noise.rho).toarray()).T)

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """Return `count` vectors of scores (count, n)."""
        drawn = rng.choice(self.pool, (count, len(self.weight)))
        if self.noise.rho:
            drawn = drawn @ self._colour
        return standardise(drawn * self.noise.spread(self.weight), self.weight, self.noise)


def _monte_carlo(
    observed: float, draw: Callable[[int], Array], settings: ScanSettings
) -> tuple[float, int]:
    """Return the p-value and the number of draws (Besag & Clifford 1991)."""
    extreme, done = 0, 0
    while done < settings.permutations and extreme < settings.stop:
        count = min(settings.batch, settings.permutations - done)
        extreme += int((draw(count) >= observed - 1e-12).sum())
        done += count
    return (extreme + 1) / (done + 1), done


def joined_edges(zones: Sequence[Zone], crossing: Ints) -> Ints:
    """Return the edges of one zone, or of two with those over their border."""
    if len(zones) == 1:
        return zones[0].edges
    left, right = zones
    n = len(left.score)
    return np.concatenate([left.edges, right.edges + n, crossing + np.array([0, n])])


_GAIN = 0.02
"""Least relative gain for which a border moves: below it noise draws the line."""


def refine(
    zones: Sequence[Zone], crossing: Ints, members: Bools, noise: Noise, settings: ScanSettings
) -> Bools:
    """Move the borders of a group, one square at a time, as long as it stands out more.

    `zones`: One, or the two of `scan_border`.
    `crossing` (int, shape (n_crossing, 2)): As for `scan_border`; empty for one zone.
    `members` (bool, shape (n,)): Connected group over the squares of the zones in order.
    `settings`: Its bounds on weight are kept.
    Returns (bool, shape (n,)): Connected group, whose statistics (summed over the zones) are no
        lower.
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
