"""The files that partners send, of any kind, as sheets of cells that nothing was done to yet."""

from __future__ import annotations

import csv
import warnings
import zlib
from collections import Counter
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from zipfile import BadZipFile

import geopandas as gpd
import pandas as pd
import pyogrio
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from sia.agenda.reading.cells import MERGED, cell_text
from sia.agenda.reading.location import RD
from sia.errors import InputError
from sia.sources.tabular import decode
from sia.sources.workbook import FORMULA, Special, percent, special_cells

SHEET = "Plannen"
_BOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS = (".csv", ".tsv", ".txt")
_MAPS = (".gpkg", ".geojson", ".json", ".shp", ".zip")
KINDS = (*_BOOKS, *TEXTS, *_MAPS)
"""What can be read, by the end of its name."""
BESIDE = frozenset({".dbf", ".shx", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".qml", ".qix", ".xml",
                    ".gpkg-wal", ".gpkg-shm", ".toml", ".ics"})  # fmt: skip
"""What lies beside a file that is read, and is no delivery of its own."""
_DAMAGE = (OSError, ValueError, KeyError, RuntimeError, SyntaxError, CalamineError, csv.Error,
           BadZipFile, zlib.error,
           pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError)  # fmt: skip
"""What the readers raise on a file that is not what its name says."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet or layer as it stands.

    `bestand`: Path of the file below the folder of the deliveries.
    `blad`: Sheet of a workbook or layer of a map; empty where a file has one table.
    `cells`: One row per row of the file, the headings among them; row label + 1 is its number
        there.
    `verborgen`: Whether who opens the file does not see it.
    """

    bestand: str
    blad: str
    cells: pd.DataFrame
    verborgen: bool = False

    @property
    def where(self) -> str:
        """How problems name it."""
        return f"{self.bestand}, blad {self.blad}" if self.blad else self.bestand


def read_sheets(path: Path, name: str = "") -> list[Sheet]:
    """Return every sheet or layer of a file.

    Raises `InputError` when the file is absent, of an unknown kind or damaged.
    """
    name, suffix = name or path.name, path.suffix.lower()
    readers = dict.fromkeys(_BOOKS, _book) | dict.fromkeys(TEXTS, _text)
    reader = (readers | dict.fromkeys(_MAPS, _map)).get(suffix)
    if reader is None or not path.is_file():
        wat = "Dit bestand is er niet." if reader else "Dit soort bestand kan niet gelezen worden."
        raise InputError.one(wat, f"Lever een van deze: {', '.join(KINDS)}.", bestand=name)
    try:
        return reader(path, name)
    except InputError:
        raise
    except _DAMAGE as error:
        wat = f"Dit bestand is beschadigd of geen {suffix} ({type(error).__name__})."
        raise InputError.one(
            wat, "Sla het opnieuw op en lever het nog eens.", bestand=name
        ) from error


def _book(path: Path, name: str) -> list[Sheet]:
    special = special_cells(path)
    with CalamineWorkbook.from_path(str(path)) as book:
        return [
            Sheet(name, sheet.name,
                  _cells(book.get_sheet_by_name(sheet.name), special.get(sheet.name)),
                  sheet.visible != SheetVisibleEnum.Visible)
            for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet
        ]  # fmt: skip


def _cells(sheet: CalamineSheet, special: Special | None) -> pd.DataFrame:
    """Return the cells of a sheet as a reader sees them.

    What was merged stands in each of its cells, a number marked; 0,8 that shows 80% is ``80%``; a
    formula without an outcome says so.
    """
    rows: list[list[object]] = sheet.to_python(skip_empty_area=False)  # type: ignore[assignment]
    marked = [(at, True) for at in special.percent] if special else []
    marked += [(at, False) for at in special.formulas] if special else []
    for (y, x), shows_percent in marked:
        if y < len(rows) and x < len(rows[y]):
            rows[y][x] = percent(str(rows[y][x])) if shows_percent else FORMULA
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        value = rows[top][left]
        if isinstance(value, float | int) and not 1900 <= value <= 2200:
            value = f"{cell_text(value)}{MERGED}"
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [value] * (right + 1 - left)
    return pd.DataFrame(rows, dtype=object)


def _text(path: Path, name: str) -> list[Sheet]:
    text = decode(path, path.read_bytes())
    lines = text.splitlines()
    told = lines[0].strip().strip('"').lower() if lines else ""
    sign = told[4:5] if told.startswith("sep=") else _separator(lines)
    body = text.split("\n", 1)[1] if told.startswith("sep=") else text
    rows = list(csv.reader(StringIO(body, newline=""), delimiter=sign or "\t"))
    width = max(map(len, rows), default=0)
    table = pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype=object)
    return [Sheet(name, "", table.set_axis(table.index + told.startswith("sep="), axis=0))]


def _separator(lines: list[str]) -> str:
    """Return the sign that stands equally often in most of the first lines."""
    shares = {}
    for sign in ";\t,|":
        counts = Counter(n for line in lines[:25] if (n := line.count(sign)))
        shares[sign] = max((n * times for n, times in counts.items()), default=0)
    return max(shares, key=lambda sign: shares[sign])


def _map(path: Path, name: str) -> list[Sheet]:
    layers = [str(layer) for layer, _ in pyogrio.list_layers(path)]
    return [
        Sheet(name, layer if len(layers) > 1 else "", _layer(path, layer, name)) for layer in layers
    ]


def _layer(path: Path, layer: str, name: str) -> pd.DataFrame:
    """Return a layer as cells: its field names are the first row, its shapes are in RD."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        table = pd.DataFrame(gpd.read_file(path, layer=layer, engine="pyogrio"))
    if "geometry" in table:
        table["geometry"] = _in_rd(gpd.GeoSeries(table["geometry"]), name).to_numpy()
    head = pd.DataFrame([list(table.columns)], dtype=object)
    body = table.astype(object).set_axis(range(table.shape[1]), axis=1)
    return pd.concat([head, body], ignore_index=True)


def _in_rd(shapes: gpd.GeoSeries, name: str) -> gpd.GeoSeries:
    if shapes.crs is None:
        raise InputError.one(
            "De laag heeft geen coördinatenstelsel.",
            "Sla de laag op in RD (EPSG:28992) of WGS84 (EPSG:4326).",
            bestand=name,
        )
    if shapes.crs.is_geographic and len(shapes) and abs(shapes.total_bounds).max() > 360:
        # a GeoJSON cannot say that it is in RD, and no degree is that large
        return shapes.set_crs(RD, allow_override=True)
    return shapes.to_crs(RD)
