"""The whole country in one index, typology and map, and every municipality from one intake."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from sia import __version__
from sia.catalogue.model import DOMAIN_NAMES, DOMAINS
from sia.clustering.number import NumberChoice, choose_k
from sia.clustering.profiles import describe, load_names, name_types, profiles
from sia.clustering.typology import Typology
from sia.errors import InputError
from sia.gemeente import FICTIEF, Gemeente
from sia.indicators import IndicatorTable, build_indicators, design, eligibility
from sia.indicators.roster import names_of
from sia.methode import TypologySettings, WeighingSettings
from sia.pipeline.country_store import (
    CountryStore,
    country_intake,
    national_layers,
    read_intake_of,
)
from sia.pipeline.run import Run
from sia.pipeline.scores import beyond_text
from sia.pipeline.source_lines import border_line
from sia.request import Known, configure
from sia.schemas import validate
from sia.settings import Folders
from sia.sources.base import Intake
from sia.store import (
    read_table,
    sha256_file,
    update_manifest,
    write_bytes,
    write_table,
    write_text,
)
from sia.viz.country_map import CountryFacts, country_page
from sia.weighing import Weighing, beyond_interval, weigh

COUNTRY = Gemeente(code="NL", naam="Nederland")
"""All buurten taken as one place, with the default thresholds and without stadsdelen."""

STAGE = "land"
NAMING = ("corporatiebezit", "koopwoningen", "omgevingsadressendichtheid")
"""Context columns that the rules for names of types may use."""

INDEX_ONLY = ("urgentie", "potentie", *DOMAINS)
Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What a municipality needs of the country: the intake, the norms and the names.

    Parameters
    ----------
    store : CountryStore
    normen : DataFrame, index ``indicator``
        Distribution over all buurten of the country.
    gemeenten : Series of str, index ``gemeentecode``
        Names.
    """

    store: CountryStore
    normen: pd.DataFrame
    gemeenten: pd.Series[str]


@dataclass(frozen=True, eq=False)
class Country:
    """The country in one year.

    Parameters
    ----------
    jaar : int
    store : CountryStore
    indicatoren : IndicatorTable
        ``gemeentecode`` of its areas is that of each buurt.
    weging : Weighing
    typologie : DataFrame, index ``buurtcode``
        As ``typologie.parquet``; without rows when there is no index.
    keuze : NumberChoice or None
        Why this number of types.
    gemeenten : Series of str, index ``gemeentecode``
        Names.
    tabel : DataFrame, index ``buurtcode``
        What ``buurten.csv`` holds: every buurt, also those without a rank, with the reason.
    map, rapport : pathlib.Path
        Folder of the tables; the national map.
    seconden : dict of str to float
        Duration per step.
    """

    jaar: int
    store: CountryStore
    indicatoren: IndicatorTable
    weging: Weighing
    typologie: pd.DataFrame
    keuze: NumberChoice | None
    gemeenten: pd.Series[str]
    tabel: pd.DataFrame
    map: Path
    rapport: Path
    seconden: dict[str, float]

    @property
    def maatstaf(self) -> Yardstick:
        """Return what its municipalities are measured by."""
        return Yardstick(self.store, self.indicatoren.norms, self.gemeenten)


def open_country(store: CountryStore, folders: Folders) -> Yardstick:
    """Return the norms and names that `country_step` wrote, to go on with municipalities.

    Parameters
    ----------
    store : CountryStore
    folders : Folders

    Raises
    ------
    InputError
        When the country of that year has not been made.
    """
    folder = folders.processed / COUNTRY.code / str(store.jaar)
    flat = read_table(folder / "buurten.parquet")
    names = flat.groupby("gemeentecode")["gemeente"].first().astype("str")
    return Yardstick(store, validate("normen", read_table(folder / "normen.parquet")), names)


def country_indicators(found: Intake, jaar: int) -> tuple[IndicatorTable, pd.Series[str]]:
    """Return the indicator table of all buurten and the names of their municipalities.

    Parameters
    ----------
    found : Intake
        Of the whole country.
    jaar : int

    Returns
    -------
    IndicatorTable
    Series of str, index ``gemeentecode``
    """
    covering = replace(found, areas=national_layers(found.areas))
    table = build_indicators(covering, COUNTRY, jaar)
    codes = pd.Series("GM" + table.areas.index.str[2:6], index=table.areas.index, dtype="str")
    unique = pd.Index(sorted(codes.unique()), name="gemeentecode", dtype="str")
    names = names_of(unique, found, jaar, "gemeente")
    return replace(table, areas=table.areas.assign(gemeentecode=codes)), names


def country_weighing(
    table: IndicatorTable,
    gemeente: Gemeente,
    settings: WeighingSettings,
    norms: pd.DataFrame | None = None,
) -> Weighing:
    """Weigh buurten on the norms of the country.

    Parameters
    ----------
    table : IndicatorTable
    gemeente : Gemeente
        `COUNTRY`, or the municipality whose thresholds hold.
    settings : WeighingSettings
    norms : DataFrame, index ``indicator``, optional
        Of the country; default those of `table`.
    """
    plan = design(table, gemeente)
    return weigh(
        table.values,
        eligibility(table, gemeente),
        plan.indicatoren,
        table.catalogue,
        norms=table.norms if norms is None else norms,
        denominators=table.denominators,
        margins=(table.lower, table.upper),
        dropped=plan.vervallen,
        settings=settings,
    )


def country_types(
    scores: pd.DataFrame, table: IndicatorTable, seed: int
) -> tuple[pd.DataFrame, NumberChoice | None]:
    """Return the type of every buurt, and why there are so many types.

    Parameters
    ----------
    scores : DataFrame, index ``buurtcode``
    table : IndicatorTable
    seed : int

    Returns
    -------
    DataFrame, index ``buurtcode``
        As ``typologie.parquet``; empty when no domain has a score.
    NumberChoice or None
    """
    domains = scores[[d for d in DOMAINS if d in scores]].where(scores["gerangschikt"])
    if domains.empty or not domains.notna().any(axis=None):
        return pd.DataFrame(index=scores.index[:0]), None
    choice = choose_k(domains, TypologySettings(seed=seed))
    model = Typology(TypologySettings(n_types=choice.k, seed=seed)).fit(domains)
    types = model.table(domains)
    context = known_context(table.values[domains.notna().any(axis=1)]).reindex(domains.index)
    context["inwoners"] = table.areas["inwoners"]
    names = name_types(profiles(model), describe(model, types, context), load_names())
    types[["zekerheid", "silhouet"]] = types[["zekerheid", "silhouet"]].round(9)
    named = types["type"].map(names).astype("str")
    types["typenaam"] = named.where(types["type"].notna(), None)
    return types, choice


def known_context(values: pd.DataFrame) -> pd.DataFrame:
    """Return the context that names of types may speak of: what is known of enough buurten.

    A share of owner-occupied dwellings that only one municipality delivered says nothing about a
    type of buurten all over the country.

    Parameters
    ----------
    values : DataFrame
        Indicators of the ranked buurten.
    """
    named = [name for name in NAMING if name in values]
    enough = [n for n in named if values[n].notna().mean() >= COUNTRY.drempels.dekking]
    return values[enough].copy()


def flat_table(
    table: IndicatorTable, scores: pd.DataFrame, types: pd.DataFrame, names: pd.Series[str]
) -> pd.DataFrame:
    """Return one row per buurt with all that readers of the country ask for.

    Parameters
    ----------
    table : IndicatorTable
    scores : DataFrame, index ``buurtcode``
    types : DataFrame, index ``buurtcode``
    names : Series of str, index ``gemeentecode``

    Returns
    -------
    DataFrame, index ``buurtcode``
        Every buurt of `table`.
    """
    areas = table.areas
    flat = pd.DataFrame(
        {
            "buurt": areas["naam"],
            "wijkcode": areas["wijkcode"],
            "gemeentecode": areas["gemeentecode"],
            "gemeente": areas["gemeentecode"].map(names),
            "inwoners": areas["inwoners"],
            "grenzen_van": areas["borders_year"],
        }
    )
    ordered = ("rang", "rang_p05", "rang_p95", "kans_kwart")
    for name in (*(n for n in INDEX_ONLY if n in scores), *ordered):
        flat[name] = scores[name]
    for name in ("type", "typenaam", "zekerheid"):
        flat[name] = types[name].reindex(flat.index) if name in types else pd.NA
    flat["gevoelig_voor_methode"] = beyond_interval(scores)
    flat["gerangschikt"] = scores["gerangschikt"]
    flat["reden"] = scores["reden"]
    return flat


class _Clock:
    """Keeps how long each step took and says so."""

    def __init__(self, say: Say) -> None:
        self.seconds: dict[str, float] = {}
        self._say, self._last = say, time.perf_counter()

    def done(self, step: str, text: str) -> None:
        now = time.perf_counter()
        self.seconds[step], self._last = now - self._last, now
        self._say(f"{text} ({self.seconds[step]:.0f} s)")


def _silent(text: str) -> None:
    del text


def country_step(
    bron: Sequence[Path],
    jaar: int,
    folders: Folders,
    *,
    doorrekeningen: int = 200,
    zaad: int = 2024,
    say: Say = _silent,
) -> Country:
    """Put all buurten of the country in one index, typology and map, and write them.

    Parameters
    ----------
    bron : sequence of pathlib.Path
        Folders with raw data.
    jaar : int
    folders : Folders
        Tables go to ``processed/NL/<jaar>``, the map to ``reports/NL/<jaar>``.
    doorrekeningen : int
        Monte Carlo runs of the ranks.
    zaad : int
    say : callable
        Gets a Dutch line after every step.

    Returns
    -------
    Country

    Raises
    ------
    InputError
        When the folders hold no buurt.
    """
    clock = _Clock(say)
    store = country_intake(bron, jaar, folders)
    found = store.whole()
    clock.done("inlezen", f"{len(found.tables)} tabellen en {len(found.areas)} kaarten ingelezen")
    table, names = country_indicators(found, jaar)
    del found
    clock.done("indicatoren", f"{len(table.areas)} buurten in {len(names)} gemeenten")
    settings = WeighingSettings(draws=doorrekeningen, seed=zaad)
    weging = country_weighing(table, COUNTRY, settings)
    ranked = int(weging.scores["gerangschikt"].sum())
    beyond = beyond_text(int(beyond_interval(weging.scores).sum()))
    clock.done(
        "wegen", f"{ranked} gerangschikt, {len(table.areas) - ranked} met reden niet.{beyond}"
    )
    types, choice = country_types(weging.scores, table, zaad)
    clock.done("typen", f"{choice.k} typen" if choice else "Geen typen: er is geen domeinscore")
    flat = flat_table(table, weging.scores, types, names)
    folder = folders.processed / COUNTRY.code / str(int(jaar))
    report = folders.reports / COUNTRY.code / str(int(jaar)) / "kaart.html"
    facts = CountryFacts(
        jaar=jaar,
        buurten=flat,
        grenzen=table.areas.geometry,
        toelichting=explanation(table),
        fictief=_invented(names),
        bron_grenzen=border_line(table.areas, None, fictief=_invented(names)),
    )
    write_text(report, country_page(facts))
    clock.done("kaart", f"Kaart van {report.stat().st_size / 1e6:.1f} MB")
    tables = {**table.frames(), "scores": weging.scores, "bijdragen": weging.contributions}
    if len(types):
        tables["typologie"] = types
    paths = [*_write(folder, tables, flat), report]
    _note(folder, paths, store, jaar, doorrekeningen, zaad, choice)
    clock.done("schrijven", f"Tabellen in {folder}")
    return Country(
        jaar, store, table, weging, types, choice, names, flat, folder, report, clock.seconds
    )


def explanation(table: IndicatorTable) -> str:
    """Say in Dutch on which domains the index rests, what is absent, and whose figures they are.

    Parameters
    ----------
    table : IndicatorTable
        Of the country.
    """
    plan = design(table, COUNTRY)
    with_data = ", ".join(DOMAIN_NAMES[d].lower() for d in plan.domeinen) or "geen enkel domein"
    absent = ", ".join(DOMAIN_NAMES[d].lower() for d in plan.domeinen_vervallen)
    used = table.provenance[table.provenance["indicator"].isin(plan.indicatoren)]
    lines = "; ".join(sorted(set(used["bronvermelding"].astype(str))))
    text = f"De urgentie rust op {len(plan.indicatoren)} indicatoren uit: {with_data}."
    text += f" Zonder landelijke cijfers, dus niet meegeteld: {absent}." if absent else ""
    return text + (f" {lines}." if lines else "")


def _invented(names: pd.Series[str]) -> bool:
    return any(str(code).startswith(FICTIEF) for code in names.index)


def _write(folder: Path, tables: dict[str, pd.DataFrame], flat: pd.DataFrame) -> list[Path]:
    """Write every table, and the flat one also as CSV that Dutch Excel opens as it should."""
    paths = []
    for name, table in tables.items():
        # the schema of areas is that of one municipality
        checked = table if name == "gebieden" else validate(name, table)
        write_table(folder / f"{name}.parquet", checked)
        paths.append(folder / f"{name}.parquet")
    write_table(folder / "buurten.parquet", flat)
    text = flat.round(3).to_csv(sep=";", decimal=",", lineterminator="\r\n")
    write_bytes(folder / "buurten.csv", text.encode("utf-8-sig"))
    return [*paths, folder / "buurten.parquet", folder / "buurten.csv"]


def _note(
    folder: Path,
    paths: Sequence[Path],
    store: CountryStore,
    jaar: int,
    draws: int,
    seed: int,
    choice: NumberChoice | None,
) -> None:
    update_manifest(
        folder,
        STAGE,
        {
            "sia": __version__,
            "parameters": {
                "jaar": jaar,
                "doorrekeningen": draws,
                "zaad": seed,
                "invoer": store.key,
                "typen": choice.reden if choice else "",
            },
            "uitvoer": {str(path): sha256_file(path) for path in paths},
        },
    )


def _named(country: Yardstick, code: str) -> dict[str, Known]:
    return {code: Known(code, str(country.gemeenten.get(code, code)))}


def municipality_step(
    country: Yardstick, code: str, folders: Folders, *, doorrekeningen: int = 200, zaad: int = 2024
) -> Run:
    """Write indicator table and scores of one municipality from the intake of the country.

    The scale is that of the country, so that scores of different municipalities can be compared.

    Parameters
    ----------
    country : Yardstick
    code : str
    folders : Folders
        Tables go to ``processed/NL/gemeenten/<code>/<jaar>``; those of ``sia run`` stay.
    doorrekeningen, zaad : int

    Returns
    -------
    Run
        To read what was written.

    Raises
    ------
    InputError
        When no source holds a buurt of it, or its own file is wrong.
    """
    gemeente = configure(code, lambda: _named(country, code))
    own = Folders(
        processed=folders.processed / COUNTRY.code / "gemeenten",
        reports=folders.reports / COUNTRY.code / "gemeenten",
    )
    run = Run(gemeente, country.store.jaar, (country.store.jaar,), country.store.jaar, (), own)
    table = build_indicators(read_intake_of(country.store, code), gemeente, country.store.jaar)
    table = replace(table, norms=country.normen.reindex(table.norms.index))
    settings = WeighingSettings(draws=doorrekeningen, seed=zaad)
    weging = country_weighing(table, gemeente, settings)
    run.write(
        STAGE,
        {**table.frames(), "scores": weging.scores, "bijdragen": weging.contributions},
        doorrekeningen=doorrekeningen,
        zaad=zaad,
        invoer=country.store.key,
    )
    return run


def municipalities(
    country: Yardstick,
    folders: Folders,
    codes: Sequence[str] = (),
    *,
    doorrekeningen: int = 200,
    zaad: int = 2024,
    say: Say = _silent,
) -> pd.DataFrame:
    """Work through municipalities one after another from the one intake.

    Parameters
    ----------
    country : Yardstick
    folders : Folders
    codes : sequence of str
        Default all.
    doorrekeningen, zaad : int
    say : callable
        Gets a Dutch line per municipality.

    Returns
    -------
    DataFrame, index ``gemeentecode``
        ``naam``, ``buurten``, ``gerangschikt`` (number), ``seconden`` and ``fout`` (empty when
        it went well). One that fails does not stop the others.
    """
    rows = []
    for code in codes or country.gemeenten.index:
        started, buurten, ranked, fault = time.perf_counter(), 0, 0, ""
        try:
            run = municipality_step(
                country, code, folders, doorrekeningen=doorrekeningen, zaad=zaad
            )
            scores = run.table("scores")
            buurten, ranked = len(scores), int(scores["gerangschikt"].sum())
        except InputError as error:
            fault = str(error)
        seconds = time.perf_counter() - started
        name = str(country.gemeenten.get(code, code))
        say(f"{name}: {fault or f'{buurten} buurten, {ranked} gerangschikt'} ({seconds:.1f} s)")
        rows.append((code, name, buurten, ranked, seconds, fault))
    columns = ["gemeentecode", "naam", "buurten", "gerangschikt", "seconden", "fout"]
    return pd.DataFrame(rows, columns=columns).set_index("gemeentecode")
