"""Workbooks in the old Excel format go through the same door as new ones."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from sia.errors import InputError
from sia.sources import cbs, registry, tabular
from sia.sources.base import SourceTable

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

ROWS: list[list[str | float | None]] = [
    ["gwb_code", "regio", "recs", "a_inw", "a_hh", "bev_dich", "p_koopw", "g_woz"],
    ["GM9999", "Voorbeeldstad", "Gemeente", 2500, 1100, 1200, 61, "210"],
    ["BU99990000", "Noord", "Buurt", 1500, 700, 1500.5, 55, "."],
    ["BU99990001", "Zuid", "Buurt", 1000, 400, 900, None, "250"],
]


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _cell(row: int, column: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", row, column, 15)
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, place + struct.pack("<HB", len(value), 1) + text)
    return _record(0x0203, place + struct.pack("<d", value))


def _workbook_stream(rows: Sequence[Sequence[str | float | None]]) -> bytes:
    """Return a BIFF8 stream: the globals with one sheet, and the sheet."""
    opening, end = struct.pack("<HHHHII", 0x0600, 0x0005, 3515, 1996, 0, 6), _record(0x000A, b"")
    name = b"\x06\x00cijfer"

    def globals_(offset: int) -> bytes:
        sheet = _record(0x0085, struct.pack("<IH", offset, 0) + name)
        return _record(0x0809, opening) + _record(0x0042, struct.pack("<H", 1200)) + sheet + end

    sheet_opening = _record(0x0809, opening[:2] + struct.pack("<H", 0x0010) + opening[4:])
    size = _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    cells = b"".join(
        _cell(r, c, value)
        for r, row in enumerate(rows)
        for c, value in enumerate(row)
        if value is not None
    )
    return globals_(len(globals_(0))) + sheet_opening + size + cells + end


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    title = name.encode("utf-16-le")
    length = len(title) + 2 if name else 0
    links = struct.pack("<III", FREE, FREE, child)
    head = title.ljust(64, b"\0") + struct.pack("<HBB", length, kind, 1) + links
    return head + bytes(36) + struct.pack("<IQ", start, size)


def write_xls(path: Path, rows: Sequence[Sequence[str | float | None]]) -> Path:
    """Write rows as an Excel 97-2003 workbook: one stream in a compound file."""
    # streams under 4096 bytes live in another allocation table, so the stream is padded
    stream = _workbook_stream(rows).ljust(8 * SECTOR, b"\0")
    sectors = -(-len(stream) // SECTOR)
    chain = [FAT, END, *range(3, sectors + 2), END]
    assert len(chain) <= SECTOR // 4
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(SECTOR, b"\xff")
    directory = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 2, len(stream))
    directory += _entry("", 0, FREE, 0, 0) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<I", 0) + b"\xff" * 432
    path.write_bytes(header + table + directory + stream.ljust(sectors * SECTOR, b"\0"))
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[str | float | None]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    book.save(path)
    return path


def _kwb(path: Path) -> SourceTable:
    found = cbs.recognise(path)
    assert found is not None
    return cbs.read(found)


def test_old_and_new_workbook_give_the_same_cells(tmp_path: Path) -> None:
    old = tabular.read(write_xls(tmp_path / "a.xls", ROWS))
    new = tabular.read(write_xlsx(tmp_path / "a.xlsx", ROWS))
    pd.testing.assert_frame_equal(old.frame, new.frame)
    assert old.first_row == new.first_row == 2
    assert tabular.peek(old.path).columns == tabular.peek(new.path).columns


def test_kerncijfers_of_2014_are_read_from_xls(tmp_path: Path) -> None:
    old = _kwb(write_xls(tmp_path / "kwb-2014.xls", ROWS))
    assert old.year == 2014
    assert old.values.loc["BU99990000", "bevolkingsdichtheid_inwoners_per_km2"] == 1500.5
    assert np.isnan(old.values.loc["BU99990000", "gemiddelde_woningwaarde"])
    new = _kwb(write_xlsx(tmp_path / "kwb-2014.xlsx", ROWS))
    pd.testing.assert_frame_equal(old.values, new.values)
    pd.testing.assert_frame_equal(old.reasons, new.reasons)


def test_the_intake_takes_an_xls_along(tmp_path: Path) -> None:
    write_xls(tmp_path / "kwb-2014.xls", ROWS)
    (table,) = registry.read_folder(tmp_path, streng=True).tables
    assert table.source == "cbs.kwb"


@pytest.mark.parametrize("length", [8, 600, 1600])
def test_a_cut_off_workbook_is_a_fault(tmp_path: Path, length: int) -> None:
    path = write_xls(tmp_path / "kwb-2014.xls", ROWS)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(InputError, match="werkmap is niet te lezen"):
        tabular.read(path)
    files = registry.read_folder(tmp_path).files
    assert files["status"].tolist() == ["fout"]
