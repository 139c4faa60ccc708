"""Stage agenda: koppelkansen and programme out of the partners' plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from sia.agenda.dia import Dia, DiaSettings, make_dia
from sia.agenda.output.files import agenda_output, letter_files
from sia.agenda.output.tables import MEMORY, TABLES
from sia.agenda.programme.inputs import ProgrammeSettings
from sia.agenda.programme.linkages import LinkSettings
from sia.agenda.reading.deliveries import Deliveries, read_deliveries
from sia.methode import AgendaSettings
from sia.stages.inputs import Inputs
from sia.stages.run import Made, Run
from sia.store import forget_stage, read_table, read_tables, write_bytes, write_table
from sia.viz.house_style import theme_of

FOLDER = "agenda"
CITY = ("gebieden", "scores", "aanpak", "gebiedsindeling")
"""Tables of the SIA that an agenda needs."""
_SHOWN = ("plannen", "programma", "status", "wachtlijst", "geld", "gebieden", "publicaties")
"""Tables of the agenda that reports and session show."""


def make(inputs: Inputs) -> Made:
    """Make the programme with the choices of the method; the result is a `Dia` or None.

    The agenda is about plans of today, so it belongs to the newest year that is looked at.
    """
    run, settings = inputs.outside("plannen"), inputs.method("agenda")
    delivered = read(run)
    if delivered is None:
        return Made({}, None)
    city = {name: inputs.table(name) for name in CITY}
    return Made({}, make_dia(run.jaar, delivered, city, remembered(run), rules(run, settings)))


def at_the_table(run: Run, bron: Sequence[Path]) -> Dia | None:
    """Return the agenda of the plans as they lie in `bron` now, on figures as published.

    `run`: opened from what was published, without raw folders.
    """
    memory = remembered(run)
    areas, waarden = gpd.GeoDataFrame(run.table("gebieden")), run.methode.agenda.waarden
    delivered = read_deliveries(bron, areas, memory.get("register"), waarden)
    if delivered is None:
        return None
    city = {name: run.table(name) for name in CITY}
    return make_dia(run.jaar, delivered, city, memory, rules(run, run.methode.agenda))


def read(run: Run, gebieden: pd.DataFrame | None = None) -> Deliveries | None:
    """Return what the partners delivered, or None when this year makes no agenda.

    `gebieden`: buurten with their borders, where those of the run are not to be made.
    """
    if run.jaar != max(run.jaren):
        return None
    areas = gpd.GeoDataFrame(run.table("gebieden") if gebieden is None else gebieden)
    known = remembered(run).get("register")
    return read_deliveries(run.bron, areas, known, run.methode.agenda.waarden)


def rules(run: Run, s: AgendaSettings) -> DiaSettings:
    """Return the choices of the method as rules of an agenda that begins after the SIA year."""
    first = s.begin or run.jaar + 1
    programme, links = (
        {field.name: getattr(s, field.name) for field in fields(kind) if hasattr(s, field.name)}
        for kind in (ProgrammeSettings, LinkSettings)
    )
    return DiaSettings(
        ProgrammeSettings(first, first + s.jaren_vooruit - 1, **programme),
        LinkSettings(**links),
        s.indeling,
        s.waarden,
    )


def remembered(run: Run) -> dict[str, pd.DataFrame]:
    """Return what earlier rounds left: of this SIA year, else of the newest before."""
    made = {}
    for name in MEMORY:
        kept = [
            (int(path.parents[1].name), path)
            for path in run.folder.parent.glob(f"*/{FOLDER}/{name}.parquet")
            if path.parents[1].name.isdigit() and int(path.parents[1].name) <= run.jaar
        ]
        if kept:
            made[name] = read_table(max(kept)[1])
    return made


def published(run: Run) -> dict[str, pd.DataFrame]:
    """Return the tables of the agenda that was published for this year; none without one."""
    folder = run.folder / FOLDER
    if not (folder / "programma.parquet").exists():
        return {}
    return read_tables(folder, _SHOWN)


def publish(run: Run, made: Made, gebieden: pd.DataFrame | None = None) -> Made:
    """Write tables and exports of an agenda; without one take away what an earlier run wrote.

    What the agenda remembers (register, history, numbers, versions, publications) stays.

    `gebieden`: see `read`.
    """
    dia = made.result
    memory, theme = remembered(run), asdict(theme_of(run.gemeente))
    if dia is None:
        _take_away(run)
        return Made({}, None, {"agenda": False}, _answered(run, theme, gebieden))
    areas = run.table("gebieden") if gebieden is None else gebieden
    listed, files = agenda_output(dia, memory, areas["naam"], theme)
    paths = {run.folder / FOLDER / f"{name}.parquet": table for name, table in listed.items()}
    exports = {run.reports / name: content for name, content in files.items()}
    for path, table in paths.items():
        write_table(path, table)
    for path, content in exports.items():
        write_bytes(path, content)
    return Made({}, dia, _noted(dia, run.methode.agenda.indeling), (*paths, *exports))


def _answered(
    run: Run, theme: Mapping[str, object], gebieden: pd.DataFrame | None
) -> tuple[Path, ...]:
    """Answer the partners also when no plan of theirs could be used."""
    delivered = read(run, gebieden)
    if delivered is None:
        return ()
    nothing = delivered.reading.plans.iloc[:0]
    letters = letter_files(delivered, nothing, date(run.jaar, 12, 31), theme)
    exports = {run.reports / name: content for name, content in letters.items()}
    for path, content in exports.items():
        write_bytes(path, content)
    return tuple(exports)


def _noted(dia: Any, indeling: str) -> dict[str, Any]:
    settings = dia.agenda.settings
    return {
        "agenda": True,
        "begin": settings.start,
        "eind": settings.eind,
        "gat": settings.gat,
        "indeling": indeling,
        "bewezen_gat": round(dia.programme.gap, 9),
        "status": dia.programme.status,
        "botsingen": len(dia.programme.conflicten),
        "versie": str(dia.versions["versie"].iloc[-1]),
    }


def _take_away(run: Run) -> None:
    """Remove what an earlier run wrote: an agenda of plans that are gone is no agenda."""
    for name in (*TABLES, "gebieden"):
        (run.folder / FOLDER / f"{name}.parquet").unlink(missing_ok=True)
    for path in sorted(run.reports.glob(f"*/{FOLDER}/**/*")):
        if path.is_file():
            path.unlink()
    forget_stage(run.folder, "agenda")
