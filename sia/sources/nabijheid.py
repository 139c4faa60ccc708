"""CBS Nabijheid voorzieningen: distances to facilities per buurt, as StatLine downloads them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sia.errors import InputError
from sia.sources import tabular
from sia.sources.base import EMPTY, Found, Publisher, SourceTable
from sia.sources.cbs import statline_fields
from sia.sources.columns import (
    by_heading,
    dictionary,
    headings_from_statline,
    one_column_each,
)
from sia.sources.delivery import origin_of, year_from_names, year_problem
from sia.sources.tabular import WORKBOOKS, peek
from sia.sources.tidy import Draft, tidy

NAME = "cbs.nabijheid"
PUBLISHER = Publisher(
    name="CBS",
    licence="CC BY 4.0",
    attribution="Bron: CBS, Nabijheid voorzieningen {year}, tabel {table}.",
)
_LEAST = 3


def recognise(path: Path) -> Found | None:
    """Tell whether a file is a StatLine download with distances to facilities."""
    seen = peek(path)
    if seen.kind not in ("csv", *WORKBOOKS) or any("/Aantal inwoners" in c for c in seen.columns):
        return None
    headings = headings_from_statline(seen.columns)
    year = year_from_names(path)
    if len(by_heading(headings, dictionary("nabijheid").measures, year)) < _LEAST:
        return None
    return Found(NAME, path, "statline", path.stem, year, note="jaar afgeleid uit de bestandsnaam")


def read(found: Found) -> SourceTable:
    """Read the distances that the catalogue knows.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    if not found.year:
        raise InputError([year_problem(found.path)])
    raw = tabular.read(found.path)
    fields = statline_fields(raw)
    if fields["codes"] is None:
        wat = "Er is geen kolom met gebiedscodes."
        oplossing = "Download de tabel opnieuw van StatLine, met het onderwerp Codering erbij."
        raise InputError.one(wat, oplossing, bestand=str(found.path))
    known = dictionary("nabijheid").measures
    columns = one_column_each(
        by_heading(headings_from_statline(raw.columns), known, found.year), found.path
    )
    return tidy(
        Draft(
            source=NAME,
            year=found.year,
            origin=origin_of(found.path, PUBLISHER, found.table, found.year),
            cells=pd.DataFrame({name: raw.frame[column] for name, column in columns.items()}),
            codes=fields["codes"],
            measures={measure.name: measure for measure in known},
            columns=columns,
            names=fields["names"],
            gemeenten=fields["gemeenten"],
            rows=[raw.row_label(position) for position in range(len(raw.frame))],
            blank=EMPTY,
        )
    )
