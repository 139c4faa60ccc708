"""CBS squares of 100 m and 500 m, and postcode areas (PC6): yearly GeoPackage and old shapefile."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sia.errors import InputError, Problem, in_file, refuse
from sia.sources import geofile
from sia.sources.base import Found, Publisher, Record, SquareLayer
from sia.sources.columns import snake
from sia.sources.delivery import origin_of
from sia.sources.missing import Cells, parse
from sia.toml import of_package

NAME = "cbs.vierkanten"
PUBLISHER = Publisher(
    name="CBS",
    licence="CC BY 4.0",
    attribution="Bron: CBS, kaart met statistieken per vierkant {year} ({table})",
)
_names = partial(of_package, "sources/measures/vierkanten.toml")

_log = logging.getLogger(__name__)
_SQUARE = re.compile(r"E(\d{4})N(\d{4})")
_POSTCODE = re.compile(r"[1-9]\d{3}[A-Z]{2}")
_CODE_FIELD = re.compile(
    r"^(?:(?:crs28992res|c28992r)(\d{3})m?|pc_?6|post_?code_?6)$", re.IGNORECASE
)
_NAME_YEAR = re.compile(r"(20\d\d)")
_UNIT = 100
_MISFIT = 1.0
_ROWS_SHOWN = 5
_NIHIL = ("nihil", "-99998")
_NO_SQUARE = "`{}` is geen vierkantcode als E2576N4710."
_NO_POSTCODE = "`{}` is geen postcode als 7511AB."
_AGAIN = "Haal het bestand opnieuw op bij CBS of PDOK, of herstel de cel."


def recognise(path: Path) -> Found | None:
    """Tell cheaply whether a file holds CBS squares or postcode areas.

    Shape "vierkant100", "vierkant500" or "pc6"; None for anything without such a code.
    """
    if path.suffix.lower() not in geofile.SUFFIXES or path.suffix.lower() == ".rda":
        return None
    if path.suffix.lower().endswith("json") and not geofile.sniff_json(path):
        return None
    try:
        layer = _square_layer(path)
    except InputError:
        damaged = "vierkant" in path.stem.lower() or "_vk" in path.stem.lower()
        return Found(NAME, path, "onleesbaar", path.stem, 0) if damaged else None
    if layer is None:
        return None
    year, note = _year(path, layer)
    shape = f"vierkant{size}" if (size := _size(layer)) else "pc6"
    return Found(NAME, path, shape, layer.name, year, "buurt", note)


@in_file
def read(
    found: Found, *, bbox: tuple[float, float, float, float] | None = None
) -> tuple[Record, ...]:
    """Read the squares, or postcode areas, of a recognised file.

    Square geometry is built from the code, exact to the metre, whatever the file's reference
    system; that of a postcode area is the file's own. ``values.attrs["peiljaar"]`` maps each
    measure to its reference year: the old files mix years.

    `bbox`: (minx, miny, maxx, maxy) in EPSG:28992: only squares that touch it, selected on their
        code, so that one municipality comes quickly out of the national file.
    """
    layer = _square_layer(found.path)
    if layer is None:
        raise geofile.unreadable("geen vierkanten")
    if not found.year:
        wat = "Het jaar van de vierkanten of postcodegebieden is onbekend."
        oplossing = "Zet het jaartal in de bestandsnaam, bijvoorbeeld `vierkant100m_2022.gpkg`."
        raise InputError.one(wat, oplossing)
    size, code_field = _size(layer), _code_field(layer.fields)
    chosen = _chosen_columns(layer.fields, found.year)
    raw = geofile.read_layer(layer, columns=[code_field, *chosen], bbox=bbox)
    raw = _indexed(raw, code_field, size)
    if size and bbox is not None:
        raw = raw[_touches(raw.index, size, bbox)]
    if size:
        shapes = square_geometry(raw.index.tolist(), size)
        frame = gpd.GeoDataFrame(geometry=shapes, index=raw.index, crs=geofile.RD)
        _check_place(raw, frame)
    else:
        geofile.require_geometry(raw)
        frame = geofile.to_rd(raw)[["geometry"]]
    values, reasons = _values(raw, chosen, found.path)
    values.attrs["peiljaar"] = dict(chosen.values())
    origin = origin_of(found.path, PUBLISHER, found.table, found.year)
    return (SquareLayer(size, found.year, frame, values, reasons, origin),)


def square_geometry(codes: Sequence[str], size: int) -> np.ndarray:
    """Build squares from their codes.

    `codes`: ``E2576N4710``: the south-west corner in hectometres, RD New.
    `size`: side in metres.
    Returns ndarray of shapely.Polygon, shape (n,).
    """
    corners = _corners(codes)
    return np.asarray(
        shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + size, corners[:, 1] + size)
    )


def _corners(codes: Sequence[str]) -> np.ndarray:
    matches = [_SQUARE.fullmatch(str(code)) for code in codes]
    if not all(matches):
        bad = sorted({str(c) for c, m in zip(codes, matches, strict=True) if m is None})
        raise InputError(
            Problem(_NO_SQUARE.format(code), _AGAIN, "", code, "vierkantcode")
            for code in bad[:_ROWS_SHOWN]
        )
    numbers = [(int(m[1]) * _UNIT, int(m[2]) * _UNIT) for m in matches if m]
    return np.array(numbers, dtype=float).reshape(-1, 2)


def _square_layer(path: Path) -> geofile.Layer | None:
    found = [la for la in geofile.layers(path) if any(_CODE_FIELD.match(f) for f in la.fields)]
    return found[0] if found else None


def _code_field(fields: Sequence[str]) -> str:
    return next(field for field in fields if _CODE_FIELD.match(field))


def _size(layer: geofile.Layer) -> int:
    match = _CODE_FIELD.match(_code_field(layer.fields))
    return int(match[1] or 0) if match else 0


def _year(path: Path, layer: geofile.Layer) -> tuple[int, str]:
    """Return the year of the layer's, else the file's name; publication years come after it."""
    for name, where in ((layer.name, "laagnaam"), (path.stem, "bestandsnaam")):
        years = [int(year) for year in _NAME_YEAR.findall(name)]
        if years:
            # 2025-cbs_vk100_2024_v1: the year of publication first, that of the figures last.
            return years[-1], "" if where == "laagnaam" else f"Jaar afgeleid uit de {where}."
    return 0, "Het jaar staat niet in de laagnaam en niet in de bestandsnaam."


def _chosen_columns(fields: Sequence[str], year: int) -> dict[str, tuple[str, int]]:
    """Return column -> (canonical measure, reference year), the latest year of each measure."""
    chosen: dict[str, tuple[str, int]] = {}
    latest: dict[str, tuple[int, str]] = {}
    patterns = [(re.compile(p["pattern"]), p["name"]) for p in _names()["dated"]]
    skipped = re.compile(_names()["skip"])
    for field in fields:
        if skipped.search(field) or _CODE_FIELD.match(field):
            continue
        dated = next(((p.fullmatch(field), n) for p, n in patterns if p.fullmatch(field)), None)
        if dated is None or dated[0] is None:
            spelt = snake(field) if re.search("[a-z][A-Z]", field) else field.lower()
            name = _names()["aliases"].get(spelt, spelt)
            chosen[field] = (name, year)
            continue
        own_year = int(dated[0]["year"])
        if own_year <= year and latest.get(dated[1], (0, ""))[0] < own_year:
            latest[dated[1]] = (own_year, field)
    chosen.update({field: (name, own) for name, (own, field) in latest.items()})
    return chosen


def _indexed(raw: gpd.GeoDataFrame, code_field: str, size: int) -> gpd.GeoDataFrame:
    codes = raw[code_field].astype("str").fillna("").str.strip()
    if not size:
        codes = codes.str.upper().str.replace(" ", "")
    bad = codes[~codes.str.fullmatch(_SQUARE if size else _POSTCODE)]
    double = codes[codes.duplicated()]
    wat, kolom = (_NO_SQUARE, "vierkantcode") if size else (_NO_POSTCODE, "postcode")
    problems = [
        Problem(wat.format(c), _AGAIN, rij=c, kolom=kolom) for c in bad.unique()[:_ROWS_SHOWN]
    ]
    problems += [
        Problem("Deze code staat er meer dan eens in.", _AGAIN, rij=c, kolom="code")
        for c in double.unique()[:_ROWS_SHOWN]
        if c not in set(bad)
    ]
    refuse(problems)
    frame = raw.drop(columns=code_field)
    return frame.set_index(pd.Index(codes, name="vierkant")).sort_index()


def _touches(codes: pd.Index, size: int, bbox: tuple[float, float, float, float]) -> np.ndarray:
    corners = _corners(codes.tolist())
    west, south, east, north = bbox
    return np.asarray(
        (corners[:, 0] + size > west)
        & (corners[:, 0] < east)
        & (corners[:, 1] + size > south)
        & (corners[:, 1] < north)
    )


def _check_place(raw: gpd.GeoDataFrame, frame: gpd.GeoDataFrame) -> None:
    """Compare the file's own geometry, where there is any, with the place that the code names."""
    present = raw[~(raw.geometry.isna() | raw.geometry.is_empty)]
    if present.empty:
        return
    given, built = (
        bounds[["minx", "miny"]].to_numpy() + bounds[["maxx", "maxy"]].to_numpy()
        for bounds in (geofile.to_rd(present).bounds, frame.loc[present.index].bounds)
    )
    away = np.hypot(*(given - built).T) / 2 > _MISFIT
    if away.any():
        wat = f"{int(away.sum())} vierkanten liggen elders dan hun code zegt."
        oplossing = "Haal het bestand opnieuw op bij CBS of PDOK."
        rij = ", ".join(present.index[away][:_ROWS_SHOWN])
        raise InputError.one(wat, oplossing, rij=rij, kolom="geometrie")


def _values(
    raw: gpd.GeoDataFrame, chosen: dict[str, tuple[str, int]], path: Path
) -> tuple[pd.DataFrame, pd.DataFrame]:
    read: dict[str, Cells] = {}
    problems: list[Problem] = []
    for field, (name, _) in chosen.items():
        text = _text(raw[field], "0" if name.startswith("aantal_") else "")
        cells = parse(text)
        if len(text) and cells.unreadable.all():
            _log.info("%s: kolom %s is geen maat (tekst)", path.name, field)
            continue
        problems += [
            Problem(f"`{cell}` is geen getal.", _AGAIN, rij=str(code), kolom=field)
            for code, cell in text[cells.unreadable].items()
        ]
        read[name] = cells
    refuse(problems[: 10 * _ROWS_SHOWN])
    values = {name: read[name].values for name in sorted(read)}
    reasons = {name: read[name].reasons for name in values}
    return pd.DataFrame(values, raw.index), pd.DataFrame(reasons, raw.index, dtype="str")


def _text(cells: pd.Series, nobody: str) -> pd.Series:
    """Return cells in the words that `parse` knows.

    "nihil" says that nobody lives in the square: the count is 0 in the publisher's own words,
    while a share or mean of nobody is empty.
    """
    text = cells.astype("object").where(cells.notna(), "").astype(str).str.strip()
    text = text.str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True).str.replace(",", ".")
    return text.replace({**dict.fromkeys(_NIHIL, nobody), "-99999": "onbekend"})
