"""Areas are connected and within their bounds, or say why not; neighbours follow stated rules."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from sia.clustering.contiguity import contiguity
from sia.clustering.regions import compare_areas, propose_areas
from sia.methode import AreaSettings

BOUNDS = AreaSettings(minimum=3000, maximum=9000)
LOW = AreaSettings(minimum=1000, maximum=5000)


def lattice(rows: int, columns: int) -> gpd.GeoDataFrame:
    boxes = [
        shapely.box(c * 100, r * 100, c * 100 + 100, r * 100 + 100)
        for r in range(rows)
        for c in range(columns)
    ]
    codes = pd.Index([f"BU9999{i:04d}" for i in range(len(boxes))], name="buurtcode")
    return gpd.GeoDataFrame({"water": False}, index=codes, geometry=boxes, crs="EPSG:28992")


def connected(labels: pd.Series, graph) -> bool:
    values = labels.reindex(graph.codes).to_numpy()
    return all(
        connected_components(graph.matrix[rows][:, rows], directed=False)[0] == 1
        for rows in (np.flatnonzero(values == one) for one in np.unique(values))
    )


def test_touching_in_a_corner_is_neighbouring():
    graph = contiguity(lattice(2, 2))
    assert len(graph.edges) == 6
    assert graph.added.empty


def test_island_is_tied_to_the_nearest_and_the_tie_is_listed():
    areas = lattice(2, 3)
    areas.loc["BU99998888"] = [False, shapely.box(900, 0, 950, 50)]
    graph = contiguity(areas)
    assert connected_components(graph.matrix, directed=False)[0] == 1
    assert graph.added[["van", "naar"]].to_numpy().tolist() == [["BU99990002", "BU99998888"]]
    assert graph.added["afstand"].iloc[0] == pytest.approx(600)
    assert connected_components(contiguity(areas, join=False).matrix, directed=False)[0] == 2


def test_water_takes_no_part_and_its_banks_are_tied():
    areas = lattice(1, 5)
    areas.loc[areas.index[2], "water"] = True
    graph = contiguity(areas)
    assert list(graph.water) == [areas.index[2]]
    assert len(graph.added) == 1 and graph.added["afstand"].iloc[0] == pytest.approx(100)


def test_a_city_without_any_border_has_no_neighbours_and_no_areas():
    areas = lattice(1, 3)
    areas["geometry"] = None
    graph = contiguity(areas)
    assert graph.codes.empty
    people = pd.Series(1000.0, areas.index)
    made = propose_areas(pd.DataFrame({"a": [1.0, 2, 3]}, areas.index), people, graph)
    assert made.buurten["gebied"].isna().all()
    assert set(made.buurten["reden"]) == {"geen grens"}


@pytest.mark.parametrize("n", [1, 2, 3])
def test_buurten_that_no_score_tells_apart_are_one_area(n: int):
    areas = lattice(1, n)
    scores = pd.DataFrame({"a": np.nan}, areas.index)
    made = propose_areas(scores, pd.Series(500.0, areas.index), contiguity(areas))
    assert made.buurten["gebied"].tolist() == [1] * n
    assert made.buurten["geschat"].all()


@given(st.integers(0, 10_000), st.floats(1500, 6000), st.floats(2.2, 5))
@settings(max_examples=15, deadline=None)
def test_areas_are_connected_and_within_bounds_or_say_why(seed, minimum, ratio):
    rng = np.random.default_rng(seed)
    areas = lattice(6, 7)
    graph = contiguity(areas)
    scores = pd.DataFrame(rng.normal(50, 10, (42, 3)), index=areas.index, columns=list("abc"))
    scores.iloc[5, 0] = np.nan
    people = pd.Series(rng.gamma(3, 500, 42), index=areas.index)
    bounds = AreaSettings(minimum=minimum, maximum=minimum * ratio)
    found = propose_areas(scores, people, graph, bounds)
    assert found.buurten.index.equals(areas.index)
    assert connected(found.buurten["gebied"], graph)
    total = people.groupby(found.buurten["gebied"]).sum()
    outside = (total < bounds.minimum) | (total > bounds.maximum)
    assert (found.gebieden["reden"] != "").eq(outside).all()
    too_large = found.gebieden[total > bounds.maximum]
    assert (too_large["buurten"] == 1).all()
    assert found.gebieden["inwoners"].sum() == pytest.approx(people.sum())
    assert found.buurten["geschat"].sum() == 1


def test_order_of_rows_has_no_influence():
    rng = np.random.default_rng(1)
    areas = lattice(6, 7)
    scores = pd.DataFrame(rng.normal(size=(42, 3)), index=areas.index)
    people = pd.Series(rng.gamma(3, 500, 42), index=areas.index)
    mixed = areas.sample(frac=1, random_state=2).index
    one = propose_areas(scores, people, contiguity(areas), BOUNDS)
    other = propose_areas(
        scores.loc[mixed],
        people.loc[mixed],
        contiguity(areas.loc[mixed]),
        BOUNDS,
    )
    pd.testing.assert_frame_equal(one.buurten, other.buurten)


def test_impossible_bounds_are_declared():
    areas = lattice(1, 2)
    scores = pd.DataFrame({"a": [1.0, 2.0]}, index=areas.index)
    people = pd.Series([9000.0, 100.0], index=areas.index)
    found = propose_areas(scores, people, contiguity(areas), LOW)
    assert not found.gebieden["binnen"].any()
    assert "maximum" in found.gebieden["reden"].iloc[0]
    assert "minimum" in found.gebieden["reden"].iloc[1]


def test_water_is_in_the_table_without_an_area():
    areas = lattice(2, 3)
    areas.loc[areas.index[4], "water"] = True
    scores = pd.DataFrame({"a": np.arange(6.0)}, index=areas.index)
    found = propose_areas(scores, pd.Series(2000.0, areas.index), contiguity(areas))
    assert pd.isna(found.buurten.loc[areas.index[4], "gebied"])
    assert found.buurten.loc[areas.index[4], "reden"] == "water"


def test_comparison_with_wijken():
    one = pd.Series([1, 1, 2, 2], index=list("abcd"))
    same = pd.Series(["w", "w", "v", "v"], index=list("abcd"))
    agreement, overlap = compare_areas(one, same)
    assert agreement == 1 and overlap.to_numpy().sum() == 4


def test_a_buurt_without_a_border_is_in_the_table_with_the_reason():
    areas = lattice(2, 3)
    areas.loc[areas.index[4], "geometry"] = None
    scores = pd.DataFrame({"a": np.arange(6.0)}, index=areas.index)
    graph = contiguity(areas)
    assert list(graph.borderless) == [areas.index[4]]
    found = propose_areas(scores, pd.Series(2000.0, areas.index), graph)
    assert list(found.buurten.index) == list(areas.index)
    assert found.buurten.loc[areas.index[4], "reden"] == "geen grens"
    assert pd.isna(found.buurten.loc[areas.index[4], "gebied"])
