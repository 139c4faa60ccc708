"""Tables that a spreadsheet opens: what looks like a formula stays text."""

from __future__ import annotations

import unicodedata
from typing import Any

import pandas as pd

_SIGNS = ("=", "+", "-", "@")
_BREAKS = ("\t", "\r", "\n")
_UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")
"""Unicode categories of blanks and of what has no shape: these may stand before a sign."""


def neutralise(value: Any) -> Any:
    """Return a cell that a spreadsheet shows and does not compute.

    `value`: A text whose first visible character is ``=``, ``+``, ``-``, ``@`` or the wide or small
        twin of one, or that begins with a tab or a line break, gets an apostrophe in front; numbers
        stay numbers.

    References
    ----------
    OWASP, *CSV Injection* (2020).
    """
    if not isinstance(value, str):
        return value
    seen = next((sign for sign in value if unicodedata.category(sign) not in _UNSEEN), "")
    risky = unicodedata.normalize("NFKC", seen).startswith(_SIGNS) or value.startswith(_BREAKS)
    return f"'{value}" if risky else value


def as_typed(text: str) -> str:
    """Return a cell without the apostrophe that `neutralise` put in front."""
    return text[1:] if text[:1] == "'" and neutralise(text[1:]) == text else text


def safe_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts, headers and index names a spreadsheet will not compute."""
    flat = table.reset_index() if table.index.name else table
    safe = flat.map(neutralise)
    safe.columns = pd.Index([neutralise(str(name)) for name in flat.columns])
    return safe


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as CSV for Dutch spreadsheets: semicolons, decimal comma, UTF-8 with BOM."""
    text = safe_frame(table).to_csv(index=False, sep=";", decimal=",", lineterminator="\r\n")
    return text.encode("utf-8-sig")
