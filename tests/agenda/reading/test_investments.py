from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from sia.agenda.output.exports import to_csv
from sia.agenda.output.template import template
from sia.agenda.reading.cells import cell_text, parse_cell
from sia.agenda.reading.combining import combine
from sia.agenda.reading.fields import (
    ACTION_FIELDS,
    BY_NAME,
    DECISION_FIELDS,
    EXAMPLES,
    FIELDS,
    MANDATE_FIELDS,
)
from sia.agenda.reading.investments import predecessors, read_plans, validate
from sia.errors import InputError


def _row(**more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "plan": "P1", "partner": "A", "titel": "Riool", "soort": "riolering", "kosten": "150.000",
        "buurtcodes": "BU99990001", "vroegst": 2026, "laatst": 2028, "duur": 1,
        "flexibiliteit": "vrij", "status": "begroot", "vertrouwelijkheid": "openbaar",
    }  # fmt: skip
    return row | more


def _faults(buurten: gpd.GeoDataFrame, **more: object) -> set[str]:
    return {p.kolom for p in validate(pd.DataFrame([_row(**more)]), buurten, "x.xlsx").problems}


def test_good_row_gets_its_defaults(buurten: gpd.GeoDataFrame) -> None:
    reading = validate(pd.DataFrame([_row()]), buurten)
    plan = reading.plans.loc["P1"]
    assert reading.problems == ()
    assert plan["kosten"] == 150_000.0
    assert plan["graaft"]
    assert plan["hinder"] == "straat open"
    assert plan["voorkeur"] == 2026
    assert plan["plaats"] == "buurt"
    assert pd.isna(plan["fte"])


@pytest.mark.parametrize(
    ("change", "label"),
    [
        ({"soort": "tunnel"}, "Soort werk"),
        ({"kosten": "veel"}, "Kosten (euro)"),
        ({"kosten": -5.0}, "Kosten (euro)"),
        ({"kosten": ""}, "Kosten (euro)"),
        ({"laatst": 2025}, "Laatste start (jaar)"),
        ({"vroegst": "binnenkort"}, "Vroegste start (jaar)"),
        ({"voorkeur": 2031}, "Voorkeursjaar"),
        ({"vroegst": 26}, "Vroegste start (jaar)"),
        ({"duur": 0}, "Duur (jaren)"),
        ({"zekerheid": 130}, "Zekerheid (%)"),
        ({"buurtcodes": "Pathmos"}, "Buurtcodes"),
        ({"buurtcodes": "BU12340000"}, "Buurtcodes"),
        ({"buurtcodes": ""}, "Buurtcodes"),
        ({"wkt": "LIJN (1 2)"}, "Geometrie (WKT)"),
        ({"wkt": "POINT (5 52)"}, "Geometrie (WKT)"),
        ({"wkt": "POINT (100000 400000)"}, "Geometrie (WKT)"),
        ({"wkt": "POINT (252500 472500)", "buurtcodes": "BU99990001"}, "Geometrie (WKT)"),
        ({"bedrag_1": 100.0}, "Andere bron 1"),
        ({"bedrag_1": 900_000.0, "bron_1": "S"}, "Bedrag bron 1 (euro)"),
        ({"kosten_laag": 200_000.0}, "Kosten laag (euro)"),
        ({"kosten_hoog": 10.0}, "Kosten hoog (euro)"),
        ({"opgaven": "klimaat;geluk"}, "Opgaven"),
        ({"voorgangers": "P1"}, "Moet na plan"),
        ({"voorgangers": "P2;+1"}, "Moet na plan"),
        ({"voorgangers": "P2+een"}, "Moet na plan"),
        ({"middelen_tot": 2025}, "Middelen beschikbaar tot en met (jaar)"),
        ({"aangeleverd_op": "gisteren"}, "Aangeleverd op (datum)"),
        ({"laatste_dag": "2026-05-09"}, "Laatste dag (als bekend)"),
        ({"eerste_dag": "2026-05-09", "laatste_dag": "2026-05-08"}, "Laatste dag (als bekend)"),
        ({"eerste_dag": "2029-05-09"}, "Eerste dag (als bekend)"),
    ],
)
def test_each_fault_is_named_at_its_column(
    change: dict[str, object], label: str, buurten: gpd.GeoDataFrame
) -> None:
    assert label in _faults(buurten, **change)


def test_all_problems_at_once_and_good_rows_kept(buurten: gpd.GeoDataFrame) -> None:
    rows = [
        _row(),
        _row(plan="P2", soort="tunnel", kosten="veel", vroegst=2030),
        _row(plan="P1"),
        _row(plan="P4", wkt="POINT (250100 470100)", buurtcodes=""),
        _row(plan="P5", titel="een"),
        _row(plan="P5", titel="ander"),
    ]
    reading = validate(pd.DataFrame(rows), buurten, "lever.xlsx")
    assert [(p.rij, p.kolom) for p in reading.problems] == [
        ("3", "Kosten (euro)"),
        ("3", "Laatste start (jaar)"),
        ("3", "Soort werk"),
        ("4", "Plannummer"),
        ("6", "Plannummer"),
        ("7", "Plannummer"),
    ]
    assert all(p.bestand == "lever.xlsx" and p.oplossing for p in reading.problems)
    assert set(reading.plans.index) == {"P1", "P4"}
    assert reading.rejected == ("P2", "P5")
    assert reading.plans.loc["P4", "buurtcodes"] == "BU99990000"


def test_wgs84_and_rd_mean_the_same_place(buurten: gpd.GeoDataFrame) -> None:
    line = gpd.GeoSeries.from_wkt(["LINESTRING (250100 470100, 250300 470150)"], crs="EPSG:28992")
    degrees = line.to_crs("EPSG:4326").to_wkt()[0]
    rows = [
        _row(plan="RD", wkt=line.to_wkt()[0], buurtcodes=""),
        _row(plan="GPS", wkt=degrees, stelsel="WGS84", buurtcodes=""),
    ]
    plans = validate(pd.DataFrame(rows), buurten).plans
    assert plans.geometry["RD"].hausdorff_distance(plans.geometry["GPS"]) < 0.1


def test_blank_rows_are_no_plans(buurten: gpd.GeoDataFrame) -> None:
    table = pd.DataFrame([_row(), dict.fromkeys(_row(), None), dict.fromkeys(_row(), "  ")])
    assert validate(table, buurten).rows == 1


def test_missing_and_unknown_columns_are_listed_together(buurten: gpd.GeoDataFrame) -> None:
    table = pd.DataFrame([_row()]).drop(columns=["soort", "duur"]).assign(telefoon="06")
    with pytest.raises(InputError) as raised:
        validate(table, buurten)
    assert {p.kolom for p in raised.value.problems} == {"Soort werk", "Duur (jaren)", "telefoon"}


def test_columns_nobody_asked_for_are_told_and_take_no_row_down(buurten: gpd.GeoDataFrame) -> None:
    table = pd.DataFrame([_row(), _row(plan="P2", kosten="veel")]).assign(fid=1)
    twice = pd.concat([table, table[["titel"]].set_axis(["Titel"], axis=1)], axis=1)
    reading = validate(twice, buurten)
    assert list(reading.plans.index) == ["P1"]
    where = [(p.rij, p.kolom) for p in reading.problems]
    assert where == [("", "fid"), ("", "titel"), ("3", "Kosten (euro)")]
    assert "Plan P2 (Riool): `veel` is geen getal." in [p.wat for p in reading.problems]


def test_combining_finds_double_numbers_unknown_predecessors_and_circles(
    buurten: gpd.GeoDataFrame,
) -> None:
    one = validate(pd.DataFrame([
        _row(plan="A1", voorgangers="B1"), _row(plan="A2", voorgangers="WEG+2"), _row(plan="A3"),
    ]), buurten)  # fmt: skip
    two = validate(pd.DataFrame([
        _row(plan="B1", partner="B", voorgangers="A1"), _row(plan="A3", partner="B"),
    ]), buurten)  # fmt: skip
    both = combine([one, two])
    text = "\n".join(p.wat for p in both.problems)
    assert "Plan A3 (Riool): Dit plannummer komt van meer dan één partner (A en B)" in text
    assert "Plan A2 (Riool): Voorganger `WEG` is bij niemand bekend" in text
    assert "`A1` wacht via zijn voorgangers op zichzelf" in text
    assert set(both.plans.index) == {"A2"}
    owned = combine([one, two], {"A3": "B"})
    assert owned.plans.loc["A3", "partner"] == "B"
    assert both.plans.loc["A2", "voorgangers"] == ""


def test_predecessors_carry_their_gap() -> None:
    assert predecessors("A; B+2") == [("A", 0), ("B", 2)]


@pytest.mark.parametrize(
    ("given", "amount"),
    [("€ 1.234.567,50", 1234567.5), ("850000", 850000.0), ("0.8", 0.8), ("0,8", 0.8),
     ("1.500", 1500.0), ("1234.5", 1234.5), ("2.500,-", 2500.0), (0.125, 0.125), (12, 12.0),
     (1.125, 1.125), (1e-7, 1e-7), (np.float64(2.5e16), 2.5e16)],
)  # fmt: skip
def test_amounts_in_any_spelling(given: object, amount: float) -> None:
    assert parse_cell(BY_NAME["kosten"], given) == (amount, "")


def test_cells_become_what_a_dutch_reader_would_have_typed() -> None:
    given = [None, np.nan, pd.NaT, 12.0, 1.125, True, " x ", "'=1", date(2025, 1, 2)]
    assert [cell_text(value) for value in given] == [
        "", "", "", "12", "1,125", "ja", "x", "=1", "2025-01-02",
    ]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    data=st.dictionaries(
        st.sampled_from([f.name for f in FIELDS]),
        st.one_of(st.text(max_size=12), st.floats(), st.integers(-10, 10**7), st.none()),
        max_size=8,
    )
)
def test_no_cell_content_crashes_the_check(
    data: dict[str, object], buurten: gpd.GeoDataFrame
) -> None:
    reading = validate(pd.DataFrame([_row(**data)]), buurten)
    line = reading.settled[0]
    assert len(reading.plans) + bool(line.fouten or line.lot) == reading.rows == 1


def test_a_plan_numbered_by_a_heading_word_is_a_plan(buurten: gpd.GeoDataFrame) -> None:
    reading = validate(pd.DataFrame([_row(plan="PARTNER")]), buurten)
    assert reading.rows == len(reading.plans) == 1


def test_template_has_dropdowns_explanation_and_examples(buurten: gpd.GeoDataFrame) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(buurten=buurten)))
    assert book.sheetnames == [
        "Lees mij", "Plannen", "Besluiten", "Acties", "Mandaten", "Uitleg", "Voorbeeld", "Keuzes",
        "Regelingen", "Buurten",
    ]  # fmt: skip
    sheets = {"Plannen": FIELDS, "Besluiten": DECISION_FIELDS, "Acties": ACTION_FIELDS,
              "Mandaten": MANDATE_FIELDS}  # fmt: skip
    for name, fields in sheets.items():
        rules = book[name].data_validations.dataValidation
        assert len(rules) == sum(bool(f.choices) for f in fields)
        assert [c.value.removesuffix(" *") for c in book[name][1]] == [f.label for f in fields]
    explained = {(row[6].value, row[0].value) for row in book["Uitleg"].iter_rows(min_row=2)}
    assert explained == {(name, f.label) for name, fields in sheets.items() for f in fields}
    assert book["Voorbeeld"].max_row == 1 + len(EXAMPLES)
    assert book["Plannen"].max_row == 1
    # what is a text stays one: a spreadsheet would make a date of plan number 1-2
    texts = {get_column_letter(i) for i, f in enumerate(FIELDS, 1) if f.kind in ("tekst", "lijst")}
    widths = book["Plannen"].column_dimensions
    assert {c for c in widths if widths[c].number_format == "@"} == texts


def test_example_rows_are_valid_themselves(buurten: gpd.GeoDataFrame) -> None:
    around = gpd.GeoDataFrame(
        geometry=buurten.geometry.translate(6_500, 700), crs=buurten.crs, index=buurten.index
    )
    reading = validate(pd.DataFrame(list(EXAMPLES)), around)
    assert reading.problems == ()
    assert len(reading.plans) == len(EXAMPLES)


def test_same_template_same_bytes(buurten: gpd.GeoDataFrame) -> None:
    assert template(buurten=buurten) == template(buurten=buurten)


def test_export_reads_back_as_delivery(tmp_path: Path, buurten: gpd.GeoDataFrame) -> None:
    rows = [_row(titel="=1+1", plan="P1"), _row(titel="- streep", plan="P2")]
    plans = validate(pd.DataFrame(rows), buurten).plans
    target = tmp_path / "terug.csv"
    target.write_bytes(to_csv(plans.drop(columns="geometry").assign(graaft="ja"), "intern", "A"))
    again = read_plans(target, buurten)
    assert again.problems == ()
    assert list(again.plans["titel"]) == ["=1+1", "- streep"]


@pytest.mark.parametrize(
    ("name", "content"), [("kapot.xlsx", b"PK\x03\x04niets"), ("kapot.gpkg", b"SQLite niets")]
)
def test_damaged_files_give_a_readable_error(
    name: str, content: bytes, tmp_path: Path, buurten: gpd.GeoDataFrame
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match="beschadigd"):
        read_plans(path, buurten)


def test_absent_and_unknown_files_give_a_readable_error(
    tmp_path: Path, buurten: gpd.GeoDataFrame
) -> None:
    with pytest.raises(InputError, match="er niet"):
        read_plans(tmp_path / "weg.xlsx", buurten)
    with pytest.raises(InputError, match="Dit soort bestand"):
        read_plans(tmp_path / "plan.docx", buurten)
