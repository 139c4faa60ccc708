"""Deel-buurten as named things with a place, figures of enough people, and an account in words."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sia.methode import PocketSettings
from sia.pockets.city import City, mean_over
from sia.pockets.search import Hit

_WINDS = ("oost", "noordoost", "noord", "noordwest", "west", "zuidwest", "zuid", "zuidoost")
_PLACES = (*_WINDS, "midden")


def describe(found: list[Hit], city: City) -> gpd.GeoDataFrame:
    """Turn accepted candidates into named things with an id, merged geometry and merged figures."""
    records = []
    for hit in found:
        rows = np.array(hit.rows)
        weight = city.weight[rows]
        rest = np.setdiff1d(np.concatenate([city.members[c] for c in hit.codes]), rows)
        people = {c: float(weight[city.buurt[rows] == c].sum()) for c in hit.codes}
        score = float(np.average(city.score[rows], weights=weight))
        records.append(
            {
                "naam": "",
                "buurtcode": max(people, key=lambda c: (people[c], c)),
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
    table.index = pd.Index(_ids(table, city.buurten), name="deelbuurt", dtype="str")
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

    Parameters
    ----------
    part, whole : shapely geometry
        In metres.
    """
    step = shapely.get_coordinates(part.centroid)[0] - shapely.get_coordinates(whole.centroid)[0]
    if np.hypot(*step) < 0.25 * np.sqrt(whole.area / np.pi):
        return "midden"
    octant = round(np.arctan2(step[1], step[0]) / (np.pi / 4)) % 8
    return _WINDS[octant]


def _ids(table: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame) -> list[str]:
    """Return an id per deel-buurt: its buurt, and a number that says where it lies in it.

    A judgement stays with an id over the years. A number in order of finding would carry it to
    another place when the next year finds something else first; here 1 to 8 are the winds from
    east over north, 9 is the middle, and a second one in the same place is ten further.
    """
    ids: list[str] = []
    for code, shape in zip(table["buurtcode"], table.geometry, strict=True):
        number = 1 + _PLACES.index(position(shape, buurten.geometry[code]))
        while f"{code}-D{number}" in ids:
            number += len(_PLACES) + 1
        ids.append(f"{code}-D{number}")
    return ids


def indicator_table(
    pockets: gpd.GeoDataFrame, found: list[Hit], city: City, minimum: float
) -> pd.DataFrame:
    """Return the figures in and beside each deel-buurt, where they are those of enough people."""
    rows = []
    for name, hit in zip(pockets.index, found, strict=True):
        inside = np.array(hit.rows)
        rest = np.setdiff1d(np.concatenate([city.members[c] for c in hit.codes]), inside)
        for one in city.used:
            values = city.values[one.naam].to_numpy(dtype=float)
            means = [mean_over(values, city, part, minimum) for part in (inside, rest)]
            rows.append((name, one.naam, one.eenheid, *means))
    columns = ["deelbuurt", "indicator", "eenheid", "deel_buurt", "rest_van_buurt"]
    return pd.DataFrame(rows, columns=columns)


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
        f"Gevonden: {found}. Naar verwachting is hoogstens {100 * fdr:.0f} % daarvan toeval; ook "
        f"zonder echte deel-buurten komt er in hoogstens {100 * fdr:.0f} % van de gevallen een "
        "melding."
    )
