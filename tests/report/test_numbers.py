"""The check that every number in a sentence stands in a table of the same page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sia.dutch import getal
from sia.report.sentences import (
    UnsupportedNumbersError,
    check_numbers,
    numbers_in,
    numbers_in_text,
)


def test_dutch_numbers_are_found_as_written() -> None:
    text = "In 2024 telt 1.234.567,8 mee, 97 % en −0,50; plaats 3–9."
    assert numbers_in(text) == ["2024", "1.234.567,8", "97", "0,50", "3", "9"]


@given(st.floats(0, 1e9), st.integers(0, 3))
def test_a_formatted_number_is_found_whole(value: float, digits: int) -> None:
    shown = getal(value, digits)
    assert numbers_in(f"Er zijn {shown} mensen.") == [shown]


def test_a_number_without_a_table_is_named_with_its_sentence() -> None:
    page = '<p class="zin">Er zijn <b>12</b> buurten.</p><table><td>13</td></table><td>112</td>'
    assert numbers_in_text(page) == {"Er zijn 12 buurten.": ["12"]}
    with pytest.raises(UnsupportedNumbersError, match="12 in: Er zijn 12 buurten"):
        check_numbers(page)


def test_numbers_in_tables_count_and_those_in_charts_and_scripts_do_not() -> None:
    sentence = '<li class="zin">Van 12 buurten.</li>'
    check_numbers(sentence + "<table><tr><th scope=row>12<br></th></tr></table>")
    for elsewhere in ("<svg><text>12</text></svg>", "<script>12</script>", "<p>12</p>"):
        assert numbers_in_text(sentence + elsewhere)
