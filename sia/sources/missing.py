"""Cells to numbers, and for every cell without a number the reason why it has none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from sia.sources.base import (
    DISCONTINUED,
    EMPTY,
    LATER,
    PRESENT,
    SECRET,
    SECRET_OR_UNKNOWN,
    UNKNOWN,
)

Decimal = Literal[".", ","]

SIGNS: tuple[Decimal, Decimal] = (".", ",")
"""The decimal signs that files use."""

SYMBOLS: dict[str, str] = {
    ".": SECRET_OR_UNKNOWN,
    ",": SECRET_OR_UNKNOWN,
    "..": SECRET_OR_UNKNOWN,
    "...": SECRET_OR_UNKNOWN,
    "null": SECRET_OR_UNKNOWN,
    "nan": SECRET_OR_UNKNOWN,
    "x": SECRET,
    "geheim": SECRET,
    "-": UNKNOWN,
    "onbekend": UNKNOWN,
    "na": UNKNOWN,
    "n/a": UNKNOWN,
    "#n/b": UNKNOWN,
    "#n/a": UNKNOWN,
    "n.v.t.": EMPTY,
}
"""Text that stands for "no figure" in the files of CBS, RIVM and politie, and what it means.

A lone comma is the point of a spreadsheet that was saved with Dutch settings.
"""

CODES: dict[float, str] = {
    -99997.0: SECRET_OR_UNKNOWN,
    -99995.0: LATER,
    -99991.0: DISCONTINUED,
    -99999999.0: SECRET_OR_UNKNOWN,
}
"""Numbers that stand for "no figure" in the maps and squares of CBS."""

LOWEST_FIGURE = -99990.0
"""At or below this no CBS figure is a measurement; unknown codes there are missing too."""

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]{1,3})?")
_POINT = re.compile(r"[+-]?[0-9]*\.[0-9]+([eE][+-]?[0-9]{1,3})?")
_BLANKS = re.compile(r"[\s\u00a0\u202f]+")


@dataclass(frozen=True)
class Cells:
    """One column, read.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        NaN where there is no number.
    reasons : ndarray of object (str), shape (n,)
        ``PRESENT`` exactly where `values` has a number.
    unreadable : ndarray of bool, shape (n,)
        Cells that are neither a number nor a known sign for "no figure".
    """

    values: np.ndarray
    reasons: np.ndarray
    unreadable: np.ndarray


@dataclass(frozen=True)
class DecimalSigns:
    """What the numbers in a file use as decimal sign.

    Parameters
    ----------
    sign : {".", ","}
    mixed : tuple of str
        Two cells that contradict each other; empty when the file is consistent.
    doubtful : str
        A cell such as ``1.234`` that may be 1234 or 1,234 because nothing in the file tells;
        empty when there is none.
    """

    sign: Decimal
    mixed: tuple[str, ...] = ()
    doubtful: str = ""


def decimal_signs(frame: pd.DataFrame) -> DecimalSigns:
    """Find out which decimal sign the text cells of a file use.

    Parameters
    ----------
    frame : DataFrame
        Columns that should hold numbers; columns that already are numeric say nothing.
    """
    commas: list[str] = []
    points: list[str] = []
    for _, column in frame.items():
        if pd.api.types.is_numeric_dtype(column):
            continue
        for cell in pd.unique(column.dropna().astype(str)):
            text = _BLANKS.sub("", cell)
            if (_THOUSANDS.fullmatch(text) and "," in text) or _COMMA.fullmatch(text):
                commas.append(text)
            elif _POINT.fullmatch(text) or _THOUSANDS.fullmatch(text):
                points.append(text)
    real_points = [text for text in points if not _THOUSANDS.fullmatch(text)]
    if commas and real_points:
        return DecimalSigns(",", mixed=(commas[0], real_points[0]))
    if commas:
        return DecimalSigns(",")
    doubtful = points[0] if points and not real_points else ""
    return DecimalSigns(".", doubtful=doubtful)


def parse(column: pd.Series, *, decimal: Decimal = ".", blank: str = EMPTY) -> Cells:
    """Read one column.

    Parameters
    ----------
    column : Series, length n
        Numbers, text or both.
    decimal : {".", ","}
        Decimal sign of text cells; with a comma, points are thousands separators.
    blank : str
        Reason of an empty cell (one of `sia.sources.base.REASONS`).

    Returns
    -------
    Cells
        Signs and codes for "no figure" keep their reason and never become a number.
    """
    if pd.api.types.is_bool_dtype(column):
        return _parse_text(column.astype(str), decimal, blank)
    if pd.api.types.is_numeric_dtype(column):
        return _parse_numbers(column.to_numpy(dtype="float64", na_value=np.nan), blank)
    return _parse_text(column, decimal, blank)


def _parse_numbers(numbers: np.ndarray, blank: str) -> Cells:
    values = numbers.copy()
    reasons = np.full(len(values), PRESENT, dtype=object)
    reasons[np.isnan(values)] = blank
    coded = values <= LOWEST_FIGURE
    for position in np.flatnonzero(coded):
        reasons[position] = CODES.get(float(values[position]), SECRET_OR_UNKNOWN)
    infinite = np.isposinf(values)
    values[coded | infinite] = np.nan
    reasons[infinite] = UNKNOWN
    return Cells(values, reasons, infinite)


def _parse_text(column: pd.Series, decimal: Decimal, blank: str) -> Cells:
    codes, distinct = pd.factorize(column.astype(object), use_na_sentinel=True)
    parsed = [_parse_cell(cell, decimal, blank) for cell in distinct]
    parsed.append((np.nan, blank, False))  # position -1 of factorize: no cell at all
    values = np.array([value for value, _, _ in parsed], dtype="float64")
    reasons = np.array([reason for _, reason, _ in parsed], dtype=object)
    unreadable = np.array([bad for _, _, bad in parsed], dtype=bool)
    return Cells(values[codes], reasons[codes], unreadable[codes])


def _parse_cell(cell: object, decimal: Decimal, blank: str) -> tuple[float, str, bool]:
    """Return value, reason and whether the cell could not be read."""
    if isinstance(cell, bool):
        return np.nan, UNKNOWN, True
    text = str(cell).strip().strip("\u00a0").strip()
    if not text:
        return np.nan, blank, False
    symbol = SYMBOLS.get(text.lower())
    if symbol is not None:
        return np.nan, symbol, False
    number = _number(text, decimal)
    if number is None:
        return np.nan, UNKNOWN, True
    if number <= LOWEST_FIGURE:
        return np.nan, CODES.get(number, SECRET_OR_UNKNOWN), False
    return number, PRESENT, False


def _number(text: str, decimal: Decimal) -> float | None:
    plain = text
    if decimal == ",":
        if _THOUSANDS.fullmatch(plain):
            plain = plain.replace(".", "")
        elif "." in plain:
            return None
        plain = plain.replace(",", ".", 1)
    if not _NUMBER.fullmatch(plain):
        return None
    number = float(plain)
    return number if np.isfinite(number) else None
