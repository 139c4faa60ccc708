"""Types over the years: who went from which type to which, and what of it exceeds noise."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


def transitions(types: pd.Series[int], start: int, end: int) -> pd.DataFrame:
    """Count how many buurten went from which type to which."""
    pair = _pair(types, start, end)
    named = pair.astype(object).where(pair.notna(), "geen type")
    numbers: list[object] = [int(number) for number in sorted(types.dropna().unique())]
    keys = [*numbers, "geen type"]
    counts = pd.crosstab(named["van"], named["naar"]).reindex(index=keys, columns=keys)
    return counts.fillna(0).astype("int64")


def _pair(types: pd.Series[int], start: int, end: int) -> pd.DataFrame:
    years = types.index.get_level_values(0)
    old = types[years == start].droplevel(0)
    new = types[years == end].droplevel(0)
    return pd.concat({"van": old, "naar": new}, axis=1).sort_index()


@dataclass(frozen=True)
class TypeChange:
    """What changed between two years, and how much of it noise alone would bring.

    Parameters
    ----------
    buurten : DataFrame
        Index ``buurtcode``, one row per buurt with a type in both years: ``van``, ``naar``,
        ``gewijzigd`` (bool), ``kans_ruis`` (probability that two measurements of the *same*
        buurt in the *same* year get different types, mean of both years), ``kans_anders``
        (probability that the types of the two years differ, given the noise in both),
        ``overtuigend`` (bool).
    gewijzigd, door_ruis, boven_ruis : float
        Share (0-1) of buurten that changed; share expected by noise alone; share of the changes
        that exceeds noise, ``max(0, 1 - door_ruis / gewijzigd)`` (NaN without changes).
    """

    buurten: pd.DataFrame
    gewijzigd: float
    door_ruis: float
    boven_ruis: float


def judged_change(
    types: pd.Series[int], shares: pd.DataFrame, start: int, end: int, convincing: float
) -> TypeChange:
    """Judge changes of type by how sure each buurt is of every type in each year."""
    observed = _pair(types, start, end).dropna().astype("int64")
    first = shares.xs(start, level=0).loc[observed.index].to_numpy()
    second = shares.xs(end, level=0).loc[observed.index].to_numpy()
    table = observed.copy()
    table["gewijzigd"] = table["van"] != table["naar"]
    table["kans_ruis"] = 1 - ((first**2).sum(axis=1) + (second**2).sum(axis=1)) / 2
    table["kans_anders"] = 1 - (first * second).sum(axis=1)
    table["overtuigend"] = table["gewijzigd"] & (table["kans_anders"] >= convincing)
    seen, chance = float(table["gewijzigd"].mean()), float(table["kans_ruis"].mean())
    beyond = max(0.0, 1 - chance / seen) if seen > 0 else float("nan")
    return TypeChange(table, seen, chance, beyond)
