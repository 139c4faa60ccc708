"""Exports that no spreadsheet computes, by one rule for every file."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sia.agenda.output.exports import safe_text
from sia.duiding.record import _neutral
from sia.spreadsheet import as_typed, csv_bytes, neutralise

FORMULAS = [
    "=1+1", "+31", "-5", "@x", "\tx", "\rx", "\nx", '=cmd|"/c"!A1', " =1", "  =HYPERLINK(1)",
    "\n=1", "\u00a0=1", "\u3000=1", "\u200b=1", "\u2060=1", "\ufeff=1", "\u200b \u00a0=1",
    "＝1", "＋1", "－1", "＠x", " ＝1", "﹦1",
]  # fmt: skip
PLAIN = ["", "'s-Gravenhage", "Nieuw riool - fase 2", "1=1", "a\n=1", "½", "  ", "'"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text_in_every_export(text: str) -> None:
    assert neutralise(text) == safe_text(text) == _neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_formula_stays(text: str) -> None:
    assert neutralise(text) == text == as_typed(text)


@given(st.text())
def test_no_exported_text_begins_like_a_formula_and_all_can_be_read_back(text: str) -> None:
    made = neutralise(text)
    assert not made.lstrip().startswith(("=", "+", "-", "@"))
    assert made in (text, f"'{text}")
    assert neutralise(made) == made
    if made != text:
        assert as_typed(made) == text


def test_numbers_stay_numbers_and_decimals_are_dutch() -> None:
    table = pd.DataFrame({"=x": [-1.5], "naam": ["=1"]}, index=pd.Index(["BU1"], name="buurtcode"))
    assert csv_bytes(table).decode("utf-8-sig") == "buurtcode;'=x;naam\r\nBU1;-1,5;'=1\r\n"


def test_cells_are_made_safe_in_one_place(repository: Path) -> None:
    """Only records that grow by a row write their own CSV; workbooks go through `safe_table`."""
    package = repository / "sia"
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"\.to_csv\(|csv\.(Dict)?[wW]riter\(|\.to_excel\(", path.read_text("utf-8"))
    }
    assert found == {"spreadsheet.py", "duiding/record.py", "tafel/record.py"}


def test_every_page_has_a_policy(repository: Path) -> None:
    pages = [
        path
        for path in (repository / "sia").rglob("*.*")
        if path.suffix in (".html", ".j2", ".py") and "<html lang" in path.read_text("utf-8")
    ]
    placeholders = r"Content-Security-Policy|%POLICY%|SIA_POLICY"
    assert len(pages) >= 5
    assert [p.name for p in pages if not re.search(placeholders, p.read_text("utf-8"))] == []
