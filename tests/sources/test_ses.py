"""SES-WOA: the same word "Waarde" under other groups, in StatLine and in OData."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sia.errors import InputError
from sia.sources import ses
from sia.sources.base import SourceTable

_HEADER = (
    '"Perioden";"Wijken en buurten";"Regiocode (gemeente, wijk, buurt) (code)";'
    '"Particuliere huishoudens (Aantal)";"Opleidingsniveau/Laag/Waarde (%)";'
    '"Opleidingsniveau/Hoog/Waarde (%)";"SES-WOA/Totaalscore/Gemiddelde score (Getal)";'
    '"Spreiding/Spreiding totaal/Waarde (Getal)"'
)


def _read(path: Path) -> tuple[SourceTable, ...]:
    found = ses.recognise(path)
    assert found is not None
    return ses.read(found)


def test_statline_download(tmp_path: Path) -> None:
    path = tmp_path / "SES_WOA.csv"
    rows = [
        '"2018";"Noord";"BU99990000";"     500";"    20.5";"    30.1";"  -0.110";"   0.916"',
        '"2019";"Noord";"BU99990000";"     510";"    20.0";"    30.0";"   0.120";"   0.900"',
        '"2019";"Zuid";"BU99990001";"       0";"       .";"       .";"       .";"       ."',
    ]
    path.write_text("\n".join([_HEADER, *rows]), encoding="utf-8-sig")
    before, table = _read(path)
    assert (before.year, table.year) == (2018, 2019)
    assert before.values.loc["BU99990000", "ses_woa_totaalscore"] == -0.110
    assert table.values.loc["BU99990000", "ses_opleidingsniveau_laag"] == 20.0
    assert table.values.loc["BU99990000", "ses_opleidingsniveau_hoog"] == 30.0
    assert table.values.loc["BU99990000", "ses_woa_spreiding"] == 0.9
    assert np.isnan(table.values.loc["BU99990001", "ses_woa_totaalscore"])
    assert table.values.loc["BU99990001", "ses_particuliere_huishoudens"] == 0


def test_published_bounds_become_margins_and_provisional_years_are_years(tmp_path: Path) -> None:
    path = tmp_path / "SES_WOA.csv"
    header = _HEADER + (
        ';"SES-WOA/Totaalscore/Ondergrens 95%-interval (Getal)"'
        ';"SES-WOA/Totaalscore/Bovengrens 95%-interval (Getal)"'
    )
    row = '"2022*";"Noord";"BU99990000";"500";"20.5";"30.1";"-0.110";"0.916";"-0.190";"{}"'
    path.write_text("\n".join([header, row.format("-0.030")]), encoding="utf-8-sig")
    (table,) = _read(path)
    assert table.year == 2022
    assert table.lower is not None and table.upper is not None
    assert table.lower.shape == table.upper.shape == table.values.shape
    bounds = (table.lower, table.values, table.upper)
    found = [frame.loc["BU99990000", "ses_woa_totaalscore"] for frame in bounds]
    assert found == [-0.19, -0.11, -0.03]
    assert not [name for name in table.measures.index if "grens" in name]
    assert table.lower["ses_woa_spreiding"].isna().all()
    path.write_text("\n".join([header, row.format("-0.150")]), encoding="utf-8-sig")
    with pytest.raises(InputError, match="95%-interval"):
        _read(path)


def _odata(folder: Path) -> Path:
    path = folder / "85163NED_TypedDataSet.json"
    row = {"WijkenEnBuurten": "BU99990000", "Perioden": "2019JJ00", "GemiddeldeScore_9": 0.2}
    path.write_text(json.dumps({"value": [{**row, "Waarde_4": 12.5}]}))
    return path


def test_odata_needs_its_description(tmp_path: Path) -> None:
    path = _odata(tmp_path)
    with pytest.raises(InputError, match="DataProperties"):
        _read(path)
    topics = [
        {"ID": 1, "ParentID": None, "Key": "", "Title": "SES-WOA"},
        {"ID": 2, "ParentID": 1, "Key": "", "Title": "Totaalscore"},
        {"ID": 3, "ParentID": 2, "Key": "GemiddeldeScore_9", "Title": "Gemiddelde score"},
        {"ID": 4, "ParentID": None, "Key": "", "Title": "Opleidingsniveau"},
        {"ID": 5, "ParentID": 4, "Key": "", "Title": "Laag"},
        {"ID": 6, "ParentID": 5, "Key": "Waarde_4", "Title": "Waarde"},
    ]
    (tmp_path / "85163NED_DataProperties.json").write_text(json.dumps({"value": topics}))
    (table,) = _read(path)
    assert table.values.loc["BU99990000"].to_dict() == {
        "ses_opleidingsniveau_laag": 12.5,
        "ses_woa_totaalscore": 0.2,
    }


def test_a_download_without_codes_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "SES.csv"
    path.write_text(
        "Perioden;Wijken en buurten;SES-WOA/Totaalscore/Gemiddelde score (Getal)\n2019;A;1\n"
    )
    with pytest.raises(InputError, match="regiocodes ontbreekt"):
        _read(path)


@pytest.mark.real
def test_real_amsterdam_2019(real_data: Path) -> None:
    folder = real_data / "statline-csv-samples"
    (table,) = _read(folder / "SES_WOA_scores_per_wijk_en_buurt_25042023_160857.csv")
    assert table.year == 2019
    assert table.values.loc["GM0363", "ses_woa_totaalscore"] == -0.1
    assert table.values.loc["BU03630003", "ses_opleidingsniveau_hoog"] == 67.1
    assert table.reasons.loc["BU03639801", "ses_woa_totaalscore"] == "geheim of onbekend"
