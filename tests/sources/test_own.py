"""A municipality's own table: any numeric column, no silent guess about what a cell means."""

from __future__ import annotations

import zipfile
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
        ("buurtcode;a\nBU99990000;1,5\nBU99990001;2.75\n", "door elkaar"),
        ("buurtcode;a;b\nBU99990000;1.234;10.5\nBU99990001;1.235;10.6\n", "kolom: a"),
        ("buurtcode;a\nBU99990000;1,234\nBU99990001;1,235\n", "duizendtal"),
        ("buurtcode;p_a\nBU99990000;0,08\nBU99990001;0,1\n", "tussen 0 en 1"),
        ("buurtcode;p_a\nBU99990000;8%\nBU99990001;0,1\n", "procentteken"),
        ("buurtcode;aantal_a\nBU99990000;5\nBU99990001;-5\n", "-5 kan niet"),
        ("buurtcode;aantal\nBU9999OOO0;5\n", "letter O"),
        ("buurtcode;a\n", "geen rijen"),
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


@pytest.mark.parametrize(
    "written",
    [
        "sep=;\r\nbuurtcode;x\r\nBU99990000;1234,5\r\nBU99990001;0\r\n",
        "Winkels 2024\n\nbuurtcode;x\nBU99990000;€ 1 234,50\nBU99990001;€ 0,00\nBron: gemeente;\n",
        'buurtcode,x\nBU99990000,"1,234.5"\nBU99990001,0\n',
        "Buurt\tcode van de buurt\tx\nNoord\tBU99990000\t'1234,5\nZuid\tBU99990001\t0\n",
        "onderwerp;BU99990000;BU99990001\nbuurtcode;BU99990000;BU99990001\nx;1234,5;0\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_layout_and_encoding_gives_the_same_figures(
    tmp_path: Path, written: str, encoding: str
) -> None:
    path = tmp_path / "beheer-2024.csv"
    path.write_bytes(written.encode(encoding))
    (table,) = _read(path)
    assert table.values["x"].to_dict() == {"BU99990000": 1234.5, "BU99990001": 0.0}


def _book(path: Path, *rows: list[object], before: str = "") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    if before:
        book.active.append([before])  # type: ignore[union-attr]
        book.create_sheet("cijfers")
    for row in rows:
        book.worksheets[-1].append(row)
    book.save(path)
    return book


def test_a_workbook_says_what_its_reader_sees(tmp_path: Path) -> None:
    path = tmp_path / "beheer-2024.xlsx"
    rows = [["buurtcode", "p_a", "b", "notitie"], ["BU99990000", 0.081, 5, "ja"]]
    book = _book(path, *rows, ["BU99990001", 0.1, 6, None], before="Toelichting bij dit bestand")
    for row in (2, 3):
        book.worksheets[-1].cell(row, 2).number_format = "0.0%"
    book.save(path)
    (table,) = _read(path)
    assert table.values["p_a"].tolist() == [8.1, 10.0]
    assert "notitie (tekst, zoals `ja`)" in table.remark


@pytest.mark.parametrize(
    ("cell", "said"),
    [("=1+1", "formule zonder opgeslagen uitkomst"), (True, "`WAAR` is geen getal")],
)
def test_a_cell_without_its_figure_is_named(tmp_path: Path, cell: object, said: str) -> None:
    path = tmp_path / "beheer-2024.xlsx"
    _book(path, ["buurtcode", "a"], ["BU99990000", 5], ["BU99990001", cell])
    with pytest.raises(InputError) as caught:
        _read(path)
    assert said in str(caught.value)
    assert "rij: 3 (BU99990001)" in str(caught.value)


def test_merged_cells_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "beheer-2024.xlsx"
    book = _book(path, ["buurtcode", "a"], ["BU99990000", 5], ["BU99990001", None])
    book.worksheets[0].merge_cells("B2:B3")
    book.save(path)
    with pytest.raises(InputError, match="samengevoegde cel"):
        _read(path)


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


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("Buurt;CBS code;x", "dichtstbij is `CBS code`; noem die kolom buurtcode"),
        ("Buurt_naam;x", "dichtstbij is `Buurt_naam`; zet er een kolom buurtcode bij"),
        ("a;b", "heeft geen kolom met buurtcodes; zet er"),
        ("gebied;indicator;waarde", "dichtstbij is `gebied`; zet er een kolom buurtcode bij"),
    ],
)
def test_a_near_miss_says_what_it_lacks(tmp_path: Path, head: str, said: str) -> None:
    path = _csv(tmp_path, f"{head}\n{'Noord;' * head.count(';')}1\n")
    assert own.recognise(path) is None
    assert said in own.near_miss(path)


def test_a_row_per_subject_becomes_a_column_per_subject(tmp_path: Path) -> None:
    text = (
        "jaar;gebiedcode15;gebiednaam;indicator;waarde\n"
        "2024;BU99990001;Zuid;BEVTOTAAL;1210\n2024;BU99990001;Zuid;PSLOOP;0,5\n"
        "2024;BU99990000;Noord;BEVTOTAAL;1100\n2023;BU99990000;Noord;PSLOOP;0,25\n"
    )
    before, table = _read(_csv(tmp_path, text, "bbga.csv"))
    assert (before.year, table.year) == (2023, 2024)
    assert table.values["bevtotaal"].to_dict() == {"BU99990000": 1100, "BU99990001": 1210}
    assert table.values["psloop"].dropna().to_dict() == {"BU99990001": 0.5}
    assert before.values["psloop"].to_dict() == {"BU99990000": 0.25}


def test_a_subject_that_an_area_has_twice_is_refused(tmp_path: Path) -> None:
    rows = "BU99990000;a;vrouw;1\nBU99990001;a;vrouw;2\nBU99990000;a;man;3\n"
    path = _csv(tmp_path, f"buurtcode;onderwerp;groep;waarde\n{rows}")
    with pytest.raises(InputError, match=r"meer dan eens in: BU99990000, a\.") as caught:
        _read(path)
    assert caught.value.problems[0].rij == "4"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    figures=st.lists(st.integers(0, 99_999_999), min_size=2, max_size=5),
    places=st.integers(0, 3),
    signs=st.sampled_from([".,", ",.", ". ", ", ", ".", ",", ",'"]),
    heading=st.sampled_from(["aantal_bomen", "prijs", "afstand (km)", "oppervlakte"]),
    other=st.sampled_from(["", "0.5", "0,5"]),
    layout=st.sampled_from(["wide", "long", "turned"]),
    around=st.sampled_from(["{}", "sep=;\n{}", "Overzicht 2024;\n{}", "{}\nBron: de gemeente"]),
    encoding=st.sampled_from(["utf-8-sig", "utf-16", "cp1252"]),
)
def test_any_layout_is_read_right_or_refused(
    figures: list[int],
    places: int,
    signs: str,
    heading: str,
    other: str,
    layout: str,
    around: str,
    encoding: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    # a count has no decimals
    places = 0 if heading == "aantal_bomen" else places
    texts = [f"{n / 10**places:_.{places}f}".replace(".", signs[0]) for n in figures]
    cells = [text.replace("_", signs[1:]) for text in texts]
    codes = [f"BU9999000{place}" for place in range(len(cells))]
    rows = [
        ["buurtcode", heading],
        *([code, cell] for code, cell in zip(codes, cells, strict=True)),
    ]
    if other:
        rows = [[*row, "score" if row is rows[0] else other] for row in rows]
    if layout == "turned":
        rows = [list(row) for row in zip(*rows, strict=True)]
    if layout == "long":
        told = [
            [r[0], name, cell]
            for r in rows[1:]
            for name, cell in zip(rows[0][1:], r[1:], strict=True)
        ]
        rows = [["buurtcode", "onderwerp", "waarde"], *told]
    path = tmp_path_factory.mktemp("eigen") / "beheer-2024.csv"
    text = around.format("\n".join(";".join(row) for row in rows))
    path.write_bytes(text.encode(encoding))
    found = own.recognise(path)
    if found is None:
        return
    try:
        (table,) = own.read(found)
    except InputError:
        return
    measure = next((m for m in table.values if m != "score"), None)
    if measure is None:
        assert table.remark
        return
    expected = {code: n / 10**places for code, n in zip(codes, figures, strict=True)}
    assert table.values[measure].to_dict() == pytest.approx(expected)


def test_opendocument_is_read_as_its_reader_sees_it(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="{}" office:value="{}"/>'
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [[text.format(name) for name in ("buurtcode", "p_a", "b")]]
    for code, share in (("BU99990000", 0.081), ("BU99990001", 0.1)):
        figures = [cell.format("percentage", share), cell.format("float", 5)]
        rows.append([text.format(code), *figures])
    body = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    content = (
        f'<office:document-content {names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Blad1">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "beheer-2024.ods"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", content)
        manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        book.writestr("META-INF/manifest.xml", manifest)
    (table,) = _read(path)
    assert table.values["p_a"].tolist() == [8.1, 10.0]
    assert table.values["b"].tolist() == [5.0, 5.0]
