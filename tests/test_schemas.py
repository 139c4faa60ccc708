"""Schemas: good tables pass untouched, every breach is told in Dutch with its place."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from sia import schemas
from sia.errors import InputError
from sia.store import read_table, write_table

CODES = pd.Index([f"BU0001000{n}" for n in range(7)], name="buurtcode", dtype="str")


def gebieden() -> gpd.GeoDataFrame:
    shapes = [shapely.box(n, 0, n + 1, 1) for n in range(6)] + [shapely.Polygon()]
    return gpd.GeoDataFrame(
        {
            "naam": "Buurt",
            "wijkcode": "WK000100",
            "wijknaam": "Wijk",
            "stadsdeel": "",
            "gemeentecode": "GM0001",
            "inwoners": [1.0] * 6 + [float("nan")],
            "huishoudens": 1.0,
            "water": False,
            "borders_year": 2020,
        },
        index=CODES,
        geometry=shapes,
        crs=28992,
    )


def scores() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "urgentie": [50.0] * 7,
            "potentie": 10.0,
            "sociaal": 1.0,
            "rang": pd.array([1, 2, 3, 4, 5, 6, None], dtype="Int64"),
            "gerangschikt": [True] * 6 + [False],
            "reden": [""] * 6 + ["Minder dan 100 inwoners (5)."],
            "rang_p05": 1.0,
            "kans_kwart": 0.5,
        },
        index=CODES,
    )


def told(name: str, table: pd.DataFrame) -> str:
    with pytest.raises(InputError) as caught:
        schemas.validate(name, table)
    return str(caught.value)


def test_good_table_comes_back_as_it_is_also_from_disk(tmp_path: Path) -> None:
    table = gebieden()
    assert schemas.validate("gebieden", table) is table
    write_table(tmp_path / "gebieden.parquet", table)
    schemas.validate("gebieden", read_table(tmp_path / "gebieden.parquet"))


def test_all_breaches_come_at_once_with_their_place() -> None:
    table = gebieden().drop(columns="stadsdeel").assign(inwoners=-5.0, kleur="rood")
    message = told("gebieden", table)
    assert "3 problemen" in message
    assert "kolom: stadsdeel" in message
    assert "Deze kolom ontbreekt." in message
    assert "kolom: kleur" in message
    assert "Is negatief." in message
    assert "en 2 andere" in message


def test_other_projection_and_lost_geometry_are_told() -> None:
    assert "EPSG:28992" in told("gebieden", gebieden().to_crs(4326))
    assert "geen geometrie" in told("gebieden", pd.DataFrame(gebieden()))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"gemeentecode": ["GM0001"] * 6 + ["GM0002"]}, "Meer dan één gemeente"),
        ({"wijkcode": "WK000200"}, "hoort niet bij de buurtcode"),
        ({"wijkcode": "0001"}, "Geen geldige wijkcode"),
        ({"water": "nee"}, "Het type is"),
    ],
)
def test_what_cannot_be_an_area_is_told(changes: dict[str, object], expected: str) -> None:
    assert expected in told("gebieden", gebieden().assign(**changes))


def test_double_and_unsorted_buurten_are_told() -> None:
    table = pd.DataFrame({"x": 1.0}, index=CODES)
    assert "dubbele waarden" in told("indicatoren", pd.concat([table, table.iloc[:1]]))
    assert "Niet gesorteerd" in told("indicatoren", table.iloc[::-1])


def test_code_of_another_level_is_told() -> None:
    table = pd.DataFrame({"x": [1.0]}, index=pd.Index(["WK000100"], name="buurtcode"))
    assert "Geen geldige buurtcode" in told("indicatoren", table)


def test_infinite_value_is_told() -> None:
    assert "Oneindige waarde" in told("indicatoren", pd.DataFrame({"x": float("inf")}, index=CODES))


@pytest.mark.parametrize("flag", ["", "ontbreekt", "ontbreekt: ", "nul", "Waargenomen"])
def test_unknown_flag_is_told(flag: str) -> None:
    assert "Geen bekende vlag" in told("vlaggen", pd.DataFrame({"x": flag}, index=CODES))


def test_rank_and_reason_go_together() -> None:
    schemas.validate("scores", scores())
    assert "precies als zij gerangschikt is" in told(
        "scores", scores().assign(rang=pd.array([1] * 7, dtype="Int64"))
    )
    assert "precies als zij niet gerangschikt is" in told("scores", scores().assign(reden=""))
    assert "Ligt niet tussen 0 en 100" in told("scores", scores().assign(urgentie=101.0))
    assert "Ligt niet tussen 0 en 1" in told("scores", scores().assign(kans_kwart=1.5))


def test_an_approach_is_one_that_there_is() -> None:
    table = pd.DataFrame(
        {"aanpak": "slopen", "toelichting": "Omdat.", "corporatiebezit": 5.0}, index=CODES
    )
    assert "Is geen aanpak" in told("aanpak", table)


def test_quantiles_must_rise() -> None:
    numbers = dict.fromkeys(schemas.QUANTILES, 1.0) | {"p50": 3.0}
    row = {"bron": "land", "n": 5, "minimum": 1.0, "maximum": 1.0, "gemiddelde": 1.0}
    frame = pd.DataFrame(
        [row | {"standaardafwijking": 0.0} | numbers], index=pd.Index(["x"], name="indicator")
    )
    assert "kwantielen lopen niet op" in told("normen", frame)


def test_unknown_table_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        schemas.validate("iets", pd.DataFrame())
