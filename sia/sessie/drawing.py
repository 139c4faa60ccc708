"""The city as lines that a browser draws: borders, layers and ranks, as JSON values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sia.dutch import getal, rang_interval
from sia.sessie.panels import land_note
from sia.sessie.stand import Stand
from sia.viz.layers import Laag, layers
from sia.viz.outline import simplified
from sia.viz.theme import DOMAINS, FICTIONAL, NO_DATA

TOLERANCE = 15.0
"""Metres by which borders may be simplified; neighbours keep one shared line."""
WIDTH = 1000.0
"""Width of the drawing in its own units."""


def drawing(stand: Stand) -> dict[str, Any]:
    """Return everything about the city that map, chart and table of the session show.

    JSON values; lists run in the order of ``codes``, which is the order of names.
    """
    c = stand.cijfers
    areas = c.gebieden.loc[c.naam.sort_values(kind="stable").index]
    drawn = lines(areas, c.deelbuurten)
    scores = c.scores.reindex(areas.index)
    ranked = scores["gerangschikt"].fillna(False).to_numpy(dtype=bool)
    return {
        "gemeente": c.gemeente,
        "jaar": c.jaar,
        "fictief": FICTIONAL if stand.theme.fictief else "",
        "methode": c.methode,
        "kleur": stand.theme.primair,
        "leeg": NO_DATA,
        "codes": list(map(str, areas.index)),
        "namen": list(areas["naam"].astype(str)),
        "wijken": list(areas["wijknaam"].astype(str)),
        **drawn,
        "lagen": [_layer(laag, areas.index) for laag in layers(c)],
        "rang": _numbers(scores["rang"].where(ranked)),
        "laag": _numbers(_column(scores, "rang_p05").where(ranked)),
        "hoog": _numbers(_column(scores, "rang_p95").where(ranked)),
        "marge": [
            rang_interval(low, high)
            for low, high in zip(
                _column(scores, "rang_p05"), _column(scores, "rang_p95"), strict=True
            )
        ],
        "urgentie": [getal(value, 1) for value in scores["urgentie"]],
        "reden": list(scores["reden"].fillna("").astype(str).where(~ranked, "")),
        "domeinen": [
            {"id": key, "naam": DOMAINS[key], "gewicht": stand.run.methode.weging.weights[key]}
            for key in c.domeinen
        ],
        "land": land_note(stand),
    }


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    if name in table:
        return table[name]
    return pd.Series(np.nan, index=table.index)


def _numbers(column: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in column]


def _layer(laag: Laag, index: pd.Index[Any]) -> dict[str, Any]:
    return {
        "id": laag.id,
        "titel": laag.titel,
        "uitleg": laag.uitleg,
        "klassen": [
            {"label": k.label, "kleur": k.kleur, "patroon": k.patroon, "teken": k.teken}
            for k in laag.klassen
        ],
        "klasse": [int(value) for value in laag.klasse.reindex(index)],
        "tekst": list(laag.tekst.reindex(index).astype(str)),
    }


def lines(areas: gpd.GeoDataFrame, pockets: gpd.GeoDataFrame | None) -> dict[str, Any]:
    """Return borders as SVG paths in a drawing of `WIDTH` wide, and where a sign fits in each."""
    simple = simplified(areas.geometry.to_numpy(), TOLERANCE)
    left, bottom, right, top = shapely.total_bounds(simple)
    scale = WIDTH / (right - left)

    def path(shape: Any) -> str:
        return "".join(_ring(ring, left, top, scale) for ring in _rings(shape))

    bordered = simple.copy()
    bordered[shapely.is_empty(simple)] = None
    circles = shapely.maximum_inscribed_circle(bordered, tolerance=50.0)
    centre = shapely.get_point(circles, 0)
    # without a border there is no room for a sign
    middle = np.column_stack([shapely.get_x(centre), shapely.get_y(centre)])
    middle = np.where(np.isnan(middle), [left, top], middle)
    room = np.nan_to_num(shapely.length(circles)) * scale
    return {
        "kader": [left, top, scale],
        "paden": [path(shape) for shape in simple],
        "hoogte": round((top - bottom) * scale, 1),
        "midden": [
            [round((x - left) * scale, 1), round((top - y) * scale, 1), round(free, 1)]
            for (x, y), free in zip(middle, room, strict=True)
        ],
        "deelbuurten": [
            {"id": str(code), "buurt": str(row["buurtcode"]), "pad": path(row["geometry"])}
            for code, row in (pockets.iterrows() if pockets is not None else ())
        ],
    }


def _rings(shape: Any) -> Iterable[Any]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon" and not part.is_empty:
            yield from (part.exterior, *part.interiors)


def _ring(ring: Any, left: float, top: float, scale: float) -> str:
    points = np.asarray(ring.coords)[:-1, :2]
    x, y = (points[:, 0] - left) * scale, (top - points[:, 1]) * scale
    return "M" + "L".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)) + "Z"
