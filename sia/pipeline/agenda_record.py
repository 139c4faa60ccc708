"""What the agenda remembers from round to round: plans, changes, numbers, versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sia.agenda.insight.versions import add_version, differences, version_starts
from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.optimise import Programme
from sia.agenda.reading.deliveries import Deliveries
from sia.agenda.reading.register import Register, empty_register, take_in
from sia.pipeline.run import Run
from sia.store import read_table, write_table

FOLDER = "agenda"
MEMORY = ("register", "historie", "nummers", "versies", "publicaties")
"""Tables that only grow or follow the partners; the others are made anew by every run."""


@dataclass(frozen=True, eq=False)
class Round:
    """One round of deliveries and what came before it.

    Parameters
    ----------
    register : Register
        After this round; holds every level.
    rows : DataFrame
        What this round added to the history.
    edition : datetime.date
        Date of the newest delivery: an edition's date must not come from the clock.
    """

    register: Register
    rows: pd.DataFrame
    edition: date


def remembered(run: Run, name: str) -> pd.DataFrame | None:
    """Return a table of `MEMORY`: of this SIA year, else of the newest year before it."""
    kept = [
        (int(path.parents[1].name), path)
        for path in run.folder.parent.glob(f"*/{FOLDER}/{name}.parquet")
        if path.parents[1].name.isdigit() and int(path.parents[1].name) <= run.jaar
    ]
    return read_table(max(kept)[1]) if kept else None


def take_round(run: Run, delivered: Deliveries) -> Round:
    """Take what was delivered into the register of earlier rounds; nothing is written yet."""
    reading = delivered.reading
    plans, history = remembered(run, "register"), remembered(run, "historie")
    register = empty_register(reading.plans)
    if plans is not None and history is not None:
        register = Register(gpd.GeoDataFrame(plans), history)
    given = pd.to_datetime(reading.plans["aangeleverd_op"], errors="coerce").max()
    edition = date(run.jaar, 12, 31) if pd.isna(given) else given.date()
    after, rows = take_in(register, reading, edition.isoformat(), delivered.unread)
    return Round(after, rows, edition)


def last_changes(history: pd.DataFrame) -> pd.DataFrame:
    """Return the part of the history that belongs to the newest round."""
    newest = history["datum"] == history["datum"].max()
    recent: pd.DataFrame = history.loc[newest]
    return recent


def numbers(run: Run, kansen: pd.DataFrame) -> pd.DataFrame:
    """Return every number that a koppelkans ever had, with its plans: ``kans``, ``plannen``."""
    today = kansen["plannen"].rename_axis("kans").reset_index()
    before = remembered(run, "nummers")
    both = today if before is None else pd.concat([before, today], ignore_index=True)
    every: pd.DataFrame = both.drop_duplicates("kans", ignore_index=True)
    return every


def earlier_numbers(run: Run) -> Mapping[str, str]:
    """Return the plans of every number that a koppelkans had in an earlier round."""
    before = remembered(run, "nummers")
    if before is None:
        return {}
    pairs = zip(before["kans"], before["plannen"], strict=True)
    return {str(kans): str(plannen) for kans, plannen in pairs}


def kept_version(run: Run, programme: Programme, agenda: Agenda, edition: date) -> pd.DataFrame:
    """Add the programme as a version, unless it is the last one again."""
    earlier = remembered(run, "versies")
    if earlier is not None:
        last = version_starts(earlier, str(earlier["versie"].iloc[-1]))
        if last.to_dict() == programme.starts.to_dict():
            return earlier
    names = [] if earlier is None else list(earlier["versie"].unique())
    number = 1 + sum(str(name).startswith(f"{run.jaar}-") for name in names)
    return add_version(earlier, f"{run.jaar}-{number:02d}", edition.isoformat(), programme, agenda)


def since_last_version(versions: pd.DataFrame) -> pd.DataFrame:
    """Return the differences between the last two versions, as `versions.differences` does."""
    names = list(dict.fromkeys(versions["versie"]))
    known = versions.drop_duplicates("plan", keep="last").set_index("plan")
    # versions are made for the partners' table: they never held an internal plan
    plans = known[["partner", "titel"]].assign(vertrouwelijkheid="partners")
    new = version_starts(versions, names[-1])
    old = version_starts(versions, names[-2]) if len(names) > 1 else new
    return differences(old, new, plans)


def write_tables(run: Run, tables: Mapping[str, pd.DataFrame]) -> list[Path]:
    """Write tables of the agenda, each whole or not at all."""
    paths = [run.folder / FOLDER / f"{name}.parquet" for name in tables]
    for path, table in zip(paths, tables.values(), strict=True):
        write_table(path, table)
    return paths
