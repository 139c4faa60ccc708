"""The record of one investment plan: every field, its meaning, its level of openness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Openness = Literal["intern", "partners", "openbaar"]
Kind = Literal["tekst", "keuze", "keuzes", "jaar", "geheel", "bedrag", "getal", "lijst", "datum"]

OPENNESS: tuple[Openness, ...] = ("intern", "partners", "openbaar")
"""From most to least closed: of its partner alone, of the partners, of everybody."""

OPGAVEN = ("sociaal", "wonen", "veiligheid", "voorzieningen", "klimaat", "energie")
FLEXIBILITY = ("vast", "bespreekbaar", "vrij")
STATUS = ("idee", "begroot", "vastgesteld", "in uitvoering")
NUISANCE = ("straat open", "geluid", "geen")
YES_NO = ("ja", "nee")
SYSTEMS = ("RD", "WGS84")
SOORTEN = (
    "riolering",
    "weg",
    "groen",
    "waterberging",
    "waterleiding",
    "elektriciteitsnet",
    "gasnet",
    "warmtenet",
    "renovatie",
    "sloop-nieuwbouw",
    "onderhoud woningen",
    "school",
    "huis van de wijk",
    "vastgoed",
    "energiecoach",
    "welzijn",
    "zorg",
    "veiligheid",
    "evenement",
    "overig",
)


@dataclass(frozen=True)
class Field:
    """One column of the template.

    Parameters
    ----------
    name : str
        Column name in every table of plans.
    label : str
        Heading in the workbook, Dutch.
    kind : str
        How a cell is read.
    level : {"intern", "partners", "openbaar"}
        Who may see the field at most.
    uitleg : str
        Dutch explanation for whoever fills it in.
    required : bool
    choices : tuple of str
        Allowed values of ``keuze`` and ``keuzes``.
    voorbeeld : str
        A filled-in cell.
    """

    name: str
    label: str
    kind: Kind
    level: Openness
    uitleg: str
    required: bool = False
    choices: tuple[str, ...] = ()
    voorbeeld: str = ""


FIELDS: tuple[Field, ...] = (
    Field(
        "plan",
        "Plannummer",
        "tekst",
        "openbaar",
        "Uw eigen, vaste nummer. Blijft bij elke levering gelijk: daaraan herkennen we het plan.",
        required=True,
        voorbeeld="GEM-RIO-001",
    ),
    Field(
        "partner",
        "Partner",
        "tekst",
        "openbaar",
        "Naam van uw organisatie, elke keer precies zo geschreven.",
        required=True,
        voorbeeld="Gemeente Voorbeeldstad (fictief)",
    ),
    Field(
        "titel",
        "Titel",
        "tekst",
        "openbaar",
        "Korte naam van het plan, zoals een bewoner het zou noemen.",
        required=True,
        voorbeeld="Nieuw riool Lindestraat (fictief)",
    ),
    Field(
        "soort",
        "Soort werk",
        "keuze",
        "openbaar",
        "Bepaalt welke koppelkansen en besparingen mogelijk zijn.",
        required=True,
        choices=SOORTEN,
        voorbeeld="riolering",
    ),
    Field(
        "opgaven",
        "Opgaven",
        "keuzes",
        "openbaar",
        "Aan welke opgaven het plan bijdraagt; meer dan één scheiden met een puntkomma.",
        choices=OPGAVEN,
        voorbeeld="klimaat;wonen",
    ),
    Field(
        "buurtcodes",
        "Buurtcodes",
        "lijst",
        "openbaar",
        "CBS-buurtcodes (BU en acht tekens), gescheiden met een puntkomma. "
        "Mag leeg blijven als er een geometrie is.",
        voorbeeld="BU99990001",
    ),
    Field(
        "wkt",
        "Geometrie (WKT)",
        "tekst",
        "partners",
        "Lijn van de straat of vlak van het gebied als WKT. "
        "In een GeoPackage is dit de geometrie van de laag.",
        voorbeeld="LINESTRING (257000 471000, 257250 471040)",
    ),
    Field(
        "stelsel",
        "Coördinatenstelsel",
        "keuze",
        "partners",
        "RD (EPSG:28992) of WGS84 (lengte, breedte). Leeg betekent RD.",
        choices=SYSTEMS,
        voorbeeld="RD",
    ),
    Field(
        "kosten",
        "Kosten (euro)",
        "bedrag",
        "partners",
        "Raming van de kosten als u het plan alleen uitvoert, zonder btw.",
        required=True,
        voorbeeld="850000",
    ),
    Field(
        "kosten_laag",
        "Kosten laag (euro)",
        "bedrag",
        "intern",
        "Onderkant van uw raming. Alleen zichtbaar voor uw eigen organisatie.",
        voorbeeld="750000",
    ),
    Field(
        "kosten_hoog",
        "Kosten hoog (euro)",
        "bedrag",
        "intern",
        "Bovenkant van uw raming. Alleen zichtbaar voor uw eigen organisatie.",
        voorbeeld="1000000",
    ),
    Field(
        "prijspeil",
        "Prijspeil (jaar)",
        "jaar",
        "partners",
        "Jaar van de prijzen in de raming.",
        voorbeeld="2025",
    ),
    Field(
        "bron_1",
        "Andere bron 1",
        "tekst",
        "partners",
        "Geldbron buiten uw eigen middelen, bijvoorbeeld een subsidie (nummer of naam).",
        voorbeeld="SUB-KLIMAAT",
    ),
    Field(
        "bedrag_1",
        "Bedrag bron 1 (euro)",
        "bedrag",
        "partners",
        "Bedrag uit andere bron 1.",
        voorbeeld="200000",
    ),
    Field("bron_2", "Andere bron 2", "tekst", "partners", "Tweede geldbron."),
    Field("bedrag_2", "Bedrag bron 2 (euro)", "bedrag", "partners", "Bedrag uit andere bron 2."),
    Field(
        "vroegst",
        "Vroegste start (jaar)",
        "jaar",
        "partners",
        "Eerste jaar waarin het werk kan beginnen.",
        required=True,
        voorbeeld="2026",
    ),
    Field(
        "voorkeur",
        "Voorkeursjaar",
        "jaar",
        "partners",
        "Jaar waarin u zou beginnen als u alleen was. Leeg betekent: vroegste start.",
        voorbeeld="2027",
    ),
    Field(
        "laatst",
        "Laatste start (jaar)",
        "jaar",
        "partners",
        "Laatste jaar waarin het werk mag beginnen.",
        required=True,
        voorbeeld="2029",
    ),
    Field(
        "middelen_tot",
        "Middelen beschikbaar tot en met (jaar)",
        "jaar",
        "partners",
        "Als het geld vervalt: het laatste jaar waarin begonnen moet zijn.",
    ),
    Field(
        "duur",
        "Duur (jaren)",
        "geheel",
        "openbaar",
        "Aantal jaren dat het werk duurt.",
        required=True,
        voorbeeld="1",
    ),
    Field(
        "eerste_dag",
        "Eerste dag (als bekend)",
        "datum",
        "openbaar",
        "Alleen als de dag vaststaat, zoals bij een evenement: jjjj-mm-dd. "
        "Komt in de agenda voor bewoners.",
    ),
    Field(
        "laatste_dag",
        "Laatste dag (als bekend)",
        "datum",
        "openbaar",
        "Leeg betekent: dezelfde dag als de eerste.",
    ),
    Field(
        "flexibiliteit",
        "Flexibiliteit",
        "keuze",
        "partners",
        "vast = het voorkeursjaar ligt vast; bespreekbaar = schuiven kan na overleg; "
        "vrij = elk jaar binnen het venster is goed.",
        required=True,
        choices=FLEXIBILITY,
        voorbeeld="bespreekbaar",
    ),
    Field(
        "status",
        "Status",
        "keuze",
        "openbaar",
        "vastgesteld en in uitvoering gaan in elk geval door; idee en begroot kunnen afvallen.",
        required=True,
        choices=STATUS,
        voorbeeld="begroot",
    ),
    Field(
        "zekerheid",
        "Zekerheid (%)",
        "getal",
        "partners",
        "Kans dat het plan doorgaat, 0 tot 100.",
        voorbeeld="80",
    ),
    Field(
        "graaft",
        "Graafwerk",
        "keuze",
        "openbaar",
        "ja als de straat ervoor open moet. Leeg: volgt uit de soort.",
        choices=YES_NO,
        voorbeeld="ja",
    ),
    Field(
        "hinder",
        "Hinder",
        "keuze",
        "openbaar",
        "Wat bewoners merken. Leeg: straat open bij graafwerk, anders geen.",
        choices=NUISANCE,
        voorbeeld="straat open",
    ),
    Field(
        "fte",
        "Menskracht (fte per jaar)",
        "getal",
        "partners",
        "Eigen mensen die het plan elk jaar van uitvoering vraagt. Leeg betekent onbekend.",
        voorbeeld="0,8",
    ),
    Field(
        "voorgangers",
        "Moet na plan",
        "lijst",
        "partners",
        "Plannummers die eerst (of in hetzelfde jaar) moeten beginnen, met puntkomma's. "
        "NUMMER+1 betekent: minstens één jaar later.",
        voorbeeld="",
    ),
    Field(
        "vertrouwelijkheid",
        "Vertrouwelijkheid",
        "keuze",
        "partners",
        "intern = alleen uzelf; partners = alle partners aan tafel; openbaar = iedereen. "
        "Geldt voor het hele plan; per veld kan het strenger zijn.",
        required=True,
        choices=OPENNESS,
        voorbeeld="openbaar",
    ),
    Field(
        "opmerking",
        "Opmerking (intern)",
        "tekst",
        "intern",
        "Voor uw eigen organisatie; gaat nooit naar anderen.",
    ),
    Field(
        "aangeleverd_door",
        "Aangeleverd door (rol)",
        "tekst",
        "partners",
        "Rol, geen persoonsnaam.",
        voorbeeld="programmamanager ondergrond",
    ),
    Field(
        "aangeleverd_op",
        "Aangeleverd op (datum)",
        "datum",
        "partners",
        "Datum als jjjj-mm-dd.",
        voorbeeld="2025-01-15",
    ),
)

BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
NUMERIC = frozenset(
    field.name for field in FIELDS if field.kind in ("jaar", "geheel", "bedrag", "getal")
)
