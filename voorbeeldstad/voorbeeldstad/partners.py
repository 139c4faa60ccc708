"""Voorbeeldstad's fictional partners: their names, kinds of work, and the subsidies they ask."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

FICTIONAL = "(fictief)"
HORIZON = (2025, 2034)

GEMEENTE = f"Gemeente Voorbeeldstad {FICTIONAL}"
CORPORATIES = (
    f"Corporatie De Linde {FICTIONAL}",
    f"Corporatie Ons Erf {FICTIONAL}",
    f"Corporatie Stadwonen {FICTIONAL}",
)
STROOM = f"Netbeheer Oosterstroom {FICTIONAL}"
GAS = f"Gasnet Voorbeeld {FICTIONAL}"
WARMTE = f"Warmtebedrijf Voorbeeldstad {FICTIONAL}"
WATER = f"Drinkwater Voorbeeldland {FICTIONAL}"
WATERSCHAP = f"Waterschap Voorbeeldbeken {FICTIONAL}"
WELZIJN = f"Welzijn Voorbeeldstad {FICTIONAL}"
ZORG = f"Zorggroep De Brug {FICTIONAL}"
PROVINCIE = f"Provincie Voorbeeldland {FICTIONAL}"


@dataclass(frozen=True)
class Kind:
    """Who does a kind of work, what it costs (thousand euro) and what it serves."""

    soort: str
    partners: tuple[str, ...]
    cost: tuple[int, int]
    opgaven: str
    titel: str
    prefix: str
    duur: tuple[int, int] = (1, 1)
    fte: float = 0.8
    hinder: str = ""


KINDS = {
    kind.soort: kind
    for kind in (
        Kind("riolering", (GEMEENTE,), (300, 1200), "klimaat", "Nieuw riool", "GEM-RIO"),
        Kind("weg", (GEMEENTE,), (250, 900), "veiligheid", "Herinrichting straat", "GEM-WEG"),
        Kind("groen", (GEMEENTE,), (50, 250), "klimaat;sociaal", "Straatbomen", "GEM-GRO", fte=0.3),
        Kind(
            "school",
            (GEMEENTE,),
            (4000, 12000),
            "voorzieningen;sociaal",
            "Vernieuwing basisschool",
            "GEM-SCH",
            (2, 3),
            1.5,
            "geluid",
        ),
        Kind(
            "huis van de wijk",
            (WELZIJN,),
            (500, 2000),
            "voorzieningen;sociaal",
            "Huis van de wijk",
            "WEL-HVW",
            fte=0.6,
            hinder="geluid",
        ),
        Kind("waterberging", (WATERSCHAP,), (200, 800), "klimaat", "Waterberging", "WSC-BER"),
        Kind("waterleiding", (WATER,), (150, 500), "wonen", "Vervanging waterleiding", "DRI-LEI"),
        Kind(
            "elektriciteitsnet", (STROOM,), (100, 400), "energie", "Verzwaring stroomnet", "NET-STR"
        ),
        Kind("gasnet", (GAS,), (100, 300), "energie", "Vervanging gasleiding", "GAS-LEI"),
        Kind("warmtenet", (WARMTE,), (600, 2500), "energie", "Aanleg warmtenet", "WAR-NET"),
        Kind(
            "renovatie",
            CORPORATIES,
            (2000, 8000),
            "wonen;energie",
            "Renovatie woningen",
            "COR-REN",
            (1, 2),
            1.5,
            "geluid",
        ),
        Kind(
            "onderhoud woningen",
            CORPORATIES,
            (500, 2000),
            "wonen",
            "Groot onderhoud",
            "COR-OND",
            hinder="geluid",
        ),
        Kind(
            "sloop-nieuwbouw",
            CORPORATIES,
            (6000, 15000),
            "wonen",
            "Sloop en nieuwbouw",
            "COR-SLO",
            (2, 3),
            2.0,
            "geluid",
        ),
        Kind(
            "energiecoach",
            (WELZIJN,),
            (60, 150),
            "energie;sociaal",
            "Energiecoaches aan huis",
            "WEL-ENE",
            (2, 3),
            0.7,
        ),
        Kind(
            "welzijn",
            (WELZIJN,),
            (40, 150),
            "sociaal",
            "Buurtwerk en ontmoeting",
            "WEL-BUU",
            (2, 3),
            0.7,
        ),
        Kind(
            "zorg",
            (ZORG,),
            (80, 250),
            "sociaal;voorzieningen",
            "Wijkverpleging dichtbij",
            "ZOR-WIJ",
            (2, 3),
            0.9,
        ),
        Kind(
            "veiligheid",
            (GEMEENTE,),
            (30, 100),
            "veiligheid",
            "Aanpak inbraak en overlast",
            "GEM-VEI",
            fte=0.4,
        ),
        Kind("evenement", (WELZIJN,), (5, 20), "sociaal", "Evenement", "EVE", fte=0.1),
    )
}

EVENTS = (
    ("Buurtfeest op het plein", WELZIJN, "sociaal", 6, 13, 14),
    ("Open dag van het vernieuwde buurthuis", GEMEENTE, "voorzieningen;sociaal", 9, 5, 5),
    ("Informatiemarkt energie en wonen", WELZIJN, "energie;wonen", 10, 9, 9),
    ("Tegels eruit, planten erin", GEMEENTE, "klimaat", 4, 12, 12),
    ("Zomerweek voor de jeugd", WELZIJN, "sociaal", 7, 20, 24),
    ("Inloopavond over de nieuwe straat", GEMEENTE, "veiligheid", 3, 11, 11),
)
"""Who invites residents to what: title, partner, opgaven, month, first and last day."""

STREET_SETS: tuple[tuple[str, ...], ...] = (
    ("riolering", "weg", "waterleiding"),
    ("riolering", "weg"),
    ("riolering", "warmtenet", "weg", "elektriciteitsnet"),
    ("waterleiding", "gasnet"),
    ("warmtenet", "elektriciteitsnet"),
    ("riolering", "waterberging", "groen"),
    ("riolering", "weg", "waterleiding", "gasnet", "elektriciteitsnet"),
    ("weg", "groen"),
    ("riolering", "waterleiding"),
)
SOCIAL_SETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("energiecoach", ("renovatie", "onderhoud woningen")),
    ("huis van de wijk", ("school",)),
    ("welzijn", ("sloop-nieuwbouw",)),
    ("zorg", ("renovatie",)),
    ("energiecoach", ("renovatie",)),
    ("welzijn", ("renovatie",)),
)
SINGLES = (
    "riolering",
    "weg",
    "groen",
    "waterleiding",
    "elektriciteitsnet",
    "gasnet",
    "waterberging",
    "warmtenet",
    "renovatie",
    "onderhoud woningen",
    "veiligheid",
)
IN_THE_WAY = frozenset(
    {"renovatie", "onderhoud woningen", "warmtenet", "sloop-nieuwbouw", "school"}
)


def subsidies() -> pd.DataFrame:
    """Return the fictional subsidies, as `sia.agenda.insight.funding.cover` takes them."""
    columns = [
        "subsidie",
        "naam",
        "verstrekker",
        "van",
        "tot",
        "plafond",
        "eigen_aandeel",
        "soorten",
        "voorwaarde",
        "status",
    ]
    rows = [
        (
            "SUB-KLIMAAT",
            f"Regeling klimaatstraten {FICTIONAL}",
            PROVINCIE,
            2026,
            2030,
            1_500_000.0,
            0.5,
            "riolering;groen;waterberging",
            "Afkoppelen van regenwater",
            "toegekend",
        ),
        (
            "SUB-WARMTE",
            f"Rijksregeling warmte {FICTIONAL}",
            f"Rijk {FICTIONAL}",
            2025,
            2032,
            2_500_000.0,
            0.6,
            "warmtenet;renovatie",
            "Aansluiting van ten minste 100 woningen",
            "aangevraagd",
        ),
        (
            "SUB-WIJK",
            f"Fonds leefbare wijken {FICTIONAL}",
            PROVINCIE,
            2025,
            2029,
            600_000.0,
            0.5,
            "welzijn;energiecoach;huis van de wijk;zorg",
            "Samen met bewoners",
            "toegekend onder voorwaarde",
        ),
    ]
    return pd.DataFrame(rows, columns=columns).set_index("subsidie")
