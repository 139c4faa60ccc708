"""Put a report together: one HTML file that asks nothing of anyone, checked on the way out."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from sia import store
from sia.report import accessibility, overview, register
from sia.report.first_screen import first_screen
from sia.report.material import EDITIES, Editie, Materiaal, Selectie, selections, slug
from sia.report.numbers import check_numbers
from sia.report.parts import Blok, Onderwerp, Sectie, source_list, table_block
from sia.report.sections import sections
from sia.spreadsheet import csv_bytes
from sia.viz import maps
from sia.viz.figure import Chart
from sia.viz.layers import layers
from sia.viz.leaflet import content_security_policy, hosts
from sia.viz.locator import Locator
from sia.viz.tables import html_table
from sia.viz.theme import FICTIONAL, ink_on

START_PAGE = "index.html"
REGISTER_PAGE, ACCESS_PAGE = "algoritmeregister.html", "toegankelijkheid.html"


class OutsideRequestError(AssertionError):
    """A page would ask something of an outside host: a fault in the program."""


@cache
def environment(package: str, folder: str) -> jinja2.Environment:
    """Return where the templates of a room come from; whatever is put in them is escaped."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package, folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def template(name: str) -> jinja2.Template:
    """Return one of this package's templates; whatever is put in it is escaped."""
    return environment("sia.report", "templates").get_template(name)


@cache
def static_text(name: str, package: str = "sia.report") -> str:
    """Return a style sheet or script that comes with a room of the package."""
    return files(package).joinpath("static", name).read_text(encoding="utf-8")


@dataclass
class Renderer:
    """Makes the reports of one municipality and year; what they share is made once.

    Parameters
    ----------
    editie : str
        ``openbaar`` or ``intern``.
    opendata : bool
        Whether the reports say where their open data are; only when those are written too.
    links : mapping of str to str
        Address of a page beside these, relative to them, and what a reader calls it.
    """

    materiaal: Materiaal
    editie: Editie = "openbaar"
    opendata: bool = False
    links: Mapping[str, str] = field(default_factory=dict)
    _charts: dict[str, Chart] = field(default_factory=dict, repr=False)
    _tables: dict[str, str] = field(default_factory=dict, repr=False)
    _map: dict[str, Any] = field(default_factory=dict, repr=False)
    _locator: Locator | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.editie not in EDITIES:
            raise ValueError(f"editie must be one of {EDITIES}, not {self.editie!r}")

    def report(self, selectie: Selectie) -> str:
        """Return one report as HTML.

        A whole page.

        Raises
        ------
        UnsupportedNumbersError
            A sentence holds a number that no table on the page shows.
        OutsideRequestError
            Something on the page would be fetched from elsewhere.
        """
        stad = self.materiaal.cijfers
        whole = len(selectie.codes) == len(stad.gebieden)
        own = stad if whole else stad.alleen(selectie.codes)
        about = Onderwerp(
            self.materiaal, selectie, self.editie, own, self._charts, self._tables, self.opendata
        )
        pieces = self._pieces(selectie)
        page = template("rapport.html.j2").render(
            secties=sections(about),
            eerste=first_screen(about),
            selectie=selectie,
            jaar=stad.jaar,
            gemeente=stad.gemeente,
            editie=self.editie,
            **self._frame(),
            **pieces,
            anker=_anchor(selectie),
        )
        return finished(page)

    def start_page(self, made: tuple[Selectie, ...]) -> str:
        """Return the page that links all reports of the set."""
        groups = [
            (title, text, [(one.bestand, one.kort) for one in made if one.soort == kind])
            for kind, (title, text) in _GROUPS.items()
        ]
        if self.opendata:
            groups.append(("Open data", _OPEN_TEXT, list(_OPEN.items())))
        groups.append(("Verantwoording", _ACCOUNT_TEXT, list(_ACCOUNT.items())))
        page = template("start.html.j2").render(
            groepen=[group for group in groups if group[2]],
            editie=self.editie,
            **self._plain(),
            hier=START_PAGE,
        )
        return finished(page)

    def register_page(self) -> str:
        """Return the draft entry for the Algoritmeregister as a page."""
        entry = register.register_entry(self.materiaal)
        intro = (
            "Dit concept is gemaakt uit de catalogus, de instellingen en de bronnen van deze "
            "berekening. Het volgt de velden van het Algoritmeregister. Lees het na, vul het aan "
            "en zet het daarna zelf in het register."
        )
        parts = (
            Sectie(
                "concept",
                "Concept voor het Algoritmeregister",
                (
                    Blok(alinea=intro),
                    Blok(alinea=register.explanation()),
                    Blok(
                        kop="Nog in te vullen door de gemeente",
                        lijst=tuple(register.open_fields(entry)),
                    ),
                    table_block(register.register_table(entry)),
                ),
            ),
            Sectie(
                "cijfers",
                "Alle cijfers die worden gebruikt",
                (
                    table_block(
                        overview.indicators(self.materiaal.cijfers, self.materiaal.bronregels),
                        "Er zijn geen cijfers.",
                    ),
                    *source_list(self.materiaal.bronregels),
                ),
            ),
        )
        return self._page("Algoritmeregister", parts)

    def access_page(self) -> str:
        """Return the draft accessibility statement as a page."""
        naam = f"Gemeente {self.materiaal.cijfers.gemeente}"
        contact = self.materiaal.contact or "de afdeling onderzoek van de gemeente"
        parts = tuple(
            Sectie(
                slug(one.kop),
                one.kop,
                (
                    *(Blok(alinea=text) for text in one.teksten),
                    *([Blok(lijst=one.lijst)] if one.lijst else []),
                    *([table_block(accessibility.table_html(one.tabel))] if one.tabel else []),
                ),
            )
            for one in accessibility.statement(naam, contact)
        )
        return self._page("Toegankelijkheidsverklaring (concept)", parts)

    def _page(self, titel: str, secties: tuple[Sectie, ...]) -> str:
        page = template("pagina.html.j2").render(
            titel=titel, secties=secties, editie=self.editie, **self._plain()
        )
        return finished(page)

    def _plain(self) -> dict[str, Any]:
        """Return what a page without a map needs."""
        cijfers = self.materiaal.cijfers
        return {
            "jaar": cijfers.jaar,
            "gemeente": cijfers.gemeente,
            "kaart_css": "",
            "scripts": (),
            "anker": "",
            **self._frame(),
        }

    def _frame(self) -> dict[str, Any]:
        theme = self.materiaal.theme
        return {
            "theme": theme,
            "links": self.links,
            "fictief": FICTIONAL if theme.fictief else "",
            "css": Markup(static_text("rapport.css")),  # noqa: S704 - comes with this package
            "js": Markup(static_text("rapport.js")),  # noqa: S704 - comes with this package
            "inkt": ink_on(theme.primair),
            "figuur_tabel": _chart_table,
        }

    def _pieces(self, selectie: Selectie) -> dict[str, Any]:
        if selectie.soort == "buurt":
            if self._locator is None:
                self._locator = Locator(self.materiaal.cijfers.gebieden)
            picture = self._locator.svg(selectie.codes[0], selectie.naam)
            return {"kaart": None, "ligging": Markup(picture), "kaart_css": "", "scripts": ()}  # noqa: S704
        fragment = self._fragment(selectie)
        return {
            "kaart": Markup(fragment.html),  # noqa: S704 - escaped by sia.viz.maps
            "ligging": None,
            "kaart_css": Markup(fragment.css),  # noqa: S704
            "scripts": tuple(Markup(script) for script in fragment.scripts),  # noqa: S704
        }

    def _fragment(self, selectie: Selectie) -> maps.Fragment:
        cijfers = self.materiaal.cijfers
        if not self._map:
            self._map.update(maps.map_data(cijfers, layers(cijfers)))
        whole = len(selectie.codes) == len(cijfers.gebieden)
        focus = (
            []
            if whole
            else [k for k, c in enumerate(cijfers.gebieden.index) if c in set(selectie.codes)]
        )
        start = {"domein": selectie.sleutel, "verandering": "verandering"}.get(
            selectie.soort, "urgentie"
        )
        data = {**self._map, "nadruk": focus, "start": start}
        titel = f"Kaart van {selectie.titel}, {cijfers.jaar}"
        return maps.embed(maps.BuurtKaart(data, naam="rapport", titel=titel))


_GROUPS = {
    "stad": ("Hele stad", "Voor het college: alle buurten naast elkaar."),
    "stadsdeel": ("Stadsdelen", "Voor de stadsdeelwethouder en het managementteam."),
    "wijk": ("Wijken", "Voor wie in één wijk werkt."),
    "dia": ("Voorgestelde DIA-gebieden", "Voor partners die samen willen investeren."),
    "domein": ("Domeinen", "Voor de vakwethouder: de stad op één onderwerp."),
    "verandering": ("Verandering", "Wat steeg, wat daalde, en wat ruis kan zijn."),
    "buurt": ("Buurten", "Een profiel van twee bladzijden per buurt."),
}
"""Kind of report -> heading on the start page, and for whom it is."""

_OPEN = {
    "../opendata/scores.csv": "Scores, voorstel en duiding per buurt (CSV)",
    "../opendata/cijfers.csv": "Alle cijfers per buurt (CSV)",
    "../opendata/buurten.gpkg": "Grenzen met scores (GeoPackage)",
    "../opendata/kolommen.csv": "Betekenis en eenheid van elke kolom (CSV)",
}
_OPEN_TEXT = (
    "Voor wie zelf wil rekenen. Van elk stadsdeel, elke wijk, elk DIA-gebied en elke buurt staat "
    "in dezelfde map een eigen zip-bestand."
)
_ACCOUNT = {
    REGISTER_PAGE: "Concept voor het Algoritmeregister",
    ACCESS_PAGE: "Toegankelijkheidsverklaring (concept)",
}
_ACCOUNT_TEXT = "Hoe de cijfers tot stand komen, en voor wie de rapporten te gebruiken zijn."


def _anchor(selectie: Selectie) -> str:
    """Return the part of an address at which the atlas opens with what a report is about."""
    kind = {"buurt": "buurt", "domein": "laag"}.get(selectie.soort)
    return f"#{kind}={selectie.sleutel}" if kind else ""


def _chart_table(chart: Chart) -> Markup:
    return Markup(html_table(chart.data.astype(str), f"Cijfers bij: {chart.title}"))  # noqa: S704


def finished(page: str) -> str:
    """Put the policy in a page, and refuse it when it breaks a rule of this project.

    Parameters
    ----------
    page : str
        HTML with ``%POLICY%`` where the policy goes.

    Raises
    ------
    UnsupportedNumbersError, OutsideRequestError
    """
    check_numbers(page)
    asked = hosts(page)
    if asked:
        raise OutsideRequestError(f"the page would ask something of {', '.join(asked)}")
    policy = html.escape(content_security_policy(page), quote=True)
    return page.replace("%POLICY%", policy, 1)


def build_report(
    materiaal: Materiaal, selectie: Selectie | None = None, *, editie: Editie = "openbaar"
) -> str:
    """Return one report as a self-contained HTML page.

    Parameters
    ----------
    selectie : Selectie, optional
        Default the whole city.
    editie : str
        ``openbaar`` or ``intern``.
    """
    return Renderer(materiaal, editie).report(selectie or selections(materiaal.cijfers)[0])


def write_report(
    target: Path,
    materiaal: Materiaal,
    selectie: Selectie | None = None,
    *,
    editie: Editie = "openbaar",
    links: Mapping[str, str] | None = None,
) -> Path:
    """Write one report, whole or not at all; returns `target`."""
    page = Renderer(materiaal, editie, links=links or {})
    store.write_text(target, page.report(selectie or selections(materiaal.cijfers)[0]))
    return target


def write_set(
    folder: Path,
    materiaal: Materiaal,
    *,
    editie: Editie = "openbaar",
    opendata: bool = False,
    links: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write every report of a municipality and year, and the start page that links them.

    Parameters
    ----------
    folder : pathlib.Path
        Holds nothing else that is named like a report.
    opendata : bool
        Whether ``../opendata`` is written too (`sia.report.openness.write_open_data`).
    links : mapping of str to str, optional
        As in `Renderer`, beside the start page.

    Returns
    -------
    list of pathlib.Path
        The start page first; the draft entry for the Algoritmeregister is there as page, JSON and
        CSV.
    """
    near = {**(links or {}), START_PAGE: "Alle rapporten"}
    renderer = Renderer(materiaal, editie, opendata, near)
    made = selections(materiaal.cijfers)
    pages = {one.bestand: renderer.report(one) for one in made}
    pages |= {REGISTER_PAGE: renderer.register_page(), ACCESS_PAGE: renderer.access_page()}
    written = [folder / START_PAGE, *(folder / name for name in pages)]
    for name, page in pages.items():
        store.write_text(folder / name, page)
    store.write_text(written[0], renderer.start_page(made))
    return [*written, *write_register(folder, materiaal)]


def write_register(folder: Path, materiaal: Materiaal) -> list[Path]:
    """Write the draft entry for the Algoritmeregister as JSON and as CSV; returns both paths."""
    entry = register.register_entry(materiaal)
    as_json, as_csv = (
        (folder / REGISTER_PAGE).with_suffix(".json"),
        folder / "algoritmeregister.csv",
    )
    store.write_json(as_json, entry)
    store.write_bytes(as_csv, csv_bytes(register.register_frame(entry)))
    return [as_json, as_csv]
