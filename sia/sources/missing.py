"""Cells to numbers, and for every cell without a number the reason why it has none."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
from sia.sources.numbers import Decimal, Signs, read_number, signs_of

SYMBOLS: dict[str, str] = {
    ".": SECRET_OR_UNKNOWN,
    ",": SECRET_OR_UNKNOWN,
    "..": SECRET_OR_UNKNOWN,
    "...": SECRET_OR_UNKNOWN,
    "null": SECRET_OR_UNKNOWN,
    "nan": SECRET_OR_UNKNOWN,
    "x": SECRET,
    "geheim": SECRET,
    **dict.fromkeys(("-", "–", "—", "−", "?", "onb.", "nb", "n.b.", "n/b", "none"), UNKNOWN),
    "onbekend": UNKNOWN,
    "na": UNKNOWN,
    "n/a": UNKNOWN,
    "n.v.t.": EMPTY,
    "nvt": EMPTY,
}
"""Text that stands for "no figure" in the files of publishers and people, and what it means.

A lone comma is the point of a spreadsheet that was saved with Dutch settings.
"""

CODES: dict[float, str] = {
    -99997.0: SECRET_OR_UNKNOWN,
    -99995.0: LATER,
    -99991.0: DISCONTINUED,
    -99999999.0: SECRET_OR_UNKNOWN,
}
"""Numbers that stand for "no figure" in the maps and squares of CBS."""

_FEW = re.compile(r"(?:<|minder dan|kleiner dan)\s*\d+", re.I)
_FORMULA_FAULT = re.compile(r"#[A-Z/0]+[!?]?", re.I)

LOWEST_FIGURE = -99990.0
"""At or below this no CBS figure is a measurement; unknown codes there are missing too."""


COUNT = "aantal"
"""Unit of what is counted in whole numbers."""


@dataclass(frozen=True)
class Cells:
    """One column, read.

    `values` (ndarray of float64, shape (n,)): NaN where there is no number.
    `reasons` (ndarray of object (str), shape (n,)): ``PRESENT`` exactly where `values` has a
        number.
    `unreadable` (ndarray of bool, shape (n,)): cells that are neither a number nor a known sign
        for "no figure".
    """

    values: np.ndarray
    reasons: np.ndarray
    unreadable: np.ndarray


def decimal_signs(column: pd.Series) -> Signs:
    """Return which decimal sign the text cells of a column ask for; numbers say nothing."""
    if pd.api.types.is_numeric_dtype(column):
        return Signs()
    return signs_of(pd.unique(column.dropna().astype(str)))


def sign_of_counts(column: pd.Series, sign: Decimal, signs: Signs) -> Decimal:
    """Return the decimal sign of a column of counts, of which none has decimals.

    ``1.234`` inhabitants are 1234; ``12.000`` among whole thousands stays 12.
    """
    if signs.doubtful and (parse(column, decimal=sign).values % 1 > 0).any():
        return "," if sign == "." else "."
    return sign


def parse(column: pd.Series, *, decimal: Decimal = ".", blank: str = EMPTY) -> Cells:
    """Read one column.

    Signs and codes for "no figure" keep their reason and never become a number.

    `column` (Series, length n): numbers, text or both.
    `decimal` ({".", ","}): decimal sign of text cells; the other sign then stands between
        thousands.
    `blank`: reason of an empty cell (one of `sia.sources.base.REASONS`).
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
    if symbol is None and text[0] in "<#mk":
        symbol = SECRET if _FEW.fullmatch(text) else None
        symbol = UNKNOWN if _FORMULA_FAULT.fullmatch(text) else symbol
    if symbol is not None:
        return np.nan, symbol, False
    read = read_number(text)
    number = None if read is None else read.value(decimal)
    if number is None:
        return np.nan, UNKNOWN, True
    if number <= LOWEST_FIGURE:
        return np.nan, CODES.get(number, SECRET_OR_UNKNOWN), False
    return number, PRESENT, False
