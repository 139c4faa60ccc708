"""Tables as partners fill them in: headings, rows and cells checked, every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import pandas as pd

from sia.agenda.reading.cells import cell_text, parse_cell
from sia.agenda.reading.fields import Field
from sia.errors import Problem

Faults = Callable[[pd.DataFrame], list[tuple[int, str, str, str]]]
"""Rows that are wrong together: position, heading of the column, what, remedy."""

FILE, ROW = "_bestand", "_rij"
"""Columns that say where a row came from."""


def named(
    raw: pd.DataFrame, fields: Sequence[Field], bestand: str, besides: Collection[str] = ()
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return a table under the names of its fields, and what is odd about its columns.

    Parameters
    ----------
    raw : DataFrame
        Headings are names or labels of the fields, in any case and with or without `` *``.
    fields : sequence of Field
    bestand : str
        Where the table came from, for the problems.
    besides : collection of str
        Columns that are no fields and may be there.
    """
    names = {f.name.lower(): f.name for f in fields} | {f.label.lower(): f.name for f in fields}
    headings = [names.get(str(c).strip().lower().rstrip(" *"), str(c)) for c in raw.columns]
    table = raw.set_axis(headings, axis="columns")
    known = {*names.values(), *besides}
    odd = [c for c in headings if c not in known and not c.startswith("Unnamed")]
    said = (
        (absent(table, fields), "Deze verplichte kolom ontbreekt.", "Gebruik het sjabloon."),
        (sorted(set(table.columns[table.columns.duplicated()])),
         "Deze kolom komt twee keer voor; de eerste telt.", "Houd er één over."),
        (odd, "Deze kolom kennen we niet; wat erin staat, telt niet mee.",
         "Verwijder de kolom of gebruik een kolomnaam uit het sjabloon."),
    )  # fmt: skip
    problems = [
        Problem(wat, oplossing, bestand, kolom=column)
        for columns, wat, oplossing in said for column in columns
    ]  # fmt: skip
    return table.loc[:, ~table.columns.duplicated()], problems


def absent(table: pd.DataFrame, fields: Sequence[Field]) -> list[str]:
    """Return the labels of the required columns that a table lacks."""
    return [f.label for f in fields if f.required and f.name not in table]


def filled_rows(
    table: pd.DataFrame, fields: Sequence[Field]
) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield number and cells of every row that holds anything; the heading is row 1."""
    for number, row in enumerate(table.to_dict("records"), start=2):
        if any(cell_text(row.get(field.name)) for field in fields):
            yield number, {str(name): value for name, value in row.items()}


def read_row(
    cells: dict[str, object], fields: Sequence[Field], where: str = ""
) -> tuple[dict[str, object], list[Problem]]:
    """Return the typed cells of a row, and what is wrong with each; `where` opens the remedy."""
    read = {field: parse_cell(field, cells.get(field.name)) for field in fields}
    faults = [Problem(wat, where + f.uitleg, kolom=f.label) for f, (_, wat) in read.items() if wat]
    return {field.name: value for field, (value, _) in read.items()}, faults


def read_rows(
    raw: pd.DataFrame, fields: tuple[Field, ...], bestand: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Check every cell of a table and return the good rows with all problems.

    Returns
    -------
    table : DataFrame
        One column per field and `FILE` and `ROW` (int, the heading is row 1). Empty when a
        required column is absent.
    problems : list of Problem
    """
    table, problems = named(raw, fields, bestand)
    if absent(table, fields):
        return typed([], fields), problems
    rows = []
    for number, cells in filled_rows(table, fields):
        row, faults = read_row(cells, fields)
        problems += [placed(fault, bestand, number) for fault in faults]
        if not faults:
            rows.append({**row, FILE: bestand, ROW: number})
    return typed(rows, fields), problems


def placed(fault: Problem, bestand: str, number: int) -> Problem:
    """Return a problem with its file and row."""
    return Problem(fault.wat, fault.oplossing, bestand, str(number), fault.kolom)


def typed(rows: Sequence[dict[str, object]], fields: tuple[Field, ...]) -> pd.DataFrame:
    """Return rows as a table with one type per column, also when there are none."""
    table = pd.DataFrame(rows, columns=[*(field.name for field in fields), FILE, ROW])
    kinds = {f.name: "int64" if f.whole else "float64" for f in fields if f.numeric}
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
        Problem(wat, oplossing, str(table[FILE].iloc[at]), str(table[ROW].iloc[at]), kolom)
        for at, kolom, wat, oplossing in found
    ]
    kept = table.drop(index=table.index[[at for at, *_ in found]])
    return kept.reset_index(drop=True), problems
