"""How sure the type of a buurt is, and how that is said: where it fits another nearly as well."""

from __future__ import annotations

import pandas as pd

from sia.dutch import kans

LEAST_CERTAINTY = 0.5
"""Below this membership of its own type (0-1) a buurt is doubtful."""


def doubtful(types: pd.DataFrame) -> pd.Series[bool]:
    """Tell which buurten lie between two types.

    `types`: ``silhouet`` and ``zekerheid``, as `sia.clustering.typology.Typology.table` gives them.
    Returns: Silhouette below zero (nearer to another type than to its own), or a certainty below
        one half. A buurt without a type is not doubtful but unknown.
    """
    return (types["silhouet"] < 0) | (types["zekerheid"] < LEAST_CERTAINTY)


def type_text(typologie: pd.DataFrame, code: str) -> str:
    """Return the number and name of a buurt's type with `certainty_text`; empty without a type."""
    if code not in typologie.index or pd.isna(typologie["type"][code]):
        return ""
    return f"{_title(typologie, typologie['type'][code])} ({certainty_text(typologie, code)})"


def certainty_text(typologie: pd.DataFrame, code: str) -> str:
    """Say how sure the type of a buurt is, which other it is like, and what dwellings it has."""
    text = f"zekerheid {kans(typologie['zekerheid'][code])}"
    if doubtful(typologie.loc[[code]]).iloc[0]:
        second = typologie["tweede_type"][code]
        text += f"; twijfelgeval, lijkt ook op {_title(typologie, second)}"
    dwellings = typologie["woningen"][code] if "woningen" in typologie else ""
    return f"{text}; woningen: {dwellings}" if dwellings else text


def _title(typologie: pd.DataFrame, number: int) -> str:
    """Return the number and name of a type; the number alone when no buurt has it this year."""
    names = typologie.loc[(typologie["type"] == number).fillna(False), "typenaam"]
    return f"{number}. {names.iloc[0]}" if len(names) else f"type {number}"
