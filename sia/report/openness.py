"""Open data beside a report: tables, borders and what they mean, above publication thresholds."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from sia import store
from sia.report.material import Materiaal, Selectie
from sia.spreadsheet import csv_bytes
from sia.viz.dataset import MISSING_PREFIX, WITHHELD, Cijfers
from sia.viz.judgement import known, short_text
from sia.viz.theme import DOMAINS, FICTIONAL

_SCORE_TEXTS = {
    "urgentie": ("0-100", "hoger is urgenter"),
    "potentie": ("0-100", "hoger: er valt meer te winnen door samen op te trekken"),
    "rang": ("plaats", "1 is het meest urgent; leeg waar een buurt niet is gerangschikt"),
    "gerangschikt": ("ja/nee", "of de buurt een plaats heeft"),
    "reden": ("tekst", "waarom een buurt niet is gerangschikt"),
    "urgentie_stad": ("0-100", "urgentie op de schaal van deze stad en dit jaar"),
    "rang_p05": ("plaats", "in 5 % van de doorrekeningen lager of gelijk"),
    "rang_p50": ("plaats", "middelste plaats van de doorrekeningen"),
    "rang_p95": ("plaats", "in 95 % van de doorrekeningen lager of gelijk"),
    "kans_top10": ("0-1", "aandeel doorrekeningen bij de eerste tien"),
    "kans_kwart": ("0-1", "aandeel doorrekeningen in het hoogste kwart"),
    "kans_samen": ("0-1", "dat deze en elke zekerder buurt samen aan die kant van de grens liggen"),
    "plaats_best": ("plaats", "beste plaats die andere gewichten van domeinen geven"),
    "plaats_slechtst": ("plaats", "slechtste plaats die andere gewichten van domeinen geven"),
    "omslag": ("0-1", "kleinste verandering van gewichten die het hoogste kwart in of uit brengt"),
    "ruilt_met": ("code", "buurt die dan van plaats wisselt"),
    "stapeling": (
        "domeinen",
        "op zoveel domeinen een score van ten minste 80: bij het slechtste vijfde van "
        "het land in het basisjaar, of van de gemeente waar landelijke cijfers ontbreken",
    ),
    **{key: ("0-100", f"score {name.lower()}; hoger is urgenter") for key, name in DOMAINS.items()},
}


def open_figures(cijfers: Cijfers) -> pd.DataFrame:
    """Return every indicator value that may be published, one per row, with flag and year."""
    shown = cijfers.toonbaar
    parts = []
    for key in shown:
        name = str(key)
        withheld = cijfers.achtergehouden[name]
        flags = cijfers.vlaggen[name].mask(withheld, f"{MISSING_PREFIX}: {WITHHELD}")
        unit = cijfers.catalogus["eenheid"].get(name, "")
        parts.append(
            pd.DataFrame(
                {
                    "naam": cijfers.naam.reindex(shown.index),
                    "indicator": name,
                    "waarde": shown[name],
                    "eenheid": unit,
                    "peiljaar": cijfers.peiljaren[name].mask(withheld),
                    "vlag": flags,
                }
            )
        )
    return pd.concat(parts).rename_axis("buurtcode") if parts else pd.DataFrame()


def _places(cijfers: Cijfers) -> pd.DataFrame:
    """Return the name of every buurt and the areas in which it lies."""
    table = pd.DataFrame(cijfers.gebieden[["naam", "wijkcode", "wijknaam", "stadsdeel"]])
    area = cijfers.indeling["naam"] if not cijfers.indeling.empty else pd.Series(dtype="str")
    return table.assign(dia_gebied=area.reindex(table.index).fillna(""))


def open_approach(cijfers: Cijfers) -> pd.DataFrame:
    """Return the proposed aanpak of every buurt and, beside it, the duiding."""
    columns = ["aanpak", "toelichting", "aanpak_na_duiding", "duiding"]
    if cijfers.aanpak.empty:
        return pd.DataFrame(columns=["naam", *columns]).rename_axis("buurtcode")
    table = cijfers.aanpak[["aanpak", "toelichting"]].copy()
    table["aanpak_na_duiding"] = table["aanpak"]
    table["duiding"] = ""
    spoken = known(cijfers.duiding)
    said = spoken[spoken.index.isin(table.index)] if len(spoken) else spoken
    for code, row in said.iterrows():
        table.loc[code, ["aanpak_na_duiding", "duiding"]] = [
            row["aanpak_na_duiding"],
            short_text(row),
        ]
    table.insert(0, "naam", cijfers.naam.reindex(table.index))
    return table.rename_axis("buurtcode")


_PLACE_TEXTS = {
    "naam": "naam van de buurt",
    "wijkcode": "code van de wijk (CBS)",
    "wijknaam": "naam van de wijk",
    "stadsdeel": "stadsdeel volgens de gemeente",
    "dia_gebied": "voorgesteld DIA-gebied; leeg waar geen gebied is voorgesteld",
    "aanpak": "voorstel op grond van de cijfers",
    "toelichting": "waarom dit wordt voorgesteld",
    "aanpak_na_duiding": "aanpak die na de duiding geldt; gelijk aan het voorstel zonder duiding",
    "duiding": "wat mensen die de buurt kennen zeiden, in het kort; het cijfer verandert niet",
}
"""Columns of text -> what they mean."""


def description(materiaal: Materiaal) -> pd.DataFrame:
    """Return what every column means, with unit and source."""
    cijfers = materiaal.cijfers
    rows = [
        {"kolom": key, "naam": key, "eenheid": unit, "betekenis": text, "bron": "berekend (SIA)"}
        for key, (unit, text) in _SCORE_TEXTS.items()
        if key in cijfers.scores
    ]
    rows += [
        {"kolom": key, "naam": key, "eenheid": "tekst", "betekenis": text, "bron": "SIA"}
        for key, text in _PLACE_TEXTS.items()
    ]
    for key, entry in cijfers.catalogus.iterrows():
        rows.append(
            {
                "kolom": str(key),
                "naam": str(entry["naam"]),
                "eenheid": str(entry["eenheid"]),
                "betekenis": str(entry.get("waarom", "")),
                "bron": str(entry["bron"]),
            }
        )
    return pd.DataFrame(rows).set_index("kolom")


def open_tables(materiaal: Materiaal) -> dict[str, pd.DataFrame]:
    """Return the open data of a municipality and year as tables; name of the file -> table."""
    cijfers, approach = materiaal.cijfers, open_approach(materiaal.cijfers)
    beside = approach[["aanpak", "aanpak_na_duiding", "duiding"]]
    places = _places(cijfers).reindex(cijfers.scores.index)
    scores = pd.concat([places, cijfers.scores, beside.reindex(places.index).fillna("")], axis=1)
    return {
        "scores.csv": scores.rename_axis("buurtcode"),
        "aanpak.csv": approach,
        "cijfers.csv": open_figures(cijfers),
    }


_ABOUT = ("kolommen.csv", "lees-mij.json")
"""What goes with every export: what each column means, and how the files are to be read."""


def write_open_data(
    folder: Path, materiaal: Materiaal, delen: Sequence[Selectie] = ()
) -> list[Path]:
    """Write scores, figures, borders and their description as open data."""
    cijfers, tables = materiaal.cijfers, open_tables(materiaal)
    for name, table in {**tables, "kolommen.csv": description(materiaal)}.items():
        store.write_bytes(folder / name, csv_bytes(table))
    store.write_json(folder / "lees-mij.json", _readme(materiaal))
    _write_borders(folder / "buurten.gpkg", cijfers, tables["scores.csv"])
    made = [folder / name for name in (*tables, *_ABOUT, "buurten.gpkg")]
    about = {name: (folder / name).read_bytes() for name in _ABOUT}
    for one in delen:
        own = {name: table[table.index.isin(one.codes)] for name, table in tables.items()}
        target = folder / one.opendata
        _write_part(target, cijfers.alleen(one.codes), own, about)
        made.append(target)
    return made


def _write_part(
    target: Path, cijfers: Cijfers, tables: Mapping[str, pd.DataFrame], about: Mapping[str, bytes]
) -> None:
    with tempfile.TemporaryDirectory(prefix="sia-opendata-") as folder:
        borders = Path(folder) / "buurten.gpkg"
        _write_borders(borders, cijfers, tables["scores.csv"])
        content = {name: csv_bytes(table) for name, table in tables.items()} | dict(about)
        content["buurten.gpkg"] = borders.read_bytes()
    with store.atomic_path(target) as part, zipfile.ZipFile(part, "w") as packed:
        for name, data in content.items():
            # a fixed moment keeps the bytes the same
            packed.writestr(
                zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED
            )


def _readme(materiaal: Materiaal) -> dict[str, object]:
    cijfers = materiaal.cijfers
    return {
        "titel": f"Stedelijke Investeringsafweging {cijfers.gemeente} {cijfers.jaar}",
        "gemeentecode": cijfers.gemeentecode,
        "fictief": FICTIONAL if materiaal.theme.fictief else "",
        "versie": materiaal.versie,
        "coordinatenstelsel": "EPSG:28992 (Rijksdriehoekstelsel)",
        "csv": "puntkomma als scheidingsteken, decimale komma, UTF-8",
        "bronnen": list(materiaal.bronregels),
        "besluiten": list(materiaal.besluiten),
        "gebruik": "Signaal op buurtniveau; niet bedoeld voor besluiten over personen.",
    }


def _write_borders(target: Path, cijfers: Cijfers, scores: pd.DataFrame) -> None:
    # GDAL puts the clock in the file; a fixed moment keeps the bytes the same.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
    joined = gpd.GeoDataFrame(cijfers.gebieden[["geometry"]].join(scores)).reset_index()
    try:
        with store.atomic_path(target) as part:
            # GDAL will not write over a file that is no GeoPackage.
            part.unlink()
            joined.to_file(part, driver="GPKG", layer="buurten", engine="pyogrio")
            if cijfers.deelbuurten is not None and not cijfers.deelbuurten.empty:
                pockets = gpd.GeoDataFrame(cijfers.deelbuurten).reset_index()
                pockets.to_file(part, driver="GPKG", layer="deelbuurten", engine="pyogrio")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
