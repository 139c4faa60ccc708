"""What is particular to one municipality: its stadsdelen, partners, thresholds and own tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from sia.catalogue.load import load_catalogue
from sia.catalogue.model import Besluit, Catalogue, Indicator

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
