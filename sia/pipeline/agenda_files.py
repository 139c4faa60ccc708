"""What leaves the agenda: files for the partners' table, and calendars for residents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from html import escape
from pathlib import Path
from string import Template

import geopandas as gpd
import pandas as pd

from sia.agenda.insight.areas import linkage_layer
from sia.agenda.output.calendar import Item, items_of, public_works, to_html, to_ics
from sia.agenda.output.exports import to_csv, write_layer
from sia.agenda.output.workbook import to_xlsx
from sia.agenda.wording import day
from sia.store import write_bytes, write_text
from sia.viz.theme import Theme

SHEETS = {
    "plannen": "Alle plannen die de partners delen, zoals geleverd.",
    "koppelkansen": "Werk dat samen kan: wat het bespaart, en vóór wanneer u moet beslissen.",
    "status": "De fase van elke koppelkans, met het laatste besluit.",
    "wachtlijst": "Wie wat moet doen, en vóór wanneer: het dringendste eerst.",
    "besluiten": "Alle besluiten, het oudste eerst.",
    "acties": "Alle acties, ook die klaar zijn.",
    "wijzigingen": "Wat er in de laatste levering nieuw, gewijzigd of ingetrokken is.",
    "programma": "Welk plan in welk jaar begint, en met welke plannen het de straat deelt.",
    "geld": "Geld per gebied, jaar, partner en bron.",
    "dekking": "Hoe zeker het geld van anderen is: gedekt, voorwaardelijk of open.",
    "aandelen": "Wie wat betaalt en bespaart als werken een straat delen.",
    "knelpunten": "Wat plannen tegenhoudt: geld, mensen of het aantal open straten.",
}
"""What each table of the partners' workbook holds."""
_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; color: $tekst; background: $achtergrond }
header, main { max-width: 60rem; margin: 0 auto; padding: 1rem }
header { border-bottom: 4px solid $accent }
header p { margin: 0 }
.fictief { font-weight: 700 }
h1 { color: $primair; line-height: 1.2; overflow-wrap: anywhere }
a { color: $primair; display: inline-block; padding: .25rem 0 }
a:focus-visible { outline: 3px solid $primair; outline-offset: 2px }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem }
thead th { background: #f1f3f4 }
th, td { border-bottom: 1px solid #888; padding: .4rem .6rem; text-align: left }
th, td { vertical-align: top }
ul { columns: 3 16rem; padding-left: 1.2rem }
li { break-inside: avoid }
@media (max-width: 40rem) {
  table, tbody, tr, td, tbody th { display: block }
  caption { display: block }
  thead { position: absolute; left: -100vw }
  tr { border-bottom: 1px solid #888; padding: .6rem 0 }
  th, td { border: 0; padding: .1rem 0 }
  td:first-child { color: $primair; font-weight: 600 }
}
@media print { .scherm { display: none } a { color: inherit; text-decoration: none } }
"""
_PAGE = """<!doctype html>
<html lang="nl"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>$titel</title>
<style>$stijl</style></head>
<body><header><p>$gemeente · stand van $stand</p>$fictief</header>
<main>$inhoud</main></body></html>
"""
_FICTIONAL = '<p class="fictief">FICTIEF: deze gemeente bestaat niet, elk werk is verzonnen.</p>'


def write_partner_files(
    folder: Path, tables: Mapping[str, pd.DataFrame], plans: gpd.GeoDataFrame
) -> list[Path]:
    """Write workbook, CSVs and layers for the partners' table.

    Parameters
    ----------
    folder : pathlib.Path
    tables : mapping of str to DataFrame
        As `sia.pipeline.agenda.agenda_tables` returns them; made for the level once more here.
    plans : GeoDataFrame, EPSG:28992, index ``plan``

    Returns
    -------
    list of pathlib.Path
    """
    book = folder / "agenda.xlsx"
    write_bytes(book, to_xlsx(tables, "partners", uitleg=SHEETS))
    written = [book]
    for name, table in tables.items():
        target = folder / f"{name}.csv"
        write_bytes(target, to_csv(table, "partners"))
        written.append(target)
    layers = {
        "plannen": plans,
        "koppelkansen": linkage_layer(tables["koppelkansen"], plans),
    }
    for name, layer in layers.items():
        target = folder / f"{name}.gpkg"
        write_layer(target, layer, "partners")
        written.append(target)
    return written


def write_public_files(
    folder: Path,
    plans: pd.DataFrame,
    starts: pd.Series,
    names: pd.Series,
    edition: date,
    theme: Theme,
) -> list[Path]:
    """Write per buurt one calendar page and one iCalendar file, and a page that lists them.

    Parameters
    ----------
    folder : pathlib.Path
    plans : DataFrame, index ``plan``
    starts : Series, index ``plan``
    names : Series, index ``buurtcode``
    edition : datetime.date
        Date of this edition.
    theme : Theme

    Returns
    -------
    list of pathlib.Path
        Only what is ``openbaar`` and further than an idea is in them; a buurt without works has a
        page that says so.
    """
    written = []
    rows = []
    works = public_works(plans, starts)
    for code, naam in names.sort_values(kind="stable").items():
        items = items_of(works, str(code))
        page, calendar = folder / f"{code}.html", folder / f"{code}.ics"
        write_text(page, _page(f"Agenda {naam}", _body(items, naam, code), edition, theme))
        write_bytes(calendar, to_ics(items, naam, edition))
        written += [page, calendar]
        rows.append(f'<li><a href="{code}.html">{escape(naam)}</a>: {_count(len(items))}</li>')
    title = "Werken en activiteiten in uw buurt"
    index = folder / "index.html"
    body = f"<h1>{title}</h1><ul>{''.join(rows)}</ul>"
    write_text(index, _page(title, body, edition, theme))
    return [*written, index]


def _page(titel: str, inhoud: str, edition: date, theme: Theme) -> str:
    return Template(_PAGE).substitute(
        titel=escape(titel),
        stijl=Template(_STYLE).substitute(asdict(theme)),
        gemeente=escape(theme.gemeente),
        stand=day(edition),
        fictief=_FICTIONAL if theme.fictief else "",
        inhoud=inhoud,
    )


def _body(items: list[Item], naam: str, code: object) -> str:
    link = (
        f'<p class="scherm"><a href="{code}.ics">Zet deze agenda in uw eigen agenda '
        '(iCalendar)</a></p><p class="scherm"><a href="index.html">Alle buurten</a></p>'
    )
    return to_html(items, naam, level=1) + link


def _count(n: int) -> str:
    return f"{n} gepland" if n else "nog niets gepland"
