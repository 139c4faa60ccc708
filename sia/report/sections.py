"""The sections of a report: one list, of which every kind of report takes its part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

import pandas as pd
from markupsafe import Markup

from sia.approach import INTEGRAAL
from sia.change.words import FALLS, LEFT_OUT, RISES
from sia.clustering.typenset import FEATURES
from sia.dutch import UNLIKELY, getal, meervoud, opsomming, procent
from sia.report import change, judgements, overview
from sia.report.agenda_sections import agenda, besluiten, plannen
from sia.report.first_screen import Eerste, urgent
from sia.report.marks import change_bar, dot_axis, link
from sia.report.material import GROUPS
from sia.report.parts import Blok, Onderwerp, Sectie, paper_note, source_list, table_block
from sia.report.sentences import Grond, Zin, certainty, count, without_quarter
from sia.viz import charts
from sia.viz.buurt_charts import buurt_charts
from sia.viz.city_map import short_wijk
from sia.viz.index_charts import change_bars
from sia.viz.tables import html_table
from sia.viz.theme import DOMAINS

BARS_ON_PAPER = 7
"""How many bars of what moves the urgentie of a buurt fit on its two pages."""
MOST_RANKED, MOST_CHANGED, MOST_OF_DOMAIN = 20, 12, 15
"""Rows that fit on one screen; the others stand in the annex."""


def rangorde(o: Onderwerp) -> Sectie:
    """Show the order with its margins: in the city those that may go first, elsewhere all."""
    kind, ranked = o.selectie.soort, o.cijfers.gerangschikt
    if ranked.empty:
        text = "Geen van deze buurten is gerangschikt."
        return Sectie("rangorde", "De volgorde", Blok(alinea=text), *_unranked(o))
    domein = o.selectie.sleutel if kind == "domein" else ""
    shown, title = ranked.index, "Buurten op volgorde van urgentie"
    if domein:
        best = ranked[domein].astype(float).nlargest(MOST_OF_DOMAIN, keep="first")
        shown, title = best.index, f"De hoogste scores op {DOMAINS[domein].lower()}"
    elif kind == "stad":
        near = ranked.index[: ceil(len(ranked) / 4)]
        if o.stad.heeft_intervallen:
            near = ranked.index[ranked["kans_kwart"].astype(float) > UNLIKELY]
        shown, title = near[:MOST_RANKED], "Buurten die voorgaan of misschien voorgaan"
        if without_quarter(ranked):
            near = shown = ranked.index
            title = "De gerangschikte buurten"
        if len(shown) < len(near):
            title += f" (de eerste {getal(len(shown))} van {getal(len(near))}; alles in de bijlage)"
    total = len(o.stad.gerangschikt)
    own = o.cijfers.alleen(list(shown)) if len(shown) < len(ranked) else o.cijfers
    html = overview.ranking(own, o.buren, title, domein=domein, van=total)
    line = "" if without_quarter(ranked) else " Stippellijn: grens van het meest urgente kwart."
    note = (
        f"Stip: plaats. Streep: waar de plaats ligt in 90 % van de doorrekeningen.{line}"
        if o.stad.heeft_intervallen
        else "De marges zijn niet doorgerekend: buurten kunnen nog van plaats wisselen."
    )
    blocks = [table_block(html), Blok(html=Markup('<p class="noot">{}</p>').format(note))]
    if kind == "stad":
        doubt = (overview.flag_sentence(o.stad), *certainty(o.stad))
        sure = Blok(kop="Hoe zeker is dat?", zinnen=tuple(z for z in doubt if z))
        title = "De volgorde" if without_quarter(ranked) else "Welke buurten gaan voor?"
        return Sectie("rangorde", title, *blocks, sure, vorm="breedsmal")
    return Sectie("rangorde", "De volgorde", *blocks, *_unranked(o))


def _unranked(o: Onderwerp) -> list[Blok]:
    if o.selectie.soort == "domein" or o.cijfers.niet_gerangschikt.empty:
        return []
    return [table_block(overview.not_ranked(o.cijfers))]


def waarom(o: Onderwerp) -> Sectie | None:
    """Say why the approach differs from the order: what corporations own decides it."""
    chosen, ways = urgent(o.stad), o.stad.aanpak
    if ways.empty or chosen.empty:
        return None
    own = ways.reindex(chosen.index)
    share = own["corporatiebezit"].astype(float)
    dots = [
        (
            float(share[code]),
            getal(chosen["rang"][code]),
            "integraal" if str(own["aanpak"][code]).startswith(INTEGRAAL) else "gericht",
            str(o.stad.naam[code]),
        )
        for code in share.index[share.notna()]
    ]
    blocks = [Blok(zinnen=(_why(o, own, share),))]
    if dots:
        blocks.append(
            Blok(kop="Woningen van corporaties", html=dot_axis(dots, o.materiaal.grens_bezit))
        )
        key = '<p class="noot"><b class="sleutel integraal"></b> integrale gebiedsaanpak &nbsp; '
        key += '<b class="sleutel gericht"></b> gerichte koppelkansen. Het getal is de plaats.</p>'
        blocks.append(Blok(html=Markup(key)))  # noqa: S704 - no data in it
    blocks.append(table_block(judgements.approach_groups(o.stad, o.buren, 12)))
    differs = own["aanpak"].nunique() > 1
    title = "Waarom verschilt de aanpak van de volgorde?" if differs else "Welke aanpak past waar?"
    return Sectie("waarom", title, *blocks, vorm="helft")


def _why(o: Onderwerp, own: pd.DataFrame, share: pd.Series[float]) -> Zin:
    limit = procent(o.materiaal.grens_bezit)
    need = Grond("corporatiebezit voor een integrale gebiedsaanpak", limit)
    start = (
        f"Voor een integrale gebiedsaanpak bezitten corporaties ten minste {limit} van de woningen."
    )
    unknown = int(share.isna().sum())
    if unknown == len(share):
        text = (
            "Van geen van de buurten die voorgaan is bekend hoeveel woningen van corporaties zijn."
        )
        return Zin(f"{start} {text} Of die aanpak past, is dus nog niet te zeggen.", need)
    places = o.stad.scores["rang"].reindex(share.index)
    enough = share.index[share >= o.materiaal.grens_bezit]
    told = [getal(places[code]) for code in enough]
    grounds = [need, *(Grond("plaats met genoeg corporatiebezit", t) for t in told)]
    if not told:
        text = "Dat is bij geen van de buurten die voorgaan zo."
    elif len(told) == len(share):
        text = "Dat is bij alle buurten die voorgaan zo: de aanpak volgt de volgorde."
    else:
        other = [getal(places[code]) for code in share.index[share < o.materiaal.grens_bezit]]
        turned = len(other) < len(told) and not unknown
        if turned:
            grounds = [need, *(Grond("plaats met te weinig bezit", t) for t in other)]
            text = f"Dat is overal zo, behalve op plaats {opsomming(other)}. Daar"
        else:
            text = f"Dat is zo op plaats {opsomming(told)}. Op de andere plaatsen"
        text += " combineert u werk dat er toch komt."
    if unknown:
        text += f" Van {meervoud(unknown, 'buurt', 'buurten')} is het bezit onbekend."
        grounds.append(count(unknown, "buurten met onbekend corporatiebezit"))
    return Zin(f"{start} {text}", *grounds)


def verandering(o: Onderwerp) -> Sectie | None:
    """Show the change that is real: more than noise, borders, method and revised sources."""
    if o.stad.verandering is None or not (o.gebied.buurten["oordeel"] != LEFT_OUT).any():
        return None
    g = o.gebied
    table = g.buurten[g.buurten["oordeel"].isin([RISES, FALLS])]
    size = table["echte verandering"].abs().sort_values(ascending=False, kind="stable")
    shown = table.loc[size.index[:MOST_CHANGED]]
    shown = shown.sort_values("echte verandering", ascending=False, kind="stable")
    blocks = [Blok(zinnen=(*change.things(g), *change.certainty(g)[:2]))]
    if len(shown):
        most = float(shown[["laag", "hoog"]].abs().to_numpy().max())
        rows = shown.to_dict("records")
        bars = pd.DataFrame(
            {
                "Buurt": [link(o.buren, "buurt", str(c), str(o.stad.naam[c])) for c in shown.index],
                "Verandering": [change_bar(row, most) for row in rows],
                "Punten": [change.points_text(row) for row in rows],
            },
            dtype=object,
        )
        what = f"Echt veranderd sinds {g.verandering.basisjaar}, met marge"
        blocks.append(table_block(html_table(bars, what, getallen=("Punten",))))
    to = link(o.buren, "verandering", f"stad {o.stad.gemeentecode}", "het rapport over verandering")
    if "href" in to:
        blocks.append(Blok(html=Markup('<p class="noot">Alle buurten staan in {}.</p>').format(to)))
    return Sectie(
        "verandering",
        f"Wat is er echt veranderd sinds {g.verandering.basisjaar}?",
        *blocks,
        vorm="helft",
    )


def profiel(o: Onderwerp) -> Sectie:
    """Show key figures, profile and contributions of one buurt."""
    drawn = buurt_charts(o.stad, o.materiaal.jaren, o.code, most=BARS_ON_PAPER, smal=True)
    blocks = [table_block(overview.key_figures(o.stad, o.code))]
    blocks += [Blok(figuur=chart) for chart in drawn]
    return Sectie("profiel", "Deze buurt in cijfers", *blocks)


def hele_rangorde(o: Onderwerp) -> Sectie:
    """Show the order of all ranked buurten, and why the others have no place."""
    blocks = []
    if len(o.stad.gerangschikt):
        title = "Gerangschikte buurten naar urgentie"
        blocks.append(table_block(overview.ranking(o.stad, o.buren, title, volledig=True)))
    else:
        blocks.append(Blok(alinea="Geen van deze buurten is gerangschikt."))
    return Sectie("rangorde", "Rangorde van de buurten", *blocks)


def niet_gerangschikt(o: Onderwerp) -> Sectie:
    """Show the buurten without a rank, and why."""
    table = overview.not_ranked(o.cijfers)
    return Sectie(
        "niet-gerangschikt",
        "Niet gerangschikt, en waarom",
        table_block(table, "Alle buurten zijn gerangschikt."),
    )


def domeinen(o: Onderwerp) -> Sectie:
    """Show the scores per domain."""
    blocks = []
    if o.selectie.soort == "stad":
        make = lambda: charts.static_maps(o.stad.gebieden, o.stad.scores)  # noqa: E731
        blocks.append(Blok(figuur=o.shared("domeinkaarten", make)))
    blocks.append(table_block(overview.domains(o.cijfers)))
    return Sectie("domeinen", "Scores per domein", *blocks)


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
    return Sectie("typen", "Typen buurten", *blocks)


def aanpak(o: Onderwerp) -> Sectie | None:
    """Show what is proposed, beside what people who know the buurt say."""
    if o.cijfers.aanpak.empty:
        return None
    intro = (
        "Het voorstel volgt uit urgentie, potentie en het bezit van corporaties. Een duiding kan "
        "het bevestigen of aanpassen; het cijfer zelf verandert daardoor niet."
    )
    table = table_block(judgements.approaches(o.cijfers))
    return Sectie("aanpak", "Aanpak per buurt", Blok(alinea=intro), table)


def jaren(o: Onderwerp) -> Sectie | None:
    """Show the urgentie of every year on one scale."""
    years = o.materiaal.jaren
    if years.shape[1] < 2:
        return None
    chart = o.shared("jaren", lambda: charts.year_maps(o.stad.gebieden, years))
    return Sectie("jaren", "Urgentie door de jaren", Blok(figuur=chart))


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
        Sectie("duidingen", "Duidingen", Blok(alinea=intro), table_block(table)) if table else None
    )


def deelbuurten(o: Onderwerp) -> Sectie | None:
    """Show the pockets that an average hides."""
    city = o.selectie.soort == "stad"
    if o.cijfers.deelbuurten is None:
        if not (o.cijfers.niet_gezocht and city):
            return None
        reason = f"Er is niet gezocht naar plekken binnen buurten. {o.cijfers.niet_gezocht}"
        return Sectie("deelbuurten", "Deel-buurten", Blok(alinea=reason))
    table = overview.pockets(o.cijfers, o.stad.naam)
    if not table and not city:
        return None
    leeg = "Hier zijn geen plekken gevonden die duidelijk afwijken van de rest van hun buurt."
    return Sectie("deelbuurten", "Deel-buurten", table_block(table, leeg))


def alle_cijfers(o: Onderwerp) -> Sectie | None:
    """Show all figures of one buurt."""
    table = overview.buurt_indicators(o.stad, o.code, o.materiaal.bronregels)
    note = paper_note(
        "Op papier staan alleen de cijfers die de urgentie van deze buurt het meest verhogen of "
        "verlagen. Alle cijfers staan in het bestand zelf."
    )
    some = [note] if o.stad.scores["gerangschikt"].get(o.code, False) else []
    return Sectie("cijfers", "Alle cijfers", *some, table_block(table)) if table else None


def uitleg(o: Onderwerp) -> Sectie:
    """Say how to read the report."""
    table = overview.pairs(overview.DEFINITIONS, "Begrippen", ("Begrip", "Betekenis"))
    intro = (
        "De cijfers gaan over buurten en niet over mensen. Zij zijn een signaal: zij zeggen waar "
        "opgaven samenkomen, en niet waardoor dat komt."
    )
    return Sectie("uitleg", "Hoe leest u dit rapport", Blok(alinea=intro), table_block(table))


def bronnen(o: Onderwerp) -> Sectie:
    """Name the sources with reference years."""
    blocks = []
    if o.selectie.soort != "buurt":
        table = overview.indicators(o.stad, o.materiaal.bronregels)
        blocks.append(table_block(table, "Er zijn geen cijfers bekend."))
    blocks += source_list(o.materiaal.bronregels)
    return Sectie("bronnen", "Bronnen en peiljaren", *blocks)


def _open_data(o: Onderwerp) -> Blok:
    whole = len(o.selectie.codes) == len(o.stad.gebieden)
    where = "in de map opendata" if whole else f"in opendata/{o.selectie.opendata}"
    text = (
        f"De cijfers van dit rapport zijn ook open data. Zij staan {where}, naast de rapporten: "
        "als CSV en als GeoPackage, met de betekenis en de eenheid van elke kolom. Wat onder een "
        "publicatiedrempel ligt, staat er niet in."
    )
    return Blok(kop="Open data", html=Markup('<p class="opendata">{}</p>').format(text))


def methode(o: Onderwerp) -> Sectie:
    """Account for the method: thresholds, audit, decisions, version."""
    m = o.materiaal
    blocks: list[Blok] = []
    if m.drempels:
        blocks.append(
            table_block(
                overview.pairs(m.drempels, "Instellingen en drempels", ("Instelling", "Waarde"))
            )
        )
    shown = {**m.audit, **(m.intern if o.editie == "intern" else {})}
    blocks += [block for title, table in shown.items() for block in _audit(title, table)]
    if m.besluiten:
        blocks.append(Blok(kop="Besluiten over cijfers", lijst=m.besluiten))
    if m.versie:
        blocks.append(Blok(alinea=f"Versie van methode en software: {m.versie}."))
    return Sectie("methode", "Methode en controle", *(b for b in blocks if b != Blok()))


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
    return Sectie("toegankelijkheid", "Toegankelijkheid", Blok(alinea=text))


def verder(o: Onderwerp, zinnen: Sequence[Zin]) -> Sectie:
    """Lead on: to annex, atlas and neighbours, with the figures and sources under the page."""
    blocks = [Blok(html=_links(o))]
    if o.selectie.soort != "buurt":
        text = "De cijfers wijzen plekken aan, geen oorzaken en geen mensen."
        if o.buren.bijlage:
            to = Markup('<a href="{}">de bijlage</a>').format(o.buren.bijlage)
            text = Markup("{} Begrippen, methode, bronnen en alle tabellen staan in {}.").format(
                text, to
            )
        blocks.append(Blok(html=Markup("<p>{}</p>").format(text)))
        blocks.append(Blok(dicht="Bronnen", html=_source_lines(o)))
    if o.materiaal.besluiten:
        blocks.append(Blok(kop="Besluiten over cijfers", lijst=o.materiaal.besluiten))
    grounds = table_block(overview.grounds(zinnen)).html
    blocks.append(Blok(dicht="Waar de getallen in de zinnen vandaan komen", html=grounds))
    if o.opendata:
        blocks.append(_open_data(o))
    contact = o.materiaal.contact or "de afdeling onderzoek van uw gemeente"
    help_ = f"Loopt u ergens tegenaan in dit rapport? Laat het weten aan {contact}."
    blocks.append(Blok(html=Markup('<p class="noot">{}</p>').format(help_)))
    return Sectie("verder", "Verder lezen", *(block for block in blocks if block != Blok()))


def _links(o: Onderwerp) -> Markup:
    """Return links to the reports around and inside this one; empty where there is no set."""
    groups: dict[str, list[Markup]] = {}
    for one in o.rondom:
        address = o.buren.van(one.soort, one.sleutel)
        if address:
            shown = Markup('<a href="{}">{}</a>').format(address, one.kort)
            groups.setdefault(GROUPS[one.soort][0], []).append(shown)
    if not groups:
        return Markup("")
    rows = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(name, Markup(" · ").join(links))
        for name, links in groups.items()
    )
    return Markup('<dl class="buren">{}</dl>').format(rows)


def _source_lines(o: Onderwerp) -> Markup:
    lines = [*o.materiaal.bronregels, o.stad.bron_grenzen]
    items = Markup("").join(
        Markup("<li>{}</li>").format(line) for line in dict.fromkeys(lines) if line
    )
    return Markup('<ol class="bronnen">{}</ol>').format(items)


def veranderd(o: Onderwerp) -> Sectie:
    """Show what changed per buurt, by cause."""
    g = o.gebied
    intro = (
        f"Het verschil tussen twee gepubliceerde scores bestaat uit {len(change.PARTS)} delen. "
        "Alleen de echte verandering gaat over de buurt zelf. De marge hoort bij de echte "
        "verandering."
    )
    known = g.buurten[g.buurten["oordeel"] != LEFT_OUT]
    blocks = [Blok(alinea=intro)]
    if len(known):
        blocks.append(Blok(figuur=change_bars(known, o.cijfers.naam)))
        blocks.append(table_block(change.per_buurt(g)))
    else:
        blocks.append(Blok(alinea="Geen van deze buurten is te vergelijken."))
    return Sectie("veranderd", "Wat er veranderde", *blocks)


def veranderd_gebied(o: Onderwerp) -> Sectie:
    """Show the mean change of the area, of the city and of what lies inside, and per domain."""
    g, kind = o.gebied, o.selectie.gebied[0]
    city = ("stad", o.stad.gemeentecode)
    own = o.cijfers.gebieden
    names = {city: o.stad.gemeente, o.selectie.gebied: o.selectie.naam}
    inside: list[tuple[str, str]] = []
    if kind == "stad":
        inside += [("stadsdeel", naam) for naam in sorted(set(own["stadsdeel"].str.strip()) - {""})]
    if kind in ("stad", "stadsdeel"):
        wijken = dict(zip(own["wijkcode"], own["wijknaam"].map(short_wijk), strict=True))
        inside += [("wijk", code) for code in sorted(wijken)]
        names |= {("wijk", code): str(naam) for code, naam in wijken.items()}
    keys = list(dict.fromkeys([city, o.selectie.gebied, *inside]))
    return Sectie(
        "per-gebied",
        "Per gebied en per domein",
        table_block(change.per_area(g, names, keys)),
        table_block(change.per_domain(g)),
    )


def ander_type(o: Onderwerp) -> Sectie | None:
    """Show which buurten changed type, and whether that is more than noise."""
    found = o.materiaal.trajecten
    if found.empty:
        return None
    intro = (
        "Het type is voor alle jaren opnieuw bepaald met dezelfde cijfers en dezelfde schaal. "
        "Een wisseling kan ook ontstaan doordat een buurt tussen twee typen in ligt."
    )
    told = change.type_sentence(found, o.cijfers.naam)
    table = table_block(change.type_table(found, o.cijfers), told.tekst if told else "")
    return Sectie("ander-type", "Ander type buurt", Blok(alinea=intro), table)


def niet_vergeleken(o: Onderwerp) -> Sectie:
    """Show the buurten that cannot be compared, or whose border moved, and why."""
    return Sectie(
        "niet-vergeleken",
        "Niet te vergelijken, en waarom",
        table_block(change.left_out(o.gebied), "Alle buurten zijn te vergelijken."),
    )


def begrippen_verandering(o: Onderwerp) -> Sectie:
    """Explain the words of a report on change."""
    table = overview.pairs(change.DEFINITIONS, "Begrippen bij verandering", ("Begrip", "Betekenis"))
    return Sectie("begrippen", "Wat de woorden betekenen", table_block(table))


_AREA = (rangorde, agenda, deelbuurten, duidingen)
_PARTS: dict[str, tuple[Callable[[Onderwerp], Sectie | None], ...]] = {
    "stad": (rangorde, waarom, agenda, verandering),
    "stadsdeel": _AREA,
    "wijk": _AREA,
    "dia": _AREA,
    "domein": (rangorde, agenda),
    "verandering": (
        veranderd,
        veranderd_gebied,
        ander_type,
        niet_vergeleken,
        begrippen_verandering,
    ),
    "buurt": (profiel, duidingen, deelbuurten, plannen, alle_cijfers, bronnen),
}
_ANNEX = (
    *(hele_rangorde, niet_gerangschikt, domeinen, typen, aanpak, duidingen, deelbuurten),
    *(plannen, besluiten, jaren, uitleg, bronnen, methode, toegankelijkheid),
)


def sections(o: Onderwerp, eerste: Eerste) -> list[Sectie]:
    """Return the sections of a report in reading order, after its first screen.

    Sections without content are left out.
    """
    made = [section for part in _PARTS[o.selectie.soort] if (section := part(o))]
    blocks = (block for section in made for block in section.blokken)
    told = [eerste.kop, *eerste.zinnen, *eerste.zeker, *eerste.vragen]
    told += [eerste.volgt.zin] if eerste.volgt else []
    return [*made, verder(o, [*told, *(zin for block in blocks for zin in block.zinnen)])]


def annex(o: Onderwerp) -> list[Sectie]:
    """Return the sections of the annex of a city: all tables, the sources and the method."""
    return [section for part in _ANNEX if (section := part(o))]
