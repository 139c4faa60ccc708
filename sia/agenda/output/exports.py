"""Tables out, for a level of openness and safe to open in a spreadsheet."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from sia.agenda.reading.location import RD
from sia.agenda.reading.openness import view
from sia.settings import Openness
from sia.spreadsheet import csv_bytes, neutralise

_STAMP = (2025, 1, 1, 0, 0, 0)


def safe_text(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula.

    As `sia.spreadsheet.neutralise`; characters that a workbook cannot hold are dropped.
    """
    return neutralise(ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)


def safe_table(
    table: pd.DataFrame, level: Openness, partner: str | None = None, wkt: bool = True
) -> pd.DataFrame:
    """Return the part of a table for a level, its index as a column and its text made safe.

    `table`: DataFrame or GeoDataFrame.
    `partner`: See `sia.agenda.reading.openness.view`.
    `wkt`: Turn a geometry into a text column ``wkt``; else it stays.
    Raises `ValueError` when the index is named and has no known level: it would leave unseen.
    """
    shown = view(table.reset_index() if table.index.name else table, level, partner)
    if table.index.name and table.index.name not in shown:
        raise ValueError(f"index {table.index.name!r} may not leave at level {level!r}")
    if wkt and "geometry" in shown:
        shapes = gpd.GeoSeries(shown["geometry"]).to_wkt(rounding_precision=2)
        # a plan that is known by buurt has no place of its own: the border is not the partner's
        known = shown["plaats"] != "buurt" if "plaats" in shown else True
        shown["wkt"] = shapes.where(known, "")
        shown = pd.DataFrame(shown.drop(columns="geometry"))
    result = shown.copy()
    for column in result.columns:
        if column != "geometry" and not pd.api.types.is_numeric_dtype(result[column]):
            result[column] = result[column].map(safe_text, na_action="ignore")
    return result.reset_index(drop=True)


def to_csv(table: pd.DataFrame, level: Openness, partner: str | None = None) -> bytes:
    """Return a table as CSV that Dutch Excel opens: semicolons, decimal comma, UTF-8 with BOM."""
    shown = safe_table(table, level, partner)
    numbers = shown.select_dtypes("float").columns
    shown[numbers] = shown[numbers].round(4)
    return csv_bytes(shown)


def workbook_bytes(book: Workbook) -> bytes:
    """Return a workbook as bytes that depend on its content alone, not on the clock."""
    book.properties.created = datetime(*_STAMP)
    stream = io.BytesIO()
    book.save(stream)
    target = io.BytesIO()
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(target, "w") as fixed:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _without_clock(content, book.properties.modified)
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(entry, content)
    return target.getvalue()


def _without_clock(content: bytes, modified: datetime) -> bytes:
    stamp = modified.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return content.replace(stamp, datetime(*_STAMP).strftime("%Y-%m-%dT%H:%M:%SZ").encode())


def layer_bytes(
    name: str, layer: gpd.GeoDataFrame, level: Openness, partner: str | None = None
) -> bytes:
    """Return a layer as GeoPackage; where its geometry may not leave, the table without it."""
    shown = safe_table(layer, level, partner, wkt=False)
    return geopackage_bytes(
        name, gpd.GeoDataFrame(shown, crs=layer.crs) if "geometry" in shown else shown
    )


def geopackage_bytes(name: str, frame: pd.DataFrame) -> bytes:
    """Return a table or layer as GeoPackage whose bytes do not depend on the clock."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2025-01-01T00:00:00.000Z"})
    stream = io.BytesIO()
    try:
        pyogrio.write_dataframe(frame, stream, layer=name, driver="GPKG")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    return stream.getvalue()


def linkage_layer(kansen: pd.DataFrame, plans: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return koppelkansen with a geometry: the places of their plans together.

    Returns: EPSG:28992, index ``kans``.
    """
    shapes = plans.geometry
    joined = [
        shapely.union_all(shapes.loc[text.split(";")].to_numpy()) for text in kansen["plannen"]
    ]
    return gpd.GeoDataFrame(kansen.copy(), geometry=gpd.GeoSeries(joined, kansen.index, crs=RD))
