"""Layers, simplification and the page of the map."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from voronoistad import BAD_NAMES, city, everything

from sia.viz.dataset import Cijfers
from sia.viz.layers import layers, score_layer
from sia.viz.leaflet import hosts
from sia.viz.maps import BRT_HOST, buurt_map, map_data, simplify
from sia.viz.outline import simplified
from sia.viz.theme import Theme


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=1, max_size=80))
def test_classes_keep_order_and_never_split_equal_values(raw: list[int | None]) -> None:
    values = pd.Series([np.nan if v is None else float(v) for v in raw])
    laag = score_layer("x", "X", "", values)
    assert (laag.klasse[values.isna()] == -1).all()
    known = pd.DataFrame({"v": values, "k": laag.klasse}).dropna().sort_values("v")
    assert known["k"].is_monotonic_increasing
    assert (known.groupby("v")["k"].nunique() == 1).all()
    assert set(known["k"]) == set(range(len(laag.klassen)))
    assert len({klasse.kleur for klasse in laag.klassen}) == len(laag.klassen)


def test_neighbouring_classes_share_their_limit_and_hold_what_reads_the_same() -> None:
    values = pd.Series([1.04, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, np.nan])
    laag = score_layer("x", "X", "", values)
    labels = [klasse.label for klasse in laag.klassen]
    ends = [label.split(" tot ") for label in labels[1:-1]]
    assert labels[0] == f"tot {ends[0][0]}"
    assert labels[-1] == f"vanaf {ends[-1][1]}"
    assert [end for _, end in ends[:-1]] == [begin for begin, _ in ends[1:]]
    assert laag.klasse[0] == laag.klasse[1] == 0
    assert sorted(set(laag.klasse)) == [-1, 0, 1, 2, 3, 4]
    skewed = score_layer("x", "X", "", pd.Series([0.0] * 19 + [7.0]))
    assert [klasse.label for klasse in skewed.klassen] == ["tot 7,0", "vanaf 7,0"]


def test_one_value_everywhere_is_one_class() -> None:
    laag = score_layer("x", "X", "", pd.Series([5.0, 5.0, np.nan]))
    assert [klasse.label for klasse in laag.klassen] == ["5,0"]
    assert list(laag.klasse) == [0, 0, -1]


def test_no_value_at_all_is_no_class() -> None:
    laag = score_layer("x", "X", "", pd.Series([np.nan, np.nan]))
    assert laag.klassen == ()
    assert list(laag.klasse) == [-1, -1]
    assert list(laag.tekst) == ["–", "–"]


def test_layers_of_a_full_city(stad: Cijfers) -> None:
    assert [laag.id for laag in layers(stad)] == [
        "urgentie",
        "potentie",
        "sociaal",
        "wonen",
        "veiligheid",
        "voorzieningen",
        "klimaat",
        "energie",
        "type",
        "aanpak",
        "deelbuurten",
    ]
    for laag in layers(stad):
        assert list(laag.klasse.index) == list(stad.gebieden.index), laag.id


def test_what_is_not_ranked_has_no_class_and_keeps_its_reason(stad: Cijfers) -> None:
    urgency = layers(stad)[0]
    out = ~stad.scores["gerangschikt"]
    assert (urgency.klasse[out] == -1).all()
    assert (urgency.klasse[~out] >= 0).all()
    data = map_data(stad, layers(stad))
    assert [bool(text) for text in data["reden"]] == list(out)


def test_notes_say_flags_and_reference_years(stad: Cijfers) -> None:
    notes = next(laag for laag in layers(stad) if laag.id == "energie").noot
    assert notes.str.contains("thema niet geleverd").all()
    assert notes.str.contains("peiljaar 20").all()


def test_simplified_neighbours_keep_one_shared_line() -> None:
    gebieden = city(60, vertices=400).gebieden
    simple = simplify(gebieden.geometry, 30)
    before = shapely.get_num_coordinates(gebieden.geometry.to_numpy()).sum()
    after = shapely.get_num_coordinates(simple.to_numpy()).sum()
    assert after < before / 5
    assert shapely.coverage_is_valid(simple.to_numpy())
    assert len(simple) == 60
    assert not simple.is_empty.any()


def test_a_village_in_the_hole_of_the_land_around_it_is_not_painted_over() -> None:
    """A page fills a path by its turns: a hole has to run against its outside."""
    village = shapely.Point(500, 500).buffer(200)
    land = shapely.box(0, 0, 1000, 1000).difference(village)
    turned = shapely.Polygon(land.exterior, [land.interiors[0].coords[::-1]])
    for around in (land, turned, shapely.reverse(land)):
        drawn, _ = simplified(np.array([around, village]), 5.0)
        assert drawn.exterior.is_ccw != drawn.interiors[0].is_ccw


def test_a_shape_smaller_than_the_tolerance_stays() -> None:
    boxes = gpd.GeoSeries([shapely.box(0, 0, 1000, 1000), shapely.box(5000, 0, 5003, 3)], crs=28992)
    assert not simplify(boxes, 50).is_empty.any()


def test_seventy_buurten_with_ten_layers_fit_and_ask_nothing() -> None:
    stad = city(70, vertices=300)
    assert len(layers(stad)) >= 10
    page = buurt_map(stad).get_root().render()
    assert len(page.encode()) <= 1_500_000
    assert hosts(page) == ()
    assert page.count('"type":"FeatureCollection"') == 2


def test_the_same_tables_give_the_same_bytes(stad: Cijfers) -> None:
    pages = [buurt_map(stad).get_root().render() for _ in range(2)]
    assert pages[0] == pages[1]


def test_hostile_names_stay_inside_their_strings() -> None:
    page = buurt_map(city(40, bad_names=True)).get_root().render()
    for name in BAD_NAMES[:2]:
        assert name not in page
    assert "\\u003cscript\\u003ealert(1)" in page


def test_background_is_a_choice_that_the_policy_knows(stad: Cijfers) -> None:
    page = buurt_map(stad, achtergrond=True).get_root().render()
    assert f"img-src data: {BRT_HOST};" in page.replace("&#x27;", "'")
    assert BRT_HOST not in buurt_map(stad).get_root().render()


def test_a_fictional_municipality_says_so(stad: Cijfers) -> None:
    page = buurt_map(stad, Theme("Teststad", fictief=True)).get_root().render()
    assert "FICTIEF" in page
    assert "(fictief)</title>" in page
    assert "FICTIEF" not in buurt_map(stad, Theme("Teststad")).get_root().render()


def test_notebook_shows_the_map_in_a_titled_frame(stad: Cijfers) -> None:
    shown = buurt_map(stad)._repr_html_()
    assert shown.startswith('<iframe title="Kaart van de buurten van Teststad, 2024"')


def test_unknown_layer_value_is_an_error(stad: Cijfers) -> None:
    from sia.viz.layers import category_layer

    with pytest.raises(KeyError):
        category_layer("x", "X", "", pd.Series(["a"]), {})


def test_no_class_is_told_apart_by_colour_alone(stad: Cijfers) -> None:
    for laag in layers(everything(stad)):
        marks = [klasse.teken for klasse in laag.klassen]
        assert len(set(marks)) == len(marks), laag.id


def test_change_and_areas_are_layers_of_their_own(stad: Cijfers) -> None:
    made = {laag.id: laag for laag in layers(everything(stad))}
    change, areas = made["verandering"], made["dia"]
    left_out = everything(stad).verandering
    assert left_out is not None
    assert ((change.klasse < 0) == (left_out.buurten["oordeel"] == "niet te vergelijken")).all()
    assert change.noot.iloc[3].endswith("De grens schoof op.")
    assert (areas.klasse < 0).sum() == 1


def test_the_source_line_of_the_borders_is_the_one_that_was_used(stad: Cijfers) -> None:
    named = map_data(everything(stad), layers(stad))
    assert named["bron"] == "Grenzen: getekend voor een test"
    assert map_data(stad, layers(stad))["bron"] == ""


def test_a_buurt_without_a_border_is_counted_instead_of_drawn(stad: Cijfers) -> None:
    areas = stad.gebieden.copy()
    areas.loc[areas.index[[1]], "geometry"] = shapely.Polygon()
    data = map_data(replace(stad, gebieden=areas), layers(stad))
    assert areas.index[1] not in data["codes"]
    assert len(data["codes"]) == len(data["namen"]) == len(data["punten"]) == len(areas) - 1
    assert all(len(laag["klasse"]) == len(areas) - 1 for laag in data["lagen"])
    assert "1 buurt zonder grens staat niet op de kaart" in data["bron"]
