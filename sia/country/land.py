"""``sia land``: read once, weigh the country, write its tables and map, then its municipalities."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from sia import __version__
from sia.clustering.typenset import Typenset
from sia.country.index import (
    COUNTRY,
    country_indicators,
    country_types,
    explanation,
    flat_table,
    layers_for,
)
from sia.dutch import getal
from sia.errors import InputError, Problem
from sia.gemeente import FICTIEF
from sia.indicators import IndicatorTable, build_indicators
from sia.methode import WeighingSettings
from sia.report.source_lines import border_line
from sia.request import Known, configure
from sia.schemas import validate
from sia.settings import Folders
from sia.sources.base import Intake
from sia.sources.store import kept_layers, load_intake, open_store
from sia.spreadsheet import csv_bytes
from sia.store import sha256_file, update_manifest, write_bytes, write_table, write_text
from sia.viz.country_map import CountryFacts, country_page
from sia.weighing import beyond_interval, weigh_table
from sia.weighing.ranking import beyond_text

STAGE = "land"
Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What a municipality needs of the country: the intake, the norms and the names.

    `normen` is by ``indicator`` over all buurten of the country, `gemeenten` has names by
    ``gemeentecode``.
    """

    store: Path
    jaar: int
    normen: pd.DataFrame
    gemeenten: pd.Series[str]


@dataclass(frozen=True, eq=False)
class Country:
    """The country in one year.

    `tabel` is what ``buurten.csv`` holds: every buurt, also those without a rank, with the reason.
    `map` holds the tables, `rapport` is the national map.
    """

    maatstaf: Yardstick
    tabel: pd.DataFrame
    map: Path
    rapport: Path
    seconden: dict[str, float]


@dataclass
class _Clock:
    """Keeps how long each step took and says so."""

    say: Say
    seconds: dict[str, float] = field(default_factory=dict)
    last: float = field(default_factory=time.perf_counter)

    def done(self, step: str, text: str) -> None:
        now = time.perf_counter()
        self.seconds[step], self.last = now - self.last, now
        self.say(f"{text} ({self.seconds[step]:.0f} s)")


def country_step(
    bron: Sequence[Path],
    jaar: int,
    folders: Folders,
    settings: WeighingSettings,
    say: Say = lambda text: None,
) -> Country:
    """Put all buurten of the country in one index, typology and map, and write them.

    Squares are left out: they have no region code and belong to the search for deel-buurten within
    one municipality. Tables go to ``processed/NL/<jaar>``, the map to
    ``reports/NL/<jaar>/openbaar``. `say` gets a Dutch line after every step. Folders without a
    buurt are refused.
    """
    clock = _Clock(say)
    store = open_store(bron, folders.processed)
    found = whole_intake(store, jaar)
    clock.done("inlezen", f"{len(found.tables)} tabellen en {len(found.areas)} kaarten ingelezen")
    table, names = country_indicators(found, jaar)
    del found
    clock.done("indicatoren", f"{len(table.areas)} buurten in {len(names)} gemeenten")
    weging = weigh_table(table, COUNTRY, settings)
    scores = weging.scores
    ranked = int(scores["gerangschikt"].sum())
    beyond = beyond_text(int(beyond_interval(scores).sum()))
    unranked = len(table.areas) - ranked
    clock.done("wegen", f"{ranked} gerangschikt, {unranked} met reden niet.{beyond}")
    types = country_types(table)
    clock.done("typen", f"{types['type'].notna().sum()} woonbuurten hebben een type")
    flat = flat_table(table.areas, scores, types, names)
    page = folders.reports / COUNTRY.code / str(int(jaar)) / "openbaar" / "kaart.html"
    _draw(page, jaar, flat, table)
    clock.done("kaart", f"Kaart van {page.stat().st_size / 1e6:.1f} MB")
    folder = folders.processed / COUNTRY.code / str(int(jaar))
    tables = {**table.frames(), "scores": scores, "bijdragen": weging.contributions}
    tables["typologie"] = types
    written = [*_write(folder, tables, unchecked="gebieden"), *_write_flat(folder, flat), page]
    _note(folder, written, store, settings, jaar=jaar, typen=Typenset.standaard().versie)
    clock.done("schrijven", f"Tabellen in {folder}")
    maatstaf = Yardstick(store, jaar, table.norms, names)
    return Country(maatstaf, flat, folder, page, clock.seconds)


def _draw(page: Path, jaar: int, flat: pd.DataFrame, table: IndicatorTable) -> None:
    invented = bool(flat["gemeentecode"].str.startswith(FICTIEF).any())
    facts = CountryFacts(
        jaar=jaar,
        buurten=flat,
        grenzen=table.areas.geometry,
        toelichting=explanation(table),
        fictief=invented,
        bron_grenzen=border_line(table.areas, None, fictief=invented),
    )
    write_text(page, country_page(facts))


def whole_intake(store: Path, jaar: int) -> Intake:
    """Return all that the country of a year needs: no squares, and only the borders of use."""
    wanted = layers_for(kept_layers(store), jaar)
    return _loaded(store, load_intake(store, jaren=[jaar], grenzen=wanted))


def intake_of(store: Path, gemeentecode: str, jaar: int) -> Intake:
    """Return what a store holds of one municipality, without reading the rest of it."""
    return _loaded(store, load_intake(store, gemeentecode, [jaar]))


def _loaded(store: Path, found: Intake | None) -> Intake:
    if found is None:
        wat = "De ingelezen bestanden van het hele land zijn er niet."
        oplossing = "Draai `sia land` opnieuw; dat leest de bronmappen in."
        raise InputError([Problem(wat, oplossing, bestand=str(store))])
    return found


def municipality_step(
    country: Yardstick, code: str, folders: Folders, settings: WeighingSettings
) -> pd.DataFrame:
    """Write indicator table and scores of one municipality from the intake, and return its scores.

    The scale is that of the country, so that scores of different municipalities can be compared.
    Tables go to ``processed/NL/gemeenten/<code>/<jaar>``; those of ``sia run`` stay.
    """
    name = str(country.gemeenten.get(code, code))
    gemeente = configure(code, lambda: {code: Known(code, name)})
    own = replace(folders, processed=folders.processed / COUNTRY.code / "gemeenten")
    found = intake_of(country.store, code, country.jaar)
    table = build_indicators(found, gemeente, country.jaar)
    table = replace(table, norms=country.normen.reindex(table.norms.index))
    weging = weigh_table(table, gemeente, settings)
    folder = own.year(code, country.jaar)
    tables = {**table.frames(), "scores": weging.scores, "bijdragen": weging.contributions}
    written = _write(folder, tables)
    _note(folder, written, country.store, settings, jaar=country.jaar)
    return weging.scores


def municipalities(
    country: Yardstick,
    folders: Folders,
    settings: WeighingSettings,
    codes: Sequence[str] = (),
    say: Say = lambda text: None,
) -> pd.DataFrame:
    """Work through municipalities, by default all, one after another from the one intake.

    Returns by ``gemeentecode`` ``naam``, ``buurten``, ``gerangschikt`` (number), ``seconden``
    (of the processor) and ``fout`` (empty when it went well). One that fails does not stop the
    others.
    """
    rows = []
    for code in codes or country.gemeenten.index:
        started, buurten, ranked, fault = time.process_time(), 0, 0, ""
        try:
            scores = municipality_step(country, code, folders, settings)
            buurten, ranked = len(scores), int(scores["gerangschikt"].sum())
        except InputError as error:
            fault = str(error)
        seconds = time.process_time() - started
        name = str(country.gemeenten.get(code, code))
        cost = f"{getal(seconds, 1)} s rekentijd"
        say(f"{name}: {fault or f'{buurten} buurten, {ranked} gerangschikt'} ({cost})")
        rows.append((code, name, buurten, ranked, seconds, fault))
    columns = ["gemeentecode", "naam", "buurten", "gerangschikt", "seconden", "fout"]
    table = pd.DataFrame(rows, columns=columns).set_index("gemeentecode")
    middle, most = table["seconden"].median(), table["seconden"].max()
    say(
        f"Kosten per gemeente ({len(table)}): middelste {getal(middle, 1)} s rekentijd, "
        f"hoogste {getal(most, 1)} s."
    )
    return table


def _write(folder: Path, tables: Mapping[str, pd.DataFrame], unchecked: str = "") -> list[Path]:
    """Write tables that keep their contract; that of ``gebieden`` is of one municipality."""
    checked = {n: t if n == unchecked else validate(n, t) for n, t in tables.items()}
    for name, table in checked.items():
        write_table(folder / f"{name}.parquet", table)
    return [folder / f"{name}.parquet" for name in checked]


def _write_flat(folder: Path, flat: pd.DataFrame) -> list[Path]:
    """Write the table of all buurten, also as CSV that Dutch Excel opens as it should."""
    table, csv = folder / "buurten.parquet", folder / "buurten.csv"
    write_table(table, flat)
    write_bytes(csv, csv_bytes(flat.round(3)))
    return [table, csv]


def _note(
    folder: Path, written: Sequence[Path], store: Path, settings: WeighingSettings, **more: object
) -> None:
    """Note in the manifest what was written, and what it rests on."""
    rests_on = {"doorrekeningen": settings.draws, "zaad": settings.seed, "invoer": store.name}
    entry = {
        "sia": __version__,
        "parameters": {**more, **rests_on},
        "uitvoer": {os.path.relpath(path, folder): sha256_file(path) for path in written},
    }
    update_manifest(folder, STAGE, entry)
