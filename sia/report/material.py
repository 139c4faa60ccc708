"""What a report is made from, and what it is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from sia.gemeente import TE_BEVESTIGEN
from sia.methode import ApproachSettings
from sia.viz.city_map import short_wijk
from sia.viz.dataset import Cijfers
from sia.viz.theme import DOMAINS, Theme

Soort = Literal["stad", "stadsdeel", "wijk", "dia", "domein", "verandering", "buurt"]
Editie = Literal["openbaar", "intern"]

EDITIES: tuple[Editie, ...] = ("openbaar", "intern")

GROUPS = {
    "stad": ("De stad", "Voor het college: het antwoord, en alle tabellen in de bijlage."),
    "stadsdeel": ("Stadsdelen", "Voor de stadsdeelwethouder en het managementteam."),
    "wijk": ("Wijken", "Voor wie in één wijk werkt."),
    "dia": ("DIA-gebieden", "Voorstellen, voor partners die samen willen investeren."),
    "domein": ("Onderwerpen", "Voor de vakwethouder: de stad op één onderwerp."),
    "verandering": ("Verandering", "Wat steeg, wat daalde, en wat ruis kan zijn."),
    "buurt": ("Buurten", "Een profiel van twee bladzijden per buurt."),
}
"""Kind of report -> heading on the start page, and for whom it is."""


@dataclass(frozen=True)
class Materiaal:
    """Everything that the reports of one municipality and year draw on.

    `bronregels`: Source lines with publisher, table and licence.
    `jaren` (index ``buurtcode``, one column per year): Urgentie on one fixed scale; empty when
        there is one year.
    `profielen` (index type number, one column per domain): Standardised mean scores per type; empty
        when unknown.
    `trajecten` (index ``buurtcode``): Type in the first and the last comparable year, as
        ``trajecten.parquet``; empty when the years were not compared.
    `audit`: Title -> table for the method annex.
    `intern`: Title -> table that only the internal edition shows.
    `uitspraken`: Every valid statement: ``gebied``, ``jaar``, ``rol``, ``soort``, ``uitspraak``,
        ``effect``, ``aanpak``, ``reden``; empty when none.
    `investeringen`: ``buurtcode``, ``titel``, ``partner``, ``start``, ``eind``, ``status``,
        ``vertrouwelijkheid`` (``openbaar`` / ``partners``); empty when unknown.
    `agenda`: Edition -> name of a DIA area -> tables of the joint agenda, each made for the level
        of that edition; see `sia.agenda.insight.area_agenda`.
    `besluiten`: Decisions that lifted a block in the catalogue; printed in every output.
    `drempels`: What -> threshold, as in the run's settings.
    `versie`: Of method and software.
    `contact`: Where the municipality answers questions about the report.
    `bedragen`: What partners pay, for the internal edition only: ``buurtcode``, ``jaar``,
        ``partner``, ``kosten`` (euro, spread evenly over buurten and years); empty when unknown.
    `grens_bezit`: Per cent of dwellings from which corporations carry an integrale gebiedsaanpak.
    """

    cijfers: Cijfers
    theme: Theme
    bronregels: tuple[str, ...] = ()
    jaren: pd.DataFrame = field(default_factory=pd.DataFrame)
    profielen: pd.DataFrame = field(default_factory=pd.DataFrame)
    trajecten: pd.DataFrame = field(default_factory=pd.DataFrame)
    audit: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    intern: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    uitspraken: pd.DataFrame = field(default_factory=pd.DataFrame)
    investeringen: pd.DataFrame = field(default_factory=pd.DataFrame)
    agenda: Mapping[str, Mapping[str, Mapping[str, pd.DataFrame]]] = field(default_factory=dict)
    besluiten: tuple[str, ...] = ()
    drempels: Mapping[str, str] = field(default_factory=dict)
    versie: str = ""
    contact: str = ""
    bedragen: pd.DataFrame = field(default_factory=pd.DataFrame)
    grens_bezit: float = ApproachSettings().corporatiebezit


@dataclass(frozen=True)
class Buren:
    """Addresses of what lies beside a page, relative to it; empty where it is not there.

    `rapport`, `bijlage`, `atlas`: Report of the city, its annex, and the atlas.
    `reeks`: Folder of the set, with a slash; empty beside its pages, None where there is no set.
    """

    rapport: str = ""
    bijlage: str = ""
    atlas: str = ""
    reeks: str | None = None

    def van(self, soort: str, sleutel: str) -> str:
        """Return the address of a report; empty where it is not there."""
        if soort == "stad":
            return self.rapport
        return "" if self.reeks is None else f"{self.reeks}{soort}-{slug(sleutel)}.html"


@dataclass(frozen=True)
class Selectie:
    """What one report is about.

    `soort` (str): One of `Soort`.
    `naam`: As readers know it.
    `codes`: The buurten it covers.
    `sleutel`: Code or column that makes the file name unique.
    `gebied`: Kind and key of the area in `Verandering.gebieden`; empty texts when it has no row
        there.
    `sinds`: Base year of a report on change, else 0.
    """

    soort: Soort
    naam: str
    codes: tuple[str, ...]
    sleutel: str
    gebied: tuple[str, str] = ("", "")
    sinds: int = 0

    @property
    def bestand(self) -> str:
        """File name: lower-case letters, digits and hyphens only, so it cannot leave a folder."""
        return f"{self.soort}-{slug(self.sleutel)}.html"

    @property
    def opendata(self) -> str:
        """File with the open data of its buurten; a report on change has that of its area."""
        if self.soort == "verandering":
            return f"{slug(self.sleutel)}.zip"
        return f"{self.soort}-{slug(self.sleutel)}.zip"

    @property
    def titel(self) -> str:
        """What the report is called."""
        if self.soort == "verandering":
            return f"Verandering sinds {self.sinds}: {self.kort}"
        # a wijk that no source names is called "Wijk 05" already
        kind = _KINDS.get(self.soort, "")
        return kind + self.naam.removeprefix(kind)

    @property
    def kort(self) -> str:
        """What the start page calls it, under the heading of its kind."""
        area = _KINDS.get(self.gebied[0], "") if self.soort == "verandering" else ""
        return area.removeprefix("Voorgesteld ") + self.naam.removeprefix(area)


_KINDS = {
    "stadsdeel": "Stadsdeel ",
    "wijk": "Wijk ",
    "domein": "Domein ",
    "dia": "Voorgesteld DIA-gebied ",
}


def slug(text: str) -> str:
    """Return a text as lower-case ASCII letters, digits and single hyphens.

    ``naamloos`` when nothing is left.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "naamloos"


def selections(cijfers: Cijfers) -> tuple[Selectie, ...]:
    """Return the full set of reports."""
    every = tuple(cijfers.gebieden.index)
    areas = [*_whole_and_parts(cijfers), *_dia_areas(cijfers)]
    made = list(areas)
    made += [Selectie("domein", DOMAINS[key], every, key) for key in cijfers.domeinen]
    made += _changes(cijfers, areas)
    land = cijfers.naam[~cijfers.gebieden["water"]]
    made += [Selectie("buurt", str(naam), (str(c),), str(c)) for c, naam in land.items()]
    return tuple(made)


def around(one: Selectie, every: tuple[Selectie, ...]) -> tuple[Selectie, ...]:
    """Return the reports of what lies around and inside a subject, its own change included."""
    own, city = set(one.codes), one.soort in ("stad", "domein")

    def near(other: Selectie) -> bool:
        if other.soort == "verandering":
            return other.gebied == one.gebied
        return city or other.soort not in ("domein", one.soort)

    return tuple(
        other
        for other in every
        if other != one and other.soort != "buurt" and near(other)
        if not own.isdisjoint(other.codes)
    )


def _whole_and_parts(cijfers: Cijfers) -> list[Selectie]:
    gebieden = cijfers.gebieden
    code = cijfers.gemeentecode
    made = [Selectie("stad", cijfers.gemeente, tuple(gebieden.index), code, ("stad", code))]
    named = gebieden["stadsdeel"].astype("string").fillna("").str.strip()
    # buurten of which the stadsdeel still has to be confirmed are no stadsdeel
    for naam in sorted(set(named) - {"", TE_BEVESTIGEN}):
        codes = tuple(gebieden.index[named == naam])
        made.append(Selectie("stadsdeel", naam, codes, naam, ("stadsdeel", naam)))
    for wijk, rows in gebieden[~gebieden["water"]].groupby("wijkcode", sort=True):
        key = str(wijk)
        naam = short_wijk(str(rows["wijknaam"].iloc[0]))
        made.append(Selectie("wijk", naam, tuple(rows.index), key, ("wijk", key)))
    return made


def _dia_areas(cijfers: Cijfers) -> list[Selectie]:
    if cijfers.indeling.empty:
        return []
    placed = cijfers.indeling.dropna(subset=["dia_gebied"])
    made = []
    for number, rows in placed.groupby(placed["dia_gebied"].astype(int), sort=True):
        naam, key = str(rows["naam"].iloc[0]), str(number)
        made.append(Selectie("dia", naam, tuple(rows.index), f"{key} {naam}", ("dia", key)))
    return made


def _changes(cijfers: Cijfers, areas: list[Selectie]) -> list[Selectie]:
    """Return a report on change for every area in which at least one buurt can be compared.

    The city has one in any case: when nothing can be compared it says so, and why.
    """
    found = cijfers.verandering
    if found is None:
        return []
    compared = found.gebieden["buurten"]
    there = {(str(key[0]), str(key[1])) for key in compared.index[compared > 0]}
    return [
        Selectie(
            "verandering",
            one.naam,
            one.codes,
            f"{one.soort} {one.sleutel}",
            one.gebied,
            found.basisjaar,
        )
        for one in areas
        if one.gebied in there or one.soort == "stad"
    ]
