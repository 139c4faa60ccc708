"""Screening: how much of each unit and each indicator is there, before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Screening:
    """Thresholds below which a unit or an indicator is marked.

    Defaults follow COINr (``Screen``: 2/3 of data per unit, 5 % non-zero per unit; its indicator
    statistics: 65 % available, 50 % non-zero, 50 % unique).

    Parameters
    ----------
    unit_availability, unit_nonzero : float
        Shares per unit, over indicators; non-zero as a share of the values that are present.
    availability, nonzero, unique : float
        Shares per indicator, over units; unique is the number of different values over the number
        of values present.
    """

    unit_availability: float = 2 / 3
    unit_nonzero: float = 0.05
    availability: float = 0.65
    nonzero: float = 0.50
    unique: float = 0.50

    def __post_init__(self) -> None:
        for name, share in vars(self).items():
            if not 0 <= share <= 1:
                raise ValueError(f"{name} is {share}: must lie between 0 and 1")


@dataclass(frozen=True, eq=False)
class ScreeningTables:
    """What screening found.

    Parameters
    ----------
    units : DataFrame, index as the values
        ``missing``, ``zero`` (counts), ``availability``, ``nonzero`` (shares), ``low_data``,
        ``low_nonzero``, ``included`` (bool).
    indicators : DataFrame, index ``indicator``
        ``present``, ``availability``, ``nonzero``, ``unique`` (shares), ``constant``,
        ``low_availability``, ``low_nonzero``, ``low_unique`` (bool).
    """

    units: pd.DataFrame
    indicators: pd.DataFrame


def screen(values: pd.DataFrame, rule: Screening | None = None) -> ScreeningTables:
    """Return availability, non-zero and unique shares with their marks; removes nothing.

    Marks use "<" against the threshold, as COINr does.

    Parameters
    ----------
    values : DataFrame of float, shape (n_units, n_indicators)
    """
    rule = rule or Screening()
    x = values.to_numpy(dtype=float)
    present, zero = ~np.isnan(x), x == 0
    return ScreeningTables(
        _units(present, zero, values.index, rule), _indicators(x, present, zero, values, rule)
    )


def _units(present: Mask, zero: Mask, index: pd.Index[Any], rule: Screening) -> pd.DataFrame:
    availability, nonzero = present.mean(axis=1), _nonzero(present, zero, 1)
    low_data, low_nonzero = availability < rule.unit_availability, nonzero < rule.unit_nonzero
    return pd.DataFrame(
        {
            "missing": (~present).sum(axis=1),
            "zero": zero.sum(axis=1),
            "availability": availability,
            "nonzero": nonzero,
            "low_data": low_data,
            "low_nonzero": low_nonzero,
            "included": ~low_data & ~low_nonzero,
        },
        index=index,
    )


def _indicators(
    x: Array, present: Mask, zero: Mask, values: pd.DataFrame, rule: Screening
) -> pd.DataFrame:
    count = present.sum(axis=0)
    different = np.array([np.unique(c[~np.isnan(c)]).size for c in x.T])
    availability, nonzero = present.mean(axis=0), _nonzero(present, zero, 0)
    with np.errstate(invalid="ignore"):
        unique = different / count
    return pd.DataFrame(
        {
            "present": count,
            "availability": availability,
            "nonzero": nonzero,
            "unique": unique,
            "constant": different <= 1,
            "low_availability": availability < rule.availability,
            "low_nonzero": nonzero < rule.nonzero,
            "low_unique": unique < rule.unique,
        },
        index=pd.Index(values.columns, name="indicator"),
    )


def _nonzero(present: Mask, zero: Mask, axis: int) -> Array:
    with np.errstate(invalid="ignore"):
        share: Array = 1 - zero.sum(axis=axis) / present.sum(axis=axis)
    return share
