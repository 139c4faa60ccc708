"""Outlier treatment: winsorise or transform, with a record of what was done to which unit.

Whatever was decided can be written as "clip to [low, high], then transform with fixed
parameters"; so a treatment is fitted on one set of units and can be applied to another.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.index.checks import check_fields, check_instance

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FittedTreatment:
    """What was decided for one indicator.

    `low`, `high`: Bounds of winsorisation; infinite when there was none.
    `shift`: What is added before the natural logarithm is taken; None takes none.
    """

    low: float = -np.inf
    high: float = np.inf
    shift: float | None = None

    def apply(self, x: Array) -> Array:
        """Return treated values, any shape; NaN stays NaN, and where the logarithm is not there."""
        clipped = np.clip(x, self.low, self.high)
        return clipped if self.shift is None else _logged(clipped, self.shift)

    @property
    def idle(self) -> bool:
        """Whether nothing is done."""
        return self == FittedTreatment()


def _logged(x: Array, shift: float) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        y: Array = np.log(x + shift)
    return np.where(np.isfinite(y), y, np.nan)


@dataclass(frozen=True)
class LogCT:
    """log(x - min + a) with a = factor * (max - min): COINr ``log_CT`` (COIN Tool log).

    Parameters
    ----------
    factor : float
        0.01 in COINr.
    """

    factor: float = 0.01

    def __post_init__(self) -> None:
        check_fields(self, "factor", above=0)

    def fit(self, x: Array) -> float:
        """Learn a - min, what is added before the logarithm, from a vector without NaN."""
        low, high = float(x.min()), float(x.max())
        return self.factor * (high - low) - low


@dataclass(frozen=True)
class Step:
    """One decision, for the log.

    Points set back at either side; what was done (``geen``, ``gewinsoriseerd``, ``log``); whether
    the rule is met afterwards, None when it cannot be tested.
    """

    fitted: FittedTreatment
    winsorised_high: int = 0
    winsorised_low: int = 0
    action: str = "geen"
    passed: bool | None = True


class Treatment(ABC):
    """A rule that decides what happens to one indicator."""

    @abstractmethod
    def fit(self, x: Array) -> Step:
        """Decide from one vector, shape (n,); NaN is left out."""


@dataclass(frozen=True)
class NoTreatment(Treatment):
    """Leave the indicator as it is."""

    def fit(self, x: Array) -> Step:
        """Return an empty decision."""
        return Step(FittedTreatment())


@dataclass(frozen=True)
class SkewKurtosis(Treatment):
    """Winsorise, and transform when that is not enough: COINr ``Treat`` with its defaults.

    An indicator passes when |skewness| < `skew` **or** excess kurtosis < `kurt` (Excel
    definitions; COINr ``check_SkewKurt``). One that fails is winsorised: the highest value (the
    lowest when skewness < 0) takes the next value, ties together, until it passes or at least
    `winmax` points sit at the bound (ties can carry it past). One that still fails has
    winsorisation undone and gets `transform` instead, passed or not (COINr ``combine_treat =
    FALSE``). Fewer than four different values present: not testable, untouched.

    Parameters
    ----------
    winmax : int or None
        None is without limit; 0 is transform only.
    transform : LogCT or None
        None keeps the winsorised values.
    """

    winmax: int | None = 5
    skew: float = 2.0
    kurt: float = 3.5
    transform: LogCT | None = LogCT()

    def __post_init__(self) -> None:
        if self.winmax is not None:
            check_fields(self, "winmax", least=0, whole=True)
        check_fields(self, "skew", above=0)
        check_fields(self, "kurt")
        if self.transform is not None:
            check_instance("SkewKurtosis: transform", self.transform, LogCT)

    def fit(self, x: Array) -> Step:
        """Decide about one vector, shape (n,)."""
        found = self.decide(x[None, :])
        parts = ["gewinsoriseerd"] if found.at_high[0] + found.at_low[0] > 0 else []
        parts += ["log"] if 0 in found.shift else []
        return Step(
            FittedTreatment(float(found.low[0]), float(found.high[0]), found.shift.get(0)),
            int(found.at_high[0]),
            int(found.at_low[0]),
            " + ".join(parts) or "geen",
            bool(found.passed[0]) if found.tested[0] else None,
        )

    def decide(self, x: Array) -> Decisions:
        """Decide for many indicators (or versions of one) at once: one per row of x, (s, n)."""
        found = self._winsorise(x)
        failing = np.flatnonzero(found.tested & ~found.passed)
        if self.transform is None or failing.size == 0:
            return found
        found.low[failing], found.high[failing] = -np.inf, np.inf
        found.at_high[failing] = found.at_low[failing] = 0
        for place, row in zip(failing, x[failing], strict=True):
            shift = self.transform.fit(row[~np.isnan(row)])
            found.shift[int(place)] = shift
            found.passed[place] = self._pass(*shape(_logged(row, shift)[None, :]))[0]
        return found

    def _pass(self, g1: Array, g2: Array) -> npt.NDArray[np.bool_]:
        with np.errstate(invalid="ignore"):
            passed: npt.NDArray[np.bool_] = (np.abs(g1) < self.skew) | (g2 < self.kurt)
        return passed

    def _winsorise(self, x: Array) -> Decisions:
        g1, g2 = shape(x)
        found = Decisions.untouched(self._pass(g1, g2), ~np.isnan(g1 + g2))
        open_ = np.flatnonzero(found.tested & ~found.passed)
        current, lean = x[open_], g1[open_]
        limit = np.inf if self.winmax is None else self.winmax
        while open_.size:
            allowed = found.at_high[open_] + found.at_low[open_] < limit
            open_, current, lean = open_[allowed], current[allowed], lean[allowed]
            if open_.size == 0:
                break
            sign = np.where(lean >= 0, 1.0, -1.0)
            turned = current * sign[:, None]
            top = np.fmax.reduce(turned, axis=1)
            at_top = turned == top[:, None]
            following = np.fmax.reduce(np.where(at_top, -np.inf, turned), axis=1)
            # A row always has a following value: with one value left it cannot be tested.
            up = sign > 0
            count = at_top.sum(axis=1)
            found.high[open_[up]], found.at_high[open_[up]] = following[up], count[up]
            found.low[open_[~up]], found.at_low[open_[~up]] = -following[~up], count[~up]
            current = np.where(at_top, (sign * following)[:, None], current)
            lean, tail = shape(current)
            known = ~np.isnan(lean + tail)
            found.tested[open_] = known
            found.passed[open_] = self._pass(lean, tail)
            going = known & ~found.passed[open_]
            open_, current, lean = open_[going], current[going], lean[going]
        return found


@dataclass(frozen=True, eq=False)
class Decisions:
    """What was decided for many indicators, one per element, shape (s,).

    Bounds of winsorisation, points at those bounds, whether the rule is met and can be tested; the
    shift of the logarithm by position.
    """

    low: Array
    high: Array
    at_low: npt.NDArray[np.int64]
    at_high: npt.NDArray[np.int64]
    passed: npt.NDArray[np.bool_]
    tested: npt.NDArray[np.bool_]
    shift: dict[int, float]

    @classmethod
    def untouched(cls, passed: npt.NDArray[np.bool_], tested: npt.NDArray[np.bool_]) -> Decisions:
        """Return decisions that change nothing."""
        size = passed.size
        zero = np.zeros(size, dtype=np.int64)
        return cls(
            np.full(size, -np.inf), np.full(size, np.inf), zero, zero.copy(), passed, tested, {}
        )

    def apply(self, x: Array) -> Array:
        """Return treated rows, shape (s, n)."""
        changed = np.isfinite(self.low) | np.isfinite(self.high)
        out = x.copy()
        out[changed] = np.clip(x[changed], self.low[changed, None], self.high[changed, None])
        for place, shift in self.shift.items():
            out[place] = _logged(out[place], shift)
        return out


def shape(rows: Array) -> tuple[Array, Array]:
    """Return skewness and kurtosis of every row."""
    columns = rows.T
    return skewness(columns), kurtosis(columns)


@dataclass(frozen=True, eq=False)
class Treated:
    """A treated table and what was done.

    `log`: per treated cell ``indicator``, ``unit``, ``action``, ``before``, ``after``;
    `indicators`: ``action``, ``winsorised_high``, ``winsorised_low``, ``passed``, skewness and
    kurtosis before and after; `fitted` by indicator.
    """

    values: pd.DataFrame
    log: pd.DataFrame
    indicators: pd.DataFrame
    fitted: dict[str, FittedTreatment]


def treat(
    values: pd.DataFrame,
    rules: dict[str, Treatment] | Treatment,
    reference: pd.DataFrame | None = None,
) -> Treated:
    """Treat every column by its rule.

    Parameters
    ----------
    values : DataFrame of float, shape (n_units, n_indicators)
    rules : Treatment, or mapping of indicator to Treatment
    reference : DataFrame, optional
        Units that the rules look at; default `values`.

    Raises
    ------
    TypeError
        When a rule is no treatment (a class instead of an object).
    ValueError
        When a column has no rule, or is not in the reference.
    """
    base = values if reference is None else reference
    absent = [str(c) for c in values.columns if c not in base.columns]
    if absent:
        raise ValueError(f"reference has no column {absent}")
    by_column = rules if isinstance(rules, dict) else dict.fromkeys(values.columns, rules)
    bare = [str(c) for c in values.columns if c not in by_column]
    if bare:
        raise ValueError(f"no treatment for {bare}: give NoTreatment() to leave a column as it is")
    for column in values.columns:
        check_instance(f"treat {column!r}", by_column[column], Treatment)
    steps = {str(c): by_column[c].fit(base[c].to_numpy(dtype=float)) for c in values.columns}
    done = pd.DataFrame(
        {c: steps[c].fitted.apply(values[c].to_numpy(dtype=float)) for c in values.columns},
        index=values.index,
        columns=values.columns,
    )
    before, after = values.to_numpy(dtype=float), done.to_numpy()
    summary = pd.DataFrame(
        {
            "action": [steps[c].action for c in values.columns],
            "winsorised_high": [steps[c].winsorised_high for c in values.columns],
            "winsorised_low": [steps[c].winsorised_low for c in values.columns],
            "passed": pd.array([steps[c].passed for c in values.columns], dtype="boolean"),
            "skewness_before": skewness(before),
            "kurtosis_before": kurtosis(before),
            "skewness_after": skewness(after),
            "kurtosis_after": kurtosis(after),
        },
        index=pd.Index(values.columns, name="indicator"),
    )
    log = _cell_log(values, done, steps)
    return Treated(done, log, summary, {c: s.fitted for c, s in steps.items()})


def _cell_log(values: pd.DataFrame, done: pd.DataFrame, steps: dict[str, Step]) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for column in values.columns:
        fitted = steps[column].fitted
        if fitted.idle:
            continue
        raw, new = values[column].to_numpy(dtype=float), done[column].to_numpy()
        high, low = raw > fitted.high, raw < fitted.low
        for place in (int(p) for p in np.flatnonzero(~np.isnan(raw))):
            parts = ["hoog gewinsoriseerd"] if high[place] else []
            parts += ["laag gewinsoriseerd"] if low[place] else []
            parts += ["log"] if fitted.shift is not None else []
            if parts:
                rows.append(
                    (column, values.index[place], " + ".join(parts), raw[place], new[place])
                )
    return pd.DataFrame(rows, columns=["indicator", "unit", "action", "before", "after"])


def skewness(x: Array) -> Array:
    """Return the bias-corrected sample skewness G1 of every column.

    G1 = g1 * sqrt(n (n - 1)) / (n - 2) with g1 = m3 / m2^(3/2) and population moments m: type 2 of
    Joanes & Gill (1998, The Statistician 47, p. 184), the definition of Excel's SKEW and of
    COINr's ``skew``.

    Parameters
    ----------
    x : array of float, shape (..., n, k)
        NaN is left out, column by column.

    Returns
    -------
    array of float, shape (..., k)
        NaN where fewer than 3 values are present or all are equal.
    """
    n, m2, m3, _ = _central_moments(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        corrected = m3 / m2**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
    return np.where((n < 3) | (m2 == 0), np.nan, corrected)


def kurtosis(x: Array) -> Array:
    """Return the bias-corrected sample excess kurtosis G2 of every column.

    G2 = ((n + 1) (m4 / m2^2 - 3) + 6) (n - 1) / ((n - 2) (n - 3)) with population moments m: type
    2 of Joanes & Gill (1998), the definition of Excel's KURT and of COINr's ``kurt``.

    Parameters
    ----------
    x : array of float, shape (..., n, k)
        NaN is left out, column by column.

    Returns
    -------
    array of float, shape (..., k)
        NaN where fewer than 4 values are present or all are equal.
    """
    n, m2, _, m4 = _central_moments(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        corrected = ((n + 1) * (m4 / m2**2 - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))
    return np.where((n < 4) | (m2 == 0), np.nan, corrected)


def _central_moments(x: Array) -> tuple[Array, Array, Array, Array]:
    """Return count and the second to fourth population moments; exact zero for constants."""
    x = np.asarray(x, dtype=float)
    present = ~np.isnan(x)
    n = present.sum(axis=-2).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(present, x, 0.0).sum(axis=-2) / n
        deviation = np.where(present, x - mean[..., None, :], 0.0)
        square = deviation * deviation
        m2 = square.sum(axis=-2) / n
        m3 = (square * deviation).sum(axis=-2) / n
        m4 = (square * square).sum(axis=-2) / n
        # A constant column has rounding noise around its mean: its range says it is constant.
        spread = np.fmax.reduce(x, axis=-2) > np.fmin.reduce(x, axis=-2)
    return n, np.where(spread, m2, 0.0), m3, m4
