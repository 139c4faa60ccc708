"""Tables in which one file holds several years, age groups or margins: split before tidying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from sia.errors import InputError, Problem, refuse
from sia.sources.base import Level, Origin, SourceTable
from sia.sources.columns import Measure
from sia.sources.tabular import RawTable
from sia.sources.tidy import Draft, tidy

VALUE, LOWER, UPPER = "MW00000", "MOG0095", "MBG0095"
"""Members of the StatLine dimension Marges: value, lower and upper bound of the 95 % interval."""


@dataclass(frozen=True)
class Frame:
    """What the drafts of all years in one file have in common.

    Parameters
    ----------
    origin : Origin
        Its year is replaced by the year of each table.
    columns : mapping of str to str
        Measure -> column in the file.
    codes, names, gemeenten : str
        Columns with code, name and municipality ("" when absent).
    blank : str
        Reason of an empty cell.
    level, strict
        As in `sia.sources.tidy.Draft`.
    """

    source: str
    origin: Origin
    measures: Mapping[str, Measure]
    columns: Mapping[str, str]
    codes: str
    blank: str
    names: str = ""
    gemeenten: str = ""
    modelled: frozenset[str] = frozenset()
    level: Level | None = None
    strict: bool = False


def table_of_rows(raw: RawTable, rows: pd.Series, frame: Frame, year: int) -> SourceTable:
    """Tidy the rows of one year (and one age group and margin).

    Parameters
    ----------
    rows : Series of bool
        Which rows of `raw` belong together.
    """
    positions = rows.to_numpy().nonzero()[0]
    chosen = raw.frame.iloc[positions]

    def text(column: str) -> pd.Series | None:
        return chosen[column].reset_index(drop=True) if column in chosen else None

    cells = pd.DataFrame({name: chosen[column] for name, column in frame.columns.items()})
    draft = Draft(
        source=frame.source,
        year=year,
        origin=replace(frame.origin, year=year),
        cells=cells.reset_index(drop=True),
        codes=chosen[frame.codes].reset_index(drop=True),
        measures=frame.measures,
        columns=frame.columns,
        names=text(frame.names),
        gemeenten=text(frame.gemeenten),
        rows=[raw.row_label(int(position)) for position in positions],
        blank=frame.blank,
        modelled=frame.modelled,
        level=frame.level,
        strict=frame.strict,
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

    Parameters
    ----------
    columns : mapping of str to str
        Column -> what it is for, in Dutch.
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
