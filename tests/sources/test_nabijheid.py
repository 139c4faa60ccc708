"""StatLine Nabijheid: distances of the catalogue; the same title is told apart by its group."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sia.errors import InputError
from sia.sources import cbs, nabijheid

_CSV = (
    '"Wijken en buurten";"Regioaanduiding/Codering (code)";"Gezondheid/Afstand tot apotheek (km)";'
    '"Onderwijs/Basisonderwijs/Afstand tot school (km)";'
    '"Onderwijs/Voortgezet onderwijs/Voortgezet onderwijs totaal/Afstand tot school (km)";'
    '"Onderwijs/Voortgezet onderwijs/Vmbo/Afstand tot school (km)"\n'
    '"Noord";"BU99990000";"     0.4";"     0.7";"     2.1";"     3.3"\n'
    '"Zuid";"BU99990001";"       .";"     0.9";"     1.1";"     1.2"\n'
)


def test_distances_are_read_under_the_names_of_the_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "Nabijheid_voorzieningen_2023_14102024_164034.csv"
    path.write_text(_CSV)
    assert cbs.recognise(path) is None
    found = nabijheid.recognise(path)
    assert found is not None
    table = nabijheid.read(found)
    assert (table.source, table.year) == ("cbs.nabijheid", 2023)
    assert table.values.loc["BU99990000"].to_dict() == {
        "apotheek_gemiddelde_afstand_in_km": 0.4,
        "basisonderwijs_gemiddelde_afstand_in_km": 0.7,
        "voortgezet_onderwijs_gem_afstand_in_km": 2.1,
    }
    assert table.regions.loc["BU99990001", "naam"] == "Zuid"


def test_without_codes_or_a_year_it_says_so(tmp_path: Path) -> None:
    path = tmp_path / "nabijheid_2023.csv"
    path.write_text(_CSV.replace("Regioaanduiding/Codering (code)", "Regioaanduiding/Soort"))
    found = nabijheid.recognise(path)
    assert found is not None
    with pytest.raises(InputError, match="geen kolom met gebiedscodes"):
        nabijheid.read(found)


# By the naming rule of v3 (no answer of this table was recorded): the title without blanks, a
# number that changes every year, keys padded to ten, and DataProperties with the group above.
_GROUPS = {1: "Gezondheid en welzijn", 2: "Basisonderwijs", 3: "Voortgezet onderwijs totaal"}
_KEYS = {
    "AfstandTotApotheek_7": ("Afstand tot apotheek", 1),
    "AfstandTotSchool_52": ("Afstand tot school", 2),
    "AfstandTotSchool_56": ("Afstand tot school", 3),
}


def _delivery(folder: Path, *, described: bool = True) -> Path:
    rows = [
        {"ID": 0, "WijkenEnBuurten": "BU99990000", "AfstandTotApotheek_7": 0.4}
        | {"AfstandTotSchool_52": 0.7, "AfstandTotSchool_56": 2.1},
        {"ID": 1, "WijkenEnBuurten": "GM9999    ", "AfstandTotApotheek_7": None}
        | {"AfstandTotSchool_52": 0.9, "AfstandTotSchool_56": 1.1},
    ]
    groups = [
        {"ID": number, "ParentID": None, "Type": "TopicGroup", "Key": "", "Title": title}
        for number, title in _GROUPS.items()
    ]
    topics = [
        {"ID": 10 + n, "ParentID": group, "Type": "Topic", "Key": key, "Title": title, "Unit": "km"}
        for n, (key, (title, group)) in enumerate(_KEYS.items())
    ]
    name = "85830NED_2023_GM9999_{}.json"
    if described:
        content = {"value": [*groups, *topics]}
        (folder / name.format("DataProperties")).write_text(json.dumps(content))
    path = folder / name.format("TypedDataSet")
    path.write_text(json.dumps({"odata.metadata": "x/85830NED/$metadata#x", "value": rows}))
    return path


def test_an_answer_of_the_service_is_told_apart_by_its_description(tmp_path: Path) -> None:
    path = _delivery(tmp_path)
    assert cbs.recognise(path) is None
    found = nabijheid.recognise(path)
    assert found is not None
    table = nabijheid.read(found)
    assert (table.source, table.year, table.origin.table) == ("cbs.nabijheid", 2023, "85830NED")
    assert table.values.loc["BU99990000"].to_dict() == {
        "apotheek_gemiddelde_afstand_in_km": 0.4,
        "basisonderwijs_gemiddelde_afstand_in_km": 0.7,
        "voortgezet_onderwijs_gem_afstand_in_km": 2.1,
    }
    assert table.values.loc["GM9999"].isna().sum() == 1


def test_keys_without_their_description_are_refused(tmp_path: Path) -> None:
    found = nabijheid.recognise(_delivery(tmp_path, described=False))
    assert found is not None
    with pytest.raises(InputError, match="DataProperties"):
        nabijheid.read(found)
