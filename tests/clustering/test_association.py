"""Urgentie and its change in space, per buurt and in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas import GeoDataFrame

from sia.clustering.association import Association, find_association, moran_table, moran_text
from sia.methode import AssociationSettings
from sia.schemas import validate

SIDE = 8
HOW = AssociationSettings(permutations=199, local_permutations=499, seed=1)
COLUMN, ROW = (part.ravel() for part in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
CODES = pd.Index([f"BU9999{n:04d}" for n in range(SIDE**2)], name="buurtcode")
AREAS = GeoDataFrame(
    {"water": COLUMN + ROW == 0},
    index=CODES,
    geometry=shapely.box(COLUMN * 100, ROW * 100, COLUMN * 100 + 100, ROW * 100 + 100),
    crs=28992,
)
NOISE = np.random.default_rng(0).normal(0, 1, (2, SIDE**2))


def years(*jaren: int) -> pd.DataFrame:
    """Return urgentie that rises from west to east; its change follows no pattern."""
    rising = 8.0 * COLUMN + 20
    columns = {jaar: rising + NOISE[number] for number, jaar in enumerate(jaren)}
    return pd.DataFrame(columns, index=CODES)


@pytest.fixture(scope="module")
def found() -> Association:
    table = years(2020, 2024)
    return find_association(AREAS, table[2024], table, HOW)


def test_a_pattern_is_told_from_noise(found: Association) -> None:
    assert found.globaal.at["urgentie", "p"] < 0.05 < found.globaal.at["verandering", "p"]
    text = moran_text(found.globaal, found.van_tot)
    assert "lijken op elkaar in urgentie" in text and "meer dan toeval" in text
    assert "verandering van de urgentie" in text and "niet te onderscheiden van toeval" in text


def test_every_buurt_has_a_row_that_fits_its_schema(found: Association) -> None:
    table = validate("ruimte", found.buurten)
    assert list(table.index) == list(CODES)
    assert table.at[CODES[0], "urgentie_klasse"] == "", "water has no neighbours"
    kinds = table["urgentie_klasse"]
    assert kinds[COLUMN == SIDE - 1].eq("hoog-hoog").sum() > SIDE / 2
    counted = moran_table(found.globaal, found.buurten).set_index("maat")
    assert counted.at["urgentie", "hoog-hoog"] == (kinds == "hoog-hoog").sum()


def test_one_year_has_no_change_and_says_so() -> None:
    table = years(2024)
    alone = find_association(AREAS, table[2024], table, HOW)
    assert alone.buurten["verandering"].isna().all()
    assert list(alone.globaal.index) == ["urgentie"]
    assert moran_text(alone.globaal, alone.van_tot).endswith("dus nog geen verandering.")
    validate("ruimte", alone.buurten)


def test_without_borders_there_are_no_neighbours_and_no_association() -> None:
    table = years(2020, 2024)
    bare = AREAS.set_geometry([shapely.Polygon()] * len(AREAS), crs=28992)
    made = find_association(bare, table[2024], table, HOW)
    assert moran_table(made.globaal, made.buurten).empty
    assert "Te weinig buurten" in moran_text(made.globaal, made.van_tot)


@pytest.mark.parametrize("n", [1, 2])
def test_too_few_buurten_have_no_association_and_stop_nothing(n: int) -> None:
    table = years(2020, 2024).iloc[:n]
    made = find_association(AREAS.iloc[:n], table[2024], table, HOW)
    assert made.globaal.empty
    assert set(made.globaal) >= {"I", "p"}
    assert validate("ruimte", made.buurten) is not None
