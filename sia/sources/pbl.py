"""PBL Startanalyse aardgasvrije buurten (Vesta MAIS): modelled energy demand of the start year."""

from __future__ import annotations

import re
from pathlib import Path

from sia.errors import in_file
from sia.sources import tabular
from sia.sources.base import Found, Publisher, SourceTable
from sia.sources.columns import by_short_name, dictionary, one_column_each
from sia.sources.delivery import require_year, year_from_names
from sia.sources.periods import require_columns, tables_in
from sia.sources.tabular import WORKBOOKS, peek, with_columns

NAME = "pbl.startanalyse"
PUBLISHER = Publisher(
    name="PBL",
    licence="onbekend",
    attribution="Bron: PBL, Startanalyse aardgasvrije buurten {year} (modeluitkomst, Vesta MAIS).",
)
COUNTED = frozenset({"aantal_woningen", "aantal_utiliteiten"})
"""Counts from the BAG; everything else is an outcome of the model."""

_COLUMNS = {"bu_code", "aantal_woningen", "vraag_aardgas"}
_STRATEGY = re.compile(r"i\d\d_buurtcode")
_END = "eindsituatie"
"""Layout in which PBL publishes its strategies: each holds only the buurten where one applies."""


def recognise(path: Path) -> Found | None:
    """Tell whether a file holds the outcomes of the Startanalyse per buurt.

    The year comes from the name of file or folder; the file does not state it.
    """
    seen = peek(path)
    if seen.kind not in ("csv", *WORKBOOKS):
        return None
    year = year_from_names(path)
    columns = {column.lower() for column in seen.columns}
    if any(_STRATEGY.fullmatch(column) for column in columns):
        note = "uitkomst van één strategie voor de eindsituatie, geen cijfers van nu"
        return Found(NAME, path, _END, path.stem, year, note=note)
    if _COLUMNS - columns:
        return None
    return Found(NAME, path, "csv", path.stem, year, note="jaar afgeleid uit de naam van map")


@in_file
def read(found: Found) -> tuple[SourceTable, ...]:
    """Read demand, emission and costs per buurt.

    `modelled` is false for the two counts only; empty for the outcome of one strategy.
    """
    if found.shape == _END:
        return ()
    require_year(found)
    raw = with_columns(tabular.read(found.path), str.lower)
    require_columns(raw, {"bu_code": "buurtcodes", "aantal_woningen": "woningen"})
    known = dictionary("pbl").measures
    columns = one_column_each(by_short_name(raw.columns, known, found.year))
    table = tables_in(
        raw,
        found,
        PUBLISHER,
        known,
        columns,
        codes="bu_code",
        gemeenten="gemeente",
        modelled=frozenset(columns) - COUNTED,
    )
    return (table(None, found.year),)
