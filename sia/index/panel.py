"""Change of figures over years, per unit: what becomes an indicator of growth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sia.index.checks import check_number


def percent_change(panel: pd.DataFrame, years: int = 1) -> pd.DataFrame:
    """Return 100 (x_t / x_(t - years) - 1) for every unit and year.

    Parameters
    ----------
    panel : DataFrame of float
        Index of two levels: unit, year (int); columns indicators.
    years : int
        How far back.

    Returns
    -------
    DataFrame of float, index and columns as given
        NaN where the earlier year is not there, or its figure is not above zero: a percentage of
        nothing, or of less, has no meaning.

    Raises
    ------
    ValueError
        When the index has no two levels or holds a unit and year twice.

    Examples
    --------
    >>> import pandas as pd
    >>> from sia.index import percent_change
    >>> index = pd.MultiIndex.from_product([["u"], [2021, 2022]])
    >>> percent_change(pd.DataFrame({"a": [50.0, 60.0]}, index))["a"].tolist()
    [nan, 20.0]
    """
    before = _before(panel, years)
    return (panel - before) / before * 100.0


def compound_growth(panel: pd.DataFrame, years: int) -> pd.DataFrame:
    """Return the compound annual growth rate, 100 ((x_t / x_(t - years))^(1 / years) - 1).

    The growth per year that, kept up for so many years, gives the whole change (CAGR, as in
    COINr's ``CAGR``).

    Parameters
    ----------
    panel, years
        As in `percent_change`.

    Returns
    -------
    DataFrame of float, index and columns as given
        NaN as in `percent_change`, and where the later figure is below zero.

    Raises
    ------
    ValueError
        As `percent_change`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sia.index import compound_growth
    >>> index = pd.MultiIndex.from_product([["u"], [2020, 2022]])
    >>> compound_growth(pd.DataFrame({"a": [100.0, 121.0]}, index), 2)["a"].round(6).tolist()
    [nan, 10.0]
    """
    ratio = panel / _before(panel, years)
    return (ratio.where(ratio >= 0) ** (1.0 / years) - 1.0) * 100.0


def _before(panel: pd.DataFrame, years: int) -> pd.DataFrame:
    """Return the figures of the same unit so many years before, NaN unless above zero."""
    check_number("years", years, least=1, whole=True)
    if panel.index.nlevels != 2:
        raise ValueError("a panel has an index of two levels: unit, year")
    if panel.index.duplicated().any():
        raise ValueError("a panel holds a unit and year once")
    unit, year = (panel.index.get_level_values(level) for level in (0, 1))
    place = panel.index.get_indexer(pd.MultiIndex.from_arrays([unit, year - years]))
    x = panel.to_numpy(dtype=float)
    usable = (place >= 0)[:, None] & (x[place] > 0)
    return pd.DataFrame(np.where(usable, x[place], np.nan), panel.index, panel.columns)
