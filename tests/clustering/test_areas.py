"""DIA areas: round candidates and as named, compact, within bounds; no candidate, no area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.clustering.areas import Areas, area_table, areas_text, compare_table, find_areas
from sia.methode import AreaSettings

SIDE = 6
BOUNDS = AreaSettings(minimum=4000, maximum=8000)


def city() -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Return six by six buurten of 1,000 people, two wijken; the last one is water."""
    column, row = (part.ravel() for part in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    west = column < SIDE // 2
    codes = pd.Index([code(n) for n in range(SIDE**2)], name="buurtcode")
    areas = gpd.GeoDataFrame(
        {
            "naam": [f"Buurt {n}" for n in range(SIDE**2)],
            "wijkcode": np.where(west, "WK999901", "WK999902"),
            "wijknaam": np.where(west, "Wijk 01 West", "Wijk 02 Oost"),
            "stadsdeel": "Heel de stad",
            "inwoners": 1000.0,
            "water": np.arange(SIDE**2) == SIDE**2 - 1,
        },
        index=codes,
        geometry=shapely.box(column * 100, row * 100, column * 100 + 100, row * 100 + 100),
        crs=28992,
    )
    return areas, pd.Series(50.0, codes)


def code(number: int) -> str:
    return f"BU9999{number:04d}"


def found(*wanted: int, named: dict[str, list[str]] | None = None) -> Areas:
    areas, urgency = city()
    return find_areas(areas, urgency, [code(n) for n in wanted], named or {}, BOUNDS)


def test_no_candidate_is_no_area() -> None:
    nothing = found()
    assert nothing.buurten["dia_gebied"].isna().all() and (nothing.buurten["reden"] != "").all()
    assert area_table(nothing.gebieden).empty
    assert "geen DIA-gebied voorgesteld" in areas_text(nothing.gebieden)


def test_candidates_beside_each_other_are_one_compact_area_within_bounds() -> None:
    result = found(7, 8)
    (area,) = result.gebieden.itertuples()
    assert area.kandidaten == 2 and area.binnen and area.inwoners == 4000
    members = result.buurten.index[result.buurten["dia_gebied"].notna()]
    shape = shapely.union_all(city()[0].geometry[members])
    assert shape.bounds in {(100, 0, 300, 200), (100, 100, 300, 300)}, "a square, not a line"


def test_candidates_that_touch_in_a_corner_are_two_areas() -> None:
    areas, urgency = city()
    low = AreaSettings(minimum=500, maximum=8000)
    result = find_areas(areas, urgency, [code(7), code(14)], {}, low)
    assert result.buurten.loc[[code(7), code(14)], "dia_gebied"].tolist() == [1, 2]


def test_an_area_takes_in_the_most_urgent_neighbour_and_is_named_after_its_candidate() -> None:
    areas, urgency = city()
    urgency[code(6)] = 95.0
    result = find_areas(areas, urgency, [code(7)], {}, BOUNDS)
    assert result.buurten.at[code(6), "naam"] == "Buurt 7 e.o."
    table = compare_table(result.buurten["dia_gebied"], areas["wijknaam"])
    assert table["wijken (aantal buurten)"].tolist() == ["Wijk 01 West (4)"]


def test_a_hamlet_makes_no_area_of_the_thousands_beside_it() -> None:
    areas, urgency = city()
    for people, alone in ((400.0, True), (700.0, False)):
        areas.loc[code(14), "inwoners"] = people
        result = find_areas(areas, urgency, [code(14)], {}, BOUNDS)
        (area,) = result.gebieden.itertuples()
        assert (area.buurten == 1) == alone == (not area.binnen) == ("achtste" in area.reden)


def test_a_square_is_more_compact_than_a_strip() -> None:
    for codes, value in (([0, 1, 6, 7], np.pi / 4), ([0, 1, 2, 3], 4 * np.pi * 4 / 100)):
        result = found(named={"genoemd": [code(n) for n in codes]})
        [shown] = area_table(result.gebieden)["compactheid"]
        assert shown == pytest.approx(value, rel=0.03)


def test_an_area_that_holds_most_of_a_wijk_bears_its_name() -> None:
    areas, urgency = city()
    areas.loc[[code(n) for n in (0, 1, 6, 7)], "wijknaam"] = "Wijk 03 Hoek"
    grown = find_areas(areas, urgency, [code(0), code(1), code(6)], {}, BOUNDS)
    assert grown.gebieden["naam"].tolist() == ["Hoek"]


@pytest.mark.parametrize(("beside", "count"), [(1, 2), (2, 1)])
def test_candidates_that_hardly_touch_are_two_areas(beside: int, count: int) -> None:
    """The second row lies 70 metres further: 30 of the 400 metres round buurt 7, or 70."""
    areas, urgency = city()
    low = AreaSettings(minimum=500, maximum=8000)
    moved = areas.geometry.translate(xoff=70)
    areas.geometry = areas.geometry.where(np.arange(SIDE**2) // SIDE != 1, moved)
    result = find_areas(areas, urgency, [code(beside), code(7)], {}, low)
    assert len(result.gebieden) == count


def test_a_named_area_is_taken_as_it_is_and_its_candidates_grow_no_other() -> None:
    result = found(0, 20, named={"Pilot Noord": [code(0), code(1)]})
    assert result.buurten.loc[[code(0), code(1)], "naam"].tolist() == ["Pilot Noord"] * 2
    assert result.gebieden["kandidaten"].tolist() == [1, 1]
    assert not result.gebieden["binnen"].iloc[0] and "minimum" in result.gebieden["reden"].iloc[0]
    assert code(20) in result.buurten.index[result.buurten["dia_gebied"] == 2]


@pytest.mark.parametrize("wanted", [35, 3])
def test_water_is_in_no_area(wanted: int) -> None:
    result = found(wanted)
    assert pd.isna(result.buurten.at[code(35), "dia_gebied"])
    assert result.buurten.at[code(35), "reden"] == "water"


@given(st.sets(st.integers(0, 34), max_size=12), st.integers(0, 99))
@settings(max_examples=12, deadline=None)
def test_every_area_is_connected_holds_a_candidate_and_keeps_the_maximum(
    wanted: set[int], seed: int
) -> None:
    areas, urgency = city()
    rng = np.random.default_rng(seed)
    areas["inwoners"] = rng.integers(100, 4000, len(areas)).astype(float)
    urgency[:] = rng.uniform(0, 100, len(urgency))
    result = find_areas(areas, urgency, [code(n) for n in wanted], {}, BOUNDS)
    placed = result.buurten["dia_gebied"]
    assert placed[[code(n) for n in sorted(wanted)]].notna().all()
    assert (result.gebieden["kandidaten"] >= 1).all()
    assert (result.gebieden["inwoners"] <= BOUNDS.maximum).all()
    for _, members in placed.dropna().groupby(placed.dropna()):
        assert shapely.union_all(areas.geometry[members.index]).geom_type == "Polygon"
