"""Who may see what: every table is made for a level before it leaves the agenda."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import pandas as pd

from sia.agenda.reading.fields import FIELD_LEVELS, OPENNESS
from sia.settings import Openness

_NAMES_PLANS = frozenset({"plan", "titel", "plannen", "kans", "voorganger", "a", "b"})


def with_levels(table: pd.DataFrame, levels: pd.Series) -> pd.DataFrame:
    """Add ``vertrouwelijkheid`` to rows that name plans: the strictest of the plans they name.

    Raises `ValueError` when the table names no plans.
    Raises `KeyError` when it names a plan without a level.
    """
    if "plannen" in table:
        names = table["plannen"].str.split(";")
    elif "plan" in table or table.index.name == "plan":
        own = table["plan"] if "plan" in table else table.index.to_series()
        names = own.map(lambda plan: [plan])
    else:
        raise ValueError("this table names no plans")
    rank = {str(plan): OPENNESS.index(level) for plan, level in levels.items()}
    strictest = [OPENNESS[min(rank[plan] for plan in plans)] for plans in names]
    return table.assign(vertrouwelijkheid=strictest)


def without_people(plans: gpd.GeoDataFrame, closed: Collection[str]) -> gpd.GeoDataFrame:
    """Return plans of which those of partners with closed books do not say what people they ask.

    A plan that every other rule allows, that asks no people and has no place lacks money, which
    bounds the budget from above. Where people may be what lacks, any larger budget explains the
    same programme: people that stand to the plans as the money does.
    """
    return plans.assign(fte=plans["fte"].mask(plans["partner"].isin(list(closed))))


def view(table: pd.DataFrame, level: Openness, partner: str | None = None) -> pd.DataFrame:
    """Return the part of a table that may be seen at a level.

    `table` (DataFrame or GeoDataFrame): Its own level per row stands in ``vertrouwelijkheid``; a
        table without that column holds no rows of plans (totals, budgets) and is filtered by column
        only. Rows that name plans need it: see `with_levels`.
    `partner`: The reader, needed for ``intern``; a reader at ``partners`` level may be named too
        and then also sees its own internal plans and fields.
    Returns (DataFrame or GeoDataFrame): ``openbaar``: public columns of public rows. ``partners``:
        rows and columns that partners share. ``intern``: the same, and everything of the reader
        itself. Internal cells of other partners are empty, and columns without a known level are
        dropped.
    Raises `ValueError` for an unknown level, ``intern`` without a reader, or rows that name plans
        without saying how confidential they are.
    """
    if level not in OPENNESS or (level == "intern" and partner is None):
        raise ValueError(f"no view at level {level!r} for {partner!r}")
    named = {str(c) for c in table.columns} | {str(table.index.name)}
    if "vertrouwelijkheid" not in table and named & _NAMES_PLANS:
        raise ValueError("rows that name plans need a column vertrouwelijkheid: see with_levels")
    depth = OPENNESS.index(level)
    owner = partner if level != "openbaar" else None
    own = _own_rows(table, owner)
    seen = table
    if "vertrouwelijkheid" in table:
        shown = table["vertrouwelijkheid"].map(OPENNESS.index) >= max(depth, 1)
        seen, own = table[shown | own], own[shown | own]
    columns = [c for c in seen.columns if _level(str(c)) >= (0 if own.any() else max(depth, 1))]
    result = seen[columns].copy()
    for column in columns:
        if _level(str(column)) < max(depth, 1):
            result[column] = result[column].where(own)
    return result


def _own_rows(table: pd.DataFrame, partner: str | None) -> pd.Series:
    if partner is None or "partner" not in table:
        return pd.Series(False, index=table.index)
    return table["partner"] == partner


def _level(column: str) -> int:
    """Return the position in `OPENNESS`; -1 for a column nobody gave a level."""
    return OPENNESS.index(FIELD_LEVELS[column]) if column in FIELD_LEVELS else -1
