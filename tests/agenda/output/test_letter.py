"""What a partner hears about its delivery: nothing that it sent is passed over."""

from __future__ import annotations

import io
import re
from datetime import date

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from sia.agenda.output.files import letter_files
from sia.agenda.output.letter import COORDINATOR, answers
from sia.agenda.reading.deliveries import FOLDER, Deliveries, read_deliveries
from sia.agenda.reading.tables import Line

HEAD = ("plan;partner;titel;soort;buurtcodes;kosten;vroegst;laatst;duur;flexibiliteit;status;"
        "vertrouwelijkheid\n")  # fmt: skip
MESSY = [
    "€ 1,2 mln;2027-Q2;2029", "850k;2027;2028/2029", "EUR 500000;mrt-27;2030",
    "ca. 5 ton;2027;2030", "1.250.000,-;begin 2027;eind 2029", "0,9 miljoen;2027;2030",
    "€ 850 x 1.000;2027;uiterlijk 2030", "750.000 excl. btw;2027;2030", "500;2027;2030",
    "n.t.b.;2027;2030", "400.000;binnenkort;2030", "400.000;2030;2027",
]  # fmt: skip
KINDS = ["renovatie;bu99990001", "Riool;Buurt 2", "wegen;99990003"]
LEVELS = ["openbaar", "partners", "intern"]


@pytest.fixture(scope="module")
def messy(buurten: gpd.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    """Twenty-five rows of three partners in six files, beside three that cannot be read."""
    raw = tmp_path_factory.mktemp("rommel")
    folder = raw / FOLDER
    (folder / "Netbeheer Oost").mkdir(parents=True)
    rows = [
        f"A-{i};Corporatie Een;Werk <{i}>;{KINDS[i % 3]};{money};1 jaar;vrij;begroot;"
        f"{LEVELS[i % 3]}\n"
        for i, money in enumerate(MESSY)
    ]
    (folder / "een-2025.csv").write_text("Plannen 2025\n" + HEAD + "".join(rows), encoding="utf-16")
    book = openpyxl.Workbook()
    book.active.title = "Blad1"
    end = "2027;2030;1;vrij;begroot"
    cables = [f"N-{i};;Kabel {i};stroom;Buurt {i};9{i}.000;{end};partners" for i in range(8)]
    for line in ("Overzicht;;", HEAD.strip(), *cables):
        book.active.append([cell or None for cell in line.split(";")])
    book.save(folder / "Netbeheer Oost" / "plannen.xlsx")
    care = [f"Z-{i};Zorggroep;Zorg {i};zorg;Buurt {i};1000;{end};openbaar" for i in range(3)]
    gone = "Z-9;Zorggroep;;;;;;;;;vervallen;"
    (folder / "zorg.csv").write_text(HEAD + "\n".join([*care, gone]), encoding="cp1252")
    (folder / "Budgetten.csv").write_text("partner;jaar;budget\nzorggroep;2027;5 mln\n")
    for name in ("kapot.ods", "notitie zorggroep.docx", "Netbeheer Oost/oud.xls"):
        (folder / name).write_bytes(b"PK niets")
    found = read_deliveries([raw], buurten)
    assert found is not None
    return found


def _told(found: Deliveries) -> pd.DataFrame:
    parts = answers(found, found.reading.plans.iloc[:0])
    return pd.concat([t["rijen"].assign(partner=p) for p, t in parts.items()], ignore_index=True)


def test_every_row_is_accounted_for_and_most_are_understood(messy: Deliveries) -> None:
    told = _told(messy)
    assert len(told) == 25 == len(messy.lines)
    assert told["partner"].value_counts().to_dict() == {
        "Corporatie Een": 12, "Netbeheer Oost": 8, "Zorggroep": 5,
    }  # fmt: skip
    counts = told["Uitkomst"].str.startswith(("telt mee", "ingetrokken"))
    assert counts.sum() == 22
    wrong = told[~counts].set_index("Nummer")["Wat u kunt verbeteren"]
    assert set(wrong.index) == {"A-9", "A-10", "A-11"}
    assert "nog niet ingevuld (`n.t.b.`)" in wrong["A-9"]
    read = told.set_index("Nummer")["Zo hebben wij het gelezen"]
    assert "Kosten (euro): `€ 1,2 mln` = 1.200.000" in read["A-0"]
    assert "Vroegste start (jaar): `2027-Q2` = 2027" in read["A-0"]


def test_every_file_is_accounted_for(messy: Deliveries) -> None:
    parts = answers(messy, messy.reading.plans.iloc[:0])
    where = {p: set(t["bestanden"]["Bestand"]) for p, t in parts.items()}
    assert where == {
        "Corporatie Een": {"een-2025.csv"},
        "Netbeheer Oost": {"Netbeheer Oost/plannen.xlsx", "Netbeheer Oost/oud.xls"},
        "Zorggroep": {"zorg.csv", "Budgetten.csv", "notitie zorggroep.docx"},
        COORDINATOR: {"kapot.ods"},
    }
    assert sum(map(len, where.values())) == len(messy.files)


def test_a_letter_holds_nothing_of_another_partner(messy: Deliveries) -> None:
    expected = messy.reading.plans.iloc[:1].rename(index={"A-0": "A-77"})
    files = letter_files(messy, expected, date(2025, 1, 2), _THEME)
    assert all(name.startswith("intern/") for name in files) and len(files) == 8
    page = files["intern/agenda/antwoord/corporatie-een.html"].decode()
    assert "Werk &lt;0&gt;" in page and "Werk <0>" not in page
    assert "A-77" in page and "niet geleverd; blijft staan" in page
    book = io.BytesIO(files["intern/agenda/antwoord/corporatie-een.xlsx"])
    sheet = openpyxl.load_workbook(book)["Rijen"]
    assert sheet.max_row == 1 + 12 + 1
    for other in ("Kabel", "Zorg ", "N-1", "kapot"):
        assert other not in page
    assert not re.search(r"\bA-\d", files["intern/agenda/antwoord/zorggroep.html"].decode())


def test_a_row_says_what_became_of_it() -> None:
    assert Line("plannen", "a.csv", 2).stand == "telt mee"


_THEME = {"gemeente": "Vierkant", "fictief": False, "tekst": "#000", "achtergrond": "#fff",
          "primair": "#000", "accent": "#000"}  # fmt: skip
