"""One cell of a partner's delivery: text in any spelling in, a typed value or a complaint out."""

from __future__ import annotations

import math
import re
from datetime import date

import pandas as pd

from sia.agenda.reading.fields import Field

Cell = str | int | float | None

_DUTCH = re.compile(r"-?[1-9]\d{0,2}(\.\d{3})+(,\d+)?|-?\d+(,\d+)?")
_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})[-/](?P<m>\d{1,2})[-/](?P<y>\d{4})"),
)
"""As a computer writes a date, and as a Dutch reader does."""


def parse_cell(field: Field, value: object) -> tuple[Cell, str]:
    """Read one cell.

    Parameters
    ----------
    field : Field
    value : object
        Whatever the file held: text, a number, a date, nothing.

    Returns
    -------
    value : str, int, float or None
        Typed value, a date as ``jjjj-mm-dd``; the empty string or None where the cell is empty or
        wrong.
    wat : str
        What is wrong, in Dutch; empty when nothing is.
    """
    empty: Cell = None if field.kind in ("jaar", "geheel", "bedrag", "getal") else ""
    if value is None or (not isinstance(value, str) and pd.isna(value)):  # type: ignore[call-overload]
        text = ""
    elif isinstance(value, pd.Timestamp) or hasattr(value, "isoformat"):
        text = pd.Timestamp(value).strftime("%Y-%m-%d")  # type: ignore[arg-type]
    else:
        text = _unquoted(str(value).strip())
    if not text:
        return empty, "Deze cel is verplicht en leeg." if field.required else ""
    if field.kind in ("bedrag", "getal"):
        return (float(value), "") if isinstance(value, int | float) else _number(text)
    if field.kind in ("jaar", "geheel"):
        return _whole(text)
    if field.kind == "keuze":
        return _choice(field, text)
    if field.kind == "keuzes":
        return _choices(field, text)
    if field.kind == "datum":
        return _day(text)
    if field.kind == "lijst":
        return ";".join(part.strip() for part in text.split(";") if part.strip()), ""
    return text, ""


def _unquoted(text: str) -> str:
    """Take off the apostrophe that our own exports put before a would-be formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@") else text


def _number(text: str) -> tuple[Cell, str]:
    bare = text.replace("€", "").replace("\u00a0", "").replace(" ", "").removesuffix(",-")
    # "1.500" is Dutch for fifteen hundred; in "0.8" and "1234.5" the point can only be a decimal.
    if _DUTCH.fullmatch(bare):
        number = float(bare.replace(".", "").replace(",", "."))
    elif _PLAIN.fullmatch(bare):
        number = float(bare)
    else:
        return None, f"`{text}` is geen getal."
    if not math.isfinite(number):
        return None, f"`{text}` is geen getal."
    return number, ""


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
    parts = [part.strip().lower() for part in text.split(";") if part.strip()]
    wrong = [part for part in parts if part not in field.choices]
    if wrong:
        allowed = ", ".join(field.choices)
        return "", f"Geen geldige keuze: {', '.join(wrong)}; kies uit: {allowed}."
    return ";".join(dict.fromkeys(parts)), ""
