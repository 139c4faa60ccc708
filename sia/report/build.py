"""Put a report together: one HTML file that asks nothing of anyone, checked on the way out."""

from __future__ import annotations

import html
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from sia import store
from sia.report import accessibility, overview, register
from sia.report.first_screen import first_screen
from sia.report.material import (
    EDITIES,
    GROUPS,
    Buren,
    Editie,
    Materiaal,
    Selectie,
    around,
    selections,
)
from sia.report.parts import Blok, Onderwerp, Sectie, source_list, table_block
from sia.report.sections import annex, sections
from sia.report.sentences import check_numbers
from sia.spreadsheet import csv_bytes
from sia.viz.city_map import CityMap
from sia.viz.figure import Chart
from sia.viz.leaflet import content_security_policy, hosts
from sia.viz.tables import html_table
from sia.viz.theme import FICTIONAL, static_text

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


@dataclass
class Renderer:
    """Makes the reports of one municipality and year; what they share is made once.

    `editie` (str): ``openbaar`` or ``intern``.
    `opendata`: Whether the reports say where their open data are; only when those are written too.
    `buren`: Addresses of what lies beside these pages, relative to them.
    """

    materiaal: Materiaal
    editie: Editie = "openbaar"
    opendata: bool = False
    buren: Buren = field(default_factory=Buren)
    _charts: dict[str, Chart] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.editie not in EDITIES:
            raise ValueError(f"editie must be one of {EDITIES}, not {self.editie!r}")

    @cached_property
    def _map(self) -> CityMap:
        return CityMap(self.materiaal.cijfers.gebieden)

    @cached_property
    def _every(self) -> tuple[Selectie, ...]:
        return selections(self.materiaal.cijfers)

    def _about(self, selectie: Selectie) -> Onderwerp:
        stad = self.materiaal.cijfers
        whole = len(selectie.codes) == len(stad.gebieden)
        return Onderwerp(
            self.materiaal,
            selectie,
            self.editie,
            stad if whole else stad.alleen(selectie.codes),
            self._map,
            self.buren,
            around(selectie, self._every),
            self._charts,
            self.opendata,
        )

    def report(self, selectie: Selectie) -> str:
        """Return one report as HTML.

        A whole page.
        """
        about = self._about(selectie)
        screen = first_screen(about)
        return self._page(
            "rapport.html.j2",
            selectie.titel,
            sections(about, screen),
            eerste=screen,
            soort=selectie.soort,
            anker=_anchor(selectie),
            hier=self.buren.rapport if selectie.soort == "stad" else "",
        )

    def annex(self) -> str:
        """Return the annex of the report of the city: all tables, the sources, the method."""
        parts = annex(self._about(self._every[0]))
        name = f"Bijlage: tabellen, bronnen en methode van {self.materiaal.cijfers.gemeente}"
        return self._page("pagina.html.j2", name, parts, soort="bijlage", hier=self.buren.bijlage)

    def start_page(self) -> str:
        """Return the page that links all reports of the set, with a map, figures and search."""
        about = self._about(self._every[0])
        groups = [
            (title, text, [(self._address(one), one.kort) for one in self._every if one.soort == k])
            for k, (title, text) in GROUPS.items()
            if k != "buurt"
        ]
        if self.buren.bijlage:
            groups[0][2].append((self.buren.bijlage, "Bijlage: tabellen, bronnen en methode"))
        if self.opendata:
            groups.append(("Open data", _OPEN_TEXT, list(_OPEN.items())))
        groups.append(("Verantwoording", _ACCOUNT_TEXT, list(_ACCOUNT.items())))
        return self._page(
            "start.html.j2",
            "Alle rapporten",
            [],
            groepen=[(title, text, own) for title, text, own in groups if own],
            eerste=first_screen(about),
            tabel=Markup(overview.buurt_index(about.stad, self.buren)),  # noqa: S704 - escaped there
            hier=START_PAGE,
            soort="start",
        )

    def _address(self, one: Selectie) -> str:
        return self.buren.van(one.soort, one.sleutel) or one.bestand

    def register_page(self) -> str:
        """Return the draft entry for the Algoritmeregister as a page."""
        entry = register.register_entry(self.materiaal)
        intro = (
            "Dit concept is gemaakt uit de catalogus, de instellingen en de bronnen van deze "
            "berekening. Het volgt de velden van het Algoritmeregister. Lees het na, vul het aan "
            "en zet het daarna zelf in het register."
        )
        parts = [
            Sectie(
                "concept",
                "Concept voor het Algoritmeregister",
                Blok(alinea=intro),
                Blok(alinea=register.CHOICES),
                Blok(
                    kop="Nog in te vullen door de gemeente",
                    lijst=tuple(register.open_fields(entry)),
                ),
                table_block(register.register_table(entry)),
            ),
            Sectie(
                "cijfers",
                "Alle cijfers die worden gebruikt",
                table_block(
                    overview.indicators(self.materiaal.cijfers, self.materiaal.bronregels),
                    "Er zijn geen cijfers.",
                ),
                *source_list(self.materiaal.bronregels),
            ),
        ]
        return self._page("pagina.html.j2", "Algoritmeregister", parts)

    def access_page(self) -> str:
        """Return the draft accessibility statement as a page."""
        naam = f"Gemeente {self.materiaal.cijfers.gemeente}"
        contact = self.materiaal.contact or "de afdeling onderzoek van de gemeente"
        parts = list(accessibility.sections(organisatie=naam, contact=contact))
        return self._page("pagina.html.j2", "Toegankelijkheidsverklaring (concept)", parts)

    def _page(self, name: str, titel: str, secties: list[Sectie], **more: Any) -> str:
        """Return a whole page, checked."""
        cijfers, theme = self.materiaal.cijfers, self.materiaal.theme
        css = Markup(static_text("viz/tokens.css", "report/rapport.css"))  # noqa: S704
        known = {
            "titel": titel,
            "secties": secties,
            "jaar": cijfers.jaar,
            "gemeente": cijfers.gemeente,
            "editie": self.editie,
            "theme": theme,
            "buren": self.buren,
            "fictief": FICTIONAL if theme.fictief else "",
            "css": css,
            "js": Markup(static_text("viz/samen.js", "report/rapport.js")),  # noqa: S704 - comes with this package
            "voet": css_text(f"{cijfers.gemeente} {cijfers.jaar} · {titel}"),
            "figuur_tabel": _chart_table,
            "soort": "pagina",
            "anker": "",
            "hier": "",
        }
        return finished(template(name).render({**known, **more}))


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


def css_text(text: str) -> Markup:
    """Return a text as a string of a style sheet, in which nothing of it can end that string."""
    safe = "".join(c if c.isalnum() or c in " ·,-" else f"\\{ord(c):06x} " for c in text)
    return Markup(f'"{safe}"')  # noqa: S704 - every sign that means something is escaped


def finished(page: str) -> str:
    """Put the policy in a page, and refuse it when it breaks a rule of this project."""
    check_numbers(page)
    asked = hosts(page)
    if asked:
        raise OutsideRequestError(f"the page would ask something of {', '.join(asked)}")
    policy = html.escape(content_security_policy(page), quote=True)
    return page.replace("%POLICY%", policy, 1)


def annex_path(report: Path) -> Path:
    """Return where the annex of a report lies: beside it."""
    return report.with_name(f"{report.stem}-bijlage.html")


def write_report(
    target: Path,
    materiaal: Materiaal,
    *,
    editie: Editie = "openbaar",
    opendata: bool = False,
    atlas: str = "",
    reeks: str | None = None,
) -> list[Path]:
    """Write the report of a city and its annex, each whole or not at all.

    `atlas`, `reeks`: As in `Buren`, where they are there.
    """
    beside = annex_path(target)
    buren = Buren(target.name, beside.name, atlas, reeks)
    renderer = Renderer(materiaal, editie, opendata, buren)
    pages = {
        target: renderer.report(selections(materiaal.cijfers)[0]),
        beside: renderer.annex(),
    }
    for path, page in pages.items():
        store.write_text(path, page)
    return list(pages)


def write_set(
    folder: Path,
    materiaal: Materiaal,
    *,
    editie: Editie = "openbaar",
    opendata: bool = False,
    buren: Buren | None = None,
) -> list[Path]:
    """Write every report of a municipality and year but that of the city, and the start page.

    `folder`: Holds nothing else that is named like a report.
    `opendata`: Whether ``../opendata`` is written too (`sia.report.openness.write_open_data`).
    `buren`: Where the report of the city, its annex and the atlas lie, seen from the folder.
    Returns: The start page first; the draft entry for the Algoritmeregister is there as page, JSON
        and CSV.
    """
    renderer = Renderer(materiaal, editie, opendata, replace(buren or Buren(), reeks=""))
    made = [one for one in selections(materiaal.cijfers) if one.soort != "stad"]
    pages = {START_PAGE: renderer.start_page()}
    pages |= {one.bestand: renderer.report(one) for one in made}
    pages |= {REGISTER_PAGE: renderer.register_page(), ACCESS_PAGE: renderer.access_page()}
    for name, page in pages.items():
        store.write_text(folder / name, page)
    return [*(folder / name for name in pages), *write_register(folder, materiaal)]


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
