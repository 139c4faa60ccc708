"""Deel-buurten as named things with a place, figures of enough people, and an account in words."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sia.methode import PocketSettings
from sia.pockets.city import City, mean_over
from sia.pockets.disclosure import may_be_shown
from sia.pockets.search import Hit

Bools = npt.NDArray[np.bool_]

_ALARMS = "7 tot 14 %"
"""Of two kinds of cities, as counted in ``docs/explanation/validation-typologie.md``."""
_WINDS = ("oost", "noordoost", "noord", "noordwest", "west", "zuidwest", "zuid", "zuidoost")
_PLACES = (*_WINDS, "midden")
_SAME = 0.5
"""Two deel-buurten are the same place when so much of the smaller of both lies in the other: what
is found of a place varies more in size than in where it lies."""


def describe(
    found: list[Hit], city: City, earlier: Sequence[gpd.GeoDataFrame] = ()
) -> gpd.GeoDataFrame:
    """Turn accepted candidates into named things with an id, merged geometry and merged figures."""
    records = []
    for hit in found:
        rows = np.array(hit.rows)
        weight = city.weight[rows]
        rest = np.setdiff1d(np.concatenate([city.members[c] for c in hit.codes]), rows)
        score = float(np.average(city.score[rows], weights=weight))
        records.append(
            {
                "naam": "",
                "buurtcode": hit.codes[0],
                "buurtcodes": " ".join(hit.codes),
                "richting": "ongunstig" if hit.sign > 0 else "gunstig",
                "inwoners": float(weight.sum()),
                "vierkanten": len(rows),
                "score": score,
                "verschil": score - float(np.average(city.score[rest], weights=city.weight[rest])),
                "p": hit.p,
                "q": hit.q,
                "geometry": shapely.union_all(city.squares.geometry.to_numpy()[rows]),
            }
        )
    columns = ["naam", "buurtcode", "buurtcodes", "richting", "inwoners", "vierkanten"]
    columns += ["score", "verschil", "p", "q", "geometry"]
    table = gpd.GeoDataFrame(
        pd.DataFrame(records, columns=columns), geometry="geometry", crs=city.squares.crs
    )
    table["naam"] = _names(table, city.buurten)
    table.index = pd.Index(_ids(table, city.buurten, earlier), name="deelbuurt", dtype="str")
    return table


def _names(table: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame) -> list[str]:
    """Name each by its place in the buurt; a second one of the same name gets a number."""
    names: list[str] = []
    for codes, code, shape in zip(
        table["buurtcodes"], table["buurtcode"], table.geometry, strict=True
    ):
        several = [str(buurten.at[one, "naam"]) for one in str(codes).split()]
        if len(several) > 1:
            name = f"Deel-buurt op de grens van {' en '.join(several)}"
        else:
            where = position(shape, buurten.geometry[code])
            name = f"Deel-buurt {where} in {several[0]}"
        double = sum(other == name or other.startswith(f"{name} (") for other in names)
        names.append(f"{name} ({double + 1})" if double else name)
    return names


def position(part: shapely.Geometry, whole: shapely.Geometry) -> str:
    """Return where a part lies in the whole, as a wind direction, or "midden".

    "midden" within a quarter of the radius of a circle as large as the whole.

    `part`, `whole`: In metres.
    """
    step = shapely.get_coordinates(part.centroid)[0] - shapely.get_coordinates(whole.centroid)[0]
    if np.hypot(*step) < 0.25 * np.sqrt(whole.area / np.pi):
        return "midden"
    octant = round(np.arctan2(step[1], step[0]) / (np.pi / 4)) % 8
    return _WINDS[octant]


def _ids(
    table: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame, earlier: Sequence[gpd.GeoDataFrame]
) -> list[str]:
    """Return an id per deel-buurt, so that a judgement stays with its place over the years.

    One that was found in an earlier year keeps its id of the latest such year; of two that would
    keep the same, the one that shares most. A new one is called after its buurt (over a border
    the first of both, whichever holds more of it this year) and where it lies in it: 1 to 8 are
    the winds from east over north, 9 is the middle. Where that id was given before, to another
    place, the number is nine further.
    """
    ids = [""] * len(table)
    for year in earlier:
        pairs = []
        for row, shape in enumerate(table.geometry):
            shared = year.geometry.intersection(shape).area
            same = shared >= _SAME * year.geometry.area.clip(upper=shape.area)
            pairs += [(-part, row, str(name)) for name, part in shared[same].items()]
        for _, row, name in sorted(pairs):
            if not ids[row] and name not in ids:
                ids[row] = name
    given = {str(name) for year in earlier for name in year.index}
    for row, (code, shape) in enumerate(zip(table["buurtcode"], table.geometry, strict=True)):
        number = 1 + _PLACES.index(position(shape, buurten.geometry[code]))
        while not ids[row] and f"{code}-D{number}" in given.union(ids):
            number += len(_PLACES)
        ids[row] = ids[row] or f"{code}-D{number}"
    return ids


def indicator_table(
    pockets: gpd.GeoDataFrame, found: list[Hit], city: City, minimum: float
) -> pd.DataFrame:
    """Return the figures in and beside each deel-buurt, as far as no few people are behind them.

    What may be shown is decided over all figures together, beside those of the whole buurten that
    a reader has anyway (`sia.pockets.disclosure`); of the rest first nothing is said.
    """
    inside, rest, hosts = groups(found, city)
    everyone = city.buurt == np.array(hosts, dtype=object)[:, None]
    public = np.hstack([everyone, np.eye(len(hosts), dtype=bool)])
    people = np.append(city.weight, [city.apart.get(code, 0.0) for code in hosts])
    rows = []
    for one in city.used if found else ():
        values = city.values[one.naam].to_numpy(dtype=float)
        cells = np.concatenate([inside, rest]) & ~np.isnan(values)
        padded = np.pad(cells, ((0, 0), (0, len(hosts))))
        shown = may_be_shown(padded, public, people, minimum)
        means = [
            mean_over(values, city, np.flatnonzero(cell)) if may else np.nan
            for cell, may in zip(cells, shown, strict=True)
        ]
        pairs = zip(means[: len(found)], means[len(found) :], strict=True)
        names = enumerate(pockets.index)
        rows += [
            (n, name, one.naam, one.eenheid, *pair)
            for (n, name), pair in zip(names, pairs, strict=True)
        ]
    columns = ["nummer", "deelbuurt", "indicator", "eenheid", "deel_buurt", "rest_van_buurt"]
    table = pd.DataFrame(rows, columns=columns).sort_values("nummer", kind="stable")
    return table.drop(columns="nummer").reset_index(drop=True)


def groups(found: list[Hit], city: City) -> tuple[Bools, Bools, list[str]]:
    """Return the squares (n_pockets, n) in and beside each deel-buurt, and their buurten."""
    inside = np.zeros((len(found), len(city.score)), dtype=bool)
    rest = inside.copy()
    for row, hit in enumerate(found):
        inside[row, list(hit.rows)] = True
        rest[row] = np.isin(city.buurt, hit.codes) & ~inside[row]
    return inside, rest, sorted({code for hit in found for code in hit.codes})


def buurt_table(city: City, minimum: float) -> pd.DataFrame:
    """Return which buurten took part, on how much, and why not.

    No mean of few people follows from those of whole buurten beside those in and outside
    deel-buurten: outside, every buurt keeps the minimum.
    """
    rows = {}
    for code in map(str, city.buurten.index):
        members = np.flatnonzero(city.buurt == code)
        people = float(city.weight[members].sum())
        rows[code] = {
            "vierkanten": len(members),
            "inwoners": people,
            "score": mean_over(city.score, city, members) if people >= minimum else np.nan,
            "getoetst": code in city.members,
            "reden": city.reasons.get(code, ""),
            "p": city.p.get(code, np.nan),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("buurtcode")


def square_table(
    squares: gpd.GeoDataFrame, pockets: gpd.GeoDataFrame, found: list[Hit], city: City
) -> pd.DataFrame:
    """Return the buurt and the deel-buurt of every square; never a value."""
    table = pd.DataFrame({"buurtcode": "", "deelbuurt": ""}, index=squares.index, dtype="str")
    table.loc[city.squares.index, "buurtcode"] = city.buurt
    for name, hit in zip(pockets.index, found, strict=True):
        table.loc[city.squares.index[list(hit.rows)], "deelbuurt"] = name
    return table


def explain(pockets: gpd.GeoDataFrame, city: City, how: PocketSettings) -> str:
    """Say in Dutch on what the search rests, what it found and what that means."""
    names = ", ".join(one.naam for one in city.used)
    absent = [one.naam for one in how.indicators if one not in city.used]
    without = (
        f" Niet gebruikt, want afwezig of te vaak geheim: {', '.join(absent)}." if absent else ""
    )
    resemblance = f"{city.noise.rho:.2f}".replace(".", ",")
    return (
        f"Op vierkanten bestaan maar weinig cijfers; gebruikt: {names}.{without} Er zijn "
        f"{len(city.members)} buurten en de grenzen ertussen doorzocht ({city.tests} toetsen). "
        f"{_found_text(len(pockets), how.fdr)} "
        f"Met de gelijkenis tussen buurvierkanten ({resemblance} op een schaal van 0 tot 1) is "
        "rekening gehouden. De grens van een deel-buurt is een voorstel: bespreek hem in de "
        "duiding."
    )


def _found_text(count: int, fdr: float) -> str:
    if not count:
        return (
            "Er is geen deel-buurt gevonden. Dat bewijst niet dat er geen is: met weinig cijfers, "
            "of waar verschillen geleidelijk verlopen, blijft een plek onopgemerkt."
        )
    found = "1 deel-buurt" if count == 1 else f"{count} deel-buurten"
    return (
        f"Gevonden: {found}. Gezocht is met hoogstens {100 * fdr:.0f} % toeval daaronder. In "
        f"nagemaakte steden zonder deel-buurten kwam er bij 10 % in {_ALARMS} toch een melding."
    )
