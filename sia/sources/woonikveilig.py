"""Woonikveilig: one JSON file per gemeente with figures of CBS, politie and RIVM taken together.

A derived file: KWB 2024 in part, registered crime per year and experienced health per measurement.
It fills what the original tables lack; where both are there, the original goes first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from sia.errors import InputError, in_file
from sia.sources.base import SECRET_OR_UNKNOWN, Found, Publisher, SourceTable
from sia.sources.columns import Measure, dictionary
from sia.sources.periods import tables_in
from sia.sources.tabular import AGAIN, RawTable, peek, read_json

NAME = "woonikveilig"
PUBLISHER = Publisher(
    name="Woon ik veilig?",
    licence="CC BY 4.0 (bronnen); bewerking onbekend",
    attribution="Bron: CBS, politie en RIVM, bewerkt door Woon ik veilig? ({table}, {year}).",
)

DEMOGRAPHY: dict[str, str] = {
    "inwoners": "aantal_inwoners",
    "inwoners65plus": "aantal_personen_65_jaar_en_ouder",
    "inwoners0tot15": "aantal_personen_0_tot_15_jaar",
    "dichtheid": "bevolkingsdichtheid_inwoners_per_km2",
    "huishoudensgrootte": "gemiddelde_huishoudsgrootte",
    "huishoudens": "aantal_huishoudens",
    "wozWaarde": "gemiddelde_woningwaarde",
    "koopwoningen": "percentage_koopwoningen",
    "eengezinswoning": "percentage_eengezinswoning",
    "inkomenPerInwoner": "gemiddeld_inkomen_per_inwoner",
    "stedelijkheid": "stedelijkheid_adressen_per_km2",
    "adressendichtheid": "omgevingsadressendichtheid",
    "oppervlakteLandHa": "oppervlakte_land_in_ha",
    "afstandHuisarts": "huisartsenpraktijk_gemiddelde_afstand_in_km",
    "afstandSupermarkt": "grote_supermarkt_gemiddelde_afstand_in_km",
    "afstandSchool": "basisonderwijs_gemiddelde_afstand_in_km",
    "scholenBinnen3km": "basisonderwijs_gemiddeld_aantal_binnen_3_km",
}
"""Keys of ``demografie`` and their canonical names. The file's wijkCode is wrong and not used."""

_CRIME = Measure("totaal_misdrijven", "Totaal misdrijven", "aantal")
_HEALTH = Measure(
    "ervaren_gezondheid_goed_zeer_goed",
    "Ervaren gezondheid goed of zeer goed",
    "%",
    maximum=100.0,
)
_FIELDS: dict[str, Any] = {
    "codes": "code",
    "names": "name",
    "gemeenten": "gemeente",
    "blank": SECRET_OR_UNKNOWN,
}
_YEAR = re.compile(r"20\d\d")
_HEAD = re.compile(r'^\s*\{\s*"schemaVersion"')


def recognise(path: Path) -> Found | None:
    """Tell whether a file is a gemeente's file of woonikveilig.

    ``table`` is the gemeentecode, ``year`` that of the KWB figures.
    """
    seen = peek(path)
    if seen.kind != "json" or not _HEAD.search(seen.head):
        return None
    if '"type":"gemeente"' not in re.sub(r"\s", "", seen.head[:4096]):
        return None
    code = re.search(r'"code"\s*:\s*"(GM\d{4})"', seen.head)
    return Found(
        source=NAME,
        path=path,
        shape="gemeente-json",
        table=code[1] if code else path.stem,
        year=2024,
        note="bewerking door derden; ook misdrijven en gezondheid van andere jaren",
    )


@in_file
def read(found: Found) -> tuple[SourceTable, ...]:
    """Read one gemeente: its KWB figures and a table per year of crime and of health.

    Sorted by year. Health is modelled.
    """
    document = read_json(found.path)
    if not isinstance(document, dict) or not isinstance(document.get("buurten"), list):
        raise _shapeless("buurten")
    if not isinstance(document.get("wijken", []), list):
        raise _shapeless("wijken")
    areas = [document, *document.get("wijken", []), *document["buurten"]]
    if not all(isinstance(area, dict) and area.get("code") for area in areas):
        raise _shapeless("code")
    named = _YEAR.search(str(document.get("bronnen", "")))
    tables = [_demography(found, areas, int(named[0]) if named else found.year)]
    for theme, measure in (("veiligheid", _CRIME), ("gezondheid", _HEALTH)):
        tables += _trend(found, areas, theme, measure)
    return tuple(sorted(tables, key=lambda table: (table.year, sorted(table.values.columns))))


def _part(area: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """Return a nested object, empty when absent; anything else than an object is a fault."""
    part: Any = area
    for key in keys:
        part = part.get(key)
        if part is None:
            return {}
        if not isinstance(part, dict):
            raise _shapeless(".".join(keys))
    return part  # type: ignore[no-any-return]


def _demography(found: Found, areas: list[Mapping[str, Any]], year: int) -> SourceTable:
    words = dictionary("cbs_kwb")
    parts = [_part(area, "demografie") for area in areas]
    cells = {f"demografie.{key}": [part.get(key) for part in parts] for key in DEMOGRAPHY}
    columns = {name: f"demografie.{key}" for key, name in DEMOGRAPHY.items()}
    raw = _raw(found, areas, areas[0], cells)
    how = {"shares": words.shares, **_FIELDS}
    return tables_in(raw, found, PUBLISHER, words.measures, columns, **how)(None, year)


def _trend(
    found: Found, areas: list[Mapping[str, Any]], theme: str, measure: Measure
) -> list[SourceTable]:
    listed = [area for area in areas if theme in area]
    parts = [_part(area, theme, "trend") for area in listed]
    years = sorted({str(key) for part in parts for key in part if _YEAR.fullmatch(str(key))})
    if not years:
        return []
    columns = {key: f"{theme}.trend.{key}" for key in years}
    cells = {column: [part.get(key) for part in parts] for key, column in columns.items()}
    raw = _raw(found, listed, areas[0], cells)
    modelled = frozenset(years) if measure is _HEALTH else frozenset()
    how = {"modelled": modelled, **_FIELDS}
    # checked once for all years: a file has more than ten of them
    whole = tables_in(raw, found, PUBLISHER, dict.fromkeys(years, measure), columns, **how)(None, 0)
    return [_one_year(whole, key, measure) for key in years]


def _one_year(whole: SourceTable, key: str, measure: Measure) -> SourceTable:
    """Return the table of one year out of one with a column per year."""
    called = {key: measure.name}
    return replace(
        whole,
        year=int(key),
        values=whole.values[[key]].rename(columns=called),
        reasons=whole.reasons[[key]].rename(columns=called),
        measures=whole.measures.loc[[key]].rename(index=called).assign(peiljaar=int(key)),
    )


def _raw(
    found: Found,
    areas: list[Mapping[str, Any]],
    gemeente: Mapping[str, Any],
    cells: Mapping[str, list[Any]],
) -> RawTable:
    """Return one row per area, with its code, its name and the name of the gemeente."""
    codes = [str(area["code"]) for area in areas]
    names = [str(area.get("name", "")) for area in areas]
    whose = [str(gemeente.get("name", ""))] * len(areas)
    named = {"code": codes, "name": names, "gemeente": whose}
    return RawTable(found.path, pd.DataFrame({**named, **cells}, dtype=object), lines=codes)


def _shapeless(key: str) -> InputError:
    wat = f"Het onderdeel `{key}` ontbreekt of heeft een andere vorm dan verwacht."
    return InputError.one(wat, AGAIN, kolom=key)
