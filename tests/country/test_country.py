"""The whole (fictional) country in one index, and its municipalities from one intake."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sia import country
from sia.batch.status import processed_years
from sia.clustering.typenset import Typenset
from sia.country import index
from sia.country import land as country_land
from sia.errors import InputError
from sia.methode import WeighingSettings
from sia.settings import Folders
from sia.sources import store
from sia.sources.base import AreaLayer, Origin, Publisher
from sia.store import read_table
from sia.viz.country_map import STEPS, encode
from sia.viz.leaflet import hosts

YEAR = 2024
SETTINGS = WeighingSettings(draws=20)
NO_DRAWS = WeighingSettings(draws=0)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    root = tmp_path_factory.mktemp("land")
    return Folders(root / "processed", root / "reports")


@pytest.fixture(scope="module")
def land(raw: Path, folders: Folders, repository: Path) -> Iterator[country.Country]:
    patch = pytest.MonkeyPatch()
    patch.setenv("SIA_HOME", str(repository))
    yield country.country_step([raw], YEAR, folders, SETTINGS)
    patch.undo()


def known_buurten(land: country.Country) -> set[str]:
    found = country_land.whole_intake(land.maatstaf.store, YEAR)
    return {
        str(code)
        for table in found.tables
        if table.source == "cbs.kwb" and table.year == YEAR
        for code in table.values.index
        if str(code).startswith("BU")
    }


def test_every_buurt_of_every_municipality_is_ranked_or_has_a_reason(
    land: country.Country,
) -> None:
    table = land.tabel
    assert known_buurten(land) <= set(table.index)
    assert table["gemeentecode"].nunique() >= 10
    assert (table["gemeentecode"] == "GM" + table.index.str[2:6]).all()
    assert (table["gerangschikt"] == (table["reden"] == "")).all()
    assert (table["gerangschikt"] == table["rang"].notna()).all()
    assert 0 < table["gerangschikt"].sum() < len(table)
    names = table.groupby("gemeentecode")["gemeente"].first()
    assert names["GM9990"] == "Kwelderdam (fictief)"


def test_the_ranks_and_types_are_of_one_country(land: country.Country) -> None:
    table = land.tabel
    ranked = table[table["gerangschikt"]]
    expected = (-ranked["urgentie"]).rank(method="min")
    assert (ranked["rang"].astype(float) == expected).all()
    assert (ranked["rang_p05"] <= ranked["rang_p95"]).all()
    known = Typenset.standaard()
    found = table.dropna(subset=["type"])
    assert len(found) and (found["typenaam"] == found["type"].map(known.namen)).all()


def test_the_csv_is_the_table_in_dutch_notation(land: country.Country) -> None:
    text = (land.map / "buurten.csv").read_bytes().decode("utf-8-sig")
    read = pd.read_csv(land.map / "buurten.csv", sep=";", decimal=",", index_col=0)
    assert list(read.index) == list(land.tabel.index)
    assert read["urgentie"].to_numpy() == pytest.approx(
        land.tabel["urgentie"].to_numpy(), abs=0.001, nan_ok=True
    )
    assert re.search(r";\d+,\d+;", text)


def test_the_map_is_one_page_that_asks_nothing_and_holds_every_buurt(
    land: country.Country,
) -> None:
    page = land.rapport.read_text(encoding="utf-8")
    assert hosts(page) == ()
    assert "FICTIEF" in page
    found = re.search(r'id="gegevens">(.*?)</script>', page, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert data["codes"] == list(land.tabel.index)
    assert [layer["id"] for layer in data["lagen"]] == ["urgentie", "type"]
    drawn = [bool(polygons) for polygons in data["vlakken"]]
    assert drawn == list(~read_table(land.map / "gebieden.parquet").geometry.is_empty)
    classes = np.array(data["lagen"][0]["klasse"])
    assert ((classes >= 0) == land.tabel["rang"].notna().to_numpy()).all()


def test_a_municipality_is_read_from_the_store_as_it_was(land: country.Country) -> None:
    whole, own = (
        country_land.whole_intake(land.maatstaf.store, YEAR),
        country_land.intake_of(land.maatstaf.store, "GM9999", YEAR),
    )
    mine = re.compile(r"(BU|WK|GM)9999|NL")
    assert own.tables
    everything = {(t.source, t.year, t.origin.table): t for t in whole.tables}
    for table in own.tables:
        full = everything[table.source, table.year, table.origin.table]
        kept = [code for code in full.values.index if mine.match(str(code))]
        pd.testing.assert_frame_equal(table.values, full.values.loc[kept])
        pd.testing.assert_frame_equal(table.reasons, full.reasons.loc[kept])
        pd.testing.assert_frame_equal(table.regions, full.regions.loc[kept])
        pd.testing.assert_frame_equal(table.measures, full.measures)
    assert any(len(layer.frame) for layer in own.areas)


def test_only_the_tables_that_are_asked_for_are_opened(land: country.Country) -> None:
    whole = store.load_intake(land.maatstaf.store, "GM9999")
    part = store.load_intake(land.maatstaf.store, "GM9999", tabellen=("cbs.kwb",))
    none = store.load_intake(land.maatstaf.store, "GM9999", tabellen=())
    assert whole is not None and part is not None and none is not None
    kwb = [table.year for table in whole.tables if table.source == "cbs.kwb"]
    assert kwb and len(whole.tables) > len(kwb)
    assert [table.year for table in part.tables] == kwb
    assert not none.tables
    assert len(none.areas) == len(whole.areas) > 0
    assert len(none.squares) == len(whole.squares)


def test_a_municipality_has_the_figures_of_the_country_on_the_scale_of_the_country(
    land: country.Country, folders: Folders
) -> None:
    scores = country.municipality_step(land.maatstaf, "GM9990", folders, NO_DRAWS)
    folder = folders.processed / "NL" / "gemeenten" / "GM9990" / str(YEAR)
    own, whole = (read_table(f / "indicatoren.parquet") for f in (folder, land.map))
    assert set(own.index) == set(scores.index)
    pd.testing.assert_frame_equal(own, whole.loc[own.index])
    pd.testing.assert_frame_equal(read_table(folder / "normen.parquet"), land.maatstaf.normen)


def test_one_failing_municipality_does_not_stop_the_others(
    land: country.Country, folders: Folders
) -> None:
    lines: list[str] = []
    codes = ["GM9991", "GM1234", "GM9992"]
    done = country.municipalities(land.maatstaf, folders, NO_DRAWS, codes, lines.append)
    assert list(done["fout"] == "") == [True, False, True]
    assert "Geen enkele bron" in done.at["GM1234", "fout"]
    assert len(lines) == 4 and lines[-1].startswith("Kosten per gemeente (3): middelste")
    expected = (land.tabel["gemeentecode"] == "GM9992").sum()
    assert done.at["GM9992", "buurten"] == expected


def test_a_second_start_reads_no_raw_file(
    land: country.Country, raw: Path, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(store, "read_folder", refuse)
    assert store.open_store([raw], folders.processed) == land.maatstaf.store


def test_a_store_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="sia land"):
        country_land.intake_of(tmp_path, "GM9999", YEAR)


def _layer(count: int, year: int) -> AreaLayer:
    publisher = Publisher("uitgever", "CC BY 4.0", "{table} {year}")
    shapes = [shapely.box(n, 0, n + 1, 1) for n in range(count)]
    frame = gpd.GeoDataFrame(geometry=shapes, crs=28992)
    return AreaLayer("buurt", year, frame, Origin(Path("x"), "", publisher, "t", year))


def test_borders_of_one_region_do_not_go_before_those_of_the_country() -> None:
    region, whole = _layer(5, 2024), _layer(100, 2023)
    assert index.national_layers([region, whole]) == (whole,)


def test_only_the_borders_that_a_year_needs_are_opened() -> None:
    years = {0: 2013, 1: 2018, 2: 2019, 3: 2021, 4: 2024}
    kept = [store.KeptLayer(n, "buurt", year, 100) for n, year in years.items()]
    kept += [
        store.KeptLayer(5, "buurt", 2020, 5),
        store.KeptLayer(6, "wijk", 2013, 50),
        store.KeptLayer(7, "wijk", 2022, 50),
    ]
    # the region of 2020 is no country; 2021 is nearer than 2018 and as near as 2019
    assert index.layers_for(kept, 2020) == {1, 2, 3, 7}
    assert index.layers_for(kept, 2013) == {0, 6}
    assert index.layers_for([], 2020) == frozenset()


def test_borders_of_other_years_change_nothing(land: country.Country) -> None:
    kept = store.kept_layers(land.maatstaf.store)
    assert len({one.year for one in kept}) > 1
    everything = store.load_intake(land.maatstaf.store, jaren=[2023])
    assert everything is not None
    early = country_land.whole_intake(land.maatstaf.store, 2023)
    assert len(early.areas) < len(everything.areas)
    for one, other in zip(
        index.country_indicators(early, 2023),
        index.country_indicators(everything, 2023),
        strict=True,
    ):
        if isinstance(one, pd.Series):
            pd.testing.assert_series_equal(one, other)
        else:
            for name, frame in one.frames().items():
                pd.testing.assert_frame_equal(frame, other.frames()[name])


@given(st.integers(3, 12), st.floats(0.01, 0.5), st.floats(3.5, 7.0), st.floats(50.8, 53.5))
def test_borders_come_back_within_one_step(n: int, size: float, x: float, y: float) -> None:
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False)
    points = np.column_stack([x + size * np.cos(angles), y + size * np.sin(angles)])
    [[ring]] = encode(shapely.Polygon(points))
    back = np.cumsum(np.reshape(ring, (-1, 2)), axis=0) / STEPS
    assert np.abs(back - points).max() <= 0.5 / STEPS + 1e-9


def test_a_shape_too_small_for_the_grid_and_an_empty_one_have_no_rings() -> None:
    assert encode(shapely.Polygon()) == []
    assert encode(shapely.box(5, 52, 5 + 1e-7, 52 + 1e-7)) == []
    pieces = shapely.MultiPolygon([shapely.box(5, 52, 5.1, 52.1), shapely.box(6, 52, 6.1, 52.1)])
    assert len(encode(pieces)) == 2


def test_the_status_names_the_country_and_what_was_changed_in_it(
    land: country.Country, folders: Folders
) -> None:
    country.municipality_step(land.maatstaf, "GM9990", folders, NO_DRAWS)
    [row] = processed_years(folders, "NL")
    assert (row["jaar"], row["stappen"], row["gebreken"]) == (YEAR, ["land"], [])
    assert row["pagina"] == str(land.rapport)
    assert row["gemeenten"] >= 1
    assert row in processed_years(folders)
    table = land.map / "buurten.parquet"
    before = table.read_bytes()
    table.write_bytes(before + b"x")
    [row] = processed_years(folders, "nl")
    assert row["gebreken"] == ["land: buurten.parquet is later gewijzigd"]
    table.write_bytes(before)
    with pytest.raises(InputError, match="GM met vier cijfers"):
        processed_years(folders, "Nergenshuizen")
