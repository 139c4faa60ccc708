"""Winsorising no further than the rule asks, so that a unit's own higher value never lowers it.

COINr sets an outlier back to the next value. A value that grows until the rule just fails then
drops to that next value, below what it was untreated. Here the bound is the one at which the rule
is just met: the treated value then rises with the raw value and stops there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.polynomial import Polynomial

from sia.index.checks import check_fields
from sia.index.moments import shape_of_sums
from sia.index.treatment import BatchedTreatment, Decisions, passes, shape

Array = npt.NDArray[np.float64]

MARGIN = 1e-9
"""Below both limits, so that rounding cannot tip an indicator that is treated until it passes."""

HALVINGS = 64
"""Of the range of a bound: what a float can tell apart."""


@dataclass(frozen=True)
class LeastWinsorising(BatchedTreatment):
    """Winsorise an indicator that fails the skewness/kurtosis rule, no further than needed.

    The rule is that of `SkewKurtosis`: an indicator passes when |skewness| < `skew` **or** excess
    kurtosis < `kurt` (OECD/JRC practice; COINr ``check_SkewKurt``), skewness and kurtosis bias
    corrected (type 2 of Joanes & Gill 1998). With skewness at or above `skew` the high tail is
    looked at, at or below minus `skew` the low one; what follows is said of the high tail.

    Let L be the (w + 1)-th highest value, w = min(`winmax`, (n - 1) // 2). An indicator that fails
    also when all above L are set to L has more than outliers, and is left alone (COINr undoes
    winsorisation too). Else the bound is the first b, going up from L, at which min(x, b) starts
    to fail; without such a b nothing is done.

    Notes
    -----
    No value of a unit is lowered by raising it. Let t be the value and t > L, else it is not
    clipped. (1) The path of min(x, b) up to b = t does not depend on t, so a bound below t stays
    where it is when t rises. (2) A bound at or above t means that the path up to t passes, so with
    a higher t the bound is at least t. (3) min(x, b) is concave in min(x, b') for b < b', and
    skewness does not rise under a concave increasing transform (van Zwet 1964), so skewness falls
    along the path: an x with skewness below `skew` has no failing b, and never are both tails
    clipped. (4) w < n / 2 keeps the bounds of both tails apart. Kurtosis alone may rise and fall
    along the path; "the first b that fails" is what keeps (1) and (2) true for it.

    Parameters
    ----------
    winmax : int
        Most points that are set back.
    """

    winmax: int = 5
    skew: float = 2.0
    kurt: float = 3.5

    def __post_init__(self) -> None:
        check_fields(self, "winmax", least=1, whole=True)
        check_fields(self, "skew", above=0)
        check_fields(self, "kurt")

    def decide(self, x: Array) -> Decisions:
        """Decide for many indicators (or versions of one) at once.

        Parameters
        ----------
        x : array, shape (s, n)
            One indicator per row.
        """
        lean, tail = shape(x)
        tested = ~np.isnan(lean + tail)
        found = Decisions.untouched(passes(lean, tail, self.skew, self.kurt), tested)
        leaning = np.flatnonzero(tested & (np.abs(lean) >= self.skew - MARGIN))
        if leaning.size == 0:
            return found
        sign = np.where(lean[leaning] > 0, 1.0, -1.0)
        turned = x[leaning] * sign[:, None]
        bound = self._bounds(turned)
        moved = np.isfinite(bound)
        found.passed[leaning[moved]] = True
        count = (turned > bound[:, None]).sum(axis=1)
        sides = ((1.0, found.high, found.at_high), (-1.0, found.low, found.at_low))
        for side, limit, points in sides:
            chosen = moved & (sign == side)
            limit[leaning[chosen]] = side * bound[chosen]
            points[leaning[chosen]] = count[chosen]
        return found

    def _bounds(self, x: Array) -> Array:
        """Return the bound of every row, whose high tail is heavy; infinite where none is set."""
        path = _Path.of(x, self.winmax)
        skew, kurt = self.skew - MARGIN, self.kurt - MARGIN
        g1, g2 = path.shape(path.start)
        bound = path.bend(skew)
        heavy = path.shape(bound)[1] >= kurt
        for row in np.flatnonzero(~heavy):
            bound[row] = path.first_heavy(int(row), float(bound[row]), kurt)
        hopeless = (g1 >= skew) & (g2 >= kurt)
        return np.where(path.open & ~hopeless, path.centre + bound * path.unit, np.inf)


@dataclass(frozen=True, eq=False)
class _Path:
    """Rows whose highest values are clipped ever lower: all that moves are sums over those values.

    Values are measured from the mean of what lies at or below L, in its standard deviation.

    Parameters
    ----------
    n : array, shape (s,)
        Values present.
    sums : array, shape (4, s)
        Sums of the first to fourth powers of the values at or below L.
    top : array, shape (s, w)
        The values above L, highest first; NaN where fewer than w lie above it.
    start : array, shape (s,)
        L, or the lowest value above it where all others are equal: between both the shape stays.
    """

    n: Array
    sums: Array
    top: Array
    start: Array
    centre: Array
    unit: Array

    @classmethod
    def of(cls, x: Array, winmax: int) -> _Path:
        """Return the paths of rows, shape (s, n), of four or more values that are not all equal."""
        n = (~np.isnan(x)).sum(axis=1)
        w = np.minimum(winmax, (n - 1) // 2)
        most = int(w.max())
        highest = -np.partition(-x, range(most + 1), axis=1)[:, : most + 1]
        limit = highest[np.arange(len(x)), w]
        top = np.where(highest[:, :most] > limit[:, None], highest[:, :most], np.nan)
        lowest = np.fmin(np.fmin.reduce(top, axis=1), np.fmax(limit, highest[:, 0]))
        rest = np.where(x <= limit[:, None], x, np.nan)
        flat = np.fmin.reduce(rest, axis=1) == limit
        centre = np.where(flat, limit, np.nanmean(rest, axis=1))
        # The highest value stays below 1e15, so that its fourth power exists.
        reach = np.where(np.isfinite(top[:, 0]), top[:, 0] - limit, 1.0)
        unit = np.fmax(np.where(flat, lowest - limit, np.nanstd(rest, axis=1)), 1e-15 * reach)
        scaled = np.nan_to_num((rest - centre[:, None]) / unit[:, None])
        start = np.where(flat, lowest, limit)
        return cls(
            n.astype(float),
            _power_sums(scaled),
            (top - centre[:, None]) / unit[:, None],
            (start - centre) / unit,
            centre,
            unit,
        )

    @property
    def open(self) -> npt.NDArray[np.bool_]:
        """Return which rows have a value that could be clipped."""
        above: npt.NDArray[np.bool_] = np.isfinite(self.top[:, 0])
        return above

    def shape(self, bound: Array) -> tuple[Array, Array]:
        """Return skewness and kurtosis of every row clipped at its bound."""
        clipped = np.nan_to_num(np.minimum(self.top, bound[:, None]))
        return shape_of_sums(self.n, self.sums + _power_sums(clipped))

    def bend(self, skew: float) -> Array:
        """Return the highest bound with skewness below `skew`; the start where there is none.

        Skewness rises with the bound, so halving finds it.
        """
        low = self.start.copy()
        high = np.fmax(self.top[:, 0], low)
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            below = self.shape(middle)[0] < skew
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return low

    def first_heavy(self, row: int, bent: float, kurt: float) -> float:
        """Return the first bound above `bent` at which kurtosis reaches `kurt`; infinite if none.

        Between two values of the row, kurtosis reaches it where a polynomial of degree 4 in the
        bound is zero.
        """
        n, top = float(self.n[row]), self.top[row]
        top = np.sort(top[np.isfinite(top)])
        for place in np.flatnonzero(top > bent):
            below = top[:place]
            sums = [float(s) + float((below**k).sum()) for k, s in enumerate(self.sums[:, row], 1)]
            edge = max(bent, float(top[place - 1])) if place else bent
            roots = _kurtosis_above(n, sums, len(top) - int(place), kurt).roots()
            real = roots.real[np.abs(roots.imag) <= 1e-9 * np.maximum(1.0, np.abs(roots.real))]
            reached = real[(real > edge) & (real <= top[place])]
            if reached.size:
                return float(reached.min())
        return float(np.inf)


def _power_sums(x: Array) -> Array:
    """Return the sums of the first to fourth powers of every row, shape (4, s)."""
    square = x * x
    return np.stack([p.sum(axis=1) for p in (x, square, square * x, square * square)])


def _kurtosis_above(n: float, sums: list[float], count: int, kurt: float) -> Polynomial:
    """Return the polynomial in b that is zero where `count` values b beside the others give `kurt`.

    Parameters
    ----------
    n : float
        All values.
    sums : list of 4 float
        Sums of powers of the other values.
    count : int
        Values at b.
    kurt : float
        Bias-corrected excess kurtosis.
    """
    first, second, third, fourth = (
        Polynomial([total, *[0.0] * (power - 1), count]) for power, total in enumerate(sums, 1)
    )
    mean = first / n
    square = second - n * mean**2
    quartic = fourth - 4 * mean * third + 6 * mean**2 * second - 3 * n * mean**4
    ratio = 3.0 + (kurt * (n - 2) * (n - 3) / (n - 1) - 6.0) / (n + 1)
    found: Polynomial = n * quartic - ratio * square**2
    return found
