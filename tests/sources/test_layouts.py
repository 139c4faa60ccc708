"""Tables as people and programs leave them: read right, or refused with the true reason."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from sia.sources import registry
from sia.sources.base import EMPTY, SECRET, UNKNOWN, Intake
from sia.sources.registry import read_folder

CODES = [f"BU9999000{i}" for i in range(6)]
COUNTS = [1234 + i for i in range(6)]
SHARES = [10.5 + i for i in range(6)]
HEAD = ["buurtcode", "aantal_x", "percentage_y"]
ROWS = [
    [c, str(a), f"{p}".replace(".", ",")] for c, a, p in zip(CODES, COUNTS, SHARES, strict=True)
]


def _text(*rows: list[str], sign: str = ";", line: str = "\n") -> str:
    return line.join(sign.join(row) for row in rows) + line


def _with(cells: Callable[[int], str]) -> str:
    return _text(HEAD, *([row[0], cells(n), row[2]] for n, row in enumerate(ROWS)))


def _intake(folder: Path, content: str | bytes, name: str = "eigen_2024.csv") -> Intake:
    raw = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(raw)
    return read_folder(folder, gemeente="GM9999", jaren=[2024])


def _book(fill: Callable[[Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _zipped(inner: bytes, name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, inner)
    return stream.getvalue()


def _cells(book: Workbook, *rows: list[object], sheet: str = "") -> None:
    assert book.active is not None
    target = book.create_sheet(sheet) if sheet else book.active
    for row in rows:
        target.append(row)


NUMBERS = [[c, a, p] for c, a, p in zip(CODES, COUNTS, SHARES, strict=True)]

WHOLE: dict[str, tuple[str | bytes, str]] = {
    "apostrophe between thousands": (_with(lambda n: f"1'{234 + n}"), "eigen_2024.csv"),
    "no-break blank between thousands": (_with(lambda n: f"1\u00a0{234 + n}"), "eigen_2024.csv"),
    "heading without known name": (_text(["gebied_id", *HEAD[1:]], *ROWS), "eigen_2024.csv"),
    "lower-case codes": (_text(HEAD, *([r[0].lower(), *r[1:]] for r in ROWS)), "eigen_2024.csv"),
    "blank without width": (_text(HEAD, *(["\u200b" + r[0], *r[1:]] for r in ROWS)), "e_2024.csv"),
    "empty lines": (_text(HEAD, *ROWS, line="\n\n"), "eigen_2024.csv"),
    "doubled line ends": (_text(HEAD, *ROWS, line="\r\r\n"), "eigen_2024.csv"),
    "a separator too many": (_text(HEAD, *([*row, ""] for row in ROWS)), "eigen_2024.csv"),
    "a row with the total": (_text(HEAD, *ROWS, ["Totaal", "9", "50,0"]), "eigen_2024.csv"),
    "groups above the headings": (_text(["", "Wonen", "Wonen"], HEAD, *ROWS), "eigen_2024.csv"),
    "units below the headings": (_text(HEAD, ["", "aantal", "%"], *ROWS), "eigen_2024.csv"),
    "UTF-16 without a mark": (_text(HEAD, *ROWS).encode("utf-16-le"), "eigen_2024.csv"),
    "UTF-32": (_text(HEAD, *ROWS).encode("utf-32"), "eigen_2024.csv"),
    "text named as workbook": (_text(HEAD, *ROWS, sign="\t"), "eigen_2024.xls"),
    "workbook named as text": (_book(lambda b: _cells(b, HEAD, *NUMBERS)), "eigen_2024.csv"),
    "new workbook named as old": (_book(lambda b: _cells(b, HEAD, *NUMBERS)), "eigen_2024.xls"),
    "periods": (
        _text([*HEAD, "Perioden"], *([*row, "2024JJ00"] for row in ROWS)),
        "eigen.csv",
    ),
    "title of two cells above the headings": (
        _text(["Regio", "Proefstad"], HEAD, *ROWS),
        "eigen_2024.csv",
    ),
    "export date below": (
        _book(lambda b: _cells(b, ["Titel"], HEAD, *NUMBERS, [], ["Datum export 1-1-2025"])),
        "eigen_2024.xlsx",
    ),
}


@pytest.mark.parametrize("layout", sorted(WHOLE))
def test_table_is_read_whole(tmp_path: Path, layout: str) -> None:
    found = _intake(tmp_path, *WHOLE[layout])
    assert list(found.files["status"]) == ["gelezen"], found.files["opmerking"].iloc[0]
    (table,) = found.tables
    assert table.values["aantal_x"].to_dict() == dict(zip(CODES, COUNTS, strict=True))
    assert table.values["percentage_y"].to_dict() == dict(zip(CODES, SHARES, strict=True))


def test_total_is_left_out_and_told(tmp_path: Path) -> None:
    found = _intake(tmp_path, *WHOLE["a row with the total"])
    assert "zonder de rij met het totaal (rij 8)" in found.files["opmerking"].iloc[0]


@pytest.mark.parametrize("cells", [lambda row: [*row, "7"], lambda row: [row[0], "7", *row[1:]]])
def test_figures_without_a_heading_are_told(
    tmp_path: Path, cells: Callable[[list[object]], list[object]]
) -> None:
    head = ["" if cell == "7" else cell for cell in cells(list(HEAD))]
    rows = [cells(row) for row in NUMBERS]
    text = _text(head, *([str(cell) for cell in row] for row in rows))  # type: ignore[arg-type]
    for content, name in (
        (_book(lambda book: _cells(book, head, *rows)), "eigen_2024.xlsx"),
        (text, "b_2024.csv"),
    ):
        found = _intake(tmp_path, content, name)
        at = head.index("") + 1
        assert f"zonder kop en niet gelezen: kolom {at}" in found.files["opmerking"].iloc[-1]


def test_column_of_this_year_stands_beside_that_of_another(tmp_path: Path) -> None:
    head = ["buurtcode", "winkels_2023", "winkels_2024", "bouw_na_2000", "saldo_huizen"]
    found = _intake(tmp_path, _text(head, *([c, "1", "2", "3", "-4"] for c in CODES)))
    assert "winkels_2023 (van 2023" in found.files["opmerking"].iloc[0]
    assert found.tables[0].values.iloc[0].to_dict() == {
        "bouw_na": 3.0,
        "saldo_huizen": -4.0,
        "winkels": 2.0,
    }


def test_a_period_of_building_is_no_other_year_and_wealth_may_be_negative(tmp_path: Path) -> None:
    head = ["buurtcode", "bouw_1945_1970", "gemiddeld_vermogen"]
    found = _intake(tmp_path, _text(head, *([c, "1", "-3.5"] for c in CODES)))
    first = found.tables[0].values.iloc[0]
    assert sorted(first) == [-3.5, 1.0]
    assert "van 1970" not in found.files["opmerking"].iloc[0]


@pytest.mark.parametrize("sign", ["-", "–", "−", "－", "- ", "– "])
def test_minus_is_read_however_it_is_set(tmp_path: Path, sign: str) -> None:
    rows = ([code, f"{sign}{n + 1},5"] for n, code in enumerate(CODES))
    (table,) = _intake(tmp_path, _text(["buurtcode", "saldo"], *rows)).tables
    assert list(table.values["saldo"]) == [-1.5, -2.5, -3.5, -4.5, -5.5, -6.5]


@pytest.mark.parametrize(
    ("sign", "reason"),
    [
        ("<5", SECRET),
        ("minder dan 10", SECRET),
        ("–", UNKNOWN),
        ("n.b.", UNKNOWN),
        ("#DEEL/0!", UNKNOWN),
        ("#N/B", UNKNOWN),
        ("nvt", EMPTY),
    ],
)
def test_signs_for_no_figure(tmp_path: Path, sign: str, reason: str) -> None:
    (table,) = _intake(tmp_path, _with(lambda n: sign if n == 3 else str(COUNTS[n]))).tables
    assert table.reasons.loc[CODES[3], "aantal_x"] == reason
    assert table.values["aantal_x"].notna().sum() == 5


REFUSED: dict[str, tuple[str | bytes, str, str]] = {
    "nines for no figure": (
        _with(lambda n: "99999" if n == 2 else str(COUNTS[n])),
        "eigen_2024.csv",
        "`99999` lijkt een teken voor een ontbrekend cijfer",
    ),
    "letter for one": (
        _text(HEAD, *([r[0].replace("000", "0I0"), *r[1:]] for r in ROWS)),
        "eigen_2024.csv",
        "de letter I waar een cijfer hoort",
    ),
    "letter for a digit at the end": (
        _text(HEAD, *([r[0].replace("0003", "000S"), *r[1:]] for r in ROWS)),
        "eigen_2024.csv",
        "de letter S waar een cijfer hoort",
    ),
    "figures of another year": (
        _text(["buurtcode", "winkels 2019"], *([code, "5"] for code in CODES)),
        "eigen_2024.csv",
        "winkels 2019 (van 2019",
    ),
    "percent as a fraction": (
        _text(["buurtcode", "percent huur"], *([c, f"0,{n + 10}"] for n, c in enumerate(CODES))),
        "eigen_2024.csv",
        "tussen 0 en 1",
    ),
    "names for codes": (
        _text(["buurtcode", "aantal_x"], *([f"Buurt {n}", str(n)] for n in range(6))),
        "eigen_2024.csv",
        "`BUURT0` is geen regiocode",
    ),
    **{
        f"negative {name}": (
            _text(["buurtcode", name], *([c, str(n - 1)] for n, c in enumerate(CODES))),
            "eigen_2024.csv",
            "-1 kan niet",
        )
        for name in ("scholen", "inbraken", "woz_waarde", "n_bijstand", "bevolkingsdichtheid")
    },
    "share as a fraction": (
        _text(["buurtcode", "aandeel_huur"], *([c, f"0,{n + 10}"] for n, c in enumerate(CODES))),
        "eigen_2024.csv",
        "tussen 0 en 1",
    ),
    "years for headings": (
        _text(["buurtcode", "2023", "2024"], *([r[0], "1", "2"] for r in ROWS)),
        "eigen_2024.csv",
        "een jaar als kop",
    ),
    "negative in brackets": (
        _text(["buurtcode", "saldo"], *([code, "(5)"] for code in CODES)),
        "eigen_2024.csv",
        "saldo (tekst, zoals `(5)`)",
    ),
    "page with a table": (
        "<html><table><tr><td>BU99990000</td></tr></table></html>",
        "eigen_2024.xls",
        "bewaar het als .xlsx",
    ),
    "page with a fault": ("<html>502</html>", "eigen_2024.csv", "foutpagina"),
    "zip": (_zipped(_text(HEAD, *ROWS).encode(), "a.csv"), "eigen_2024.zip", "pak het bestand uit"),
    "records": (
        json.dumps([{"buurtcode": code, "x": 1} for code in CODES]),
        "eigen_2024.json",
        "uit een CSV of een werkmap",
    ),
    "one column": (
        _text(HEAD, *([row[0], "1", "2"] for row in ROWS), sign=":"),
        "eigen_2024.csv",
        "heeft één kolom",
    ),
}


@pytest.mark.parametrize("layout", sorted(REFUSED))
def test_refused_with_the_true_reason(tmp_path: Path, layout: str) -> None:
    content, name, said = REFUSED[layout]
    found = _intake(tmp_path, content, name)
    assert not found.tables
    assert said in found.files["opmerking"].iloc[0]


def test_hidden_sheet_never_wins(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        _cells(book, HEAD, *NUMBERS)
        _cells(
            book,
            HEAD,
            *([*row[:1], 1, 1.5] for row in NUMBERS),
            [*CODES[:0], "BU99990009", 1, 2],
            sheet="oud",
        )
        book["oud"].sheet_state = "hidden"

    (table,) = _intake(tmp_path, _book(fill), "eigen_2024.xlsx").tables
    assert list(table.values["aantal_x"]) == COUNTS


def test_sheet_per_year_becomes_a_table_per_year(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        assert book.active is not None
        book.active.title = "2023"
        _cells(book, HEAD, *([row[0], 1, 1.5] for row in NUMBERS))
        _cells(book, HEAD, *NUMBERS, sheet="2024")

    found = _intake(tmp_path, _book(fill), "eigen_2024.xlsx")
    read = {table.year: list(table.values["aantal_x"]) for table in found.tables}
    assert read == {2023: [1.0] * 6, 2024: COUNTS}


def test_two_sheets_with_the_same_headings_are_a_question(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        _cells(book, HEAD, *NUMBERS)
        _cells(book, HEAD, *([row[0], 1, 1.5] for row in NUMBERS), sheet="concept")

    found = _intake(tmp_path, _book(fill), "eigen_2024.xlsx")
    assert "dezelfde koppen en andere cijfers: Sheet, concept" in found.files["opmerking"].iloc[0]


def test_merged_group_and_its_columns_become_one_heading(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        _cells(book, ["buurtcode", "2023", None], [None, "mannen", "vrouwen"], *NUMBERS)
        assert book.active is not None
        book.active.merge_cells("A1:A2")
        book.active.merge_cells("B1:C1")

    (table,) = _intake(tmp_path, _book(fill), "eigen_2024.xlsx").tables
    assert set(table.values) == {"2023_mannen", "2023_vrouwen"}


def test_merged_name_of_a_wijk_is_no_figure(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        rows = (["Noord" if n == 0 else None, *row] for n, row in enumerate(NUMBERS))
        _cells(book, ["wijk", *HEAD], *rows)
        assert book.active is not None
        book.active.merge_cells("A2:A7")

    (table,) = _intake(tmp_path, _book(fill), "eigen_2024.xlsx").tables
    assert list(table.values["aantal_x"]) == COUNTS


@pytest.mark.parametrize("sign", [".", ","])
def test_counts_of_a_publisher_have_no_decimals(tmp_path: Path, sign: str) -> None:
    rows = ([c, "x", "V", "Buurt", c, f"1{sign}00{n}"] for n, c in enumerate(CODES))
    head = ["gwb_code_10", "regio", "gm_naam", "recs", "gwb_code", "a_inw"]
    (table,) = _intake(tmp_path, _text(head, *rows), "kwb-2024.csv").tables
    assert list(table.values["aantal_inwoners"]) == [1000, 1001, 1002, 1003, 1004, 1005]


def _map(code: str, crs: str = "") -> bytes:
    features = []
    for n, name in enumerate(CODES):
        x = 250_000 + 500 * n
        ring = [[x, 470_000], [x + 500, 470_000], [x + 500, 470_500], [x, 470_500], [x, 470_000]]
        facts = {code: name, "wijkcode": "WK999900", "water": "NEE", "aantal_inwoners": 1000 + n}
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "geometry": shape, "properties": facts})
    whole = {"type": "FeatureCollection", "features": features}
    named = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    return json.dumps(whole | named).encode()


@pytest.mark.parametrize("code", ["buurtcode", "statcode"])
def test_map_in_rd_that_names_no_system(tmp_path: Path, code: str) -> None:
    found = _intake(tmp_path, _map(code), "buurten_2024.geojson")
    (layer,) = found.areas
    assert (layer.level, len(layer.frame)) == ("buurt", 6)
    assert list(layer.frame.total_bounds) == [250_000, 470_000, 253_000, 470_500]
    assert list(found.tables[0].values["aantal_inwoners"])[:2] == [1000, 1001]


def test_map_that_names_a_wrong_system_is_refused(tmp_path: Path) -> None:
    content = _map("buurtcode", "urn:ogc:def:crs:OGC:1.3:CRS84")
    found = _intake(tmp_path, content, "buurten_2024.geojson")
    assert "lijken op EPSG:28992" in found.files["opmerking"].iloc[0]


def _crime(head: list[str]) -> str:
    rows = ([code, "Totaal misdrijven", "2024", str(n)] for n, code in enumerate(CODES))
    return _text(head, *rows)


@pytest.mark.parametrize(
    "head",
    [
        ["WijkenEnBuurten", "SoortMisdrijf", "Perioden", "GeregistreerdeMisdrijven_1"],
        ["wijkenenbuurten", "soortmisdrijf", "perioden", "geregistreerdemisdrijven_1"],
        ["Wijken en buurten", "Soort misdrijf", "Perioden", "Geregistreerde misdrijven (aantal)"],
    ],
)
def test_crime_is_known_however_its_headings_are_spelled(tmp_path: Path, head: list[str]) -> None:
    (table,) = _intake(tmp_path, _crime(head), "misdrijven.csv").tables
    assert table.source == "politie.misdrijven"
    assert list(table.values["totaal_misdrijven"]) == [0, 1, 2, 3, 4, 5]


def _kwb(share: Callable[[int], str], **more: str) -> str:
    head = ["gwb_code_10", "regio", "gm_naam", "recs", "gwb_code", "a_inw", "p_koopw", *more]
    rows = (
        [c, "B", "V", "Buurt", c, "1000", share(n), *more.values()] for n, c in enumerate(CODES)
    )
    return _text(head, *rows)


def test_year_inside_a_table_goes_before_that_of_its_name(tmp_path: Path) -> None:
    content = _kwb(lambda n: str(40 + n), jaar="2024")
    (table,) = _intake(tmp_path, content, "kwb-2023.csv").tables
    assert table.year == 2024


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (lambda n: f"0,{40 + n}", "tussen 0 en 1"),
        (lambda n: f"{40 + n}%" if n % 2 else str(40 + n), "een procentteken en een deel niet"),
    ],
)
def test_shares_of_a_publisher_that_somebody_made_fractions(
    tmp_path: Path, share: Callable[[int], str], said: str
) -> None:
    found = _intake(tmp_path, _kwb(share), "kwb-2024.csv")
    assert not found.tables and said in found.files["opmerking"].iloc[0]


def test_small_shares_of_a_publisher_are_percentages(tmp_path: Path) -> None:
    (table,) = _intake(tmp_path, _kwb(lambda n: f"0,{n}"), "kwb-2024.csv").tables
    assert table.values["percentage_koopwoningen"].max() == 0.5


def test_fault_of_ours_in_one_file_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "anders_2024.csv").write_text(_text(HEAD, *ROWS))
    known = registry.recognise

    def broken(path: Path) -> object:
        if path.name == "anders_2024.csv":
            raise KeyError("kolom")
        return known(path)

    monkeypatch.setattr(registry, "recognise", broken)
    found = _intake(tmp_path, _text(["buurtcode", "saldo"], *([c, "5"] for c in CODES)))
    assert list(found.files["status"]) == ["fout", "gelezen"]
    assert "Onverwachte fout" in found.files["opmerking"].iloc[0]
