"""Stage rapport: the report for the wethouder and the set; reads what stages wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sia import __version__
from sia.agenda.insight.area_agenda import public_investments, report_agendas
from sia.agenda.insight.publication import spending
from sia.approach import rules
from sia.change.since_base import JAREN
from sia.duiding.figures import statements
from sia.dutch import getal, procent
from sia.errors import InputError, Problem, suggestion
from sia.report.build import START_PAGE, Renderer, annex_path, write_report, write_set
from sia.report.material import Buren, Editie, Materiaal, Selectie, selections
from sia.report.openness import write_open_data
from sia.report.source_lines import source_lines
from sia.stages import agenda
from sia.stages.figures import change_found, entries_of, figures, record_of
from sia.stages.inputs import Inputs
from sia.stages.run import Made, Run
from sia.store import write_text
from sia.viz.theme import theme_of
from sia.weighing.audit import audit_annex, audit_from, named


def make(inputs: Inputs) -> Made:
    """Bring together what every report of this municipality and year draws on."""
    run, table = inputs.outside("gemeente"), inputs.indicators()
    entries = entries_of(inputs.outside("duiding"))
    checks = audit_from(inputs.table("audit"))
    found = figures(inputs, entries, table, change_found(inputs))
    lines = (*sorted(set(source_lines(table, fictief=run.gemeente.fictief))), found.bron_grenzen)
    plans = agenda.published(run)
    city = {name: inputs.table(name) for name in agenda.CITY}
    made = Materiaal(
        cijfers=found,
        theme=theme_of(inputs.outside("huisstijl").gemeente),
        bronregels=tuple(line for line in lines if line),
        jaren=inputs.table(JAREN).rename(columns=int),
        profielen=inputs.table("typeprofielen"),
        trajecten=inputs.table("trajecten"),
        audit=audit_annex(checks, table.catalogue),
        intern={"Samenhang met herkomst en externe indexen": named(checks.proxy, table.catalogue)},
        uitspraken=statements(entries, run.jaar),
        investeringen=public_investments(plans),
        agenda=report_agendas(plans, city),
        besluiten=table.besluiten,
        drempels=_thresholds(inputs),
        versie=f"SIA {__version__}, methode {run.methode.label}{_record_line(inputs, entries)}",
        contact=run.gemeente.huisstijl.afzender,
        bedragen=_amounts(plans),
        grens_bezit=inputs.method("aanpak").corporatiebezit,
    )
    return Made({}, made)


def _amounts(plans: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what partners pay per buurt and year, without what a partner keeps to itself."""
    if not plans:
        return pd.DataFrame()
    shared = plans["programma"].query("vertrouwelijkheid != 'intern'")
    codes = sorted({code for text in shared["buurtcodes"] for code in text.split(";")})
    spent = spending(shared, pd.Series(codes, codes, dtype=str))
    return spent.rename(columns={"gebied": "buurtcode"}).reset_index(drop=True)


def _record_line(inputs: Inputs, entries: pd.DataFrame) -> str:
    """Return the head of the record of judgements: who has it printed can tell what is altered."""
    if entries.empty:
        return ""
    broken = int(entries["aangetast"].sum())
    told = f"; {broken} daarvan aangetast en niet meegeteld" if broken else ""
    return (
        f", kop van het logboek van duidingen {record_of(inputs.outside('duiding')).head()}{told}"
    )


def _thresholds(inputs: Inputs) -> dict[str, str]:
    limits = inputs.method("drempels")
    shown = {
        "inwoners van een woonbuurt, ten minste": getal(limits.inwoners),
        "inwoners per km² van een woonbuurt, ten minste": getal(limits.dichtheid),
        "bedrijven per 1.000 inwoners van een woonbuurt, hooguit": getal(limits.bedrijven),
        "aandeel indicatoren per domein": procent(100 * limits.aandeel_domein),
        "aandeel buurten met een cijfer om mee te tellen": procent(100 * limits.dekking),
    }
    listed = rules(inputs.method("aanpak")).reset_index()
    return shown | {
        f"regel {row['regel']}: {row['aanpak']}": str(row["voorwaarde"])
        for _, row in listed.iterrows()
    }


def publish(run: Run, made: Made, *, editie: Editie = "openbaar", reeks: bool = False) -> Made:
    """Write the report of the city with its annex, and the set where it is asked for.

    `made`: of `make`.
    `editie`: ``openbaar`` or ``intern``.
    `reeks`: also the set (stadsdelen, wijken, DIA areas, domains, change since the base year,
        buurten, start page, draft for the Algoritmeregister, accessibility statement) in
        ``rapporten/`` and, beside the public edition, the open data in ``opendata/``: of the city,
        and zipped of every area and buurt.
    """
    page, stuff = run.edition(editie) / "rapport.html", made.result
    public = editie == "openbaar"
    atlas, folder = "atlas.html", page.parent / "rapporten"
    there = f"{folder.name}/" if reeks else None
    data = public and reeks
    written = write_report(page, stuff, editie=editie, opendata=data, atlas=atlas, reeks=there)
    if reeks:
        near = Buren(f"../{page.name}", f"../{annex_path(page).name}", f"../{atlas}")
        written += write_set(folder, stuff, editie=editie, opendata=data, buren=near)
    if data:
        parts = [s for s in selections(stuff.cijfers) if s.soort in _WITH_DATA]
        written += write_open_data(page.parent / "opendata", stuff, parts)
    return Made({}, page, {"editie": editie}, tuple(written))


def write(run: Run, namen: Sequence[str] = (), *, editie: Editie = "openbaar") -> list[Path]:
    """Write the atlas and the whole set, or only the reports that somebody asks for by name.

    `namen`: names or codes of buurten, wijken, stadsdelen, DIA areas and domains, or of the
        municipality itself. A name of more than one of these gives each of them, where the set has
        it.
    Returns: where to begin to read: atlas, report and start page, or each of those asked for.
    Raises InputError with every name of which there is no report.
    """
    page = run.edition(editie) / "rapport.html"
    if not namen:
        run.publish("rapport", editie=editie, reeks=True)
        run.publish("atlas", editie=editie)
        return [page.with_name("atlas.html"), page, page.parent / "rapporten" / START_PAGE]
    stuff = run.made("rapport").result
    chosen, folder = _named(selections(stuff.cijfers), namen), page.parent / "rapporten"
    whole, data = (folder / START_PAGE).exists(), (page.parent / "opendata").is_dir()
    written: list[Path] = []
    atlas = _beside(page, "atlas.html")
    if any(one.soort == "stad" for one in chosen):
        links = "rapporten/" if whole else None
        written += write_report(page, stuff, editie=editie, opendata=data, atlas=atlas, reeks=links)
    beside = (_beside(page, page.name), _beside(page, annex_path(page).name), atlas)
    report, more, atlas = (name and f"../{name}" for name in beside)
    renderer = Renderer(stuff, editie, data, Buren(report, more, atlas, "" if whole else None))
    for one in chosen:
        if one.soort != "stad":
            write_text(folder / one.bestand, renderer.report(one))
            written.append(folder / one.bestand)
    return written


def _beside(page: Path, name: str) -> str:
    return name if page.with_name(name).exists() else ""


def _named(every: Sequence[Selectie], namen: Sequence[str]) -> list[Selectie]:
    """Return the reports that go by these names or codes, in the order of the set."""
    known = [
        {name.casefold() for name in (one.naam, one.naam.split(" (")[0], one.titel, one.sleutel)}
        for one in every
    ]
    asked = {name.strip().casefold(): name for name in namen}
    missing = [name for low, name in asked.items() if not any(low in names for names in known)]
    if missing:
        names = sorted({one.naam for one in every})
        wat = "Er is geen rapport over `{}`."
        raise InputError([Problem(wat.format(one), suggestion(one, names)) for one in missing])
    return [one for one, names in zip(every, known, strict=True) if names & asked.keys()]


_WITH_DATA = ("stadsdeel", "wijk", "dia", "buurt")
