"""The files that partners send: workbook, CSV or GeoPackage, as rows with their own headings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import geopandas as gpd
import pandas as pd
from python_calamine import CalamineError

from sia.agenda.reading.location import RD
from sia.errors import InputError, Problem

SHEET = "Plannen"
_DAMAGE = (OSError, ValueError, KeyError, RuntimeError, CalamineError)
"""What the readers raise on a file that is not what its name says."""


def read_cells(path: Path) -> pd.DataFrame:
    """Return the rows of a delivery as they stand, headings still the partner's.

    Raises
    ------
    InputError
        When the file is absent, of an unknown kind or damaged.
    """
    readers = {".xlsx": _read_workbook, ".csv": _read_csv, ".gpkg": _read_layer}
    reader = readers.get(path.suffix.lower())
    if reader is None or not path.is_file():
        wat = "Dit bestand is er niet." if reader else "Dit soort bestand kan niet gelezen worden."
        raise InputError([Problem(wat, "Lever xlsx, csv of gpkg.", bestand=path.name)])
    with _damage_told(path):
        return reader(path)


def sheet_names(path: Path) -> list[str]:
    """Return the names of a workbook's sheets; none for what is no readable workbook."""
    if path.suffix.lower() != ".xlsx":
        return []
    try:
        with pd.ExcelFile(path, engine="calamine") as book:
            return [str(name) for name in book.sheet_names]
    except _DAMAGE:
        # whoever reads its plans reports the damage
        return []


def read_sheet(path: Path, sheet: str) -> pd.DataFrame:
    """Return one sheet of a workbook, headings as they stand.

    Raises
    ------
    InputError
        When the workbook is damaged or has no such sheet.
    """
    with _damage_told(path):
        return _read_workbook(path, sheet)


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except _DAMAGE as error:
        wat = f"Dit bestand is beschadigd of geen {path.suffix} ({type(error).__name__})."
        raise InputError(
            [Problem(wat, "Sla het opnieuw op en lever het nog eens.", bestand=path.name)]
        ) from error


def _read_workbook(path: Path, sheet: str = SHEET) -> pd.DataFrame:
    with pd.ExcelFile(path, engine="calamine") as book:
        if sheet not in book.sheet_names:
            oplossing = f"Gebruik het sjabloon; de plannen staan op het blad `{SHEET}`."
            raise InputError(
                [Problem(f"Het blad `{sheet}` ontbreekt.", oplossing, bestand=path.name)]
            )
        table: pd.DataFrame = pd.read_excel(book, sheet, dtype=object)
    return table


def _read_csv(path: Path) -> pd.DataFrame:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    first = text.split("\n", 1)[0]
    separator = ";" if first.count(";") >= first.count(",") else ","
    table: pd.DataFrame = pd.read_csv(
        StringIO(text), sep=separator, dtype=str, keep_default_na=False
    )
    return table


def _read_layer(path: Path) -> pd.DataFrame:
    layer = gpd.read_file(path, engine="pyogrio")
    if layer.crs is None:
        raise InputError(
            [
                Problem(
                    "De laag heeft geen coördinatenstelsel.",
                    "Sla de laag op in RD (EPSG:28992) of WGS84 (EPSG:4326).",
                    bestand=path.name,
                )
            ]
        )
    moved: pd.DataFrame = layer.to_crs(RD)
    return moved
