"""What is particular to one municipality: its stadsdelen, partners, thresholds and own tables."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sia.catalogue.fields import Fields, read_toml, suggestion
from sia.catalogue.load import load_catalogue, parse_indicator
from sia.catalogue.model import Besluit, Catalogue, Indicator
from sia.catalogue.refused import BLOCKS, is_origin
from sia.errors import InputError, Problem
from sia.logo import problem_with
from sia.settings import project_root
from sia.store import write_text

TE_BEVESTIGEN = "te bevestigen"
"""Stadsdeel of a buurt of which the municipality still has to say where it belongs."""

FICTIEF = "GM999"
"""Codes that begin so belong to the invented country; no real municipality has them."""

AANPAK: tuple[str, ...] = (
    "kans_urgent",
    "kans_volgen",
    "corporatiebezit",
    "kwart",
    "stijging",
    "kans_stijging",
)
"""Thresholds of the aanpak that a municipality may set."""

PARTNERSOORTEN: tuple[str, ...] = (
    "gemeente",
    "corporatie",
    "waterbedrijf",
    "netbeheerder",
    "waterschap",
    "zorg en welzijn",
    "provincie",
    "overig",
)

_CODE = re.compile(r"GM\d{4}")
_BUURT = re.compile(r"BU\d{4}[0-9A-Z]{4}")
_WIJK = re.compile(r"WK\d{4}[0-9A-Z]{2}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Stadsdeel:
    """A group of wijken and single buurten with one stadsdeel management.

    Parameters
    ----------
    naam : str
    wijken, buurten : tuple of str
        Codes; a buurt that is named itself goes before the wijk that it lies in.
    """

    naam: str
    wijken: tuple[str, ...] = ()
    buurten: tuple[str, ...] = ()


@dataclass(frozen=True)
class Partner:
    """An organisation that invests in the city.

    Parameters
    ----------
    naam : str
    soort : str
        One of `PARTNERSOORTEN`.
    """

    naam: str
    soort: str


@dataclass(frozen=True)
class Huisstijl:
    """How outputs look.

    Parameters
    ----------
    hoofdkleur, steunkleur : str
        ``#rrggbb``.
    afzender : str
        Name of the department under a report.
    logo : pathlib.Path or None
        PNG, JPEG or SVG beside the municipality's file.
    logo_tekst : str
        What a screen reader says in place of the logo; default the municipality's name.
    """

    hoofdkleur: str = "#1b4965"
    steunkleur: str = "#bc4b21"
    afzender: str = ""
    logo: Path | None = None
    logo_tekst: str = ""


@dataclass(frozen=True)
class Drempels:
    """When a buurt is ranked and an indicator takes part.

    Parameters
    ----------
    inwoners : float
        Fewer inhabitants: not ranked.
    aandeel_domein : float
        Least share (0-1) of a domain's available indicators that a buurt must have.
    dekking : float
        Least share (0-1) of the buurten with enough inhabitants for which an indicator must have
        a value to take part in a year.
    """

    inwoners: float = 100.0
    aandeel_domein: float = 2 / 3
    dekking: float = 0.5


@dataclass(frozen=True)
class EigenTabel:
    """A table of the municipality itself that goes in beside the open data.

    Parameters
    ----------
    bestand : str
        File name (or pattern with ``*``) as it stands in the raw-data folder.
    kolommen : mapping of str to str
        Column in the file to catalogue id.
    """

    bestand: str
    kolommen: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Gemeente:
    """One municipality's configuration.

    Parameters
    ----------
    code : str
        ``GM`` and four digits.
    naam : str
    fictief : bool
        When true every output says so.
    stadsdelen : tuple of Stadsdeel
        Empty when the municipality has none.
    te_bevestigen : tuple of str
        Buurt codes of which the stadsdeel is uncertain.
    partners : tuple of Partner
    huisstijl : Huisstijl
    drempels : Drempels
    aanpak : mapping of str to float
        Thresholds of the aanpak that differ from the defaults; keys out of `AANPAK`.
    eigen_tabellen : tuple of EigenTabel
    indicatoren : tuple of Indicator
        The municipality's own catalogue entries.
    besluiten : tuple of Besluit
        Named decisions that lift a block of the catalogue.
    bestand : str
        Where it was read from; empty when made in code.
    """

    code: str
    naam: str
    fictief: bool = False
    stadsdelen: tuple[Stadsdeel, ...] = ()
    te_bevestigen: tuple[str, ...] = ()
    partners: tuple[Partner, ...] = ()
    huisstijl: Huisstijl = Huisstijl()
    drempels: Drempels = Drempels()
    aanpak: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    eigen_tabellen: tuple[EigenTabel, ...] = ()
    indicatoren: tuple[Indicator, ...] = ()
    besluiten: tuple[Besluit, ...] = ()
    bestand: str = ""

    def stadsdeel(self, buurtcode: str) -> str:
        """Return the stadsdeel of a buurt.

        Parameters
        ----------
        buurtcode : str

        Returns
        -------
        str
            `TE_BEVESTIGEN` when the municipality marked it so, and the empty string when there
            are no stadsdelen or none holds the buurt.
        """
        if buurtcode in self.te_bevestigen:
            return TE_BEVESTIGEN
        for part in self.stadsdelen:
            if buurtcode in part.buurten:
                return part.naam
        wijk = "WK" + buurtcode[2:8]
        return next((part.naam for part in self.stadsdelen if wijk in part.wijken), "")

    def catalogus(self) -> Catalogue:
        """Return the package's catalogue with this municipality's own entries and decisions.

        Raises
        ------
        InputError
            When an own entry is refused or a decision lifts nothing.
        """
        return load_catalogue(extra=self.indicatoren, besluiten=self.besluiten)

    def eigen_kolommen(self) -> dict[str, str]:
        """Return every column of the own tables with the catalogue id that it holds."""
        return {
            column: name for table in self.eigen_tabellen for column, name in table.kolommen.items()
        }


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def default_folder() -> Path:
    """Return the project's folder with municipality files."""
    return project_root() / "gemeenten"


def _files(folder: Path) -> dict[Path, tuple[str, str]]:
    """Return per file the code and the name that it states, without checking the rest."""
    listed = {}
    for path in sorted(folder.glob("GM*.toml")):
        content = read_toml(path)
        listed[path] = (str(content.get("code", "")), str(content.get("naam", "")))
    return listed


def file_of(which: str, folder: Path | None = None) -> Path | None:
    """Return the file of a municipality, or None when it has none.

    Parameters
    ----------
    which : str
        Name, code or the name of the file.
    folder : pathlib.Path, optional
        Default ``gemeenten/`` of the project.
    """
    wanted = which.strip().casefold()
    for path, (code, naam) in _files(folder or default_folder()).items():
        stem = path.stem.casefold()
        if wanted in (code.casefold(), naam.casefold(), stem, stem.partition("-")[2]):
            return path
    return None


def _find(which: str, folder: Path) -> Path:
    path = file_of(which, folder)
    if path is not None:
        return path
    names = [word for pair in _files(folder).values() for word in pair if word]
    raise InputError(
        [
            Problem(
                bestand=str(folder),
                wat=f"Geen gemeentebestand gevonden voor `{which}`.",
                oplossing=suggestion(which, names)
                + " Begin een bestand voor een andere gemeente met `sia init GM....`.",
            )
        ]
    )


def load_gemeente(which: str | Path, folder: Path | None = None) -> Gemeente:
    """Return the validated configuration of one municipality.

    Parameters
    ----------
    which : str or pathlib.Path
        Name (``Enschede``), code (``GM0153``) or a TOML file.
    folder : pathlib.Path, optional
        Where to look for the name or code; default ``gemeenten/`` of the project.

    Raises
    ------
    InputError
        Every problem of the file at once, in Dutch: unknown keys with what was meant, codes of
        another municipality, buurten in two stadsdelen, own columns that point to no indicator,
        and catalogue entries that may not be scored.
    """
    if isinstance(which, Path) or which.endswith(".toml"):
        path = Path(which)
    else:
        path = _find(which, folder or default_folder())
    problems: list[Problem] = []
    gemeente = _parse(read_toml(path), path, problems)
    problems.extend(_check(gemeente))
    if problems:
        raise InputError(problems)
    return gemeente


def _parse(content: Mapping[str, Any], path: Path, problems: list[Problem]) -> Gemeente:
    bestand = path.name
    fields = Fields(content, bestand, "", problems)
    gemeente = Gemeente(
        code=fields.text("code", needed=True),
        naam=fields.text("naam", needed=True),
        fictief=fields.flag("fictief"),
        stadsdelen=tuple(
            _stadsdeel(part) for part in _each(fields, "stadsdeel", bestand, problems)
        ),
        te_bevestigen=fields.texts("te_bevestigen"),
        partners=tuple(_partner(part) for part in _each(fields, "partner", bestand, problems)),
        huisstijl=_huisstijl(
            Fields(fields.table("huisstijl"), bestand, "huisstijl", problems), path.parent
        ),
        drempels=_drempels(Fields(fields.table("drempels"), bestand, "drempels", problems)),
        aanpak=_aanpak(Fields(fields.table("aanpak"), bestand, "aanpak", problems)),
        eigen_tabellen=tuple(
            _eigen(part) for part in _each(fields, "eigen_tabel", bestand, problems)
        ),
        indicatoren=tuple(
            parse_indicator(part, bestand, f"indicator {number}", problems)
            for number, part in enumerate(fields.tables("indicator"), start=1)
        ),
        besluiten=tuple(_besluit(part) for part in _each(fields, "besluit", bestand, problems)),
        bestand=bestand,
    )
    fields.finish()
    return gemeente


def _each(fields: Fields, veld: str, bestand: str, problems: list[Problem]) -> list[Fields]:
    return [
        Fields(content, bestand, f"{veld} {number}", problems)
        for number, content in enumerate(fields.tables(veld), start=1)
    ]


def _stadsdeel(fields: Fields) -> Stadsdeel:
    part = Stadsdeel(
        naam=fields.text("naam", needed=True),
        wijken=fields.texts("wijken"),
        buurten=fields.texts("buurten"),
    )
    fields.finish()
    return part


def _partner(fields: Fields) -> Partner:
    partner = Partner(
        naam=fields.text("naam", needed=True), soort=fields.choice("soort", PARTNERSOORTEN)
    )
    fields.finish()
    return partner


def _huisstijl(fields: Fields, folder: Path) -> Huisstijl:
    default = Huisstijl()
    logo = fields.text("logo")
    style = Huisstijl(
        hoofdkleur=fields.text("hoofdkleur", default.hoofdkleur),
        steunkleur=fields.text("steunkleur", default.steunkleur),
        afzender=fields.text("afzender", default.afzender),
        logo=folder / logo if logo else None,
        logo_tekst=fields.text("logo_tekst"),
    )
    fields.finish()
    for veld, colour in (("hoofdkleur", style.hoofdkleur), ("steunkleur", style.steunkleur)):
        if not _COLOUR.fullmatch(colour):
            fields.complain(veld, f"`{colour}` is geen kleur.", "Schrijf #rrggbb, zoals #1b4965.")
    wrong = problem_with(folder, logo) if logo else ""
    if wrong:
        how = "Zet een PNG, JPEG of eenvoudige SVG van hooguit 200 kB naast het gemeentebestand."
        fields.complain("logo", f"Het logo `{logo}` {wrong}.", how)
    return style


def _drempels(fields: Fields) -> Drempels:
    default = Drempels()
    limits = Drempels(
        inwoners=fields.real("inwoners", default.inwoners, low=0),
        aandeel_domein=fields.real("aandeel_domein", default.aandeel_domein, low=0, high=1),
        dekking=fields.real("dekking", default.dekking, low=0, high=1),
    )
    fields.finish()
    return limits


def _aanpak(fields: Fields) -> Mapping[str, float]:
    values = {name: fields.optional_real(name) for name in AANPAK}
    fields.finish()
    return MappingProxyType({name: value for name, value in values.items() if value is not None})


def _eigen(fields: Fields) -> EigenTabel:
    columns = fields.table("kolommen")
    table = EigenTabel(
        bestand=fields.text("bestand", needed=True),
        kolommen=MappingProxyType({str(key): str(value) for key, value in columns.items()}),
    )
    fields.finish()
    for column in columns:
        if is_origin(column):
            fields.complain(
                f"kolommen.{column}",
                "Deze kolom spreekt van herkomst of wat daarvoor in de plaats komt.",
                "Haal hem weg; zo'n kolom komt niet in de SIA.",
            )
    return table


def _besluit(fields: Fields) -> Besluit:
    raw = fields.raw("datum")
    datum = raw.isoformat() if isinstance(raw, dt.date) else str(raw or "")
    besluit = Besluit(
        indicator=fields.text("indicator", needed=True),
        blokkade=fields.choice("blokkade", BLOCKS),
        wie=fields.text("wie", needed=True),
        datum=datum,
        reden=fields.text("reden", needed=True),
    )
    fields.finish()
    try:
        dt.date.fromisoformat(datum)
    except ValueError:
        fields.complain("datum", "Hier hoort een datum.", "Schrijf bijvoorbeeld 2026-01-31.")
    return besluit


def _check(gemeente: Gemeente) -> list[Problem]:
    """Return what is wrong with the parts together."""
    problems = [*_check_codes(gemeente), *_check_stadsdelen(gemeente)]
    try:
        known = gemeente.catalogus().ids
    except InputError as error:
        return [*problems, *error.problems]
    for number, table in enumerate(gemeente.eigen_tabellen, start=1):
        for column, name in table.kolommen.items():
            if name not in known:
                problems.append(
                    Problem(
                        bestand=gemeente.bestand,
                        rij=f"eigen_tabel {number}",
                        kolom=f"kolommen.{column}",
                        wat=f"`{name}` staat niet in de catalogus.",
                        oplossing=suggestion(name, known),
                    )
                )
    return problems


def _check_codes(gemeente: Gemeente) -> list[Problem]:
    if not _CODE.fullmatch(gemeente.code):
        wat = f"`{gemeente.code}` is geen gemeentecode."
        oplossing = "Gebruik GM met vier cijfers, bijvoorbeeld GM0153."
        return [Problem(bestand=gemeente.bestand, kolom="code", wat=wat, oplossing=oplossing)]
    problems = []
    invented = gemeente.code.startswith(FICTIEF)
    if invented != gemeente.fictief:
        wat = f"Codes die met {FICTIEF} beginnen zijn fictief, en geen andere."
        oplossing = f"Zet `fictief = {'true' if invented else 'false'}`."
        problems.append(
            Problem(bestand=gemeente.bestand, kolom="fictief", wat=wat, oplossing=oplossing)
        )
    named = [
        (part.naam, "wijken", code, _WIJK) for part in gemeente.stadsdelen for code in part.wijken
    ]
    named += [
        (part.naam, "buurten", code, _BUURT)
        for part in gemeente.stadsdelen
        for code in part.buurten
    ]
    named += [("", "te_bevestigen", code, _BUURT) for code in gemeente.te_bevestigen]
    for where, veld, code, pattern in named:
        if not pattern.fullmatch(code) or code[2:6] != gemeente.code[2:]:
            problems.append(
                Problem(
                    bestand=gemeente.bestand,
                    rij=where,
                    kolom=veld,
                    wat=f"`{code}` is geen code van {gemeente.naam}.",
                    oplossing=f"Een code begint hier met {pattern.pattern[:2]}{gemeente.code[2:]}.",
                )
            )
    return problems


def _check_stadsdelen(gemeente: Gemeente) -> list[Problem]:
    counts = Counter(code for part in gemeente.stadsdelen for code in (*part.wijken, *part.buurten))
    counts.update(
        code
        for code in gemeente.te_bevestigen
        if any(code in p.buurten for p in gemeente.stadsdelen)
    )
    doubles = [
        Problem(
            bestand=gemeente.bestand,
            kolom="stadsdeel",
            wat=f"`{code}` staat op {count} plaatsen.",
            oplossing="Zet elke wijk en buurt in één stadsdeel, of alleen bij `te_bevestigen`.",
        )
        for code, count in sorted(counts.items())
        if count > 1
    ]
    names = Counter(part.naam for part in gemeente.stadsdelen)
    doubles += [
        Problem(
            bestand=gemeente.bestand,
            kolom="stadsdeel",
            wat=f"Stadsdeel `{name}` staat er {count} keer.",
            oplossing="Voeg de onderdelen samen.",
        )
        for name, count in sorted(names.items())
        if count > 1
    ]
    return doubles


_START = """# Instellingen van één gemeente. Alles achter een # is uitleg.
# Onbekende velden zijn een fout; de melding zegt dan wat er misschien bedoeld was.

code = "{code}"
naam = "{naam}"

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

# Wanneer een buurt wordt gerangschikt en een indicator meedoet.
[drempels]
# Minder inwoners: niet gerangschikt, wel op de kaart en in de tabellen.
inwoners = 100
# Deel van de beschikbare indicatoren van een domein dat een buurt moet hebben.
aandeel_domein = 0.6667
# Deel van de buurten waarvoor een indicator een waarde moet hebben om mee te doen.
dekking = 0.5

# Drempels van de aanpak; laat weg wat gelijk blijft aan de standaard in docs/methode.md.
[aanpak]
# kans_urgent = 0.80
# corporatiebezit = 40.0

# Eigen tabellen (CSV of xlsx met een kolom buurtcode) staan bij de andere bronbestanden.
# Links de kolom in het bestand, rechts het id uit docs/indicatoren.md.
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

    Parameters
    ----------
    code : str
        ``GM`` and four digits.
    naam : str
        Name; the code when empty.
    folder : pathlib.Path, optional
        Default ``gemeenten/`` of the project.

    Returns
    -------
    pathlib.Path
        ``gemeenten/GM0164-hengelo.toml``. It loads as it stands.

    Raises
    ------
    InputError
        When `code` is no code, or a file for it exists: nothing is overwritten.
    """
    where = folder or default_folder()
    if not _CODE.fullmatch(code) or code.startswith(FICTIEF):
        wat = f"`{code}` is geen code van een Nederlandse gemeente."
        raise InputError([Problem(wat=wat, oplossing="Gebruik GM met vier cijfers, zoals GM0164.")])
    existing = sorted(where.glob(f"{code}*.toml"))
    if existing:
        wat = f"Er is al een bestand voor {code}."
        oplossing = "Pas dat bestand aan, of haal het eerst weg."
        raise InputError([Problem(bestand=str(existing[0]), wat=wat, oplossing=oplossing)])
    name = naam.strip() or code
    if '"' in name or "\\" in name or any(ord(sign) < 32 for sign in name):
        wat = f"`{name}` kan geen naam van een gemeente zijn."
        raise InputError([Problem(wat=wat, oplossing="Laat aanhalingstekens en \\ weg.")])
    default = Huisstijl()
    stem = "-".join(part for part in (code, _slug(naam)) if part)
    target = where / f"{stem}.toml"
    write_text(
        target,
        _START.format(
            code=code,
            naam=name,
            digits=code[2:],
            soorten=", ".join(PARTNERSOORTEN),
            blokkades=", ".join(BLOCKS),
            hoofdkleur=default.hoofdkleur,
            steunkleur=default.steunkleur,
        ),
    )
    return target
