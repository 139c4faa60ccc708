"""Growth over years: exact on known series, missing where a percentage has no meaning."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sia.index import compound_growth, percent_change

INDEX = pd.MultiIndex.from_tuples(
    [("u", 2022), ("u", 2020), ("v", 2020), ("v", 2022), ("w", 2022), ("u", 2021)]
)
PANEL = pd.DataFrame(
    {"a": [121.0, 100.0, 0.0, 5.0, 3.0, 90.0], "b": [-4.0, 4.0, 2.0, 0.0, np.nan, 2.0]}, INDEX
)


def test_change_is_against_the_same_unit_so_many_years_before() -> None:
    change = percent_change(PANEL, 2)
    assert change.index.equals(INDEX)
    assert change["a"].tolist() == pytest.approx([21] + [np.nan] * 5, nan_ok=True)
    assert change["b"].tolist() == pytest.approx(
        [-200, np.nan, np.nan, -100, np.nan, np.nan], nan_ok=True
    )
    assert percent_change(PANEL)["a"].loc[("u", 2021)] == pytest.approx(-10)


def test_compound_growth_per_year() -> None:
    growth = compound_growth(PANEL, 2)
    assert growth["a"].iloc[0] == pytest.approx(10)
    assert growth["b"].tolist() == pytest.approx(
        [np.nan, np.nan, np.nan, -100, np.nan, np.nan], nan_ok=True
    )


@given(st.floats(0.1, 1e6), st.floats(-90, 300), st.integers(1, 10))
def test_growth_kept_up_gives_the_change(start: float, rate: float, years: int) -> None:
    end = start * (1 + rate / 100) ** years
    index = pd.MultiIndex.from_product([["u"], [2000, 2000 + years]])
    found = compound_growth(pd.DataFrame({"a": [start, end]}, index), years)["a"].iloc[1]
    assert found == pytest.approx(rate, abs=1e-6)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="two levels"):
        percent_change(PANEL.reset_index(drop=True))
    with pytest.raises(ValueError, match="once"):
        percent_change(PANEL.iloc[[0, 0]])
    with pytest.raises(ValueError, match="at least 1"):
        compound_growth(PANEL, 0)
