"""DIA areas: grown from the buurten that ask for an integral approach, and those that people named.

No candidate, no area. An area starts at the most urgent candidate that is in none, takes in the
candidates beside it, and then, while it has too few inhabitants, the neighbour that is most urgent
and keeps it most compact; where the candidates would become a small part of it, it stays as small
as they are. Neighbours share a border; a corner is none, and water lies between.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from sklearn.metrics import adjusted_rand_score

from sia.clustering.contiguity import contiguity
from sia.dutch import meervoud
from sia.methode import AreaSettings

_WIJK_NUMBER = re.compile(r"^Wijk \d+ ")
"""CBS puts the number of the wijk before its name."""


@dataclass(frozen=True, eq=False)
class Areas:
    """The proposed DIA areas of one year, for charts and tables.

    `buurten` (index ``buurtcode``): ``dia_gebied`` (Int64), ``naam``, ``reden``; as
        ``gebiedsindeling.parquet``.
    `gebieden` (index ``gebied``): ``naam``, ``buurten`` (int), ``kandidaten`` (int), ``inwoners``,
        ``compactheid`` (0-1: 1 a circle), ``binnen`` (bool: within the bounds) and ``reden`` (why
        not).
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

    `areas` (index ``buurtcode``): As ``gebieden.parquet``.
    `urgentie`, `candidates`, `named`: As in `sia.clustering.areas.grow_areas`.
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


Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_BORDER, LEAST_SHARE = 20.0, 1 / 12
"""Metres, and part of the outline of the smaller of both, that two buurten must share to be
neighbours in an area: who meets at a crossing of road and railway is no neighbour."""
LEAST_ASKING = 1 / 8
"""Least part of the people of a grown area that lives in its candidates: a hamlet that asks for an
approach makes no area of the thousands beside it that do not."""
_TOLERANCE = 1.0
LOOSE = "hoort niet bij een gebied rond een kandidaat"


@dataclass(frozen=True, eq=False)
class _City:
    """Land buurten with their people, urgentie, shapes and who borders whom."""

    codes: pd.Index
    people: Array
    urgency: Array
    shapes: npt.NDArray[np.object_]
    beside: list[set[int]]
    water: pd.Index
    borderless: pd.Index

    @classmethod
    def of(cls, areas: gpd.GeoDataFrame, urgentie: pd.Series[float]) -> _City:
        graph = contiguity(areas, _TOLERANCE, join=False)
        land = areas.loc[graph.codes]
        shapes = land.geometry.to_numpy()
        one, other = graph.edges.T
        strip = shapely.intersection(shapely.buffer(shapes[one], _TOLERANCE), shapes[other])
        shared = shapely.area(strip) / _TOLERANCE
        beside: list[set[int]] = [set() for _ in shapes]
        outline = shapely.length(shapes)
        least = np.maximum(LEAST_BORDER, LEAST_SHARE * np.minimum(outline[one], outline[other]))
        for a, b in graph.edges[shared >= least].tolist():
            beside[a].add(b)
            beside[b].add(a)
        return cls(
            codes=graph.codes,
            people=np.asarray(land["inwoners"].fillna(0.0), dtype=np.float64),
            urgency=np.asarray(urgentie.reindex(graph.codes).fillna(0.0), dtype=np.float64),
            shapes=shapes,
            beside=beside,
            water=graph.water,
            borderless=graph.borderless,
        )

    def around(self, members: Collection[int], free: Collection[int]) -> list[int]:
        """Return the free neighbours of a group, in order."""
        return sorted({n for member in members for n in self.beside[member]} & set(free))


def compactness(shapes: npt.NDArray[np.object_]) -> float:
    """Return the area of a group beside that of a circle of its outline (Polsby & Popper 1991)."""
    outline = shapely.union_all(shapely.buffer(shapes, _TOLERANCE))
    return float(4 * np.pi * outline.area / outline.length**2)


def grow_areas(
    areas: gpd.GeoDataFrame,
    urgentie: pd.Series[float],
    candidates: Collection[str],
    named: Mapping[str, Collection[str]],
    bounds: AreaSettings,
) -> pd.DataFrame:
    """Grow areas from candidates, beside those that were named.

    `areas` (index ``buurtcode``): ``inwoners``, geometry in metres, optional ``water`` (bool).
    `urgentie` (index ``buurtcode``): 0-100; what is unknown is drawn in last.
    `candidates`: Buurten with the proposal of an integral approach.
    `named`: Name to buurten; taken as they are.
    `bounds`: Of the inhabitants of a grown area.
    Returns: Every buurt, index ``buurtcode``: ``gebied`` (Int64; named areas first, then in order
        of urgentie), ``gegeven`` (name of a named area, else empty) and ``reden`` (why there is no
        area).
    """
    city = _City.of(areas, urgentie)
    everyone = areas.sort_index().index.rename("buurtcode")
    table = pd.DataFrame(index=everyone)
    table["gebied"], table["gegeven"] = pd.Series(pd.NA, everyone, dtype="Int64"), ""
    for number, (name, codes) in enumerate(named.items(), start=1):
        inside = everyone.isin(list(codes))
        table.loc[inside, "gebied"], table.loc[inside, "gegeven"] = number, name
    untaken = table["gebied"].isna().reindex(city.codes).to_numpy()
    free = {int(n) for n in np.flatnonzero(untaken)}
    wanted = {n for n in free if city.codes[n] in set(candidates)}
    number = len(named)
    while wanted:
        start = max(wanted, key=lambda n: (city.urgency[n], -n))
        core = _grown([start], wanted - {start}, city, bounds.maximum, None)
        beside = free - wanted - set(core)
        members = _grown(core, beside, city, bounds.maximum, bounds.minimum)
        if city.people[core].sum() < LEAST_ASKING * city.people[members].sum():
            members = core
        number += 1
        table.loc[city.codes[members], "gebied"] = number
        free -= set(members)
        wanted -= set(members)
    loose = table["gebied"].isna()
    table["reden"] = np.where(loose, LOOSE, "")
    table.loc[loose & everyone.isin(city.water), "reden"] = "water"
    table.loc[loose & everyone.isin(city.borderless), "reden"] = "geen grens"
    return table


def _grown(
    members: list[int], free: Collection[int], city: _City, maximum: float, enough: float | None
) -> list[int]:
    """Take in neighbours one by one, up to the maximum, and no further than is enough."""
    while True:
        total = float(city.people[members].sum())
        options = [n for n in city.around(members, free) if total + city.people[n] <= maximum]
        options = [n for n in options if n not in members]
        if not options or (enough is not None and total >= enough):
            return members
        worth = [city.urgency[n] / 100 + compactness(city.shapes[[*members, n]]) for n in options]
        members = [*members, options[int(np.argmax(worth))]]


def why_outside(count: int, total: float, bounds: AreaSettings) -> str:
    """Say why an area is not within the bounds; empty when it is."""
    if total > bounds.maximum:
        kind = "één buurt" if count == 1 else f"{count} buurten"
        return f"{kind} met meer inwoners dan het maximum van {bounds.maximum:.0f}"
    if total < bounds.minimum:
        return (
            f"minder inwoners dan het minimum van {bounds.minimum:.0f}; een buur erbij brengt "
            "het over het maximum, hoort bij een ander gebied, of maakt de kandidaten tot minder "
            "dan een achtste van de inwoners"
        )
    return ""


def compare_areas(one: pd.Series[int], other: pd.Series[str]) -> tuple[float, pd.DataFrame]:
    """Compare areas with another division (wijken, stadsdelen).

    `one`, `other`: Division per buurt; buurten that miss either are left out.
    Returns `agreement`: Adjusted Rand index (Hubert & Arabie 1985): 1 the same division, 0 no more
        than chance.
    Returns `overlap` (DataFrame of int): Number of buurten per area (rows) and per unit of the
        other division (columns).
    """
    both = pd.DataFrame({"gebied": one, "ander": other}).dropna()
    overlap = pd.crosstab(both["gebied"], both["ander"])
    return float(adjusted_rand_score(both["ander"], both["gebied"])), overlap
