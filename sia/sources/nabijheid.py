"""CBS Nabijheid voorzieningen: distances to facilities per buurt, from StatLine or OData v3."""

from __future__ import annotations

from pathlib import Path

from sia.errors import in_file
from sia.sources import tabular
from sia.sources.base import EMPTY, SECRET_OR_UNKNOWN, Found, Publisher, SourceTable
from sia.sources.cbs import described, key_fields, statline_fields
from sia.sources.columns import (
    by_heading,
    dictionary,
    headings_from_keys,
    headings_from_statline,
    one_column_each,
)
from sia.sources.delivery import require_year, table_id, year_from_names
from sia.sources.periods import tables_in
from sia.sources.tabular import WORKBOOKS, pages, peek

NAME = "cbs.nabijheid"
PUBLISHER = Publisher(
    name="CBS",
    licence="CC BY 4.0",
    attribution="Bron: CBS, Nabijheid voorzieningen {year}, tabel {table}.",
)
_WORDS = "nabijheid"
_LEAST = 3
TABLES: dict[str, int] = {
    "84334NED": 2017,
    "84463NED": 2018,
    "84718NED": 2019,
    "84953NED": 2020,
    "85231NED": 2021,
    "85560NED": 2022,
    "85830NED": 2023,
    "86134NED": 2024,
    "86270NED": 2025,
}
"""Year of every table of CBS."""


def recognise(path: Path) -> Found | None:
    """Tell whether a file holds distances to facilities."""
    seen = peek(path)
    named = table_id(path, TABLES, seen.head)
    if seen.kind in ("json", "parquet"):
        keys = headings_from_keys(seen.columns) if "WijkenEnBuurten" in seen.columns else []
        far = [heading for heading in keys if heading.title.startswith("afstandtot")]
        known = named is not None and len(far) >= _LEAST and pages(path)[0] == path
        return Found(NAME, path, "odata3", str(named), TABLES[str(named)]) if known else None
    if seen.kind not in ("csv", *WORKBOOKS) or any("/Aantal inwoners" in c for c in seen.columns):
        return None
    headings = headings_from_statline(seen.columns)
    year = year_from_names(path)
    if len(by_heading(headings, dictionary(_WORDS).measures, year)) < _LEAST:
        return None
    return Found(NAME, path, "statline", path.stem, year, note="jaar afgeleid uit de bestandsnaam")


@in_file
def read(found: Found) -> SourceTable:
    """Read the distances that the catalogue knows."""
    require_year(found)
    raw = tabular.read_pages(found.path)
    if found.shape == "odata3":
        fields, blank = key_fields(found, raw), SECRET_OR_UNKNOWN
        headings = described(found.path, raw.columns, needed=True)
    else:
        fields, blank = statline_fields(raw), EMPTY
        headings = headings_from_statline(raw.columns)
    known = dictionary(_WORDS).measures
    columns = one_column_each(by_heading(headings, known, found.year))
    table = tables_in(raw, found, PUBLISHER, known, columns, **fields, blank=blank)
    return table(None, found.year)
