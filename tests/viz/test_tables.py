"""Accessible tables, footnotes, and exports that no spreadsheet computes."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sia.viz.tables import csv_bytes, html_table, neutralise

TABLE = pd.DataFrame({"Buurt": ["<b>A</b>", "B"], "Score": ["1,5", None]})


def test_table_has_caption_and_scopes_and_escapes() -> None:
    made = html_table(
        TABLE, "Scores <x>", getallen=("Score",), sorteer={"Score": [1.5, float("nan")]}
    )
    assert "<caption>Scores &lt;x&gt;</caption>" in made
    assert '<th scope="row">&lt;b&gt;A&lt;/b&gt;</th>' in made
    assert made.count('scope="col"') == 2
    assert made.count("<button") == 1
    assert '<td class="getal" data-v="1.5">1,5</td>' in made
    assert '<td class="getal" data-v="">–</td>' in made


def test_equal_footnotes_share_a_number() -> None:
    notes = {(0, "Score"): "uit 2022", (1, "Buurt"): "uit 2022", (1, "Score"): "geheim & <weg>"}
    made = html_table(TABLE, "Scores", noten=notes, naam="t")
    assert made.count('href="#t-noot-1"') == 2
    assert '<li id="t-noot-1">uit 2022</li><li id="t-noot-2">geheim &amp; &lt;weg&gt;</li>' in made


@pytest.mark.parametrize(
    "text", ["=1+1", "+31", "-5", "@x", "\tx", "\rx", "  =HYPERLINK(1)", '=cmd|"/c"!A1']
)
def test_formulas_become_text(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@given(st.text())
def test_no_exported_text_begins_like_a_formula(text: str) -> None:
    made = neutralise(text)
    assert not made.lstrip().startswith(("=", "+", "-", "@"))
    assert made in (text, f"'{text}")


def test_numbers_stay_numbers_and_decimals_are_dutch() -> None:
    table = pd.DataFrame({"=x": [-1.5], "naam": ["=1"]}, index=pd.Index(["BU1"], name="buurtcode"))
    assert csv_bytes(table).decode("utf-8-sig") == "buurtcode;'=x;naam\r\nBU1;-1,5;'=1\r\n"
