"""Woonikveilig: several tables from one file, null stays a gap with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sia.errors import InputError
from sia.sources import woonikveilig
from sia.sources.base import SECRET_OR_UNKNOWN, SourceTable


def _area(code: str, name: str, **parts: Any) -> dict[str, Any]:
    demography = {"inwoners": 1000, "inwoners65plus": 250, "wozWaarde": 300, "koopwoningen": 60}
    return {"code": code, "type": "x", "name": name, "demografie": demography, **parts}


def _document() -> dict[str, Any]:
    crime = {"trend": {"2023": 10, "2024": 12}}
    health = {"trend": {"2024": 71.5}}
    buurten = [
        _area("BU99990000", "Noord", wijkCode="WK99990000", veiligheid=crime, gezondheid=health),
        _area("BU99990001", "Zuid", veiligheid={"trend": {"2024": None}}, gezondheid=None),
    ]
    return {
        "schemaVersion": 1,
        "peildatum": "2026-07-19",
        **_area("GM9999", "Voorbeeldstad", veiligheid=crime, gezondheid=health),
        "type": "gemeente",
        "bronnen": {"kerncijfers": "CBS Kerncijfers wijken en buurten 2024 (tabel 85984NED)"},
        "wijken": [_area("WK999900", "Wijk 00")],
        "buurten": buurten,
    }


def _read(folder: Path, document: dict[str, Any]) -> tuple[SourceTable, ...]:
    path = folder / "GM9999.json"
    path.write_text(json.dumps(document))
    found = woonikveilig.recognise(path)
    assert found is not None
    assert found.table == "GM9999"
    return woonikveilig.read(found)


def test_figures_crime_and_health_are_tables_per_year(tmp_path: Path) -> None:
    tables = _read(tmp_path, _document())
    by_year = {(table.year, name): table for table in tables for name in table.values}
    assert by_year[2023, "totaal_misdrijven"].values.loc["GM9999", "totaal_misdrijven"] == 10
    kwb = by_year[2024, "aantal_inwoners"]
    assert kwb.values.loc["WK999900", "gemiddelde_woningwaarde"] == 300
    assert kwb.values.loc["BU99990000", "percentage_personen_65_jaar_en_ouder"] == 25
    assert kwb.regions.loc["BU99990000", "naam"] == "Noord"
    crime = by_year[2024, "totaal_misdrijven"]
    assert crime.reasons.loc["BU99990001", "totaal_misdrijven"] == SECRET_OR_UNKNOWN
    assert "WK999900" not in crime.values.index
    health = by_year[2024, "ervaren_gezondheid_goed_zeer_goed"]
    assert health.values.loc["BU99990000"].item() == 71.5
    assert health.reasons.loc["BU99990001"].item() == SECRET_OR_UNKNOWN
    assert health.measures["modelled"].all()
    assert not crime.measures["modelled"].any()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"buurten": {}}, "buurten"),
        ({"buurten": [{"name": "zonder code"}]}, "code"),
        ({"demografie": [1]}, "demografie"),
        ({"buurten": [_area("BU99990000", "a"), _area("BU99990000", "b")]}, "2 keer"),
    ],
)
def test_another_shape_is_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        _read(tmp_path, {**_document(), **change})


@pytest.mark.real
def test_real_enschede(real_data: Path) -> None:
    found = woonikveilig.recognise(real_data / "woonikveilig-twente-2024" / "GM0153.json")
    assert found is not None
    tables = woonikveilig.read(found)
    crime = {t.year: t for t in tables if "totaal_misdrijven" in t.values}
    assert sorted(crime) == [2021, 2022, 2023, 2024, 2025]
    assert crime[2024].values.loc["GM0153", "totaal_misdrijven"] == 9_533
    (kwb,) = (t for t in tables if "gemiddelde_woningwaarde" in t.values)
    buurt = kwb.regions["niveau"] == "buurt"
    assert buurt.sum() == 70
    assert kwb.values[buurt]["gemiddelde_woningwaarde"].isna().sum() == 3
    health = [t for t in tables if "ervaren_gezondheid_goed_zeer_goed" in t.values]
    assert sorted(t.year for t in health) == [2012, 2016, 2020, 2022, 2024]
    for table in health:
        assert table.values[table.regions["niveau"] == "buurt"].isna().sum().item() == 5


@pytest.mark.real
def test_smallest_and_largest_real_municipality_read(real_data: Path) -> None:
    listed = (real_data / "woonikveilig-twente-2024").glob("GM*.json")
    by_size = sorted(listed, key=lambda path: path.stat().st_size)
    for path in (by_size[0], by_size[-1]):
        found = woonikveilig.recognise(path)
        assert found is not None
        assert woonikveilig.read(found)
    assert woonikveilig.recognise(path.with_name("geo-buurt-GM0153.json")) is None
