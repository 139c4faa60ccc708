"""Maps of types, areas and association: every buurt is in the data, every class in the legend."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from sia.viz import cluster_charts
from sia.viz.cluster_charts import MORAN_CLASSES

CODES = [f"BU9999{i:04d}" for i in range(9)]


@pytest.fixture
def gebieden() -> gpd.GeoDataFrame:
    shapes = [shapely.box(i % 3, i // 3, i % 3 + 1, i // 3 + 1) for i in range(9)]
    table = {
        "naam": [f"Buurt {i}" for i in range(9)],
        "wijkcode": [f"WK9999{i // 3:02d}" for i in range(9)],
        "water": [False] * 8 + [True],
    }
    scaled = gpd.GeoSeries(shapes, index=CODES).affine_transform([1000, 0, 0, 1000, 0, 0])
    return gpd.GeoDataFrame(pd.DataFrame(table, index=CODES), geometry=scaled, crs=28992)


def test_types_keep_their_colour_and_gaps_are_told(gebieden: gpd.GeoDataFrame) -> None:
    first = pd.array([1, 1, 2, 2, 3, 3, 1, 2, pd.NA], dtype="Int64")
    types = pd.DataFrame({2020: first, 2024: first}, index=CODES)
    chart = cluster_charts.type_maps(gebieden, types, {1: "een", 2: "twee", 3: "drie"})
    assert chart.data.loc[CODES[8], "2024"] == "geen type"
    assert list(chart.data["2020"]) == list(chart.data["2024"])
    for label in ("1. een", "2. twee", "3. drie", "2020", "2024", "geen gegevens"):
        assert label in chart.svg()
    assert "1 buurt geen type" in chart.text


def test_association_counts_what_is_significant(gebieden: gpd.GeoDataFrame) -> None:
    classes = ["hoog-hoog", "laag-laag", *["niet significant"] * 6, ""]
    table = pd.DataFrame({"urgentie_klasse": classes}, index=CODES)
    chart = cluster_charts.moran_maps(gebieden, table, {"urgentie": "Urgentie"})
    assert "urgentie: 2 buurten" in chart.text
    assert chart.data.loc[CODES[8], "Urgentie"] == "niet getoetst"
    assert all(name in chart.svg() for name in MORAN_CLASSES)


def test_areas_are_numbered_and_named(gebieden: gpd.GeoDataFrame) -> None:
    number = pd.array([*[1] * 4, *[2] * 4, pd.NA], dtype="Int64")
    areas = pd.DataFrame({"dia_gebied": number, "naam": [*["Noord"] * 4, *["Zuid"] * 4, ""]}, CODES)
    chart = cluster_charts.area_map(gebieden, areas)
    assert "1. Noord" in chart.svg() and "2. Zuid" in chart.svg()
    assert chart.text.startswith("2 gebieden")
    assert list(chart.data.index) == CODES


def test_doubtful_buurten_carry_a_question_mark(gebieden: gpd.GeoDataFrame) -> None:
    number = pd.array([1, 1, 1, 2, 2, 2, 2, 2, pd.NA], dtype="Int64")
    types = pd.DataFrame(
        {
            "type": number,
            "typenaam": ["een"] * 3 + ["twee"] * 5 + [None],
            "zekerheid": [0.4, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, None],
            "silhouet": [0.2, -0.1, 0.3, 0.3, 0.3, 0.3, 0.3, None, None],
        },
        index=CODES,
    )
    chart = cluster_charts.type_map(gebieden, types)
    assert chart.svg().count(">?<") == 2
    assert list(chart.data.index[chart.data["twijfelgeval"] == "ja"]) == CODES[:2]
    assert "2 twijfelgevallen" in chart.text and "1 buurt heeft geen type" in chart.text
