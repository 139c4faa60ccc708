"""Numbers as people write them: every spelling gives the number back, or doubt, never another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.sources.numbers import SIGNS, Decimal, Signs, read_number, sign_for, signs_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("€ 1000", 1000.0),
        ("€ 1.000,-", 1000.0),
        ("EUR 500000", 500000.0),
        ("-€ 5,50", -5.5),
        ("1 234", 1234.0),
        ("1\u202f234,5", 1234.5),
        ("12'345", 12345.0),
        ("'1000", 1000.0),
        ("8,1 %", 8.1),
        ("1,2 mln", 1_200_000.0),
        ("850k", 850_000.0),
        ("\u22125", -5.0),
        ("1.500", 1500.0),
        ("0.8", 0.8),
        ("1234.5", 1234.5),
    ],
)
def test_a_dutch_reader_and_we_read_the_same(text: str, value: float) -> None:
    number = read_number(text)
    assert number is not None
    assert number.dutch() == value


@pytest.mark.parametrize(
    "text",
    ["", "-", "€", "%", "k", "abc", "1 2", "0 123", "1,2,3", "1.2.3", "(5)", "5-", "inf", "nan"],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize("text", ["1e999", "0x10", "١٢", "½", "1_000", "12 34 56", "1''000"])
def test_what_a_computer_might_take_for_a_number_is_none(text: str) -> None:
    assert read_number(text) is None


def _written(value: int, places: int, group: str, decimal: Decimal) -> str:
    """Write `value` / 10**places with a sign between thousands."""
    digits = str(abs(value)).zfill(places + 1)
    whole, rest = digits[: len(digits) - places], digits[len(digits) - places :]
    whole = f"{int(whole):,}".replace(",", group)
    return ("-" if value < 0 else "") + whole + (decimal + rest if places else "")


@settings(max_examples=100)
@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=6),
    st.integers(0, 4),
    st.sampled_from(["", " ", "\u00a0", "\u202f", "'", ".", ","]),
    st.sampled_from(SIGNS),
    st.sampled_from(["{}", " {} ", "€ {}", "{} EUR", "{}%", "{} %"]),
)
def test_a_column_is_read_as_written_or_doubted(
    values: list[int], places: int, group: str, decimal: Decimal, around: str
) -> None:
    if group == decimal:
        group = ""
    cells = [around.format(_written(value, places, group, decimal)) for value in values]
    sign = sign_for(signs_of(cells), Signs(), strict=True)
    if sign is None:
        assert all("." in cell or "," in cell for cell in cells if signs_of([cell]) != Signs())
        return
    for cell, value in zip(cells, values, strict=True):
        number = read_number(cell)
        assert number is not None
        assert number.value(sign) == pytest.approx(value / 10**places, rel=1e-12)
        assert number.percent == ("%" in around)


def test_the_column_decides_then_its_file_and_else_nobody() -> None:
    thousands, decimals = signs_of(["1.234", "1.235"]), signs_of(["10,5"])
    assert sign_for(thousands, decimals, strict=True) == ","
    assert sign_for(thousands, signs_of(["10.5"]), strict=True) is None
    assert sign_for(thousands, Signs(), strict=True) is None
    assert sign_for(thousands, Signs(), strict=False) == "."
    assert sign_for(thousands, Signs(), strict=True, maximum=100.0) == "."
    assert sign_for(signs_of(["1,234"]), signs_of(["10.5"]), strict=True) == "."
    assert sign_for(signs_of(["1.234", "0.5"]), decimals, strict=True) == "."


def test_two_rules_in_one_column_are_a_mixture() -> None:
    assert signs_of(["1,5", "2.75"]).mixed == ("2.75", "1,5")
    assert signs_of(["1.234", "1,235"]).mixed == ("1.234", "1,235")
    assert signs_of(["1.234,5", "7"]).mixed == ()
