"""The draft accessibility statement: what the reports are, what was tested, how, and what not."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sia.viz.tables import html_table

STATUS = "C: eerste maatregelen genomen (concept)"


@dataclass(frozen=True)
class Paragraaf:
    """One part of the statement: heading, texts, a list, a table."""

    kop: str
    teksten: tuple[str, ...] = ()
    lijst: tuple[str, ...] = ()
    tabel: tuple[tuple[str, str, str], ...] = ()


TESTED: tuple[tuple[str, str, str], ...] = (
    (
        "Alle soorten rapporten, startpagina, atlas (ook met een vergelijking en twee kaarten), "
        "kaart, land, agenda van bewoners en verantwoording, licht en donker",
        "axe-core 4.12 in Chromium, regels WCAG 2.0, 2.1 en 2.2 niveau A en AA",
        "geen overtredingen",
    ),
    (
        "Breedte van telefoon (390), laptop (1366) en projector (1920 beeldpunten)",
        "axe-core en een meting of de bladzijde zijwaarts schuift",
        "geen overtredingen; alleen figuren en een paar tabellen van de atlas schuiven in hun "
        "eigen vak",
    ),
    (
        "Vergroten tot 200 %",
        "bladzijde op de halve breedte",
        "alles blijft bereikbaar, niets schuift zijwaarts",
    ),
    (
        "Toetsenbord",
        "automatische test: sla-over-link, kaartlaag, zoekveld, elke buurt op de kaart, sorteren",
        "alles is te bereiken en te bedienen; de plaats is zichtbaar",
    ),
    (
        "Contrast van de huisstijl",
        "berekend bij het inlezen van de kleuren (WCAG 2.2, 1.4.3 en 1.4.11)",
        "te licht wordt geweigerd",
    ),
    (
        "Kleur draagt nooit alleen de betekenis",
        "elke klasse heeft ook een teken, een naam of een regel in de tabel erbij; op papier en "
        "bij hoog contrast ook arcering",
        "getest op de kaart",
    ),
    (
        "Minder beweging",
        "instelling van de lezer (prefers-reduced-motion)",
        "de kaart beweegt dan niet",
    ),
    (
        "Zonder internet",
        "elk verzoek geblokkeerd en geteld",
        "geen verzoeken, geen fouten",
    ),
)
"""What, how, outcome; the tests of the reports in a browser hold every row."""

NOT_TESTED: tuple[str, ...] = (
    "Er is geen onderzoek door een onafhankelijke partij volgens WCAG-EM gedaan. Automatische "
    "tests vinden niet elk probleem.",
    "Er is niet getest met een schermlezer door mensen die daarop vertrouwen.",
    "Er is niet getest met spraakbediening of een vergrotingsprogramma.",
    "De tekst is geschreven voor taalniveau B1, maar dat is niet met lezers getoetst.",
    "Een PDF die u zelf uit de browser afdrukt, is niet getoetst op PDF/UA. Gebruik het "
    "HTML-bestand als u hulpmiddelen gebruikt.",
    "De notebooks en de duidingssessie zijn voor medewerkers. Zij vallen buiten deze verklaring.",
)


def statement(organisatie: str, contact: str) -> tuple[Paragraaf, ...]:
    """Return the statement in the order of the Dutch model."""
    return (
        Paragraaf(
            "Verklaring",
            (
                f"{organisatie} wil dat iedereen haar informatie kan gebruiken. Deze verklaring "
                "gaat over de rapporten en kaarten van de Stedelijke Investeringsafweging. Zij is "
                "een concept: de organisatie vult haar aan en stelt haar vast met de "
                "invulassistent van het register van toegankelijkheidsverklaringen.",
            ),
        ),
        Paragraaf(
            "Nalevingsstatus",
            (
                f"Voorstel: {STATUS}. Voor status A of B is een volledig onderzoek nodig. Dat is "
                "er nog niet.",
            ),
        ),
        Paragraaf(
            "Hoe is getest",
            ("De norm is EN 301 549, met WCAG 2.1 niveau AA. Getest is tot en met WCAG 2.2.",),
            tabel=TESTED,
        ),
        Paragraaf("Wat niet is getest", lijst=NOT_TESTED),
        Paragraaf(
            "Bekende beperkingen",
            lijst=(
                "De kaart is een plaatje met lagen. Alle cijfers op de kaart staan ook in tabellen "
                "op dezelfde bladzijde.",
                "Brede figuren schuiven op een telefoon binnen hun eigen vak. Brede tabellen van "
                "een rapport worden er kaartjes, één per rij.",
                "In figuren staan namen van buurten soms ingekort; de tabel eronder heeft de hele "
                "naam.",
            ),
        ),
        Paragraaf(
            "Maatregelen",
            lijst=(
                "De tests draaien bij elke wijziging van de software. Een overtreding houdt de "
                "wijziging tegen.",
                "Elk rapport wordt bij het maken gecontroleerd: het vraagt niets van buiten, en "
                "elk getal in een zin staat in een tabel.",
                "Nog te doen door de organisatie: een onderzoek volgens WCAG-EM, en een test met "
                "gebruikers van een schermlezer.",
            ),
        ),
        Paragraaf(
            "Werkt er iets niet?",
            (
                f"Meld het aan {contact}. Vermeld welk rapport het is en wat er misgaat. Bent u "
                "niet tevreden over het antwoord? Dan kunt u terecht bij de Nationale ombudsman.",
            ),
        ),
        Paragraaf(
            "Akkoord",
            (
                "Naam, functie en datum: in te vullen door de bestuurder of manager die voor deze "
                "rapporten verantwoordelijk is.",
            ),
        ),
    )


def table_html(rows: tuple[tuple[str, str, str], ...]) -> str:
    """Return what was tested as a table."""
    frame = pd.DataFrame(rows, columns=["Wat", "Hoe", "Uitkomst"])
    return html_table(frame, "Wat is getest, hoe, en met welke uitkomst")


def markdown(organisatie: str, contact: str) -> str:
    """Return the statement as Markdown, for the documentation of the project."""
    parts = ["# Toegankelijkheidsverklaring (concept)"]
    for one in statement(organisatie, contact):
        parts.append(f"## {one.kop}")
        parts += one.teksten
        if one.lijst:
            parts.append("\n".join(f"- {item}" for item in one.lijst))
        if one.tabel:
            rows = ["| wat | hoe | uitkomst |", "|---|---|---|"]
            parts.append("\n".join([*rows, *(f"| {' | '.join(row)} |" for row in one.tabel)]))
    return "\n\n".join(parts) + "\n"
