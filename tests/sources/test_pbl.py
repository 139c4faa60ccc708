"""PBL Startanalyse: counts are counts, the rest is a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from sia.errors import InputError
from sia.sources import pbl
from sia.sources.base import SourceTable

_CSV = """BU_CODE;WK_CODE;Gemeente;Aantal_woningen;Aantal_utiliteiten;Vraag_Aardgas;CO2_uitstoot_gas
BU99990000;WK999900;Voorbeeldstad;100;10;3200.5;180000.25
BU99990001;WK999900;Voorbeeldstad;0;5;0;0
"""


def _read(path: Path) -> SourceTable:
    found = pbl.recognise(path)
    assert found is not None
    (table,) = pbl.read(found)
    return table


def test_counts_are_not_modelled_and_the_rest_is(tmp_path: Path) -> None:
    path = tmp_path / "startanalyse-2020.csv"
    path.write_text(_CSV)
    table = _read(path)
    assert table.year == 2020
    assert table.values.loc["BU99990000", "vraag_aardgas"] == 3200.5
    assert table.values.loc["BU99990001", "aantal_woningen"] == 0
    modelled = table.measures["modelled"]
    assert sorted(modelled.index[~modelled]) == ["aantal_utiliteiten", "aantal_woningen"]
    assert table.measures.loc["vraag_aardgas", "unit"] == "GJ per jaar"
    assert table.regions.loc["BU99990000", "gemeentenaam"] == "Voorbeeldstad"


def test_without_a_year_in_the_name_it_asks_for_one(tmp_path: Path) -> None:
    folder = tmp_path / "geen" / "jaar" / "hier"
    folder.mkdir(parents=True)
    path = folder / "startanalyse.csv"
    path.write_text(_CSV)
    with pytest.raises(InputError, match="jaar van dit bestand"):
        _read(path)


@pytest.mark.real
def test_real_twente(real_data: Path) -> None:
    table = _read(real_data / "pbl-startanalyse-2020-twente" / "startanalyse-buurt-twente.csv")
    enschede = table.values[table.regions["gemeentecode"] == "GM0153"]
    assert (table.year, len(table.values), len(enschede)) == (2020, 520, 70)
    assert enschede["aantal_woningen"].sum() == 74_556


def test_the_outcome_of_a_strategy_is_known_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "strategie_2023.csv"
    path.write_text("BU_CODE,I01_buurtcode,I09_aantal_woningen\nBU99990000,BU99990000,5\n")
    found = pbl.recognise(path)
    assert found is not None
    assert "eindsituatie" in found.note
    assert pbl.read(found) == ()
