"""The tables of change hold all that is known of it, to the last bit, on disk too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from sia import schemas
from sia.change.base_year import YearFigures, base_year
from sia.change.since_base import (
    Verandering,
    change_of,
    change_since_base,
    change_tables,
    year_scores,
)
from sia.errors import InputError
from sia.methode import ChangeSettings
from sia.store import read_table, write_table
from tests.change.conftest import CODES, worsened, year_of


@pytest.fixture(scope="module")
def found(values: pd.DataFrame, scale: pd.DataFrame, then: YearFigures) -> Verandering:
    now = year_of(2024, worsened(values, CODES[4], 20.0), scale, edge=140.0)
    return change_since_base(base_year(now, then), settings=ChangeSettings(draws=20))


def on_disk(tables: dict[str, pd.DataFrame], folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables as a later stage reads them."""
    for name, table in tables.items():
        write_table(folder / f"{name}.parquet", schemas.validate(name, table))
    return {name: schemas.validate(name, read_table(folder / f"{name}.parquet")) for name in tables}


def test_change_comes_back_from_its_tables_as_it_was(found: Verandering, tmp_path: Path) -> None:
    again = change_of(*on_disk(change_tables(found), tmp_path).values())
    assert again is not None
    assert (again.basisjaar, again.ruis_bekend, again.fdr) == (2020, True, 0.1)
    assert_frame_equal(again.buurten, found.buurten, check_exact=True, check_freq=False)
    assert_frame_equal(again.gebieden, found.gebieden, check_exact=True)


def test_nothing_to_compare_with_comes_back_as_nothing(tmp_path: Path) -> None:
    tables = on_disk(change_tables(None), tmp_path)
    assert all(table.empty for table in tables.values())
    assert change_of(*tables.values()) is None


def test_scores_of_the_years_are_those_of_the_buurten_of_today(tmp_path: Path) -> None:
    old = pd.DataFrame({"urgentie": [1.5, 2.5]}, index=["BU00010000", "BU00019999"])
    new = pd.DataFrame({"urgentie": 0.1 + 0.2}, index=CODES)
    table = year_scores({2020: old, 2024: new}, CODES)
    read = on_disk({"jaarscores": table}, tmp_path)["jaarscores"]
    assert_frame_equal(read, table, check_exact=True)
    assert list(read) == ["2020", "2024"]
    assert read.at["BU00010000", "2020"] == 1.5 and read["2020"].notna().sum() == 1


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("oordeel", "misschien", "geen oordeel"),
        ("oordeel", "niet te vergelijken", "precies als haar verandering ontbreekt"),
        ("q", 1.5, "tussen 0 en 1"),
        ("grens", "verdwenen", "geen lot van een grens"),
    ],
)
def test_what_cannot_be_said_of_a_change_is_refused(
    found: Verandering, column: str, value: object, told: str
) -> None:
    wrong = replace(found, buurten=found.buurten.assign(**{column: value}))
    with pytest.raises(InputError, match=told):
        schemas.validate("verandering", change_tables(wrong)["verandering"])
