"""The types of buurten of one municipality: their names, and how sure each buurt is."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sia.clustering.doubt import doubtful
from sia.clustering.typenset import Typenset
from sia.errors import InputError
from sia.indicators.eligibility import WOONBUURT

LEAST_TYPED = 0.6
"""Part (0-1) of the woonbuurten that must have a national type; else the types are of the city."""


@dataclass(frozen=True, eq=False)
class Types:
    """The types of one year, for charts and tables.

    `typenset`: What the types are; None when too little is known to tell any apart.
    `reden`: What the types rest on and cannot tell apart, in Dutch.
    `profiles` (index ``type``): Mean z-score per feature, of the types that occur.
    `names`: Of the types that occur.
    `buurten` (index ``buurtcode``): As ``typologie.parquet``.
    """

    typenset: Typenset | None
    reden: str
    profiles: pd.DataFrame
    names: dict[int, str]
    buurten: pd.DataFrame


def types_of(values: pd.DataFrame, soort: pd.Series[str], typen: Typenset) -> Types:
    """Return the type of every woonbuurt.

    `values` (index ``buurtcode``): Context indicators of one municipality and year.
    `soort` (index ``buurtcode``): What kind of place each buurt is; only a woonbuurt has a type.
    """
    lived_in = soort.reindex(values.index) == WOONBUURT
    table = typen.typeer(values.where(lived_in, axis=0))
    elsewhere = soort.reindex(values.index).astype(str) + ", geen woonbuurt: geen type"
    table["reden"] = table["reden"].where(lived_in, elsewhere)
    present = sorted(int(number) for number in table["type"].dropna().unique())
    names = {number: typen.namen[number] for number in present}
    profiles = typen.model.profiles().loc[present]
    return Types(typen, typen.toelichting(), profiles, names, table)


def enough(found: Types, soort: pd.Series[str]) -> bool:
    """Tell whether so many woonbuurten have a type that the city can be described by them."""
    lived_in = soort == WOONBUURT
    share = found.buurten.loc[lived_in, "type"].notna().mean()
    return bool(lived_in.any() and share >= LEAST_TYPED)


def no_types(codes: pd.Index, why: InputError) -> Types:
    """Return that no buurt has a type, and why."""
    reden = f"Geen typen: {why.problems[0].wat}"
    absent = pd.Series(pd.NA, codes, dtype="Int64")
    table = pd.DataFrame({"type": absent, "zekerheid": float("nan"), "tweede_type": absent})
    table = table.assign(silhouet=float("nan"), domeinen=0, reden=reden)
    table["typenaam"] = pd.Series(None, codes, dtype="str")
    empty = pd.DataFrame(index=pd.Index([], dtype="int64", name="type"))
    return Types(None, reden, empty, {}, table.assign(woningen=""))


def type_table(types: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return every buurt with its type and how sure that is, doubtful ones last in a type.

    `types` (index ``buurtcode``): As ``typologie.parquet``.
    """
    shown = types.assign(buurt=names).sort_values(
        ["type", "zekerheid"], ascending=[True, False], na_position="last"
    )
    columns = ["buurt", "type", "typenaam", "woningen", "zekerheid", "silhouet", "reden"]
    return shown[[name for name in columns if name != "woningen" or types["woningen"].any()]]


def doubtful_table(types: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return the buurten that lie between two types, the most doubtful first.

    `types`, `names`: As in `type_table`.
    """
    titles = types.dropna(subset=["type"]).drop_duplicates("type").set_index("type")["typenaam"]
    unsure = types[doubtful(types)].sort_values(["zekerheid", "silhouet"], kind="stable")
    return pd.DataFrame(
        {
            "buurt": names.reindex(unsure.index),
            "type": [f"{t}. {titles[t]}" for t in unsure["type"]],
            "lijkt ook op": [f"{t}. {titles.get(t, '')}" for t in unsure["tweede_type"]],
            "zekerheid": unsure["zekerheid"],
            "silhouet": unsure["silhouet"],
        }
    )
