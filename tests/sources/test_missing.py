"""Cells: every sign for "no figure" keeps its reason, every number stays that number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sia.sources.base import (
    DISCONTINUED,
    EMPTY,
    LATER,
    PRESENT,
    REASONS,
    SECRET,
    SECRET_OR_UNKNOWN,
    UNKNOWN,
)
from sia.sources.missing import decimal_signs, parse


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", EMPTY),
        ("   ", EMPTY),
        ("\u00a0", EMPTY),
        (None, EMPTY),
        (".", SECRET_OR_UNKNOWN),
        ("       .", SECRET_OR_UNKNOWN),
        (",", SECRET_OR_UNKNOWN),
        ("       NaN", SECRET_OR_UNKNOWN),
        ("null", SECRET_OR_UNKNOWN),
        ("x", SECRET),
        (" X ", SECRET),
        ("geheim", SECRET),
        ("-", UNKNOWN),
        ("-99997", SECRET_OR_UNKNOWN),
        (-99997, SECRET_OR_UNKNOWN),
        ("-99997,0", SECRET_OR_UNKNOWN),
        ("-99995", LATER),
        ("-99991", DISCONTINUED),
        ("-99999999", SECRET_OR_UNKNOWN),
        ("-99999999.0", SECRET_OR_UNKNOWN),
        ("-99993", SECRET_OR_UNKNOWN),
    ],
)
def test_every_sign_for_no_figure_keeps_its_reason(cell: object, reason: str) -> None:
    sign = "," if isinstance(cell, str) and cell.endswith(",0") else "."
    cells = parse(pd.Series([cell, "1"], dtype=object), decimal=sign)
    assert np.isnan(cells.values[0])
    assert cells.reasons[0] == reason
    assert not cells.unreadable.any()
    assert cells.values[1] == 1.0


def test_codes_in_a_numeric_column_are_missing_with_their_reason() -> None:
    cells = parse(pd.Series([12.0, -99997.0, -99995.0, np.nan, -99990.5, -3.0]), blank=UNKNOWN)
    assert list(cells.reasons) == [
        PRESENT,
        SECRET_OR_UNKNOWN,
        LATER,
        UNKNOWN,
        SECRET_OR_UNKNOWN,
        PRESENT,
    ]
    assert list(np.isnan(cells.values)) == [False, True, True, True, True, False]


@pytest.mark.parametrize("cell", ["abc", "1 2", "1,2,3", "inf", "1e999", "0x10", "١٢", True])
def test_text_in_a_column_of_numbers_is_unreadable_and_no_number(cell: object) -> None:
    cells = parse(pd.Series([cell], dtype=object))
    assert cells.unreadable[0]
    assert np.isnan(cells.values[0])


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.integers(-90_000, 10_000_000),
            st.decimals(-90_000, 1_000_000, places=2, allow_nan=False),
        ),
        min_size=1,
    ),
    st.sampled_from([".", ","]),
    st.sampled_from(["", " ", "   ", "\u00a0"]),
)
def test_numbers_survive_any_decimal_sign_and_blanks(
    numbers: list[object], sign: str, blanks: str
) -> None:
    written = [
        "" if number is None else blanks + str(number).replace(".", sign) + blanks
        for number in numbers
    ]
    cells = parse(pd.Series(written, dtype=object), decimal=sign)  # type: ignore[arg-type]
    expected = [np.nan if number is None else float(str(number)) for number in numbers]
    np.testing.assert_array_equal(cells.values, np.array(expected))
    assert not cells.unreadable.any()


@given(st.lists(st.text(max_size=12), min_size=1), st.sampled_from([".", ","]))
def test_any_text_gives_a_number_or_a_reason_never_both(texts: list[str], sign: str) -> None:
    cells = parse(pd.Series(texts, dtype=object), decimal=sign)  # type: ignore[arg-type]
    has_number = ~np.isnan(cells.values)
    assert list(has_number) == [reason == PRESENT for reason in cells.reasons]
    assert set(cells.reasons) <= set(REASONS)
    assert not (has_number & cells.unreadable).any()


def test_text_says_which_decimal_sign_it_uses_and_numbers_do_not() -> None:
    assert decimal_signs(pd.Series(["1.234,5", ".", None])).comma == "1.234,5"
    assert decimal_signs(pd.Series(["1.234", "20"])).doubtful == "1.234"
    assert decimal_signs(pd.Series([1.234, 0.5])).doubtful == ""


def test_a_point_for_thousands_is_read_as_such_when_the_comma_is_decimal() -> None:
    cells = parse(pd.Series(["1.234,5", "12.000", "0,25"], dtype=object), decimal=",")
    assert list(cells.values) == [1234.5, 12000.0, 0.25]
    assert parse(pd.Series(["1.5"], dtype=object), decimal=",").unreadable[0]
