"""Leefbaarometer 3.0: scores per buurt, all measurements in one open-data file.

For validation only: the score is itself an index of the same matters, so it never enters ours.
"""

from __future__ import annotations

from pathlib import Path

from sia.sources.base import EMPTY, Found, Publisher, SourceTable
from sia.sources.columns import by_short_name, dictionary, one_column_each
from sia.sources.delivery import origin_of, year_of_period
from sia.sources.periods import Frame, require_columns, table_of_rows
from sia.sources.tabular import peek, read_pages, with_columns

NAME = "leefbaarometer"
PUBLISHER = Publisher(
    name="Ministerie van BZK",
    licence="CC0",
    attribution="Bron: Ministerie van BZK, Leefbaarometer 3.0, meting {year}.",
)


def recognise(path: Path) -> Found | None:
    """Tell whether a file holds Leefbaarometer scores per buurt.

    ``year`` is that of the first row; the file holds all measurements.
    """
    seen = peek(path)
    names = {column.lower(): column for column in seen.columns}
    if not {"bu_code", "jaar", "afw"} <= set(names):
        return None
    first = str((seen.first or {}).get(names["jaar"], "")).strip()
    year = int(first[:4]) if first[:4].isdigit() else 0
    return Found(NAME, path, "buurtscores", path.stem, year, note="alleen voor toetsing")


def read(found: Found) -> tuple[SourceTable, ...]:
    """Read the scores, one table per measurement.

    ``afwijking`` is the sum of its five parts; all are modelled.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    raw = with_columns(read_pages(found.path), str.lower)
    require_columns(found.path, raw, {"bu_code": "buurtcodes", "jaar": "het jaar"})
    known = dictionary("leefbaarometer").measures
    columns = one_column_each(by_short_name(raw.frame.columns, known, 0), found.path)
    frame = Frame(
        source=NAME,
        origin=origin_of(found.path, PUBLISHER, found.table, found.year),
        measures={measure.name: measure for measure in known},
        columns=columns,
        codes="bu_code",
        names="bu_naam",
        gemeenten="gm_naam",
        blank=EMPTY,
        modelled=frozenset(columns),
    )
    years = raw.text("jaar")
    by_year = {cell: year_of_period(found.path, cell) for cell in years.unique()}
    return tuple(
        table_of_rows(raw, years.map(by_year) == year, frame, year)
        for year in sorted(set(by_year.values()))
    )
