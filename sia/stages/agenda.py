"""Stage agenda: koppelkansen and programme out of the partners' plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from sia.agenda.dia import Dia, make_dia
from sia.agenda.output.files import agenda_output, letter_files
from sia.agenda.output.tables import MEMORY, TABLES
from sia.agenda.parameters import ProgrammeSettings
from sia.agenda.reading.deliveries import Deliveries, read_deliveries
from sia.errors import InputError
from sia.methode import AgendaSettings
from sia.stages.inputs import Inputs
from sia.stages.run import Made, Run
from sia.store import forget_stage, read_table, read_tables, write_bytes, write_table
from sia.viz.theme import theme_of

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
    return Made({}, assembled(run, delivered, city, settings))


def assembled(
    run: Run,
    delivered: Deliveries,
    city: Mapping[str, pd.DataFrame],
    settings: AgendaSettings | None = None,
) -> Dia | None:
    """Return the agenda of what was delivered, on figures of a city (the tables in `CITY`)."""
    chosen = rules(run, settings or run.methode.agenda)
    return make_dia(run.jaar, delivered, city, remembered(run), chosen)


def read(
    run: Run, gebieden: pd.DataFrame | None = None, bron: Sequence[Path] = ()
) -> Deliveries | None:
    """Return what the partners delivered, or None when this year makes no agenda.

    `gebieden`: Buurten with their borders, where those of the run are not to be made.
    `bron`: Raw folders, default those of the run.
    """
    if run.jaar != max(run.jaren):
        return None
    areas = gpd.GeoDataFrame(run.table("gebieden") if gebieden is None else gebieden)
    known = remembered(run).get("register")
    return read_deliveries(bron or run.bron, areas, known, run.methode.agenda.waarden)


def delivered_now(
    run: Run, gebieden: pd.DataFrame | None = None, bron: Sequence[Path] = ()
) -> Deliveries:
    """Return what the partners delivered, for who asks for an agenda; see `read`.

    Raises `InputError` when the year makes no agenda, or no partner delivered a plan.
    """
    newest = max(run.jaren)
    if run.jaar != newest:
        raise InputError.one(
            f"De agenda hoort bij het nieuwste jaar, {newest}, en niet bij {run.jaar}.",
            f"Vraag --jaar {newest}.",
        )
    delivered = read(run, gebieden, bron)
    if delivered is None:
        raise InputError.one(
            "Er zijn geen plannen van partners.",
            "Zet wat partners stuurden in een map `plannen` in een van de bronmappen (--bron).",
        )
    return delivered


def rules(run: Run, s: AgendaSettings) -> ProgrammeSettings:
    """Return the choices of the method as rules of an agenda that begins after the SIA year."""
    first = s.begin or run.jaar + 1
    chosen = {name: getattr(s, name) for name in AgendaSettings.model_fields}
    return ProgrammeSettings(first, first + s.jaren_vooruit - 1, **chosen)


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
    dia, theme = made.result, asdict(theme_of(run.gemeente))
    if dia is None:
        _take_away(run)
        return Made({}, None, {"agenda": False}, _answered(run, theme, gebieden))
    areas = run.table("gebieden") if gebieden is None else gebieden
    listed, files = agenda_output(dia, remembered(run), areas["naam"], theme)
    paths = {run.folder / FOLDER / f"{name}.parquet": table for name, table in listed.items()}
    for path, table in paths.items():
        write_table(path, table)
    written = (*paths, *_written(run, files))
    return Made({}, dia, _noted(dia, run.methode.agenda.indeling), written)


def _answered(
    run: Run, theme: Mapping[str, object], gebieden: pd.DataFrame | None
) -> tuple[Path, ...]:
    """Answer the partners also when no plan of theirs could be used."""
    delivered = read(run, gebieden)
    if delivered is None:
        return ()
    nothing = delivered.reading.plans.iloc[:0]
    return _written(run, letter_files(delivered, nothing, date(run.jaar, 12, 31), theme))


def _written(run: Run, exports: Mapping[str, bytes]) -> tuple[Path, ...]:
    paths = {run.reports / name: content for name, content in exports.items()}
    for path, content in paths.items():
        write_bytes(path, content)
    return tuple(paths)


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
