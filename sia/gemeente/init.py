"""A file for a municipality that has none, with every part explained."""

from __future__ import annotations

import re
from pathlib import Path

from sia.catalogue.refused import BLOCKS
from sia.errors import InputError
from sia.gemeente.load import default_folder
from sia.gemeente.model import CODE, FICTIEF, PARTNERSOORTEN, Huisstijl
from sia.store import write_text

_START = """# Instellingen van één gemeente. Alles achter een # is uitleg.
# Onbekende velden zijn een fout; de melding zegt dan wat er misschien bedoeld was.

code = "{code}"
naam = "{naam}"
{fictief}
# Buurten waarvan het stadsdeel nog niet vaststaat; zij heten overal "te bevestigen". Dit veld
# staat boven alles met [ ].
te_bevestigen = []

# Stadsdelen zijn groepen van wijken en buurten. Een buurt die apart genoemd staat, gaat voor de
# wijk waarin zij ligt. Zonder stadsdelen werkt alles ook; haal dan niets weg.
#
# [[stadsdeel]]
# naam = "Noord"
# wijken = ["WK{digits}00", "WK{digits}01"]
# buurten = ["BU{digits}0203"]

# Wie er in de stad investeert. Soorten: {soorten}.
#
# [[partner]]
# naam = "Woningcorporatie"
# soort = "corporatie"

# Uiterlijk van rapport en kaart. Kleuren als #rrggbb.
[huisstijl]
hoofdkleur = "{hoofdkleur}"
steunkleur = "{steunkleur}"
afzender = "Gemeente {naam}"
# Een logo staat naast dit bestand: een PNG, een JPEG of een SVG die alleen tekent. Voeg dan toe:
# `logo` (de bestandsnaam) en `logo_tekst` (wat een schermlezer zegt).

# Wat een woonbuurt is en wanneer een indicator meedoet; laat weg wat gelijk blijft aan de methode
# (`sia methode` noemt alle keuzes). Andere buurten krijgen geen plaats en staan wel op de kaart.
[drempels]
# inwoners = 250
# woonbuurten = ["BU00000000"]

# Drempels van de aanpak; laat weg wat gelijk blijft aan docs/explanation/methode.md.
[aanpak]
# kans_urgent = 0.80
# corporatiebezit = 40.0

# Eigen tabellen (CSV of xlsx met een kolom buurtcode) staan bij de andere bronbestanden.
# Links de kolom in het bestand, rechts het id uit docs/reference/indicatoren.md.
#
# [[eigen_tabel]]
# bestand = "stresstest-*.csv"
# [eigen_tabel.kolommen]
# hitte = "hittestress"
# bomen = "boomkroon"

# Een eigen indicator heeft dezelfde velden als in sia/catalogue/*.toml, onder [[indicator]].
#
# Wie bewust een blokkade van de catalogus opheft, legt dat vast. Het besluit staat daarna in
# elke uitvoer. Blokkades: {blokkades}.
#
# [[besluit]]
# indicator = "..."
# blokkade = "alleen context"
# wie = "naam en functie"
# datum = 2026-01-31
# reden = "..."
"""


def init_gemeente(code: str, naam: str = "", *, folder: Path | None = None) -> Path:
    """Write a documented starting file for one municipality.

    ``gemeenten/GM0164-hengelo.toml``. It loads as it stands.

    Parameters
    ----------
    naam : str
        Name; the code when empty.
    folder : pathlib.Path, optional
        Default ``gemeenten/`` of the project.
    """
    where = folder or default_folder()
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        wat = f"`{code}` is geen code van een gemeente."
        raise InputError.one(wat=wat, oplossing="Gebruik GM met vier cijfers, zoals GM0164.")
    existing = sorted(where.glob(f"{code}*.toml"))
    if existing:
        wat = f"Er is al een bestand voor {code}."
        oplossing = "Pas dat bestand aan, of haal het eerst weg."
        raise InputError.one(bestand=str(existing[0]), wat=wat, oplossing=oplossing)
    name = naam.strip() or code
    if '"' in name or "\\" in name or any(ord(sign) < 32 for sign in name):
        wat = f"`{name}` kan geen naam van een gemeente zijn."
        raise InputError.one(wat=wat, oplossing="Laat aanhalingstekens en \\ weg.")
    default = Huisstijl()
    slug = re.sub(r"[^a-z0-9]+", "-", naam.lower()).strip("-")
    stem = "-".join(part for part in (code, slug) if part)
    target = where / f"{stem}.toml"
    write_text(
        target,
        _START.format(
            code=code,
            naam=name,
            digits=code[2:],
            fictief="fictief = true\n" if code.startswith(FICTIEF) else "",
            soorten=", ".join(PARTNERSOORTEN),
            blokkades=", ".join(BLOCKS),
            hoofdkleur=default.hoofdkleur,
            steunkleur=default.steunkleur,
        ),
    )
    return target
