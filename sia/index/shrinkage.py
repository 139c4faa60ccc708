"""Empirical-Bayes shrinkage: rates of small areas move toward the larger area around them.

English Indices of Deprivation 2019, technical report, appendix on shrinkage: the shrunken value is
w m + (1 - w) M with w = tau2 / (tau2 + s2): m the area's own rate, s2 its sampling variance, M the
mean of the larger area and tau2 the variance between the areas inside that larger area.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.index.checks import check_number

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shrunk:
    """A shrunken vector and how it came about.

    By unit: value, w (1 is the own figure only), M, and the posterior variance, w s2 plus (1 -
    w)^2 times the variance of M. By group: tau2.
    """

    value: pd.Series[float]
    weight: pd.Series[float]
    target: pd.Series[float]
    variance: pd.Series[float]
    tau2: pd.Series[float]


def between_variance(m: Array, s2: Array) -> tuple[float, float, float]:
    """Return tau2, the precision-weighted mean and its variance of a set of estimates."""
    w = 1.0 / s2
    mean = float(np.sum(w * m) / np.sum(w))
    q = float(np.sum(w * (m - mean) ** 2))
    scale = float(np.sum(w) - np.sum(w**2) / np.sum(w))
    tau2 = max(0.0, (q - (m.size - 1)) / scale) if scale > 0 else 0.0
    total = 1.0 / (tau2 + s2)
    return tau2, float(np.sum(total * m) / np.sum(total)), float(1.0 / np.sum(total))


def shrink(
    estimate: pd.Series[float],
    variance: pd.Series[float],
    group: pd.Series[Any] | None = None,
) -> Shrunk:
    """Shrink estimates toward the mean of their group, and that mean toward the whole.

    With groups (wijken) the group means are first shrunk toward the overall mean (gemeente) by the
    same formula, from their own variances; then the units toward the shrunken group means.

    Parameters
    ----------
    estimate, variance : Series by unit
        Missing estimates stay missing. A variance of zero keeps the estimate as it is.
    group : Series by unit, optional
        Without: straight to the overall mean. Units without a group likewise.

    Raises
    ------
    ValueError
        On a negative variance, or an estimate without a variance.
    """
    m: Array = np.asarray(estimate, dtype=np.float64)
    s2: Array = np.asarray(variance.reindex(estimate.index), dtype=np.float64)
    known = ~np.isnan(m)
    if np.any(np.isnan(s2[known])) or np.any(s2[known] < 0):
        raise ValueError("every estimate needs a variance of zero or more")
    names = pd.Series("geheel", index=estimate.index)
    if group is not None:
        names = group.reindex(estimate.index).astype("object")
    nothing = np.full(m.size, np.nan)
    weight, target, spread, tau = nothing, nothing, nothing, dict[Any, float]()
    if known.any():
        means, rest = _targets(m, s2, known, names)
        tau = {name: tau2 for name, (_, _, tau2) in means.items()}
        each = np.array([means.get(name, rest) for name in names]).T
        target, uncertainty, tau2 = np.where(known, each, np.nan)
        total = tau2 + s2
        weight = np.where(total > 0, tau2 / np.where(total > 0, total, 1.0), 1.0)
        weight = np.where(known, np.where(s2 == 0, 1.0, weight), np.nan)
        spread = weight * s2 + (1 - weight) ** 2 * uncertainty
    value = np.where(s2 == 0, m, weight * m + (1.0 - weight) * target)
    index = estimate.index
    return Shrunk(
        pd.Series(value, index=index),
        pd.Series(weight, index=index),
        pd.Series(target, index=index),
        pd.Series(spread, index=index),
        pd.Series(tau, dtype=float),
    )


def _targets(
    m: Array, s2: Array, known: npt.NDArray[np.bool_], names: pd.Series[Any]
) -> tuple[dict[Any, tuple[float, float, float]], tuple[float, float, float]]:
    """Return (mean, its variance, tau2) per group, and of the whole for who has no group."""
    own: dict[Any, tuple[float, float, float]] = {}
    for name in names[known].dropna().unique():
        rows = known & (names == name).to_numpy()
        tau2, mean, uncertainty = _safe(m[rows], s2[rows])
        own[name] = (mean, uncertainty, tau2)
    tau2_whole, whole, whole_variance = _safe(m[known], s2[known])
    if len(own) < 2:
        return own, (whole, whole_variance, tau2_whole)
    means = np.array([v[0] for v in own.values()])
    variances = np.array([max(v[1], np.finfo(float).tiny) for v in own.values()])
    tau2_top, top, top_variance = between_variance(means, variances)
    shrunken = {}
    for name, (mean, uncertainty, tau2) in own.items():
        w = tau2_top / (tau2_top + uncertainty) if tau2_top + uncertainty > 0 else 1.0
        spread = w * uncertainty + (1 - w) ** 2 * top_variance
        shrunken[name] = (w * mean + (1 - w) * top, spread, tau2)
    return shrunken, (top, top_variance, tau2_whole)


def _safe(m: Array, s2: Array) -> tuple[float, float, float]:
    """Like `between_variance`, with exact values (variance zero) given a very small variance."""
    floor = max(float(s2.max()) * 1e-9, np.finfo(float).tiny)
    return between_variance(m, np.maximum(s2, floor))


def rate_variance(rate: pd.Series[float], denominator: pd.Series[float]) -> pd.Series[float]:
    """Return the binomial sampling variance of a share.

    Parameters
    ----------
    rate : Series by unit
        Share 0-1.
    denominator : Series by unit

    Returns
    -------
    Series
        p (1 - p) / n with p = (x + 1/2) / (n + 1), so that a share of 0 or 1 from few people does
        not pass for exact (Jeffreys prior; Brown, Cai & DasGupta 2001). NaN without people.

    Raises
    ------
    ValueError
        When a share does not lie between 0 and 1, or a denominator is negative.
    """
    if ((rate < 0) | (rate > 1)).any() or (denominator < 0).any():
        raise ValueError("a share lies between 0 and 1, and its denominator is not below 0")
    n = denominator.where(denominator > 0)
    p = (rate * n + 0.5) / (n + 1.0)
    return p * (1.0 - p) / n


@dataclass(frozen=True, eq=False)
class Shrinkage:
    """Shrink some indicators of a table.

    Parameters
    ----------
    denominators : DataFrame, units x indicators
        Persons, households or dwellings behind each rate.
    scale : mapping of indicator to float
        What the rate is multiplied by in the table (100 for a percentage). Only the indicators
        named here are shrunk.
    groups : Series by unit, optional
        Wijk of each unit.
    """

    denominators: pd.DataFrame
    scale: Mapping[str, float]
    groups: pd.Series[Any] | None = None

    def __post_init__(self) -> None:
        for name, scale in self.scale.items():
            check_number(f"Shrinkage: scale of {name!r}", scale, above=0)

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the table with the named columns shrunk.

        Values without a denominator stay as they are: their variance is unknown.

        Raises
        ------
        ValueError
            When a named indicator is unknown or a rate lies outside 0 to its scale.
        """
        table = values.astype(float).copy()
        for name, scale in self.scale.items():
            if name not in table.columns or name not in self.denominators.columns:
                raise ValueError(f"shrinkage: {name!r} is not in values and denominators")
            rate = table[name] / scale
            if ((rate < 0) | (rate > 1)).any():
                raise ValueError(f"shrinkage: {name!r} has values outside 0-{scale:g}")
            variance = rate_variance(rate, self.denominators[name].reindex(table.index))
            usable = rate.where(variance.notna())
            shrunk = shrink(usable, variance, self.groups).value * scale
            table[name] = shrunk.where(usable.notna(), table[name])
        return table
