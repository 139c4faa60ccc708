"""Numbers, chances, amounts and lists as Dutch readers write them."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sia.dutch import (
    CERTAIN,
    LIKELY,
    MISSING,
    OUT,
    UNLIKELY,
    euro,
    getal,
    kans,
    meervoud,
    opsomming,
    procent,
    rang_interval,
    small,
)


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (1234.5, 1, "1.234,5"),
        (1234567, 0, "1.234.567"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-0.04, 1, "0,0"),
        (-1.25, 1, "−1,3"),
        (0, 0, "0"),
        (None, 0, MISSING),
        (float("nan"), 1, MISSING),
        (pd.NA, 0, MISSING),
        (math.inf, 0, MISSING),
    ],
)
def test_getal(value: object, digits: int, shown: str) -> None:
    assert getal(value, digits) == shown


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_getal_reads_back_to_within_half_a_step(value: float, digits: int) -> None:
    back = float(getal(value, digits).replace("−", "-").replace(".", "").replace(",", "."))
    assert back == pytest.approx(value, abs=0.5 * 10**-digits + 1e-9 * abs(value))


@given(st.floats(0, 1))
def test_a_printed_chance_is_on_the_side_of_its_word(chance: float) -> None:
    text = kans(chance)
    if text[0].isdigit():
        shown = round(float(text.partition("\u00a0")[0].replace(",", ".")) / 100, 6)
        for bound in (CERTAIN, LIKELY):
            assert (shown >= bound) == (chance >= bound)
        for bound in (UNLIKELY, OUT):
            assert (shown <= bound) == (chance <= bound)


def test_chances_never_claim_certainty() -> None:
    assert kans(0.999) == "meer dan 99 %".replace(" %", "\u00a0%")
    assert kans(0.001).startswith("minder dan 1")
    assert kans(1.0) == kans(0.999)
    assert kans(0.0) == kans(0.001)
    assert kans(None) == MISSING
    assert [small(q) for q in (0.0, 0.004, 0.006, float("nan"))] == [
        *["minder dan 0,01"] * 2,
        "0,01",
        MISSING,
    ]


def test_other_formats() -> None:
    assert procent(97.25, 1) == "97,3\u00a0%"
    assert euro(2_500_000) == "€\u00a02,5\u00a0mln"
    assert euro(850_000) == "€\u00a0850.000"
    assert euro(999_960_000) == "€\u00a01,0\u00a0mld"
    assert euro(float("nan")) == MISSING
    assert rang_interval(3, 9) == "3–9"
    assert rang_interval(3, 3) == "3"
    assert rang_interval(3, None) == MISSING
    assert [meervoud(n, "buurt", "buurten") for n in (0, 1, 2)] == [
        "geen buurten",
        "1 buurt",
        "2 buurten",
    ]
    assert [opsomming(list(names)) for names in ("", "A", "AB", "ABC")] == [
        "",
        "A",
        "A en B",
        "A, B en C",
    ]


def test_a_rank_outside_its_interval_says_so() -> None:
    assert rang_interval(3, 9, 3) == "3–9"
    assert rang_interval(3, 9, None) == "3–9"
    assert rang_interval(1244, 2003, 1234) == "1.244–2.003, gevoelig voor de methode"
    assert rang_interval(3, 3, 4) == "3, gevoelig voor de methode"
    assert rang_interval(None, 9, 4) == MISSING
