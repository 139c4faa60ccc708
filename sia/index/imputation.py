"""Imputation: what stands in for a missing value, and in which cells it does.

Arrays are (n_units, n_indicators). An imputer only fills gaps: present values come back bit by bit
as they were. What cannot be filled (an empty column, a group without data) stays missing.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.index.checks import check_fields, check_instance, check_number, check_option

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Setting:
    """What an imputer may know beside the values.

    Parameters
    ----------
    units : Index of length n
    indicators : tuple of str, length k
    direction : array, shape (k,)
    domain : tuple of str, length k
        The aggregate that each indicator belongs to directly.
    """

    units: pd.Index[Any]
    indicators: tuple[str, ...]
    direction: Array
    domain: tuple[str, ...]


class Imputer(ABC):
    """A way to fill gaps."""

    batched: bool = False
    """Whether `estimate` takes arrays with leading axes, one table per draw."""

    @abstractmethod
    def estimate(self, x: Array, setting: Setting) -> Array:
        """Return an estimate for every cell that can be estimated, shape (n, k), else NaN."""

    def fill(self, x: Array, setting: Setting) -> Array:
        """Return `x` with its gaps filled where an estimate exists."""
        gap = np.isnan(x)
        if not gap.any():
            return x.copy()
        with warnings.catch_warnings():
            # Means of empty columns are NaN, which is what we want: no estimate.
            warnings.simplefilter("ignore", RuntimeWarning)
            return np.where(gap, self.estimate(x, setting), x)


@dataclass(frozen=True)
class NoImputation(Imputer):
    """Leave gaps; aggregation then uses the children that are present."""

    def estimate(self, x: Array, setting: Setting) -> Array:
        """Return nothing but NaN."""
        return np.full(x.shape, np.nan)


@dataclass(frozen=True)
class MeanImputation(Imputer):
    """Mean of the present values of the indicator, COINr ``i_mean``."""

    batched = True

    def estimate(self, x: Array, setting: Setting) -> Array:
        """Return column means."""
        return np.broadcast_to(_mean(x, -2), x.shape)


@dataclass(frozen=True)
class MedianImputation(Imputer):
    """Median of the present values of the indicator, COINr ``i_median``."""

    batched = True

    def estimate(self, x: Array, setting: Setting) -> Array:
        """Return column medians."""
        return np.broadcast_to(_median(x, -2), x.shape)


@dataclass(frozen=True, eq=False)
class GroupImputation(Imputer):
    """Mean or median of the unit's group (wijk, class of urbanity), COINr ``i_mean_grp``.

    Parameters
    ----------
    groups : Series by unit
        Missing group: the unit is not imputed by this step (COINr ``skip_f_na``).
    statistic : {"mean", "median"}
    weights : Series by unit, optional
        Weighted mean (inhabitants); only with "mean".
    fallback : Imputer, optional
        For cells whose group has no data; default none: they stay missing.
    """

    groups: pd.Series[Any]
    statistic: Literal["mean", "median"] = "mean"
    weights: pd.Series[float] | None = None
    fallback: Imputer | None = None

    def __post_init__(self) -> None:
        check_option("GroupImputation: statistic", self.statistic, ("mean", "median"))
        if self.weights is not None and self.statistic != "mean":
            raise ValueError("weights go with the mean only")
        if self.weights is not None and not self.weights.dropna().between(0, np.inf, "left").all():
            raise ValueError("weights must be numbers of zero or more")
        if self.fallback is not None:
            check_instance("GroupImputation: fallback", self.fallback, Imputer)

    def estimate(self, x: Array, setting: Setting) -> Array:
        """Return the group's statistic for every cell."""
        group = self.groups.reindex(setting.units)
        estimate = np.full(x.shape, np.nan)
        weight: Array = np.ones(len(group))
        if self.weights is not None:
            weight = np.asarray(self.weights.reindex(setting.units), dtype=np.float64)
        for members in group.groupby(group, sort=True).indices.values():
            block = x[members]
            if self.statistic == "median":
                estimate[members] = np.nanmedian(block, axis=0)
            else:
                w = np.where(np.isnan(block), 0.0, np.nan_to_num(weight[members])[:, None])
                with np.errstate(invalid="ignore", divide="ignore"):
                    estimate[members] = np.nansum(block * w, axis=0) / w.sum(axis=0)
        if self.fallback is not None:
            other = self.fallback.estimate(x, setting)
            estimate = np.where(np.isnan(estimate), other, estimate)
        return estimate


@dataclass(frozen=True)
class DomainImputation(Imputer):
    """The unit's own mean over the other indicators of its domain, on a min-max scale.

    COINr ``Impute(impute_by = "row", normalise_first = TRUE, group_level = 2)``: values times
    direction are scaled to 0-1, the gap gets the mean (or median) of the unit's present
    indicators in the same domain, and that is scaled back.

    Parameters
    ----------
    statistic : {"mean", "median"}
    """

    statistic: Literal["mean", "median"] = "mean"
    batched = True

    def __post_init__(self) -> None:
        check_option("DomainImputation: statistic", self.statistic, ("mean", "median"))

    def estimate(self, x: Array, setting: Setting) -> Array:
        """Return the rescaled row statistic."""
        signed = x * setting.direction
        low = np.fmin.reduce(signed, axis=-2, keepdims=True)
        high = np.fmax.reduce(signed, axis=-2, keepdims=True)
        width = np.where(high > low, high - low, np.nan)
        scaled = (signed - low) / width
        estimate = np.full(x.shape, np.nan)
        names = np.array(setting.domain)
        central = _mean if self.statistic == "mean" else _median
        for name in sorted(set(setting.domain)):
            columns = np.flatnonzero(names == name)
            estimate[..., columns] = central(scaled[..., columns], -1)
        back: Array = (estimate * width + low) * setting.direction
        return back


def _mean(x: Array, axis: int) -> Array:
    """Return the mean of present values, that axis kept; NaN where there are none."""
    present = ~np.isnan(x)
    total = np.where(present, x, 0.0).sum(axis=axis, keepdims=True)
    mean: Array = total / present.sum(axis=axis, keepdims=True)
    return mean


def _median(x: Array, axis: int) -> Array:
    """Return the median of present values, that axis kept; NaN where there are none."""
    ordered = np.sort(x, axis=axis)
    count = (~np.isnan(x)).sum(axis=axis, keepdims=True)
    lower = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0), axis=axis)
    upper = np.take_along_axis(ordered, np.minimum(count // 2, x.shape[axis] - 1), axis=axis)
    middle: Array = np.where(count > 0, (lower + upper) / 2.0, np.nan)
    return middle


@dataclass(frozen=True)
class NearestNeighbours(Imputer):
    """Mean of the k most similar units that have the indicator.

    Distance: root mean square difference of z-scores (sample standard deviation) over the
    indicators that both units have (Troyanskaya et al. 2001, Bioinformatics 17(6)); equally near
    units beyond the k-th count too, so the order of the units does not matter.

    Parameters
    ----------
    minimum_shared : int
        Units that share fewer indicators are no neighbours.
    """

    k: int = 5
    minimum_shared: int = 1

    def __post_init__(self) -> None:
        check_fields(self, "k", "minimum_shared", least=1, whole=True)

    def estimate(self, x: Array, setting: Setting) -> Array:
        """Return neighbour means in the rows that have gaps."""
        spread = np.nanstd(x, axis=0, ddof=1)
        z = (x - np.nanmean(x, axis=0)) / np.where(spread > 0, spread, np.nan)
        present = ~np.isnan(z)
        filled = np.where(present, z, 0.0)
        estimate = np.full(x.shape, np.nan)
        for row in np.flatnonzero(np.isnan(x).any(axis=1)):
            both = present & present[row]
            shared = both.sum(axis=1)
            square = np.where(both, (filled - filled[row]) ** 2, 0.0).sum(axis=1)
            distance = np.sqrt(square / np.where(shared > 0, shared, 1))
            distance[shared < self.minimum_shared] = np.inf
            distance[row] = np.inf
            for column in np.flatnonzero(np.isnan(x[row])):
                estimate[row, column] = self._mean(x[:, column], distance)
        return estimate

    def _mean(self, values: Array, distance: Array) -> float:
        usable = ~np.isnan(values) & np.isfinite(distance)
        if not usable.any():
            return float("nan")
        near = distance[usable]
        cut = np.sort(near)[min(self.k, near.size) - 1]
        chosen = values[usable][near <= cut * (1 + 1e-12)]
        # fsum-like stability is not needed, but a sorted sum makes the order of units irrelevant.
        return float(np.sort(chosen).mean())


@dataclass(frozen=True)
class EM(Imputer):
    """Conditional means under a multivariate normal fitted by expectation-maximisation.

    Dempster, Laird & Rubin (1977); algorithm of Little & Rubin (2002, section 11.2), with a ridge
    on the standardised covariance so that few units and many indicators give an answer.

    Parameters
    ----------
    tolerance : float
        Largest change of an estimate (in standard deviations) and of a covariance at which
        iteration stops.
    ridge : float
        Added to the diagonal of the correlation matrix.

    Notes
    -----
    `fill` raises ValueError when it has not converged after `iterations`.
    """

    tolerance: float = 1e-6
    iterations: int = 1000
    ridge: float = 0.01

    def __post_init__(self) -> None:
        check_fields(self, "tolerance", above=0)
        check_fields(self, "iterations", least=1, whole=True)
        check_fields(self, "ridge", least=0)

    def estimate(self, x: Array, setting: Setting) -> Array:
        """Return conditional means; columns without spread or data are left out."""
        spread = np.nanstd(x, axis=0)
        usable = spread > 0
        estimate = np.full(x.shape, np.nan)
        if not usable.any():
            return estimate
        centre = np.nanmean(x[:, usable], axis=0)
        z = (x[:, usable] - centre) / spread[usable]
        estimate[:, usable] = self._expect(z) * spread[usable] + centre
        return estimate

    def _expect(self, z: Array) -> Array:
        n, k = z.shape
        gap = np.isnan(z)
        patterns, member = np.unique(gap, axis=0, return_inverse=True)
        filled = np.where(gap, 0.0, z)
        mean, covariance = np.zeros(k), np.eye(k)
        for _ in range(self.iterations):
            previous = filled.copy()
            extra = np.zeros((k, k))
            for number, pattern in enumerate(patterns):
                if not pattern.any():
                    continue
                rows = np.flatnonzero(member == number)
                seen = ~pattern
                inverse = np.linalg.pinv(covariance[np.ix_(seen, seen)], hermitian=True)
                slope = covariance[np.ix_(pattern, seen)] @ inverse
                filled[np.ix_(rows, pattern)] = (
                    mean[pattern] + (z[np.ix_(rows, seen)] - mean[seen]) @ slope.T
                )
                residual = (
                    covariance[np.ix_(pattern, pattern)] - slope @ covariance[np.ix_(seen, pattern)]
                )
                extra[np.ix_(pattern, pattern)] += rows.size * residual
            mean = filled.mean(axis=0)
            centred = filled - mean
            before = covariance
            covariance = (centred.T @ centred + extra) / n + self.ridge * np.eye(k)
            # Both must stand still: in the first round the estimates do not move yet.
            moved = max(np.abs(filled - previous).max(), np.abs(covariance - before).max())
            if moved < self.tolerance:
                return filled
        raise ValueError(f"EM has not converged after {self.iterations} iterations")


def impute(
    values: pd.DataFrame,
    how: Imputer,
    directions: Mapping[str, int] | None = None,
    domains: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Fill the gaps of a table with one imputer.

    Parameters
    ----------
    values : DataFrame of float, shape (n_units, n_indicators)
    directions : mapping of indicator to +1/-1, optional
        An indicator without one counts as +1.
    domains : mapping of indicator to domain, optional
        Default: all in one; indicators without one are one domain.

    Returns
    -------
    DataFrame of float, same shape

    Raises
    ------
    TypeError
        When `how` is no imputer (a class instead of an object).
    ValueError
        When a direction is not +1 or -1.
    """
    check_instance("impute", how, Imputer)
    for name, sign in (directions or {}).items():
        check_option(f"direction of {name!r}", sign, (-1, 1))
    names = tuple(str(c) for c in values.columns)
    setting = Setting(
        values.index,
        names,
        np.array([float((directions or {}).get(c, 1)) for c in names]),
        tuple((domains or {}).get(c, "") for c in names),
    )
    filled = how.fill(values.to_numpy(dtype=float), setting)
    return pd.DataFrame(filled, index=values.index, columns=values.columns)


def impute_panel(
    panel: pd.DataFrame,
    method: Literal["latest", "linear", "em"] = "latest",
    maximum_gap: int | None = None,
    em: EM | None = None,
) -> pd.DataFrame:
    """Fill gaps in a panel from the same unit's other years.

    Parameters
    ----------
    panel : DataFrame of float
        Index of two levels: unit, year (int); columns indicators.
    method : {"latest", "linear", "em"}
        "latest" carries the last earlier observation forward (COINr ``impute_panel``); "linear"
        interpolates between observed years and never beyond them; "em" takes all unit-years as
        rows, with the year and the unit's own mean over the years per indicator as covariates.
    maximum_gap : int, optional
        Years that a value may be carried forward ("latest" only).

    Returns
    -------
    DataFrame of float, index and columns as given
    """
    if panel.index.nlevels != 2:
        raise ValueError("a panel has an index of two levels: unit, year")
    check_option("method", method, ("latest", "linear", "em"))
    if maximum_gap is not None:
        check_number("maximum_gap", maximum_gap, least=0)
    if method == "em":
        return _impute_panel_em(panel, em or EM())
    filled = panel.to_numpy(dtype=float).copy()
    years = panel.index.get_level_values(1).to_numpy(dtype=float)
    for rows in panel.groupby(level=0, sort=False).indices.values():
        order = np.asarray(rows)[np.argsort(years[rows], kind="stable")]
        for column in range(panel.shape[1]):
            filled[order, column] = _along_time(
                filled[order, column], years[order], method, maximum_gap
            )
    return pd.DataFrame(filled, index=panel.index, columns=panel.columns)


def _along_time(series: Array, years: Array, method: str, maximum_gap: int | None) -> Array:
    known = np.flatnonzero(~np.isnan(series))
    if known.size == 0:
        return series
    if method == "linear":
        between = np.interp(years, years[known], series[known], left=np.nan, right=np.nan)
        return np.where(np.isnan(series), between, series)
    last = np.searchsorted(known, np.arange(series.size), side="right") - 1
    source = known[np.maximum(last, 0)]
    reach = np.inf if maximum_gap is None else float(maximum_gap)
    allowed = (last >= 0) & (years - years[source] <= reach)
    return np.where(np.isnan(series) & allowed, series[source], series)


def _impute_panel_em(panel: pd.DataFrame, em: EM) -> pd.DataFrame:
    own = panel.groupby(level=0).transform("mean").add_suffix(" (eigen gemiddelde)")
    year = pd.Series(
        panel.index.get_level_values(1).to_numpy(dtype=float), index=panel.index, name="jaar"
    )
    wide = pd.concat([panel.astype(float), own, year], axis=1)
    return impute(wide, em)[panel.columns]
