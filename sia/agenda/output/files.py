"""What leaves the agenda: files for the partners' table, and calendars for residents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from importlib.resources import files
from string import Template

import geopandas as gpd
import pandas as pd

from sia.agenda.dia import Dia
from sia.agenda.output.calendar import Item, items_of, public_works, to_html, to_ics
from sia.agenda.output.exports import layer_bytes, linkage_layer, to_csv
from sia.agenda.output.letter import answers, decisions_of, letter_body, letter_book
from sia.agenda.output.tables import TABLES, agenda_tables, kept_tables
from sia.agenda.output.template import slug
from sia.agenda.output.workbook import to_xlsx
from sia.agenda.reading.deliveries import Deliveries
from sia.agenda.wording import day

_FICTIONAL = '<p class="fictief">FICTIEF: deze gemeente bestaat niet, elk werk is verzonnen.</p>'


def agenda_output(
    dia: Dia,
    memory: Mapping[str, pd.DataFrame],
    names: pd.Series,
    theme: Mapping[str, object],
) -> tuple[dict[str, pd.DataFrame], dict[str, bytes]]:
    """Return all that an agenda leaves: its tables by name, its files by path."""
    tables = agenda_tables(dia)
    shared = partner_files(tables)
    public = public_files(dia.plans, dia.starts, names, dia.taken.edition, theme)
    letters = letter_files(
        dia.delivered, dia.taken.register.plans, dia.taken.edition, theme, decisions_of(dia)
    )
    return (
        {**tables, **kept_tables(dia, memory), "gebieden": dia.gebieden.to_frame("gebied")},
        {f"partners/agenda/{name}": content for name, content in shared.items()}
        | {f"openbaar/agenda/{name}": content for name, content in public.items()}
        | letters,
    )


def letter_files(
    delivered: Deliveries,
    register: pd.DataFrame,
    edition: date,
    theme: Mapping[str, object],
    decisions: pd.DataFrame | None = None,
) -> dict[str, bytes]:
    """Return the answer to every partner as page and workbook, each only for that partner."""
    made = {}
    for partner, tables in answers(delivered, register, decisions).items():
        name = f"intern/agenda/antwoord/{slug(partner)}"
        body = letter_body(partner, tables)
        made[f"{name}.html"] = _page(f"Antwoord aan {partner}", body, edition, theme)
        made[f"{name}.xlsx"] = letter_book(tables)
    return made


def partner_files(tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Return workbook, CSVs and layers for the partners' table, by file name."""
    plans = gpd.GeoDataFrame(tables["plannen"])
    layers = {"plannen": plans, "koppelkansen": linkage_layer(tables["koppelkansen"], plans)}
    return {
        "agenda.xlsx": to_xlsx(tables, "partners", uitleg=TABLES),
        **{f"{name}.csv": to_csv(table, "partners") for name, table in tables.items()},
        **{f"{name}.gpkg": layer_bytes(name, one, "partners") for name, one in layers.items()},
    }


def public_files(
    plans: pd.DataFrame,
    starts: pd.Series,
    names: pd.Series,
    edition: date,
    theme: Mapping[str, object],
) -> dict[str, bytes]:
    """Return per buurt one calendar page and one iCalendar file, and a page that lists them.

    `edition`: Date of this edition.
    `theme`: Name and colours of the municipality: the fields of a `Theme`.
    Returns: Only what is ``openbaar`` and further than an idea is in them; a buurt without works
        has a page that says so.
    """
    made, rows = {}, []
    works = public_works(plans, starts)
    for code, naam in names.sort_values(kind="stable").items():
        items = items_of(works, str(code))
        made[f"{code}.html"] = _page(f"Agenda {naam}", _body(items, naam, code), edition, theme)
        made[f"{code}.ics"] = to_ics(items, naam, edition)
        count = f"{len(items)} gepland" if items else "nog niets gepland"
        rows.append(f'<li><a href="{code}.html">{escape(naam)}</a>: {count}</li>')
    title = "Werken en activiteiten in uw buurt"
    body = f"<h1>{title}</h1><ul>{''.join(rows)}</ul>"
    return {**made, "index.html": _page(title, body, edition, theme)}


def _page(titel: str, inhoud: str, edition: date, theme: Mapping[str, object]) -> bytes:
    page = files("sia.agenda.output").joinpath("calendar.html").read_text(encoding="utf-8")
    filled = {
        **theme,
        "titel": escape(titel),
        "gemeente": escape(str(theme["gemeente"])),
        "stand": day(edition),
        "fictief": _FICTIONAL if theme["fictief"] else "",
        "inhoud": inhoud,
    }
    return Template(page).substitute(filled).encode("utf-8")


def _body(items: Sequence[Item], naam: str, code: object) -> str:
    link = (
        f'<p class="scherm"><a href="{code}.ics">Zet deze agenda in uw eigen agenda '
        '(iCalendar)</a></p><p class="scherm"><a href="index.html">Alle buurten</a></p>'
    )
    return to_html(items, naam, level=1) + link
