"""Ranks: ties are decided on 12 significant digits, not on the order of adding."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from sia.index import (
    Choices,
    IndexDesign,
    MinMax,
    NoNormalisation,
    Normaliser,
    build_index,
    rank_within,
    uncertainty,
)
from sia.index.ranking import ascending_rank, rank_scores

TENTHS = pd.DataFrame(
    np.random.default_rng(0).integers(0, 4, (200, 6)) / 10, columns=list("abcdef")
)
EXACT = (-(TENTHS * 10).round().sum(axis=1)).rank(method="min")


def design(names: str, normaliser: Normaliser) -> IndexDesign:
    tree = [(name, "T") for name in names] + [("T", None)]
    return IndexDesign(pd.DataFrame(tree, columns=["id", "parent"]), normalise=normaliser)


@pytest.mark.parametrize("normaliser", [NoNormalisation(), MinMax()])
@pytest.mark.parametrize("names", ["abcdef", "fedcba", "cfbead"])
def test_order_of_columns_ranks_nothing(names: str, normaliser: Normaliser) -> None:
    chosen = design(names, normaliser)
    assert (build_index(TENTHS, chosen).ranks["T"] == EXACT).all()
    drawn = uncertainty(TENTHS, chosen, draws=3, choices=Choices.none())
    assert (drawn.units[["rank", "rank_p05", "rank_p95"]].T == EXACT).all(axis=None)


def test_sums_that_cancel_are_equal() -> None:
    x = np.array([[0.1 + 0.2 - 0.3], [0.0], [2.0], [-1.0]])
    assert ascending_rank(x).ravel().tolist() == [2, 2, 4, 1]


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1.0, 1e15, 1e300])
def test_twelve_digits_whatever_the_scale(scale: float) -> None:
    x = np.array([[1.0], [1.0 + 1e-13], [1.0 + 1e-11], [-1.0], [np.nan]]) * scale
    assert ascending_rank(x).ravel()[:4].tolist() == [2, 2, 4, 1]
    assert ascending_rank(-x).ravel()[:4].tolist() == [2, 2, 1, 4]


@settings(max_examples=60, deadline=None)
@given(
    x=arrays(float, (12, 2), elements=st.integers(-6, 6).map(float) | st.just(np.nan)),
    noise=arrays(float, (12, 2), elements=st.floats(-1e-15, 1e-15)),
    ties=st.sampled_from(["min", "average", "max"]),
)
def test_ranks_equal_scipy_with_and_without_noise(
    x: np.ndarray, noise: np.ndarray, ties: str
) -> None:
    expected = stats.rankdata(x, method=ties, axis=0, nan_policy="omit")
    assert np.array_equal(ascending_rank(x, ties), expected, equal_nan=True)
    x = x + noise * np.nanmax(np.abs(x), axis=0, initial=0.0)
    assert np.array_equal(ascending_rank(x, ties), expected, equal_nan=True)


def test_ranks_within_groups() -> None:
    scores = pd.DataFrame({"T": [3.0, 9.0, 5.0, 1.0, np.nan, 5.0]}, index=list("abcdef"))
    groups = pd.Series({"f": "p", "a": "p", "b": "q", "c": "p", "d": None, "e": "q"})
    ranks = rank_within(scores, groups)["T"]
    assert ranks.fillna(0).tolist() == [3, 1, 1, 0, 0, 1]
    whole = pd.Series("all", index=scores.index)
    assert rank_within(scores, whole).equals(rank_scores(scores))
    with pytest.raises(ValueError, match="no group"):
        rank_within(scores, groups.drop("a"))
