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
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import nnls
from scipy.sparse import linalg
from scipy.sparse.csgraph import connected_components, dijkstra

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_RHOS = (0.0, 0.2, 0.4, 0.6, 0.75, 0.9)
_DRAWS_PER_ZONE = 20
_MIN_SQUARES = 10
_SIZES = 24
_LOG_VARIANCE_ERROR = 5.4
"""Sampling variance of the log of the squared MAD of n normal values, times n (efficiency 37 %)."""
_GAIN = 0.02
"""Least relative gain for which a border moves: below it noise draws the line."""
_LEAST_SIDE = 4
"""A window over a border has at least this part of the minimum weight on each side."""


@dataclass(frozen=True)
class ScanSettings:
    """How a zone is scanned.

    Parameters
    ----------
    minimum : float
        Least weight (inhabitants) of a candidate, and of what is left of its zone.
    max_share : float
        Largest share (0-1) of the zone's weight in a candidate.
    permutations : int
        Largest number of permutations.
    stop : int
        Stop a test once so many permutations were at least as extreme: its p-value is large
        (Besag & Clifford 1991, sequential Monte Carlo).
    batch : int
        Permutations that are computed at once.
    """

    minimum: float = 100.0
    max_share: float = 1 / 3
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
    unequal : float
        Variance between buurten of the logarithm of the variance of their squares.
    innovations : ndarray, shape (n_squares,)
        What the scores of all squares are without the resemblance to their neighbours, in units
        of the robust spread of their own buurt: the pool that is permuted.
    """

    rho: float = 0.0
    floor: float = 1.0
    per_weight: float = 0.0
    unequal: float = 0.0
    innovations: Array = field(default_factory=lambda: np.zeros(0), repr=False)

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
    place : ndarray, shape (n, 2)
        Middle of each square, in metres.
    """

    score: Array
    weight: Array
    edges: Ints
    place: Array

    def without(self, members: Bools) -> Zone:
        """Return the zone without some squares."""
        keep = ~members
        number = np.cumsum(keep) - 1
        inside = keep[self.edges].all(axis=1)
        edges = number[self.edges[inside]]
        return Zone(self.score[keep], self.weight[keep], edges, self.place[keep])


@dataclass(frozen=True)
class Scan:
    """The best candidate of a zone.

    Parameters
    ----------
    members : ndarray of bool, shape (n,)
        Squares of the candidate; none when no candidate is large enough.
    statistic : float
        Weighted squared difference between candidate and rest, in units of the robust variance
        of one square of the zone; -inf without a candidate.
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
            fits &= (part >= settings.minimum / _LEAST_SIDE) & (rest >= settings.minimum)
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

    Parameters
    ----------
    summed : ndarray
        Weighted sum of the standardised scores of each group.
    inside : ndarray
        Weight of each group.
    total : ndarray
        Weighted sum of the standardised scores of the zone.
    weight : ndarray, shape (n,)
        Weights of the squares of the zone; zero outside it.

    Returns
    -------
    ndarray
        ``W_a W_b / W (m_a - m_b)^2 / mean weight``; -inf where the group scores lower.
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
        system = _system(zone, noise.rho).toarray()
        self.colour = np.linalg.inv(system).T if noise.rho else None

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """Return `count` vectors of scores (count, n)."""
        drawn = rng.choice(self.pool, (count, len(self.weight)))
        if self.colour is not None:
            drawn = drawn @ self.colour
        return standardise(drawn * self.noise.spread(self.weight), self.weight, self.noise)


def innovations(zone: Zone, noise: Noise) -> Array:
    """Return what the scores of a zone are without the resemblance to their neighbours.

    Parameters
    ----------
    zone : Zone
    noise : Noise

    Returns
    -------
    ndarray, shape (n,)
        In units of the robust spread of the zone, corrected for the weight of each square.
    """
    unit = standardise(zone.score[None], zone.weight, noise)[0] / noise.spread(zone.weight)
    return np.asarray(_system(zone, noise.rho) @ unit)


def _system(zone: Zone, rho: float) -> sparse.csc_array:
    n = len(zone.score)
    return sparse.csc_array(sparse.eye_array(n) - rho * neighbour_mean(zone.edges, n))


def standardise(scores: Array, weight: Array, noise: Noise) -> Array:
    """Centre rows of scores (n_rows, n) on their median and divide by the spread of their zone.

    The spread is robust (median absolute deviation), and as far as buurten do not really differ
    in it, it is drawn to that of all buurten together (empirical Bayes on the log variance), for
    in a few dozen squares it is mostly noise.
    """
    n = scores.shape[1]
    deviation = scores - np.median(scores, axis=1, keepdims=True)
    unit = _log_variance(deviation / noise.spread(weight))
    trust = noise.unequal / (noise.unequal + _LOG_VARIANCE_ERROR / n)
    return np.asarray(deviation / np.exp(0.5 * trust * unit)[:, None])


def _log_variance(deviation: Array) -> Array:
    """Return the logarithm of the robust variance of each row (0 for a row without spread)."""
    spread = 1.4826 * np.median(np.abs(deviation), axis=1)
    return np.asarray(2 * np.log(np.where(spread > 0, spread, 1.0)))


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
    noise : Noise
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
            low = self.settings.minimum / _LEAST_SIDE
            high = min(self.settings.max_share * everything, everything - self.settings.minimum)
            if not low <= inside <= high:
                return -np.inf
            summed, total = np.array(score[part].sum()), np.array(score.sum())
            worth += float(statistic(summed, np.array(inside), total, weight))
            people += inside
        return worth if people >= self.settings.minimum else -np.inf


def joined_edges(zones: Sequence[Zone], crossing: Ints) -> Ints:
    """Return the edges of one zone, or of two with those over their border."""
    if len(zones) == 1:
        return zones[0].edges
    left, right = zones
    n = len(left.score)
    return np.concatenate([left.edges, right.edges + n, crossing + np.array([0, n])])


def is_connected(members: Bools, edges: Ints) -> bool:
    """Return whether a group of squares is one connected part."""
    inside = edges[members[edges].all(axis=1)]
    n = len(members)
    network = sparse.csr_array((np.ones(len(inside)), (inside[:, 0], inside[:, 1])), shape=(n, n))
    _, labels = connected_components(network, directed=False)
    return len(np.unique(labels[members])) == 1


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
    flat = _with_unequal(Noise(0.0, floor, per_weight), usable)
    observed = float(
        np.median([_moran(_residual(z) / flat.spread(z.weight), z.edges) for z in usable])
    )
    expected = [_expected_moran(usable, rho, rng) for rho in _RHOS]
    rho = float(np.interp(observed, np.maximum.accumulate(np.array(expected)), _RHOS))
    noise = replace(flat, rho=rho)
    pool = np.concatenate([innovations(zone, noise) for zone in usable])
    return replace(noise, innovations=pool)


def _with_unequal(noise: Noise, zones: Sequence[Zone]) -> Noise:
    """Add how much buurten differ in the variance of their squares, beyond chance."""
    found = np.array(
        [_log_variance((_residual(z) / noise.spread(z.weight))[None])[0] for z in zones]
    )
    middle = float(np.median(found))
    between = (1.4826 * float(np.median(np.abs(found - middle)))) ** 2
    chance = float(np.median([_LOG_VARIANCE_ERROR / len(zone.score) for zone in zones]))
    scale = float(np.exp(middle))
    return Noise(
        noise.rho, noise.floor * scale, noise.per_weight * scale, max(0.0, between - chance)
    )


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
        fields = linalg.splu(_system(zone, rho)).solve(rng.normal(size=(n, _DRAWS_PER_ZONE)))
        fields -= fields.mean(axis=0)
        top = (fields * (neighbour_mean(zone.edges, n) @ fields)).sum(axis=0)
        coefficients.append(np.median(top / (fields**2).sum(axis=0)))
    return float(np.median(coefficients))
