"""Scan buurten for a connected group of squares that stands out, with an honest p-value.

The candidates are the connected parts of the upper level sets of the score (Patil & Taillie 2004),
of the score itself and of the score smoothed with its neighbours: shapes of any form, chosen by
looking at the data. Because they are chosen that way, a permutation repeats the choice, and the
largest statistic of each permutation is what the observed one is compared with (Kulldorff 1997;
weighted normal scores as in Huang, Kulldorff & Gregorio 2007). Neighbouring squares resemble each
other without any pocket, so not the scores are permuted but what is left after that resemblance
is taken out; it is put back after the permutation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import nnls
from scipy.sparse import linalg
from scipy.sparse.csgraph import connected_components

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Judge = Callable[[Array, Bools, Ints, int], Array]
"""(scores, above the level, part of each square, number of parts) -> statistic of each part."""

_RHOS = (0.0, 0.2, 0.4, 0.6, 0.75, 0.9)
_DRAWS_PER_ZONE = 20
_MIN_SQUARES = 10


@dataclass(frozen=True)
class ScanSettings:
    """How a zone is scanned.

    Parameters
    ----------
    minimum : float
        Least weight (inhabitants) of a candidate, and of what is left of its zone.
    max_share : float
        Largest share (0-1) of the zone's weight in a candidate.
    fractions : tuple of float
        Shares (0-1) of the squares above the levels that are tried.
    smoothing : tuple of float
        Shares (0-1) of the neighbours' mean in the scores whose level sets are taken.
    permutations : int
        Largest number of permutations.
    stop : int
        Stop a test once so many permutations were at least as extreme: its p-value is large
        (Besag & Clifford 1991, sequential Monte Carlo).
    batch : int
        Permutations that are computed at once.
    """

    minimum: float = 100.0
    max_share: float = 0.5
    fractions: tuple[float, ...] = (0.03, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
    smoothing: tuple[float, ...] = (0.0, 0.5)
    permutations: int = 3999
    stop: int = 10
    batch: int = 100


@dataclass(frozen=True)
class Noise:
    """How scores of squares vary when there is no pocket; estimated over all buurten together.

    Parameters
    ----------
    rho : float
        Spatial autoregression between neighbouring squares (0 = none).
    floor, per_weight : float
        Variance of a score is proportional to ``floor + per_weight / weight``.
    """

    rho: float = 0.0
    floor: float = 1.0
    per_weight: float = 0.0

    def spread(self, weight: Array) -> Array:
        """Return the standard deviation of the score of squares with these weights."""
        return np.asarray(np.sqrt(self.floor + self.per_weight / np.maximum(weight, 1.0)))


@dataclass(frozen=True)
class Zone:
    """The scored squares of one buurt.

    Parameters
    ----------
    score : ndarray, shape (n,)
        Higher stands out.
    weight : ndarray, shape (n,)
        Inhabitants, positive.
    edges : ndarray of int, shape (n_edges, 2)
        Neighbouring squares, each pair once.
    """

    score: Array
    weight: Array
    edges: Ints

    def without(self, members: Bools) -> Zone:
        """Return the zone without some squares."""
        keep = ~members
        place = np.cumsum(keep) - 1
        inside = keep[self.edges].all(axis=1)
        return Zone(self.score[keep], self.weight[keep], place[self.edges[inside]])


@dataclass(frozen=True)
class Scan:
    """The best candidate of a zone.

    Parameters
    ----------
    members : ndarray of bool, shape (n,)
        Squares of the candidate; none when no candidate is large enough.
    statistic : float
        Share of the zone's variance that the candidate explains; -inf without a candidate.
    p : float
        Probability of so large a statistic without a pocket.
    permutations : int
        Permutations that were done.
    """

    members: Bools
    statistic: float
    p: float
    permutations: int


def scan(zone: Zone, noise: Noise, settings: ScanSettings, rng: np.random.Generator) -> Scan:
    """Return the best candidate of a zone with its max-statistic p-value.

    Parameters
    ----------
    zone : Zone
    noise : Noise
    settings : ScanSettings
    rng : numpy.random.Generator

    Returns
    -------
    Scan
    """
    search = _Search(zone.edges, len(zone.score), _single(zone.weight, settings), settings)
    members, statistic = search.best(zone.score)
    if not members.any():
        return Scan(members, -np.inf, 1.0, 0)
    null = _Null(zone, noise)
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

    Its statistic is the smaller of the two sides' explained shares, so both must stand out from
    their own buurt. The p-value is the larger of two: each side is permuted while the other is
    held as observed (intersection-union test, Berger 1982), so that a pocket on one side alone
    does not make the other significant.

    Parameters
    ----------
    left, right : Zone
    crossing : ndarray of int, shape (n_crossing, 2)
        Neighbours over the border: place in `left`, place in `right`.
    noise : Noise
    settings : ScanSettings
    rng : numpy.random.Generator

    Returns
    -------
    Scan
        ``members`` covers the squares of `left`, then those of `right`.
    """
    n = len(left.score)
    edges = np.concatenate([left.edges, right.edges + n, crossing + np.array([0, n])])
    weight = np.concatenate([left.weight, right.weight])
    sides = [zone.score - np.average(zone.score, weights=zone.weight) for zone in (left, right)]
    observed = np.concatenate(sides)
    search = _Search(edges, len(observed), _both_sides(weight, n, settings), settings)
    members, statistic = search.best(observed)
    if not members.any():
        return Scan(members, -np.inf, 1.0, 0)
    p, most = 0.0, 0
    for here, zone in enumerate((left, right)):
        null = _Null(zone, noise)

        def draw(count: int, here: int = here, null: _Null = null) -> Array:
            parts = [np.tile(side, (count, 1)) for side in sides]
            parts[here] = null.draw(count, rng, centred=True)
            return search.maxima(np.concatenate(parts, axis=1))

        side_p, done = _monte_carlo(statistic, draw, settings)
        p, most = max(p, side_p), max(most, done)
        if side_p > settings.stop / settings.batch:
            break
    return Scan(members, statistic, p, most)


class _Search:
    """The family of candidates of a zone, on one or on many vectors of scores."""

    def __init__(self, edges: Ints, n: int, judge: Judge, settings: ScanSettings) -> None:
        self.edges, self.judge, self.n = edges, judge, n
        self.sizes = sorted({int(np.ceil(share * n)) for share in settings.fractions})
        self.smoothing = settings.smoothing
        self.mean_of_neighbours = neighbour_mean(edges, n)
        self.connected = np.bincount(edges.ravel(), minlength=n) > 0

    def maxima(self, scores: Array) -> Array:
        """Return the largest statistic of each row of scores (n_rows, n)."""
        highest = np.full(len(scores), -np.inf)
        for above, labels, count in self._levels(scores):
            statistic = self.judge(scores, above, labels, count)
            rows = np.empty(count, dtype=np.int64)
            rows[labels] = np.repeat(np.arange(len(scores)), self.n)
            np.maximum.at(highest, rows, statistic)
        return highest

    def best(self, score: Array) -> tuple[Bools, float]:
        """Return the members and the statistic of the best candidate of one vector."""
        members, highest = np.zeros(self.n, dtype=bool), -np.inf
        for above, labels, count in self._levels(score[None]):
            statistic = self.judge(score[None], above, labels, count)
            top = int(statistic.argmax())
            if statistic[top] > highest:
                members, highest = labels == top, float(statistic[top])
        return members, highest

    def _levels(self, scores: Array) -> Iterator[tuple[Bools, Ints, int]]:
        """Yield every level set: which squares are above, and the connected part of each."""
        rows = len(scores)
        start = np.arange(rows)[:, None] * self.n
        for share in self.smoothing:
            around = (self.mean_of_neighbours @ scores.T).T
            smooth = scores + share * self.connected * (around - scores)
            rank = np.argsort(np.argsort(-smooth, axis=1, kind="stable"), axis=1)
            for size in self.sizes:
                above = rank < size
                both = above[:, self.edges[:, 0]] & above[:, self.edges[:, 1]]
                one = (start + self.edges[:, 0])[both]
                other = (start + self.edges[:, 1])[both]
                shape = (rows * self.n, rows * self.n)
                links = sparse.csr_array((np.ones(len(one), dtype=np.int8), (one, other)), shape)
                count, labels = connected_components(links, directed=False)
                yield above, labels.astype(np.int64), int(count)


def _single(weight: Array, settings: ScanSettings) -> Judge:
    """Judge parts by the share of the zone's variance that part against rest explains."""

    def judge(scores: Array, above: Bools, labels: Ints, count: int) -> Array:
        share, total, rest = _explained(scores, weight, above, labels, count)
        fits = (total >= settings.minimum) & (rest >= settings.minimum)
        fits &= total <= settings.max_share * (total + rest)
        return np.where(fits, share, -np.inf)

    return judge


def _both_sides(weight: Array, n_left: int, settings: ScanSettings) -> Judge:
    """Judge parts by the lesser of the two sides, each of which must really take part."""
    left = np.arange(len(weight)) < n_left

    def judge(scores: Array, above: Bools, labels: Ints, count: int) -> Array:
        lesser, inside = np.full(count, np.inf), np.zeros(count)
        fits = np.ones(count, dtype=bool)
        for side in (left, ~left):
            share, total, rest = _explained(scores, weight * side, above, labels, count)
            lesser = np.minimum(lesser, share)
            inside += total
            fits &= (total >= settings.minimum / 4) & (rest >= settings.minimum)
            fits &= total <= settings.max_share * (total + rest)
        return np.where(fits & (inside >= settings.minimum), lesser, -np.inf)

    return judge


def _explained(
    scores: Array, weight: Array, above: Bools, labels: Ints, count: int
) -> tuple[Array, Array, Array]:
    """Return per part: explained share of the variance, its weight, and the weight of the rest.

    The share is -inf for a part that does not score higher than the rest.
    """
    rows = np.empty(count, dtype=np.int64)
    rows[labels] = np.repeat(np.arange(len(scores)), scores.shape[1])
    w = (above * weight).ravel()
    inside = np.bincount(labels, w, count)
    summed = np.bincount(labels, w * scores.ravel(), count)
    everything = weight.sum()
    mean = scores @ weight / everything
    variance = ((scores - mean[:, None]) ** 2 @ weight)[rows]
    rest = everything - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = summed / inside - (mean[rows] * everything - summed) / rest
        share = inside * rest / everything * difference**2 / variance
    return np.where(difference > 0, share, -np.inf), np.asarray(inside), np.asarray(rest)


class _Null:
    """Scores of a zone as they could have been without a pocket."""

    def __init__(self, zone: Zone, noise: Noise) -> None:
        self.mean = float(np.average(zone.score, weights=zone.weight))
        self.spread = noise.spread(zone.weight)
        self.weight = zone.weight
        n = len(zone.score)
        system = sparse.eye_array(n) - noise.rho * neighbour_mean(zone.edges, n)
        self.colour = linalg.splu(sparse.csc_array(system)) if noise.rho else None
        self.innovations = system @ ((zone.score - self.mean) / self.spread)

    def draw(self, count: int, rng: np.random.Generator, *, centred: bool = False) -> Array:
        """Return `count` vectors of scores (count, n)."""
        drawn = rng.permuted(np.tile(self.innovations, (count, 1)), axis=1)
        if self.colour is not None:
            drawn = self.colour.solve(np.ascontiguousarray(drawn.T)).T
        scores = drawn * self.spread
        if centred:
            return np.asarray(scores - (scores @ self.weight / self.weight.sum())[:, None])
        return np.asarray(scores + self.mean)


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


def neighbour_mean(edges: Ints, n: int) -> sparse.csr_array:
    """Return the matrix that replaces every score by the mean of its neighbours.

    Parameters
    ----------
    edges : ndarray of int, shape (n_edges, 2)
    n : int

    Returns
    -------
    csr_array, shape (n, n)
        Rows sum to 1; the row of a square without neighbours is empty.
    """
    one, other = edges[:, 0], edges[:, 1]
    degree = np.bincount(edges.ravel(), minlength=n)
    rows, columns = np.concatenate([one, other]), np.concatenate([other, one])
    return sparse.csr_array((1 / degree[rows], (rows, columns)), shape=(n, n))


def estimate_noise(zones: Sequence[Zone], rng: np.random.Generator) -> Noise:
    """Estimate how squares vary and resemble their neighbours, over all buurten together.

    Medians over buurten are used, so that pockets in a minority of them leave no trace. The
    autoregression is the one under which simulated buurten on the same squares have the median
    Moran coefficient that was observed (indirect inference, Gourieroux, Monfort & Renault 1993).

    Parameters
    ----------
    zones : sequence of Zone
    rng : numpy.random.Generator

    Returns
    -------
    Noise
        ``Noise()`` when no zone has ten squares.
    """
    usable = [zone for zone in zones if len(zone.score) >= _MIN_SQUARES and len(zone.edges)]
    if not usable:
        return Noise()
    floor, per_weight = _variance_model(usable)
    flat = Noise(0.0, floor, per_weight)
    observed = float(
        np.median([_moran(_residual(z) / flat.spread(z.weight), z.edges) for z in usable])
    )
    expected = [_expected_moran(usable, rho, rng) for rho in _RHOS]
    rho = float(np.interp(observed, np.maximum.accumulate(np.array(expected)), _RHOS))
    return Noise(rho, floor, per_weight)


def _residual(zone: Zone) -> Array:
    return np.asarray(zone.score - np.median(zone.score))


def _variance_model(zones: Sequence[Zone]) -> tuple[float, float]:
    """Fit variance = floor + per_weight / weight on robust variances in ten classes of weight."""
    residual = np.concatenate([_residual(zone) for zone in zones])
    weight = np.concatenate([zone.weight for zone in zones])
    classes = np.array_split(np.argsort(weight, kind="stable"), min(10, len(weight) // 10 + 1))
    spread = [(1.4826 * np.median(np.abs(residual[rows]))) ** 2 for rows in classes]
    design = [[1.0, float(np.mean(1 / np.maximum(weight[rows], 1)))] for rows in classes]
    (floor, per_weight), _ = nnls(np.array(design), np.array(spread))
    if floor + per_weight <= 0:
        return 1.0, 0.0
    return float(floor), float(per_weight)


def _moran(values: Array, edges: Ints) -> float:
    """Return Moran's coefficient with rows of weights that sum to one (0 without variance)."""
    deviation = values - values.mean()
    squares = float(deviation @ deviation)
    if squares <= 0:
        return 0.0
    return float(deviation @ (neighbour_mean(edges, len(values)) @ deviation)) / squares


def _expected_moran(zones: Sequence[Zone], rho: float, rng: np.random.Generator) -> float:
    coefficients = []
    for zone in zones:
        n = len(zone.score)
        mean = neighbour_mean(zone.edges, n)
        system = sparse.csc_array(sparse.eye_array(n) - rho * mean)
        fields = linalg.splu(system).solve(rng.normal(size=(n, _DRAWS_PER_ZONE)))
        fields -= fields.mean(axis=0)
        top = (fields * (mean @ fields)).sum(axis=0)
        coefficients.append(np.median(top / (fields**2).sum(axis=0)))
    return float(np.median(coefficients))
