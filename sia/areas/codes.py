"""Codes of buurt, wijk and gemeente, however a file spells them."""

from __future__ import annotations

import re

import pandas as pd

from sia.errors import InputError, Problem
from sia.sources.base import Level

COUNTRY = "NL"
PREFIX: dict[Level, str] = {"buurt": "BU", "wijk": "WK", "gemeente": "GM", "land": "NL"}
_WIDTH: dict[Level, int] = {"buurt": 8, "wijk": 6, "gemeente": 4}
_CODE = re.compile(r"(?!..0000)(?:GM\d{4}|WK\d{4}[0-9A-Z]{2}|BU\d{4}[0-9A-Z]{4})|NL")
_PREFIXED = re.compile(r"(GM|WK|BU)(\d[0-9A-Z]*)")
_BARE = re.compile(r"\d{1,8}|\d{4}[0-9A-Z]{2}|\d{4}[0-9A-Z]{4}")
_COUNTRY = re.compile(r"NL\d{0,2}")
_SPREADSHEET_NUMBER = re.compile(r"(\d+)\.0+")
_ROWS_SHOWN = 5


def normalise_codes(
    series: pd.Series,
    *,
    level: Level | pd.Series | None = None,
    kolom: str = "",
) -> tuple[pd.Series, list[Problem]]:
    """Bring region codes, however a file spells them, to the CBS spelling.

    Blanks are stripped, letters upper-cased, prefixes added and leading zeros that a spreadsheet
    lost are put back: ``'WK015300  '``, ``'0153'``, ``153``, ``1530000`` and ``'gm153'`` become
    ``WK015300``, ``GM0153``, ``GM0153``, ``BU01530000`` and ``GM0153``. The last two or four
    positions may hold letters. ``NL``, ``NL00`` and ``NL01`` become ``NL``.

    `series`: codes as text, integers or floats.
    `level`: level of the codes without a prefix (one for all, or one per row). Without it, text of
        4, 6 or 8 positions is read as gemeente, wijk or buurt; a column in which zeros were lost
        is read as one level, that of its longest code.
    `kolom`: where the codes come from, for the problems.
    Returns: same index; NaN where the cell is no code.
    Returns: one per distinct cell that is no code, with its rows; of many only the first few, and
        one that counts the rest.
    """
    text = series.astype("object").where(series.notna(), "").astype(str)
    text = text.str.replace(r"\s+", "", regex=True).str.upper()
    text = text.str.replace(_SPREADSHEET_NUMBER, r"\1", regex=True)
    levels = _bare_levels(text, level)
    codes = [_spell(cell, row_level) for cell, row_level in zip(text, levels, strict=True)]
    result = pd.Series(codes, index=series.index, name=series.name, dtype="str")
    bad = text[result.isna().to_numpy()]
    rows: dict[str, list[str]] = {}
    for label, cell in bad.items():
        rows.setdefault(cell, []).append(str(label))
    problems = [_no_code(cell, labels, kolom) for cell, labels in rows.items()]
    if len(problems) <= _ROWS_SHOWN:
        return result, problems
    wat = f"In {len(bad)} van de {len(text)} rijen staat geen regiocode; dit zijn de eerste."
    more = Problem(wat, "Is dit de goede kolom?", kolom=kolom)
    return result, [more, *problems[: _ROWS_SHOWN - 2]]


def level_of(code: str) -> Level:
    """Return the level of one normalised code."""
    if not _CODE.fullmatch(code):
        raise InputError([_no_code(code, [], "")])
    return {"BU": "buurt", "WK": "wijk", "GM": "gemeente", "NL": "land"}[code[:2]]  # type: ignore[return-value]


def wijk_of(code: str) -> str:
    """Return the wijkcode of a buurtcode (a wijkcode gives itself)."""
    if level_of(code) not in ("buurt", "wijk"):
        raise _wrong_level(code, "buurt of wijk")
    return "WK" + code[2:8]


def gemeente_of(code: str) -> str:
    """Return the gemeentecode of a buurt-, wijk- or gemeentecode."""
    if level_of(code) == "land":
        raise _wrong_level(code, "buurt, wijk of gemeente")
    return "GM" + code[2:6]


def _bare_levels(text: pd.Series, level: Level | pd.Series | None) -> list[Level | None]:
    """Return the level at which each cell without a prefix has to be read."""
    if isinstance(level, pd.Series):
        return [lev if isinstance(lev, str) else None for lev in level.reindex(text.index)]  # type: ignore[misc]
    if level is not None:
        return [level] * len(text)
    bare = text[text.map(lambda cell: bool(_BARE.fullmatch(cell)))]
    widths = bare.str.len()
    by_width: dict[int, Level] = {width: lev for lev, width in _WIDTH.items()}
    if set(widths) <= set(by_width):
        return [by_width.get(len(cell)) for cell in text]
    widest = by_width[int(widths.max() + 1) // 2 * 2 if widths.max() > 4 else 4]
    return [widest] * len(text)


def _spell(cell: str, level: Level | None) -> str | None:
    """Return the CBS spelling of one cell, or None when it is no code."""
    if _COUNTRY.fullmatch(cell):
        return COUNTRY
    prefixed = _PREFIXED.fullmatch(cell)
    if prefixed:
        prefix, rest = prefixed.groups()
        width = {"GM": 4, "WK": 6, "BU": 8}[prefix]
    elif level in _WIDTH and _BARE.fullmatch(cell):
        prefix, rest, width = PREFIX[level], cell, _WIDTH[level]
    else:
        return None
    code = prefix + rest.zfill(width)
    return code if _CODE.fullmatch(code) else None


def _no_code(cell: str, rows: list[str], kolom: str) -> Problem:
    shown = ", ".join(rows[:_ROWS_SHOWN])
    more = f" en {len(rows) - _ROWS_SHOWN} andere" if len(rows) > _ROWS_SHOWN else ""
    return Problem(
        rij=shown + more,
        kolom=kolom,
        wat=f"`{cell}` is geen regiocode." if cell else "De regiocode is leeg.",
        oplossing=(
            "Gebruik een code als BU01530000, WK015300 of GM0153; "
            "maak de kolom in een rekenblad op als tekst, zodat nullen en letters blijven staan."
        ),
    )


def _wrong_level(code: str, wanted: str) -> InputError:
    return InputError.one(f"`{code}` is geen {wanted}.", f"Geef de code van een {wanted} op.")
