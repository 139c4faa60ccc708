"""Where urgentie and its change lie together in space, in one municipality."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from sia.clustering.contiguity import contiguity
from sia.clustering.moran import global_moran, local_moran
from sia.clustering.views import VARIABLES
from sia.methode import AssociationSettings

_LEAST = 3
"""Buurten with a value that an association takes."""


@dataclass(frozen=True, eq=False)
class Association:
    """Global and local Moran of urgentie and of its change.

    Parameters
    ----------
    globaal : DataFrame, index variable
        As `sia.clustering.moran.global_moran`.
    buurten : DataFrame, index ``buurtcode``
        As ``ruimte.parquet``.
    van_tot : tuple of int
        Years between which the change is measured; equal when there is one year.
    """

    globaal: pd.DataFrame
    buurten: pd.DataFrame
    van_tot: tuple[int, int]


def find_association(
    areas: gpd.GeoDataFrame,
    urgentie: pd.Series[float],
    years: pd.DataFrame,
    settings: AssociationSettings | None = None,
) -> Association:
    """Measure how urgentie and its change lie together, and say it per buurt.

    Parameters
    ----------
    areas : GeoDataFrame, index ``buurtcode``
        As ``gebieden.parquet``.
    urgentie : Series of float, index ``buurtcode``
        Of this year.
    years : DataFrame, index ``buurtcode``, a column per year
        Comparable urgentie; NaN for places whose border moved. The change is that between the
        first and the last year.
    """
    s = settings or AssociationSettings()
    first, last = int(years.columns[0]), int(years.columns[-1])
    values = pd.DataFrame({"urgentie": urgentie})
    values["verandering"] = (years[last] - years[first]) if last > first else float("nan")
    graph = contiguity(areas)
    used = values.loc[:, values.reindex(graph.codes).notna().sum() >= _LEAST]
    whole = global_moran(used, graph, s.permutations, s.seed)
    local = local_moran(used, graph, s.local_permutations, s.seed, s.fdr)
    table = values[["verandering"]].round(9)
    for name in VARIABLES:
        known = name in used
        for part, column in (("statistic", "i"), ("p", "p"), ("q", "q")):
            found = getattr(local, part)[name].round(9) if known else float("nan")
            table[f"{name}_{column}"] = found
        table[f"{name}_klasse"] = (
            local.klasse[name].reindex(table.index).fillna("") if known else ""
        )
    return Association(whole, table, (first, last))
