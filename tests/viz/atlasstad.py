"""The atlas of the made-up city of `voronoistad`, with money, two years and hostile names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from voronoistad import city, everything, material

from sia.atlas.page import Atlas, Jaargang

SMALL = "sociaal_1"
"""Indicator of which the last buurt has too few people for its value to be shown."""
SECRET = 31.4159


def atlas_of(n: int = 40) -> Atlas:
    """Return the atlas of a city with `n` buurten, of which the first three have hostile names."""
    bare = city(n, bad_names=True)
    values = bare.indicatoren.copy()
    values.loc[values.index[-1], SMALL] = SECRET
    limits = pd.Series(0.0, bare.catalogus.index)
    limits[SMALL] = 100.0
    made = everything(
        replace(
            bare,
            indicatoren=values,
            noemers=pd.DataFrame(
                {SMALL: np.where(values.index == values.index[-1], 4.0, 900.0)}, values.index
            ),
            catalogus=bare.catalogus.assign(publicatiedrempel=limits, decimalen=4, richting=1),
        )
    )
    money = {
        "openbaar": pd.DataFrame(
            {"jaar": [2025, 2026], "totaal": [2e6, np.nan], "reden": ["", "te weinig plannen"]}
        ),
        "intern": pd.DataFrame(
            {
                "jaar": [2025, 2026],
                "partner": ["Gemeente", "Corporatie"],
                "bron": "eigen",
                "bedrag": [1.5e6, 7.7e5],
            }
        ),
    }
    area = str(made.indeling["naam"][made.indeling["naam"] != ""].iloc[0])
    stuff = replace(
        material(made),
        agenda={edition: {area: {"geld": table}} for edition, table in money.items()},
    )
    before = made.scores.assign(
        urgentie=made.scores["urgentie"].where(made.scores["urgentie"].isna(), 12.5)
    )
    return Atlas(
        stuff, {2023: Jaargang(before, made.toonbaar), 2024: Jaargang(made.scores, made.toonbaar)}
    )
