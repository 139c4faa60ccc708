"""What leaves the agenda: files for the partners' table, and calendars for residents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sia.agenda.areas import linkage_layer
from sia.agenda.calendar import Item, items_of, public_works, to_html, to_ics
from sia.agenda.exports import to_csv, to_xlsx, write_layer
from sia.store import write_bytes, write_text

_PAGE = (
    '<!doctype html>\n<html lang="nl"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
    "<style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;"
    "padding:0 1rem;color:#1b1b1b;background:#fff}}table{{border-collapse:collapse;width:100%}}"
    "caption{{text-align:left;font-weight:600}}th,td{{border-bottom:1px solid #888;"
    "padding:.3rem .6rem;text-align:left;vertical-align:top}}</style></head>"
    "<body><main>{body}</main></body></html>\n"
)


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
    write_bytes(book, to_xlsx(tables, "partners"))
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
    folder: Path, plans: pd.DataFrame, starts: pd.Series, names: pd.Series, edition: date
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

    Returns
    -------
    list of pathlib.Path
        Only what is ``openbaar`` and further than an idea is in them; a buurt without works has a
        page that says so.
    """
    written = []
    rows = []
    works = public_works(plans, starts)
    for code, naam in names.items():
        items = items_of(works, str(code))
        page, calendar = folder / f"{code}.html", folder / f"{code}.ics"
        write_text(
            page, _PAGE.format(title=f"Agenda {escape(naam)}", body=_body(items, naam, code))
        )
        write_bytes(calendar, to_ics(items, naam, edition))
        written += [page, calendar]
        rows.append(f'<li><a href="{code}.html">{escape(naam)}</a>: {_count(len(items))}</li>')
    listed = f"<h1>Werken en activiteiten in uw buurt</h1><ul>{''.join(rows)}</ul>"
    index = folder / "index.html"
    write_text(index, _PAGE.format(title="Werken en activiteiten in uw buurt", body=listed))
    return [*written, index]


def _body(items: list[Item], naam: str, code: object) -> str:
    link = (
        f'<p><a href="{code}.ics">Zet deze agenda in uw eigen agenda (iCalendar)</a> · '
        '<a href="index.html">Alle buurten</a></p>'
    )
    return to_html(items, naam, level=1) + link


def _count(n: int) -> str:
    known = {0: "geen werken of activiteiten gepland", 1: "1 werk of activiteit"}
    return known.get(n, f"{n} werken en activiteiten")
