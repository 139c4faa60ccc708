"""Table id, year and companions of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sia.errors import InputError
from sia.sources.base import Publisher
from sia.sources.delivery import companion, origin_of, table_id, year_from_names, year_of_period


@pytest.mark.parametrize(
    ("path", "year"),
    [
        ("a/kwb-2024.csv", 2024),
        ("kwb-2019/gegevens.csv", 2019),
        ("a/Kerncijfers_wijken_en_buurten_2019_22032020_165940.csv", 2019),
        ("a/85984NED.csv", 0),
        ("a/20240101.csv", 0),
        ("a/RIVM_gezondheid2020_18+.xlsx", 2020),
    ],
)
def test_the_year_comes_from_the_name_then_from_the_folder(path: str, year: int) -> None:
    assert year_from_names(Path(path)) == year


def test_the_content_names_the_table_before_the_name_does() -> None:
    known = ["84799NED", "85984NED"]
    assert table_id(Path("x/84799ned_TypedDataSet.json"), known, "") == "84799NED"
    head = '{"odata.metadata": "http://h/85984NED/$metadata#TypedDataSet"'
    assert table_id(Path("x/84799NED_TypedDataSet.json"), known, head) == "85984NED"
    assert table_id(Path("x/47018NED.json"), known, "") is None


@pytest.mark.parametrize(
    ("period", "year"), [("2020JJ00", 2020), ("2024MM03", 2024), (" 2019 ", 2019), ("2019.0", 2019)]
)
def test_periods(period: str, year: int) -> None:
    assert year_of_period(period) == year


@pytest.mark.parametrize("period", ["", "19", "zomer", "2020JJ01", "20201"])
def test_what_is_no_period_is_refused(period: str) -> None:
    with pytest.raises(InputError, match="geen periode"):
        year_of_period(period)


def test_a_companion_is_of_the_same_table(tmp_path: Path) -> None:
    for name in ("cbs.v3.84799NED_DataProperties.parquet", "85984NED_DataProperties.json"):
        (tmp_path / name).write_text("x")
    own = tmp_path / "cbs.v3.84799NED_TypedDataSet.parquet"
    found = companion(own, "DataProperties")
    assert found is not None and found.name == "cbs.v3.84799NED_DataProperties.parquet"
    assert companion(tmp_path / "83765NED_TypedDataSet.json", "DataProperties") is None


def test_several_files_have_one_hash_that_changes_with_each(tmp_path: Path) -> None:
    pages = [tmp_path / "1.json", tmp_path / "2.json"]
    for page in pages:
        page.write_text("x")
    who = Publisher("CBS", "CC BY 4.0", "Bron: {table} {year}")
    before = origin_of(pages[0], who, "T", 2020, pages)
    pages[1].write_text("y")
    assert origin_of(pages[0], who, "T", 2020, pages).sha256 != before.sha256
    assert before.attribution() == "Bron: T 2020"
