"""KWB: the same figures and gaps come out of every format, and faults never become numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sia.errors import InputError
from sia.sources import cbs
from sia.sources.base import (
    EMPTY,
    NOT_DELIVERED,
    PRESENT,
    SECRET,
    SECRET_OR_UNKNOWN,
    UNKNOWN,
    SourceTable,
)
from sia.sources.columns import by_heading, dictionary, headings_from_keys

Rows = Mapping[str, Mapping[str, float | None]]

KEYS = {
    "aantal_inwoners": "AantalInwoners_5",
    "aantal_personen_65_jaar_en_ouder": "k_65JaarOfOuder_12",
    "gemiddelde_woningwaarde": "GemiddeldeWoningwaarde_35",
    "perc_huurwoningen_in_bezit_woningcorporaties": "InBezitWoningcorporatie_42",
    "gemiddeld_elektriciteitsverbruik_totaal": "GemiddeldElektriciteitsverbruikTotaal_47",
    "gemiddeld_elektriciteitsverbruik_hoekwoning": "Hoekwoning_50",
    "gemiddeld_gasverbruik_totaal": "GemiddeldAardgasverbruikTotaal_55",
    "gemiddeld_gasverbruik_hoekwoning": "Hoekwoning_58",
    "mediaan_vermogen_van_particuliere_huish": "MediaanVermogenVanParticuliereHuish_82",
}
TITLES = {
    "aantal_inwoners": "Bevolking/Aantal inwoners (aantal)",
    "aantal_personen_65_jaar_en_ouder": "Bevolking/Leeftijdsgroepen/65 jaar of ouder (aantal)",
    "gemiddelde_woningwaarde": "Wonen/Gemiddelde woningwaarde (x 1 000 euro)",
    "perc_huurwoningen_in_bezit_woningcorporaties": (
        "Wonen/Woningen naar eigendom/Huurwoningen/In bezit woningcorporatie (%)"
    ),
    "gemiddeld_elektriciteitsverbruik_totaal": (
        "Energie/Gemiddeld elektriciteitsverbruik/Gemiddeld elektriciteitsverbruik totaal (kWh)"
    ),
    "gemiddeld_elektriciteitsverbruik_hoekwoning": (
        "Energie/Gemiddeld elektriciteitsverbruik/Naar woningtype/Hoekwoning (kWh)"
    ),
    "gemiddeld_gasverbruik_totaal": (
        "Energie/Gemiddeld aardgasverbruik/Gemiddeld aardgasverbruik totaal (m³)"
    ),
    "gemiddeld_gasverbruik_hoekwoning": (
        "Energie/Gemiddeld aardgasverbruik/Naar woningtype/Hoekwoning (m³)"
    ),
    "mediaan_vermogen_van_particuliere_huish": (
        "Inkomen/Inkomen van huishoudens/Mediaan vermogen van particuliere huish. (x 1 000 euro)"
    ),
}
SHORT = {
    "aantal_inwoners": "a_inw",
    "aantal_personen_65_jaar_en_ouder": "a_65_oo",
    "gemiddelde_woningwaarde": "g_wozbag",
    "perc_huurwoningen_in_bezit_woningcorporaties": "p_wcorpw",
    "gemiddeld_elektriciteitsverbruik_totaal": "g_ele",
    "gemiddeld_elektriciteitsverbruik_hoekwoning": "g_ele_hw",
    "gemiddeld_gasverbruik_totaal": "g_gas",
    "gemiddeld_gasverbruik_hoekwoning": "g_gas_hw",
    "mediaan_vermogen_van_particuliere_huish": "m_hh_ver",
}
CODES4 = {
    "aantal_inwoners": "T001036",
    "aantal_personen_65_jaar_en_ouder": "80200",
    "gemiddelde_woningwaarde": "M001642",
    "perc_huurwoningen_in_bezit_woningcorporaties": "A047047",
    "gemiddeld_elektriciteitsverbruik_totaal": "M000221_2",
    "gemiddeld_elektriciteitsverbruik_hoekwoning": "ZW25806_1",
    "gemiddeld_gasverbruik_totaal": "M000219_2",
    "gemiddeld_gasverbruik_hoekwoning": "ZW25806_2",
    "mediaan_vermogen_van_particuliere_huish": "M000939",
}


def _kind(code: str) -> str:
    return {"BU": "Buurt", "WK": "Wijk", "GM": "Gemeente", "NL": "Land"}[code[:2]]


def _keyed(rows: Rows, text: bool) -> list[dict[str, Any]]:
    """Return the records of an OData v3 answer, region codes padded as CBS pads them."""
    records = []
    for number, (code, cells) in enumerate(rows.items()):
        record: dict[str, Any] = {
            "ID": number,
            "WijkenEnBuurten": f"{code:<10}",
            "Gemeentenaam_1": f"{'Voorbeeldstad':<40}",
            "SoortRegio_2": f"{_kind(code):<10}",
        }
        for name, key in KEYS.items():
            value = cells[name]
            record[key] = (f"{value:>8}" if value is not None else "       .") if text else value
        records.append(record)
    return records


def _odata3_json(folder: Path, rows: Rows, text: bool = False) -> Path:
    entity = "UntypedDataSet" if text else "TypedDataSet"
    path = folder / f"84799NED_{entity}.json"
    metadata = f"https://opendata.cbs.nl/ODataApi/OData/84799NED/$metadata#{entity}"
    path.write_text(json.dumps({"odata.metadata": metadata, "value": _keyed(rows, text)}))
    return path


def _untyped_json(folder: Path, rows: Rows) -> Path:
    return _odata3_json(folder, rows, text=True)


def _paged_json(folder: Path, rows: Rows) -> Path:
    records = _keyed(rows, text=False)
    half = len(records) // 2 or 1
    first = folder / "84799NED_TypedDataSet_0001.json"
    first.write_text(json.dumps({"value": records[:half], "odata.nextLink": "x?$skip=10000"}))
    (folder / "84799NED_TypedDataSet_0002.json").write_text(json.dumps({"value": records[half:]}))
    return first


def _odata3_parquet(folder: Path, rows: Rows) -> Path:
    path = folder / "cbs.v3.84799NED_TypedDataSet.parquet"
    frame = pd.DataFrame(_keyed(rows, text=False))
    frame.astype(dict.fromkeys(KEYS.values(), "float64")).to_parquet(path)
    return path


def _odata3_csv(folder: Path, rows: Rows) -> Path:
    path = folder / "kwb-2020-84799NED.csv"
    pd.DataFrame(_keyed(rows, text=False)).to_csv(path, index=False)
    return path


def _odata4_rows(rows: Rows) -> list[dict[str, Any]]:
    long = [
        {"Measure": CODES4[name], "WijkenEnBuurten": code, "Value": value, "ValueAttribute": "None"}
        for code, cells in rows.items()
        for name, value in cells.items()
        if value is not None or name == "aantal_inwoners"
    ]
    return [{"Id": number, **row} for number, row in enumerate(long)]


def _odata4_json(folder: Path, rows: Rows) -> Path:
    path = folder / "84799NED_Observations.json"
    content = {"@odata.context": "https://odata4.cbs.nl/CBS/84799NED/$metadata#Observations"}
    path.write_text(json.dumps({**content, "value": _odata4_rows(rows)}))
    listed = {"value": [{"Identifier": code, "Title": f"naam {code}"} for code in rows]}
    (folder / "84799NED_WijkenEnBuurtenCodes.json").write_text(json.dumps(listed))
    return path


def _odata4_parquet(folder: Path, rows: Rows) -> Path:
    path = folder / "cbs.v4.84799NED_Observations.parquet"
    pd.DataFrame(_odata4_rows(rows)).astype({"Value": "float64"}).to_parquet(path)
    return path


def _short_rows(rows: Rows, cell: Callable[[float | None], object]) -> list[list[object]]:
    header = ["gwb_code_10", "gwb_code_8", "regio", "gm_naam", "recs", "gwb_code", *SHORT.values()]
    body: list[list[object]] = [
        [code, code[2:], "naam", "Voorbeeldstad", f"{_kind(code)}  ", code]
        + [cell(cells[name]) for name in SHORT]
        for code, cells in rows.items()
    ]
    return [list(header), *body]


def _spreadsheet_csv(folder: Path, rows: Rows) -> Path:
    """Write as CBS does: semicolons, decimal commas, points for gaps, stray blanks."""

    def cell(value: float | None) -> str:
        return "       ." if value is None else f" {value} ".replace(".", ",")

    path = folder / "kwb-2020.csv"
    lines = (";".join(map(str, row)) for row in _short_rows(rows, cell))
    path.write_text("\r\n".join(lines), encoding="cp1252")
    return path


def _spreadsheet_xlsx(folder: Path, rows: Rows) -> Path:
    book = openpyxl.Workbook()
    for row in _short_rows(rows, lambda value: "." if value is None else value):
        book.active.append(row)  # type: ignore[union-attr]
    path = folder / "kwb-2020.xlsx"
    book.save(path)
    return path


def _statline_csv(folder: Path, rows: Rows) -> Path:
    path = folder / "Kerncijfers_wijken_en_buurten_2020_22032020_165940.csv"
    lead = ["Wijken en buurten", "Regioaanduiding/Gemeentenaam (naam)"]
    header = [*lead, "Regioaanduiding/Codering (code)", *TITLES.values()]
    lines = [";".join(header)]
    for code, cells in rows.items():
        written = ["       ." if cells[n] is None else str(cells[n]) for n in TITLES]
        lines.append(";".join([f"naam {code}", f"{'Voorbeeldstad':<40}", f"{code:<10}", *written]))
    path.write_text("\r\n".join(lines), encoding="utf-8-sig")
    return path


FORMATS: list[Callable[[Path, Rows], Path]] = [
    _odata3_json,
    _untyped_json,
    _paged_json,
    _odata3_parquet,
    _odata3_csv,
    _odata4_json,
    _odata4_parquet,
    _spreadsheet_csv,
    _spreadsheet_xlsx,
    _statline_csv,
]


def _value(name: str) -> st.SearchStrategy[float | None]:
    if name.startswith("perc"):
        number: st.SearchStrategy[float] = st.integers(0, 1000).map(lambda n: n / 10)
    elif name.startswith("mediaan"):
        number = st.integers(-5000, 9000).map(lambda n: n / 10)
    else:
        number = st.integers(0, 200_000).map(float)
    return st.one_of(st.none(), number)


_CODE = st.one_of(
    st.integers(0, 9999).map("BU9999{:04d}".format),
    st.integers(0, 99).map("WK9999{:02d}".format),
    st.just("GM9999"),
)
_TABLE = st.dictionaries(
    _CODE, st.fixed_dictionaries({name: _value(name) for name in KEYS}), min_size=2, max_size=6
)


def _read(path: Path) -> SourceTable:
    found = cbs.recognise(path)
    assert found is not None
    return cbs.read(found)


def _check_shape(table: SourceTable) -> None:
    assert table.values.index.is_unique
    assert table.values.index.is_monotonic_increasing
    assert list(table.values.columns) == sorted(table.values.columns)
    assert (table.values.notna() == (table.reasons == PRESENT)).to_numpy().all()
    assert list(table.regions.index) == list(table.values.index)
    assert set(table.measures.index) == set(table.values.columns)
    shares = table.values[table.measures.index[table.measures["unit"] == "%"]].stack().dropna()
    assert shares.between(0, 100).all()


@pytest.mark.parametrize("write", FORMATS, ids=lambda write: write.__name__.strip("_"))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=_TABLE)
def test_every_format_gives_back_what_was_written(
    write: Callable[[Path, Rows], Path],
    rows: dict[str, dict[str, float | None]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    table = _read(write(tmp_path_factory.mktemp("kwb"), rows))
    _check_shape(table)
    assert table.year == 2020
    assert set(table.values.index) == set(rows)
    for name in KEYS:
        written = [rows[code][name] for code in table.values.index]
        if name not in table.values:  # OData v4 has no row at all for a theme without figures
            assert all(value is None for value in written)
            continue
        expected = np.array([np.nan if value is None else value for value in written])
        np.testing.assert_array_equal(table.values[name].to_numpy(), expected)
        gaps = set(table.reasons[name][table.values[name].isna()])
        whole = all(value is None for value in written)
        assert gaps <= ({NOT_DELIVERED} if whole else {SECRET_OR_UNKNOWN, EMPTY})


def _rows(**changes: float | None) -> dict[str, dict[str, float | None]]:
    base: dict[str, float | None] = dict.fromkeys(KEYS, 50.0)
    return {
        "BU99990000": {**base, **changes},
        "BU99990001": dict(base),
        "WK999900": dict(base),
        "GM9999": dict(base),
    }


def test_repeated_titles_go_to_their_own_group(tmp_path: Path) -> None:
    rows = _rows(
        gemiddeld_elektriciteitsverbruik_hoekwoning=2900.0, gemiddeld_gasverbruik_hoekwoning=1350.0
    )
    for write in FORMATS:
        folder = tmp_path / write.__name__
        folder.mkdir()
        first = _read(write(folder, rows)).values.loc["BU99990000"]
        assert first["gemiddeld_elektriciteitsverbruik_hoekwoning"] == 2900.0
        assert first["gemiddeld_gasverbruik_hoekwoning"] == 1350.0


def test_data_properties_decide_where_numbers_are_out_of_order(tmp_path: Path) -> None:
    record = {"WijkenEnBuurten": "BU99990000", "AantalInwoners_5": 10, "Hoekwoning_7": 1350}
    path = tmp_path / "84799NED_TypedDataSet.json"
    path.write_text(json.dumps({"value": [record]}))
    assert "gemiddeld_gasverbruik_hoekwoning" not in _read(path).values
    properties = [
        {"ID": 1, "ParentID": None, "Key": "", "Title": "Gemiddeld aardgasverbruik"},
        {"ID": 2, "ParentID": 1, "Key": "", "Title": "Naar woningtype"},
        {"ID": 3, "ParentID": 2, "Key": "Hoekwoning_7", "Title": "Hoekwoning ", "Unit": "m³"},
    ]
    (tmp_path / "84799NED_DataProperties.json").write_text(json.dumps({"value": properties}))
    assert _read(path).values.loc["BU99990000", "gemiddeld_gasverbruik_hoekwoning"] == 1350


def test_shares_are_computed_from_counts_and_say_so(tmp_path: Path) -> None:
    rows = _rows(aantal_inwoners=200.0, aantal_personen_65_jaar_en_ouder=30.0)
    rows["BU99990001"] |= {"aantal_inwoners": 0.0, "aantal_personen_65_jaar_en_ouder": 0.0}
    rows["WK999900"] |= {"aantal_inwoners": 5.0, "aantal_personen_65_jaar_en_ouder": 10.0}
    rows["GM9999"] |= {"aantal_personen_65_jaar_en_ouder": None}
    table = _read(_odata3_json(tmp_path, rows))
    share = "percentage_personen_65_jaar_en_ouder"
    assert table.values.loc["BU99990000", share] == 15.0
    assert table.reasons.loc["BU99990001", share] == UNKNOWN
    assert table.reasons.loc["WK999900", share] == UNKNOWN
    assert table.reasons.loc["GM9999", share] == SECRET_OR_UNKNOWN
    assert table.measures.loc[share, "column"] == "k_65JaarOfOuder_12 / AantalInwoners_5"
    assert table.measures.loc[share, "unit"] == "%"


def test_secret_cells_keep_their_reason(tmp_path: Path) -> None:
    path = tmp_path / "kwb-2024.csv"
    path.write_text("gwb_code;a_inw;a_wmo_t\nBU99990000;100;x\nBU99990001;.;geheim\nGM9999;9;5\n")
    table = _read(path)
    assert list(table.reasons["aantal_wmo_clienten"]) == [SECRET, SECRET, PRESENT]
    assert table.reasons.loc["BU99990001", "aantal_inwoners"] == SECRET_OR_UNKNOWN


def test_one_gap_differs_from_a_theme_that_was_not_delivered(tmp_path: Path) -> None:
    rows = _rows(gemiddelde_woningwaarde=None)
    for cells in rows.values():
        cells["gemiddeld_gasverbruik_totaal"] = None
    table = _read(_odata3_json(tmp_path, rows))
    assert table.reasons.loc["BU99990000", "gemiddelde_woningwaarde"] == SECRET_OR_UNKNOWN
    assert set(table.reasons["gemiddeld_gasverbruik_totaal"]) == {NOT_DELIVERED}


@pytest.mark.parametrize(
    ("name", "content", "said", "where"),
    [
        ("kwb-2024.csv", "gwb_code;a_inw\nBU99990000;1\nBU99990000;2\n", "2 keer", "2, 3"),
        ("kwb-2024.csv", "gwb_code;a_inw;p_koopw\nBU99990000;1;101\n", "101 kan niet", "2 (BU"),
        ("kwb-2024.csv", "gwb_code;a_inw;p_koopw\nBU99990000;1;-1\n", "-1 kan niet", "2 (BU"),
        ("kwb-2024.csv", "gwb_code;a_inw\nBU99990000;veel\n", "`veel` is geen getal", "2 (BU"),
        ("kwb-2024.csv", "gwb_code;a_inw\nStad;5\n", "", "2"),
        ("kwb-2024.csv", "gwb_code;a_inw\nBU99990000;1,5\nBU99990001;2.75\n", "door elkaar", ""),
        ("kwb.csv", "gwb_code;a_inw\nBU99990000;5\n", "jaar van dit bestand", ""),
        ("kwb-2024.csv", "gwb_code;a_inw\n", "geen rijen", ""),
        (
            "kwb-2024-85984NED.csv",
            "WijkenEnBuurten;AantalInwoners_5;MateVanStedelijkheid_104\nBU99990000;5;1\n",
            "horen bij 2017",
            "",
        ),
        (
            "84799NED_TypedDataSet.json",
            '{"odata.metadata": "x/85984NED/$metadata", '
            '"value": [{"WijkenEnBuurten": "BU99990000", "AantalInwoners_5": 5}]}',
            "inhoud is tabel 85984NED",
            "",
        ),
        (
            "84799NED_TypedDataSet.json",
            '{"value": [{"WijkenEnBuurten": "BU99990000", "HuishoudensTotaal_28": 5}]}',
            "aantal inwoners ontbreekt",
            "",
        ),
        (
            "84799NED_TypedDataSet.json",
            '{"value": [{"WijkenEnBuurten": "BU99990000", "AantalInwoners_5": 5}, {"Wijk',
            "geen geldige JSON",
            "",
        ),
    ],
)
def test_a_fault_is_named_with_place_and_remedy(
    tmp_path: Path, name: str, content: str, said: str, where: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        _read(path)
    problem = caught.value.problems[0]
    assert said in problem.wat
    assert where in problem.rij
    assert problem.bestand == str(path)
    assert problem.oplossing


def test_all_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    path = tmp_path / "kwb-2024.csv"
    path.write_text(
        "gwb_code;a_inw;p_koopw;p_huurw\nBU99990000;1;101;5\nBU99990000;x;5;abc\nstad;5;5;-4\n"
    )
    with pytest.raises(InputError) as caught:
        _read(path)
    text = str(caught.value)
    for said in ("2 keer", "101 kan niet", "`abc`", "-4 kan niet", "stad".upper()):
        assert said in text.replace("stad", "STAD")


def test_columns_of_a_third_party_that_cannot_be_trusted_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "kwb-2024-85984NED.csv"
    path.write_text("WijkenEnBuurten,AantalInwoners_5,crime_property\nBU99990000,50,7.0\n")
    found = cbs.recognise(path)
    assert found is not None
    assert "niet gelezen: crime_property" in found.note
    assert list(cbs.read(found).values.columns) == ["aantal_inwoners"]


_FUZZED: list[Callable[[Path, Rows], Path]] = [
    _odata3_json,
    _odata3_csv,
    _spreadsheet_csv,
    _spreadsheet_xlsx,
    _statline_csv,
    _odata4_json,
]


@pytest.mark.parametrize("write", _FUZZED, ids=lambda write: write.__name__.strip("_"))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    mutations=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.one_of(st.none(), st.floats(0, 1)),
)
def test_damaged_files_end_in_an_explanation_or_in_a_sound_table(
    write: Callable[[Path, Rows], Path],
    mutations: list[tuple[float, int]],
    cut: float | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = write(tmp_path_factory.mktemp("fuzz"), _rows(gemiddelde_woningwaarde=None))
    content = bytearray(path.read_bytes())
    for place, byte in mutations:
        content[min(int(place * len(content)), len(content) - 1)] = byte
    path.write_bytes(bytes(content if cut is None else content[: int(cut * len(content))]))
    found = cbs.recognise(path)
    if found is None:
        return
    try:
        table = cbs.read(found)
    except InputError as error:
        assert all(problem.wat and problem.oplossing for problem in error.problems)
    else:
        _check_shape(table)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cut=st.floats(0, 0.999))
def test_a_cut_off_parquet_file_is_an_error(
    cut: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = _odata3_parquet(tmp_path_factory.mktemp("cut"), _rows())
    content = path.read_bytes()
    path.write_bytes(content[: int(cut * len(content))])
    found = cbs.recognise(path)
    if found is not None:
        with pytest.raises(InputError):
            cbs.read(found)


def test_every_measure_is_declared_once_and_soundly() -> None:
    words = dictionary("cbs_kwb")
    names = {measure.name for measure in words.measures}
    for measure in words.measures:
        assert measure.title and measure.unit, measure
        assert measure.maximum == 100.0 or measure.unit != "%", measure
    for share in words.shares:
        assert {share.count, share.total} <= names
    shorts = [(s, m.since, m.until) for m in words.measures for s in m.short]
    assert len({short for short, _, _ in shorts}) == len(shorts)
    codes = [code for measure in words.measures for code in measure.codes]
    assert len(set(codes)) == len(codes)


@pytest.mark.real
def test_real_2017_subset_of_enschede(real_data: Path) -> None:
    path = real_data / "cbs-kwb-2017-83765NED-subset" / "kwb-2017-83765NED-buurten-subset.csv"
    table = _read(path)
    _check_shape(table)
    enschede = table.values[table.regions["gemeentecode"] == "GM0153"]
    assert (table.year, len(table.values), len(enschede)) == (2017, 9028, 62)
    assert enschede["aantal_inwoners"].sum() == 157_300
    assert "BU01530105" not in enschede.index
    assert table.values.loc["BU00030000", "totaal_diefstal"] == 1.0
    assert (
        table.values.loc["BU00030000", "percentage_huishoudens_onder_of_rond_sociaal_minimum"] == 11
    )


@pytest.mark.real
def test_real_2020_first_release(real_data: Path) -> None:
    folder = real_data / "cbs-kwb-2020-84799NED-odata3"
    table = _read(folder / "cbs.v3.84799NED_TypedDataSet.parquet")
    _check_shape(table)
    levels = table.regions["niveau"].value_counts()
    assert levels.to_dict() == {"buurt": 13_808, "wijk": 3_177, "gemeente": 355, "land": 1}
    buurt = (table.regions["gemeentecode"] == "GM0153") & (table.regions["niveau"] == "buurt")
    assert buurt.sum() == 70
    whole = table.values.columns[(table.reasons == NOT_DELIVERED).all()]
    assert "gemiddeld_gasverbruik_totaal" in whole
    assert "perc_huurwoningen_in_bezit_woningcorporaties" in whole
    filled = table.values[buurt].notna().mean()
    assert round(filled["personenautos_per_huishouden"], 2) == 0.89
    assert round(filled["aantal_personen_met_een_alg_bijstandsuitkering_tot"], 2) == 0.96
    assert table.regions.loc["BU01530000", "naam"] == "City"
    assert table.regions.loc["BU01530000", "gemeentenaam"] == "Enschede"
    measured = set(table.measures["column"])
    properties = pd.read_parquet(folder / "cbs.v3.84799NED_DataProperties.parquet")
    topics = set(properties.loc[properties["Type"] == "Topic", "Key"])
    described = {"Gemeentenaam_1", "SoortRegio_2", "Codering_3"}
    assert topics - described <= measured


@pytest.mark.real
def test_real_2024_subset_leaves_out_the_doubtful_crime(real_data: Path) -> None:
    path = real_data / "cbs-kwb-2024-85984NED-subset" / "kwb-2024-85984NED-buurten-subset.csv"
    found = cbs.recognise(path)
    assert found is not None and "crime_violence" in found.note
    table = cbs.read(found)
    buurten = table.regions.index[table.regions["gemeentecode"] == "GM0153"]
    assert len(buurten) == 69 and "BU01530703" not in buurten
    assert not [name for name in table.values if "crime" in name or "misdrij" in name]


@pytest.mark.real
def test_real_statline_download_of_2019(real_data: Path) -> None:
    name = "Kerncijfers_wijken_en_buurten_2019_22032020_165940.csv"
    table = _read(real_data / "statline-csv-samples" / name)
    assert table.year == 2019
    assert table.origin.table == "84583NED"
    assert table.regions["niveau"].value_counts().to_dict() == {
        "buurt": 114,
        "wijk": 44,
        "gemeente": 1,
    }
    assert table.values.loc["GM0518", "aantal_inwoners"] == 537_833
    assert table.values.loc["BU05184420", "perc_huurwoningen_in_bezit_woningcorporaties"] == 32
    assert table.reasons.loc["BU05184420", "totaal_diefstal"] == NOT_DELIVERED


@pytest.mark.real
def test_real_v4_measure_codes_are_all_known(real_data: Path) -> None:
    folder = real_data / "cbs-kwb-2017-83765NED-odata4"
    listed = pd.read_parquet(folder / "cbs.v4.83765NED_MeasureCodes.parquet")
    known = {code for measure in dictionary("cbs_kwb").measures for code in measure.codes}
    assert set(listed["Identifier"].str.strip()) <= known


def test_the_two_parts_of_65_and_over_are_added_up(tmp_path: Path) -> None:
    row = {"AantalInwoners_5": 1000, "Bevolkingsdichtheid_35": 10, "HuishoudensTotaal_30": 5}
    parts = {"k_65JaarTot80Jaar_12": 150, "k_80JaarOfOuder_13": 50}
    rows = [
        {"WijkenEnBuurten": "BU99990000", **row, **parts},
        {"WijkenEnBuurten": "BU99990001", **row, **parts, "k_80JaarOfOuder_13": None},
    ]
    path = tmp_path / "86358NED_TypedDataSet.json"
    path.write_text(json.dumps({"value": rows}))
    found = cbs.recognise(path)
    assert found is not None
    assert found.year == 2026
    values = cbs.read(found).values
    assert values.loc["BU99990000", "aantal_personen_65_jaar_en_ouder"] == 200
    assert values.loc["BU99990000", "percentage_personen_65_jaar_en_ouder"] == 20
    assert pd.isna(values.loc["BU99990001", "aantal_personen_65_jaar_en_ouder"])


@pytest.mark.parametrize(
    ("key", "measure"),
    [
        ("PercentageTweeOnderEenKapWoningEe_43", "percentage_twee_onder_een_kap_woning"),
        ("WoningenHoofdzElektrischVerwarmd_60", "percentage_woningen_elektrisch_verwarmd"),
        ("WerknemersMetVasteArbeidsr_73", "percentage_werknemers_vast"),
        ("WerknemersMetFlexibeleArbe_74", "percentage_werknemers_flexibel"),
    ],
)
def test_keys_that_cbs_cut_off_are_known(key: str, measure: str) -> None:
    found = by_heading(headings_from_keys([key]), dictionary("cbs_kwb").measures, 2024)
    assert found == {measure: [key]}
