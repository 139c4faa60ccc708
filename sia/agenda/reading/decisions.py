"""Decisions and actions in: from ``besluiten.csv``, ``acties.csv`` or the partners' workbooks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from sia.agenda.reading.fields import Field
from sia.agenda.reading.files import read_cells, read_sheet, sheet_names
from sia.agenda.reading.organisation import FASEN, VERVALLEN, Action, Step
from sia.agenda.reading.tables import FILE, ROW, read_rows, without_faults
from sia.errors import InputError, Problem

DECISIONS, ACTIONS = "besluiten.csv", "acties.csv"
DECISION_SHEET, ACTION_SHEET = "Besluiten", "Acties"

_KANS = Field(
    "kans",
    "Koppelkans",
    "lijst",
    "partners",
    "Het nummer uit de lijst met koppelkansen (KK-...), of de plannummers met puntkomma's.",
    required=True,
    voorbeeld="GEM-RIO-001;GEM-WEG-001",
)

DECISION_FIELDS: tuple[Field, ...] = (
    _KANS,
    Field(
        "fase",
        "Fase",
        "keuze",
        "partners",
        "De fase die de koppelkans met dit besluit krijgt: een stap vooruit, een stap terug, of "
        "vervallen.",
        required=True,
        choices=(*FASEN, VERVALLEN),
        voorbeeld="afspraak",
    ),
    Field(
        "datum",
        "Datum",
        "datum",
        "partners",
        "Dag van het besluit, als jjjj-mm-dd.",
        required=True,
        voorbeeld="2025-02-04",
    ),
    Field(
        "wie",
        "Wie (rol)",
        "tekst",
        "partners",
        "Rol of overleg dat besloot; geen persoonsnaam.",
        required=True,
        voorbeeld="programmaoverleg",
    ),
    Field(
        "besluit",
        "Besluit",
        "tekst",
        "partners",
        "Wat er is besloten, en waarom.",
        required=True,
        voorbeeld="Riool en weg gaan samen; de gemeente trekt het ontwerp.",
    ),
)
"""Columns of ``besluiten.csv`` and of the sheet ``Besluiten``."""

ACTION_FIELDS: tuple[Field, ...] = (
    _KANS,
    Field(
        "actie",
        "Actie",
        "tekst",
        "partners",
        "Wat er moet gebeuren, in één zin.",
        required=True,
        voorbeeld="Vraag de ligging van kabels en leidingen op.",
    ),
    Field(
        "wie",
        "Wie (rol)",
        "tekst",
        "partners",
        "Rol van wie het doet; geen persoonsnaam.",
        required=True,
        voorbeeld="werkvoorbereider",
    ),
    Field(
        "partner",
        "Partner",
        "tekst",
        "partners",
        "De organisatie van wie het doet, geschreven zoals in de plannen.",
        required=True,
        voorbeeld="Gemeente Voorbeeldstad (fictief)",
    ),
    Field(
        "voor",
        "Klaar vóór",
        "datum",
        "partners",
        "Uiterste dag, als jjjj-mm-dd.",
        required=True,
        voorbeeld="2025-03-01",
    ),
    Field(
        "klaar",
        "Klaar op",
        "datum",
        "partners",
        "Dag waarop het klaar was. Leeg betekent: nog open.",
    ),
)
"""Columns of ``acties.csv`` and of the sheet ``Acties``."""


@dataclass(frozen=True)
class Organisation:
    """What was decided and who does what, each row with where it stood.

    Parameters
    ----------
    steps : tuple of Step
    actions : tuple of Action
    """

    steps: tuple[Step, ...] = ()
    actions: tuple[Action, ...] = ()


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
        phases follow each other is checked later: see `sia.agenda.reading.organisation.sift`.
    """
    decisions, problems = _gather(folders, books, DECISIONS, DECISION_SHEET, DECISION_FIELDS)
    actions, more = _gather(folders, books, ACTIONS, ACTION_SHEET, ACTION_FIELDS)
    kept, strangers = without_faults(
        [actions], ACTION_FIELDS, lambda table: _strangers(table, partners)
    )
    steps = [
        Step(row["kans"], row["fase"], date.fromisoformat(row["datum"]), row["wie"],
             row["besluit"], row[FILE], str(row[ROW]))
        for row in _once(decisions).to_dict("records")
    ]  # fmt: skip
    tasks = [
        Action(row["kans"], row["actie"], row["wie"], row["partner"],
               date.fromisoformat(row["voor"]),
               date.fromisoformat(row["klaar"]) if row["klaar"] else None,
               row[FILE], str(row[ROW]))
        for row in _once(kept).to_dict("records")
    ]  # fmt: skip
    return Organisation(tuple(steps), tuple(tasks)), [*problems, *more, *strangers]


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
    organisation: Organisation, kansen: pd.DataFrame, earlier: Mapping[str, str]
) -> Organisation:
    """Give every decision and action the number that its koppelkans has today.

    Parameters
    ----------
    organisation : Organisation
    kansen : DataFrame, index ``kans``
        ``plannen`` (``;``-joined).
    earlier : mapping of str to str
        Number that a koppelkans had in an earlier round -> its plans. A koppelkans gets another
        number when a plan joins or leaves it; what was decided must not get lost by that.

    Returns
    -------
    Organisation
        Plan numbers, and numbers of earlier rounds, are replaced by the number of the smallest
        koppelkans that holds all those plans. What has none keeps what was written.
    """
    sets = {str(kans): frozenset(plans.split(";")) for kans, plans in kansen["plannen"].items()}

    def number(written: str) -> str:
        if written in sets:
            return written
        plans = frozenset(earlier.get(written, written).split(";"))
        holding = [(len(members), kans) for kans, members in sets.items() if plans <= members]
        return min(holding)[1] if holding and len(plans) > 1 else written

    return Organisation(
        tuple(replace(step, kans=number(step.kans)) for step in organisation.steps),
        tuple(replace(action, kans=number(action.kans)) for action in organisation.actions),
    )


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
    columns = ["kans", "fase", "datum", "wie", "besluit"]
    return _table(organisation.steps, columns, levels).sort_values(
        ["datum", "kans"], kind="stable", ignore_index=True
    )


def task_list(organisation: Organisation, levels: pd.Series) -> pd.DataFrame:
    """Return all actions as a table, first due first, as `decision_log` returns decisions.

    Returns
    -------
    DataFrame
        ``kans``, ``actie``, ``wie``, ``partner``, ``voor``, ``klaar`` (None while open),
        ``vertrouwelijkheid``.
    """
    columns = ["kans", "actie", "wie", "partner", "voor", "klaar"]
    return _table(organisation.actions, columns, levels).sort_values(
        ["voor", "kans"], kind="stable", ignore_index=True
    )


def _table(
    rows: Iterable[Step] | Iterable[Action], columns: list[str], levels: pd.Series
) -> pd.DataFrame:
    table = pd.DataFrame([[getattr(row, c) for c in columns] for row in rows], columns=columns)
    return table.assign(vertrouwelijkheid=table["kans"].map(levels).astype("str"))
