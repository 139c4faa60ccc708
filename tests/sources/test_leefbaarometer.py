"""Leefbaarometer: one table per measurement, comma or semicolon, own decimal sign."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sia.errors import InputError
from sia.sources import leefbaarometer
from sia.sources.base import SourceTable


def _read(path: Path) -> tuple[SourceTable, ...]:
    found = leefbaarometer.recognise(path)
    assert found is not None
    return leefbaarometer.read(found)


@pytest.mark.parametrize(("sign", "decimal"), [(";", ","), (",", "."), (";", ".")])
def test_scores_per_year(tmp_path: Path, sign: str, decimal: str) -> None:
    rows = [
        ["bu_code", "bu_naam", "versie", "jaar", "lbm", "afw", "fys", "onv", "soc", "vrz", "won"],
        [
            "BU99990000",
            "Noord",
            "3",
            "2022",
            "4.1",
            "-0.10",
            "0.01",
            "-0.05",
            "0.0",
            "-0.03",
            "-0.03",
        ],
        ["BU99990000", "Noord", "3", "2024", "4.2", "0.25", "0.1", "0.05", "0.05", "0.02", "0.03"],
        ["BU99990001", "Zuid", "3", "2024", "", "", "", "", "", "", ""],
    ]
    path = tmp_path / "Leefbaarometer-scores buurten 2002-2024.csv"
    lines = [sign.join(cell.replace(".", decimal) for cell in row) for row in rows]
    path.write_text("\n".join(lines))
    before, table = _read(path)
    assert (before.year, table.year) == (2022, 2024)
    assert before.values.loc["BU99990000", "afwijking"] == -0.10
    parts = ["fysieke_omgeving", "overlast_en_onveiligheid", "sociale_samenhang"]
    parts += ["voorzieningen", "woningvoorraad"]
    assert table.values.loc["BU99990000", parts].sum() == pytest.approx(0.25)
    assert table.reasons.loc["BU99990001", "afwijking"] == "leeg"
    assert table.measures["modelled"].all()
    assert table.regions.loc["BU99990000", "naam"] == "Noord"


def test_a_buurt_twice_in_one_year_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "lbm.csv"
    path.write_text("bu_code;jaar;afw\nBU99990000;2024;0,1\nBU99990000;2024;0,2\n")
    with pytest.raises(InputError, match="2 keer"):
        _read(path)


LIVE = {"id": "BU9999AB10", "name": "Noord", "gemeente": "Voorbeeldstad", "scale": "buurt"}
LIVE |= {"kscore": 5, "kafw": 4, "afw": 0.1, "fys": 0.0, "onv": 0.0, "soc": 0.1, "vrz": 0.0}
LIVE |= {"won": 0.0, "year": "2024"}


@pytest.mark.parametrize("shape", ["answer", "rows", "csv"])
def test_the_words_of_the_service_are_read(tmp_path: Path, shape: str) -> None:
    feature = {"type": "Feature", "id": "buurtscore24.1", "geometry": None, "properties": LIVE}
    text = {
        "answer": json.dumps({"type": "FeatureCollection", "features": [feature]}),
        "rows": json.dumps({"value": [LIVE]}),
        "csv": f"{','.join(LIVE)}\n{','.join(map(str, LIVE.values()))}\n",
    }[shape]
    path = tmp_path / f"leefbaarometer.{'csv' if shape == 'csv' else 'json'}"
    path.write_text(text)
    (table,) = _read(path)
    assert (table.year, table.values.loc["BU9999AB10", "afwijking"]) == (2024, 0.1)
    assert table.regions.loc["BU9999AB10", ["naam", "gemeentenaam"]].tolist() == [
        "Noord",
        "Voorbeeldstad",
    ]


def test_scores_of_wijken_are_not_taken_for_buurten(tmp_path: Path) -> None:
    path = tmp_path / "wijkscore24.json"
    path.write_text(json.dumps({"value": [LIVE | {"id": "WK999900"}]}))
    assert leefbaarometer.recognise(path) is None


@pytest.mark.parametrize("cell", [[], {"a": 1}])
def test_a_cell_that_holds_a_list_is_named(tmp_path: Path, cell: object) -> None:
    path = tmp_path / "lbm.json"
    path.write_text(json.dumps({"value": [LIVE, LIVE | {"afw": cell}]}))
    with pytest.raises(InputError, match="lijst"):
        _read(path)


@pytest.mark.real
def test_a_recorded_answer_of_the_service(services_answers: Path) -> None:
    path = services_answers / "leefbaarometer" / "buurtscore24_wfs_one_feature_2026-02-15.json"
    (table,) = _read(path)
    assert table.year == 2024
    assert table.values.loc["BU0363AB10", "afwijking"] == pytest.approx(0.371047)
