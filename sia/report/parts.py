"""What a report is put together from: sections of blocks, about one subject."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pandas as pd
from markupsafe import Markup

from sia.report import change
from sia.report.material import Buren, Editie, Materiaal, Selectie
from sia.report.sentences import Zin
from sia.viz.city_map import CityMap
from sia.viz.dataset import Cijfers
from sia.viz.figure import Chart

NOTHING = Markup("")
PLAN = ["titel", "partner", "start", "eind"]
"""What tells one plan from another in the table of plans per buurt."""


@dataclass(frozen=True)
class Blok:
    """One part of a section: prose, or HTML that this package made and escaped itself.

    `dicht`: What opens `html`, which is folded away until somebody asks for it.
    """

    html: Markup = NOTHING
    kop: str = ""
    zinnen: tuple[Zin, ...] = ()
    alinea: str = ""
    lijst: tuple[str, ...] = ()
    figuur: Chart | None = None
    dicht: str = ""


class Sectie:
    """One section: anchor, heading, what stands in it and, as a class, how that is laid out."""

    def __init__(self, id: str, titel: str, *blokken: Blok, vorm: str = "") -> None:
        self.id, self.titel, self.blokken, self.vorm = id, titel, blokken, vorm


@dataclass(frozen=True)
class Onderwerp:
    """What the makers of sections get.

    `cijfers`: The tables of the selection; ranks are those of the city.
    `kaart`: The borders of the city, drawn once.
    `rondom`: Reports of what lies around and inside the subject.
    `grafieken`: Charts that several reports share, by name; filled as they are first needed.
    `opendata`: Whether open data are written beside the report.
    """

    materiaal: Materiaal
    selectie: Selectie
    editie: Editie
    cijfers: Cijfers
    kaart: CityMap
    buren: Buren = field(default_factory=Buren)
    rondom: tuple[Selectie, ...] = ()
    grafieken: dict[str, Chart] = field(default_factory=dict)
    opendata: bool = False

    @property
    def stad(self) -> Cijfers:
        """The tables of the whole city."""
        return self.materiaal.cijfers

    @property
    def plannen(self) -> pd.DataFrame:
        """The plans that this edition may show, a row per buurt and plan."""
        plans = self.materiaal.investeringen
        if plans.empty or self.editie == "intern":
            return plans
        return plans[plans["vertrouwelijkheid"] == "openbaar"]

    @property
    def gebied(self) -> change.Gebied:
        """The area with its change, for a report on change."""
        found = self.stad.verandering
        if found is None:
            raise ValueError("there is no change to report on")
        return change.Gebied(self.selectie.naam, self.selectie.gebied, self.cijfers, found)

    @property
    def code(self) -> str:
        """Code of the buurt of a buurt profile."""
        return self.selectie.codes[0]

    def kort(self, naam: object) -> str:
        """Return a name without the word that the strip above every page says already."""
        text = str(naam)
        return text.replace(" (fictief)", "") if self.materiaal.theme.fictief else text

    def shared(self, naam: str, make: Callable[[], Chart]) -> Chart:
        """Return a chart that is drawn once for all reports."""
        if naam not in self.grafieken:
            self.grafieken[naam] = make()
        return self.grafieken[naam]


def source_list(bronregels: Sequence[str]) -> list[Blok]:
    """Return the numbered list of sources to which the tables of a report refer."""
    if not bronregels:
        return []
    items = Markup("").join(Markup("<li>{}</li>").format(line) for line in bronregels)
    return [Blok(kop="Bronvermelding", html=Markup('<ol class="bronnen">{}</ol>').format(items))]


def table_block(html: str, leeg: str = "") -> Blok:
    """Return a block with a table that `html_table` made, or with a sentence when it is empty."""
    return Blok(html=Markup(html)) if html else Blok(alinea=leeg)  # noqa: S704 - escaped by html_table


def paper_note(text: str) -> Blok:
    """Return a block that is read on paper only: what the file has and the paper has not."""
    return Blok(html=Markup('<p class="papier">{}</p>').format(text))
