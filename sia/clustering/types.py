"""The types of buurten of one municipality: how many, their names, and how sure each buurt is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sia.catalogue.model import DOMAIN_NAMES
from sia.clustering.domains import known_together
from sia.clustering.doubt import doubtful
from sia.clustering.matching import match_labels
from sia.clustering.number import NumberChoice, choose_k, clustergram, most_types, with_types
from sia.clustering.profiles import describe, load_names, name_types, profiles
from sia.clustering.typenset import Typenset
from sia.clustering.typology import Typology
from sia.dutch import opsomming
from sia.methode import TypeMethod, TypologySettings

TOO_FEW_FOR_TYPES = "Te weinig buurten met cijfers in dezelfde domeinen om typen te onderscheiden."
METHOD_NAMES: dict[TypeMethod, str] = {
    "kmeans": "k-means (deze indeling)",
    "mixture": "Gaussisch mengsel",
    "ward": "Ward",
}
LEAST_TYPED = 0.6
"""Part (0-1) of the woonbuurten that must have a national type; else the types are of the city."""
ONLY_HERE = "Deze typen gelden alleen binnen deze gemeente en deze jaren"
NAMING = ("corporatiebezit", "koopwoningen", "omgevingsadressendichtheid")
"""Context columns that the rules for names in ``namen.toml`` may use."""


@dataclass(frozen=True, eq=False)
class Chosen:
    """The number of types of a panel and the chart of how they split.

    Parameters
    ----------
    punten, takken : DataFrame
        As `sia.clustering.number.clustergram`.
    """

    keuze: NumberChoice
    punten: pd.DataFrame
    takken: pd.DataFrame


def choose_types(scores: pd.DataFrame, settings: TypologySettings) -> Chosen:
    """Choose the number of types of a panel.

    Parameters
    ----------
    scores : DataFrame, index ``(jaar, buurtcode)``
        Domain scores of all years.
    """
    points, branches = clustergram(scores, settings)
    return Chosen(choose_k(scores, settings), points, branches)


@dataclass(frozen=True, eq=False)
class Types:
    """The typology of one year, for charts and tables.

    Parameters
    ----------
    k : int
        0 when there are too few buurten to tell types apart.
    reden : str
        Why this number of types, in Dutch.
    choice_table : DataFrame, index ``k``
    profiles : DataFrame, index ``type``
        Mean z-score per domain.
    beschrijving : DataFrame, index ``type``
        Size and doubt in this year.
    punten, takken : DataFrame
        Points and branches of the clustergram.
    buurten : DataFrame, index ``buurtcode``
        As ``typologie.parquet``.
    choice : callable or None
        What chose the number of types, where it remembers.
    """

    k: int
    reden: str
    choice_table: pd.DataFrame
    profiles: pd.DataFrame
    names: dict[int, str]
    beschrijving: pd.DataFrame
    punten: pd.DataFrame
    takken: pd.DataFrame
    buurten: pd.DataFrame
    choice: Any = None


def find_types(
    scores: pd.DataFrame,
    context: pd.DataFrame,
    jaar: int,
    settings: TypologySettings | None = None,
    choose: Callable[[pd.DataFrame, TypologySettings], Chosen] = choose_types,
) -> Types:
    """Find the types over all years together, and those of the buurten of one year.

    Names rest on all years together too: a type that is called one thing in the map of 2021 and
    another in that of 2024 would look like a change of the city.

    Parameters
    ----------
    scores : DataFrame, index ``(jaar, buurtcode)``
        Scores on all domains, of all years.
    context : DataFrame, index ``(jaar, buurtcode)``
        What a type's name may speak of beside its scores: ``inwoners`` and those of `NAMING`.
    choose : callable
        `choose_types`, or one that remembers: the choice is the same in every year of a panel.
    """
    how = settings or TypologySettings()
    pooled = known_together(scores)
    if most_types(pooled, how) <= min(how.number.ks):
        return _no_types(pd.DataFrame(pooled.xs(jaar, level="jaar")))
    chosen = _as_asked(choose(pooled, how), how.n_types)
    model, names = named_types(pooled, context, with_types(how, chosen.keuze.k))
    now = pd.DataFrame(pooled.xs(jaar, level="jaar"))
    table = model.table(now)
    own = pd.DataFrame(context.xs(jaar, level="jaar"))
    return Types(
        k=chosen.keuze.k,
        reden=chosen.keuze.reden + _given_up(scores, pooled),
        choice_table=chosen.keuze.table,
        profiles=profiles(model),
        names=names,
        beschrijving=describe(model, table, own.reindex(now.index)),
        punten=chosen.punten,
        takken=chosen.takken,
        buurten=with_names(table, names),
    )


def national_types(
    values: pd.DataFrame, soort: pd.Series[str], woonbuurt: str, typen: Typenset
) -> Types | None:
    """Return the national type of every woonbuurt, or None where too few can have one.

    Parameters
    ----------
    values : DataFrame, index ``buurtcode``
        Context indicators of one municipality and year.
    soort : Series of str, index ``buurtcode``
        What kind of place each buurt is; only a `woonbuurt` has a type.
    """
    lived_in = soort.reindex(values.index) == woonbuurt
    table = typen.typeer(values.where(lived_in, axis=0))
    if not lived_in.any() or table.loc[lived_in, "type"].notna().mean() < LEAST_TYPED:
        return None
    elsewhere = soort.reindex(values.index).astype(str) + ", geen woonbuurt: geen type"
    table["reden"] = table["reden"].where(lived_in, elsewhere)
    present = sorted(int(number) for number in table["type"].dropna().unique())
    none = pd.DataFrame()
    return Types(
        k=len(present),
        reden=typen.toelichting(),
        choice_table=none,
        profiles=typen.profielen().loc[present],
        names={number: typen.namen[number] for number in present},
        beschrijving=describe(typen.model, table).loc[present],
        punten=none,
        takken=none,
        buurten=table,
    )


def _as_asked(chosen: Chosen, count: int) -> Chosen:
    """Return the choice with the number that the method names, where it names one."""
    if not count:
        return chosen
    table = chosen.keuze.table.assign(gekozen=chosen.keuze.table.index == count)
    reden = f"Het aantal typen is in de methode gekozen: {count}. De regel koos anders: "
    told = reden + chosen.keuze.reden if count != chosen.keuze.k else chosen.keuze.reden
    return replace(chosen, keuze=NumberChoice(count, told, table))


def named_types(
    scores: pd.DataFrame, context: pd.DataFrame, settings: TypologySettings
) -> tuple[Typology, dict[int, str]]:
    """Fit a number of types and name them by rule.

    Parameters
    ----------
    scores : DataFrame, shape (n_units, n_domains)
    context : DataFrame, index with that of `scores`
        As in `find_types`.
    settings : TypologySettings
        With the number of types.
    """
    model = Typology(settings).fit(scores)
    described = describe(model, model.table_, context.reindex(scores.index))
    names = name_types(profiles(model), described, load_names())
    return model, {int(str(number)): name for number, name in names.items()}


def with_names(table: pd.DataFrame, names: dict[int, str]) -> pd.DataFrame:
    """Return the table of a `Typology` with the name of each type, as ``typologie.parquet``."""
    # matrix products differ in their last bits with the place of the data in memory
    rounded = {name: table[name].round(9) for name in ("zekerheid", "silhouet")}
    called = table["type"].map(names).astype("str").where(table["type"].notna(), None)
    return table.assign(**rounded, typenaam=called)


def _given_up(everything: pd.DataFrame, scores: pd.DataFrame) -> str:
    """Say which domains have figures but take no part in the types."""
    given_up = everything.columns.difference(scores.columns, sort=False)
    left = [DOMAIN_NAMES[str(d)] for d in given_up if everything[d].notna().any()]
    if not left:
        return ""
    return (
        f" Niet gebruikt voor de typen: {opsomming(left)}; te weinig buurten hebben dat naast de "
        "andere domeinen."
    )


def _no_types(now: pd.DataFrame) -> Types:
    """Return that no buurt has a type: there are too few to tell types apart."""
    absent = pd.Series(pd.NA, now.index, dtype="Int64")
    table = pd.DataFrame(
        {
            "type": absent,
            "zekerheid": np.nan,
            "tweede_type": absent,
            "silhouet": np.nan,
            "domeinen": now.notna().sum(axis=1).astype("int64"),
            "reden": TOO_FEW_FOR_TYPES,
            "typenaam": pd.Series(None, now.index, dtype="str"),
        }
    )
    none = pd.DataFrame()
    empty = now.iloc[:0].set_axis(pd.Index([], dtype="int64", name="type"))
    return Types(0, TOO_FEW_FOR_TYPES, none, empty, {}, empty, none, none, table)


def type_table(types: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return every buurt with its type and how sure that is, doubtful ones last in a type.

    Parameters
    ----------
    types : DataFrame, index ``buurtcode``
        As ``typologie.parquet``.
    names : Series of str, index ``buurtcode``
    """
    shown = types.assign(buurt=names).sort_values(
        ["type", "zekerheid"], ascending=[True, False], na_position="last"
    )
    return shown[["buurt", "type", "typenaam", "zekerheid", "silhouet", "reden"]]


def doubtful_table(types: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return the buurten that lie between two types, the most doubtful first.

    Parameters
    ----------
    types, names
        As in `type_table`.
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


def method_table(
    types: pd.DataFrame, scores: pd.DataFrame, jaar: int, settings: TypologySettings
) -> pd.DataFrame:
    """Return how far other methods with as many types put this year's buurten in the same ones.

    ``zelfde type`` counts after the types of the other method got the numbers that fit best.

    Parameters
    ----------
    types : DataFrame, index ``buurtcode``
        As ``typologie.parquet``.
    scores : DataFrame, index ``(jaar, buurtcode)``
        As in `find_types`.
    settings : TypologySettings
        With the number of types.
    """
    if types["type"].isna().all():
        return pd.DataFrame()
    pooled, rows = known_together(scores), []
    now = pd.DataFrame(pooled.xs(jaar, level="jaar"))
    for method, name in METHOD_NAMES.items():
        how = settings.model_copy(update={"method": method})
        table = Typology(how).fit(pooled).table(now)
        other = match_labels(types["type"], table["type"])
        both = pd.DataFrame({"een": types["type"], "ander": other}).dropna()
        rows.append(
            {
                "methode": name,
                "zelfde type": int((both["een"] == both["ander"]).sum()),
                "buurten": len(both),
                "silhouet": float(table["silhouet"].mean()),
                "twijfelgevallen": int(doubtful(table).sum()),
            }
        )
    return pd.DataFrame(rows)
