"""DIA areas of one municipality: round candidates and as people named them, with their names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from sia.clustering.regions import compactness, grow_areas, why_outside
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


PART = " (deel)"
"""Behind the name of a wijk: the area does not hold all of it."""


def _area_names(
    area: pd.Series[int], areas: pd.DataFrame, given: pd.Series[str], candidates: Collection[str]
) -> pd.Series[str]:
    """Name each area as people did, after its wijk, or after the candidates that it grew from.

    After a wijk when three quarters of its people live there, and half of the wijk does in it; it
    is a part (``deel``) of that wijk while less than nine tenths of the wijk live in it.
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
            if inside < 0.9 * people[areas["wijknaam"] == wijk].sum():
                name += PART
        else:
            first = areas.loc[grown.index[:2], "naam"].astype(str).tolist()
            around = ", ".join(one.removesuffix(" en omgeving") for one in first)
            name = " en ".join(first) if len(codes) == len(first) else f"{around} e.o."
        names[int(str(number))] = name
    double = pd.Series(names)
    for name in double[double.duplicated()].unique():
        for order, number in enumerate(double.index[double == name], start=1):
            part = name.endswith(PART)
            names[number] = f"{name[:-1]} {order})" if part else f"{name} ({order})"
    return pd.Series(names, dtype="str")
