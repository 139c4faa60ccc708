"""Files to raw tables: CSV, JSON, Parquet and spreadsheets, with one kind of error for all.

Nothing here knows a publisher. Cells come out as they stand in the file; what they mean is decided
in `sia.sources.missing` and `sia.sources.tidy`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow.parquet as pq

from sia.errors import InputError, Problem, in_file, refuse
from sia.sources.grid import Grid, grid_of_text, header_position, upright, without_footnotes
from sia.sources.workbook import grids

Kind = Literal["csv", "json", "parquet", "xlsx", "xls", "ods", "html", "zip", "leeg", "anders"]

WORKBOOKS: tuple[Kind, ...] = ("xlsx", "xls", "ods")

AGAIN = "Download het bestand opnieuw (`sia fetch`) of vraag de leverancier om een gaaf bestand."
_HEAD = 1 << 17
_TEXT_SUFFIXES = {".csv", ".txt", ".tsv", ".tab"}
_BOOK_SUFFIXES = {".xlsx", ".xlsm", ".xls", ".ods"}
_SHEETS_TOLD = 3
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_UNICODE = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
_MARKUP_TABLE = re.compile(r"<table|<workbook|excel\.sheet", re.I)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")


@dataclass(frozen=True)
class Peek:
    """What the first bytes of a file tell.

    `kind`: what the content is, whatever the name says.
    `columns`: column names (CSV, Parquet, spreadsheet) or keys of the first record (JSON),
        stripped.
    `head`: first characters of a text file.
    `first`: first record, as far as it could be read.
    """

    kind: Kind
    columns: tuple[str, ...] = ()
    head: str = ""
    first: dict[str, Any] | None = None


@dataclass(frozen=True)
class RawTable:
    """One table as it stands in a file.

    `frame`: text columns as text, typed columns as typed; column names stripped.
    `first_row`: number, in the file, of the first row of `frame`; 0 where rows have no number.
    `next_page`: address of a following page that the file points to, or "".
    `lines`: number or code, in the file, of every row; empty where they follow on `first_row`.
    `remark`: what a reader of the file should know: which sheet this is, and what else it has.
    """

    path: Path
    frame: pd.DataFrame
    first_row: int = 0
    next_page: str = ""
    lines: Sequence[int | str] = ()
    remark: str = ""

    @property
    def columns(self) -> list[str]:
        """Return the column names."""
        return [str(column) for column in self.frame.columns]

    def text(self, column: str) -> pd.Series:
        """Return a key column as text without blanks; an empty cell is ""."""
        return self.frame[column].astype(object).fillna("").astype(str).str.strip()

    def row_label(self, position: int) -> str:
        """Return how a reader finds a row back."""
        return str(self.lines[position] if self.lines else self.first_row + position)


def peek(path: Path) -> Peek:
    """Look at the head of a file; remembered as long as the file does not change.

    Never raises for bad content; an unreadable file has kind "anders" or no columns.
    """
    stat = path.stat()
    return _peek(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=512)
def _peek(path: Path, _changed: int, size: int) -> Peek:
    if size == 0:
        return Peek("leeg")
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    kind = _kind(head, path.suffix.lower())
    if kind == "csv":
        return _peek_csv(head)
    if kind == "json":
        return _peek_json(head)
    if kind in ("parquet", *WORKBOOKS):
        return _peek_binary(path, kind)
    return Peek(kind, head=_unwrapped(head) if kind == "html" else "")


def _kind(head: bytes, suffix: str) -> Kind:
    if head.startswith(b"PAR1") or suffix == ".parquet":
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        if _ODS in head[:200]:
            return "ods"
        office = head[30:].startswith((b"[Content_Types].xml", b"_rels/", b"xl/", b"docProps/"))
        return "xlsx" if office or suffix in _BOOK_SUFFIXES else "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    text = _unwrapped(head).lstrip(" \t\r\n")
    if text.startswith("<"):
        return "html"
    if text.startswith(("{", "[")):
        return "json"
    # programs of all kinds write text and call it a workbook
    plain = suffix in _BOOK_SUFFIXES and "\x00" not in text and "\ufffd" not in text
    return "csv" if suffix in _TEXT_SUFFIXES or plain else "anders"


def _unwrapped(head: bytes) -> str:
    """Return the first part of a text file, in whatever encoding, well enough to recognise it."""
    return _plain(head.decode(_encoding(head), errors="replace"))


def _encoding(content: bytes) -> str:
    """Return the encoding that a text asks for, by its mark or by the zeros between its letters."""
    for mark, code in _UNICODE.items():
        if content.startswith(mark):
            return code
    head = content[:64]
    halves = head[::2], head[1::2]
    empty = [len(half) > 1 and half.count(0) * 2 > len(half) for half in halves]
    if empty[0] != empty[1]:
        return "utf-16-be" if empty[0] else "utf-16-le"
    return "utf-8"


def _plain(text: str) -> str:
    """Leave out the signs without width that the web puts between letters."""
    return text.replace("\ufeff", "").replace("\u200b", "")


def _peek_csv(head: bytes) -> Peek:
    text = _unwrapped(head)
    try:
        grid = upright(grid_of_text(text, whole=False))
    except csv.Error:
        return Peek("csv", head=text)
    start = header_position(grid)
    if start is None:
        return Peek("csv", tuple(name.strip() for name in (grid.rows or [()])[0]), text, {})
    columns = tuple(name.strip() for name in grid.rows[start])
    first = dict(zip(columns, grid.rows[start + 1], strict=False)) if grid.rows[start + 1 :] else {}
    return Peek("csv", columns, text, first)


def _peek_json(head: bytes) -> Peek:
    text = head.decode("utf-8-sig", errors="replace")
    opening = re.search(r'"value"\s*:\s*\[\s*(?=\{)|^\s*\[\s*(?=\{)', text)
    if opening is None:
        return Peek("json", head=text)
    try:
        record, _ = json.JSONDecoder().raw_decode(text, opening.end())
    except (ValueError, RecursionError):
        keys = re.findall(r'"([^"\\]{1,80})"\s*:', text[:4096])
        return Peek("json", tuple(dict.fromkeys(keys)), text, {})
    return Peek("json", tuple(record), text, record)


def _peek_binary(path: Path, kind: Kind) -> Peek:
    try:
        if kind == "parquet":
            return Peek(kind, tuple(name.strip() for name in pq.read_schema(path).names))
        table = read_spreadsheet(path)
    except Exception:
        # any fault inside the file is reported when it is read
        return Peek(kind)
    first = {str(k): v for k, v in table.frame.iloc[0].items()} if len(table.frame) else {}
    return Peek(kind, tuple(table.frame.columns), first=first)


@in_file
def read(path: Path) -> RawTable:
    """Read a table, whatever its format.

    `path`: CSV, OData JSON, Parquet, xlsx or xls; the content decides, not the name.
    """
    kind = peek(path).kind
    if kind == "csv":
        return read_csv(path)
    if kind == "json":
        return read_odata(path)
    if kind == "parquet":
        return read_parquet(path)
    if kind in WORKBOOKS:
        return read_spreadsheet(path)
    raise InputError([unusable(path, kind)])


def unusable(path: Path, kind: Kind) -> Problem:
    """Say in Dutch why a file of this kind cannot be read as a table, and what to do."""
    wat, oplossing = {
        "leeg": ("Het bestand is leeg.", AGAIN),
        "html": (
            "Dit is een tabel als webpagina of XML, geen werkmap en geen CSV.",
            "Open het bestand in een rekenblad en bewaar het als .xlsx of CSV.",
        )
        if _MARKUP_TABLE.search(peek(path).head)
        else (
            "Dit is een webpagina (HTML) en geen gegevensbestand.",
            "Waarschijnlijk gaf de server een foutpagina. " + AGAIN,
        ),
        "zip": ("Dit is een ingepakt bestand (zip).", "Pak het uit in de bronmap."),
    }.get(kind, ("De inhoud is niet als tabel te lezen.", AGAIN))
    return Problem(wat, oplossing)


def broken(error: Exception | str, wat: str) -> InputError:
    """Return the error for a file whose content stops or contradicts itself."""
    detail = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return InputError.one(f"{wat} ({' '.join(detail.split())[:200]}).", AGAIN)


def decode(path: Path, content: bytes) -> str:
    """Decode text that is UTF-8 or else Windows-1252; refuse a mixture of both."""
    try:
        return _plain(content.decode(_encoding(content)))
    except UnicodeDecodeError as error:
        start = error.start
    line = content.count(b"\n", 0, start) + 1
    if _MULTIBYTE.search(content) or b"\x00" in content:
        raise InputError.one(
            "De tekens staan door elkaar in UTF-8 en in een andere codering.",
            "Bewaar het bestand opnieuw als CSV UTF-8.",
            bestand=str(path),
            rij=str(line),
        )
    return content.decode("cp1252", errors="replace")


def read_csv(path: Path) -> RawTable:
    """Read delimited text; the delimiter is found in the lines at its top.

    All cells as text, blanks kept as they are; row numbers are those of the file.
    """
    text = decode(path, path.read_bytes())
    if "\x00" in text:
        raise broken("het bevat nultekens", "Dit is geen tekstbestand")
    try:
        grid = grid_of_text(text)
    except csv.Error as error:
        wat = "De aanhalingstekens kloppen niet; het bestand is waarschijnlijk afgebroken "
        raise InputError.one(f"{wat}({error.args[0]}).", AGAIN, rij=str(error.args[-1])) from error
    if not grid.rows:
        raise InputError([unusable(path, "leeg")])
    return _table(path, upright(grid), ragged=True)


def _table(path: Path, grid: Grid, *, ragged: bool = False) -> RawTable:
    """Make a table of the cells below the heading.

    `ragged`: whether rows may differ in length, which then is a fault.
    """
    start = header_position(grid)
    if start is None:
        start = 0
    header, problems = _header(grid.rows[start])
    end = start + 1 + without_footnotes(grid.rows[start + 1 :])
    filled = [at for at in range(start + 1, end) if any(map(str.strip, grid.rows[at]))]
    rows = [grid.rows[at] for at in filled]
    lines = [grid.lines[at] for at in filled]
    if ragged:
        rows = [row if any(row[len(header) :]) else row[: len(header)] for row in rows]
        problems += _ragged(len(header), list(zip(lines, rows, strict=True)))
    refuse(problems)
    if not rows:
        wat = "De tabel heeft een rij met kolomnamen en geen rijen met cijfers."
        raise InputError.one(wat, AGAIN)
    whole = pd.DataFrame(rows, columns=header, dtype="str")
    named = [place for place, name in enumerate(header) if name or ragged]
    return RawTable(path, whole.iloc[:, named], lines[0], lines=lines, remark=_unnamed(whole))


def _unnamed(table: pd.DataFrame) -> str:
    """Say which columns have cells and no heading: nobody can tell what they hold."""
    filled = [
        str(at + 1)
        for at, name in enumerate(table.columns)
        if not name and table.iloc[:, at].str.strip().astype(bool).any()
    ]
    return f"zonder kop en niet gelezen: kolom {', '.join(filled)}" if filled else ""


def _ragged(width: int, rows: Sequence[tuple[int, Sequence[str]]]) -> list[Problem]:
    """Return the problem of the first row that is shorter or longer than the header."""
    wrong = [(line, len(row)) for line, row in rows if len(row) != width]
    if not wrong:
        return []
    line, cells = wrong[0]
    wat = (
        f"Deze rij heeft {cells} cellen, de kop {width} ({len(wrong)} zulke rijen); "
        "het bestand is afgebroken of er staat een scheidingsteken te veel."
    )
    return [Problem(wat, AGAIN, rij=str(line))]


def _header(row: Sequence[str]) -> tuple[list[str], list[Problem]]:
    names = [cell.strip() for cell in row]
    doubles = sorted({name for name in names if name and names.count(name) > 1})
    problems = [
        Problem(
            "Deze kolomnaam komt meer dan eens voor.",
            "Geef elke kolom een eigen naam of verwijder de dubbele.",
            kolom=name,
        )
        for name in doubles
    ]
    return names, problems


def read_spreadsheet(path: Path) -> RawTable:
    """Read the sheet of a workbook that holds a table of areas: that with most area codes.

    All cells as text. The header may stand below a title.
    """
    stat = path.stat()
    return _read_spreadsheet(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=3)
def _read_spreadsheet(path: Path, _changed: int, _size: int) -> RawTable:
    try:
        sheets = [upright(grid) for grid in grids(path)]
    except Exception as error:
        raise broken(error, "De werkmap is niet te lezen") from error
    usable = [grid for grid in sheets if header_position(grid) is not None]
    if not usable:
        raise broken("geen rij met kolomnamen", "De werkmap heeft geen tabel")
    shown = [grid for grid in usable if not grid.hidden and grid.codes()] or usable
    best = max(shown, key=lambda grid: (grid.codes(), sum(map(len, grid.rows))))
    alike = [grid for grid in shown if grid.codes() > 1 and _head(grid) == _head(best)]
    if len(alike) > 1:
        best = _by_year(alike)
    raw = _table(path, _marked(best))
    read = (best, *(alike if len(alike) > 1 else ()))
    others = [grid.name for grid in usable if grid not in read and grid.codes() > 1]
    if not others:
        return raw
    told = f"gelezen is blad {best.name}; niet gelezen: {', '.join(others[:_SHEETS_TOLD])}"
    more = len(others) - _SHEETS_TOLD
    told += f" en nog {more}" if more > 0 else ""
    return replace(raw, remark="; ".join(filter(None, (raw.remark, told))))


def _head(grid: Grid) -> list[str]:
    """Return the headings of a sheet, without what is empty behind them."""
    names = [name.strip() for name in grid.rows[header_position(grid) or 0]]
    while names and not names[-1]:
        names.pop()
    return names


def _by_year(grids: Sequence[Grid]) -> Grid:
    """Lay sheets with the same headings below each other, with the year in their names."""
    years = [found[1] if (found := _YEAR.search(grid.name)) else "" for grid in grids]
    head = _head(grids[0])
    if len(set(years) - {""}) < len(grids) or "jaar" in map(str.lower, head):
        if all(grid.rows == grids[0].rows for grid in grids):
            return grids[0]
        names = ", ".join(grid.name for grid in grids[:_SHEETS_TOLD])
        wat = f"Deze bladen hebben dezelfde koppen en andere cijfers: {names}."
        oplossing = "Laat het goede blad staan, of geef elk blad een jaar als naam."
        raise InputError.one(wat, oplossing)
    rows, lines = [[*head, "jaar"]], [1]
    for year, grid in zip(years, map(_marked, grids), strict=True):
        start = (header_position(grid) or 0) + 1
        end = start + without_footnotes(grid.rows[start:])
        rows += [[*row[: len(head)], year] for row in grid.rows[start:end] if any(row)]
        lines += [
            n
            for n, row in zip(grid.lines[start:end], grid.rows[start:end], strict=True)
            if any(row)
        ]
    return Grid(rows, lines, ", ".join(grid.name for grid in grids))


def _marked(grid: Grid) -> Grid:
    """Say in the cells below the heading which of them hide their figure."""
    start = header_position(grid) or 0
    rows = [list(row) for row in grid.rows]
    for (row, column), mark in grid.marks.items():
        if start < row < len(rows) and column < len(rows[row]):
            rows[row][column] = mark
    return replace(grid, rows=rows)


def with_columns(raw: RawTable, rename: Callable[[str], str]) -> RawTable:
    """Return the table with its columns renamed; the original (which may be shared) stays."""
    return replace(raw, frame=raw.frame.set_axis([rename(c) for c in raw.columns], axis=1))


def read_parquet(path: Path) -> RawTable:
    """Read a Parquet copy of a table."""
    try:
        frame = pq.read_table(path, page_checksum_verification=True).to_pandas()
    except Exception as error:
        raise broken(error, "Het Parquet-bestand is niet te lezen") from error
    frame.columns = [str(name).strip() for name in frame.columns]
    return RawTable(path, frame.reset_index(drop=True), first_row=1)


def read_json(path: Path) -> Any:
    """Read a JSON document."""
    text = decode(path, path.read_bytes())
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise broken(error, "Dit is geen geldige JSON; het bestand is afgebroken") from error


def read_odata(path: Path) -> RawTable:
    """Read one page of an OData answer (``{"value": [...]}``) or a plain list of records."""
    document = read_json(path)
    rows = document.get("value") if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise broken("geen lijst `value` met rijen", "Dit is geen OData-antwoord")
    following = ""
    if isinstance(document, dict):
        following = str(document.get("odata.nextLink") or document.get("@odata.nextLink") or "")
    return replace(table_of_records(path, rows), next_page=following)


def table_of_records(path: Path, rows: list[dict[str, Any]]) -> RawTable:
    """Return rows out of a JSON document as a table."""
    frame = pd.DataFrame.from_records(rows)
    frame.columns = [str(name).strip() for name in frame.columns]
    mixed = (item for item in frame.items() if item[1].dtype == object)
    for column, cells in mixed:
        nested = cells.map(lambda cell: isinstance(cell, list | dict)).to_numpy()
        if nested.any():
            wat, row = "Deze cel is een lijst en geen waarde.", str(int(nested.argmax()) + 1)
            raise InputError.one(wat, AGAIN, rij=row, kolom=str(column))
    return RawTable(path, frame, first_row=1)


_PAGE = re.compile(r"(?P<stem>.*?)(?P<mark>[._-](?:p(?:agina|age)?)?)(?P<number>\d{1,6})$", re.I)


def pages(path: Path) -> list[Path]:
    """Return the files that together hold one OData answer, in the order of their numbers.

    ``TypedDataSet.json``, ``TypedDataSet_1.json``, ``TypedDataSet_2.json`` belong together, and so
    do ``TypedDataSet-0001.json`` and ``TypedDataSet-0002.json``.
    """
    stem, _ = _page_number(path)
    found = []
    for other in path.parent.glob(f"*{path.suffix}"):
        other_stem, number = _page_number(other)
        if other_stem == stem:
            found.append((number, other.name, other))
    return [other for _, _, other in sorted(found)] or [path]


def _page_number(path: Path) -> tuple[str, int]:
    match = _PAGE.fullmatch(path.stem)
    entity = re.search(r"(TypedDataSet|Observations)$", match["stem"] if match else path.stem)
    if match and entity:
        return match["stem"], int(match["number"])
    return path.stem, -1


@in_file
def read_pages(path: Path) -> RawTable:
    """Read an OData answer that may be spread over several files."""
    tables = [read(page) for page in pages(path)]
    last = tables[-1]
    if last.next_page:
        raise InputError.one(
            "De levering is niet compleet: dit bestand verwijst naar een volgende pagina "
            "die er niet is.",
            AGAIN,
            bestand=str(last.path),
        )
    if len(tables) == 1:
        return last
    frame = pd.concat([table.frame for table in tables], ignore_index=True)
    return replace(tables[0], path=path, frame=frame, next_page="")
