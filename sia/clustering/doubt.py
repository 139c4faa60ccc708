"""When a buurt is doubtful: it fits another type nearly as well as its own."""

from __future__ import annotations

import pandas as pd

LEAST_CERTAINTY = 0.5
"""Below this membership of its own type (0-1) a buurt is doubtful."""


def doubtful(types: pd.DataFrame) -> pd.Series[bool]:
    """Tell which buurten lie between two types.

    Parameters
    ----------
    types : DataFrame
        ``silhouet`` and ``zekerheid``, as `sia.clustering.typology.Typology.table` gives them.

    Returns
    -------
    Series of bool
        Silhouette below zero (nearer to another type than to its own), or a certainty below one
        half. A buurt without a type is not doubtful but unknown.
    """
    return (types["silhouet"] < 0) | (types["zekerheid"] < LEAST_CERTAINTY)
