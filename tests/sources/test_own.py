"""A municipality's own table: any numeric column, no silent guess about what a cell means."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sia.errors import InputError
from sia.sources import own
from sia.sources.base import EMPTY, SourceTable


def _read(path: Path) -> tuple[SourceTable, ...]:
    found = own.recognise(path)
    assert found is not None
    return own.read(found)


def _csv(folder: Path, text: str, name: str = "beheer-2024.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_columns_become_measures_and_years_become_tables(tmp_path: Path) -> None:
    text = (
        "Buurtcode;Buurtnaam;Jaar;Riolering ouder dan 40 jaar (%);Meldingen;Opmerking\n"
        "BU99990000;Noord;2023;12,5;1.250;druk\n"
        "BU99990000;Noord;2024;13,5;;rustig\n"
        "99990001;Zuid;2024;0,0;4;\n"
    )
    before, table = _read(_csv(tmp_path, text))
    assert (before.year, table.year) == (2023, 2024)
    assert list(table.values) == ["meldingen", "riolering_ouder_dan_40_jaar"]
    assert before.values.loc["BU99990000", "meldingen"] == 1250
    assert table.reasons.loc["BU99990000", "meldingen"] == EMPTY
    assert table.values.loc["BU99990001", "riolering_ouder_dan_40_jaar"] == 0
    assert table.measures.loc["riolering_ouder_dan_40_jaar", "unit"] == "%"
    assert table.regions.loc["BU99990000", "naam"] == "Noord"


def test_a_workbook_whose_codes_lost_their_zeros(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["bu_code", "score"], [1530000, 1.5], [1530001, -2]):
        book.active.append(row)  # type: ignore[union-attr]
    path = tmp_path / "eigen_2024.xlsx"
    book.save(path)
    (table,) = _read(path)
    assert table.values["score"].to_dict() == {"BU01530000": 1.5, "BU01530001": -2.0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("buurtcode;p_sloop\nBU99990000;101\n", "101 kan niet"),
        ("buurtcode;aantal\nBU99990000;1\nBU99990001;2\nBU99990002;veel\n", "`veel` is geen getal"),
        ("buurtcode;aantal\nBU99990000;1.234\nBU99990001;2\n", "duizendtal"),
        ("buurtcode;a;b\nBU99990000;1,5;2.75\n", "door elkaar"),
        ("buurtcode;aantal\nBU99990000;1\nBU99990000;2\n", "2 keer"),
        ("buurtcode;Aantal;aantal!\nBU99990000;1;2\n", "dezelfde naam"),
        ("buurtcode;naam\nBU99990000;Noord\n", "Geen enkele kolom"),
        ("buurtcode;jaar;a\nBU99990000;ooit;1\n", "geen periode"),
        ("buurtcode;a\nNoord;1\n", "NOORD"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        _read(_csv(tmp_path, text))
    assert said in str(caught.value)


def test_without_a_year_it_asks_for_one(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    with pytest.raises(InputError, match="jaar van dit bestand"):
        _read(_csv(folder, "buurtcode;a\nBU99990000;1\n", "beheer.csv"))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.dictionaries(
        st.integers(0, 9999).map("BU9999{:04d}".format),
        st.one_of(st.none(), st.integers(-9999, 10**7).map(lambda n: n / 100)),
        min_size=2,
    ),
    comma=st.booleans(),
)
def test_numbers_come_back_as_written(
    rows: dict[str, float | None], comma: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cells = ["" if v is None else f"{v:.2f}" for v in rows.values()]
    if not any(cells):
        return
    cells = [cell.replace(".", ",") if comma else cell for cell in cells]
    lines = [f"{code};{cell}" for code, cell in zip(rows, cells, strict=True)]
    path = _csv(tmp_path_factory.mktemp("eigen"), "\n".join(["buurtcode;waarde", *lines]))
    (table,) = _read(path)
    expected = {code: value for code, value in rows.items() if value is not None}
    assert table.values["waarde"].dropna().to_dict() == pytest.approx(expected)
