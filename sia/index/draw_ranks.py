"""Ranks of many units in many draws, and their summary per unit, as fast as sorting allows.

Sorting sets the pace of a robustness run in which only weights vary, so that sort is kept small:
score and unit number share the 64 bits of one float, which sorts faster than an argsort and needs
no second array.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Ranks = npt.NDArray[np.uint16 | np.int32]

SORTED = 240_000
"""Bytes of keys that are sorted at a time: what the second cache of one core holds."""

UNITS = 500
"""Units that are summarised at a time, which bounds memory."""

NUMBER_BITS = 14
"""Least bits of a key that hold the unit number: 16,384 units leave 38 for the score."""

SHARES = (0.05, 0.5, 0.95)


def rank_type(n: int) -> np.dtype[np.uint16 | np.int32]:
    """Return the smallest type that holds the ranks of n units."""
    return np.dtype(np.uint16) if n < 65_535 else np.dtype(np.int32)


def to_keys(scores: Array, low: Array | float, high: Array | float, out: Array) -> Array:
    """Turn scores into keys from 1 (the highest) to 1.5 (the lowest), which `rank_keys` ranks.

    Keys are linear in scores, so a weighted mean of keys is the key of the weighted mean. All
    between 1 and 2, floats have one exponent, and 52 bits that order as the floats do. Half a step
    is added, so that scores which are equal but for rounding fall on the same side.
    """
    width = np.asarray(high - low, dtype=float)
    factor = np.divide(0.5, width, where=width > 0, out=np.zeros_like(width))
    half = (_mask(scores.shape[-1]) + 1) * 2.0**-53
    np.subtract(high, scores, out=out)
    np.multiply(out, factor, out=out)
    np.add(out, 1.0 + half, out=out)
    return out


def _mask(n: int) -> int:
    """Return the bits of a key that hold the unit number."""
    return (1 << max(NUMBER_BITS, int(n - 1).bit_length())) - 1


def rank_rows(scores: Array) -> Ranks:
    """Rank the units of every row, 1 for the highest; ties share the better rank.

    Scores that differ by less than about the range / 2^37 count as equal (twice as much for every
    doubling beyond 16,384 units): rounding noise must not order equal units.
    """
    keys = np.empty(scores.shape)
    high = scores.max(axis=1, keepdims=True, initial=-np.inf)
    if not np.isnan(high).any():
        return rank_keys(to_keys(scores, scores.min(axis=1, keepdims=True), high, keys))
    gap = np.isnan(scores)
    high = np.fmax.reduce(scores, axis=1, keepdims=True)
    to_keys(scores, np.fmin.reduce(scores, axis=1, keepdims=True), high, keys)
    keys[gap] = 1.75
    ranks = rank_keys(keys)
    ranks[gap] = 0
    return ranks


def rank_keys(keys: Array) -> Ranks:
    """Rank the units of every row by keys, (m, n), 1 for the lowest; overwrites the keys."""
    m, n = keys.shape
    ranks = np.empty((m, n), dtype=rank_type(n))
    size = max(1, min(m, SORTED // (8 * n)))
    bench = _Bench.of(size, n)
    for start in range(0, m, size):
        bench.rank(keys[start : start + size], ranks[start : start + size])
    return ranks


@dataclass(frozen=True, eq=False)
class _Bench:
    """Working arrays that blocks of one size reuse: fresh memory costs more than sorting."""

    units: Ints
    steps: Ints
    places: Ranks
    numbers: Ints
    mask: int

    @classmethod
    def of(cls, m: int, n: int) -> _Bench:
        """Return working arrays for blocks of at most m rows."""
        return cls(
            np.empty((m, n), dtype=np.int64),
            np.empty((m, n - 1), dtype=np.int64),
            np.arange(1, n + 1, dtype=rank_type(n)),
            np.arange(n, dtype=np.int64),
            _mask(n),
        )

    def rank(self, keys: Array, out: Ranks) -> None:
        """Write the ranks of a block to `out`."""
        m, n = keys.shape
        units, steps, bits = self.units[:m], self.steps[:m], keys.view(np.int64)
        np.bitwise_and(bits, ~self.mask, out=bits)
        np.bitwise_or(bits, self.numbers, out=bits)
        keys.sort(axis=1)
        np.bitwise_and(bits, self.mask, out=units)
        np.bitwise_xor(bits[:, 1:], bits[:, :-1], out=steps)
        tied = n > 1 and int(steps.min()) <= self.mask
        places = self._shared(steps <= self.mask) if tied else np.broadcast_to(self.places, (m, n))
        if m < n:
            for row in range(m):
                out[row][units[row]] = places[row]
        else:
            units += (np.arange(m, dtype=np.int64) * n)[:, None]
            out.reshape(-1)[units.reshape(-1)] = places.reshape(-1)

    def _shared(self, same: npt.NDArray[np.bool_]) -> Ranks:
        """Return the place of every sorted key, where ties share the better one."""
        starts = np.zeros((same.shape[0], same.shape[1] + 1), dtype=self.places.dtype)
        starts[:, 0] = 1
        starts[:, 1:] = np.where(same, 0, self.places[1:])
        shared: Ranks = np.maximum.accumulate(starts, axis=1)
        return shared


@dataclass(frozen=True, eq=False)
class RankSummary:
    """Ranks of every unit over the draws in which it has a score.

    `quantiles` at `SHARES`, (n, 3): observed ranks (Hyndman & Fan 1996, type 1), NaN without a
    score; `total`: sum of the ranks; `scored`: draws with a score; `up_to`: draws with a rank of
    at most each bound, (n, number of bounds).
    """

    quantiles: Array
    total: Array
    scored: Ints
    up_to: Ints


def summarise_ranks(ranks: Ranks, bounds: tuple[int, ...]) -> RankSummary:
    """Summarise the ranks of every unit."""
    parts = [
        _summary(np.ascontiguousarray(ranks[:, start : start + UNITS].T), bounds)
        for start in range(0, ranks.shape[1], UNITS)
    ]
    return RankSummary(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _summary(ranks: Ranks, bounds: tuple[int, ...]) -> tuple[Array, Array, Ints, Ints]:
    """Summarise some units, shape (m, draws)."""
    ranks.sort(axis=1, kind="stable")  # a radix sort of 16 bits
    draws = ranks.shape[1]
    scored = np.count_nonzero(ranks, axis=1)
    missing, rows = draws - scored, np.arange(len(ranks))
    quantiles = np.full((len(ranks), len(SHARES)), np.nan)
    for place, share in enumerate(SHARES):
        at = missing + np.maximum(np.ceil(share * scored - 1e-9).astype(np.int64) - 1, 0)
        value = ranks[rows, np.minimum(at, draws - 1)]
        quantiles[:, place] = np.where(scored > 0, value, np.nan)
    up_to = np.column_stack([(ranks <= bound).sum(axis=1) - missing for bound in bounds])
    return quantiles, ranks.sum(axis=1, dtype=float), scored, up_to
