"""The proof of order: bounds that no weighting leaves, reached by some weighting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.index import (
    Arithmetic,
    Copeland,
    GeneralisedMean,
    Goalposts,
    IndexDesign,
    IndexResult,
    build_index,
    order_proof,
)
from sia.index.aggregation import Aggregator


def built(x: np.ndarray, weights: list[float], rule: Aggregator) -> IndexResult:
    names = [f"d{j}" for j in range(x.shape[1])]
    tree = pd.DataFrame(
        {
            "id": [*names, "T"],
            "parent": ["T"] * len(names) + [None],
            "weight": [*weights, 1.0],
        }
    )
    values = pd.DataFrame(x, columns=names, index=[f"u{i:02d}" for i in range(len(x))])
    scale = dict.fromkeys(names, Goalposts(0.0, 100.0, scale=100.0))
    return build_index(values, IndexDesign(tree, normalise=scale, aggregate=rule))


def ranks(x: np.ndarray, weights: np.ndarray, p: float) -> np.ndarray:
    known = ~np.isnan(x)
    score = np.nansum(x**p * weights, axis=1) / (known @ weights)
    return 1 + (score[None, :] > score[:, None] + 1e-9).sum(axis=1)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([1.0, 2.0]), st.booleans())
def test_no_weighting_leaves_the_bounds(seed: int, p: float, gaps: bool) -> None:
    rng = np.random.default_rng(seed)
    x, own = rng.uniform(0, 100, (12, 4)), rng.uniform(0.5, 8, 4)
    if gaps:
        x[rng.integers(0, 12, 3), rng.integers(0, 4, 3)] = np.nan
    found = order_proof(built(x, list(own), GeneralisedMean(p)))
    for _ in range(300):
        moved = own * rng.choice([0.75, rng.uniform(0.75, 1.25), 1.25], 4)
        place = ranks(x, moved, p)
        assert (found["best"].to_numpy() <= place).all()
        assert (found["worst"].to_numpy() >= place).all()
    assert found["exact"].all() or gaps


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_with_two_children_every_order_can_be_listed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, own = rng.uniform(0, 100, (10, 2)), np.array([2.0, 1.0])
    found = order_proof(built(x, list(own), Arithmetic()))
    # only the ratio of the two weights matters: try one between every two crossings
    d = (x[:, None, :] - x[None, :, :])[~np.eye(10, dtype=bool)]
    crossings = -d[:, 1] / d[:, 0]
    low, high = 2 * 0.75 / 1.25, 2 * 1.25 / 0.75
    cuts = np.unique(np.r_[low, crossings[(crossings > low) & (crossings < high)], high])
    tried = np.array([ranks(x, np.array([r, 1.0]), 1.0) for r in (cuts[1:] + cuts[:-1]) / 2])
    assert (found["best"] == tried.min(axis=0)).all()
    assert (found["worst"] == tried.max(axis=0)).all()


def test_the_smallest_change_turns_the_quarter_and_a_smaller_one_does_not() -> None:
    x = np.array([[80.0, 10.0], [60.0, 60.0], [20.0, 50.0], [10.0, 20.0]])
    own = np.array([4.0, 1.0])
    found = order_proof(built(x, list(own), Arithmetic()))
    # u00 leads with 66 to 60; at a ratio of 2.5 to 1 the two are equal
    change = (4 - 2.5) / (4 + 2.5)
    assert found.loc[["u00", "u01"], "turn"].tolist() == pytest.approx([change, change], abs=1e-6)
    assert found["instead"].tolist() == ["u01", "u00", "", ""]
    assert found.loc[["u02", "u03"], "turn"].isna().all()
    for share, first in ((change - 0.01, 0), (change + 0.01, 1)):
        moved = own * np.array([1 - share, 1 + share])
        assert ranks(x, moved, 1.0).tolist().index(1) == first


def test_equal_units_share_their_place_under_all_weights() -> None:
    found = order_proof(built(np.full((3, 2), 50.0), [1.0, 1.0], Arithmetic()))
    assert found[["best", "worst"]].to_numpy().tolist() == [[1, 1]] * 3
    assert found["turn"].isna().all()


def test_an_order_that_is_not_linear_in_the_weights_is_refused() -> None:
    with pytest.raises(ValueError, match="no linear inequality"):
        order_proof(built(np.eye(3) * 50, [1.0, 1.0, 1.0], Copeland()))
    with pytest.raises(ValueError, match="share is 1"):
        order_proof(built(np.eye(3) * 50, [1.0, 1.0, 1.0], Arithmetic()), share=1)
