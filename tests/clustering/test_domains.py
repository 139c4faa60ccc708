"""Domains are given up only where they would leave too few complete rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.clustering.domains import known_together


def _scores(rows: int, **gaps: slice) -> pd.DataFrame:
    table = pd.DataFrame(1.0, range(rows), list(gaps))
    for name, gap in gaps.items():
        table.loc[table.index[gap], name] = np.nan
    return table


@pytest.mark.parametrize("rows", [5, 40])
def test_complete_scores_keep_every_domain(rows: int) -> None:
    nothing = slice(0, 0)
    scores = _scores(rows, a=nothing, b=nothing, c=nothing)
    assert list(known_together(scores).columns) == ["a", "b", "c"]


def test_years_that_lack_different_domains_keep_what_most_of_them_share() -> None:
    scores = _scores(60, a=slice(0, 0), b=slice(0, 0), c=slice(0, 20), d=slice(20, 60))
    assert list(known_together(scores).columns) == ["a", "b", "c"]


def test_a_domain_without_values_is_left_out_and_few_units_keep_theirs() -> None:
    scores = _scores(6, a=slice(0, 0), b=slice(0, 0), c=slice(0, None))
    assert list(known_together(scores).columns) == ["a", "b"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_never_leaves_fewer_complete_rows_than_it_found(seed: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.random((rows, 5)), columns=list("abcde"))
    table = table.mask(rng.random(table.shape) < rng.random())
    kept = known_together(table)
    assert set(kept.columns) <= set(table.columns)
    assert len(kept.dropna()) >= min(20, len(table.dropna()))
