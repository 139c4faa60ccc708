"""Made-up maps of four square buurten, for the tests of borders."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import Polygon, box

from sia.areas import Measure
from sia.sources import pdok
from sia.sources.base import AreaLayer, Origin

ORIGIN = Origin(Path("kaart.gpkg"), "0" * 64, pdok.PUBLISHER, "kaart", 2020)
WEST, SOUTH = 250_000.0, 470_000.0
COUNT = Measure("aantal")


def rect(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    return box(WEST + x0, SOUTH + y0, WEST + x1, SOUTH + y1)


def layer(
    areas: dict[str, Polygon],
    names: dict[str, str] | None = None,
    flags: dict[str, int] | None = None,
    year: int = 2020,
) -> AreaLayer:
    codes = pd.Index(sorted(areas), name="code")
    frame = gpd.GeoDataFrame(
        {
            "naam": [(names or {}).get(c, "") for c in codes],
            "wijkcode": ["WK" + c[2:8] for c in codes],
            "gemeentecode": ["GM" + c[2:6] for c in codes],
            "gemeentenaam": "",
            "water": False,
            "indelingswijziging": pd.array([(flags or {}).get(c) for c in codes], dtype="Int64"),
        },
        geometry=[areas[c] for c in codes],
        index=codes,
        crs=28992,
    )
    return AreaLayer("buurt", year, frame, ORIGIN)


A, B, C, D = (f"BU9999000{i}" for i in range(4))
FOUR = {
    A: rect(0, 0, 500, 500),
    B: rect(500, 0, 1000, 500),
    C: rect(0, 500, 500, 1000),
    D: rect(500, 500, 1000, 1000),
}
NAMES = {A: "Binnenstad", B: "Stadsveld", C: "Pathmos", D: "Het Ribbelt"}
