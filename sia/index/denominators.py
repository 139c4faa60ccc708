"""Denominators: counts become rates before they are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sia.index.checks import check_fields, check_number


@dataclass(frozen=True, eq=False)
class Denominate:
    """Divide indicators by denominators.

    Parameters
    ----------
    denominators : DataFrame, shape (n_units, n_denominators)
        Index as the values.
    by : mapping of indicator to column of `denominators`
    scale : mapping of indicator to float, optional
        Multiplier after division (100 for percentages, 1000 for rates); default 1.
    minimum : float
        Smallest denominator that gives a rate; below it the rate is missing. Default 0.
    """

    denominators: pd.DataFrame
    by: Mapping[str, str]
    scale: Mapping[str, float] | None = None
    minimum: float = 0.0

    def __post_init__(self) -> None:
        check_fields(self, "minimum", least=0)
        for name, scale in (self.scale or {}).items():
            check_number(f"Denominate: scale of {name!r}", scale, above=0)


def denominate(values: pd.DataFrame, how: Denominate) -> pd.DataFrame:
    """Return the values with the named columns divided.

    Parameters
    ----------
    values : DataFrame of float, shape (n_units, n_indicators)

    Returns
    -------
    DataFrame of float, same shape
        Missing where the denominator is missing, zero, negative or under the minimum.

    Raises
    ------
    ValueError
        When an indicator or denominator is unknown, or a unit has no denominators.
    """
    unknown = [i for i in (*how.by, *(how.scale or {})) if i not in values.columns]
    unknown += [d for d in how.by.values() if d not in how.denominators.columns]
    if unknown:
        raise ValueError(f"denominate: unknown columns {unknown}")
    if not values.index.isin(how.denominators.index).all():
        raise ValueError("denominate: units without a row of denominators")
    table = values.astype(float).copy()
    aligned = how.denominators.reindex(values.index)
    for indicator, name in how.by.items():
        below = aligned[name].astype(float)
        usable = below.where((below > 0) & (below >= how.minimum), np.nan)
        factor = 1.0 if how.scale is None else float(how.scale.get(indicator, 1.0))
        table[indicator] = table[indicator] / usable * factor
    return table
