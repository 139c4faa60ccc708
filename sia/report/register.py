"""A draft entry for the Dutch Algoritmeregister, filled in from catalogue, design and sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sia.catalogue.refused import is_origin
from sia.dutch import getal, meervoud, opsomming
from sia.report.material import Materiaal
from sia.toml import of_package
from sia.viz.tables import html_table
from sia.viz.theme import DOMAINS

TO_FILL = "[in te vullen door de gemeente]"

_STATLINE = "https://opendata.cbs.nl/statline/#/CBS/nl/dataset/{table}/table"
_TABLE = re.compile(r"\b(\d{5}NED)\b")


@dataclass(frozen=True)
class Veld:
    """One field of the standard.

    `naam`: Key in the standard's JSON.
    `titel`: As the register shows it.
    `lengte`: Most signs; 0 where the standard sets none.
    `tekst` (str or list): Of the draft, with what is of a municipality in braces.
    """

    naam: str
    titel: str
    lengte: int = 0
    verplicht: bool = False
    tekst: Any = ""


FIELDS: tuple[Veld, ...] = tuple(
    Veld(**field) for field in of_package("report/algoritmeregister.toml")["veld"]
)
"""The fields of the standard in its order."""

CHOICES = (
    "De gemeente kiest zelf: status, publicatiecategorie en thema zijn een voorstel. De zwaardere "
    "categorie is voorgesteld omdat de uitkomst meestuurt waar wordt geïnvesteerd."
)
"""Which choices in the draft are not the program's to make."""


def register_entry(materiaal: Materiaal) -> dict[str, object]:
    """Return the draft entry, in the keys and the order of the standard."""
    table = used_indicators(materiaal)
    scored = table[table["rol"].isin(["opgave", "kans"])]
    per_domain = [
        f"{name} ({meervoud(int(number), 'cijfer', 'cijfers')})"
        for key, name in {**DOMAINS, "potentie": "Potentie"}.items()
        if (number := (scored["domein"] == key).sum())
    ]
    rules = [f"{what}: {value}" for what, value in materiaal.drempels.items()]
    known = {
        "gemeente": materiaal.cijfers.gemeente,
        "besluiten": "; ".join(materiaal.besluiten) or "geen",
        "eerste_drempels": "; ".join(rules[:3]) or "standaard",
        "drempels": "; ".join(rules),
        "aantal": getal(len(scored)),
        "domeinen": opsomming(per_domain),
        "bronnen": "; ".join(dict.fromkeys(materiaal.bronregels)),
        "versie": materiaal.versie,
        "plekken": "Daarom zoekt het algoritme ook naar plekken binnen buurten. "
        if materiaal.cijfers.deelbuurten is not None
        else "Naar plekken binnen buurten is dit jaar niet gezocht. ",
        "herkomst": "per cijfer wordt de samenhang met herkomst getoetst; onderzoekers zien de "
        "uitkomst"
        if any(is_origin(str(key)) for key in table.index)
        else "herkomst telt nooit mee; of cijfers ermee samenhangen is dit jaar niet te toetsen, "
        "want cijfers over herkomst zijn niet geleverd",
    }
    made: dict[str, object] = {
        field.naam: _fit(field.tekst.format(**known), field.lengte)
        if isinstance(field.tekst, str)
        else field.tekst
        for field in FIELDS
    }
    return {**made, "source_data_grouping": _links(materiaal)}


def used_indicators(materiaal: Materiaal) -> pd.DataFrame:
    """Return the catalogue entries that have at least one value this year."""
    catalogue, flags = materiaal.cijfers.catalogus, materiaal.cijfers.vlaggen
    there = [
        key
        for key in catalogue.index
        if key in flags and not flags[key].astype(str).str.startswith("ontbreekt").all()
    ]
    return catalogue.loc[there]


def _links(materiaal: Materiaal) -> list[dict[str, str]]:
    if materiaal.theme.fictief:
        return []
    found = {table: line for line in materiaal.bronregels for table in _TABLE.findall(line)}
    return [
        {"title": line[:500], "link": _STATLINE.format(table=table)}
        for table, line in sorted(found.items())
    ]


def _fit(text: str, limit: int) -> str:
    """Keep a text within the standard; what does not fit is in the report, and it says so."""
    tail = " … (vervolg in het rapport)"
    return text if len(text) <= limit or not limit else text[: limit - len(tail)].rstrip() + tail


def open_fields(entry: Mapping[str, object]) -> list[str]:
    """Return the titles of the fields that the municipality still has to fill in."""
    return [field.titel for field in FIELDS if entry[field.naam] in ("", TO_FILL, [])]


def register_frame(entry: Mapping[str, object]) -> pd.DataFrame:
    """Return the entry as one row of texts, a column per field, for CSV."""
    return pd.DataFrame([{field.naam: _text(entry[field.naam]) for field in FIELDS}])


def _text(value: object) -> str:
    if not isinstance(value, list):
        return str(value)
    return "; ".join(
        f"{one['title']} ({one['link']})" if isinstance(one, dict) else str(one) for one in value
    )


def register_table(entry: Mapping[str, object]) -> str:
    """Return the entry as a table that is read."""
    rows = [(field.titel, _text(entry[field.naam]) or "nog leeg") for field in FIELDS]
    return html_table(pd.DataFrame(rows, columns=["Veld", "Tekst"]), "Concept voor het register")
