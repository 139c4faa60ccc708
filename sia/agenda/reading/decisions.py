"""Decisions and actions: what of them holds, under which number, and how partners see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pandas as pd

from sia.agenda.reading.fields import ACTION_FIELDS, DECISION_FIELDS, MANDATE_FIELDS
from sia.agenda.reading.organisation import Organisation
from sia.agenda.reading.tables import FILE, ROW, Line, typed

DECISIONS, ACTIONS, MANDATES = "besluiten.csv", "acties.csv", "mandaten.csv"
DECISION_SHEET, ACTION_SHEET, MANDATE_SHEET = "Besluiten", "Acties", "Mandaten"


def organisation_of(lines: Iterable[Line]) -> Organisation:
    """Return decisions, actions and mandates among rows of any table; the same row counts once.

    Whether a koppelkans exists and whether its phases follow each other is checked later: see
    `sia.agenda.reading.organisation`.
    """
    rows = list(lines)
    steps, tasks, mandates = (
        typed([x for x in rows if x.tabel == name], fields).drop_duplicates(
            [field.name for field in fields]
        )
        for name, fields in (
            ("besluiten", DECISION_FIELDS), ("acties", ACTION_FIELDS), ("mandaten", MANDATE_FIELDS),
        )
    )  # fmt: skip
    return Organisation(
        steps.assign(datum=_dates(steps["datum"])),
        tasks.assign(voor=_dates(tasks["voor"]), klaar=_dates(tasks["klaar"])),
        mandates,
    )


def _dates(texts: pd.Series) -> pd.Series:
    """Return dates, None where the cell is empty."""
    days = [date.fromisoformat(text) if text else None for text in texts]
    return pd.Series(days, index=texts.index, dtype=object)


def with_numbers(
    organisation: Organisation, kansen: pd.DataFrame, earlier: pd.DataFrame | None
) -> Organisation:
    """Give every decision and action the number that its koppelkans has today.

    `kansen` (index ``kans``): ``plannen`` (``;``-joined).
    `earlier`: Numbers of earlier rounds, see `every_number`. A koppelkans gets another number when
        a plan joins or leaves it; what was decided must not get lost by that.
    Returns: Plan numbers, and numbers of earlier rounds, are replaced by the number of the smallest
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
    return replace(organisation, steps=steps, actions=actions)


def every_number(kansen: pd.DataFrame, before: pd.DataFrame | None) -> pd.DataFrame:
    """Return every number that a koppelkans ever had, with its plans: ``kans``, ``plannen``."""
    today = kansen["plannen"].rename_axis("kans").reset_index()
    both = today if before is None else pd.concat([before, today], ignore_index=True)
    return both.drop_duplicates("kans", ignore_index=True)


def decision_log(organisation: Organisation, levels: pd.Series) -> pd.DataFrame:
    """Return all decisions as a table, oldest first.

    Returns: ``kans``, ``fase``, ``datum``, ``wie``, ``besluit``, ``vertrouwelijkheid``.
    """
    return _listed(organisation.steps, "datum", levels)


def task_list(organisation: Organisation, levels: pd.Series) -> pd.DataFrame:
    """Return all actions as a table, first due first, as `decision_log` returns decisions.

    Returns: ``kans``, ``actie``, ``wie``, ``partner``, ``voor``, ``klaar`` (None while open),
        ``vertrouwelijkheid``.
    """
    return _listed(organisation.actions, "voor", levels)


def _listed(rows: pd.DataFrame, by: str, levels: pd.Series) -> pd.DataFrame:
    table = rows.drop(columns=[FILE, ROW])
    table["vertrouwelijkheid"] = table["kans"].map(levels).astype("str")
    return table.sort_values([by, "kans"], kind="stable", ignore_index=True)
