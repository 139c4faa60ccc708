"""Leefbaarometer 3.0: scores per buurt, all measurements in one open-data file.

For validation only: the score is itself an index of the same matters, so it never enters ours.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sia.errors import in_file
from sia.sources.base import Found, Publisher, SourceTable
from sia.sources.columns import by_short_name, dictionary, one_column_each
from sia.sources.delivery import first_year
from sia.sources.geofile import sniff_json, unreadable
from sia.sources.periods import per_year, require_columns, tables_in, years_of
from sia.sources.tabular import RawTable, peek, read_pages, table_of_records, with_columns

NAME = "leefbaarometer"
_SNIFFED = 1 << 20
PUBLISHER = Publisher(
    name="Ministerie van BZK",
    licence="CC0",
    attribution="Bron: Ministerie van BZK, Leefbaarometer 3.0, meting {year}.",
)


_OF_THE_SERVICE = {"id": "bu_code", "name": "bu_naam", "gemeente": "gm_naam", "year": "jaar"}
"""What the WFS calls the columns of the open-data file."""
_NEEDED = {"bu_code", "jaar", "afw"}


@in_file
def recognise(path: Path) -> Found | None:
    """Tell whether a file holds Leefbaarometer scores per buurt, in the words of file or service.

    ``year`` is that of the first row; the file holds all measurements.
    """
    if _is_answer(path):
        raw = _read(path)
        first = {str(k): v for k, v in raw.frame.iloc[0].items()} if len(raw.frame) else {}
    else:
        seen = peek(path)
        names = _names(seen.columns)
        first = {names[k.strip()]: v for k, v in (seen.first or {}).items() if k.strip() in names}
        first |= {name: "" for name in names.values() if name not in first}
    if not set(first) >= _NEEDED or str(first["bu_code"])[:2] not in ("BU", ""):
        return None
    year = first_year(first["jaar"])
    return Found(NAME, path, "buurtscores", path.stem, year, note="alleen voor toetsing")


def _names(columns: Sequence[str]) -> dict[str, str]:
    """Return column -> name in the open-data file; the service's words only where it speaks."""
    lowered = {column: column.lower() for column in columns}
    if "bu_code" in lowered.values():
        return lowered
    return {column: _OF_THE_SERVICE.get(name, name) for column, name in lowered.items()}


def _is_answer(path: Path) -> bool:
    """Tell whether a file is what the WFS answered (GeoJSON, with or without outlines)."""
    if path.suffix.lower() not in (".json", ".geojson") or not sniff_json(path):
        return False
    with path.open("rb") as stream:
        return b'"kscore"' in stream.read(_SNIFFED)


def _read(path: Path) -> RawTable:
    if not _is_answer(path):
        raw = read_pages(path)
    else:
        try:
            features = json.loads(path.read_bytes())["features"]
            rows = [feature["properties"] for feature in features]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise unreadable(type(error).__name__) from error
        raw = table_of_records(path, rows)
    names = _names(raw.columns)
    return with_columns(raw, lambda column: names[column])


@in_file
def read(found: Found) -> tuple[SourceTable, ...]:
    """Read the scores, one table per measurement.

    ``afwijking`` is the sum of its five parts; all are modelled.
    """
    raw = _read(found.path)
    require_columns(raw, {"bu_code": "buurtcodes", "jaar": "het jaar"})
    known = dictionary("leefbaarometer").measures
    columns = one_column_each(by_short_name(raw.columns, known, 0))
    named = {"codes": "bu_code", "names": "bu_naam", "gemeenten": "gm_naam"}
    table = tables_in(raw, found, PUBLISHER, known, columns, **named, modelled=frozenset(columns))
    return per_year(table, years_of(raw, "jaar"))
