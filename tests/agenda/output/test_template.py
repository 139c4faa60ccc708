from __future__ import annotations

import io
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

from sia.agenda.dia import Dia
from sia.agenda.output.template import delivery_files, known_schemes, template
from sia.agenda.reading.decisions import ACTIONS, DECISIONS, MANDATES
from sia.agenda.reading.deliveries import BUDGETS, FOLDER, SUBSIDIES, read_deliveries
from sia.agenda.reading.investments import read_plans
from sia.agenda.reading.register import take_in
from sia.errors import InputError
from tests.agenda.conftest import City

PARTNER = "Corporatie De Linde (fictief)"


def test_templates_hold_the_partners_own_plans_and_read_back_unchanged(
    dia: Dia, output: tuple[City, dict[str, bytes]], buurten: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    made = delivery_files(output[0], buurten, PARTNER)
    assert list(made) == [
        "plannen-corporatie-de-linde-fictief.xlsx", BUDGETS, SUBSIDIES, DECISIONS, ACTIONS,
        MANDATES,
    ]  # fmt: skip
    content = next(iter(made.values()))
    (tmp_path / "eigen.xlsx").write_bytes(content)
    reading = read_plans(tmp_path / "eigen.xlsx", buurten)
    register = dia.taken.register
    mine = register.plans[register.plans["partner"] == PARTNER]
    assert reading.problems == () and list(reading.plans.index) == list(mine.index)
    rows = take_in(register, reading, "2025-09-01").history.iloc[len(register.history) :]
    assert set(rows["wijziging"]) == {"niet geleverd"}
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book["Acties"].max_row == 2 and book["Koppelkansen"].max_row > 10
    text = "".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row)
    others = register.plans.loc[register.plans["partner"] != PARTNER, "opmerking"]
    assert not [note for note in others if note and note in text]


def test_empty_templates_are_a_delivery_without_plans(
    buurten: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    (tmp_path / FOLDER).mkdir()
    for name, content in delivery_files({}, None).items():
        (tmp_path / FOLDER / name).write_bytes(content)
    found = read_deliveries([tmp_path], buurten)
    assert found is not None and found.reading.rows == 0 and found.reading.problems == ()


def test_an_unknown_partner_is_told_who_is_known(output: tuple[City, dict[str, bytes]]) -> None:
    with pytest.raises(InputError, match=r"niet bekend(.|\n)*Corporatie De Linde"):
        delivery_files(output[0], None, "Nobody")
    with pytest.raises(InputError, match="nog geen plannen verwerkt"):
        delivery_files({}, None, "Nobody")


def test_the_template_names_schemes_with_their_source_and_what_is_unknown() -> None:
    schemes = known_schemes()
    assert len(schemes) > 4 and schemes["bron"].str.contains("20").all()
    assert (schemes.loc[schemes["open_van"] == "onbekend", "open_tot"] == "onbekend").all()
    book = openpyxl.load_workbook(io.BytesIO(template()))
    shown = [row[0].value for row in book["Regelingen"].iter_rows(min_row=2)]
    assert shown == list(schemes["naam"])
