"""Intake: every file has a row, one bad file takes nothing down, and the order is fixed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sia.errors import InputError
from sia.sources import registry
from sia.sources.registry import COLUMNS, SOURCES
from sia.sources.registry import read_folder as intake

_KWB = (
    "gwb_code;regio;gm_naam;a_inw;p_koopw\nBU99990000;Noord;Stad;120;55\nGM9999;Stad;Stad;120;55\n"
)
_OWN = "buurtcode;meldingen\nBU99990000;4\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "bron"
    (root / "sub").mkdir(parents=True)
    (root / "kwb-2019.csv").write_text(_KWB)
    (root / "kwb-2024.csv").write_text(_KWB)
    (root / "sub" / "meldingen-2024.csv").write_text(_OWN)
    (root / "LEESMIJ.md").write_text("uitleg")
    (root / "namen.csv").write_text("Identifier,Title\nBU99990000,Noord\n")
    (root / "fout-2024.csv").write_text("gwb_code;a_inw\nBU99990000;veel\nBU99990000;2\n")
    (root / "pagina.json").write_text("<html>503</html>")
    (root / "leeg.csv").write_text("")
    (root / "kapot.xlsx").write_bytes(b"PK\x03\x04kapot")
    (root / ".verborgen").write_text("x")
    return root


def _status(files: pd.DataFrame) -> dict[str, str]:
    return dict(zip(files["bestand"], files["status"], strict=True))


def test_every_file_has_a_row_with_status_and_reason(folder: Path) -> None:
    result = intake(folder)
    assert list(result.files.columns) == list(COLUMNS)
    assert _status(result.files) == {
        "LEESMIJ.md": "overgeslagen",
        "fout-2024.csv": "fout",
        "kapot.xlsx": "fout",
        "kwb-2019.csv": "gelezen",
        "kwb-2024.csv": "overgeslagen",
        "leeg.csv": "fout",
        "namen.csv": "overgeslagen",
        "pagina.json": "fout",
        "sub/meldingen-2024.csv": "gelezen",
    }
    remark = result.files.set_index("bestand")["opmerking"]
    assert (remark != "").all()
    assert remark["kwb-2024.csv"] == "zelfde inhoud als kwb-2019.csv"
    assert "`veel` is geen getal" in remark["fout-2024.csv"]
    assert "2 keer" in remark["fout-2024.csv"]
    assert "webpagina" in remark["pagina.json"]
    assert "geen bekende bron" in remark["namen.csv"]
    assert result.files["sha256"].str.fullmatch(r"[0-9a-f]{64}").all()
    assert [(table.source, table.year) for table in result.tables] == [
        ("cbs.kwb", 2019),
        ("eigen", 2024),
    ]


def test_strict_mode_raises_all_problems_together(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        intake(folder, streng=True)
    files = {Path(problem.bestand).name for problem in caught.value.problems}
    assert files == {"fout-2024.csv", "pagina.json", "leeg.csv", "kapot.xlsx"}


def test_years_and_places_that_cannot_serve_are_passed_over_with_a_reason(folder: Path) -> None:
    (folder / "kwb-2024.csv").write_text(_KWB.replace("120", "125"))
    (folder / "kwb-2010.csv").write_text(_KWB.replace("120", "100"))
    result = intake(folder, gemeente="GM9999", jaren=[2019])
    remark = result.files.set_index("bestand")["opmerking"]
    assert remark["kwb-2024.csv"] == "jaar 2024 is niet bruikbaar voor 2019"
    assert remark["kwb-2010.csv"] == "jaar 2010 is niet bruikbaar voor 2019"
    assert [table.year for table in result.tables] == [2019]
    elsewhere = intake(folder, gemeente="GM0001")
    assert elsewhere.tables == ()
    remark = elsewhere.files.set_index("bestand")["opmerking"]
    assert "codes van een andere gemeente" in remark["sub/meldingen-2024.csv"]
    assert "bevat geen gebieden van GM0001" in remark["kwb-2024.csv"]


def test_an_unexpected_fault_in_one_file_is_reported_as_such(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(_found: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("sia.sources.cbs.read", burst)
    result = intake(folder)
    assert _status(result.files)["kwb-2019.csv"] == "fout"
    assert "KeyError" in result.files.set_index("bestand")["opmerking"]["kwb-2019.csv"]
    assert [table.source for table in result.tables] == ["eigen"]


def test_the_result_depends_on_content_only(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elders"
    shutil.copytree(folder, copy)
    first, second = intake(folder), intake(copy)
    pd.testing.assert_frame_equal(
        first.files.drop(columns="opmerking"), second.files.drop(columns="opmerking")
    )
    for one, other in zip(first.tables, second.tables, strict=True):
        pd.testing.assert_frame_equal(one.values, other.values)
        pd.testing.assert_frame_equal(one.reasons, other.reasons)


def test_several_processes_read_what_one_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sub" / "tweeling-2024.csv").write_text(_OWN)
    one = intake(folder)
    monkeypatch.setattr(registry, "_MUCH", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    two = intake(folder)
    pd.testing.assert_frame_equal(one.files, two.files)
    assert [table.source for table in one.tables] == [table.source for table in two.tables]
    for here, there in zip(one.tables, two.tables, strict=True):
        pd.testing.assert_frame_equal(here.values, there.values)
        pd.testing.assert_frame_equal(here.regions, there.regions)


def test_several_folders_and_single_files(folder: Path) -> None:
    result = intake([folder / "sub", folder / "kwb-2019.csv"])
    assert set(result.files["bestand"]) == {"meldingen-2024.csv", "kwb-2019.csv"}


@pytest.mark.parametrize("gemeente", ["Enschede", "0153", "GM15", "../GM0153"])
def test_a_gemeente_is_given_by_its_code(folder: Path, gemeente: str) -> None:
    with pytest.raises(InputError, match="geen gemeentecode"):
        intake(folder, gemeente=gemeente)


def test_an_absent_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="bestaat niet"):
        intake(tmp_path / "weg")


def test_descriptions_of_crime_say_what_they_belong_to(tmp_path: Path) -> None:
    row = {"WijkenEnBuurten": "BU99990000", "SoortMisdrijf": "0.0.0 ", "Perioden": "2024JJ00"}
    cells = {"value": [{**row, "GeregistreerdeMisdrijven_1": 4}]}
    kinds = {"value": [{"Key": "0.0.0 ", "Title": "Totaal misdrijven"}]}
    about = {"odata.metadata": "https://dataderden/47018NED/$metadata#TableInfos", "value": [{}]}
    (tmp_path / "TypedDataSet.json").write_text(json.dumps(cells))
    (tmp_path / "SoortMisdrijf.json").write_text(json.dumps(kinds))
    (tmp_path / "uitleg.json").write_text(json.dumps(about))
    (tmp_path / "los").mkdir()
    (tmp_path / "los" / "TableInfos.json").write_text(json.dumps({"value": [{"ID": 0}]}))
    files = intake(tmp_path).files.set_index("bestand")
    assert files.at["TypedDataSet.json", "status"] == "gelezen"
    assert files["opmerking"].drop("TypedDataSet.json").to_dict() == {
        "SoortMisdrijf.json": "hoort bij TypedDataSet.json",
        "uitleg.json": "hoort bij tabel 47018NED",
        "los/TableInfos.json": "hoort bij cijfers (TableInfos)",
    }


def test_further_pages_and_metadata_are_companions(tmp_path: Path) -> None:
    for number in (1, 2):
        row = {"WijkenEnBuurten": f"BU9999000{number}", "AantalInwoners_5": 5}
        name = f"84799NED_TypedDataSet_{number}.json"
        (tmp_path / name).write_text(json.dumps({"value": [row]}))
    (tmp_path / "84799NED_TableInfos.json").write_text('{"value": [{"Identifier": "84799NED"}]}')
    result = intake(tmp_path)
    remark = result.files.set_index("bestand")["opmerking"]
    assert remark["84799NED_TypedDataSet_2.json"] == (
        "vervolgpagina van 84799NED_TypedDataSet_1.json"
    )
    assert remark["84799NED_TableInfos.json"] == "hoort bij tabel 84799NED"
    assert len(result.tables[0].values) == 2


_HEALTH = {
    "Leeftijd": "20300",
    "Marges": "MW00000",
    "WijkenEnBuurten": "BU99990000",
    "Perioden": "2020JJ00",
    "Eenzaam_28": 45.5,
}
_CRIME = {
    "WijkenEnBuurten": "BU99990000",
    "SoortMisdrijf": "0.0.0 ",
    "Perioden": "2024JJ00",
    "GeregistreerdeMisdrijven_1": 12,
}
_SOUND = {
    "kwb-2019.csv": _KWB,
    "meldingen-2024.csv": _OWN,
    "lbm.csv": "bu_code;jaar;afw;lbm\nBU99990000;2024;0,1;4\nBU99990001;2024;;\n",
    "start-2020.csv": "BU_CODE;Aantal_woningen;Vraag_Aardgas\nBU99990000;10;320.5\n",
    "50150NED_TypedDataSet.json": json.dumps({"value": [_HEALTH]}),
    "47018NED_TypedDataSet.json": json.dumps({"value": [_CRIME]}),
}


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    damage=st.lists(
        st.tuples(st.floats(0, 0.999), st.sampled_from(b' ;,."09\x00\xff[{}<')),
        min_size=1,
        max_size=5,
    )
)
def test_damage_in_any_file_is_reported_and_never_unexpected(
    damage: list[tuple[float, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("bron")
    for name, text in _SOUND.items():
        content = bytearray(text.encode())
        for place, byte in damage:
            content[int(place * len(content))] = byte
        (root / name).write_bytes(bytes(content))
    result = intake(root)
    assert set(result.files["bestand"]) == set(_SOUND)
    assert not result.files["opmerking"].str.contains("Onverwachte fout").any()
    for table in result.tables:
        assert (table.values.notna() == (table.reasons == "")).to_numpy().all()
        shares = table.values[table.measures.index[table.measures["unit"] == "%"]]
        assert shares.stack().dropna().between(0, 100).all()


def test_the_sound_files_are_all_read(tmp_path: Path) -> None:
    for name, text in _SOUND.items():
        (tmp_path / name).write_text(text)
    assert set(intake(tmp_path).files["status"]) == {"gelezen"}


def test_every_source_says_who_publishes_it() -> None:
    names = [source.NAME for source in SOURCES]
    assert len(set(names)) == len(names)
    for source in SOURCES:
        assert source.PUBLISHER.name and source.PUBLISHER.licence
        assert source.PUBLISHER.attribution.format(table="T", year=2020).startswith("Bron: ")


@pytest.mark.slow
@pytest.mark.real
def test_real_files_of_other_places_and_years_are_passed_over(real_data: Path) -> None:
    folders = [real_data / "woonikveilig-twente-2024", real_data / "cbs-kwb-2024-85984NED-subset"]
    result = intake(folders, gemeente="GM0153", jaren=[2024])
    present = [p for folder in folders for p in folder.rglob("*") if p.is_file()]
    assert len(result.files) == len(present)
    assert not (result.files["status"] == "fout").any()
    assert (result.files["opmerking"] != "").all()
    kinds = {(table.source, table.year) for table in result.tables}
    assert {("cbs.kwb", 2024), ("woonikveilig", 2024)} <= kinds
    assert ("woonikveilig", 2025) not in kinds
    assert {"GM0153"} == {
        table.origin.table for table in result.tables if table.source == "woonikveilig"
    }


def test_a_file_that_cannot_be_opened_is_its_own_fault_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dicht.csv").write_text("buurtcode;x")
    (tmp_path / "lees_mij.txt").write_text("toelichting")
    opened = Path.open

    def refuse(self: Path, *arguments: object, **options: object) -> object:
        if self.name == "dicht.csv":
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    files = intake(tmp_path).files.set_index("bestand")
    assert files.at["dicht.csv", "status"] == "fout"
    assert "niet te openen" in files.at["dicht.csv", "opmerking"]
    assert files.at["lees_mij.txt", "status"] == "overgeslagen"


@pytest.mark.parametrize("name", ["ophaalregister.json", "ophaalproef.json"])
def test_the_notes_of_fetch_are_no_unknown_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    assert "sia fetch" in intake(tmp_path).files["opmerking"][0]


NO_ROWS = {
    "error": (b'{"odata.error": {"message": {"value": "more than 10000 records."}}}', "10000 rec"),
    "message alone": (b'{"error": "onderhoud"}', "onderhoud"),
    "nothing": (b'{"value": []}', "geen rijen"),
    "null rows": (b'{"value": [null, null]}', "geen rijen"),
    "rows in an object": (b'{"value": {"a": 1}}', "geen rijen"),
    "nested": (b'{"value":' + b"[" * 20_000 + b"]" * 20_000 + b"}", "beschadigd"),
    "cut off": (b'{"value": [', "beschadigd"),
    "UTF-16": ('{"value": [{"ID": 1}]}'.encode("utf-16"), "UTF-16"),
}


@pytest.mark.parametrize("wrong", NO_ROWS)
@pytest.mark.parametrize("name", ["85618NED_TypedDataSet.json", "47018ned_2023.json"])
def test_a_failed_delivery_is_a_fault_and_no_description(
    tmp_path: Path, name: str, wrong: str
) -> None:
    content, said = NO_ROWS[wrong]
    (tmp_path / name).write_bytes(content)
    (row,) = intake(tmp_path).files.to_dict("records")
    assert (row["status"], said in row["opmerking"]) == ("fout", True)


def test_a_description_that_the_service_refused_is_a_fault_too(tmp_path: Path) -> None:
    content = '{"odata.error": {"message": {"value": "onderhoud"}}}'
    (tmp_path / "85618NED_DataProperties.json").write_text(content)
    (row,) = intake(tmp_path).files.to_dict("records")
    assert (row["status"], "onderhoud" in row["opmerking"]) == ("fout", True)


def test_a_map_without_a_year_is_that_of_the_newest_year_asked_for(tmp_path: Path) -> None:
    ring = [[[5.1, 52.1], [5.11, 52.1], [5.11, 52.11], [5.1, 52.11], [5.1, 52.1]]]
    area = {
        "type": "Feature",
        "properties": {"buurtcode": "BU99990000", "water": "NEE"},
        "geometry": {"type": "Polygon", "coordinates": ring},
    }
    path = tmp_path / "buurten.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [area]}))
    found = intake(tmp_path, jaren=[2021, 2023])
    assert [layer.year for layer in found.areas] == [2023]
    assert "gelezen als kaart van 2023" in found.files["opmerking"][0]
    assert intake(tmp_path).files["status"][0] == "fout"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_in_a_sentence(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = "sep=;\n" + _OWN + "".join(f"BU9999{n:04d};{n}\n" for n in range(1, 9))
    whole = text.encode(data.draw(st.sampled_from(["utf-8", "utf-16", "cp1252"])))
    at = data.draw(st.integers(0, len(whole) - 1))
    junk = data.draw(st.one_of(st.binary(max_size=4), st.sampled_from([b'"', b";", b"\n", b"%"])))
    until = data.draw(st.sampled_from([at, at + 1, at + 9, len(whole)]))
    folder = tmp_path_factory.mktemp("kapot")
    (folder / "meldingen-2024.csv").write_bytes(whole[:at] + junk + whole[until:])
    (row,) = intake(folder).files.to_dict("records")
    assert row["opmerking"]
    assert len(row["opmerking"]) < 2500
    assert "Onverwachte fout" not in row["opmerking"]
