"""Health as it would be with the country's mix of ages: indirect standardisation.

Old people are ill more often; without this a buurt of the elderly reads as one of deprivation.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sia.catalogue.model import Catalogue

YOUNG, OLD = "leeftijd_0_14", "leeftijd_65_plus"
"""Shares of the residents (%) that the expected figure rests on."""

BY_AGE = " (naar leeftijd)"
"""Ends the name of the row of norms of a standardised figure."""


def by_age(figures: pd.DataFrame, shares: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return figures with those that follow age standardised; the rest as it is.

    `figures`: values, or their margins.
    `shares` (DataFrame, index of `figures` or more): `YOUNG` and `OLD` in percent. Where either is
        unknown the country's mix is taken.
    """
    if not {YOUNG, OLD} <= set(shares):
        return figures
    young, old = shares[[YOUNG, OLD]].reindex(figures.index).to_numpy(dtype=float).T
    found = {
        entry.id: np.clip(
            entry.leeftijd.standard(figures[entry.id].to_numpy(dtype=float), young, old),
            entry.minimum,
            entry.maximum,
        )
        for entry in catalogue
        if entry.leeftijd is not None and entry.id in figures
    }
    return figures.assign(**found)
