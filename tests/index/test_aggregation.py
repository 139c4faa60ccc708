"""Aggregations against their formulas, with weights and gaps."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sia.index import (
    Arithmetic,
    Copeland,
    GeneralisedMean,
    Geometric,
    Harmonic,
    Median,
    WeightedSum,
    aggregate,
)

X = np.array([[1.0, 2.0, 4.0], [9.0, np.nan, 3.0], [np.nan, np.nan, np.nan]])
W = np.array([1.0, 1.0, 2.0])


def test_means_against_scipy() -> None:
    for rule, scipy in (
        (Arithmetic(), lambda x, w: np.average(x, weights=w)),
        (Geometric(), lambda x, w: stats.gmean(x, weights=w)),
        (Harmonic(), lambda x, w: stats.hmean(x, weights=w)),
        (GeneralisedMean(-2.5), lambda x, w: stats.pmean(x, -2.5, weights=w)),
        (GeneralisedMean(3.0), lambda x, w: stats.pmean(x, 3.0, weights=w)),
        (GeneralisedMean(0.0), lambda x, w: stats.gmean(x, weights=w)),
    ):
        got = rule.combine(X, W)
        assert got[0] == pytest.approx(scipy(X[0], W))
        assert got[1] == pytest.approx(scipy(X[1, [0, 2]], W[[0, 2]]))
        assert np.isnan(got[2])


def test_weighted_sum_does_not_count_gaps_as_zero() -> None:
    assert WeightedSum().combine(X, W)[0] == 11
    assert np.isnan(WeightedSum().combine(X, W)[1])
    assert WeightedSum().combine(X, np.array([1.0, 0.0, 2.0]))[1] == 15


def test_median() -> None:
    x = np.array([[3.0, 1.0, 2.0, np.nan], [4.0, 1.0, 2.0, 3.0]])
    assert Median().combine(x, np.ones(4)).tolist() == [2, 2.5]
    assert Median().combine(x, np.array([5.0, 1, 1, 1])).tolist() == [3, 4]


def test_copeland_by_hand() -> None:
    """COINr 1.1.14 a_copeland: wins minus losses."""
    x = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 1.0]])
    w = np.array([1.0, 3.0])
    assert Copeland().combine(x, w).tolist() == [0, 2, -2]
    three = np.array([[1.0, 3, 2], [2, 2, 3], [3, 1, 1], [4, 5, 4]])
    assert Copeland().combine(three, np.ones(3)).tolist() == [-1, 1, -3, 3]
    assert Copeland().combine(three[:, :0:-1], np.ones(2)).tolist() == [0, 0, -3, 3]
    holed = np.array([[1.0, np.nan], [2.0, 5.0], [3.0, 1.0]])
    order = [2, 0, 1]
    assert np.allclose(Copeland().combine(holed, w)[order], Copeland().combine(holed[order], w))


def test_copeland_does_not_see_rounding() -> None:
    noisy = np.array([[0.1 + 0.2, 0.1 + 0.7], [0.3, 0.8], [1.0, 1.0]])
    assert Copeland().combine(noisy, np.array([0.1, 0.2])).tolist() == [-1, -1, 2]
    thirds = np.array([[1.0, 0, 0], [0, 1, 1]])
    assert Copeland().combine(thirds, np.array([0.3, 0.1, 0.2])).tolist() == [0, 0]


def test_minimum_share() -> None:
    assert aggregate(X, W, Arithmetic(), 2 / 3)[1] == pytest.approx(5)
    assert np.isnan(aggregate(X, W, Arithmetic(), 0.67)[1])
    four = np.array([[1.0, 2.0, np.nan, 7.0]])
    free = np.array([1.0, 1.0, 0.0, 1.0])
    assert aggregate(four, free, Arithmetic(), 1.0)[0] == pytest.approx(10 / 3)
