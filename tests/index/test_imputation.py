"""Imputation: what fills a gap, and that nothing else changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sia.index import (
    DomainImputation,
    MeanImputation,
    MedianImputation,
    NoImputation,
    impute,
)

IMPUTERS = [
    NoImputation(),
    MeanImputation(),
    MedianImputation(),
    DomainImputation(),
]


@pytest.mark.parametrize("how", IMPUTERS)
@settings(max_examples=15, deadline=None)
@given(x=arrays(float, (6, 3), elements=st.integers(-9, 9).map(float) | st.just(np.nan)))
def test_present_values_are_untouched(how: MeanImputation, x: np.ndarray) -> None:
    filled = impute(pd.DataFrame(x, columns=list("abc")), how).to_numpy()
    known = ~np.isnan(x)
    assert np.array_equal(filled[known], x[known])
    empty = ~known.any(axis=0)
    assert np.isnan(filled[:, empty]).all()


def test_by_hand() -> None:
    table = pd.DataFrame(
        {"a": [1.0, 3.0, 10.0, np.nan, np.nan, np.nan], "b": [0.0, 4, 8, 2, 6, np.nan]}
    )
    assert impute(table, MeanImputation())["a"].tolist()[3:] == pytest.approx([14 / 3] * 3)
    assert impute(table, MedianImputation())["a"].tolist()[3:] == [3, 3, 3]


def test_domain_mean_on_a_min_max_scale_with_directions() -> None:
    """COINr: scale to 0-1 in the indicator's direction, take the row mean, scale back."""
    table = pd.DataFrame({"a": [0.0, 10, np.nan], "b": [100.0, 0, 25], "z": [1.0, 2, 3]})
    filled = impute(table, DomainImputation(), {"b": -1}, {"a": "D", "b": "D", "z": "E"})
    assert filled.loc[2, "a"] == pytest.approx(7.5)
