"""Counts and rates on other borders: nobody gets lost, and what cannot move does not."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon

from sia.areas import (
    MISSING_IN_SOURCE,
    NO_DENOMINATOR,
    NO_SOURCE,
    NOT_ADDITIVE,
    Measure,
    convert,
    overlap_shares,
)
from sia.errors import InputError
from tests.areas.borders import COUNT, FOUR, SOUTH, WEST, A, B, C, D, layer, rect


def squares(areas: dict[tuple[int, int], float]) -> gpd.GeoDataFrame:
    shapes = [rect(x, y, x + 100, y + 100) for x, y in areas]
    return gpd.GeoDataFrame({"gewicht": list(areas.values())}, geometry=shapes, crs=28992)


def test_people_move_with_their_squares_not_with_the_surface() -> None:
    # The east fifth of A goes to B, and 300 of A's 400 people live there.
    moved = FOUR | {A: rect(0, 0, 400, 500), B: rect(400, 0, 1000, 500)}
    where = squares({(400, 0): 300.0, (0, 0): 100.0, (600, 0): 50.0})
    values = pd.DataFrame({"inwoners": [400.0, 50.0, 10.0, 20.0]}, index=[A, B, C, D])
    by_people = convert(values, {"inwoners": COUNT}, layer(FOUR), layer(moved), weights=where)
    assert by_people.values["inwoners"].to_dict() == {A: 100.0, B: 350.0, C: 10.0, D: 20.0}
    by_area = convert(values, {"inwoners": COUNT}, layer(FOUR), layer(moved))
    assert by_area.values.loc[B, "inwoners"] == pytest.approx(50 + 400 / 5)


def test_a_square_on_the_border_is_divided_and_an_address_is_not() -> None:
    halves = FOUR | {A: rect(0, 0, 250, 500), B: rect(250, 0, 1000, 500)}
    values = pd.DataFrame({"n": [100.0, 0.0, 0.0, 0.0]}, index=[A, B, C, D])
    cut = convert(values, {"n": COUNT}, layer(FOUR), layer(halves), weights=squares({(200, 0): 8}))
    assert cut.values["n"].to_dict() == {A: 50.0, B: 50.0, C: 0.0, D: 0.0}
    address = gpd.GeoDataFrame(
        {"gewicht": [1.0]}, geometry=[Point(WEST + 260, SOUTH + 10)], crs=28992
    )
    whole = convert(values, {"n": COUNT}, layer(FOUR), layer(halves), weights=address)
    assert whole.values["n"].to_dict() == {A: 0.0, B: 100.0, C: 0.0, D: 0.0}


def test_rates_weigh_with_their_denominator_and_medians_do_not_move() -> None:
    merged = {A: rect(0, 0, 1000, 500), C: FOUR[C], D: FOUR[D]}
    values = pd.DataFrame(
        {
            "huishoudens": [300.0, 100.0, 50.0, 0.0],
            "laag_inkomen": [10.0, 30.0, 20.0, np.nan],
            "mediaan_vermogen": [12.0, 40.0, 33.0, np.nan],
        },
        index=[A, B, C, D],
    )
    kinds = {
        "huishoudens": COUNT,
        "laag_inkomen": Measure("aandeel", "huishoudens"),
        "mediaan_vermogen": Measure("niet optelbaar"),
    }
    done = convert(values, kinds, layer(FOUR), layer(merged))
    assert done.values.loc[A, "laag_inkomen"] == pytest.approx((300 * 10 + 100 * 30) / 400)
    assert done.values.loc[C].to_dict() == values.loc[C].to_dict()
    assert np.isnan(done.values.loc[A, "mediaan_vermogen"])
    assert done.reasons.loc[A, "mediaan_vermogen"] == NOT_ADDITIVE
    assert done.reasons.loc[D, "laag_inkomen"] == MISSING_IN_SOURCE
    assert done.reasons.loc[C].eq("").all()


def test_missing_is_never_counted_as_zero() -> None:
    merged = {A: rect(0, 0, 1000, 500), C: FOUR[C], D: FOUR[D]}
    values = pd.DataFrame({"n": [np.nan, 7.0, 1.0, 2.0], "p": [5.0, 5.0, 5.0, 5.0]}, [A, B, C, D])
    kinds = {"n": COUNT, "p": Measure("aandeel", "n")}
    done = convert(values, kinds, layer(FOUR), layer(merged))
    assert np.isnan(done.values.loc[A]).all()
    assert done.reasons.loc[A].to_dict() == {"n": MISSING_IN_SOURCE, "p": NO_DENOMINATOR}
    assert done.totals.loc["n"].to_dict() == {
        "voor": 10.0,
        "na": 3.0,
        "buiten_de_kaart": 0.0,
        "door_ontbrekend": 7.0,
    }


def test_what_falls_outside_the_new_map_is_reported_as_loss() -> None:
    smaller = {A: rect(0, 0, 400, 500), B: FOUR[B], "BU99990020": rect(5000, 0, 5100, 100)}
    values = pd.DataFrame({"n": [100.0, 10.0, 5.0, 5.0]}, index=[A, B, C, D])
    done = convert(values, {"n": COUNT}, layer(FOUR), layer(smaller))
    assert done.values.loc[A, "n"] == pytest.approx(80.0)
    assert done.totals.loc["n", "buiten_de_kaart"] == pytest.approx(30.0)
    assert done.reasons.loc["BU99990020", "n"] == NO_SOURCE


def test_every_wrong_argument_of_a_conversion_is_told_at_once() -> None:
    values = pd.DataFrame({"a": [1.0], "b": [1.0]}, index=["BU99998888"])
    with pytest.raises(InputError) as caught:
        convert(values, {"a": Measure("aandeel", "c")}, layer(FOUR), layer(FOUR))
    assert len(caught.value.problems) == 3


cuts = st.lists(st.integers(min_value=1, max_value=19), min_size=1, max_size=4, unique=True)
people = st.lists(st.integers(min_value=0, max_value=500), min_size=20, max_size=20)


@settings(max_examples=30, deadline=None)
@given(cuts, cuts, people, st.booleans())
def test_conversion_conserves_every_total(
    old_cuts: list[int], new_cuts: list[int], load: list[int], use_weights: bool
) -> None:
    def strips(marks: list[int]) -> dict[str, Polygon]:
        edges = [0, *sorted(marks), 20]
        return {
            f"BU9999{i:04d}": rect(100 * a, 0, 100 * b, 100)
            for i, (a, b) in enumerate(pairwise(edges))
        }

    old, new = layer(strips(old_cuts)), layer(strips(new_cuts))
    where = squares({(100 * i, 0): float(n) for i, n in enumerate(load)})
    edges = [0, *sorted(old_cuts), 20]
    counts = [float(sum(load[a:b])) for a, b in pairwise(edges)]
    values = pd.DataFrame({"n": counts, "p": 25.0}, index=old.frame.index)
    kinds = {"n": COUNT, "p": Measure("aandeel", "n")}
    done = convert(values, kinds, old, new, weights=where if use_weights else None)
    assert done.values["n"].sum() == pytest.approx(sum(load))
    shares = overlap_shares(old, new, weights=where if use_weights else None)
    assert shares.groupby("oude_code")["aandeel"].sum().to_numpy() == pytest.approx(1.0)
    rates = done.values["p"].dropna().to_numpy()
    assert rates == pytest.approx(25.0)
    if use_weights:
        marks = [0, *sorted(new_cuts), 20]
        true = [float(sum(load[a:b])) for a, b in pairwise(marks)]
        assert done.values["n"].to_numpy() == pytest.approx(true)
