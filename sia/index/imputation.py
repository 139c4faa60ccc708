"""Imputation: what stands in for a missing value, and in which cells it does.

Arrays are (..., n_units, n_indicators), leading axes being draws. An imputer only fills gaps:
present values come back bit by bit as they were. What cannot be filled (an empty column) stays
missing.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.index.checks import check_instance, check_option

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Setting:
    """What an imputer may know beside the values.

    `direction`: shape (k,).
    `domain` (length k): The aggregate that each indicator belongs to directly.
    """

    direction: Array
    domain: tuple[str, ...]


class Imputer(ABC):
    """A way to fill gaps."""

    @abstractmethod
    def estimate(self, x: Array, setting: Setting) -> Array:
        """Return an estimate for every cell that can be estimated, shape of `x`, else NaN."""

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

    def estimate(self, x: Array, setting: Setting) -> Array:
        """Return column means."""
        return np.broadcast_to(_mean(x, -2), x.shape)


@dataclass(frozen=True)
class MedianImputation(Imputer):
    """Median of the present values of the indicator, COINr ``i_median``."""

    def estimate(self, x: Array, setting: Setting) -> Array:
        """Return column medians."""
        return np.broadcast_to(_median(x, -2), x.shape)


@dataclass(frozen=True)
class DomainImputation(Imputer):
    """The unit's own mean over the other indicators of its domain, on a min-max scale.

    COINr ``Impute(impute_by = "row", normalise_first = TRUE, group_level = 2)``: values times
    direction are scaled to 0-1, the gap gets the mean of the unit's present indicators in the
    same domain, and that is scaled back.
    """

    def estimate(self, x: Array, setting: Setting) -> Array:
        """Return the rescaled row mean."""
        signed = x * setting.direction
        low = np.fmin.reduce(signed, axis=-2, keepdims=True)
        high = np.fmax.reduce(signed, axis=-2, keepdims=True)
        width = np.where(high > low, high - low, np.nan)
        scaled = (signed - low) / width
        estimate = np.full(x.shape, np.nan)
        names = np.array(setting.domain)
        for name in sorted(set(setting.domain)):
            columns = np.flatnonzero(names == name)
            estimate[..., columns] = _mean(scaled[..., columns], -1)
        back: Array = (estimate * width + low) * setting.direction
        return back


def _mean(x: Array, axis: int) -> Array:
    """Return the mean of present values, that axis kept; NaN where there are none."""
    present = ~np.isnan(x)
    total = np.where(present, x, 0.0).sum(axis=axis, keepdims=True)
    count = present.sum(axis=axis, keepdims=True)
    mean: Array = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return mean


def _median(x: Array, axis: int) -> Array:
    """Return the median of present values, that axis kept; NaN where there are none."""
    ordered = np.sort(x, axis=axis)
    count = (~np.isnan(x)).sum(axis=axis, keepdims=True)
    lower = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0), axis=axis)
    upper = np.take_along_axis(ordered, np.minimum(count // 2, x.shape[axis] - 1), axis=axis)
    middle: Array = np.where(count > 0, (lower + upper) / 2.0, np.nan)
    return middle


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
        np.array([float((directions or {}).get(c, 1)) for c in names]),
        tuple((domains or {}).get(c, "") for c in names),
    )
    filled = how.fill(values.to_numpy(dtype=float), setting)
    return pd.DataFrame(filled, index=values.index, columns=values.columns)
