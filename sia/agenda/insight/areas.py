"""The agenda of one area, and its koppelkansen on the map."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import pandas as pd
import shapely

from sia.agenda.reading.location import RD


def in_area(table: pd.DataFrame, codes: Collection[str]) -> pd.DataFrame:
    """Return the rows that touch an area.

    Parameters
    ----------
    table : DataFrame
        With ``buurtcodes`` (``;``-joined): plans, koppelkansen or a timeline.
    codes : collection of str
        Buurt codes of the area.
    """
    wanted = set(codes)
    touches = [bool(wanted.intersection(text.split(";"))) for text in table["buurtcodes"]]
    return table[pd.Series(touches, index=table.index, dtype=bool)]


def linkage_layer(kansen: pd.DataFrame, plans: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return koppelkansen with a geometry: the places of their plans together.

    Parameters
    ----------
    kansen : DataFrame, index ``kans``
        With ``plannen`` (``;``-joined).
    plans : GeoDataFrame, EPSG:28992, index ``plan``

    Returns
    -------
    GeoDataFrame, EPSG:28992, index ``kans``
    """
    shapes = plans.geometry
    joined = [
        shapely.union_all(shapes.loc[text.split(";")].to_numpy()) for text in kansen["plannen"]
    ]
    return gpd.GeoDataFrame(kansen.copy(), geometry=gpd.GeoSeries(joined, kansen.index, crs=RD))
