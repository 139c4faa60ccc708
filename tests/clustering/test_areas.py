"""DIA areas of one municipality: named after where people live, beside wijken and stadsdelen."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sia.clustering.areas import Areas, find_areas
from sia.clustering.views import agreement_text, area_table, compare_table
from sia.methode import AreaSettings

SIDE = 6


def city() -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return six by six buurten: the west half scores high, the east half low, one is water."""
    column, row = (part.ravel() for part in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    west = column < SIDE // 2
    codes = pd.Index([f"BU9999{n:04d}" for n in range(SIDE**2)], name="buurtcode")
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
    scores = np.where(west, 80.0, 20.0) + np.random.default_rng(0).normal(0, 2, SIDE**2)
    return areas, pd.DataFrame({"sociaal": scores, "wonen": scores, "potentie": -scores}, codes)


@pytest.fixture(scope="module")
def found() -> Areas:
    return find_areas(*city(), AreaSettings(minimum=4000, maximum=20000))


def test_areas_are_named_after_the_wijk_without_its_number(found: Areas) -> None:
    assert set(found.gebieden["naam"]) == {"West", "Oost"}
    assert list(area_table(found.gebieden)["naam"]) == list(found.gebieden["naam"])
    water = found.buurten.iloc[-1]
    assert pd.isna(water["dia_gebied"]) and water["naam"] == "" and water["reden"]


def test_areas_that_share_a_wijk_are_numbered() -> None:
    found = find_areas(*city(), AreaSettings(minimum=2000, maximum=9000))
    names = list(found.gebieden["naam"])
    assert len(names) == len(set(names)) > 4
    assert {"West (1)", "West (2)", "Oost (1)", "Oost (2)"} <= set(names)
    assert not {"West", "Oost"} & set(names)


def test_agreement_is_with_divisions_that_divide(found: Areas) -> None:
    assert found.overeenkomst == {"wijken": pytest.approx(1.0)}
    text = agreement_text(len(found.gebieden), found.overeenkomst)
    assert text.startswith("2 gebieden voorgesteld.") and text.endswith("wijken 1,00.")
    assert "geen bestaande indeling" in agreement_text(2, {})


def test_wijken_of_an_area_are_counted_in_buurten(found: Areas) -> None:
    areas, _ = city()
    table = compare_table(found.buurten["dia_gebied"], areas["wijknaam"])
    assert set(table["wijken (aantal buurten)"]) == {"Wijk 01 West (18)", "Wijk 02 Oost (17)"}


def test_neighbours_without_a_shared_border_are_named() -> None:
    areas, scores = city()
    areas.loc[areas.index[0], "geometry"] = shapely.box(-900, -900, -850, -850)
    links = find_areas(areas, scores, AreaSettings(minimum=4000, maximum=20000)).verbonden
    assert "Buurt 0" in set(links["buurt"]) | set(links["verbonden met"])
    assert (links["afstand in meters"] > 500).all()
