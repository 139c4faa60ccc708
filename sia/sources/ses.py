"""CBS SES-WOA: welfare, education and recent work per buurt. For validation only.

Read from the StatLine download with long titles and from OData v3 with DataProperties. Where the
file gives the bounds of the 95 % interval they come along as margins of the score.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sia.errors import InputError, in_file
from sia.sources.base import EMPTY, SECRET_OR_UNKNOWN, Found, Publisher, SourceTable
from sia.sources.cbs import described
from sia.sources.columns import (
    by_heading,
    dictionary,
    headings_from_statline,
    one_column_each,
)
from sia.sources.delivery import first_year, table_id
from sia.sources.periods import per_year, require_columns, tables_in, with_margins, years_of
from sia.sources.tabular import RawTable, pages, peek, read_pages

NAME = "cbs.ses"
PUBLISHER = Publisher(
    name="CBS",
    licence="CC BY 4.0",
    attribution="Bron: CBS, SES-WOA per wijk en buurt {year}, tabel {table}.",
)
TABLES = ("85163NED", "85539NED", "85900NED", "86092NED", "86296NED")
_REGION = "Wijken en buurten"
_CODE = "Regiocode"
_LOWER, _UPPER = "_ondergrens", "_bovengrens"


def recognise(path: Path) -> Found | None:
    """Tell whether a file holds SES-WOA scores.

    ``year`` is that of the first row; a file may hold more.
    """
    seen = peek(path)
    columns = set(seen.columns)
    year = first_year((seen.first or {}).get("Perioden", ""))
    table = table_id(path, TABLES, seen.head)
    if _REGION in columns and any(column.startswith("SES-WOA/") for column in columns):
        return Found(NAME, path, "statline", table or path.stem, year, note="alleen voor toetsing")
    keyed = {"WijkenEnBuurten", "Perioden"} <= columns
    if keyed and table is not None and pages(path)[0] == path:
        return Found(NAME, path, "odata3", table, year, note="alleen voor toetsing")
    return None


@in_file
def read(found: Found) -> tuple[SourceTable, ...]:
    """Read the scores, one table per year.

    `lower` and `upper` are filled where the file has the bounds.
    """
    raw = read_pages(found.path)
    require_columns(raw, {"Perioden": "perioden"})
    codes, statline = _code_column(found, raw), found.shape == "statline"
    if statline:
        headings = headings_from_statline(raw.columns)
    else:
        headings = described(found.path, raw.columns, needed=True)
    known = dictionary("ses")
    matched = one_column_each(by_heading(headings, known.measures, 0))
    require_columns(raw, {known.by_name(n).title: n for n in known.required if n not in matched})
    blank = EMPTY if statline else SECRET_OR_UNKNOWN
    named = {"codes": codes, "names": _REGION}
    table = tables_in(raw, found, PUBLISHER, known.measures, matched, **named, blank=blank)
    return tuple(map(_with_bounds, per_year(table, years_of(raw, "Perioden"))))


def _with_bounds(table: SourceTable) -> SourceTable:
    """Take the bounds out of a table of scores, and lay them beside it."""
    bounds = [name for name in table.values if str(name).endswith((_LOWER, _UPPER))]
    if not bounds:
        return table
    scores = replace(
        table,
        values=table.values.drop(columns=bounds),
        reasons=table.reasons.drop(columns=bounds),
        measures=table.measures.drop(index=bounds),
    )
    return with_margins(scores, _side(table, _LOWER), _side(table, _UPPER))


def _side(table: SourceTable, suffix: str) -> SourceTable:
    """Return one bound of every score, under the name of the score itself."""
    listed = [str(name) for name in table.values if str(name).endswith(suffix)]
    names = {name: name.removesuffix(suffix) for name in listed}
    return replace(table, values=table.values[list(names)].rename(columns=names))


def _code_column(found: Found, raw: RawTable) -> str:
    if found.shape == "odata3":
        return "WijkenEnBuurten"
    named = [column for column in raw.columns if column.startswith(_CODE)]
    if not named:
        raise InputError.one(
            "De kolom met regiocodes ontbreekt; alleen namen zijn niet genoeg.",
            "Kies op StatLine ook het onderwerp Regiocode en download opnieuw.",
            kolom=_CODE,
        )
    return named[0]
