from __future__ import annotations

import json
import logging
import tomllib
import warnings
import zipfile
from itertools import permutations
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box
from shapely.affinity import translate

from sia.errors import InputError
from sia.sources import pdok
from sia.sources.base import SECRET, SECRET_OR_UNKNOWN, UNKNOWN, AreaLayer, Found, SourceTable

WEST, SOUTH = 250_000.0, 470_000.0
EDITIONS = tomllib.loads(
    (Path(pdok.__file__).parent / "measures" / "pdok.toml").read_text(encoding="utf-8")
)["editions"]
AGES = [10, 15, 25, 30, 20]


def cell(i: int, size: float = 400.0) -> Polygon:
    x, y = WEST + size * (i % 4), SOUTH + size * (i // 4)
    return box(x, y, x + size, y + size)


def buurten(n: int = 6, **columns: Any) -> gpd.GeoDataFrame:
    codes = [f"BU9999{i // 4:02d}{i % 4:02d}" for i in range(n)]
    return gpd.GeoDataFrame(
        {
            "buurtcode": codes,
            "buurtnaam": [f"Buurt {i}" for i in range(n)],
            "wijkcode": ["WK" + c[2:8] for c in codes],
            "gemeentecode": "GM9999",
            "gemeentenaam": "Voorbeeldstad",
            "indelingswijziging_wijken_en_buurten": [1 + i % 3 for i in range(n)],
            "water": "NEE",
            "aantal_inwoners": [100 * (i + 1) for i in range(n)],
            "percentage_huurwoningen": [10.0 * i for i in range(n)],
            "jrstatcode": [f"2024{c}" for c in codes],
            "jaar": 2024,
            **columns,
        },
        geometry=[cell(i) for i in range(n)],
        crs=28992,
    )


def write(frame: gpd.GeoDataFrame, path: Path, **more: Any) -> Path:
    with warnings.catch_warnings():
        # A shapefile clips names and may lack a projection, which is what these tests are about.
        warnings.simplefilter("ignore")
        frame.to_file(path, engine="pyogrio", **more)
    return path


def found(path: Path) -> Found:
    recognised = pdok.recognise(path)
    assert recognised is not None
    return recognised


def read(path: Path, **more: Any) -> tuple[AreaLayer, SourceTable]:
    areas, table = pdok.read(found(path), **more)
    assert isinstance(areas, AreaLayer)
    assert isinstance(table, SourceTable)
    return areas, table


def problems(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        pdok.read(found(path))
    assert all(
        str(path) in p.bestand or str(path.parent) in p.bestand for p in caught.value.problems
    )
    return str(caught.value)


def check_six(areas: AreaLayer, table: SourceTable) -> None:
    assert areas.frame.crs.to_epsg() == 28992
    assert areas.frame.index.tolist() == [f"BU9999{i // 4:02d}{i % 4:02d}" for i in range(6)]
    assert list(areas.frame.columns) == [
        "naam",
        "wijkcode",
        "gemeentecode",
        "gemeentenaam",
        "water",
        "indelingswijziging",
        "geometry",
    ]
    assert areas.frame["wijkcode"].tolist() == ["WK999900"] * 4 + ["WK999901"] * 2
    assert areas.frame["indelingswijziging"].tolist() == [1, 2, 3, 1, 2, 3]
    assert areas.frame.area.to_numpy() == pytest.approx(160_000.0, rel=1e-4)
    assert (areas.level, areas.year, table.year) == ("buurt", 2024, 2024)
    assert table.values["aantal_inwoners"].tolist() == [100, 200, 300, 400, 500, 600]
    assert table.measures.loc["percentage_huurwoningen", "unit"] == "%"
    assert table.regions["niveau"].eq("buurt").all()


@pytest.mark.parametrize("crs", [28992, 4326, 3857])
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_every_reference_system_ends_in_rd(tmp_path: Path, crs: int, suffix: str) -> None:
    path = write(buurten().to_crs(crs), tmp_path / f"buurten{suffix}")
    check_six(*read(path))


def test_a_geopackage_gives_every_level_that_it_holds(tmp_path: Path) -> None:
    frame, path = buurten(), tmp_path / "wijkenbuurten_2024.gpkg"
    write(frame, path, layer="buurten")
    keep = ["gemeentecode", "gemeentenaam", "water", "aantal_inwoners", "jaar", "geometry"]
    wijken = frame.dissolve("wijkcode", aggfunc="first").reset_index()
    write(wijken[["wijkcode", *keep]].assign(wijknaam="Wijk"), path, layer="wijken", mode="a")
    write(frame.dissolve("gemeentecode").reset_index()[keep], path, layer="gemeenten", mode="a")
    records = pdok.read(found(path))
    assert [r.level for r in records[:3]] == ["buurt", "wijk", "gemeente"]  # type: ignore[union-attr]
    table = records[3]
    assert isinstance(table, SourceTable)
    assert table.regions["niveau"].value_counts().to_dict() == {
        "buurt": 6,
        "wijk": 2,
        "gemeente": 1,
    }
    assert table.regions.loc["WK999901", "naam"] == "Wijk"
    assert table.reasons.loc["GM9999", "percentage_huurwoningen"] == "leeg"


def full_2021(n: int = 6) -> gpd.GeoDataFrame:
    names = EDITIONS[0]["columns"]
    frame = buurten(n).drop(columns=["jrstatcode"])
    values: dict[str, Any] = {}
    for k, name in enumerate(names):
        known = frame.get(name)
        values[name] = [100 + k] * n if known is None else list(known)
    for name, share in zip([x for x in names if "_personen_" in x], AGES, strict=True):
        values[name] = [share] * n
    for group in (
        ["ongehuwd", "gehuwd", "gescheid", "verweduwd"],
        ["n_pers", "zonder_k", "met_kind"],
    ):
        for name in names:
            if any(part in name for part in group) and name.startswith("percentage"):
                values[name] = [100 // len(group)] * n
    for name in names:
        if name.startswith("percentage_") and max(values[name]) > 100:
            values[name] = [3] * n
    values["percentage_eenpersoonshuishoudens"] = [34] * n
    values["jaarstatcode"] = [f"2021{c}" for c in frame["buurtcode"]]
    values["jaar"] = [2021] * n
    return gpd.GeoDataFrame(values, geometry=list(frame.geometry), crs=28992)


@pytest.mark.parametrize("zipped", [False, True])
def test_clipped_shapefile_names_are_read_by_position(tmp_path: Path, zipped: bool) -> None:
    frame = full_2021()
    path = write(frame, tmp_path / "kaart.shp")
    if zipped:
        with zipfile.ZipFile(tmp_path / "kaart.zip", "w") as archive:
            for part in tmp_path.glob("kaart.*"):
                if part.suffix != ".zip":
                    archive.write(part, f"map/{part.name}")
        path = tmp_path / "kaart.zip"
    areas, table = read(path)
    assert (areas.year, areas.frame["indelingswijziging"].tolist()) == (2021, [1, 2, 3, 1, 2, 3])
    measures = [name for name in frame.columns if name in table.values]
    assert len(measures) == 30
    for name in measures:
        assert table.values[name].tolist() == frame[name].tolist(), name
    assert table.measures.loc["percentage_personen_65_jaar_en_ouder", "column"] == "percenta_4"


def test_laundering_follows_the_shapefile_driver() -> None:
    names = ["percentage_a", "percentage_b", *(f"percentage_{i}" for i in range(9)), "kort", "kort"]
    assert pdok.launder(names)[:3] == ["percentage", "percenta_1", "percenta_2"]
    assert pdok.launder(names)[9:] == ["percenta_9", "percenta10", "kort", "kort_1"]


def test_a_clipped_name_of_another_edition_is_left_unread(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Three percentages: no edition has a family of that size, so their meaning is unknown.
    columns = {"percentage_x": 1, "percentage_y": 2, "percentage_z": 3}
    frame = buurten(**columns).drop(columns="percentage_huurwoningen")
    path = write(frame, tmp_path / "kaart.shp")
    with caplog.at_level(logging.WARNING):
        _, table = read(path)
    assert list(table.values) == ["aantal_inwoners"]
    assert "percenta_1" in caplog.text


def test_clipped_names_read_in_the_wrong_order_are_refused(tmp_path: Path) -> None:
    frame = full_2021()
    frame["percentage_personen_0_tot_15_jaar"] = 90
    path = write(frame, tmp_path / "kaart.shp")
    assert "tellen op tot 180 %" in problems(path)


def test_upper_case_names_of_2017(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {
            "BU_CODE": ["BU99990000"],
            "BU_NAAM": ["Kern"],
            "WK_CODE": ["WK999900"],
            "GM_CODE": ["GM9999"],
            "GM_NAAM": ["Voorbeeldstad"],
            "IND_WBI": [2],
            "WATER": ["NEE"],
            "AANT_INW": [120],
            "P_65_EO_JR": [-99999999],
            "P_N_W_AL": [4],
        },
        geometry=[cell(0)],
        crs=28992,
    )
    path = write(frame, tmp_path / "buurt2017.shp")
    assert "bestandsnaam" in found(path).note
    areas, table = read(path)
    assert (areas.year, areas.frame.loc["BU99990000", "naam"]) == (2017, "Kern")
    assert table.values.loc["BU99990000", "aantal_inwoners"] == 120
    assert (
        table.reasons.loc["BU99990000", "percentage_personen_65_jaar_en_ouder"]
        == "geheim of onbekend"
    )
    assert "percentage_niet_westerse_migratieachtergrond" in table.values


def test_missing_codes_keep_their_reason(tmp_path: Path) -> None:
    codes = [-99997, -99995, -99991, -99999999, 0, None]
    path = write(buurten(aantal_inwoners=pd.array(codes, dtype="Int64")), tmp_path / "b.gpkg")
    _, table = read(path)
    assert table.reasons["aantal_inwoners"].tolist() == [
        "geheim of onbekend",
        "nog niet gepubliceerd",
        "niet meer gepubliceerd",
        "geheim of onbekend",
        "",
        "leeg",
    ]
    assert table.values["aantal_inwoners"].isna().tolist() == [True] * 4 + [False, True]
    assert table.values["aantal_inwoners"].iloc[4] == 0


@pytest.mark.parametrize(
    ("old", "canonical"),
    [
        ("gemiddeld_electriciteitsverbruik_totaal", "gemiddeld_elektriciteitsverbruik_totaal"),
        ("restaurant_aantal_binnen_3_km", "restaurant_gemiddeld_aantal_binnen_3_km"),
        ("percentage_westerse_migratieachtergrond", "percentage_westerse_migratieachtergrond"),
        ("een_nieuwe_maat_van_2026", "een_nieuwe_maat_van_2026"),
    ],
)
def test_older_spellings_get_the_canonical_name(tmp_path: Path, old: str, canonical: str) -> None:
    _, table = read(write(buurten(**{old: 7}), tmp_path / "b.gpkg"))
    assert table.values[canonical].eq(7).all()
    assert table.measures.loc[canonical, "column"] == old


@pytest.mark.parametrize(("folder", "year", "where"), [("kaart-2019", 2019, "mapnaam")])
def test_the_year_of_the_folder_counts_when_the_file_is_silent(
    tmp_path: Path, folder: str, year: int, where: str
) -> None:
    (tmp_path / folder).mkdir()
    frame = buurten().drop(columns=["jaar", "jrstatcode"])
    path = write(frame, tmp_path / folder / "buurten.gpkg")
    assert where in found(path).note
    assert read(path)[0].year == year


def test_no_year_and_two_years_are_both_refused(tmp_path: Path) -> None:
    silent = buurten().drop(columns=["jaar", "jrstatcode"])
    assert "jaar van de kaart is onbekend" in problems(write(silent, tmp_path / "a.gpkg"))
    mixed = buurten(jaar=[2023, 2024] * 3)
    assert "mengt jaren" in problems(write(mixed, tmp_path / "b.gpkg"))


def test_parts_of_one_area_are_joined_and_its_water_left_out(tmp_path: Path) -> None:
    frame = buurten(3)
    second = frame.iloc[[0]].assign(geometry=[cell(8)])
    water = frame.iloc[[1]].assign(geometry=[cell(9)], water="JA", aantal_inwoners=-99999999)
    lake = frame.iloc[[2]].assign(buurtcode="BU99990009", geometry=[cell(10)], water="JA")
    path = write(pd.concat([frame, second, water, lake]), tmp_path / "b.gpkg")
    areas, table = read(path)
    assert areas.frame.area.tolist() == pytest.approx([320_000.0, 160_000.0, 160_000.0, 160_000.0])
    assert areas.frame["water"].tolist() == [False, False, False, True]
    assert table.values.loc["BU99990001", "aantal_inwoners"] == 200


def test_doubles_that_disagree_are_refused(tmp_path: Path) -> None:
    frame = buurten(3)
    twice = frame.iloc[[1]].assign(aantal_inwoners=1, geometry=[cell(7)])
    said = problems(write(pd.concat([frame, twice]), tmp_path / "b.gpkg"))
    assert "BU99990001" in said
    assert "meer dan eens" in said


def test_invalid_outlines_are_repaired_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bow = Polygon([(0, 0), (400, 400), (400, 0), (0, 400)])
    shapes = [cell(0), translate(bow, WEST + 400, SOUTH)]
    with caplog.at_level(logging.WARNING):
        areas, _ = read(write(buurten(2).set_geometry(shapes, crs=28992), tmp_path / "b.gpkg"))
    assert areas.frame.is_valid.all()
    assert areas.frame.area.iloc[1] == pytest.approx(80_000.0)
    assert "1 ongeldige vlakken hersteld" in caplog.text


def with_crs(frame: gpd.GeoDataFrame, crs: int | None) -> gpd.GeoDataFrame:
    return frame.set_crs(crs, allow_override=True)


def test_a_wrong_reference_system_is_told_with_the_likely_one(tmp_path: Path) -> None:
    said = problems(write(with_crs(buurten(), 4326), tmp_path / "b.gpkg"))
    assert "EPSG:4326" in said
    assert "lijken op EPSG:28992" in said
    swapped = buurten().to_crs(4326)
    swapped.geometry = [Polygon([(y, x) for x, y in g.exterior.coords]) for g in swapped.geometry]
    assert "omgewisseld" in problems(write(swapped, tmp_path / "c.geojson"))


def test_a_mixture_of_reference_systems_names_the_rows(tmp_path: Path) -> None:
    frame = buurten()
    shapes = [*frame.geometry[:5], frame.to_crs(4326).geometry.iloc[5]]
    said = problems(write(frame.set_geometry(shapes, crs=28992), tmp_path / "b.gpkg"))
    assert "1 van 6 vlakken" in said
    assert "BU99990101" in said


def test_a_shapefile_without_prj_is_refused(tmp_path: Path) -> None:
    frame = buurten()[["buurtcode", "water", "geometry"]].set_crs(None, allow_override=True)
    path = write(frame, tmp_path / "buurten2020.shp")
    (tmp_path / "buurten2020.prj").unlink(missing_ok=True)
    said = problems(path)
    assert "niet in welk coördinatenstelsel" in said
    assert "EPSG:28992" in said


def test_a_map_reads_its_cells_by_the_signs_of_every_table(tmp_path: Path) -> None:
    cells = ["1,5", "2,5", ".", "x", "-", "50,5"]
    path = write(buurten().assign(percentage_huurwoningen=cells), tmp_path / "buurten.gpkg")
    _, table = read(path)
    assert table.values["percentage_huurwoningen"].dropna().tolist() == [1.5, 2.5, 50.5]
    assert table.reasons["percentage_huurwoningen"].tolist()[2:5] == [
        SECRET_OR_UNKNOWN,
        SECRET,
        UNKNOWN,
    ]


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "code of nothing": (
        {"buurtcode": ["x", *(f"BU9999000{i}" for i in range(5))]},
        "geen regiocode",
    ),
    "code of another level": ({"buurtcode": ["GM9999"] * 6}, "geen buurtcode"),
    "share over 100": ({"percentage_huurwoningen": 130.0}, "130 kan niet"),
    "negative count": ({"aantal_inwoners": -5}, "-5 kan niet"),
    "text in a measure": (
        {"aantal_inwoners": ["1", "2", "3", "4", "5", "veel"]},
        "`veel` is geen getal",
    ),
    "two columns of one measure": (
        {
            "restaurant_aantal_binnen_3_km": 1,
            "restaurant_gemiddeld_aantal_binnen_3_km": 2,
        },
        "dezelfde maat",
    ),
    "points": ({"geometry": [Point(WEST, SOUTH)] * 6}, "geen bruikbaar vlak"),
    "empty outlines": (
        {"geometry": [cell(0), *[MultiPolygon()] * 4, cell(5)]},
        "bruikbaar vlak",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_map_is_told_with_place_and_remedy(tmp_path: Path, fault: str) -> None:
    columns, said = FAULTS[fault]
    frame = buurten()
    shapes = columns.pop("geometry", None) if "geometry" in columns else None
    for name, value in columns.items():
        frame[name] = value
    if shapes is not None:
        frame = frame.set_geometry(gpd.GeoSeries(shapes, crs=28992))
        columns["geometry"] = shapes
    path = write(frame, tmp_path / "b.gpkg")
    if fault == "points":
        # A layer of points is no map of areas at all.
        assert pdok.recognise(path) is None
        return
    assert said in problems(path)


def geojson(path: Path, frame: gpd.GeoDataFrame, **members: Any) -> Path:
    content = json.loads(frame.to_crs(4326).to_json())
    path.write_text(json.dumps({**content, **members}))
    return path


def test_pages_of_an_ogc_service_are_read_together(tmp_path: Path) -> None:
    frame = buurten()
    links = {"links": [{"rel": "next", "href": "https://voorbeeld/items?cursor=2"}]}
    one = geojson(tmp_path / "buurten_p1.json", frame[:4], numberMatched=6, **links)
    assert "4 van 6" in problems(one)
    two = geojson(tmp_path / "buurten_p2.json", frame[4:], numberMatched=6)
    check_six(*read(one))
    assert found(two).note == "Wordt met pagina 1 gelezen."
    assert pdok.read(found(two)) == ()


def test_a_topojson_with_codes_only(tmp_path: Path) -> None:
    topology = {
        "type": "Topology",
        "transform": {"scale": [0.001, 0.001], "translate": [6.8, 52.2]},
        "objects": {
            "buurten": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Polygon", "arcs": [[0, 1]], "properties": {"statcode": "BU99990000"}},
                    {
                        "type": "Polygon",
                        "arcs": [[-2, 2]],
                        "properties": {"statcode": "BU99990001"},
                    },
                ],
            }
        },
        "arcs": [
            [[10, 0], [-10, 0], [0, 10], [10, 0]],
            [[10, 10], [0, -10]],
            [[10, 10], [10, 0], [0, -10], [-10, 0]],
        ],
    }
    path = tmp_path / "buurten_2019.json"
    path.write_text(json.dumps(topology))
    (areas,) = pdok.read(found(path))
    assert isinstance(areas, AreaLayer)
    assert (areas.year, areas.frame.crs.to_epsg()) == (2019, 28992)
    assert areas.frame["naam"].tolist() == ["", ""]
    assert areas.frame["gemeentecode"].tolist() == ["GM9999", "GM9999"]
    assert areas.frame.geometry.iloc[0].touches(areas.frame.geometry.iloc[1])


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@pytest.mark.parametrize("spell", [camel, lambda name: name.replace("_", "")])
def test_every_name_of_the_services_editions_is_read_in_their_spelling(spell: Any) -> None:
    names = [name for edition in EDITIONS for name in edition["columns"]]
    decoded = pdok.decode([spell(name) for name in names])
    plain = pdok.decode(names)
    assert {spell(raw): canon for raw, canon in plain.measures.items()} == decoded.measures
    assert decoded.unknown == ()


def test_a_wfs_answer_in_camel_case_gives_borders_and_figures(tmp_path: Path) -> None:
    frame = buurten().rename(columns=lambda c: c if c == "geometry" else camel(c))
    frame = frame.rename(columns={"jrstatcode": "jrstatcode"}).assign(geboortesPer1000Inwoners=9)
    _, table = read(geojson(tmp_path / "buurten.geojson", frame))
    assert table.values["aantal_inwoners"].tolist() == [100, 200, 300, 400, 500, 600]
    assert table.values["geboortes_per_1000_inwoners"].eq(9).all()


@pytest.mark.parametrize("heading", ["CBS_Buurtcode", "CODE", "buurtcode"])
def test_an_own_border_map_is_known_by_its_codes(tmp_path: Path, heading: str) -> None:
    codes = [f"BU9999000{i}" for i in range(6)]
    own = gpd.GeoDataFrame(
        {heading: codes, "Stadsdeel": "Noord"}, geometry=[cell(i) for i in range(6)], crs=28992
    )
    path = write(own, tmp_path / "eigen-2023.gpkg")
    (areas,) = pdok.read(found(path))
    assert areas.frame.index.tolist() == codes  # type: ignore[union-attr]
    dwellings = write(own.assign(**{heading: codes[:3] * 2}), tmp_path / "panden-2023.gpkg")
    assert pdok.recognise(dwellings) is None
    assert heading in pdok.why_unknown(dwellings)


def test_a_map_of_points_says_that_it_is_one(tmp_path: Path) -> None:
    frame = buurten().set_geometry(gpd.GeoSeries([Point(WEST, SOUTH)] * 6, crs=28992))
    assert "punten" in pdok.why_unknown(write(frame, tmp_path / "b.gpkg"))


@pytest.mark.parametrize("shape", [None, MultiPolygon(), Point(WEST, SOUTH)])
def test_an_area_without_outline_keeps_its_figures_and_is_named(tmp_path: Path, shape: Any) -> None:
    shapes = [cell(0), shape, *map(cell, range(2, 6))]
    frame = buurten().set_geometry(gpd.GeoSeries(shapes, crs=28992))
    areas, table = read(geojson(tmp_path / "b.geojson", frame))
    assert "BU99990001" not in areas.frame.index
    assert areas.note == "zonder vlak in de kaart: BU99990001"
    assert table.values.loc["BU99990001", "aantal_inwoners"] == 200


@pytest.mark.parametrize("total", ["numberMatched", "totalFeatures"])
def test_a_part_of_a_map_is_refused(tmp_path: Path, total: str) -> None:
    path = geojson(tmp_path / "buurten.geojson", buurten(), **{total: 2501})
    assert "6 van 2501 gebieden" in problems(path)


@pytest.mark.parametrize("told", [{"exceededTransferLimit": True}, {"properties": None}])
def test_an_answer_that_was_cut_off_is_refused(tmp_path: Path, told: dict[str, Any]) -> None:
    inside = {"properties": {"exceededTransferLimit": True}} if "properties" in told else told
    path = geojson(tmp_path / "buurten.geojson", buurten(), **inside)
    assert "een deel van de kaart" in problems(path)


@pytest.mark.parametrize(
    "content",
    [
        '{"exceptions": [{"code": "x", "text": "Illegal property name"}]}',
        "<ows:ExceptionReport><ows:ExceptionText>Illegal property name</ows:ExceptionText>",
    ],
)
def test_what_a_service_said_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "buurten_2023.geojson"
    path.write_text(content)
    assert "in plaats van een kaart: Illegal property name." in problems(path)


@pytest.mark.parametrize("heading", ["CBS_Buurtcode", "cbs:buurtcode", "Buurt_code"])
def test_a_code_of_the_buurt_goes_before_that_of_the_wijk(tmp_path: Path, heading: str) -> None:
    areas, *_ = read(
        geojson(tmp_path / "b.geojson", buurten().rename(columns={"buurtcode": heading}))
    )
    assert (areas.level, len(areas.frame)) == ("buurt", 6)


def test_an_area_without_code_is_left_out_and_told(tmp_path: Path) -> None:
    frame = buurten()
    frame.loc[1, "buurtcode"] = None
    areas, *_ = read(geojson(tmp_path / "b.geojson", frame))
    assert len(areas.frame) == 5
    assert areas.note == "vlakken zonder code, niet gelezen: 1"


def test_an_outline_without_a_number_is_named(tmp_path: Path) -> None:
    path = geojson(tmp_path / "b.geojson", buurten())
    content = json.loads(path.read_text())
    content["features"][0]["geometry"]["coordinates"][0][1][0] = float("nan")
    path.write_text(json.dumps(content))
    areas, *_ = read(path)
    assert "BU99990000" in areas.note


def test_a_map_without_any_area_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "buurten_2023.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')
    assert "geen enkel gebied" in problems(path)


def test_a_shapefile_without_its_table_says_so(tmp_path: Path) -> None:
    path = write(buurten(), tmp_path / "buurt_2018.shp")
    path.with_suffix(".dbf").unlink()
    assert ".dbf" in problems(path)


def test_outlines_with_names_only_are_found_but_give_no_borders(tmp_path: Path) -> None:
    frame = buurten()[["geometry"]].assign(name="Laares")
    path = geojson(tmp_path / "stad.geojson", frame)
    assert (found(path).shape, "geen CBS-codes" in found(path).note) == ("alleen namen", True)
    assert pdok.read(found(path)) == ()


def test_what_is_no_map_of_buurten_is_not_recognised(tmp_path: Path) -> None:
    squares = buurten(crs28992res100m="E2500N4700")
    scores = buurten(afw=0.1, bu_code="BU99990000")
    for name, frame in (("v.gpkg", squares), ("l.gpkg", scores)):
        assert pdok.recognise(write(frame, tmp_path / name)) is None
    (tmp_path / "tabel.json").write_text('{"value": []}')
    (tmp_path / "tabel.csv").write_text("buurtcode;water\n")
    (tmp_path / "iets.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    for name in ("tabel.json", "tabel.csv", "iets.zip"):
        assert pdok.recognise(tmp_path / name) is None


@pytest.mark.parametrize(
    "name", ["buurten_2024.gpkg", "kaart.shp", "kaart.geojson", "cbs_buurt.zip"]
)
@pytest.mark.parametrize("content", [b"", b"<html>weg</html>", b"PK\x03\x04half"])
def test_a_damaged_map_says_so(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert "beschadigd" in problems(path)


def test_a_damaged_r_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "NLD_dist.rda"
    path.write_bytes(b"RDX3\nhalf")
    assert "beschadigd" in problems(path)
    assert pdok.recognise(tmp_path / "iets_anders.rda") is None


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("heel")
    frame = buurten()
    return {
        "b.gpkg": write(frame, folder / "b.gpkg").read_bytes(),
        "b.geojson": write(frame.to_crs(4326), folder / "b.geojson").read_bytes(),
    }


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(["b.gpkg", "b.geojson"]),
    where=st.floats(0, 1),
    what=st.binary(max_size=8),
    cut=st.booleans(),
)
def test_a_mutilated_map_ends_in_a_clear_error_or_a_correct_read(
    originals: dict[str, bytes], tmp_path: Path, name: str, where: float, what: bytes, cut: bool
) -> None:
    whole = originals[name]
    at = int(where * len(whole))
    path = tmp_path / name
    path.write_bytes(whole[:at] if cut else whole[:at] + what + whole[at + len(what) :])
    recognised = pdok.recognise(path)
    if recognised is None:
        return
    try:
        records = pdok.read(recognised)
    except InputError as error:
        assert error.problems
        return
    for record in records:
        if isinstance(record, AreaLayer):
            assert record.frame.is_valid.all()
            assert record.frame.index.is_unique
        elif isinstance(record, SourceTable):
            assert record.values.isna().eq(record.reasons.ne("")).all().all()


@pytest.mark.real
def test_the_2021_shapefile_of_twente(real_data: Path) -> None:
    folder = real_data / "cbs-wijkenbuurten-2021-twente"
    areas, table = read(folder / "buurten.shp")
    own = areas.frame[areas.frame["gemeentecode"] == "GM0153"]
    assert (len(areas.frame), len(own), own["wijkcode"].nunique()) == (517, 70, 10)
    assert own.is_valid.all()
    assert not own["water"].any()
    assert table.values.loc[own.index, "aantal_inwoners"].sum() == 159_655
    assert int(table.values.isna().sum().sum()) == 1_366
    outline, figures = read(folder / "gemeente.json")
    assert (outline.level, len(outline.frame), outline.frame.crs.to_epsg()) == (
        "gemeente",
        14,
        28992,
    )
    # Names cut by position: the same gemeente, from two files, has the same meaning.
    members = table.values.loc[own.index]
    weight = members["aantal_inwoners"]
    mean = (members["percentage_personen_65_jaar_en_ouder"] * weight).sum() / weight.sum()
    assert figures.values.loc["GM0153", "percentage_personen_65_jaar_en_ouder"] == pytest.approx(
        mean, abs=1
    )


@pytest.mark.real
def test_the_2019_topojson_of_the_whole_country(real_data: Path) -> None:
    path = real_data / "cbs-buurten-2019-topojson" / "buurten.json"
    assert "mapnaam" in found(path).note
    (areas,) = pdok.read(found(path))
    assert isinstance(areas, AreaLayer)
    assert (len(areas.frame), areas.year) == (13_594, 2019)
    assert (areas.frame["gemeentecode"] == "GM0153").sum() == 70
    assert areas.frame.is_valid.all()


@pytest.mark.real
def test_hengelo_has_every_theme(real_data: Path) -> None:
    areas, table = read(real_data / "cbs-buurten-2019-topojson" / "Buurten_Hengelo.json")
    assert len(areas.frame) == 62
    assert int(table.values.isna().sum().sum()) == 963
    assert set(table.reasons.to_numpy().ravel()) == {"", "geheim of onbekend"}
    assert table.values["perc_huurwoningen_in_bezit_woningcorporaties"].notna().sum() > 40
    assert "gemiddeld_elektriciteitsverbruik_totaal" in table.values


@pytest.mark.real
def test_the_crime_columns_of_hengelo_are_not_shifted(real_data: Path) -> None:
    # The centre has 1 theft and 97 violent crimes per 1,000; KWB 2017 has 8 and 90 there, so the
    # columns are in place: "totaal_diefstal" is theft from dwellings, and the centre has few.
    _, table = read(real_data / "cbs-buurten-2019-topojson" / "Buurten_Hengelo.json")
    path = next((real_data / "cbs-kwb-2017-83765NED-subset").glob("*.csv"))
    kwb = pd.read_csv(path).set_index("WijkenEnBuurten")
    theirs = [
        "TotaalDiefstalUitWoningSchuurED_106",
        "VernielingMisdrijfTegenOpenbareOrde_107",
        "GeweldsEnSeksueleMisdrijven_108",
    ]
    ours = [
        "totaal_diefstal",
        "vernieling_misdrijf_tegen_openbare_orde",
        "gewelds_en_seksuele_misdrijven",
    ]
    both = table.values[ours].join(kwb[theirs], how="inner").dropna()
    likeness = both.corr().loc[ours, theirs].to_numpy()
    assert len(both) > 30
    # Of the six ways to match three columns, the order as it stands fits best.
    fits = {order: likeness[range(3), order].sum() for order in permutations(range(3))}
    assert max(fits, key=lambda order: fits[order]) == (0, 1, 2)
    assert likeness[2, 2] > 0.95
    assert table.measures.loc[ours, "unit"].eq("per 1.000 inwoners").all()


@pytest.mark.real
def test_groningen_and_tmap_and_the_outlines_without_codes(real_data: Path) -> None:
    groningen = real_data / "cbs-groningen-2014-2017-shapes"
    areas, table = read(groningen / "buurt2017.zip")
    assert (len(areas.frame), areas.year, areas.frame.crs.to_epsg()) == (108, 2017, 28992)
    assert len(table.values.columns) == 30
    wijken, figures = read(real_data / "cbs-wijken-2022-tmap" / "NLD_dist.rda")
    assert (len(wijken.frame), wijken.year, wijken.level) == (3_340, 2022, "wijk")
    assert (wijken.frame["gemeentecode"] == "GM0153").sum() == 10
    assert figures.values["stedelijkheid_adressen_per_km2"].between(1, 5).sum() == 3_335
    hood = found(real_data / "click-that-hood-enschede-2013" / "enschede.geojson")
    assert hood.shape == "alleen namen"
    assert pdok.read(hood) == ()
