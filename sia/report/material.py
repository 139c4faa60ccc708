"""What a report is made from, and what it is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from sia.viz.dataset import Cijfers
from sia.viz.theme import DOMAINS, Theme

Soort = Literal["stad", "stadsdeel", "wijk", "domein", "buurt"]
Editie = Literal["openbaar", "intern"]

EDITIES: tuple[Editie, ...] = ("openbaar", "intern")


@dataclass(frozen=True)
class Materiaal:
    """Everything that the reports of one municipality and year draw on.

    Parameters
    ----------
    cijfers : Cijfers
    theme : Theme
    bronregels : tuple of str
        Source lines with publisher, table and licence.
    jaren : DataFrame, index ``buurtcode``, one column per year
        Urgentie on one fixed scale; empty when there is one year.
    profielen : DataFrame, index type number, one column per domain
        Standardised mean scores per type; empty when unknown.
    audit : mapping of str to DataFrame
        Title -> table for the method annex.
    intern : mapping of str to DataFrame
        Title -> table that only the internal edition shows.
    duiding : DataFrame
        ``buurtcode``, ``datum``, ``rol``, ``soort``, ``effect``, ``uitspraak``; empty when none.
    investeringen : DataFrame
        ``buurtcode``, ``titel``, ``partner``, ``start``, ``eind``, ``status``,
        ``vertrouwelijkheid`` (``openbaar`` / ``partners``); empty when unknown.
    besluiten : tuple of str
        Decisions that lifted a block in the catalogue; printed in every output.
    drempels : mapping of str to str
        What -> threshold, as in the run's settings.
    versie : str
        Of method and software.
    contact : str
        Where the municipality answers questions about the report.
    """

    cijfers: Cijfers
    theme: Theme
    bronregels: tuple[str, ...] = ()
    jaren: pd.DataFrame = field(default_factory=pd.DataFrame)
    profielen: pd.DataFrame = field(default_factory=pd.DataFrame)
    audit: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    intern: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    duiding: pd.DataFrame = field(default_factory=pd.DataFrame)
    investeringen: pd.DataFrame = field(default_factory=pd.DataFrame)
    besluiten: tuple[str, ...] = ()
    drempels: Mapping[str, str] = field(default_factory=dict)
    versie: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Selectie:
    """What one report is about.

    Parameters
    ----------
    soort : str
        ``stad``, ``stadsdeel``, ``wijk``, ``domein`` or ``buurt``.
    naam : str
        As readers know it.
    codes : tuple of str
        The buurten it covers.
    sleutel : str
        Code or column that makes the file name unique.
    """

    soort: Soort
    naam: str
    codes: tuple[str, ...]
    sleutel: str

    @property
    def bestand(self) -> str:
        """File name: lower-case letters, digits and hyphens only, so it cannot leave a folder."""
        return f"{self.soort}-{slug(self.sleutel)}.html"

    @property
    def titel(self) -> str:
        """What the report is called."""
        kind = {"stad": "", "stadsdeel": "Stadsdeel ", "wijk": "Wijk ", "domein": "Domein "}
        return kind.get(self.soort, "") + self.naam


def slug(text: str) -> str:
    """Return a text as lower-case ASCII letters, digits and single hyphens.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        ``naamloos`` when nothing is left.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "naamloos"


def selections(cijfers: Cijfers) -> tuple[Selectie, ...]:
    """Return the full set of reports: city, stadsdelen, wijken, domains, buurten.

    Parameters
    ----------
    cijfers : Cijfers

    Returns
    -------
    tuple of Selectie
        File names are unique.
    """
    gebieden = cijfers.gebieden
    every = tuple(gebieden.index)
    made = [Selectie("stad", cijfers.gemeente, every, cijfers.gemeentecode)]
    named = gebieden["stadsdeel"].astype("string").fillna("").str.strip()
    for naam in sorted(set(named) - {""}):
        made.append(Selectie("stadsdeel", naam, tuple(gebieden.index[named == naam]), naam))
    for code, rows in gebieden.groupby("wijkcode", sort=True):
        made.append(Selectie("wijk", str(rows["wijknaam"].iloc[0]), tuple(rows.index), str(code)))
    made += [Selectie("domein", DOMAINS[key], every, key) for key in cijfers.domeinen]
    made += [Selectie("buurt", str(naam), (str(c),), str(c)) for c, naam in cijfers.naam.items()]
    return tuple(made)
