"""Screening: how much of each unit and each indicator is there, before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Screening:
    """What is there, as shares (COINr ``Screen``); nothing is removed.

    Parameters
    ----------
    units : DataFrame, index as the values
        ``availability``: share of the indicators that is present.
    indicators : DataFrame, index ``indicator``
        ``availability``: share of the units that is present; ``nonzero`` and ``unique``: shares of
        those; ``constant`` (bool): all alike.
    """

    units: pd.DataFrame
    indicators: pd.DataFrame


def screen(values: pd.DataFrame) -> Screening:
    """Return what is there of every unit and indicator, in a table of floats."""
    x = values.to_numpy(dtype=float)
    present = ~np.isnan(x)
    count = present.sum(axis=0)
    different = np.array([np.unique(column[~np.isnan(column)]).size for column in x.T])
    with np.errstate(invalid="ignore"):
        nonzero, unique = 1 - (x == 0).sum(axis=0) / count, different / count
    units = pd.DataFrame({"availability": present.mean(axis=1)}, index=values.index)
    indicators = pd.DataFrame(
        {
            "availability": present.mean(axis=0),
            "nonzero": nonzero,
            "unique": unique,
            "constant": different <= 1,
        },
        index=pd.Index(values.columns, name="indicator"),
    )
    return Screening(units, indicators)
