"""RIVM: adults only, per year, with margins; a new question is read under its own name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sia.errors import InputError
from sia.sources import rivm
from sia.sources.base import NOT_DELIVERED, SECRET_OR_UNKNOWN, SourceTable


def _row(
    code: str, margin: str, period: str, value: float | None, age: str = "20300"
) -> dict[str, Any]:
    return {
        "Leeftijd": f"{age} ",
        "Marges": margin,
        "WijkenEnBuurten": f"{code:<10}",
        "Perioden": period,
        "Gemeentenaam_1": "Voorbeeldstad      ",
        "SoortRegio_2": "Buurt     ",
        "Codering_3": f"{code:<20}",
        "GoedErvarenGezondheid_4": value,
        "HeeftIetsNieuws_5": value,
        "SterkEenzaam_30": None,
    }


def _write(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder / "50150NED_TypedDataSet.json"
    path.write_text(json.dumps({"value": rows}))
    return path


def _read(path: Path) -> tuple[SourceTable, ...]:
    found = rivm.recognise(path)
    assert found is not None
    return rivm.read(found)


def _interval(
    code: str, period: str, low: float, value: float, high: float
) -> list[dict[str, Any]]:
    return [
        _row(code, rivm.VALUE, period, value),
        _row(code, rivm.LOWER, period, low),
        _row(code, rivm.UPPER, period, high),
    ]


def test_years_margins_and_ages_are_kept_apart(tmp_path: Path) -> None:
    rows = [
        *_interval("BU99990000", "2020JJ00", 60.1, 70.2, 80.3),
        *_interval("BU99990001", "2020JJ00", 50.0, 55.0, 60.0),
        *_interval("BU99990000", "2022JJ00", 61.1, 71.2, 81.3),
        _row("BU99990000", rivm.VALUE, "2020JJ00", 11.0, age="80200"),
    ]
    first, second = _read(_write(tmp_path, rows))
    assert (first.year, second.year) == (2020, 2022)
    name = "ervaren_gezondheid_goed_zeer_goed"
    assert first.values[name].to_dict() == {"BU99990000": 70.2, "BU99990001": 55.0}
    assert first.lower is not None and first.upper is not None
    assert first.lower.loc["BU99990000", name] == 60.1
    assert first.upper.loc["BU99990000", name] == 80.3
    assert second.values.loc["BU99990000", name] == 71.2
    assert list(second.values.index) == ["BU99990000"]
    assert first.values.loc["BU99990000", "heeft_iets_nieuws"] == 70.2
    assert first.measures["modelled"].all()
    assert set(first.reasons["ernstig_zeer_ernstig_eenzaam"]) == {NOT_DELIVERED}


def test_an_isolated_gap_keeps_its_reason(tmp_path: Path) -> None:
    rows = [
        _row("BU99990000", rivm.VALUE, "2020JJ00", None),
        _row("BU99990001", rivm.VALUE, "2020JJ00", 60.0),
    ]
    (table,) = _read(_write(tmp_path, rows))
    assert table.reasons.loc["BU99990000", "heeft_iets_nieuws"] == SECRET_OR_UNKNOWN
    assert table.lower is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([_row("BU99990000", rivm.VALUE, "2020JJ00", 5.0, age="80200")], "65 jaar en ouder"),
        (_interval("BU99990000", "2020JJ00", 75.0, 70.0, 80.0), "95%-interval"),
        ([_row("BU99990000", rivm.VALUE, "2020JJ00", 101.0)], "101 kan niet"),
        ([_row("BU99990000", rivm.VALUE, "zomer", 10.0)], "geen periode"),
        ([_row("BU99990000", rivm.VALUE, "2020JJ00", 10.0)] * 2, "2 keer"),
    ],
)
def test_faults_are_named(tmp_path: Path, rows: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        _read(_write(tmp_path, rows))


@pytest.mark.real
@pytest.mark.parametrize(("name", "year", "filled"), [("RIVM_gezondheid2020_18+.xlsx", 2020, 32)])
def test_real_workbook(real_data: Path, name: str, year: int, filled: int) -> None:
    (table,) = _read(real_data / "rivm-gezondheid-buurt-2012-2016-2020" / name)
    assert table.year == year
    assert table.values.shape == (17_341, 35)
    buurt = (table.regions["gemeentecode"] == "GM0153") & (table.regions["niveau"] == "buurt")
    assert buurt.sum() == 70
    measured = table.values[buurt].notna().sum()
    assert (measured > 0).sum() == filled
    assert set(measured) == {0, 69}
    assert sorted(measured.index[measured == 0]) == [
        "fietsen_naar_school_of_werk",
        "lopen_en_of_fietsen_naar_school_of_werk",
        "lopen_naar_school_of_werk",
    ]
    assert set(table.reasons["lopen_naar_school_of_werk"]) == {NOT_DELIVERED}
    assert table.values.loc["NL", "ervaren_gezondheid_goed_zeer_goed"] == 78.4
    assert table.values.loc["NL", "moeite_met_rondkomen"] == 13.9
