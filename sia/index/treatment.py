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

from sia.index.moments import kurtosis, skewness

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FittedTransform:
    """A transform with its parameters.

    Parameters
    ----------
    name : str
        "geen", "log", "boxcox".
    shift : float
        Added to the value first.
    lam : float
        Box-Cox power; 0 is the logarithm.
    gain : float
        Multiplies the shifted value before the logarithm (GII log); 1 otherwise.
    offset : float
        Added after the gain.
    """

    name: str = "geen"
    shift: float = 0.0
    lam: float = 0.0
    gain: float = 1.0
    offset: float = 0.0

    def apply(self, x: Array) -> Array:
        """Return transformed values; NaN where the logarithm or power does not exist."""
        if self.name == "geen":
            return x
        base = (x + self.shift) * self.gain + self.offset
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.lam == 0.0:
                y: Array = np.log(base)
            else:
                y = (base**self.lam - 1.0) / self.lam
        return np.where(np.isfinite(y), y, np.nan)


@dataclass(frozen=True)
class FittedTreatment:
    """What was decided for one indicator.

    Parameters
    ----------
    low, high : float
        Bounds of winsorisation; infinite when there was none.
    transform : FittedTransform
    """

    low: float = -np.inf
    high: float = np.inf
    transform: FittedTransform = FittedTransform()

    def apply(self, x: Array) -> Array:
        """Return treated values, any shape; NaN stays NaN."""
        return self.transform.apply(np.clip(x, self.low, self.high))

    @property
    def idle(self) -> bool:
        """Whether nothing is done."""
        return self == FittedTreatment()


class Transform(ABC):
    """A monotone transform of one indicator whose parameters come from the data."""

    @abstractmethod
    def fit(self, x: Array) -> FittedTransform:
        """Learn the parameters from a vector without NaN."""


@dataclass(frozen=True)
class LogCT(Transform):
    """log(x - min + a) with a = factor * (max - min): COINr ``log_CT`` (COIN Tool log).

    Parameters
    ----------
    factor : float
        0.01 in COINr.
    """

    factor: float = 0.01

    def fit(self, x: Array) -> FittedTransform:
        """Learn minimum and range."""
        low, high = float(x.min()), float(x.max())
        return FittedTransform("log", self.factor * (high - low) - low)


@dataclass(frozen=True)
class LogShift(Transform):
    """log(x - min + 1): COINr ``log_CT_orig``."""

    def fit(self, x: Array) -> FittedTransform:
        """Learn the minimum."""
        return FittedTransform("log", 1.0 - float(x.min()))


@dataclass(frozen=True)
class LogGII(Transform):
    """log((max - 1)(x - min) / (max - min) + 1), the Global Innovation Index 2020 log.

    COINr documents this formula but its ``log_GII`` returns the input unchanged; the formula is
    what is computed here. It needs max > 1, else it would turn the indicator around.
    """

    def fit(self, x: Array) -> FittedTransform:
        """Learn minimum and maximum.

        Raises
        ------
        ValueError
            When the maximum is not above 1.
        """
        low, high = float(x.min()), float(x.max())
        if high <= 1:
            raise ValueError(f"LogGII needs a maximum above 1, not {high}")
        return FittedTransform("log", -low, gain=(high - 1) / (high - low), offset=1.0)


@dataclass(frozen=True)
class BoxCox(Transform):
    """Box-Cox power transform: COINr ``boxcox``; with `lam` None the power of maximum likelihood.

    Parameters
    ----------
    lam : float or None
    positive : bool
        Shift the minimum to 1 first (COINr's ``makepos``).
    """

    lam: float | None = None
    positive: bool = True

    def fit(self, x: Array) -> FittedTransform:
        """Learn the shift and, unless given, the power (Box & Cox 1964, profile likelihood).

        Raises
        ------
        ValueError
            When values are not positive and `positive` is off.
        """
        shift = 1.0 - float(x.min()) if self.positive else 0.0
        moved = x + shift
        if moved.min() <= 0:
            raise ValueError("Box-Cox needs positive values")
        if self.lam is not None:
            return FittedTransform("boxcox", shift, self.lam)
        from scipy import stats

        return FittedTransform("boxcox", shift, float(stats.boxcox_normmax(moved, method="mle")))


@dataclass(frozen=True)
class Step:
    """One decision, for the log.

    Parameters
    ----------
    fitted : FittedTreatment
    winsorised_high, winsorised_low : int
        Points set back at either side.
    action : str
        "geen", "gewinsoriseerd", the transform's name, or both joined by " + ".
    passed : bool or None
        Whether the rule is met afterwards; None when it cannot be tested.
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
class Always(Treatment):
    """Apply one transform without testing.

    Parameters
    ----------
    transform : Transform
    """

    transform: Transform

    def fit(self, x: Array) -> Step:
        """Learn the transform's parameters; constants are left alone."""
        present = x[~np.isnan(x)]
        if present.size == 0 or present.min() == present.max():
            return Step(FittedTreatment(), passed=None)
        fitted = self.transform.fit(present)
        return Step(FittedTreatment(transform=fitted), action=fitted.name, passed=None)


@dataclass(frozen=True)
class SkewKurtosis(Treatment):
    """Winsorise, and transform when that is not enough: COINr ``Treat`` with its defaults.

    An indicator passes when |skewness| < `skew` **or** excess kurtosis < `kurt` (Excel
    definitions; COINr ``check_SkewKurt``). One that fails is winsorised: the highest value (the
    lowest when skewness < 0) takes the next value, ties together, until it passes or at least
    `winmax` points sit at the bound (ties can carry it past). One that still fails has
    winsorisation undone and gets `transform` instead, passed or not (COINr ``combine_treat =
    FALSE``); with `combine` the transform comes on top. Fewer than four different values present:
    not testable, untouched.

    Parameters
    ----------
    winmax : int or None
        None is without limit; 0 is transform only.
    skew, kurt : float
    transform : Transform or None
        None keeps the winsorised values.
    combine : bool
    """

    winmax: int | None = 5
    skew: float = 2.0
    kurt: float = 3.5
    transform: Transform | None = LogCT()
    combine: bool = False

    def fit(self, x: Array) -> Step:
        """Decide; see the class."""
        present = x[~np.isnan(x)]
        passed = self.passes(present)
        if passed is None or passed:
            return Step(FittedTreatment(), passed=passed)
        clip, high, low = self._winsorise(present)
        passed = self.passes(clip.apply(present))
        if passed or self.transform is None:
            action = "gewinsoriseerd" if high or low else "geen"
            return Step(clip, high, low, action, passed)
        base = clip if self.combine else FittedTreatment()
        moved = base.apply(present)
        fitted = self.transform.fit(moved)
        decided = FittedTreatment(base.low, base.high, fitted)
        passed = self.passes(decided.apply(present))
        if self.combine and (high or low):
            return Step(decided, high, low, f"gewinsoriseerd + {fitted.name}", passed)
        return Step(decided, 0, 0, fitted.name, passed)

    def passes(self, x: Array) -> bool | None:
        """Test one vector; None when skewness or kurtosis does not exist."""
        column = x[~np.isnan(x)].reshape(-1, 1)
        g1, g2 = float(skewness(column)[0]), float(kurtosis(column)[0])
        if np.isnan(g1) or np.isnan(g2):
            return None
        return abs(g1) < self.skew or g2 < self.kurt

    def _winsorise(self, x: Array) -> tuple[FittedTreatment, int, int]:
        low, high = -np.inf, np.inf
        at_high = at_low = 0
        current = x
        while self.passes(current) is False and (
            self.winmax is None or at_high + at_low < self.winmax
        ):
            upward = float(skewness(current.reshape(-1, 1))[0]) >= 0
            top = current.max() if upward else current.min()
            others = current[current != top]
            if others.size == 0:
                break
            if upward:
                at_high, high = int(np.sum(current == top)), float(others.max())
            else:
                at_low, low = int(np.sum(current == top)), float(others.min())
            current = np.clip(x, low, high)
        return FittedTreatment(low, high), at_high, at_low


@dataclass(frozen=True, eq=False)
class Treated:
    """A treated table and what was done.

    Parameters
    ----------
    values : DataFrame of float, shape (n_units, n_indicators)
    log : DataFrame
        One row per treated cell: ``indicator``, ``unit``, ``action``, ``before``, ``after``.
    indicators : DataFrame, index ``indicator``
        ``action``, ``winsorised_high``, ``winsorised_low``, ``passed``, skewness and kurtosis
        before and after.
    fitted : mapping of indicator to FittedTreatment
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

    Returns
    -------
    Treated
    """
    base = values if reference is None else reference
    steps = {
        str(c): (rules[c] if isinstance(rules, dict) else rules).fit(base[c].to_numpy(dtype=float))
        for c in values.columns
    }
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
            parts += [fitted.transform.name] if fitted.transform.name != "geen" else []
            if parts:
                rows.append(
                    (column, values.index[place], " + ".join(parts), raw[place], new[place])
                )
    return pd.DataFrame(rows, columns=["indicator", "unit", "action", "before", "after"])
