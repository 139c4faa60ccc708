"""Borders of the years that are compared: their maps, and which buurten stayed the same place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sia.areas import ENDED, RECODED, RENAMED, SAME, has_border
from sia.errors import InputError
from sia.sources.base import AreaLayer, Origin, Publisher


@dataclass(frozen=True)
class Places:
    """Which buurten of an earlier year are still the same place.

    `now`: Index: code of the earlier year; value: code of this year, empty where the place is not
        the same.
    `reden`: Same index; why not, in Dutch, empty where it is.
    `soort`: Same index; what became of the buurt, one of `sia.areas.CHANGES`.
    """

    now: pd.Series[str]
    reden: pd.Series[str]
    soort: pd.Series[str]


def same_places(comparison: pd.DataFrame, codes: pd.Index) -> Places:
    """Tell which earlier buurten can be followed: those whose border did not move.

    A code says nothing by itself: it may be new for the same place (recoded: followed), or the
    same for another place (reused: not followed).
    """
    kept = comparison[comparison["soort"].isin([SAME, RENAMED])]
    follows = {str(code): str(code) for code in kept.index}
    recoded = comparison[comparison["soort"] == RECODED]
    follows |= {str(row["oude_codes"]): str(code) for code, row in recoded.iterrows()}
    now = pd.Series([follows.get(str(code), "") for code in codes], index=codes, dtype="str")
    told = comparison.reindex(codes)
    moved = {str(row["oude_codes"]) for _, row in recoded.iterrows()}
    kind = told["soort"].where(~codes.isin(list(moved)), RECODED).fillna(ENDED)
    why = told["toelichting"].fillna("Deze code staat niet op de kaart.").where(now == "", "")
    return Places(now, why.astype("str"), kind.astype("str"))


def border_layer(areas: pd.DataFrame, layers: Sequence[AreaLayer]) -> AreaLayer:
    """Return the border map that a year's ``gebieden`` were made from, this gemeente only."""
    year = int(areas["borders_year"].max())
    if not year:
        return drawn_layer(gpd.GeoDataFrame(areas))
    drawn = areas.index[areas["borders_year"] == year]
    for layer in layers:
        if layer.level == "buurt" and layer.year == year:
            inside = layer.frame.index.isin(drawn)
            if inside.sum() == len(drawn):
                return replace(layer, frame=layer.frame[inside])
    raise InputError.one(
        f"De grenzen van {year} staan niet meer in de bronmappen.",
        "Zet het bestand terug, of maak de stappen vanaf notebook 01 opnieuw.",
    )


def drawn_layer(areas: gpd.GeoDataFrame) -> AreaLayer:
    """Return the areas of a processed year as a border map, without what its publisher noted.

    A municipality without borders gives a map without areas, of the year 0.
    """
    drawn = areas[has_border(areas.geometry)]
    year = int(areas["borders_year"].max())
    drawn = drawn.assign(indelingswijziging=pd.Series(pd.NA, drawn.index, dtype="Int64"))
    source = Origin(Path("gebieden.parquet"), "", Publisher("", "", ""), "gebieden", year)
    return AreaLayer("buurt", year, drawn.rename_axis("code"), source)


def compared(then: gpd.GeoDataFrame, now: gpd.GeoDataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Leave out of a comparison of two maps the buurten that only miss their border."""
    both = then.index.intersection(now.index)
    drawn = has_border(then.geometry[both]) & has_border(now.geometry[both])
    kept: pd.DataFrame = found.drop(index=both[~drawn], errors="ignore")
    return kept


def same_borders(then: gpd.GeoDataFrame, now: gpd.GeoDataFrame) -> bool:
    """Tell whether two years have the same codes with the same borders."""
    if not then.index.equals(now.index):
        return False
    return bool((then["borders_year"] == now["borders_year"]).all()) or bool(
        then.geometry.geom_equals(now.geometry).all()
    )
