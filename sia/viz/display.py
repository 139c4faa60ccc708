"""Lay tables out for a reader: Dutch numbers, a caption, nothing cut off silently."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sia.dutch import MISSING, getal
from sia.extras import extra
from sia.viz.tables import html_table
from sia.weighing.audit import LIGHTS

if TYPE_CHECKING:
    from IPython.display import HTML

_SHARES = ("r", "r domein", "r index", "spearman", "pearson", "alfa", "alfa gestandaardiseerd")
_AUDIT = ("aanwezig", "niet nul", "uniek", "eigenwaarde", "verklaard", "cumulatief", "gewicht", "S")
_TWO = ("silhouet", "zekerheid", "invloed", "verhouding", *_SHARES, *_AUDIT)
DECIMALS: Mapping[str, int] = MappingProxyType({"p": 3, "q": 3, **dict.fromkeys(_TWO, 2)})
"""Columns that need more or fewer digits than one."""

# notebook front ends style tables themselves, with more weight than a plain selector has
_STYLE = (
    "<style>.tabel{overflow:auto;max-height:34rem;margin:.5rem 0}"
    ".tabel table{border-collapse:collapse;font-size:.9rem;width:max-content;max-width:none}"
    ".tabel caption{text-align:left;font-weight:600;padding:.3rem 0}"
    ".tabel table th,.tabel table td{border-bottom:1px solid #c8c8c8;padding:.2rem .6rem;"
    "text-align:left!important;vertical-align:top;max-width:26rem;white-space:normal}"
    ".tabel table td.getal,.tabel table th.getal{text-align:right!important}</style>"
)


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of texts as a reader sees them."""
    return pd.DataFrame({str(name): _texts(str(name), column) for name, column in table.items()})


def _texts(name: str, column: pd.Series) -> list[str]:
    if pd.api.types.is_bool_dtype(column.dtype):
        return ["ja" if value else "nee" for value in column]
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return [MISSING if pd.isna(value) else str(value) for value in column]
    if name in ("jaar", "peiljaar", "levering"):
        return [MISSING if pd.isna(value) else str(int(value)) for value in column]
    known = column.dropna()
    whole = bool((known == known.round()).all())
    return [getal(value, DECIMALS.get(name, 0 if whole else 1)) for value in column]


def show(table: pd.DataFrame, bijschrift: str) -> HTML:
    """Return a table as accessible HTML that a notebook displays."""
    with extra("notebooks"):
        from IPython.display import HTML

    if table.empty:
        return HTML(f"<p><strong>{escape(bijschrift)}</strong>: geen rijen.</p>")  # type: ignore[no-untyped-call]
    numeric = [str(c) for c in table.columns if pd.api.types.is_numeric_dtype(table[c].dtype)]
    page = _STYLE + html_table(readable(table), bijschrift, getallen=numeric)
    return HTML(page)  # type: ignore[no-untyped-call]


def audit_page(tables: Mapping[str, pd.DataFrame]) -> HTML:
    """Return every check of the index on one page: its rule, its lights, and what is not green."""
    with extra("notebooks"):
        from IPython.display import HTML

    parts = []
    for title, table in tables.items():
        counts = table["licht"].value_counts()
        lights = ", ".join(f"{int(counts[name])} {name}" for name in LIGHTS if name in counts)
        rest = table[~table["licht"].isin(("groen", "grijs"))].drop(columns="regel")
        body = "<p>Niets om te bespreken: alle lichten zijn groen.</p>"
        if len(rest):
            body = str(show(rest, f"{title}: wat niet groen is").data)
        parts.append(
            f"<details><summary><strong>{escape(title)}</strong>: {escape(lights)}</summary>"
            f"<p>Regel: {escape(str(table['regel'].iloc[0]))}.</p>{body}</details>"
        )
    return HTML("".join(parts) or "<p>Er is dit jaar geen index om te controleren.</p>")  # type: ignore[no-untyped-call]
