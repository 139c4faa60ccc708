"""The change since the base year as tables between the stages, and back without loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from sia.change.base_year import PARTS
from sia.change.since_base import Verandering
from sia.weighing import URGENTIE

BUURTEN, GEBIEDEN, JAREN = "verandering", "verandering_gebieden", "jaarscores"
"""Names of the tables."""

FACTS: Final = ("sinds", "ruis_bekend", "fdr")
"""Columns of `GEBIEDEN` that hold what is true of the whole comparison."""

_FLOATS = (*PARTS.values(), "laag", "hoog", "q")
_TEXTS = ("oordeel", "grens", "toelichting")


def change_tables(found: Verandering | None) -> dict[str, pd.DataFrame]:
    """Return the change as tables by their name; without rows when there is nothing to compare."""
    if found is None:
        return {BUURTEN: _no_buurten(), GEBIEDEN: _no_areas()}
    facts = dict(zip(FACTS, (found.basisjaar, found.ruis_bekend, found.fdr), strict=True))
    return {BUURTEN: found.buurten, GEBIEDEN: found.gebieden.assign(**facts)}


def change_of(buurten: pd.DataFrame, gebieden: pd.DataFrame) -> Verandering | None:
    """Return the change that `change_tables` made these tables of."""
    if gebieden.empty:
        return None
    since, known, fdr = (gebieden[fact].iloc[0] for fact in FACTS)
    areas = gebieden.drop(columns=list(FACTS))
    return Verandering(int(since), buurten, areas, ruis_bekend=bool(known), fdr=float(fdr))


def _no_buurten() -> pd.DataFrame:
    index = pd.Index([], name="buurtcode", dtype="str")
    kinds = dict.fromkeys(_FLOATS, "float64") | dict.fromkeys(_TEXTS, "str")
    return pd.DataFrame(index=index, columns=list(kinds)).astype(kinds)


def _no_areas() -> pd.DataFrame:
    empty = pd.Index([], dtype="str")
    index = pd.MultiIndex.from_arrays([empty, empty], names=["soort", "sleutel"])
    means = [URGENTIE, *(f"{URGENTIE}_{part}" for part in ("laag", "hoog", "q"))]
    kinds = {"buurten": "int64", "van": "int64", **dict.fromkeys(means, "float64")}
    kinds |= {"sinds": "int64", "ruis_bekend": "bool", "fdr": "float64"}
    return pd.DataFrame(index=index, columns=list(kinds)).astype(kinds)


def year_scores(scores: Mapping[int, pd.DataFrame], buurten: pd.Index) -> pd.DataFrame:
    """Return urgentie per buurt of today in every year, on the scale of the base year.

    Parameters
    ----------
    scores : mapping of int to DataFrame
        ``scores`` by year.
    """
    columns = {str(jaar): table[URGENTIE] for jaar, table in scores.items()}
    return pd.DataFrame(columns).reindex(buurten)
