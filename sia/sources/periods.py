"""From the rows of a file to tables: one per year, with its margins where the file has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sia.errors import InputError, Problem, refuse
from sia.sources.base import Found, Publisher, SourceTable
from sia.sources.columns import Measure
from sia.sources.delivery import origin_of, year_of_period
from sia.sources.tabular import RawTable, pages
from sia.sources.tidy import Draft, tidy

VALUE, LOWER, UPPER = "MW00000", "MOG0095", "MBG0095"
"""Members of the StatLine dimension Marges: value, lower and upper bound of the 95 % interval."""


Rows = Callable[[pd.Series | None, int], SourceTable]
"""Gives the table of some rows of a file (one year, one age group, one margin; None: all) and their
year."""

Cells = str | pd.Series | None
"""A column of a file, by its name or as it is; None and an unknown name where there is none."""


def tables_in(
    raw: RawTable,
    found: Found,
    publisher: Publisher,
    known: Mapping[str, Measure] | Iterable[Measure],
    columns: Mapping[str, str],
    *,
    codes: Cells,
    names: Cells = None,
    gemeenten: Cells = None,
    **more: Any,
) -> Rows:
    """Return what tidies some rows of a file into a table.

    `known`: measures, or what each of `columns` measures.
    `columns`: measure -> column in the file.
    `codes`, `names`, `gemeenten`: code, name and municipality of every row.
    `more`: the rest of a `Draft`.
    Raises InputError when there is no column with codes.
    """
    if codes is None:
        wat = "Er is geen kolom met gebiedscodes (buurt, wijk of gemeente)."
        oplossing = "Download de tabel met de regiocodes erbij (StatLine: onderwerp Codering)."
        raise InputError.one(wat, oplossing)
    origin = origin_of(found.path, publisher, found.table, found.year, pages(found.path))
    measures = known if isinstance(known, Mapping) else {one.name: one for one in known}

    def table(rows: pd.Series | None, year: int) -> SourceTable:
        every = np.arange(len(raw.frame)) if rows is None else rows.to_numpy().nonzero()[0]

        def chosen(cells: Cells) -> Any:
            column = raw.frame.get(cells) if isinstance(cells, str) else cells
            return None if column is None else column.iloc[every].reset_index(drop=True)

        draft = Draft(
            source=found.source,
            year=year,
            origin=replace(origin, year=year or found.year),
            cells=pd.DataFrame({name: chosen(column) for name, column in columns.items()}),
            codes=chosen(codes),
            measures=measures,
            columns=columns,
            names=chosen(names),
            gemeenten=chosen(gemeenten),
            rows=[raw.row_label(int(position)) for position in every],
            **more,
        )
        return tidy(draft)

    return table


def years_of(raw: RawTable, column: str) -> pd.Series[int]:
    """Return the year of every row, by a column with periods."""
    cells = raw.text(column)
    return cells.map({cell: year_of_period(cell) for cell in cells.unique()})


def per_year(table: Rows, years: pd.Series[int]) -> tuple[SourceTable, ...]:
    """Return a table per year, sorted, given the year of every row."""
    return tuple(table(years == year, int(year)) for year in sorted(years.unique()))


def with_margins(table: SourceTable, lower: SourceTable, upper: SourceTable) -> SourceTable:
    """Add published bounds to a table."""
    rows, columns = table.values.index, table.values.columns
    low = lower.values.reindex(index=rows, columns=columns)
    high = upper.values.reindex(index=rows, columns=columns)
    wrong = (low > table.values) | (high < table.values)
    refuse(
        Problem(
            "De waarde ligt buiten haar eigen 95%-interval.",
            "De rijen met waarde en marges horen niet bij elkaar; download de tabel opnieuw.",
            rij=", ".join(rows[wrong[name]][:5]),
            kolom=table.measures["column"][name],
        )
        for name in columns[wrong.any()]
    )
    return replace(table, lower=low, upper=high)


def require_columns(raw: RawTable, columns: Mapping[str, str]) -> None:
    """Refuse a table that lacks a column.

    `columns`: column -> what it is for, in Dutch.
    """
    refuse(
        Problem(
            f"De kolom met {purpose} ontbreekt.",
            "Download de tabel opnieuw, met alle kolommen.",
            kolom=column,
        )
        for column, purpose in columns.items()
        if column not in raw.frame
    )
