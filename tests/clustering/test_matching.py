"""The same type keeps its number when types are found anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.clustering.matching import match_centres, match_labels


@given(st.permutations([1, 2, 3, 4, 5]))
@settings(max_examples=40, deadline=None)
def test_matching_labels_undoes_any_permutation(order):
    old = pd.Series(np.arange(50) % 5 + 1, index=range(50), dtype="Int64")
    scrambled = old.map(dict(zip(range(1, 6), order, strict=True))).astype("Int64")
    assert (match_labels(old, scrambled) == old).all()


def test_new_types_get_the_next_free_number():
    old = pd.DataFrame({"a": [0.0, 10.0]}, index=[1, 2])
    new = pd.DataFrame({"a": [9.0, 30.0, 1.0]}, index=[1, 2, 3])
    assert match_centres(old, new).tolist() == [2, 3, 1]
    fewer = match_centres(new, old)
    assert fewer.is_unique and fewer.tolist() == [3, 1]


def test_unknown_types_stay_unknown_when_matched():
    old = pd.Series([1, 1, 2, 2], dtype="Int64")
    new = pd.Series([2, 2, 1, pd.NA], dtype="Int64")
    assert match_labels(old, new).tolist()[:3] == [1, 1, 2]
    assert pd.isna(match_labels(old, new).iloc[3])
