"""A draft entry for the Dutch Algoritmeregister, filled in from catalogue, design and sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sia.dutch import getal, meervoud, opsomming
from sia.report.material import Materiaal
from sia.viz.tables import html_table
from sia.viz.theme import DOMAINS

STANDARD = "1.0"
"""Version of the Publicatiestandaard of the Algoritmeregister (Ministerie van BZK, 2024)."""

TO_FILL = "[in te vullen door de gemeente]"

_STATLINE = "https://opendata.cbs.nl/statline/#/CBS/nl/dataset/{table}/table"
_TABLE = re.compile(r"\b(\d{5}NED)\b")


@dataclass(frozen=True)
class Veld:
    """One field of the standard.

    Parameters
    ----------
    naam : str
        Key in the standard's JSON.
    titel : str
        As the register shows it.
    lengte : int
        Most signs; 0 where the standard sets none.
    """

    naam: str
    titel: str
    lengte: int = 0
    verplicht: bool = False


FIELDS: tuple[Veld, ...] = (
    Veld("name", "Naam", 100, True),
    Veld("description_short", "Korte omschrijving", 350, True),
    Veld("organization", "Organisatie", 100, True),
    Veld("category", "Thema"),
    Veld("status", "Status", 0, True),
    Veld("begin_date", "Begindatum", 7),
    Veld("end_date", "Einddatum", 7),
    Veld("contact_email", "Contactgegevens", 500, True),
    Veld("website", "Link naar publiekspagina", 500),
    Veld("publication_category", "Publicatiecategorie", 0, True),
    Veld("url", "Link naar bronregistratie", 500),
    Veld("goal", "Doel en impact", 2500),
    Veld("proportionality", "Afwegingen", 2500),
    Veld("human_intervention", "Menselijke tussenkomst", 2500),
    Veld("risks", "Risicobeheer", 2500),
    Veld("lawful_basis", "Wettelijke basis", 2500),
    Veld("lawful_basis_grouping", "Verwijzingen wettelijke basis"),
    Veld("process_index_url", "Link naar verwerkingsregister", 500),
    Veld("impacttoetsen_grouping", "Impacttoetsen"),
    Veld("impacttoetsen", "Toelichting op impacttoetsen", 2500),
    Veld("source_data", "Gegevens", 2500),
    Veld("source_data_grouping", "Verwijzingen gegevensbronnen"),
    Veld("methods_and_models", "Technische werking", 5000),
    Veld("provider", "Leverancier", 200),
    Veld("publiccode", "Link naar broncode", 500),
    Veld("lang", "Taal", 0, True),
    Veld("standard_version", "Versie publicatiestandaard"),
    Veld("source_id", "Bron-ID", 100),
    Veld("tags", "Zoektermen", 2500),
)
"""The fields of the standard in its order."""

_CHOICES = (
    "De gemeente kiest zelf: status, publicatiecategorie en thema zijn een voorstel. De zwaardere "
    "categorie is voorgesteld omdat de uitkomst meestuurt waar wordt geïnvesteerd."
)


def register_entry(materiaal: Materiaal) -> dict[str, object]:
    """Return the draft entry, in the keys and the order of the standard."""
    made: dict[str, object] = dict.fromkeys((field.naam for field in FIELDS), "")
    made |= {
        "name": "Stedelijke Investeringsafweging (SIA): buurten wegen op opgaven en kansen",
        "description_short": (
            "De SIA telt open cijfers per buurt bij elkaar op. Zo is te zien waar opgaven "
            "samenkomen en waar partners samen kunnen investeren. De uitkomst is een signaal voor "
            "een gesprek. Mensen beslissen."
        ),
        "organization": f"Gemeente {materiaal.cijfers.gemeente}"[:100],
        "category": ["Ruimte en infrastructuur", "Wonen", "Zorg en gezondheid"],
        "status": "In ontwikkeling",
        "contact_email": TO_FILL,
        "publication_category": "Impactvolle algoritmes",
        "lang": "nld",
        "standard_version": STANDARD,
        "provider": "Open broncode, zelf in beheer te nemen (EUPL-1.2)",
        "tags": "buurten, leefbaarheid, investeren, open data, wijkaanpak, samengestelde index",
        "lawful_basis_grouping": [
            {"title": "Gemeentewet, artikel 108", "link": "https://wetten.overheid.nl/BWBR0005416"}
        ],
        "impacttoetsen_grouping": [],
        "source_data_grouping": _links(materiaal),
        **_texts(materiaal),
    }
    return made


def _texts(materiaal: Materiaal) -> dict[str, object]:
    return {
        "goal": (
            "Doel: zichtbaar maken waar in de stad opgaven samenkomen, zodat gemeente, "
            "corporaties, netbeheerders en andere partners hun investeringen daar op elkaar "
            "kunnen afstemmen. Impact: een buurt kan eerder of later aan de beurt komen. Het "
            "algoritme neemt geen besluit over personen, adressen of huishoudens, en mag daar "
            "ook niet voor worden gebruikt."
        ),
        "proportionality": _considerations(materiaal),
        "human_intervention": (
            "De werkwijze is dat elke uitkomst wordt besproken in een duidingssessie met mensen "
            "die de buurt kennen; de gemeente gaat na of zij zo werkt. Zij kunnen het voorstel "
            "bevestigen, bijstellen of overrulen, met een reden. Het "
            "oordeel staat daarna naast het cijfer; het cijfer verandert niet. Het college "
            "besluit. Een rang staat nooit alleen: er staat altijd bij hoe zeker zij is."
        ),
        "risks": _risks(materiaal),
        "lawful_basis": (
            "De gemeente regelt haar eigen huishouding (Gemeentewet, artikel 108) en weegt "
            "daarin af waar zij investeert. Er worden alleen cijfers over buurten gebruikt. De "
            "gemeente laat deze grondslag toetsen."
        ),
        "impacttoetsen": (
            "Er is nog geen DPIA of IAMA aan deze registratie gekoppeld. Het algoritme rekent met "
            "cijfers per buurt. Een DPIA komt in beeld bij eigen tabellen uit registers over "
            "personen en bij het logboek van duidingen. Of een IAMA nodig is, besluit de gemeente."
        ),
        "source_data": _data(materiaal),
        "methods_and_models": _working(materiaal),
    }


def _considerations(materiaal: Materiaal) -> str:
    lifted = "; ".join(materiaal.besluiten) or "geen"
    return _fit(
        "Voordeel: alle buurten worden op dezelfde, openbare manier bekeken, met de onzekerheid "
        "erbij. Nadeel: wat niet in open cijfers staat, telt niet mee, en een gemiddelde van een "
        "buurt verbergt verschillen. Daarom zoekt het algoritme ook naar plekken binnen buurten "
        "en is de duiding een vast onderdeel. Herkomst, nationaliteit, geboorteplaats en "
        "godsdienst, en wat daarvoor in de plaats kan komen, tellen nooit mee in een score. "
        "Leeftijd, geslacht en soort huishouden zijn alleen toelichting. Overwogen alternatief: "
        "alleen gesprekken, zonder cijfers; daarbij zijn buurten niet op dezelfde manier te "
        f"vergelijken. Besluiten om een blokkade op te heffen: {lifted}",
        2500,
    )


def _risks(materiaal: Materiaal) -> str:
    limits = "; ".join(f"{what}: {value}" for what, value in list(materiaal.drempels.items())[:3])
    return _fit(
        "Stigma: de uitkomst gaat over plekken en niet over mensen, en staat altijd naast kansen. "
        "Schijnzekerheid: van elke rang staat de marge erbij, uit herhaalde berekening met andere "
        "redelijke keuzes. Herleidbaarheid: cijfers onder de publicatiedrempel worden niet "
        "getoond en geheime cijfers van de bron worden niet teruggerekend. Discriminatie: per "
        "cijfer wordt de samenhang met herkomst getoetst; onderzoekers zien de uitkomst. "
        "Veroudering: bij elk cijfer staat het jaar waarover het gaat. Verkeerd gebruik: de "
        "uitkomst mag niet worden gebruikt voor besluiten over personen. Drempels nu: "
        f"{limits or 'standaard'}.",
        2500,
    )


def _data(materiaal: Materiaal) -> str:
    table = used_indicators(materiaal)
    scored = table[table["rol"].isin(["opgave", "kans"])]
    per_domain = [
        f"{name} ({meervoud(int(number), 'cijfer', 'cijfers')})"
        for key, name in {**DOMAINS, "potentie": "Potentie"}.items()
        if (number := (scored["domein"] == key).sum())
    ]
    lines = "; ".join(dict.fromkeys(materiaal.bronregels))
    return _fit(
        "Cijfers per buurt, geen gegevens over personen. "
        f"In de scores: {getal(len(scored))} cijfers. Per domein: {opsomming(per_domain)}. "
        f"Bronnen: {lines}",
        2500,
    )


def _working(materiaal: Materiaal) -> str:
    rules = "; ".join(f"{what}: {value}" for what, value in materiaal.drempels.items())
    return _fit(
        "Niet zelflerend. Invoer: cijfers per buurt met noemer, peiljaar en vlag. Werking: elk "
        "cijfer wordt het percentiel tussen de woonbuurten waarvan cijfers bekend zijn, in het "
        "basisjaar; bedragen bewegen mee met de mediaan van hun jaar. Binnen een onderdeel van een "
        "domein telt elk cijfer even zwaar. De domeinen wegen zoals de methode zegt en worden met "
        "een kwadratisch gemiddelde samengevoegd, zodat een goede score op het ene domein een "
        "slechte op het andere maar voor een deel goedmaakt. Alleen woonbuurten krijgen een "
        "plaats. Potentie is een aparte as en wordt niet bij "
        "urgentie opgeteld. De onzekerheid volgt uit herhaalde berekening (Monte Carlo) met "
        "andere normalisatie, gewichten, aggregatie en aanvulling, het weglaten van een cijfer, en "
        "ruis in de cijfers. Typen zeggen wat voor plek een buurt is (bewoners, dichtheid, "
        "ligging), naar een vaste landelijke indeling; deel-buurten volgen uit een "
        "toets op vierkanten van 100 meter. De aanpak volgt uit vaste regels. Uitvoer: per buurt "
        "score, plaats met marge, type en voorstel voor een aanpak. Zijn er plannen van partners, "
        "dan kiest een wiskundige optimalisatie met vaste doelen in welk jaar elk plan begint; ook "
        "dat is een voorstel. Formules en bronnen: "
        f"docs/explanation/methode.md. {materiaal.versie}. Instellingen: {rules}",
        5000,
    )


def used_indicators(materiaal: Materiaal) -> pd.DataFrame:
    """Return the catalogue entries that have at least one value this year."""
    catalogue, flags = materiaal.cijfers.catalogus, materiaal.cijfers.vlaggen
    there = [
        key
        for key in catalogue.index
        if key in flags and not flags[key].astype(str).str.startswith("ontbreekt").all()
    ]
    return catalogue.loc[there]


def _links(materiaal: Materiaal) -> list[dict[str, str]]:
    if materiaal.theme.fictief:
        return []
    found = {table: line for line in materiaal.bronregels for table in _TABLE.findall(line)}
    return [
        {"title": line[:500], "link": _STATLINE.format(table=table)}
        for table, line in sorted(found.items())
    ]


def _fit(text: str, limit: int) -> str:
    """Keep a text within the standard; what does not fit is in the report, and it says so."""
    tail = " … (vervolg in het rapport)"
    return text if len(text) <= limit else text[: limit - len(tail)].rstrip() + tail


def open_fields(entry: Mapping[str, object]) -> list[str]:
    """Return the titles of the fields that the municipality still has to fill in."""
    return [field.titel for field in FIELDS if entry[field.naam] in ("", TO_FILL, [])]


def register_frame(entry: Mapping[str, object]) -> pd.DataFrame:
    """Return the entry as one row of texts, a column per field, for CSV."""
    return pd.DataFrame([{field.naam: _text(entry[field.naam]) for field in FIELDS}])


def _text(value: object) -> str:
    if not isinstance(value, list):
        return str(value)
    return "; ".join(
        f"{one['title']} ({one['link']})" if isinstance(one, dict) else str(one) for one in value
    )


def register_table(entry: Mapping[str, object]) -> str:
    """Return the entry as a table that is read."""
    rows = [(field.titel, _text(entry[field.naam]) or "nog leeg") for field in FIELDS]
    return html_table(pd.DataFrame(rows, columns=["Veld", "Tekst"]), "Concept voor het register")


def explanation() -> str:
    """Say which choices in the draft are not the program's to make."""
    return _CHOICES
