"""The small tables beside the plans: typed rows from a file or sheet, every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from sia.agenda.reading.cells import parse_cell
from sia.agenda.reading.fields import Field
from sia.errors import Problem

Faults = Callable[[pd.DataFrame], list[tuple[int, str, str, str]]]
"""Rows that are wrong together: position, heading of the column, what, remedy."""

FILE, ROW = "_bestand", "_rij"
"""Columns that say where a row came from."""


def read_rows(
    raw: pd.DataFrame, fields: tuple[Field, ...], bestand: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Check every cell of a table and return the good rows with all problems.

    Parameters
    ----------
    raw : DataFrame
        Headings are names or labels of the fields, in any case and with or without `` *``.
    fields : tuple of Field
    bestand : str
        Where the table came from, for the problems.

    Returns
    -------
    table : DataFrame
        One column per field and `FILE` and `ROW` (int, the heading is row 1). Empty when a
        required column is absent.
    problems : list of Problem
    """
    names = {f.name.lower(): f.name for f in fields} | {f.label.lower(): f.name for f in fields}
    headings = [str(c).strip().lower().removesuffix("*").strip() for c in raw.columns]
    table = raw.set_axis([names.get(h, h) for h in headings], axis="columns")
    table = table.loc[:, [not str(c).startswith("unnamed") for c in table.columns]]
    problems = _column_problems(table, fields, bestand)
    table = table.loc[:, ~table.columns.duplicated()]
    if problems and any(f.required and f.name not in table for f in fields):
        return typed([], fields), problems
    rows = []
    for number, cells in enumerate(table.to_dict("records"), start=2):
        if not any(_filled(value) for value in cells.values()):
            continue
        row, wrong = _row({str(k): v for k, v in cells.items()}, fields, bestand, number)
        problems += wrong
        if not wrong:
            rows.append({**row, FILE: bestand, ROW: number})
    return typed(rows, fields), problems


def _column_problems(table: pd.DataFrame, fields: tuple[Field, ...], bestand: str) -> list[Problem]:
    names = [field.name for field in fields]
    absent = [
        Problem(f"De kolom `{field.label}` ontbreekt.",
                "Voeg de kolom toe; zie de handleiding of het sjabloon.",
                bestand=bestand, kolom=field.label)
        for field in fields if field.required and field.name not in table
    ]  # fmt: skip
    twice = [
        Problem(f"De kolom `{name}` komt twee keer voor; de eerste telt.", "Houd er één over.",
                bestand=bestand, kolom=str(name))
        for name in table.columns[table.columns.duplicated()].unique()
    ]  # fmt: skip
    return absent + twice + [
        Problem(f"De kolom `{name}` kennen we niet.",
                f"Gebruik: {', '.join(field.label for field in fields)}.",
                bestand=bestand, kolom=str(name))
        for name in table.columns if name not in names
    ]  # fmt: skip


def _filled(value: object) -> bool:
    return value is not None and str(value).strip() not in ("", "nan", "NaT", "<NA>")


def _row(
    cells: dict[str, object], fields: tuple[Field, ...], bestand: str, number: int
) -> tuple[dict[str, object], list[Problem]]:
    row: dict[str, object] = {}
    problems = []
    for field in fields:
        value, fault = parse_cell(field, cells.get(field.name))
        row[field.name] = value
        if fault:
            problems.append(Problem(fault, field.uitleg, bestand=bestand, rij=str(number),
                                    kolom=field.label))  # fmt: skip
    return row, problems


def typed(rows: Sequence[dict[str, object]], fields: tuple[Field, ...]) -> pd.DataFrame:
    """Return rows as a table with one type per column, also when there are none."""
    table = pd.DataFrame(rows, columns=[*(field.name for field in fields), FILE, ROW])
    kinds = {
        field.name: "int64" if field.kind == "jaar" else "float64"
        for field in fields
        if field.kind in ("jaar", "bedrag", "getal")
    }
    texts = {field.name: "str" for field in fields if field.name not in kinds} | {FILE: "str"}
    blank = dict.fromkeys(texts, "")
    return table.fillna(blank).astype({**kinds, **texts, ROW: "int64"})


def without_faults(
    parts: Iterable[pd.DataFrame], fields: tuple[Field, ...], faults: Faults
) -> tuple[pd.DataFrame, list[Problem]]:
    """Put parts of one table together and drop the rows that are wrong together.

    Parameters
    ----------
    parts : iterable of DataFrame
        As `read_rows` returns them.
    fields : tuple of Field
    faults : callable
        Finds what only shows between rows.

    Returns
    -------
    table : DataFrame
        Still with `FILE` and `ROW`.
    problems : list of Problem
    """
    table = pd.concat([typed([], fields), *parts], ignore_index=True)
    found = faults(table)
    problems = [
        Problem(wat, oplossing, bestand=str(table[FILE].iloc[at]), rij=str(table[ROW].iloc[at]),
                kolom=kolom)
        for at, kolom, wat, oplossing in found
    ]  # fmt: skip
    kept = table.drop(index=table.index[[at for at, *_ in found]])
    return kept.reset_index(drop=True), problems
