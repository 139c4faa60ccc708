"""Where a plan is: a shape in RD and its buurten, from codes or a geometry in RD or WGS84."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import shapely

from sia.agenda.reading.cells import fault
from sia.errors import Problem

RD = "EPSG:28992"
CODE = re.compile(r"BU[0-9A-Z]{8}")
_RD_BOUNDS = (-7_000.0, 289_000.0, 300_000.0, 629_000.0)
_TOUCH_M = 1.0


def locate(row: dict[str, object], buurten: gpd.GeoDataFrame) -> list[Problem]:
    """Find the place of one row; fill ``geometry``, ``plaats`` and ``buurtcodes`` in place.

    Parameters
    ----------
    row : dict
        With ``buurtcodes``, ``wkt``, ``stelsel`` and perhaps a ``geometry`` in RD.
    buurten : GeoDataFrame, EPSG:28992, index ``buurtcode``

    Returns
    -------
    list of Problem
        Why the place cannot be known.
    """
    shape, wrong = _shape(row)
    if wrong:
        return [wrong]
    codes = [c for c in str(row["buurtcodes"]).split(";") if CODE.fullmatch(c)]
    unknown = [c for c in codes if c not in buurten.index]
    if unknown:
        return [fault("buurtcodes", f"Onbekende buurtcode: {', '.join(unknown)}.",
                      "Kijk de code na in de lijst met buurten van deze gemeente.")]  # fmt: skip
    if shape is None and not codes:
        return [fault("buurtcodes", "Er is geen plaats: geen buurtcode en geen geometrie.",
                      "Vul buurtcodes of een geometrie in.")]  # fmt: skip
    if shape is None:
        row["geometry"] = shapely.union_all(buurten.geometry.loc[codes].to_numpy())
        row["plaats"] = "buurt"
        row["buurtcodes"] = ";".join(sorted(set(codes)))
        return []
    row["geometry"] = shape
    row["plaats"] = {0: "punt", 1: "straat", 2: "vlak"}[int(shapely.get_dimensions(shape))]
    touched = _touched(shape, buurten)
    if not touched:
        return [fault("wkt", "De geometrie ligt buiten de gemeente.",
                      "Controleer de coördinaten en het stelsel (RD of WGS84).")]  # fmt: skip
    if codes and not set(codes) & set(touched):
        return [fault("wkt", "De geometrie ligt niet in de genoemde buurten.",
                      f"De geometrie ligt in {', '.join(touched)}.")]  # fmt: skip
    row["buurtcodes"] = ";".join(touched)
    return []


def _shape(row: dict[str, object]) -> tuple[shapely.Geometry | None, Problem | None]:
    given = row.get("geometry")
    if isinstance(given, shapely.Geometry) and not given.is_empty:
        return _valid(shapely.force_2d(given)), None
    text = str(row["wkt"])
    if not text:
        return None, None
    try:
        shape = shapely.force_2d(shapely.from_wkt(text))
    except shapely.errors.GEOSException:
        wat = "De geometrie is geen leesbare WKT."
        return None, fault("wkt", wat, "Kopieer de WKT opnieuw uit uw GIS.")
    if shape is None or shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all():
        return None, fault("wkt", "De geometrie is leeg.", "Laat de cel leeg of vul WKT in.")
    if row["stelsel"] == "WGS84":
        shape = gpd.GeoSeries([shape], crs="EPSG:4326").to_crs(RD).iloc[0]
    if not shapely.box(*_RD_BOUNDS).covers(shape):
        return None, fault("wkt", "De coördinaten liggen buiten Nederland.",
                           "Kies het juiste stelsel: RD of WGS84 (lengte eerst).")  # fmt: skip
    return _valid(shape), None


def _valid(shape: shapely.Geometry) -> shapely.Geometry:
    return shape if shape.is_valid else shapely.make_valid(shape)


def _touched(shape: shapely.Geometry, buurten: gpd.GeoDataFrame) -> list[str]:
    hits = buurten.iloc[buurten.sindex.query(shape, predicate="intersects")]
    dimension = int(shapely.get_dimensions(shape))
    if dimension == 0:
        return sorted(hits.index)
    parts = hits.geometry.intersection(shape)
    size = parts.length if dimension == 1 else parts.area
    return sorted(hits.index[size > _TOUCH_M])
