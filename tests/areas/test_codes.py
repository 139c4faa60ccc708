"""Codes in every spelling become those of the CBS, or a problem."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sia.areas import gemeente_of, level_of, normalise_codes, wijk_of
from sia.errors import InputError


def codes_of(*cells: object, **options: object) -> list[str]:
    codes, problems = normalise_codes(pd.Series(cells, dtype="object"), **options)  # type: ignore[arg-type]
    assert problems == []
    return codes.tolist()


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("WK015300  ", "WK015300"),
        ("BU01530000", "BU01530000"),
        ("bu01530000", "BU01530000"),
        (" 0153", "GM0153"),
        (153, "GM0153"),
        (153.0, "GM0153"),
        ("153.0", "GM0153"),
        (1530000, "BU01530000"),
        ("1530000", "BU01530000"),
        (15300, "WK015300"),
        ("gm153", "GM0153"),
        ("BU0153A0B1", "BU0153A0B1"),
        ("0153A0B1", "BU0153A0B1"),
        ("NL00  ", "NL"),
        ("NL01", "NL"),
    ],
)
def test_one_code_in_every_spelling(cell: object, code: str) -> None:
    assert codes_of(cell) == [code]


@pytest.mark.parametrize("name", ["Buurt 5", "Wk 3", "Gm", "BU00000001", "Buurtschap"])
def test_a_name_is_no_code(name: str) -> None:
    found, problems = normalise_codes(pd.Series([name]))
    assert found.isna().all()
    assert len(problems) == 1


def test_lost_zeros_are_read_at_the_level_of_the_longest_code() -> None:
    # Groningen (0014) loses two zeros, Enschede (0153) one.
    assert codes_of(1530000, 140001) == ["BU01530000", "BU00140001"]
    assert codes_of("01530000", "015301", "0153") == ["BU01530000", "WK015301", "GM0153"]


def test_a_given_level_decides() -> None:
    assert codes_of(1401, 15300, level="wijk") == ["WK001401", "WK015300"]
    levels = pd.Series(["gemeente", "wijk", "buurt"])
    assert codes_of(14, 1401, 140101, level=levels) == ["GM0014", "WK001401", "BU00140101"]


def test_every_distinct_bad_cell_is_one_problem_with_its_rows() -> None:
    cells = pd.Series(["GM0153", "x", None, "x", "1.53E+06", "PV23"], index=range(2, 8))
    codes, problems = normalise_codes(cells, kolom="gwb_code")
    assert codes.isna().tolist() == [False, True, True, True, True, True]
    assert [(p.rij, p.kolom) for p in problems] == [
        ("3, 5", "gwb_code"),
        ("4", "gwb_code"),
        ("6", "gwb_code"),
        ("7", "gwb_code"),
    ]
    assert "`X` is geen regiocode" in problems[0].wat
    assert "leeg" in problems[1].wat


def test_levels_and_parents() -> None:
    assert [level_of(c) for c in ("BU01530000", "WK015300", "GM0153", "NL")] == [
        "buurt",
        "wijk",
        "gemeente",
        "land",
    ]
    assert wijk_of("BU01530105") == "WK015301"
    assert gemeente_of("BU01530105") == gemeente_of("WK015301") == gemeente_of("GM0153") == "GM0153"
    for refused in (lambda: level_of("0153"), lambda: wijk_of("GM0153"), lambda: gemeente_of("NL")):
        with pytest.raises(InputError, match="is geen"):
            refused()


any_cell = st.one_of(
    st.text(max_size=12),
    st.integers(min_value=-(10**9), max_value=10**9),
    st.floats(allow_nan=True),
    st.none(),
    st.from_regex(r"\A\s*(BU|WK|GM|bu)?[0-9]{1,8}\s*\Z"),
    st.from_regex(r"\ABU[0-9]{4}[0-9A-Z]{4}\Z"),
)


@given(st.lists(any_cell, max_size=8))
def test_normalising_twice_changes_nothing(cells: list[object]) -> None:
    once, problems = normalise_codes(pd.Series(cells, dtype="object"))
    twice, _ = normalise_codes(once)
    pd.testing.assert_series_equal(once, twice)
    assert once.isna().any() == bool(problems)
    assert all(level_of(code) for code in once.dropna())
