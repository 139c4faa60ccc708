"""What a report is put together from: sections of blocks, about one subject."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from sia.report import change
from sia.report.material import Editie, Materiaal, Selectie
from sia.report.sentences import Zin
from sia.viz.dataset import Cijfers
from sia.viz.figure import Chart

NOTHING = Markup("")


@dataclass(frozen=True)
class Blok:
    """One part of a section: prose, or HTML that this package made and escaped itself."""

    html: Markup = NOTHING
    kop: str = ""
    zinnen: tuple[Zin, ...] = ()
    alinea: str = ""
    lijst: tuple[str, ...] = ()
    figuur: Chart | None = None


@dataclass(frozen=True)
class Sectie:
    """One section: anchor, heading and what stands in it."""

    id: str
    titel: str
    blokken: tuple[Blok, ...]


@dataclass(frozen=True)
class Onderwerp:
    """What the makers of sections get.

    Parameters
    ----------
    cijfers : Cijfers
        The tables of the selection; ranks are those of the city.
    grafieken : dict
        Charts that several reports share, by name; filled as they are first needed.
    tabellen : dict
        Tables that several reports share, likewise.
    opendata : bool
        Whether open data are written beside the report.
    """

    materiaal: Materiaal
    selectie: Selectie
    editie: Editie
    cijfers: Cijfers
    grafieken: dict[str, Chart] = field(default_factory=dict)
    tabellen: dict[str, str] = field(default_factory=dict)
    opendata: bool = False

    @property
    def stad(self) -> Cijfers:
        """The tables of the whole city."""
        return self.materiaal.cijfers

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

    def shared(self, naam: str, make: Callable[[], Chart]) -> Chart:
        """Return a chart that is drawn once for all reports."""
        if naam not in self.grafieken:
            self.grafieken[naam] = make()
        return self.grafieken[naam]


def shared_table(o: Onderwerp, naam: str, make: Callable[[], str]) -> str:
    """Return a table that is made once for all reports."""
    if naam not in o.tabellen:
        o.tabellen[naam] = make()
    return o.tabellen[naam]


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
