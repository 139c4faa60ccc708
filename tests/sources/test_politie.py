"""Politie: counts per kind and year; months make a year only when all twelve are there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sia.errors import InputError
from sia.sources import politie
from sia.sources.base import SECRET_OR_UNKNOWN, SourceTable


def _row(code: str, kind: str, period: str, count: float | None) -> dict[str, Any]:
    return {
        "WijkenEnBuurten": f"{code:<10}",
        "SoortMisdrijf": f"{kind} ",
        "Perioden": period,
        "GeregistreerdeMisdrijven_1": count,
    }


def _read(folder: Path, rows: list[dict[str, Any]], table: str) -> tuple[SourceTable, ...]:
    path = folder / f"{table}_TypedDataSet.json"
    path.write_text(json.dumps({"value": rows}))
    found = politie.recognise(path)
    assert found is not None
    return politie.read(found)


def test_yearly_counts_per_kind(tmp_path: Path) -> None:
    rows = [
        _row("BU99990000", "0.0.0", "2024JJ00", 12),
        _row("BU99990000", "1.1.1", "2024JJ00", 3),
        _row("BU99990001", "0.0.0", "2024JJ00", None),
        _row("BU99990001", "1.1.1", "2024JJ00", 0),
        _row("BU99990000", "0.0.0", "2023JJ00", 9),
        _row("BU99990000", "9.9.9", "2023JJ00", 1),
    ]
    before, table = _read(tmp_path, rows, "47018NED")
    assert (before.year, table.year) == (2023, 2024)
    assert table.values.loc["BU99990000"].to_dict() == {
        "diefstal_inbraak_woning": 3.0,
        "totaal_misdrijven": 12.0,
    }
    assert table.values.loc["BU99990001", "diefstal_inbraak_woning"] == 0
    assert np.isnan(table.values.loc["BU99990001", "totaal_misdrijven"])
    assert table.reasons.loc["BU99990001", "totaal_misdrijven"] == SECRET_OR_UNKNOWN
    assert before.values.loc["BU99990000", "misdrijf_9_9_9"] == 1


def test_titles_beside_the_figures_win(tmp_path: Path) -> None:
    titles = [{"Key": "1.1.1 ", "Title": "1.1.1 Diefstal/inbraak woning"}]
    titles.append({"Key": "9.9.9 ", "Title": "9.9.9 Iets heel nieuws (weg)"})
    (tmp_path / "47018NED_SoortMisdrijf.json").write_text(json.dumps({"value": titles}))
    rows = [_row("BU99990000", kind, "2024JJ00", 2) for kind in ("1.1.1", "9.9.9")]
    (table,) = _read(tmp_path, rows, "47018NED")
    assert list(table.values) == ["diefstal_inbraak_woning", "iets_heel_nieuws_weg"]


def test_twelve_months_make_a_year_and_eleven_do_not(tmp_path: Path) -> None:
    months = [f"2024MM{month:02d}" for month in range(1, 13)]
    rows = [_row("BU99990000", "0.0.0", month, 2) for month in months]
    rows += [_row("BU99990001", "0.0.0", month, 1) for month in months[:-1]]
    rows += [_row("BU99990000", "0.0.0", "2025MM01", 5)]
    (table,) = _read(tmp_path, rows, "47022NED")
    assert table.year == 2024
    assert table.values.loc["BU99990000", "totaal_misdrijven"] == 24
    assert np.isnan(table.values.loc["BU99990001", "totaal_misdrijven"])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([_row("BU99990000", "0.0.0", "2024MM01", 1)], "minder dan twaalf maanden"),
        ([_row("BU99990000", "0.0.0", "2024JJ00", 1)] * 2, "meer dan één keer"),
        ([_row("BU99990000", "0.0.0", "2024JJ00", -1)], "-1 kan niet"),
        ([_row("Buurt 1", "0.0.0", "2024JJ00", 1)], "geen regiocode"),
        ([_row("BU99990000", "Fietsen", "2024JJ00", 1)], "Geen enkele soort .*`Fietsen`"),
        (
            [{**_row("BU99990000", "0.0.0", "2024JJ00", 1), "GeregistreerdeMisdrijven_1": "veel"}],
            "geen aantal",
        ),
    ],
)
def test_faults_are_named(tmp_path: Path, rows: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        _read(tmp_path, rows, "47018NED")
