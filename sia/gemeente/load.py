"""Find the file of a municipality and read it, with every problem at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sia.catalogue.fields import Fields
from sia.catalogue.load import parse_indicator
from sia.catalogue.model import Besluit
from sia.catalogue.refused import BLOCKS, is_origin
from sia.errors import InputError, Problem, suggestion
from sia.gemeente.check import check
from sia.gemeente.model import (
    AANPAK,
    PARTNERSOORTEN,
    Drempels,
    EigenTabel,
    Gemeente,
    Huisstijl,
    Partner,
    Stadsdeel,
)
from sia.logo import problem_with
from sia.settings import project_root
from sia.toml import read_toml

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def default_folder() -> Path:
    """Return the project's folder with municipality files."""
    return project_root() / "gemeenten"


def _files(folder: Path) -> dict[Path, tuple[str, str]]:
    """Return per file the code and the name that it states, without checking the rest."""
    listed = {}
    for path in sorted(folder.glob("GM*.toml")):
        content = read_toml(path)
        listed[path] = (str(content.get("code", "")), str(content.get("naam", "")))
    return listed


def file_of(which: str, folder: Path | None = None) -> Path | None:
    """Return the file of a municipality, or None when it has none.

    Parameters
    ----------
    which : str
        Name, code or the name of the file.
    folder : pathlib.Path, optional
        Default ``gemeenten/`` of the project.
    """
    wanted = which.strip().casefold()
    for path, (code, naam) in _files(folder or default_folder()).items():
        stem = path.stem.casefold()
        if wanted in (code.casefold(), naam.casefold(), stem, stem.partition("-")[2]):
            return path
    return None


def _find(which: str, folder: Path) -> Path:
    path = file_of(which, folder)
    if path is not None:
        return path
    names = [word for pair in _files(folder).values() for word in pair if word]
    raise InputError(
        [
            Problem(
                bestand=str(folder),
                wat=f"Geen gemeentebestand gevonden voor `{which}`.",
                oplossing=suggestion(which, names)
                + " Begin een bestand voor een andere gemeente met `sia init GM....`.",
            )
        ]
    )


def load_gemeente(which: str | Path, folder: Path | None = None) -> Gemeente:
    """Return the validated configuration of one municipality.

    Parameters
    ----------
    which : str or pathlib.Path
        Name (``Enschede``), code (``GM0153``) or a TOML file.
    folder : pathlib.Path, optional
        Where to look for the name or code; default ``gemeenten/`` of the project.

    Raises
    ------
    InputError
        Every problem of the file at once, in Dutch: unknown keys with what was meant, codes of
        another municipality, buurten in two stadsdelen, own columns that point to no indicator,
        and catalogue entries that may not be scored.
    """
    if isinstance(which, Path) or which.endswith(".toml"):
        path = Path(which)
    else:
        path = _find(which, folder or default_folder())
    problems: list[Problem] = []
    gemeente = _parse(read_toml(path), path, problems)
    problems.extend(check(gemeente))
    if problems:
        raise InputError(problems)
    return gemeente


def _parse(content: Mapping[str, Any], path: Path, problems: list[Problem]) -> Gemeente:
    bestand = path.name
    fields = Fields(content, bestand, "", problems)
    gemeente = Gemeente(
        code=fields.text("code", needed=True),
        naam=fields.text("naam", needed=True),
        fictief=fields.flag("fictief"),
        stadsdelen=tuple(
            _stadsdeel(part) for part in _each(fields, "stadsdeel", bestand, problems)
        ),
        te_bevestigen=fields.texts("te_bevestigen"),
        partners=tuple(_partner(part) for part in _each(fields, "partner", bestand, problems)),
        huisstijl=_huisstijl(
            Fields(fields.table("huisstijl"), bestand, "huisstijl", problems), path.parent
        ),
        drempels=_drempels(Fields(fields.table("drempels"), bestand, "drempels", problems)),
        aanpak=_aanpak(Fields(fields.table("aanpak"), bestand, "aanpak", problems)),
        eigen_tabellen=tuple(
            _eigen(part) for part in _each(fields, "eigen_tabel", bestand, problems)
        ),
        indicatoren=tuple(
            parse_indicator(part, bestand, f"indicator {number}", problems)
            for number, part in enumerate(fields.tables("indicator"), start=1)
        ),
        besluiten=tuple(_besluit(part) for part in _each(fields, "besluit", bestand, problems)),
        bestand=bestand,
    )
    fields.finish()
    return gemeente


def _each(fields: Fields, veld: str, bestand: str, problems: list[Problem]) -> list[Fields]:
    return [
        Fields(content, bestand, f"{veld} {number}", problems)
        for number, content in enumerate(fields.tables(veld), start=1)
    ]


def _stadsdeel(fields: Fields) -> Stadsdeel:
    part = Stadsdeel(
        naam=fields.text("naam", needed=True),
        wijken=fields.texts("wijken"),
        buurten=fields.texts("buurten"),
    )
    fields.finish()
    return part


def _partner(fields: Fields) -> Partner:
    partner = Partner(
        naam=fields.text("naam", needed=True), soort=fields.choice("soort", PARTNERSOORTEN)
    )
    fields.finish()
    return partner


def _huisstijl(fields: Fields, folder: Path) -> Huisstijl:
    default = Huisstijl()
    logo = fields.text("logo")
    style = Huisstijl(
        hoofdkleur=fields.text("hoofdkleur", default.hoofdkleur),
        steunkleur=fields.text("steunkleur", default.steunkleur),
        afzender=fields.text("afzender", default.afzender),
        logo=folder / logo if logo else None,
        logo_tekst=fields.text("logo_tekst"),
    )
    fields.finish()
    for veld, colour in (("hoofdkleur", style.hoofdkleur), ("steunkleur", style.steunkleur)):
        if not _COLOUR.fullmatch(colour):
            fields.complain(veld, f"`{colour}` is geen kleur.", "Schrijf #rrggbb, zoals #1b4965.")
    wrong = problem_with(folder, logo) if logo else ""
    if wrong:
        how = "Zet een PNG, JPEG of eenvoudige SVG van hooguit 200 kB naast het gemeentebestand."
        fields.complain("logo", f"Het logo `{logo}` {wrong}.", how)
    return style


def _drempels(fields: Fields) -> Drempels:
    default = Drempels()
    limits = Drempels(
        inwoners=fields.real("inwoners", default.inwoners, low=0),
        aandeel_domein=fields.real("aandeel_domein", default.aandeel_domein, low=0, high=1),
        dekking=fields.real("dekking", default.dekking, low=0, high=1),
    )
    fields.finish()
    return limits


def _aanpak(fields: Fields) -> Mapping[str, float]:
    values = {name: fields.optional_real(name) for name in AANPAK}
    fields.finish()
    return MappingProxyType({name: value for name, value in values.items() if value is not None})


def _eigen(fields: Fields) -> EigenTabel:
    columns = fields.table("kolommen")
    table = EigenTabel(
        bestand=fields.text("bestand", needed=True),
        kolommen=MappingProxyType({str(key): str(value) for key, value in columns.items()}),
    )
    fields.finish()
    for column in columns:
        if is_origin(column):
            fields.complain(
                f"kolommen.{column}",
                "Deze kolom spreekt van herkomst of wat daarvoor in de plaats komt.",
                "Haal hem weg; zo'n kolom komt niet in de SIA.",
            )
    return table


def _besluit(fields: Fields) -> Besluit:
    raw = fields.raw("datum")
    datum = raw.isoformat() if isinstance(raw, dt.date) else str(raw or "")
    besluit = Besluit(
        indicator=fields.text("indicator", needed=True),
        blokkade=fields.choice("blokkade", BLOCKS),
        wie=fields.text("wie", needed=True),
        datum=datum,
        reden=fields.text("reden", needed=True),
    )
    fields.finish()
    try:
        dt.date.fromisoformat(datum)
    except ValueError:
        fields.complain("datum", "Hier hoort een datum.", "Schrijf bijvoorbeeld 2026-01-31.")
    return besluit
