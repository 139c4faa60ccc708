"""Screening: how much of each unit and each indicator is there, before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


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

    Parameters
    ----------
    values : DataFrame of float, shape (n_units, n_indicators)
    rule : Screening, optional

    Returns
    -------
    ScreeningTables
        Marks use "<" against the threshold, as COINr does.
    """
    rule = rule or Screening()
    present = values.notna()
    zero = values.eq(0)
    units = pd.DataFrame(
        {
            "missing": (~present).sum(axis=1),
            "zero": zero.sum(axis=1),
            "availability": present.mean(axis=1),
            "nonzero": 1 - zero.sum(axis=1) / present.sum(axis=1),
        },
        index=values.index,
    )
    units["low_data"] = units["availability"] < rule.unit_availability
    units["low_nonzero"] = units["nonzero"] < rule.unit_nonzero
    units["included"] = ~units["low_data"] & ~units["low_nonzero"]
    count = present.sum()
    indicators = pd.DataFrame(
        {
            "present": count,
            "availability": present.mean(),
            "nonzero": 1 - zero.sum() / count,
            "unique": values.nunique() / count,
            "constant": values.nunique() <= 1,
        }
    ).rename_axis("indicator")
    indicators["low_availability"] = indicators["availability"] < rule.availability
    indicators["low_nonzero"] = indicators["nonzero"] < rule.nonzero
    indicators["low_unique"] = indicators["unique"] < rule.unique
    return ScreeningTables(units, indicators)
