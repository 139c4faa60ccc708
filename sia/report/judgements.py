"""Figure and judgement side by side: what is proposed, and what people who know the place say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from sia.dutch import MISSING, getal, procent
from sia.report.marks import link
from sia.report.material import Buren
from sia.schemas import AANPAKKEN
from sia.viz.dataset import Cijfers
from sia.viz.judgement import full_text, one_row, short_texts
from sia.viz.tables import html_table


def with_judgement(table: pd.DataFrame, cijfers: Cijfers) -> pd.DataFrame:
    """Put a column with the duiding beside the figures, when anybody said anything of them."""
    said = short_texts(cijfers.duiding, table.index)
    return table.assign(Duiding=said.where(said != "", MISSING)) if (said != "").any() else table


def said_of(cijfers: Cijfers, code: str) -> pd.Series[Any] | None:
    """Return what was said of a buurt, a row of ``duiding``; None where nobody said anything."""
    if code not in cijfers.duiding.index or not cijfers.duiding.at[code, "duiding"]:
        return None
    return one_row(cijfers.duiding, code)


def approaches(cijfers: Cijfers) -> str:
    """Return per buurt the proposed aanpak and, beside it, what people who know it say."""
    order = [*cijfers.gerangschikt.index, *cijfers.niet_gerangschikt.index]
    table = cijfers.aanpak.reindex(order)
    shown = pd.DataFrame(
        {
            "Buurt": cijfers.naam.reindex(order),
            "Voorstel op grond van de cijfers": table["aanpak"].fillna(MISSING),
            "Waarom": table["toelichting"].fillna(MISSING),
            "Corporatiebezit": table["corporatiebezit"].map(procent),
        }
    )
    said = cijfers.duiding.reindex(order) if not cijfers.duiding.empty else pd.DataFrame()
    if len(said) and (said["duiding"].fillna("") != "").any():
        said = said.fillna({"duiding": ""})
        shown["Na duiding"] = [after(row) for _, row in said.iterrows()]
        shown["Duiding"] = [full_text(row) or MISSING for _, row in said.iterrows()]
    return html_table(
        shown,
        "Voorgestelde aanpak per buurt",
        getallen=("Corporatiebezit",),
        sorteer={"Buurt": (), "Voorstel op grond van de cijfers": ()},
    )


def after(row: pd.Series[Any]) -> str:
    """Say which aanpak holds after the duiding; a dash where nobody spoke this year."""
    if not row["duiding"] or row["effect"] in ("", "geen"):
        return MISSING
    return str(row["aanpak_na_duiding"])


def statements(uitspraken: pd.DataFrame, namen: Mapping[str, str]) -> str:
    """Return everything that was said of the places of a report; empty when nothing was."""
    if uitspraken.empty:
        return ""
    table = pd.DataFrame(
        {
            "Plek": [namen.get(code, code) for code in uitspraken["gebied"]],
            "Jaar": uitspraken["jaar"].astype(str),
            "Wie (rol)": uitspraken["rol"].astype(str),
            "Oordeel over het cijfer": uitspraken["soort"].astype(str),
            "Uitspraak": uitspraken["uitspraak"].astype(str),
            "Gevolg voor de aanpak": [
                _effect(effect, aanpak, reden)
                for effect, aanpak, reden in zip(
                    uitspraken["effect"], uitspraken["aanpak"], uitspraken["reden"], strict=True
                )
            ],
        }
    )
    return html_table(table, "Alle duidingen")


def _effect(effect: str, aanpak: str, reden: str) -> str:
    if effect in ("", "geen"):
        return "geen"
    text = effect + (f": {aanpak}" if aanpak else "")
    return text + (f". Reden: {reden}" if reden else "")


def approach_groups(cijfers: Cijfers, buren: Buren, most: int = 0) -> str:
    """Return which buurten each aanpak has, the most urgent first; at most `most` by name."""
    order = [*cijfers.gerangschikt.index, *cijfers.niet_gerangschikt.index]
    land = [code for code in order if not cijfers.gebieden["water"].get(code, False)]
    ways = cijfers.aanpak["aanpak"].reindex(land).dropna()
    known = {way: number for number, way in enumerate(AANPAKKEN)}
    rows = []
    for way in sorted(ways.unique(), key=lambda way: (known.get(str(way), len(known)), str(way))):
        codes = list(ways.index[ways == way])
        named = [link(buren, "buurt", str(c), str(cijfers.naam[c])) for c in codes[: most or None]]
        more = f" en nog {getal(len(codes) - len(named))}" if len(codes) > len(named) else ""
        rows.append((str(way), getal(len(codes)), Markup("; ").join(named) + more))
    table = pd.DataFrame(rows, columns=["Aanpak", "Buurten", "Welke"], dtype=object)
    return html_table(table, "Buurten per aanpak", getallen=("Buurten",))
