"""Stages 06 and 08: the map and the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from sia import __version__
from sia.duiding import Record
from sia.indicators import IndicatorTable
from sia.pipeline.agenda_areas import public_investments
from sia.pipeline.run import Run
from sia.pipeline.scores import audit_step, audit_table, audit_tables, proxy_table
from sia.pipeline.table import load_indicators
from sia.pipeline.types import rule_table, type_profiles
from sia.report.build import write_report, write_set
from sia.report.material import Materiaal, selections
from sia.report.openness import write_open_data
from sia.report.sentences import three_things
from sia.store import write_text
from sia.viz.dataset import Cijfers
from sia.viz.maps import BuurtKaart, buurt_map
from sia.viz.theme import Theme, checked, getal, procent

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
        fictief=gemeente.fictief,
    )
    return checked(theme, gemeente.bestand)


def _optional(run: Run, name: str) -> pd.DataFrame:
    return run.table(name) if run.has(name) else pd.DataFrame()


def source_lines(run: Run, table: IndicatorTable) -> pd.Series[str]:
    """Return the source line behind every row of the provenance; says when it is invented."""
    lines = table.provenance["bronvermelding"].astype(str)
    return "Verzonnen cijfers in de vorm van: " + lines if run.gemeente.fictief else lines


def catalogue_frame(run: Run, table: IndicatorTable) -> pd.DataFrame:
    """Return name, domain, role, unit, reference years and sources of every indicator."""
    named = table.provenance.assign(bronvermelding=source_lines(run, table))
    lines = named.groupby("indicator")["bronvermelding"].agg(
        lambda texts: "; ".join(sorted(set(texts)))
    )
    frame = table.catalogue.frame()
    frame["bron"] = lines.reindex(frame.index).fillna("geen cijfers dit jaar")
    return frame


def cijfers(run: Run) -> Cijfers:
    """Return all tables of one municipality and year side by side."""
    table = load_indicators(run)
    pockets = run.table("deelbuurten") if run.has("deelbuurten") else None
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
        catalogus=catalogue_frame(run, table),
    )


def map_step(run: Run, *, achtergrond: bool = False) -> BuurtKaart:
    """Draw the map, write it as one page without a network, and return it."""
    kaart = buurt_map(cijfers(run), theme_of(run.gemeente), achtergrond=achtergrond)
    target = run.reports / "kaart.html"
    write_text(target, kaart.get_root().render())
    run.note(MAP_STAGE, [target], achtergrond=achtergrond)
    return kaart


def scores_by_year(run: Run) -> pd.DataFrame:
    """Return urgentie per buurt in each processed year, on the scale of the base year."""
    years = [j for j in run.jaren if run.of_year(j).has("scores")]
    columns = {j: run.of_year(j).table("scores")["urgentie"] for j in years}
    return pd.DataFrame(columns).reindex(run.table("gebieden").index)


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


def judgements(run: Run) -> pd.DataFrame:
    """Return the duiding of this municipality up to this year, corrected entries left out."""
    path = run.folders.processed / run.gemeente.code / "duiding.sqlite"
    if not path.exists():
        return pd.DataFrame()
    entries = Record(path).entries(run.gemeente.code)
    valid = entries[~entries["vervallen"] & (entries["jaar"] <= run.jaar)]
    return valid.rename(columns={"gebied": "buurtcode"}).assign(
        datum=valid["moment"].str.slice(0, 10)
    )


def audit_annex(run: Run) -> dict[str, pd.DataFrame]:
    """Return the audit for a reader of the report: every check with its rule, and what is red.

    Notebook 03 has every row; a report of hundreds of correlations is read by nobody.
    """
    found = audit_step(run)
    if found is None:
        return {}
    pages = {"Uitkomst van elke controle, met haar regel": audit_table(run, found)}
    for title, table in audit_tables(run, found).items():
        red = table[table["licht"] == "rood"].drop(columns=["licht", "regel"])
        if len(red):
            pages[f"{title}: wat rood is"] = red
    return pages


def material(run: Run) -> Materiaal:
    """Return everything that the reports of this municipality and year draw on."""
    table = load_indicators(run)
    return Materiaal(
        cijfers=cijfers(run),
        theme=theme_of(run.gemeente),
        bronregels=tuple(sorted(set(source_lines(run, table)))),
        jaren=scores_by_year(run),
        profielen=type_profiles(run),
        audit=audit_annex(run),
        intern={"Samenhang met herkomst en externe indexen": proxy_table(run)},
        duiding=judgements(run),
        investeringen=public_investments(run),
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
        Also writes the set (city, stadsdelen, wijken, domains, buurten, start page) in
        ``rapporten/`` or ``rapporten-intern/`` and, beside the public edition, the open data in
        ``opendata/``.

    Returns
    -------
    pathlib.Path
        The city's report, one self-contained page.
    """
    target, stuff = _target(run, editie), material(run)
    written = [target]
    if reeks:
        folder = run.reports / ("rapporten" if editie == "openbaar" else "rapporten-intern")
        made = write_set(folder, stuff, editie=editie)
        city = folder / selections(stuff.cijfers)[0].bestand
        write_text(target, city.read_text(encoding="utf-8"))
        written += made
    else:
        write_report(target, stuff, editie=editie)
    if reeks and editie == "openbaar":
        written += write_open_data(run.reports / "opendata", stuff)
    run.note(REPORT_STAGE, written, editie=editie)
    return target


def check_report(run: Run, *, editie: Editie = "openbaar") -> str:
    """Say where the report is and how large."""
    target = _target(run, editie)
    return f"In orde: {target}, {getal(target.stat().st_size / 1e6, 2)} MB."
