"""Normalisation: one scale for all indicators, higher always meaning more of what is measured.

Every normaliser is fitted on one set of units and then applied to the same or another set, so a
base year, a pooled panel or all buurten of the land can serve as reference. Arrays are
(..., n_units, n_indicators): leading axes are Monte Carlo draws. Directions follow COINr's
``Normalise``: the values are multiplied by the direction first. Thresholds that a user gives
(goalposts, targets, bounds) are in the indicator's own units, whatever the direction.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.index.checks import check_fields, check_instance, check_option, check_rising
from sia.index.ranking import TIES, Ties, ascending_rank, spread, tie_width

Array = npt.NDArray[np.float64]


class Fitted(ABC):
    """A normaliser with its parameters known."""

    @abstractmethod
    def transform(self, x: Array) -> Array:
        """Return normalised values, shape as `x` (..., m, k); NaN stays NaN."""


@dataclass(frozen=True, eq=False)
class Centred(Fitted):
    """``(x - centre) / spread * scale + shift``: subtracts first, which keeps large numbers exact.

    `centre`, `spread` (shape (..., 1, k)): Already in the direction of the indicator.
    `sign`: shape (k,).
    """

    centre: Array
    spread: Array
    sign: Array
    scale: float = 1.0
    shift: float = 0.0

    def transform(self, x: Array) -> Array:
        """Return normalised values; NaN where the spread is zero or unknown."""
        with np.errstate(invalid="ignore", divide="ignore"):
            y = (x * self.sign - self.centre) / self.spread * self.scale + self.shift
        return np.where(np.isfinite(y), y, np.nan)


@dataclass(frozen=True, eq=False)
class RankFitted(Fitted):
    """Rank among the units that it was fitted on.

    `reference` (shape (..., n, k)): In the direction of the indicator.
    `sign`: shape (k,).
    """

    reference: Array
    sign: Array
    ties: Ties

    def transform(self, x: Array) -> Array:
        """Return the ascending rank among the fitted units, from 1; NaN where those are equal."""
        signed = x * self.sign
        own = x.shape == self.reference.shape
        if own and np.array_equal(signed, self.reference, equal_nan=True):
            ranks = ascending_rank(signed, self.ties)
        else:
            ranks = self._among(signed)
        return np.where(np.isnan(spread(*_range(self.reference))), np.nan, ranks)

    def count(self) -> Array:
        """Return the number of fitted values per column, shape (..., 1, k)."""
        counted: Array = np.sum(~np.isnan(self.reference), axis=-2, keepdims=True).astype(float)
        return counted

    def _among(self, x: Array) -> Array:
        lead = np.broadcast_shapes(x.shape[:-2], self.reference.shape[:-2])
        k = x.shape[-1]
        values = np.broadcast_to(x, (*lead, *x.shape[-2:]))
        fitted = np.broadcast_to(self.reference, (*lead, *self.reference.shape[-2:]))
        out = np.full(values.shape, np.nan)
        for place in np.ndindex(*lead, k):
            at = (*place[:-1], slice(None), place[-1])
            column = values[at]
            known = fitted[at]
            known = np.sort(known[~np.isnan(known)])
            near = tie_width(np.abs(column), np.abs(known).max(initial=0.0))
            below = np.searchsorted(known, column - near, side="left").astype(float)
            upto = np.searchsorted(known, column + near, side="right").astype(float)
            # A value that was fitted on has itself among the equals; a new value has not.
            most = np.maximum(upto, below + 1)
            lowest = below + 1.0
            rank = {"min": lowest, "max": most, "average": (lowest + most) / 2}[self.ties]
            out[at] = np.where(np.isnan(column), np.nan, rank)
        return out


class Normaliser(ABC):
    """A way to bring indicators on one scale."""

    @abstractmethod
    def fit(self, x: Array, direction: Array) -> Fitted:
        """Learn the parameters from raw values (..., n, k) and directions (k,); NaN is left out."""

    def fit_transform(self, x: Array, direction: Array) -> Array:
        """Return `x` normalised on itself."""
        return self.fit(x, direction).transform(x)


@dataclass(frozen=True)
class NoNormalisation(Normaliser):
    """Keep the values; only turn those with direction -1 (COINr ``f_n = "none"``)."""

    def fit(self, x: Array, direction: Array) -> Fitted:
        """Return the direction as the only change."""
        return Centred(np.zeros_like(direction), np.ones_like(direction), direction)


@dataclass(frozen=True)
class MinMax(Normaliser):
    """Scale the range of the fitted units to [lower, upper]: COINr ``n_minmax``.

    y = (x - min) / (max - min) * (upper - lower) + lower. A constant indicator gives NaN (0/0, as
    in COINr), which `build_index` flags. On a frozen reference values may fall outside the bounds.
    """

    lower: float = 0.0
    upper: float = 100.0

    def __post_init__(self) -> None:
        check_rising(self)

    def fit(self, x: Array, direction: Array) -> Fitted:
        """Learn minimum and maximum."""
        low, high = _range(x * direction)
        return Centred(low, spread(low, high), direction, self.upper - self.lower, self.lower)


@dataclass(frozen=True)
class ZScore(Normaliser):
    """Standardise to a given mean and sample standard deviation: COINr ``n_zscore``."""

    mean: float = 0.0
    sd: float = 1.0

    def __post_init__(self) -> None:
        check_fields(self, "mean")
        check_fields(self, "sd", above=0)

    def fit(self, x: Array, direction: Array) -> Fitted:
        """Learn mean and standard deviation."""
        signed = x * direction
        low, high = _range(signed)
        with warnings.catch_warnings(), np.errstate(invalid="ignore"):
            warnings.simplefilter("ignore", RuntimeWarning)
            centre = np.nanmean(signed, axis=-2, keepdims=True)
            sd = np.nanstd(signed, axis=-2, keepdims=True, ddof=1)
        # Rounding noise around the mean of equal values is no spread.
        sd = np.where(np.isnan(spread(low, high)), np.nan, sd)
        return Centred(centre, sd, direction, self.sd, self.mean)


@dataclass(frozen=True)
class Goalposts(Normaliser):
    """Distance from a lower to an upper goalpost: COINr ``n_goalposts``, UNDP Technical note 1.

    y = (x - lower) / (upper - lower) * scale; with direction -1 (upper - x) / (upper - lower).

    Parameters
    ----------
    lower, upper : float
        In the indicator's own units.
    scale : float
        Default 1 (UNDP); 100 for a scale of 0-100.
    truncate : bool
        Cut values outside the goalposts (COINr's default).
    logarithm : bool
        Natural logarithm of value and goalposts first (income in the HDI).
    """

    lower: float
    upper: float
    scale: float = 1.0
    truncate: bool = True
    logarithm: bool = False

    def __post_init__(self) -> None:
        check_rising(self)
        check_fields(self, "scale", above=0)
        if self.logarithm and self.lower <= 0:
            raise ValueError("goalposts on a logarithmic scale must be above 0")

    def fit(self, x: Array, direction: Array) -> Fitted:
        """Return the goalposts; nothing is learnt from the data."""
        low, high = self.lower, self.upper
        if self.logarithm:
            low, high = float(np.log(low)), float(np.log(high))
        start = np.where(direction > 0, low, high)
        return _Posts(start, (high - low) * direction, self)


@dataclass(frozen=True, eq=False)
class _Posts(Fitted):
    start: Array
    width: Array
    rule: Goalposts

    def transform(self, x: Array) -> Array:
        """Return the distance from the goalpost where the score is zero."""
        with np.errstate(divide="ignore", invalid="ignore"):
            base = np.log(x) if self.rule.logarithm else x
        y = (base - self.start) / self.width
        if self.rule.truncate:
            y = np.clip(y, 0.0, 1.0)
        return y * self.rule.scale


@dataclass(frozen=True)
class RankScore(Normaliser):
    """Ascending rank, 1 = lowest, COINr ``n_rank``.

    Parameters
    ----------
    ties : {"min", "average", "max"}
        Default "min", as COINr.
    """

    ties: Ties = "min"

    def __post_init__(self) -> None:
        check_option("RankScore: ties", self.ties, TIES)

    def fit(self, x: Array, direction: Array) -> RankFitted:
        """Remember the values."""
        return RankFitted(x * direction, direction, self.ties)


@dataclass(frozen=True, eq=False)
class _RankFunction(Fitted):
    """A function of rank and count."""

    ranks: RankFitted
    rule: PercentileRank | ExponentialIMD | NormalScores

    def transform(self, x: Array) -> Array:
        """Return the score of every rank."""
        return self.rule.score(self.ranks.transform(x), self.ranks.count())


@dataclass(frozen=True)
class PercentileRank(Normaliser):
    """(rank - 1) / (n - 1), COINr ``n_prank`` and the CDC/ATSDR SVI, times a scale.

    n counts the values that are present. Units outside a frozen reference get at most the scale.

    Parameters
    ----------
    ties : {"min", "average", "max"}
        Default "min" (COINr; Excel's PERCENTRANK.INC, which the SVI uses).
    scale : float
        Default 1; 100 for percentages.
    """

    ties: Ties = "min"
    scale: float = 1.0

    def __post_init__(self) -> None:
        check_option("PercentileRank: ties", self.ties, TIES)
        check_fields(self, "scale", above=0)

    def fit(self, x: Array, direction: Array) -> Fitted:
        """Remember the values."""
        return _RankFunction(RankFitted(x * direction, direction, self.ties), self)

    def score(self, rank: Array, count: Array) -> Array:
        """Return the share of the others that lie below."""
        with np.errstate(invalid="ignore", divide="ignore"):
            y = np.minimum((rank - 1.0) / (count - 1.0), 1.0) * self.scale
        return np.where(count > 1, y, np.nan)


@dataclass(frozen=True)
class ExponentialIMD(Normaliser):
    """Exponential transformation of ranks of the English Indices of Deprivation.

    X = -k ln(1 - R (1 - exp(-100 / k))) with R = (N - rank + 1) / N, rank 1 the highest value and
    k = 23: 0-100, a tenth of the units above 50 (English Indices of Deprivation 2019, technical
    report, appendix on the exponential transformation). The Scottish index divides by N + 1:
    ``ExponentialIMD(ties="average", extra=1)`` (SIMD 2020 technical notes).

    Parameters
    ----------
    ties : {"min", "average", "max"}
        Of the descending rank; "min": tied units share the better (more deprived) rank.
    extra : {0, 1}
        Added to N in R.

    Examples
    --------
    >>> import numpy as np
    >>> from sia.index import ExponentialIMD
    >>> x = np.arange(9.0)[:, None]
    >>> ExponentialIMD(extra=1).fit_transform(x, np.ones(1)).ravel().round(1).tolist()
    [2.4, 5.1, 8.1, 11.6, 15.6, 20.6, 27.0, 35.9, 50.4]
    """

    k: float = 23.0
    ties: Ties = "min"
    extra: Literal[0, 1] = 0

    def __post_init__(self) -> None:
        check_option("ExponentialIMD: ties", self.ties, TIES)
        check_option("ExponentialIMD: extra", self.extra, (0, 1))
        check_fields(self, "k", above=0)

    def fit(self, x: Array, direction: Array) -> Fitted:
        """Remember the values."""
        turned: dict[Ties, Ties] = {"min": "max", "max": "min", "average": "average"}
        return _RankFunction(RankFitted(x * direction, direction, turned[self.ties]), self)

    def score(self, rank: Array, count: Array) -> Array:
        """Return the transformed share; `rank` ascends, so R = rank / (N + extra)."""
        share = np.clip(rank / (count + self.extra), 0.0, 1.0)
        scored: Array = -self.k * np.log1p(-share * (1.0 - np.exp(-100.0 / self.k)))
        return scored


@dataclass(frozen=True)
class NormalScores(Normaliser):
    """Ranks turned into normal scores: y = Phi^-1(rank / (N + 1)).

    Van der Waerden (1952); the Scottish index combines indicators within a domain on this scale
    (SIMD 2020 technical notes). Units outside a frozen reference get at most its highest score.

    Parameters
    ----------
    ties : {"min", "average", "max"}

    Examples
    --------
    >>> import numpy as np
    >>> from sia.index import NormalScores
    >>> x = np.array([[10.0], [50.0], [20.0]])
    >>> NormalScores().fit_transform(x, np.ones(1)).ravel().round(4).tolist()
    [-0.6745, 0.6745, 0.0]
    """

    ties: Ties = "average"

    def __post_init__(self) -> None:
        check_option("NormalScores: ties", self.ties, TIES)

    def fit(self, x: Array, direction: Array) -> Fitted:
        """Remember the values."""
        return _RankFunction(RankFitted(x * direction, direction, self.ties), self)

    def score(self, rank: Array, count: Array) -> Array:
        """Return the normal quantile of every rank."""
        from scipy.special import ndtri

        scored: Array = ndtri(np.minimum(rank, count) / (count + 1.0))
        return scored


@dataclass(frozen=True, eq=False)
class FromNorms(Normaliser):
    """A percentile rank among the units of a published table of norms.

    Parameters
    ----------
    norms : DataFrame, index indicator
        ``p00``..``p100``.
    indicator : str
        Row of `norms`.
    """

    rule: PercentileRank
    norms: pd.DataFrame = field(repr=False)
    indicator: str

    def __post_init__(self) -> None:
        check_instance("FromNorms: rule", self.rule, PercentileRank)

    @cached_property
    def _quantiles(self) -> Array:
        if self.indicator not in self.norms.index:
            raise ValueError(f"norms have no row {self.indicator!r}")
        row: pd.Series[Any] = self.norms.loc[[self.indicator]].iloc[0]
        quantiles = row[[f"p{i:02d}" for i in range(101)]].to_numpy(dtype=float)
        known: Array = quantiles[~np.isnan(quantiles)]
        if (np.diff(known) < 0).any():
            raise ValueError(f"norms of {self.indicator!r} are turned: percentiles fall")
        return known

    def fit(self, x: Array, direction: Array) -> Fitted:
        """Read the percentiles from the table; the data are not looked at.

        Raises
        ------
        ValueError
            When the table has no row of this indicator or turned norms, or `x` has more than one
            column.
        """
        if x.shape[-1] != 1:
            raise ValueError("norms belong to one indicator: give one FromNorms per indicator")
        return _Quantiles(self._quantiles, direction, self.rule.scale)


@dataclass(frozen=True, eq=False)
class _Quantiles(Fitted):
    quantiles: Array
    sign: Array
    scale: float

    def transform(self, x: Array) -> Array:
        """Return the share below, linear between percentiles; a plateau counts its lower end."""
        known = self.quantiles
        if known.size < 2 or known[0] == known[-1]:
            return np.full(x.shape, np.nan)
        grid = np.linspace(0.0, 1.0, known.size)
        if self.sign[0] < 0:
            known = -known[::-1]
        signed = x * self.sign
        # np.interp needs rising abscissae: of equal quantiles the first share is kept (ties "min").
        first = np.r_[True, known[1:] > known[:-1]]
        y = np.interp(signed, known[first], grid[first]) * self.scale
        return np.where(np.isnan(x), np.nan, y)


def normalise(
    values: pd.DataFrame,
    rule: Normaliser,
    directions: pd.Series[int] | None = None,
    reference: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Normalise a table with one rule.

    Parameters
    ----------
    values : DataFrame of float, shape (n_units, n_indicators)
    directions : Series of +1/-1 by indicator, optional
        Of every column; default +1 for all.
    reference : DataFrame, optional
        Units to fit on; default `values`.

    Returns
    -------
    DataFrame of float, same shape

    Raises
    ------
    TypeError
        When `rule` is no normaliser (a class instead of an object).
    ValueError
        When a column has no direction of +1 or -1, or is not in the reference.

    Examples
    --------
    >>> import pandas as pd
    >>> from sia.index import MinMax, normalise
    >>> table = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    >>> normalise(table, MinMax(), pd.Series({"a": -1}))["a"].tolist()
    [100.0, 50.0, 0.0]
    """
    check_instance("normalise", rule, Normaliser)
    sign: Array = np.ones(values.shape[1])
    if directions is not None:
        sign = np.asarray(directions.reindex(values.columns), dtype=np.float64)
        wrong = [str(c) for c, s in zip(values.columns, sign, strict=True) if s not in (-1.0, 1.0)]
        if wrong:
            raise ValueError(f"no direction of +1 or -1 for {wrong}")
    base = values
    if reference is not None:
        absent = [str(c) for c in values.columns if c not in reference.columns]
        if absent:
            raise ValueError(f"reference has no column {absent}")
        base = reference[values.columns]
    fitted = rule.fit(base.to_numpy(dtype=float), sign)
    y = fitted.transform(values.to_numpy(dtype=float))
    return pd.DataFrame(y, index=values.index, columns=values.columns)


def _range(x: Array) -> tuple[Array, Array]:
    """Return minimum and maximum per column, NaN where nothing is present."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanmin(x, axis=-2, keepdims=True), np.nanmax(x, axis=-2, keepdims=True)
