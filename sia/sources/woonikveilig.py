"""Woonikveilig: one JSON file per gemeente with figures of CBS, politie and RIVM taken together.

A derived file: KWB 2024 in part, registered crime per year and experienced health per measurement.
It fills what the original tables lack; where both are there, the original goes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from sia.errors import InputError, Problem
from sia.sources.base import SECRET_OR_UNKNOWN, Found, Origin, Publisher, SourceTable
from sia.sources.columns import Measure, dictionary
from sia.sources.delivery import origin_of
from sia.sources.tabular import AGAIN, peek, read_json
from sia.sources.tidy import Draft, tidy

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


def read(found: Found) -> tuple[SourceTable, ...]:
    """Read one gemeente: its KWB figures and a table per year of crime and of health.

    Sorted by year. Health is modelled.
    """
    document = read_json(found.path)
    if not isinstance(document, dict) or not isinstance(document.get("buurten"), list):
        raise InputError([_shapeless(found.path, "buurten")])
    areas = [document, *_areas(found.path, document, "wijken"), *document["buurten"]]
    if not all(isinstance(area, dict) and area.get("code") for area in areas):
        raise InputError([_shapeless(found.path, "code")])
    origin = origin_of(found.path, PUBLISHER, found.table, found.year)
    year = _kwb_year(document) or found.year
    gemeente = str(document.get("name", ""))
    tables = [_demography(found.path, areas, origin, year, gemeente)]
    for theme, measure in (("veiligheid", _CRIME), ("gezondheid", _HEALTH)):
        tables += _trend(found.path, areas, origin, theme, measure, gemeente)
    return tuple(sorted(tables, key=lambda table: (table.year, sorted(table.values.columns))))


def _areas(path: Path, document: Mapping[str, Any], key: str) -> list[Any]:
    areas = document.get(key, [])
    if not isinstance(areas, list):
        raise InputError([_shapeless(path, key)])
    return areas


def _part(path: Path, area: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """Return a nested object, empty when absent; anything else than an object is a fault."""
    part: Any = area
    for key in keys:
        part = part.get(key)
        if part is None:
            return {}
        if not isinstance(part, dict):
            raise InputError([_shapeless(path, ".".join(keys))])
    return part  # type: ignore[no-any-return]


def _kwb_year(document: Mapping[str, Any]) -> int:
    named = _YEAR.search(str(document.get("bronnen", "")))
    return int(named[0]) if named else 0


def _demography(
    path: Path, areas: list[Mapping[str, Any]], origin: Origin, year: int, gemeente: str
) -> SourceTable:
    words = dictionary("cbs_kwb")
    parts = [_part(path, area, "demografie") for area in areas]
    cells = pd.DataFrame(
        {name: _cells([part.get(key) for part in parts]) for key, name in DEMOGRAPHY.items()}
    )
    measures = {name: words.by_name(name) for name in DEMOGRAPHY.values()}
    columns = {name: f"demografie.{key}" for key, name in DEMOGRAPHY.items()}
    return _table(
        areas,
        gemeente,
        year=year,
        origin=origin,
        cells=cells,
        measures=measures,
        columns=columns,
        shares=words.shares,
    )


def _trend(
    path: Path,
    areas: Iterable[Mapping[str, Any]],
    origin: Origin,
    theme: str,
    measure: Measure,
    gemeente: str,
) -> list[SourceTable]:
    listed = [area for area in areas if theme in area]
    parts = [_part(path, area, theme, "trend") for area in listed]
    years = sorted({str(key) for part in parts for key in part if _YEAR.fullmatch(str(key))})
    if not years:
        return []
    cells = pd.DataFrame({key: _cells([part.get(key) for part in parts]) for key in years})
    columns = {key: f"{theme}.trend.{key}" for key in years}
    # checked once for all years: a file has more than ten of them
    whole = _table(
        listed,
        gemeente,
        year=0,
        origin=origin,
        cells=cells,
        measures=dict.fromkeys(years, measure),
        columns=columns,
        modelled=frozenset(years) if measure is _HEALTH else frozenset(),
    )
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


def _cells(values: list[Any]) -> pd.Series:
    return pd.Series(values, dtype=object)


def _table(areas: list[Mapping[str, Any]], gemeente: str, **more: Any) -> SourceTable:
    codes = [str(area["code"]) for area in areas]
    names = pd.Series([str(area.get("name", "")) for area in areas])
    draft = Draft(
        source=NAME,
        codes=pd.Series(codes, name="code"),
        names=names,
        gemeenten=pd.Series([gemeente] * len(areas)),
        rows=codes,
        blank=SECRET_OR_UNKNOWN,
        **more,
    )
    return tidy(draft)


def _shapeless(path: Path, key: str) -> Problem:
    return Problem(
        f"Het onderdeel `{key}` ontbreekt of heeft een andere vorm dan verwacht.",
        AGAIN,
        bestand=str(path),
        kolom=key,
    )
