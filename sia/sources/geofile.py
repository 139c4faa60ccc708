"""Reading vector files of any format into valid RD New polygons, or saying why that cannot be."""

from __future__ import annotations

import json
import logging
import re
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from sia.errors import InputError
from sia.extras import extra

RD = "EPSG:28992"
TOTALS = ("numberMatched", "totalFeatures")
"""Members with which a service says how many areas there are, on this page and the others."""
SUFFIXES = (".gpkg", ".shp", ".zip", ".json", ".geojson", ".topojson", ".rda")

_log = logging.getLogger(__name__)
_IN_ZIP = (".gpkg", ".shp", ".geojson", ".json")
_SNIFFED = 4096
# The Netherlands with its territorial sea, in the units of each reference system.
_BOXES = {
    "EPSG:28992": (-10_000.0, 280_000.0, 310_000.0, 660_000.0),
    "EPSG:4326": (2.5, 50.5, 7.6, 54.2),
    "EPSG:3857": (250_000.0, 6_520_000.0, 860_000.0, 7_220_000.0),
}
_MIN_AREA = 1e-6
_FAULTS = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.GeometryError,
    shapely.errors.GEOSException,
    ValueError,
)
"""What reading a damaged layer may end in."""
_WKT_STARTS = (b"PROJCRS[", b"GEOGCRS[", b"PROJCS[", b"GEOGCS[")
_ROWS_SHOWN = 5


_CUT_OFF = "exceededTransferLimit"
"""What ArcGIS says of an answer that holds a part of what was asked."""


@dataclass(frozen=True)
class Layer:
    """One layer of a vector file, described but not read.

    `path`: the file that the user knows.
    `opened`: what GDAL opens (a member of a zip, the file itself).
    `fields`: attribute columns in file order.
    `polygons`: whether its geometry can be polygons.
    `rows`: how many areas it holds; -1 when the driver cannot tell without reading.
    """

    path: Path
    opened: str
    name: str
    fields: tuple[str, ...]
    polygons: bool
    rows: int = -1


def unreadable(detail: str = "") -> InputError:
    """Return the error for a file that is damaged, cut off or something else than its name says."""
    said = f" ({detail})" if detail else ""
    wat = f"Het bestand is beschadigd, afgekapt of geen kaartbestand{said}."
    return InputError.one(wat, "Haal het opnieuw op (`sia fetch`) of verwijder het uit de map.")


def sniff_json(path: Path) -> str:
    """Return "FeatureCollection", "Topology" or "" from the first bytes of a JSON file."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_SNIFFED).decode("utf-8", errors="replace")
    except OSError:
        return ""
    squeezed = "".join(head.split())
    for kind in ("FeatureCollection", "Topology"):
        if f'"type":"{kind}"' in squeezed:
            return kind
    return ""


def layers(path: Path) -> list[Layer]:
    """Describe the layers of a vector file (GeoPackage, shapefile, zip, GeoJSON, TopoJSON).

    Remembered as long as the file does not change, because GDAL reads all of a JSON file for it.
    """
    stat = path.stat()
    return list(_layers(path, stat.st_mtime_ns, stat.st_size))


@lru_cache(maxsize=512)
def _layers(path: Path, _changed: int, _size: int) -> tuple[Layer, ...]:
    described = []
    for opened in _openable(path):
        try:
            for name, _ in pyogrio.list_layers(opened):
                info = pyogrio.read_info(opened, layer=name)
                described.append(
                    Layer(
                        path=path,
                        opened=opened,
                        name=str(name),
                        fields=tuple(str(field) for field in info["fields"]),
                        # a mixture of Polygon and MultiPolygon is reported as Unknown
                        polygons=bool(re.search("Polygon|Unknown", info["geometry_type"] or "")),
                        rows=int(info["features"]),
                    )
                )
        except (
            pyogrio.errors.DataSourceError,
            pyogrio.errors.DataLayerError,
            UnicodeDecodeError,
        ) as error:
            raise unreadable() from error
    return tuple(described)


def read_layer(
    layer: Layer,
    *,
    columns: Sequence[str] | None = None,
    bbox: tuple[float, float, float, float] | None = None,
) -> gpd.GeoDataFrame:
    """Read one layer as it stands in the file, without projecting or repairing.

    `columns`: only these attributes.
    `bbox`: (minx, miny, maxx, maxy) in EPSG:28992; only rows that touch it.
    """
    window = None if bbox is None else gpd.GeoSeries([shapely.box(*bbox)], crs=RD)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            frame = gpd.read_file(
                layer.opened,
                layer=layer.name,
                columns=columns,
                bbox=window,
                engine="pyogrio",
            )
        except _FAULTS as error:
            raise unreadable(type(error).__name__) from error
    for warning in caught:
        _log.info("%s: %s", layer.path.name, warning.message)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise unreadable("geen geometrie")
    if layer.opened.lower().endswith("json") and sniff_json(layer.path) == "Topology":
        # TopoJSON has no reference system of its own; like GeoJSON it is lon/lat (RFC 7946).
        return frame.set_crs("EPSG:4326", allow_override=True)
    if _in_rd_unsaid(frame, layer):
        return frame.set_crs(RD, allow_override=True)
    return frame


def _in_rd_unsaid(frame: gpd.GeoDataFrame, layer: Layer) -> bool:
    """Tell whether a GeoJSON names no reference system and can only be in RD New."""
    if not layer.opened.lower().endswith("json") or not len(frame):
        return False
    if layer.opened != str(layer.path) or any('"crs"' in end for end in _ends(layer.path)):
        return False
    bounds = frame.geometry.bounds.to_numpy()
    known = np.isfinite(bounds).all(axis=1)
    return bool(known.any() and _inside(bounds[known], _BOXES[RD]).all())


def attributes(
    layer: Layer, *, columns: Sequence[str] | None = None, rows: int | None = None
) -> pd.DataFrame:
    """Read the attributes of (the first rows of) a layer without its outlines."""
    asked = {"columns": columns, "read_geometry": False, "max_features": rows}
    with warnings.catch_warnings():
        # what GDAL thinks of the outlines is told when they are read
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            return pd.DataFrame(pyogrio.read_dataframe(layer.opened, layer=layer.name, **asked))
        except _FAULTS as error:
            raise unreadable(type(error).__name__) from error


def read_rda(path: Path) -> gpd.GeoDataFrame:
    """Read the first `sf` data frame of an R data file (package tmap ships CBS wijken this way)."""
    with extra("land"):
        import rdata

    with warnings.catch_warnings():
        # rdata warns once per R class without a Python counterpart; those are not needed here.
        warnings.simplefilter("ignore", UserWarning)
        try:
            parsed = rdata.parser.parse_file(path)
            objects = rdata.conversion.convert(parsed)
        except Exception as error:
            raise unreadable(type(error).__name__) from error
    frames = objects.values() if isinstance(objects, dict) else ()
    for frame in frames:
        if isinstance(frame, pd.DataFrame) and "geometry" in frame.columns:
            try:
                shapes = [
                    shapely.MultiPolygon([(rings[0], list(rings[1:])) for rings in parts])
                    for parts in frame["geometry"]
                ]
            except (TypeError, ValueError, IndexError, shapely.errors.GEOSException) as error:
                raise unreadable("geometrie niet te lezen") from error
            plain = pd.DataFrame(frame.drop(columns="geometry"))
            return gpd.GeoDataFrame(plain, geometry=shapes, crs=_r_crs(parsed.object))
    raise unreadable("geen sf-tabel met geometrie")


def to_rd(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Check the claimed reference system against the coordinates, and project to EPSG:28992.

    Returns GeoDataFrame, EPSG:28992, two-dimensional.
    """
    bounds = frame.geometry.bounds.to_numpy()
    if frame.crs is None:
        looks = _looks_like(bounds, " (de coördinaten lijken op {})")
        raise _crs_error(f"Het bestand zegt niet in welk coördinatenstelsel het staat{looks}.")
    with warnings.catch_warnings():
        # Infinite results are caught by the box below; pyproj need not warn about them.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            projected = frame.to_crs(RD)
        except pyproj.exceptions.ProjError as error:
            wat = f"Coördinatenstelsel {_crs_name(frame)} is onbruikbaar."
            raise _crs_error(wat) from error
    inside = _inside(projected.geometry.bounds.to_numpy(), _BOXES[RD])
    if not inside.all():
        raise _outside(frame, bounds, inside)
    projected.geometry = shapely.force_2d(projected.geometry.to_numpy())
    return projected


def repair(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """Return the frame with valid, non-empty (multi)polygons; what was repaired is logged."""
    shapes = frame.geometry.to_numpy()
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes = shapes.copy()
        shapes[broken] = [_polygonal(shape) for shape in shapely.make_valid(shapes[broken])]
        _log.warning("%s: %d ongeldige vlakken hersteld", path.name, int(broken.sum()))
    usable = np.isin(shapely.get_type_id(shapes), (3, 6)) & (shapely.area(shapes) > _MIN_AREA)
    if not usable.all():
        raise _no_polygon(frame.index[~usable])
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def without_polygon(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Return which rows have no geometry, or something else than polygons."""
    shapes = frame.geometry.to_numpy()
    bad = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    bad |= ~np.isin(shapely.get_type_id(shapes), (3, 6, 7))
    corners, of = shapely.get_coordinates(shapes, return_index=True)
    bad[of[~np.isfinite(corners).all(axis=1)]] = True
    return np.asarray(bad)


def require_geometry(frame: gpd.GeoDataFrame) -> None:
    """Refuse a map when rows of it have no polygon."""
    bad = without_polygon(frame)
    if bad.any():
        raise _no_polygon(frame.index[bad])


def page_state(path: Path) -> tuple[int, int, bool]:
    """Return (features in the file, features that match, has a next link) of a GeoJSON page.

    All zero for a file that is no page of a service; the members stand outside the features, so
    the whole file is parsed only when its head or tail mentions one of them.
    """
    head, tail = _ends(path)
    words = ("numberReturned", "next", _CUT_OFF, *TOTALS)
    if not any(f'"{word}"' in head + tail for word in words):
        return 0, 0, False
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise unreadable() from error
    if not isinstance(content, dict):
        raise unreadable()
    links = content.get("links") or []
    more = any(isinstance(link, dict) and link.get("rel") == "next" for link in links)
    # ArcGIS says so beside the features, or among the properties of the collection
    said = content.get("properties") or {}
    more |= _CUT_OFF in (*content, *said) and bool(content.get(_CUT_OFF) or said.get(_CUT_OFF))
    features = content.get("features")
    listed = len(features) if isinstance(features, list) else 0
    totals = [total for name in TOTALS if isinstance(total := content.get(name), int)]
    return listed, max(totals, default=0), more


def _ends(path: Path) -> tuple[str, str]:
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_SNIFFED)
        stream.seek(max(0, size - _SNIFFED))
        tail = stream.read()
    return head.decode("utf-8", "replace"), tail.decode("utf-8", "replace")


def _openable(path: Path) -> list[str]:
    if path.suffix.lower() != ".zip":
        return [str(path)]
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise unreadable() from error
    return [f"/vsizip/{path}/{m}" for m in members if m.lower().endswith(_IN_ZIP)]


def _r_crs(root: Any) -> str | None:
    """Return the reference system of an `sf` object; rdata drops it from the converted table."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        value = getattr(node, "value", None)
        if isinstance(value, bytes) and value.startswith(_WKT_STARTS):
            return value.decode("utf-8", "replace")
        if isinstance(value, list | tuple):
            waiting.extend(value)
        elif hasattr(value, "value"):
            waiting.append(value)
        attributes = getattr(node, "attributes", None)
        if attributes is not None:
            waiting.append(attributes)
    return None


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the polygons of what make_valid returns (it may add lines and points)."""
    parts = shapely.get_parts(shapely.get_parts(np.array([shape])))
    polygons = [part for part in parts if isinstance(part, shapely.Polygon)]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _inside(bounds: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    low, high = np.array(box[:2]), np.array(box[2:])
    return np.asarray((bounds[:, :2] >= low).all(axis=1) & (bounds[:, 2:] <= high).all(axis=1))


def _looks_like(bounds: np.ndarray, sentence: str) -> str:
    fits = [crs for crs, box in _BOXES.items() if _inside(bounds, box).all()]
    swapped = _inside(bounds[:, [1, 0, 3, 2]], _BOXES["EPSG:4326"]).all()
    if not fits and swapped:
        fits = ["EPSG:4326 met breedte en lengte omgewisseld"]
    return sentence.format(fits[0]) if fits else ""


def _crs_name(frame: gpd.GeoDataFrame) -> str:
    authority = frame.crs.to_authority()
    return ":".join(authority) if authority else str(frame.crs.name)


def _outside(frame: gpd.GeoDataFrame, bounds: np.ndarray, inside: np.ndarray) -> InputError:
    name = _crs_name(frame)
    if inside.any():
        wat = (
            f"Het bestand zegt {name}, maar {int((~inside).sum())} van {len(inside)} vlakken "
            "liggen dan buiten Nederland: er staan twee coördinatenstelsels door elkaar."
        )
        return _crs_error(wat, ", ".join(map(str, frame.index[~inside][:_ROWS_SHOWN])))
    looks = _looks_like(bounds, "; de coördinaten lijken op {}")
    return _crs_error(f"Het bestand zegt {name}, maar dan ligt het buiten Nederland{looks}.")


def _crs_error(wat: str, rij: str = "") -> InputError:
    oplossing = (
        "Haal de kaart opnieuw op in EPSG:28992 (RD New), "
        "of herstel het stelsel in het bestand (.prj, `crs`)."
    )
    return InputError.one(wat, oplossing, rij=rij, kolom="geometrie")


def _no_polygon(labels: pd.Index) -> InputError:
    wat = f"{len(labels)} gebieden hebben geen bruikbaar vlak."
    oplossing = "Haal de kaart opnieuw op; het bestand is onvolledig of geen vlakkenkaart."
    rij = ", ".join(map(str, labels[:_ROWS_SHOWN]))
    return InputError.one(wat, oplossing, rij=rij, kolom="geometrie")
