"""DIA areas of one municipality: round candidates and as people named them, with their names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from sia.clustering.regions import compactness, compare_areas, grow_areas, why_outside
from sia.dutch import meervoud
from sia.methode import AreaSettings

_WIJK_NUMBER = re.compile(r"^Wijk \d+ ")
"""CBS puts the number of the wijk before its name."""


@dataclass(frozen=True, eq=False)
class Areas:
    """The proposed DIA areas of one year, for charts and tables.

    Parameters
    ----------
    buurten : DataFrame, index ``buurtcode``
        ``dia_gebied`` (Int64), ``naam``, ``reden``; as ``gebiedsindeling.parquet``.
    gebieden : DataFrame, index ``gebied``
        ``naam``, ``buurten`` (int), ``kandidaten`` (int), ``inwoners``, ``compactheid`` (0-1: 1 a
        circle), ``binnen`` (bool: within the bounds) and ``reden`` (why not).
    """

    buurten: pd.DataFrame
    gebieden: pd.DataFrame


def find_areas(
    areas: gpd.GeoDataFrame,
    urgentie: pd.Series[float],
    candidates: Collection[str],
    named: Mapping[str, Collection[str]],
    settings: AreaSettings | None = None,
) -> Areas:
    """Propose DIA areas round candidates, and those that the municipality named.

    Parameters
    ----------
    areas : GeoDataFrame, index ``buurtcode``
        As ``gebieden.parquet``.
    urgentie, candidates, named
        As in `sia.clustering.regions.grow_areas`.
    """
    bounds = settings or AreaSettings()
    found = grow_areas(areas, urgentie, candidates, named, bounds)
    number = found["gebied"]
    names = _area_names(number, areas, found["gegeven"], candidates)
    called = number.map(names).astype("str").where(number.notna(), "")
    wanted = pd.Series(number.index.isin(list(candidates)), number.index)
    people = areas["inwoners"].fillna(0.0).reindex(number.index).groupby(number).sum()
    table = pd.DataFrame(
        {
            "naam": names.reindex(people.index),
            "buurten": number.value_counts().reindex(people.index).astype("int64"),
            "kandidaten": wanted.groupby(number).sum().reindex(people.index).astype("int64"),
            "inwoners": people,
            "compactheid": areas.geometry.groupby(number).agg(
                lambda shapes: compactness(shapes.to_numpy())
            ),
        }
    ).rename_axis("gebied")
    rows = zip(table["buurten"], table["inwoners"], strict=True)
    table["reden"] = [why_outside(int(n), float(total), bounds) for n, total in rows]
    table["binnen"] = table["reden"] == ""
    buurten = pd.DataFrame({"dia_gebied": number, "naam": called, "reden": found["reden"]})
    return Areas(buurten=buurten, gebieden=table)


def _area_names(
    area: pd.Series[int], areas: pd.DataFrame, given: pd.Series[str], candidates: Collection[str]
) -> pd.Series[str]:
    """Name each area as people did, after its wijk, or after the candidates that it grew from.

    After a wijk when three quarters of its people live there, and half of the wijk does in it.
    """
    people = areas["inwoners"].fillna(0.0)
    names: dict[int, str] = {}
    for number, codes in area.dropna().groupby(area).groups.items():
        wijk = areas.loc[codes, "wijknaam"].mode()[0]
        inside = float(people[codes][areas.loc[codes, "wijknaam"] == wijk].sum())
        whole = max(1.5 * people[codes].sum(), people[areas["wijknaam"] == wijk].sum())
        grown = people[codes[codes.isin(list(candidates))]].sort_values(
            ascending=False, kind="stable"
        )
        if given[codes[0]]:
            name = str(given[codes[0]])
        elif wijk and inside >= 0.5 * whole:
            name = _WIJK_NUMBER.sub("", str(wijk))
        else:
            first = areas.loc[grown.index[:2], "naam"].astype(str).tolist()
            around = ", ".join(one.removesuffix(" en omgeving") for one in first)
            name = " en ".join(first) if len(codes) == len(first) else f"{around} e.o."
        names[int(str(number))] = name
    double = pd.Series(names)
    for name in double[double.duplicated()].unique():
        for order, number in enumerate(double.index[double == name], start=1):
            names[number] = f"{name} ({order})"
    return pd.Series(names, dtype="str")


def area_table(areas: pd.DataFrame) -> pd.DataFrame:
    """Return one row per proposed area (`sia.clustering.areas.Areas`)."""
    shown = areas[["naam", "buurten", "kandidaten", "inwoners", "compactheid", "binnen", "reden"]]
    shown = shown.rename(columns={"binnen": "binnen de grenzen"})
    shown.insert(0, "gebied", areas.index)
    return shown


def compare_table(area: pd.Series[int], wijken: pd.Series[str]) -> pd.DataFrame:
    """Return per proposed area over which wijken it lies, in buurten."""
    _, overlap = compare_areas(area, wijken)
    rows = []
    for number, row in overlap.iterrows():
        parts = row[row > 0].sort_values(ascending=False, kind="stable")
        text = ", ".join(f"{wijk} ({count})" for wijk, count in parts.items())
        rows.append({"gebied": int(str(number)), "wijken (aantal buurten)": text})
    return pd.DataFrame(rows)


def areas_text(areas: pd.DataFrame) -> str:
    """Say how many areas there are and round how many candidates."""
    if areas.empty:
        return "Er is geen DIA-gebied voorgesteld: er is geen kandidaat, en geen gebied genoemd."
    number = meervoud(len(areas), "gebied", "gebieden")
    around = meervoud(int(areas["kandidaten"].sum()), "kandidaat", "kandidaten")
    return f"{number} voorgesteld, met {around} voor een integrale gebiedsaanpak."
