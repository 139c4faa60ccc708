"""Files to raw tables: CSV, JSON, Parquet and spreadsheets, with one kind of error for all.

Nothing here knows a publisher. Cells come out as they stand in the file; what they mean is decided
in `sia.sources.missing` and `sia.sources.tidy`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow.parquet as pq
import pyogrio
from python_calamine import CalamineWorkbook

from sia.errors import InputError, Problem, refuse

Kind = Literal["csv", "json", "parquet", "xlsx", "xls", "html", "zip", "leeg", "anders"]

WORKBOOKS: tuple[Kind, ...] = ("xlsx", "xls")

AGAIN = "Download het bestand opnieuw (`sia fetch`) of vraag de leverancier om een gaaf bestand."
_HEAD = 1 << 17
_HEADER_ROWS = 25
_TEXT_SUFFIXES = {".csv", ".txt", ".tsv"}
_DELIMITERS = ";\t,|"
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")


@dataclass(frozen=True)
class Peek:
    """What the first bytes of a file tell.

    Parameters
    ----------
    kind : str
        What the content is, whatever the name says.
    columns : tuple of str
        Column names (CSV, Parquet, spreadsheet) or keys of the first record (JSON), stripped.
    head : str
        First characters of a text file.
    first : dict
        First record, as far as it could be read.
    """

    kind: Kind
    columns: tuple[str, ...] = ()
    head: str = ""
    first: dict[str, Any] | None = None


@dataclass(frozen=True)
class RawTable:
    """One table as it stands in a file.

    Parameters
    ----------
    frame : DataFrame
        Text columns as text, typed columns as typed; column names stripped.
    first_row : int
        Number, in the file, of the first row of `frame`; 0 where rows have no number.
    next_page : str
        Address of a following page that the file points to, or "".
    """

    path: Path
    frame: pd.DataFrame
    first_row: int = 0
    next_page: str = ""

    @property
    def columns(self) -> list[str]:
        """Return the column names."""
        return [str(column) for column in self.frame.columns]

    def text(self, column: str) -> pd.Series:
        """Return a key column as text without blanks; an empty cell is ""."""
        return self.frame[column].astype(object).fillna("").astype(str).str.strip()

    def row_label(self, position: int) -> str:
        """Return how a reader finds a row back."""
        return str(self.first_row + position)


def peek(path: Path) -> Peek:
    """Look at the head of a file; remembered as long as the file does not change.

    Returns
    -------
    Peek
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
    return Peek(kind)


def _kind(head: bytes, suffix: str) -> Kind:
    if head.startswith(b"PAR1") or suffix == ".parquet":
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx" if suffix in (".xlsx", ".xlsm") else "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        return "html"
    if text.startswith((b"{", b"[")):
        return "json"
    return "csv" if suffix in _TEXT_SUFFIXES else "anders"


def _peek_csv(head: bytes) -> Peek:
    text = head.decode("utf-8-sig", errors="replace")
    first_line = text.split("\n", 1)[0]
    delimiter = _delimiter(first_line)
    try:
        rows = list(csv.reader(io.StringIO(text[:_HEAD]), delimiter=delimiter))[:2]
    except csv.Error:
        return Peek("csv", head=text)
    columns = tuple(name.strip() for name in rows[0]) if rows else ()
    first = dict(zip(columns, rows[1], strict=False)) if len(rows) > 1 else {}
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


def read(path: Path) -> RawTable:
    """Read a table, whatever its format.

    Parameters
    ----------
    path : pathlib.Path
        CSV, OData JSON, Parquet, xlsx or xls; the content decides, not the name.

    Raises
    ------
    InputError
        When the file is empty, a web page, cut off, or otherwise not readable as a table.
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
            "Dit is een webpagina (HTML) en geen gegevensbestand.",
            "Waarschijnlijk gaf de server een foutpagina. " + AGAIN,
        ),
        "zip": ("Dit is een ingepakt bestand (zip).", "Pak het uit in de bronmap."),
    }.get(kind, ("De inhoud is niet als tabel te lezen.", AGAIN))
    return Problem(wat, oplossing, bestand=str(path))


def broken(path: Path, error: Exception | str, wat: str = "Het bestand is beschadigd") -> Problem:
    """Return the problem of a file whose content stops or contradicts itself."""
    detail = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return Problem(f"{wat} ({' '.join(detail.split())[:200]}).", AGAIN, bestand=str(path))


def decode(path: Path, content: bytes) -> str:
    """Decode text that is UTF-8 or else Windows-1252; refuse a mixture of both.

    Raises
    ------
    InputError
        When some characters are UTF-8 and others are not: then names would be mangled.
    """
    try:
        return content.decode("utf-8-sig")
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
    """Read delimited text; the delimiter is found in the header.

    Returns
    -------
    RawTable
        All cells as text, blanks kept as they are; row numbers count the header as row 1.

    Raises
    ------
    InputError
        Rows with too few or too many cells, double column names, mixed encodings, NUL bytes.
    """
    text = decode(path, path.read_bytes())
    if "\x00" in text:
        raise InputError([broken(path, "het bevat nultekens", "Dit is geen tekstbestand")])
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_delimiter(text.split("\n", 1)[0]), strict=True
    )
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError([_bad_quotes(path, reader.line_num, error)]) from error
    while rows and not any(rows[-1][1]):
        rows.pop()
    if not rows:
        raise InputError([unusable(path, "leeg")])
    header, problems = _header(path, pd.Series(rows[0][1], dtype=object))
    problems += _ragged(path, len(header), rows[1:])
    refuse(problems)
    frame = pd.DataFrame([row for _, row in rows[1:]], columns=header, dtype="str")
    return RawTable(path, frame, first_row=2)


def _bad_quotes(path: Path, line: int, error: csv.Error) -> Problem:
    return Problem(
        f"De aanhalingstekens kloppen niet; het bestand is waarschijnlijk afgebroken ({error}).",
        AGAIN,
        bestand=str(path),
        rij=str(line),
    )


def _ragged(path: Path, width: int, rows: list[tuple[int, list[str]]]) -> list[Problem]:
    """Return the problem of the first row that is shorter or longer than the header."""
    wrong = [(line, len(row)) for line, row in rows if len(row) != width]
    if not wrong:
        return []
    line, cells = wrong[0]
    return [
        Problem(
            f"Deze rij heeft {cells} cellen, de kop {width} ({len(wrong)} zulke rijen); "
            "het bestand is afgebroken of er staat een scheidingsteken te veel.",
            AGAIN,
            bestand=str(path),
            rij=str(line),
        )
    ]


def _delimiter(first_line: str) -> str:
    unquoted = re.sub(r'"[^"]*"', "", first_line)
    return max(_DELIMITERS, key=lambda sign: (unquoted.count(sign), -_DELIMITERS.index(sign)))


def _header(path: Path, row: pd.Series) -> tuple[list[str], list[Problem]]:
    names = ["" if pd.isna(cell) else str(cell).strip() for cell in row]
    doubles = sorted({name for name in names if name and names.count(name) > 1})
    problems = [
        Problem(
            "Deze kolomnaam komt meer dan eens voor.",
            "Geef elke kolom een eigen naam of verwijder de dubbele.",
            bestand=str(path),
            kolom=name,
        )
        for name in doubles
    ]
    return names, problems


def read_spreadsheet(path: Path) -> RawTable:
    """Read the sheet of a workbook (xlsx or xls) that holds a table of regions.

    All cells as text; empty cells are NA. The header may stand below a title.

    Raises
    ------
    InputError
        When the workbook is damaged or no sheet has a header row.
    """
    stat = path.stat()
    return _read_spreadsheet(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=3)
def _read_spreadsheet(path: Path, _changed: int, _size: int) -> RawTable:
    try:
        with path.open("rb") as stream:
            old = _kind(stream.read(8), path.suffix.lower()) == "xls"
        tables = _read_old_sheets(path) if old else _read_sheets(path)
    except Exception as error:
        raise InputError([broken(path, error, "De werkmap is niet te lezen")]) from error
    best = max(tables, key=lambda cells: cells.size, default=pd.DataFrame())
    start = _header_position(best)
    if start is None:
        raise InputError([broken(path, "geen rij met kolomnamen", "De werkmap heeft geen tabel")])
    header, doubles = _header(path, best.iloc[start])
    refuse(doubles)
    named = [position for position, name in enumerate(header) if name]
    frame = best.iloc[start + 1 :, named].set_axis([header[p] for p in named], axis=1)
    frame = frame.reset_index(drop=True)
    return RawTable(path, frame, first_row=start + 2)


def _read_sheets(path: Path) -> list[pd.DataFrame]:
    return [_read_sheet(path, number) for number in range(_sheets(path))]


def _sheets(path: Path) -> int:
    """Count the sheets and verify the checksums, which GDAL does not do."""
    with zipfile.ZipFile(path) as book:
        damaged = book.testzip()
        if damaged is not None:
            raise zipfile.BadZipFile(f"controlegetal van {damaged} klopt niet")
        return len(re.findall(rb"<(?:\w+:)?sheet\s", book.read("xl/workbook.xml")))


def _read_sheet(path: Path, number: int) -> pd.DataFrame:
    # GDAL reads a sheet of 17,000 rows in half a second, ten times as fast as cell by cell
    frame: pd.DataFrame = pyogrio.read_dataframe(
        path,
        layer=number,
        read_geometry=False,
        use_arrow=True,
        HEADERS="DISABLE",
        FIELD_TYPES="STRING",
    )
    return frame


def _read_old_sheets(path: Path) -> list[pd.DataFrame]:
    """Read every sheet of an xls workbook as text, numbers written as in an xlsx."""
    with CalamineWorkbook.from_path(path) as book:
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    return [
        pd.DataFrame([[_as_text(cell) for cell in row] for row in rows], dtype="str")
        for rows in sheets
    ]


def _as_text(cell: object) -> str | None:
    if cell == "":
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _header_position(cells: pd.DataFrame) -> int | None:
    """Return the first row, near the top, in which as many cells are filled as in the fullest."""
    if cells.empty:
        return None
    filled = cells.iloc[:_HEADER_ROWS].notna().sum(axis=1)
    return int((filled >= max(2, 0.6 * filled.max())).to_numpy().argmax())


def with_columns(raw: RawTable, rename: Callable[[str], str]) -> RawTable:
    """Return the table with its columns renamed; the original (which may be shared) stays."""
    return replace(raw, frame=raw.frame.set_axis([rename(c) for c in raw.columns], axis=1))


def read_parquet(path: Path) -> RawTable:
    """Read a Parquet copy of a table.

    Raises
    ------
    InputError
        When it is damaged.
    """
    try:
        frame = pq.read_table(path, page_checksum_verification=True).to_pandas()
    except Exception as error:
        raise InputError([broken(path, error, "Het Parquet-bestand is niet te lezen")]) from error
    frame.columns = [str(name).strip() for name in frame.columns]
    return RawTable(path, frame.reset_index(drop=True), first_row=1)


def read_json(path: Path) -> Any:
    """Read a JSON document.

    Raises
    ------
    InputError
        When it is not valid JSON, for example because it was cut off.
    """
    text = decode(path, path.read_bytes())
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        problem = broken(path, error, "Dit is geen geldige JSON; het bestand is afgebroken")
        raise InputError([problem]) from error


def read_odata(path: Path) -> RawTable:
    """Read one page of an OData answer (``{"value": [...]}``) or a plain list of records.

    Raises
    ------
    InputError
        When the document has no list of records.
    """
    document = read_json(path)
    rows = document.get("value") if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        problem = broken(path, "geen lijst `value` met rijen", "Dit is geen OData-antwoord")
        raise InputError([problem])
    following = ""
    if isinstance(document, dict):
        following = str(document.get("odata.nextLink") or document.get("@odata.nextLink") or "")
    return replace(table_of_records(path, rows), next_page=following)


def table_of_records(path: Path, rows: list[dict[str, Any]]) -> RawTable:
    """Return rows out of a JSON document as a table.

    Raises
    ------
    InputError
        When a cell is a list or an object instead of one value.
    """
    frame = pd.DataFrame.from_records(rows)
    frame.columns = [str(name).strip() for name in frame.columns]
    mixed = (item for item in frame.items() if item[1].dtype == object)
    for column, cells in mixed:
        nested = cells.map(lambda cell: isinstance(cell, list | dict)).to_numpy()
        if nested.any():
            wat, row = "Deze cel is een lijst en geen waarde.", str(int(nested.argmax()) + 1)
            raise InputError.one(wat, AGAIN, bestand=str(path), rij=row, kolom=str(column))
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


def read_pages(path: Path) -> RawTable:
    """Read an OData answer that may be spread over several files.

    Raises
    ------
    InputError
        When a page is damaged or a page that the last one points to is absent.
    """
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
