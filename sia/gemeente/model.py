"""What is particular to one municipality: its stadsdelen, partners, thresholds and own tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from sia.catalogue.load import load_catalogue
from sia.catalogue.model import Besluit, Catalogue, Indicator
from sia.catalogue.refused import is_origin
from sia.errors import Problem, refuse, suggestion
from sia.logo import problem_with
from sia.methode import Drempels, Methode
from sia.toml import Tekst, Teksten, een_van, fout

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

CODE = re.compile(r"GM\d{4}")
BUURT = re.compile(r"BU\d{4}[0-9A-Z]{4}")
WIJK = re.compile(r"WK\d{4}[0-9A-Z]{2}")

_ONE_PLACE = "Zet elke wijk en buurt in één stadsdeel, of alleen bij `te_bevestigen`."


def _is_code(value: str) -> str:
    if not CODE.fullmatch(value):
        wat = f"`{value}` is geen gemeentecode."
        raise fout(wat, "Gebruik GM met vier cijfers, bijvoorbeeld GM0153.")
    return value


def _is_colour(value: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", value):
        raise fout(f"`{value}` is geen kleur.", "Schrijf #rrggbb, zoals #1b4965.")
    return value


@dataclass(frozen=True)
class Stadsdeel:
    """A group of wijken and single buurten, by code, with one stadsdeel management.

    A buurt that is named itself goes before the wijk that it lies in.
    """

    naam: Tekst
    wijken: Teksten = ()
    buurten: Teksten = ()


@dataclass(frozen=True)
class Gebied:
    """An area that people named, such as a pilot area: a list of buurten, by code."""

    naam: Tekst
    buurten: Teksten


@dataclass(frozen=True)
class Partner:
    """An organisation that invests in the city."""

    naam: Tekst
    soort: Annotated[str, een_van(PARTNERSOORTEN)]


@dataclass(frozen=True)
class Huisstijl:
    """How outputs look.

    `hoofdkleur`, `steunkleur`: ``#rrggbb``.
    `afzender`: Name of the department under a report.
    `logo`: PNG, JPEG or SVG beside the municipality's file.
    `logo_tekst`: What a screen reader says in place of the logo; default the municipality's name.
    """

    hoofdkleur: Annotated[str, AfterValidator(_is_colour)] = "#1b4965"
    steunkleur: Annotated[str, AfterValidator(_is_colour)] = "#bc4b21"
    afzender: str = ""
    logo: Path | None = None
    logo_tekst: str = ""

    @field_validator("logo")
    @classmethod
    def _beside_the_file(cls, logo: Path | None, info: ValidationInfo) -> Path | None:
        folder = Path(info.context or "").parent
        if logo is None or logo == Path():
            return None
        if wrong := problem_with(folder, str(logo)):
            how = (
                "Zet een PNG, JPEG of eenvoudige SVG van hooguit 200 kB naast het gemeentebestand."
            )
            raise fout(f"Het logo `{logo}` {wrong}.", how)
        return folder / logo


@dataclass(frozen=True)
class EigenTabel:
    """A table of the municipality itself that goes in beside the open data.

    `bestand` (str): File name (or pattern with ``*``) as it stands in the raw-data folder.
    `kolommen`: Column in the file to catalogue id.
    """

    bestand: Tekst
    kolommen: Mapping[str, Tekst] = field(default_factory=dict)

    @field_validator("kolommen")
    @classmethod
    def _no_origin(cls, columns: Mapping[str, str]) -> Mapping[str, str]:
        wat = "Deze kolom spreekt van herkomst of wat daarvoor in de plaats komt."
        oplossing = "Haal hem weg; zo'n kolom komt niet in de SIA."
        refuse(Problem(wat, oplossing, kolom=name) for name in columns if is_origin(name))
        return columns


def _foreign(
    codes: Iterable[str], pattern: re.Pattern[str], data: Mapping[str, Any], rij: str = ""
) -> Iterator[Problem]:
    """Yield the codes that are none of the municipality of which `data` holds code and name."""
    digits = data["code"][2:] if "code" in data else None
    for code in codes:
        if digits and not (pattern.fullmatch(code) and code[2:6] == digits):
            wat = f"`{code}` is geen code van {data.get('naam', 'deze gemeente')}."
            yield Problem(wat, f"Een code begint hier met {pattern.pattern[:2]}{digits}.", rij=rij)


def _twice(words: Iterable[str], wat: str, oplossing: str) -> Iterator[Problem]:
    """Yield what stands more than once; `wat` takes the word and how often."""
    for word, count in sorted(Counter(words).items()):
        if count > 1:
            yield Problem(wat.format(word, count), oplossing)


@dataclass(frozen=True)
class Gemeente:
    """One municipality's configuration.

    Only what comes out of a file is checked; code may make any.

    `fictief`: When true every output says so.
    `te_bevestigen` (tuple of str): Buurt codes of which the stadsdeel is uncertain.
    `gebieden`: Areas with a name of their own, proposed as they are.
    `aanpak`: Thresholds of the aanpak that differ from the defaults; keys out of `AANPAK`.
    `indicatoren`: The municipality's own catalogue entries.
    `besluiten`: Named decisions that lift a block of the catalogue.
    `methode`: Choices of the method that differ from the defaults.
    `bestand`: Where it was read from; empty when made in code.
    """

    code: Annotated[str, AfterValidator(_is_code)]
    naam: Tekst
    fictief: Annotated[bool, Field(validate_default=True)] = False
    stadsdelen: Annotated[tuple[Stadsdeel, ...], Field(validation_alias="stadsdeel")] = ()
    te_bevestigen: Teksten = ()
    gebieden: Annotated[tuple[Gebied, ...], Field(validation_alias="gebied")] = ()
    partners: Annotated[tuple[Partner, ...], Field(validation_alias="partner")] = ()
    huisstijl: Huisstijl = Huisstijl()
    drempels: Drempels = Methode.standaard().drempels
    aanpak: Mapping[Annotated[str, een_van(AANPAK)], float] = field(default_factory=dict)
    indicatoren: Annotated[tuple[Indicator, ...], Field(validation_alias="indicator")] = ()
    besluiten: Annotated[tuple[Besluit, ...], Field(validation_alias="besluit")] = ()
    eigen_tabellen: Annotated[tuple[EigenTabel, ...], Field(validation_alias="eigen_tabel")] = ()
    methode: Mapping[str, Any] = field(default_factory=dict)
    bestand: Annotated[str, Field(validate_default=True)] = ""

    @field_validator("methode")
    @classmethod
    def _a_method(cls, choices: Mapping[str, Any]) -> Mapping[str, Any]:
        Methode.standaard().over(choices)
        return choices

    @field_validator("fictief")
    @classmethod
    def _as_the_code_says(cls, fictief: bool, info: ValidationInfo) -> bool:
        invented = info.data.get("code", "").startswith(FICTIEF)
        if "code" in info.data and invented != fictief:
            wat = f"Codes die met {FICTIEF} beginnen zijn fictief, en geen andere."
            raise fout(wat, f"Zet `fictief = {'true' if invented else 'false'}`.")
        return fictief

    @field_validator("stadsdelen")
    @classmethod
    def _whole(cls, parts: tuple[Stadsdeel, ...], info: ValidationInfo) -> tuple[Stadsdeel, ...]:
        foreign = [
            problem
            for one in parts
            for named, pattern in ((one.wijken, WIJK), (one.buurten, BUURT))
            for problem in _foreign(named, pattern, info.data, one.naam)
        ]
        codes = (code for one in parts for code in (*one.wijken, *one.buurten))
        twice = _twice(codes, "`{}` staat op {} plaatsen.", _ONE_PLACE)
        names = (one.naam for one in parts)
        same = _twice(names, "Stadsdeel `{}` staat er {} keer.", "Voeg de onderdelen samen.")
        refuse([*foreign, *twice, *same])
        return parts

    @field_validator("gebieden")
    @classmethod
    def _apart(cls, named: tuple[Gebied, ...], info: ValidationInfo) -> tuple[Gebied, ...]:
        foreign = [p for one in named for p in _foreign(one.buurten, BUURT, info.data, one.naam)]
        codes = (code for one in named for code in one.buurten)
        twice = _twice(codes, "`{}` staat op {} plaatsen.", "Zet elke buurt in één gebied.")
        names = (one.naam for one in named)
        same = _twice(names, "Gebied `{}` staat er {} keer.", "Geef elk gebied een andere naam.")
        empty = [
            Problem(f"Gebied `{one.naam}` heeft geen buurten.", "Noem de codes bij `buurten`.")
            for one in named
            if not one.buurten
        ]
        refuse([*foreign, *twice, *same, *empty])
        return named

    @field_validator("te_bevestigen")
    @classmethod
    def _uncertain(cls, codes: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        placed = {code for part in info.data.get("stadsdelen", ()) for code in part.buurten}
        twice = [code for code in codes if code in placed]
        problems = [Problem(f"`{code}` staat op 2 plaatsen.", _ONE_PLACE) for code in twice]
        refuse([*_foreign(codes, BUURT, info.data), *problems])
        return codes

    @field_validator("eigen_tabellen")
    @classmethod
    def _known_indicators(
        cls, tables: tuple[EigenTabel, ...], info: ValidationInfo
    ) -> tuple[EigenTabel, ...]:
        known = {*load_catalogue().ids, *(own.id for own in info.data.get("indicatoren", ()))}
        refuse(
            Problem(
                wat=f"`{name}` staat niet in de catalogus.",
                oplossing=suggestion(name, known),
                kolom=f"kolommen.{column}",
                rij=table.bestand,
            )
            for table in tables
            for column, name in table.kolommen.items()
            if "indicatoren" in info.data and name not in known
        )
        return tables

    @field_validator("bestand")
    @classmethod
    def _from(cls, bestand: str, info: ValidationInfo) -> str:
        if bestand:
            raise fout("Dit veld is onbekend.", "Hoort het onder [[eigen_tabel]]?")
        return Path(info.context or "").name

    def with_thresholds(self, drempels: Drempels) -> Gemeente:
        """Return the same municipality with the thresholds of the method in force."""
        return replace(self, drempels=drempels)

    def stadsdeel(self, buurtcode: str) -> str:
        """Return the stadsdeel of a buurt.

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
        """Return the package's catalogue with this municipality's own entries and decisions."""
        return load_catalogue(extra=self.indicatoren, besluiten=self.besluiten)

    def eigen_kolommen(self) -> dict[str, str]:
        """Return every column of the own tables with the catalogue id that it holds."""
        return {
            column: name for table in self.eigen_tabellen for column, name in table.kolommen.items()
        }
