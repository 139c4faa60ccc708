"""Deel-buurten from the squares that were delivered, or why there was no search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from sia.errors import InputError
from sia.methode import PocketSettings
from sia.pockets.find import find_pockets, squares_frame
from sia.sources.base import SquareLayer

SIZES = {
    100: "Vierkanten van {}.",
    0: "Postcodegebieden (PC6) van {}, die hieronder vierkanten heten.",
}
"""Side of the squares in metres (0: postcode areas); larger ones hide what is looked for."""


@dataclass(frozen=True, eq=False)
class Pockets:
    """The deel-buurten of one year, for tables.

    Parameters
    ----------
    tabel : GeoDataFrame
        As ``deelbuurten.parquet``.
    indicatoren : DataFrame
        One row per deel-buurt and indicator, in and outside it (`sia.pockets.PocketResult`).
    gemiddelden : Series of float, index ``buurtcode``
        Mean score of the squares of every buurt, in the unit of ``score``; empty without a search.
    toelichting : str
        On which figures this rests, or why there was no search.
    """

    tabel: gpd.GeoDataFrame
    indicatoren: pd.DataFrame
    gemiddelden: pd.Series[float]
    toelichting: str
    gezocht: bool


def search_squares(
    squares: Iterable[SquareLayer],
    buurten: gpd.GeoDataFrame,
    jaar: int,
    settings: PocketSettings | None = None,
    eerder: Sequence[gpd.GeoDataFrame] = (),
) -> Pockets:
    """Find the deel-buurten on the newest squares that are not later than a year.

    Postcode areas serve only where no squares were delivered.

    Parameters
    ----------
    squares : iterable of SquareLayer
        All that was delivered.
    buurten : GeoDataFrame, index ``buurtcode``
        As ``gebieden.parquet``.
    eerder : sequence of GeoDataFrame
        Deel-buurten of earlier years, the latest first.
    """
    layers = [one for one in squares if one.size in SIZES and one.year <= jaar]
    if not layers:
        return _not_searched("Er zijn geen vierkanten van 100 meter geleverd.")
    layer = max(layers, key=lambda one: (one.size, one.year))
    try:
        found = find_pockets(squares_frame(layer), buurten, settings, eerder)
    except InputError as error:
        return _not_searched(f"Niet gezocht: {error.problems[0].wat}")
    return Pockets(
        tabel=found.pockets if len(found.pockets) else no_pockets(),
        indicatoren=found.indicatoren,
        gemiddelden=found.buurten["score"],
        toelichting=f"{SIZES[layer.size].format(layer.year)} {found.toelichting}",
        gezocht=True,
    )


def _not_searched(why: str) -> Pockets:
    return Pockets(no_pockets(), pd.DataFrame(), pd.Series(dtype=float), why, gezocht=False)


def no_pockets() -> gpd.GeoDataFrame:
    """Return the table of deel-buurten without rows."""
    texts = ("naam", "buurtcode", "buurtcodes", "richting")
    kinds = dict.fromkeys(texts, "str") | {"inwoners": "float64", "vierkanten": "int64"}
    kinds |= dict.fromkeys(("score", "verschil", "p", "q"), "float64")
    columns = {name: pd.Series(dtype=kind) for name, kind in kinds.items()}
    table = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=28992), crs=28992)
    table.index = pd.Index([], name="deelbuurt", dtype="str")
    return table
