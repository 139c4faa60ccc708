"""RIVM, GGD and CBS, Gezondheid per wijk en buurt: modelled percentages, with their margins.

Tables 50120NED (2012, 2016, 2020) and 50150NED (2012-2024), as OData v3 or as a spreadsheet of it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sia.errors import InputError, Problem, in_file
from sia.sources.base import EMPTY, SECRET_OR_UNKNOWN, Found, Publisher, SourceTable
from sia.sources.cbs import described
from sia.sources.columns import (
    Measure,
    by_heading,
    dictionary,
    headings_from_keys,
    one_column_each,
    snake,
)
from sia.sources.delivery import first_year, table_id
from sia.sources.periods import (
    LOWER,
    UPPER,
    VALUE,
    require_columns,
    tables_in,
    with_margins,
    years_of,
)
from sia.sources.tabular import WORKBOOKS, RawTable, pages, peek, read_pages

NAME = "rivm.gezondheid"
PUBLISHER = Publisher(
    name="RIVM, GGD'en en CBS",
    licence="CC BY 4.0",
    attribution=(
        "Bron: RIVM, GGD'en en CBS, Gezondheid per wijk en buurt {year}, tabel {table} "
        "(modelschatting)."
    ),
)
TABLES = ("50120NED", "50150NED")
ADULTS = "20300"
"""Member of the dimension Leeftijd for 18 years and older."""

_AGES = {ADULTS: "18 jaar en ouder", "53115": "18 tot 65 jaar", "80200": "65 jaar en ouder"}
_REGION = ("Gemeentenaam", "SoortRegio", "Codering")


def recognise(path: Path) -> Found | None:
    """Tell whether a file holds health figures per buurt.

    ``year`` is the year of the first row; a file may hold more.
    """
    seen = peek(path)
    if not {"Leeftijd", "Marges", "WijkenEnBuurten", "Perioden"} <= set(seen.columns):
        return None
    if pages(path)[0] != path:
        return None
    year = first_year((seen.first or {}).get("Perioden", ""))
    table = table_id(path, TABLES, seen.head) or path.stem
    shape = "spreadsheet" if seen.kind in WORKBOOKS else "odata3"
    return Found(NAME, path, shape, table, year, note="18 jaar en ouder")


@in_file
def read(found: Found) -> tuple[SourceTable, ...]:
    """Read the figures for adults, one table per year.

    Sorted by year; `lower` and `upper` are filled where the file has the margins.
    """
    raw = read_pages(found.path)
    require_columns(
        raw,
        {
            "WijkenEnBuurten": "gebiedscodes",
            "Leeftijd": "leeftijdsgroepen",
            "Marges": "marges",
            "Perioden": "perioden",
        },
    )
    ages, margins = raw.text("Leeftijd"), raw.text("Marges")
    adults = ages.str.removesuffix(".0") == ADULTS
    if not adults.any():
        raise InputError([_other_age(ages)])
    years = years_of(raw, "Perioden").where(adults, 0)
    columns, measures = _columns(found.path, raw)
    typed = peek(found.path).kind in ("json", "parquet")
    of_rows = tables_in(
        raw,
        found,
        PUBLISHER,
        measures,
        columns,
        codes="WijkenEnBuurten",
        blank=SECRET_OR_UNKNOWN if typed else EMPTY,
        gemeenten=next((c for c in raw.columns if c.startswith("Gemeentenaam")), ""),
        modelled=frozenset(measures),
    )

    def table(year: int) -> SourceTable:
        value, lower, upper = ((years == year) & (margins == one) for one in (VALUE, LOWER, UPPER))
        if not (lower.any() and upper.any()):
            return of_rows(value, year)
        return with_margins(*(of_rows(rows, year) for rows in (value, lower, upper)))

    return tuple(table(int(year)) for year in sorted(years[adults].unique()))


def _columns(path: Path, raw: RawTable) -> tuple[dict[str, str], dict[str, Measure]]:
    """Match the keys; a question that is new keeps its own name, so that nothing is lost."""
    headings = [
        heading
        for heading in headings_from_keys(raw.columns)
        if not heading.column.startswith(_REGION)
    ]
    known = dictionary("rivm").measures
    matched = one_column_each(by_heading(headings, known, 0))
    measures = {measure.name: measure for measure in known if measure.name in matched}
    titled = {heading.column: heading for heading in described(path, raw.columns)}
    for heading in headings:
        name = snake(heading.column)
        if heading.column not in matched.values() and name not in matched:
            title = titled[heading.column].title if heading.column in titled else name
            matched[name] = heading.column
            measures[name] = Measure(name=name, title=title, unit="%", maximum=100.0)
    return matched, measures


def _other_age(ages: pd.Series) -> Problem:
    present = sorted({_AGES.get(age.removesuffix(".0"), age) for age in ages.unique()})
    return Problem(
        f"Het bestand gaat over {', '.join(present)}, niet over 18 jaar en ouder.",
        "Gebruik het bestand voor 18 jaar en ouder.",
        kolom="Leeftijd",
    )
