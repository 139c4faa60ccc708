"""What must not leave, and what must be readable once it did."""

from __future__ import annotations

import io
import re

import icalendar
import pandas as pd
import pytest

from sia.agenda.dia import Dia
from tests.agenda.conftest import City

Output = tuple[City, dict[str, bytes]]


@pytest.fixture(scope="module")
def public(output: Output) -> dict[str, str]:
    return {n: c.decode("utf-8") for n, c in output[1].items() if n.startswith("openbaar/agenda/")}


def test_no_public_file_holds_what_is_confidential(dia: Dia, public: dict[str, str]) -> None:
    plans = dia.delivered.reading.plans
    # calendar lines are folded after 75 bytes
    flat = re.sub(r"\r?\n ", "", "\n".join(public.values()))
    closed = plans[plans["vertrouwelijkheid"] != "openbaar"]
    assert len(closed) > 5
    for titel in closed["titel"]:
        assert titel not in flat
    for plan in [*plans.index, *dia.linkages.kansen.index]:
        assert plan not in flat
    amounts = {f"{int(v)}" for c in ("kosten", "kosten_laag", "kosten_hoog") for v in plans[c]}
    amounts |= {f"{int(v)}" for v in dia.delivered.budgets["budget"]}
    # a hash may hold any row of digits
    bare = re.sub(r"UID:\w+|agenda-\w{8}", "", flat)
    digits = set(re.findall(r"\d{5,}", re.sub(r"(\d)[.,](?=\d{3})", r"\1", bare)))
    assert digits.isdisjoint(amounts)
    assert "€" not in flat and "Intern:" not in flat and "POLYGON" not in flat
    assert "LINESTRING" not in flat


def test_every_public_page_allows_nothing_but_its_own_style(public: dict[str, str]) -> None:
    pages = [text for name, text in public.items() if name.endswith(".html")]
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert len(pages) > 2
    assert all(f'http-equiv="Content-Security-Policy" content="{policy}"' in one for one in pages)


def test_public_files_hold_no_count_that_betrays_a_closed_plan(
    dia: Dia, public: dict[str, str]
) -> None:
    """The number on the index is that of the rows shown: nothing is left by subtraction."""
    index = public["openbaar/agenda/index.html"]
    shown = dict(re.findall(r'href="(BU\w+)\.html">[^<]*</a>: (\d+|nog niets) gepland', index))
    assert set(shown) == set(dia.gebieden.index)
    for code, number in shown.items():
        rows = public[f"openbaar/agenda/{code}.html"].count("<tr ") - 1
        assert max(rows, 0) == (0 if number == "nog niets" else int(number))


def test_internal_plans_are_nowhere_in_what_partners_get(dia: Dia, output: Output) -> None:
    plans = dia.delivered.reading.plans
    closed = plans.index[plans["vertrouwelijkheid"] == "intern"]
    assert len(closed) > 0
    files = output[1]
    book = pd.read_excel(
        io.BytesIO(files["partners/agenda/agenda.xlsx"]), sheet_name=None, engine="openpyxl"
    )
    assert len(book["wachtlijst"]) == len(dia.waits) and "In één zin" in book["wachtlijst"]
    assert set(book["status"]["Fase"]) == set(dia.agreed.state["fase"])
    text = "\n".join(table.to_csv() for table in book.values())
    text += "".join(c.decode("utf-8-sig") for n, c in files.items() if n.endswith(".csv"))
    assert not [plan for plan in closed if plan in text]
    assert "onderhandelingsruimte" not in text


def test_calendars_are_read_by_another_reader(public: dict[str, str]) -> None:
    calendars = [text for name, text in public.items() if name.endswith(".ics")]
    found = [icalendar.Calendar.from_ical(text).walk("VEVENT") for text in calendars]
    assert sum(map(len, found)) > 20


def test_pages_carry_the_name_and_colours_of_the_municipality(public: dict[str, str]) -> None:
    page = public["openbaar/agenda/index.html"]
    assert "<p>Vierkant · stand van " in page and "color: #0b4a6f" in page
    assert "$" not in page
