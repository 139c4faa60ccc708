"""Decisions and actions in: from ``besluiten.csv``, ``acties.csv`` or the partners' workbooks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from sia.agenda.reading.fields import ACTION_FIELDS, DECISION_FIELDS, Field
from sia.agenda.reading.files import read_cells, read_sheet, sheet_names
from sia.agenda.reading.organisation import Organisation
from sia.agenda.reading.tables import FILE, ROW, read_rows, without_faults
from sia.errors import InputError, Problem

DECISIONS, ACTIONS = "besluiten.csv", "acties.csv"
DECISION_SHEET, ACTION_SHEET = "Besluiten", "Acties"


def read_organisation(
    folders: Sequence[Path], books: Sequence[Path], partners: Collection[str]
) -> tuple[Organisation, list[Problem]]:
    """Read all decisions and actions.

    Parameters
    ----------
    folders : sequence of pathlib.Path
        Folders that may hold `DECISIONS` and `ACTIONS`.
    books : sequence of pathlib.Path
        The partners' workbooks; a sheet `DECISION_SHEET` or `ACTION_SHEET` counts too.
    partners : collection of str
        Known partners: an action belongs to one of them.

    Returns
    -------
    organisation : Organisation
        The good rows. The same row in two places counts once.
    problems : list of Problem
        Every bad cell, per file, row and column. Whether a koppelkans exists and whether its
        phases follow each other is checked later: see `sia.agenda.reading.organisation`.
    """
    decisions, problems = _gather(folders, books, DECISIONS, DECISION_SHEET, DECISION_FIELDS)
    actions, more = _gather(folders, books, ACTIONS, ACTION_SHEET, ACTION_FIELDS)
    kept, strangers = without_faults(
        [actions], ACTION_FIELDS, lambda table: _strangers(table, partners)
    )
    steps, tasks = _once(decisions), _once(kept)
    return Organisation(
        steps.assign(datum=_dates(steps["datum"])),
        tasks.assign(voor=_dates(tasks["voor"]), klaar=_dates(tasks["klaar"])),
    ), [*problems, *more, *strangers]


def _dates(texts: pd.Series) -> pd.Series:
    """Return dates, None where the cell is empty."""
    days = [date.fromisoformat(text) if text else None for text in texts]
    return pd.Series(days, index=texts.index, dtype=object)


def _gather(
    folders: Sequence[Path],
    books: Sequence[Path],
    name: str,
    sheet: str,
    fields: tuple[Field, ...],
) -> tuple[pd.DataFrame, list[Problem]]:
    parts: list[pd.DataFrame] = []
    problems: list[Problem] = []
    sources = [folder / name for folder in folders if (folder / name).is_file()]
    sources += [book for book in books if sheet in sheet_names(book)]
    for path in sources:
        where = path.name if path.name == name else f"{path.name}, blad {sheet}"
        try:
            raw = read_cells(path) if path.name == name else read_sheet(path, sheet)
        except InputError as error:
            problems += error.problems
            continue
        part, wrong = read_rows(raw, fields, where)
        parts.append(part)
        problems += wrong
    table, _ = without_faults(parts, fields, lambda _: [])
    return table, problems


def _once(table: pd.DataFrame) -> pd.DataFrame:
    own = [c for c in table.columns if c not in (FILE, ROW)]
    return table.drop_duplicates(own)


def _strangers(table: pd.DataFrame, partners: Collection[str]) -> list[tuple[int, str, str, str]]:
    return [
        (at, "Partner", f"`{name}` is geen partner met plannen.",
         "Schrijf de naam precies zoals in de plannen.")
        for at, name in enumerate(table["partner"]) if name not in partners
    ]  # fmt: skip


def with_numbers(
    organisation: Organisation, kansen: pd.DataFrame, earlier: pd.DataFrame | None
) -> Organisation:
    """Give every decision and action the number that its koppelkans has today.

    Parameters
    ----------
    organisation : Organisation
    kansen : DataFrame, index ``kans``
        ``plannen`` (``;``-joined).
    earlier : DataFrame or None
        Numbers of earlier rounds, see `every_number`. A koppelkans gets another number when a
        plan joins or leaves it; what was decided must not get lost by that.

    Returns
    -------
    Organisation
        Plan numbers, and numbers of earlier rounds, are replaced by the number of the smallest
        koppelkans that holds all those plans. What has none keeps what was written.
    """
    before = {} if earlier is None else dict(zip(earlier["kans"], earlier["plannen"], strict=True))
    sets = {str(kans): frozenset(plans.split(";")) for kans, plans in kansen["plannen"].items()}

    def number(written: str) -> str:
        if written in sets:
            return written
        plans = frozenset(before.get(written, written).split(";"))
        holding = [(len(members), kans) for kans, members in sets.items() if plans <= members]
        return min(holding)[1] if holding and len(plans) > 1 else written

    steps, actions = (
        table.assign(kans=table["kans"].map(number))
        for table in (organisation.steps, organisation.actions)
    )
    return Organisation(steps, actions)


def every_number(kansen: pd.DataFrame, before: pd.DataFrame | None) -> pd.DataFrame:
    """Return every number that a koppelkans ever had, with its plans: ``kans``, ``plannen``."""
    today = kansen["plannen"].rename_axis("kans").reset_index()
    both = today if before is None else pd.concat([before, today], ignore_index=True)
    return both.drop_duplicates("kans", ignore_index=True)


def decision_log(organisation: Organisation, levels: pd.Series) -> pd.DataFrame:
    """Return all decisions as a table, oldest first.

    Parameters
    ----------
    organisation : Organisation
        Checked.
    levels : Series, index ``kans``
        ``vertrouwelijkheid`` of each koppelkans.

    Returns
    -------
    DataFrame
        ``kans``, ``fase``, ``datum``, ``wie``, ``besluit``, ``vertrouwelijkheid``.
    """
    return _listed(organisation.steps, "datum", levels)


def task_list(organisation: Organisation, levels: pd.Series) -> pd.DataFrame:
    """Return all actions as a table, first due first, as `decision_log` returns decisions.

    Returns
    -------
    DataFrame
        ``kans``, ``actie``, ``wie``, ``partner``, ``voor``, ``klaar`` (None while open),
        ``vertrouwelijkheid``.
    """
    return _listed(organisation.actions, "voor", levels)


def _listed(rows: pd.DataFrame, by: str, levels: pd.Series) -> pd.DataFrame:
    table = rows.drop(columns=[FILE, ROW])
    table["vertrouwelijkheid"] = table["kans"].map(levels).astype("str")
    return table.sort_values([by, "kans"], kind="stable", ignore_index=True)
