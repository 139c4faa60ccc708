"""StatLine Nabijheid: distances of the catalogue; the same title is told apart by its group."""

from __future__ import annotations

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
