"""Where urgentie and its change lie together in space, in one municipality."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from sia.clustering.contiguity import contiguity
from sia.clustering.moran import CLASSES, global_moran, local_moran
from sia.methode import AssociationSettings

VARIABLES = {"urgentie": "urgentie", "verandering": "verandering van de urgentie"}
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


def moran_table(whole: pd.DataFrame, local: pd.DataFrame) -> pd.DataFrame:
    """Return the global Moran of each variable in words, and the local classes as counts.

    Parameters
    ----------
    whole : DataFrame, index variable
        As `sia.clustering.moran.global_moran`.
    local : DataFrame, index ``buurtcode``
        As ``ruimte.parquet``.
    """
    rows = []
    for name, row in whole.iterrows():
        counts = local[f"{name}_klasse"].value_counts()
        rows.append(
            {
                "maat": VARIABLES[str(name)],
                "Morans I": float(row["I"]),
                "verwacht bij toeval": float(row["verwacht"]),
                "p": float(row["p"]),
                "buurten": int(row["n"]),
                **{klasse: int(counts.get(klasse, 0)) for klasse in CLASSES[:4]},
            }
        )
    return pd.DataFrame(rows)


def moran_text(whole: pd.DataFrame, span: tuple[int, int]) -> str:
    """Say what the association amounts to, in one sentence per variable."""
    if whole.empty:
        return "Te weinig buurten hebben een score en een grens om samenhang te meten."
    sentences = []
    for name, row in whole.iterrows():
        size = f"{float(row['I']):.2f}".replace(".", ",")
        near = "lijken op elkaar" if row["I"] > row["verwacht"] else "verschillen juist van elkaar"
        sure = "meer dan toeval" if row["p"] < 0.05 else "niet te onderscheiden van toeval"
        sentences.append(
            f"Buurten naast elkaar {near} in {VARIABLES[str(name)]} (Morans I {size}): {sure}."
        )
    if span[0] == span[1]:
        sentences.append("Er is één vergelijkbaar jaar, dus nog geen verandering.")
    return " ".join(sentences)
