"""Leefbaarometer: one table per measurement, comma or semicolon, own decimal sign."""

from __future__ import annotations

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
