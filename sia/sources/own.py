"""A municipality's own table: CSV or xlsx, one row per buurt (and year), any numeric columns."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sia.errors import InputError, Problem, refuse
from sia.sources import tabular
from sia.sources.base import EMPTY, PRESENT, Found, Publisher, SourceTable
from sia.sources.columns import Measure, snake
from sia.sources.delivery import origin_of, year_from_names, year_of_period, year_problem
from sia.sources.missing import SIGNS, parse
from sia.sources.periods import Frame
from sia.sources.tabular import WORKBOOKS, RawTable, peek
from sia.sources.tidy import Draft, tidy

NAME = "eigen"
PUBLISHER = Publisher(
    name="Gemeente",
    licence="onbekend",
    attribution="Bron: eigen tabel van de gemeente ({table}, {year}).",
)

CODE_COLUMNS = ("buurtcode", "buurt_code", "bu_code", "cbs_buurtcode", "gwb_code")
"""Names, in snake case, under which a municipality keys its table."""

_NAME_COLUMNS = ("buurtnaam", "buurt_naam", "buurt", "naam")
_YEAR_COLUMN = "jaar"
_MOSTLY_TEXT = 0.5
_PERCENTAGE = ("percentage_", "perc_", "pct_", "p_")


def recognise(path: Path) -> Found | None:
    """Tell whether a CSV or workbook is keyed on buurtcode.

    Asked last: whatever a publisher's module recognises is not an own table.
    """
    seen = peek(path)
    if seen.kind not in ("csv", *WORKBOOKS):
        return None
    names = [snake(column) for column in seen.columns]
    if not set(CODE_COLUMNS) & set(names) or len(names) < 2:
        return None
    note = "" if _YEAR_COLUMN in names else "jaar afgeleid uit de bestandsnaam"
    return Found(NAME, path, seen.kind, path.stem, year_from_names(path), note=note)


def read(found: Found) -> tuple[SourceTable, ...]:
    """Read every numeric column, one table per year.

    Returns
    -------
    tuple of SourceTable
        Measures are the column names in snake case, with the column name as title; a name that
        starts with ``percentage_``, ``perc_``, ``pct_`` or ``p_`` or holds ``%`` is checked to lie
        between 0 and 100. Columns that mostly hold text are left out.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    raw = tabular.read(found.path)
    names = {snake(column): column for column in raw.columns}
    code = next(names[name] for name in CODE_COLUMNS if name in names)
    years = _years(found, raw, names)
    columns = _numeric(raw, names, {code, names.get(_YEAR_COLUMN, "")})
    _refuse_same_name(found.path, raw, columns)
    measures = {name: _measure(name, column) for name, column in columns.items()}
    frame = Frame(
        source=NAME,
        origin=origin_of(found.path, PUBLISHER, found.table, found.year),
        measures=measures,
        columns=columns,
        codes=code,
        names=next((names[name] for name in _NAME_COLUMNS if name in names), ""),
        blank=EMPTY,
    )
    return tuple(_table(raw, years, frame, year) for year in sorted(set(years)))


def _table(raw: RawTable, years: pd.Series, frame: Frame, year: int) -> SourceTable:
    positions = (years == year).to_numpy().nonzero()[0]
    chosen = raw.frame.iloc[positions].reset_index(drop=True)
    return tidy(
        Draft(
            source=NAME,
            year=int(year),
            origin=frame.origin,
            cells=pd.DataFrame({name: chosen[c] for name, c in frame.columns.items()}),
            codes=chosen[frame.codes],
            measures=frame.measures,
            columns=frame.columns,
            names=chosen[frame.names] if frame.names else None,
            rows=[raw.row_label(int(position)) for position in positions],
            blank=EMPTY,
            level="buurt",
            strict_points=True,
        )
    )


def _years(found: Found, raw: RawTable, names: dict[str, str]) -> pd.Series:
    if _YEAR_COLUMN not in names:
        if not found.year:
            raise InputError([year_problem(found.path)])
        return pd.Series(found.year, index=raw.frame.index)
    cells = raw.text(names[_YEAR_COLUMN])
    return cells.map({cell: year_of_period(found.path, cell) for cell in cells.unique()})


def _numeric(raw: RawTable, names: dict[str, str], keys: set[str]) -> dict[str, str]:
    """Return the columns in which at least half of the filled cells are figures.

    A column that is mostly figures and holds some text is kept, so that the text is reported; a
    cell is a figure here with either decimal sign, so that a mixture is reported too.
    """
    chosen = {}
    for name, column in names.items():
        if column in keys or name in _NAME_COLUMNS:
            continue
        point, comma = (parse(raw.frame[column], decimal=sign) for sign in SIGNS)
        figures = int(((point.reasons == PRESENT) | (comma.reasons == PRESENT)).sum())
        text = int((point.unreadable & comma.unreadable).sum())
        if figures and text <= _MOSTLY_TEXT * (figures + text):
            chosen[name] = column
    return chosen


def _refuse_same_name(path: Path, raw: RawTable, columns: dict[str, str]) -> None:
    spelled: dict[str, list[str]] = {}
    for column in raw.columns:
        spelled.setdefault(snake(column), []).append(column)
    problems = [
        Problem(
            "Deze kolommen krijgen dezelfde naam.",
            "Geef ze namen die in meer verschillen dan hoofdletters en leestekens.",
            bestand=str(path),
            kolom=", ".join(spelled[name]),
        )
        for name in columns
        if len(spelled[name]) > 1
    ]
    refuse(problems)


def _measure(name: str, column: str) -> Measure:
    if name.startswith(_PERCENTAGE) or "%" in column:
        return Measure(name=name, title=column, unit="%", maximum=100.0)
    return Measure(name=name, title=column, unit="", minimum=None)
