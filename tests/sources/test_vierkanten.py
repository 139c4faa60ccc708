from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from sia.errors import InputError
from sia.sources import vierkanten
from sia.sources.base import Found, SquareLayer

CODES = ["E2500N4700", "E2501N4700", "E2500N4701", "E2510N4710"]


def corner(code: str) -> tuple[int, int]:
    return 100 * int(code[1:5]), 100 * int(code[6:10])


def squares(codes: list[str] | None = None, size: int = 100, **columns: Any) -> gpd.GeoDataFrame:
    chosen = CODES if codes is None else codes
    shapes = [box(x, y, x + size, y + size) for x, y in map(corner, chosen)]
    field = f"crs28992res{size}m"
    data = {field: chosen, "aantal_inwoners": [10, 20, 30, 40], "jaar": 2022, **columns}
    return gpd.GeoDataFrame(data, geometry=shapes, crs=28992)


def write(frame: gpd.GeoDataFrame, path: Path, **more: Any) -> Path:
    with warnings.catch_warnings():
        # A shapefile clips names; the old files have short ones.
        warnings.simplefilter("ignore")
        frame.to_file(path, engine="pyogrio", **more)
    return path


def found(path: Path) -> Found:
    recognised = vierkanten.recognise(path)
    assert recognised is not None
    return recognised


def read(path: Path, **more: Any) -> SquareLayer:
    (layer,) = vierkanten.read(found(path), **more)
    assert isinstance(layer, SquareLayer)
    return layer


def said(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        vierkanten.read(found(path))
    return str(caught.value)


def test_the_yearly_geopackage(tmp_path: Path) -> None:
    frame = squares(
        aantal_huurwoningen_in_bez_woningcorp=[-99997, 5, 10, 0],
        gemiddelde_woz_waarde_woning=[-99997, -99995, 210, None],
        percentage_huurwoningen=[-99991, 40, 50, 0],
    )
    path = write(frame, tmp_path / "cbs_vk100.gpkg", layer="vierkant_100m_2020")
    layer = read(path)
    assert (layer.size, layer.year, layer.origin.table) == (100, 2020, "vierkant_100m_2020")
    assert layer.frame.index.tolist() == sorted(CODES)
    assert layer.frame.crs.to_epsg() == 28992
    assert layer.values.columns.tolist() == [
        "aantal_huurwoningen_in_bezit_woningcorporaties",
        "aantal_inwoners",
        "gemiddelde_woz_waarde_woning",
        "percentage_huurwoningen",
    ]
    first = layer.reasons.loc["E2500N4700"]
    assert first.to_dict() == {
        "aantal_huurwoningen_in_bezit_woningcorporaties": "geheim of onbekend",
        "aantal_inwoners": "",
        "gemiddelde_woz_waarde_woning": "geheim of onbekend",
        "percentage_huurwoningen": "niet meer gepubliceerd",
    }
    woz = layer.reasons["gemiddelde_woz_waarde_woning"]
    assert (woz["E2501N4700"], woz["E2510N4710"]) == ("nog niet gepubliceerd", "leeg")
    assert layer.values.isna().eq(layer.reasons.ne("")).all().all()


def test_squares_of_500_metres_in_another_reference_system(tmp_path: Path) -> None:
    codes = ["E2500N4700", "E2505N4700", "E2500N4705", "E2510N4710"]
    frame = squares(codes, size=500).to_crs(4326)
    layer = read(write(frame, tmp_path / "vierkant500m_2021.geojson"))
    assert (layer.size, layer.year) == (500, 2021)
    assert layer.frame.area.eq(250_000).all()
    assert layer.frame.loc["E2505N4700"].geometry.bounds == (250_500, 470_000, 251_000, 470_500)


def test_only_the_squares_of_a_window(tmp_path: Path) -> None:
    path = write(squares(), tmp_path / "vierkant_2022.gpkg")
    layer = read(path, bbox=(250_050, 470_050, 250_180, 470_099))
    assert layer.frame.index.tolist() == ["E2500N4700", "E2501N4700"]
    assert layer.values.index.equals(layer.frame.index)


def old_columns() -> dict[str, list[str]]:
    return {
        "C28992R100": CODES,
        "INW2013": ["5", "5", "5", "5"],
        "INW2014": ["10", "-99998", "0", "-99997"],
        "WON2012": ["5", "nihil", "10", "-99999"],
        "WOZWON2012": ["143", "-99998", "-99997", "geheim"],
        "P_AUTO2014": ["75% tot 90%", "nihil", "geheim", "geheim"],
        "TINW_00_10": ["-5", "0", "5", "0"],
    }


@pytest.mark.parametrize("zipped", [False, True])
def test_the_old_text_shapefile(tmp_path: Path, zipped: bool) -> None:
    frame = gpd.GeoDataFrame(old_columns(), geometry=list(squares().geometry), crs=28992)
    path = write(frame.to_crs(3857), tmp_path / "vierkant100m2014.shp")
    if zipped:
        with zipfile.ZipFile(tmp_path / "vierkant100m2014.zip", "w") as archive:
            for part in tmp_path.glob("vierkant100m2014.*"):
                if part.suffix != ".zip":
                    archive.write(part, part.name)
        path = tmp_path / "vierkant100m2014.zip"
    layer = read(path)
    assert layer.year == 2014
    assert list(layer.values) == [
        "aantal_inwoners",
        "aantal_woningen",
        "gemiddelde_woz_waarde_woning",
    ]
    by_code = layer.values.loc[CODES], layer.reasons.loc[CODES]
    # "nihil" (-99998) is nobody in the publisher's own words: a count of 0, a mean of nothing.
    assert by_code[0]["aantal_inwoners"].tolist()[:3] == [10, 0, 0]
    assert by_code[1]["aantal_inwoners"].tolist() == ["", "", "", "geheim of onbekend"]
    assert by_code[1]["aantal_woningen"].tolist() == ["", "", "", "onbekend"]
    assert by_code[1]["gemiddelde_woz_waarde_woning"].tolist() == [
        "",
        "leeg",
        "geheim of onbekend",
        "geheim",
    ]
    # The dwellings are two years older than the inhabitants, and say so.
    assert layer.values.attrs["peiljaar"]["aantal_woningen"] == 2012
    assert layer.values.attrs["peiljaar"]["aantal_inwoners"] == 2014


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"crs28992res100m": ["E25N47", *CODES[1:]]}, "`E25N47` is geen vierkantcode"),
        ({"crs28992res100m": [CODES[1], *CODES[1:]]}, "meer dan eens"),
        ({"crs28992res100m": ["E2600N4700", *CODES[1:]]}, "1 vierkanten liggen elders"),
        ({"aantal_inwoners": ["1", "2", "3", "veel"]}, "`veel` is geen getal"),
    ],
)
def test_faulty_squares_are_told(tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    frame = squares()
    for name, cells in columns.items():
        frame[name] = cells
    assert message in said(write(frame, tmp_path / "vierkant_2022.gpkg"))


def test_squares_without_a_year_are_refused(tmp_path: Path) -> None:
    path = write(squares(), tmp_path / "vierkant.gpkg", layer="laag")
    assert "jaar van de vierkanten of postcodegebieden is onbekend" in said(path)


def test_what_holds_no_squares_is_not_recognised(tmp_path: Path) -> None:
    plain = squares().rename(columns={"crs28992res100m": "buurtcode"})
    assert vierkanten.recognise(write(plain, tmp_path / "buurten.gpkg")) is None
    (tmp_path / "a.json").write_text("[]")
    assert vierkanten.recognise(tmp_path / "a.json") is None
    (tmp_path / "vierkant100m.zip").write_bytes(b"PK\x03\x04half")
    assert "beschadigd" in said(tmp_path / "vierkant100m.zip")


@given(st.integers(0, 2999), st.integers(3000, 6199), st.sampled_from([100, 500]))
def test_a_square_lies_where_its_code_says(east: int, north: int, size: int) -> None:
    (square,) = vierkanten.square_geometry([f"E{east:04d}N{north:04d}"], size)
    assert square.bounds == (100 * east, 100 * north, 100 * east + size, 100 * north + size)


@pytest.mark.real
def test_groningen_2014(real_data: Path) -> None:
    layer = read(real_data / "cbs-groningen-2014-2017-shapes" / "vierkant100m2014.zip")
    assert (len(layer.frame), layer.size, layer.year) == (3_441, 100, 2014)
    assert layer.values["aantal_inwoners"].sum() == 198_370
    woz = layer.reasons["gemiddelde_woz_waarde_woning"].value_counts().to_dict()
    assert woz == {"": 2_216, "geheim of onbekend": 730, "leeg": 324, "onbekend": 171}


def test_postcode_areas_have_their_own_shape(tmp_path: Path) -> None:
    wide = squares(gemiddelde_woz_waarde_woning=[200, -99997, 310, None]).to_crs(4326)
    frame = wide.drop(columns="crs28992res100m").assign(
        postcode6=["7511 ab", "7511AC", "7512BA", "7513CD"]
    )
    path = write(frame, tmp_path / "cbs_pc6_2022_vol.gpkg", layer="postcode6")
    layer = read(path)
    assert (found(path).shape, layer.size, layer.year) == ("pc6", 0, 2022)
    assert layer.frame.index.tolist() == ["7511AB", "7511AC", "7512BA", "7513CD"]
    assert layer.frame.area.round().tolist() == [10_000.0] * 4
    assert layer.reasons.loc["7511AC", "gemiddelde_woz_waarde_woning"] == "geheim of onbekend"
    one = read(path, bbox=(250_010, 470_010, 250_090, 470_090))
    assert one.frame.index.tolist() == ["7511AB"]
    bad = frame.assign(postcode6=["0511AB", "7511A", *frame["postcode6"][2:]])
    wrong = write(bad, tmp_path / "cbs_pc6_2023.gpkg")
    assert "`0511AB` is geen postcode als 7511AB" in said(wrong)
