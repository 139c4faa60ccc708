"""Tables in which one file holds several years, age groups or margins: split before tidying."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from sia.errors import InputError, Problem, refuse
from sia.sources.base import Origin, SourceTable
from sia.sources.tabular import RawTable
from sia.sources.tidy import Draft, tidy

VALUE, LOWER, UPPER = "MW00000", "MOG0095", "MBG0095"
"""Members of the StatLine dimension Marges: value, lower and upper bound of the 95 % interval."""


Rows = Callable[[pd.Series, int], SourceTable]
"""Gives the table of some rows of a file (one year, one age group, one margin) and their year."""


def table_of_rows(
    raw: RawTable,
    rows: pd.Series,
    year: int,
    *,
    origin: Origin,
    columns: Mapping[str, str],
    codes: str,
    names: str = "",
    gemeenten: str = "",
    **more: Any,
) -> SourceTable:
    """Tidy the rows of one year (and one age group and margin); the rest is as in a `Draft`.

    `rows`: which rows of `raw` belong together.
    `origin`: its year is replaced by the year of the table.
    `codes`, `names`, `gemeenten`: columns with code, name and municipality ("" when absent).
    """
    positions = rows.to_numpy().nonzero()[0]
    chosen = raw.frame.iloc[positions]

    def text(column: str) -> pd.Series | None:
        return chosen[column].reset_index(drop=True) if column in chosen else None

    cells = pd.DataFrame({name: chosen[column] for name, column in columns.items()})
    draft = Draft(
        year=year,
        origin=replace(origin, year=year),
        cells=cells.reset_index(drop=True),
        codes=chosen[codes].reset_index(drop=True),
        columns=columns,
        names=text(names),
        gemeenten=text(gemeenten),
        rows=[raw.row_label(int(position)) for position in positions],
        **more,
    )
    return tidy(draft)


def with_margins(table: SourceTable, lower: SourceTable, upper: SourceTable) -> SourceTable:
    """Add published bounds to a table."""
    rows, columns = table.values.index, table.values.columns
    low = lower.values.reindex(index=rows, columns=columns)
    high = upper.values.reindex(index=rows, columns=columns)
    wrong = (low > table.values) | (high < table.values)
    if bool(wrong.to_numpy().any()):
        raise InputError(_outside(table, wrong))
    return replace(table, lower=low, upper=high)


def _outside(table: SourceTable, wrong: pd.DataFrame) -> list[Problem]:
    return [
        Problem(
            "De waarde ligt buiten haar eigen 95%-interval.",
            "De rijen met waarde en marges horen niet bij elkaar; download de tabel opnieuw.",
            bestand=str(table.origin.path),
            rij=", ".join(wrong.index[wrong[name]][:5]),
            kolom=table.measures["column"][name],
        )
        for name in wrong.columns[wrong.any()]
    ]


def require_columns(path: Path, raw: RawTable, columns: Mapping[str, str]) -> None:
    """Refuse a table that lacks a column.

    `columns`: column -> what it is for, in Dutch.
    """
    problems = [
        Problem(
            f"De kolom met {purpose} ontbreekt.",
            "Download de tabel opnieuw, met alle kolommen.",
            bestand=str(path),
            kolom=column,
        )
        for column, purpose in columns.items()
        if column not in raw.frame
    ]
    refuse(problems)
