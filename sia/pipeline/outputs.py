"""Stages 06 and 08: the map and the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from sia import __version__
from sia.change.since_base import Verandering
from sia.index import Audit
from sia.logo import data_uri
from sia.pipeline.agenda_areas import public_investments, report_agendas
from sia.pipeline.changes import change_found, scores_by_year
from sia.pipeline.judgements import judged, statements
from sia.pipeline.run import Run
from sia.pipeline.scores import audit_step, proxy_table, reweigh
from sia.pipeline.source_lines import border_line, catalogue_frame, source_lines
from sia.pipeline.table import load_indicators
from sia.pipeline.types import rule_table, type_profiles, why_not_searched
from sia.report.build import write_report, write_set
from sia.report.material import Materiaal, selections
from sia.report.openness import write_open_data
from sia.report.sentences import three_things
from sia.store import read_table, write_text
from sia.viz.dataset import Cijfers
from sia.viz.maps import BuurtKaart, buurt_map
from sia.viz.theme import Theme, checked, getal, procent
from sia.weighing import audit

if TYPE_CHECKING:
    from sia.gemeente import Gemeente

MAP_STAGE, REPORT_STAGE = "06_kaarten", "08_rapport"
Editie = Literal["openbaar", "intern"]


def theme_of(gemeente: Gemeente) -> Theme:
    """Return the house style of a municipality."""
    style = gemeente.huisstijl
    theme = Theme(
        gemeente=gemeente.naam,
        primair=style.hoofdkleur,
        accent=style.steunkleur,
        logo=data_uri(style.logo) if style.logo else "",
        logo_tekst=style.logo_tekst,
        fictief=gemeente.fictief,
    )
    return checked(theme, gemeente.bestand)


def _optional(run: Run, name: str) -> pd.DataFrame:
    return run.table(name) if run.has(name) else pd.DataFrame()


def cijfers(run: Run, verandering: Verandering | None = None) -> Cijfers:
    """Return all tables of one municipality and year side by side.

    Parameters
    ----------
    run : Run
    verandering : Verandering, optional
        Since the base year; left out of the map and the session.
    """
    table = load_indicators(run)
    files = read_table(run.folder / "bestanden.parquet")
    reason = why_not_searched(run)
    pockets = run.table("deelbuurten") if run.has("deelbuurten") and not reason else None
    return Cijfers(
        gemeente=run.gemeente.naam,
        gemeentecode=run.gemeente.code,
        jaar=run.jaar,
        gebieden=table.areas,
        scores=run.table("scores"),
        indicatoren=table.values,
        vlaggen=table.flags,
        peiljaren=table.years,
        noemers=table.denominators,
        bijdragen=run.table("bijdragen"),
        typologie=_optional(run, "typologie"),
        aanpak=_optional(run, "aanpak"),
        deelbuurten=pockets,
        niet_gezocht=reason,
        catalogus=catalogue_frame(run, table),
        duiding=judged(run),
        indeling=_optional(run, "gebiedsindeling"),
        verandering=verandering,
        bron_grenzen=border_line(table.areas, files, fictief=run.gemeente.fictief),
    )


def map_step(run: Run, *, achtergrond: bool = False) -> BuurtKaart:
    """Draw the map, write it as one page without a network, and return it."""
    kaart = buurt_map(cijfers(run), theme_of(run.gemeente), achtergrond=achtergrond)
    target = run.reports / "kaart.html"
    write_text(target, kaart.get_root().render())
    run.note(MAP_STAGE, [target], achtergrond=achtergrond)
    return kaart


def check_map(run: Run) -> str:
    """Say where the map is and how large."""
    target = run.reports / "kaart.html"
    return f"In orde: {target}, {getal(target.stat().st_size / 1e6, 2)} MB."


def _thresholds(run: Run) -> dict[str, str]:
    limits = run.gemeente.drempels
    shown = {
        "inwoners om gerangschikt te worden": getal(limits.inwoners),
        "aandeel indicatoren per domein": procent(100 * limits.aandeel_domein),
        "aandeel buurten met een cijfer om mee te tellen": procent(100 * limits.dekking),
    }
    shown |= {
        f"regel {row['regel']}: {row['aanpak']}": str(row["voorwaarde"])
        for _, row in rule_table(run).iterrows()
    }
    return shown


def audit_annex(run: Run, found: Audit | None) -> dict[str, pd.DataFrame]:
    """Return the audit for a reader of the report: every check with its rule, and what is red."""
    return {} if found is None else audit.audit_annex(found, run.gemeente.catalogus())


def material(run: Run) -> Materiaal:
    """Return everything that the reports of this municipality and year draw on."""
    table, weging = load_indicators(run), reweigh(run)
    checks = audit_step(run, weging)
    proxies = proxy_table(run, checks) if checks is not None else pd.DataFrame()
    figures = cijfers(run, change_found(run))
    lines = (*sorted(set(source_lines(run, table))), figures.bron_grenzen)
    return Materiaal(
        cijfers=figures,
        theme=theme_of(run.gemeente),
        bronregels=tuple(line for line in lines if line),
        jaren=scores_by_year(run),
        profielen=type_profiles(run),
        trajecten=_optional(run, "trajecten"),
        audit=audit_annex(run, checks),
        intern={"Samenhang met herkomst en externe indexen": proxies},
        uitspraken=statements(run),
        investeringen=public_investments(run),
        agenda=report_agendas(run),
        besluiten=table.besluiten,
        drempels=_thresholds(run),
        versie=f"SIA {__version__}, methode zoals beschreven in docs/methode.md",
        contact=run.gemeente.huisstijl.afzender,
    )


def key_sentences(run: Run) -> list[str]:
    """Return the three things to know, made from the figures by rule."""
    return [zin.tekst for zin in three_things(cijfers(run))]


def _target(run: Run, editie: Editie) -> Path:
    return run.reports / ("rapport.html" if editie == "openbaar" else "rapport-intern.html")


def report_step(run: Run, *, editie: Editie = "openbaar", reeks: bool = False) -> Path:
    """Write the reports of this municipality and year and return where the city's report is.

    Parameters
    ----------
    run : Run
    editie : str
        ``openbaar`` or ``intern``.
    reeks : bool
        Also writes the set (city, stadsdelen, wijken, DIA areas, domains, change since the base
        year, buurten, start page, draft for the Algoritmeregister, accessibility statement) in
        ``rapporten/`` or ``rapporten-intern/`` and, beside the public edition, the open data in
        ``opendata/``: of the city, and zipped of every area and buurt.

    Returns
    -------
    pathlib.Path
        The city's report, one self-contained page.
    """
    target, stuff = _target(run, editie), material(run)
    written = [target]
    if reeks:
        folder = run.reports / ("rapporten" if editie == "openbaar" else "rapporten-intern")
        public = editie == "openbaar"
        made = write_set(folder, stuff, editie=editie, opendata=public)
        every = selections(stuff.cijfers)
        if public:
            parts = [one for one in every if one.soort in ("stadsdeel", "wijk", "dia", "buurt")]
            written += write_open_data(run.reports / "opendata", stuff, parts)
        city = folder / every[0].bestand
        write_text(target, city.read_text(encoding="utf-8"))
        written += made
    else:
        write_report(target, stuff, editie=editie)
    run.note(REPORT_STAGE, written, editie=editie)
    return target


def check_report(run: Run, *, editie: Editie = "openbaar") -> str:
    """Say where the report is and how large."""
    target = _target(run, editie)
    return f"In orde: {target}, {getal(target.stat().st_size / 1e6, 2)} MB."
