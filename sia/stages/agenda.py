"""Stage agenda: koppelkansen and programme out of the partners' plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from sia.agenda.dia import DiaSettings, make_dia
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
    run = inputs.outside("plannen")
    settings = inputs.method("agenda")
    delivered = read(run)
    if delivered is None:
        return Made({}, None)
    city = {name: inputs.table(name) for name in CITY}
    return Made({}, make_dia(run.jaar, delivered, city, remembered(run), _rules(run, settings)))


def read(run: Run) -> Deliveries | None:
    """Return what the partners delivered, or None when this year makes no agenda."""
    if run.jaar != max(run.jaren):
        return None
    areas = gpd.GeoDataFrame(run.table("gebieden"))
    return read_deliveries(run.bron, areas, remembered(run).get("register"))


def _rules(run: Run, s: AgendaSettings) -> DiaSettings:
    first = s.begin or run.jaar + 1
    programme = ProgrammeSettings(
        first,
        first + s.jaren_vooruit - 1,
        besparing=s.besparing,
        straten_open=s.straten_open,
        graafrust=s.graafrust,
        hinder_drempel=s.hinder_drempel,
        doorschuiven=s.doorschuiven,
        gat=s.gat,
        tijd=s.tijd,
        stabiliteit=s.stabiliteit,
        zaad=s.zaad,
    )
    links = LinkSettings(s.afstand, s.overlap, s.schuif, s.voorbereiding)
    return DiaSettings(programme, links, s.indeling)


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


def publish(run: Run, made: Made) -> Made:
    """Write tables and exports of an agenda; without one take away what an earlier run wrote.

    What the agenda remembers (register, history, numbers, versions, publications) stays.
    """
    dia = made.result
    memory, theme = remembered(run), asdict(theme_of(run.gemeente))
    if dia is None:
        _take_away(run)
        return Made({}, None, {"agenda": False}, _answered(run, theme))
    names = run.table("gebieden")["naam"]
    listed, files = agenda_output(dia, memory, names, theme)
    paths = {run.folder / FOLDER / f"{name}.parquet": table for name, table in listed.items()}
    exports = {run.reports / name: content for name, content in files.items()}
    for path, table in paths.items():
        write_table(path, table)
    for path, content in exports.items():
        write_bytes(path, content)
    return Made({}, dia, _noted(dia, run.methode.agenda.indeling), (*paths, *exports))


def _answered(run: Run, theme: Mapping[str, object]) -> tuple[Path, ...]:
    """Answer the partners also when no plan of theirs could be used."""
    delivered = read(run)
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
