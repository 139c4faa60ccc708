"""One cell of a partner's delivery: text in any spelling in, a typed value or a complaint out."""

from __future__ import annotations

import math
import re
from datetime import date

import numpy as np
import pandas as pd

from sia.agenda.reading.fields import BY_NAME, Field
from sia.errors import Problem
from sia.spreadsheet import as_typed

Cell = str | int | float | None

_DUTCH = re.compile(r"-?[1-9]\d{0,2}(\.\d{3})+(,\d+)?|-?\d+(,\d+)?")
_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})[-/](?P<m>\d{1,2})[-/](?P<y>\d{4})"),
)
"""As a computer writes a date, and as a Dutch reader does."""


def cell_text(value: object) -> str:
    """Return any cell as the text that a Dutch reader would have typed; empty for nothing.

    Parameters
    ----------
    value : object
        Whatever the file held: text, a number, a date, a tick, nothing.
    """
    if value is None or (not isinstance(value, str) and pd.isna(value)):  # type: ignore[call-overload]
        return ""
    if hasattr(value, "isoformat"):
        return pd.Timestamp(value).strftime("%Y-%m-%d")  # type: ignore[arg-type]
    if isinstance(value, bool | np.bool_):
        return "ja" if value else "nee"
    if isinstance(value, float):
        # "1.125" would be eleven hundred and twenty-five to a Dutch reader
        return np.format_float_positional(value, trim="-").replace(".", ",")
    return as_typed(str(value).strip()).strip()


def parse_cell(field: Field, value: object) -> tuple[Cell, str]:
    """Read one cell.

    Returns
    -------
    value : str, int, float or None
        Typed value, a date as ``jjjj-mm-dd``; the empty string or None where the cell is empty or
        wrong.
    wat : str
        What is wrong, in Dutch; empty when nothing is.
    """
    text = cell_text(value)
    if not text:
        wat = "Deze cel is verplicht en leeg." if field.required else ""
        return None if field.numeric else "", wat
    if field.numeric:
        return _whole(text) if field.whole else _number(text)
    if field.kind == "keuze":
        return _choice(field, text)
    if field.kind == "keuzes":
        return _choices(field, text)
    if field.kind == "datum":
        return _day(text)
    return ";".join(parts(text)) if field.kind == "lijst" else text, ""


def parts(text: str) -> list[str]:
    """Split what semicolons separate; blanks do not count."""
    return [part for part in (p.strip() for p in text.split(";")) if part]


def fault(name: str, wat: str, oplossing: str) -> Problem:
    """Return what is wrong in a column of the plans; file and row are known elsewhere."""
    return Problem(wat, oplossing, kolom=BY_NAME[name].label)


def _number(text: str) -> tuple[Cell, str]:
    bare = text.replace("€", "").replace("\u00a0", "").replace(" ", "").removesuffix(",-")
    # "1.500" is Dutch for fifteen hundred; in "0.8" and "1234.5" the point can only be a decimal.
    if _DUTCH.fullmatch(bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif not _PLAIN.fullmatch(bare):
        return None, f"`{text}` is geen getal."
    number = float(bare)
    return (number, "") if math.isfinite(number) else (None, f"`{text}` is geen getal.")


def _whole(text: str) -> tuple[Cell, str]:
    if re.fullmatch(r"-?\d+(\.0+)?", text):
        return int(float(text)), ""
    return None, f"`{text}` is geen heel getal."


def _day(text: str) -> tuple[Cell, str]:
    for pattern in _DATES:
        if match := pattern.fullmatch(text):
            try:
                return date(*(int(match[part]) for part in "ymd")).isoformat(), ""
            except ValueError:
                break
    return "", f"`{text}` is geen datum; schrijf jjjj-mm-dd."


def _choice(field: Field, text: str) -> tuple[Cell, str]:
    by_lower = {choice.lower(): choice for choice in field.choices}
    if text.lower() in by_lower:
        return by_lower[text.lower()], ""
    return "", f"`{text}` is geen geldige keuze; kies uit: {', '.join(field.choices)}."


def _choices(field: Field, text: str) -> tuple[Cell, str]:
    chosen = parts(text.lower())
    wrong = [part for part in chosen if part not in field.choices]
    if wrong:
        allowed = ", ".join(field.choices)
        return "", f"Geen geldige keuze: {', '.join(wrong)}; kies uit: {allowed}."
    return ";".join(dict.fromkeys(chosen)), ""
