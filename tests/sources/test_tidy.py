"""The last step: what every table obeys, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.errors import InputError
from sia.sources.base import EMPTY, LATER, NOT_DELIVERED, PRESENT, Origin, Publisher
from sia.sources.columns import Measure, Share
from sia.sources.tidy import Draft, tidy

_ORIGIN = Origin(Path("a.csv"), "0" * 64, Publisher("X", "CC0", "Bron: {table} {year}"), "T", 2020)
_MEASURES = {
    "aantal": Measure("aantal", "Aantal", "aantal"),
    "deel": Measure("deel", "Deel", "aantal"),
    "aandeel": Measure("aandeel", "Aandeel", "%", maximum=100.0, lag=1),
    "saldo": Measure("saldo", "Saldo", "euro", minimum=None),
}


def _draft(codes: list[object], **cells: list[object]) -> Draft:
    return Draft(
        source="x.y",
        year=2020,
        origin=_ORIGIN,
        cells=pd.DataFrame(cells, dtype=object),
        codes=pd.Series(codes, dtype=object, name="code"),
        measures=_MEASURES,
        columns={name: name.upper() for name in cells},
        modelled=frozenset({"aandeel"}),
        shares=(Share("percentage", "Percentage", "deel", "aantal"),),
    )


def test_regions_and_measures_are_sorted_and_described() -> None:
    table = tidy(_draft(["WK999900  ", "BU99990001", "NL00"], saldo=[-1, 2, 3], aandeel=[1, 2, 3]))
    assert list(table.values.index) == ["BU99990001", "NL", "WK999900"]
    assert list(table.values.columns) == ["aandeel", "saldo"]
    assert list(table.regions["niveau"]) == ["buurt", "land", "wijk"]
    assert list(table.regions["gemeentecode"]) == ["GM9999", "", "GM9999"]
    assert table.measures.loc["aandeel"].to_dict() == {
        "column": "AANDEEL",
        "title": "Aandeel",
        "unit": "%",
        "peiljaar": 2019,
        "modelled": True,
    }
    assert table.values.loc["WK999900", "saldo"] == -1


def test_a_share_takes_the_reason_of_what_is_missing() -> None:
    table = tidy(
        _draft(
            ["BU99990000", "BU99990001", "BU99990002"], aantal=[200, "", 8], deel=[50, 5, -99995]
        )
    )
    assert table.values.loc["BU99990000", "percentage"] == 25
    assert list(table.reasons["percentage"]) == [PRESENT, EMPTY, LATER]
    assert table.measures.loc["percentage", "column"] == "DEEL / AANTAL"


def test_a_theme_that_says_later_is_not_called_undelivered() -> None:
    table = tidy(_draft(["BU99990000", "BU99990001"], aantal=[-99995, -99995], saldo=["", ""]))
    assert set(table.reasons["aantal"]) == {LATER}
    assert set(table.reasons["saldo"]) == {NOT_DELIVERED}


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (_draft(["BU99990000", "BU99990000 "], aantal=[1, 2]), "2 keer"),
        (_draft(["nergens"], aantal=[1]), "NERGENS"),
        (_draft(["BU99990000"], aandeel=[100.5]), "100,5 kan niet"),
        (_draft(["BU99990000"], aantal=[-1]), "-1 kan niet"),
        (_draft(["BU99990000"], aantal=["twee"]), "`twee` is geen getal"),
        (_draft(["BU99990000", "BU99990001"], saldo=["1,5", "2.25"]), "door elkaar"),
        (_draft([], aantal=[]), "geen rijen"),
    ],
)
def test_what_cannot_be_is_refused(draft: Draft, said: str) -> None:
    with pytest.raises(InputError) as caught:
        tidy(draft)
    assert said in str(caught.value)


def test_many_faults_in_one_column_are_one_problem_with_the_first_rows() -> None:
    codes: list[object] = [f"BU9999{n:04d}" for n in range(9)]
    with pytest.raises(InputError) as caught:
        tidy(replace(_draft(codes, aandeel=[101] * 9), rows=[str(n + 2) for n in range(9)]))
    (problem,) = caught.value.problems
    assert problem.kolom == "AANDEEL"
    assert problem.rij.startswith("2 (BU99990000), 3 (BU99990001)")
    assert problem.rij.endswith("en nog 4")


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.integers(0, 9999).map("BU9999{:04d}".format),
        st.tuples(
            st.one_of(st.integers(0, 10**6), st.sampled_from(["", ".", "x", -99997, None])),
            st.one_of(st.integers(-500, 500), st.sampled_from(["", "geheim", -99995])),
        ),
        min_size=1,
    )
)
def test_order_of_rows_never_matters(rows: dict[str, tuple[object, object]]) -> None:
    def build(codes: list[str]) -> Draft:
        left, right = [rows[c][0] for c in codes], [rows[c][1] for c in codes]
        return _draft(list(codes), aantal=left, saldo=right)

    first, second = tidy(build(list(rows))), tidy(build(list(reversed(rows))))
    pd.testing.assert_frame_equal(first.values, second.values)
    pd.testing.assert_frame_equal(first.reasons, second.reasons)
    assert ((first.reasons == PRESENT) == first.values.notna()).to_numpy().all()
    for code, (left, _) in rows.items():
        cell = first.values.loc[code, "aantal"]
        assert (np.isnan(cell)) if not isinstance(left, int) or left < 0 else cell == left
