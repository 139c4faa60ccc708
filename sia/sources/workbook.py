"""Workbooks (xlsx, xlsm, xls, ods) as grids of text that say what a reader of the sheet sees.

A cell in the format 0.0% holds 0.081 and shows 8,1%: it comes out as ``8.1%``.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from sia.sources.grid import Grid

MOST_BYTES = 2_000_000_000
"""A workbook that unpacks to more than this is no table of a municipality."""

FORMULA = "formule zonder opgeslagen uitkomst"
MERGED = "samengevoegde cel"

_BUILT_IN_PERCENT = {9, 10}
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.S)
_ATTRIBUTE = re.compile(rb'\b([rst])="([^"]*)"')
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"

Cells = set[tuple[int, int]]


class Special(NamedTuple):
    """Cells of a sheet that show something else than they hold.

    `percent`: a fraction that shows as a percentage.
    `formulas`: a formula of which the outcome was not stored.
    `merged`: the rest of a merged cell, as far as the file itself tells.
    """

    percent: Cells
    formulas: Cells
    merged: Cells


def grids(path: Path) -> list[Grid]:
    """Return the sheets of a workbook.

    Raises Exception: of any kind, when the workbook is damaged; its checksums are verified.
    """
    # by content: the reader of a path goes by its suffix
    with path.open("rb") as stream, CalamineWorkbook.from_object(stream) as book:
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
        shown = {
            one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible
        }
        special = special_cells(path)
        nothing = Special(set(), set(), set())
        read = [_grid(sheet, special.get(sheet.name, nothing)) for sheet in sheets]
    return [replace(grid, hidden=grid.name not in shown) for grid in read]


def special_cells(path: Path) -> dict[str, Special]:
    """Return per sheet which cells show something else than they hold; none for an old .xls."""
    return dict(_special(path)) if zipfile.is_zipfile(path) else {}


def _grid(sheet: CalamineSheet, special: Special) -> Grid:
    rows = [[_as_text(c) for c in row] for row in sheet.to_python(skip_empty_area=False)]
    for row, column in special.percent:
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = percent(rows[row][column])
    marks = dict.fromkeys(special.formulas, FORMULA) | dict.fromkeys(special.merged, MERGED)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in range(top, bottom + 1):
            marks |= {(row, c): MERGED for c in range(left, right + 1) if (row, c) != (top, left)}
    return Grid(rows, range(1, len(rows) + 1), sheet.name, marks)


def _as_text(cell: object) -> str:
    if isinstance(cell, bool):
        return "WAAR" if cell else "ONWAAR"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e16:
        return str(int(cell))
    return str(cell)


def percent(text: str) -> str:
    """Write a fraction as a percentage, without what binary arithmetic would add to it."""
    try:
        return f"{(Decimal(text) * 100).normalize():f}%"
    except ArithmeticError:
        return text


def _special(path: Path) -> Iterator[tuple[str, Special]]:
    with zipfile.ZipFile(path) as book:
        if sum(part.file_size for part in book.infolist()) > MOST_BYTES:
            raise zipfile.BadZipFile("het bestand is uitgepakt te groot")
        damaged = book.testzip()
        if damaged is not None:
            raise zipfile.BadZipFile(f"controlegetal van {damaged} klopt niet")
        if "content.xml" in book.namelist():
            tables = _xml(book.read("content.xml")).iter(f"{_TABLE}table")
            for table in tables:
                yield table.get(f"{_TABLE}name", ""), _special_in_ods(table)
        elif "xl/workbook.xml" in book.namelist():
            styles = _percent_styles(book)
            for name, part in _parts(book):
                yield name, Special(*_special_in_xlsx(book.read(part), styles), set())


def _parts(book: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield name and file of every sheet."""
    relations = _xml(book.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target", "").removeprefix("/xl/") for one in relations}
    listed = _xml(book.read("xl/workbook.xml")).iter()
    for sheet in listed:
        part = f"xl/{targets.get(sheet.get(_REL), '')}"
        if sheet.tag.endswith("}sheet") and part in book.namelist():
            yield sheet.get("name", ""), part


def _xml(content: bytes) -> ElementTree.Element:
    # expat itself refuses entities that grow, since 2.4.1; a workbook has no other risk
    return ElementTree.fromstring(content)  # noqa: S314


def _percent_styles(book: zipfile.ZipFile) -> set[int]:
    if "xl/styles.xml" not in book.namelist():
        return set()
    root = _xml(book.read("xl/styles.xml"))
    listed = [one for one in root.iter() if one.tag.endswith("}numFmt")]
    formats = {int(one.get("numFmtId", 0)): one.get("formatCode", "") for one in listed}
    percent = _BUILT_IN_PERCENT | {
        number for number, code in formats.items() if "%" in re.sub(r'"[^"]*"|\\.', "", code)
    }
    cells = next((one for one in root if one.tag.endswith("}cellXfs")), ())
    return {place for place, xf in enumerate(cells) if int(xf.get("numFmtId", 0)) in percent}


def _special_in_xlsx(sheet: bytes, styles: set[int]) -> tuple[Cells, Cells]:
    """Return the cells in percent and the formulas without a value.

    The text is searched only for what it may hold, because a national sheet has millions of cells.
    """
    percent: Cells = set()
    formulas: Cells = set()
    if not styles and b"<f" not in sheet and b":f>" not in sheet:
        return percent, formulas
    for attributes, inside in _CELL.findall(sheet):
        facts = dict(_ATTRIBUTE.findall(attributes))
        place = re.fullmatch(rb"([A-Z]+)(\d+)", facts.get(b"r", b""))
        if place is None or facts.get(b"t", b"n") != b"n":
            continue
        at = int(place[2]) - 1, _column(place[1].decode())
        filled = _VALUE.search(inside) is not None
        if filled and int(facts.get(b"s", 0)) in styles:
            percent.add(at)
        if not filled and _FORMULA.search(inside):
            formulas.add(at)
    return percent, formulas


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _special_in_ods(table: ElementTree.Element) -> Special:
    """Return the same of a sheet in OpenDocument, in which equal cells are written once."""
    percent: Cells = set()
    formulas: Cells = set()
    merged: Cells = set()
    top = 0
    for row in table.iter(f"{_TABLE}table-row"):
        height = int(row.get(f"{_TABLE}number-rows-repeated", 1))
        left = 0
        for cell in row:
            width = int(cell.get(f"{_TABLE}number-columns-repeated", 1))
            kind = cell.get(f"{_OFFICE}value-type")
            where = percent if kind == "percentage" else None
            if cell.tag == f"{_TABLE}covered-table-cell":
                where = merged
            elif cell.get(f"{_TABLE}formula") and kind is None:
                where = formulas
            if where is not None:
                where.update((top + r, left + c) for r in range(height) for c in range(width))
            left += width
        top += height
    return Special(percent, formulas, merged)
