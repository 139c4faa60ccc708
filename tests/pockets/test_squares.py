"""The squares that were delivered: the newest are searched, or it is said why not."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from sia.pockets.find import Pockets, pocket_figures, pocket_table, search_squares
from sia.schemas import validate
from sia.sources.base import Origin, Publisher, SquareLayer
from tests.pockets.test_find import FAST, city

SQUARES, BUURTEN, _ = city(3)


def layer(year: int, squares: gpd.GeoDataFrame = SQUARES, size: int = 100) -> SquareLayer:
    where = Origin(Path("vierkanten.gpkg"), "", Publisher("", "", ""), "vierkanten", year)
    values = pd.DataFrame(squares.drop(columns="geometry"))
    return SquareLayer(size, year, squares[["geometry"]], values, values, where)


@pytest.fixture(scope="module")
def found() -> Pockets:
    nothing = SQUARES.assign(aantal_inwoners=np.nan)
    delivered = [layer(2019, nothing), layer(2021), layer(2023, nothing), layer(2022, size=500)]
    return search_squares(delivered, BUURTEN, 2022, FAST)


def test_the_newest_squares_that_are_not_later_than_the_year_are_searched(found: Pockets) -> None:
    assert found.gezocht
    assert found.toelichting.startswith("Vierkanten van 2021. ")
    assert len(validate("deelbuurten", found.tabel)) > 0
    assert set(found.gemiddelden.index) == set(BUURTEN.index)


def test_postcode_areas_serve_where_there_are_no_squares() -> None:
    areas = SQUARES.assign(geometry=SQUARES.buffer(10.0, join_style="mitre"))
    found = search_squares([layer(2021, areas, 0)], BUURTEN, 2022, FAST)
    assert found.toelichting.startswith("Postcodegebieden (PC6) van 2021, die hieronder")
    assert len(validate("deelbuurten", found.tabel)) > 0
    both = search_squares([layer(2021, areas, 0), layer(2019)], BUURTEN, 2022, FAST)
    assert both.toelichting.startswith("Vierkanten van 2019. ")


def test_tables_name_the_buurten_that_hide_a_deel_buurt(found: Pockets) -> None:
    table = pocket_table(found.tabel, BUURTEN["naam"])
    for code, told in table["in buurt"].items():
        hosts = found.tabel.at[code, "buurtcodes"].split()
        assert told == " en ".join(BUURTEN["naam"][hosts])
    figures = pocket_figures(found.indicatoren, found.tabel["naam"])
    assert set(figures["deel-buurt"]) == set(found.tabel["naam"])


@pytest.mark.parametrize(
    ("delivered", "why"),
    [
        ([], "Er zijn geen vierkanten van 100 meter geleverd."),
        ([layer(2023)], "Er zijn geen vierkanten van 100 meter geleverd."),
        ([layer(2021, SQUARES.drop(columns="aantal_inwoners"))], "Niet gezocht: "),
    ],
)
def test_without_a_search_there_is_an_empty_table_and_a_reason(
    delivered: list[SquareLayer], why: str
) -> None:
    found = search_squares(delivered, BUURTEN, 2022, FAST)
    assert not found.gezocht and found.toelichting.startswith(why)
    assert validate("deelbuurten", found.tabel).empty
    assert pocket_table(found.tabel, BUURTEN["naam"]).empty
    assert pocket_figures(found.indicatoren, found.tabel["naam"]).empty
