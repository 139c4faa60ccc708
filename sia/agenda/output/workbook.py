"""Tables of the agenda as one workbook that reads well: Dutch headings, formats, widths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sia.agenda.output.exports import safe_table, safe_text, workbook_bytes
from sia.agenda.reading.fields import LABELS
from sia.settings import Openness

_NARROW, _WIDE = 9, 60


def to_xlsx(
    tables: Mapping[str, pd.DataFrame],
    level: Openness,
    partner: str | None = None,
    uitleg: Mapping[str, str] | None = None,
) -> bytes:
    """Return tables as one workbook, a sheet each; the same tables give the same bytes.

    Raises `ValueError` when a formula would leave.
    """
    book = Workbook()
    del book["Sheet"]
    if uitleg is not None:
        listed = [(name, uitleg[name]) for name in tables]
        _fill(book.create_sheet("Lees mij"), ["Blad", "Wat erin staat"], listed, "A2")
    for name, table in tables.items():
        shown = safe_table(table, level, partner)
        rows = [tuple(map(_cell, row)) for row in shown.itertuples(index=False, name=None)]
        _fill(book.create_sheet(name[:31]), [LABELS[str(c)] for c in shown.columns], rows, "B2")
    return workbook_bytes(book)


def plain_workbook(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Return tables that were made for one reader as a workbook, a sheet each."""
    book = Workbook()
    del book["Sheet"]
    for name, table in tables.items():
        rows = [tuple(map(safe_text, row)) for row in table.itertuples(index=False, name=None)]
        _fill(book.create_sheet(name), list(map(str, table.columns)), rows, "C2")
    return workbook_bytes(book)


def _fill(
    sheet: Worksheet, headings: list[str], rows: Sequence[tuple[object, ...]], freeze: str
) -> None:
    write_heading(sheet, headings)
    for row in rows:
        sheet.append(list(row))
    for position, heading in enumerate(headings, start=1):
        _format(sheet, position, heading)
    sheet.freeze_panes = freeze
    sheet.auto_filter.ref = sheet.dimensions


def write_heading(sheet: Worksheet, headings: list[str]) -> None:
    """Write the first row of a sheet."""
    sheet.append(headings)
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F4E79")
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _format(sheet: Worksheet, position: int, heading: str) -> None:
    """Give one column its number format, and the width that its cells ask for."""
    longest = max(map(len, heading.split()))
    for (cell,) in sheet.iter_rows(min_row=2, min_col=position, max_col=position):
        if cell.data_type == "f":
            raise ValueError("a formula would leave in an export")
        if isinstance(cell.value, float):
            cell.number_format = "#,##0" if "(euro" in heading else "#,##0.0"
        longest = max(longest, len(str(cell.value)) if cell.value is not None else 0)
        # a geometry on lines of its own would make its row a page high
        cell.alignment = Alignment(wrap_text="WKT" not in heading, vertical="top")
    width = min(max(longest + 2, _NARROW), _WIDE)
    sheet.column_dimensions[get_column_letter(position)].width = width


def _cell(value: object) -> object:
    if value is None or value is pd.NA or (not isinstance(value, str) and bool(pd.isna(value))):  # type: ignore[call-overload]
        return None
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, int | float | str | date):
        return value
    return _cell(value.item()) if hasattr(value, "item") else str(value)
