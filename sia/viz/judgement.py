"""What people who know a place said of its figures, in the words that stand beside them."""

from __future__ import annotations

from typing import Any

import pandas as pd

CHANGED_EFFECTS = ("bijgesteld", "overruled")
"""Effects of a duiding after which another aanpak holds than the figures propose."""

_KINDS = {
    "herkend": "herkend",
    "genuanceerd": "genuanceerd",
    "niet herkend": "niet herkend",
    "ontbreekt in de data": "er ontbreekt iets in de cijfers",
}


def known(duiding: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table of `sia.duiding.beside` that hold a judgement."""
    return duiding if duiding.empty else duiding[duiding["duiding"] != ""]


def one_row(table: pd.DataFrame, code: str) -> pd.Series[Any]:
    """Return one row of a table that has one row per place."""
    return table.iloc[int(table.index.get_indexer(pd.Index([code]))[0])]


def year_of(row: pd.Series[Any]) -> str:
    """Return the year of a judgement without a thousands point; empty without one."""
    year = row["duiding_jaar"]
    return "" if pd.isna(year) else str(int(year))


def effect_text(row: pd.Series[Any]) -> str:
    """Say what a judgement does to the proposed aanpak, with the aanpak that holds instead."""
    effect = str(row["effect"])
    if effect not in CHANGED_EFFECTS:
        return "" if effect in ("", "geen") else f"aanpak {effect}"
    other = str(row["aanpak_na_duiding"])
    # a judgement of an earlier year replaces nothing until somebody confirms it
    return f"aanpak {effect}" + (f": {other}" if other != row["aanpak"] else "")


def short_text(row: pd.Series[Any]) -> str:
    """Return a judgement as it fits in a cell or a tooltip; empty when there is none."""
    if not row["duiding"]:
        return ""
    parts = [_KINDS.get(str(row["soort"]), str(row["soort"])), effect_text(row)]
    text = f"{'; '.join(part for part in parts if part)} ({year_of(row)})."
    return f"{text} {row['let_op']}".strip()


def full_text(row: pd.Series[Any]) -> str:
    """Return a judgement with the role of who spoke, the words and the reason; empty when none."""
    if not row["duiding"]:
        return ""
    parts = [_KINDS.get(str(row["soort"]), str(row["soort"])), effect_text(row)]
    text = f"{year_of(row)}, {row['rol']}: {'; '.join(part for part in parts if part)}. "
    text += f"“{row['duiding']}”"
    if row["reden"]:
        text += f" Reden: {str(row['reden']).rstrip('. ')}."
    return f"{text} {row['let_op']}".strip()


def short_texts(duiding: pd.DataFrame, index: pd.Index[Any]) -> pd.Series[str]:
    """Return `short_text` for every place of `index`; empty where nothing was said."""
    texts = {code: short_text(row) for code, row in known(duiding).iterrows()}
    return pd.Series([texts.get(code, "") for code in index], index=index, dtype="str")
