"""Raw files: what cannot be read says so in Dutch, with row or column and a remedy."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from sia.errors import InputError
from sia.sources import tabular


def _write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_csv_delimiters_are_found_in_the_header(tmp_path: Path, sign: str) -> None:
    path = _write(tmp_path / "a.csv", f'code{sign}"naam (a{sign} b)"\nBU1{sign}x\n\n')
    table = tabular.read(path)
    assert table.columns == ["code", f"naam (a{sign} b)"]
    assert table.frame.to_numpy().tolist() == [["BU1", "x"]]
    assert table.row_label(0) == "2"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("leeg.csv", "", "leeg"),
        ("pagina.csv", "<!DOCTYPE html><html><body>503</body></html>", "webpagina"),
        ("pagina.json", "  <html></html>", "webpagina"),
        ("kort.csv", "a;b;c\n1;2;3\n4;5\n", "heeft 2 cellen, de kop 3"),
        ("lang.csv", "a;b\n1;2\n1;2;3\n", "heeft 3 cellen"),
        ("quote.csv", 'a;b\n"1;2\n3;4\n', "aanhalingstekens"),
        ("nul.csv", "a;b\n1;\x002\n", "nultekens"),
        ("dubbel.csv", "a;b;a\n1;2;3\n", "meer dan eens"),
        ("codering.csv", "a;b\n1;é\n2;".encode() + b"\xe9\n", "door elkaar"),
        ("af.json", '{"value": [{"a": 1}, {"a"', "geen geldige JSON"),
        ("vorm.json", '{"value": {"a": 1}}', "geen OData-antwoord"),
        ("diep.json", "[" * 100_000, "geen geldige JSON"),
        ("map.xlsx", b"PK\x03\x04 kapot", "werkmap is niet te lezen"),
        ("map.parquet", b"PAR1 kapot", "Parquet-bestand is niet te lezen"),
        ("oud.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "werkmap is niet te lezen"),
    ],
)
def test_a_faulty_file_gives_one_dutch_problem(
    tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    path = _write(tmp_path / name, content)
    with pytest.raises(InputError) as caught:
        tabular.read(path)
    (problem,) = caught.value.problems
    assert said in problem.wat
    assert problem.bestand == str(path)
    assert problem.oplossing


def test_short_row_is_named_by_its_number_in_the_file(tmp_path: Path) -> None:
    path = _write(tmp_path / "kort.csv", "a;b;c\n1;2;3\n1;2;3\n4;5\n")
    with pytest.raises(InputError) as caught:
        tabular.read(path)
    assert caught.value.problems[0].rij == "4"


def test_windows_text_and_utf8_with_bom_both_read(tmp_path: Path) -> None:
    for encoding in ("cp1252", "utf-8-sig", "utf-8"):
        path = _write(tmp_path / f"{encoding}.csv", "a;b\nBedrijfé;2\n".encode(encoding))
        assert tabular.read(path).frame.iloc[0, 0] == "Bedrijfé"


def test_a_table_below_a_title_on_the_second_sheet_is_found(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Toelichting"])  # type: ignore[union-attr]
    sheet = book.create_sheet("cijfers")
    for row in (["Onderhoud 2024"], [], ["buurtcode", "waarde"], ["BU99990000", 1.5], ["x", None]):
        sheet.append(row)
    path = tmp_path / "eigen.xlsx"
    book.save(path)
    table = tabular.read(path)
    assert table.columns == ["buurtcode", "waarde"]
    assert table.frame.iloc[0].tolist() == ["BU99990000", "1.5"]
    assert table.frame.iloc[1, 1] == ""
    assert table.row_label(0) == "4"


def test_pages_of_one_answer_are_read_in_order(tmp_path: Path) -> None:
    for number in (10, 9):
        rows = {"value": [{"a": number}]}
        _write(tmp_path / f"84799NED_TypedDataSet_{number}.json", json.dumps(rows))
    _write(tmp_path / "84799NED_TypedDataSet.json", json.dumps({"value": [{"a": 0}]}))
    _write(tmp_path / "85984NED_TypedDataSet_1.json", json.dumps({"value": [{"a": 99}]}))
    table = tabular.read_pages(tmp_path / "84799NED_TypedDataSet.json")
    assert table.frame["a"].tolist() == [0, 9, 10]


@pytest.mark.parametrize("key", ["odata.nextLink", "@odata.nextLink"])
def test_an_absent_last_page_is_noticed(tmp_path: Path, key: str) -> None:
    path = _write(
        tmp_path / "TypedDataSet.json", json.dumps({"value": [{"a": 0}], key: "http://x/?$skip=1"})
    )
    with pytest.raises(InputError, match="niet compleet"):
        tabular.read_pages(path)


def test_peek_never_raises(tmp_path: Path) -> None:
    for number, content in enumerate([b"", b"\xff\xfe", b"{", b"[1", b"PK\x03\x04", b"PAR1", b"<"]):
        for suffix in (".csv", ".json", ".parquet", ".xlsx", ".bin"):
            tabular.peek(_write(tmp_path / f"{number}{suffix}", content))
