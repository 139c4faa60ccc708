"""Open data: whole, described, harmless in a spreadsheet, nothing below a threshold."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
from voronoistad import city, material

from sia.report.material import Materiaal, selections
from sia.report.openness import description, open_approach, open_figures, write_open_data


def test_everything_is_written_and_described(materiaal: Materiaal, tmp_path: Path) -> None:
    written = write_open_data(tmp_path, materiaal)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in written)
    scores = pd.read_csv(tmp_path / "scores.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert list(scores["buurtcode"]) == list(materiaal.cijfers.gebieden.index)
    assert set(scores) - {"buurtcode", "naam"} <= set(description(materiaal).index)
    for name in ("scores.csv", "aanpak.csv"):
        table = pd.read_csv(tmp_path / name, sep=";", decimal=",", encoding="utf-8-sig")
        assert set(table) - {"buurtcode"} <= set(description(materiaal).index), name
        assert description(materiaal).loc[list(table.columns[1:]), "eenheid"].ne("").all()
    borders = gpd.read_file(tmp_path / "buurten.gpkg", layer="buurten")
    assert len(borders) == len(materiaal.cijfers.gebieden)
    assert borders.crs.to_epsg() == 28992
    assert len(gpd.read_file(tmp_path / "buurten.gpkg", layer="deelbuurten")) == 3
    assert "FICTIEF" in (tmp_path / "lees-mij.json").read_text(encoding="utf-8")


def test_figure_and_judgement_stand_side_by_side(materiaal: Materiaal) -> None:
    table = open_approach(materiaal.cijfers)
    stad = materiaal.cijfers
    pd.testing.assert_series_equal(table["aanpak"], stad.aanpak["aanpak"], check_names=False)
    judged = table[table["duiding"] != ""]
    assert list(judged.index) == [stad.gebieden.index[5], stad.gebieden.index[7]]
    assert judged["aanpak_na_duiding"].iloc[0] == "volgen"
    assert judged["duiding"].iloc[1].endswith("geldt die nog?")


def test_every_report_has_the_open_data_of_its_own_buurten(
    materiaal: Materiaal, tmp_path: Path
) -> None:
    made = selections(materiaal.cijfers)
    wijk = next(one for one in made if one.soort == "wijk")
    buurt = next(one for one in made if one.sleutel == wijk.codes[0])
    write_open_data(tmp_path, materiaal, [wijk, buurt])
    for one in (wijk, buurt):
        with zipfile.ZipFile(tmp_path / one.opendata) as packed:
            assert set(packed.namelist()) == {
                *("scores.csv", "aanpak.csv", "cijfers.csv", "kolommen.csv"),
                *("buurten.gpkg", "lees-mij.json"),
            }
            for name in ("scores.csv", "aanpak.csv", "cijfers.csv"):
                table = pd.read_csv(packed.open(name), sep=";", decimal=",")
                assert set(table["buurtcode"]) == set(one.codes), name
            packed.extract("buurten.gpkg", tmp_path / one.soort)
        borders = gpd.read_file(tmp_path / one.soort / "buurten.gpkg", layer="buurten")
        assert set(borders["buurtcode"]) == set(one.codes)
        assert {"aanpak", "aanpak_na_duiding", "duiding"} <= set(borders)
    change = next(one for one in made if one.gebied == wijk.gebied and one.soort == "verandering")
    assert change.opendata == wijk.opendata


def test_same_material_same_bytes(materiaal: Materiaal, tmp_path: Path) -> None:
    part = selections(materiaal.cijfers)[1:2]
    first, second = (write_open_data(tmp_path / name, materiaal, part) for name in "ab")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_formulas_in_names_are_text(tmp_path: Path) -> None:
    write_open_data(tmp_path, material(city(12, bad_names=True)))
    text = (tmp_path / "scores.csv").read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK" in text
    names = pd.read_csv(io.StringIO(text), sep=";")["naam"]
    assert not names.str.startswith("=").any()


def test_a_withheld_value_is_empty_and_says_so(materiaal: Materiaal) -> None:
    stad = materiaal.cijfers
    name = "sociaal_1"
    limits = pd.Series(0.0, index=stad.catalogus.index)
    limits[name] = 100.0
    limited = replace(
        stad,
        catalogus=stad.catalogus.assign(publicatiedrempel=limits),
        noemers=pd.DataFrame({name: stad.gebieden["inwoners"]}),
    )
    rows = open_figures(limited).query("indicator == @name")
    small = stad.gebieden["inwoners"] < 100
    known = stad.indicatoren[name].notna()
    assert rows.loc[small, "waarde"].isna().all()
    assert (
        rows.loc[small & known, "vlag"] == "ontbreekt: te weinig om te tonen, of onbekend hoeveel"
    ).all()
    assert rows.loc[~small, "waarde"].equals(stad.indicatoren.loc[~small, name].rename("waarde"))
