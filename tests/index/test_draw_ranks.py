"""Ranks of many draws against SciPy, and their summary against plain quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from sia.index.draw_ranks import SHARES, rank_keys, rank_rows, rank_type, summarise_ranks, to_keys


@settings(max_examples=60, deadline=None)
@given(
    scores=arrays(
        float,
        st.tuples(st.integers(1, 40), st.integers(1, 20)),
        elements=st.integers(-5, 5).map(float) | st.floats(-1e6, 1e6) | st.just(np.nan),
    )
)
def test_packed_ranks_equal_scipy(scores: np.ndarray) -> None:
    spread = np.nanmax(scores, axis=1, initial=0) - np.nanmin(scores, axis=1, initial=0)
    # Differences below the stated resolution are ties on purpose: keep them out of the comparison.
    scores = np.round(scores, 2) if spread.max() < 1e4 else np.round(scores)
    got = rank_rows(scores)
    for row, ranks in zip(scores, got, strict=True):
        known = ~np.isnan(row)
        assert (ranks[~known] == 0).all()
        assert ranks[known].tolist() == stats.rankdata(-row[known], method="min").tolist()


def test_equal_units_share_a_rank_in_every_weighting() -> None:
    """Products of other shapes round otherwise: equal units must not be told apart by that."""
    rng = np.random.default_rng(2)
    leaves = np.repeat(rng.integers(0, 101, (400, 12)).astype(float), 2, axis=0)
    weights = rng.random((50, 12))
    weights /= weights.sum(axis=1, keepdims=True)
    keys = to_keys(leaves.T, 0.0, 100.0, np.empty((12, 800)))
    ranks = rank_keys(weights @ keys)
    assert (ranks[:, ::2] == ranks[:, 1::2]).all()
    exact = stats.rankdata(-(weights @ leaves.T).round(9), method="min", axis=1)
    assert (ranks == exact).all()


def test_more_units_than_sixteen_bits() -> None:
    scores = np.random.default_rng(0).random((2, 70_000))
    ranks = rank_rows(scores)
    assert rank_type(70_000) == np.int32 == ranks.dtype
    expected = stats.rankdata(-scores, method="min", axis=1)
    assert np.abs(ranks - expected).max() <= 1


@settings(max_examples=60, deadline=None)
@given(
    ranks=arrays(
        np.uint16, st.tuples(st.integers(1, 60), st.integers(1, 9)), elements=st.integers(0, 9)
    ),
    whole=st.booleans(),
)
def test_summary_equals_plain_quantiles(ranks: np.ndarray, whole: bool) -> None:
    ranks = np.minimum(np.maximum(ranks, 1) if whole else ranks, ranks.shape[1])
    found = summarise_ranks(ranks, (1, 5))
    for unit in range(ranks.shape[1]):
        seen = ranks[:, unit][ranks[:, unit] > 0].astype(float)
        assert found.scored[unit] == seen.size
        assert found.total[unit] == seen.sum()
        assert found.up_to[unit].tolist() == [(seen <= 1).sum(), (seen <= 5).sum()]
        if seen.size:
            expected = np.quantile(seen, SHARES, method="inverted_cdf")
            assert found.quantiles[unit].tolist() == expected.tolist()
        else:
            assert np.isnan(found.quantiles[unit]).all()


@pytest.mark.parametrize("draws", [1, 2, 19, 20, 21, 500, 501, 2_000])
def test_quantiles_of_any_number_of_draws(draws: int) -> None:
    ranks = np.random.default_rng(draws).integers(1, 501, (draws, 500)).astype(np.uint16)
    found = summarise_ranks(ranks, (10, 250))
    expected = np.quantile(ranks, SHARES, axis=0, method="inverted_cdf").T
    assert (found.quantiles == expected).all()
    assert (found.up_to[:, 1] == (ranks <= 250).sum(axis=0)).all()
