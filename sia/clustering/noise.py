"""How the scores of squares vary and resemble their neighbours when there is no pocket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import nnls
from scipy.sparse import linalg

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


_RHOS = (0.0, 0.2, 0.4, 0.6, 0.75, 0.9)
_DRAWS_PER_ZONE = 20
_MIN_SQUARES = 10
_LOG_VARIANCE_ERROR = 5.4
"""Sampling variance of the log of the squared MAD of n normal values, times n (efficiency 37 %)."""


@dataclass(frozen=True)
class Noise:
    """How scores of squares vary when there is no pocket; estimated over all buurten together.

    `rho`: Spatial autoregression between neighbouring squares (0 = none).
    `floor`, `per_weight`: Variance of a score is proportional to ``floor + per_weight / weight``.
    `unequal`: Variance between buurten of the logarithm of the variance of their squares.
    `innovations` (ndarray, shape (n_squares,)): What the scores of all squares are without the
        resemblance to their neighbours, in units of the robust spread of their own buurt: the pool
        that is permuted.
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

    `score` (ndarray, shape (n,)): Higher stands out.
    `weight` (ndarray, shape (n,)): Inhabitants, positive.
    `edges` (int, shape (n_edges, 2)): Neighbouring squares, each pair once.
    `place` (ndarray, shape (n, 2)): Middle of each square, in metres.
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


def innovations(zone: Zone, noise: Noise) -> Array:
    """Return what the scores of a zone are without the resemblance to their neighbours.

    Returns (ndarray, shape (n,)): In units of the robust spread of the zone, corrected for the
        weight of each square.
    """
    unit = standardise(zone.score[None], zone.weight, noise)[0] / noise.spread(zone.weight)
    return np.asarray(autoregression(zone, noise.rho) @ unit)


def autoregression(zone: Zone, rho: float) -> sparse.csc_array:
    """Return ``I - rho W`` (n, n), which takes the resemblance of neighbours out of scores."""
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


def neighbour_mean(edges: Ints, n: int) -> sparse.csr_array:
    """Return the matrix that replaces every score by the mean of its neighbours.

    `edges`: int, shape (n_edges, 2).
    Returns (shape (n, n)): Rows sum to 1; the row of a square without neighbours is empty.
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

    Returns: ``Noise()`` when no zone has ten squares.
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
        fields = linalg.splu(autoregression(zone, rho)).solve(rng.normal(size=(n, _DRAWS_PER_ZONE)))
        fields -= fields.mean(axis=0)
        top = (fields * (neighbour_mean(zone.edges, n) @ fields)).sum(axis=0)
        coefficients.append(np.median(top / (fields**2).sum(axis=0)))
    return float(np.median(coefficients))
