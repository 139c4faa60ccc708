"""Decisions and actions as a reading returns them."""

from __future__ import annotations

from datetime import date

import pandas as pd

from sia.agenda.reading.decisions import ACTIONS, DECISIONS
from sia.agenda.reading.tables import FILE, ROW


def steps_of(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """Return decisions from koppelkans, phase and day of March 2025."""
    return pd.DataFrame(
        [(kans, fase, date(2025, 3, day), "programmamanager", f"Besloten: {fase}.", DECISIONS, row)
         for row, (kans, fase, day) in enumerate(rows, start=2)],
        columns=["kans", "fase", "datum", "wie", "besluit", FILE, ROW],
    )  # fmt: skip


def actions_of(*rows: tuple[str, str, date, date | None]) -> pd.DataFrame:
    """Return actions from koppelkans, what, before when and when it was done."""
    return pd.DataFrame(
        [(kans, what, "secretaris", "Gemeente", before, done, ACTIONS, row)
         for row, (kans, what, before, done) in enumerate(rows, start=2)],
        columns=["kans", "actie", "wie", "partner", "voor", "klaar", FILE, ROW],
    )  # fmt: skip
