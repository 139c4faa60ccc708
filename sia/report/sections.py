"""The sections of a report: one list, of which every kind of report takes its part."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from markupsafe import Markup

from sia.clustering.typenset import FEATURES
from sia.report import change, facts, judgements, overview
from sia.report.agenda_sections import gezamenlijke_agenda
from sia.report.buurt_sentences import buurt_certainty, buurt_things
from sia.report.change_sections import (
    ander_type,
    begrippen_verandering,
    niet_vergeleken,
    veranderd,
    veranderd_gebied,
)
from sia.report.first_screen import answers
from sia.report.parts import (
    Blok,
    Onderwerp,
    Sectie,
    paper_note,
    shared_table,
    source_list,
    table_block,
)
from sia.report.sentences import (
    Zin,
    certainty,
    dia_things,
    domain_things,
    questions,
    three_things,
)
from sia.report.type_change import type_sentence
from sia.viz import charts
from sia.viz.buurt_charts import buurt_charts

PLANS_ON_PAPER, BARS_ON_PAPER = 4, 7
"""How many plans of a buurt, and bars of what moves its urgentie, fit on its two pages."""


def kern(o: Onderwerp) -> Sectie:
    """Make the first screen: three things to know, what is certain, what is asked."""
    things, sure = _first_screen(o)
    blocks = [Blok(kop="Drie dingen om te weten", zinnen=things)]
    if sure:
        blocks.append(Blok(kop="Wat is zeker en wat niet", zinnen=sure))
    blocks.append(Blok(kop="Wat vragen wij van u", zinnen=questions(o.selectie.soort, o.cijfers)))
    return Sectie("kern", "In het kort", tuple(blocks))


def _first_screen(o: Onderwerp) -> tuple[tuple[Zin, ...], tuple[Zin, ...]]:
    """Return what to know, and what is certain."""
    if o.selectie.soort == "buurt":
        return buurt_things(o.stad, o.code), buurt_certainty(o.stad, o.code)
    if o.selectie.soort == "verandering":
        moved = type_sentence(o.materiaal.trajecten, o.cijfers.naam)
        sure = change.certainty(o.gebied)
        return change.things(o.gebied), (*sure, moved) if moved else sure
    if o.selectie.soort == "dia":
        return dia_things(o.cijfers, o.selectie.naam), certainty(o.cijfers)
    if o.selectie.soort == "domein":
        return domain_things(o.cijfers, o.selectie.sleutel), certainty(o.cijfers)
    return three_things(o.cijfers, o.stad), certainty(o.cijfers)


def profiel(o: Onderwerp) -> Sectie:
    """Show key figures, profile and contributions of one buurt."""
    drawn = buurt_charts(o.stad, o.materiaal.jaren, o.code, most=BARS_ON_PAPER, smal=True)
    blocks = [table_block(facts.key_figures(o.stad, o.code))]
    blocks += [Blok(figuur=chart) for chart in drawn]
    return Sectie("profiel", "Deze buurt in cijfers", tuple(blocks))


def rangorde(o: Onderwerp) -> Sectie:
    """Show the order, with margins, as chart and as table."""
    domein = o.selectie.sleutel if o.selectie.soort == "domein" else ""
    intro = (
        "De tabel begint met de hoogste score op dit domein. De plaats is die op urgentie."
        if domein
        else "Plaats 1 is het meest urgent. De plaats is altijd die in de hele stad."
    )
    blocks = [Blok(alinea=intro)]
    if o.selectie.soort == "stad":
        chart = o.shared("rangorde", lambda: charts.rank_intervals(o.stad.scores, o.stad.naam))
        blocks.append(Blok(figuur=chart))
    if len(o.cijfers.gerangschikt):
        blocks.append(table_block(overview.ranking(o.cijfers, domein=domein)))
    else:
        blocks.append(Blok(alinea="Geen van deze buurten is gerangschikt."))
    return Sectie("rangorde", "Rangorde van de buurten", tuple(blocks))


def niet_gerangschikt(o: Onderwerp) -> Sectie:
    """Show the buurten without a rank, and why."""
    table = overview.not_ranked(o.cijfers)
    return Sectie(
        "niet-gerangschikt",
        "Niet gerangschikt, en waarom",
        (table_block(table, "Alle buurten zijn gerangschikt."),),
    )


def domeinen(o: Onderwerp) -> Sectie:
    """Show the scores per domain."""
    blocks = []
    if o.selectie.soort == "stad":
        make = lambda: charts.static_maps(o.stad.gebieden, o.stad.scores)  # noqa: E731
        blocks.append(Blok(figuur=o.shared("domeinkaarten", make)))
    blocks.append(table_block(overview.domains(o.cijfers)))
    return Sectie("domeinen", "Scores per domein", tuple(blocks))


def typen(o: Onderwerp) -> Sectie | None:
    """Show the types of buurten."""
    table = overview.types(o.cijfers) if not o.cijfers.typologie.empty else ""
    if not table:
        return None
    intro = "Buurten van één type zijn hetzelfde soort plek. Een type is geen oordeel."
    blocks = [Blok(alinea=intro), table_block(table)]
    if o.selectie.soort == "stad" and not o.materiaal.profielen.empty:
        known = o.stad.typologie.dropna(subset=["type"]).drop_duplicates("type")
        names = dict(zip(known["type"].astype(int), known["typenaam"].astype(str), strict=True))
        profiles = o.materiaal.profielen
        profiles = profiles.loc[[number for number in profiles.index if number in names]]
        make = lambda: charts.type_profiles(profiles, names, FEATURES)  # noqa: E731
        blocks.insert(1, Blok(figuur=o.shared("typen", make)))
    return Sectie("typen", "Typen buurten", tuple(blocks))


def aanpak(o: Onderwerp) -> Sectie | None:
    """Show what is proposed, beside what people who know the buurt say."""
    if o.cijfers.aanpak.empty:
        return None
    intro = (
        "Het voorstel volgt uit urgentie, potentie en het bezit van corporaties. Een duiding kan "
        "het bevestigen of aanpassen; het cijfer zelf verandert daardoor niet."
    )
    return Sectie(
        "aanpak",
        "Aanpak per buurt",
        (
            Blok(alinea=intro),
            table_block(judgements.approach_counts(o.cijfers)),
            table_block(judgements.approaches(o.cijfers)),
        ),
    )


def duidingen(o: Onderwerp) -> Sectie | None:
    """Show everything that was said of the places of the report, with its year."""
    said = o.materiaal.uitspraken
    if said.empty:
        return None
    pockets = o.cijfers.deelbuurten
    names = {str(code): str(naam) for code, naam in o.cijfers.naam.items()}
    if pockets is not None:
        names |= {str(code): str(naam) for code, naam in pockets["naam"].items()}
    table = judgements.statements(said[said["gebied"].isin(list(names))], names)
    intro = "Een duiding staat naast het cijfer en verandert het niet. Alleen rollen zijn genoemd."
    return (
        Sectie("duidingen", "Duidingen", (Blok(alinea=intro), table_block(table)))
        if table
        else None
    )


def dia_gebied(o: Onderwerp) -> Sectie:
    """Show which buurten make up a proposed DIA area, and what the proposal rests on."""
    intro = (
        "Dit gebied is een voorstel: aaneengesloten buurten rond een of meer buurten die een "
        "integrale gebiedsaanpak vragen, of een gebied dat de gemeente zelf noemde. De partners "
        "stellen de grens zelf vast."
    )
    return Sectie(
        "gebied",
        "Het voorgestelde gebied",
        (Blok(alinea=intro), table_block(overview.area_members(o.cijfers))),
    )


def deelbuurten(o: Onderwerp) -> Sectie | None:
    """Show the pockets that an average hides."""
    if o.cijfers.deelbuurten is None:
        if not o.cijfers.niet_gezocht:
            return None
        reason = f"Er is niet gezocht naar plekken binnen buurten. {o.cijfers.niet_gezocht}"
        return Sectie("deelbuurten", "Deel-buurten", (Blok(alinea=reason),))
    table = overview.pockets(o.cijfers, o.stad.naam)
    leeg = "Hier zijn geen plekken gevonden die duidelijk afwijken van de rest van hun buurt."
    return Sectie("deelbuurten", "Deel-buurten", (table_block(table, leeg),))


def plannen(o: Onderwerp) -> Sectie | None:
    """Show the plans of the partners; confidential ones in the internal edition only."""
    plans = o.materiaal.investeringen
    if o.editie == "openbaar" and not plans.empty:
        plans = plans[plans["vertrouwelijkheid"] == "openbaar"]
    most = PLANS_ON_PAPER if o.selectie.soort == "buurt" else 0
    table = overview.investments(plans, o.cijfers, most)
    if not table:
        return None
    blocks = [table_block(table)]
    if most and int(plans["buurtcode"].isin(o.selectie.codes).sum()) > most:
        blocks.append(paper_note("Op papier staan alleen de eerste plannen."))
    return Sectie("plannen", "Plannen van partners", tuple(blocks))


def verandering(o: Onderwerp) -> Sectie | None:
    """Show change since the first year."""
    years = o.materiaal.jaren
    if o.selectie.soort != "stad" or years.shape[1] < 2:
        return None
    chart = o.shared("jaren", lambda: charts.year_maps(o.stad.gebieden, years))
    return Sectie("verandering", "Verandering door de jaren", (Blok(figuur=chart),))


def alle_cijfers(o: Onderwerp) -> Sectie | None:
    """Show all figures of one buurt."""
    table = overview.buurt_indicators(o.stad, o.code, o.materiaal.bronregels)
    note = paper_note(
        "Op papier staan alleen de cijfers die de urgentie van deze buurt het meest verhogen of "
        "verlagen. Alle cijfers staan in het bestand zelf."
    )
    return Sectie("cijfers", "Alle cijfers", (note, table_block(table))) if table else None


def uitleg(o: Onderwerp) -> Sectie:
    """Say how to read the report."""
    table = overview.pairs(overview.DEFINITIONS, "Begrippen", ("Begrip", "Betekenis"))
    intro = (
        "De cijfers gaan over buurten en niet over mensen. Zij zijn een signaal: zij zeggen waar "
        "opgaven samenkomen, en niet waardoor dat komt."
    )
    return Sectie("uitleg", "Hoe leest u dit rapport", (Blok(alinea=intro), table_block(table)))


def bronnen(o: Onderwerp) -> Sectie:
    """Name the sources with reference years."""
    blocks = []
    if o.selectie.soort != "buurt":
        table = shared_table(
            o, "cijfers", lambda: overview.indicators(o.stad, o.materiaal.bronregels)
        )
        blocks.append(table_block(table, "Er zijn geen cijfers bekend."))
    blocks += source_list(o.materiaal.bronregels)
    if o.opendata:
        blocks.append(_open_data(o))
    return Sectie("bronnen", "Bronnen en peiljaren", tuple(blocks))


def _open_data(o: Onderwerp) -> Blok:
    whole = len(o.selectie.codes) == len(o.stad.gebieden)
    where = "in de map opendata" if whole else f"in opendata/{o.selectie.opendata}"
    text = (
        f"De cijfers van dit rapport zijn ook open data. Zij staan {where}, naast de rapporten: "
        "als CSV en als GeoPackage, met de betekenis en de eenheid van elke kolom. Wat onder een "
        "publicatiedrempel ligt, staat er niet in."
    )
    return Blok(kop="Open data", html=Markup('<p class="opendata">{}</p>').format(text))


def methode(o: Onderwerp, zinnen: tuple[Zin, ...]) -> Sectie:
    """Account for the method: grounds of the sentences, thresholds, audit."""
    m = o.materiaal
    blocks = [table_block(overview.grounds(zinnen))]
    if m.drempels:
        blocks.append(
            table_block(
                overview.pairs(m.drempels, "Instellingen en drempels", ("Instelling", "Waarde"))
            )
        )
    shown = {**m.audit, **(m.intern if o.editie == "intern" else {})}
    if o.selectie.soort == "stad":
        blocks += [block for title, table in shown.items() for block in _audit(title, table)]
    if m.besluiten:
        items = Markup("").join(Markup("<li>{}</li>").format(line) for line in m.besluiten)
        blocks.append(Blok(kop="Besluiten over cijfers", html=Markup("<ul>{}</ul>").format(items)))
    if m.versie:
        blocks.append(Blok(alinea=f"Versie van methode en software: {m.versie}."))
    return Sectie(
        "methode", "Methode en controle", tuple(block for block in blocks if block != Blok())
    )


def _audit(title: str, table: pd.DataFrame) -> list[Blok]:
    rule, rest = overview.without_one_rule(table)
    shown = table_block(overview.plain(rest, title))
    return [Blok(alinea=f"{title}. Regel: {rule}."), shown] if rule else [shown]


def toegankelijkheid(o: Onderwerp) -> Sectie:
    """Say how accessible the report is."""
    contact = o.materiaal.contact or "de afdeling onderzoek van uw gemeente"
    text = (
        "Dit rapport is gemaakt volgens WCAG 2.2, niveau AA. Elke kaart en figuur heeft een tabel "
        "met dezelfde cijfers, en alles werkt met het toetsenbord. Wat getest is en wat niet, "
        "staat in de toegankelijkheidsverklaring. Loopt u toch ergens tegenaan? "
        f"Laat het weten aan {contact}."
    )
    return Sectie("toegankelijkheid", "Toegankelijkheid", (Blok(alinea=text),))


_AREA = (
    rangorde,
    niet_gerangschikt,
    domeinen,
    typen,
    aanpak,
    duidingen,
    deelbuurten,
    plannen,
    verandering,
)
_PARTS: dict[str, tuple[Callable[[Onderwerp], Sectie | None], ...]] = {
    "stad": _AREA,
    "stadsdeel": _AREA,
    "wijk": _AREA,
    "dia": (dia_gebied, gezamenlijke_agenda, *_AREA),
    "domein": (rangorde, niet_gerangschikt, aanpak),
    "verandering": (
        veranderd,
        veranderd_gebied,
        ander_type,
        niet_vergeleken,
        begrippen_verandering,
    ),
    "buurt": (profiel, duidingen, deelbuurten, plannen, alle_cijfers),
}


def sections(o: Onderwerp) -> list[Sectie]:
    """Return the sections of a report in reading order, the map left out.

    Sections without content are left out.
    """
    first = kern(o)
    made = [first, *(section for part in _PARTS[o.selectie.soort] if (section := part(o)))]
    zinnen = (*answers(o), *(zin for block in first.blokken for zin in block.zinnen))
    return [*made, uitleg(o), bronnen(o), methode(o, zinnen), toegankelijkheid(o)]
